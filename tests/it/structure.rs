//! Structural faults, kind by kind: what is one, and what only looks like one.

use conferry::config::structure::{Fault, faults};
use conferry::pack::{Rules, load, load_general};
use conferry::xml::Document;

/// `kind: key` of each fault in `text`, sorted.
fn found(rules: &Rules, text: &str) -> Vec<String> {
    let document = Document::from_text(text).unwrap();
    let mut found: Vec<String> = faults(&document, rules.meaning())
        .iter()
        .map(|fault| format!("{:?}: {}", fault.kind, fault.key))
        .collect();
    found.sort();
    found
}

/// Each text below `configuration` has exactly these faults; with the rules of
/// the merge driver too, which are compiled in.
fn check(cases: &[(&str, &[&str])]) {
    for rules in [load(&[]).unwrap(), load_general(&[]).unwrap()] {
        for (text, expected) in cases {
            let text = format!("<configuration>{text}</configuration>");
            assert_eq!(found(&rules, &text), *expected, "{text}");
        }
    }
}

#[test]
fn entries_that_dotnet_refuses() {
    check(&[
        (
            r#"<connectionStrings><add name="Db" connectionString="a"/><add name="DB" connectionString="b"/></connectionStrings>"#,
            &["RefusedByNet: /configuration/connectionStrings/add=db"],
        ),
        // Equal entries are taken, and the last of several settings wins.
        (
            r#"<connectionStrings><add name="Db" connectionString="a"/><add connectionString="a" name="Db"/></connectionStrings>"#,
            &[],
        ),
        (
            r#"<appSettings><add key="a" value="1"/><add key="A" value="2"/></appSettings>"#,
            &[],
        ),
        // Names of listeners keep their case.
        (
            r#"<system.diagnostics><trace><listeners><add name="a" type="x"/><add name="A" type="y"/></listeners></trace></system.diagnostics>"#,
            &[],
        ),
        // Another section of the same names, another location.
        (
            r#"<system.web><membership><providers><add name="a" type="x"/></providers></membership><roleManager><providers><add name="a" type="y"/></providers></roleManager></system.web>"#,
            &[],
        ),
        (
            r#"<connectionStrings><add name="a" connectionString="a"/></connectionStrings><location path="x"><connectionStrings><add name="a" connectionString="b"/></connectionStrings></location>"#,
            &[],
        ),
    ]);
}

#[test]
fn entries_that_iis_refuses() {
    check(&[
        (
            r#"<system.webServer><modules><add name="ErrLog"/><add name="errlog"/></modules></system.webServer>"#,
            &["RefusedByIis: /configuration/system.webServer/modules/add=errlog"],
        ),
        // To IIS a missing sub-status is -1.
        (
            r#"<system.webServer><httpErrors><error statusCode="404" path="a"/><error statusCode="404" subStatusCode="-1" path="b"/></httpErrors></system.webServer>"#,
            &["RefusedByIis: /configuration/system.webServer/httpErrors/error=404"],
        ),
        (
            r#"<system.webServer><httpErrors><error statusCode="404" path="a"/><error statusCode="404" subStatusCode="8" path="b"/></httpErrors></system.webServer>"#,
            &[],
        ),
        (
            r#"<system.webServer><handlers><add name="Elmah"/><add name="ELMAH"/></handlers></system.webServer>"#,
            &[],
        ),
        (
            r#"<system.webServer><aspNetCore><environmentVariables><environmentVariable name="A" value="1"/><environmentVariable name="A" value="1"/></environmentVariables></aspNetCore></system.webServer>"#,
            &[
                "RefusedByIis: /configuration/system.webServer/aspNetCore/environmentVariables/environmentVariable=a",
            ],
        ),
    ]);
}

#[test]
fn values_that_one_alone_may_have() {
    check(&[
        (
            r#"<system.applicationHost><sites><site name="a" id="1"/><site name="b" id="1"/></sites></system.applicationHost>"#,
            &["NotUnique: /configuration/system.applicationHost/sites/site=b"],
        ),
        (
            r#"<system.applicationHost><sites><site name="a" id="1"/><site name="b" id="2"/></sites></system.applicationHost>"#,
            &[],
        ),
    ]);
}

#[test]
fn endpoints_at_one_address() {
    let endpoint = |address: &str, binding: &str, more: &str| {
        format!(r#"<endpoint address="{address}" binding="{binding}" contract="C" {more}/>"#)
    };
    let service = |endpoints: [String; 2]| {
        let endpoints = endpoints.concat();
        format!(
            r#"<system.serviceModel><services><service name="S">{endpoints}</service></services></system.serviceModel>"#
        )
    };
    let both_http = [
        endpoint("", "basicHttpBinding", ""),
        endpoint("", "wsHttpBinding", ""),
    ];
    check(&[(
        &service(both_http),
        &["EndpointTwice: /configuration/system.serviceModel/services/service=S   http  C"],
    )]);
    // Each transport has a base address of its own, and a binding of its own may be for https.
    for other in [
        endpoint("", "netTcpBinding", ""),
        endpoint("", "basicHttpBinding", r#"bindingConfiguration="https""#),
        endpoint("mex", "basicHttpBinding", ""),
        endpoint("", "customBinding", ""),
    ] {
        let service = service([endpoint("", "basicHttpBinding", ""), other]);
        let text = format!("<configuration>{service}</configuration>");
        let found = found(&load(&[]).unwrap(), &text);
        let is_twice = |fault: &String| fault.starts_with("EndpointTwice");
        assert!(!found.iter().any(is_twice), "{text}: {found:?}");
    }
}

#[test]
fn redirects_that_contradict() {
    let binding = |inside: &str| {
        format!(
            r#"<assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1">{inside}</assemblyBinding>"#
        )
    };
    let redirect = |old: &str, new: &str| {
        format!(
            r#"<dependentAssembly><assemblyIdentity name="J"/><bindingRedirect oldVersion="{old}" newVersion="{new}"/></dependentAssembly>"#
        )
    };
    let one = binding(&redirect("1.0.0.0-1.9.0.0", "3.0.0.0"));
    for (other, is_fault) in [
        (binding(&redirect("1.5.0.0", "2.5.0.0")), true),
        // Said in two places, it will be changed in one.
        (binding(&redirect("1.5.0.0", "3.0.0.0")), true),
        (binding(&redirect("2.5.0.0", "2.6.0.0")), false),
        // In no namespace .NET reads no redirect.
        (
            binding(&redirect("1.5.0.0", "2.5.0.0"))
                .replace("urn:schemas-microsoft-com:asm.v1", ""),
            false,
        ),
    ] {
        let text = format!("<configuration><runtime>{one}{other}</runtime></configuration>");
        let found = found(&load(&[]).unwrap(), &text);
        let contradict = found
            .iter()
            .any(|fault| fault.starts_with("RedirectsContradict"));
        assert_eq!(contradict, is_fault, "{text}: {found:?}");
    }
}

#[test]
fn names_within_values() {
    let nlog = |variable: &str, file: &str| {
        format!(r#"<nlog>{variable}<targets><target name="f" fileName="{file}"/></targets></nlog>"#)
    };
    let rules = load(&[]).unwrap();
    let dangles = |text: &str| -> bool {
        let wanted = "nlog/variable/@name dir";
        found(&rules, text)
            .iter()
            .any(|fault| fault.ends_with(wanted))
    };
    for file in ["${Dir}/a", "x${var:dir}", "${var:Dir:default=b}"] {
        assert!(dangles(&nlog("", file)), "{file}");
        let variable = r#"<variable name="dir" value="x"/>"#;
        assert!(!dangles(&nlog(variable, file)), "{file}");
    }
    for file in ["dir", "${dir:x}", "{dir}", "${}"] {
        assert!(!dangles(&nlog("", file)), "{file}");
    }
}

#[test]
fn what_is_taken_out_again() {
    check(&[
        // Between two entries, `remove` makes room; but the first one has no effect.
        (
            r#"<connectionStrings><add name="a" connectionString="1"/><remove name="A"/><add name="a" connectionString="2"/></connectionStrings>"#,
            &["TakenOut: /configuration/connectionStrings/remove=a"],
        ),
        (
            r#"<connectionStrings><add name="a" connectionString="1"/><clear/><add name="a" connectionString="2"/></connectionStrings>"#,
            &["TakenOut: /configuration/connectionStrings/clear"],
        ),
        (
            r#"<system.webServer><staticContent><mimeMap fileExtension=".a" mimeType="x/y"/><remove fileExtension=".A"/></staticContent></system.webServer>"#,
            &["TakenOut: /configuration/system.webServer/staticContent/remove=.a"],
        ),
        (
            r#"<appSettings><clear/><remove key="a"/><add key="a" value="1"/><remove key="b"/></appSettings>"#,
            &[],
        ),
        (
            r#"<system.webServer><handlers><add name="a"/><remove name="b"/></handlers></system.webServer>"#,
            &[],
        ),
    ]);
}

#[test]
fn children_that_there_can_be_once() {
    check(&[
        (
            r#"<system.web><membership><providers/><providers/></membership></system.web>"#,
            &["NotOnce: /configuration/system.web/membership/providers"],
        ),
        (
            r#"<configSections><section name="log4net" type="x"/></configSections><log4net><root><level value="INFO"/><level value="WARN"/></root></log4net>"#,
            &["NotOnce: /configuration/log4net/root/level"],
        ),
        (
            r#"<configSections><section name="log4net" type="x"/></configSections><log4net><root><level value="INFO"/></root><logger name="a"><level value="WARN"/></logger></log4net>"#,
            &[],
        ),
        (
            r#"<runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1"/><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1" appliesTo="v2.0.50727"/></runtime>"#,
            &[],
        ),
    ]);
}

#[test]
fn declarations() {
    check(&[
        (
            r#"<appSettings/><configSections><section name="a" type="x"/></configSections><a/>"#,
            &["ConfigSectionsNotFirst: /configuration/configSections"],
        ),
        (
            r#"<configSections><section name="a" type="x"/></configSections><configSections><section name="b" type="x"/></configSections><a/><b/>"#,
            &["ConfigSectionsTwice: /configuration/configSections"],
        ),
        (
            r#"<configSections><sectionGroup name="g"><section name="a" type="x"/></sectionGroup><sectionGroup name="g"><section name="a" type="y"/></sectionGroup></configSections>"#,
            &["DeclaredTwice: /configuration/configSections/sectionGroup=g/section=a"],
        ),
        (
            r#"<!-- first --><configSections><section name="a" type="x"/><sectionGroup name="g"><section name="a" type="y"/></sectionGroup></configSections><a/><g><a/></g>"#,
            &[],
        ),
        (
            r#"<configSections><section name="a" type="x"/></configSections><A/><b/><location path="x"><c/></location><system.web><httpRuntime/><httpRuntimes/></system.web>"#,
            &[
                "Undeclared: /configuration/A",
                "Undeclared: /configuration/b",
                "Undeclared: /configuration/location=x/c",
                "Undeclared: /configuration/system.web/httpRuntimes",
            ],
        ),
        // Products bring such sections; other programs call their root so too.
        (
            r#"<appSettings/><microsoft.contoso/><system.webServer><vendor/></system.webServer>"#,
            &[],
        ),
        (
            r#"<dllmap dll="a" target="b"/><dllmap dll="a" target="c"/>"#,
            &[],
        ),
    ]);
}

#[test]
fn sections_that_are_there_twice() {
    check(&[
        (
            r#"<appSettings/><appSettings/>"#,
            &["SectionTwice: /configuration/appSettings"],
        ),
        (
            r#"<system.web><trace/></system.web><system.web><trace/><customErrors/></system.web>"#,
            &["SectionTwice: /configuration/system.web/trace"],
        ),
        (
            r#"<location path="Admin"><system.web><trace/></system.web></location><location path="admin"><system.web><trace/></system.web></location>"#,
            &["SectionTwice: /configuration/location=admin/system.web/trace"],
        ),
        (
            r#"<system.web><trace/></system.web><system.web><customErrors/></system.web><location path="a"><system.web><trace/></system.web></location>"#,
            &[],
        ),
    ]);
}

#[test]
fn config_source_and_text() {
    check(&[
        (
            r#"<appSettings configSource="a.config"><add key="a" value="b"/></appSettings>"#,
            &["ConfigSourceNotAlone: /configuration/appSettings"],
        ),
        (
            r#"<appSettings configSource="a.config" file="b.config"/>"#,
            &["ConfigSourceNotAlone: /configuration/appSettings"],
        ),
        (
            r#"<appSettings configSource="a.config" xmlns:x="urn:x"><!-- there --></appSettings>"#,
            &[],
        ),
        (
            r#"<appSettings>a<add key="a" value="b"/></appSettings>"#,
            &["Text: /configuration/appSettings"],
        ),
        (
            r#"<configSections><section name="own" type="x"/></configSections><own>text</own><appSettings><!-- text --> </appSettings>"#,
            &[],
        ),
    ]);
}

#[test]
fn names_that_point_at_nothing() {
    check(&[
        (
            r#"<system.web><membership defaultProvider="Own"><providers><add name="Other" type="x"/></providers></membership></system.web>"#,
            &["Dangling: membership/@defaultProvider own"],
        ),
        // The provider of another section is none, one of machine.config is.
        (
            r#"<system.web><membership defaultProvider="a"/><profile defaultProvider="AspNetSqlProfileProvider"><providers><add name="a" type="x"/></providers></profile></system.web>"#,
            &["Dangling: membership/@defaultProvider a"],
        ),
        (
            r#"<system.web><membership defaultProvider="own"><providers><add name="Own" type="x" connectionStringName="Db"/></providers></membership></system.web>"#,
            &["Dangling: @connectionStringName db"],
        ),
        (
            r#"<connectionStrings configSource="db.config"/><system.web><membership><providers><add name="Own" type="x" connectionStringName="Db"/></providers></membership></system.web>"#,
            &[],
        ),
        (
            r#"<system.serviceModel><bindings><basicHttpBinding><binding name="a"/></basicHttpBinding></bindings><client><endpoint name="1" binding="basicHttpBinding" bindingConfiguration="a"/><endpoint name="2" binding="wsHttpBinding" bindingConfiguration="a"/><endpoint name="3" binding="wsHttpBinding" bindingConfiguration=""/></client></system.serviceModel>"#,
            &["Dangling: endpoint/@bindingConfiguration a"],
        ),
        (
            r#"<configSections><section name="log4net" type="x"/></configSections><log4net><appender name="A"/><root><appender-ref ref="A"/><appender-ref ref="B"/></root></log4net>"#,
            &["Dangling: appender-ref/@ref B"],
        ),
        (
            r#"<configSections><section name="nlog" type="x"/></configSections><nlog><targets><target name="a"/><target name="b"/></targets><rules><logger name="*" writeTo="A, b,c"/></rules></nlog>"#,
            &["Dangling: rules/logger/@writeTo c"],
        ),
        (
            r#"<system.diagnostics><sharedListeners><add name="s" type="x"/></sharedListeners><trace><listeners><add name="s"/><add name="own" type="y"/><add name="gone"/></listeners></trace></system.diagnostics>"#,
            &["Dangling: trace/listeners/add/@name gone"],
        ),
    ]);
}

#[test]
fn a_fault_knows_both_places() {
    let rules = load_general(&[]).unwrap();
    let text = "<configuration><appSettings/><appSettings/></configuration>";
    let document = Document::from_text(text).unwrap();
    let [
        Fault {
            element, related, ..
        },
    ] = &faults(&document, rules.meaning())[..]
    else {
        panic!("not one fault");
    };
    let at = |node| document.span(node).start as usize;
    assert_eq!(at(*element), text.rfind("<appSettings").unwrap());
    assert_eq!(at(related.unwrap()), text.find("<appSettings").unwrap());
}

/// What makes a fault the same one does not depend on where it is.
#[test]
fn keys_do_not_move() {
    let rules = load_general(&[]).unwrap();
    let entries = r#"<add name="a" connectionString="1"/><add name="a" connectionString="2"/>"#;
    let around = |before: &str| {
        let text = format!(
            "<configuration>{before}<connectionStrings>{before}{entries}</connectionStrings></configuration>"
        );
        found(&rules, &text)
    };
    assert_eq!(around(""), around("<!-- x -->\n"));
    assert_eq!(around("").len(), 1);
}

#[test]
fn shipped_files_have_no_fault() {
    let rules = load(&[]).unwrap();
    let mut count = 0;
    let mut folders = vec![std::path::PathBuf::from("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "web.config") {
                let document = Document::from_bytes(std::fs::read(&path).unwrap()).unwrap();
                let faults = faults(&document, rules.meaning());
                assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 5, "{count}");
}
