//! The numbers of `conferry diff` are the same in every format, and its reports are short; three files side by
//! side agree with what a comparison of two of them says.

use conferry::diff::risk::Risks;
use conferry::diff::side_by_side::rows;
use conferry::diff::{Configuration, diff};
use conferry::present::differences::{
    Compared, Report, Reporter, Shown, markdown, report_json, report_jsonl, text,
};
use conferry::present::page::{Assets, html};
use conferry::xml::Document;
use serde_json::Value;

use crate::laws::{Triple, check_counting, rules_without_policies, triples};

/// The report of each of `others` compared with `first`: as pairs, or side by side.
fn report(first: &Document, others: &[&Document], side_by_side: bool) -> Option<Report> {
    let rules = rules_without_policies();
    let one = Configuration::new(first, []);
    let others: Vec<_> = (others.iter())
        .map(|other| Configuration::new(other, []))
        .collect();
    let found: Vec<_> = (others.iter())
        .map(|other| diff(&one, other, rules).ok())
        .collect::<Option<_>>()?;
    let shows: Vec<_> = (found.iter())
        .map(|found| vec![true; found.changes.len()])
        .collect();
    let risks = Risks::default();
    let mut reporter = Reporter::new(rules, false);
    let compared = |at: usize| Compared {
        before: "a".to_owned(),
        after: "b".to_owned(),
        difference: &found[at],
        risks: &risks,
        shows: &shows[at],
        not_compared: Vec::new(),
        effective_with: None,
        explained: Vec::new(),
    };
    if side_by_side {
        let names = (0..=others.len()).map(|at| format!("web{at}")).collect();
        reporter.side_by_side(names, Vec::new());
        let compared: Vec<_> = (0..found.len()).map(|at| (at + 1, compared(at))).collect();
        reporter.add_table("a", &compared);
    } else {
        (0..found.len()).for_each(|at| reporter.add(compared(at)));
    }
    Some(reporter.finish())
}

/// The numbers behind a colon, `3 changed, 1 added`.
fn numbers(line: &str) -> usize {
    let (_, said) = line.rsplit_once(": ").unwrap();
    said.split(", ")
        .filter_map(|part| part.split(' ').next()?.parse::<usize>().ok())
        .sum()
}

fn counts_of_two(triple: &Triple) -> Result<usize, String> {
    let Some(report) = report(&triple.base, &[&triple.incoming], false) else {
        return Ok(0);
    };
    let json: Value = serde_json::from_str(&report_json(
        &report,
        &conferry::present::run::Run::default(),
    ))
    .unwrap();
    let kinds = json["counts"].as_object().unwrap();
    let wanted = json["files"][0]["changes"].as_array().unwrap().len();
    let jsonl = report_jsonl(&report);
    let text = text(&report, Shown::default());
    let markdown = markdown(&report);
    let found = [
        kinds
            .values()
            .map(|count| count.as_u64().unwrap() as usize)
            .sum(),
        jsonl.lines().count(),
        numbers(text.lines().next().unwrap()),
        text.lines().filter(|line| is_row(line)).count(),
        numbers(markdown.lines().next().unwrap()),
        sums_of_page(&report),
        rows_of_page(&report),
    ];
    match found.iter().all(|count| *count == wanted) {
        true => Ok(wanted),
        false => Err(format!("{found:?} instead of {wanted}\n{text}")),
    }
}

/// The numbers at the head of the page, added up.
fn sums_of_page(report: &Report) -> usize {
    let page = html(&report.page(), Assets::Inside).unwrap();
    let (_, sums) = page.split_once("<ul class=\"sums\">").unwrap();
    let (sums, _) = sums.split_once("</ul>").unwrap();
    let numbers = sums.split("<b>").skip(1);
    numbers
        .map(|number| {
            number
                .split_once("</b>")
                .unwrap()
                .0
                .parse::<usize>()
                .unwrap()
        })
        .sum()
}

/// The rows of the page.
fn rows_of_page(report: &Report) -> usize {
    let page = html(&report.page(), Assets::Inside).unwrap();
    page.matches(" data-status=\"").count()
}

/// A line of the text that tells of a change.
fn is_row(line: &str) -> bool {
    let told = line
        .strip_prefix("    ")
        .and_then(|line| line.chars().next());
    told.is_some_and(|mark| "+-~>".contains(mark)) && line.as_bytes().get(5) == Some(&b' ')
}

fn counts_of_three(triple: &Triple) -> Result<usize, String> {
    let Some(report) = report(&triple.base, &[&triple.incoming, &triple.carrier], true) else {
        return Ok(0);
    };
    let json: Value = serde_json::from_str(&report_json(
        &report,
        &conferry::present::run::Run::default(),
    ))
    .unwrap();
    let table = &json["side_by_side"];
    let rows = table["tables"][0]["rows"].as_array().unwrap();
    let wanted = rows.len();
    let text = text(&report, Shown::default());
    let first = |text: &str| -> usize {
        let line = text.lines().next().unwrap();
        let (_, said) = line.rsplit_once(": ").unwrap();
        said.split(' ')
            .next()
            .and_then(|count| count.parse().ok())
            .unwrap_or(0)
    };
    let markdown = markdown(&report);
    let found = [
        table["settings"].as_u64().unwrap() as usize,
        report_jsonl(&report).lines().count(),
        first(&text),
        first(&markdown),
        rows_of_page(&report),
    ];
    let groups: usize = rows
        .iter()
        .map(|row| row["groups"].as_array().unwrap().len())
        .sum();
    match found.iter().all(|count| *count == wanted)
        && text.lines().count() <= wanted + groups + wanted + 10
    {
        true => Ok(wanted),
        false => Err(format!("{found:?} instead of {wanted}\n{text}")),
    }
}

#[test]
fn numbers_are_the_same_in_every_format() {
    let count = check_counting(triples(), |triple| &triple.name, counts_of_two);
    assert!(count > 300, "{count}");
    let count = check_counting(triples(), |triple| &triple.name, counts_of_three);
    assert!(count > 300, "{count}");
}

#[test]
fn side_by_side_two_inputs_are_alike_where_nothing_differs_between_them() {
    let rules = rules_without_policies();
    let count = check_counting(
        triples(),
        |triple| &triple.name,
        |triple| {
            let [base, one, other] = [&triple.base, &triple.incoming, &triple.carrier]
                .map(|document| Configuration::new(document, []));
            let (Ok(left), Ok(right), Ok(between)) = (
                diff(&base, &one, rules),
                diff(&base, &other, rules),
                diff(&one, &other, rules),
            ) else {
                return Ok(0);
            };
            let rows = rows(&[(1, &left.changes), (2, &right.changes)], rules);
            let group = |row: &conferry::diff::side_by_side::Row<'_>, input: usize| {
                row.groups
                    .iter()
                    .position(|group| group.inputs.contains(&input))
            };
            let are_alike = rows.iter().all(|row| group(row, 1) == group(row, 2));
            // The order of what the first does not have is not compared.
            let told = between
                .changes
                .iter()
                .filter(|change| change.name() != "reordered");
            let is_same = match are_alike {
                true => told.count() == 0,
                false => between.changes.is_empty(),
            };
            match are_alike == is_same {
                true => Ok(rows.len()),
                false => Err(format!("{are_alike}: {:?}", between.changes)),
            }
        },
    );
    assert!(count > 300, "{count}");
}
