//! [`conferry::config::hazards`] held to .NET's own reader: every hazard is really refused or misread there, and every
//! near miss is read as it is meant.

use conferry::config::hazards::{HazardKind, hazards};
use conferry::xml::Document;

use crate::dotnet_reader::{Reading, is_ready, read};

const SETTING: HazardKind = HazardKind::SettingEndsBehindValue;
const CLEAR: HazardKind = HazardKind::ClearWithEndTag;
const ATTRIBUTE: HazardKind = HazardKind::RootAttribute;
const NAMESPACE: HazardKind = HazardKind::RootNamespace;

/// A file, its hazards, and the values that it means to say, in the order of their names.
type Row = (String, Vec<HazardKind>, Vec<&'static str>);

/// Settings `A` with this content, then what is behind it, and `B`.
fn two_settings(content: &str, between: &str) -> String {
    let a = format!("<setting name='A' serializeAs='String'>{content}</setting>");
    let b = "<setting name='B' serializeAs='String'> <value>2</value> </setting>";
    settings(&format!("{a}{between}{b}"))
}

fn settings(content: &str) -> String {
    format!(
        "<configuration><configSections><sectionGroup name='applicationSettings'><section name='Contoso' \
         type='System.Configuration.ClientSettingsSection, System'/></sectionGroup></configSections>\
         <applicationSettings><Contoso>{content}</Contoso></applicationSettings></configuration>"
    )
}

fn section(name: &str, content: &str) -> String {
    format!("<configuration><{name}>{content}</{name}></configuration>")
}

fn root(attributes: &str) -> String {
    format!(
        "<configuration{attributes}><appSettings><add key='a' value='1'/></appSettings></configuration>"
    )
}

fn of_settings() -> Vec<Row> {
    let mut rows = Vec::new();
    for between in ["", " ", "\n  ", "<!-- c -->", "\n<!-- c -->\n", "<?c?>"] {
        for tight in [
            "<value>1</value>",
            " <value>1</value>",
            "<value><![CDATA[1]]></value>",
        ] {
            let file = two_settings(tight, between);
            rows.push((file, vec![SETTING], vec!["1", "2"]));
        }
        for loose in [" ", "\n", "\r\n\t", "<!-- c -->", "<?c?>", "&#32;"] {
            let file = two_settings(&format!("<value>1</value>{loose}"), between);
            rows.push((file, vec![], vec!["1", "2"]));
        }
        for empty in ["<value/>", "<value></value>"] {
            rows.push((two_settings(empty, between), vec![SETTING], vec!["", "2"]));
            let loose = two_settings(&format!("{empty} "), between);
            rows.push((loose, vec![], vec!["", "2"]));
        }
        // .NET forgives the last one.
        let last = "<setting name='A' serializeAs='String'><value>1</value></setting>";
        rows.push((settings(&format!("{last}{between}")), vec![], vec!["1"]));
    }
    let xml = "<setting name='A' serializeAs='Xml'><value><x><y/></x></value></setting>";
    let behind = "<setting name='B' serializeAs='String'/>";
    rows.push((settings(&format!("{xml}{behind}")), vec![SETTING], vec![]));
    rows.push((settings(xml), vec![], vec!["<x><y /></x>"]));
    rows
}

fn of_clear() -> Vec<Row> {
    let [a, b] = ["<add key='a' value='1'/>", "<add key='b' value='2'/>"];
    let app = |content: &str| section("appSettings", content);
    let mut rows = vec![
        (app(&format!("{a}<clear/>{b}")), vec![], vec!["2"]),
        (app(&format!("{a}<clear />")), vec![], vec![]),
        (
            app(&format!("{a}<remove key='a'></remove>{b}")),
            vec![],
            vec!["2"],
        ),
        (
            app(&format!("<add key='a' value='1'></add>{b}")),
            vec![],
            vec!["1", "2"],
        ),
    ];
    for clear in [
        "<clear></clear>",
        "<clear> </clear>",
        "<clear><!-- c --></clear>",
    ] {
        rows.push((app(&format!("{clear}{a}")), vec![CLEAR], vec!["1"]));
        rows.push((app(&format!("{a}{clear}\n{b}")), vec![CLEAR], vec!["2"]));
        // What is before it is cleared as it should be.
        rows.push((app(&format!("{a}{clear}")), vec![], vec![]));
        rows.push((app(&format!("{a}{clear}<!-- c -->")), vec![], vec![]));
        let connections = format!("{clear}<add name='c' connectionString='3'/>");
        let file = section("connectionStrings", &connections);
        rows.push((file, vec![CLEAR], vec!["3", ""]));
        let of_iis = section(
            "system.webServer",
            &format!("<handlers>{clear}{a}</handlers>"),
        );
        rows.push((of_iis, vec![], vec![]));
    }
    rows
}

fn of_the_root() -> Vec<Row> {
    const OURS: &str = "http://schemas.microsoft.com/.NetConfiguration/v2.0";
    let xdt = " xmlns:xdt='http://schemas.microsoft.com/XML-Document-Transform'";
    let mut rows = vec![
        (root(""), vec![], vec!["1"]),
        (root(&format!(" xmlns='{OURS}'")), vec![], vec!["1"]),
        (
            root(&format!(" xmlns='{OURS}'{xdt}")),
            vec![ATTRIBUTE],
            vec!["1"],
        ),
        (root(xdt), vec![ATTRIBUTE], vec!["1"]),
        (
            format!("<c:configuration xmlns:c='{OURS}'><c:appSettings/></c:configuration>"),
            vec![NAMESPACE, ATTRIBUTE],
            vec![],
        ),
    ];
    for attribute in [
        "note='1'",
        "xml:space='preserve'",
        "configSource='a'",
        "file='a'",
        "lockItem='true'",
    ] {
        rows.push((root(&format!(" {attribute}")), vec![ATTRIBUTE], vec!["1"]));
    }
    let in_https = OURS.replace("http:", "https:");
    for other in ["", "urn:contoso", &OURS.to_lowercase(), &in_https] {
        rows.push((
            root(&format!(" xmlns='{other}'")),
            vec![NAMESPACE],
            vec!["1"],
        ));
    }
    rows
}

#[test]
fn every_hazard_is_one_to_dotnet_and_every_near_miss_is_none() {
    if !is_ready() {
        return;
    }
    let rows: Vec<Row> = [of_settings(), of_clear(), of_the_root()].concat();
    let files: Vec<&[u8]> = rows.iter().map(|(file, ..)| file.as_bytes()).collect();
    let readings = read(&files);
    for ((file, wanted, meant), reading) in rows.iter().zip(&readings) {
        let document = Document::from_text(file).unwrap();
        let found: Vec<HazardKind> = hazards(&document).iter().map(|one| one.kind).collect();
        assert_eq!(&found, wanted, "{file}");
        let values: Vec<&str> = reading.values.values().map(String::as_str).collect();
        let is_read = reading.error.is_none() && values == *meant;
        assert_eq!(is_read, wanted.is_empty(), "{file}\n{reading:?}");
        assert_eq!(hazards_law(file.as_bytes(), reading), Ok(()));
    }
}

/// What .NET reads has no hazard that it refuses, and where it stumbles over a setting or the root, that is one.
pub fn hazards_law(bytes: &[u8], reading: &Reading) -> Result<(), String> {
    let Ok(document) = Document::from_bytes(bytes) else {
        return Ok(());
    };
    let found = hazards(&document);
    let refused = found.iter().find(|one| one.kind != CLEAR);
    let text = document.text();
    match (&reading.error, refused) {
        (None, Some(one)) => Err(format!("{:?}, but .NET reads it\n{text}", one.kind)),
        (Some(error), None)
            if error.contains("Unrecognized element 'setting'")
                || error.contains("on configuration element is invalid") =>
        {
            Err(format!("no hazard, but {error}\n{text}"))
        }
        _ => Ok(()),
    }
}
