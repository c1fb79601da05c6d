//! Differences between environments: a host, a database, a virtual directory that stands for another one.

use serde::Deserialize;

use super::change::{Change, Kind};
use super::parts::Parts;
use crate::config::secrets::{MASK, masked};
use crate::pack::Rules;
use crate::xml::address::Leaf;

/// What stands for what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environments {
    /// In the order in which they are applied.
    #[serde(default)]
    pub same: Vec<Same>,
}

/// Two texts that mean the same, each in its own environment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Same {
    /// What the first side has.
    pub from: String,
    /// What the second side has in its place.
    pub to: String,
}

impl Environments {
    /// The mapping that a file says.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What the changes themselves tell: names of hosts, databases and the like that changed to the same
    /// other one at least twice, and never to anything else.
    #[must_use]
    pub fn learned(changes: &[Change<'_>], rules: &Rules) -> Self {
        let mut seen: Vec<(Same, usize)> = Vec::new();
        for change in changes {
            let Some((before, after)) = values(change) else {
                continue;
            };
            let place = change.place();
            let is_secret = rules.secrets.is_secret(
                &rules.identities,
                place.document,
                place.element,
                &place.leaf,
            );
            if is_secret {
                continue;
            }
            // No secret stands for another one.
            let [before, after] = [before, after].map(|value| {
                let parts = rules.secrets.secret_parts(&value);
                masked(&value, parts, |_| MASK.to_owned())
            });
            let Some(Parts::Named(parts)) = Parts::of(&before, &after) else {
                continue;
            };
            for part in parts {
                let (Some(from), Some(to)) = (part.before, part.after) else {
                    continue;
                };
                match seen
                    .iter_mut()
                    .find(|(same, _)| same.from == from && same.to == to)
                {
                    Some((_, count)) => *count += 1,
                    None => seen.push((Same { from, to }, 1)),
                }
            }
        }
        let contradicted = |same: &Same| {
            let others = seen.iter().filter(|(other, _)| other.from == same.from);
            others.count() > 1
        };
        let is_name = |text: &str| text.len() >= 3 && text.chars().any(char::is_alphabetic);
        let mut same: Vec<Same> = seen
            .iter()
            .filter(|(same, count)| *count > 1 && !contradicted(same))
            .filter(|(same, _)| is_name(&same.from) && is_name(&same.to))
            .map(|(same, _)| same.clone())
            .collect();
        // A longer name may hold a shorter one.
        same.sort_by_key(|same| std::cmp::Reverse(same.from.len()));
        Self { same }
    }

    /// Of each change, the row that explains it, if the rows together explain all of it.
    #[must_use]
    pub fn explain(&self, changes: &[Change<'_>]) -> Vec<Option<usize>> {
        changes.iter().map(|change| self.explains(change)).collect()
    }

    fn explains(&self, change: &Change<'_>) -> Option<usize> {
        let (before, after) = values(change)?;
        let mut mapped = before;
        let mut first = None;
        for (at, same) in self.same.iter().enumerate() {
            if !same.from.is_empty() && mapped.contains(&same.from) {
                mapped = mapped.replace(&same.from, &same.to);
                first.get_or_insert(at);
            }
        }
        first.filter(|_| mapped == after)
    }
}

/// Both values of a change of one.
fn values(change: &Change<'_>) -> Option<(String, String)> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let is_value = matches!(change.kind, Kind::Changed) && before.leaf != Leaf::Element;
    is_value.then_some(())?;
    Some((before.value()?, after.value()?))
}
