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
    /// The declaration names an encoding, and the bytes are UTF-8.
    WrongEncoding = "wrong-encoding",
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

    // The upgrade: the URL of the Web Service SDK.

    /// The URL is plain http.
    SdkUrlHttp = "sdk-url-http",
    /// The URL was never set.
    SdkUrlPlaceholder = "sdk-url-placeholder",
    /// The URL names an address or this machine.
    SdkUrlHost = "sdk-url-host",
    /// The URL does not end in the endpoint.
    SdkUrlEndpoint = "sdk-url-endpoint",
    /// The URL holds what no URL holds.
    SdkUrlCharacters = "sdk-url-characters",
    /// The URL names the virtual directory of version 5.
    SdkUrlOldDirectory = "sdk-url-old-directory",
    /// The URL names nearly a known virtual directory.
    SdkUrlMisspeltDirectory = "sdk-url-misspelt-directory",
    /// The URL holds a sample of the documentation.
    SdkUrlSampleSegment = "sdk-url-sample-segment",
    /// The URL names a virtual directory that IIS does not have; across files.
    SdkUrlUnknownDirectory = "sdk-url-unknown-directory",
    /// The URL is empty, or none.
    SdkUrlIncomplete = "sdk-url-incomplete",
    /// An old virtual directory is named elsewhere.
    OldVirtualDirectory = "old-virtual-directory",

    // The upgrade: the account and its flag.

    /// The flag says no, and there is a URL.
    SdkFlagOff = "sdk-flag-off",
    /// The account has no domain.
    SdkUserUnqualified = "sdk-user-unqualified",
    /// The account is written `user@domain`.
    SdkUserPrincipalName = "sdk-user-principal-name",
    /// There is no account.
    SdkUserMissing = "sdk-user-missing",
    /// There is no password.
    SdkPasswordMissing = "sdk-password-missing",

    // The upgrade: names.

    /// A key is nearly a documented one.
    NearKey = "near-key",
    /// The name of a setting is nearly a documented one.
    NearSetting = "near-setting",
    /// An element of the AD FS adapter is nearly a documented one.
    NearElement = "near-element",
    /// Keys of the portal stand in the file of the AD FS adapter.
    KeysInAdapter = "keys-in-adapter",

    // The upgrade: across files.

    /// Credentials of two components differ.
    CredentialsDiffer = "credentials-differ",
    /// The URLs of two components differ.
    SdkUrlDiffers = "sdk-url-differs",
    /// Copies of one component differ.
    CopiesDiffer = "copies-differ",
    /// Files name one server by its old and new virtual directory.
    HalfUpgraded = "half-upgraded",

    // The upgrade: what it destroys or forgets.

    /// A theme is named that is not there.
    ThemeMissing = "theme-missing",
    /// There are themes of the customer's own.
    ThemeCustom = "theme-custom",
    /// The theme that setup overwrites was edited; across files.
    ThemeShippedEdited = "theme-shipped-edited",
    /// Settings stand in another file.
    Sidecar = "sidecar",
    /// A section is encrypted with a key that can be exported.
    EncryptedRsa = "encrypted-rsa",
    /// A section is encrypted with a key of this machine.
    EncryptedDpapi = "encrypted-dpapi",

    // The upgrade: application pools; across files.

    /// The pool has to change with the upgrade.
    PoolNeedsFour = "pool-needs-four",
    /// The pool is older than the application.
    PoolTooOld = "pool-too-old",
    /// The pool is newer than the application.
    PoolTooNew = "pool-too-new",
    /// The pool has the Classic pipeline.
    PoolClassic = "pool-classic",
    /// A site above a component is of .NET 3.5 or older.
    ParentOfOldNet = "parent-of-old-net",

    // The upgrade: the AD FS adapter, and files broken by what was typed in.

    /// The provider is named as version 6 registered it.
    OldProviderName = "old-provider-name",
    /// A password makes the file ill-formed.
    PasswordNotEscaped = "password-not-escaped",
    /// Quotes make the file ill-formed.
    ValueOutsideQuotes = "value-outside-quotes",
    /// The password of the adapter contains `&`.
    AmpersandInPassword = "ampersand-in-password",

    // The upgrade: the product as a whole.

    /// The new product is out of service; once in a run.
    OutOfService = "out-of-service",
    /// The file is of 6.x already.
    NewerAlready = "newer-already",

    // Reported by the run itself.

    /// A suppression that suppresses nothing.
    UnusedSuppression = "unused-suppression",
    /// A suppression that names no rule.
    UnknownSuppression = "unknown-suppression",
    /// A `[[lint.override]]` in conferry.toml that ignores nothing.
    UnusedOverride = "unused-override",
    /// A suppression in a file without a reason.
    SuppressionWithoutReason = "suppression-without-reason",
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
