//! Rule packs: a folder under `tests/cases/packs` is a pack and the problems
//! it has; the built-in packs are valid and know what they must know.
//!
//! `CONFERRY_BLESS=1 cargo test --test packs` writes `expected.txt` anew.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use conferry::config::identity::IdentityTable;
use conferry::pack::file::{About, PackFile};
use conferry::pack::load::{BUILT_IN, BuiltIn, Reason};
use conferry::pack::rules::{Action, Mark, Rules};
use conferry::pack::rules::{ComponentId, PackId};
use conferry::pack::validate::{Builder, Trust};
use conferry::pack::{PackFailure, load};
use conferry::xml::{Document, LineColumn};

fn built_in() -> Rules {
    load(&[]).unwrap_or_else(|failures| panic!("{}", render(&failures)))
}

fn render(failures: &[PackFailure]) -> String {
    let mut out = String::new();
    for failure in failures {
        match &failure.reason {
            Reason::Unreadable(error) => writeln!(out, "unreadable: {error}").unwrap(),
            Reason::Invalid { text, problems } => {
                for problem in problems {
                    let LineColumn { line, column } = problem.place(text);
                    writeln!(out, "{line}:{column}: {}", problem.message).unwrap();
                    if let Some(help) = &problem.help {
                        writeln!(out, "  help: {help}").unwrap();
                    }
                }
            }
        }
    }
    out
}

#[test]
fn cases() {
    let root = Path::new("tests/cases/packs");
    let bless = std::env::var_os("CONFERRY_BLESS").is_some();
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 15);
    let mut wrong = String::new();
    for folder in folders {
        let found = match load(&[folder.join("pack.toml")]) {
            Ok(_) => "ok\n".to_owned(),
            Err(failures) => {
                excerpts_hold(&failures);
                render(&failures)
            }
        };
        let file = folder.join("expected.txt");
        if bless {
            fs::write(&file, &found).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if expected != found {
            write!(
                wrong,
                "{}\n--- expected\n{expected}--- found\n{found}\n",
                folder.display()
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every problem can be shown: whole lines, and a mark inside them at the right bytes.
fn excerpts_hold(failures: &[PackFailure]) {
    for failure in failures {
        let Reason::Invalid { text, problems } = &failure.reason else {
            continue;
        };
        for (problem, shown) in problems.iter().zip(failure.failures()) {
            let excerpt = shown.excerpt.unwrap();
            assert_eq!(shown.message, problem.message);
            assert_eq!(excerpt.first_line, problem.place(text).line);
            assert!(!excerpt.text.contains("Hush") && !shown.message.contains("Hush"));
            if excerpt.text.ends_with("[not shown]") {
                // A value that may be a secret: the key is all that is shown of the line.
                assert!(excerpt.text.get(excerpt.label.range()).is_some());
                continue;
            }
            assert!(text.contains(&excerpt.text));
            let marked = &excerpt.text[excerpt.label.range()];
            assert!(text[problem.span.range()].starts_with(marked));
        }
    }
}

#[test]
fn built_in_packs_hold_under_full_checks() {
    let mut builder = Builder::default();
    builder.may_unmask = true;
    for BuiltIn { id, text, .. } in load::built_in() {
        if let Err(problems) = builder.add(text, id, Trust::Checked) {
            panic!("{id}: {problems:#?}");
        }
    }
}

#[test]
fn every_built_in_row_has_its_source() {
    for BuiltIn { id, text, .. } in BUILT_IN {
        let file = PackFile::read(text, &mut Vec::new());
        assert_eq!(file.head.id.as_ref().unwrap().get_ref(), id);
        assert!(file.head.title.is_some() && file.head.version.is_some());
        let abouts: Vec<&About> = (file.identities.iter().map(|row| &row.about))
            .chain(file.orders.iter().map(|row| &row.about))
            .chain(file.references.iter().map(|row| &row.about))
            .chain(file.section_groups.iter().map(|row| &row.about))
            .chain(file.secrets.iter().map(|row| &row.about))
            .chain(file.components.iter().map(|row| &row.about))
            .chain(file.virtual_directories.iter().map(|row| &row.about))
            .chain(file.settings.iter().map(|row| &row.about))
            .chain(file.merges.iter().map(|row| &row.about))
            .chain(file.locations.iter().map(|row| &row.about))
            .chain(file.files.iter().map(|row| &row.about))
            .chain(file.installers.iter().map(|row| &row.about))
            .collect();
        let known: Vec<&str> = file
            .sources
            .iter()
            .map(|s| s.name.get_ref().as_str())
            .collect();
        let mut cited = Vec::new();
        for about in abouts {
            let line = LineColumn::of(text, about.at.start).line;
            assert!(!about.source.is_empty(), "{id}:{line}: no source");
            for source in &about.source {
                assert!(known.contains(&source.get_ref().as_str()), "{id}:{line}");
                cited.push(source.get_ref().as_str());
            }
        }
        for source in known {
            assert!(cited.contains(&source), "{id}: nobody cites {source}");
        }
        for row in &file.orders {
            assert!(row.about.why.is_some(), "{id}: {:?}", row.element);
        }
        let told = (file.settings.iter().map(|row| &row.about))
            .chain(file.merges.iter().map(|row| &row.about))
            .chain(file.components.iter().map(|row| &row.about));
        for about in told {
            assert!(about.summary.is_some(), "{id}: {:?}", about.id);
            assert!(about.mark.is_some(), "{id}: {:?}", about.id);
            let inferred = *about.mark.as_ref().unwrap().get_ref() == Mark::Inferred;
            assert!(!inferred || about.why.is_some(), "{id}: {:?}", about.id);
        }
    }
}

fn secrets_of(rules: &Rules, text: &str) -> Vec<String> {
    let document = Document::from_text(text).unwrap();
    rules
        .secrets
        .spans(&rules.identities, &document)
        .into_iter()
        .map(|span| document.slice(span).to_owned())
        .collect()
}

#[test]
fn secrets_are_caught() {
    let rules = built_in();
    for (text, expected) in [
        (
            "<a><add key='WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD' value='p&amp;q'/></a>",
            &["p&amp;q"][..],
        ),
        ("<a><add key='Smtp.Pwd' value='x1'/></a>", &["x1"]),
        ("<a><add key='ApiToken' value='x1'/></a>", &["x1"]),
        (
            "<a><add key='Main.ConnectionString' value='x1'/></a>",
            &["x1"],
        ),
        ("<a><param name='Client_Secret' value='x1'/></a>", &["x1"]),
        (
            "<a><setting name='SdkPassword' serializeAs='String'><value>x1</value></setting></a>",
            &["x1"],
        ),
        (
            "<a><setting name='ApiKeys' serializeAs='Xml'><value><L><s>x1</s><s>x2</s></L></value></setting></a>",
            &["x1", "x2"],
        ),
        (
            "<identity impersonate='true' userName='d\\u' password='x1'/>",
            &["x1"],
        ),
        (
            "<a><WebServiceSdkPassword>x1</WebServiceSdkPassword></a>",
            &["x1"],
        ),
        (
            "<a><websdkpassword><![CDATA[x1]]></websdkpassword></a>",
            &["<![CDATA[x1]]>"],
        ),
        (
            "<machineKey validationKey='AA' decryptionKey='BB' validation='SHA1'/>",
            &["AA", "BB"],
        ),
        (
            "<EncryptedData><CipherData><CipherValue>QUJD</CipherValue></CipherData></EncryptedData>",
            &["QUJD"],
        ),
        (
            "<a><apikeys><add key='https://feed.example' value='x1'/></apikeys></a>",
            &["x1"],
        ),
        (
            "<add connectionString='Server=.;Password=x1;Timeout=3'/>",
            &["x1"],
        ),
        ("<add connectionString='Server=.;PWD = x1'/>", &["x1"]),
        (
            "<add connectionString='User ID=u;Password=a&amp;b&lt;c;Timeout=3'/>",
            &["a&amp;b&lt;c"],
        ),
        (
            "<add connectionString='Password=&quot;a;b&quot;;Timeout=3'/>",
            &["&quot;a;b&quot;"],
        ),
        (
            "<add connectionString='Password=&quot;a&quot;&quot;;b&quot;;Timeout=3'/>",
            &["&quot;a&quot;&quot;;b&quot;"],
        ),
        (
            "<add connectionString='Password=\"a;b\";Timeout=3'/>",
            &["\"a;b\""],
        ),
        (
            "<add connectionString=\"Password='a;b';Timeout=3\"/>",
            &["'a;b'"],
        ),
        (
            "<add connectionString=\"Password=a'b;Timeout=3\"/>",
            &["a'b"],
        ),
        (
            "<add connectionString='AccountName=n;AccountKey=ab+/==;EndpointSuffix=e'/>",
            &["ab+/=="],
        ),
        (
            "<add connectionString='Endpoint=sb://n/;SharedAccessKeyName=k;SharedAccessKey=ab='/>",
            &["ab="],
        ),
        (
            "<add u='https://b.example/c?sv=1&amp;sig=a%2Fb&amp;se=2'/>",
            &["a%2Fb"],
        ),
        ("<add u='https://user:p@ss@host/x'/>", &["p@ss"]),
        ("<add u='https://user:p&amp;s@host/x'/>", &["p&amp;s"]),
        (
            "<a><!-- old password: x1 --></a>",
            &["<!-- old password: x1 -->"],
        ),
        // No secrets.
        ("<a><add key='USE_WEB_SERVICE_SDK' value='true'/></a>", &[]),
        (
            "<a><add key='WEB_SERVICE_SDK_AUTHENTICATION_USERNAME' value='d\\u'/></a>",
            &[],
        ),
        (
            "<bindingRedirect a='x, PublicKeyToken=b77a5c561934e089'/>",
            &[],
        ),
        ("<add u='https://host:8443/a@b?c=d'/>", &[]),
        (
            "<add connectionString='Server=.;Password=;Integrated Security=true'/>",
            &[],
        ),
        (
            "<membership><add name='p' enablePasswordReset='true' passwordFormat='Hashed'/></membership>",
            &[],
        ),
        ("<a><!-- PublicKeyToken of the assembly --></a>", &[]),
    ] {
        assert_eq!(secrets_of(&rules, text), expected, "{text}");
    }
}

#[test]
fn raw_text_that_speaks_of_secrets_is_noticed() {
    let secrets = built_in().secrets;
    for raw in [
        "$Password = 'x'",
        "ApiKey: x",
        "Server=.;pwd=x",
        "http://u:p@h/",
    ] {
        assert!(secrets.mentions_secret(raw), "{raw}");
    }
    for raw in [
        "<add type='A, PublicKeyToken=31bf3856ad364e35'>",
        "https://host:80/a",
    ] {
        assert!(!secrets.mentions_secret(raw), "{raw}");
    }
}

#[test]
fn components_are_recognised_by_structure() {
    let rules = built_in();
    let setting = |name: &str| {
        format!(
            "<configuration><applicationSettings><x.Properties.Settings><setting name='{name}'>\
             <value>u</value></setting></x.Properties.Settings></applicationSettings></configuration>"
        )
    };
    for (text, expected) in [
        (setting("pfup_pfwssdk_PfWsSdk"), Some("user-portal")),
        (setting("pfpaws_pfwssdk_PfWsSdk"), Some("mobile-app-web-service")),
        (setting("PFPAWS_pfwssdk_pfwssdk"), Some("mobile-app-web-service")),
        (setting("pfMobile App Web Service_pfwssdk_PfWsSdk"), Some("mobile-app-web-service")),
        (setting("other_pfwssdk_PfWsSdk"), None),
        (
            "<configuration xmlns='http://schemas.microsoft.com/.NetConfiguration/v2.0'><appSettings>\
             <add key='use_web_service_sdk' value='true'/></appSettings></configuration>".to_owned(),
            Some("user-portal"),
        ),
        (
            "<configuration><location path='PfWsSdk.asmx'/></configuration>".to_owned(),
            Some("web-service-sdk"),
        ),
        ("<C><WebServiceSdkUrl>u</WebServiceSdkUrl></C>".to_owned(), Some("adfs-adapter")),
        ("<M><LOCMFASRV>u</LOCMFASRV></M>".to_owned(), Some("mim-mfa-settings")),
        ("<configuration><appSettings/></configuration>".to_owned(), None),
    ] {
        let document = Document::from_text(&text).unwrap();
        let found = rules.component_of(&document);
        assert_eq!(found.map(|c| c.provenance.id.as_str()), expected, "{text}");
    }
}

#[test]
fn identities_of_standard_sections() {
    let rules = built_in();
    let by = |table: &IdentityTable, text: &str, element: &str| -> Option<Vec<String>> {
        let document = Document::from_text(text).unwrap();
        let node = document
            .nodes()
            .filter(|node| document.is_element(*node))
            .rfind(|node| document.local_name(*node) == element)
            .unwrap();
        let rule = table.rule_for(&document, node)?;
        Some(rule.by.iter().map(ToString::to_string).collect())
    };
    for (text, element, expected) in [
        (
            "<configuration><appSettings><add/></appSettings></configuration>",
            "add",
            "@key",
        ),
        (
            "<location><connectionStrings><add/></connectionStrings></location>",
            "add",
            "@name",
        ),
        (
            "<sites><site><bindings><binding/></bindings></site></sites>",
            "binding",
            "@protocol @bindingInformation",
        ),
        (
            "<bindings><basicHttpBinding><binding/></basicHttpBinding></bindings>",
            "binding",
            "@name",
        ),
        (
            "<services><service><endpoint/></service></services>",
            "endpoint",
            "@address @binding @contract",
        ),
        (
            "<assemblyBinding><dependentAssembly/></assemblyBinding>",
            "dependentAssembly",
            "assemblyIdentity/@name",
        ),
        ("<rewrite><rules><rule/></rules></rewrite>", "rule", "@name"),
        (
            "<customErrors><error/></customErrors>",
            "error",
            "@statusCode",
        ),
        (
            "<httpErrors><remove/></httpErrors>",
            "remove",
            "@statusCode",
        ),
        ("<packages><package/></packages>", "package", "@id"),
    ] {
        let found = by(&rules.identities, text, element).map(|by| by.join(" "));
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }
    assert_eq!(
        by(&rules.identities, "<a><whatever/></a>", "whatever"),
        None
    );
    assert_eq!(rules.identities.discovery()[0], "key");
}

#[test]
fn order_matters_only_where_it_changes_behaviour() {
    let rules = built_in();
    let document = Document::from_text(
        "<configuration><appSettings/><system.webServer><handlers/><staticContent/>\
         <rewrite><rules/></rewrite></system.webServer></configuration>",
    )
    .unwrap();
    let ordered: Vec<&str> = document
        .nodes()
        .filter(|node| document.is_element(*node))
        .filter(|node| rules.identities.is_ordered(&document, *node))
        .map(|node| document.local_name(node))
        .collect();
    assert_eq!(ordered, ["handlers", "rules"]);
}

#[test]
fn a_later_row_takes_the_place_of_an_earlier_one() {
    let before = built_in();
    let after = load(&["tests/cases/packs/override-by-id/pack.toml".into()]).unwrap();
    assert_eq!(before.policies.len(), after.policies.len());
    let policy = after
        .policies
        .iter()
        .find(|policy| policy.provenance.id == "binding-redirect-old-version")
        .unwrap();
    assert!(matches!(policy.action, Action::TakeOld));
    assert_eq!(policy.provenance.pack, "pack");
}

#[test]
fn a_folder_is_loaded_in_the_order_of_names_and_every_bad_pack_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let row =
        |action: &str| format!("[[merge]]\nid = \"a\"\npath = \"/a\"\naction = \"{action}\"\n");
    fs::write(folder.path().join("2.toml"), row("drop")).unwrap();
    fs::write(folder.path().join("1.toml"), row("take-new")).unwrap();
    fs::write(folder.path().join("notes.txt"), "not a pack").unwrap();
    let rules = load(&[folder.path().to_owned()]).unwrap();
    let rows: Vec<_> = rules
        .policies
        .iter()
        .filter(|policy| policy.provenance.id == "a")
        .collect();
    assert_eq!(rows.len(), 1);
    assert!(matches!(rows[0].action, Action::Drop));

    fs::write(folder.path().join("1.toml"), row("dorp")).unwrap();
    fs::write(folder.path().join("3.toml"), row("take")).unwrap();
    fs::write(folder.path().join("4.toml"), b"# \xe4").unwrap();
    let missing = folder.path().join("missing.toml");
    let failures = load(&[folder.path().to_owned(), missing]).unwrap_err();
    let names: Vec<&str> = failures
        .iter()
        .map(|failure| failure.label.rsplit(['/', '\\']).next().unwrap())
        .collect();
    assert_eq!(names, ["1.toml", "3.toml", "4.toml", "missing.toml"]);
    assert!(
        failures
            .iter()
            .all(|failure| !failure.failures().is_empty())
    );

    let empty = tempfile::tempdir().unwrap();
    assert!(load(&[empty.path().to_owned()]).is_err());
}

#[test]
fn rows_apply_to_the_components_they_are_for() {
    let text =
        "[[merge]]\nid = \"a\"\ncomponent = \"user-portal\"\npath = \"/a\"\naction = \"drop\"\n";
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let rules = load(&[file.path().to_owned()]).unwrap();
    let component = |id: &str| rules.components.iter().find(|c| c.provenance.id == id);
    let (portal, mobile) = (
        component("user-portal"),
        component("mobile-app-web-service"),
    );
    let applies = |pack: &'static str, id: Option<&'static str>, recognised| {
        rules.applies(
            &PackId::known(pack),
            id.map(ComponentId::known).as_ref(),
            recognised,
        )
    };
    assert!(applies("mine", Some("user-portal"), portal));
    assert!(!applies("mine", Some("user-portal"), mobile));
    assert!(!applies("mine", Some("user-portal"), None));
    assert!(applies("mine", None, None));
    assert!(applies("dotnet", None, mobile));
    assert!(applies("phonefactor-to-mfa", None, mobile));
    assert!(!applies("phonefactor-to-mfa", None, None));
}
