//! What a merge read and wrote, with what, and what its result was held to.

use schemars::JsonSchema;
use serde::Serialize;

use crate::io::stream::sha256;
use crate::pack::Rules;
use crate::pack::rules::PackId;
use crate::present::installer::InputLine;

/// All that.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct About {
    /// The version of conferry.
    tool: &'static str,
    /// The rule packs, in the order they were loaded.
    packs: Vec<Pack>,
    /// Of the inputs that were read out of an installer, where they come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) inputs: Vec<InputLine>,
    /// The files that were read, and the result.
    digests: Vec<DigestLine>,
    /// What the result was held to, with what came of it.
    checks: Vec<Check>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Pack {
    id: PackId,
    version: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct DigestLine {
    /// `base`, `old`, `new` or `result`.
    role: &'static str,
    bytes: usize,
    sha256: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Check {
    name: &'static str,
    verdict: &'static str,
}

impl About {
    /// `files`: of each its role and its bytes. `has_conflicts`: what was held to the checks has one side's
    /// half of each conflict.
    #[must_use]
    pub fn of(
        rules: &Rules,
        files: &[(&'static str, &[u8])],
        inputs: Vec<InputLine>,
        has_conflicts: bool,
    ) -> Self {
        let mut about = Self {
            tool: concat!("conferry ", env!("CARGO_PKG_VERSION")),
            packs: (rules.packs.iter())
                .map(|pack| Pack {
                    id: pack.id.clone(),
                    version: pack.version.clone(),
                })
                .collect(),
            inputs,
            digests: (files.iter())
                .map(|(role, bytes)| DigestLine {
                    role,
                    bytes: bytes.len(),
                    sha256: sha256(bytes),
                })
                .collect(),
            checks: vec![
                Check {
                    name: "Second reader",
                    verdict: "agrees: it sees the same elements, attributes, texts and comments",
                },
                Check {
                    name: "Structure",
                    verdict: "no fault that none of the inputs had",
                },
                Check {
                    name: ".NET's own reader",
                    verdict: "not asked, since it is no part of conferry",
                },
            ],
        };
        if has_conflicts {
            about.checks.insert(
                0,
                Check {
                    name: "What was checked",
                    verdict: "the result with one side's half of each conflict, not what is between markers",
                },
            );
        }
        about
    }

    /// As names and values for people.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let mut facts = vec![("Made by".to_owned(), self.tool.to_owned())];
        let packs: Vec<String> = (self.packs.iter())
            .map(|pack| {
                format!("{} {}", pack.id, pack.version)
                    .trim_end()
                    .to_owned()
            })
            .collect();
        facts.push(("Rule packs".to_owned(), packs.join(", ")));
        for line in &self.inputs {
            facts.push((line.title(), line.line()));
        }
        for line in &self.digests {
            facts.push((
                format!("SHA-256 of {}", line.role),
                format!("{} ({} bytes)", line.sha256, line.bytes),
            ));
        }
        for check in &self.checks {
            facts.push((check.name.to_owned(), check.verdict.to_owned()));
        }
        facts
    }
}
