//! The tables in `tests/cases/references`: `input`, `output` (absent: as it
//! was) and `why`. Adding a row needs no Rust.

use conferry::pack::rules::{Id, Mark, Provenance, RewriteGuards, VirtualDirectory};
use conferry::rewrite::{VirtualDirectories, rewrite_value};
use serde::Deserialize;

use crate::command::cases;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// `OLD=NEW` on top of the usual renames.
    #[serde(default)]
    vdir: Vec<String>,
    #[serde(default)]
    keep_vdir: Vec<String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    input: String,
    output: Option<String>,
    why: String,
}

pub fn guards() -> RewriteGuards {
    RewriteGuards {
        never_hosts: vec!["*.phonefactor.com".into(), "phonefactor.net".into()],
        never_below: vec!["App_Themes".into()],
        never_files: vec!["applicationHost.config".into()],
    }
}

pub fn rows() -> Vec<VirtualDirectory> {
    [
        ("PhoneFactor", "MultiFactorAuth"),
        ("PhoneFactorWebServiceSdk", "MultiFactorAuthWebServiceSdk"),
        (
            "PhoneFactorPhoneAppWebService",
            "MultiFactorAuthMobileAppWebService",
        ),
    ]
    .map(|(old, new)| VirtualDirectory {
        provenance: Provenance {
            id: Id::new(&old.to_lowercase()),
            pack: Id::known("test"),
            summary: String::new(),
            why: String::new(),
            source: String::new(),
            mark: Mark::Documented,
            given: false,
        },
        component: Id::known(""),
        old: old.into(),
        new: new.into(),
    })
    .into()
}

#[test]
fn every_row_of_every_table_holds() {
    let mut rows_seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(cases("references")).unwrap() {
        let path = entry.unwrap().path();
        let table: Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let renames: Vec<_> = table
            .vdir
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let directories = VirtualDirectories::new(&rows(), &renames, &table.keep_vdir).unwrap();
        for case in table.case {
            rows_seen += 1;
            let expected = case.output.as_ref().unwrap_or(&case.input);
            let rewrite = |text: &str| {
                rewrite_value(text, &directories, &guards()).unwrap_or_else(|| text.to_owned())
            };
            let actual = rewrite(&case.input);
            if actual != *expected || rewrite(&actual) != actual {
                wrong.push(format!(
                    "{}\n  input    {}\n  expected {expected}\n  actual   {actual}\n  again    {}\n  because  {}",
                    path.display(), case.input, rewrite(&actual), case.why
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows_seen > 100, "the tables were not found");
}
