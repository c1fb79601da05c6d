//! Words of packs that are about rules themselves.

use crate::word::words;

/// How well a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A public document says so.
    Documented,
    /// Concluded from documents or from source code.
    Inferred,
}

words! {
    Mark {
        /// a public text says so
        Documented = "documented",
        /// concluded from such texts or from source code (the default)
        Inferred = "inferred",
    }
}

/// A side of the upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Before it.
    Old,
    /// After it.
    New,
}

words! {
    Version {
        /// before the upgrade
        Old = "old",
        /// after it
        New = "new",
    }
}

/// What becomes of an administrator's file that has no counterpart in the new version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WithoutNew {
    /// It waits for one: the upgrade is not whole without it.
    #[default]
    Blocks,
    /// It stays in use, with virtual directories renamed.
    Stays,
}

words! {
    WithoutNew {
        /// the upgrade waits for the new file (the default)
        Blocks = "blocks",
        /// the old file stays in use, with virtual directories renamed
        Stays = "stays",
    }
}

/// When a policy applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum When {
    /// Always.
    #[default]
    Always,
    /// Only in a merge without a base file.
    WithoutBase,
}

words! {
    When {
        /// always (the default)
        Always = "always",
        /// only in a merge without a base file
        WithoutBase = "without-base",
    }
}

/// What a merge policy can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Takes the administrator's value.
    TakeOld,
    /// Takes the value of the newly installed file.
    TakeNew,
    /// Takes the value the old version shipped with.
    TakeBase,
    /// Does not carry it.
    Drop,
    /// Puts a value.
    Set,
    /// Carries it under another key or name.
    Rename,
    /// Carries it with a pattern replaced.
    Rewrite,
    /// Wants a value.
    Require,
    /// Leaves it to people.
    Conflict,
    /// Takes the higher version.
    HigherVersion,
    /// Takes both, the administrator's first.
    TakeBoth,
    /// Takes both, the new file's first.
    TakeBothNewFirst,
}

words! {
    Deed {
        /// takes the administrator's value
        TakeOld = "take-old",
        /// takes the value of the new file
        TakeNew = "take-new",
        /// takes the value that the old version shipped with
        TakeBase = "take-base",
        /// does not carry it
        Drop = "drop",
        /// puts `value`; the path must name a value
        Set = "set",
        /// carries it under the key or name `to`; the path must name an element that an attribute of its own
        /// identifies. Where the file has that key already the rule is not applied, and the report says so
        Rename = "rename",
        /// carries it with `pattern` (a regular expression) replaced by `replacement` (`$1` is the first group,
        /// `${1}x` that group and an x, `$$` a dollar sign)
        Rewrite = "rewrite",
        /// must end up with a value that is not empty
        Require = "require",
        /// is never decided automatically when the sides differ
        Conflict = "conflict",
        /// takes the higher of two versions that both sides changed: numbers (`4.0.0.0`), NuGet versions
        /// (`1.0.0-beta.2`), ranges by their upper end, target frameworks (`net472`, `.NETFramework,Version=v4.7.2`).
        /// Where one cannot be read, or they cannot be compared, it is a conflict
        HigherVersion = "higher-version",
        /// where order matters and both sides put something in one place (`both-inserted`), takes both, the
        /// administrator's first; the path names the element around them. Between branches, ours counts as the old one
        TakeBoth = "take-both",
        /// the same, the new file's first
        TakeBothNewFirst = "take-both-new-first",
    }
}
