//! The JSON Schema of packs says what the reading code accepts, no more and no less.

use std::collections::BTreeSet;
use std::path::Path;

use conferry::lint::settings::{self, Settings};
use conferry::pack::PackProblem;
use conferry::pack::file::PackFile;
use conferry::pack::load::{BuiltIn, built_in};
use conferry::pack::schema::json_schema;
use serde_json::Value;

/// A pack with an unknown key in one table, and the way to that table in the
/// schema: `*` is an item of a list, anything else a property.
const TABLES: [(&str, &str); 26] = [
    ("zzqq = 1", ""),
    ("[pack]\nzzqq = 1", "pack"),
    ("[sources]\na = { zzqq = 1 }", "sources/+"),
    ("[discovery]\nzzqq = 1", "discovery"),
    ("[rewrite]\nzzqq = 1", "rewrite"),
    ("[[identity]]\nzzqq = 1", "identity/*"),
    ("[[order]]\nzzqq = 1", "order/*"),
    ("[[reference]]\nzzqq = 1", "reference/*"),
    ("[[section-group]]\nzzqq = 1", "section-group/*"),
    ("[[secret]]\nzzqq = 1", "secret/*"),
    ("[[component]]\nzzqq = 1", "component/*"),
    ("[[generation]]\nzzqq = 1", "generation/*"),
    ("[[virtual-directory]]\nzzqq = 1", "virtual-directory/*"),
    ("[[setting]]\nzzqq = 1", "setting/*"),
    ("[[merge]]\nzzqq = 1", "merge/*"),
    ("[[location]]\nzzqq = 1", "location/*"),
    ("[[file]]\nzzqq = 1", "file/*"),
    ("[[lint]]\nzzqq = 1", "lint/*"),
    ("[[lint]]\nwhen = { zzqq = 1 }", "lint/*/when"),
    ("[[lint]]\nwhen = { not = { zzqq = 1 } }", "lint/*/when/not"),
    (
        "[[lint]]\nwhen = { any = [{ zzqq = 1 }] }",
        "lint/*/when/any/*",
    ),
    ("[[lint]]\nwhen = { url = { zzqq = 1 } }", "lint/*/when/url"),
    (
        "[[lint]]\nwhen = { url = { host = { zzqq = 1 } } }",
        "lint/*/when/url/host",
    ),
    (
        "[[lint]]\nwhen = { count = { zzqq = 1 } }",
        "lint/*/when/count",
    ),
    ("[[lint]]\nfix = { zzqq = 1 }", "lint/*/fix"),
    ("[[lint]]\nvalid = [{ zzqq = 1 }]", "lint/*/valid/*"),
];

/// The same for conferry.toml.
const TABLES_OF_SETTINGS: [(&str, &str); 3] = [
    ("zzqq = 1", ""),
    ("[lint]\nzzqq = 1", "lint"),
    ("[[lint.override]]\nzzqq = 1", "lint/override/*"),
];

fn problems_of_pack(text: &str) -> Vec<PackProblem> {
    let mut problems = Vec::new();
    let _ = PackFile::read(text, &mut problems);
    problems
}

fn problems_of_settings(text: &str) -> Vec<PackProblem> {
    Settings::read(String::new(), Path::new(""), text.to_owned()).problems
}

/// The keys that the reading code knows in that table, and those it wants.
fn read_keys(pack: &str, problems: &[PackProblem]) -> (BTreeSet<String>, BTreeSet<String>) {
    let unknown = problems
        .iter()
        .find(|problem| problem.message.contains("`zzqq`"));
    let help = unknown.unwrap().help.as_deref().unwrap();
    let list = help.strip_prefix("known here: ").unwrap();
    let known = list.split(", ").map(str::to_owned).collect();
    let deep = pack.contains(" = {") || pack.contains("[{");
    let wanted = problems
        .iter()
        .filter(|problem| !deep || !problem.message.starts_with("[["))
        .filter_map(|problem| problem.message.split_once(" has no `"))
        .map(|(_, key)| key.trim_end_matches('`').to_owned())
        .collect();
    (known, wanted)
}

/// The schemas at `schema` with references followed and alternatives laid out.
fn alternatives<'s>(root: &'s Value, schema: &'s Value) -> Vec<&'s Value> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.strip_prefix('#').unwrap();
        return alternatives(root, root.pointer(name).unwrap());
    }
    // Beside properties it says which of them go together.
    let is_choice = schema.get("properties").is_none();
    let one_of = schema.get("oneOf").filter(|_| is_choice);
    match schema.get("anyOf").or(one_of).and_then(Value::as_array) {
        Some(options) => (options.iter())
            .flat_map(|option| alternatives(root, option))
            .collect(),
        None => vec![schema],
    }
}

/// The schemas at `path` that are tables.
fn tables<'s>(root: &'s Value, path: &str) -> Vec<&'s Value> {
    let mut at = alternatives(root, root);
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let inner = at.iter().filter_map(|schema| match step {
            "*" => schema.get("items"),
            "+" => schema.get("additionalProperties"),
            key => schema.get("properties")?.get(key),
        });
        at = inner.flat_map(|inner| alternatives(root, inner)).collect();
    }
    at.retain(|schema| schema.get("properties").is_some());
    at
}

#[test]
fn the_schema_knows_the_keys_that_are_read() {
    knows_the_keys(&json_schema(), &TABLES, problems_of_pack);
}

#[test]
fn the_schema_of_settings_knows_the_keys_that_are_read() {
    let schema = settings::schema::json_schema();
    knows_the_keys(&schema, &TABLES_OF_SETTINGS, problems_of_settings);
    let output = crate::command::run(Path::new("."), &["rules", "schema", "settings"]);
    let printed: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(printed, schema);
}

fn knows_the_keys(schema: &Value, all: &[(&str, &str)], read: fn(&str) -> Vec<PackProblem>) {
    for (text, path) in all {
        let (known, wanted) = read_keys(text, &read(text));
        let [table] = tables(schema, path)[..] else {
            panic!("{path}: not one table");
        };
        let properties = table["properties"].as_object().unwrap();
        let described: BTreeSet<String> = properties.keys().cloned().collect();
        assert_eq!(described, known, "{path}");
        assert_eq!(table["additionalProperties"], false, "{path}");
        let required = table.get("required").and_then(Value::as_array);
        let required: BTreeSet<String> = (required.into_iter().flatten())
            .map(|key| key.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(required, wanted, "{path}");
        for (key, property) in properties {
            let described = alternatives(schema, property)
                .iter()
                .any(|schema| schema.get("description").is_some());
            assert!(
                described || property.get("description").is_some(),
                "{path}/{key}"
            );
        }
    }
}

/// What of `value` the schema does not allow.
pub fn misfit(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let options = alternatives(root, schema);
    let mut reasons = Vec::new();
    for option in &options {
        match fits(root, option, value, at) {
            None => return None,
            Some(reason) => reasons.push(reason),
        }
    }
    Some(reasons.join("; or "))
}

/// Whether `value` has the constants that `when` names.
fn applies(value: &Value, when: &Value) -> bool {
    let mut properties = when["properties"].as_object().unwrap().iter();
    properties.all(|(key, wanted)| value.get(key) == wanted.get("const"))
}

fn fits(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    if let Value::Bool(anything) = schema {
        return (!anything).then(|| format!("{at}: not allowed"));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        return Some(format!("{at}: {value} is none of {words:?}"));
    }
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let holds = part.get("if").is_none_or(|when| applies(value, when));
        let misfit = part
            .get("then")
            .and_then(|then| fits(root, then, value, at));
        if let (true, Some(reason)) = (holds, misfit) {
            return Some(reason);
        }
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Some(format!("{at}: {value} is not {}", schema["const"]));
    }
    let kind = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::Array(_) => "array",
        _ => "object",
    };
    if schema.get("type").is_some_and(|wanted| wanted != kind) {
        return Some(format!("{at}: {kind} instead of {}", schema["type"]));
    }
    if let Value::Array(items) = value {
        let inner = &schema["items"];
        return items.iter().find_map(|item| misfit(root, inner, item, at));
    }
    let table = value.as_object()?;
    let required = schema.get("required").and_then(Value::as_array);
    for key in required.into_iter().flatten() {
        if !table.contains_key(key.as_str().unwrap()) {
            return Some(format!("{at}: no {key}"));
        }
    }
    // What stands beside others says nothing of keys that it does not name.
    let is_open = schema.get("additionalProperties").is_none();
    table.iter().find_map(|(key, inner)| {
        if is_open
            && schema
                .get("properties")
                .is_none_or(|all| all.get(key).is_none())
        {
            return None;
        }
        let property = schema.get("properties").and_then(|all| all.get(key));
        match property.or_else(|| schema.get("additionalProperties")) {
            Some(Value::Bool(false)) | None => Some(format!("{at}/{key}: unknown")),
            Some(property) => misfit(root, property, inner, &format!("{at}/{key}")),
        }
    })
}

fn pack_misfit(schema: &Value, text: &str) -> Option<String> {
    let pack: toml::Table = toml::from_str(text).unwrap();
    misfit(schema, schema, &serde_json::to_value(pack).unwrap(), "")
}

#[test]
fn good_packs_fit_the_schema_and_bad_ones_do_not() {
    let schema = json_schema();
    for BuiltIn { id, text, .. } in built_in() {
        assert_eq!(pack_misfit(&schema, text), None, "{id}");
    }
    let mut good = 0;
    let mut bad = 0;
    for folder in std::fs::read_dir(crate::command::cases("packs")).unwrap() {
        let folder = folder.unwrap().path();
        let read = |name: &str| std::fs::read_to_string(Path::new(&folder).join(name));
        let (Ok(text), Ok(expected)) = (read("pack.toml"), read("expected.txt")) else {
            continue;
        };
        let Ok(_) = toml::from_str::<toml::Table>(&text) else {
            continue;
        };
        let found = pack_misfit(&schema, &text);
        if expected == "ok\n" {
            good += 1;
            assert_eq!(found, None, "{}", folder.display());
        }
        let is_shape = ["unknown key", "unknown table", " must be a", " has no `"];
        if expected.lines().any(|line| is_shape.iter().any(|word| line.contains(word)))
            // The reader takes one row for a list of them; what an example has to hold depends.
            && !expected.contains("`url` must be an")
        {
            bad += 1;
            assert!(found.is_some(), "{}: {expected}", folder.display());
        }
    }
    assert!(good >= 5 && bad >= 5, "{good} good, {bad} bad");
}

#[test]
fn the_schema_is_one_of_draft_2020_12() {
    let schema = json_schema();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    assert_eq!(schema["$schema"], draft);
    let text = schema.to_string();
    assert!(!text.contains("\"null\""), "TOML has no null");
    let output = crate::command::run(Path::new("."), &["rules", "schema"]);
    let printed: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(printed, schema);
}
