//! `config::effective`: what .NET reads of a configuration, by cases, and held to .NET's own reader.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use conferry::config::effective::{Beside, Effective, Extent, Layer, Origin, Section};
use conferry::config::sidecars::Sidecar;
use conferry::pack::{Rules, load};
use conferry::xml::Document;

use crate::dotnet_reader::{self, Key, Part, Values};

/// `file:key=value` of each entry of the section in effect, how much is known, and how many are refused.
fn read(chain: &[&str], beside: &[(&str, &str)], path: &str) -> (Vec<String>, Extent, usize) {
    let rules: Rules = load(&[]).unwrap();
    let documents: Vec<Document> = (chain.iter())
        .map(|text| Document::from_bytes(text.as_bytes()).unwrap())
        .collect();
    let look = |sidecar: &Sidecar| match beside.iter().find(|(name, _)| *name == sidecar.path) {
        Some((_, text)) => match Document::from_bytes(text.as_bytes()) {
            Ok(document) => Beside::Document(Cow::Owned(document), None),
            Err(_) => Beside::Unknown,
        },
        None => Beside::Missing,
    };
    let layers: Vec<Layer<'_>> = (documents.iter())
        .map(|document| Layer {
            document,
            label: None,
            beside: &look,
        })
        .collect();
    let effective = Effective::of(&layers, rules.meaning(), &|_| true);
    let Some(section) = effective.section(path) else {
        return (Vec::new(), Extent::Whole, 0);
    };
    let shown = section.entries.iter().map(|entry| {
        let document = effective.document(entry.origin);
        let value = |name: &str| document.value(entry.origin.element, name);
        let key = value("key").or(value("name")).unwrap_or_default();
        let said = value("value").or(value("connectionString"));
        format!("{}:{key}={}", entry.origin.file, said.unwrap_or_default())
    });
    (shown.collect(), section.extent, section.refused.len())
}

fn settings(inner: &str) -> String {
    format!("<configuration><appSettings>{inner}</appSettings></configuration>")
}

#[test]
fn the_last_entry_of_a_key_counts_whatever_its_case() {
    let text =
        settings(r#"<add key="A" value="1"/><add key="b" value="2"/><add key="a" value="3"/>"#);
    let (found, extent, refused) = read(&[&text], &[], "appSettings");
    assert_eq!(found, ["0:a=3", "0:b=2"]);
    assert_eq!((extent, refused), (Extent::Whole, 0));
}

#[test]
fn remove_and_clear_take_out_what_is_before_them() {
    let text = settings(
        r#"<add key="a" value="1"/><clear/><add key="b" value="2"/><remove key="B"/><add key="c" value="3"/>"#,
    );
    assert_eq!(read(&[&text], &[], "appSettings").0, ["0:c=3"]);
}

#[test]
fn a_file_comes_behind_what_stands_inline_and_may_be_missing() {
    let text = r#"<configuration><appSettings file="more.config"><add key="a" value="1"/><add key="b" value="2"/></appSettings></configuration>"#;
    let more = r#"<appSettings><add key="A" value="9"/><remove key="b"/><add key="c" value="3"/></appSettings>"#;
    let found = read(&[text], &[("more.config", more)], "appSettings");
    assert_eq!(found.0, ["1:A=9", "1:c=3"]);
    let found = read(&[text], &[], "appSettings");
    assert_eq!((found.0.len(), found.1), (2, Extent::Whole));
    let found = read(&[text], &[("more.config", "<a")], "appSettings");
    assert_eq!(found.1, Extent::Part);
}

#[test]
fn a_config_source_is_the_whole_section_and_must_be_there() {
    let text = r#"<configuration><connectionStrings configSource="c.config"/></configuration>"#;
    let beside = r#"<connectionStrings><add name="a" connectionString="x"/></connectionStrings>"#;
    let found = read(&[text], &[("c.config", beside)], "connectionStrings");
    assert_eq!(found.0, ["1:a=x"]);
    assert_eq!(read(&[text], &[], "connectionStrings").1, Extent::Missing);
}

#[test]
fn connection_strings_of_one_name_are_refused_but_after_remove() {
    let section = |inner: &str| {
        format!("<configuration><connectionStrings>{inner}</connectionStrings></configuration>")
    };
    let one = section(r#"<add name="a" connectionString="x"/>"#);
    let again = section(r#"<add name="A" connectionString="y"/>"#);
    let found = read(&[&one, &again], &[], "connectionStrings");
    assert_eq!((found.0, found.2), (vec!["0:a=x".to_owned()], 1));
    let again = section(r#"<remove name="A"/><add name="A" connectionString="y"/>"#);
    let found = read(&[&one, &again], &[], "connectionStrings");
    assert_eq!((found.0, found.2), (vec!["1:A=y".to_owned()], 0));
}

#[test]
fn a_location_for_the_folder_counts_and_one_for_children_does_not_come_down() {
    let here = r#"<configuration><location path="."><appSettings><add key="a" value="1"/></appSettings></location><location path="admin"><appSettings><add key="b" value="2"/></appSettings></location></configuration>"#;
    assert_eq!(read(&[here], &[], "appSettings").0, ["0:a=1"]);
    let above = here.replace(
        "path=\".\"",
        "path=\".\" inheritInChildApplications=\"false\"",
    );
    let below = settings(r#"<add key="c" value="3"/>"#);
    assert_eq!(
        read(&[here, &below], &[], "appSettings").0,
        ["0:a=1", "1:c=3"]
    );
    assert_eq!(read(&[&above, &below], &[], "appSettings").0, ["1:c=3"]);
}

#[test]
fn what_is_encrypted_is_not_known() {
    let text = settings("<EncryptedData/>");
    assert_eq!(read(&[&text], &[], "appSettings").1, Extent::Part);
}

#[test]
fn settings_of_an_application_are_told_apart_by_case() {
    let setting = |name: &str| {
        format!(r#"<setting name="{name}" serializeAs="String"><value>1</value></setting>"#)
    };
    let text = format!(
        r#"<configuration><configSections><sectionGroup name="applicationSettings" type="t"><section name="S" type="t"/></sectionGroup></configSections><applicationSettings><S>{}{}</S></applicationSettings></configuration>"#,
        setting("a"),
        setting("A")
    );
    let found = read(&[&text], &[], "applicationSettings/S");
    assert_eq!(found.0, ["0:a=", "0:A="]);
}

/// The values of appSettings and connectionStrings that `effective` gives for a file.
fn values(effective: &Effective<'_>) -> Option<Values> {
    let mut values = BTreeMap::new();
    for (path, by, parts) in [
        ("appSettings", "key", &[Part::Value][..]),
        (
            "connectionStrings",
            "name",
            &[Part::ConnectionString, Part::Provider],
        ),
    ] {
        let Some(section) = effective.section(path) else {
            continue;
        };
        if section.extent != Extent::Whole || !section.refused.is_empty() {
            return None;
        }
        for entry in &section.entries {
            let Origin { element, .. } = entry.origin;
            let document = effective.document(entry.origin);
            let name = document.value(element, by)?.to_lowercase();
            for part in parts {
                let key = Key {
                    section: path.to_owned(),
                    name: name.clone(),
                    part: *part,
                };
                let value = document
                    .value(element, part.attribute())
                    .unwrap_or_default();
                values.insert(key, value.into_owned());
            }
        }
    }
    Some(values)
}

/// A folder with a file and its sidecars, for .NET to read.
struct Case {
    text: String,
    beside: Vec<(&'static str, String)>,
}

fn written() -> Vec<Case> {
    let add = |key: &str, value: &str| format!(r#"<add key="{key}" value="{value}"/>"#);
    let mut cases = Vec::new();
    // What stands inline, in `file=` and with `configSource`, in all orders of five kinds of entries.
    let kinds = [
        add("a", "1"),
        add("A", "2"),
        add("b", "3"),
        r#"<remove key="a"/>"#.to_owned(),
        "<clear/>".to_owned(),
    ];
    for number in 0..125 {
        let three = [number % 5, number / 5 % 5, number / 25];
        let inner: String = three.iter().map(|at| kinds[*at].as_str()).collect();
        cases.push(Case {
            text: settings(&inner),
            beside: Vec::new(),
        });
        cases.push(Case {
            text: format!(
                r#"<configuration><appSettings file="more.config">{}{}</appSettings></configuration>"#,
                kinds[three[0]], kinds[2]
            ),
            beside: vec![("more.config", format!("<appSettings>{inner}</appSettings>"))],
        });
    }
    let source = r#"<configuration><appSettings configSource="own.config"/><connectionStrings configSource="strings.config"/></configuration>"#;
    cases.push(Case {
        text: source.to_owned(),
        beside: vec![
            ("own.config", format!("<appSettings>{}{}</appSettings>", add("a", "1"), add("a", "2"))),
            ("strings.config", r#"<connectionStrings><add name="m" connectionString="x"/><remove name="M"/><add name="m" connectionString="y" providerName="p"/></connectionStrings>"#.to_owned()),
        ],
    });
    cases
}

/// Files of the repository and of the corpus, each alone in its folder.
fn found() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("fixtures"), root.join("tests/cases/merge")];
    folders
        .extend(std::env::var_os("CONFERRY_CORPUS").map(|folder| Path::new(&folder).join("files")));
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|end| end == "config") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

#[test]
fn effective_values_are_those_that_dotnet_reads() {
    if !dotnet_reader::is_ready() {
        return;
    }
    let rules = load(&[]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (at, case) in written().into_iter().enumerate() {
        let own = folder.path().join(at.to_string());
        fs::create_dir(&own).unwrap();
        fs::write(own.join("app.config"), case.text).unwrap();
        for (name, text) in case.beside {
            fs::write(own.join(name), text).unwrap();
        }
        paths.push(own.join("app.config"));
    }
    let written = paths.len();
    paths.extend(found());
    let readings = dotnet_reader::read_at(&paths);
    let (mut held, mut wrong) = (0, String::new());
    for (at, (path, reading)) in paths.iter().zip(readings).enumerate() {
        let Ok(Ok(document)) = fs::read(path).map(|bytes| Document::from_bytes(&bytes)) else {
            continue;
        };
        if reading.error.is_some() {
            assert!(at >= written, "{}: {:?}", path.display(), reading.error);
            continue;
        }
        let look = |sidecar: &Sidecar| {
            let inner = sidecar.inner_path().unwrap();
            match fs::read(path.parent().unwrap().join(inner)) {
                Ok(bytes) => match Document::from_bytes(&bytes) {
                    Ok(document) => Beside::Document(Cow::Owned(document), None),
                    Err(_) => Beside::Unknown,
                },
                Err(_) => Beside::Missing,
            }
        };
        let layer = Layer {
            document: &document,
            label: None,
            beside: &look,
        };
        let effective = Effective::of(&[layer], rules.meaning(), &|_| true);
        let is_in_location = |section: &Section| section.location.is_some();
        if effective.sections.iter().any(is_in_location) {
            continue;
        }
        let Some(found) = values(&effective) else {
            continue;
        };
        held += 1;
        let is_ours =
            |key: &Key| matches!(key.section.as_str(), "appSettings" | "connectionStrings");
        let wanted: Values = (reading.values.into_iter())
            .filter(|(key, _)| is_ours(key))
            .collect();
        let named = |values: Values| -> Values {
            // XML makes spaces of tabs and line ends in attributes, and .NET's reader does not.
            let plain = |(key, value): (Key, String)| (key, value.replace(['\t', '\n', '\r'], " "));
            let values = values.into_iter().map(plain);
            // .NET gives no provider where none is said.
            let is_said =
                |(key, value): &(Key, String)| key.part != Part::Provider || !value.is_empty();
            values.filter(is_said).collect()
        };
        let (found, wanted) = (named(found), named(wanted));
        if found != wanted {
            let keys = found.keys().chain(wanted.keys());
            let differs = |key: &&Key| found.get(*key) != wanted.get(*key);
            let keys: BTreeSet<&Key> = keys.filter(differs).collect();
            wrong += &format!("{}: {keys:?}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        held > written && written > 200,
        "{held} of {written} and more"
    );
    dotnet_reader::tell(&format!(
        "{held} files: effective values are those of .NET's own reader"
    ));
}
