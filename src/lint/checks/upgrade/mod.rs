//! What breaks when PhoneFactor Agent becomes Azure MFA Server.
//!
//! [`sdk`] knows where a URL of the Web Service SDK can stand, [`account`] what
//! a component uses for it in the end, sidecars included, [`host`] what IIS
//! serves from where. The other files hold the checks, by subject. Names of
//! virtual directories come from the packs; names of settings are those that
//! are documented.

pub(super) mod account;
pub(super) mod directory;
pub(super) mod host;
pub(super) mod kept;
pub(super) mod names;
pub(super) mod pool;
pub(super) mod product;
pub(super) mod sdk;
pub(super) mod settings;
pub(super) mod theme;
pub(super) mod url;

use crate::xml::Document;

/// Ids of components in the pack of the product.
pub(super) const PORTAL: &str = "user-portal";
pub(super) const MOBILE: &str = "mobile-app-web-service";
pub(super) const SDK: &str = "web-service-sdk";
pub(super) const ADAPTER: &str = "adfs-adapter";

/// For which .NET a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// .NET 2.0 or 3.5: up to 6.x of the product.
    Two,
    /// .NET 4: from 7.0 on.
    Four,
}

/// For which .NET `document` was written, where it says so.
pub(super) fn generation(document: &Document) -> Option<Generation> {
    let root = document.root();
    let web = document.child_named(root, "system.web");
    let targets_four = ["compilation", "httpRuntime"].iter().any(|name| {
        web.and_then(|web| document.child_named(web, name))
            .and_then(|element| document.value(element, "targetFramework"))
            .is_some_and(|version| version.starts_with('4'))
    });
    if targets_four {
        return Some(Generation::Four);
    }
    let sections = document.child_named(root, "configSections")?;
    let mut types = document
        .subtree(sections)
        .filter_map(|node| document.value(node, "type"));
    types.find_map(|name| match name {
        _ if name.contains("Version=4.0.0.0") => Some(Generation::Four),
        _ if name.contains("Version=2.0.0.0") || name.contains("Version=3.5.0.0") => {
            Some(Generation::Two)
        }
        _ => None,
    })
}
