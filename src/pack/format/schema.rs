//! The JSON Schema of packs, for editors, made from the declarations of the tables ([`super::table`])
//! and from the registry of checks.

#![allow(dead_code)] // these types are never made; schemars reads them

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::file::{PackFile, SOURCE, Shape};
use super::table::{self, Declaration};
use crate::pack::rules::checks::Kind as Check;
use crate::pack::rules::keys::Nested;
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

/// One of the words of an enum.
pub(crate) struct OneOf<W>(PhantomData<W>);

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
                Shape::Sources => {
                    let linked = define_nested(generator, &SOURCE);
                    let citation = json!({ "description": "The citation.", "type": "string" });
                    named(
                        "What `source` in rows refers to: a short name and a citation.",
                        json!({ "anyOf": [citation, linked] }),
                    )
                }
                Shape::Spellings => named(
                    "What a variable in a location may stand for, below the system drive.",
                    Texts::json_schema(generator).into(),
                ),
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
fn named(meaning: &str, value: Value) -> Value {
    json!({ "description": meaning, "type": "object", "additionalProperties": value })
}

/// Adds a declared table to the definitions and gives the reference to it.
fn define(generator: &mut SchemaGenerator, declaration: &Declaration) -> String {
    let mut schema = table_of(generator, declaration.meaning, declaration.keys);
    if declaration
        .keys
        .iter()
        .any(|key| matches!(key.kind, table::Kind::Check))
    {
        schema["oneOf"] = json!([{ "required": ["select", "message"] }, { "required": ["check"] }]);
        schema["allOf"] = with_parameters(generator).into();
    }
    insert(generator, declaration.title, schema)
}

/// What `with` and `message` are, by the check.
fn with_parameters(generator: &mut SchemaGenerator) -> Vec<Value> {
    let all = Check::described().into_iter().map(|check| {
        let with = table_of(generator, check.meaning, check.keys);
        let is_needed = with.get("required").is_some();
        let with = insert(generator, &format!("check-{}", check.name), with);
        let mut then = json!({ "properties": { "with": { "$ref": with } } });
        let mut required: Vec<&str> = is_needed.then_some("with").into_iter().collect();
        match check.wordings {
            Some(_) => required.push("message"),
            None => then["properties"]["message"] = false.into(),
        }
        if !required.is_empty() {
            then["required"] = required.into();
        }
        json!({
            "if": { "properties": { "check": { "const": check.name } }, "required": ["check"] },
            "then": then,
        })
    });
    all.collect()
}

/// Adds a definition and gives the reference to it.
fn insert(generator: &mut SchemaGenerator, title: &str, schema: Value) -> String {
    generator.definitions_mut().insert(title.to_owned(), schema);
    format!("#/$defs/{title}")
}

/// Adds a nested table to the definitions and gives the reference to it. It may hold itself.
fn define_nested(generator: &mut SchemaGenerator, nested: &Nested) -> Value {
    if !generator.definitions().contains_key(nested.title) {
        insert(generator, nested.title, Value::Null);
        let schema = table_of(generator, nested.meaning, nested.keys);
        insert(generator, nested.title, schema);
    }
    json!({ "$ref": format!("#/$defs/{}", nested.title) })
}

/// `item`, or a list of it.
fn one_or_many(item: Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }] })
}

/// The schema of a table with these keys.
fn table_of(generator: &mut SchemaGenerator, meaning: &str, keys: &[table::Key]) -> Value {
    let text = || json!({ "type": "string" });
    let mut properties = Map::new();
    for key in keys {
        let mut property = match key.kind {
            table::Kind::Text => text(),
            table::Kind::Texts => Texts::json_schema(generator).into(),
            table::Kind::Flag => json!({ "type": "boolean" }),
            table::Kind::Number => json!({ "type": "integer", "minimum": 0 }),
            table::Kind::Word(words) => {
                let words: Vec<&str> = words().into_iter().map(|(word, _)| word).collect();
                json!({ "type": "string", "enum": words })
            }
            table::Kind::Items(keys) => one_or_many(table_of(generator, key.meaning, keys)),
            table::Kind::One(nested) => define_nested(generator, nested),
            table::Kind::Many(nested) => one_or_many(define_nested(generator, nested)),
            table::Kind::TextsOrMany(nested) => {
                let item = json!({ "anyOf": [text(), define_nested(generator, nested)] });
                one_or_many(item)
            }
            table::Kind::Named => json!({ "type": "object", "additionalProperties": text() }),
            table::Kind::Message => json!({
                "anyOf": [text(), { "type": "object", "additionalProperties": text() }]
            }),
            table::Kind::Code => json!({ "type": "string", "pattern": "^[A-Z]{2,8}[0-9]{3,4}$" }),
            table::Kind::Check => json!({ "type": "string", "enum": Check::NAMES }),
            // Which there are depends on the check.
            table::Kind::Parameters => json!({ "type": "object" }),
        };
        property["description"] = key.meaning.trim().into();
        properties.insert(key.name.to_owned(), property);
    }
    let required: Vec<&str> = (keys.iter())
        .filter(|key| key.need.is_required)
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
