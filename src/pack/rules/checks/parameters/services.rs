//! Parameters of checks that look at URLs of services.

use super::one;
use crate::config::framework::Framework;
use crate::pack::rules::ServiceId;
use crate::pack::rules::checks::Wording;
use crate::word::words;

/// `service-url`: what is wrong with a URL of a service that is in use.
#[derive(Clone, Debug)]
pub struct ServiceUrl {
    /// The service.
    pub service: ServiceId,
    /// What is wrong.
    pub fault: UrlFault,
}

/// What can be wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlFault {
    /// It is plain http.
    Http,
    /// It was never set.
    Placeholder,
    /// Its host is an address or this machine, which no certificate names.
    Host,
    /// It does not end in the endpoint.
    Endpoint,
    /// It holds what no URL holds.
    Characters,
    /// It holds a segment that only documentation has.
    SampleSegment,
    /// It is empty, or no absolute http or https URL.
    Incomplete,
}

words! {
    UrlFault {
        /// it is plain http
        Http = "http",
        /// it was never set
        Placeholder = "placeholder",
        /// its host is an address or this machine, which no certificate names
        Host = "host",
        /// it does not end in the endpoint
        Endpoint = "endpoint",
        /// it holds what no URL holds
        Characters = "characters",
        /// it holds a segment that only documentation has
        SampleSegment = "sample-segment",
        /// it is empty, or no absolute http or https URL
        Incomplete = "incomplete",
    }
}

impl ServiceUrl {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        match self.fault {
            UrlFault::Http => one(&["url"]),
            UrlFault::Placeholder => Wording {
                cases: &["flagged", "always", "unsaid", "related"],
                places: &["url", "flag", "use"],
            },
            UrlFault::Host => one(&["host", "kind"]),
            UrlFault::Endpoint => Wording {
                cases: &["other-service", "without"],
                places: &["url", "endpoint", "other"],
            },
            UrlFault::Characters => one(&["url", "kinds"]),
            UrlFault::SampleSegment => one(&["segment"]),
            UrlFault::Incomplete => Wording {
                cases: &["empty", "no-url"],
                places: &["url"],
            },
        }
    }
}

/// `virtual-directory`: names of the virtual directory of a service, in one file.
#[derive(Clone, Debug)]
pub struct VirtualDirectory {
    /// The service.
    pub service: ServiceId,
    /// What is wrong.
    pub fault: DirectoryFault,
    /// Only files written for this .NET.
    pub written_for: Option<Framework>,
}

/// What can be wrong with the name of a virtual directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryFault {
    /// A URL has the old one.
    OldName,
    /// A URL has the new one.
    NewName,
    /// A URL has nearly one of the two.
    NearName,
    /// Something that is no URL of the service has an old name of any virtual directory.
    Mentioned,
}

words! {
    DirectoryFault {
        /// a URL has the old one
        OldName = "old-name",
        /// a URL has the new one
        NewName = "new-name",
        /// a URL has nearly one of the two
        NearName = "near-name",
        /// something that is no URL of the service has an old name of any virtual directory
        Mentioned = "mentioned",
    }
}

impl VirtualDirectory {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        match self.fault {
            DirectoryFault::NearName => one(&["name", "meant"]),
            _ => one(&["old", "new"]),
        }
    }
}

/// `virtual-directories`: names of the virtual directory of a service, across files.
#[derive(Clone, Debug)]
pub struct VirtualDirectories {
    /// The service.
    pub service: ServiceId,
    /// What is wrong.
    pub fault: DirectoriesFault,
}

/// What can be wrong with the names that several files have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoriesFault {
    /// IIS on the server does not have it.
    Unknown,
    /// One server is called by both names.
    BothNames,
}

words! {
    DirectoriesFault {
        /// iIS on the server does not have it
        Unknown = "unknown",
        /// one server is called by both names
        BothNames = "both-names",
    }
}

impl VirtualDirectories {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        match self.fault {
            DirectoriesFault::Unknown => Wording {
                cases: &["found", "related"],
                places: &["path", "served"],
            },
            DirectoriesFault::BothNames => Wording {
                cases: &["found", "related"],
                places: &["host", "old", "new"],
            },
        }
    }
}
