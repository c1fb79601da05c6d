//! Words of packs that are about plans.

use crate::word::words;

/// A part of the procedure.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// While everything still runs.
    Before,
    /// The service ends for users.
    Downtime,
    /// The old version goes.
    Uninstall,
    /// The new one comes.
    Install,
    /// What was prepared is put in place.
    Deploy,
    /// Tests.
    Verify,
    /// Users and other teams are told.
    HandOver,
    /// What to do if it fails.
    WayBack,
}

words! {
    Phase {
        /// while everything still runs
        Before = "before",
        /// the service ends for users
        Downtime = "downtime",
        /// the old version goes
        Uninstall = "uninstall",
        /// the new version comes
        Install = "install",
        /// what was prepared is put in place
        Deploy = "deploy",
        /// tests
        Verify = "verify",
        /// users and other teams are told
        HandOver = "hand-over",
        /// what to do if it fails
        WayBack = "way-back",
    }
}

/// How often a step is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Each {
    /// Once.
    #[default]
    Once,
    /// For each component that was found.
    Component,
    /// For each server.
    Server,
    /// For each place of a component.
    Place,
}

words! {
    Each {
        /// once, if the estate has one of its components (the default)
        Once = "once",
        /// for each of its components that was found
        Component = "component",
        /// for each server that has one of its components
        Server = "server",
        /// for each place of its components
        Place = "place",
    }
}

/// What a virtual directory is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As the old version calls it, and the new version calls it otherwise.
    Renamed,
    /// As the old version calls it, and it keeps the name.
    Kept,
    /// As the new version calls it.
    New,
    /// Otherwise.
    Custom,
}

words! {
    Naming {
        /// as the old version calls it; the new version calls it otherwise
        Renamed = "renamed",
        /// as the old version calls it, and the name is kept (`--keep-vdir`)
        Kept = "kept",
        /// as the new version calls it
        New = "new",
        /// otherwise
        Custom = "custom",
    }
}

/// Something that can be seen in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A section of its configuration is encrypted.
    Encrypted,
    /// It has themes of the customer's own.
    Themes,
    /// The component is in several places.
    Copies,
    /// Its places have configurations that differ.
    CopiesDiffer,
    /// Its pool runs other applications too.
    SharedPool,
    /// Several applications of IIS serve its folder.
    PublishedTwice,
    /// The configuration of IIS names its virtual directory.
    NamedInIis,
    /// Other files name a virtual directory that gets another name.
    References,
    /// The new version has the component.
    Stays,
    /// Installers of the product were found.
    Installers,
}

words! {
    Sign {
        /// a section of its configuration is encrypted
        Encrypted = "encrypted",
        /// it has themes of the customer's own
        Themes = "themes",
        /// the component is in several places
        Copies = "copies",
        /// the configurations of its places differ
        CopiesDiffer = "copies-differ",
        /// its application pool runs other applications too
        SharedPool = "shared-pool",
        /// several applications of IIS serve its folder
        PublishedTwice = "published-twice",
        /// the configuration of IIS names its virtual directory in a `<location>`
        NamedInIis = "named-in-iis",
        /// other files name a virtual directory that gets another name
        References = "references",
        /// the new version has the component
        Stays = "stays",
        /// installers of the product were found
        Installers = "installers",
    }
}

/// What conferry can have done itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// A snapshot of the server was taken.
    Taken,
    /// It holds what it held.
    Verified,
    /// Putting it back was rehearsed.
    Rehearsed,
    /// The configuration was carried into the new file.
    Merged,
}

words! {
    Deed {
        /// the server has a snapshot
        Taken = "taken",
        /// all files of the snapshot have the hashes that they had
        Verified = "verified",
        /// what would be put back was found out, and nothing is in the way
        Rehearsed = "rehearsed",
        /// `upgrade` carried the configuration into the new file
        Merged = "merged",
    }
}
