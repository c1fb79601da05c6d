//! Files that a configuration points at: `configSource`, and `file` of `appSettings`.
//!
//! Sources: .NET documentation, "appSettings element" (`file` is optional, is
//! applied after the inline settings and so overrides them, and is ignored when
//! the file is missing) and "General attributes inherited by section elements"
//! (`configSource` holds the whole section; the file must exist).

use crate::xml::{Document, NodeId};

/// A reference to another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// The section that refers to it.
    pub section: NodeId,
    /// `file` or `configSource`.
    pub attribute: &'static str,
    /// The path as written, relative to the folder of the configuration.
    pub path: String,
}

impl Sidecar {
    /// Whether .NET fails when the file is missing.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.attribute == "configSource"
    }

    /// The parts of the path if it stays inside its folder; `None` for
    /// absolute paths, drive letters and `..`.
    #[must_use]
    pub fn inner_path(&self) -> Option<std::path::PathBuf> {
        let parts: Vec<&str> = self.path.split(['\\', '/']).collect();
        let harmless = parts
            .iter()
            .all(|part| !part.is_empty() && *part != ".." && !part.contains(':'));
        harmless.then(|| parts.iter().filter(|part| **part != ".").collect())
    }
}

/// The files that `document` points at, in its order.
#[must_use]
pub fn sidecars(document: &Document) -> Vec<Sidecar> {
    let mut found = Vec::new();
    for node in document.nodes().filter(|node| document.is_element(*node)) {
        let mut add = |attribute: &'static str| {
            if let Some(path) = document
                .value(node, attribute)
                .filter(|path| !path.is_empty())
            {
                found.push(Sidecar {
                    section: node,
                    attribute,
                    path: path.into_owned(),
                });
            }
        };
        add("configSource");
        if document.local_name(node) == "appSettings" {
            add("file");
        }
    }
    found
}
