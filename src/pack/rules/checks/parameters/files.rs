//! Parameters of checks that look at files, folders and pools.

use super::{always, by_word, one};
use crate::config::framework::Framework;
use crate::pack::rules::ComponentId;
use crate::pack::rules::checks::Wording;
use crate::pack::rules::checks::declared::{Values, parameters};
use crate::word::words;
use crate::xml::selector::Selector;

parameters! {
    /// Something true of a product, said once in a run that has a file of it.
    Once {
        /// Whose files.
        required components: Vec<ComponentId>,
    }
}

always!(Once, [], []);

parameters! {
    /// Folders below one that is beside the file, and those that the file names.
    FolderBeside {
        /// The folder that holds them.
        required folder: String,
        /// Those that setup installs.
        optional shipped: Vec<String>,
        /// Values that name one.
        required named_by: Values,
        /// What is looked for.
        required fault: FolderFault,
    }
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

by_word!(FolderBeside, fault: FolderFault);

impl FolderFault {
    fn wording(self) -> Wording {
        match self {
            Self::Missing => one(&["name", "folder"]),
            Self::Own => Wording {
                cases: &["one", "several"],
                places: &["folders"],
            },
        }
    }
}

parameters! {
    /// A folder that setup installs, and which was edited beside one of several files.
    FoldersDiffer {
        /// Beside whose files.
        required component: ComponentId,
        /// The path of the folder, with `/`.
        required folder: String,
        /// Values that name it, or one like it.
        required named_by: Values,
    }
}

always!(FoldersDiffer, ["found", "related"], ["path"]);

parameters! {
    /// Settings that stand in another file: all of a section (`configSource`), or some (`file`).
    SettingsElsewhere {}
}

always!(SettingsElsewhere, ["all", "some"], ["section", "path"]);

parameters! {
    /// A section that is encrypted, so that it can be read on one server only.
    EncryptedSection {
        /// Files of these components.
        required components: Vec<ComponentId>,
        /// Files that declare a section whose name begins with one of these: what is encrypted tells no component.
        optional sections: Vec<String>,
        /// With which key.
        required key: EncryptionKey,
    }
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

always!(EncryptedSection, [], ["section", "how", "command"]);

parameters! {
    /// An application of a product and its pool in IIS.
    ApplicationPool {
        /// Whose applications.
        required components: Vec<ComponentId>,
        /// The pool runs this .NET.
        optional runtime: Option<Framework>,
        /// The pool has this pipeline.
        optional pipeline: Option<String>,
        /// The application was written for this .NET.
        optional written_for: Option<Framework>,
        /// The application was not written for this .NET, as far as that is known.
        optional not_written_for: Option<Framework>,
    }
}

always!(ApplicationPool, [], ["pool", "application"]);

parameters! {
    /// Something in a file above the folder of a component, which inherits it.
    Inherited {
        /// What.
        required select: Vec<Selector>,
        /// Whose files inherit it.
        required components: Vec<ComponentId>,
    }
}

always!(Inherited, ["found", "related"], []);
