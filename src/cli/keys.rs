//! Options that say who may read a snapshot, and with what it is read: for
//! every command that makes or opens one.

use std::path::PathBuf;

use clap::Args;

use crate::error::{Failure, Failures};
use crate::io::sealed::{self, KeyError, Keys, Lock};
use crate::snapshot::store::Store;

/// Who may read what is made.
#[derive(Debug, Args)]
pub(super) struct LockArgs {
    /// Encrypts the zip for the holder of this age key (age1...); may be given several times
    #[arg(
        long,
        value_name = "RECIPIENT",
        conflicts_with = "passphrase_file",
        help_heading = "Encryption"
    )]
    encrypt_to: Vec<String>,

    /// Encrypts the zip with the passphrase in this file
    #[arg(long, value_name = "FILE", help_heading = "Encryption")]
    passphrase_file: Option<PathBuf>,
}

/// With what an encrypted snapshot is opened.
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    /// File with the secret key that opens an encrypted snapshot; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "Encryption")]
    identity: Vec<PathBuf>,

    /// File with the passphrase that opens an encrypted snapshot
    #[arg(long, value_name = "FILE", help_heading = "Encryption")]
    passphrase_file: Option<PathBuf>,
}

impl KeyArgs {
    /// The files that hold keys.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.identity.iter().chain(&self.passphrase_file)
    }
}

fn failure(name: impl std::fmt::Display, error: &KeyError) -> Failure {
    Failure::new(error.to_string())
        .in_file(name)
        .help(error.help())
}

/// The lock that was asked for.
pub(super) fn lock(args: &LockArgs) -> Result<Option<Lock>, Failures> {
    if let Some(path) = &args.passphrase_file {
        let passphrase =
            sealed::passphrase(path).map_err(|error| failure(path.display(), &error))?;
        return Ok(Some(Lock::passphrase(passphrase)));
    }
    let mut recipients = Vec::new();
    for (at, text) in args.encrypt_to.iter().enumerate() {
        // The text itself is not shown: it might be a secret key.
        let name = format!("--encrypt-to, number {}", at + 1);
        let recipient = sealed::recipient(text).map_err(|error| failure(name, &error))?;
        recipients.push(recipient);
    }
    Ok((!recipients.is_empty()).then_some(Lock::Recipients(recipients)))
}

/// The keys that were given.
pub(super) fn keys(args: &KeyArgs) -> Result<Keys, Failures> {
    let mut keys = Keys::default();
    for path in &args.identity {
        keys.add_identities(path)
            .map_err(|error| failure(path.display(), &error))?;
    }
    if let Some(path) = &args.passphrase_file {
        let passphrase =
            sealed::passphrase(path).map_err(|error| failure(path.display(), &error))?;
        keys.add_passphrase(passphrase);
    }
    Ok(keys)
}

/// Somebody who gives a key believes that the snapshot is encrypted.
pub(super) fn check_needed(keys: &Keys, stores: &[&Store]) -> Result<(), Failures> {
    if keys.is_empty() || stores.iter().any(|store| store.is_sealed()) {
        return Ok(());
    }
    let names: Vec<String> = stores.iter().map(|store| store.name()).collect();
    let failure = Failure::new("it is not encrypted, so there is nothing that a key could open");
    Err(failure
        .in_file(names.join(", "))
        .help(
            "Leave --identity and --passphrase-file out, or check that this is the right snapshot.",
        )
        .into())
}
