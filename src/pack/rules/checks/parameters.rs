//! What each check of the registry can be told, and what it needs worded.

use super::Wording;
use crate::config::framework::Framework;
use crate::pack::rules::lint::Condition;
use crate::xml::selector::Selector;

/// One message, for which the check fills in `places`.
const fn one(places: &'static [&'static str]) -> Wording {
    Wording { cases: &[], places }
}

/// `mentions`: texts that a file should not hold, be it a document or not.
#[derive(Clone, Debug)]
pub struct Mentions {
    /// The texts, as they are written.
    pub texts: Vec<String>,
}

impl Mentions {
    pub(super) fn wording(&self) -> Wording {
        one(&["text"])
    }
}

/// `once`: something true of a product, said once in a run that has a file of it.
#[derive(Clone, Debug)]
pub struct Once {
    /// Whose files.
    pub components: Vec<String>,
}

impl Once {
    pub(super) fn wording(&self) -> Wording {
        one(&[])
    }
}

/// `broken-value`: a file that is not well-formed because of how one of some values was typed in.
#[derive(Clone, Debug)]
pub struct BrokenValue {
    /// Keys of entries with such a value.
    pub keys: Vec<String>,
    /// Elements with such a text.
    pub elements: Vec<String>,
    /// In which way.
    pub fault: BrokenBy,
}

/// What is wrong with a value that breaks its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenBy {
    /// A character in it is not written as XML wants it.
    Character,
    /// It stands between curly quotes, or outside its quotes.
    Quotes,
}

impl BrokenBy {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] = &[("character", Self::Character), ("quotes", Self::Quotes)];
}

impl BrokenValue {
    pub(super) fn wording(&self) -> Wording {
        match self.fault {
            BrokenBy::Character => one(&["character", "written"]),
            BrokenBy::Quotes => Wording {
                cases: &["curly", "unquoted", "behind"],
                places: &["key"],
            },
        }
    }
}

/// `fact`: the value of a fact, in a file that has it.
#[derive(Clone, Debug)]
pub struct OfFact {
    /// The fact.
    pub fact: String,
    /// What must hold of its value.
    pub when: Condition,
    /// Another fact, to which the finding refers.
    pub related: Option<String>,
}

impl OfFact {
    pub(super) fn wording(&self) -> Wording {
        Wording {
            cases: match self.related {
                Some(_) => &["found", "related"],
                None => &[],
            },
            places: &["name", "value"],
        }
    }
}

/// `missing-fact`: a fact that a file must have, since it uses a service.
#[derive(Clone, Debug)]
pub struct MissingFact {
    /// The fact.
    pub fact: String,
    /// The service.
    pub service: String,
    /// Facts each of which does instead.
    pub unless: Vec<String>,
}

impl MissingFact {
    pub(super) fn wording(&self) -> Wording {
        Wording {
            cases: &["missing", "empty"],
            places: &["name", "use"],
        }
    }
}

/// `differs`: facts that two files of a run should have alike.
#[derive(Clone, Debug)]
pub struct Differs {
    /// The facts.
    pub facts: Vec<String>,
    /// Whose files are looked at.
    pub components: Vec<String>,
    /// The component whose nearest file each is compared with; without it, its own copies.
    pub with: Option<String>,
    /// Only files that use this service and know its URL.
    pub service: String,
    /// Facts that differ as well where only one of the files has them.
    pub or_missing: Vec<String>,
}

impl Differs {
    pub(super) fn wording(&self) -> Wording {
        Wording {
            cases: match self.or_missing.is_empty() {
                true => &["differs", "secret", "url", "related"],
                false => &[
                    "differs",
                    "secret",
                    "url",
                    "only-here",
                    "only-there",
                    "related",
                ],
            },
            places: &["name", "value"],
        }
    }
}

/// `service-url`: what is wrong with a URL of a service that is in use.
#[derive(Clone, Debug)]
pub struct ServiceUrl {
    /// The service.
    pub service: String,
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

impl UrlFault {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] = &[
        ("http", Self::Http),
        ("placeholder", Self::Placeholder),
        ("host", Self::Host),
        ("endpoint", Self::Endpoint),
        ("characters", Self::Characters),
        ("sample-segment", Self::SampleSegment),
        ("incomplete", Self::Incomplete),
    ];
}

impl ServiceUrl {
    pub(super) fn wording(&self) -> Wording {
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
    pub service: String,
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

impl DirectoryFault {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] = &[
        ("old-name", Self::OldName),
        ("new-name", Self::NewName),
        ("near-name", Self::NearName),
        ("mentioned", Self::Mentioned),
    ];
}

impl VirtualDirectory {
    pub(super) fn wording(&self) -> Wording {
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
    pub service: String,
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

impl DirectoriesFault {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] =
        &[("unknown", Self::Unknown), ("both-names", Self::BothNames)];
}

impl VirtualDirectories {
    pub(super) fn wording(&self) -> Wording {
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

/// `near-name`: a name that is nearly a known one, so that nothing reads it.
#[derive(Clone, Debug)]
pub struct NearName {
    /// Attributes whose values are names, or elements that are named.
    pub select: Vec<Selector>,
    /// The known names.
    pub names: Vec<String>,
    /// Whether case tells names apart.
    pub is_exact: bool,
    /// How many letters may be wrong.
    pub distance: usize,
    /// Names shorter than this may have one wrong letter less.
    pub long: usize,
    /// Whether a name may have other words around it.
    pub words: bool,
    /// Whether a known name is out of place too.
    pub is_misplaced: bool,
    /// Where names are certainly of the product.
    pub own: Own,
    /// What a name must have elsewhere; without it, nothing is looked at there.
    pub elsewhere: Option<Elsewhere>,
}

/// Where names are certainly of the product.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Files of these components.
    pub components: Vec<String>,
    /// Files of these names.
    pub files: Vec<String>,
    /// Elements whose name begins with this segment, and the names that can stand in them.
    pub sections: Vec<(String, Vec<String>)>,
}

/// What a name must have where others have names as well.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// It holds this, in any case.
    pub contains: Option<String>,
    /// It ends in this, in any case.
    pub ends_with: Option<String>,
    /// No more letters are wrong than this.
    pub distance: Option<usize>,
}

impl NearName {
    pub(super) fn wording(&self) -> Wording {
        match self.is_misplaced {
            true => one(&["name"]),
            false => Wording {
                cases: &["near", "also-there"],
                places: &["name", "damage", "meant"],
            },
        }
    }
}

/// `folder-beside`: folders below one that is beside the file, and those that the file names.
#[derive(Clone, Debug)]
pub struct FolderBeside {
    /// The folder that holds them.
    pub folder: String,
    /// Those that setup installs.
    pub shipped: Vec<String>,
    /// Values that name one.
    pub named_by: Vec<Selector>,
    /// What is looked for.
    pub fault: FolderFault,
}

/// What is looked for among folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderFault {
    /// One is named that is not there.
    Missing,
    /// There are some that setup does not install.
    Own,
}

impl FolderFault {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] = &[("missing", Self::Missing), ("own", Self::Own)];
}

impl FolderBeside {
    pub(super) fn wording(&self) -> Wording {
        match self.fault {
            FolderFault::Missing => one(&["name", "folder"]),
            FolderFault::Own => Wording {
                cases: &["one", "several"],
                places: &["folders"],
            },
        }
    }
}

/// `folders-differ`: a folder that setup installs, and which was edited beside one of several files.
#[derive(Clone, Debug)]
pub struct FoldersDiffer {
    /// Beside whose files.
    pub component: String,
    /// The path of the folder, with `/`.
    pub folder: String,
    /// Values that name it, or one like it.
    pub named_by: Vec<Selector>,
}

impl FoldersDiffer {
    pub(super) fn wording(&self) -> Wording {
        Wording {
            cases: &["found", "related"],
            places: &["path"],
        }
    }
}

/// `sidecar`: settings that stand in another file.
#[derive(Clone, Debug)]
pub struct SettingsElsewhere;

impl SettingsElsewhere {
    pub(super) fn wording(&self) -> Wording {
        Wording {
            cases: &["all", "some"],
            places: &["section", "path"],
        }
    }
}

/// `encrypted-section`: a section that can be read on one server only.
#[derive(Clone, Debug)]
pub struct EncryptedSection {
    /// Files of these components.
    pub components: Vec<String>,
    /// Files that declare a section whose name begins with one of these: what is encrypted tells no
    /// component.
    pub sections: Vec<String>,
    /// With which key.
    pub key: EncryptionKey,
}

/// The key of an encrypted section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncryptionKey {
    /// It can be exported, or is a provider's own.
    Exportable,
    /// It never leaves the machine.
    MachineBound,
}

impl EncryptionKey {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] = &[
        ("exportable", Self::Exportable),
        ("machine-bound", Self::MachineBound),
    ];
}

impl EncryptedSection {
    pub(super) fn wording(&self) -> Wording {
        one(&["section", "how", "command"])
    }
}

/// `application-pool`: an application of a product and its pool.
#[derive(Clone, Debug)]
pub struct ApplicationPool {
    /// Whose applications.
    pub components: Vec<String>,
    /// The pool runs this .NET.
    pub runtime: Option<Framework>,
    /// The pool has this pipeline.
    pub pipeline: Option<String>,
    /// The application was written for this .NET.
    pub written_for: Option<Framework>,
    /// The application was not written for this .NET, as far as that is known.
    pub not_written_for: Option<Framework>,
}

impl ApplicationPool {
    pub(super) fn wording(&self) -> Wording {
        one(&["pool", "application"])
    }
}

/// `inherited`: something in a file above the folder of a component, which inherits it.
#[derive(Clone, Debug)]
pub struct Inherited {
    /// What.
    pub select: Vec<Selector>,
    /// Whose files inherit it.
    pub components: Vec<String>,
}

impl Inherited {
    pub(super) fn wording(&self) -> Wording {
        Wording {
            cases: &["found", "related"],
            places: &[],
        }
    }
}
