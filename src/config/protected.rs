//! Encrypted sections (protected configuration), which no tool can merge without the key.
//!
//! Source: .NET documentation, "Encrypting configuration information using protected configuration".

use crate::xml::{Document, NodeId};

/// An encrypted section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedSection {
    /// Its element.
    pub element: NodeId,
    /// Its path as `aspnet_regiis` takes it: `appSettings`, `applicationSettings/X.Properties.Settings`.
    pub path: String,
    /// The provider that encrypted it, if the section says so.
    pub provider: Option<String>,
}

/// The encrypted sections of `document`.
#[must_use]
pub fn protected_sections(document: &Document) -> Vec<ProtectedSection> {
    document
        .nodes()
        .filter(|node| document.is_element(*node))
        .filter_map(|element| {
            let provider = document.value(element, "configProtectionProvider");
            let encrypted = document.child_named(element, "EncryptedData").is_some();
            (provider.is_some() || encrypted).then(|| ProtectedSection {
                element,
                path: section_path(document, element),
                provider: provider.map(std::borrow::Cow::into_owned),
            })
        })
        .collect()
}

impl ProtectedSection {
    /// Whether its key never leaves the machine that encrypted it.
    #[must_use]
    pub fn is_machine_bound(&self) -> bool {
        self.provider
            .as_deref()
            .is_some_and(|provider| provider.starts_with("DataProtection"))
    }

    /// What it means that another machine shall read it.
    #[must_use]
    pub fn on_another_machine(&self) -> String {
        match self.provider.as_deref() {
            _ if self.is_machine_bound() => {
                "No other machine can ever read it, since its key is bound to the one that encrypted it".to_owned()
            }
            Some(provider) if !provider.starts_with("Rsa") => {
                format!("Whether another machine can read it depends on the provider `{provider}`")
            }
            // RSA is .NET's default.
            _ => "Another machine can read it only with the same RSA key container, which aspnet_regiis exports with -px and -pri and imports with -pi".to_owned(),
        }
    }

    /// The command that decrypts it: `version` is the folder of .NET, such as
    /// `v2.0.50727`, `folder` that of the file.
    #[must_use]
    pub fn decrypt_command(&self, version: &str, folder: &str) -> String {
        let path = &self.path;
        format!(
            "%windir%\\Microsoft.NET\\Framework\\{version}\\aspnet_regiis -pdf \"{path}\" {folder}"
        )
    }

    /// How to decrypt it, on the server that encrypted it.
    #[must_use]
    pub fn decrypt_help(&self) -> String {
        let key = if self.is_machine_bound() {
            "Its key never leaves that server, so do it before you uninstall anything"
        } else {
            "Do it before you uninstall anything"
        };
        let command = self.decrypt_command("v2.0.50727", "<folder of the web.config>");
        format!(
            "On the server that encrypted it run: {command} (v4.0.30319 where the application pool runs .NET 4). {key}; encrypt the merged file with -pef afterwards."
        )
    }
}

/// The names from below the root down to the section; `location` is not part of it.
fn section_path(document: &Document, element: NodeId) -> String {
    let mut names: Vec<&str> = std::iter::successors(Some(element), |node| document.parent(*node))
        .filter(|node| document.is_element(*node) && *node != document.root())
        .map(|node| document.local_name(node))
        .filter(|name| *name != "location")
        .collect();
    names.reverse();
    // The whole of a file that a `configSource` names is a section.
    if names.is_empty() {
        names.push(document.local_name(element));
    }
    names.join("/")
}
