//! The JSON Schema of conferry.toml, for editors. [`super::file`] reads the file and says more
//! about a mistake; a test holds both together.

#![allow(dead_code)] // these types are never made; schemars reads them

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use crate::pack::lint::Severity;
use crate::pack::schema::{OneOf, Texts, schema_of};

/// The JSON Schema (draft 2020-12) of a conferry.toml.
#[must_use]
pub fn json_schema() -> Value {
    schema_of::<File>()
}

/// What conferry does with the files in this folder and below it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "conferry.toml")]
struct File {
    /// Settings of `conferry lint`.
    lint: Option<Lint>,
}

/// Settings of `conferry lint`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Lint {
    /// The only rules that run: ids, beginnings of ids, names, or `all`.
    select: Option<Texts>,
    /// Rules that do not run.
    ignore: Option<Texts>,
    /// How bad findings of a rule are.
    severity: Option<BTreeMap<String, OneOf<Severity>>>,
    /// From which severity on a run ends with 1.
    fail_on: Option<OneOf<Severity>>,
    /// Rule packs: files or folders, from this folder on.
    rules: Option<Texts>,
    /// Globs of the only files that are looked at.
    include: Option<Texts>,
    /// Globs of files and folders that are left out.
    exclude: Option<Texts>,
    /// What holds otherwise for some files; a later one wins.
    #[schemars(rename = "override")]
    overrides: Option<Vec<Override>>,
}

/// What holds otherwise for some files.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Override {
    /// Globs of files, or of folders with all they hold.
    paths: Texts,
    /// Rules whose findings are suppressed there.
    ignore: Option<Texts>,
    /// How bad findings of a rule are there.
    severity: Option<BTreeMap<String, OneOf<Severity>>>,
    /// Why.
    reason: String,
}
