//! Collections whose entries are told apart by a key: what happens when a key
//! stands twice, and what `clear` throws away.
//!
//! Sources: `ConfigurationElementCollection` of dotnet/runtime (an equal entry is
//! taken, another one refused with "The entry '…' has already been added"); the
//! schemas of IIS (`IIS_schema.xml`: unique keys).

use std::collections::HashMap;

use crate::lint::check::Check;
use crate::lint::facts::sections::configuration;
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::layout::removal_span;
use crate::xml::{Document, NodeId};

/// A collection, the entries of which have keys.
struct Keyed {
    /// Names of the collection and of the elements around it, outermost first.
    path: &'static [&'static str],
    entry: &'static str,
    /// The attributes that make the key.
    keys: &'static [&'static str],
    ignores_case: bool,
}

/// Collections in which .NET refuses a key that stands twice with other values.
const DOTNET: &[Keyed] = &[
    keyed(&["connectionStrings"], "add", &["name"], true),
    keyed(&["system.web", "httpModules"], "add", &["name"], false),
    keyed(&["membership", "providers"], "add", &["name"], true),
    keyed(&["roleManager", "providers"], "add", &["name"], true),
    keyed(&["profile", "providers"], "add", &["name"], true),
    keyed(&["siteMap", "providers"], "add", &["name"], true),
];

/// Collections in which IIS refuses a key that stands twice.
const IIS: &[Keyed] = &[
    keyed(&["system.webServer", "handlers"], "add", &["name"], false),
    keyed(&["system.webServer", "modules"], "add", &["name"], true),
    keyed(&["httpProtocol", "customHeaders"], "add", &["name"], true),
    keyed(
        &["system.webServer", "staticContent"],
        "mimeMap",
        &["fileExtension"],
        true,
    ),
    keyed(&["defaultDocument", "files"], "add", &["value"], true),
    keyed(
        &["system.webServer", "httpErrors"],
        "error",
        &["statusCode", "subStatusCode"],
        true,
    ),
    keyed(
        &["requestFiltering", "fileExtensions"],
        "add",
        &["fileExtension"],
        true,
    ),
    keyed(
        &["requestFiltering", "hiddenSegments"],
        "add",
        &["segment"],
        true,
    ),
    keyed(&["requestFiltering", "verbs"], "add", &["verb"], true),
    keyed(&["rewrite", "rules"], "rule", &["name"], true),
    keyed(&["rewrite", "outboundRules"], "rule", &["name"], true),
    keyed(&["rewrite", "rewriteMaps"], "rewriteMap", &["name"], true),
];

const fn keyed(
    path: &'static [&'static str],
    entry: &'static str,
    keys: &'static [&'static str],
    ignores_case: bool,
) -> Keyed {
    Keyed {
        path,
        entry,
        keys,
        ignores_case,
    }
}

impl Keyed {
    fn key(&self, document: &Document, entry: NodeId) -> Option<String> {
        let mut key = document.value(entry, self.keys[0])?.into_owned();
        for further in &self.keys[1..] {
            key.push('\0');
            key.push_str(document.value(entry, further).as_deref().unwrap_or("-1"));
        }
        match self.ignores_case {
            true => Some(key.to_lowercase()),
            false => Some(key),
        }
    }

    /// Whether `element` is this collection.
    fn is(&self, document: &Document, element: NodeId) -> bool {
        let mut at = Some(element);
        for name in self.path.iter().rev() {
            match at {
                Some(node) if document.local_name(node) == *name => at = document.parent(node),
                _ => return false,
            }
        }
        true
    }

    /// Calls `found` with each pair of entries of one key, the earlier first.
    fn each_pair<'c>(
        &self,
        check: &mut Check<'c>,
        mut found: impl FnMut(&mut Check<'c>, &'c Document, NodeId, NodeId),
    ) {
        let subject = check.subject();
        let Some(document) = configuration(subject) else {
            return;
        };
        let Some(name) = self.path.last() else { return };
        for collection in subject.elements(name) {
            if !self.is(document, *collection) {
                continue;
            }
            let mut seen: HashMap<String, NodeId> = HashMap::new();
            for entry in document.child_elements(*collection) {
                match document.local_name(entry) {
                    "clear" => seen.clear(),
                    "remove" => {
                        if let Some(key) = self.key(document, entry) {
                            seen.remove(&key);
                        }
                    }
                    name if name == self.entry => {
                        let Some(key) = self.key(document, entry) else {
                            continue;
                        };
                        match seen.get(&key) {
                            Some(first) => found(check, document, *first, entry),
                            None => {
                                seen.insert(key, entry);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

const APP_SETTINGS: Keyed = keyed(&["appSettings"], "add", &["key"], true);

/// The same attributes with the same values, in any order, and nothing inside.
pub(super) fn are_equal(document: &Document, one: NodeId, other: NodeId) -> bool {
    let attributes = |element| {
        let all = document.attributes(element).iter();
        let mut all: Vec<_> = all
            .map(|attribute| {
                let name = document.slice(attribute.name);
                (name, document.attribute_value(attribute))
            })
            .collect();
        all.sort();
        all
    };
    !document.has_child_elements(one)
        && !document.has_child_elements(other)
        && attributes(one) == attributes(other)
}

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

/// Calls `found` with neighbouring pairs of one key, if their values are equal or not as wanted.
fn app_settings<'c>(
    check: &mut Check<'c>,
    wants_equal: bool,
    mut found: impl FnMut(&mut Check<'c>, &'c Document, NodeId, NodeId),
) {
    let mut last: HashMap<NodeId, NodeId> = HashMap::new();
    APP_SETTINGS.each_pair(check, |check, document, first, entry| {
        let before = last.insert(first, entry).unwrap_or(first);
        let value = |entry| document.value(entry, "value").unwrap_or_default();
        if (value(before) == value(entry)) == wants_equal {
            found(check, document, before, entry);
        }
    });
}

/// Two entries of one key that .NET refuses, since they differ.
pub(super) fn refused_duplicate(check: &mut Check<'_>) {
    for collection in DOTNET {
        collection.each_pair(check, |check, document, first, entry| {
            if !are_equal(document, first, entry) {
                let consequence = ".NET refuses it: \"The entry has already been added\"";
                report_duplicate(check, collection, document, first, entry, consequence);
            }
        });
    }
}

/// Two equal entries of one key.
pub(super) fn repeated_entry(check: &mut Check<'_>) {
    for collection in DOTNET {
        collection.each_pair(check, |check, document, first, entry| {
            if are_equal(document, first, entry) {
                let leaf = Leaf::Attribute(collection.keys[0].to_owned());
                let shown = check.shown(document, entry, &leaf);
                let place = check.place(check.at, first, &leaf);
                let message = format!("`{shown}` stands here again, just as above");
                // The first one stays: .NET keeps the place of the first.
                check
                    .report_at(entry, &leaf, message)
                    .related(place, "the first one")
                    .fix(without(document, entry));
            }
        });
    }
}

/// Two entries of one key that IIS refuses.
pub(super) fn refused_by_iis(check: &mut Check<'_>) {
    for collection in IIS {
        collection.each_pair(check, |check, document, first, entry| {
            let consequence = "IIS refuses it with error 500.19";
            report_duplicate(check, collection, document, first, entry, consequence);
        });
    }
}

fn report_duplicate(
    check: &mut Check<'_>,
    collection: &Keyed,
    document: &Document,
    first: NodeId,
    entry: NodeId,
    consequence: &str,
) {
    let leaf = Leaf::Attribute(collection.keys[0].to_owned());
    let shown = check.shown(document, entry, &leaf);
    let place = check.place(check.at, first, &leaf);
    let name = collection.path.last().unwrap_or(&"");
    let message = format!("`{shown}` stands twice in `{name}`; {consequence}");
    check
        .report_at(entry, &leaf, message)
        .related(place, "the first one");
}

/// A setting of an application stands twice: the last one wins.
pub(super) fn duplicate_setting(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = configuration(subject) else {
        return;
    };
    let leaf = Leaf::Attribute("name".to_owned());
    let mut seen: HashMap<(NodeId, String), NodeId> = HashMap::new();
    for setting in subject.elements("setting") {
        let parent = document.parent(*setting);
        let (Some(section), Some(name)) = (parent, document.value(*setting, "name")) else {
            continue;
        };
        if !super::location::is_client_setting(document, *setting) {
            continue;
        }
        if let Some(first) = seen.insert((section, name.into_owned()), *setting) {
            let shown = check.shown(document, *setting, &leaf);
            let place = check.place(check.at, first, &leaf);
            let message = format!("the setting `{shown}` stands here again, and this one wins");
            check
                .report_at(*setting, &leaf, message)
                .related(place, "has no effect");
        }
    }
}

/// `clear` behind entries of the same file.
pub(super) fn clear_behind_entries(check: &mut Check<'_>) {
    each_clear(check, |check, document, clear, is_first| {
        let section = document.parent(clear);
        let added = section.and_then(|section| {
            let mut all = document.child_elements(section);
            all.find(|entry| matches!(document.local_name(*entry), "add" | "clear"))
        });
        let (false, Some(added)) = (is_first, added.filter(|added| *added != clear)) else {
            return;
        };
        if document.local_name(added) == "add" {
            let place = check.place(check.at, added, &Leaf::Element);
            let message = "`clear` drops the entries that stand above it";
            check
                .report_at(clear, &Leaf::Element, message)
                .related(place, "has no effect");
        }
    });
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
    let Some(document) = configuration(subject) else {
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
