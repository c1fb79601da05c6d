//! The JSON Schema of packs, for editors: of most tables made from their declarations
//! ([`super::table`]). Lint rules are not read by the types below ([`super::read_lint`] does that and
//! says more about a mistake); a test holds both together.

#![allow(dead_code)] // these types are never made; schemars reads them

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::file::{PackFile, Shape};
use super::table::{self, Declaration};
use crate::pack::rules::checks::Kind;
use crate::pack::rules::terms::Mark;
use crate::pack::rules::words;
use crate::word::Word;

/// The JSON Schema (draft 2020-12) of a pack.
#[must_use]
pub fn json_schema() -> Value {
    schema_of::<Pack>()
}

/// The JSON Schema of a TOML file that `T` describes.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(NothingIsNull);
    settings.into_generator().into_root_schema_for::<T>().into()
}

/// What is optional is left out, in packs as TOML has no null, in our JSON to say it one way only.
#[derive(Clone, Debug)]
pub struct NothingIsNull;

impl Transform for NothingIsNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [one] = types.as_slice() {
                let one = one.clone();
                schema.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(options)) = schema.get_mut("anyOf") {
            options.retain(|option| option.get("type").is_none_or(|name| name != "null"));
            if let [one] = options.as_slice()
                && let Value::Object(one) = one.clone()
            {
                schema.remove("anyOf");
                for (key, value) in one {
                    schema.insert(key, value);
                }
            }
        }
        schema.remove("default");
        transform_subschemas(self, schema);
    }
}

fn one_of<T>(words: &[(&str, T)]) -> Schema {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    schemars::json_schema!({ "type": "string", "enum": words })
}

/// One of the words of an enum.
struct OneOf<W>(PhantomData<W>);

impl<W: Word> JsonSchema for OneOf<W> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOf".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "enum": W::words() })
    }
}

/// Declares a type that stands for one of some words.
macro_rules! word {
    ($visible:vis $name:ident, $words:expr) => {
        $visible struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                one_of(&$words)
            }
        }
    };
}

word!(pub(crate) SeverityWord, words::SEVERITIES);
word!(ApplicabilityWord, words::APPLICABILITIES);
word!(TypeWord, words::TYPES);
word!(EncodingWord, words::ENCODINGS);
word!(
    CheckWord,
    Kind::NAMES
        .iter()
        .map(|name| (*name, ()))
        .collect::<Vec<_>>()
);

/// A list of texts, or one text.
pub(crate) struct Texts;

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Texts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

/// A rule pack of conferry: what it knows about a product or about .NET configuration.
struct Pack;

impl JsonSchema for Pack {
    fn schema_name() -> Cow<'static, str> {
        "Pack".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        for (table, shape) in PackFile::TABLES {
            let property = match shape {
                Shape::One(declaration) => {
                    let reference = define(generator, declaration);
                    json!({ "description": declaration.meaning.trim(), "$ref": reference })
                }
                Shape::Rows(declaration) => {
                    let reference = define(generator, declaration);
                    let rows = json!({ "$ref": reference });
                    json!({ "description": declaration.meaning.trim(), "type": "array", "items": rows })
                }
                Shape::Sources => named::<Source>(
                    generator,
                    "What `source` in rows refers to: a short name and a citation.",
                ),
                Shape::Spellings => named::<Texts>(
                    generator,
                    "What a variable in a location may stand for, below the system drive.",
                ),
                Shape::Lint => {
                    let rows = generator.subschema_for::<Lint>();
                    json!({ "description": "Lint rules.", "type": "array", "items": rows })
                }
            };
            properties.insert((*table).to_owned(), property);
        }
        schemars::json_schema!({
            "title": "conferry rule pack",
            "description": "A rule pack of conferry: what it knows about a product or about .NET configuration.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

/// Values by names that the user chose.
fn named<T: JsonSchema>(generator: &mut SchemaGenerator, meaning: &str) -> Value {
    let value = generator.subschema_for::<T>();
    json!({ "description": meaning, "type": "object", "additionalProperties": value })
}

/// Adds a declared table to the definitions and gives the reference to it.
fn define(generator: &mut SchemaGenerator, declaration: &Declaration) -> String {
    let schema = table_of(generator, declaration.meaning, declaration.keys);
    let title = declaration.title.to_owned();
    let reference = format!("#/$defs/{title}");
    generator.definitions_mut().insert(title, schema);
    reference
}

/// The schema of a table with these keys.
fn table_of(generator: &mut SchemaGenerator, meaning: &str, keys: &[table::Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut property = match key.kind {
            table::Kind::Text => json!({ "type": "string" }),
            table::Kind::Texts => Texts::json_schema(generator).into(),
            table::Kind::Flag => json!({ "type": "boolean" }),
            table::Kind::Word(words) => {
                let words: Vec<&str> = words().into_iter().map(|(word, _)| word).collect();
                json!({ "type": "string", "enum": words })
            }
            table::Kind::Items(keys) => {
                let item = table_of(generator, key.meaning, keys);
                json!({ "anyOf": [item, { "type": "array", "items": item }] })
            }
        };
        property["description"] = key.meaning.trim().into();
        properties.insert(key.name.to_owned(), property);
    }
    let required: Vec<&str> = (keys.iter())
        .filter(|key| key.is_required)
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "description": meaning.trim(),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// A citation.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Source {
    /// The citation.
    Citation(String),
    /// The citation and where it can be read.
    Linked(LinkedSource),
}

/// A citation that can be read on the web.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LinkedSource {
    /// The citation.
    cite: String,
    /// Its https address.
    url: String,
}

/// A lint rule: `select`, `message` and perhaps `when`; or `native`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["select", "message"] }, { "required": ["native"] }]))]
struct Lint {
    /// Two to eight capital letters and three or four digits.
    #[schemars(regex(pattern = "^[A-Z]{2,8}[0-9]{3,4}$"))]
    id: String,
    /// Its name in words: a-z, 0-9 and -.
    name: String,
    /// How bad a finding is.
    severity: SeverityWord,
    /// What is wrong, one line without a full stop.
    summary: String,
    /// Why that matters, one sentence or two.
    why: String,
    /// What to do, as an order.
    advice: String,
    /// Names under [sources].
    source: Texts,
    /// Whether a public text says so, or it was concluded.
    mark: Option<OneOf<Mark>>,
    /// Ids of the components whose files it looks at; all files without it.
    component: Option<Texts>,
    /// Whether it looks at XDT transforms as well.
    transforms: Option<bool>,
    /// Selectors of the elements or values to look at.
    select: Option<Texts>,
    /// What must hold for a finding.
    when: Option<Condition>,
    /// What a finding says: `{value}`, `{element}`, `{@name}`, `{url.host}` are filled in; with `check`
    /// what the check names, and a table where it tells cases apart.
    message: Option<Message>,
    /// A check that is part of the program.
    check: Option<CheckWord>,
    /// The parameters of the check.
    with: Option<BTreeMap<String, Value>>,
    /// The change that cures a finding.
    fix: Option<Fix>,
    /// Files without a finding of this rule.
    valid: Option<Examples>,
    /// Files with at least one.
    invalid: Option<Examples>,
}

/// One message, or one for each case.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Message {
    /// The message.
    One(String),
    /// By case; `otherwise` is for those that have none.
    ByCase(BTreeMap<String, String>),
}

/// What must hold; all keys must.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Condition {
    /// The value that the tests are about, if not the selected one: a path.
    of: Option<String>,
    /// The fact whose value the tests are about.
    fact: Option<String>,
    /// Services that the file certainly uses.
    uses: Option<Texts>,
    /// Services that the file certainly does not use.
    avoids: Option<Texts>,
    /// The value is the one of this fact.
    same_as_fact: Option<String>,
    /// The value is another one than that of this fact.
    differs_from_fact: Option<String>,
    /// The value is this.
    equals: Option<String>,
    /// The value is one of these.
    one_of: Option<Texts>,
    /// `equals` and `one-of` ignore case.
    ignore_case: Option<bool>,
    /// The regular expression is found in the value.
    matches: Option<String>,
    /// The value is of this type.
    is: Option<TypeWord>,
    /// The value is empty, or is not.
    empty: Option<bool>,
    /// The value is the one that the path leads to.
    same_as: Option<String>,
    /// The value is another one than that which the path leads to.
    differs_from: Option<String>,
    /// The value is a URL whose parts meet these conditions.
    url: Option<UrlParts>,
    /// Paths that lead somewhere.
    exists: Option<Texts>,
    /// Paths that lead nowhere.
    missing: Option<Texts>,
    /// How many elements a path leads to.
    count: Option<OneOrMany<Count>>,
    /// One of these holds.
    any: Option<OneOrMany<Condition>>,
    /// All of these hold.
    all: Option<OneOrMany<Condition>>,
    /// This does not hold.
    not: Option<Box<Condition>>,
}

/// Conditions for parts of a URL. A part that is not there meets no test.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct UrlParts {
    /// `https`, in lower case.
    scheme: Option<Box<Condition>>,
    /// `mfa.example.com`, in lower case.
    host: Option<Box<Condition>>,
    /// `8443`.
    port: Option<Box<Condition>>,
    /// `/Folder/page.asmx`.
    path: Option<Box<Condition>>,
    /// What follows `?`.
    query: Option<Box<Condition>>,
    /// What stands before `@`.
    user: Option<Box<Condition>>,
}

/// How many elements a path leads to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Count {
    /// The path.
    of: String,
    /// How many at least.
    at_least: Option<usize>,
    /// How many at most.
    at_most: Option<usize>,
}

/// The change that cures a finding; for a native check `title` and `applicability` only.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Fix {
    /// What it does, as an order.
    title: String,
    /// Whether it may be applied unseen.
    applicability: ApplicabilityWord,
    /// Gives the selected value this text.
    set: Option<String>,
    /// The regular expression whose matches in the selected value are replaced.
    replace: Option<String>,
    /// What takes their place; `$1` is the first group.
    with: Option<String>,
    /// The attribute of the selected element that gets the value `to`.
    set_attribute: Option<String>,
    /// Its value.
    to: Option<String>,
    /// Takes the selected attribute, text or element away.
    remove: Option<bool>,
}

/// A list, or one of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMany<T> {
    /// One.
    One(Box<T>),
    /// A list.
    Many(Vec<T>),
}

/// A list of examples, or one.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Examples {
    /// The text of a web.config.
    Text(String),
    /// One example.
    One(Box<Example>),
    /// A list.
    Many(Vec<ExampleOrText>),
}

/// An example.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum ExampleOrText {
    /// The text of a web.config.
    Text(String),
    /// With more to say.
    Example(Example),
}

/// An example.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Example {
    /// The text of the file.
    text: Option<String>,
    /// Its path; web.config without it.
    path: Option<String>,
    /// Several files: path = text.
    files: Option<BTreeMap<String, String>>,
    /// How the files are encoded.
    encoding: Option<EncodingWord>,
    /// The first file when all fixes of the rule are applied.
    fixed: Option<String>,
}
