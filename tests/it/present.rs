//! Excerpts, failures and diffs.

use conferry::config::secrets::SecretTable;
use conferry::error::Failure;
use conferry::present::diff::{Side, unified};
use conferry::present::excerpt::{excerpt_for, excerpt_of_broken};
use conferry::present::failure::{Style, render};
use conferry::xml::Span;

fn span_of(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start, start + part.len())
}

#[test]
fn the_mark_moves_with_the_mask() {
    let text = "first\r\nkey='a-very-long-secret' other='x' last='also-secret'\r\nthird";
    let secrets = [
        span_of(text, "a-very-long-secret"),
        span_of(text, "also-secret"),
    ];
    let excerpt = excerpt_for(text, span_of(text, "other='x'"), &secrets, "");
    assert_eq!(excerpt.text, "key='[secret]' other='x' last='[secret]'");
    assert_eq!(&excerpt.text[excerpt.label.range()], "other='x'");
    assert_eq!(excerpt.first_line, 2);
    let excerpt = excerpt_for(text, span_of(text, "long"), &secrets, "");
    assert_eq!(&excerpt.text[excerpt.label.range()], "[secret]");
    let excerpt = excerpt_for(text, secrets[1], &secrets, "");
    assert_eq!(&excerpt.text[excerpt.label.range()], "[secret]");
    let excerpt = excerpt_for(text, span_of(text, "key='a-very"), &secrets, "");
    assert_eq!(&excerpt.text[excerpt.label.range()], "key='[secret]");
}

#[test]
fn secrets_over_several_lines_and_odd_places_are_masked() {
    let text = "<p>one\ntwo\nthree</p> end";
    let secret = [span_of(text, "one\ntwo\nthree")];
    for (part, shown) in [
        ("one", "<p>[secret]"),
        ("two", "[secret]"),
        ("</p>", "[secret]</p> end"),
    ] {
        assert_eq!(
            excerpt_for(text, span_of(text, part), &secret, "").text,
            shown
        );
    }
    let end = Span::new(text.len(), text.len());
    assert_eq!(excerpt_for(text, end, &secret, "").text, "[secret]</p> end");
    assert_eq!(excerpt_for("", Span::new(0, 0), &[], "").text, "");
    let long = "é".repeat(5000);
    assert!(
        excerpt_for(&long, Span::new(5000, 5002), &[], "")
            .text
            .len()
            < 1000
    );
}

#[test]
fn a_broken_text_that_speaks_of_secrets_is_not_shown() {
    let mut table = SecretTable::default();
    table.set_words(regex::Regex::new("(?i)password").unwrap());
    let text = "<a>\n<add key='Password'\n value='x & y' />\n<b>";
    assert!(excerpt_of_broken(text, span_of(text, "&"), &table, "").is_none());
    let far = format!("the password is known\n{}\n<b & c>", " ".repeat(500));
    assert!(excerpt_of_broken(&far, span_of(&far, "&"), &table, "").is_some());
}

#[test]
fn a_changed_secret_shows_as_a_change_but_not_what_it_is() {
    let old = "a\nkey=old1\nb\n";
    let new = "a\nkey=new1\nb";
    let diff = unified(
        Side {
            label: "a/x",
            text: old,
            secrets: &[span_of(old, "old1")],
        },
        Side {
            label: "b/x",
            text: new,
            secrets: &[span_of(new, "new1")],
        },
        false,
    );
    assert_eq!(
        diff,
        "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-key=[secret]\n-b\n+key=[secret]\n+b\n\\ No newline at end of file\n"
    );
    let same = Side {
        label: "x",
        text: old,
        secrets: &[],
    };
    assert_eq!(unified(same, same, true), "");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let diff = unified(
        Side {
            label: "a",
            text: "x\u{1b}[2J\r\n",
            secrets: &[],
        },
        Side {
            label: "b",
            text: "y\r\n",
            secrets: &[],
        },
        false,
    );
    assert!(diff.contains("-x\\u{1b}[2J\r\n"), "{diff}");
}

#[test]
fn a_failure_names_the_line_of_the_file() {
    let text = "one\ntwo\n  three & four\n";
    let failure = Failure::new("it does not work")
        .in_file("web.config")
        .help("do something")
        .at(excerpt_for(text, span_of(text, "&"), &[], "here"));
    let style = Style {
        color: false,
        unicode: true,
    };
    let drawn = render(&failure, style);
    assert!(drawn.contains("web.config:3:9"), "{drawn}");
    assert!(drawn.contains("3 │   three & four"), "{drawn}");
    let colored = render(
        &failure,
        Style {
            color: true,
            ..style
        },
    );
    assert!(colored.contains('\u{1b}') && !drawn.contains('\u{1b}'));
}
