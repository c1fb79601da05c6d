//! The pages below docs/rules: one for each pack, and a table of all lint rules.

use std::fmt::Write as _;

use super::explained::Explained;
use crate::pack::catalog::{Entry, Library};
use crate::pack::file::PackFile;
use crate::pack::texts::PackText;

/// How the tables of a pack are called, by their TOML names.
const TITLES: [(&str, &str); 19] = [
    ("lint", "Lint rules"),
    ("merge", "Merge policies"),
    ("setting", "Documented settings"),
    ("component", "Components"),
    (
        "generation",
        "How files of the old and of the new version are told apart",
    ),
    ("fact", "Facts"),
    ("service", "Services"),
    ("virtual-directory", "Virtual directories"),
    ("location", "Where components are"),
    ("file", "Files that matter"),
    ("installer", "Installers"),
    ("secret", "Secrets"),
    ("identity", "What identifies elements"),
    ("order", "Where order matters"),
    ("reference", "Names that point at entries"),
    ("section-group", "Sections that need no declaration"),
    ("procedure", "Procedures"),
    ("question", "Questions"),
    ("step", "Steps"),
];

/// Every page: its file name and its text. `note` says where they come from.
#[must_use]
pub fn pages(library: &Library, note: &str) -> Vec<(String, String)> {
    let mut pages = vec![("README.md".to_owned(), index(library, note))];
    for (at, pack) in library.packs.iter().enumerate() {
        pages.push((format!("{}.md", pack.id), page(library, at, pack, note)));
    }
    pages
}

fn index(library: &Library, note: &str) -> String {
    let mut out = format!("<!-- {note} -->\n\n# Rules\n\n");
    out.push_str("| pack | what it holds |\n|---|---|\n");
    for pack in &library.packs {
        let (id, title) = (&pack.id, &pack.title);
        let _ = writeln!(out, "| [{title}]({id}.md) | {} |", cell(&pack.summary));
    }
    out.push_str("\n## Lint rules\n\n");
    out.push_str("| id | name | severity | fix | summary |\n|---|---|---|---|---|\n");
    for entry in &library.entries {
        let Some((_, rule)) = library.lint_rule(entry) else {
            continue;
        };
        let fix = rule.fix.as_ref().map_or("", |fix| fix.applicability.name());
        let pack = &library.packs[entry.pack].id;
        let _ = writeln!(
            out,
            "| [{id}]({pack}.md#{anchor}) | `{}` | {} | {fix} | {} |",
            rule.name,
            rule.severity.name(),
            cell(&entry.summary),
            id = entry.id,
            anchor = entry.id.as_str().to_lowercase(),
        );
    }
    out
}

fn page(library: &Library, at: usize, pack: &PackText, note: &str) -> String {
    let mut out = format!("<!-- {note} -->\n\n# {}\n\n", pack.title);
    let _ = writeln!(
        out,
        "{}. Pack `{}`. [All rules](README.md).\n",
        pack.summary, pack.id
    );
    for table in PackFile::with_ids() {
        let entries = library.entries.iter();
        let rows: Vec<&Entry> = entries
            .filter(|entry| entry.pack == at && entry.table == table)
            .collect();
        if rows.is_empty() {
            continue;
        }
        if table == "lint" {
            for entry in rows {
                let _ = writeln!(out, "{}", Explained::of(library, entry).markdown());
            }
            continue;
        }
        let title = TITLES.iter().find(|(name, _)| *name == table);
        let _ = writeln!(out, "## {}\n", title.map_or(table, |(_, title)| title));
        out.push_str("| id | what | rule | mark |\n|---|---|---|---|\n");
        for entry in rows {
            let _ = writeln!(out, "{}", row(entry));
        }
        out.push('\n');
    }
    sources(&mut out, library, at);
    out
}

fn row(entry: &Entry) -> String {
    let mut what = cell(&entry.summary);
    if !entry.why.is_empty() {
        let between = if what.is_empty() { "" } else { ". " };
        what = format!("{what}{between}{}", cell(&entry.why));
    }
    let written: Vec<String> = (entry.written.iter())
        .map(|(_, text)| format!("`{}`", cell(text).replace('`', "'")))
        .collect();
    format!(
        "| <a id=\"{id}\"></a>`{id}` | {what} | {} | {}: {} |",
        written.join("<br>"),
        entry.mark,
        entry.source.join(", "),
        id = entry.id,
    )
}

/// The sources that tables name by their short names.
fn sources(out: &mut String, library: &Library, at: usize) {
    let rows = library.entries.iter();
    let mut names: Vec<&String> = rows
        .filter(|entry| entry.pack == at && entry.table != "lint")
        .flat_map(|entry| &entry.source)
        .collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return;
    }
    out.push_str("## Sources\n\n");
    for name in names {
        let cite = library.rules.sources.get(name).map_or("", String::as_str);
        let _ = match library.rules.links.get(name) {
            Some(url) => writeln!(out, "- {name}: [{cite}](<{url}>)"),
            None => writeln!(out, "- {name}: {cite}"),
        };
    }
}

/// `text` in one line of a table.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|").replace('<', "&lt;")
}
