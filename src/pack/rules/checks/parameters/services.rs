//! Parameters of checks that look at URLs of services.

use super::{by_word, one};
use crate::config::framework::Framework;
use crate::pack::rules::ServiceId;
use crate::pack::rules::checks::Wording;
use crate::pack::rules::checks::declared::parameters;
use crate::word::words;

parameters! {
    /// A URL of a service that is in use and wrong.
    ServiceUrl {
        /// The service.
        required service: ServiceId,
        /// What is wrong.
        required fault: UrlFault,
    }
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

by_word!(ServiceUrl, fault: UrlFault);

impl UrlFault {
    fn wording(self) -> Wording {
        match self {
            Self::Http => one(&["url"]),
            Self::Placeholder => Wording {
                cases: &["flagged", "always", "unsaid", "related"],
                places: &["url", "flag", "use"],
            },
            Self::Host => one(&["host", "kind"]),
            Self::Endpoint => Wording {
                cases: &["other-service", "without"],
                places: &["url", "endpoint", "other"],
            },
            Self::Characters => one(&["url", "kinds"]),
            Self::SampleSegment => one(&["segment"]),
            Self::Incomplete => Wording {
                cases: &["empty", "no-url"],
                places: &["url"],
            },
        }
    }
}

parameters! {
    /// The name of the virtual directory of a service, in one file.
    VirtualDirectory {
        /// The service.
        required service: ServiceId,
        /// What is wrong.
        required fault: DirectoryFault,
        /// Only files written for this .NET.
        optional written_for: Option<Framework>,
    }
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

by_word!(VirtualDirectory, fault: DirectoryFault);

impl DirectoryFault {
    fn wording(self) -> Wording {
        match self {
            Self::NearName => one(&["name", "meant"]),
            Self::OldName | Self::NewName | Self::Mentioned => one(&["old", "new"]),
        }
    }
}

parameters! {
    /// Names of the virtual directory of a service, across files.
    VirtualDirectories {
        /// The service.
        required service: ServiceId,
        /// What is wrong.
        required fault: DirectoriesFault,
    }
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
        /// IIS on the server does not have it
        Unknown = "unknown",
        /// one server is called by both names
        BothNames = "both-names",
    }
}

by_word!(VirtualDirectories, fault: DirectoriesFault);

impl DirectoriesFault {
    fn wording(self) -> Wording {
        match self {
            Self::Unknown => Wording {
                cases: &["found", "related"],
                places: &["path", "served"],
            },
            Self::BothNames => Wording {
                cases: &["found", "related"],
                places: &["host", "old", "new"],
            },
        }
    }
}
