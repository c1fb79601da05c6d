//! The virtual directory that a URL of the SDK names, and old names elsewhere.

use crate::lint::check::Check;
use crate::pack::lint::UrlPart;
use crate::rewrite::{VirtualDirectories, references};
use crate::xml::address::Leaf;
use crate::xml::{NodeId, NodeKind};

use super::host::{self, Host};
use super::sdk::{self, SdkUrl};
use super::url::edit_of;

/// Letters that may be wrong in a name of more than twenty.
const NEAR: usize = 3;

/// It names the virtual directory of version 5.
pub(in crate::lint::checks) fn old_name(check: &mut Check<'_>) {
    let subject = check.subject();
    let (Some(document), Some((old, new))) =
        (subject.document(), sdk::directory_names(check.rules))
    else {
        return;
    };
    for url in sdk::urls_in_use(subject) {
        let Some(name) = url
            .directory()
            .filter(|name| name.eq_ignore_ascii_case(old))
        else {
            continue;
        };
        let edit = edit_of(document, &url, |value| replaced(value, name, new));
        let message =
            format!("`{old}` is the name of version 5; from 6.0 on setup proposes `{new}`");
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit {
            found.fix(vec![edit]);
        }
    }
}

/// `value` with the last segment `name` replaced.
fn replaced(value: &str, name: &str, by: &str) -> String {
    match value.rfind(name) {
        Some(at) => format!("{}{by}{}", &value[..at], &value[at + name.len()..]),
        None => value.to_owned(),
    }
}

/// The name that the virtual directory of `url` was probably meant to be.
fn misspelt<'r>(url: &SdkUrl<'_>, check: &Check<'r>) -> Option<&'r str> {
    let (old, new) = sdk::directory_names(check.rules)?;
    let name = url.directory()?.to_lowercase();
    let known = [new, old].map(|known| (known, known.to_lowercase()));
    // A name that goes on behind a known one was chosen: `…Sdk2`, `…SdkTest`.
    if known
        .iter()
        .any(|(_, known)| name.starts_with(known.as_str()))
    {
        return None;
    }
    known
        .iter()
        .map(|(known, lower)| (strsim::osa_distance(&name, lower), *known))
        .filter(|(distance, _)| *distance <= NEAR)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// It names a virtual directory that is nearly one of the known ones.
pub(in crate::lint::checks) fn misspelt_name(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    for url in sdk::urls_in_use(subject) {
        if url.is_placeholder() {
            continue;
        }
        let Some(meant) = misspelt(&url, check) else {
            continue;
        };
        let hosts = host::hosts(check);
        if hosts.iter().any(|host| serves(host, &url)) {
            continue;
        }
        let name = url.directory().unwrap_or_default();
        let edit = edit_of(document, &url, |value| replaced(value, name, meant));
        let message = format!(
            "`{}` is no virtual directory of the SDK; `{meant}` is",
            check.shown_text(name)
        );
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit {
            found.fix(vec![edit]);
        }
    }
}

/// The path of the URL without the endpoint, as IIS names virtual directories.
fn directory_path<'u>(url: &'u SdkUrl<'_>) -> &'u str {
    let path = url.path();
    let path = match url.has_endpoint() {
        true => path.rfind('/').map_or("", |at| &path[..at]),
        false => path.trim_end_matches('/'),
    };
    match path {
        "" => "/",
        path => path,
    }
}

/// Whether a site of `host` has the virtual directory of `url`.
fn serves(host: &Host<'_>, url: &SdkUrl<'_>) -> bool {
    let wanted = directory_path(url);
    host.iis
        .directories()
        .any(|(_, _, directory)| directory.path.eq_ignore_ascii_case(wanted))
}

/// The server of the SDK has no such virtual directory.
pub(in crate::lint::checks) fn not_there(check: &mut Check<'_>) {
    let hosts = host::hosts(check);
    if hosts.is_empty() {
        return;
    }
    let estate = check.estate;
    for (at, subject) in estate.subjects.iter().enumerate() {
        if subject.is_transform {
            continue;
        }
        for url in sdk::urls_in_use(subject) {
            if url.is_placeholder() || misspelt(&url, check).is_some() {
                continue;
            }
            let name = url.parts().and_then(|parts| parts.part(UrlPart::Host));
            let Some(name) = name else { continue };
            let servers = host::of_sdk(check, &hosts, &name);
            if servers.is_empty() || servers.iter().any(|(host, _)| serves(host, &url)) {
                continue;
            }
            let path = check.shown_text(directory_path(&url));
            let place = check.place(at, url.element, &url.leaf);
            let notes: Vec<_> = servers
                .iter()
                .filter_map(|(host, application)| {
                    let (application, path) = (*application)?;
                    let leaf = Leaf::Attribute("path".to_owned());
                    let note = format!("serves the SDK as `{}`", check.shown_text(path));
                    Some((check.place(host.at, application, &leaf), note))
                })
                .collect();
            let message = format!("IIS on the server of the SDK has no virtual directory `{path}`");
            let mut found = check.report_in(place.subject, place.span, place.address, message);
            for (place, note) in notes {
                found = found.related(place, note);
            }
        }
    }
}

/// An old virtual directory is named by something that is no URL of the SDK.
pub(in crate::lint::checks) fn elsewhere(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    let text = document.text();
    // Every old name of the product begins like this; most files do not hold it.
    if !text.contains("PhoneFactor") && !mentions(text.as_bytes(), b"phonefactor") {
        return;
    }
    let rules = check.rules;
    let never = &rules.guards.never_files;
    if never
        .iter()
        .any(|file| file.eq_ignore_ascii_case(subject.file_name()))
    {
        return;
    }
    let Ok(directories) = VirtualDirectories::new(&rules.virtual_directories, &[], &[]) else {
        return;
    };
    let of_sdk: Vec<NodeId> = sdk::urls(subject).iter().map(|url| url.element).collect();
    let mut found: Vec<(NodeId, Leaf, String, String)> = Vec::new();
    let mut look = |element: NodeId, leaf: Leaf, value: &str| {
        let references = references::find(value, &directories, &rules.guards);
        if let Some(reference) = references.into_iter().next() {
            found.push((element, leaf, reference.old, reference.new));
        }
    };
    for node in document.nodes().filter(|node| *node != NodeId::DOCUMENT) {
        match document.kind(node) {
            NodeKind::Element if !of_sdk.contains(&node) => {
                for attribute in document.attributes(node) {
                    let leaf = Leaf::Attribute(document.slice(attribute.name).to_owned());
                    look(node, leaf, &document.attribute_value(attribute));
                }
            }
            NodeKind::Text if !document.is_blank_text(node) => {
                if let Some(parent) = document
                    .parent(node)
                    .filter(|parent| !of_sdk.contains(parent))
                {
                    look(parent, Leaf::Text, &document.text_of(node));
                }
            }
            _ => {}
        }
    }
    for (element, leaf, old, new) in found {
        let is_secret = rules
            .secrets
            .is_secret(&rules.identities, document, element, &leaf);
        if !is_secret {
            let message = format!("`{old}` is named here; from 6.0 on setup proposes `{new}`");
            check.report_at(element, &leaf, message);
        }
    }
}

fn mentions(text: &[u8], word: &[u8]) -> bool {
    memchr::memchr2_iter(word[0], word[0].to_ascii_uppercase(), text).any(|at| {
        text[at..]
            .get(..word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word))
    })
}
