//! The identity table says of .NET's collections what their source says: how
//! keys compare, and what a key that stands twice means.
//!
//! The facts below are read from Microsoft's reference source of .NET Framework
//! 4.8: the comparer that the constructor hands to its base, and
//! `ThrowOnDuplicate`, or what the kind of collection makes of it
//! (`AddRemoveClearMap` refuses an entry that differs, `BasicMap` takes the last one).
//! `CONFERRY_NET_COLLECTIONS`, or `../shared/net-collections.tsv`, is such a list
//! made by others; where it is there, it must agree.

use std::fs;

use conferry::config::identity::{Compare, Duplicates, IdentityRule};
use conferry::pack::{Rules, load};
use conferry::xml::Document;

use Compare::{AssemblyName, Exactly, IgnoreCase};
use Duplicates::{LastWins, RefusedByNet, Unsaid};

/// Class, path of its entries, how keys compare, what a key twice means. `Unsaid`
/// where the key of the class is more than the identity of the row.
#[rustfmt::skip]
const FACTS: [(&str, &str, Compare, Duplicates); 50] = [
    // Of two versions of one assembly only one can be meant, though the class takes both.
    ("AssemblyCollection", "compilation/assemblies/add", AssemblyName, Unsaid),
    ("AudienceUriElementCollection", "identityConfiguration/audienceUris/add", Exactly, RefusedByNet),
    ("AuthenticationModuleElementCollection", "authenticationModules/add", Exactly, RefusedByNet),
    ("AuthorizationRuleCollection", "system.web/authorization/allow", Exactly, Unsaid),
    ("BaseAddressElementCollection", "host/baseAddresses/add", Exactly, RefusedByNet),
    ("BufferModesCollection", "healthMonitoring/bufferModes/add", Exactly, RefusedByNet),
    ("BuildProviderCollection", "compilation/buildProviders/add", IgnoreCase, RefusedByNet),
    ("BypassElementCollection", "defaultProxy/bypasslist/add", Exactly, LastWins),
    ("ChannelEndpointElementCollection", "client/endpoint", Exactly, Unsaid),
    ("ClientTargetCollection", "clientTarget/add", IgnoreCase, RefusedByNet),
    ("CodeSubDirectoriesCollection", "compilation/codeSubDirectories/add", IgnoreCase, LastWins),
    ("CompilerCollection", "compilers/compiler", IgnoreCase, LastWins),
    ("ConnectionManagementElementCollection", "connectionManagement/add", Exactly, RefusedByNet),
    ("ConnectionStringSettingsCollection", "connectionStrings/add", IgnoreCase, RefusedByNet),
    ("ConvertersCollection", "jsonSerialization/converters/add", Exactly, RefusedByNet),
    ("CustomErrorCollection", "customErrors/error", Exactly, LastWins),
    ("EndpointBehaviorElementCollection", "endpointBehaviors/behavior", Exactly, Unsaid),
    ("EventMappingSettingsCollection", "healthMonitoring/eventMappings/add", Exactly, RefusedByNet),
    ("ExpressionBuilderCollection", "compilation/expressionBuilders/add", IgnoreCase, RefusedByNet),
    ("ExtensionElementCollection", "extensions/behaviorExtensions/add", Exactly, RefusedByNet),
    ("FolderLevelBuildProviderCollection", "folderLevelBuildProviders/add", IgnoreCase, RefusedByNet),
    ("FormsAuthenticationUserCollection", "forms/credentials/user", Exactly, RefusedByNet),
    ("HttpHandlerActionCollection", "system.web/httpHandlers/add", IgnoreCase, LastWins),
    ("HttpModuleActionCollection", "system.web/httpModules/add", IgnoreCase, RefusedByNet),
    ("KeyValueConfigurationCollection", "configuration/appSettings/add", IgnoreCase, LastWins),
    ("ListenerElementsCollection", "trace/listeners/add", Exactly, RefusedByNet),
    ("MemoryCacheSettingsCollection", "memoryCache/namedCaches/add", Exactly, RefusedByNet),
    ("NamespaceCollection", "pages/namespaces/add", Exactly, RefusedByNet),
    ("OutputCacheProfileCollection", "outputCacheProfiles/add", IgnoreCase, RefusedByNet),
    ("ProfileGroupSettingsCollection", "profile/properties/group", Exactly, Unsaid),
    ("ProfilePropertySettingsCollection", "profile/properties/add", Exactly, RefusedByNet),
    ("ProfileSettingsCollection", "healthMonitoring/profiles/add", Exactly, RefusedByNet),
    ("ProtocolCollection", "system.web/protocols/add", Exactly, RefusedByNet),
    ("ProtocolElementCollection", "webServices/protocols/add", Exactly, RefusedByNet),
    ("ProtocolMappingElementCollection", "protocolMapping/add", Exactly, Unsaid),
    ("ProviderSettingsCollection", "healthMonitoring/providers/add", IgnoreCase, RefusedByNet),
    ("RuleSettingsCollection", "healthMonitoring/rules/add", Exactly, RefusedByNet),
    ("ServiceActivationElementCollection", "serviceActivations/add", Exactly, RefusedByNet),
    ("ServiceBehaviorElementCollection", "serviceBehaviors/behavior", Exactly, Unsaid),
    ("ServiceElementCollection", "services/service", Exactly, Unsaid),
    ("ServiceEndpointElementCollection", "service/endpoint", Exactly, Unsaid),
    ("SettingElementCollection", "applicationSettings/Contoso.Settings/setting", Exactly, LastWins),
    ("SoapExtensionTypeElementCollection", "webServices/soapExtensionTypes/add", Exactly, Unsaid),
    ("SourceElementsCollection", "system.diagnostics/sources/source", Exactly, LastWins),
    ("SqlCacheDependencyDatabaseCollection", "sqlCacheDependency/databases/add", Exactly, RefusedByNet),
    ("SwitchElementsCollection", "system.diagnostics/switches/add", Exactly, RefusedByNet),
    ("TagMapCollection", "pages/tagMapping/add", Exactly, RefusedByNet),
    ("TagPrefixCollection", "pages/controls/add", IgnoreCase, Unsaid),
    ("TrustLevelCollection", "securityPolicy/trustLevel", Exactly, RefusedByNet),
    ("UrlMappingCollection", "urlMappings/add", IgnoreCase, RefusedByNet),
];

fn rule<'r>(rules: &'r Rules, path: &str) -> Option<&'r IdentityRule> {
    let open: String = path.split('/').map(|name| format!("<{name}>")).collect();
    let close: String = (path.rsplit('/'))
        .map(|name| format!("</{name}>"))
        .collect();
    let document = Document::from_text(&format!("{open}{close}")).unwrap();
    let entry = document.nodes().next_back().unwrap();
    rules.identities.rule_for(&document, entry)
}

#[test]
fn the_table_says_what_their_source_says() {
    let rules = load(&[]).unwrap();
    for (class, path, compare, duplicates) in FACTS {
        let rule = rule(&rules, path).unwrap_or_else(|| panic!("{class}: no row for {path}"));
        assert!(!rule.by.is_empty(), "{class}: {path}");
        assert_eq!(
            (rule.compare, rule.duplicates),
            (compare, duplicates),
            "{class}: {path}"
        );
    }
}

#[test]
fn what_takes_an_entry_out_has_its_key() {
    let rules = load(&[]).unwrap();
    let mut count = 0;
    for (class, path, compare, duplicates) in FACTS {
        let Some(collection) = path.strip_suffix("/add") else {
            continue;
        };
        let Some(remove) = rule(&rules, &format!("{collection}/remove")) else {
            continue;
        };
        let add = rule(&rules, path).unwrap();
        assert_eq!(remove.removes.as_deref(), Some("add"), "{class}");
        assert_eq!(remove.by, add.by, "{class}");
        // An assembly is taken out by the very text that put it in.
        let expected = if compare == AssemblyName {
            Exactly
        } else {
            compare
        };
        assert_eq!(remove.compare, expected, "{class}");
        assert_eq!(remove.duplicates, Unsaid, "{class}: {duplicates:?}");
        count += 1;
    }
    assert!(count >= 20, "{count}");
}

#[test]
#[allow(clippy::print_stderr)] // says what it could not check
fn a_list_that_others_made_agrees() {
    let file = std::env::var("CONFERRY_NET_COLLECTIONS");
    let file = file.unwrap_or_else(|_| "../shared/net-collections.tsv".to_owned());
    let Ok(text) = fs::read_to_string(&file) else {
        eprintln!("skipped: no {file}");
        return;
    };
    let mut checked = 0;
    for line in text.lines().skip(1) {
        let [class, _, compared, said, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let Some((.., compare, duplicates)) = FACTS.iter().find(|(known, ..)| *known == class)
        else {
            continue;
        };
        let is_exact = matches!(compare, Exactly | AssemblyName);
        assert_eq!(is_exact, compared == "exactly", "{line}");
        let expected = match (said, kind) {
            ("throw", _) => RefusedByNet,
            ("nothrow", _) => LastWins,
            (_, "BasicMap" | "BasicMapAlternate") => LastWins,
            _ => RefusedByNet,
        };
        assert!(*duplicates == expected || *duplicates == Unsaid, "{line}");
        checked += 1;
    }
    assert!(checked >= 48, "{checked}");
}
