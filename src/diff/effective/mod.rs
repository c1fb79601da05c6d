//! A configuration as .NET reads it, so that two of them can be compared like files.
//!
//! What is in effect (`config::effective`) is written as one document, in which each element knows the
//! elements it comes from: one for most; of a section that a file above has as well, one in each file.
//! Two such documents are compared as files are, and what is told are the places in the files.
//!
//! Of elements that nothing tells from others of their name, those of several files are one: its attributes
//! are those of the last file that says them. Where no file above was read, a `remove` that takes out
//! nothing is kept, since it may take out what such a file has.

mod writing;

use std::collections::HashMap;

use super::change::{Change, Place, Reordered, text_of};
use super::configuration::{Configuration, Sidecar};
use super::{Counted, Difference, Kind, diff};
use crate::config::effective::Origin;
use crate::config::transforms::is_transform;
use crate::matching::keys::is_identity_attribute;
use crate::pack::Rules;
use crate::xml::address::Leaf;
use crate::xml::syntax::SyntaxError;
use crate::xml::{Document, NodeId};
use writing::{Written, written};

/// A file of the chain from which a configuration inherits, or the configuration itself.
#[derive(Clone, Debug)]
pub struct Layer<'d> {
    /// The file.
    pub document: &'d Document,
    /// What it is called; `None` for the configuration itself.
    pub file: Option<&'d str>,
    /// The files that it points at and that were read.
    pub sidecars: Vec<Sidecar<'d>>,
    /// The paths of those that are there and could not be read.
    pub unreadable: Vec<&'d str>,
}

/// What .NET reads of a configuration, as a document.
#[derive(Debug)]
pub struct Reading<'d> {
    document: Document,
    /// Of each node that is an element, where it comes from: the last one counts most.
    parts: Vec<Vec<Origin>>,
    /// Of each node, whether it is a section or holds sections.
    is_holder: Vec<bool>,
    files: Vec<File<'d>>,
    /// What .NET refuses, in words.
    pub refused: Vec<String>,
}

/// A file that had a part in it.
#[derive(Clone, Copy, Debug)]
struct File<'d> {
    document: &'d Document,
    name: Option<&'d str>,
}

impl<'d> Reading<'d> {
    /// What .NET reads of the last file of `chain`, which inherits from those before it; `None` if it is not
    /// read in this way: a transform, or a file that is no configuration.
    ///
    /// # Errors
    /// What is in effect cannot be written as one document.
    pub fn of(chain: &[Layer<'d>], rules: &Rules) -> Option<Result<Self, SyntaxError>> {
        let own = chain.last()?;
        let is_configuration = own.document.local_name(own.document.root()) == "configuration";
        if !is_configuration || is_transform(own.document) {
            return None;
        }
        let mut files: Vec<File<'d>> = Vec::new();
        for layer in chain {
            files.push(File {
                document: layer.document,
                name: layer.file,
            });
        }
        let mut found: Vec<HashMap<(NodeId, &str), usize>> = Vec::new();
        for layer in chain {
            let mut by_place = HashMap::new();
            for sidecar in &layer.sidecars {
                by_place.insert((sidecar.section, sidecar.path), files.len());
                files.push(File {
                    document: sidecar.document,
                    name: Some(sidecar.path),
                });
            }
            found.push(by_place);
        }
        let Written {
            text,
            elements,
            refused,
        } = written(chain, &files, &found, rules);
        let document = match Document::from_text(&text) {
            Ok(document) => document,
            Err(error) => return Some(Err(error)),
        };
        let mut parts = vec![Vec::new(); document.len()];
        let mut is_holder = vec![false; document.len()];
        let nodes = document.nodes().filter(|node| document.is_element(*node));
        for (node, from) in nodes.zip(elements) {
            is_holder[node.index()] = from.is_holder;
            parts[node.index()] = from.parts;
        }
        Some(Ok(Self {
            document,
            parts,
            is_holder,
            files,
            refused,
        }))
    }

    /// It, ready to be compared.
    #[must_use]
    pub fn configuration(&self) -> Configuration<'_> {
        Configuration::new(&self.document, [])
    }

    /// The place in the files.
    fn place(&self, place: &Place<'_>) -> Option<Place<'d>> {
        let parts = self.parts.get(place.element.index())?;
        let says = |origin: &&Origin| {
            let document = self.files[origin.file].document;
            match &place.leaf {
                Leaf::Element => true,
                Leaf::Attribute(name) => document.attribute(origin.element, name).is_some(),
                Leaf::Text => !text_of(document, origin.element).is_empty(),
            }
        };
        let origin = parts.iter().rev().find(says).or(parts.last())?;
        let file = self.files[origin.file];
        Some(Place {
            document: file.document,
            file: file.name,
            element: origin.element,
            leaf: place.leaf.clone(),
        })
    }
}

/// What .NET reads differently.
///
/// # Errors
/// The names of the root elements, if these are different.
pub fn diff_effective<'d>(
    [before, after]: [&Reading<'d>; 2],
    rules: &Rules,
) -> Result<Difference<'d>, [String; 2]> {
    let (one, other) = (before.configuration(), after.configuration());
    let found = diff(&one, &other, rules)?;
    let changes = found.changes.into_iter();
    let changes = changes
        .flat_map(|change| one_by_one(change, before, after))
        .filter(|change| !is_other_case_of_name(change, rules))
        .filter_map(|change| {
            let place = |reading: &Reading<'d>, place: &Option<Place<'_>>| {
                place.as_ref().and_then(|place| reading.place(place))
            };
            Some(Change {
                before: place(before, &change.before),
                after: place(after, &change.after),
                kind: match &change.kind {
                    Kind::Added => Kind::Added,
                    Kind::Removed => Kind::Removed,
                    Kind::Changed => Kind::Changed,
                    Kind::Moved => Kind::Moved,
                    Kind::Renamed(why) => Kind::Renamed(why.clone()),
                    Kind::Reordered(moved) => {
                        let moved = moved.iter().map(|one| {
                            Some(Reordered {
                                child: after.place(&one.child)?,
                                behind: place(after, &one.behind),
                                was_behind: place(before, &one.was_behind),
                            })
                        });
                        Kind::Reordered(moved.collect::<Option<_>>()?)
                    }
                    // What is read has no comments and no other files.
                    Kind::CommentedOut
                    | Kind::Uncommented
                    | Kind::MovedOut(_)
                    | Kind::MovedIn(_) => return None,
                },
            })
        })
        .collect();
    Ok(Difference {
        changes,
        counted: Counted::default(),
    })
}

/// What a section holds that came or went: one that is empty means no more than none, so each setting counts.
fn one_by_one<'c>(
    change: Change<'c>,
    before: &'c Reading<'_>,
    after: &'c Reading<'_>,
) -> Vec<Change<'c>> {
    let reading = match change.kind {
        Kind::Added => after,
        Kind::Removed => before,
        _ => return vec![change],
    };
    let top = change.place();
    let mut changes = Vec::new();
    if top.leaf != Leaf::Element || !reading.is_holder[top.element.index()] {
        return vec![change];
    }
    let document = &reading.document;
    let mut say = |element: NodeId, leaf: Leaf| {
        let place = Some(Place {
            document,
            file: None,
            element,
            leaf,
        });
        changes.push(match change.kind {
            Kind::Added => Change::between(None, place),
            _ => Change::between(place, None),
        });
    };
    for node in document.subtree(top.element) {
        let is_held = document
            .parent(node)
            .is_some_and(|parent| document.is_element(parent) && reading.is_holder[parent.index()]);
        if !document.is_element(node) {
            continue;
        }
        if reading.is_holder[node.index()] {
            for attribute in document.attributes(node) {
                say(
                    node,
                    Leaf::Attribute(document.slice(attribute.name).to_owned()),
                );
            }
            if !text_of(document, node).is_empty() {
                say(node, Leaf::Text);
            }
        } else if is_held {
            say(node, Leaf::Element);
        }
    }
    match changes.is_empty() {
        true => vec![change],
        false => changes,
    }
}

/// Whether only a name that identifies is written differently, which .NET takes for the same.
fn is_other_case_of_name(change: &Change<'_>, rules: &Rules) -> bool {
    let (Kind::Changed, Some(before), Some(after)) = (&change.kind, &change.before, &change.after)
    else {
        return false;
    };
    let Leaf::Attribute(name) = &before.leaf else {
        return false;
    };
    [before, after].into_iter().all(|place| {
        let (document, element) = (place.document, place.element);
        rules.identities.rule_for(document, element).is_some()
            && is_identity_attribute(&rules.identities, document, element, name)
    })
}
