//! Recipients, secret keys and passphrases as people give them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use age::secrecy::SecretString;
use age::x25519;
use thiserror::Error;

use super::is_sealed;

/// Largest file of a key or a passphrase.
const MAX_KEY_FILE: u64 = 1 << 16;

/// Why a key, a recipient or a passphrase is not used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Somebody gave away a secret.
    #[error("it is a secret key; only its recipient may be given here")]
    SecretAsRecipient,
    /// Some other kind of key.
    #[error("it is no age recipient")]
    NoRecipient,
    /// Too large, or not text.
    #[error("it is no text file of a few lines")]
    NoText,
    /// The key file is protected itself.
    #[error("it is itself encrypted with a passphrase")]
    EncryptedIdentity,
    /// A line that is no key.
    #[error("line {0} is no secret key of age")]
    NoIdentity(usize),
    /// No key at all.
    #[error("there is no secret key in it")]
    EmptyIdentity,
    /// No passphrase.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// More than a passphrase.
    #[error("there is more than one line in it")]
    SeveralLines,
    /// What the system reports.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl KeyError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::SecretAsRecipient => {
                "Give the recipient (age1...), which age-keygen prints as `public key`. If other people may have seen the secret key just given, make a new one."
            }
            Self::NoRecipient => {
                "A recipient begins with age1 and has 62 characters; age-keygen prints it as `public key`. SSH keys and plugins are not supported."
            }
            Self::NoText | Self::NoIdentity(_) | Self::EmptyIdentity => {
                "Give the file that age-keygen wrote; its secret key begins with AGE-SECRET-KEY-1."
            }
            Self::EncryptedIdentity => "Decrypt it first: age -d -o key.txt key.txt.age",
            Self::EmptyPassphrase | Self::SeveralLines => {
                "The file holds the passphrase and nothing else, in one line."
            }
            Self::Io(_) => "Check the path and that you may read it.",
        }
    }
}

/// Reads a recipient: `age1...`.
///
/// # Errors
/// When it is none; the text is not in the message.
pub fn recipient(text: &str) -> Result<x25519::Recipient, KeyError> {
    let text = text.trim();
    if text.to_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Err(KeyError::SecretAsRecipient);
    }
    text.parse().map_err(|_| KeyError::NoRecipient)
}

fn key_file(path: &Path) -> Result<String, KeyError> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_KEY_FILE + 1)
        .read_to_end(&mut bytes)?;
    if is_sealed(&bytes) {
        return Err(KeyError::EncryptedIdentity);
    }
    // PowerShell writes UTF-16 with a byte order mark.
    let (text, _, is_damaged) = encoding_rs::UTF_8.decode(&bytes);
    match is_damaged || bytes.len() as u64 > MAX_KEY_FILE {
        true => Err(KeyError::NoText),
        false => Ok(text.into_owned()),
    }
}

/// Reads a passphrase: the only line of a file.
///
/// # Errors
/// When there is none or more than that.
pub fn passphrase(path: &Path) -> Result<SecretString, KeyError> {
    let text = key_file(path)?;
    let line = text.trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() {
        return Err(KeyError::EmptyPassphrase);
    }
    if line.contains(['\r', '\n']) {
        return Err(KeyError::SeveralLines);
    }
    Ok(SecretString::from(line.to_owned()))
}

/// What may open a file.
#[derive(Default)]
pub struct Keys {
    pub(super) identities: Vec<x25519::Identity>,
    pub(super) passphrase: Option<SecretString>,
}

impl Keys {
    /// Adds the secret keys in a file of age.
    ///
    /// # Errors
    /// When a line is no key; it is not in the message.
    pub fn add_identities(&mut self, path: &Path) -> Result<(), KeyError> {
        let before = self.identities.len();
        for (at, line) in key_file(path)?.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let key = line.parse().map_err(|_| KeyError::NoIdentity(at + 1))?;
                self.identities.push(key);
            }
        }
        match self.identities.len() == before {
            true => Err(KeyError::EmptyIdentity),
            false => Ok(()),
        }
    }

    /// Adds a passphrase.
    pub fn add_passphrase(&mut self, passphrase: SecretString) {
        self.passphrase = Some(passphrase);
    }

    /// Whether there is nothing to open anything with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty() && self.passphrase.is_none()
    }
}
