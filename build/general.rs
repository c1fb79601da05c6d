//! The general packs as Rust: git runs the merge driver once per file, and to read the TOML takes
//! longer than to merge. The rows are read by the code that reads every other pack.

use std::fmt::{Debug, Write as _};
use std::path::Path;

use toml::Spanned;

use crate::config::section_groups::{SectionGroup, SectionGroups};
use crate::pack::format::meaning::{
    Discovery, Head, IdentityRow, MergeRow, OrderRow, ReferenceRow, SecretRow, SectionGroupRow,
};
use crate::pack::format::row::Trust;
use crate::pack::format::table::{Reading, Text, document};
use crate::pack::rules::terms::{Deed, Mark, When};

/// What the driver needs of packs.
#[derive(Default)]
struct General {
    packs: Vec<Head>,
    discovery: Vec<String>,
    groups: Vec<SectionGroup>,
    identities: Vec<IdentityRow>,
    orders: Vec<OrderRow>,
    references: Vec<ReferenceRow>,
    secrets: Vec<SecretRow>,
    merges: Vec<(String, MergeRow)>,
}

impl General {
    fn add(&mut self, path: &Path, text: &str) -> Result<(), String> {
        let mut problems = Vec::new();
        if let Some(document) = document(text, &mut problems) {
            let mut reading = Reading {
                document: document.get_ref(),
                problems: &mut problems,
                trust: Trust::BuiltIn,
            };
            let head: Head = reading.table();
            let id = said(&head.id);
            self.packs.push(head);
            for name in reading.table::<Discovery>().attributes {
                let name = name.into_inner();
                if !self.discovery.contains(&name) {
                    self.discovery.push(name);
                }
            }
            let groups = reading.rows::<SectionGroupRow>().into_iter();
            self.groups.extend(groups.map(|row| {
                SectionGroup {
                    path: match said(&row.path).as_str() {
                        "configuration" => "".into(),
                        path => path.to_owned().into(),
                    },
                    members: row
                        .members
                        .into_iter()
                        .map(|name| name.into_inner().into())
                        .collect(),
                }
            }));
            self.identities.extend(reading.rows::<IdentityRow>());
            self.orders.extend(reading.rows::<OrderRow>());
            self.references.extend(reading.rows::<ReferenceRow>());
            self.secrets.extend(reading.rows::<SecretRow>());
            let merges = reading.rows::<MergeRow>().into_iter();
            self.merges.extend(merges.map(|row| (id.clone(), row)));
        }
        let place = |span| format!("{} {span:?}", path.display());
        match problems.first() {
            Some(problem) => Err(format!("{}: {}", place(problem.span), problem.message)),
            None => Ok(()),
        }
    }
}

/// The packs at `paths` as Rust.
pub(crate) fn source(packs: &[(&Path, String)]) -> Result<String, String> {
    let mut general = General::default();
    for (path, text) in packs {
        general.add(path, text)?;
    }
    let mut out = String::new();
    let mut item = |head: &str, rows: &[String], tail: &str| {
        let _ = writeln!(out, "{head}");
        for row in rows {
            let _ = writeln!(out, "    {row},");
        }
        let _ = writeln!(out, "{tail}\n");
    };
    let heads: Vec<String> = general.packs.iter().map(head).collect();
    item(
        "fn packs() -> Vec<PackInfo> {\n    vec![",
        &heads,
        "    ]\n}",
    );
    let names: Vec<String> = general.discovery.iter().map(|name| cow(name)).collect();
    item("static DISCOVERY: &[Cow<'static, str>] = &[", &names, "];");
    let groups = SectionGroups::new(general.groups.into());
    let mut identities: Vec<String> = (groups.element_paths())
        .map(|(path, is_group)| {
            format!("IdentityRule::of_section(ElementPath::known({path:?}), {is_group})")
        })
        .collect();
    identities.extend(general.identities.iter().flat_map(identity));
    item("static IDENTITIES: &[IdentityRule] = &[", &identities, "];");
    let orders = general.orders.iter();
    let orders: Vec<String> = orders
        .map(|row| format!("ElementPath::known({:?})", said(&row.element)))
        .collect();
    item("static ORDERED: &[ElementPath] = &[", &orders, "];");
    let references: Vec<String> = general.references.iter().flat_map(reference).collect();
    item("static REFERENCES: &[Reference] = &[", &references, "];");
    let groups: Vec<String> = groups.rows().iter().map(group).collect();
    item("static SECTION_GROUPS: &[SectionGroup] = &[", &groups, "];");
    let secrets: Vec<String> = general.secrets.iter().map(secret).collect();
    item("static SECRETS: &[SecretRule] = &[", &secrets, "];");
    let merges: Vec<String> = general
        .merges
        .iter()
        .map(|(pack, row)| policy(pack, row))
        .collect();
    item(
        "fn policies() -> Option<Vec<Policy>> {\n    Some(vec![",
        &merges,
        "    ])\n}",
    );
    Ok(out)
}

fn said(text: &Option<Text>) -> String {
    text.as_ref()
        .map_or_else(String::new, |text| text.get_ref().trim().to_owned())
}

/// `Cow::Borrowed("x")`
fn cow(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn cows(texts: &[Text]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| cow(text.get_ref())).collect();
    format!("Cow::Borrowed(&[{}])", texts.join(", "))
}

fn option(text: &Option<Text>, wrap: impl Fn(&str) -> String) -> String {
    match text {
        Some(text) => format!("Some({})", wrap(text.get_ref())),
        None => "None".to_owned(),
    }
}

/// `Compare::Exactly`, for a word that need not be there.
fn value<T: Debug + Default + Copy>(name: &str, word: &Option<Spanned<T>>) -> String {
    format!(
        "{name}::{:?}",
        word.as_ref()
            .map(|word| *word.get_ref())
            .unwrap_or_default()
    )
}

fn head(head: &Head) -> String {
    let id = said(&head.id);
    format!(
        "PackInfo {{ id: PackId::known({id:?}), title: {:?}.to_owned(), version: {:?}.to_owned() }}",
        said(&head.title),
        said(&head.version),
    )
}

fn identity(row: &IdentityRow) -> Vec<String> {
    let keys = |texts: &[Text]| {
        let keys = texts
            .iter()
            .map(|text| format!("KeyPath::known({:?})", text.get_ref()));
        format!(
            "Cow::Borrowed(const {{ &[{}] }})",
            keys.collect::<Vec<_>>().join(", ")
        )
    };
    let compare = match row.ignore_case {
        true => "Compare::IgnoreCase".to_owned(),
        false => value("Compare", &row.compare),
    };
    let elements = row.element.iter();
    elements
        .map(|element| {
            format!(
                "IdentityRule {{ element: ElementPath::known({:?}), by: {}, then_by: {}, compare: {compare}, \
                 duplicates: {}, once: {}, removes: {}, entry: {}, unique: {} }}",
                element.get_ref(),
                keys(&row.by),
                keys(&row.then_by),
                value("Duplicates", &row.duplicates),
                row.once,
                option(&row.removes, cow),
                row.entry,
                option(&row.unique, cow),
            )
        })
        .collect()
}

fn reference(row: &ReferenceRow) -> Vec<String> {
    let compare = if row.ignore_case {
        "IgnoreCase"
    } else {
        "Exactly"
    };
    let from = row.from.iter();
    from.map(|from| {
        let (element, attribute) = from.get_ref().rsplit_once('@').unwrap_or(("", from.get_ref()));
        let element = match element.trim_end_matches('/') {
            "" => "None".to_owned(),
            element => format!("Some(ElementPath::known({element:?}))"),
        };
        format!(
            "Reference {{ element: {element}, attribute: {}, target: Target::known({:?}), within: {}, \
             compare: Compare::{compare}, list: {}, form: {}, unless: {}, inherited: {} }}",
            cow(attribute),
            said(&row.to),
            value("Within", &row.within),
            row.list,
            option(&row.form, |form| format!("Form::known({form:?})")),
            option(&row.unless, cow),
            cows(&row.inherited),
        )
    })
    .collect()
}

fn group(row: &SectionGroup) -> String {
    let members: Vec<String> = row.members.iter().map(|name| cow(name)).collect();
    let members = members.join(", ");
    format!(
        "SectionGroup {{ path: {}, members: Cow::Borrowed(&[{members}]) }}",
        cow(&row.path)
    )
}

fn secret(row: &SecretRow) -> String {
    format!(
        "SecretRule {{ select: {}, names: {}, keys: {}, parts: {}, beside: {}, words: {}, except: {} }}",
        cows(&row.select),
        cows(&row.names),
        cows(&row.keys),
        cows(&row.parts),
        cows(&row.beside),
        cows(&row.words),
        cows(&row.except),
    )
}

fn policy(pack: &str, row: &MergeRow) -> String {
    let value = said(&row.value);
    let action = match row.action.as_ref().map(|word| *word.get_ref()) {
        Some(Deed::Set) => format!("Set({value:?}.to_owned())"),
        Some(Deed::Rename) => format!("Rename({:?}.to_owned())", said(&row.to)),
        Some(Deed::Rewrite) => format!(
            "Rewrite {{ pattern: Regex::new({:?}).ok()?, replacement: {:?}.to_owned() }}",
            said(&row.pattern),
            said(&row.replacement),
        ),
        Some(Deed::TakeBoth) => "TakeBoth { new_first: false }".to_owned(),
        Some(Deed::TakeBothNewFirst) => "TakeBoth { new_first: true }".to_owned(),
        Some(
            deed @ (Deed::TakeOld
            | Deed::TakeNew
            | Deed::TakeBase
            | Deed::Drop
            | Deed::Require
            | Deed::Conflict
            | Deed::HigherVersion),
        ) => format!("{deed:?}"),
        None => String::new(),
    };
    let about = &row.about;
    let mark = about
        .mark
        .as_ref()
        .map_or(Mark::Inferred, |mark| *mark.get_ref());
    let when = row
        .when
        .as_ref()
        .map_or(When::Always, |when| *when.get_ref());
    let source: Vec<&str> = about
        .source
        .iter()
        .map(|name| name.get_ref().as_str())
        .collect();
    let path = said(&row.path);
    let summary = Some(said(&about.summary)).filter(|text| !text.is_empty());
    format!(
        "Policy {{ provenance: Provenance {{ id: PolicyId::known({:?}), pack: PackId::known({pack:?}), \
         summary: {:?}.to_owned(), why: {:?}.to_owned(), source: {:?}.to_owned(), mark: Mark::{mark:?}, \
         given: false }}, component: {}, selector: Selector::parse({path:?}).ok()?, action: Action::{action}, \
         when: When::{when:?} }}",
        said(&about.id),
        summary.unwrap_or_else(|| path.clone()),
        said(&about.why),
        source.join(", "),
        option(&row.component, |name| format!(
            "ComponentId::known({name:?})"
        )),
    )
}
