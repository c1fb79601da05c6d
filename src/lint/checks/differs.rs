//! Facts that two files of a run should have alike.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::config::framework::{Framework, written_for};
use crate::lint::check::Check;
use crate::lint::known::facts::{self, Fact, Said, fact};
use crate::lint::known::services::{urls, use_of};
use crate::lint::subject::Subject;
use crate::pack::checks::Differs;
use crate::pack::facts::FactSource;
use crate::pack::rules::{ComponentId, FactId};
use crate::xml::address::Leaf;

/// Compares each file with the nearest one of another component, or the copies of one component.
pub(super) fn differs(parameters: &Differs, check: &mut Check<'_>) {
    let pairs = match &parameters.from {
        Some(other) => nearest(parameters, check, other),
        None => copies(parameters, check),
    };
    for (first, second) in pairs {
        for id in &parameters.facts {
            compare(parameters, check, id, first, second);
        }
    }
}

/// Every file with the one of the component `other` that lies nearest to it in the same tree.
fn nearest(parameters: &Differs, check: &Check<'_>, other: &ComponentId) -> Vec<(usize, usize)> {
    let subjects = &check.estate.subjects;
    let others = in_use(parameters, check, other);
    let of_component = |component: &ComponentId| in_use(parameters, check, component);
    let all = parameters.components.iter().flat_map(of_component);
    all.filter_map(|at| {
        let near = |other: &usize| shared_folders(&subjects[at], &subjects[*other]);
        // The first of those that are equally near.
        let best = others.iter().map(near).max()?;
        let found = others.iter().find(|other| near(other) == best).copied()?;
        (best > 0 && kind(check, found) == kind(check, at)).then_some((found, at))
    })
    .collect()
}

/// Every copy of a component with the first one of its kind: an estate that is half upgraded has files
/// of two kinds, which differ for a reason.
fn copies(parameters: &Differs, check: &Check<'_>) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for component in &parameters.components {
        let all = in_use(parameters, check, component);
        for (number, at) in all.iter().enumerate() {
            let mut earlier = all[..number].iter();
            let first = earlier.find(|other| kind(check, **other) == kind(check, *at));
            pairs.extend(first.map(|first| (*first, *at)));
        }
    }
    pairs
}

/// The files of a component that somebody has set up for the service.
fn in_use(parameters: &Differs, check: &Check<'_>, component: &ComponentId) -> Vec<usize> {
    let service = &parameters.service;
    let is_set_up = |at: usize| {
        let mut facts = parameters.facts.iter();
        let service_use = use_of(check, at, service);
        service_use.is_used != Some(false)
            && service_use.flag.is_none_or(|flag| flag.is_certain)
            && urls(check, at, service)
                .iter()
                .any(|url| !url.is_placeholder() && !url.value.is_empty())
            && facts.all(|id| fact(check, at, id).is_none_or(|fact| fact.is_certain))
    };
    let files = check.estate.of_component(component);
    files
        .filter(|(_, subject)| !subject.is_transform && subject.document().is_some())
        .map(|(at, _)| at)
        .filter(|at| is_set_up(*at))
        .collect()
}

/// For which .NET a file was written.
fn kind(check: &Check<'_>, at: usize) -> Option<Framework> {
    check.estate.subjects[at].document().and_then(written_for)
}

/// One more than the folders that two files share from the top; 0 if they are of two trees.
fn shared_folders(one: &Subject, other: &Subject) -> usize {
    if !Arc::ptr_eq(&one.tree, &other.tree) {
        return 0;
    }
    let folders = |path: &Path| -> Vec<_> {
        let parent = path.parent().unwrap_or(Path::new(""));
        parent
            .components()
            .map(|part| part.as_os_str().to_owned())
            .collect()
    };
    let (one, other) = (folders(&one.path), folders(&other.path));
    1 + one
        .iter()
        .zip(&other)
        .take_while(|(one, other)| one == other)
        .count()
}

/// Reports at the file `second` that a fact differs from that of `first`.
fn compare(parameters: &Differs, check: &mut Check<'_>, id: &FactId, first: usize, second: usize) {
    let Some(row) = facts::row(check, id) else {
        return;
    };
    let (Some(there), Some(here)) = (fact(check, first, id), fact(check, second, id)) else {
        return;
    };
    let is_same = |one: &Said, other: &Said| match row.is_exact {
        true => one.raw == other.raw,
        false => one.value.to_lowercase() == other.value.to_lowercase(),
    };
    let may_be_missing = !parameters.or_missing.iter().any(|of| of == id);
    let case = match (&here.said, &there.said) {
        (Some(here), Some(there)) if is_same(here, there) => return,
        (Some(here), Some(_)) if here.is_secret => "secret",
        (Some(_), Some(_)) if matches!(row.from, FactSource::UrlOf(_)) => "url",
        (Some(_), Some(_)) => "differs",
        (None, None) => return,
        _ if may_be_missing => return,
        (Some(_), None) => "only-here",
        (None, Some(_)) => "only-there",
    };
    let shown = here.said.as_ref().map_or("", |said| said.shown.as_str());
    let facts = [("name", here.name.as_str()), ("value", shown)];
    let (message, note) = (check.say(case, &facts), check.say("related", &facts));
    let (Some(here), Some(there)) = (place(check, second, &here), place(check, first, &there))
    else {
        return;
    };
    check.report_there(here, message).related(there, note);
}

fn place(check: &Check<'_>, at: usize, fact: &Rc<Fact>) -> Option<crate::lint::finding::Place> {
    let said = fact.said.as_ref().map(|said| said.place.clone());
    said.or_else(|| fact.section.clone()).or_else(|| {
        let document = check.estate.subjects[at].document()?;
        Some(check.place(at, document.root(), &Leaf::Element))
    })
}
