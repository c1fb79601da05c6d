//! Encryption with age: files that only the holder of a key can read.
//!
//! Writing streams; reading can begin anywhere, so nothing is ever decrypted
//! onto a disk. Every byte that is read is authenticated, and so is the length:
//! a changed, shortened or lengthened file is an error. Keys and passphrases
//! never appear in messages.

mod keys;
mod scratch;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use age::secrecy::{ExposeSecret, SecretString};
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, Identity, scrypt, x25519};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use thiserror::Error;

pub use keys::{KeyError, Keys, passphrase, recipient};
pub use scratch::Scratch;

/// How an age file begins.
const MAGIC: &[u8] = b"age-encryption.org/v";
/// How an age file in letters begins.
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE";
/// Largest header that is read: thousands of recipients.
const MAX_HEADER: usize = 1 << 20;
/// Most work that a passphrase may ask for, as a power of two: 1 GiB of memory.
const MAX_WORK: u8 = 20;

/// Reading from any place.
pub trait ReadSeek: Read + Seek {}
impl<R: Read + Seek> ReadSeek for R {}

/// Who will be able to read.
pub enum Lock {
    /// The holders of these keys.
    Recipients(Vec<x25519::Recipient>),
    /// Whoever knows the passphrase.
    Passphrase(scrypt::Recipient),
}

impl Lock {
    /// Whoever knows `passphrase`.
    #[must_use]
    pub fn passphrase(passphrase: SecretString) -> Self {
        Self::Passphrase(scrypt::Recipient::new(passphrase))
    }

    /// Encrypts what is written into it; call its `finish` at the end.
    ///
    /// # Errors
    /// What writing reports.
    pub fn writer<W: Write>(&self, to: W) -> io::Result<StreamWriter<W>> {
        let mut recipients: Vec<&dyn age::Recipient> = Vec::new();
        match self {
            Self::Recipients(keys) => {
                recipients.extend(keys.iter().map(|key| key as &dyn age::Recipient));
            }
            Self::Passphrase(passphrase) => recipients.push(passphrase),
        }
        Encryptor::with_recipients(recipients.into_iter())
            .map_err(io::Error::other)?
            .wrap_output(to)
    }
}

/// Why an encrypted file cannot be read.
#[derive(Debug, Error)]
pub enum SealError {
    /// No key was given.
    #[error("it is encrypted for the holders of certain keys")]
    NeedsIdentity,
    /// No passphrase was given.
    #[error("it is encrypted with a passphrase")]
    NeedsPassphrase,
    /// None of the keys fits.
    #[error("it is encrypted, and none of the given keys opens it")]
    WrongIdentity,
    /// Another passphrase.
    #[error("it is encrypted with another passphrase")]
    WrongPassphrase,
    /// It would take too long.
    #[error("to open it takes 2^{0} steps and as many KiB of memory, more than conferry spends")]
    TooMuchWork(u8),
    /// The form in letters.
    #[error("it is encrypted and written in letters (armored)")]
    Armored,
    /// A format that is not known.
    #[error("it is encrypted in a format that is not known")]
    Unknown,
    /// Not as it was written.
    #[error("it is damaged or not whole: {0}")]
    Damaged(String),
    /// What the system reports.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
}

impl SealError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NeedsIdentity => "Give the file with the secret key by --identity.",
            Self::NeedsPassphrase => "Give a file with the passphrase by --passphrase-file.",
            Self::WrongIdentity => {
                "Give the secret key of one of the recipients it was made for by --identity."
            }
            Self::WrongPassphrase => {
                "Check the file given by --passphrase-file; spaces and capitals count."
            }
            Self::TooMuchWork(_) => "Decrypt it with age -d, and check where it came from.",
            Self::Armored => {
                "Decrypt it first: age -d -o before.zip FILE. conferry then reads the zip."
            }
            Self::Unknown => "A newer age may have made it. Decrypt it first with age -d.",
            Self::Damaged(_) => "Nothing was written. Use another copy of this snapshot.",
            Self::Io(_) => "Check the path and that you may read it.",
        }
    }
}

impl From<io::Error> for SealError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Io(error),
        }
    }
}

/// Whether the file that begins with `head` is encrypted with age, in any form.
#[must_use]
pub fn is_sealed(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || head.starts_with(ARMOR)
}

/// A file that was opened with a key, and can be opened again without.
pub struct SealedFile {
    path: PathBuf,
    key: FileKey,
}

impl SealedFile {
    /// Opens the file with whatever of `keys` fits, and checks its length.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn open(path: &Path, keys: &Keys) -> Result<Self, SealError> {
        let decryptor = decryptor(path)?;
        let is_passphrase = decryptor.is_scrypt();
        let mut given: Vec<Box<dyn Identity>> = Vec::new();
        if is_passphrase {
            let passphrase = keys.passphrase.clone().ok_or(SealError::NeedsPassphrase)?;
            let mut identity = scrypt::Identity::new(passphrase);
            identity.set_max_work_factor(MAX_WORK);
            given.push(Box::new(identity));
        } else if keys.identities.is_empty() {
            return Err(SealError::NeedsIdentity);
        } else {
            let keys = keys.identities.iter().cloned();
            given.extend(keys.map(|key| Box::new(key) as Box<dyn Identity>));
        }
        let remembering = Remembering {
            given,
            found: Mutex::new(None),
        };
        let opened = decryptor.decrypt(std::iter::once(&remembering as &dyn Identity));
        let reader = opened.map_err(|error| match error {
            DecryptError::ExcessiveWork { required, .. } => SealError::TooMuchWork(required),
            DecryptError::InvalidMac => {
                SealError::Damaged("its header is not what it was".to_owned())
            }
            DecryptError::NoMatchingKeys
            | DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed => match is_passphrase {
                true => SealError::WrongPassphrase,
                false => SealError::WrongIdentity,
            },
            error => header_error(error),
        })?;
        SealedReader::new(reader)?;
        let found = remembering.found.into_inner().ok().flatten();
        Ok(Self {
            path: path.to_owned(),
            key: found.ok_or(SealError::WrongIdentity)?,
        })
    }

    /// Reads it.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn reader(&self) -> Result<SealedReader, SealError> {
        let known = Remembering {
            given: Vec::new(),
            found: Mutex::new(Some(copy_of(&self.key))),
        };
        let opened = decryptor(&self.path)?
            .decrypt(std::iter::once(&known as &dyn Identity))
            .map_err(header_error)?;
        Ok(SealedReader::new(opened)?)
    }
}

fn decryptor(path: &Path) -> Result<Decryptor<BufReader<File>>, SealError> {
    let mut file = BufReader::new(File::open(path)?);
    let mut head = Vec::new();
    (&mut file).take(MAX_HEADER as u64).read_to_end(&mut head)?;
    if head.starts_with(ARMOR) {
        return Err(SealError::Armored);
    }
    // The library would look for the end of a header for as long as the file goes on.
    let is_whole = head.windows(5).any(|part| part == b"\n--- ");
    if !is_whole {
        return Err(SealError::Damaged("its header has no end".to_owned()));
    }
    file.rewind()?;
    Decryptor::new_buffered(file).map_err(header_error)
}

fn header_error(error: DecryptError) -> SealError {
    match error {
        DecryptError::Io(error) => error.into(),
        DecryptError::UnknownFormat => SealError::Unknown,
        _ => SealError::Damaged("its header is not what it was".to_owned()),
    }
}

/// Keeps the key of the file once it was found: a passphrase costs a second each time.
struct Remembering {
    given: Vec<Box<dyn Identity>>,
    found: Mutex<Option<FileKey>>,
}

fn copy_of(key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|copy: &mut [u8; FILE_KEY_BYTES]| {
        copy.copy_from_slice(key.expose_secret());
    })
}

impl Identity for Remembering {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let mut found = self.found.lock().ok()?;
        if let Some(key) = &*found {
            return Some(Ok(copy_of(key)));
        }
        let unwrapped = self
            .given
            .iter()
            .find_map(|identity| identity.unwrap_stanzas(stanzas));
        if let Some(Ok(key)) = &unwrapped {
            *found = Some(copy_of(key));
        }
        unwrapped
    }
}

/// Reads the content of an encrypted file, from any place.
pub struct SealedReader {
    inner: StreamReader<BufReader<File>>,
    at: u64,
    size: u64,
}

impl SealedReader {
    fn new(mut inner: StreamReader<BufReader<File>>) -> io::Result<Self> {
        // To ask for the end proves that the file was not shortened or lengthened.
        let size = inner.seek(SeekFrom::End(0))?;
        inner.rewind()?;
        Ok(Self { inner, at: 0, size })
    }
}

impl Read for SealedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.inner.read(&mut buffer[..wanted])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for SealedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        // The library does not expect places behind the end.
        let target = target
            .filter(|target| *target <= self.size)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no such place in it"))?;
        if target < self.size {
            self.inner.seek(SeekFrom::Start(target))?;
        }
        self.at = target;
        Ok(target)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Seek, SeekFrom, Write};

    use super::{Keys, Lock, SealError, SealedFile};
    use age::x25519;

    /// Bytes whose place can be told, around the borders of age's chunks of 64 KiB.
    fn content(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at * 31 % 251) as u8).collect()
    }

    #[test]
    fn any_place_of_any_size_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let identity = x25519::Identity::generate();
        let lock = Lock::Recipients(vec![identity.to_public()]);
        let keys = Keys {
            identities: vec![identity],
            passphrase: None,
        };
        for size in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let content = content(size);
            let mut file = lock.writer(std::fs::File::create(&path).unwrap()).unwrap();
            file.write_all(&content).unwrap();
            file.finish().unwrap();
            let sealed = SealedFile::open(&path, &keys).unwrap();
            let mut reader = sealed.reader().unwrap();
            for at in [0, 65_536, 1, 65_535, 131_072, 70_000, size, 3] {
                if at > size {
                    assert!(reader.seek(SeekFrom::Start(at as u64)).is_err());
                    continue;
                }
                reader.seek(SeekFrom::Start(at as u64)).unwrap();
                let mut read = Vec::new();
                reader.read_to_end(&mut read).unwrap();
                assert!(read == content[at..], "{size} from {at}");
                assert!(reader.seek(SeekFrom::Current(1)).is_err());
            }
            // Shortened and lengthened.
            let whole = std::fs::read(&path).unwrap();
            for changed in [&whole[..whole.len() - 1], &[&whole[..], b"x"].concat()[..]] {
                std::fs::write(&path, changed).unwrap();
                let opened = SealedFile::open(&path, &keys);
                assert!(matches!(opened, Err(SealError::Damaged(_))), "{size}");
            }
        }
    }
}
