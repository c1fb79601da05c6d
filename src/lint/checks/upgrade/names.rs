//! Keys, settings and elements that are nearly a documented name.
//!
//! A name that is nearly one is read by nobody: .NET takes the default instead,
//! without a word.

use crate::lint::check::Check;
use crate::lint::subject::Subject;
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::escape::escape_attribute;
use crate::xml::{Document, NodeId};

use super::account::{FLAG, PASSWORD, SSL, USER};
use super::sdk::{SETTING_END, ends_with};
use super::{ADAPTER, MOBILE, PORTAL};

/// Keys of appSettings that are documented.
const KEYS: [&str; 4] = [FLAG, USER, PASSWORD, SSL];
/// Names of settings that are documented, or that the documented ones come from.
const SETTINGS: [&str; 3] = [
    "pfup_pfwssdk_PfWsSdk",
    "pfpaws_pfwssdk_PfWsSdk",
    "pfMobile App Web Service_pfwssdk_PfWsSdk",
];
/// Elements of the AD FS adapter that are documented.
const ELEMENTS: [&str; 5] = [
    "UseWebServiceSdk",
    "WebServiceSdkUrl",
    "WebServiceSdkUsername",
    "WebServiceSdkPassword",
    "WebServiceSdkCertificateThumbprint",
];
/// File name of the AD FS adapter.
pub(super) const ADAPTER_FILE: &str = "MultiFactorAuthenticationAdfsAdapter.config";
/// Letters that may be wrong in a long name.
const NEAR: usize = 3;
/// Names shorter than this may have one wrong letter less.
const LONG: usize = 14;

/// The key that `written` was meant to be; none if it is one, or is far from all.
fn key_meant(written: &str, is_ours: bool) -> Option<&'static str> {
    // Most keys of most files end here. Those of the product speak of the SDK.
    let has_mark = written
        .as_bytes()
        .windows(3)
        .any(|part| part.eq_ignore_ascii_case(b"sdk"));
    if !is_ours && !has_mark || written.len() > 2 * PASSWORD.len() {
        return None;
    }
    if KEYS.iter().any(|key| key.eq_ignore_ascii_case(written)) {
        return None;
    }
    let plain = plain(written);
    let near = |key: &&&str| {
        let allowed = match key.len() {
            0..LONG => NEAR - 1,
            _ => NEAR,
        };
        strsim::osa_distance(&plain, &key.to_lowercase()) <= allowed
    };
    // A translated page puts words around the name.
    let holds = |key: &&&str| {
        let key = key.to_lowercase();
        plain
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == key)
    };
    let found = KEYS.iter().find(near).or_else(|| KEYS.iter().find(holds));
    found.copied()
}

/// In lower case, with letters that look like ASCII made ASCII.
fn plain(written: &str) -> String {
    written
        .to_lowercase()
        .chars()
        .filter(|c| *c != '\u{307}')
        .map(|c| match c {
            'ı' => 'i',
            '\u{2010}'..='\u{2015}' => '-',
            other => other,
        })
        .collect()
}

/// The part of the summary that says in which way a name is damaged.
fn damage(written: &str, meant: &str) -> &'static str {
    if written.contains(['ı', 'İ']) {
        " (with a dotless or dotted Turkish i)"
    } else if written.trim() != written || written.contains(' ') && !meant.contains(' ') {
        " (with white space)"
    } else if !written.is_ascii() {
        " (with letters that are not ASCII)"
    } else if written.eq_ignore_ascii_case(meant) {
        " (in other case, which counts here)"
    } else {
        ""
    }
}

/// Whether the appSettings of `subject` have a key that is nearly `key`.
pub(super) fn has_near_key(subject: &Subject, key: &str) -> bool {
    let Some(document) = subject.document() else {
        return false;
    };
    entries(subject, document)
        .filter_map(|(_, written)| key_meant(&written, true))
        .any(|meant| meant == key)
}

fn entries<'s>(
    subject: &'s Subject,
    document: &'s Document,
) -> impl Iterator<Item = (NodeId, std::borrow::Cow<'s, str>)> + 's {
    subject
        .elements("appSettings")
        .iter()
        .flat_map(|section| document.child_elements(*section))
        .filter_map(|entry| Some((entry, document.value(entry, "key")?)))
}

fn is_ours(subject: &Subject) -> bool {
    matches!(subject.component.as_deref(), Some(PORTAL | MOBILE))
}

/// A key of appSettings is nearly a documented one.
pub(in crate::lint::checks) fn near_key(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    let leaf = Leaf::Attribute("key".to_owned());
    let has_key = |key: &str| {
        entries(subject, document).any(|(_, written)| written.eq_ignore_ascii_case(key))
    };
    for (entry, written) in entries(subject, document) {
        let Some(meant) = key_meant(&written, is_ours(subject)) else {
            continue;
        };
        let shown = check.shown_text(&written);
        let damage = damage(&written, meant);
        let is_there = has_key(meant);
        let more = if is_there {
            ", which is there as well"
        } else {
            ""
        };
        let message = format!("`{shown}`{damage} is not read; the key is `{meant}`{more}");
        let found = check.report_at(entry, &leaf, message);
        if let Some(attribute) = document.attribute(entry, "key").filter(|_| !is_there) {
            found.fix(vec![Edit {
                span: attribute.value,
                text: meant.to_owned(),
            }]);
        }
    }
}

/// The name of a setting is nearly a documented one.
pub(in crate::lint::checks) fn near_setting(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    let leaf = Leaf::Attribute("name".to_owned());
    for setting in subject.elements("setting") {
        let Some(attribute) = document.attribute(*setting, "name") else {
            continue;
        };
        let name = document.attribute_value(attribute);
        let section = document
            .parent(*setting)
            .map_or("", |parent| document.local_name(parent));
        let Some(meant) = setting_meant(&name, section) else {
            continue;
        };
        let shown = check.shown_text(&name);
        let damage = damage(&name, meant);
        let message = format!("`{shown}`{damage} is not read; the setting is `{meant}`");
        let parent = document.parent(*setting);
        let is_there = parent.is_some_and(|parent| {
            let mut others = document.child_elements(parent);
            others.any(|other| {
                document
                    .value(other, "name")
                    .is_some_and(|name| name == meant)
            })
        });
        let found = check.report_at(*setting, &leaf, message);
        if !is_there {
            found.fix(vec![Edit {
                span: attribute.value,
                text: escape_attribute(meant, document.quote(attribute)),
            }]);
        }
    }
}

/// The setting that `name` was meant to be; none if it is one, or is far from all.
fn setting_meant(name: &str, section: &str) -> Option<&'static str> {
    if SETTINGS.contains(&name) {
        return None;
    }
    // In the product's own section most letters may be wrong; elsewhere a client
    // of one's own may have a setting that ends the same way.
    let own = match section.split('.').next().unwrap_or_default() {
        start if start.eq_ignore_ascii_case("pfup") => Some(SETTINGS[0]),
        start if start.eq_ignore_ascii_case("pfpaws") => Some(SETTINGS[1]),
        _ => None,
    };
    if own.is_none() && !ends_with(name, SETTING_END) {
        return None;
    }
    let plain = plain(name);
    let allowed = if own.is_some() { NEAR } else { 1 };
    SETTINGS
        .iter()
        .map(|known| (strsim::osa_distance(&plain, &known.to_lowercase()), *known))
        .filter(|(distance, known)| {
            *distance <= allowed && own.is_none_or(|own| own == *known || *known == SETTINGS[2])
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// An element of the AD FS adapter is nearly a documented one.
pub(in crate::lint::checks) fn near_element(check: &mut Check<'_>) {
    let subject = check.subject();
    let is_adapter = subject.component.as_deref() == Some(ADAPTER)
        || subject.file_name().eq_ignore_ascii_case(ADAPTER_FILE);
    let Some(document) = subject.document().filter(|_| is_adapter) else {
        return;
    };
    for element in document.nodes().filter(|node| document.is_element(*node)) {
        let name = document.local_name(element);
        if ELEMENTS.contains(&name) {
            continue;
        }
        let near = |known: &&&str| strsim::osa_distance(&plain(name), &known.to_lowercase()) < NEAR;
        let Some(meant) = ELEMENTS.iter().find(near) else {
            continue;
        };
        let is_there = !subject.elements(meant).is_empty();
        let damage = damage(name, meant);
        let shown = check.shown_text(name);
        let message = format!("`{shown}`{damage} is not read; the element is `{meant}`");
        let found = check.report_at(element, &Leaf::Element, message);
        if !is_there {
            found.fix(renamed(document, element, meant));
        }
    }
}

/// Edits that rename an element without a prefix.
fn renamed(document: &Document, element: NodeId, name: &str) -> Vec<Edit> {
    let mut edits = vec![Edit {
        span: document.name_span(element),
        text: name.to_owned(),
    }];
    edits.extend(document.end_tag(element).map(|span| Edit {
        span,
        text: format!("</{name}>"),
    }));
    edits
}

/// The file of the AD FS adapter holds keys that only portal and phone service read.
pub(in crate::lint::checks) fn keys_in_adapter(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    if !subject.file_name().eq_ignore_ascii_case(ADAPTER_FILE) {
        return;
    }
    let leaf = Leaf::Attribute("key".to_owned());
    for (entry, written) in entries(subject, document) {
        let is_key = KEYS.iter().any(|key| key.eq_ignore_ascii_case(&written))
            || key_meant(&written, true).is_some();
        if is_key {
            let shown = check.shown_text(&written);
            let message =
                format!("`{shown}` is a key of the User Portal; the adapter reads elements");
            check.report_at(entry, &leaf, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_translated_and_misprinted_pages() {
        let cases = [
            ("Web_servıce_sdk_authentıcatıon_username", Some(USER)),
            ("WEB_SERVİCE_SDK_AUTHENTICATION_USERNAME", Some(USER)),
            ("WEB_SERVICES_SDK_AUTHENTICATION_PASSWORD", Some(PASSWORD)),
            ("Das WEB_SERVICE_SDK_AUTHENTICATION_USERNAME", Some(USER)),
            ("WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD ", Some(PASSWORD)),
            ("USE_WEBSERVICE_SDK", Some(FLAG)),
            ("use_web_service_sdk", None),
            (
                "WEB_SERVICE_SDK_AUTHENTICATION_CLIENT_CERTIFICATE_THUMBPRINT",
                None,
            ),
            ("AWS_SDK_REGION", None),
        ];
        for (written, expected) in cases {
            assert_eq!(key_meant(written, false), expected, "{written}");
        }
        assert_eq!(key_meant("SSL_REQURED", true), Some(SSL));
        assert_eq!(key_meant("SSL_REQURED", false), None);
    }

    #[test]
    fn settings_nearly_right() {
        let cases = [
            (
                "pf_up_pfwssdk_PfWsSdk",
                "pfup.Properties.Settings",
                Some(SETTINGS[0]),
            ),
            (
                "pfup_pfwssdk_pfwssdk",
                "pfup.Properties.Settings",
                Some(SETTINGS[0]),
            ),
            ("pfup_pfwssdk_PfWsSdk", "pfup.Properties.Settings", None),
            (
                "pfMobile App Web Service_pfwssdk_PfWsSdk",
                "pfpaws.Properties.Settings",
                None,
            ),
            (
                "pfpaw_pfwssdk_PfWsSdk",
                "pfpaws.Properties.Settings",
                Some(SETTINGS[1]),
            ),
            ("pfr_pfwssdk_PfWsSdk", "PfReport.Properties.Settings", None),
            ("pfup_PageSize", "pfup.Properties.Settings", None),
        ];
        for (name, section, expected) in cases {
            assert_eq!(setting_meant(name, section), expected, "{name}");
        }
    }
}
