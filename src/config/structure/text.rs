//! Text where .NET takes elements only.

use super::sections::Sections;
use crate::xml::{Document, NodeId, NodeKind};

/// Elements that have text or CDATA directly inside and may not, each with the first of it.
#[must_use]
pub fn stray(document: &Document, sections: &Sections) -> Vec<(NodeId, NodeId)> {
    stray_in(document, sections, |_| true)
}

/// As [`stray`], only of elements that are wanted.
pub(super) fn stray_in(
    document: &Document,
    sections: &Sections,
    is_wanted: impl Fn(NodeId) -> bool,
) -> Vec<(NodeId, NodeId)> {
    let mut found = Vec::new();
    let root = document.root();
    let mut look = |element: NodeId| {
        if !is_wanted(element) {
            return;
        }
        let stray = document
            .children(element)
            .find(|child| match document.kind(*child) {
                NodeKind::Text => !document.is_blank_text(*child),
                NodeKind::CData => true,
                _ => false,
            });
        found.extend(stray.map(|stray| (element, stray)));
    };
    look(root);
    (document.child_elements(root))
        .filter(|child| matches!(document.local_name(*child), "configSections" | "location"))
        .for_each(&mut look);
    document.elements_named("sectionGroup").for_each(&mut look);
    (document.elements_named("setting"))
        .filter(|setting| is_client_setting(document, *setting))
        .for_each(&mut look);
    for section in &sections.uses {
        let name = document.local_name(section.element);
        let is_keyed =
            section.group.is_empty() && matches!(name, "appSettings" | "connectionStrings");
        if section.is_group
            || is_keyed
            || (&*section.group == "system.web" && name != "browserCaps")
        {
            look(section.element);
        }
        if is_keyed
            && document
                .attribute(section.element, "configProtectionProvider")
                .is_none()
        {
            document.child_elements(section.element).for_each(&mut look);
        }
    }
    found
}

/// Whether `setting` is one of an application's settings.
#[must_use]
pub fn is_client_setting(document: &Document, setting: NodeId) -> bool {
    let group = document
        .parent(setting)
        .and_then(|section| document.parent(section));
    group.is_some_and(|group| {
        matches!(
            document.local_name(group),
            "applicationSettings" | "userSettings"
        )
    })
}
