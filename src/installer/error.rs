//! What can be wrong with an installer, and what to do about it.

use thiserror::Error;

use crate::error::Failure;
use crate::io::read::ReadErrorKind;
use crate::io::windows_path::PathProblem;

/// An installer, or a file of it, could not be read.
#[derive(Debug, Error)]
#[error("{kind}")]
pub struct InstallerError {
    /// The installer, or the file of it, as outputs name it.
    pub installer: String,
    /// Why.
    #[source]
    pub kind: InstallerErrorKind,
}

/// Why an installer could not be read.
#[derive(Debug, Error)]
pub enum InstallerErrorKind {
    /// The file cannot be read at all.
    #[error("{0}")]
    Read(ReadErrorKind),
    /// The system reports something while it is read.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// No bytes.
    #[error("this is an empty file and no installer")]
    Empty,
    /// An .exe.
    #[error("this is a program (.exe) and no .msi, although one may be packed in it")]
    Program,
    /// A zip.
    #[error("this is a zip and no .msi")]
    Zip,
    /// A .cab.
    #[error("this is a cabinet (.cab) without the installer that says where its files go")]
    BareCabinet,
    /// Anything else.
    #[error("this is no Windows Installer package (.msi)")]
    NoInstaller,
    /// A compound file of another program.
    #[error(
        "this is a compound file without the tables of an installer, such as an old Office document"
    )]
    NoDatabase,
    /// An .msp.
    #[error("this is a patch (.msp), which holds only what changes")]
    Patch,
    /// An .mst.
    #[error("this is a transform (.mst), which holds only what changes")]
    Transform,
    /// Its form is broken.
    #[error("the installer is damaged, {0}")]
    Damaged(String),
    /// More than any sensible installer has.
    #[error("it has {0}, which is more than conferry reads of an installer")]
    TooMuch(&'static str),
    /// A name that would lead elsewhere.
    #[error(
        "the installer is refused: in its table {table} the name of `{key}` cannot be used, since {problem}"
    )]
    Name {
        /// File or Directory.
        table: &'static str,
        /// The row.
        key: String,
        /// What is wrong with it.
        problem: PathProblem,
    },
    /// A folder that lies in itself.
    #[error("the installer is refused: its folder `{0}` lies in itself")]
    Cycle(String),
    /// Folders in folders without end.
    #[error("the installer is refused: its folder `{0}` lies too deep")]
    Deep(String),
    /// Two rows of one key.
    #[error("the installer is refused: its table {0} has `{1}` twice")]
    Twice(&'static str, String),
    /// A row that another row needs.
    #[error("the installer is damaged: its table {0} has no `{1}`, which `{2}` needs")]
    Missing(&'static str, String, String),
    /// A cabinet in the installer that is not there.
    #[error("the cabinet `{0}`, which should be in the installer, is not there")]
    NoStream(String),
    /// A cabinet next to the installer that is not there.
    #[error("the cabinet `{0}` is not next to the installer")]
    NoCabinet(String),
    /// A cabinet that would be elsewhere.
    #[error("the installer is refused: the name of its cabinet `{0}` cannot be used, since {1}")]
    CabinetName(String, PathProblem),
    /// A cabinet that is a link.
    #[error("the cabinet `{0}` is a link, and links are not followed from an installer")]
    CabinetLink(String),
    /// A cabinet that is none.
    #[error("`{0}` is no cabinet")]
    NotACabinet(String),
    /// A cabinet whose form is broken.
    #[error("the cabinet `{0}` is damaged: {1}")]
    DamagedCabinet(String, String),
    /// Packed in a way that is not supported.
    #[error("the cabinet `{0}` is not supported: {1}")]
    Unsupported(String, &'static str),
    /// The cabinet does not have the file.
    #[error("the cabinet `{0}` does not have the file, which the installer calls `{1}`")]
    NotInCabinet(String, String),
    /// The cabinet has it twice.
    #[error("the cabinet `{0}` has `{1}` twice")]
    TwiceInCabinet(String, String),
    /// The tables and the cabinet disagree.
    #[error(
        "the installer says that the file has {said} bytes, and its cabinet `{cabinet}` says {held}"
    )]
    Sizes {
        /// In the table.
        said: u64,
        /// The cabinet.
        cabinet: String,
        /// In the cabinet.
        held: u64,
    },
    /// Larger than any configuration.
    #[error("the file has {0} bytes, and no configuration file is as large")]
    TooLarge(u64),
    /// Not in a cabinet.
    #[error("the file is not packed in the installer, but lies in a folder next to it")]
    NotPacked,
    /// In no cabinet of the table.
    #[error("the installer does not say which cabinet has the file")]
    NoMedia,
}

impl InstallerErrorKind {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Read(ReadErrorKind::Missing | ReadErrorKind::Folder) => {
                "Give the path of the .msi. Installers may lie in the installation folder of the product."
            }
            Self::Read(kind) => kind.help(),
            Self::Io(_) => {
                "Check that the disk or share is reachable and that no other program holds the file."
            }
            Self::Program => {
                "Unpack it where nothing is installed, such as with `setup.exe /extract` or 7-Zip, and give the .msi. The product's own installers may also lie in its installation folder."
            }
            Self::Zip => "Unpack it and give the .msi.",
            Self::BareCabinet => "Give the .msi that it belongs to, with the cabinet next to it.",
            Self::Empty | Self::NoInstaller | Self::NoDatabase => {
                "Check the path: an installer has a name such as PortalSetup64.msi."
            }
            Self::Patch | Self::Transform => "Give the .msi of that version.",
            Self::NoCabinet(_) => {
                "Copy the cabinet from where the installer came from into the same folder."
            }
            Self::CabinetLink(_) => "Put the cabinet itself there.",
            Self::Unsupported(..) => {
                "Unpack it on Windows with `msiexec /a FILE.msi /qn TARGETDIR=C:\\unpacked`, which installs nothing, and give the file itself."
            }
            Self::NotPacked => "Give the file itself.",
            Self::TooLarge(_) => "Check that this is the right file.",
            _ => "Use another copy of the installer. Nothing was taken from this one.",
        }
    }
}

impl From<InstallerError> for Failure {
    fn from(error: InstallerError) -> Self {
        Failure::new(error.kind.to_string())
            .in_file(error.installer)
            .help(error.kind.help())
    }
}
