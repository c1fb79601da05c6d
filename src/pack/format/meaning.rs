//! Tables that say what is true of a configuration as such: what a merge of branches needs.

use toml::Spanned;

use super::row::Row;
use super::table::{About, Declaration, Field, Key, Kind, Table, Text, read_key, rows, single};
use crate::config::terms::{Compare, Duplicates, Within};
use crate::pack::rules::terms::{Deed, When};

single! {
    /// What the pack is; optional in your own files.
    ["pack"] "Head" Head {
        /// Id of the pack: a-z, 0-9 and -. Without it, the name of the file.
        optional id: Option<Text>,
        /// One line for people.
        optional title: Option<Text>,
        /// Version of the pack.
        optional version: Option<Text>,
        /// What the pack is for.
        optional summary: Option<Text>,
    }
}

single! {
    /// Attributes that may identify an element which no row speaks of; added to those of earlier packs.
    ["discovery"] "Discovery" Discovery {
        /// Names of attributes, best first.
        optional attributes: Vec<Text>,
    }
}

rows! {
    /// What tells an element from its siblings, and what several of one identity mean. Without `id`, a row
    /// replaces the one for the same `element`.
    [["identity"]] "Identity" IdentityRow {
        optional id,
        "summary" = "One line for people.",
        /// What identifies it: `@key` or `child/@name`; `[]` means that its name alone does.
        required by: Vec<Text>,
        /// Local names of the element and its nearest ancestors: `appSettings/add`. A list of them in a row without
        /// `id`.
        required element: Vec<Text>,
        /// What tells those apart that agree in `by`; `@subStatusCode=-1` also says what a missing attribute means.
        optional then_by: Vec<Text>,
        /// Whether these values compare without case.
        optional ignore_case: bool,
        /// How values compare, where it is not by case alone.
        optional compare: Option<Spanned<Compare>>,
        /// What several elements with one identity mean.
        optional duplicates: Option<Spanned<Duplicates>>,
        /// Whether there can be one of this name only under its parent; with `by = []`.
        optional once: bool,
        /// For a `remove`: the local name of the entries of its own identity that it takes out of the collection.
        optional removes: Option<Text>,
        /// Whether the element with all it holds is one setting.
        optional entry: bool,
        /// An attribute besides the identity whose value no other one under its parent may have: the `id` of an IIS
        /// site.
        optional unique: Option<Text>,
    }
}

rows! {
    /// An element whose children mean something else in another order.
    [["order"]] "Order" OrderRow {
        optional id,
        "summary" = "One line for people.",
        /// Local names of the element and its nearest ancestors.
        required element: Option<Text>,
    }
}

rows! {
    /// A name that points at an entry elsewhere in the file.
    [["reference"]] "Reference" ReferenceRow {
        optional id,
        "summary" = "One line for people.",
        /// Element and attribute that hold the name: `membership/@defaultProvider`, or `@connectionStringName` at any
        /// element. A list of them in a row without `id`.
        required from: Vec<Text>,
        /// The entries that it can name, and the attribute with their name: `membership/providers/add/@name`;
        /// `{@binding}` as a step is the value of `binding` beside the name.
        required to: Option<Text>,
        /// Where the entries are.
        optional within: Option<Spanned<Within>>,
        /// Whether the names compare without case.
        optional ignore_case: bool,
        /// Whether it holds several names with commas between.
        optional list: bool,
        /// How names are written within values, with `*` for the name: `${*}`; a name ends at a brace or a colon. With
        /// `from = "@*"` they are looked for in all attributes and texts.
        optional form: Option<Text>,
        /// An attribute beside it with which it names nothing: the `type` of a listener.
        optional unless: Option<Text>,
        /// Names that machine.config or IIS brings, so that the file need not have them.
        optional inherited: Vec<Text>,
    }
}

rows! {
    /// Sections that need no declaration in the file that uses them.
    [["section-group"]] "SectionGroup" SectionGroupRow {
        optional id,
        "summary" = "One line for people.",
        /// `configuration`, or the path of a group below it: `system.web/caching`.
        required path: Option<Text>,
        /// Names of the sections and groups in it.
        required members: Vec<Text>,
    }
}

rows! {
    /// What must not be shown.
    [["secret"]] "Secret" SecretRow {
        required id,
        "summary" = "One line for people.",
        /// Selectors of secret values.
        selector select: Vec<Text>,
        /// Attributes of this name, texts and values (`<password value=…>`) of elements, and entries; `*` at an end
        /// stands for anything, `*_` at the beginning for whole words (`*_pass`: `SmtpPass`, not `bypass`).
        optional names: Vec<Text>,
        /// Words in the key or name of an entry (`<add key=… value=…>`, `<setting name=…>`) whose value is secret; with
        /// `*` before it, the key ends in the word.
        optional keys: Vec<Text>,
        /// Regular expressions with one group: the secret within any value.
        optional parts: Vec<Text>,
        /// Words: `parts` are only looked for in values that contain one of them.
        optional beside: Vec<Text>,
        /// Words that make a comment, or a line of a text without structure, secret.
        optional words: Vec<Text>,
        /// Names that are no secrets although another row has them; only with `--allow-unmasking`.
        optional except: Vec<Text>,
    }
}

rows! {
    /// A merge policy; a later one wins over an earlier one.
    [["merge"]] "Merge" MergeRow {
        required id,
        "summary" = "One line for people.",
        /// Id of the component that it is for.
        optional component: Option<Text>,
        /// Selector of what it covers: a value, or an element with all it holds.
        required_selector path: Option<Text>,
        /// What it does.
        required action: Option<Spanned<Deed>>,
        /// The value that `set` puts.
        secret value: Option<Text>,
        /// The key or name that `rename` gives.
        optional to: Option<Text>,
        /// The regular expression that `rewrite` looks for.
        secret pattern: Option<Text>,
        /// What `rewrite` puts; `$1` is the first group.
        secret replacement: Option<Text>,
        /// When it applies.
        optional when: Option<Spanned<When>>,
    }
}
