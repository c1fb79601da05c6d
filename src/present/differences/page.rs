//! The report of `conferry diff` as a page.

use super::text::{counted, effective, names, without_meaning};
use super::{Counts, Explained, File, Part, Report, Row, Side};
use crate::present::count::{capital, number};
use crate::present::page::{self, Cell, Fact, Group, List, Page, Sum, Tone, Verdict};

impl Report {
    /// As a page.
    #[must_use]
    pub fn page(&self) -> Page {
        if let Some(table) = &self.side_by_side {
            return Page {
                command: "diff",
                verdict: self.verdict(),
                shows_secrets: self.secrets_shown,
                warnings: self.errors.clone(),
                row_name: "Setting",
                section_name: ("Section", "in "),
                ..table.page()
            };
        }
        let has_vendor = self.files.iter().any(|file| file.vendor.is_some());
        let columns: &[&str] = match has_vendor {
            true => &["before", "administrator", "vendor"],
            false => &["before", "after"],
        };
        let groups = self.files.iter().enumerate();
        let groups = groups.filter(|(_, file)| !file.changes.is_empty());
        Page {
            command: "diff",
            title: match &self.files[..] {
                [file] => format!("{} compared with {}", file.before, names(file)),
                files => format!("{} compared", number(files.len(), "pair of files")),
            },
            verdict: self.verdict(),
            shows_secrets: self.secrets_shown,
            warnings: self.errors.clone(),
            sums: sums(&self.counts),
            account: Vec::new(),
            row_name: "Setting",
            section_name: ("Section", "in "),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            groups: groups
                .map(|(at, file)| group(at, file, has_vendor))
                .collect(),
            lists: self.lists(),
            facts: (self.inputs.iter())
                .map(|input| Fact {
                    name: input.title(),
                    value: input.line(),
                })
                .collect(),
            signed: false,
        }
    }

    fn verdict(&self) -> Verdict {
        let rows = self.files.iter().flat_map(|file| &file.changes);
        let findings = rows.map(|row| row.findings.len()).sum::<usize>()
            + (self.files.iter())
                .map(|file| file.findings.len())
                .sum::<usize>();
        let is_clean = self.is_clean();
        let (tone, word) = match (self.errors.is_empty(), is_clean) {
            (false, _) => (Tone::Bad, "Not all was compared"),
            (true, true) => (Tone::Good, "No difference in meaning"),
            (true, false) => (Tone::Look, "Different"),
        };
        let mut text = match is_clean {
            true => "Nothing that .NET or IIS reads differs.".to_owned(),
            false => format!("{}.", counted(&self.counts)),
        };
        if findings > 0 {
            text.push_str(&format!(
                " Lint has {} about the second side that the first does not have.",
                number(findings, "finding")
            ));
        }
        Verdict {
            tone,
            word: word.to_owned(),
            text,
        }
    }

    fn lists(&self) -> Vec<List> {
        let mut lists = Vec::new();
        for file in &self.files {
            let mut items: Vec<String> = file.findings.iter().map(sentence).collect();
            items.extend(file.explained.iter().map(Explained::words));
            items.extend(effective(file));
            let not_compared = file.not_compared.iter();
            items.extend(not_compared.map(|what| format!("Not compared: {what}")));
            let meaning = without_meaning(&file.without_meaning);
            items.extend(meaning.map(|meaning| format!("Without meaning: {meaning}")));
            lists.push(List {
                title: format!("Also about {}", names(file)),
                items,
            });
        }
        let named = |title: &str, items: &[String]| List {
            title: title.to_owned(),
            items: items.to_vec(),
        };
        lists.push(named(
            "Files that only the first side has",
            &self.only_before,
        ));
        lists.push(named(
            "Files that only the second side has",
            &self.only_after,
        ));
        lists.push(named("Accepted, but no difference any more", &self.stale));
        lists.retain(|list| !list.items.is_empty());
        lists
    }
}

fn sums(counts: &Counts) -> Vec<Sum> {
    (counts.named())
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| Sum {
            number,
            name: name.to_owned(),
            group: None,
        })
        .collect()
}

fn group(at: usize, file: &File, has_vendor: bool) -> Group {
    let rows = file
        .changes
        .iter()
        .map(|change| row(file, change, has_vendor));
    Group {
        id: format!("file-{}", at + 1),
        title: format!(
            "{} -> {}: {}",
            file.before,
            names(file),
            counted(&file.counts)
        ),
        folded: false,
        to_decide: false,
        rows: rows.collect(),
    }
}

fn row(file: &File, change: &Row, has_vendor: bool) -> page::Row {
    let mut cells = vec![cell(change.before.as_ref()), cell(change.after.as_ref())];
    if has_vendor {
        cells.push(cell(change.vendor.as_ref()));
    }
    let mut said: Vec<String> = Vec::new();
    said.extend(change.by.map(|by| capital(by.words())));
    said.extend(change.was.iter().map(|was| format!("It was called {was}.")));
    said.extend(change.parts.iter().chain(&change.names).map(part));
    said.extend(change.note.iter().map(|note| capital(note)));
    said.extend(change.order.iter().map(|one| match &one.behind {
        Some(behind) => format!("{} now follows {behind}", one.child),
        None => format!("{} is now the first", one.child),
    }));
    said.extend(change.findings.iter().map(sentence));
    let sides = [&change.after, &change.vendor, &change.before];
    let address = sides.into_iter().flatten().next();
    let address = address.map_or(String::new(), |side| side.address.clone());
    page::Row {
        identity: format!("{}\0{}\0{address}", file.before, change.kind),
        status: change.kind,
        section: change.section.clone(),
        label: change.label.clone(),
        address,
        risk: change.findings.iter().map(|found| found.severity).max(),
        cells,
        said,
        code: None,
    }
}

fn cell(side: Option<&Side>) -> Cell {
    let Some(side) = side else {
        return Cell::default();
    };
    let value = side.value.as_ref();
    Cell {
        described: value.is_none() && side.xml.is_none(),
        text: value
            .or(side.xml.as_ref())
            .cloned()
            .or_else(|| Some("(there)".to_owned())),
        place: Some(match &side.file {
            Some(file) => format!("{file}, line {}", side.line),
            None => format!("line {}", side.line),
        }),
    }
}

fn part(part: &Part) -> String {
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "(nothing)".to_owned());
    format!(
        "{}: {} -> {}",
        part.name,
        shown(&part.before),
        shown(&part.after)
    )
}

fn sentence(found: &super::Found) -> String {
    format!(
        "{} {} (line {}): {}",
        capital(found.severity.name()),
        found.rule,
        found.line,
        found.message
    )
}
