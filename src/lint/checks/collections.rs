//! Collections whose entries are told apart by a key: what happens when a key
//! stands twice, and what `clear` throws away. Which these are, `[[identity]]` rows say.

use crate::config::identity::Duplicates;
use crate::config::structure::collections::{Repeated, are_equal};
use crate::config::structure::text::is_client_setting;
use crate::lint::check::Check;
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::layout::removal_span;
use crate::xml::{Document, NodeId};

/// The edit that takes an element away with its line.
pub(super) fn without(document: &Document, element: NodeId) -> Vec<Edit> {
    vec![Edit {
        span: removal_span(document.text(), document.span(element)),
        text: String::new(),
    }]
}

/// A key of appSettings stands twice with different values: the last one wins.
pub(super) fn duplicate_key(check: &mut Check<'_>) {
    app_settings(check, false, |check, document, first, entry| {
        let leaf = Leaf::Attribute("key".to_owned());
        let shown = check.shown(document, entry, &leaf);
        let place = check.place(check.at, first, &leaf);
        let message = format!("`{shown}` stands here again with another value, and this one wins");
        check
            .report_at(entry, &leaf, message)
            .related(place, "has no effect");
    });
}

/// A key of appSettings stands twice with the same value.
pub(super) fn repeated_key(check: &mut Check<'_>) {
    app_settings(check, true, |check, document, first, entry| {
        let leaf = Leaf::Attribute("key".to_owned());
        let shown = check.shown(document, first, &leaf);
        let place = check.place(check.at, entry, &leaf);
        let message = format!("`{shown}` is set again below to the same value");
        // The later one stays: .NET orders keys by where they stand last.
        check
            .report_at(first, &leaf, message)
            .related(place, "the one that counts")
            .fix(without(document, first));
    });
}

/// The entries of a key that is there already, where that means `duplicates`.
fn repeated<'c>(
    check: &Check<'c>,
    duplicates: Duplicates,
) -> Option<(&'c Document, impl Iterator<Item = &'c Repeated> + use<'c>)> {
    let document = check.configuration()?;
    let all = check.entries(document).repeated.iter();
    Some((
        document,
        all.filter(move |entry| entry.duplicates == duplicates),
    ))
}

/// Calls `found` with neighbouring pairs of one key, if their values are equal or not as wanted.
fn app_settings<'c>(
    check: &mut Check<'c>,
    wants_equal: bool,
    mut found: impl FnMut(&mut Check<'c>, &'c Document, NodeId, NodeId),
) {
    let Some((document, all)) = repeated(check, Duplicates::LastWins) else {
        return;
    };
    for Repeated {
        element, before, ..
    } in all
    {
        let value = |entry| document.value(entry, "value").unwrap_or_default();
        if is_in(document, *element, "appSettings")
            && (value(*before) == value(*element)) == wants_equal
        {
            found(check, document, *before, *element);
        }
    }
}

fn is_in(document: &Document, element: NodeId, section: &str) -> bool {
    let parent = document.parent(element);
    parent.is_some_and(|parent| document.local_name(parent) == section)
}

/// Two entries of one key that .NET refuses, since they differ.
pub(super) fn refused_duplicate(check: &mut Check<'_>) {
    let Some((document, all)) = repeated(check, Duplicates::RefusedByNet) else {
        return;
    };
    for entry in all.filter(|entry| !are_equal(document, entry.first, entry.element)) {
        let consequence = ".NET refuses it: \"The entry has already been added\"";
        report_duplicate(check, document, entry, consequence);
    }
}

/// Two equal entries of one key.
pub(super) fn repeated_entry(check: &mut Check<'_>) {
    let Some((document, all)) = repeated(check, Duplicates::RefusedByNet) else {
        return;
    };
    for entry in all.filter(|entry| are_equal(document, entry.first, entry.element)) {
        let leaf = key(check, document, entry.element);
        let shown = check.shown(document, entry.element, &leaf);
        let place = check.place(check.at, entry.first, &leaf);
        let message = format!("`{shown}` stands here again, just as above");
        // The first one stays: .NET keeps the place of the first.
        check
            .report_at(entry.element, &leaf, message)
            .related(place, "the first one")
            .fix(without(document, entry.element));
    }
}

/// Two entries of one key that IIS refuses.
pub(super) fn refused_by_iis(check: &mut Check<'_>) {
    let Some((document, all)) = repeated(check, Duplicates::RefusedByIis) else {
        return;
    };
    for entry in all {
        let consequence = "IIS refuses it with error 500.19";
        report_duplicate(check, document, entry, consequence);
    }
}

fn report_duplicate(
    check: &mut Check<'_>,
    document: &Document,
    entry: &Repeated,
    consequence: &str,
) {
    let leaf = key(check, document, entry.element);
    let shown = check.shown(document, entry.element, &leaf);
    let place = check.place(check.at, entry.first, &leaf);
    let parent = document.parent(entry.element);
    let name = parent.map_or("", |parent| document.local_name(parent));
    let message = format!("`{shown}` stands twice in `{name}`; {consequence}");
    check
        .report_at(entry.element, &leaf, message)
        .related(place, "the first one");
}

/// The attribute that identifies `entry` first of all.
fn key(check: &Check<'_>, document: &Document, entry: NodeId) -> Leaf {
    let rule = check.rules.identities.rule_for(document, entry);
    let key = rule.and_then(|rule| rule.by.first());
    key.map_or(Leaf::Element, |key| {
        Leaf::Attribute(key.attribute().to_owned())
    })
}

/// A setting of an application stands twice: the last one wins.
pub(super) fn duplicate_setting(check: &mut Check<'_>) {
    let Some((document, all)) = repeated(check, Duplicates::LastWins) else {
        return;
    };
    let leaf = Leaf::Attribute("name".to_owned());
    for entry in all.filter(|entry| is_client_setting(document, entry.element)) {
        let shown = check.shown(document, entry.element, &leaf);
        let place = check.place(check.at, entry.before, &leaf);
        let message = format!("the setting `{shown}` stands here again, and this one wins");
        check
            .report_at(entry.element, &leaf, message)
            .related(place, "has no effect");
    }
}

/// `clear` behind entries of the same file.
pub(super) fn clear_behind_entries(check: &mut Check<'_>) {
    let Some(document) = check.configuration() else {
        return;
    };
    for taken in &check.entries(document).taken_out {
        if document.local_name(taken.element) == "clear" {
            let place = check.place(check.at, taken.entry, &Leaf::Element);
            let message = "`clear` drops the entries that stand above it";
            check
                .report_at(taken.element, &Leaf::Element, message)
                .related(place, "has no effect");
        }
    }
}

/// `clear` drops what is inherited.
pub(super) fn clear_drops_inherited(check: &mut Check<'_>) {
    each_clear(check, |check, document, clear, is_first| {
        if is_first {
            let section = document.parent(clear);
            let name = section.map_or("", |section| document.local_name(section));
            let message = format!(
                "`clear` drops every entry of `{name}` that is inherited from machine.config or a web.config above"
            );
            check.report_at(clear, &Leaf::Element, message);
        }
    });
}

/// Calls `look` with each `clear` of appSettings and connectionStrings, and
/// whether it is the first thing in its section.
fn each_clear<'c>(
    check: &mut Check<'c>,
    mut look: impl FnMut(&mut Check<'c>, &'c Document, NodeId, bool),
) {
    let subject = check.subject();
    let Some(document) = check.configuration() else {
        return;
    };
    for clear in subject.elements("clear") {
        let section = document.parent(*clear);
        let is_keyed = section.is_some_and(|section| {
            matches!(
                document.local_name(section),
                "appSettings" | "connectionStrings"
            )
        });
        if is_keyed {
            look(check, document, *clear, document.is_first_element(*clear));
        }
    }
}
