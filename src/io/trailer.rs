//! Files whose last bytes are the hash of all bytes before them, so that any
//! flipped bit is seen, also one in a place that no reader looks at.

use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::stream;

/// Length of the hash in hexadecimal digits.
pub const LENGTH: usize = 64;

/// Writes a file, and the hash in place of the last [`LENGTH`] bytes that it is given.
pub struct Trailer<W> {
    to: W,
    hasher: Sha256,
    /// What may turn out to be the last bytes.
    held: Vec<u8>,
}

impl<W: Write> Trailer<W> {
    /// Begins.
    pub fn new(to: W) -> Self {
        Self {
            to,
            hasher: Sha256::new(),
            held: Vec::new(),
        }
    }

    /// Ends: what stands in the last bytes is replaced.
    ///
    /// # Errors
    /// What writing reports.
    pub fn finish(mut self) -> io::Result<W> {
        let hash = stream::hex(&self.hasher.finalize());
        self.to.write_all(hash.as_bytes())?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Trailer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        let sure = self.held.len().saturating_sub(LENGTH);
        self.hasher.update(&self.held[..sure]);
        self.to.write_all(&self.held[..sure])?;
        self.held.drain(..sure);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Whether `file` ends in the hash of all that is before it.
///
/// # Errors
/// What reading reports.
pub fn is_as_written(mut file: impl Read + Seek) -> io::Result<bool> {
    let size = file.seek(SeekFrom::End(0))?;
    let Some(before) = size.checked_sub(LENGTH as u64) else {
        return Ok(false);
    };
    file.rewind()?;
    let measured = stream::measure((&mut file).take(before))?;
    let mut last = String::new();
    let read = file.take(LENGTH as u64).read_to_string(&mut last);
    Ok(read.is_ok() && last == measured.sha256)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Cursor, Write};

    use super::{LENGTH, Trailer, is_as_written};

    #[test]
    fn every_flipped_bit_is_seen() {
        for size in [0, 1, 100] {
            let mut trailer = Trailer::new(Vec::new());
            for byte in 0..size {
                trailer.write_all(&[byte]).unwrap();
            }
            trailer.write_all(&[b' '; LENGTH]).unwrap();
            let bytes = trailer.finish().unwrap();
            assert_eq!(bytes.len(), usize::from(size) + LENGTH);
            assert!(is_as_written(Cursor::new(&bytes)).unwrap());
            for bit in 0..bytes.len() * 8 {
                let mut damaged = bytes.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert!(!is_as_written(Cursor::new(&damaged)).unwrap(), "{bit}");
            }
            assert!(!is_as_written(Cursor::new(&bytes[1..])).unwrap());
        }
    }
}
