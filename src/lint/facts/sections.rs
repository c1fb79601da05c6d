//! Which sections a file declares, and what stands where sections stand.

use std::collections::HashSet;
use std::rc::Rc;

use super::known;
use crate::lint::subject::Subject;
use crate::xml::{Document, NodeId};

/// What a file declares, and what stands where sections stand.
#[derive(Debug)]
pub struct Sections {
    /// What `configSections` declares.
    pub declared: Declarations,
    /// Groups included, in the order of the file.
    pub uses: Vec<Use>,
}

impl Sections {
    /// Those of one file.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let declared = Declarations::of(document);
        let uses = uses(document, &declared);
        Self { declared, uses }
    }
}

/// Paths of the sections and groups that `configSections` declares.
#[derive(Debug, Default)]
pub struct Declarations {
    sections: HashSet<String>,
    groups: HashSet<String>,
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

    fn is_group(&self, group: &str, name: &str) -> bool {
        known::is_group(group, name) || has(&self.groups, group, name)
    }
}

/// Whether `paths` has the member `name` of `group`; most files declare nothing.
fn has(paths: &HashSet<String>, group: &str, name: &str) -> bool {
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

/// Everything that stands where sections stand, groups included.
fn uses(document: &Document, declared: &Declarations) -> Vec<Use> {
    let mut found = Vec::new();
    let root = document.root();
    collect(document, declared, root, None, &Rc::from(""), &mut found);
    found
}

fn collect(
    document: &Document,
    declared: &Declarations,
    parent: NodeId,
    location: Option<NodeId>,
    group: &Rc<str>,
    found: &mut Vec<Use>,
) {
    for element in document.child_elements(parent) {
        let name = document.local_name(element);
        if group.is_empty() {
            match name {
                "configSections" => continue,
                "location" => {
                    collect(document, declared, element, Some(element), group, found);
                    continue;
                }
                _ => {}
            }
        }
        let is_group = declared.is_group(group, name);
        found.push(Use {
            element,
            location,
            group: group.clone(),
            is_group,
        });
        if is_group {
            let path = Rc::from(join(group, name));
            collect(document, declared, element, location, &path, found);
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

/// The document if it is .NET or IIS configuration. Others call their root
/// `configuration` too; theirs hold nothing that .NET knows.
pub fn configuration(subject: &Subject) -> Option<&Document> {
    let document = subject.document()?;
    let is_known = |child: NodeId| {
        let name = document.local_name(child);
        SIGNS.contains(&name) || known::members("").contains(&name)
    };
    let is_dotnet = *subject.is_dotnet.get_or_init(|| {
        subject.is_configuration() && document.child_elements(document.root()).any(is_known)
    });
    is_dotnet.then_some(document)
}
