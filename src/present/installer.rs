//! Files that were read out of an installer, as reports name them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::installer::shipped::{How, Origin};

/// Where an input comes from that was read out of an installer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InputLine {
    /// `base` or `new`.
    role: &'static str,
    /// The installer, as the user named it.
    installer: String,
    installer_sha256: String,
    /// What it installs.
    product: String,
    version: String,
    product_code: String,
    /// Where the file would be installed.
    path: String,
    /// The cabinet that it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    cabinet: Option<String>,
    /// SHA-256 of the file.
    sha256: String,
    /// How the file was found in the installer, in words.
    found: &'static str,
}

impl InputLine {
    /// The origin of the input with this role.
    #[must_use]
    pub fn of(role: &'static str, origin: &Origin) -> Self {
        let product = &origin.product;
        Self {
            role,
            installer: origin.installer.clone(),
            installer_sha256: origin.installer_sha256.clone(),
            product: product.name.clone(),
            version: product.version.clone(),
            product_code: product.code.clone(),
            path: origin.path.clone(),
            cabinet: origin.cabinet.clone(),
            sha256: origin.sha256.clone(),
            found: match origin.how {
                How::Path => "by its path, which was given",
                How::Name => "by its name, and its content says what it is",
                How::NameAlone => "by its name alone: its content does not say what it is",
                How::Content => "by its content: no file of it has the wanted name",
            },
        }
    }

    /// What it is an input as.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Where {} comes from", self.role)
    }

    /// All of it in one line for people.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}; {}", self.place(), self.digests())
    }

    /// All of it for people at a terminal, in lines that end.
    #[must_use]
    pub fn lines(&self) -> String {
        let (title, place, digests) = (self.title(), self.place(), self.digests());
        format!("{title}: {place}\n  {digests}\n")
    }

    fn digests(&self) -> String {
        let (installer, file) = (&self.installer_sha256, &self.sha256);
        format!("SHA-256 of the installer {installer}, of the file {file}")
    }

    fn place(&self) -> String {
        let cabinet = match &self.cabinet {
            Some(cabinet) => format!("cabinet {cabinet}, "),
            None => String::new(),
        };
        format!(
            "{} {}, product code {}: {}, {cabinet}{}, found {}",
            self.product, self.version, self.product_code, self.installer, self.path, self.found
        )
    }
}
