//! Copying and hashing streams in bounded memory.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

/// How much is in memory at a time.
const BUFFER: usize = 256 * 1024;

/// Size and SHA-256 of what went by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in small hexadecimal digits.
    pub sha256: String,
}

/// Copies all of `from` to `to` and measures it; `on_bytes` is told of every step.
///
/// # Errors
/// What reading or writing reports.
pub fn copy(
    mut from: impl Read,
    mut to: impl Write,
    on_bytes: &dyn Fn(u64),
) -> io::Result<Measured> {
    let mut buffer = vec![0; BUFFER];
    let mut hasher = Sha256::new();
    let mut size = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        size += read as u64;
        on_bytes(read as u64);
    }
    to.flush()?;
    Ok(Measured {
        size,
        sha256: hex(&hasher.finalize()),
    })
}

/// Measures all of `from`.
///
/// # Errors
/// What reading reports.
pub fn measure(from: impl Read) -> io::Result<Measured> {
    copy(from, io::sink(), &|_| {})
}

/// The SHA-256 of `bytes` in small hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `bytes` in small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
