//! Which rules run: `PF101`, all that begin with `PF1`, a name, or `all`.

use thiserror::Error;

use super::settings::Policies;
use super::subject::Subject;
use crate::pack::Rules;
use crate::pack::lint::Severity;
use crate::pack::problem::nearest;

/// A word that means no rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{word}` is no rule")]
pub struct UnknownRule {
    /// The word.
    pub word: String,
    /// What it was probably meant to be.
    pub nearest: Option<String>,
}

/// Which rules run, by their position in `Rules::lints`; for files with a
/// conferry.toml, what that says.
#[derive(Clone, Debug)]
pub struct Selection {
    active: Vec<bool>,
    policies: Policies,
}

impl Selection {
    /// All rules, or those that `select` names, without those that `ignore` names.
    ///
    /// # Errors
    /// Every word that means no rule.
    pub fn new(
        rules: &Rules,
        select: &[String],
        ignore: &[String],
    ) -> Result<Self, Vec<UnknownRule>> {
        let mut active = vec![select.is_empty(); rules.lints.len()];
        let mut unknown = Vec::new();
        for (words, to) in [(select, true), (ignore, false)] {
            for word in words {
                let named = named(rules, word);
                if named.is_empty() {
                    unknown.push(unknown_rule(rules, word));
                }
                for at in named {
                    active[at] = to;
                }
            }
        }
        if unknown.is_empty() {
            Ok(Self {
                active,
                policies: Policies::default(),
            })
        } else {
            Err(unknown)
        }
    }

    /// No rule.
    #[must_use]
    pub fn none(rules: &Rules) -> Self {
        Self {
            active: vec![false; rules.lints.len()],
            policies: Policies::default(),
        }
    }

    /// With what conferry.toml files say.
    #[must_use]
    pub fn with(self, policies: Policies) -> Self {
        Self { policies, ..self }
    }

    /// Without these rules on files that have no conferry.toml.
    #[must_use]
    pub fn without(mut self, rules: impl IntoIterator<Item = usize>) -> Self {
        for rule in rules {
            self.active[rule] = false;
        }
        self
    }

    /// What conferry.toml files say.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Whether the rule at this position runs on files without a conferry.toml.
    #[must_use]
    pub fn has(&self, rule: usize) -> bool {
        self.active.get(rule).copied().unwrap_or(false)
    }

    /// Whether it runs on any file.
    #[must_use]
    pub fn has_anywhere(&self, rule: usize) -> bool {
        self.has(rule) || self.policies.has_anywhere(rule)
    }

    /// Whether it runs on this file.
    #[must_use]
    pub fn has_for(&self, subject: &Subject, rule: usize) -> bool {
        self.of(subject)(rule)
    }

    /// Which rules run on this file.
    pub fn of(&self, subject: &Subject) -> impl Fn(usize) -> bool + use<'_> {
        let policy = self.policies.of(&subject.label).map(|(policy, _)| policy);
        move |rule| match policy {
            Some(policy) => policy.has(rule),
            None => self.has(rule),
        }
    }

    /// From which severity on a finding in this file fails a run, if its conferry.toml says so.
    #[must_use]
    pub fn fail_on(&self, subject: &Subject) -> Option<Severity> {
        self.policies.of(&subject.label)?.0.fail_on
    }
}

/// The positions of the rules that `word` means.
#[must_use]
pub fn named(rules: &Rules, word: &str) -> Vec<usize> {
    let word = word.trim();
    let is_code = word.len() >= 2 && word.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    rules
        .lints
        .iter()
        .enumerate()
        .filter(|(_, rule)| {
            let id = &rule.provenance.id;
            word.eq_ignore_ascii_case("all")
                || rule.name == word
                || is_code && begins(id.as_str(), word)
        })
        .map(|(at, _)| at)
        .collect()
}

/// Whether `word` is `id`, or a beginning of it that ends with its letters or later.
fn begins(id: &str, word: &str) -> bool {
    let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
    word.len() >= letters
        && id
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// What to say about a word that means no rule.
#[must_use]
pub fn unknown_rule(rules: &Rules, word: &str) -> UnknownRule {
    let known = rules.lints.iter();
    let words = known.flat_map(|rule| [rule.provenance.id.as_str(), rule.name.as_str()]);
    UnknownRule {
        word: word.to_owned(),
        nearest: nearest(word, words).map(str::to_owned),
    }
}
