//! A page as Markdown for a comment on a pull request, which has limits: it tells less, step by step, until
//! it fits, and never fails.

use std::fmt::Write as _;

use super::model::{Cell, Group, Page, Row};
use crate::present::in_markdown::text as escaped;

/// GitHub refuses longer comments (65,536 characters); some room is left for what surrounds it.
const MOST: usize = 65_000;

/// How much is told; each step tells less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Everything, what asks nothing of people folded.
    Full,
    /// Without what is folded at first, such as settings that are equal.
    NoEqual,
    /// Values cut.
    Short,
    /// No values.
    Names,
    /// Numbers alone.
    Counts,
}

const STEPS: [Detail; 5] = [
    Detail::Full,
    Detail::NoEqual,
    Detail::Short,
    Detail::Names,
    Detail::Counts,
];

/// The whole page, as much of it as fits.
#[must_use]
pub fn markdown(page: &Page) -> String {
    let mut text = String::new();
    for detail in STEPS {
        text = at(page, detail);
        if text.chars().count() <= MOST {
            return text;
        }
    }
    let cut: String = text.chars().take(MOST - 200).collect();
    let whole_lines = cut.rfind('\n').map_or("", |end| &cut[..end]);
    format!(
        "{whole_lines}\n\nThere is more, which does not fit here; the HTML report has all of it.\n"
    )
}

fn at(page: &Page, detail: Detail) -> String {
    let mut out = format!(
        "### {}: {}\n\n{}\n",
        escaped(&page.verdict.word),
        escaped(&page.title),
        escaped(&page.verdict.text)
    );
    if page.shows_secrets {
        out.push_str("\n**This report shows secrets.**\n");
    }
    for warning in &page.warnings {
        let _ = writeln!(out, "\n**Warning:** {}", escaped(warning));
    }
    if detail > Detail::Full {
        out.push_str("\nSome of it is left out, since a comment has limits; the HTML report has all of it.\n");
    }
    out.push('\n');
    for line in &page.account {
        let _ = writeln!(out, "- {}", escaped(line));
    }
    for group in &page.groups {
        if detail == Detail::Counts {
            let _ = writeln!(out, "- {}", escaped(&group.title));
        } else if !group.folded || detail == Detail::Full {
            group_at(page, group, detail, &mut out);
        }
    }
    for list in &page.lists {
        let _ = writeln!(out, "\n#### {}\n", escaped(&list.title));
        if detail == Detail::Counts {
            let _ = writeln!(out, "{} in all.", list.items.len());
            continue;
        }
        for item in &list.items {
            let _ = writeln!(out, "- {}", escaped(item));
        }
    }
    out.push_str("\n<details><summary>What it is about</summary>\n\n");
    for fact in &page.facts {
        let _ = writeln!(out, "- {}: {}", escaped(&fact.name), escaped(&fact.value));
    }
    out.push_str("\n</details>\n");
    out
}

fn group_at(page: &Page, group: &Group, detail: Detail, out: &mut String) {
    let is_folded = !group.to_decide;
    match is_folded {
        true => {
            let _ = writeln!(
                out,
                "\n<details{}><summary>{}</summary>\n",
                if group.folded { "" } else { " open" },
                escaped(&group.title)
            );
        }
        false => {
            let _ = writeln!(out, "\n#### {}\n", escaped(&group.title));
        }
    }
    let columns: Vec<String> = page.columns.iter().map(|name| escaped(name)).collect();
    let has_values = detail < Detail::Names;
    if has_values {
        let _ = writeln!(out, "| setting | {} | why |", columns.join(" | "));
        let _ = writeln!(out, "|---|{}---|", "---|".repeat(columns.len()));
    }
    for row in &group.rows {
        match has_values {
            true => row_at(page, row, detail, out),
            false => {
                let _ = writeln!(out, "- {}", named(row));
            }
        }
    }
    for code in group.rows.iter().filter_map(|row| row.code.as_ref()) {
        if detail == Detail::Full {
            let _ = writeln!(out, "\n{}", fenced(code));
        }
    }
    if is_folded {
        out.push_str("\n</details>\n");
    }
}

fn row_at(page: &Page, row: &Row, detail: Detail, out: &mut String) {
    let most = match detail {
        Detail::Full | Detail::NoEqual => usize::MAX,
        _ => 60,
    };
    let nothing = Cell::default();
    let cells =
        (0..page.columns.len()).map(|at| shown(row.cells.get(at).unwrap_or(&nothing), most));
    let cells: Vec<String> = cells.collect();
    let said: Vec<String> = row.said.iter().map(|words| escaped(words)).collect();
    let _ = writeln!(
        out,
        "| {} | {} | {} |",
        named(row),
        cells.join(" | "),
        said.join("<br>")
    );
}

fn named(row: &Row) -> String {
    match row.section.is_empty() {
        true => format!("**{}**", escaped(&row.label)),
        false => format!("{} / **{}**", escaped(&row.section), escaped(&row.label)),
    }
}

fn shown(cell: &Cell, most: usize) -> String {
    let Some(text) = &cell.text else {
        return String::new();
    };
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", escaped(&text[..end])),
        None => escaped(text),
    }
}

/// A block of code that nothing in it ends.
fn fenced(code: &str) -> String {
    let longest = code
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let code = crate::present::plain::plain(code);
    format!("{fence}toml\n{}\n{fence}", code.trim_end())
}
