//! Promises of rewriting, over generated texts and against the real pieces.

use conferry::rewrite::{MappingError, Rename, VirtualDirectories, find, rewrite_value};
use proptest::prelude::*;

use crate::references::{guards, rows};

fn directories() -> VirtualDirectories {
    VirtualDirectories::new(&rows(), &[], &[]).unwrap()
}

/// Texts made of the pieces that matter, in any order.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "PhoneFactor",
        "phonefactorwebservicesdk",
        "PhoneFactorPhoneAppWebService",
        "MultiFactorAuth",
        "%50honeFactor",
        "PhoneF&#97;ctor",
        "App_Themes",
        "host",
        "www.phonefactor.com",
        "http://",
        "https://",
        "https%3A%2F%2F",
        "HTTPS:\\/\\/",
        "/",
        "/",
        "/",
        "//",
        "%2F",
        "%252F",
        "&#x2F;",
        "\\/",
        "\\",
        "\"",
        "'",
        "&quot;",
        " ",
        "\n",
        "\t",
        "=",
        "?",
        "&",
        "&amp;",
        "#",
        "(",
        ")",
        "<",
        ">",
        "{0}",
        "$(x)",
        "[",
        "]",
        ",",
        ";",
        ":",
        ".",
        "%",
        "é",
        "”",
        "x",
        "%20",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(crate::command::generated(4000))]

    #[test]
    fn rewriting_twice_is_rewriting_once(text in texts()) {
        if let Some(once) = rewrite_value(&text, &directories(), &guards()) {
            prop_assert_eq!(rewrite_value(&once, &directories(), &guards()), None, "{}", once);
        }
    }

    #[test]
    fn references_are_in_order_and_name_what_stands_there(text in texts()) {
        let mut end = 0;
        for reference in find(&text, &directories(), &guards()) {
            prop_assert!(reference.span.start >= end);
            end = reference.span.end;
            prop_assert_eq!(&text[reference.span.range()], reference.old.as_str());
        }
    }

    #[test]
    fn what_stands_outside_references_is_copied(text in texts()) {
        let references = find(&text, &directories(), &guards());
        let Some(result) = rewrite_value(&text, &directories(), &guards()) else { return Ok(()) };
        let mut rest = result.as_str();
        let mut copied = 0;
        for reference in references {
            let range = reference.span.range();
            rest = rest.strip_prefix(&text[copied..range.start]).unwrap();
            rest = rest.strip_prefix(reference.new.as_str()).unwrap();
            copied = range.end;
        }
        prop_assert_eq!(rest, &text[copied..]);
    }

    #[test]
    fn any_text_is_survived(text in ".{0,200}") {
        let _ = find(&text, &directories(), &guards());
    }
}

fn mapping(vdir: &[&str], keep: &[&str]) -> Result<VirtualDirectories, MappingError> {
    let renames: Result<Vec<Rename>, _> = vdir.iter().map(|text| text.parse()).collect();
    let keep: Vec<String> = keep.iter().map(|name| (*name).to_owned()).collect();
    VirtualDirectories::new(&rows(), &renames?, &keep)
}

#[test]
fn flags_override_the_packs_and_add_to_them() {
    let directories = mapping(&["phonefactor=mfa", "Old=New"], &[]).unwrap();
    let pairs: Vec<_> = directories
        .mappings()
        .iter()
        .map(|mapping| (mapping.old.as_str(), mapping.new.as_str()))
        .collect();
    assert_eq!(pairs.len(), 4);
    assert_eq!(pairs[0], ("phonefactor", "mfa"));
    assert_eq!(pairs[3], ("Old", "New"));
}

#[test]
fn a_name_can_be_kept_in_two_ways() {
    for directories in [
        mapping(&[], &["PHONEFACTOR"]).unwrap(),
        mapping(&["PhoneFactor=PhoneFactor"], &[]).unwrap(),
        mapping(&["PhoneFactor=PhoneFactor"], &["PhoneFactor"]).unwrap(),
    ] {
        assert_eq!(directories.mappings().len(), 2);
    }
}

#[test]
fn mappings_without_sense_are_refused_with_a_next_step() {
    type Kind = fn(&MappingError) -> bool;
    let cases: [(&[&str], &[&str], Kind); 12] = [
        (&["PhoneFactor"], &[], |e| {
            matches!(e, MappingError::NotARename(_))
        }),
        (&["=x"], &[], |e| matches!(e, MappingError::EmptyName)),
        (&["x="], &[], |e| matches!(e, MappingError::EmptyName)),
        (&["a/b=c"], &[], |e| {
            matches!(e, MappingError::BadName { character: '/', .. })
        }),
        (&["a=b\\c"], &[], |e| {
            matches!(
                e,
                MappingError::BadName {
                    character: '\\',
                    ..
                }
            )
        }),
        (&["a=b?c"], &[], |e| {
            matches!(e, MappingError::BadName { character: '?', .. })
        }),
        (&["a=."], &[], |e| {
            matches!(e, MappingError::BadName { character: '.', .. })
        }),
        (&["a=b", "A=c"], &[], |e| {
            matches!(e, MappingError::TwoNames { .. })
        }),
        (&["PhoneFactor=x"], &["phonefactor"], |e| {
            matches!(e, MappingError::KeptAndRenamed(_))
        }),
        (&["a=PhoneFactor"], &[], |e| {
            matches!(e, MappingError::Chain { .. })
        }),
        (&["a=b", "b=a"], &[], |e| {
            matches!(e, MappingError::Chain { .. })
        }),
        (&[], &["PhoneFaktor"], |e| {
            matches!(e, MappingError::UnknownKept { nearest: Some(near), known, .. }
                if near == "PhoneFactor" && known.len() == 3)
        }),
    ];
    for (vdir, keep, is_expected) in cases {
        let error = mapping(vdir, keep).unwrap_err();
        assert!(is_expected(&error), "{vdir:?} {keep:?}: {error:?}");
        assert!(!error.help().is_empty());
    }
}

#[test]
fn a_large_text_is_scanned_in_linear_time() {
    let started = std::time::Instant::now();
    for piece in [
        "/",
        "http://",
        "https://a/(",
        "$(",
        "{",
        "%25",
        "&#47;",
        "=/a&",
        "https://a,",
    ] {
        let mut text = piece.repeat(400_000 / piece.len());
        text.push_str("/PhoneFactor");
        let _ = find(&text, &directories(), &guards());
    }
    assert!(started.elapsed().as_secs() < 20);
}
