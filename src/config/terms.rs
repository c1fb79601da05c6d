//! Words of packs that say how names and elements of a configuration relate.

use crate::word::words;

/// How values of an identity compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// Character by character.
    #[default]
    Exactly,
    /// Without regard to case.
    IgnoreCase,
    /// As the name of an assembly: simple name, culture and public key token count,
    /// version and architecture do not.
    AssemblyName,
}

words! {
    Compare {
        /// character by character (the default)
        Exactly = "exactly",
        /// without case, as `ignore-case` says it
        IgnoreCase = "ignore-case",
        /// as names of assemblies, by simple name, culture and public key token
        AssemblyName = "assembly-name",
    }
}

/// What several elements with one identity under one parent mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Nothing is known about it.
    #[default]
    Unsaid,
    /// The last one counts.
    LastWins,
    /// The first one counts.
    FirstWins,
    /// .NET takes them only while they are equal.
    RefusedByNet,
    /// IIS takes one only.
    RefusedByIis,
}

words! {
    Duplicates {
        /// nothing is known (the default)
        Unsaid = "distinct",
        /// the last one counts
        LastWins = "last-wins",
        /// the first one counts
        FirstWins = "first-wins",
        /// .NET takes them only while they are equal
        RefusedByNet = "refused-by-net",
        /// IIS takes one only
        RefusedByIis = "refused-by-iis",
    }
}

/// Where the entry is that a name points at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Within {
    /// Anywhere in the document.
    #[default]
    Document,
    /// Below the element that has the name.
    Element,
}

words! {
    Within {
        /// anywhere in the file (the default)
        Document = "document",
        /// below the element that has the name
        Element = "element",
    }
}
