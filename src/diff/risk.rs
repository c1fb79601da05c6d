//! What a change means: the findings of the rule packs that only one of the two files has.

use std::collections::HashMap;

use super::change::{Change, Place};
use crate::lint::{Estate, Finding, Report};
use crate::pack::Rules;
use crate::xml::{Document, LineColumn, Span};

/// A finding that came or went with the change.
#[derive(Clone, Debug)]
pub struct Risk {
    /// The finding, in the file that has it.
    pub finding: Finding,
    /// Index of the change it belongs to; `None` if no single one is to blame.
    pub change: Option<usize>,
    /// Its line, from 1.
    pub line: usize,
}

/// What came, and what went.
#[derive(Clone, Debug, Default)]
pub struct Risks {
    /// Only the second file has them; the most serious first.
    pub new: Vec<Risk>,
    /// Only the first file has them.
    pub gone: Vec<Risk>,
}

/// One side of the comparison as lint saw it.
#[derive(Clone, Copy)]
pub struct Linted<'a> {
    /// The files.
    pub estate: &'a Estate,
    /// What was found in them.
    pub report: &'a Report,
    /// Index of the file that is compared.
    pub subject: usize,
}

/// Tells what only one side has, and which change brought it.
#[must_use]
pub fn risks(
    rules: &Rules,
    changes: &[Change<'_>],
    before: Linted<'_>,
    after: Linted<'_>,
) -> Risks {
    let of = |side: Linted<'_>| -> Vec<Finding> {
        let findings = side.report.findings.iter();
        findings
            .filter(|finding| finding.place.subject == side.subject)
            .cloned()
            .collect()
    };
    let (mut gone, mut new) = (of(before), of(after));
    let key = |finding: &Finding| {
        let rule = &rules.lints[finding.rule].provenance.id;
        (
            rule.clone(),
            finding.message.clone(),
            finding.place.address.clone(),
        )
    };
    let mut known: HashMap<_, usize> = HashMap::new();
    gone.iter()
        .for_each(|finding| *known.entry(key(finding)).or_default() += 1);
    let mut shared: HashMap<_, usize> = HashMap::new();
    new.retain(|finding| match known.get_mut(&key(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            *shared.entry(key(finding)).or_default() += 1;
            false
        }
        _ => true,
    });
    gone.retain(|finding| match shared.get_mut(&key(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    let blamed =
        |side: Linted<'_>, list: Vec<Finding>, place: fn(&'_ Change<'_>) -> Option<Site>| {
            let document = side.estate.subjects[side.subject].document();
            let mut risks: Vec<Risk> = list
                .into_iter()
                .map(|finding| Risk {
                    line: document.map_or(1, |document| {
                        LineColumn::of(document.text(), finding.place.span.start).line
                    }),
                    change: document
                        .and_then(|document| blame(document, finding.place.span, changes, place)),
                    finding,
                })
                .collect();
            risks.sort_by_key(|risk| {
                (
                    std::cmp::Reverse(risk.finding.severity),
                    risk.finding.place.span.start,
                )
            });
            risks
        };
    Risks {
        new: blamed(after, new, |change| change.after.as_ref().map(Site::of)),
        gone: blamed(before, gone, |change| change.before.as_ref().map(Site::of)),
    }
}

/// Where a change is, by address of its document.
struct Site(*const Document, Span);

impl Site {
    fn of(place: &Place<'_>) -> Self {
        // A changed value concerns its whole element.
        Self(
            std::ptr::from_ref(place.document),
            place.document.span(place.element),
        )
    }
}

/// The change with the smallest place that the finding touches.
fn blame(
    document: &Document,
    span: Span,
    changes: &[Change<'_>],
    place: fn(&'_ Change<'_>) -> Option<Site>,
) -> Option<usize> {
    changes
        .iter()
        .enumerate()
        .filter_map(|(at, change)| {
            let Site(its, site) = place(change)?;
            let touches = site.contains(span) || span.contains(site);
            (std::ptr::eq(its, document) && touches).then_some((site.len(), at))
        })
        .min()
        .map(|(_, at)| at)
}
