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
    /// A merge left its conflict markers.
    ConflictMarkers = "conflict-markers",
    /// The XML declaration is not the first thing in the file.
    MisplacedDeclaration = "misplaced-declaration",
    /// The declaration says XML 1.1.
    XmlVersion = "xml-version",
    /// Characters that nobody sees, in values or text.
    InvisibleCharacter = "invisible-character",

    // .NET configuration in general.

    /// Settings whose key is there twice.
    DuplicateKey = "duplicate-key",
    /// Settings whose key is there twice with one value.
    RepeatedKey = "repeated-key",
    /// Entries of one key that differ, which .NET refuses.
    RefusedDuplicate = "refused-duplicate",
    /// Equal entries of one key.
    RepeatedEntry = "repeated-entry",
    /// Entries of one key, which IIS refuses.
    RefusedByIis = "refused-by-iis",
    /// A setting of an application is there twice.
    DuplicateSetting = "duplicate-setting",
    /// `clear` behind entries of the same file.
    ClearBehindEntries = "clear-behind-entries",
    /// `clear` drops inherited entries.
    ClearDropsInherited = "clear-drops-inherited",
    /// `configSections` is not the first element.
    ConfigSectionsNotFirst = "config-sections-not-first",
    /// `configSections` is there twice.
    ConfigSectionsTwice = "config-sections-twice",
    /// A section is declared twice.
    SectionDeclaredTwice = "section-declared-twice",
    /// A section that nothing declares.
    UndeclaredSection = "undeclared-section",
    /// The name of a section in the wrong case.
    SectionCase = "section-case",
    /// A section is there twice for the same place.
    SectionTwice = "section-twice",
    /// Text or CDATA where .NET takes elements only.
    TextInSection = "text-in-section",
    /// A `location` elsewhere than directly in the root.
    NestedLocation = "nested-location",
    /// A path of a `location` that .NET refuses.
    LocationPath = "location-path",
    /// An attribute that `location` does not have.
    LocationAttribute = "location-attribute",
    /// An unknown attribute that begins with `lock` or `config`.
    ReservedAttribute = "reserved-attribute",
    /// An entry or attribute that a section does not have.
    UnrecognizedEntry = "unrecognized-entry",
    /// An entry without an attribute that it must have.
    IncompleteEntry = "incomplete-entry",
    /// A setting without `name`, `serializeAs` or `value`.
    IncompleteSetting = "incomplete-setting",
    /// `serializeAs` with an unknown value.
    UnknownSerializeAs = "unknown-serialize-as",
    /// `configSource` beside attributes or elements.
    ConfigSourceNotAlone = "config-source-not-alone",
    /// `configSource` that leads out of the folder.
    ConfigSourceOutside = "config-source-outside",
    /// `configSource` names a file that is not there.
    MissingConfigSource = "missing-config-source",
    /// `file` names a file that is not there.
    MissingSettingsFile = "missing-settings-file",
    /// A sidecar whose root element does not fit.
    SidecarRoot = "sidecar-root",
    /// Redirects of one assembly that contradict each other.
    ConflictingRedirect = "conflicting-redirect",
    /// Redirects of one assembly that say the same.
    RepeatedRedirect = "repeated-redirect",
    /// A redirect whose range ends below the new version.
    RangeEndsEarly = "range-ends-early",
    /// A redirect with a version that .NET cannot read.
    BadRedirect = "bad-redirect",

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
