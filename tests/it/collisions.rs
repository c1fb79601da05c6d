//! Values that collide in the fingerprints of `matching::digest` are still different values: a change
//! from one to the other is never lost.
//!
//! FxHasher takes the eight bytes of a short text twice, as `S1 ^ word` and `S2 ^ word`, and
//! multiplies the two. Whoever has `word ^ S1 ^ S2` instead gets the same factors in the other
//! order, so every text has a partner, if that is UTF-8 as well.

use std::hash::{Hash, Hasher};

use conferry::merge::finish::{Settle, finish};
use conferry::merge::{Merged, Mode, merge};
use conferry::xml::Document;
use conferry::xml::escape::{escape_attribute, escape_text};
use proptest::prelude::*;
use rustc_hash::FxHasher;

use crate::laws::{
    Triple, account_law, bystander_law, comment_law, inputs, one_side_laws, result_laws, rules,
    symmetry_law, union_law,
};

/// `S1 ^ S2`, in the order of a text's bytes.
const APART: [u8; 8] = [0x97, 0x7b, 0xd3, 0x86, 0xa6, 0xe0, 0x26, 0x37];

/// The first pair that was found.
const KNOWN: [[u8; 8]; 2] = [
    [0xcb, 0xb4, 0x63, 0x60, 0x3d, 0x57, 0x7a, 0x4f],
    [0x5c, 0xcf, 0xb0, 0xe6, 0x9b, 0xb7, 0x5c, 0x78],
];

fn partner(bytes: [u8; 8]) -> [u8; 8] {
    std::array::from_fn(|at| bytes[at] ^ APART[at])
}

/// The pair of texts, where both can stand in XML and in a report.
fn as_texts(bytes: [u8; 8]) -> Option<[String; 2]> {
    let text = |bytes: [u8; 8]| String::from_utf8(bytes.to_vec()).ok();
    let texts = [text(bytes)?, text(partner(bytes))?];
    let is_plain = |text: &String| {
        !text
            .chars()
            .any(|char| char.is_control() || char == '\u{ffff}')
    };
    texts.iter().all(is_plain).then_some(texts)
}

/// Texts of eight bytes: a sequence of two, six plain ones; the partner has one plain, two, three, two plain.
fn colliding() -> impl Strategy<Value = [String; 2]> {
    (
        (0xc2_u8..0xe0, 0xa0_u8..0xba, 0x40_u8..0x7f, 0x60_u8..0x70),
        (0x20_u8..0x40, 0x40_u8..0x7f, 0x20_u8..0x7f, 0x20_u8..0x7f),
    )
        .prop_filter_map("not UTF-8", |((a, b, c, d), (e, f, g, h))| {
            as_texts([a, b, c, d, e, f, g, h])
        })
}

fn known() -> [String; 2] {
    as_texts(KNOWN[0]).unwrap()
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn the_known_pair_collides() {
    assert_eq!(partner(KNOWN[0]), KNOWN[1]);
    let [one, other] = known();
    assert_eq!(fingerprint(&one), fingerprint(&other));
}

/// Where a value can be.
const PLACES: [&str; 6] = [
    "<appSettings>\n    <add key=\"Timeout\" value=\"@\" />\n  </appSettings>",
    "<part mode=\"@\" />",
    "<part mode=\"x\" same=\"@\"><inner kind=\"@\" /></part>",
    "<contoso.Settings>\n    <setting name=\"A\" serializeAs=\"String\">\n      <value>@</value>\n    </setting>\n  </contoso.Settings>",
    "<list>\n    <item>first</item>\n    <item>@</item>\n    <item>last</item>\n  </list>",
    "<rewrite><rules><rule name=\"r\"><match url=\"@\" /></rule></rules></rewrite>",
];

/// A document with `value` at the place, and another setting.
fn document(place: &str, value: &str, elsewhere: &str) -> Document {
    let value = match place.contains(">@<") {
        true => escape_text(value),
        false => escape_attribute(value, '"'),
    };
    let place = place.replace('@', &value);
    let text = format!(
        "<configuration>\n  {place}\n  <elsewhere>\n    <add key=\"E\" value=\"{elsewhere}\" />\n  </elsewhere>\n</configuration>\n"
    );
    Document::from_text(&text).unwrap()
}

fn triple(place: &str, [base, incoming, carrier]: [&str; 3]) -> Triple {
    Triple {
        name: "colliding".to_owned(),
        base: document(place, base, "1"),
        incoming: document(place, incoming, "1"),
        carrier: document(place, carrier, "2"),
    }
}

fn merged(triple: &Triple, mode: Mode) -> (Merged, Document) {
    let (base, incoming, carrier) = (Some(&triple.base), &triple.incoming, &triple.carrier);
    let inputs = inputs(base, incoming, carrier, mode, rules());
    let merged = merge(inputs).unwrap();
    let document = finish(&inputs, &merged, Settle::Carrier).unwrap().document;
    (merged, document)
}

/// What one side changes arrives, what both change is a conflict, whichever of the values collide.
fn nothing_is_lost(place: &str, [one, other]: &[String; 2]) -> Result<(), String> {
    for mode in [Mode::Branches, Mode::Upgrade] {
        for [from, to] in [[one, other], [other, one]] {
            let wanted = document(place, to, "2");
            for sides in [[from, to, from], [from, from, to], [from, to, to]] {
                let triple = triple(place, sides.map(String::as_str));
                let (merged, result) = merged(&triple, mode);
                if !merged.conflicts.is_empty() || result.text() != wanted.text() {
                    return Err(format!("{mode:?} lost {sides:?}:\n{}", result.text()));
                }
            }
            for sides in [
                ["third", from, to],
                [from, to, "third"],
                [from, "third", to],
            ] {
                let triple = triple(place, sides);
                let (merged, _) = merged(&triple, mode);
                if merged.conflicts.is_empty() {
                    return Err(format!("{mode:?} decided {sides:?}"));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_change_between_the_known_pair_is_never_lost() {
    let pair = known();
    // Two words collide where each of them does.
    let twice = [
        format!("{}{}", pair[0], pair[0]),
        format!("{}{}", pair[1], pair[1]),
    ];
    for place in PLACES {
        assert_eq!(nothing_is_lost(place, &pair), Ok(()), "{place}");
        assert_eq!(nothing_is_lost(place, &twice), Ok(()), "{place}");
    }
}

/// An entry that one side changed to the partner and the other one removed is left to people.
#[test]
fn a_change_between_the_known_pair_is_seen_by_who_removes() {
    let [one, other] = known();
    let empty = Document::from_text(
        "<configuration>\n  <elsewhere>\n    <add key=\"E\" value=\"1\" />\n  </elsewhere>\n</configuration>\n",
    )
    .unwrap();
    for place in PLACES {
        let changed = document(place, &other, "1");
        for (incoming, carrier) in [(&changed, &empty), (&empty, &changed)] {
            let triple = Triple {
                name: String::new(),
                base: document(place, &one, "1"),
                incoming: incoming.clone(),
                carrier: carrier.clone(),
            };
            let (merged, _) = merged(&triple, Mode::Branches);
            assert!(!merged.conflicts.is_empty(), "{place}");
        }
    }
}

/// A comment that one side changed to the partner is changed in the result.
#[test]
fn a_comment_that_becomes_the_other_of_the_pair_is_changed() {
    let [one, other] = known();
    let with = |comment: &str, elsewhere: &str| {
        let text = format!(
            "<configuration>\n  <!-- {comment} -->\n  <part mode=\"x\" />\n  <other mode=\"{elsewhere}\" />\n</configuration>\n"
        );
        Document::from_text(&text).unwrap()
    };
    for (incoming, carrier) in [
        (with(&other, "1"), with(&one, "2")),
        (with(&one, "2"), with(&other, "1")),
    ] {
        let triple = Triple {
            name: String::new(),
            base: with(&one, "1"),
            incoming,
            carrier,
        };
        let (_, result) = merged(&triple, Mode::Branches);
        assert_eq!(result.text(), with(&other, "2").text());
    }
}

proptest! {
    #![proptest_config(crate::command::generated(64))]

    #[test]
    fn a_change_between_values_that_collide_is_never_lost(pair in colliding(), place in 0..PLACES.len()) {
        prop_assert_eq!(fingerprint(&pair[0]), fingerprint(&pair[1]));
        prop_assert_ne!(&pair[0], &pair[1]);
        prop_assert_eq!(nothing_is_lost(PLACES[place], &pair), Ok(()));
    }

    /// The laws of all merges, over sides that draw their values from two pairs and their likes.
    #[test]
    fn merges_of_values_that_collide_obey_every_law(
        pairs in [colliding(), colliding()],
        drawn in prop::array::uniform3(prop::array::uniform6(0_usize..4)),
    ) {
        let values = [&pairs[0][0], &pairs[0][1], &pairs[1][0], &pairs[1][1]];
        let side = |drawn: &[usize; 6]| {
            let parts: Vec<String> = PLACES.iter().zip(drawn).enumerate().map(|(at, (place, drawn))| {
                let text = document(place, values[*drawn], "1").text().to_owned();
                let inner = text.trim_end().strip_prefix("<configuration>").unwrap();
                let inner = inner.strip_suffix("</configuration>").unwrap();
                format!("<group{at}>{inner}</group{at}>\n")
            }).collect();
            Document::from_text(&format!("<configuration>\n{}</configuration>\n", parts.concat())).unwrap()
        };
        let triple = Triple {
            name: "colliding".to_owned(),
            base: side(&drawn[0]),
            incoming: side(&drawn[1]),
            carrier: side(&drawn[2]),
        };
        for law in [one_side_laws, union_law, bystander_law, comment_law, symmetry_law, result_laws, account_law] {
            prop_assert_eq!(law(&triple), Ok(()));
        }
    }
}
