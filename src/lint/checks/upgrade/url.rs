//! The URL of the Web Service SDK, wherever it stands.

use crate::lint::check::Check;
use crate::lint::condition::is;
use crate::pack::lint::{UrlPart, ValueType};
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::escape::{escape_attribute, escape_text};
use crate::xml::{Document, NodeId};

use super::account::FLAG;
use super::sdk::{self, ENDPOINT, SdkUrl};
use super::{MOBILE, PORTAL};

/// The segment that a page of the documentation prints between host and virtual directory.
const SAMPLE_SEGMENT: &str = "certificatename";
/// Characters that copying from a page leaves in a URL.
const COPIED: [char; 9] = ['<', '>', '"', '“', '”', '„', '‘', '’', '«'];

/// Runs `look` over every URL of the SDK that is in use.
fn each<'a>(check: &mut Check<'a>, mut look: impl FnMut(&mut Check<'a>, &'a Document, SdkUrl<'a>)) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    for url in sdk::urls_in_use(subject) {
        look(check, document, url);
    }
}

/// It is plain http.
pub(in crate::lint::checks) fn plain_http(check: &mut Check<'_>) {
    each(check, |check, document, url| {
        let scheme = url.parts().and_then(|parts| parts.part(UrlPart::Scheme));
        if scheme.as_deref() == Some("http") && !url.is_placeholder() {
            let shown = check.shown(document, url.element, &url.leaf);
            let edit = edit_of(document, &url, |value| value.replacen("http:", "https:", 1));
            let has_port = url
                .parts()
                .is_some_and(|parts| parts.part(UrlPart::Port).is_some());
            let found = check.report_at(url.element, &url.leaf, format!("`{shown}` is plain http"));
            if let Some(edit) = edit.filter(|_| !has_port) {
                found.fix(vec![edit]);
            }
        }
    });
}

/// It was never set.
pub(in crate::lint::checks) fn placeholder(check: &mut Check<'_>) {
    each(check, |check, document, url| {
        if !url.is_placeholder() {
            return;
        }
        let component = check.subject().component.as_deref();
        let flag = sdk::flag_of_portal(check.subject(), document);
        let used = match (component, flag) {
            (Some(PORTAL), Some(_)) => {
                format!(", though `{FLAG}` says that the portal uses the SDK")
            }
            (Some(MOBILE), _) => ", and the Mobile App Web Service always uses the SDK".to_owned(),
            _ => String::new(),
        };
        let shown = check.shown(document, url.element, &url.leaf);
        let place = flag
            .filter(|_| component == Some(PORTAL))
            .map(|flag| check.place(check.at, flag, &Leaf::Attribute("value".to_owned())));
        let message = format!("`{shown}` is a placeholder{used}");
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(place) = place {
            found.related(place, "says that the SDK is used");
        }
    });
}

/// Its host is an address or this machine, which no certificate names.
pub(in crate::lint::checks) fn not_the_certificates_name(check: &mut Check<'_>) {
    each(check, |check, _, url| {
        let host = url.parts().and_then(|parts| parts.part(UrlPart::Host));
        let Some(host) = host.filter(|_| !url.is_placeholder()) else {
            return;
        };
        let what = match host.as_str() {
            "localhost" => "this machine",
            host if is(ValueType::Ip, host) => "an IP address",
            _ => return,
        };
        let host = check.shown_text(&host);
        let message =
            format!("`{host}` is {what} and not the name in the certificate of the SDK's site");
        check.report_at(url.element, &url.leaf, message);
    });
}

/// It does not end in the endpoint.
pub(in crate::lint::checks) fn without_endpoint(check: &mut Check<'_>) {
    each(check, |check, document, url| {
        if url.has_endpoint() || url.parts().is_none() || url.is_placeholder() {
            return;
        }
        let shown = check.shown(document, url.element, &url.leaf);
        let last = url.path().trim_end_matches('/').rsplit('/').next();
        let message = match last {
            Some(last) if last.eq_ignore_ascii_case("PfPaWs.asmx") => {
                format!(
                    "`{shown}` is the address of the Mobile App Web Service itself and not of the SDK"
                )
            }
            _ => format!("`{shown}` does not end in `/{ENDPOINT}`"),
        };
        let names = sdk::directory_names(check.rules);
        let is_directory = names.is_some_and(|(old, new)| {
            last.is_some_and(|last| {
                last.eq_ignore_ascii_case(old) || last.eq_ignore_ascii_case(new)
            })
        });
        let bare = is_directory && !url.value.contains(['?', '#']);
        let edit = edit_of(document, &url, |value| {
            format!("{}/{ENDPOINT}", value.trim_end_matches('/'))
        });
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit.filter(|_| bare) {
            found.fix(vec![edit]);
        }
    });
}

/// It holds characters that a URL cannot hold, or that only a damaged copy has.
pub(in crate::lint::checks) fn bad_characters(check: &mut Check<'_>) {
    each(check, |check, document, url| {
        let value = &*url.value;
        let judged = without_sample_segment(value);
        let is_copied = |c: char| c.is_whitespace() || COPIED.contains(&c);
        let mut kinds: Vec<&str> = Vec::new();
        let mut add = |is_there: bool, kind| {
            if is_there {
                kinds.push(kind);
            }
        };
        add(judged.contains(char::is_whitespace), "white space");
        add(judged.contains(['<', '>']), "angle brackets");
        add(
            judged.contains(['“', '”', '„', '‘', '’', '«', '"']),
            "quotes",
        );
        add(judged.contains('\\'), "backslashes");
        let is_foreign = |c: char| !c.is_ascii() && !is_copied(c);
        add(judged.contains(is_foreign), "letters that are not ASCII");
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
        let edit = edit_of(document, &url, |_| cured.clone());
        let message = format!("`{shown}` holds {}", kinds.join(" and "));
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit.filter(|_| is_cured) {
            found.fix(vec![edit]);
        }
    });
}

/// `value` without the segment that another rule is about.
fn without_sample_segment(value: &str) -> String {
    let is_sample = |part: &&str| is_sample_segment(part);
    value
        .split('/')
        .filter(|part| !is_sample(part))
        .collect::<Vec<_>>()
        .join("/")
}

fn is_sample_segment(segment: &str) -> bool {
    segment
        .trim_matches(['<', '>', ' '])
        .eq_ignore_ascii_case(SAMPLE_SEGMENT)
}

/// It is empty, or no absolute http or https URL, for no reason that another check names.
pub(in crate::lint::checks) fn incomplete(check: &mut Check<'_>) {
    each(check, |check, document, url| {
        let value = &*url.value;
        let is_damaged = value.contains(|c: char| {
            c.is_whitespace() || COPIED.contains(&c) || c == '\\' || !c.is_ascii()
        });
        if url.parts().is_some() || is_damaged {
            return;
        }
        let shown = check.shown(document, url.element, &url.leaf);
        let message = match value.is_empty() {
            true => "the URL of the SDK is empty".to_owned(),
            false => format!("`{shown}` is no URL that begins with `https://` and a host"),
        };
        check.report_at(url.element, &url.leaf, message);
    });
}

/// It holds a sample segment of the documentation.
pub(in crate::lint::checks) fn sample_segment(check: &mut Check<'_>) {
    each(check, |check, document, url| {
        let Some(segment) = url.path().split('/').find(|part| is_sample_segment(part)) else {
            return;
        };
        let segment = segment.to_owned();
        let edit = edit_of(document, &url, |value| {
            value.replacen(&format!("/{segment}"), "", 1)
        });
        let message = format!("`{}` is no part of the address", check.shown_text(&segment));
        let found = check.report_at(url.element, &url.leaf, message);
        if let Some(edit) = edit {
            found.fix(vec![edit]);
        }
    });
}

/// A change of the URL, white space around it kept.
pub(super) fn edit_of(
    document: &Document,
    url: &SdkUrl<'_>,
    change: impl Fn(&str) -> String,
) -> Option<Edit> {
    value_edit(document, url.element, &url.leaf, change)
}

/// A change of the value at `leaf`, white space around it kept; none if comments
/// or other markup stand in it.
pub(super) fn value_edit(
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
