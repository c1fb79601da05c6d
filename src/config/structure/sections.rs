//! Which sections a file declares, what stands where sections stand, and what of it cannot be.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::siblings::Again;
use crate::config::section_groups::SectionGroups;
use crate::xml::fold::folded;
use crate::xml::{Document, NodeId};

/// What a file declares, and what stands where sections stand.
#[derive(Debug, Default)]
pub struct Sections {
    /// What `configSections` declares.
    pub declared: Declarations,
    /// Groups included, in the order of the file.
    pub uses: Vec<Use>,
}

impl Sections {
    /// Those of one file.
    #[must_use]
    pub fn of(document: &Document, groups: &SectionGroups) -> Self {
        let declared = Declarations::of(document);
        let mut uses = Vec::new();
        let known = Known {
            document,
            groups,
            declared: &declared,
        };
        known.collect(document.root(), None, &Rc::from(""), &mut uses);
        Self { declared, uses }
    }

    /// Whether `element` stands where sections stand.
    #[must_use]
    pub fn holds(&self, element: NodeId) -> bool {
        let found = (self.uses).binary_search_by_key(&element, |section| section.element);
        found.is_ok()
    }

    /// What neither the file nor .NET nor IIS declares, as far as that can be known.
    pub fn undeclared<'s>(
        &'s self,
        document: &'s Document,
        groups: &'s SectionGroups,
    ) -> impl Iterator<Item = &'s Use> {
        let uses = self.uses.iter();
        uses.filter(|section| self.is_undeclared(document, groups, section))
    }

    fn is_undeclared(&self, document: &Document, groups: &SectionGroups, section: &Use) -> bool {
        let (group, name) = (&*section.group, document.local_name(section.element));
        if groups.has(group, name)
            || self.declared.has(group, name)
            || document.name(section.element).contains(':')
            || in_other_case(groups, group, name).is_some()
        {
            return false;
        }
        match group {
            // Microsoft's products bring more of these than one table can hold.
            "" => !name.starts_with("system.") && !name.starts_with("microsoft."),
            group if group.starts_with("system.webServer") => {
                groups.other_home(group, name) == Some("system.web")
            }
            _ => true,
        }
    }

    /// Sections that are there again for the same location.
    #[must_use]
    pub fn twice(&self, document: &Document) -> Vec<Again> {
        let mut found = Vec::new();
        let mut seen: FxHashMap<(Option<String>, &str, &str), NodeId> = FxHashMap::default();
        for section in &self.uses {
            let name = document.local_name(section.element);
            if section.is_group || name == "assemblyBinding" {
                continue;
            }
            let location = section.location.map(|location| {
                let path = document.value(location, "path").unwrap_or_default();
                folded(&path).into_owned()
            });
            // Both mean the folder of the file itself.
            let location = location.filter(|path| !matches!(path.as_str(), "" | "."));
            let first = seen
                .entry((location, &section.group, name))
                .or_insert(section.element);
            if *first != section.element {
                found.push(Again {
                    element: section.element,
                    first: *first,
                });
            }
        }
        found
    }
}

/// Paths of the sections and groups that `configSections` declares.
#[derive(Debug, Default)]
pub struct Declarations {
    sections: FxHashSet<String>,
    groups: FxHashSet<String>,
}

impl Declarations {
    /// Those of one file.
    fn of(document: &Document) -> Self {
        let mut found = Self::default();
        found.add_all(document);
        found
    }

    /// Adds those of another file.
    pub fn add_all(&mut self, document: &Document) {
        for child in document.child_elements(document.root()) {
            if document.local_name(child) == "configSections" {
                self.add(document, child, "");
            }
        }
    }

    fn add(&mut self, document: &Document, parent: NodeId, path: &str) {
        for child in document.child_elements(parent) {
            let Some(name) = document.value(child, "name") else {
                continue;
            };
            let path = join(path, &name);
            match document.local_name(child) {
                "section" => {
                    self.sections.insert(path);
                }
                "sectionGroup" => {
                    self.add(document, child, &path);
                    self.groups.insert(path);
                }
                _ => {}
            }
        }
    }

    /// Whether the member `name` of `group` is declared.
    #[must_use]
    pub fn has(&self, group: &str, name: &str) -> bool {
        has(&self.sections, group, name) || has(&self.groups, group, name)
    }
}

/// Whether `paths` has the member `name` of `group`; most files declare nothing.
fn has(paths: &FxHashSet<String>, group: &str, name: &str) -> bool {
    match group.is_empty() {
        true => paths.contains(name),
        false => !paths.is_empty() && paths.contains(&join(group, name)),
    }
}

/// A section or an unknown element where sections stand.
#[derive(Debug)]
pub struct Use {
    /// Where it begins.
    pub element: NodeId,
    /// The `location` that it stands in.
    pub location: Option<NodeId>,
    /// Path of the group that it stands in, `""` for `configuration`.
    pub group: Rc<str>,
    /// Whether it holds sections itself.
    pub is_group: bool,
}

/// What is known while uses are collected.
struct Known<'d> {
    document: &'d Document,
    groups: &'d SectionGroups,
    declared: &'d Declarations,
}

impl Known<'_> {
    /// Adds everything that stands where sections stand, groups included.
    fn collect(
        &self,
        parent: NodeId,
        location: Option<NodeId>,
        group: &Rc<str>,
        found: &mut Vec<Use>,
    ) {
        for element in self.document.child_elements(parent) {
            let name = self.document.local_name(element);
            if group.is_empty() {
                match name {
                    "configSections" => continue,
                    "location" => {
                        self.collect(element, Some(element), group, found);
                        continue;
                    }
                    _ => {}
                }
            }
            let is_group =
                self.groups.is_group(group, name) || has(&self.declared.groups, group, name);
            found.push(Use {
                element,
                location,
                group: group.clone(),
                is_group,
            });
            if is_group {
                let path = Rc::from(join(group, name));
                self.collect(element, location, &path, found);
            }
        }
    }
}

/// The path of the member `name` of `group`.
#[must_use]
pub fn join(group: &str, name: &str) -> String {
    match group.is_empty() {
        true => name.to_owned(),
        false => format!("{group}/{name}"),
    }
}

/// What only .NET configuration has below its root, beside the sections that it knows.
const SIGNS: [&str; 4] = [
    "applicationSettings",
    "configSections",
    "location",
    "userSettings",
];

/// Whether `document` is .NET or IIS configuration. Others call their root
/// `configuration` too; theirs hold nothing that .NET knows.
#[must_use]
pub fn is_configuration(document: &Document, groups: &SectionGroups) -> bool {
    let is_known = |child: NodeId| {
        let name = document.local_name(child);
        SIGNS.contains(&name) || groups.has("", name)
    };
    let root = document.root();
    document.local_name(root) == "configuration" && document.child_elements(root).any(is_known)
}

/// The `configSections` directly in the root.
#[must_use]
pub fn config_sections(document: &Document) -> Vec<NodeId> {
    let children = document.child_elements(document.root());
    children
        .filter(|child| document.local_name(*child) == "configSections")
        .collect()
}

/// Declarations of a name that is declared already. A group may be there again, but a section may not,
/// and no section may have the name of a group.
#[must_use]
pub fn declared_twice(document: &Document) -> Vec<Again> {
    let mut found = Vec::new();
    let mut seen: FxHashMap<String, NodeId> = FxHashMap::default();
    let is_section = |node: NodeId| document.local_name(node) == "section";
    for head in config_sections(document) {
        for element in document.subtree(head) {
            if matches!(document.local_name(element), "section" | "sectionGroup")
                && let Some(path) = declared_path(document, element)
            {
                let first = *seen.entry(path).or_insert(element);
                if first != element && (is_section(first) || is_section(element)) {
                    found.push(Again { element, first });
                }
            }
        }
    }
    found
}

/// The path that a `section` below `configSections` declares.
#[must_use]
pub fn declared_path(document: &Document, section: NodeId) -> Option<String> {
    let mut path = document.value(section, "name")?.into_owned();
    let mut at = document.parent(section)?;
    while document.local_name(at) == "sectionGroup" {
        path = format!("{}/{path}", document.value(at, "name")?);
        at = document.parent(at)?;
    }
    (document.local_name(at) == "configSections").then_some(path)
}

/// What `name` is in the case that .NET knows.
#[must_use]
pub fn in_other_case<'s>(groups: &'s SectionGroups, group: &str, name: &str) -> Option<&'s str> {
    let other = ["configSections", "location"]
        .into_iter()
        .find(|other| group.is_empty() && *other != name && other.eq_ignore_ascii_case(name));
    other.or_else(|| groups.in_other_case(group, name))
}
