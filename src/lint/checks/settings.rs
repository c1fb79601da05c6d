//! Entries of appSettings, connectionStrings and application settings, one by one.

use super::location::meant;
use crate::config::structure::sources::is_markup;
use crate::config::structure::text::is_client_setting;
use crate::lint::check::Check;
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::{Document, NodeId};

/// What entries of a section may look like.
struct Shape {
    section: &'static str,
    /// Attributes of `add`: those that must be there, then the others.
    required: &'static [&'static str],
    all: &'static [&'static str],
    /// The attribute of `remove`.
    key: &'static str,
}

const SHAPES: [Shape; 2] = [
    Shape {
        section: "appSettings",
        required: &["key"],
        all: &["key", "value"],
        key: "key",
    },
    Shape {
        section: "connectionStrings",
        required: &["name", "connectionString"],
        all: &["name", "connectionString", "providerName"],
        key: "name",
    },
];

/// The sections of `shape` that .NET reads itself: not encrypted, not elsewhere.
fn sections<'c>(check: &Check<'c>, shape: &Shape) -> Vec<(&'c Document, NodeId)> {
    let subject = check.subject();
    let Some(document) = check.configuration() else {
        return Vec::new();
    };
    let root = document.root();
    let is_there = |section: NodeId| {
        let parent = document.parent(section);
        let is_direct = parent.is_some_and(|parent| {
            parent == root
                || (document.local_name(parent) == "location"
                    && document.parent(parent) == Some(root))
        });
        is_direct
            && document
                .attribute(section, "configProtectionProvider")
                .is_none()
    };
    let all = subject.elements(shape.section).iter();
    all.filter(|section| is_there(**section))
        .map(|section| (document, *section))
        .collect()
}

/// An entry that .NET does not recognise: another element, another attribute.
pub(super) fn unrecognized_entry(check: &mut Check<'_>) {
    for shape in &SHAPES {
        for (document, section) in sections(check, shape) {
            for entry in document.child_elements(section) {
                let name = document.local_name(entry);
                let allowed: &[&str] = match name {
                    "add" => shape.all,
                    "remove" => std::slice::from_ref(&shape.key),
                    "clear" => &[],
                    _ => {
                        let meant = meant(name, &["add", "remove", "clear"]);
                        let message = format!("`{}` has no element `{name}`{meant}", shape.section);
                        check.report_at(entry, &Leaf::Element, message);
                        continue;
                    }
                };
                for attribute in document.attributes(entry) {
                    let attribute_name = document.slice(attribute.name);
                    let is_known = allowed.contains(&attribute_name)
                        || is_markup(attribute_name)
                        || attribute_name.starts_with("lock");
                    if !is_known {
                        let meant = meant(attribute_name, allowed);
                        let message = format!(
                            "`{name}` of `{}` has no attribute `{attribute_name}`{meant}",
                            shape.section
                        );
                        check.report(attribute.name, message);
                    }
                }
            }
        }
    }
}

/// An entry without an attribute that it must have.
pub(super) fn incomplete_entry(check: &mut Check<'_>) {
    for shape in &SHAPES {
        for (document, section) in sections(check, shape) {
            for entry in document.child_elements(section) {
                let required = match document.local_name(entry) {
                    "add" => shape.required,
                    "remove" => std::slice::from_ref(&shape.key),
                    _ => continue,
                };
                for wanted in required {
                    // Another case is found as an attribute that is not recognised.
                    let is_there = document.attributes(entry).iter().any(|attribute| {
                        document.slice(attribute.name).eq_ignore_ascii_case(wanted)
                    });
                    if !is_there {
                        let name = document.local_name(entry);
                        let message = format!("`{name}` of `{}` has no `{wanted}`", shape.section);
                        check.report_at(entry, &Leaf::Element, message);
                    }
                }
            }
        }
    }
}

/// The settings that .NET reads as an application's.
fn client_settings<'c>(check: &Check<'c>) -> Vec<(&'c Document, NodeId)> {
    let subject = check.subject();
    let Some(document) = check.configuration() else {
        return Vec::new();
    };
    let all = subject.elements("setting").iter();
    all.filter(|setting| is_client_setting(document, **setting))
        .map(|setting| (document, *setting))
        .collect()
}

/// A setting without `name`, `serializeAs` or `value`.
pub(super) fn incomplete_setting(check: &mut Check<'_>) {
    for (document, setting) in client_settings(check) {
        if document.attribute(setting, "name").is_none() {
            let message = "a setting has no `name`";
            check.report_at(setting, &Leaf::Element, message);
            continue;
        }
        let has_kind = document.attribute(setting, "serializeAs").is_some();
        let has_value = document.child_named(setting, "value").is_some();
        if has_kind && has_value {
            continue;
        }
        let shown = check.shown(document, setting, &Leaf::Attribute("name".to_owned()));
        if !has_kind {
            let misspelt = document.attributes(setting).iter().find(|attribute| {
                let name = document.slice(attribute.name).to_ascii_lowercase();
                matches!(name.as_str(), "serializeas" | "serializedas")
            });
            match misspelt {
                Some(attribute) => {
                    let name = document.slice(attribute.name);
                    let message =
                        format!("the setting `{shown}` has no `serializeAs`; `{name}` is misspelt");
                    let edit = Edit {
                        span: attribute.name,
                        text: "serializeAs".to_owned(),
                    };
                    check.report(attribute.name, message).fix(vec![edit]);
                }
                None => {
                    let message = format!("the setting `{shown}` has no `serializeAs`");
                    check.report_at(setting, &Leaf::Element, message);
                }
            }
        }
        if !has_value {
            let message = format!("the setting `{shown}` has no `value`");
            check.report_at(setting, &Leaf::Element, message);
        }
    }
}

/// The values of `SettingsSerializeAs`, and `custom` of the documentation.
const FORMS: [&str; 5] = ["String", "Xml", "Binary", "ProviderSpecific", "custom"];

/// `serializeAs` with a value that .NET does not know.
pub(super) fn unknown_serialize_as(check: &mut Check<'_>) {
    let leaf = Leaf::Attribute("serializeAs".to_owned());
    for (document, setting) in client_settings(check) {
        if let Some(form) = document.value(setting, "serializeAs")
            && !FORMS.contains(&&*form)
        {
            let shown = check.shown(document, setting, &leaf);
            let message = format!(
                "`{shown}` is no way to serialize a setting{}",
                meant(&form, &FORMS)
            );
            check.report_at(setting, &leaf, message);
        }
    }
}
