//! What conferry says its conflicts are about: `conflict (KIND) at XPATH`, a line each on standard error.

use std::collections::{BTreeMap, BTreeSet};

use crate::table::table;
use crate::verdict::Verdict;

/// Conflicts and files by verdict, kind and place.
#[derive(Default)]
pub(crate) struct Kinds {
    found: BTreeMap<(Verdict, String, String), (usize, BTreeSet<String>)>,
}

impl Kinds {
    /// Takes in what was told of one file.
    pub(crate) fn add(&mut self, file: &str, verdict: Verdict, told: &str) {
        for line in told.lines() {
            let (kind, place) = if let Some((_, rest)) = line.split_once(": conflict (")
                && let Some((kind, address)) = rest.split_once(") at ")
            {
                (kind.to_owned(), place(address))
            } else if line.contains(": merged as text") {
                ("merged as text".to_owned(), String::new())
            } else {
                continue;
            };
            let (conflicts, files) = self.found.entry((verdict, kind, place)).or_default();
            *conflicts += 1;
            files.insert(file.to_owned());
        }
    }

    /// A row for each verdict, kind and place, the most frequent first within a verdict.
    pub(crate) fn table(&self) -> String {
        let mut found: Vec<_> = self.found.iter().collect();
        found.sort_by_key(|((verdict, ..), (conflicts, _))| (*verdict, usize::MAX - conflicts));
        let rows = found
            .into_iter()
            .map(|((verdict, kind, place), (conflicts, files))| {
                let (conflicts, files) = (conflicts.to_string(), files.len().to_string());
                vec![
                    verdict.name().to_owned(),
                    kind.clone(),
                    place.clone(),
                    conflicts,
                    files,
                ]
            });
        table(
            &["verdict", "kind", "at", "conflicts", "files"],
            rows.collect(),
        )
    }
}

/// The last two steps of an XPath, without what is in brackets.
fn place(address: &str) -> String {
    let mut depth = 0_usize;
    let plain: String = address
        .chars()
        .filter(|character| {
            let was = depth;
            match character {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            was == 0 && depth == 0
        })
        .collect();
    let steps: Vec<&str> = plain.split('/').filter(|step| !step.is_empty()).collect();
    let leaf = steps
        .last()
        .is_some_and(|step| step.starts_with('@') || step.ends_with(')'));
    let shown = if leaf { 3 } else { 2 };
    steps[steps.len().saturating_sub(shown)..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_counted_by_kind_and_place() {
        let mut kinds = Kinds::default();
        let told = "web.config: conflict (both-changed) at /c/appSettings/add[@key='a/b']/@value\n\
                    web.config: conflict (both-changed) at /c/appSettings/add[@key='c']/@value\n\
                    something else\n";
        kinds.add("1", Verdict::Due, told);
        kinds.add("2", Verdict::Due, "web.config: merged as text, since");
        let table = kinds.table();
        let row = |cells: [&str; 5]| {
            table.lines().any(|line| {
                let found: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                found == cells
            })
        };
        assert!(row([
            "due",
            "both-changed",
            "appSettings/add/@value",
            "2",
            "1"
        ]));
        assert!(row(["due", "merged as text", "", "1", "1"]));
        assert_eq!(place("/configuration/a[b/@n='x']/c"), "a/c");
    }
}
