//! Files that a configuration points at: `configSource`, and `file` of appSettings.

use crate::config::sidecars::Sidecar;
use crate::config::structure::sources::{beside, is_markup};
use crate::lint::check::Check;
use crate::xml::Document;
use crate::xml::address::Leaf;

fn of_file<'c>(check: &Check<'c>) -> Option<(&'c Document, &'c [Sidecar])> {
    let subject = check.subject();
    let all = subject.sidecars();
    if all.is_empty() {
        return None;
    }
    Some((check.configuration()?, all))
}

/// `configSource` with other attributes or content.
pub(super) fn config_source_not_alone(check: &mut Check<'_>) {
    let Some((document, all)) = of_file(check) else {
        return;
    };
    for sidecar in all.iter().filter(|sidecar| sidecar.is_required()) {
        let section = sidecar.section;
        let name = document.local_name(section);
        let Some(beside) = beside(document, section) else {
            continue;
        };
        if let Some(other) = beside.attribute {
            let message = format!(
                "`{name}` has `configSource` and also the attribute `{}`",
                document.slice(other.name)
            );
            check.report(other.name, message);
        }
        if let Some(content) = beside.content {
            let message = format!(
                "`{name}` has `configSource` and also the element `{}`",
                document.local_name(content)
            );
            check.report_at(content, &Leaf::Element, message);
        }
    }
}

/// `configSource` that is no path of another file in the folder or below it.
pub(super) fn config_source_outside(check: &mut Check<'_>) {
    let Some((document, all)) = of_file(check) else {
        return;
    };
    for sidecar in all.iter().filter(|sidecar| sidecar.is_required()) {
        let path = &sidecar.path;
        let is_absolute = path.starts_with(['/', '\\']) || path.contains(':');
        let leaves = path.split(['/', '\\']).any(|part| part == "..");
        let is_own = path.eq_ignore_ascii_case(check.subject().file_name());
        let wrong = match (is_absolute, leaves) {
            (true, _) => "is not a relative path",
            (_, true) => "leads out of the folder of this file",
            _ if is_own => "is this file itself",
            _ => continue,
        };
        let leaf = Leaf::Attribute(sidecar.attribute.to_owned());
        let shown = check.shown(document, sidecar.section, &leaf);
        check.report_at(sidecar.section, &leaf, format!("`{shown}` {wrong}"));
    }
}

/// `configSource` names a file that is not there.
pub(super) fn missing_config_source(check: &mut Check<'_>) {
    missing(check, true, "is not there");
}

/// `file` names a file that is not there.
pub(super) fn missing_settings_file(check: &mut Check<'_>) {
    missing(
        check,
        false,
        "is not there, which .NET passes over in silence",
    );
}

fn missing(check: &mut Check<'_>, required: bool, consequence: &str) {
    let Some((document, all)) = of_file(check) else {
        return;
    };
    let subject = check.subject();
    for sidecar in all
        .iter()
        .filter(|sidecar| sidecar.is_required() == required)
    {
        // Where the folder cannot be read, or the path leads elsewhere, nothing is known.
        let is_known =
            sidecar.inner_path().is_some() && subject.tree.names(subject.folder()).is_some();
        if is_known && subject.tree.find(subject.folder(), &sidecar.path).is_none() {
            let leaf = Leaf::Attribute(sidecar.attribute.to_owned());
            let shown = check.shown(document, sidecar.section, &leaf);
            check.report_at(sidecar.section, &leaf, format!("`{shown}` {consequence}"));
        }
    }
}

/// A sidecar whose root element is not the section, or, for `file`, has attributes.
pub(super) fn sidecar_root(check: &mut Check<'_>) {
    let Some((document, all)) = of_file(check) else {
        return;
    };
    let subject = check.subject();
    for sidecar in all {
        let found = sidecar
            .inner_path()
            .and_then(|_| subject.tree.find(subject.folder(), &sidecar.path))
            .and_then(|path| subject.tree.read(&path).ok())
            .and_then(|bytes| Document::from_bytes(&bytes).ok());
        let Some(other) = found else { continue };
        let (name, root) = (document.local_name(sidecar.section), other.root());
        let leaf = Leaf::Attribute(sidecar.attribute.to_owned());
        let shown = check.shown(document, sidecar.section, &leaf);
        let has_attribute = other
            .attributes(root)
            .iter()
            .any(|attribute| !is_markup(other.slice(attribute.name)));
        let message = if other.local_name(root) != name {
            let root = other.local_name(root);
            format!("the root of `{shown}` is `{root}`, not `{name}`")
        } else if !sidecar.is_required() && has_attribute {
            format!("the root of `{shown}` has attributes, which .NET refuses there")
        } else {
            continue;
        };
        check.report_at(sidecar.section, &leaf, message);
    }
}
