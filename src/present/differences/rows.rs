//! Rows of the report: what changed, as it may be shown.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use super::{Compared, Counts, File, Found, Part, Reporter, Row, Side, WithoutMeaning};
use crate::config::secrets::{masked, ranges};
use crate::diff::parts::Parts;
use crate::diff::risk::Risk;
use crate::diff::{Change, Kind, Place};
use crate::present::section::{section, value_of_entry};
use crate::xml::address::{Address, Leaf};
use crate::xml::span::Lines;
use crate::xml::{Document, NodeId, NodeKind, Span};

/// Of each document: where its lines begin, and its secrets.
#[derive(Default)]
pub(super) struct Texts<'c> {
    lines: HashMap<*const Document, Lines<'c>>,
    secrets: HashMap<*const Document, Vec<Span>>,
}

impl<'c> Texts<'c> {
    fn line(&mut self, document: &'c Document, at: u32) -> usize {
        let key = std::ptr::from_ref(document);
        let lines = self.lines.entry(key);
        lines
            .or_insert_with(|| Lines::of(document.text()))
            .place(at)
            .line
    }
}

impl Reporter<'_> {
    pub(super) fn file(&mut self, compared: Compared<'_, '_>) -> File {
        let mut texts = Texts::default();
        let mut counts = Counts::default();
        let mut rows: Vec<Row> = Vec::new();
        let mut new: HashMap<usize, Vec<&Risk>> = HashMap::new();
        for risk in &compared.risks.new {
            if let Some(change) = risk.change {
                new.entry(change).or_default().push(risk);
            }
        }
        for (at, change) in compared.difference.changes.iter().enumerate() {
            if !compared.shows[at] {
                counts.hidden += 1;
                continue;
            }
            let mut row = self.row(change, &mut texts);
            let came = new.get(&at).into_iter().flatten();
            row.findings = came.map(|risk| self.found(risk)).collect();
            counts.add(row.kind);
            rows.push(row);
        }
        let worst = |row: &Row| row.findings.iter().map(|found| found.severity).max();
        let mut by_section: HashMap<&str, _> = HashMap::new();
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let known = by_section.entry(&row.section).or_insert(None);
            *known = (*known).max(worst(row));
            first.entry(&row.section).or_insert(at);
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|at| {
            let row = &rows[*at];
            let section = row.section.as_str();
            (
                Reverse(by_section[section]),
                first[section],
                Reverse(worst(row)),
                *at,
            )
        });
        let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
        let changes = order.into_iter().filter_map(|at| rows[at].take()).collect();
        let is_blamed = |risk: &&Risk| risk.change.is_none();
        let alone = compared.risks.new.iter().filter(is_blamed);
        File {
            before: compared.before,
            after: compared.after,
            vendor: None,
            counts,
            changes,
            findings: alone.map(|risk| self.found(risk)).collect(),
            findings_gone: compared.risks.gone.len(),
            without_meaning: WithoutMeaning::of(&compared.difference.counted),
            not_compared: compared.not_compared,
            effective_with: compared.effective_with,
            explained: compared.explained,
        }
    }

    pub(super) fn found(&self, risk: &Risk) -> Found {
        Found {
            rule: self.rules.lints[risk.finding.rule].provenance.id.clone(),
            severity: risk.finding.severity,
            message: risk.finding.message.clone(),
            line: risk.line,
        }
    }

    fn row<'c>(&mut self, change: &Change<'c>, texts: &mut Texts<'c>) -> Row {
        let place = match change.kind {
            Kind::CommentedOut => change.before.as_ref(),
            _ => None,
        };
        let place = place.unwrap_or_else(|| change.place());
        for place in change.before.iter().chain(&change.after) {
            self.learn(place.document);
        }
        let secret = self.is_secret(place);
        let address = self.address(place);
        let (section, label) = section(
            &self.rules.identities,
            place,
            &self.redactor.shown_address(&address),
        );
        let is_whole = matches!(
            change.kind,
            Kind::Added | Kind::Removed | Kind::Moved | Kind::CommentedOut | Kind::Uncommented
        );
        let mut side = |place: &Option<Place<'c>>| {
            let place = place.as_ref()?;
            Some(self.side(place, secret, is_whole, texts))
        };
        let (before, after) = (side(&change.before), side(&change.after));
        let was = match (&change.kind, &change.before) {
            (Kind::Renamed(_), Some(before)) => {
                let address = self.redactor.shown_address(&self.address(before));
                Some(self::section(&self.rules.identities, before, &address).1)
            }
            _ => None,
        };
        let mut row = Row {
            kind: change.name(),
            was,
            names: self.names(change),
            section,
            label,
            before,
            after,
            by: None,
            vendor: None,
            secret,
            parts: Vec::new(),
            note: self.note(change),
            order: self.order(&change.kind),
            findings: Vec::new(),
        };
        self.parts(&mut row);
        row
    }

    /// Masks the secrets of a document wherever they are quoted.
    pub(super) fn learn(&mut self, document: &Document) {
        if self.known.insert(document.text().as_ptr() as usize) {
            self.redactor.learn(&self.rules.identities, document);
        }
    }

    pub(super) fn is_secret(&self, place: &Place<'_>) -> bool {
        let rules = self.rules;
        let (document, element) = (place.document, place.element);
        document.is_element(element)
            && rules
                .secrets
                .is_secret(&rules.identities, document, element, &place.leaf)
    }

    pub(super) fn address(&self, place: &Place<'_>) -> Address {
        let table = &self.rules.identities;
        let element = match place.document.kind(place.element) {
            NodeKind::Element => place.element,
            _ => place
                .document
                .parent(place.element)
                .unwrap_or(NodeId::DOCUMENT),
        };
        self.addresses
            .address(table, place.document, element, place.leaf.clone())
    }

    pub(super) fn side<'c>(
        &mut self,
        place: &Place<'c>,
        secret: bool,
        is_whole: bool,
        texts: &mut Texts<'c>,
    ) -> Side {
        let document = place.document;
        let address = self.address(place);
        let is_element = place.leaf == Leaf::Element;
        let is_whole = is_whole && is_element && document.is_element(place.element);
        let behind = is_whole
            .then(|| previous_element(document, place.element))
            .flatten()
            .map(|node| Place {
                element: node,
                ..place.clone()
            });
        let behind = behind.map(|behind| {
            let address = self.address(&behind);
            self.redactor.address(&address)
        });
        let value = match place.value() {
            Some(value) => Some(self.redactor.value(&value, secret)),
            None => self.entry_value(place),
        };
        Side {
            address: self.redactor.address(&address),
            file: place.file.map(str::to_owned),
            line: texts.line(document, place.span().start),
            value,
            xml: is_whole.then(|| self.xml(document, place.element, texts)),
            behind,
        }
    }

    /// The value of an entry that is shown as a whole.
    fn entry_value(&mut self, place: &Place<'_>) -> Option<String> {
        let (document, element) = (place.document, place.element);
        let rules = self.rules;
        if !document.is_element(element) || !rules.identities.rule_for(document, element)?.entry {
            return None;
        }
        let (element, leaf) = value_of_entry(document, element)?;
        let place = Place {
            element,
            leaf,
            ..place.clone()
        };
        if document.has_child_elements(element) {
            return None;
        }
        let secret = self.is_secret(&place);
        Some(self.redactor.value(&place.value()?, secret))
    }

    /// An element as it is written.
    fn xml<'c>(
        &mut self,
        document: &'c Document,
        element: NodeId,
        texts: &mut Texts<'c>,
    ) -> String {
        let span = document.span(element);
        let raw = document.slice(span);
        let rules = self.rules;
        match self.redactor.shows_secrets() {
            true => raw.to_owned(),
            false => {
                let secrets = texts
                    .secrets
                    .entry(std::ptr::from_ref(document))
                    .or_insert_with(|| rules.secrets.spans(&rules.identities, document));
                let inside = secrets.iter().filter(|secret| span.contains(**secret));
                let inside: Vec<Span> = inside
                    .map(|secret| Span {
                        start: secret.start - span.start,
                        end: secret.end - span.start,
                    })
                    .collect();
                masked(raw, ranges(&inside), |secret| {
                    self.redactor.value(secret, true)
                })
            }
        }
    }

    /// Which parts of the value changed. Both values are masked already, so nothing can show.
    fn parts(&mut self, row: &mut Row) {
        let values = [&row.before, &row.after].map(|side| side.as_ref()?.value.clone());
        let [Some(before), Some(after)] = values else {
            return;
        };
        let said = match Parts::of(&before, &after) {
            Some(Parts::Named(parts)) => {
                row.parts = parts
                    .into_iter()
                    .map(|part| Part {
                        name: part.name,
                        before: part.before,
                        after: part.after,
                    })
                    .collect();
                return;
            }
            Some(Parts::List { removed, added }) => {
                let mut said = Vec::new();
                if !removed.is_empty() {
                    said.push(format!("without {}", removed.join(", ")));
                }
                if !added.is_empty() {
                    said.push(format!("with {}", added.join(", ")));
                }
                said.join("; ")
            }
            Some(Parts::Version(Ordering::Greater)) => "a higher version".to_owned(),
            Some(Parts::Version(Ordering::Less)) => "a lower version".to_owned(),
            Some(Parts::Version(Ordering::Equal)) => {
                "the same version, spelled differently".to_owned()
            }
            Some(Parts::Case) => "only upper and lower case".to_owned(),
            Some(Parts::Space) => "only white space".to_owned(),
            None => return,
        };
        row.note.get_or_insert(said);
    }
}

fn previous_element(document: &Document, element: NodeId) -> Option<NodeId> {
    let mut at = document.previous_sibling(element);
    while let Some(node) = at.filter(|node| !document.is_element(*node)) {
        at = document.previous_sibling(node);
    }
    at
}
