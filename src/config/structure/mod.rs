//! What is wrong with a configuration as a whole, as far as the file itself
//! shows it: entries and sections that .NET or IIS refuse to see twice, sections
//! that nothing declares, names that point at nothing.
//!
//! [`faults`] finds all of it; whether a fault is new, the caller learns by
//! comparing [`Fault::key`] with the faults of other versions of the file.

use super::identity::{Duplicates, IdentityTable};
use super::references::{Reference, References};
use super::section_groups::SectionGroups;
use crate::xml::{Document, NodeId};

pub mod collections;
mod endpoints;
mod pointers;
pub mod redirects;
pub mod sections;
pub mod siblings;
pub mod sources;
pub mod text;

use sections::Sections;

/// What the rule packs say about the meaning of configuration.
#[derive(Clone, Copy, Debug)]
pub struct Meaning<'r> {
    /// What identifies elements.
    pub identities: &'r IdentityTable,
    /// Names that point at entries.
    pub references: &'r References,
    /// Sections that need no declaration.
    pub section_groups: &'r SectionGroups,
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// Two entries of one key that differ, which .NET refuses.
    RefusedByNet,
    /// Two entries of one key, which IIS refuses.
    RefusedByIis,
    /// A child that there can be once is there again.
    NotOnce,
    /// `configSections` is not the first element.
    ConfigSectionsNotFirst,
    /// `configSections` is there again.
    ConfigSectionsTwice,
    /// A section is declared again.
    DeclaredTwice,
    /// A section that neither the file nor .NET nor IIS declares.
    Undeclared,
    /// A section is there again, for the same location.
    SectionTwice,
    /// A section has `configSource` and something else.
    ConfigSourceNotAlone,
    /// A `remove` or `clear` is behind the entry that it takes out.
    TakenOut,
    /// A name whose entry is not in the file.
    Dangling,
    /// Text where .NET takes elements only.
    Text,
    /// A `location` with both `allowOverride` and `overrideMode`, of which .NET takes one.
    BothOverrides,
    /// A rule of `authorization` that names neither users nor roles.
    NobodyNamed,
    /// A value that only one of several may have, such as the id of a site.
    NotUnique,
    /// Redirects of one assembly that send the same versions to different ones, or say it in two places.
    RedirectsContradict,
    /// Two endpoints of a service at one address for one contract.
    EndpointTwice,
}

impl FaultKind {
    /// What is wrong, as a part of a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RefusedByNet => "two entries of one key, which .NET refuses,",
            Self::RefusedByIis => "two entries of one key, which IIS refuses,",
            Self::NotOnce => "an element twice that there can be once",
            Self::ConfigSectionsNotFirst => "`configSections` behind another element",
            Self::ConfigSectionsTwice => "`configSections` twice",
            Self::DeclaredTwice => "two declarations of one section",
            Self::Undeclared => "a section that nothing declares",
            Self::SectionTwice => "a section twice",
            Self::ConfigSourceNotAlone => "`configSource` beside content",
            Self::TakenOut => "a `remove` or `clear` behind what it takes out",
            Self::Dangling => "a name of something that is not there",
            Self::Text => "text where .NET takes elements only",
            Self::BothOverrides => "both `allowOverride` and `overrideMode`",
            Self::NobodyNamed => "a rule that names neither users nor roles",
            Self::NotUnique => "a value twice that only one may have",
            Self::RedirectsContradict => {
                "a redirect that contradicts or repeats another one of its assembly"
            }
            Self::EndpointTwice => "a second endpoint of its contract at one address",
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// Where it is: of two, the later one.
    pub element: NodeId,
    /// What belongs to it: the earlier one, the entry that is taken out.
    pub related: Option<NodeId>,
    /// What makes it the same fault in another version of the file: the
    /// identities on the way to the element, of a name that points at nothing also the name.
    pub key: String,
}

/// Everything that is wrong with `document`, in no certain order.
#[must_use]
pub fn faults(document: &Document, meaning: Meaning<'_>) -> Vec<Fault> {
    faults_near(document, meaning, |_| true)
}

/// As [`faults`]; but what an element and its children have wrong among themselves, only of elements
/// that are wanted.
pub fn faults_near(
    document: &Document,
    meaning: Meaning<'_>,
    is_wanted: impl Fn(NodeId) -> bool,
) -> Vec<Fault> {
    let mut found = Found {
        document,
        meaning,
        faults: Vec::new(),
    };
    let mut sections = Sections::default();
    if sections::is_configuration(document, meaning.section_groups) {
        sections = Sections::of(document, meaning.section_groups);
        found.in_sections(&sections, &is_wanted);
        for (element, _) in text::stray_in(document, &sections, &is_wanted) {
            found.add(FaultKind::Text, element, None);
        }
    }
    let are_refused = |duplicates| {
        matches!(
            duplicates,
            Duplicates::RefusedByNet | Duplicates::RefusedByIis
        )
    };
    let siblings = siblings::look(document, meaning.identities, is_wanted, are_refused);
    for again in siblings.again {
        // Sections are looked at as such, over all groups of one name, and so are declarations.
        let is_head = document.local_name(again.element) == "configSections";
        if !is_head && !sections.holds(again.element) {
            found.add(FaultKind::NotOnce, again.element, Some(again.first));
        }
    }
    for entry in siblings.entries.repeated {
        let kind = match entry.duplicates {
            Duplicates::RefusedByIis => FaultKind::RefusedByIis,
            _ if collections::are_equal(document, entry.first, entry.element) => continue,
            _ => FaultKind::RefusedByNet,
        };
        found.add(kind, entry.element, Some(entry.first));
    }
    for taken in siblings.entries.taken_out {
        found.add(FaultKind::TakenOut, taken.element, Some(taken.entry));
    }
    for again in siblings.not_unique {
        found.add(FaultKind::NotUnique, again.element, Some(again.first));
    }
    for twice in endpoints::twice(document) {
        let service = document.parent(twice.element);
        let mut key = service.map_or_else(String::new, |service| {
            path(document, meaning.identities, service)
        });
        key.push_str(&twice.what);
        found.faults.push(Fault {
            kind: FaultKind::EndpointTwice,
            element: twice.element,
            related: Some(twice.first),
            key,
        });
    }
    let redirects = redirects::redirects(document, redirects::of_repeated_names(document));
    for (earlier, later) in redirects::overlapping(&redirects) {
        // Within one `dependentAssembly`, ranges to one version complete each other.
        let is_apart = document.parent(earlier.element) != document.parent(later.element);
        if earlier.new != later.new || is_apart {
            found.faults.push(Fault {
                kind: FaultKind::RedirectsContradict,
                element: later.element,
                related: Some(earlier.element),
                key: later.identity.clone(),
            });
        }
    }
    found.in_attributes();
    found.faults
}

/// As [`faults`]: only names that point at nothing.
#[must_use]
pub fn dangling(document: &Document, meaning: Meaning<'_>) -> Vec<Fault> {
    let mut found = Found {
        document,
        meaning,
        faults: Vec::new(),
    };
    found.in_attributes();
    found
        .faults
        .retain(|fault| fault.kind == FaultKind::Dangling);
    found.faults
}

struct Found<'d> {
    document: &'d Document,
    meaning: Meaning<'d>,
    faults: Vec<Fault>,
}

impl Found<'_> {
    fn add(&mut self, kind: FaultKind, element: NodeId, related: Option<NodeId>) {
        let key = path(self.document, self.meaning.identities, element);
        self.faults.push(Fault {
            kind,
            element,
            related,
            key,
        });
    }

    fn in_sections(&mut self, sections: &Sections, is_wanted: impl Fn(NodeId) -> bool) {
        let document = self.document;
        let heads = sections::config_sections(document);
        if let Some(first) = heads.first()
            && !document.is_first_element(*first)
        {
            let before = document.child_elements(document.root()).next();
            self.add(FaultKind::ConfigSectionsNotFirst, *first, before);
        }
        for again in heads.iter().skip(1) {
            self.add(
                FaultKind::ConfigSectionsTwice,
                *again,
                heads.first().copied(),
            );
        }
        let are_wanted = heads.iter().any(|head| is_wanted(*head));
        let declared_twice = are_wanted.then(|| sections::declared_twice(document));
        for twice in declared_twice.into_iter().flatten() {
            self.add(FaultKind::DeclaredTwice, twice.element, Some(twice.first));
        }
        for found in sections.undeclared(document, self.meaning.section_groups) {
            self.add(FaultKind::Undeclared, found.element, None);
        }
        for twice in sections.twice(document) {
            self.add(FaultKind::SectionTwice, twice.element, Some(twice.first));
        }
    }

    /// Attributes that exclude or need one another.
    fn in_element(&mut self, element: NodeId) {
        let document = self.document;
        let has = |name| document.attribute(element, name).is_some();
        match document.local_name(element) {
            "location" if has("allowOverride") && has("overrideMode") => {
                self.add(FaultKind::BothOverrides, element, None);
            }
            "allow" | "deny" if !has("users") && !has("roles") => {
                let is_rule = document.parent(element).is_some_and(|parent| {
                    document.is_element(parent)
                        && document.local_name(parent) == "authorization"
                        && document
                            .parent(parent)
                            .is_some_and(|above| document.local_name(above) == "system.web")
                });
                if is_rule {
                    self.add(FaultKind::NobodyNamed, element, None);
                }
            }
            _ => {}
        }
    }

    /// What attributes say: `configSource`, and names that point at entries.
    fn in_attributes(&mut self) {
        let (document, references) = (self.document, self.meaning.references);
        let mut pointers = pointers::Pointers::new(document, references, self.meaning.identities);
        let within_values = references.within_values(document);
        let by_attribute = references.index();
        for mentions in &within_values {
            for element in mentions.elements(document) {
                self.dangling(&mut pointers, mentions.at, mentions.row, element);
            }
        }
        for element in document.nodes().filter(|node| document.is_element(*node)) {
            let local_name = document.local_name(element);
            self.in_element(element);
            for attribute in document.attributes(element) {
                let name = document.slice(attribute.name);
                if name == "configSource" && sources::beside(document, element).is_some() {
                    self.add(FaultKind::ConfigSourceNotAlone, element, None);
                }
                for (at, row) in by_attribute.rows(name, local_name) {
                    self.dangling(&mut pointers, at, row, element);
                }
            }
        }
    }

    fn dangling(
        &mut self,
        pointers: &mut pointers::Pointers<'_>,
        at: usize,
        row: &Reference,
        element: NodeId,
    ) {
        row.each_name(self.document, element, |name| {
            if pointers.dangles(at, element, name) {
                self.faults.push(Fault {
                    kind: FaultKind::Dangling,
                    element,
                    related: None,
                    key: format!("{} {}", row.from(), row.compare.folded(name)),
                });
            }
        });
    }
}

/// The way to `element` by the identities on it.
fn path(document: &Document, table: &IdentityTable, element: NodeId) -> String {
    let mut way: Vec<NodeId> = std::iter::successors(Some(element), |node| document.parent(*node))
        .filter(|node| document.is_element(*node))
        .collect();
    way.reverse();
    let mut path = String::new();
    for node in way {
        path.push('/');
        path.push_str(document.local_name(node));
        if let Some(rule) = table.rule_for(document, node) {
            for key in rule.by.iter() {
                if let Some(value) = key.value(document, node) {
                    path.push('=');
                    rule.compare.push(&mut path, &value);
                }
            }
        }
    }
    path
}
