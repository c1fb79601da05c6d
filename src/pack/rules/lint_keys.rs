//! The tables within a `[[lint]]` row, which nest.

use super::keys::{Kind, Nested, nested};
use super::lint::{Applicability, ExampleEncoding, ValueType};
use crate::word::Word;

nested! {
    /// What must hold; all keys must.
    pub CONDITION "a condition" "Condition" {
        /// The value that the tests are about, if not the selected one: a path.
        selector "of": Kind::Text,
        /// The fact whose value the tests are about.
        optional "fact": Kind::Text,
        /// Services that the file certainly uses.
        optional "uses": Kind::Texts,
        /// Services that the file certainly does not use.
        optional "avoids": Kind::Texts,
        /// Paths that lead somewhere.
        selector "exists": Kind::Texts,
        /// Paths that lead nowhere.
        selector "missing": Kind::Texts,
        /// `equals` and `one-of` ignore case.
        optional "ignore-case": Kind::Flag,
        /// The value is one of these, white space around it aside.
        secret "one-of": Kind::Texts,
        /// The value is this, white space around it aside.
        secret "equals": Kind::Text,
        /// The regular expression is found in the value.
        optional "matches": Kind::Text,
        /// The value is of this type.
        optional "is": Kind::Word(ValueType::explained),
        /// The value is the one that the path leads to.
        selector "same-as": Kind::Text,
        /// The value is another one than that which the path leads to.
        selector "differs-from": Kind::Text,
        /// The value is the one of this fact.
        optional "same-as-fact": Kind::Text,
        /// The value is another one than that of this fact.
        optional "differs-from-fact": Kind::Text,
        /// The value is empty but for white space, or is not.
        optional "empty": Kind::Flag,
        /// The value is a URL whose parts meet these conditions: `url = { scheme = { equals = "http" } }`.
        secret "url": Kind::One(&URL_PARTS),
        /// How many elements a path leads to.
        secret "count": Kind::Many(&COUNT),
        /// One of these holds.
        secret "any": Kind::Many(&CONDITION),
        /// All of these hold.
        secret "all": Kind::Many(&CONDITION),
        /// This does not hold.
        secret "not": Kind::One(&CONDITION),
    }
}

nested! {
    /// Conditions for parts of a URL. A part that is not there meets no test.
    pub URL_PARTS "`url`" "UrlParts" {
        /// `https`, in lower case.
        secret "scheme": Kind::One(&CONDITION),
        /// `mfa.example.com`, in lower case.
        secret "host": Kind::One(&CONDITION),
        /// `8443`.
        secret "port": Kind::One(&CONDITION),
        /// `/Folder/page.asmx`.
        optional "path": Kind::One(&CONDITION),
        /// What follows `?`.
        secret "query": Kind::One(&CONDITION),
        /// What stands before `@`.
        secret "user": Kind::One(&CONDITION),
    }
}

nested! {
    /// How many elements a path leads to.
    pub COUNT "`count`" "Count" {
        /// The path.
        required_selector "of": Kind::Text,
        /// How many at least.
        optional "at-least": Kind::Number,
        /// How many at most.
        optional "at-most": Kind::Number,
    }
}

nested! {
    /// The change that cures a finding: `set`, `replace`, `set-attribute` or `remove`. A check makes its own.
    pub FIX "`fix`" "Fix" {
        /// What it does, as an order.
        required "title": Kind::Text,
        /// How far it can be trusted.
        required "applicability": Kind::Word(Applicability::explained),
        /// The selected value becomes this.
        secret "set": Kind::Text,
        /// The regular expression whose matches in the selected value are replaced.
        secret "replace": Kind::Text,
        /// What takes their place; `$1` is the first group.
        secret "with": Kind::Text,
        /// The attribute of the selected element that gets the value `to`; it is added if need be.
        optional "set-attribute": Kind::Text,
        /// Its value.
        secret "to": Kind::Text,
        /// The selected attribute, text or element goes, with its line if nothing else is on it.
        optional "remove": Kind::Flag,
    }
}

nested! {
    /// An example.
    pub EXAMPLE "an example" "Example" {
        /// The text of the file.
        secret "text": Kind::Text,
        /// Its path; `web.config` without it.
        optional "path": Kind::Text,
        /// Several files: `files = { "portal/web.config" = "…", "mobile/web.config" = "…" }`; a `conferry.toml` at the
        /// top among them counts.
        secret "files": Kind::Named,
        /// How the files are encoded.
        optional "encoding": Kind::Word(ExampleEncoding::explained),
        /// In `invalid` ones of a rule with a fix: the first file after all its fixes.
        secret "fixed": Kind::Text,
    }
}
