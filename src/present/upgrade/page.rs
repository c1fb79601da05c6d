//! The report of an upgrade as a page: what to decide, the files, then all settings of all merges.

use super::text::{account_line, verdict_text, verdict_word};
use crate::present::count::capital;
use crate::present::merge::Report;
use crate::present::page::{Cell, Fact, Group, List, Page, Row, Sum, Tone, Verdict};
use crate::upgrade::Merge;
use crate::upgrade::record::{Blocking, Component, File, Record, Server};

/// All merges of `record` on one page.
#[must_use]
pub fn page(record: &Record, merges: &[Merge<Report>]) -> Page {
    let pages: Vec<(&Merge<Report>, Page)> = merges
        .iter()
        .map(|merge| (merge, merge.report.page()))
        .collect();
    let groups = groups(record, &pages);
    let has = |id: &str| {
        groups
            .iter()
            .any(|group| group.id == id)
            .then(|| id.to_owned())
    };
    let sum = |number: usize, name: &str, group: &str| Sum {
        number,
        name: name.to_owned(),
        group: has(group),
    };
    let account = &record.account;
    Page {
        command: "upgrade",
        title: match record.servers.as_slice() {
            [one] => format!("upgrade of {}", one.name),
            all => format!("upgrade of {} servers", all.len()),
        },
        verdict: Verdict {
            tone: match (record.verdict.state.as_str(), record.verdict.assumed) {
                ("ready", 0) if record.verdict.new_findings == 0 => Tone::Good,
                ("ready", _) => Tone::Look,
                _ => Tone::Bad,
            },
            word: verdict_word(record),
            text: verdict_text(record),
        },
        shows_secrets: false,
        warnings: warnings(record),
        sums: vec![
            sum(record.verdict.blocking, "to decide", "to-decide"),
            sum(record.verdict.files, "files to deploy", "files"),
            sum(account.settings, "settings in the old files", ""),
            sum(account.conflict, "in conflict", "to-decide"),
            sum(account.carried, "carried", "carried"),
            sum(account.rewritten, "rewritten", "rewritten"),
            sum(account.dropped, "dropped by rule", "dropped"),
            sum(account.already_equal, "already equal", "already-equal"),
        ],
        account: vec![account_line("all old files", account)],
        row_name: "Setting or file",
        section_name: ("Server", "on "),
        columns: ["base", "old", "new", "result"].map(str::to_owned).to_vec(),
        lists: lists(record, &pages),
        facts: facts(record),
        groups,
        signed: true,
    }
}

fn warnings(record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    for (server, component) in components(record) {
        all.extend(
            component
                .warnings
                .iter()
                .map(|warning| format!("{}, {}: {warning}", server.name, component.title)),
        );
    }
    all
}

fn components(record: &Record) -> impl Iterator<Item = (&Server, &Component)> {
    record.servers.iter().flat_map(|server| {
        server
            .components
            .iter()
            .map(move |component| (server, component))
    })
}

fn groups(record: &Record, pages: &[(&Merge<Report>, Page)]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut add = |id: &str, title: &str, folded: bool, rows: Vec<Row>| match groups
        .iter_mut()
        .find(|group| group.id == id)
    {
        Some(group) => group.rows.extend(rows),
        None => groups.push(Group {
            id: id.to_owned(),
            title: title.to_owned(),
            folded,
            to_decide: id == "to-decide",
            rows,
        }),
    };
    let blocking = record
        .blocking
        .iter()
        .filter(|block| block.kind != "conflict");
    add(
        "to-decide",
        "To decide",
        false,
        blocking.map(blocking_row).collect(),
    );
    let of_conflicts = |id: &str| id == "to-decide";
    for (merge, page) in pages {
        for group in page.groups.iter().filter(|group| of_conflicts(&group.id)) {
            add(&group.id, "", false, rows_of(merge, group));
        }
    }
    let mut files = Vec::new();
    let mut left = Vec::new();
    for (server, component) in components(record) {
        files.extend(
            component
                .files
                .iter()
                .map(|file| file_row(server, &component.title, file)),
        );
        left.extend(component.left.iter().map(|one| Row {
            identity: format!("left:{}:{}:{}", server.name, component.id, one.file),
            status: "not carried",
            section: format!("{}, {}", server.name, component.title),
            label: one.file.clone(),
            cells: vec![Cell::default(); 4],
            said: vec![sentence(&one.why)],
            ..Row::default()
        }));
    }
    for server in &record.servers {
        files.extend(
            server
                .others
                .iter()
                .map(|file| file_row(server, "other files", file)),
        );
        left.extend(server.left.iter().map(|one| Row {
            identity: format!("left:{}::{}", server.name, one.file),
            status: "not looked at",
            section: format!("{}, other files", server.name),
            label: one.file.clone(),
            cells: vec![Cell::default(); 4],
            said: vec![sentence(&one.why)],
            ..Row::default()
        }));
    }
    add("files", "Files to deploy", false, files);
    add("left", "Files that are not carried", false, left);
    for (id, title, folded) in [
        ("carried", "Settings carried from the old files", false),
        (
            "rewritten",
            "Settings carried with a new virtual directory or by a rewriting rule",
            false,
        ),
        ("dropped", "Settings that are not carried", false),
        (
            "removed",
            "Removed by the administrator, and so here",
            false,
        ),
        ("only-in-new", "Only in the new files, kept", true),
        ("already-equal", "Already equal", true),
    ] {
        for (merge, page) in pages {
            for group in page.groups.iter().filter(|group| group.id == id) {
                add(id, title, folded, rows_of(merge, group));
            }
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    for group in &mut groups {
        group.title = format!("{} ({})", group.title, group.rows.len());
    }
    groups
}

/// The rows of one merge among those of all.
fn rows_of(merge: &Merge<Report>, group: &Group) -> Vec<Row> {
    let rows = group.rows.iter().map(|row| Row {
        identity: format!("{}:{}:{}", merge.server, merge.component, row.identity),
        status: row.status,
        section: match row.section.as_str() {
            "" => format!("{}, {}", merge.server, merge.component),
            section => format!("{}, {}: {section}", merge.server, merge.component),
        },
        label: row.label.clone(),
        address: row.address.clone(),
        risk: row.risk,
        cells: row.cells.clone(),
        said: row.said.clone(),
        code: row.code.clone(),
    });
    rows.collect()
}

fn blocking_row(block: &Blocking) -> Row {
    Row {
        identity: format!(
            "block:{}:{}:{}:{}",
            block.server, block.component, block.kind, block.what
        ),
        status: "to decide",
        section: format!("{}, {}", block.server, block.component),
        label: block.kind.clone(),
        cells: vec![Cell::default(); 4],
        said: vec![sentence(&block.what), block.help.clone()],
        ..Row::default()
    }
}

fn file_row(server: &Server, component: &str, file: &File) -> Row {
    let mut said = vec![match file.kind.as_str() {
        "merged" => "The old file carried into the new one.".to_owned(),
        "rewritten" => "It stays where it is, with virtual directories renamed.".to_owned(),
        _ => "The administrator's own file.".to_owned(),
    }];
    if file.references > 0 {
        said.push(format!(
            "References to virtual directories renamed in it: {}.",
            file.references
        ));
    }
    if file.target.is_none() {
        said.push(
            "Nobody told conferry where it is on the server: put it where it was.".to_owned(),
        );
    }
    said.push(format!("SHA-256 {}", file.sha256));
    Row {
        identity: format!("file:{}", file.path),
        status: match file.kind.as_str() {
            "merged" => "merged",
            "rewritten" => "rewritten",
            _ => "carried",
        },
        section: format!("{}, {component}", server.name),
        label: file.target.clone().unwrap_or_else(|| file.path.clone()),
        address: file.path.clone(),
        cells: vec![Cell::default(); 4],
        said,
        ..Row::default()
    }
}

fn lists(record: &Record, pages: &[(&Merge<Report>, Page)]) -> Vec<List> {
    let mut lists = Vec::new();
    let mut add = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            lists.push(List {
                title: title.to_owned(),
                items,
            });
        }
    };
    let said = |of: fn(&Component) -> &Vec<String>| -> Vec<String> {
        let all = components(record).flat_map(|(server, component)| {
            let lines = of(component).iter();
            lines.map(move |line| format!("{}, {}: {line}", server.name, component.title))
        });
        all.collect()
    };
    add("Not looked at", said(|component| &component.not_looked_at));
    let mut lint = Vec::new();
    for (server, component) in components(record) {
        let Some(found) = &component.lint else {
            continue;
        };
        let new = found.new.iter();
        lint.extend(new.map(|line| format!("{}, {}: {line}", server.name, component.title)));
    }
    add(
        "What lint finds in results and did not find in the old files",
        lint,
    );
    add("Notes", said(|component| &component.notes));
    let inputs = record.inputs.iter().flat_map(|input| {
        let notes = input.notes.iter();
        notes.map(move |note| format!("{}: {note}", input.name))
    });
    add("Notes about what was read", inputs.collect());
    let comments = pages.iter().flat_map(|(merge, page)| {
        let lists = page
            .lists
            .iter()
            .filter(|list| list.title.starts_with("Comments"));
        let items = lists.flat_map(|list| &list.items);
        items.map(move |item| format!("{}, {}: {item}", merge.server, merge.component))
    });
    add(
        "Comments of the old files that were left out",
        comments.collect(),
    );
    lists
}

fn facts(record: &Record) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: String| {
        facts.push(Fact {
            name: name.to_owned(),
            value,
        });
    };
    for input in &record.inputs {
        let name = capital(&input.role);
        let digest = match &input.sha256 {
            Some(sha256) => format!(", SHA-256 of its manifest {sha256}"),
            None => String::new(),
        };
        add(
            &name,
            format!("{} ({} {}){digest}", input.name, input.form, input.path),
        );
    }
    if let Some(version) = &record.to_version {
        add("Version installed", version.clone());
    }
    for renamed in &record.virtual_directories {
        add(
            "Virtual directory",
            format!("{} becomes {}", renamed.old, renamed.new),
        );
    }
    let packs: Vec<String> = (record.packs.iter())
        .map(|pack| {
            format!("{} {}", pack.id, pack.version)
                .trim_end()
                .to_owned()
        })
        .collect();
    add("Rule packs", packs.join(", "));
    add("Made by", format!("conferry {}", record.tool));
    facts
}

fn sentence(words: &str) -> String {
    let mut out = capital(words);
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}
