//! `location` elements, lock attributes, and text where .NET takes none.

use crate::config::structure::sources::is_markup;
use crate::config::structure::text::stray;
use crate::lint::check::Check;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId, NodeKind};

/// Attributes of `location`; `overrideMode` is IIS's.
const LOCATION_ATTRIBUTES: [&str; 4] = [
    "path",
    "allowOverride",
    "inheritInChildApplications",
    "overrideMode",
];

/// Attributes that every section takes and that begin with a reserved word.
const RESERVED_ATTRIBUTES: [&str; 8] = [
    "configBuilders",
    "configProtectionProvider",
    "configSource",
    "lockAllAttributesExcept",
    "lockAllElementsExcept",
    "lockAttributes",
    "lockElements",
    "lockItem",
];

/// A `location` that stands elsewhere than directly in `configuration`.
pub(super) fn nested_location(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = check.configuration() else {
        return;
    };
    for element in subject.elements("location") {
        let parent = document.parent(*element);
        let Some(parent) = parent.filter(|parent| *parent != document.root()) else {
            continue;
        };
        let name = document.local_name(parent);
        // Sections of other products have elements of this name too.
        let is_section_group = document.parent(parent) == Some(document.root())
            && matches!(name, "system.web" | "system.webServer");
        if name == "location" || is_section_group {
            let message = format!("`location` stands in `{name}`, not directly in `configuration`");
            let place = check.place(check.at, parent, &Leaf::Element);
            check
                .report_at(*element, &Leaf::Element, message)
                .related(place, "stands around it");
        }
    }
}

/// A `location` directly in the root.
fn locations<'c>(check: &Check<'c>) -> Vec<(&'c Document, NodeId)> {
    let subject = check.subject();
    let Some(document) = check.configuration() else {
        return Vec::new();
    };
    let all = subject.elements("location").iter();
    all.filter(|element| document.parent(**element) == Some(document.root()))
        .map(|element| (document, *element))
        .collect()
}

/// A path of a `location` that .NET refuses.
pub(super) fn location_path(check: &mut Check<'_>) {
    let leaf = Leaf::Attribute("path".to_owned());
    for (document, element) in locations(check) {
        let Some(path) = document.value(element, "path") else {
            continue;
        };
        let is_edge = |c: char| matches!(c, ' ' | '.' | '/' | '\\');
        let wrong = match &*path {
            "" | "." => continue,
            path if path.starts_with(is_edge) => "begins with a space, `.`, `/` or `\\`",
            path if path.ends_with(is_edge) => "ends in a space, `.`, `/` or `\\`",
            path if path.contains(['\\', '?', ':', '*', '"', '<', '>', '|']) => {
                "holds one of `\\ ? : * \" < > |`"
            }
            _ => continue,
        };
        let shown = check.shown(document, element, &leaf);
        check.report_at(element, &leaf, format!("the path `{shown}` {wrong}"));
    }
}

/// An attribute that `location` does not have.
pub(super) fn location_attribute(check: &mut Check<'_>) {
    for (document, element) in locations(check) {
        for attribute in document.attributes(element) {
            let name = document.slice(attribute.name);
            if !LOCATION_ATTRIBUTES.contains(&name) && !is_markup(name) {
                let message = format!(
                    "`location` has no attribute `{name}`{}",
                    meant(name, &LOCATION_ATTRIBUTES)
                );
                check.report(attribute.name, message);
            }
        }
    }
}

/// An attribute that begins with `lock` or `config` and is none that .NET knows.
pub(super) fn reserved_attribute(check: &mut Check<'_>) {
    let Some(document) = check.configuration() else {
        return;
    };
    for found in &check.sections(document).uses {
        // What sections of other products take is theirs.
        let is_known = &*found.group == "system.web"
            || matches!(
                document.local_name(found.element),
                "appSettings" | "connectionStrings"
            );
        if found.is_group || !is_known {
            continue;
        }
        for attribute in document.attributes(found.element) {
            let name = document.slice(attribute.name);
            let lower = name.to_ascii_lowercase();
            if (lower.starts_with("lock") || lower.starts_with("config"))
                && !RESERVED_ATTRIBUTES.contains(&name)
            {
                let message = format!(
                    "`{name}` is no attribute of sections{}",
                    meant(name, &RESERVED_ATTRIBUTES)
                );
                check.report(attribute.name, message);
            }
        }
    }
}

/// `, but `x` is`, if one of `known` differs in case or by an `s` only.
pub(super) fn meant(name: &str, known: &[&str]) -> String {
    let bare = |name: &str| name.to_ascii_lowercase().trim_end_matches('s').to_owned();
    let wanted = bare(name);
    known
        .iter()
        .find(|other| bare(other) == wanted)
        .map_or_else(String::new, |other| format!(", but `{other}` is"))
}

/// Text or CDATA where .NET takes elements only.
pub(super) fn text_in_section(check: &mut Check<'_>) {
    let Some(document) = check.configuration() else {
        return;
    };
    for (element, stray) in stray(document, check.sections(document)) {
        let mut span = document.span(stray);
        let raw = document.slice(span);
        span.start += (raw.len() - raw.trim_start().len()) as u32;
        span.end = span.start + raw.trim().len() as u32;
        let what = match document.kind(stray) {
            NodeKind::CData => "a CDATA section",
            _ => "text",
        };
        let name = document.local_name(element);
        check.report(span, format!("{what} stands directly in `{name}`"));
    }
}
