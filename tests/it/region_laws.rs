//! Conflicts against git's: never more lines between markers than git leaves, but for the elements that conflicts are
//! about. Over every triple there is.

use std::process::Command;

use conferry::merge::Conflict;
use conferry::merge::markers::Style;
use conferry::xml::{Document, NodeId, Span};

use crate::command::folder;
use crate::git_driver::{environment, has_git};
use crate::half_laws::{MARKER, all, driven};
use crate::laws::{Triple, check_counting};

#[test]
fn conflicts_are_no_larger_than_those_of_git() {
    if !has_git() {
        return;
    }
    let judged = check_counting(&all(), |triple| &triple.name, region_law);
    assert!(judged > 10, "too few merges are in conflict");
}

/// Whether the driver leaves a conflict that was judged.
fn region_law(triple: &Triple) -> Result<usize, String> {
    let Some(branched) = driven(triple, Style::Merge) else {
        return Ok(0);
    };
    if branched.conflicts.is_empty() {
        return Ok(0);
    }
    let here = halves(&String::from_utf8_lossy(&branched.bytes));
    let (lines, of_git) = (lines(&here), lines(&halves(&by_git(triple))));
    let concerned: usize = branched
        .conflicts
        .iter()
        .flat_map(|conflict| {
            let Conflict { places, .. } = conflict;
            [
                (&triple.carrier, places.carrier),
                (&triple.incoming, places.incoming),
            ]
        })
        .map(|(document, place)| place.map_or(0, |place| lines_around(document, place)))
        .sum();
    match lines <= of_git + concerned {
        true => Ok(1),
        false => Err(format!(
            "{lines} lines between markers; {of_git} with git, and {concerned} in the elements in conflict:\n{}",
            here.join("---\n")
        )),
    }
}

/// How many lines the smallest element has that holds `place`.
fn lines_around(document: &Document, place: Span) -> usize {
    let holds = |node: &NodeId| {
        let span = document.span(*node);
        span.start <= place.start && place.end <= span.end
    };
    let elements = document.nodes().filter(|node| document.is_element(*node));
    let smallest = elements.filter(holds).min_by_key(|node| {
        let span = document.span(*node);
        span.end - span.start
    });
    smallest.map_or(0, |node| {
        document.slice(document.span(node)).lines().count()
    })
}

fn lines(halves: &[String]) -> usize {
    halves.iter().map(|half| half.lines().count()).sum()
}

/// Both versions of each conflict, as written.
fn halves(text: &str) -> Vec<String> {
    let [begin, middle, end] = ["<", "=", ">"].map(|sign| sign.repeat(MARKER));
    let mut halves = Vec::new();
    let mut is_inside = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with(&begin) || line.starts_with(&middle) {
            is_inside = true;
            halves.push(String::new());
        } else if line.starts_with(&end) {
            is_inside = false;
        } else if is_inside && let Some(half) = halves.last_mut() {
            half.push_str(line);
        }
    }
    halves
}

/// `git merge-file -p`, with conflicts.
fn by_git(triple: &Triple) -> String {
    let [base, ours, theirs] = [&triple.base, &triple.carrier, &triple.incoming]
        .map(|document| document.source().bytes_with(document.text()));
    let place = folder(&[("base", &base), ("ours", &ours), ("theirs", &theirs)]);
    let size = format!("--marker-size={MARKER}");
    let merged = Command::new("git")
        .args(["merge-file", "-p", &size, "ours", "base", "theirs"])
        .current_dir(place.path())
        .env_clear()
        .envs(environment(place.path()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&merged.stdout).into_owned()
}

#[test]
fn versions_of_a_conflict_are_cut_out_at_its_markers() {
    let [begin, middle, end] = ["<", "=", ">"].map(|sign| sign.repeat(MARKER));
    let text = format!("a\n{begin} ours\n<b/>\n{middle}\n<c/>\n<d/>\n{end} theirs\ne");
    let found = halves(&text);
    assert_eq!(found, ["<b/>\n", "<c/>\n<d/>\n"]);
    assert_eq!(lines(&found), 3);
    let document = Document::from_text("<a>\n<b>\n<c d='1'/>\n</b>\n</a>").unwrap();
    for (part, wanted) in [("d='1'", 1), ("<c d='1'/>\n</b>", 3), ("<a>", 5)] {
        let start = document.text().find(part).unwrap();
        let place = Span::new(start, start + part.len());
        assert_eq!(lines_around(&document, place), wanted);
    }
}
