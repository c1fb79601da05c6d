//! Parameters of checks that look at files, folders and pools.

use super::one;
use crate::config::framework::Framework;
use crate::pack::rules::ComponentId;
use crate::pack::rules::checks::Wording;
use crate::word::words;
use crate::xml::selector::Selector;

/// `once`: something true of a product, said once in a run that has a file of it.
#[derive(Clone, Debug)]
pub struct Once {
    /// Whose files.
    pub components: Vec<ComponentId>,
}

impl Once {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        one(&[])
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

words! {
    FolderFault {
        /// one is named that is not there
        Missing = "missing",
        /// there are some that setup does not install
        Own = "own",
    }
}

impl FolderBeside {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
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
    pub component: ComponentId,
    /// The path of the folder, with `/`.
    pub folder: String,
    /// Values that name it, or one like it.
    pub named_by: Vec<Selector>,
}

impl FoldersDiffer {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
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
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
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
    pub components: Vec<ComponentId>,
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

words! {
    EncryptionKey {
        /// it can be exported, or is a provider's own
        Exportable = "exportable",
        /// it never leaves the machine
        MachineBound = "machine-bound",
    }
}

impl EncryptedSection {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        one(&["section", "how", "command"])
    }
}

/// `application-pool`: an application of a product and its pool.
#[derive(Clone, Debug)]
pub struct ApplicationPool {
    /// Whose applications.
    pub components: Vec<ComponentId>,
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
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        one(&["pool", "application"])
    }
}

/// `inherited`: something in a file above the folder of a component, which inherits it.
#[derive(Clone, Debug)]
pub struct Inherited {
    /// What.
    pub select: Vec<Selector>,
    /// Whose files inherit it.
    pub components: Vec<ComponentId>,
}

impl Inherited {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        Wording {
            cases: &["found", "related"],
            places: &[],
        }
    }
}
