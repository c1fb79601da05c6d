//! What a rule works with: the file or files, and where findings go.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::condition::Knowledge;
use super::estate::Estate;
use super::finding::{Finding, Fix, Place, Related};
use super::known::facts::{self, Fact};
use super::known::services;
use super::subject::Subject;
use crate::config::addresses::Addresses;
use crate::config::identity::Duplicates;
use crate::config::secrets::{MASK, SecretTable, masked};
use crate::config::structure::collections::{Entries, entries};
use crate::config::structure::redirects::Redirect;
use crate::config::structure::sections::{Sections, is_configuration};
use crate::pack::Rules;
use crate::pack::lint::{Check as LooksFor, LintRule};
use crate::pack::rules::{FactId, ServiceId};
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::selector::leaf_value;
use crate::xml::{Document, NodeId, Span};

/// Longest value that a message quotes, in characters.
const MAX_QUOTED: usize = 120;

/// Places of URLs.
type Urls = Rc<[(NodeId, Leaf)]>;

/// What was worked out, by the positions of a file and of a row of a pack.
type Known<T> = RefCell<FxHashMap<(usize, usize), T>>;

/// What rules that look at the same file share, since it costs time to find out.
#[derive(Debug, Default)]
pub struct Shared {
    /// Which siblings are alike.
    pub(super) addresses: Addresses,
    /// The binding redirects of the file.
    pub(super) redirects: OnceCell<Vec<Redirect>>,
    /// The sections of the file.
    pub(super) sections: OnceCell<Sections>,
    /// What stands in its collections twice or does not stay there.
    pub(super) entries: OnceCell<Entries>,
    /// What files say about facts, by file and fact.
    pub(super) facts: Known<Option<Rc<Fact>>>,
    /// Where the URLs of services stand, by file and service.
    pub(super) urls: Known<Urls>,
}

/// One rule at work.
pub struct Check<'a> {
    /// All rules.
    pub rules: &'a Rules,
    /// All files of the run.
    pub estate: &'a Estate,
    /// Position of the file that is looked at; for rules across files, of the first.
    pub at: usize,
    /// Position of the rule.
    pub rule_at: usize,
    pub(super) findings: &'a mut Vec<Finding>,
    pub(super) shared: &'a Shared,
}

impl<'a> Check<'a> {
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &'a LintRule {
        &self.rules.lints[self.rule_at]
    }

    /// The file that is looked at.
    #[must_use]
    pub fn subject(&self) -> &'a Subject {
        &self.estate.subjects[self.at]
    }

    /// The document, if it is .NET or IIS configuration.
    #[must_use]
    pub fn configuration(&self) -> Option<&'a Document> {
        let subject = self.subject();
        let document = subject.document()?;
        let is_dotnet = (subject.is_dotnet)
            .get_or_init(|| is_configuration(document, &self.rules.section_groups));
        is_dotnet.then_some(document)
    }

    /// The sections of the file.
    pub(super) fn sections(&self, document: &Document) -> &'a Sections {
        let sections = &self.shared.sections;
        sections.get_or_init(|| Sections::of(document, &self.rules.section_groups))
    }

    /// What stands twice in the collections of the file, or does not stay there.
    pub(super) fn entries(&self, document: &Document) -> &'a Entries {
        let wants = |duplicates| duplicates != Duplicates::Unsaid;
        let table = &self.rules.identities;
        (self.shared.entries).get_or_init(|| entries(document, table, wants))
    }

    /// Reports something at `span` of the file that is looked at. `message` must not
    /// quote values but by [`Self::shown`] and its kin.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Reported<'_> {
        self.report_in(self.at, span, String::new(), message)
    }

    /// Reports something at a node: its value at `leaf`, or its start tag.
    pub fn report_at(
        &mut self,
        element: NodeId,
        leaf: &Leaf,
        message: impl Into<String>,
    ) -> Reported<'_> {
        let place = self.place(self.at, element, leaf);
        self.report_in(place.subject, place.span, place.address, message)
    }

    /// Reports something at a place of the run.
    pub fn report_there(&mut self, place: Place, message: impl Into<String>) -> Reported<'_> {
        self.report_in(place.subject, place.span, place.address, message)
    }

    /// Reports something in any file of the run.
    pub fn report_in(
        &mut self,
        subject: usize,
        span: Span,
        address: String,
        message: impl Into<String>,
    ) -> Reported<'_> {
        let rule = self.rule();
        self.findings.push(Finding {
            rule: self.rule_at,
            severity: rule.severity,
            message: message.into(),
            place: Place {
                subject,
                span,
                address,
            },
            related: Vec::new(),
            fix: None,
        });
        let at = self.findings.len() - 1;
        Reported {
            finding: &mut self.findings[at],
            rule,
        }
    }

    /// The place of a node of file `subject`; nowhere if the file is no document.
    #[must_use]
    pub fn place(&self, subject: usize, element: NodeId, leaf: &Leaf) -> Place {
        let (span, address) = match self.estate.subjects[subject].document() {
            Some(document) => (
                leaf_span(document, element, leaf),
                address(self.rules, &self.shared.addresses, document, element, leaf),
            ),
            None => (Span::default(), String::new()),
        };
        Place {
            subject,
            span,
            address,
        }
    }

    /// The value at `leaf` as a message may quote it: secrets masked, shortened,
    /// control characters made visible.
    #[must_use]
    pub fn shown(&self, document: &Document, element: NodeId, leaf: &Leaf) -> String {
        shown(self.rules, document, element, leaf)
    }

    /// The message of the rule for `case`, with `facts` in its places.
    #[must_use]
    pub fn say(&self, case: &str, facts: &[(&str, &str)]) -> String {
        match &self.rule().check {
            LooksFor::Registered(check) => check.messages.say(case, facts),
            LooksFor::Declared(_) => String::new(),
        }
    }

    /// A text that stands in a file and is no value of its own (a part of one, a
    /// name), as a message may quote it.
    #[must_use]
    pub fn shown_text(&self, text: &str) -> String {
        harmless(&self.rules.secrets, text)
    }
}

impl Knowledge for Check<'_> {
    fn fact(&self, id: &FactId) -> Option<String> {
        let fact = facts::fact(self, self.at, id)?;
        fact.said.as_ref().map(|said| said.value.clone())
    }

    fn uses(&self, service: &ServiceId) -> Option<bool> {
        services::use_of(self, self.at, service).is_used
    }
}

/// A finding that can still be added to.
pub struct Reported<'f> {
    finding: &'f mut Finding,
    rule: &'f LintRule,
}

impl Reported<'_> {
    /// Adds another place.
    pub fn related(self, place: Place, note: impl Into<String>) -> Self {
        let note = note.into();
        self.finding.related.push(Related { place, note });
        self
    }

    /// Adds the cure that the rule of the pack describes.
    pub fn fix(self, edits: Vec<Edit>) -> Self {
        if let Some(fix) = &self.rule.fix {
            self.finding.fix = Some(Fix {
                title: fix.title.clone(),
                applicability: fix.applicability,
                edits,
            });
        }
        self
    }
}

/// The bytes of a value without its quotes, or the start tag of an element.
#[must_use]
pub fn leaf_span(document: &Document, element: NodeId, leaf: &Leaf) -> Span {
    let start_tag = || document.start_tag(element);
    match leaf {
        Leaf::Element => start_tag(),
        Leaf::Attribute(name) => {
            document
                .attribute(element, name)
                .map_or_else(start_tag, |attribute| match attribute.value.is_empty() {
                    true => attribute.span(),
                    false => attribute.value,
                })
        }
        Leaf::Text => match document.content(element) {
            content if content.is_empty() => start_tag(),
            content => content,
        },
    }
}

/// The XPath of a node with its secrets masked; one with a mask in it selects nothing.
#[must_use]
pub fn address(
    rules: &Rules,
    addresses: &Addresses,
    document: &Document,
    element: NodeId,
    leaf: &Leaf,
) -> String {
    let table = &rules.identities;
    let mut address = addresses.address(table, document, element, leaf.clone());
    let mut nodes = Vec::new();
    let mut at = Some(element);
    while let Some(node) = at.filter(|node| document.is_element(*node)) {
        nodes.push(node);
        at = document.parent(node);
    }
    for (step, node) in address.steps.iter_mut().zip(nodes.into_iter().rev()) {
        for (path, value) in &mut step.predicates {
            let is_secret = |name: &str| {
                let leaf = Leaf::Attribute(name.to_owned());
                rules.secrets.is_secret(table, document, node, &leaf)
            };
            let is_secret = rules.secrets.is_secret_predicate(&step.name, path)
                || path.strip_prefix('@').is_some_and(is_secret);
            *value = match is_secret {
                true => MASK.to_owned(),
                false => harmless(&rules.secrets, value),
            };
        }
    }
    address.to_string()
}

/// The value at `leaf` as messages may quote it.
#[must_use]
pub fn shown(rules: &Rules, document: &Document, element: NodeId, leaf: &Leaf) -> String {
    let value = leaf_value(document, element, leaf).unwrap_or(Cow::Borrowed(""));
    let is_secret = rules
        .secrets
        .is_secret(&rules.identities, document, element, leaf);
    match is_secret && !value.is_empty() {
        true => MASK.to_owned(),
        false => harmless(&rules.secrets, &value),
    }
}

/// `text` with its secret parts masked, shortened, control characters made visible.
#[must_use]
pub fn harmless(secrets: &SecretTable, text: &str) -> String {
    let masked = masked(text, secrets.secret_parts(text), |_| MASK.to_owned());
    let mut shown = String::with_capacity(masked.len().min(4 * MAX_QUOTED));
    for (count, character) in masked.chars().enumerate() {
        if count == MAX_QUOTED {
            shown.push('…');
            break;
        }
        match character {
            control if control.is_control() => {
                let _ = write!(shown, "\\u{{{:x}}}", control as u32);
            }
            other => shown.push(other),
        }
    }
    shown
}
