//! The rules that settle the conflicts of a `merge`: one to paste, or all of them as a pack.
//!
//! Promises ids that are the same in every run and different for different places, and no secret in
//! an id, a path or a comment.

use std::fmt::Write as _;

use super::Report;
use super::conflicts::ConflictLine;
use super::text::values_of;
use crate::io::stream::sha256;
use crate::merge::offers::Take;
use crate::pack::rules::{ComponentId, PolicyId};
use crate::present::plain::{plain_line, written_out};

/// Digits of the hash in an id.
const DIGITS: usize = 6;
/// How long the readable part of an id may be.
const MAX_SLUG: usize = 60;

/// A `[[merge]]` row that settles a conflict.
#[derive(Debug)]
pub(super) struct SettlingRule {
    /// Its id.
    pub(super) id: PolicyId,
    /// The component that it is for.
    pub(super) component: Option<ComponentId>,
    /// The address, or the path of the rule that it takes the place of.
    pub(super) path: String,
    /// What it may do; not empty.
    pub(super) actions: Vec<&'static str>,
    /// Whether it takes the place of a rule that requires a value.
    pub(super) replaces: bool,
}

impl SettlingRule {
    /// The row with `action`, which is one of `actions`.
    pub(super) fn row(&self, action: &str) -> String {
        let mut row = format!("[[merge]]\nid = {}\n", quoted(self.id.as_str()));
        if let Some(component) = &self.component {
            let _ = writeln!(row, "component = {}", quoted(component.as_str()));
        }
        let _ = write!(
            row,
            "path = {}\naction = {}",
            quoted(&self.path),
            quoted(action)
        );
        let others: Vec<String> = (self.actions.iter())
            .filter(|other| **other != action)
            .map(|other| quoted(other))
            .collect();
        if self.replaces {
            row.push_str("   # or give the setting a value in the old file");
        } else if !others.is_empty() {
            let _ = write!(row, "   # or {}", others.join(" or "));
        }
        row.push('\n');
        row
    }

    /// The row with the first of its actions.
    pub(super) fn first(&self) -> String {
        self.row(self.actions.first().copied().unwrap_or_default())
    }
}

/// The actions of an offer, in its order.
pub(super) fn actions(offer: &[Take]) -> Vec<&'static str> {
    offer.iter().map(|take| take.action().name()).collect()
}

/// The id of a rule for `address`, secrets masked, in files of `component`.
pub(in crate::present) fn id_for(address: &str, component: Option<&ComponentId>) -> PolicyId {
    let mut slug = String::new();
    let readable = address.strip_prefix("/configuration/").unwrap_or(address);
    let mut in_name = false;
    for letter in readable.chars() {
        // `[@key='X']` is short for X.
        in_name = letter == '[' || in_name && letter != '=';
        if in_name {
            continue;
        }
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() && letter != '\'' {
            slug.push('-');
        }
    }
    slug.truncate(MAX_SLUG);
    let mut hash =
        sha256(format!("{}\0{address}", component.map_or("", ComponentId::as_str)).as_bytes());
    hash.truncate(DIGITS);
    let parts = ["settle", slug.trim_matches('-'), &hash];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    PolicyId::new(&parts.join("-"))
}

/// `text` as a basic string of TOML.
pub(in crate::present) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// `text` as it may stand in a comment of TOML.
pub(in crate::present) fn comment(text: &str) -> String {
    let mut out = String::from("#");
    for letter in plain_line(text).chars() {
        if out.len() == 1 {
            out.push(' ');
        }
        match letter {
            '\t' => out.push(' '),
            _ if letter.is_control() => out.push_str(&written_out(letter)),
            _ => out.push(letter),
        }
    }
    out.push('\n');
    out
}

impl Report {
    /// The rules of conflicts as a pack; `choose` gives the action for a conflict (by its position)
    /// out of those that its rule has, or leaves it out. `None` if that leaves no rule at all.
    #[must_use]
    pub fn pack(&self, choose: impl Fn(usize) -> Option<&'static str>) -> Option<String> {
        let base = self.files.base.as_deref();
        let mut text = comment("Rules that settle the conflicts of a merge of");
        for (name, file) in [
            ("base", base),
            ("old", Some(self.files.old.as_str())),
            ("new", Some(self.files.new.as_str())),
        ] {
            if let Some(file) = file {
                text.push_str(&comment(&format!("  {name:<4}  {file}")));
            }
        }
        text.push_str(&comment(
            "Look at each action, change it where another one is right, and run again with --rules.",
        ));
        let mut rules = 0;
        for (at, conflict) in self.conflicts.iter().enumerate() {
            let action = choose(at);
            match (&conflict.settling, action) {
                (Some(rule), Some(action)) if self.repeats(at).is_none() => {
                    text.push('\n');
                    text.push_str(&self.heading(at, conflict));
                    text.push_str(&rule.row(action));
                    rules += 1;
                }
                (None, _) => {
                    text.push('\n');
                    text.push_str(&self.heading(at, conflict));
                    text.push_str(&comment(&format!("  {}", conflict.address)));
                    text.push_str(&comment(conflict.by_hand.unwrap_or_default()));
                }
                _ => {}
            }
        }
        (rules > 0).then_some(text)
    }

    fn heading(&self, at: usize, conflict: &ConflictLine) -> String {
        let (number, all) = (at + 1, self.conflicts.len());
        let title = format!("Conflict {number} of {all}: {}", conflict.meaning);
        let mut heading = comment(&title);
        for line in values_of(&self.files, conflict) {
            heading.push_str(&comment(&format!("  {line}")));
        }
        for sentence in &conflict.details {
            heading.push_str(&comment(sentence));
        }
        heading
    }

    /// The conflict whose rule settles the one at a position too, since they have one address.
    #[must_use]
    pub fn repeats(&self, conflict: usize) -> Option<usize> {
        let rule = self.conflicts[conflict].settling.as_ref()?;
        let first = self.settled.get(&rule.path)?.first;
        (first < conflict).then_some(first)
    }

    /// How many conflicts there are.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.conflicts.len()
    }

    /// The actions that settle the conflict at a position; empty if no rule does.
    #[must_use]
    pub fn actions(&self, conflict: usize) -> &[&'static str] {
        &self.conflicts[conflict].actions
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::pack::rules::ComponentId;

    use super::{comment, id_for, quoted};
    use crate::xml::selector::Selector;

    #[test]
    fn ids_say_what_they_are_about_and_differ() {
        let color = "/configuration/appSettings/add[@key='Smtp Host']/@value";
        let id = id_for(color, None);
        assert!(
            id.as_str()
                .starts_with("settle-appsettings-add-smtp-host-value-"),
            "{id}"
        );
        assert_eq!(id, id_for(color, None));
        let others = [
            id_for(color, Some(&ComponentId::known("portal"))),
            id_for(
                "/configuration/appSettings/add[@key='smtp host']/@value",
                None,
            ),
            id_for(
                "/configuration/appSettings/add[@key='Smtp-Host']/@value",
                None,
            ),
        ];
        assert!(others.iter().all(|other| *other != id), "{others:?}");
        let long = format!("/configuration/{}", "Über-lang/".repeat(40));
        for address in [long.as_str(), "/", "/ü", "/configuration"] {
            let id = id_for(address, None).to_string();
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(
                id.bytes().all(plain) && id.len() < 80 && !id.contains("--"),
                "{id}"
            );
        }
    }

    #[test]
    fn any_text_is_quoted_and_commented_on_one_line() {
        for text in ["a\"b\\c", "a\nb\r\n\tc", "\u{0}\u{7f}\u{85}", "é'"] {
            let row = format!("{}a = {}\n", comment(text), quoted(text));
            let table: toml::Table = row.parse().unwrap();
            assert_eq!(table["a"].as_str(), Some(text));
            assert_eq!(row.lines().count(), 2);
        }
        assert!(Selector::parse("/a[@b='x\ny']").is_ok());
    }
}
