//! Lines that a merge left between versions of a text: `<<<<<<< ours`, `=======`, `>>>>>>> theirs`.

use super::Span;

/// The least length that git gives them.
const LENGTH: usize = 7;

/// The conflict markers in `text`, in order; none if there is no `<<<<<<<` and no `>>>>>>>`.
///
/// Markers longer than git's usual ones are found too; all markers of one text have the length of
/// the first one.
#[must_use]
pub fn conflict_markers(text: &str) -> Vec<Span> {
    if !text.contains("<<<<<<<") && !text.contains(">>>>>>>") {
        return Vec::new();
    }
    let mut found: Vec<(char, Span)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((sign, length)) = marker(line) {
            found.push((sign, Span::new(at, at + length)));
        }
        at += line.len();
    }
    // A row of `=` alone is decoration.
    let first = found.iter().find(|(sign, _)| matches!(sign, '<' | '>'));
    let Some(length) = first.map(|(_, span)| span.len()) else {
        return Vec::new();
    };
    let spans = found.iter().map(|(_, span)| *span);
    spans.filter(|span| span.len() == length).collect()
}

/// The sign of the marker that `line` begins with, and how often it is repeated.
fn marker(line: &str) -> Option<(char, usize)> {
    let sign = line.chars().next().filter(|sign| "<|=>".contains(*sign))?;
    let rest = line.trim_start_matches(sign);
    let length = line.len() - rest.len();
    let ends = rest.is_empty() || rest.starts_with([' ', '\r', '\n']);
    (length >= LENGTH && ends).then_some((sign, length))
}

#[cfg(test)]
mod tests {
    use super::conflict_markers;

    fn lines(text: &str) -> Vec<&str> {
        let markers = conflict_markers(text);
        markers.iter().map(|span| &text[span.range()]).collect()
    }

    #[test]
    fn all_markers_of_a_conflict_are_found() {
        let text =
            "<a>\r\n<<<<<<< ours\r\n1\r\n||||||| base\r\n=======\r\n2\r\n>>>>>>> theirs\r\n</a>";
        let found = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
        assert_eq!(lines(text), found);
        assert_eq!(lines("a\n>>>>>>> theirs"), [">>>>>>>"]);
    }

    #[test]
    fn longer_markers_are_of_one_length() {
        let text = "<<<<<<<<< a\n=======\n=========\n>>>>>>>>> b\n";
        assert_eq!(lines(text), ["<<<<<<<<<", "=========", ">>>>>>>>>"]);
    }

    #[test]
    fn rows_of_signs_are_no_conflict() {
        for text in [
            "=======\nTitle\n=======\n",
            "<<<<<< six\n",
            "  <<<<<<< indented\n",
            "<<<<<<<a",
        ] {
            assert!(lines(text).is_empty(), "{text}");
        }
    }
}
