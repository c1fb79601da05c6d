//! Asks .NET's own configuration reader what it reads of files: `.ci/dotnet-reader`, which has to be made ready once.
//! Where it is not, tests that need it say so in one line and pass, unless `CONFERRY_DOTNET_READER` demands it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

use conferry::xml::{Document, NodeId};
use serde::Deserialize;

/// What tells a value from others: its section, its name in the case that .NET compares by, and what of the entry it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub section: String,
    pub name: String,
    pub part: Part,
}

/// What of an entry a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Value,
    ConnectionString,
    Provider,
}

impl Part {
    /// The attribute that says it; a setting says it in its child `value`.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::ConnectionString => "connectionString",
            Self::Provider => "providerName",
        }
    }
}

/// Every effective value of a file.
pub type Values = BTreeMap<Key, String>;

/// What .NET makes of a file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Why it does not read it.
    pub error: Option<String>,
    /// What it reads; nothing if there is an error.
    pub values: Values,
}

impl Reading {
    /// Whether it was refused only since a file is missing that it points at.
    pub fn lacks_sidecar(&self) -> bool {
        (self.error.as_ref()).is_some_and(|error| error.contains("Unable to open configSource"))
    }
}

/// A line that a passing test prints, too: the test harness catches only what is printed by macros.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether the reader is there; else says how to get it.
pub fn is_ready() -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_ready = cfg!(target_os = "linux") && root.join("target/dotnet-reader/ready").is_file();
    assert!(
        is_ready || std::env::var_os("CONFERRY_DOTNET_READER").is_none(),
        "CONFERRY_DOTNET_READER demands .NET's own reader, and it is not there"
    );
    static ONCE: Once = Once::new();
    if !is_ready {
        ONCE.call_once(|| {
            tell("not held to .NET's own reader, which is not there: .ci/dotnet-reader --install");
        });
    }
    is_ready
}

/// What .NET reads of each file.
pub fn read(files: &[&[u8]]) -> Vec<Reading> {
    let folder = tempfile::tempdir().unwrap();
    let write = |(at, bytes): (usize, &&[u8])| {
        let path = folder.path().join(format!("{at}.config"));
        fs::write(&path, bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
    read_at(&paths)
}

/// What .NET reads of the files at these paths, with what stands beside them.
pub fn read_at(files: &[PathBuf]) -> Vec<Reading> {
    let folder = tempfile::tempdir().unwrap();
    let names = files
        .iter()
        .map(|path| path.to_str().unwrap().to_owned() + "\n");
    let names: String = names.collect();
    let list = folder.path().join("names");
    fs::write(&list, names).unwrap();
    let output = Command::new("bash")
        .arg(".ci/dotnet-reader")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::from(fs::File::open(list).unwrap()))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let readings: Vec<Reading> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Line>(line).unwrap().into())
        .collect();
    assert_eq!(readings.len(), files.len(), "{stderr}");
    readings
}

/// The values that an element of a document says, each with the key under which .NET has it.
pub fn keys(document: &Document, element: NodeId) -> Vec<Key> {
    let root = document.root();
    let mut path: Vec<&str> =
        std::iter::successors(document.parent(element), |node| document.parent(*node))
            .take_while(|node| *node != root && document.is_element(*node))
            .map(|node| document.local_name(node))
            .collect();
    path.reverse();
    let section = path.join("/");
    let named = |by: &str, fold: bool, parts: &[Part]| {
        let Some(name) = document.value(element, by) else {
            return Vec::new();
        };
        let name = match fold {
            true => name.to_lowercase(),
            false => name.into_owned(),
        };
        let key = |part: &Part| Key {
            section: section.clone(),
            name: name.clone(),
            part: *part,
        };
        parts.iter().map(key).collect()
    };
    match (section.as_str(), document.local_name(element)) {
        ("appSettings", "add") => named("key", true, &[Part::Value]),
        ("connectionStrings", "add") => {
            named("name", true, &[Part::ConnectionString, Part::Provider])
        }
        (_, "setting") => named("name", false, &[Part::Value]),
        _ => Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    #[serde(rename = "file")]
    _file: String,
    error: Option<String>,
    app_settings: Vec<(String, Option<String>)>,
    connection_strings: Vec<(String, Option<String>, Option<String>)>,
    settings: Vec<(String, String, Option<String>)>,
}

impl From<Line> for Reading {
    fn from(line: Line) -> Self {
        let mut values = Values::new();
        let mut put = |section: &str, name: String, part, value: Option<String>| {
            if let Some(value) = value {
                let section = section.to_owned();
                values.insert(
                    Key {
                        section,
                        name,
                        part,
                    },
                    value,
                );
            }
        };
        if line.error.is_none() {
            for (key, value) in line.app_settings {
                put("appSettings", key.to_lowercase(), Part::Value, value);
            }
            for (name, string, provider) in line.connection_strings {
                let name = name.to_lowercase();
                put(
                    "connectionStrings",
                    name.clone(),
                    Part::ConnectionString,
                    string,
                );
                put("connectionStrings", name, Part::Provider, provider);
            }
            for (section, name, value) in line.settings {
                put(&section, name, Part::Value, value);
            }
        }
        Self {
            error: line.error,
            values,
        }
    }
}
