//! Temporary files that only this process can read.

use std::fs::File;
use std::io::{self, BufReader, Seek, Write};

use age::{Decryptor, Identity, x25519};

use super::{Lock, ReadSeek, SealedReader};

/// A temporary file; a secret one can be read by this process only.
pub struct Scratch {
    file: File,
    key: Option<x25519::Identity>,
}

impl Scratch {
    /// Uses `file` for it.
    #[must_use]
    pub fn new(file: File, is_secret: bool) -> Self {
        Self {
            file,
            key: is_secret.then(x25519::Identity::generate),
        }
    }

    /// Fills it anew.
    ///
    /// # Errors
    /// What `fill` or writing reports.
    pub fn fill<T>(
        &mut self,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<T>,
    ) -> io::Result<T> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        let mut to = io::BufWriter::new(&self.file);
        let Some(key) = &self.key else {
            let filled = fill(&mut to)?;
            to.flush()?;
            return Ok(filled);
        };
        let mut sealed = Lock::Recipients(vec![key.to_public()]).writer(to)?;
        let filled = fill(&mut sealed)?;
        sealed.finish()?.flush()?;
        Ok(filled)
    }

    /// Reads what was filled in.
    ///
    /// # Errors
    /// What reading reports.
    pub fn into_reader(mut self) -> io::Result<Box<dyn ReadSeek + Send>> {
        self.file.rewind()?;
        let file = BufReader::new(self.file);
        let Some(key) = &self.key else {
            return Ok(Box::new(file));
        };
        let opened = Decryptor::new_buffered(file).map_err(io::Error::other)?;
        let key: &dyn Identity = key;
        let reader = opened
            .decrypt(std::iter::once(key))
            .map_err(io::Error::other)?;
        Ok(Box::new(SealedReader::new(reader)?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Seek};

    use super::Scratch;

    #[test]
    fn a_secret_temporary_file_does_not_hold_what_was_written() {
        let content: Vec<u8> = (0..100_000).map(|at| (at * 31 % 251) as u8).collect();
        for is_secret in [false, true] {
            let file = tempfile::tempfile().unwrap();
            let mut scratch = Scratch::new(file.try_clone().unwrap(), is_secret);
            for size in [100_000, 70_000] {
                scratch.fill(|to| to.write_all(&content[..size])).unwrap();
            }
            let mut raw = Vec::new();
            (&file).rewind().unwrap();
            (&file).read_to_end(&mut raw).unwrap();
            assert_eq!(raw == content[..70_000], !is_secret);
            let mut read = Vec::new();
            scratch
                .into_reader()
                .unwrap()
                .read_to_end(&mut read)
                .unwrap();
            assert!(read == content[..70_000]);
        }
    }
}
