//! The virtual directory that a URL of a service names, and old names elsewhere.

use crate::config::framework::written_for;
use crate::lint::check::Check;
use crate::lint::known::services::{self, ServiceUrl as Url, directory_names, urls_in_use};
use crate::pack::checks::{DirectoriesFault, DirectoryFault, VirtualDirectories, VirtualDirectory};
use crate::pack::facts::Service;
use crate::pack::lint::UrlPart;
use crate::rewrite::{VirtualDirectories as Mapping, references};
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId, NodeKind};

use super::host::{self, Host};
use super::service_url::edit_of;

/// Letters that may be wrong in a name of more than twenty.
const NEAR: usize = 3;

/// Looks at the names that one file has.
pub(super) fn virtual_directory(parameters: &VirtualDirectory, check: &mut Check<'_>) {
    let Some(service) = services::row(check, &parameters.service) else {
        return;
    };
    let Some(document) = check.subject().document() else {
        return;
    };
    if parameters.written_for.is_some() && written_for(document) != parameters.written_for {
        return;
    }
    let names = directory_names(check.rules, service);
    match (parameters.fault, names) {
        (DirectoryFault::Mentioned, _) => elsewhere(check, document, service),
        (DirectoryFault::OldName, Some(names)) => old_name(check, document, service, names),
        (DirectoryFault::NewName, Some(names)) => new_name(check, service, names),
        (DirectoryFault::NearName, Some(_)) => misspelt_name(check, document, service),
        (_, None) => {}
    }
}

/// A URL has the old name.
fn old_name(check: &mut Check<'_>, document: &Document, service: &Service, names: (&str, &str)) {
    let (old, new) = names;
    for url in urls_in_use(check, check.at, &service.provenance.id) {
        let is_old = |name: &&str| name.eq_ignore_ascii_case(old);
        let Some(name) = url.directory().filter(is_old) else {
            continue;
        };
        let edit = edit_of(document, &url, |value| replaced(value, name, new));
        let message = check.say("", &[("old", old), ("new", new)]);
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit {
            found.fix(vec![edit]);
        }
    }
}

/// The first URL that was set has the new name.
fn new_name(check: &mut Check<'_>, service: &Service, (old, new): (&str, &str)) {
    let urls = urls_in_use(check, check.at, &service.provenance.id);
    let is_new = |url: &&Url<'_>| {
        let name = url.directory();
        !url.is_placeholder() && name.is_some_and(|name| name.eq_ignore_ascii_case(new))
    };
    if let Some(url) = urls.iter().find(is_new) {
        let message = check.say("", &[("old", old), ("new", new)]);
        check.report_at(url.element, &url.leaf, message);
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
fn misspelt<'r>(url: &Url<'_>, check: &Check<'r>) -> Option<&'r str> {
    let (old, new) = directory_names(check.rules, url.service)?;
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

/// A URL has nearly one of the known names.
fn misspelt_name(check: &mut Check<'_>, document: &Document, service: &Service) {
    for url in urls_in_use(check, check.at, &service.provenance.id) {
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
        let shown = check.shown_text(name);
        let message = check.say("", &[("name", &shown), ("meant", meant)]);
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit {
            found.fix(vec![edit]);
        }
    }
}

/// The path of the URL without the endpoint, as IIS names virtual directories.
fn directory_path<'u>(url: &'u Url<'_>) -> &'u str {
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
fn serves(host: &Host<'_>, url: &Url<'_>) -> bool {
    let wanted = directory_path(url);
    host.iis
        .directories()
        .any(|(_, _, directory)| directory.path.eq_ignore_ascii_case(wanted))
}

/// Looks at the names that several files have.
pub(super) fn virtual_directories(parameters: &VirtualDirectories, check: &mut Check<'_>) {
    let Some(service) = services::row(check, &parameters.service) else {
        return;
    };
    match parameters.fault {
        DirectoriesFault::Unknown => not_there(check, service),
        DirectoriesFault::BothNames => both_names(check, service),
    }
}

/// Every URL of the service that is in use, with the position of its file.
fn all_urls<'a>(check: &Check<'a>, service: &Service) -> Vec<(usize, Url<'a>)> {
    let subjects = check.estate.subjects.iter().enumerate();
    let files = subjects.filter(|(_, subject)| !subject.is_transform);
    files
        .flat_map(|(at, _)| {
            let urls = urls_in_use(check, at, &service.provenance.id);
            urls.into_iter().map(move |url| (at, url))
        })
        .collect()
}

/// The server of the service has no such virtual directory.
fn not_there(check: &mut Check<'_>, service: &Service) {
    let hosts = host::hosts(check);
    if hosts.is_empty() {
        return;
    }
    for (at, url) in all_urls(check, service) {
        if url.is_placeholder() || misspelt(&url, check).is_some() {
            continue;
        }
        let name = url.parts().and_then(|parts| parts.part(UrlPart::Host));
        let Some(name) = name else { continue };
        let servers = host::of_service(check, &hosts, service, &name);
        if servers.is_empty() || servers.iter().any(|(host, _)| serves(host, &url)) {
            continue;
        }
        let path = check.shown_text(directory_path(&url));
        let place = check.place(at, url.element, &url.leaf);
        let leaf = Leaf::Attribute("path".to_owned());
        let notes: Vec<_> = (servers.iter())
            .filter_map(|(host, application)| {
                let (application, served) = (*application)?;
                let served = check.shown_text(served);
                let note = check.say("related", &[("served", &served), ("path", &path)]);
                Some((check.place(host.at, application, &leaf), note))
            })
            .collect();
        let message = check.say("found", &[("path", &path)]);
        let mut found = check.report_there(place, message);
        for (place, note) in notes {
            found = found.related(place, note);
        }
    }
}

/// Files of one run call the same host by the old and by the new name.
fn both_names(check: &mut Check<'_>, service: &Service) {
    let Some((old, new)) = directory_names(check.rules, service) else {
        return;
    };
    let mut olds = Vec::new();
    let mut news = Vec::new();
    for (at, url) in all_urls(check, service) {
        let list = match url.directory().unwrap_or_default() {
            name if name.eq_ignore_ascii_case(old) => &mut olds,
            name if name.eq_ignore_ascii_case(new) => &mut news,
            _ => continue,
        };
        if let Some(host) = authority(&url) {
            list.push((host, check.place(at, url.element, &url.leaf)));
        }
    }
    for (host, place) in olds {
        let Some((_, other)) = news.iter().find(|(known, _)| *known == host) else {
            continue;
        };
        let host = check.shown_text(&host);
        let facts = [("host", host.as_str()), ("old", old), ("new", new)];
        let (message, note) = (check.say("found", &facts), check.say("related", &facts));
        check
            .report_there(place, message)
            .related(other.clone(), note);
    }
}

/// Host and port.
fn authority(url: &Url<'_>) -> Option<String> {
    let parts = url.parts()?;
    let host = parts.part(UrlPart::Host)?;
    Some(match parts.part(UrlPart::Port) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// Something that is no URL of the service has an old name.
fn elsewhere(check: &mut Check<'_>, document: &Document, service: &Service) {
    let (subject, rules) = (check.subject(), check.rules);
    let text = document.text().as_bytes();
    // Most files hold none.
    let mut rows = rules.virtual_directories.iter();
    if !rows.any(|row| mentions(text, row.old.as_bytes())) {
        return;
    }
    let never = &rules.guards.never_files;
    if never
        .iter()
        .any(|file| file.eq_ignore_ascii_case(subject.file_name()))
    {
        return;
    }
    let Ok(directories) = Mapping::new(&rules.virtual_directories, &[], &[]) else {
        return;
    };
    let own: Vec<NodeId> = services::urls(check, check.at, &service.provenance.id)
        .iter()
        .map(|url| url.element)
        .collect();
    let mut found: Vec<(NodeId, Leaf, String, String)> = Vec::new();
    let mut look = |element: NodeId, leaf: Leaf, value: &str| {
        let references = references::find(value, &directories, &rules.guards);
        if let Some(reference) = references.into_iter().next() {
            found.push((element, leaf, reference.old, reference.new));
        }
    };
    for node in document.nodes().filter(|node| *node != NodeId::DOCUMENT) {
        match document.kind(node) {
            NodeKind::Element if !own.contains(&node) => {
                for attribute in document.attributes(node) {
                    let leaf = Leaf::Attribute(document.slice(attribute.name).to_owned());
                    look(node, leaf, &document.attribute_value(attribute));
                }
            }
            NodeKind::Text if !document.is_blank_text(node) => {
                if let Some(parent) = document.parent(node).filter(|parent| !own.contains(parent)) {
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
            let message = check.say("", &[("old", &old), ("new", &new)]);
            check.report_at(element, &leaf, message);
        }
    }
}

/// Whether `text` has `word` in any case.
fn mentions(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else {
        return false;
    };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text).any(|at| {
        text[at..]
            .get(..word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word))
    })
}
