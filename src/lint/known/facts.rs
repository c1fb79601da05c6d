//! The value of a fact in a file, as .NET reads it: sidecars count, of entries of one key the last
//! one, and `remove` and `clear` take away. What is encrypted, or in a file that cannot be read, is
//! not known.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::services;
use crate::config::effective::{Beside, Effective, Extent, Layer};
use crate::config::secrets::MASK;
use crate::config::sidecars::Sidecar;
use crate::lint::check::{Check, Shared, harmless};
use crate::lint::estate::Estate;
use crate::lint::finding::Place;
use crate::lint::subject::Subject;
use crate::pack::Rules;
use crate::pack::facts::{FactSource, KnownFact};
use crate::pack::rules::FactId;
use crate::xml::address::Leaf;
use crate::xml::selector::{Selector, leaf_value};
use crate::xml::{Document, NodeId};

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Said {
    /// The value, without white space around it.
    pub value: String,
    /// The value as it stands.
    pub raw: String,
    /// The value as messages may quote it.
    pub shown: String,
    /// Whether it must not be shown.
    pub is_secret: bool,
    /// Where it stands.
    pub place: Place,
}

/// What a file says about a fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What people call it: the key of the entry, the element.
    pub name: String,
    /// The value; `None` if nothing says it.
    pub said: Option<Said>,
    /// Where it belongs, if nothing says it.
    pub section: Option<Place>,
    /// Whether something may say it that cannot be seen here.
    pub is_certain: bool,
}

impl Fact {
    /// The value, if it is not empty.
    #[must_use]
    pub fn set(&self) -> Option<&Said> {
        self.said.as_ref().filter(|said| !said.value.is_empty())
    }

    /// The value as .NET reads a Boolean.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self.said.as_ref()?.value.as_str() {
            value if value.eq_ignore_ascii_case("true") => Some(true),
            value if value.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

/// The row of the fact `id`.
#[must_use]
pub fn row<'a>(check: &Check<'a>, id: &FactId) -> Option<&'a KnownFact> {
    let mut facts = check.rules.facts.iter();
    facts.find(|fact| fact.provenance.id == *id)
}

/// What file `at` says about the fact `id`; `None` if it is no file that has it.
#[must_use]
pub fn fact(check: &Check<'_>, at: usize, id: &FactId) -> Option<Rc<Fact>> {
    let rules = check.rules;
    let number = (rules.facts.iter()).position(|fact| fact.provenance.id == *id)?;
    let known = check.shared.facts.borrow().get(&(at, number)).cloned();
    if let Some(known) = known {
        return known;
    }
    let found = find(check, at, &rules.facts[number]).map(Rc::new);
    let mut facts = check.shared.facts.borrow_mut();
    facts.insert((at, number), found.clone());
    found
}

/// The same for whoever is no rule.
#[must_use]
pub fn ask(rules: &Rules, estate: &Estate, at: usize, id: &FactId) -> Option<Rc<Fact>> {
    let mut findings = Vec::new();
    let shared = Shared::default();
    let check = Check {
        rules,
        estate,
        at,
        rule_at: 0,
        findings: &mut findings,
        shared: &shared,
    };
    fact(&check, at, id)
}

fn find(check: &Check<'_>, at: usize, fact: &KnownFact) -> Option<Fact> {
    let subject = &check.estate.subjects[at];
    let document = subject.document()?;
    let has_it = fact.components.is_empty()
        || (subject.component.as_ref()).is_some_and(|of| fact.components.contains(of));
    if subject.is_transform || !has_it {
        return None;
    }
    let mut found = Fact {
        name: fact.provenance.summary.clone(),
        said: None,
        section: None,
        is_certain: true,
    };
    match &fact.from {
        FactSource::UrlOf(service) => {
            let urls = services::urls(check, at, service);
            let set = urls
                .iter()
                .find(|url| !url.is_placeholder() && !url.value.is_empty());
            found.said = set.and_then(|url| {
                let place = check.place(at, url.element, &url.leaf);
                said(check, document, url.element, &url.leaf, place)
            });
        }
        FactSource::Selectors(selectors) => {
            if let Some(name) = selectors.first().and_then(Selector::entry_name) {
                name.clone_into(&mut found.name);
            }
            for selector in selectors {
                look(check, at, subject, document, selector, &mut found);
                if found.said.is_some() {
                    break;
                }
            }
        }
    }
    if let (None, Some(value)) = (&found.said, &fact.default) {
        let root = check.place(at, document.root(), &Leaf::Element);
        found.said = Some(Said {
            value: value.clone(),
            raw: value.clone(),
            shown: harmless(&check.rules.secrets, value),
            is_secret: false,
            place: found.section.clone().unwrap_or(root),
        });
    }
    Some(found)
}

fn look(
    check: &Check<'_>,
    at: usize,
    subject: &Subject,
    document: &Document,
    selector: &Selector,
    found: &mut Fact,
) {
    let rules = check.rules;
    let leaf = selector.leaf();
    if let Some(section) = section_of(selector) {
        entry(check, at, subject, document, (selector, section), found);
    } else if let Some(element) = subject.select(selector, rules).into_iter().next() {
        let place = check.place(at, element, leaf);
        found.said = said(check, document, element, leaf, place);
    }
    if let (Some(_), Some(name)) = (&found.said, selector.entry_name()) {
        name.clone_into(&mut found.name);
    }
}

/// The section that a selector of the form `/configuration/SECTION/ENTRY/@name` looks into.
fn section_of(selector: &Selector) -> Option<&str> {
    match selector.names_upward() {
        (names, true) if matches!(selector.leaf(), Leaf::Attribute(_)) => match names.as_slice() {
            [_, section, Some("configuration")] => *section,
            _ => None,
        },
        _ => None,
    }
}

/// Looks for an entry of a section as .NET reads it, with what its sidecars say.
fn entry(
    check: &Check<'_>,
    at: usize,
    subject: &Subject,
    document: &Document,
    (selector, section): (&Selector, &str),
    found: &mut Fact,
) {
    let rules = check.rules;
    let look = |sidecar: &Sidecar| beside(check, subject, sidecar);
    let layer = Layer {
        document,
        label: Some(at),
        beside: &look,
    };
    let effective = Effective::of(&[layer], rules.meaning(), &|path| path == section);
    let Some(section) = effective.section(section) else {
        return;
    };
    found.is_certain &= section.extent == Extent::Whole;
    let first = section.parts.iter().find(|part| part.file == 0);
    let section_place = first.map(|part| check.place(at, part.element, &Leaf::Element));
    let ignores_case = rules.ignores_case();
    let leaf = selector.leaf();
    for entry in &section.entries {
        let (element, document) = (entry.origin.element, effective.document(entry.origin));
        if !selector.matches_entry(document, element, &ignores_case) {
            continue;
        }
        let place = match effective.files[entry.origin.file].label {
            Some(at) => Some(check.place(at, element, leaf)),
            None => section_place.clone(),
        };
        if let Some(said) =
            place.and_then(|place| said_or_empty(check, document, element, leaf, place))
        {
            found.said = Some(said);
            break;
        }
    }
    found.section = found.section.take().or(section_place);
}

/// An entry without the attribute has an empty value.
fn said_or_empty(
    check: &Check<'_>,
    document: &Document,
    element: NodeId,
    leaf: &Leaf,
    place: Place,
) -> Option<Said> {
    said(check, document, element, leaf, place.clone()).or_else(|| {
        Some(Said {
            value: String::new(),
            raw: String::new(),
            shown: String::new(),
            is_secret: false,
            place,
        })
    })
}

fn said(
    check: &Check<'_>,
    document: &Document,
    element: NodeId,
    leaf: &Leaf,
    place: Place,
) -> Option<Said> {
    let rules = check.rules;
    let raw = leaf_value(document, element, leaf)?.into_owned();
    let value = raw.trim().to_owned();
    let is_secret = (rules.secrets).is_secret(&rules.identities, document, element, leaf);
    let shown = match is_secret && !value.is_empty() {
        true => MASK.to_owned(),
        false => harmless(&rules.secrets, &value),
    };
    Some(Said {
        value,
        raw,
        shown,
        is_secret,
        place,
    })
}

/// The file that a sidecar is, from the run or from the tree of the file that points at it.
fn beside<'a>(check: &Check<'a>, subject: &Subject, sidecar: &Sidecar) -> Beside<'a> {
    let Some(path) = subject.tree.find(subject.folder(), &sidecar.path) else {
        // What leads out of the folder is not looked at.
        return match sidecar.inner_path() {
            Some(_) => Beside::Missing,
            None => Beside::Unknown,
        };
    };
    let mut others = check.estate.subjects.iter().enumerate();
    let of_run =
        others.find(|(_, other)| other.path == path && Arc::ptr_eq(&other.tree, &subject.tree));
    match of_run {
        Some((at, other)) => match other.document() {
            Some(document) => Beside::Document(Cow::Borrowed(document), Some(at)),
            None => Beside::Unknown,
        },
        None => match subject.tree.read(&path) {
            Ok(bytes) => match Document::from_bytes(&bytes) {
                Ok(document) => Beside::Document(Cow::Owned(document), None),
                Err(_) => Beside::Unknown,
            },
            Err(_) => Beside::Unknown,
        },
    }
}
