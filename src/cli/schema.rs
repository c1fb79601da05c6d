//! `conferry schema`: the JSON Schema of what conferry writes and reads.

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::output::Output;
use crate::lint::settings;
use crate::pack::schema;
use crate::plan::{model, state};
use crate::present::upgrade::deployed;
use crate::present::{differences, lint, merge, plan, together};
use crate::snapshot::manifest::Manifest;
use crate::upgrade::record::Record;

const EXAMPLE: &str = "\
Example:
    conferry schema lint > lint-report.schema.json";

/// Prints the JSON Schema of a report, a manifest, a rule pack or conferry.toml
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct SchemaArgs {
    /// What the schema describes
    #[arg(value_name = "NAME")]
    of: Of,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    /// conferry lint --format json
    Lint,
    /// conferry diff --format json
    Diff,
    /// conferry merge --format json
    Merge,
    /// conferry report merge --format json
    ReportMerge,
    /// plan.json, and conferry plan --format json
    Plan,
    /// state.json, which is beside a plan
    PlanState,
    /// conferry plan status --format json
    PlanStatus,
    /// upgrade.json, and conferry upgrade --format json
    Upgrade,
    /// conferry verify-deployed --format json
    VerifyDeployed,
    /// The manifest of a snapshot
    Manifest,
    /// A rule pack
    Pack,
    /// conferry.toml
    Settings,
}

pub(super) fn run(args: &SchemaArgs, output: &mut Output) -> Exit {
    let schema = match args.of {
        Of::Lint => lint::json::json_schema(),
        Of::Diff => differences::json_schema(),
        Of::Merge => merge::json_schema(),
        Of::ReportMerge => together::json_schema(),
        Of::Plan => model::json_schema(),
        Of::PlanState => state::json_schema(),
        Of::PlanStatus => plan::json_schema(),
        Of::VerifyDeployed => deployed::json_schema(),
        Of::Upgrade => Record::json_schema(),
        Of::Manifest => Manifest::json_schema(),
        Of::Pack => format!("{:#}\n", schema::json_schema()),
        Of::Settings => format!("{:#}\n", settings::schema::json_schema()),
    };
    output.out(&schema);
    Exit::Clean
}
