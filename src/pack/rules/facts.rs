//! What rules can speak of by name: a value that a product reads, and a service that it calls.

use super::{ComponentId, FactId, Provenance, ServiceId};
use crate::xml::selector::Selector;

/// A value that a product reads, wherever it stands.
#[derive(Clone, Debug)]
pub struct KnownFact {
    /// Id, name for people (as `summary`), source.
    pub provenance: Provenance<KnownFact>,
    /// Components that have it; all files may if empty.
    pub components: Vec<ComponentId>,
    /// Where it is read from.
    pub from: FactSource,
    /// What it is where nothing says it.
    pub default: Option<String>,
    /// Whether case and white space around it tell values apart.
    pub is_exact: bool,
}

/// Where a fact is read from.
#[derive(Clone, Debug)]
pub enum FactSource {
    /// The first of these that leads somewhere; each ends in `/@name` or `/text()`.
    Selectors(Vec<Selector>),
    /// The first URL of a service that somebody set.
    UrlOf(ServiceId),
}

/// A service that a product calls by a URL.
#[derive(Clone, Debug)]
pub struct Service {
    /// Id, title (as `summary`), source.
    pub provenance: Provenance<Service>,
    /// The component that answers, whose virtual directories the URL names.
    pub component: Option<ComponentId>,
    /// The file at the end of its URL.
    pub endpoint: String,
    /// Where its URL stands.
    pub urls: Vec<Selector>,
    /// Where any URL may stand: it is one of the service if it ends in the endpoint.
    pub any_urls: Vec<Selector>,
    /// Hosts, with a port or without, of URLs that were never set.
    pub placeholders: Vec<String>,
    /// Hosts that only documentation has.
    pub sample_hosts: Vec<String>,
    /// Segments that only documentation has.
    pub sample_segments: Vec<String>,
    /// Who calls it, and when.
    pub used_by: Vec<User>,
}

/// Files that may call a service.
#[derive(Clone, Debug)]
pub struct User {
    /// Whose files; all others if `None`.
    pub component: Option<ComponentId>,
    /// The fact that says so; they always do if `None`.
    pub flag: Option<FactId>,
    /// That they do, in words.
    pub says: Option<String>,
}
