//! For which .NET a configuration was written.

use crate::word::words;
use crate::xml::Document;

/// A generation of .NET Framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// .NET 2.0, 3.0 or 3.5.
    Two,
    /// .NET 4.
    Four,
}

words! {
    Framework {
        /// .NET 2.0, 3.0 or 3.5
        Two = "v2.0",
        /// .NET 4
        Four = "v4.0",
    }
}

/// For which .NET `document` was written, where it says so.
#[must_use]
pub fn written_for(document: &Document) -> Option<Framework> {
    let root = document.root();
    let web = document.child_named(root, "system.web");
    let targets_four = ["compilation", "httpRuntime"].iter().any(|name| {
        web.and_then(|web| document.child_named(web, name))
            .and_then(|element| document.value(element, "targetFramework"))
            .is_some_and(|version| version.starts_with('4'))
    });
    if targets_four {
        return Some(Framework::Four);
    }
    let sections = document.child_named(root, "configSections")?;
    let mut types = document
        .subtree(sections)
        .filter_map(|node| document.value(node, "type"));
    types.find_map(|name| match name {
        _ if name.contains("Version=4.0.0.0") => Some(Framework::Four),
        _ if name.contains("Version=2.0.0.0") || name.contains("Version=3.5.0.0") => {
            Some(Framework::Two)
        }
        _ => None,
    })
}
