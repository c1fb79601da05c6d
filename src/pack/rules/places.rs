//! Where components are on a server and which of their files matter: what
//! `snapshot` looks for, validated.

use std::sync::OnceLock;

use globset::{Glob, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ComponentId, Provenance};
use crate::word::words;

/// What kind of file it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// Data of the product.
    Data,
    /// Configuration.
    Configuration,
    /// A file that a configuration points at.
    Sidecar,
    /// Part of a theme that the customer made.
    Theme,
    /// Part of the theme that setup installs, edited or not.
    DefaultTheme,
    /// A page that people edit.
    Page,
    /// Anything else.
    Other,
    /// What was read to find things; not put back unless it is named.
    Evidence,
    /// A configuration as an installer has it; never put back.
    Shipped,
    /// An installer.
    Installer,
}

words! {
    FileKind {
        /// data of the product
        Data = "data",
        /// its configuration
        Configuration = "configuration",
        /// a file that a configuration points at
        Sidecar = "sidecar",
        /// part of a theme that the customer made
        Theme = "theme",
        /// part of the theme that setup installs
        DefaultTheme = "default-theme",
        /// a page that people edit
        Page = "page",
        /// anything else
        Other = "other",
    }
    besides {
        Evidence = "evidence",
        Shipped = "shipped",
        Installer = "installer",
    }
}

/// How much a file is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it the folder is not the component's.
    Required,
    /// Reported when it is missing.
    Expected,
    /// Taken if it is there.
    Optional,
    /// Taken if it is there and the user asks for it.
    OnRequest,
}

words! {
    Need {
        /// without it the folder is not the component's
        Required = "required",
        /// reported when it is missing
        Expected = "expected",
        /// taken if it is there (the default)
        Optional = "optional",
        /// taken with `--include`; those of kind `page` also with `--with-pages`
        OnRequest = "on-request",
    }
}

/// Where a component may be.
#[derive(Clone, Debug)]
pub struct Location {
    /// Where the fact comes from.
    pub provenance: Provenance<Location>,
    /// The component.
    pub component: ComponentId,
    /// Folders: Windows paths that may begin with a variable (`%ProgramFiles%`);
    /// a last name `*` means every folder there.
    pub folders: Vec<String>,
    /// Values in the registry: key and name.
    pub registry: Vec<(String, String)>,
}

/// Files of a component.
#[derive(Clone, Debug)]
pub struct ExpectedFile {
    /// Where the fact comes from.
    pub provenance: Provenance<ExpectedFile>,
    /// The component.
    pub component: ComponentId,
    /// Paths below its folder as written.
    pub paths: Vec<String>,
    /// The same, compiled when they are needed.
    pub globs: Vec<FileGlob>,
    /// What kind of file it is.
    pub kind: FileKind,
    /// How much it is needed.
    pub need: Need,
}

/// Installers that a component keeps in its folder.
#[derive(Clone, Debug)]
pub struct KeptInstaller {
    /// Where the fact comes from.
    pub provenance: Provenance<KeptInstaller>,
    /// The component that they install.
    pub component: ComponentId,
    /// The component in whose folder they lie.
    pub kept_in: ComponentId,
    /// Paths below that folder.
    pub globs: Vec<FileGlob>,
}

impl KeptInstaller {
    /// Whether the file at `below` (with `/`, below the folder) is one of these.
    #[must_use]
    pub fn takes(&self, below: &str) -> bool {
        self.globs.iter().any(|glob| glob.is_match(below))
    }
}

/// A pattern of files, compiled when it is first asked: most runs never do.
#[derive(Clone, Debug)]
pub struct FileGlob {
    glob: Glob,
    matcher: OnceLock<GlobMatcher>,
}

impl From<Glob> for FileGlob {
    fn from(glob: Glob) -> Self {
        Self {
            glob,
            matcher: OnceLock::new(),
        }
    }
}

impl FileGlob {
    fn is_match(&self, below: &str) -> bool {
        let matcher = self.matcher.get_or_init(|| self.glob.compile_matcher());
        matcher.is_match(below)
    }
}

impl ExpectedFile {
    /// Whether the file at `below` (with `/`, below the folder of the component) is one of these.
    #[must_use]
    pub fn takes(&self, below: &str) -> bool {
        self.globs.iter().any(|glob| glob.is_match(below))
    }
}
