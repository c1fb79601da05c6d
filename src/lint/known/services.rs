//! The URLs of a service in a file, and whether the file uses it.

use std::borrow::Cow;
use std::rc::Rc;

use super::facts::{self, Fact};
use crate::lint::check::Check;
use crate::lint::condition::Url;
use crate::lint::subject::Subject;
use crate::pack::Rules;
use crate::pack::facts::{Service, User};
use crate::pack::rules::ServiceId;
use crate::xml::NodeId;
use crate::xml::address::Leaf;
use crate::xml::selector::leaf_value;

/// A URL of a service.
pub struct ServiceUrl<'a> {
    /// The service.
    pub service: &'a Service,
    /// The element that holds it.
    pub element: NodeId,
    /// Where in it.
    pub leaf: Leaf,
    /// As it is meant, white space around it aside.
    pub value: Cow<'a, str>,
}

impl ServiceUrl<'_> {
    /// Its parts, if it is a URL.
    #[must_use]
    pub fn parts(&self) -> Option<Url<'_>> {
        Url::parse(&self.value).filter(Url::is_web)
    }

    /// Its path as it stands, also where it holds what no URL can hold.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.value.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or("", |at| &rest[at..]);
        path.split(['?', '#']).next().unwrap_or(path)
    }

    /// Whether its path ends as one of the service should.
    #[must_use]
    pub fn has_endpoint(&self) -> bool {
        let last = self.path().rsplit('/').next();
        last.is_some_and(|last| last.eq_ignore_ascii_case(&self.service.endpoint))
    }

    /// The virtual directory: the segment before the endpoint, or the last one.
    #[must_use]
    pub fn directory(&self) -> Option<&str> {
        let mut segments = self.path().rsplit('/').filter(|part| !part.is_empty());
        let last = segments.next()?;
        match last.eq_ignore_ascii_case(&self.service.endpoint) {
            true => segments.next(),
            false => Some(last),
        }
    }

    /// Whether it was never set: what is shipped, or a sample of the documentation.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        // From the text: a sample can hold what no URL holds.
        let Some((_, rest)) = self.value.split_once("://") else {
            return false;
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let host = authority.split(':').next().unwrap_or(authority);
        let mut shipped = self.service.placeholders.iter();
        let mut samples = self.service.sample_hosts.iter();
        shipped.any(|known| match known.contains(':') {
            true => known.eq_ignore_ascii_case(authority),
            false => known.eq_ignore_ascii_case(host),
        }) || samples.any(|sample| sample.eq_ignore_ascii_case(host))
    }

    /// Whether `segment` is one that only documentation has.
    #[must_use]
    pub fn is_sample_segment(&self, segment: &str) -> bool {
        let plain = segment.trim_matches(['<', '>', ' ']);
        let mut samples = self.service.sample_segments.iter();
        samples.any(|sample| sample.eq_ignore_ascii_case(plain))
    }
}

/// Whether a file uses a service.
pub struct Use<'a> {
    /// What the service says of such files.
    pub user: Option<&'a User>,
    /// What the file says about the flag.
    pub flag: Option<Rc<Fact>>,
    /// `None` if that is not known.
    pub is_used: Option<bool>,
}

impl Use<'_> {
    /// That the service is used, in words.
    #[must_use]
    pub fn says(&self) -> &str {
        let says = self.user.and_then(|user| user.says.as_deref());
        says.unwrap_or_default()
    }
}

/// The row of the service `id`.
#[must_use]
pub fn row<'a>(check: &Check<'a>, id: &ServiceId) -> Option<&'a Service> {
    let mut services = check.rules.services.iter();
    services.find(|service| service.provenance.id == *id)
}

/// Old and new name of the virtual directory of a service.
#[must_use]
pub fn directory_names<'a>(rules: &'a Rules, service: &Service) -> Option<(&'a str, &'a str)> {
    let component = service.component.as_ref()?;
    let mut rows = rules.virtual_directories.iter();
    let row = rows.find(|row| row.component == *component)?;
    Some((row.old.as_str(), row.new.as_str()))
}

/// Whether file `at` uses the service `id`.
#[must_use]
pub fn use_of<'a>(check: &Check<'a>, at: usize, id: &ServiceId) -> Use<'a> {
    let component = check.estate.subjects[at].component.as_ref();
    let user = row(check, id).and_then(|service| {
        let mut users = service.used_by.iter();
        users.find(|user| user.component.is_none() || user.component.as_ref() == component)
    });
    let flag =
        (user.and_then(|user| user.flag.as_ref())).and_then(|flag| facts::fact(check, at, flag));
    let is_used = match user {
        Some(User { flag: None, .. }) => Some(true),
        _ => flag.as_ref().and_then(|flag| flag.truth()),
    };
    Use {
        user,
        flag,
        is_used,
    }
}

/// The URLs of a service in file `at`. One that a flag puts out of use is not there.
#[must_use]
pub fn urls_in_use<'a>(check: &Check<'a>, at: usize, id: &ServiceId) -> Vec<ServiceUrl<'a>> {
    let found = urls(check, at, id);
    if found.is_empty() || use_of(check, at, id).is_used == Some(false) {
        return Vec::new();
    }
    found
}

/// The URLs of a service in file `at`, in use or not.
#[must_use]
pub fn urls<'a>(check: &Check<'a>, at: usize, id: &ServiceId) -> Vec<ServiceUrl<'a>> {
    let mut services = check.rules.services.iter().enumerate();
    let Some((number, service)) = services.find(|(_, service)| service.provenance.id == *id) else {
        return Vec::new();
    };
    let subject = &check.estate.subjects[at];
    let Some(document) = subject.document() else {
        return Vec::new();
    };
    // Many rules ask, and most files have none.
    let known = check.shared.urls.borrow().get(&(at, number)).cloned();
    let places = known.unwrap_or_else(|| {
        let places: Rc<[(NodeId, Leaf)]> = places(check.rules, subject, service).into();
        let mut urls = check.shared.urls.borrow_mut();
        urls.insert((at, number), places.clone());
        places
    });
    let url = |(element, leaf): &(NodeId, Leaf)| {
        let value = match leaf_value(document, *element, leaf)? {
            Cow::Borrowed(value) => Cow::Borrowed(value.trim()),
            Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
        };
        Some(ServiceUrl {
            service,
            element: *element,
            leaf: leaf.clone(),
            value,
        })
    };
    places.iter().filter_map(url).collect()
}

fn places(rules: &Rules, subject: &Subject, service: &Service) -> Vec<(NodeId, Leaf)> {
    let mut found: Vec<(NodeId, Leaf)> = Vec::new();
    let Some(document) = subject.document() else {
        return found;
    };
    let own = service.urls.iter().map(|selector| (selector, true));
    let others = service.any_urls.iter().map(|selector| (selector, false));
    for (selector, is_own) in own.chain(others) {
        for element in subject.select(selector, rules) {
            let value = leaf_value(document, element, selector.leaf());
            let place = (element, selector.leaf().clone());
            let is_one = value.is_some_and(|value| is_own || ends_in(&value, &service.endpoint));
            if is_one && !found.contains(&place) {
                found.push(place);
            }
        }
    }
    found
}

/// Whether the value is a URL that ends in the endpoint, a query aside.
fn ends_in(value: &str, endpoint: &str) -> bool {
    let value = value.trim();
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        let start = value.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let path = value.split('?').next().unwrap_or(value).as_bytes();
    let start = path.len().checked_sub(endpoint.len());
    is_web
        && start.is_some_and(|start| {
            path[start..].eq_ignore_ascii_case(endpoint.as_bytes())
                && start.checked_sub(1).is_some_and(|at| path[at] == b'/')
        })
}
