//! Text where .NET takes elements only.

use super::sections::Sections;
use crate::xml::{Document, NodeId, NodeKind};

/// Elements that have text or CDATA directly inside and may not, each with the first of it.
#[must_use]
pub fn stray(document: &Document, sections: &Sections) -> Vec<(NodeId, NodeId)> {
    let mut found = Vec::new();
    let root = document.root();
    let mut look = |element: NodeId| {
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
    for element in document.nodes() {
        let takes_none = match document.local_name(element) {
            "configSections" | "location" => document.parent(element) == Some(root),
            "sectionGroup" => true,
            "setting" => is_client_setting(document, element),
            _ => false,
        };
        if takes_none {
            look(element);
        }
    }
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
