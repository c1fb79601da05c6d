//! Which rules run: `PF101`, all that begin with `PF1`, a name, or `all`.

use thiserror::Error;

use crate::pack::Rules;
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

/// Which rules run, by their position in `Rules::lints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    active: Vec<bool>,
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
            Ok(Self { active })
        } else {
            Err(unknown)
        }
    }

    /// No rule.
    #[must_use]
    pub fn none(rules: &Rules) -> Self {
        Self {
            active: vec![false; rules.lints.len()],
        }
    }

    /// Whether the rule at this position runs.
    #[must_use]
    pub fn has(&self, rule: usize) -> bool {
        self.active.get(rule).copied().unwrap_or(false)
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
            word.eq_ignore_ascii_case("all") || rule.name == word || is_code && begins(id, word)
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
