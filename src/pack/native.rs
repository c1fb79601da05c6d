//! The vocabulary of native checks: what a lint rule may name where selectors
//! and conditions do not suffice. The checks themselves are in `lint::native`.

macro_rules! natives {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A check written in Rust. A rule of a pack gives it its id, severity and texts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Native {
            $($(#[$doc])* $variant,)*
        }

        impl Native {
            /// Every check with the name that packs use.
            pub const ALL: &[(&str, Self)] = &[$(($name, Self::$variant),)*];
        }
    };
}

natives! {
    // XML hygiene: also on texts that are no documents.

    /// The text is not well-formed.
    NotWellFormed = "not-well-formed",
    /// The document has a DOCTYPE.
    Doctype = "doctype",
    /// The bytes are not text in the encoding that they or the declaration name.
    BadEncoding = "bad-encoding",
    /// A control or other character that XML forbids.
    ForbiddenCharacter = "forbidden-character",
    /// Two kinds of line ends.
    MixedLineEnds = "mixed-line-ends",

    // .NET configuration in general.

    /// Settings whose key is there twice.
    DuplicateKey = "duplicate-key",

    // The upgrade: across files.

    /// Credentials of two components differ.
    CredentialsDiffer = "credentials-differ",

    // Reported by the run itself.

    /// A suppression that suppresses nothing.
    UnusedSuppression = "unused-suppression",
    /// A suppression that names no rule.
    UnknownSuppression = "unknown-suppression",
}

impl Native {
    /// The name that packs use.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, native)| *native == self)
            .map_or("", |(name, _)| name)
    }
}
