//! One value at a time: attributes and text.

use std::borrow::Cow;

use super::account::{Atom, Slot, is_namespace_declaration};
use super::digest::significant_text;
use super::engine::Engine;
use super::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Outcome, Places, Principle, Region, Triple, Value,
    Values,
};
use crate::pack::rules::{Action, Policy, When};
use crate::xml::address::Leaf;
use crate::xml::escape::{escape_attribute, escape_text, requote};
use crate::xml::layout::{attribute_removal_span, empty_tag_end, with_line_ends};
use crate::xml::{Attribute, Document, Edit, NodeId, NodeKind, Span, chars};

/// What the base says about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Base {
    /// It has this, or nothing.
    Is(Option<String>),
    /// There is no base for it.
    Unknown,
}

/// The value that the result gets.
enum Pick {
    Carrier,
    Incoming,
    Text(String),
    Conflict(ConflictKind),
}

struct Verdict {
    pick: Pick,
    by: DecidedBy,
    /// Rests on a known default instead of a base file.
    assumed: bool,
}

impl Verdict {
    fn principle(pick: Pick, principle: Principle) -> Self {
        Self {
            pick,
            by: principle.into(),
            assumed: false,
        }
    }

    fn conflict(kind: ConflictKind) -> Self {
        Self::principle(Pick::Conflict(kind), Principle::ChangedByOneSide)
    }
}

/// A value on three sides; incoming and base as compared, with virtual directories renamed.
struct Contest {
    triple: Triple,
    leaf: Leaf,
    base: Base,
    /// The incoming value as it stands in its file.
    original: Option<String>,
    incoming: Option<String>,
    carrier: Option<String>,
    secret: bool,
    places: Places,
}

impl Engine<'_> {
    /// Merges the attributes of one element.
    pub(super) fn attributes(&mut self, triple: Triple) {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let base = self.inputs.base.zip(triple.base);
        let ours = incoming.attributes(triple.incoming);
        let only_carrier = carrier
            .attributes(triple.carrier)
            .iter()
            .map(|attribute| carrier.slice(attribute.name))
            .filter(|name| incoming.attribute(triple.incoming, name).is_none());
        let names: Vec<(&str, Option<u32>)> = ours
            .iter()
            .enumerate()
            .map(|(at, attribute)| (incoming.slice(attribute.name), Some(at as u32)))
            .chain(only_carrier.map(|name| (name, None)))
            .collect();
        for (name, at) in names {
            if self.upgrade() && name == "xmlns" {
                continue;
            }
            let place = |document: &Document, element: NodeId| {
                document.attribute(element, name).map(Attribute::span)
            };
            let value = |document: &Document, element: NodeId| {
                document.value(element, name).map(Cow::into_owned)
            };
            let contest = self.contest(
                triple,
                Leaf::Attribute(name.to_owned()),
                match base {
                    Some((document, element)) => Base::Is(value(document, element)),
                    None => Base::Unknown,
                },
                value(incoming, triple.incoming),
                value(carrier, triple.carrier),
                Places {
                    base: base.and_then(|(document, element)| place(document, element)),
                    incoming: place(incoming, triple.incoming),
                    carrier: place(carrier, triple.carrier),
                },
            );
            self.settle(contest, at.map(Slot::Attribute));
        }
    }

    /// Merges the text of an element without child elements.
    pub(super) fn leaf_text(&mut self, triple: Triple) {
        let text = |document: &Document, element: NodeId| {
            let text = document.inner_text(element).into_owned();
            let significant = significant_text(&text, false).to_owned();
            (!significant.is_empty()).then_some(significant)
        };
        let base = self.inputs.base.zip(triple.base);
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let contest = self.contest(
            triple,
            Leaf::Text,
            match base {
                Some((document, element)) => Base::Is(text(document, element)),
                None => Base::Unknown,
            },
            text(incoming, triple.incoming),
            text(carrier, triple.carrier),
            Places {
                base: base.map(|(document, element)| document.content(element)),
                incoming: Some(incoming.content(triple.incoming)),
                carrier: Some(carrier.content(triple.carrier)),
            },
        );
        let slot = contest.incoming.is_some().then_some(Slot::Text);
        self.settle(contest, slot);
    }

    fn contest(
        &self,
        triple: Triple,
        leaf: Leaf,
        base: Base,
        incoming: Option<String>,
        carrier: Option<String>,
        places: Places,
    ) -> Contest {
        let secret = self.is_secret(self.inputs.incoming, triple.incoming, &leaf)
            || self.is_secret(self.inputs.carrier, triple.carrier, &leaf);
        let mut contest = Contest {
            triple,
            leaf,
            original: incoming.clone(),
            base,
            incoming,
            carrier,
            secret,
            places,
        };
        if let Some(rewrite) = self.inputs.rewrite.filter(|_| !secret) {
            contest.map_incoming(rewrite);
        }
        contest
    }

    /// Decides, edits the carrier, and writes down what was decided.
    fn settle(&mut self, mut contest: Contest, slot: Option<Slot>) {
        let policy = (contest.incoming != contest.carrier || self.upgrade())
            .then(|| self.policy(contest.triple, &contest.leaf))
            .flatten();
        let mut rewritten_by = None;
        if let Some(policy) = policy
            && let Action::Rewrite {
                pattern,
                replacement,
            } = &policy.action
        {
            let before = contest.incoming.clone();
            contest.map_incoming(&|value| match pattern.replace_all(value, replacement) {
                Cow::Borrowed(_) => None,
                Cow::Owned(value) => Some(value),
            });
            rewritten_by = (contest.incoming != before).then_some(&policy.provenance.id);
        }
        let mut verdict = self.judge(&contest, policy);
        if let (Some(id), Pick::Incoming) = (rewritten_by, &verdict.pick) {
            verdict.by = DecidedBy::Rule(id.clone());
        }
        let outcome = contest.outcome(&verdict);
        if let Some(slot) = slot {
            let element = contest.triple.incoming;
            self.outcomes
                .insert(Atom { element, slot }, (outcome, verdict.by.clone()));
        }
        let result = match &verdict.pick {
            Pick::Carrier => contest.carrier.clone(),
            Pick::Incoming => contest.incoming.clone(),
            Pick::Text(text) => Some(text.clone()),
            Pick::Conflict(kind) => {
                let by = policy.map(|policy| policy.provenance.id.clone());
                self.value_conflict(&contest, *kind, by);
                return;
            }
        };
        if result != contest.carrier {
            let raw = matches!(verdict.pick, Pick::Incoming) && !contest.is_rewritten();
            let edits = self.value_edits(&contest, result.as_deref(), raw);
            self.edit(edits, contest.triple.carrier);
        }
        let concerns_incoming = slot.is_some() && contest.original != contest.carrier;
        let is_new = self.upgrade()
            && contest.incoming.is_none()
            && contest.base != Base::Is(contest.carrier.clone());
        if concerns_incoming || is_new || result != contest.carrier {
            let address = self.contest_address(&contest);
            self.decisions.push(Decision {
                address,
                values: contest.values(),
                result: result.map(Value::Text),
                secret: contest.secret,
                places: contest.places,
                outcome: slot.map(|_| outcome),
                by: verdict.by,
                assumed: verdict.assumed,
            });
        }
    }

    fn judge(&self, contest: &Contest, policy: Option<&Policy>) -> Verdict {
        let (incoming, carrier) = (contest.incoming.as_ref(), contest.carrier.as_ref());
        // A rule for want of a base gives way to a known default, which is one.
        let policy = policy
            .filter(|policy| policy.when == When::Always || self.known_defaults(contest).is_none());
        if let Some(verdict) = policy.and_then(|policy| self.judge_by_rule(contest, policy)) {
            return verdict;
        }
        if incoming == carrier {
            return Verdict::principle(Pick::Carrier, Principle::SameOnBothSides);
        }
        if self.upgrade()
            && let Leaf::Attribute(name) = &contest.leaf
            && is_namespace_declaration(name)
        {
            let pick = if carrier.is_none() {
                Pick::Incoming
            } else {
                Pick::Carrier
            };
            return Verdict::principle(pick, Principle::BelongsToNewFile);
        }
        let known;
        let (base, assumed) = match &contest.base {
            Base::Is(base) => (base.as_ref(), false),
            Base::Unknown => match self.assumed_base(contest) {
                Some(base) => {
                    known = base;
                    (Some(&known), true)
                }
                None => return self.judge_without_base(contest),
            },
        };
        let mut verdict = if incoming == base {
            let principle = if assumed {
                Principle::KnownDefault
            } else if carrier.is_none() {
                Principle::GoneInNewVersion
            } else {
                Principle::Unchanged
            };
            Verdict::principle(Pick::Carrier, principle)
        } else if carrier == base {
            let principle = match (incoming, base) {
                (None, _) => Principle::RemovedByOneSide,
                (_, None) => Principle::AddedByOneSide,
                _ => Principle::ChangedByOneSide,
            };
            Verdict::principle(Pick::Incoming, principle)
        } else {
            self.judge_both_changed(contest, base)
        };
        verdict.assumed |= assumed;
        verdict
    }

    fn judge_both_changed(&self, contest: &Contest, base: Option<&String>) -> Verdict {
        let same_but_for_space = |a: Option<&String>, b: Option<&String>| {
            contest.leaf == Leaf::Text
                && a.map(|text| chars::trim(text)) == b.map(|text| chars::trim(text))
        };
        let (incoming, carrier) = (contest.incoming.as_ref(), contest.carrier.as_ref());
        let length = |text: Option<&String>| text.map_or(0, String::len);
        let space_only = |pick| Verdict::principle(pick, Principle::WhiteSpaceOnly);
        if same_but_for_space(incoming, base) {
            return space_only(Pick::Carrier);
        }
        if same_but_for_space(carrier, base)
            || same_but_for_space(incoming, carrier) && length(incoming) < length(carrier)
        {
            return space_only(Pick::Incoming);
        }
        if same_but_for_space(incoming, carrier) {
            return space_only(Pick::Carrier);
        }
        if self.same_but_for_ignored_case(contest) {
            return Verdict::principle(Pick::Carrier, Principle::SameOnBothSides);
        }
        if self.carrier_has_known_default(contest) {
            return Verdict {
                assumed: true,
                ..Verdict::principle(Pick::Incoming, Principle::KnownDefault)
            };
        }
        match (incoming, carrier) {
            (None, _) => Verdict::conflict(ConflictKind::RemovedChanged),
            (_, None) if self.upgrade() && self.contest_within_entry(contest) => {
                Verdict::principle(Pick::Incoming, Principle::KeptThoughGone)
            }
            (_, None) => Verdict::conflict(ConflictKind::ChangedRemoved),
            _ if base.is_none() => Verdict::conflict(ConflictKind::BothAdded),
            _ => Verdict::conflict(ConflictKind::BothChanged),
        }
    }

    /// Without a base, between branches, both sides added what they have.
    fn judge_without_base(&self, contest: &Contest) -> Verdict {
        let guess = self.upgrade() && self.inputs.base.is_none();
        match (&contest.incoming, &contest.carrier) {
            (None, _) => Verdict::principle(Pick::Carrier, Principle::BelongsToNewFile),
            (_, None) if !guess || self.contest_within_entry(contest) => {
                Verdict::principle(Pick::Incoming, Principle::AddedByOneSide)
            }
            _ if guess => Verdict::conflict(ConflictKind::UnknownOrigin),
            _ => Verdict::conflict(ConflictKind::BothAdded),
        }
    }

    /// Whether both sides spell a name otherwise that compares without case.
    fn same_but_for_ignored_case(&self, contest: &Contest) -> bool {
        let (Leaf::Attribute(name), Some(incoming), Some(carrier)) =
            (&contest.leaf, &contest.incoming, &contest.carrier)
        else {
            return false;
        };
        let ignores_case = self.inputs.rules.ignores_case();
        incoming.to_lowercase() == carrier.to_lowercase()
            && ignores_case(self.inputs.carrier, contest.triple.carrier, name)
    }

    /// Whether the carrier merely has another placeholder, so that only the administrator decided anything.
    fn carrier_has_known_default(&self, contest: &Contest) -> bool {
        let (Some(incoming), Some(carrier)) = (&contest.incoming, &contest.carrier) else {
            return false;
        };
        self.known_defaults(contest)
            .is_some_and(|defaults| defaults.contains(carrier) && !defaults.contains(incoming))
    }

    fn known_defaults(&self, contest: &Contest) -> Option<&[String]> {
        if !self.upgrade() {
            return None;
        }
        let triple = contest.triple;
        self.known_setting(self.inputs.incoming, triple.incoming, &contest.leaf)
            .or_else(|| self.known_setting(self.inputs.carrier, triple.carrier, &contest.leaf))
            .map(|known| known.defaults.as_slice())
    }

    /// A known default of the old version that stands in for the base value.
    fn assumed_base(&self, contest: &Contest) -> Option<String> {
        let defaults = self.known_defaults(contest)?;
        let default_in = |value: &Option<String>| {
            // No text at all is how an empty default looks in a file.
            let value = value.as_deref().unwrap_or("");
            defaults.iter().any(|default| default == value)
        };
        if default_in(&contest.incoming) {
            return contest.incoming.clone();
        }
        if default_in(&contest.carrier) {
            return contest.carrier.clone();
        }
        defaults.first().cloned()
    }

    fn judge_by_rule(&self, contest: &Contest, policy: &Policy) -> Option<Verdict> {
        let same = contest.incoming == contest.carrier;
        let pick = match &policy.action {
            Action::Set(value) => Pick::Text(value.clone()),
            Action::TakeBase => match &contest.base {
                Base::Is(Some(value)) => Pick::Text(value.clone()),
                _ => return None,
            },
            Action::HigherVersion => return self.higher_version(contest, policy),
            _ if same => return None,
            Action::TakeOld => Pick::Incoming,
            Action::TakeNew | Action::Drop => Pick::Carrier,
            Action::Conflict => Pick::Conflict(ConflictKind::ByRule),
            Action::Rewrite { .. } | Action::Rename(_) | Action::Require => return None,
        };
        Some(Verdict {
            pick,
            by: DecidedBy::Rule(policy.provenance.id.clone()),
            assumed: false,
        })
    }

    /// Decides between two versions that both sides changed.
    fn higher_version(&self, contest: &Contest, policy: &Policy) -> Option<Verdict> {
        let (incoming, carrier) = (contest.incoming.as_ref()?, contest.carrier.as_ref()?);
        let one_side =
            matches!(&contest.base, Base::Is(Some(base)) if base == incoming || base == carrier);
        if incoming == carrier || one_side {
            return None;
        }
        // A redirect is decided by where it leads; the range belongs to it.
        let target = |document: &Document, element: NodeId| {
            document
                .value(element, "newVersion")
                .and_then(|version| version_numbers(&version))
        };
        let targets = (
            target(self.inputs.incoming, contest.triple.incoming),
            target(self.inputs.carrier, contest.triple.carrier),
        );
        let order = match targets {
            (Some(a), Some(b)) if a != b => a.cmp(&b),
            _ => version_numbers(incoming)?.cmp(&version_numbers(carrier)?),
        };
        Some(Verdict {
            pick: match order {
                std::cmp::Ordering::Less => Pick::Carrier,
                std::cmp::Ordering::Greater => Pick::Incoming,
                std::cmp::Ordering::Equal => return None,
            },
            by: DecidedBy::Rule(policy.provenance.id.clone()),
            assumed: false,
        })
    }

    fn contest_within_entry(&self, contest: &Contest) -> bool {
        self.within_entry(self.inputs.incoming, contest.triple.incoming)
    }

    fn contest_address(&self, contest: &Contest) -> crate::xml::address::Address {
        if contest.original.is_some() || contest.carrier.is_none() {
            self.incoming_address(contest.triple.incoming)
        } else {
            self.carrier_address(contest.triple.carrier)
        }
        .with_leaf(contest.leaf.clone())
    }

    fn value_conflict(&mut self, contest: &Contest, kind: ConflictKind, by: Option<String>) {
        let raw = !contest.is_rewritten();
        let take_incoming = self.value_edits(contest, contest.incoming.as_deref(), raw);
        let region = |document: &Document, element: NodeId| {
            if document.has_child_elements(element) {
                document.start_tag(element)
            } else {
                document.span(element)
            }
        };
        let triple = contest.triple;
        let base = self.inputs.base.zip(triple.base);
        self.conflicts.push(Conflict {
            kind,
            address: self.contest_address(contest),
            values: contest.values(),
            secret: contest.secret,
            places: contest.places,
            region: Region {
                carrier: region(self.inputs.carrier, triple.carrier),
                incoming: Some(region(self.inputs.incoming, triple.incoming)),
                base: base.map(|(document, element)| region(document, element)),
            },
            take_incoming,
            by,
        });
    }

    /// The edits of the carrier that give the contested place the value `value`.
    /// `raw`: written as the incoming file writes it.
    fn value_edits(&self, contest: &Contest, value: Option<&str>, raw: bool) -> Vec<Edit> {
        match &contest.leaf {
            Leaf::Attribute(name) => self.attribute_edits(contest.triple, name, value, raw),
            _ => self.text_edits(contest.triple, value, raw),
        }
    }

    fn attribute_edits(
        &self,
        triple: Triple,
        name: &str,
        value: Option<&str>,
        raw: bool,
    ) -> Vec<Edit> {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let existing = carrier.attribute(triple.carrier, name);
        let Some(value) = value else {
            return existing
                .map(|attribute| Edit {
                    span: attribute_removal_span(carrier.text(), attribute.span()),
                    text: String::new(),
                })
                .into_iter()
                .collect();
        };
        let last = carrier.attributes(triple.carrier).last();
        let quote = existing.or(last).map_or('"', |found| carrier.quote(found));
        let written = match incoming.attribute(triple.incoming, name).filter(|_| raw) {
            Some(attribute) => {
                let raw = incoming.slice(attribute.value);
                let raw = with_line_ends(raw, self.carrier_layout().line_end);
                requote(&raw, quote).into_owned()
            }
            None => escape_attribute(value, quote),
        };
        if let Some(attribute) = existing {
            return vec![Edit {
                span: attribute.value,
                text: written,
            }];
        }
        let (at, gap) = match last {
            Some(last) => {
                let start = attribute_removal_span(carrier.text(), last.span()).start;
                let gap = Span {
                    start,
                    end: last.name.start,
                };
                (last.span().end, carrier.slice(gap))
            }
            None => (carrier.name_span(triple.carrier).end, " "),
        };
        let gap = if gap.contains('\n') { gap } else { " " };
        vec![Edit {
            span: Span::at(at),
            text: format!("{gap}{name}={quote}{written}{quote}"),
        }]
    }

    fn text_edits(&self, triple: Triple, value: Option<&str>, raw: bool) -> Vec<Edit> {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let text_nodes = |document: &Document, element: NodeId| -> Vec<NodeId> {
            document
                .children(element)
                .filter(|child| matches!(document.kind(*child), NodeKind::Text | NodeKind::CData))
                .collect()
        };
        let written: String = if raw {
            text_nodes(incoming, triple.incoming)
                .into_iter()
                .map(|node| incoming.slice(incoming.span(node)))
                .collect()
        } else {
            escape_text(value.unwrap_or(""))
        };
        let written = with_line_ends(&written, self.carrier_layout().line_end).into_owned();
        let mut nodes = text_nodes(carrier, triple.carrier).into_iter();
        let Some(first) = nodes.next() else {
            return self.content_into_empty(triple.carrier, written);
        };
        let mut edits = vec![Edit {
            span: carrier.span(first),
            text: written,
        }];
        edits.extend(nodes.map(|node| Edit {
            span: carrier.span(node),
            text: String::new(),
        }));
        edits
    }

    /// Puts `content` into an element of the carrier that holds nothing but comments.
    pub(super) fn content_into_empty(&self, element: NodeId, content: String) -> Vec<Edit> {
        let carrier = self.inputs.carrier;
        let edit = if carrier.end_tag(element).is_some() {
            Edit {
                span: Span::at(carrier.start_tag(element).end),
                text: content,
            }
        } else {
            Edit {
                span: empty_tag_end(carrier, element),
                text: format!(">{content}</{}>", carrier.name(element)),
            }
        };
        vec![edit]
    }
}

impl Contest {
    fn map_incoming(&mut self, map: &dyn Fn(&str) -> Option<String>) {
        if let Some(value) = self.incoming.as_deref().and_then(map) {
            self.incoming = Some(value);
        }
        if let Base::Is(Some(value)) = &self.base
            && let Some(value) = map(value)
        {
            self.base = Base::Is(Some(value));
        }
    }

    fn is_rewritten(&self) -> bool {
        self.incoming != self.original
    }

    fn outcome(&self, verdict: &Verdict) -> Outcome {
        match verdict.pick {
            Pick::Conflict(_) => Outcome::Conflict,
            Pick::Carrier if self.incoming != self.carrier => Outcome::Dropped,
            Pick::Carrier | Pick::Incoming if self.is_rewritten() => Outcome::Rewritten,
            Pick::Carrier => Outcome::AlreadyEqual,
            Pick::Incoming => Outcome::Carried,
            Pick::Text(ref text) if self.original.as_ref() == Some(text) => {
                if self.carrier.as_ref() == Some(text) {
                    Outcome::AlreadyEqual
                } else {
                    Outcome::Carried
                }
            }
            Pick::Text(_) => Outcome::Dropped,
        }
    }

    fn values(&self) -> Values {
        let base = match &self.base {
            Base::Is(value) => value.clone(),
            Base::Unknown => None,
        };
        Values {
            base: base.map(Value::Text),
            incoming: self.original.clone().map(Value::Text),
            carrier: self.carrier.clone().map(Value::Text),
        }
    }
}

/// The numbers of a version, or of the upper end of a range of versions.
fn version_numbers(text: &str) -> Option<Vec<u64>> {
    let highest = text.rsplit('-').next()?.trim();
    let mut numbers: Vec<u64> = highest
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}
