//! Where a URL of the Web Service SDK can stand.

use std::borrow::Cow;

use crate::lint::condition::Url;
use crate::lint::subject::Subject;
use crate::pack::Rules;
use crate::xml::address::Leaf;
use crate::xml::selector::leaf_value;
use crate::xml::{Document, NodeId};

use super::{ADAPTER, PORTAL};

/// The file that answers at the end of the URL.
pub(in crate::lint::checks) const ENDPOINT: &str = "PfWsSdk.asmx";
/// How the name of a setting that holds the URL ends, in lower case.
pub(super) const SETTING_END: &str = "_pfwssdk_pfwssdk";
/// The port of the default value, which is that of a development server.
const DEVELOPMENT_PORT: &str = "4898";
/// Hosts that only the documentation has.
const SAMPLE_HOSTS: [&str; 2] = ["www.contoso.com", "contoso.com"];

/// A URL of the SDK, in use by what the file configures.
pub(in crate::lint::checks) struct SdkUrl<'d> {
    /// The element that holds it.
    pub(in crate::lint::checks) element: NodeId,
    /// Where in it.
    pub(in crate::lint::checks) leaf: Leaf,
    /// As it is meant, white space around it aside.
    pub(in crate::lint::checks) value: Cow<'d, str>,
}

impl SdkUrl<'_> {
    /// Its parts, if it is a URL.
    pub(in crate::lint::checks) fn parts(&self) -> Option<Url<'_>> {
        Url::parse(&self.value).filter(Url::is_web)
    }

    /// Its path as it stands, also where it holds what no URL can hold.
    pub(in crate::lint::checks) fn path(&self) -> &str {
        let rest = self.value.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or("", |at| &rest[at..]);
        path.split(['?', '#']).next().unwrap_or(path)
    }

    /// Whether its path ends as one of the SDK should.
    pub(in crate::lint::checks) fn has_endpoint(&self) -> bool {
        self.path()
            .rsplit('/')
            .next()
            .is_some_and(|last| last.eq_ignore_ascii_case(ENDPOINT))
    }

    /// The virtual directory: the segment before the endpoint, or the last one.
    pub(in crate::lint::checks) fn directory(&self) -> Option<&str> {
        let mut segments = self.path().rsplit('/').filter(|part| !part.is_empty());
        let last = segments.next()?;
        match last.eq_ignore_ascii_case(ENDPOINT) {
            true => segments.next(),
            false => Some(last),
        }
    }

    /// Whether it is a value that was never set: what is shipped, or a sample of the documentation.
    pub(in crate::lint::checks) fn is_placeholder(&self) -> bool {
        // From the text: a sample can hold what no URL holds.
        let Some((_, rest)) = self.value.split_once("://") else {
            return false;
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        host.eq_ignore_ascii_case("localhost") && port == DEVELOPMENT_PORT
            || SAMPLE_HOSTS
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case(host))
    }
}

/// Old and new name of the SDK's virtual directory.
pub(in crate::lint::checks) fn directory_names(rules: &Rules) -> Option<(&str, &str)> {
    let row = rules
        .virtual_directories
        .iter()
        .find(|row| row.component == super::SDK)?;
    Some((row.old.as_str(), row.new.as_str()))
}

/// The URLs of the SDK in a file. One that a flag of the same file puts out of use is not there.
pub(in crate::lint::checks) fn urls_in_use(subject: &Subject) -> Vec<SdkUrl<'_>> {
    let found = urls(subject);
    if found.is_empty() || flag_says_no(subject) {
        return Vec::new();
    }
    found
}

/// The URLs of the SDK in a file, in use or not.
pub(in crate::lint::checks) fn urls(subject: &Subject) -> Vec<SdkUrl<'_>> {
    // Many rules ask, and most files have none.
    if subject.names_sdk.get() == Some(&false) {
        return Vec::new();
    }
    let found = find_urls(subject);
    subject.names_sdk.get_or_init(|| !found.is_empty());
    found
}

fn find_urls(subject: &Subject) -> Vec<SdkUrl<'_>> {
    let mut found = Vec::new();
    let Some(document) = subject.document() else {
        return found;
    };
    let mut add = |element: NodeId, leaf: Leaf| {
        if let Some(value) = leaf_value(document, element, &leaf) {
            let value = match value {
                Cow::Borrowed(value) => Cow::Borrowed(value.trim()),
                Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
            };
            found.push(SdkUrl {
                element,
                leaf,
                value,
            });
        }
    };
    for setting in subject.elements("setting") {
        let is_url = document
            .value(*setting, "name")
            .is_some_and(|name| ends_with(&name, SETTING_END));
        if let Some(value) = document.child_named(*setting, "value").filter(|_| is_url) {
            add(value, Leaf::Text);
        }
    }
    for name in ["WebServiceSdkUrl", "LOCMFASRV"] {
        for element in subject.elements(name) {
            add(*element, Leaf::Text);
        }
    }
    for endpoint in subject.elements("endpoint") {
        if holds_endpoint(document, *endpoint, "address") {
            add(*endpoint, Leaf::Attribute("address".to_owned()));
        }
    }
    for section in subject.elements("appSettings") {
        for entry in document.child_elements(*section) {
            if holds_endpoint(document, entry, "value") {
                add(entry, Leaf::Attribute("value".to_owned()));
            }
        }
    }
    found
}

/// Whether the attribute is a URL that ends as one of the SDK does, a query aside.
fn holds_endpoint(document: &Document, element: NodeId, attribute: &str) -> bool {
    let Some(attribute) = document.attribute(element, attribute) else {
        return false;
    };
    let raw = document.slice(attribute.value).trim();
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        raw.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    is_web && ends_with(raw.split('?').next().unwrap_or(raw), "/pfwssdk.asmx")
}

/// Whether `text` ends with `end`, whatever the case of ASCII letters.
pub(super) fn ends_with(text: &str, end: &str) -> bool {
    let (text, end) = (text.as_bytes(), end.as_bytes());
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// Whether a flag of the file itself says that the SDK is not used.
fn flag_says_no(subject: &Subject) -> bool {
    let Some(document) = subject.document() else {
        return false;
    };
    let is_false = |value: &str| value.trim().eq_ignore_ascii_case("false");
    match subject.component.as_deref() {
        Some(PORTAL) => flag_of_portal(subject, document)
            .and_then(|entry| document.value(entry, "value"))
            .is_some_and(|value| is_false(&value)),
        Some(ADAPTER) => says(subject, document, "UseWebServiceSdk", &is_false),
        _ => says(subject, document, "LOCMFA", &is_false),
    }
}

fn says(
    subject: &Subject,
    document: &Document,
    element: &str,
    test: &dyn Fn(&str) -> bool,
) -> bool {
    let mut elements = subject.elements(element).iter();
    elements.any(|element| test(&document.inner_text(*element)))
}

/// The entry of the portal that says whether it uses the SDK.
pub(in crate::lint::checks) fn flag_of_portal(
    subject: &Subject,
    document: &Document,
) -> Option<NodeId> {
    let sections = subject.elements("appSettings").iter();
    sections
        .flat_map(|section| document.child_elements(*section))
        .filter(|entry| document.local_name(*entry) == "add")
        .filter(|entry| {
            document
                .value(*entry, "key")
                .is_some_and(|key| key.eq_ignore_ascii_case(super::account::FLAG))
        })
        .last()
}
