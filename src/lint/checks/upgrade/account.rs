//! What a component uses for the SDK in the end: flag, account, password, URL.
//!
//! Settings of a sidecar count, as .NET reads them: `file=` is applied after
//! what stands inline, `configSource` is the whole section. What is encrypted,
//! or in a sidecar that cannot be read, is not known.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::sidecars;
use crate::lint::check::Check;
use crate::lint::finding::Place;
use crate::lint::subject::Subject;
use crate::xml::address::Leaf;
use crate::xml::fold::folded;
use crate::xml::{Document, NodeId};

use super::sdk;
use super::{ADAPTER, MOBILE, PORTAL};

/// Keys that are documented.
pub(in crate::lint::checks) const FLAG: &str = "USE_WEB_SERVICE_SDK";
pub(in crate::lint::checks) const USER: &str = "WEB_SERVICE_SDK_AUTHENTICATION_USERNAME";
pub(in crate::lint::checks) const PASSWORD: &str = "WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD";
pub(in crate::lint::checks) const SSL: &str = "SSL_REQUIRED";
/// How keys of client certificates would begin; none is documented.
const CERTIFICATE: &str = "web_service_sdk_authentication_client_certificate";

/// A value and its place.
#[derive(Clone)]
pub(in crate::lint::checks) struct Known {
    /// What it says.
    pub(in crate::lint::checks) value: String,
    /// Where.
    pub(in crate::lint::checks) place: Place,
}

impl Known {
    /// Whether it is empty but for white space.
    pub(in crate::lint::checks) fn is_empty(&self) -> bool {
        self.value.trim().is_empty()
    }
}

/// What a component uses for the SDK.
pub(in crate::lint::checks) struct Account {
    /// Whether it uses the SDK: `None` if the file does not say.
    pub(in crate::lint::checks) flag: Option<Known>,
    /// The account.
    pub(in crate::lint::checks) user: Option<Known>,
    /// Its password.
    pub(in crate::lint::checks) password: Option<Known>,
    /// Whether https is required of browsers and phones.
    pub(in crate::lint::checks) ssl: Option<Known>,
    /// The URL, if it is not a placeholder.
    pub(in crate::lint::checks) url: Option<Known>,
    /// Where a missing setting belongs.
    pub(in crate::lint::checks) section: Option<Place>,
    /// Whether something may be set that cannot be seen here.
    pub(in crate::lint::checks) is_complete: bool,
    /// Whether a client certificate takes the place of the account.
    pub(in crate::lint::checks) has_certificate: bool,
    uses_sdk: Option<bool>,
}

impl Account {
    /// Whether the component certainly uses the SDK.
    pub(in crate::lint::checks) fn uses_sdk(&self) -> bool {
        self.uses_sdk == Some(true)
    }

    /// Whether it certainly does not.
    pub(in crate::lint::checks) fn avoids_sdk(&self) -> bool {
        self.uses_sdk == Some(false)
    }
}

/// The account of file `at`, if it is one of those that have one.
pub(in crate::lint::checks) fn account(check: &Check<'_>, at: usize) -> Option<Account> {
    let subject = &check.estate.subjects[at];
    let document = subject.document()?;
    if subject.is_transform {
        return None;
    }
    let url = sdk::urls(subject)
        .into_iter()
        .find(|url| !url.is_placeholder() && !url.value.is_empty())
        .map(|url| Known {
            place: check.place(at, url.element, &url.leaf),
            value: url.value.into_owned(),
        });
    let component = subject.component.as_deref();
    if component == Some(ADAPTER) {
        let read = |name: &str| {
            let element = *subject.elements(name).first()?;
            Some(Known {
                value: document.inner_text(element).trim().to_owned(),
                place: check.place(at, element, &Leaf::Text),
            })
        };
        let flag = read("UseWebServiceSdk");
        return Some(Account {
            user: read("WebServiceSdkUsername"),
            password: read("WebServiceSdkPassword"),
            has_certificate: read("WebServiceSdkCertificateThumbprint")
                .is_some_and(|thumbprint| !thumbprint.is_empty()),
            uses_sdk: flag.as_ref().and_then(truth),
            flag,
            ssl: None,
            url,
            section: None,
            is_complete: true,
        });
    }
    if component != Some(PORTAL) && component != Some(MOBILE) {
        return None;
    }
    let settings = app_settings(check, at, subject, document);
    let flag = settings.get(FLAG);
    Some(Account {
        uses_sdk: match component {
            Some(MOBILE) => Some(true),
            _ => flag.as_ref().and_then(truth),
        },
        flag,
        user: settings.get(USER),
        password: settings.get(PASSWORD),
        ssl: settings.get(SSL),
        url,
        has_certificate: settings
            .entries
            .iter()
            .any(|(key, known)| key.starts_with(CERTIFICATE) && !known.is_empty()),
        is_complete: settings.is_complete,
        section: settings.section,
    })
}

fn truth(known: &Known) -> Option<bool> {
    match known.value.trim() {
        value if value.eq_ignore_ascii_case("true") => Some(true),
        value if value.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// appSettings as .NET reads them.
struct AppSettings {
    /// By key, folded.
    entries: HashMap<String, Known>,
    section: Option<Place>,
    is_complete: bool,
}

impl AppSettings {
    fn get(&self, key: &str) -> Option<Known> {
        self.entries.get(&*folded(key)).cloned()
    }

    /// Applies the entries of a section; `at` is the position of its file in the run.
    fn apply(&mut self, document: &Document, section: NodeId, place: impl Fn(NodeId) -> Place) {
        for entry in document.child_elements(section) {
            let key = document
                .value(entry, "key")
                .map(|key| folded(&key).into_owned());
            match (document.local_name(entry), key) {
                ("clear", _) => self.entries.clear(),
                ("remove", Some(key)) => {
                    self.entries.remove(&key);
                }
                ("add", Some(key)) => {
                    let known = Known {
                        value: document
                            .value(entry, "value")
                            .unwrap_or_default()
                            .into_owned(),
                        place: place(entry),
                    };
                    self.entries.insert(key, known);
                }
                _ => {}
            }
        }
    }
}

fn app_settings(
    check: &Check<'_>,
    at: usize,
    subject: &Subject,
    document: &Document,
) -> AppSettings {
    let mut settings = AppSettings {
        entries: HashMap::new(),
        section: None,
        is_complete: true,
    };
    let Some(section) = document.child_named(document.root(), "appSettings") else {
        return settings;
    };
    let leaf = Leaf::Attribute("value".to_owned());
    let section_place = check.place(at, section, &Leaf::Element);
    settings.section = Some(section_place.clone());
    settings.is_complete = document.child_named(section, "EncryptedData").is_none();
    settings.apply(document, section, |entry| check.place(at, entry, &leaf));
    let sidecars = sidecars::sidecars(document).into_iter();
    for sidecar in sidecars.filter(|sidecar| sidecar.section == section) {
        let path = subject.tree.find(subject.folder(), &sidecar.path);
        let Some(path) = path else {
            // One that `file` names may be missing; what leads out of the folder is not looked at.
            settings.is_complete &= !sidecar.is_required() && sidecar.inner_path().is_some();
            continue;
        };
        let mut others = check.estate.subjects.iter().enumerate();
        let of_run =
            others.find(|(_, other)| other.path == path && Arc::ptr_eq(&other.tree, &subject.tree));
        match of_run.map(|(other_at, other)| (other_at, other.document())) {
            Some((other_at, Some(other))) => {
                settings.apply(other, other.root(), |entry| {
                    check.place(other_at, entry, &leaf)
                });
            }
            Some((_, None)) => settings.is_complete = false,
            None => match subject
                .tree
                .read(&path)
                .map(|bytes| Document::from_bytes(&bytes))
            {
                Ok(Ok(other)) => {
                    settings.apply(&other, other.root(), |_| section_place.clone());
                }
                _ => settings.is_complete = false,
            },
        }
    }
    settings
}
