//! How much of a file a tool leaves between conflict markers, against what git leaves.

use crate::flat::read;
use crate::table::table;
use crate::tools::Run;

/// The conflicts of one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Regions {
    /// Lines between markers, of both versions.
    pub(crate) lines: usize,
    /// Whether each version in each region is one whole element at most, with comments and white space around it.
    pub(crate) are_elements: bool,
}

impl Regions {
    /// `None` where the run left no conflict.
    pub(crate) fn of(run: &Run) -> Option<Self> {
        run.is_conflict().then(|| regions(&run.result))
    }
}

fn regions(bytes: &[u8]) -> Regions {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Regions {
        lines: 0,
        are_elements: true,
    };
    let mut half: Option<String> = None;
    for line in text.lines() {
        let is_marker = |sign: &str| {
            let rest = line.strip_prefix(&sign.repeat(7));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']))
        };
        if is_marker("<") {
            half = Some(String::new());
        } else if is_marker("=") || is_marker(">") {
            if let Some(half) = half.take() {
                found.are_elements &= is_element(&half);
            }
            half = is_marker("=").then(String::new);
        } else if let Some(half) = &mut half {
            half.push_str(line);
            half.push('\n');
            found.lines += 1;
        }
    }
    found
}

fn is_element(half: &str) -> bool {
    let Some(wrapped) = read(format!("<half>{half}</half>").as_bytes()) else {
        return false;
    };
    let elements = wrapped
        .children
        .iter()
        .filter(|child| child.as_element().is_some());
    elements.count() <= 1
}

/// Sums over the files in which the tool and git both leave conflicts.
pub(crate) fn sums(rows: &[(&str, Vec<(Regions, usize)>)]) -> String {
    let header = [
        "tool",
        "files in conflict as with git",
        "lines between markers",
        "git's lines",
        "files with fewer",
        "as many",
        "more",
        "more, and not one element",
    ];
    let cells = |(tool, files): &(&str, Vec<(Regions, usize)>)| {
        let count = |counts: fn(&Regions, usize) -> bool| {
            let found = files.iter().filter(|(regions, git)| counts(regions, *git));
            found.count().to_string()
        };
        let lines: usize = files.iter().map(|(regions, _)| regions.lines).sum();
        let of_git: usize = files.iter().map(|(_, git)| git).sum();
        vec![
            (*tool).to_owned(),
            files.len().to_string(),
            lines.to_string(),
            of_git.to_string(),
            count(|regions, git| regions.lines < git),
            count(|regions, git| regions.lines == git),
            count(|regions, git| regions.lines > git),
            count(|regions, git| regions.lines > git && !regions.are_elements),
        ]
    };
    table(&header, rows.iter().map(cells).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_in_both_versions() {
        let one = b"<c>\n<<<<<<< ours\n<a>\n</a>\n=======\n<a/>\n>>>>>>> theirs\n</c>\n";
        let wanted = Regions {
            lines: 3,
            are_elements: true,
        };
        assert_eq!(regions(one), wanted);
        for cut in ["<a>", "<a/><b/>"] {
            let text = format!("<<<<<<<\r\n{cut}\r\n=======\r\n>>>>>>>\r\n");
            let wanted = Regions {
                lines: 1,
                are_elements: false,
            };
            assert_eq!(regions(text.as_bytes()), wanted);
        }
        assert_eq!(regions(b"<c>\n========= x\n</c>").lines, 0);
    }
}
