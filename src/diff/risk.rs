//! What a change means: the findings of the rule packs that only one of the two files has.

use super::change::{Change, Place};
use super::surplus::surplus;
use crate::lint::{Estate, Finding, Report};
use crate::xml::span::Lines;
use crate::xml::{Document, Span};

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
pub fn risks(changes: &[Change<'_>], before: Linted<'_>, after: Linted<'_>) -> Risks {
    let of = |side: Linted<'_>| -> Vec<Finding> {
        let findings = side.report.findings.iter();
        findings
            .filter(|finding| finding.place.subject == side.subject)
            .cloned()
            .collect()
    };
    let (before_all, after_all) = (of(before), of(after));
    let key = |finding: &Finding| {
        (
            finding.rule,
            finding.message.clone(),
            finding.place.address.clone(),
        )
    };
    let only = |of: &[Finding], others: &[Finding]| -> Vec<Finding> {
        let extra = surplus(of, others, key).into_iter();
        extra.map(|at| of[at].clone()).collect()
    };
    let gone = only(&before_all, &after_all);
    let new = only(&after_all, &before_all);
    let blamed =
        |side: Linted<'_>, list: Vec<Finding>, place: fn(&'_ Change<'_>) -> Option<Site>| {
            let document = side.estate.subjects[side.subject].document();
            let found = match document {
                Some(document) => Blame::new(document, changes, place),
                None => Blame::default(),
            };
            let lines = document.map(|document| Lines::of(document.text()));
            let mut risks: Vec<Risk> = list
                .into_iter()
                .map(|finding| {
                    let span = finding.place.span;
                    Risk {
                        line: lines
                            .as_ref()
                            .map_or(1, |lines| lines.place(span.start).line),
                        change: found.of(span),
                        finding,
                    }
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

/// The changes of one document by place, so that many findings cost no more than one look at all changes.
#[derive(Default)]
struct Blame {
    /// Place and index of each change, by where the place begins; elements nest or are apart.
    sites: Vec<(Span, usize)>,
    /// Of each, the position of the nearest place before it that holds it.
    around: Vec<Option<usize>>,
}

impl Blame {
    fn new(
        document: &Document,
        changes: &[Change<'_>],
        place: fn(&'_ Change<'_>) -> Option<Site>,
    ) -> Self {
        let sites = changes.iter().enumerate().filter_map(|(at, change)| {
            let Site(its, site) = place(change)?;
            std::ptr::eq(its, document).then_some((site, at))
        });
        let mut sites: Vec<(Span, usize)> = sites.collect();
        // Of two changes of one place the first one is further in, so that it is found first.
        sites.sort_by_key(|(site, at)| {
            (
                site.start,
                std::cmp::Reverse(site.end),
                std::cmp::Reverse(*at),
            )
        });
        let mut around: Vec<Option<usize>> = Vec::with_capacity(sites.len());
        for (at, (site, _)) in sites.iter().enumerate() {
            let mut outer = at.checked_sub(1);
            while let Some(candidate) = outer.filter(|outer| !sites[*outer].0.contains(*site)) {
                outer = around[candidate];
            }
            around.push(outer);
        }
        Self { sites, around }
    }

    /// The change with the smallest place that the finding touches.
    fn of(&self, span: Span) -> Option<usize> {
        let key = |site: &Span, at: usize| (site.len(), at);
        // Those within the finding.
        let first = self
            .sites
            .partition_point(|(site, _)| site.start < span.start);
        let within = self.sites[first..].iter();
        let within = within
            .take_while(|(site, _)| site.start <= span.end)
            .filter(|(site, _)| span.contains(*site))
            .map(|(site, at)| key(site, *at))
            .min();
        // Those around it: the nearest one that begins before it, and those around that.
        let end = self
            .sites
            .partition_point(|(site, _)| site.start <= span.start);
        let mut at = end.checked_sub(1);
        while let Some(candidate) = at.filter(|at| !self.sites[*at].0.contains(span)) {
            at = self.around[candidate];
        }
        let around = at.map(|at| key(&self.sites[at].0, self.sites[at].1));
        within.into_iter().chain(around).min().map(|(_, at)| at)
    }
}
