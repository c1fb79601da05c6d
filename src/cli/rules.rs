//! Which rules a command runs with.

use std::path::PathBuf;

use clap::Args;

use crate::config::identity::IdentityTable;
use crate::config::secrets::SecretTable;
use crate::error::Failure;
use crate::pack::Rules;
use crate::pack::rules::{Mark, Provenance, RewriteGuards, VirtualDirectory};
use crate::xml::selector::Selector;

/// The option that adds rule packs.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// Adds a rule pack, or all packs of a folder; later ones override by id
    #[arg(long, value_name = "FILE|DIR", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
}

/// The built-in rules with the packs at `extra` on top.
pub(super) fn load_rules(extra: &[PathBuf]) -> Result<Rules, Vec<Failure>> {
    // TEMPORARY: stands in until `pack::load` exists; replace the body by a call of it.
    if let Some(path) = extra.first() {
        return Err(vec![
            Failure::new("rule packs cannot be loaded yet")
                .in_file(path.display())
                .help("Run without --rules."),
        ]);
    }
    Ok(fallback())
}

/// TEMPORARY: what the built-in packs say about this upgrade, in code.
fn fallback() -> Rules {
    let provenance = |id: &str| Provenance {
        id: id.to_owned(),
        pack: "phonefactor-to-mfa".to_owned(),
        summary: String::new(),
        why: String::new(),
        source: String::new(),
        mark: Mark::Documented,
    };
    let directory = |id: &str, component: &str, old: &str, new: &str| VirtualDirectory {
        provenance: provenance(id),
        component: component.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
    };
    let mut secrets = SecretTable::default();
    for selector in [
        "//add[contains(lower-case(@key),'password')]/@value",
        "//WebServiceSdkPassword/text()",
    ] {
        if let Ok(selector) = Selector::parse(selector) {
            secrets.add_selector(selector);
        }
    }
    if let Ok(part) = regex::Regex::new(r#"(?i)(?:password|pwd)\s*=\s*([^;"'\s&<>]+)"#) {
        secrets.add_part(part);
    }
    if let Ok(words) = regex::Regex::new("(?i)password|passwd|pwd|secret|api_?key|token") {
        secrets.set_words(words);
    }
    Rules {
        identities: IdentityTable::default(),
        secrets,
        virtual_directories: vec![
            directory("vdir-portal", "portal", "PhoneFactor", "MultiFactorAuth"),
            directory(
                "vdir-sdk",
                "sdk",
                "PhoneFactorWebServiceSdk",
                "MultiFactorAuthWebServiceSdk",
            ),
            directory(
                "vdir-mobile",
                "mobile",
                "PhoneFactorPhoneAppWebService",
                "MultiFactorAuthMobileAppWebService",
            ),
        ],
        guards: RewriteGuards {
            never_hosts: vec!["*.phonefactor.com".into(), "*.phonefactor.net".into()],
            never_below: vec!["App_Themes".into()],
            never_files: vec!["applicationHost.config".into()],
        },
        ..Rules::default()
    }
}
