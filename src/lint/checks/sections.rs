//! What is wrong with the sections that a file declares and uses.

use crate::config::structure::sections::{
    Declarations, Sections, config_sections, declared_path, declared_twice, in_other_case, join,
};
use crate::lint::check::Check;
use crate::lint::subject::Subject;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

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
    let Some(first) = document.child_elements(document.root()).next() else {
        return;
    };
    for (at, element) in config_sections(document).into_iter().enumerate() {
        look(check, at, element, first);
    }
}

/// A section is declared twice.
pub(super) fn section_declared_twice(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document().filter(|_| subject.is_configuration()) else {
        return;
    };
    let leaf = Leaf::Attribute("name".to_owned());
    for twice in declared_twice(document) {
        let path = declared_path(document, twice.element).unwrap_or_default();
        let shown = check.shown_text(&path);
        let place = check.place(check.at, twice.first, &leaf);
        check
            .report_at(
                twice.element,
                &leaf,
                format!("`{shown}` is declared here again"),
            )
            .related(place, "the first declaration");
    }
}

/// A section that nothing declares.
pub(super) fn undeclared_section(check: &mut Check<'_>) {
    let Some(document) = check.configuration() else {
        return;
    };
    let groups = &check.rules.section_groups;
    let mut inherited: Option<Declarations> = None;
    for found in check.sections(document).undeclared(document, groups) {
        let name = document.local_name(found.element);
        let inherited = inherited.get_or_insert_with(|| from_above(check.subject()));
        if inherited.has(&found.group, name) {
            continue;
        }
        let what = match &*found.group {
            "" => format!("the section `{name}` is declared neither here nor by .NET or IIS"),
            group => format!("`{group}` has no section `{name}`, and none is declared here"),
        };
        let message = match groups.other_home(&found.group, name) {
            Some("") => format!("{what}; it belongs directly into `configuration`"),
            Some(home) => format!("{what}; it belongs into `{home}`"),
            None => what,
        };
        check.report_at(found.element, &Leaf::Element, message);
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
    let Sections { declared, uses } = check.sections(document);
    let groups = &check.rules.section_groups;
    for found in uses {
        let name = document.local_name(found.element);
        if let Some(meant) = in_other_case(groups, &found.group, name)
            && !declared.has(&found.group, name)
        {
            let message = format!("`{name}` is not `{meant}`: case matters in names");
            check.report_at(found.element, &Leaf::Element, message);
        }
    }
}

/// One section stands twice for the same place.
pub(super) fn section_twice(check: &mut Check<'_>) {
    let Some(document) = check.configuration() else {
        return;
    };
    for twice in check.sections(document).twice(document) {
        let place = check.place(check.at, twice.first, &Leaf::Element);
        let section =
            (check.sections(document).uses.iter()).find(|section| section.element == twice.element);
        let group = section.map_or("", |section| &section.group);
        let path = join(group, document.local_name(twice.element));
        let message = format!("the section `{path}` stands here again");
        check
            .report_at(twice.element, &Leaf::Element, message)
            .related(place, "the first one");
    }
}
