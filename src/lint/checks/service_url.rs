//! What is wrong with the URLs of a service that are in use.

use crate::lint::check::Check;
use crate::lint::condition::is;
use crate::lint::known::services::{ServiceUrl as Url, Use, directory_names, urls_in_use, use_of};
use crate::pack::checks::{ServiceUrl, UrlFault};
use crate::pack::lint::{UrlPart, ValueType};
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::escape::{escape_attribute, escape_text};
use crate::xml::{Document, NodeId};

/// Characters that copying from a page leaves in a URL.
const COPIED: [char; 9] = ['<', '>', '"', '“', '”', '„', '‘', '’', '«'];

/// Looks at every URL of the service that is in use.
pub(super) fn service_url(parameters: &ServiceUrl, check: &mut Check<'_>) {
    let Some(document) = check.subject().document() else {
        return;
    };
    for url in urls_in_use(check, check.at, &parameters.service) {
        match parameters.fault {
            UrlFault::Http => plain_http(check, document, &url),
            UrlFault::Placeholder => placeholder(check, document, &url),
            UrlFault::Host => host(check, &url),
            UrlFault::Endpoint => without_endpoint(check, document, &url),
            UrlFault::Characters => bad_characters(check, document, &url),
            UrlFault::SampleSegment => sample_segment(check, document, &url),
            UrlFault::Incomplete => incomplete(check, document, &url),
        }
    }
}

/// It is plain http.
fn plain_http(check: &mut Check<'_>, document: &Document, url: &Url<'_>) {
    let scheme = url.parts().and_then(|parts| parts.part(UrlPart::Scheme));
    if scheme.as_deref() != Some("http") || url.is_placeholder() {
        return;
    }
    let shown = check.shown(document, url.element, &url.leaf);
    let message = check.say("", &[("url", &shown)]);
    let edit = edit_of(document, url, |value| value.replacen("http:", "https:", 1));
    let parts = url.parts();
    let has_port = parts.is_some_and(|parts| parts.part(UrlPart::Port).is_some());
    let found = check.report_at(url.element, &url.leaf, message);
    if let Some(edit) = edit.filter(|_| !has_port) {
        found.fix(vec![edit]);
    }
}

/// It was never set.
fn placeholder(check: &mut Check<'_>, document: &Document, url: &Url<'_>) {
    if !url.is_placeholder() {
        return;
    }
    let service = use_of(check, check.at, &url.service.provenance.id);
    let flag = service.flag.as_ref().filter(|flag| flag.said.is_some());
    let case = match (&service, flag) {
        (
            Use {
                user: Some(user), ..
            },
            _,
        ) if user.says.is_none() => "unsaid",
        (_, Some(_)) => "flagged",
        (
            Use {
                user: Some(user), ..
            },
            None,
        ) if user.flag.is_none() => "always",
        _ => "unsaid",
    };
    let shown = check.shown(document, url.element, &url.leaf);
    let name = flag.map_or("", |flag| flag.name.as_str());
    let facts = [
        ("url", shown.as_str()),
        ("flag", name),
        ("use", service.says()),
    ];
    let message = check.say(case, &facts);
    let note = check.say("related", &facts);
    let said = flag.and_then(|flag| flag.said.as_ref());
    let found = check.report_at(url.element, &url.leaf, message);
    if let Some(said) = said.filter(|_| case == "flagged") {
        found.related(said.place.clone(), note);
    }
}

/// Its host is an address or this machine, which no certificate names.
fn host(check: &mut Check<'_>, url: &Url<'_>) {
    let host = url.parts().and_then(|parts| parts.part(UrlPart::Host));
    let Some(host) = host.filter(|_| !url.is_placeholder()) else {
        return;
    };
    let kind = match host.as_str() {
        "localhost" => "this machine",
        host if is(ValueType::Ip, host) => "an IP address",
        _ => return,
    };
    let host = check.shown_text(&host);
    let message = check.say("", &[("host", &host), ("kind", kind)]);
    check.report_at(url.element, &url.leaf, message);
}

/// It does not end in the endpoint.
fn without_endpoint(check: &mut Check<'_>, document: &Document, url: &Url<'_>) {
    if url.has_endpoint() || url.parts().is_none() || url.is_placeholder() {
        return;
    }
    let shown = check.shown(document, url.element, &url.leaf);
    let last = url.path().trim_end_matches('/').rsplit('/').next();
    let last = last.unwrap_or_default();
    let mut services = check.rules.services.iter();
    let other = services.find(|service| service.endpoint.eq_ignore_ascii_case(last));
    let case = if other.is_some() {
        "other-service"
    } else {
        "without"
    };
    let other = other.map_or("", |service| service.provenance.summary.as_str());
    let endpoint = url.service.endpoint.as_str();
    let facts = [
        ("url", shown.as_str()),
        ("endpoint", endpoint),
        ("other", other),
    ];
    let message = check.say(case, &facts);
    let is_directory = directory_names(check.rules, url.service).is_some_and(|(old, new)| {
        [old, new]
            .iter()
            .any(|name| last.eq_ignore_ascii_case(name))
    });
    let bare = is_directory && !url.value.contains(['?', '#']);
    let edit = edit_of(document, url, |value| {
        format!("{}/{endpoint}", value.trim_end_matches('/'))
    });
    let found = check.report_at(url.element, &url.leaf, message);
    if let Some(edit) = edit.filter(|_| bare) {
        found.fix(vec![edit]);
    }
}

/// It holds characters that a URL cannot hold, or that only a damaged copy has.
fn bad_characters(check: &mut Check<'_>, document: &Document, url: &Url<'_>) {
    let value = &*url.value;
    // Another rule is about sample segments.
    let parts = value.split('/').filter(|part| !url.is_sample_segment(part));
    let judged = parts.collect::<Vec<_>>().join("/");
    let is_copied = |c: char| c.is_whitespace() || COPIED.contains(&c);
    let is_foreign = |c: char| !c.is_ascii() && !is_copied(c);
    let kinds = [
        (judged.contains(char::is_whitespace), "white space"),
        (judged.contains(['<', '>']), "angle brackets"),
        (
            judged.contains(['“', '”', '„', '‘', '’', '«', '"']),
            "quotes",
        ),
        (judged.contains('\\'), "backslashes"),
        (judged.contains(is_foreign), "letters that are not ASCII"),
    ];
    let kinds: Vec<&str> = (kinds.iter())
        .filter(|(is_there, _)| *is_there)
        .map(|(_, kind)| *kind)
        .collect();
    if kinds.is_empty() {
        return;
    }
    let shown = check.shown(document, url.element, &url.leaf);
    let cured: String = value
        .chars()
        .filter(|c| !is_copied(*c))
        .map(|c| match c {
            'ı' => 'i',
            'İ' => 'I',
            '\\' => '/',
            other => other,
        })
        .collect();
    let is_cured = is(ValueType::Url, &cured) && cured.is_ascii();
    let edit = edit_of(document, url, |_| cured.clone());
    let message = check.say("", &[("url", &shown), ("kinds", &kinds.join(" and "))]);
    let found = check.report_at(url.element, &url.leaf, message);
    if let Some(edit) = edit.filter(|_| is_cured) {
        found.fix(vec![edit]);
    }
}

/// It is empty, or no absolute http or https URL, for no reason that another check names.
fn incomplete(check: &mut Check<'_>, document: &Document, url: &Url<'_>) {
    let value = &*url.value;
    let is_damaged = value
        .contains(|c: char| c.is_whitespace() || COPIED.contains(&c) || c == '\\' || !c.is_ascii());
    if url.parts().is_some() || is_damaged {
        return;
    }
    let shown = check.shown(document, url.element, &url.leaf);
    let case = if value.is_empty() { "empty" } else { "no-url" };
    let message = check.say(case, &[("url", &shown)]);
    check.report_at(url.element, &url.leaf, message);
}

/// It holds a sample segment of the documentation.
fn sample_segment(check: &mut Check<'_>, document: &Document, url: &Url<'_>) {
    let mut segments = url.path().split('/');
    let Some(segment) = segments.find(|part| url.is_sample_segment(part)) else {
        return;
    };
    let segment = segment.to_owned();
    let edit = edit_of(document, url, |value| {
        value.replacen(&format!("/{segment}"), "", 1)
    });
    let shown = check.shown_text(&segment);
    let message = check.say("", &[("segment", &shown)]);
    let found = check.report_at(url.element, &url.leaf, message);
    if let Some(edit) = edit {
        found.fix(vec![edit]);
    }
}

/// A change of the URL, white space around it kept.
pub(super) fn edit_of(
    document: &Document,
    url: &Url<'_>,
    change: impl Fn(&str) -> String,
) -> Option<Edit> {
    value_edit(document, url.element, &url.leaf, change)
}

/// A change of the value at `leaf`, white space around it kept; none if comments
/// or other markup stand in it.
fn value_edit(
    document: &Document,
    element: NodeId,
    leaf: &Leaf,
    change: impl Fn(&str) -> String,
) -> Option<Edit> {
    let (span, quote) = match leaf {
        Leaf::Attribute(name) => {
            let attribute = document.attribute(element, name)?;
            (attribute.value, Some(document.quote(attribute)))
        }
        _ => (document.content(element), None),
    };
    let raw = document.slice(span);
    if raw.contains('<') {
        return None;
    }
    let value = crate::xml::selector::leaf_value(document, element, leaf)?;
    let inner = value.trim();
    let around = |blank: fn(char) -> bool| {
        let start = raw.len() - raw.trim_start_matches(blank).len();
        let end = raw.trim_end_matches(blank).len();
        (start, end.max(start))
    };
    let (start, end) = around(char::is_whitespace);
    let changed = change(inner);
    let written = match quote {
        Some(quote) => escape_attribute(&changed, quote),
        None => escape_text(&changed),
    };
    Some(Edit {
        span: crate::xml::Span::new(span.start as usize + start, span.start as usize + end),
        text: written,
    })
}
