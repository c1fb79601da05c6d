//! Writes what is in effect as one document.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{File, Layer};
use crate::config::effective::{Beside, Effective, Entry, Extent, Layer as Reads, Origin, Section};
use crate::config::sidecars::Sidecar as Pointer;
use crate::diff::change::text_of;
use crate::diff::sidecars::is_pointer;
use crate::pack::Rules;
use crate::xml::escape::escape_text;
use crate::xml::{LineColumn, NodeId};

/// What is in effect.
pub(super) struct Written {
    /// As one document.
    pub(super) text: String,
    /// Its elements, in order.
    pub(super) elements: Vec<Element>,
    /// What .NET refuses, in words.
    pub(super) refused: Vec<String>,
}

/// An element of the text.
pub(super) struct Element {
    /// Where it comes from: files by position among those that were given.
    pub(super) parts: Vec<Origin>,
    /// Whether it is a section or holds sections.
    pub(super) is_holder: bool,
}

/// Writes what is in effect of the last file of `chain`.
pub(super) fn written<'d>(
    chain: &[Layer<'d>],
    files: &[File<'d>],
    found: &[HashMap<(NodeId, &str), usize>],
    rules: &Rules,
) -> Written {
    let looks: Vec<_> = (chain.iter().zip(found))
        .map(|(layer, found)| {
            |pointer: &Pointer| match found.get(&(pointer.section, pointer.path.as_str())) {
                Some(at) => Beside::Document(Cow::Borrowed(files[*at].document), Some(*at)),
                None if layer.unreadable.contains(&pointer.path.as_str()) => Beside::Unknown,
                None => Beside::Missing,
            }
        })
        .collect();
    let layers: Vec<Reads<'_>> = (chain.iter().zip(&looks).enumerate())
        .map(|(at, (layer, look))| Reads {
            document: layer.document,
            label: Some(at),
            beside: look,
        })
        .collect();
    let effective = Effective::of(&layers, rules.meaning(), &|_| true);
    let mut writing = Writing::new(&effective, rules, chain.len() == 1);
    writing.write();
    let refused = writing.refused.iter().map(|(section, first, later)| {
        let line = |origin: &Origin| {
            let document = effective.document(*origin);
            LineColumn::of(document.text(), document.span(origin.element).start).line
        };
        format!(
            "{section} has two entries of one name (lines {} and {}), which .NET refuses; the first one is compared",
            line(first),
            line(later)
        )
    });
    let refused = refused.collect();
    // From positions among the files that were read to positions among those that were given.
    let mut elements = writing.elements;
    for origin in elements.iter_mut().flat_map(|element| &mut element.parts) {
        origin.file = effective.files[origin.file].label.unwrap_or_default();
    }
    Written {
        text: writing.text,
        elements,
        refused,
    }
}

/// Elements that are entries of a list, whatever else they have.
const ENTRIES: [&str; 5] = ["add", "remove", "clear", "allow", "deny"];

/// What holds sections: the root, a `location`, a group.
#[derive(Default)]
struct Holder {
    parts: Vec<Origin>,
    holds: Vec<Held>,
}

enum Held {
    Holder(usize),
    Section(usize),
    /// As the file has it.
    Element(Origin),
}

/// What is left to write, last first; configurations nest deeper than a stack allows.
enum Task {
    Holder(usize),
    Element(Vec<Origin>, Option<usize>),
    End(String),
}

/// Writes what is in effect.
struct Writing<'e, 'd> {
    effective: &'e Effective<'d>,
    rules: &'e Rules,
    /// Whether nothing above was read.
    is_alone: bool,
    text: String,
    elements: Vec<Element>,
    refused: Vec<(String, Origin, Origin)>,
}

impl<'e, 'd> Writing<'e, 'd> {
    fn new(effective: &'e Effective<'d>, rules: &'e Rules, is_alone: bool) -> Self {
        Self {
            effective,
            rules,
            is_alone,
            text: String::new(),
            elements: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn write(&mut self) {
        let holders = self.holders();
        let mut tasks = vec![Task::Holder(0)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::End(name) => self.text.push_str(&format!("</{name}>")),
                Task::Holder(at) => {
                    let holder = &holders[at];
                    tasks.push(Task::End(self.start(&holder.parts, None, true)));
                    let held = holder.holds.iter().rev();
                    tasks.extend(held.map(|held| match held {
                        Held::Holder(at) => Task::Holder(*at),
                        Held::Section(at) => {
                            let section = &self.effective.sections[*at];
                            Task::Element(section.parts.clone(), Some(*at))
                        }
                        Held::Element(origin) => Task::Element(vec![*origin], None),
                    }));
                }
                Task::Element(parts, section) => {
                    let section = section.map(|at| &self.effective.sections[at]);
                    tasks.push(Task::End(self.start(&parts, section, section.is_some())));
                    let children = self.children(&parts, section);
                    let children = children.into_iter().rev();
                    tasks.extend(children.map(|parts| Task::Element(parts, None)));
                }
            }
        }
    }

    /// The root with all that holds sections.
    fn holders(&self) -> Vec<Holder> {
        let effective = self.effective;
        let chain = (effective.files.iter().enumerate()).filter(|(_, file)| !file.is_sidecar);
        let chain: Vec<usize> = chain.map(|(at, _)| at).collect();
        let root = |file: &usize| Origin {
            file: *file,
            element: effective.files[*file].document.root(),
        };
        let mut holders = vec![Holder {
            parts: chain.iter().map(root).collect(),
            holds: Vec::new(),
        }];
        if let Some(own) = chain.last().map(root) {
            let document = effective.document(own);
            let declared = document.child_named(own.element, "configSections");
            let declared = declared.map(|element| Held::Element(Origin { element, ..own }));
            holders[0].holds.extend(declared);
        }
        let mut known: HashMap<(Option<&str>, String), usize> = HashMap::new();
        for (at, section) in effective.sections.iter().enumerate() {
            if self.is_empty(section) {
                continue;
            }
            let mut path = section.path.split('/').collect::<Vec<_>>();
            path.pop();
            // The location first, then the groups.
            let mut names = vec![String::new()];
            for name in &path {
                let above = names.last().map_or("", String::as_str);
                names.push(format!("{above}/{name}"));
            }
            let mut above = 0;
            for (depth, name) in names.into_iter().enumerate() {
                if depth == 0 && section.location.is_none() {
                    continue;
                }
                let key = (section.location.as_deref(), name);
                above = *known.entry(key).or_insert_with(|| {
                    holders.push(Holder::default());
                    let new = holders.len() - 1;
                    holders[above].holds.push(Held::Holder(new));
                    new
                });
                for part in &section.parts {
                    let part = self.above(*part, path.len() - depth + 1);
                    let parts = &mut holders[above].parts;
                    if let Some(part) = part.filter(|part| !parts.contains(part)) {
                        parts.push(part);
                    }
                }
            }
            holders[above].holds.push(Held::Section(at));
        }
        holders
    }

    /// The element so many levels above; `None` for what is in a file of its own.
    fn above(&self, part: Origin, levels: usize) -> Option<Origin> {
        if self.effective.files[part.file].is_sidecar {
            return None;
        }
        let document = self.effective.document(part);
        let mut element = part.element;
        for _ in 0..levels {
            element = document.parent(element)?;
        }
        document
            .is_element(element)
            .then_some(Origin { element, ..part })
    }

    /// Whether a section says no more than one that is not there.
    fn is_empty(&self, section: &Section) -> bool {
        let has_text = |part: &Origin| {
            let document = self.effective.document(*part);
            !text_of(document, part.element).is_empty()
        };
        let idle = section.idle.iter().filter(|_| self.is_alone);
        let held = section.entries.len() + idle.count();
        let attributes = self.attributes(&section.parts, Some(section));
        held == 0 && attributes.is_empty() && !section.parts.iter().any(has_text)
    }

    /// The attributes as they are written, each from the last one that has it.
    fn attributes(&self, parts: &[Origin], section: Option<&Section>) -> Vec<(&'e str, &'e str)> {
        let effective = self.effective;
        let mut attributes: Vec<(&str, &str)> = Vec::new();
        for part in parts {
            let document = effective.document(*part);
            for attribute in document.attributes(part.element) {
                let name = document.slice(attribute.name);
                // What it points at was read.
                if section.is_some_and(|section| section.extent == Extent::Whole)
                    && is_pointer(document, part.element, name)
                {
                    continue;
                }
                let raw = document.slice(attribute.span());
                match attributes.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) => *known = raw,
                    None => attributes.push((name, raw)),
                }
            }
        }
        attributes
    }

    /// Begins an element; its name.
    fn start(&mut self, parts: &[Origin], section: Option<&Section>, is_holder: bool) -> String {
        let name = parts
            .last()
            .map_or("", |part| self.effective.document(*part).name(part.element));
        let name = name.to_owned();
        self.text.push_str(&format!("<{name}"));
        for (_, raw) in self.attributes(parts, section) {
            self.text.push(' ');
            self.text.push_str(raw);
        }
        self.text.push('>');
        let texts = parts.iter().rev().map(|part| {
            let document = self.effective.document(*part);
            text_of(document, part.element)
        });
        if let Some(text) = texts.into_iter().find(|text| !text.is_empty()) {
            self.text.push_str(&escape_text(&text));
        }
        self.elements.push(Element {
            parts: parts.to_vec(),
            is_holder,
        });
        name
    }

    /// What is in effect of the children, each with where it comes from.
    fn children(&mut self, parts: &[Origin], section: Option<&Section>) -> Vec<Vec<Origin>> {
        let effective = self.effective;
        let nested;
        let (entries, idle, refused) = match section {
            Some(section) => (&section.entries, &section.idle, &section.refused),
            None => {
                nested = effective.children(parts, &self.rules.identities);
                (&nested.entries, &nested.idle, &nested.refused)
            }
        };
        if let Some((first, later)) = refused.first() {
            let name = parts.last().map_or("", |part| {
                effective.document(*part).local_name(part.element)
            });
            self.refused.push((name.to_owned(), *first, *later));
        }
        let mut children: Vec<Vec<Origin>> = Vec::new();
        let mut unnamed: HashMap<&str, usize> = HashMap::new();
        for Entry { origin, .. } in entries {
            let joins = parts.len() > 1 && self.joins(parts, *origin);
            let name = effective.document(*origin).local_name(origin.element);
            match unnamed.get(name) {
                Some(at) if joins => children[*at].push(*origin),
                _ => {
                    if joins {
                        unnamed.insert(name, children.len());
                    }
                    children.push(vec![*origin]);
                }
            }
        }
        if self.is_alone {
            children.extend(idle.iter().map(|origin| vec![*origin]));
        }
        children
    }

    /// Whether those of several files are one element: nothing tells it from others of its name, and no
    /// file has two.
    fn joins(&self, parts: &[Origin], child: Origin) -> bool {
        let document = self.effective.document(child);
        let table = &self.rules.identities;
        let name = document.local_name(child.element);
        let is_named = table
            .rule_for(document, child.element)
            .is_some_and(|rule| !rule.by.is_empty());
        let is_alone = |part: &Origin| {
            let document = self.effective.document(*part);
            let alike = document.child_elements(part.element);
            let alike = alike.filter(|node| document.local_name(*node) == name);
            !table.is_ordered(document, part.element) && alike.count() <= 1
        };
        !is_named && !ENTRIES.contains(&name) && parts.iter().all(is_alone)
    }
}
