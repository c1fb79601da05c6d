//! What tells whether a file is still the one that was looked at.

use std::fs::Metadata;
use std::time::SystemTime;

/// Kind, size, times and number of a file. Two that are equal speak of one file that did not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    kind: Kind,
    /// Bytes.
    pub size: u64,
    /// When it was last changed, as the system counts.
    changed: [(i64, i64); 2],
    modified: Option<SystemTime>,
    /// File system and number; zero where there are none.
    pub(in crate::io) identity: (u64, u64),
    /// How many names it has.
    pub(in crate::io) names: u64,
    pub(in crate::io) mode: u32,
    pub(in crate::io) owner: (u32, u32),
    read_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Special,
}

impl Stamp {
    /// Of what the library says of a file.
    #[must_use]
    pub fn of_metadata(metadata: &Metadata) -> Self {
        let kind = metadata.file_type();
        let kind = match (kind.is_file(), kind.is_dir(), kind.is_symlink()) {
            (true, _, _) => Kind::File,
            (_, true, _) => Kind::Folder,
            (_, _, true) => Kind::Link,
            _ => Kind::Special,
        };
        let mut stamp = Self {
            kind,
            size: metadata.len(),
            changed: [(0, 0); 2],
            modified: metadata.modified().ok(),
            identity: (0, 0),
            names: 1,
            mode: 0,
            owner: (0, 0),
            read_only: metadata.permissions().readonly(),
        };
        stamp.add_numbers(metadata);
        stamp
    }

    #[cfg(unix)]
    fn add_numbers(&mut self, metadata: &Metadata) {
        use std::os::unix::fs::MetadataExt;
        self.changed = [
            (metadata.mtime(), metadata.mtime_nsec()),
            (metadata.ctime(), metadata.ctime_nsec()),
        ];
        self.modified = None;
        self.identity = (metadata.dev(), metadata.ino());
        self.names = metadata.nlink();
        self.mode = metadata.mode() & 0o7777;
        self.owner = (metadata.uid(), metadata.gid());
    }

    #[cfg(not(unix))]
    fn add_numbers(&mut self, _: &Metadata) {}

    #[cfg(unix)]
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion)] // the fields have other types on other systems
    pub(super) fn of_stat(stat: &rustix::fs::Stat) -> Self {
        use rustix::fs::FileType;
        let mode = u32::from(stat.st_mode);
        Self {
            kind: match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Folder,
                FileType::Symlink => Kind::Link,
                _ => Kind::Special,
            },
            size: u64::try_from(stat.st_size).unwrap_or(0),
            changed: [
                (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
                (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            ],
            modified: None,
            identity: (stat.st_dev as u64, stat.st_ino as u64),
            names: stat.st_nlink as u64,
            mode: mode & 0o7777,
            owner: (stat.st_uid, stat.st_gid),
            read_only: mode & 0o222 == 0,
        }
    }

    /// Whether it is an ordinary file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    /// Whether it is a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.kind == Kind::Folder
    }

    /// Whether it is a link.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.kind == Kind::Link
    }

    /// Whether nobody may write to it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether both are names of one file; never where the system has no numbers.
    #[must_use]
    pub fn is_same_file(&self, other: &Self) -> bool {
        self.identity != (0, 0) && self.identity == other.identity
    }

    /// Whether the content is that of the other one; a new name or mode changes nothing about it.
    #[must_use]
    pub fn is_unchanged(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.size == other.size
            && self.changed[0] == other.changed[0]
            && self.modified == other.modified
            && self.identity == other.identity
    }
}
