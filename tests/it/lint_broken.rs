//! Broken files: the exact place, the likely cause, and no values in messages.

use conferry::lint::{Estate, Report, examples};
use conferry::pack::lint::Example;
use conferry::pack::{Rules, load_for_lint};
use conferry::xml::encoding::TextEncoding;

/// Stands where a value stands; no message may hold it.
const VALUE: &str = "hunter2";

/// What a broken text must give.
struct Broken {
    text: &'static str,
    rule: &'static str,
    /// Line and column.
    at: (usize, usize),
    message: &'static str,
    /// Line of the place that belongs to it.
    related: Option<usize>,
}

const BROKEN: &[Broken] = &[
    Broken {
        text: "<a>\n  <b>\n    <c d=\"hunter2\"/>\n  </a>\n",
        rule: "XML101",
        at: (4, 3),
        message: "the end tag of `b` is missing",
        related: Some(2),
    },
    Broken {
        text: "<a>\n  <b>\n    <c d=\"hunter2\"/>\n    </c>\n  </b>\n</a>\n",
        rule: "XML101",
        at: (4, 5),
        message: "the `c` before it is closed already",
        related: Some(3),
    },
    Broken {
        text: "<a>\n  <b>hunter2</B>\n</a>\n",
        rule: "XML101",
        at: (2, 13),
        message: "the names differ in case",
        related: Some(2),
    },
    Broken {
        text: "<a>\n  <b>\n    <c d=\"hunter2\"/>\n",
        rule: "XML101",
        at: (2, 3),
        message: "2 elements are open, so it may be cut off",
        related: Some(3),
    },
    Broken {
        text: "<a>\n  <b c=\"hunter2&x\"/>\n</a>",
        rule: "XML101",
        at: (2, 16),
        message: "`&` must be written `&amp;`",
        related: None,
    },
    Broken {
        text: "<a>\n  <b c=\"hunter2<x\"/>\n</a>",
        rule: "XML101",
        at: (2, 16),
        message: "`<` must be written `&lt;`",
        related: None,
    },
    Broken {
        text: "<a>\n  <b x=\"y\"\n c=\"hunter2/>\n  <b c=\"d\"/>\n</a>",
        rule: "XML101",
        at: (2, 3),
        message: "a closing quote is missing",
        related: Some(3),
    },
    Broken {
        text: "<a>\n  <b c=\"hunter2/>\n  <b c=\"d/>\n</a>",
        rule: "XML101",
        at: (3, 3),
        message: "its closing quote may be missing",
        related: None,
    },
    Broken {
        text: "<a>\n  <b c=“hunter2”/>\n</a>",
        rule: "XML101",
        at: (2, 8),
        message: "a curly quote stands where a straight one belongs",
        related: None,
    },
    Broken {
        text: "<a>\n  <b c=\"hunter2\"hunter2\"/>\n</a>",
        rule: "XML101",
        at: (2, 3),
        message: "a quote inside a value is not written `&quot;`",
        related: Some(2),
    },
    Broken {
        text: "<a>\n  <b c=\"hunter2\"x\"hunter2\"/>\n</a>",
        rule: "XML101",
        at: (2, 17),
        message: "a quote inside the value before may have ended it",
        related: None,
    },
    Broken {
        text: "<a>\n<!-- hunter2\n  <!-- b -->\n-->\n</a>",
        rule: "XML101",
        at: (3, 5),
        message: "comments do not nest",
        related: Some(2),
    },
    Broken {
        text: "<a>hunter2</a>\n<a/>",
        rule: "XML101",
        at: (2, 1),
        message: "two files may have been put into one",
        related: Some(1),
    },
    Broken {
        text: "<a b=\"hunter2\" xdt:Transform=\"Replace\"/>",
        rule: "XML101",
        at: (1, 16),
        message: "a transform declares `xmlns:xdt",
        related: None,
    },
    Broken {
        text: "<?xml version=\"1.0\"?>\n<?xml version=\"1.0\"?>\n<a>hunter2</a>",
        rule: "XML106",
        at: (2, 1),
        message: "a second XML declaration stands here",
        related: Some(1),
    },
    Broken {
        text: "\n\n<?xml version=\"1.0\"?>\n<a>hunter2</a>",
        rule: "XML106",
        at: (3, 1),
        message: "an empty line or other white space stands before the XML declaration",
        related: None,
    },
    Broken {
        text: "<a>\n<<<<<<< HEAD\n<b>hunter2</b>\n=======\n<c/>\n>>>>>>> theirs\n</a>",
        rule: "XML105",
        at: (2, 1),
        message: "a merge left 3 lines with conflict markers",
        related: Some(6),
    },
    Broken {
        text: "<a>hunter2\n\0</a>",
        rule: "XML104",
        at: (2, 1),
        message: "the file may be UTF-16",
        related: None,
    },
];

fn rules() -> Rules {
    load_for_lint(&[]).unwrap_or_else(|_| panic!("the built-in packs have problems"))
}

fn look(rules: &Rules, rule: &str, example: &Example) -> (Estate, Report) {
    let is_this = |at: &usize| rules.lints[*at].provenance.id == rule;
    let at = (0..rules.lints.len()).find(is_this).unwrap();
    examples::run(rules, at, example)
}

fn example(text: &str, encoding: Option<(TextEncoding, bool)>) -> Example {
    Example {
        files: vec![("web.config".to_owned(), text.to_owned())],
        encoding,
        fixed: None,
    }
}

#[test]
fn place_and_cause_of_broken_texts() {
    let rules = rules();
    for broken in BROKEN {
        let example = example(broken.text, None);
        let (estate, report) = look(&rules, broken.rule, &example);
        let [finding] = &report.findings[..] else {
            panic!("{} findings in {:?}", report.findings.len(), broken.text);
        };
        let place = estate.subjects[0].line_column(finding.place.span.start);
        let at = (place.line, place.column);
        assert_eq!(at, broken.at, "{:?}", broken.text);
        assert!(
            finding.message.contains(broken.message),
            "`{}` for {:?}",
            finding.message,
            broken.text
        );
        let related = finding.related.first().map(|related| {
            assert!(!related.note.contains(VALUE), "{}", related.note);
            let start = related.place.span.start;
            estate.subjects[0].line_column(start).line
        });
        assert_eq!(related, broken.related, "{:?}", broken.text);
        assert!(broken.text.contains(VALUE) && !finding.message.contains(VALUE));
    }
}

#[test]
fn one_broken_text_is_one_finding() {
    let rules = rules();
    for broken in BROKEN {
        let of_others: usize = ["XML101", "XML102", "XML103", "XML104", "XML105", "XML106"]
            .into_iter()
            .filter(|rule| *rule != broken.rule)
            .map(|rule| look(&rules, rule, &example(broken.text, None)))
            .map(|(_, report)| report.findings.len())
            .sum();
        assert_eq!(of_others, 0, "{:?}", broken.text);
    }
}

#[test]
fn place_of_a_byte_that_does_not_decode() {
    let rules = rules();
    let text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a b=\"c\"\n  d=\"Malmö\"/>";
    let example = example(text, Some((TextEncoding::Latin1, false)));
    let (estate, report) = look(&rules, "XML103", &example);
    let place = report.findings[0].place.span;
    let at = estate.subjects[0].line_column(place.start);
    assert_eq!((at.line, at.column), (3, 10));
}

#[test]
fn place_of_a_declaration_that_contradicts_the_mark() {
    let rules = rules();
    let text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a/>";
    let example = example(text, Some((TextEncoding::Utf16Be, true)));
    let (estate, report) = look(&rules, "XML103", &example);
    let subject = &estate.subjects[0];
    let start = report.findings[0].place.span.start as usize;
    assert!(subject.source().unwrap().text()[start..].starts_with("utf-8"));
}

#[test]
fn a_redirect_is_not_removed_beside_one_that_contradicts_it() {
    let redirect = |new: &str| {
        format!(
            "<dependentAssembly><assemblyIdentity name=\"a\"/><bindingRedirect oldVersion=\"0.0.0.0-9.0.0.0\" newVersion=\"{new}\"/></dependentAssembly>"
        )
    };
    let text = |middle: &str| {
        let (one, other) = (redirect("1.0.0.0"), redirect(middle));
        format!(
            "<configuration><runtime><assemblyBinding>{one}{other}{one}</assemblyBinding></runtime></configuration>"
        )
    };
    let rules = rules();
    let fixes = |middle: &str| {
        let (_, report) = look(&rules, "NET151", &example(&text(middle), None));
        let findings = report.findings.iter();
        findings
            .map(|finding| finding.fix.is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(fixes("1.0.0.0"), [true, true]);
    assert_eq!(fixes("2.0.0.0"), [false]);
}
