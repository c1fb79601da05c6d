//! The registry of checks: what a lint rule may name where selectors and conditions do not suffice.
//!
//! This is the only list. The type [`super::Kind`], the reader of parameters and the dispatch in
//! `lint` are made of it: a check is its name, what it looks at, its parameters and its function.

/// Hands the list to the macro `$then`. A check of `plain` takes no parameters and words its messages
/// itself; `run` are checks that the run itself reports; one of `general` is named like the type of its
/// parameters and leaves its messages to the rule.
macro_rules! registry {
    ($then:ident) => {
        $then! {
            plain {
                // XML hygiene: also on texts that are no documents.
                /// The text is not well-formed.
                NotWellFormed = "not-well-formed", File, text::not_well_formed;
                /// The document has a DOCTYPE.
                Doctype = "doctype", File, text::doctype;
                /// The bytes are not text in the encoding that they or the declaration name.
                BadEncoding = "bad-encoding", File, text::bad_encoding;
                /// A control or other character that XML forbids.
                ForbiddenCharacter = "forbidden-character", File, text::forbidden_character;
                /// Two kinds of line ends.
                MixedLineEnds = "mixed-line-ends", File, text::mixed_line_ends;
                /// A merge left its conflict markers.
                ConflictMarkers = "conflict-markers", File, text::conflict_markers;
                /// The XML declaration is not the first thing in the file.
                MisplacedDeclaration = "misplaced-declaration", File, text::misplaced_declaration;
                /// The declaration names an encoding, and the bytes are UTF-8.
                WrongEncoding = "wrong-encoding", File, text::wrong_encoding;
                /// The declaration says XML 1.1.
                XmlVersion = "xml-version", File, text::xml_version;
                /// Characters that nobody sees, in values or text.
                InvisibleCharacter = "invisible-character", File, text::invisible_character;
                // .NET configuration in general.
                /// Settings whose key is there twice.
                DuplicateKey = "duplicate-key", File, collections::duplicate_key;
                /// Settings whose key is there twice with one value.
                RepeatedKey = "repeated-key", File, collections::repeated_key;
                /// Entries of one key that differ, which .NET refuses.
                RefusedDuplicate = "refused-duplicate", File, collections::refused_duplicate;
                /// Equal entries of one key.
                RepeatedEntry = "repeated-entry", File, collections::repeated_entry;
                /// Entries of one key, which IIS refuses.
                RefusedByIis = "refused-by-iis", File, collections::refused_by_iis;
                /// A setting of an application is there twice.
                DuplicateSetting = "duplicate-setting", File, collections::duplicate_setting;
                /// `clear` behind entries of the same file.
                ClearBehindEntries = "clear-behind-entries", File, collections::clear_behind_entries;
                /// `clear` drops inherited entries.
                ClearDropsInherited = "clear-drops-inherited", File, collections::clear_drops_inherited;
                /// `configSections` is not the first element.
                ConfigSectionsNotFirst = "config-sections-not-first", File, sections::config_sections_not_first;
                /// `configSections` is there twice.
                ConfigSectionsTwice = "config-sections-twice", File, sections::config_sections_twice;
                /// A section is declared twice.
                SectionDeclaredTwice = "section-declared-twice", File, sections::section_declared_twice;
                /// A section that nothing declares.
                UndeclaredSection = "undeclared-section", File, sections::undeclared_section;
                /// The name of a section in the wrong case.
                SectionCase = "section-case", File, sections::section_case;
                /// A section is there twice for the same place.
                SectionTwice = "section-twice", File, sections::section_twice;
                /// Text or CDATA where .NET takes elements only.
                TextInSection = "text-in-section", File, location::text_in_section;
                /// A `location` elsewhere than directly in the root.
                NestedLocation = "nested-location", File, location::nested_location;
                /// A path of a `location` that .NET refuses.
                LocationPath = "location-path", File, location::location_path;
                /// An attribute that `location` does not have.
                LocationAttribute = "location-attribute", File, location::location_attribute;
                /// An unknown attribute that begins with `lock` or `config`.
                ReservedAttribute = "reserved-attribute", File, location::reserved_attribute;
                /// An entry or attribute that a section does not have.
                UnrecognizedEntry = "unrecognized-entry", File, settings::unrecognized_entry;
                /// An entry without an attribute that it must have.
                IncompleteEntry = "incomplete-entry", File, settings::incomplete_entry;
                /// A setting without `name`, `serializeAs` or `value`.
                IncompleteSetting = "incomplete-setting", File, settings::incomplete_setting;
                /// `serializeAs` with an unknown value.
                UnknownSerializeAs = "unknown-serialize-as", File, settings::unknown_serialize_as;
                /// `configSource` beside attributes or elements.
                ConfigSourceNotAlone = "config-source-not-alone", File, sidecars::config_source_not_alone;
                /// `configSource` that leads out of the folder.
                ConfigSourceOutside = "config-source-outside", File, sidecars::config_source_outside;
                /// `configSource` names a file that is not there.
                MissingConfigSource = "missing-config-source", File, sidecars::missing_config_source;
                /// `file` names a file that is not there.
                MissingSettingsFile = "missing-settings-file", File, sidecars::missing_settings_file;
                /// A sidecar whose root element does not fit.
                SidecarRoot = "sidecar-root", File, sidecars::sidecar_root;
                /// Redirects of one assembly that contradict each other.
                ConflictingRedirect = "conflicting-redirect", File, bindings::conflicting_redirect;
                /// Redirects of one assembly that say the same.
                RepeatedRedirect = "repeated-redirect", File, bindings::repeated_redirect;
                /// A redirect whose range ends below the new version.
                RangeEndsEarly = "range-ends-early", File, bindings::range_ends_early;
                /// A redirect with a version that .NET cannot read.
                BadRedirect = "bad-redirect", File, bindings::bad_redirect;
                // The upgrade: the URL of the Web Service SDK.
                /// The URL is plain http.
                SdkUrlHttp = "sdk-url-http", File, upgrade::url::plain_http;
                /// The URL was never set.
                SdkUrlPlaceholder = "sdk-url-placeholder", File, upgrade::url::placeholder;
                /// The URL names an address or this machine.
                SdkUrlHost = "sdk-url-host", File, upgrade::url::not_the_certificates_name;
                /// The URL does not end in the endpoint.
                SdkUrlEndpoint = "sdk-url-endpoint", File, upgrade::url::without_endpoint;
                /// The URL holds what no URL holds.
                SdkUrlCharacters = "sdk-url-characters", File, upgrade::url::bad_characters;
                /// The URL names the virtual directory of version 5.
                SdkUrlOldDirectory = "sdk-url-old-directory", File, upgrade::directory::old_name;
                /// The URL names nearly a known virtual directory.
                SdkUrlMisspeltDirectory = "sdk-url-misspelt-directory", File, upgrade::directory::misspelt_name;
                /// The URL holds a sample of the documentation.
                SdkUrlSampleSegment = "sdk-url-sample-segment", File, upgrade::url::sample_segment;
                /// The URL names a virtual directory that IIS does not have; across files.
                SdkUrlUnknownDirectory = "sdk-url-unknown-directory", Estate, upgrade::directory::not_there;
                /// The URL is empty, or none.
                SdkUrlIncomplete = "sdk-url-incomplete", File, upgrade::url::incomplete;
                /// An old virtual directory is named elsewhere.
                OldVirtualDirectory = "old-virtual-directory", File, upgrade::directory::elsewhere;
                // The upgrade: the account and its flag.
                /// The flag says no, and there is a URL.
                SdkFlagOff = "sdk-flag-off", File, upgrade::settings::flag_off;
                /// The account has no domain.
                SdkUserUnqualified = "sdk-user-unqualified", File, upgrade::settings::user_unqualified;
                /// The account is written `user@domain`.
                SdkUserPrincipalName = "sdk-user-principal-name", File, upgrade::settings::user_principal_name;
                /// There is no account.
                SdkUserMissing = "sdk-user-missing", File, upgrade::settings::user_missing;
                /// There is no password.
                SdkPasswordMissing = "sdk-password-missing", File, upgrade::settings::password_missing;
                // The upgrade: names.
                /// A key is nearly a documented one.
                NearKey = "near-key", File, upgrade::names::near_key;
                /// The name of a setting is nearly a documented one.
                NearSetting = "near-setting", File, upgrade::names::near_setting;
                /// An element of the AD FS adapter is nearly a documented one.
                NearElement = "near-element", File, upgrade::names::near_element;
                /// Keys of the portal stand in the file of the AD FS adapter.
                KeysInAdapter = "keys-in-adapter", File, upgrade::names::keys_in_adapter;
                // The upgrade: across files.
                /// Credentials of two components differ.
                CredentialsDiffer = "credentials-differ", Estate, across::credentials_differ;
                /// The URLs of two components differ.
                SdkUrlDiffers = "sdk-url-differs", Estate, across::sdk_url_differs;
                /// Copies of one component differ.
                CopiesDiffer = "copies-differ", Estate, across::copies_differ;
                /// Files name one server by its old and new virtual directory.
                HalfUpgraded = "half-upgraded", Estate, upgrade::product::half_upgraded;
                // The upgrade: what it destroys or forgets.
                /// A theme is named that is not there.
                ThemeMissing = "theme-missing", File, upgrade::theme::missing;
                /// There are themes of the customer's own.
                ThemeCustom = "theme-custom", File, upgrade::theme::custom;
                /// The theme that setup overwrites was edited; across files.
                ThemeShippedEdited = "theme-shipped-edited", Estate, upgrade::theme::shipped_edited;
                /// Settings stand in another file.
                Sidecar = "sidecar", File, upgrade::kept::sidecar;
                /// A section is encrypted with a key that can be exported.
                EncryptedRsa = "encrypted-rsa", File, upgrade::kept::encrypted_rsa;
                /// A section is encrypted with a key of this machine.
                EncryptedDpapi = "encrypted-dpapi", File, upgrade::kept::encrypted_dpapi;
                // The upgrade: application pools; across files.
                /// The pool has to change with the upgrade.
                PoolNeedsFour = "pool-needs-four", Estate, upgrade::pool::needs_four_after;
                /// The pool is older than the application.
                PoolTooOld = "pool-too-old", Estate, upgrade::pool::too_old;
                /// The pool is newer than the application.
                PoolTooNew = "pool-too-new", Estate, upgrade::pool::too_new;
                /// The pool has the Classic pipeline.
                PoolClassic = "pool-classic", Estate, upgrade::pool::classic;
                /// A site above a component is of .NET 3.5 or older.
                ParentOfOldNet = "parent-of-old-net", Estate, upgrade::pool::parent_of_old_net;
                // The upgrade: the AD FS adapter, and files broken by what was typed in.
                // The upgrade: the product as a whole.
                /// The file is of 6.x already.
                NewerAlready = "newer-already", File, upgrade::product::newer_already;
            }
            run {
                /// A suppression that suppresses nothing.
                UnusedSuppression = "unused-suppression";
                /// A suppression that names no rule.
                UnknownSuppression = "unknown-suppression";
                /// A `[[lint.override]]` in conferry.toml that ignores nothing.
                UnusedOverride = "unused-override";
                /// A suppression in a file without a reason.
                SuppressionWithoutReason = "suppression-without-reason";
            }
            general {
                /// Texts that a file should not hold.
                Mentions = "mentions", File, mentions::mentions;
                /// Said once in a run.
                Once = "once", Estate, once::once;
                /// A file that is not well-formed because of how a value was typed in.
                BrokenValue = "broken-value", File, broken_value::broken_value;
            }
        }
    };
}
pub(crate) use registry;
