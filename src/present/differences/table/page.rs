//! Several inputs side by side, as a page: a column for each.

use super::names::{joined, short};
use super::{SideBySide, Table, TableRow};
use crate::present::count::number;
use crate::present::page::{Cell, Group, List, Page, Row, Sum};

impl SideBySide {
    /// The parts of a page that are about the table.
    pub(in super::super) fn page(&self) -> Page {
        let names = short(&self.inputs);
        let shown = self.tables.iter().enumerate();
        let shown = shown.filter(|(_, table)| !table.rows.is_empty());
        let groups = shown.map(|(at, table)| group(at, table, &names)).collect();
        Page {
            title: format!(
                "{} side by side: {}",
                number(self.inputs.len(), "input"),
                names.join(", ")
            ),
            sums: [
                (self.settings, "not the same everywhere"),
                (self.not_everywhere, "not there in some"),
                (self.hidden, "not shown"),
            ]
            .into_iter()
            .map(|(number, name)| Sum {
                number,
                name: name.to_owned(),
                group: None,
            })
            .collect(),
            account: (self.alike.iter())
                .map(|alike| format!("The same in all of them: {}", joined(&names, alike)))
                .collect(),
            columns: names.clone(),
            groups,
            lists: self.lists(&names),
            ..Page::default()
        }
    }

    fn lists(&self, names: &[String]) -> Vec<List> {
        let files = self.files.iter();
        let files =
            files.map(|file| format!("{}: only in {}", file.path, joined(names, &file.inputs)));
        let mut items = Vec::new();
        for table in &self.tables {
            items.extend(
                table
                    .not_compared
                    .iter()
                    .map(|what| format!("Not compared: {what}")),
            );
            items.extend(table.explained.iter().map(|explained| {
                let input = names.get(explained.input).map_or("", String::as_str);
                format!("{input}: {}", explained.words())
            }));
            if let Some(with) = table
                .effective_with
                .as_ref()
                .filter(|with| !with.is_empty())
            {
                items.push(format!(
                    "Compared as .NET reads it, with {}",
                    with.join(", ")
                ));
            }
        }
        let lists = [
            ("Files that not all have", files.collect()),
            ("Also", items),
        ];
        lists
            .into_iter()
            .map(|(title, items): (&str, Vec<String>)| List {
                title: title.to_owned(),
                items,
            })
            .filter(|list| !list.items.is_empty())
            .collect()
    }
}

fn group(at: usize, table: &Table, names: &[String]) -> Group {
    let there = table.files.iter().filter(|file| !file.is_empty());
    let there: Vec<&str> = there.map(String::as_str).collect();
    Group {
        id: format!("file-{}", at + 1),
        title: format!("{} ({})", there.join(", "), table.rows.len()),
        folded: false,
        to_decide: false,
        rows: table
            .rows
            .iter()
            .map(|found| row(found, &there, names))
            .collect(),
    }
}

fn row(found: &TableRow, files: &[&str], names: &[String]) -> Row {
    let mut cells: Vec<Cell> = names.iter().map(|_| Cell::default()).collect();
    let mut address = String::new();
    let mut said = Vec::new();
    for group in &found.groups {
        if group.inputs.len() > 1 {
            said.push(format!("The same in {}", joined(names, &group.inputs)));
        }
        let Some(side) = &group.at else { continue };
        if address.is_empty() {
            address.clone_from(&side.address);
        }
        for input in &group.inputs {
            if let Some(cell) = cells.get_mut(*input) {
                let text = side.value.as_ref().or(side.xml.as_ref());
                *cell = Cell {
                    described: text.is_none(),
                    text: text.cloned().or_else(|| Some("(there)".to_owned())),
                    place: None,
                };
            }
        }
    }
    said.extend(found.findings.iter().map(|finding| {
        format!(
            "{} {} ({}): {}",
            finding.severity.name(),
            finding.rule,
            joined(names, &finding.inputs),
            finding.message
        )
    }));
    Row {
        identity: format!("{}\0{}\0{address}", files.concat(), found.differs_in),
        status: found.differs_in,
        section: found.section.clone(),
        label: found.label.clone(),
        address,
        risk: found.findings.iter().map(|finding| finding.severity).max(),
        cells,
        said,
        code: None,
    }
}
