//! Checks that selectors and conditions cannot say. Each has its id, severity
//! and texts in a rule pack; what is here finds the places and words the facts.

mod across;
mod bindings;
mod causes;
mod collections;
mod location;
mod sections;
mod settings;
mod sidecars;
mod text;
mod upgrade;

use super::check::Check;
use crate::pack::native::Native;

/// What a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One file, be it a document or not.
    File,
    /// All files of the run at once.
    Estate,
    /// Nothing: the run itself reports it.
    Run,
}

/// What `native` looks at.
#[must_use]
pub fn scope(native: Native) -> Scope {
    match native {
        Native::CredentialsDiffer
        | Native::SdkUrlDiffers
        | Native::CopiesDiffer
        | Native::HalfUpgraded
        | Native::SdkUrlUnknownDirectory
        | Native::ThemeShippedEdited
        | Native::PoolNeedsFour
        | Native::PoolTooOld
        | Native::PoolTooNew
        | Native::PoolClassic
        | Native::ParentOfOldNet
        | Native::OutOfService => Scope::Estate,
        Native::UnusedSuppression
        | Native::UnknownSuppression
        | Native::UnusedOverride
        | Native::SuppressionWithoutReason => Scope::Run,
        _ => Scope::File,
    }
}

/// Runs `native`.
pub fn run(native: Native, check: &mut Check<'_>) {
    match native {
        Native::NotWellFormed => text::not_well_formed(check),
        Native::Doctype => text::doctype(check),
        Native::BadEncoding => text::bad_encoding(check),
        Native::ForbiddenCharacter => text::forbidden_character(check),
        Native::MixedLineEnds => text::mixed_line_ends(check),
        Native::ConflictMarkers => text::conflict_markers(check),
        Native::MisplacedDeclaration => text::misplaced_declaration(check),
        Native::WrongEncoding => text::wrong_encoding(check),
        Native::XmlVersion => text::xml_version(check),
        Native::InvisibleCharacter => text::invisible_character(check),
        Native::DuplicateKey => collections::duplicate_key(check),
        Native::RepeatedKey => collections::repeated_key(check),
        Native::RefusedDuplicate => collections::refused_duplicate(check),
        Native::RepeatedEntry => collections::repeated_entry(check),
        Native::RefusedByIis => collections::refused_by_iis(check),
        Native::DuplicateSetting => collections::duplicate_setting(check),
        Native::ClearBehindEntries => collections::clear_behind_entries(check),
        Native::ClearDropsInherited => collections::clear_drops_inherited(check),
        Native::ConfigSectionsNotFirst => sections::config_sections_not_first(check),
        Native::ConfigSectionsTwice => sections::config_sections_twice(check),
        Native::SectionDeclaredTwice => sections::section_declared_twice(check),
        Native::UndeclaredSection => sections::undeclared_section(check),
        Native::SectionCase => sections::section_case(check),
        Native::SectionTwice => sections::section_twice(check),
        Native::TextInSection => location::text_in_section(check),
        Native::NestedLocation => location::nested_location(check),
        Native::LocationPath => location::location_path(check),
        Native::LocationAttribute => location::location_attribute(check),
        Native::ReservedAttribute => location::reserved_attribute(check),
        Native::UnrecognizedEntry => settings::unrecognized_entry(check),
        Native::IncompleteEntry => settings::incomplete_entry(check),
        Native::IncompleteSetting => settings::incomplete_setting(check),
        Native::UnknownSerializeAs => settings::unknown_serialize_as(check),
        Native::ConfigSourceNotAlone => sidecars::config_source_not_alone(check),
        Native::ConfigSourceOutside => sidecars::config_source_outside(check),
        Native::MissingConfigSource => sidecars::missing_config_source(check),
        Native::MissingSettingsFile => sidecars::missing_settings_file(check),
        Native::SidecarRoot => sidecars::sidecar_root(check),
        Native::ConflictingRedirect => bindings::conflicting_redirect(check),
        Native::RepeatedRedirect => bindings::repeated_redirect(check),
        Native::RangeEndsEarly => bindings::range_ends_early(check),
        Native::BadRedirect => bindings::bad_redirect(check),
        Native::SdkUrlHttp => upgrade::url::plain_http(check),
        Native::SdkUrlPlaceholder => upgrade::url::placeholder(check),
        Native::SdkUrlHost => upgrade::url::not_the_certificates_name(check),
        Native::SdkUrlEndpoint => upgrade::url::without_endpoint(check),
        Native::SdkUrlCharacters => upgrade::url::bad_characters(check),
        Native::SdkUrlOldDirectory => upgrade::directory::old_name(check),
        Native::SdkUrlMisspeltDirectory => upgrade::directory::misspelt_name(check),
        Native::SdkUrlSampleSegment => upgrade::url::sample_segment(check),
        Native::SdkUrlUnknownDirectory => upgrade::directory::not_there(check),
        Native::SdkUrlIncomplete => upgrade::url::incomplete(check),
        Native::OldVirtualDirectory => upgrade::directory::elsewhere(check),
        Native::SdkFlagOff => upgrade::settings::flag_off(check),
        Native::SdkUserUnqualified => upgrade::settings::user_unqualified(check),
        Native::SdkUserPrincipalName => upgrade::settings::user_principal_name(check),
        Native::SdkUserMissing => upgrade::settings::user_missing(check),
        Native::SdkPasswordMissing => upgrade::settings::password_missing(check),
        Native::NearKey => upgrade::names::near_key(check),
        Native::NearSetting => upgrade::names::near_setting(check),
        Native::NearElement => upgrade::names::near_element(check),
        Native::KeysInAdapter => upgrade::names::keys_in_adapter(check),
        Native::CredentialsDiffer => across::credentials_differ(check),
        Native::SdkUrlDiffers => across::sdk_url_differs(check),
        Native::CopiesDiffer => across::copies_differ(check),
        Native::HalfUpgraded => upgrade::product::half_upgraded(check),
        Native::ThemeMissing => upgrade::theme::missing(check),
        Native::ThemeCustom => upgrade::theme::custom(check),
        Native::ThemeShippedEdited => upgrade::theme::shipped_edited(check),
        Native::Sidecar => upgrade::kept::sidecar(check),
        Native::EncryptedRsa => upgrade::kept::encrypted_rsa(check),
        Native::EncryptedDpapi => upgrade::kept::encrypted_dpapi(check),
        Native::PoolNeedsFour => upgrade::pool::needs_four_after(check),
        Native::PoolTooOld => upgrade::pool::too_old(check),
        Native::PoolTooNew => upgrade::pool::too_new(check),
        Native::PoolClassic => upgrade::pool::classic(check),
        Native::ParentOfOldNet => upgrade::pool::parent_of_old_net(check),
        Native::OldProviderName => upgrade::adapter::old_provider_name(check),
        Native::PasswordNotEscaped => upgrade::broken::password_not_escaped(check),
        Native::ValueOutsideQuotes => upgrade::broken::value_outside_quotes(check),
        Native::AmpersandInPassword => upgrade::adapter::ampersand_in_password(check),
        Native::OutOfService => upgrade::product::out_of_service(check),
        Native::NewerAlready => upgrade::product::newer_already(check),
        // The run itself finds these.
        Native::UnusedSuppression
        | Native::UnknownSuppression
        | Native::UnusedOverride
        | Native::SuppressionWithoutReason => {}
    }
}
