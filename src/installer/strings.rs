//! All texts of an installer, of which its tables hold numbers.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::InstallerErrorKind;
use super::compound::Compound;
use std::io::{Read, Seek};

/// More than any installer has.
const MAX_POOL: u64 = 16 << 20;
const MAX_DATA: u64 = 128 << 20;

/// The texts, by their numbers; 0 is no text.
pub(super) struct Strings {
    data: Vec<u8>,
    /// Where each text is in `data`.
    spans: Vec<(usize, usize)>,
    encoding: &'static Encoding,
    /// How many bytes the number of a text has in a table.
    pub(super) width: usize,
}

impl Strings {
    /// # Errors
    /// When there are none, or fewer than there must be.
    pub(super) fn read<F: Read + Seek>(
        compound: &mut Compound<F>,
    ) -> Result<Self, InstallerErrorKind> {
        let (Some(pool), Some(data)) = (
            compound.table("_StringPool", MAX_POOL)?,
            compound.table("_StringData", MAX_DATA)?,
        ) else {
            return Err(InstallerErrorKind::NoDatabase);
        };
        let damaged = || InstallerErrorKind::Damaged("its texts end early".to_owned());
        let (head, mut entries) = pool.split_first_chunk::<4>().ok_or_else(damaged)?;
        let head = u32::from_le_bytes(*head);
        let mut spans = vec![(0, 0)];
        let mut at = 0_usize;
        while let Some((entry, rest)) = entries.split_first_chunk::<4>() {
            entries = rest;
            let [a, b, c, d] = *entry;
            let mut length = usize::from(u16::from_le_bytes([a, b]));
            // A text of more than 64 KiB has its length in an entry of its own.
            if length == 0 && [c, d] != [0, 0] {
                let (long, rest) = entries.split_first_chunk::<4>().ok_or_else(damaged)?;
                entries = rest;
                length = u32::from_le_bytes(*long) as usize;
            }
            let end = at.checked_add(length).filter(|end| *end <= data.len());
            let end = end.ok_or_else(damaged)?;
            spans.push((at, end));
            at = end;
        }
        Ok(Self {
            data,
            spans,
            encoding: encoding(head & 0x7fff_ffff)?,
            width: match head >> 31 {
                0 => 2,
                _ => 3,
            },
        })
    }

    /// The text with this number.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn get(&self, number: usize) -> Result<String, InstallerErrorKind> {
        let missing = || InstallerErrorKind::Damaged(format!("it has no text {number}"));
        let (start, end) = *self.spans.get(number).ok_or_else(missing)?;
        let bytes = self.data.get(start..end).ok_or_else(missing)?;
        let (text, _) = self.encoding.decode_without_bom_handling(bytes);
        Ok(text.into_owned())
    }
}

/// The encoding of a code page.
fn encoding(page: u32) -> Result<&'static Encoding, InstallerErrorKind> {
    let label = match page {
        // Neutral: only ASCII is promised.
        0 | 1252 | 20127 | 28591 => return Ok(WINDOWS_1252),
        65001 => return Ok(UTF_8),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        page => format!("windows-{page}"),
    };
    Encoding::for_label(label.as_bytes())
        .ok_or_else(|| InstallerErrorKind::Damaged(format!("its code page {page} is not known")))
}
