//! What is wrong with the sections that a file declares and uses.

use std::collections::HashMap;

use crate::lint::check::Check;
use crate::lint::facts::known;
use crate::lint::facts::sections::{Declarations, Sections, Use, configuration, join};
use crate::lint::subject::Subject;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

/// The sections of the file that is looked at, found out once for all rules.
pub(super) fn sections<'c>(check: &Check<'c>, document: &Document) -> &'c Sections {
    let sections = &check.shared.sections;
    sections.get_or_init(|| Sections::of(document))
}

/// `configSections` is not the first element.
pub(super) fn config_sections_not_first(check: &mut Check<'_>) {
    each_config_sections(check, |check, at, element, first| {
        if at == 0 && element != first {
            let place = check.place(check.at, first, &Leaf::Element);
            check
                .report_at(
                    element,
                    &Leaf::Element,
                    "`configSections` is not the first element of `configuration`",
                )
                .related(place, "stands before it");
        }
    });
}

/// `configSections` stands twice.
pub(super) fn config_sections_twice(check: &mut Check<'_>) {
    let mut earlier = None;
    each_config_sections(check, |check, _, element, _| {
        if let Some(earlier) = earlier {
            let place = check.place(check.at, earlier, &Leaf::Element);
            let message = "`configSections` stands here again";
            check
                .report_at(element, &Leaf::Element, message)
                .related(place, "the first one");
        }
        earlier.get_or_insert(element);
    });
}

/// Calls `look` with each `configSections`, its number and the first element of the root.
fn each_config_sections(
    check: &mut Check<'_>,
    mut look: impl FnMut(&mut Check<'_>, usize, NodeId, NodeId),
) {
    let subject = check.subject();
    let Some(document) = subject.document().filter(|_| subject.is_configuration()) else {
        return;
    };
    let root = document.root();
    let Some(first) = document.child_elements(root).next() else {
        return;
    };
    let all = subject.elements("configSections").iter();
    for (at, element) in all
        .filter(|element| document.parent(**element) == Some(root))
        .enumerate()
    {
        look(check, at, *element, first);
    }
}

/// A section is declared twice.
pub(super) fn section_declared_twice(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document().filter(|_| subject.is_configuration()) else {
        return;
    };
    let leaf = Leaf::Attribute("name".to_owned());
    let mut seen: HashMap<String, NodeId> = HashMap::new();
    for element in subject.elements("section") {
        let Some(path) = declared_path(document, *element) else {
            continue;
        };
        if let Some(first) = seen.get(&path) {
            let shown = check.shown_text(&path);
            let place = check.place(check.at, *first, &leaf);
            check
                .report_at(*element, &leaf, format!("`{shown}` is declared here again"))
                .related(place, "the first declaration");
        } else {
            seen.insert(path, *element);
        }
    }
}

/// The path that a `section` below `configSections` declares.
fn declared_path(document: &Document, section: NodeId) -> Option<String> {
    let mut path = document.value(section, "name")?.into_owned();
    let mut at = document.parent(section)?;
    while document.local_name(at) == "sectionGroup" {
        path = format!("{}/{path}", document.value(at, "name")?);
        at = document.parent(at)?;
    }
    (document.local_name(at) == "configSections").then_some(path)
}

/// A section that nothing declares.
pub(super) fn undeclared_section(check: &mut Check<'_>) {
    let Some(document) = configuration(check.subject()) else {
        return;
    };
    let Sections { declared, uses } = sections(check, document);
    let mut inherited: Option<Declarations> = None;
    for found in uses {
        let name = document.local_name(found.element);
        if !is_candidate(document, declared, found, name) {
            continue;
        }
        let inherited = inherited.get_or_insert_with(|| from_above(check.subject()));
        if inherited.has(&found.group, name) {
            continue;
        }
        let what = match &*found.group {
            "" => format!("the section `{name}` is declared neither here nor by .NET or IIS"),
            group => format!("`{group}` has no section `{name}`, and none is declared here"),
        };
        let message = match known::other_home(&found.group, name) {
            Some("") => format!("{what}; it belongs directly into `configuration`"),
            Some(home) => format!("{what}; it belongs into `{home}`"),
            None => what,
        };
        check.report_at(found.element, &Leaf::Element, message);
    }
}

/// What `name` is in the case that .NET knows.
fn in_other_case(group: &str, name: &str) -> Option<&'static str> {
    let others = ["configSections", "location"];
    let other = others
        .into_iter()
        .find(|other| group.is_empty() && *other != name && other.eq_ignore_ascii_case(name));
    other.or_else(|| known::in_other_case(group, name))
}

fn is_candidate(document: &Document, declared: &Declarations, found: &Use, name: &str) -> bool {
    if declared.has(&found.group, name)
        || known::members(&found.group).contains(&name)
        || document.name(found.element).contains(':')
        || in_other_case(&found.group, name).is_some()
    {
        return false;
    }
    match &*found.group {
        // Microsoft's products bring more of these than one table can hold.
        "" => !name.starts_with("system.") && !name.starts_with("microsoft."),
        group if group.starts_with("system.webServer") => {
            known::other_home(group, name).is_some_and(|home| home == "system.web")
        }
        _ => true,
    }
}

/// What the `web.config` files of the folders above declare.
fn from_above(subject: &Subject) -> Declarations {
    let mut found = Declarations::default();
    for folder in subject.folder().ancestors().skip(1) {
        let document = subject
            .tree
            .find(folder, "web.config")
            .and_then(|path| subject.tree.read(&path).ok())
            .and_then(|bytes| Document::from_bytes(&bytes).ok());
        if let Some(document) = document {
            found.add_all(&document);
        }
    }
    found
}

/// The name of a section in the wrong case.
pub(super) fn section_case(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    let root = document.root();
    let name = document.local_name(root);
    if name != "configuration" {
        if name.eq_ignore_ascii_case("configuration") {
            let message = format!("`{name}` is not `configuration`: case matters in names");
            check.report_at(root, &Leaf::Element, message);
        }
        return;
    }
    let Sections { declared, uses } = sections(check, document);
    for found in uses {
        let name = document.local_name(found.element);
        if let Some(meant) = in_other_case(&found.group, name)
            && !declared.has(&found.group, name)
        {
            let message = format!("`{name}` is not `{meant}`: case matters in names");
            check.report_at(found.element, &Leaf::Element, message);
        }
    }
}

/// One section stands twice for the same place.
pub(super) fn section_twice(check: &mut Check<'_>) {
    let Some(document) = configuration(check.subject()) else {
        return;
    };
    let mut seen: HashMap<(Option<String>, &str, &str), NodeId> = HashMap::new();
    for found in &sections(check, document).uses {
        let name = document.local_name(found.element);
        if found.is_group || name == "assemblyBinding" {
            continue;
        }
        let location = found.location.map(|location| {
            let path = document.value(location, "path").unwrap_or_default();
            path.to_lowercase()
        });
        let key = (location, &*found.group, name);
        if let Some(first) = seen.get(&key) {
            let place = check.place(check.at, *first, &Leaf::Element);
            let path = join(key.1, name);
            let message = format!("the section `{path}` stands here again");
            check
                .report_at(found.element, &Leaf::Element, message)
                .related(place, "the first one");
        } else {
            seen.insert(key, found.element);
        }
    }
}
