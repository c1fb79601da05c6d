//! The compound file (OLE) that an installer is, and what else a file may be.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use cfb::CompoundFile;

use super::InstallerErrorKind;

/// The first character of the names of streams that hold tables.
const TABLE: char = '\u{4840}';

const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const PATCH: u128 = 0x000C1086_0000_0000_C000_000000000046;
const TRANSFORM: u128 = 0x000C1082_0000_0000_C000_000000000046;

/// A compound file with the streams of an installer.
pub(super) struct Compound<F> {
    file: CompoundFile<F>,
    /// The names of streams as people know them, those of tables behind [`TABLE`], with their names in the file.
    names: BTreeMap<String, String>,
}

impl<F: Read + Seek> Compound<F> {
    /// # Errors
    /// When it is no installer.
    pub(super) fn open(mut file: F) -> Result<Self, InstallerErrorKind> {
        let mut begin = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.by_ref().take(8).read_to_end(&mut begin)?;
        if begin != MAGIC {
            return Err(other_kind(&begin));
        }
        file.seek(SeekFrom::Start(0))?;
        let file = CompoundFile::open(file).map_err(damaged)?;
        match file.root_entry().clsid().as_u128() {
            PATCH => return Err(InstallerErrorKind::Patch),
            TRANSFORM => return Err(InstallerErrorKind::Transform),
            _ => {}
        }
        let entries = file.read_root_storage().filter(cfb::Entry::is_stream);
        let names = entries.map(|entry| (decoded(entry.name()), entry.name().to_owned()));
        Ok(Self {
            names: names.collect(),
            file,
        })
    }

    /// The stream that people know by this name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn stream(
        &mut self,
        name: &str,
    ) -> Result<Option<cfb::Stream<F>>, InstallerErrorKind> {
        let Some(name) = self.names.get(name) else {
            return Ok(None);
        };
        self.file.open_stream(name).map(Some).map_err(damaged)
    }

    /// The bytes of the stream of a table; `None` if there is none.
    ///
    /// # Errors
    /// When it has more than `limit` bytes, or fewer than it says.
    pub(super) fn table(
        &mut self,
        name: &str,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, InstallerErrorKind> {
        let Some(mut stream) = self.stream(&format!("{TABLE}{name}"))? else {
            return Ok(None);
        };
        if stream.len() > limit {
            return Err(InstallerErrorKind::TooMuch("a table of many megabytes"));
        }
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).map_err(damaged)?;
        Ok(Some(bytes))
    }
}

fn damaged(error: std::io::Error) -> InstallerErrorKind {
    InstallerErrorKind::Damaged(format!("its compound file: {error}"))
}

/// What a file is that begins with other bytes than an installer.
fn other_kind(begin: &[u8]) -> InstallerErrorKind {
    match begin {
        [] => InstallerErrorKind::Empty,
        [b'M', b'Z', ..] => InstallerErrorKind::Program,
        [b'P', b'K', ..] => InstallerErrorKind::Zip,
        [b'M', b'S', b'C', b'F', ..] => InstallerErrorKind::BareCabinet,
        _ => InstallerErrorKind::NoInstaller,
    }
}

/// The name of a stream as people know it: the file packs two characters into one.
fn decoded(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        match u32::from(c) {
            code @ 0x3800..0x4800 => {
                let pair = code - 0x3800;
                text.extend([digit(pair & 0x3f), digit(pair >> 6)]);
            }
            code @ 0x4800..0x4840 => text.push(digit(code - 0x4800)),
            _ => text.push(c),
        }
    }
    text
}

fn digit(value: u32) -> char {
    const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    char::from(DIGITS[(value & 0x3f) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_people_know() {
        assert_eq!(
            decoded("\u{4840}\u{3b3f}\u{43f2}\u{4438}\u{45b1}"),
            "\u{4840}_Columns"
        );
        assert_eq!(decoded("\u{44ca}\u{47b3}\u{46e8}\u{4828}"), "App.exe");
        assert_eq!(
            decoded("\u{5}SummaryInformation"),
            "\u{5}SummaryInformation"
        );
    }
}
