//! Cabinets (.cab): which files they have, and the bytes of one.

use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use super::InstallerErrorKind;
use super::unpack::{Packing, Unpacker};
use crate::xml::source::MAX_BYTES;

/// No block has more, packed or unpacked.
const MAX_UNPACKED_BLOCK: u16 = 0x8000;
const MAX_PACKED_BLOCK: u16 = 0x8000 + 6144;

/// What may have to be unpacked until the end of the wanted file.
const MAX_UNPACKED: u64 = 512 << 20;

/// The longest name of a file.
const MAX_NAME: usize = 256;

/// A file that is not whole in this cabinet has a number from here on for its folder.
const ELSEWHERE: u16 = 0xFFFD;

/// A cabinet whose list of files was read.
pub(super) struct Cabinet<'n, R> {
    reader: BufReader<R>,
    name: &'n str,
    size: u64,
    folders: Vec<Folder>,
    files: Vec<Entry>,
    /// How many bytes other programs keep in each block.
    reserve: u8,
}

/// A part of a cabinet that is packed as one.
struct Folder {
    at: u32,
    blocks: u16,
    packing: u16,
}

struct Entry {
    name: Vec<u8>,
    size: u32,
    /// Where it begins in its folder, unpacked.
    begin: u32,
    folder: u16,
}

impl<'n, R: Read + Seek> Cabinet<'n, R> {
    /// # Errors
    /// When it is none, or ends early.
    pub(super) fn read(mut reader: R, name: &'n str) -> Result<Self, InstallerErrorKind> {
        let size = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        let mut cabinet = Self {
            reader: BufReader::new(reader),
            name,
            size,
            folders: Vec::new(),
            files: Vec::new(),
            reserve: 0,
        };
        if size < 4 || cabinet.bytes::<4>()? != *b"MSCF" {
            return Err(InstallerErrorKind::NotACabinet(name.to_owned()));
        }
        cabinet.skip(4)?;
        if u64::from(cabinet.long()?) > size {
            return Err(cabinet.damaged("it ends early"));
        }
        cabinet.skip(4)?;
        let files_at = cabinet.long()?;
        cabinet.skip(4)?;
        let [_, major] = cabinet.bytes::<2>()?;
        if major > 1 {
            return Err(InstallerErrorKind::Unsupported(
                name.to_owned(),
                "it is of a newer version of the format",
            ));
        }
        let (folders, files, flags) = (cabinet.short()?, cabinet.short()?, cabinet.short()?);
        cabinet.skip(4)?;
        let mut folder_reserve = 0;
        if flags & 4 != 0 {
            let header_reserve = cabinet.short()?;
            [folder_reserve, cabinet.reserve] = cabinet.bytes::<2>()?;
            cabinet.skip(header_reserve.into())?;
        }
        // The names of the cabinets before and after this one.
        for _ in 0..2 * ((flags & 1) + (flags >> 1 & 1)) {
            cabinet.text()?;
        }
        for _ in 0..folders {
            let folder = Folder {
                at: cabinet.long()?,
                blocks: cabinet.short()?,
                packing: cabinet.short()?,
            };
            cabinet.skip(folder_reserve.into())?;
            cabinet.folders.push(folder);
        }
        cabinet.go(files_at.into())?;
        for _ in 0..files {
            let (size, begin, folder) = (cabinet.long()?, cabinet.long()?, cabinet.short()?);
            cabinet.skip(6)?;
            let name = cabinet.text()?;
            cabinet.files.push(Entry {
                name,
                size,
                begin,
                folder,
            });
        }
        Ok(cabinet)
    }

    /// The bytes of the file `key`, which has `said` bytes by the installer's tables.
    ///
    /// # Errors
    /// When it is not there, or not as it should be.
    pub(super) fn file(&mut self, key: &str, said: u64) -> Result<Vec<u8>, InstallerErrorKind> {
        let (size, begin, folder) = self.entry(key, said)?;
        let end = begin + size;
        let Some(folder) = self.folders.get(usize::from(folder)) else {
            return Err(match folder >= ELSEWHERE {
                true => self.continued(),
                false => self.damaged("a file is in a part that is not there"),
            });
        };
        let (at, blocks) = (folder.at, folder.blocks);
        let packing = Packing::of(folder.packing);
        let packing =
            packing.map_err(|what| InstallerErrorKind::Unsupported(self.name.to_owned(), what))?;
        let mut unpacker = Unpacker::new(packing);
        let mut found = Vec::new();
        let mut unpacked = 0_u64;
        self.go(at.into())?;
        for _ in 0..blocks {
            if unpacked >= end {
                break;
            }
            let (packed, length) = self.block()?;
            let plain = unpacker.next(&packed, length.into());
            let plain = plain.map_err(|what| self.damaged(what))?;
            // What of the block is of the file.
            let from = begin.saturating_sub(unpacked).min(plain.len() as u64);
            let to = end.saturating_sub(unpacked).min(plain.len() as u64);
            found.extend_from_slice(&plain[from as usize..to.max(from) as usize]);
            unpacked += plain.len() as u64;
        }
        match found.len() as u64 == size {
            true => Ok(found),
            false => Err(self.damaged("the file is longer than what is packed")),
        }
    }

    /// Size, begin and folder of a file that is to be read.
    fn entry(&self, key: &str, said: u64) -> Result<(u64, u64, u16), InstallerErrorKind> {
        let own = || (self.name.to_owned(), key.to_owned());
        let mut named = (self.files.iter()).filter(|entry| entry.name == key.as_bytes());
        let Some(entry) = named.next() else {
            let (cabinet, key) = own();
            return Err(InstallerErrorKind::NotInCabinet(cabinet, key));
        };
        if named.next().is_some() {
            let (cabinet, key) = own();
            return Err(InstallerErrorKind::TwiceInCabinet(cabinet, key));
        }
        let (size, begin) = (u64::from(entry.size), u64::from(entry.begin));
        if size > MAX_BYTES as u64 {
            return Err(InstallerErrorKind::TooLarge(size));
        }
        if size != said {
            return Err(InstallerErrorKind::Sizes {
                said,
                cabinet: self.name.to_owned(),
                held: size,
            });
        }
        if begin + size > MAX_UNPACKED {
            return Err(InstallerErrorKind::TooMuch(
                "more than 512 MiB in its cabinet before the file ends",
            ));
        }
        Ok((size, begin, entry.folder))
    }

    /// The next block as it is packed, and how long it is unpacked.
    fn block(&mut self) -> Result<(Vec<u8>, u16), InstallerErrorKind> {
        let sum = self.long()?;
        let head = self.bytes::<4>()?;
        let [a, b, c, d] = head;
        let (packed, length) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        if length == 0 {
            return Err(self.continued());
        }
        if packed > MAX_PACKED_BLOCK || length > MAX_UNPACKED_BLOCK {
            return Err(self.damaged("a block is longer than any may be"));
        }
        let mut covered = head.to_vec();
        covered.resize(4 + usize::from(self.reserve), 0);
        self.fill_from(&mut covered, 4)?;
        let mut bytes = vec![0; packed.into()];
        self.fill_from(&mut bytes, 0)?;
        // 0 says that there is no sum.
        if sum != 0 && sum != checksum(&covered, checksum(&bytes, 0)) {
            return Err(self.damaged("the sum of a block is not the one that it has"));
        }
        Ok((bytes, length))
    }

    fn go(&mut self, to: u64) -> Result<(), InstallerErrorKind> {
        if to > self.size {
            return Err(self.damaged("it ends early"));
        }
        self.reader.seek(SeekFrom::Start(to))?;
        Ok(())
    }

    fn skip(&mut self, count: u64) -> Result<(), InstallerErrorKind> {
        let at = self.reader.stream_position()?;
        if at + count > self.size {
            return Err(self.damaged("it ends early"));
        }
        self.reader.seek_relative(count as i64)?;
        Ok(())
    }

    fn fill_from(&mut self, bytes: &mut [u8], begin: usize) -> Result<(), InstallerErrorKind> {
        match self.reader.read_exact(&mut bytes[begin..]) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(self.damaged("it ends early"))
            }
            // What a broken compound file says about its stream.
            Err(error) => Err(self.damaged(&error.to_string())),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], InstallerErrorKind> {
        let mut bytes = [0; N];
        self.fill_from(&mut bytes, 0)?;
        Ok(bytes)
    }

    fn short(&mut self) -> Result<u16, InstallerErrorKind> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    fn long(&mut self) -> Result<u32, InstallerErrorKind> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    /// A text that ends with a zero.
    fn text(&mut self) -> Result<Vec<u8>, InstallerErrorKind> {
        let mut text = Vec::new();
        loop {
            match self.bytes()? {
                [0] => return Ok(text),
                _ if text.len() == MAX_NAME => return Err(self.damaged("a name has no end")),
                [byte] => text.push(byte),
            }
        }
    }

    fn damaged(&self, what: &str) -> InstallerErrorKind {
        InstallerErrorKind::DamagedCabinet(self.name.to_owned(), what.to_owned())
    }

    fn continued(&self) -> InstallerErrorKind {
        let what = "the file begins or ends in another cabinet";
        InstallerErrorKind::Unsupported(self.name.to_owned(), what)
    }
}

/// The sum of a block: its words of four bytes, each bit added without carry.
fn checksum(bytes: &[u8], seed: u32) -> u32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let sum = words
        .iter()
        .fold(seed, |sum, word| sum ^ u32::from_le_bytes(*word));
    // The last bytes count from the other side.
    rest.iter()
        .fold(0, |word, byte| word << 8 | u32::from(*byte))
        ^ sum
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_sum_of_a_block_is_that_of_the_format() {
        // The example that the format's description prints.
        let text = b"#include <stdio.h>\r\n\r\nvoid main(void)\r\n{\r\n    printf(\"Hello, world!\\n\");\r\n}\r\n\
            #include <stdio.h>\r\n\r\nvoid main(void)\r\n{\r\n    printf(\"Welcome!\\n\");\r\n}\r\n\r\n";
        assert_eq!(text.len(), 0x97);
        assert_eq!(checksum(b"\x97\0\x97\0", checksum(text, 0)), 0x30a6_5abd);
    }
}
