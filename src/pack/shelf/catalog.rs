//! All rows of all packs as they stand in the TOML: what `rules list` and
//! `rules explain` show. Made of packs that were checked; what a row means is
//! known to [`Rules`] alone.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::load::{PackFailure, Reason};
use super::texts::{self, PackText};
use crate::pack::format::file::PackFile;
use crate::pack::format::row::span;
use crate::pack::rules::Rules;
use crate::pack::rules::lint::LintRule;
use crate::pack::rules::{ComponentId, RowId};
use crate::xml::LineColumn;

/// Keys that speak about a row, and examples: they are shown in their own way.
const ABOUT: [&str; 13] = [
    "id",
    "name",
    "severity",
    "summary",
    "title",
    "meaning",
    "why",
    "advice",
    "source",
    "mark",
    "component",
    "valid",
    "invalid",
];

/// Packs with the rules that they make.
#[derive(Debug)]
pub struct Library {
    /// The packs, in the order in which they were loaded.
    pub packs: Vec<PackText>,
    /// What they mean.
    pub rules: Rules,
    /// Their rows.
    pub entries: Vec<Entry>,
}

impl Library {
    /// Checks `packs` and puts them together.
    ///
    /// # Errors
    /// All packs with a problem.
    pub fn new(packs: Vec<PackText>) -> Result<Self, Vec<PackFailure>> {
        let (rules, problems) = texts::build(&packs);
        let failures: Vec<PackFailure> = (packs.iter().zip(problems))
            .filter(|(_, problems)| !problems.is_empty())
            .map(|(pack, problems)| PackFailure {
                label: pack.label.clone(),
                reason: Reason::Invalid {
                    text: pack.text.clone(),
                    problems,
                },
            })
            .collect();
        if !failures.is_empty() {
            return Err(failures);
        }
        let entries = entries(&packs);
        Ok(Self {
            packs,
            rules,
            entries,
        })
    }

    /// The lint rule of an entry.
    #[must_use]
    pub fn lint_rule(&self, entry: &Entry) -> Option<(usize, &LintRule)> {
        let mut rules = self.rules.lints.iter().enumerate();
        let is_it =
            |rule: &LintRule| entry.table == "lint" && rule.provenance.id.of_any() == entry.id;
        rules.find(|(_, rule)| is_it(rule))
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The table it stands in.
    pub table: &'static str,
    /// Its id, or one made of its table and what it is about.
    pub id: RowId,
    /// Position of its pack.
    pub pack: usize,
    /// Where it stands in the TOML, from 1.
    pub line: usize,
    /// One line for people; empty if it has none.
    pub summary: String,
    /// Why it is so; empty if it does not say.
    pub why: String,
    /// Names of sources.
    pub source: Vec<String>,
    /// `documented` or `inferred`.
    pub mark: String,
    /// Components it is for.
    pub components: Vec<ComponentId>,
    /// What it says, key by key, as written.
    pub written: Vec<(String, String)>,
    /// Position of the pack whose row of the same id it takes the place of.
    pub replaces: Option<usize>,
}

impl Entry {
    /// What the row says at `key`, as written; empty if it does not.
    #[must_use]
    pub fn written(&self, key: &str) -> &str {
        let found = self.written.iter().find(|(known, _)| known == key);
        found.map_or("", |(_, text)| text)
    }
}

/// Every row that holds, in the order of [`PackFile::with_ids`], packs and lines; of rows
/// with one id the last, in the place of the first.
#[must_use]
pub fn entries(packs: &[PackText]) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut places: HashMap<(&'static str, &str), usize> = HashMap::new();
    for table in PackFile::with_ids() {
        for (at, pack) in packs.iter().enumerate() {
            for row in pack.rows.iter().filter(|row| row.table == table) {
                let mut entry = row.clone();
                entry.pack = at;
                match places.get(&(table, row.id.as_str())) {
                    Some(place) => {
                        entry.replaces = Some(all[*place].pack);
                        all[*place] = entry;
                    }
                    None => {
                        places.insert((table, row.id.as_str()), all.len());
                        all.push(entry);
                    }
                }
            }
        }
    }
    all
}

/// All rows of one pack, as if it were the first one.
pub(super) fn rows(document: &DeTable<'_>, text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for table in PackFile::with_ids() {
        let rows = document.get(table);
        let rows = rows.and_then(|rows| rows.get_ref().as_array());
        for row in rows.into_iter().flat_map(|rows| rows.iter()) {
            if let Some(keys) = row.get_ref().as_table() {
                entries.extend(read(table, text, row, keys));
            }
        }
    }
    entries
}

/// The entries of one row: several if it names several elements.
fn read(
    table: &'static str,
    pack: &str,
    row: &Spanned<DeValue<'_>>,
    keys: &DeTable<'_>,
) -> Vec<Entry> {
    let texts = |key: &str| keys.get(key).map_or_else(Vec::new, texts);
    let text = |key: &str| texts(key).into_iter().next().unwrap_or_default();
    let subjects = match (texts("id"), table) {
        (ids, _) if !ids.is_empty() => ids,
        (_, "virtual-directory") => vec![format!("{table} {}", text("old"))],
        _ => {
            let key = match table {
                "reference" => "from",
                "section-group" => "path",
                _ => "element",
            };
            let subjects = texts(key).into_iter();
            subjects
                .map(|subject| format!("{table} {subject}"))
                .collect()
        }
    };
    let summary = ["summary", "title", "meaning"]
        .into_iter()
        .map(text)
        .find(|text| !text.is_empty());
    let mark = Some(text("mark")).filter(|mark| !mark.is_empty());
    let entry = Entry {
        table,
        id: RowId::known(""),
        pack: 0,
        line: LineColumn::of(pack, span(row.span()).start).line,
        summary: summary.unwrap_or_default().trim().to_owned(),
        why: text("why").trim().to_owned(),
        source: texts("source"),
        mark: mark.unwrap_or_else(|| "inferred".to_owned()),
        components: (texts("component").iter())
            .map(|id| ComponentId::new(id))
            .collect(),
        written: written(keys, pack),
        replaces: None,
    };
    let of = |id: String| Entry {
        id: RowId::new(&id),
        ..entry.clone()
    };
    subjects.into_iter().map(of).collect()
}

fn texts(value: &Spanned<DeValue<'_>>) -> Vec<String> {
    let one = std::slice::from_ref(value);
    let items = value.get_ref().as_array().map_or(one, |items| items);
    let texts = items.iter().filter_map(|item| item.get_ref().as_str());
    texts.map(str::to_owned).collect()
}

/// Key by key what the row says, cut out of the text.
fn written(keys: &DeTable<'_>, text: &str) -> Vec<(String, String)> {
    let mut written: Vec<(usize, String, String)> = keys
        .iter()
        .filter(|(key, _)| !ABOUT.contains(&key.get_ref().as_ref()))
        .map(|(key, value)| {
            let mut start = key.span().start;
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            if text[line..start].trim_start().starts_with('[') {
                start = line; // a table of its own: [lint.when]
            }
            let end = end_of(value).max(start);
            let cut = text
                .get(start..end)
                .unwrap_or_default()
                .replace("\r\n", "\n");
            (start, key.get_ref().to_string(), cut)
        })
        .collect();
    written.sort();
    written
        .into_iter()
        .map(|(_, key, cut)| (key, cut))
        .collect()
}

/// Where a value ends with all it holds.
fn end_of(value: &Spanned<DeValue<'_>>) -> usize {
    let inside = match value.get_ref() {
        DeValue::Table(table) => table.values().map(end_of).max(),
        DeValue::Array(items) => items.iter().map(end_of).max(),
        _ => None,
    };
    inside.unwrap_or_default().max(value.span().end)
}
