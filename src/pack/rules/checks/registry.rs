//! The registry of checks: what a lint rule may name where selectors and conditions do not suffice.
//!
//! This is the only list. The type [`super::Kind`], the reading of parameters, the JSON Schema, the table
//! of checks in docs/packs.md and the dispatch in `lint` are made of it: a check is its name, what it
//! looks at, its parameters and its function.

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
                Mentions = "mentions", File, mentions::mentions;
                Once = "once", Estate, once::once;
                BrokenValue = "broken-value", File, broken_value::broken_value;
                OfFact = "fact", File, facts::fact_is;
                MissingFact = "missing-fact", File, facts::missing_fact;
                Differs = "differs", Estate, differs::differs;
                ServiceUrl = "service-url", File, service_url::service_url;
                VirtualDirectory = "virtual-directory", File, virtual_directory::virtual_directory;
                VirtualDirectories = "virtual-directories", Estate, virtual_directory::virtual_directories;
                NearName = "near-name", File, near_name::near_name;
                FolderBeside = "folder-beside", File, folders::folder_beside;
                FoldersDiffer = "folders-differ", Estate, folders::folders_differ;
                SettingsElsewhere = "sidecar", File, kept::sidecar;
                EncryptedSection = "encrypted-section", File, kept::encrypted_section;
                ApplicationPool = "application-pool", Estate, application_pool::application_pool;
                Inherited = "inherited", Estate, application_pool::inherited;
            }
        }
    };
}
pub(crate) use registry;
