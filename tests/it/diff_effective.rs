//! Laws of `diff --effective`: what it tells is what .NET's own reader reads differently, and what makes no
//! difference to .NET is none.

use std::collections::BTreeSet;

use conferry::diff::effective::{Layer, Reading, diff_effective};
use conferry::diff::{Change, Place};
use conferry::pack::Rules;
use conferry::xml::address::Leaf;
use conferry::xml::{Document, NodeId};

use crate::dotnet_reader::{self, Key, Part, Values, keys};
use crate::laws::{rules_without_policies, triples};

fn reading<'d>(document: &'d Document, rules: &Rules) -> Option<Reading<'d>> {
    let own = Layer {
        document,
        file: None,
        sidecars: Vec::new(),
        unreadable: Vec::new(),
    };
    Some(Reading::of(&[own], rules)?.unwrap())
}

/// The values that a place says.
fn said(place: &Place<'_>) -> Vec<Key> {
    let document = place.document;
    let says = |element: NodeId, key: &Key| match (&place.leaf, key.part) {
        (Leaf::Attribute(name), part) => name == part.attribute(),
        (_, Part::Provider) => document
            .value(element, "providerName")
            .is_some_and(|value| !value.is_empty()),
        (_, Part::ConnectionString) => document.attribute(element, "connectionString").is_some(),
        _ => true,
    };
    let mut elements = vec![place.element];
    if place.leaf == Leaf::Element {
        elements = document.subtree(place.element).collect();
    }
    // What is within a setting is its value.
    let above = std::iter::successors(document.parent(place.element), |node| {
        document.parent(*node)
    });
    let above = above.filter(|node| document.is_element(*node));
    let setting = above
        .into_iter()
        .find(|node| document.local_name(*node) == "setting");
    let mut found: Vec<Key> = setting.map_or(Vec::new(), |node| keys(document, node));
    for element in elements {
        if document.is_element(element) {
            let keys = keys(document, element).into_iter();
            found.extend(keys.filter(|key| says(element, key)));
        }
    }
    found
}

fn told(changes: &[Change<'_>]) -> BTreeSet<Key> {
    let places = changes
        .iter()
        .flat_map(|change| [&change.before, &change.after]);
    places.flatten().flat_map(said).collect()
}

fn named(values: &Values) -> Values {
    // XML makes spaces of tabs and line ends in attributes, and .NET's reader does not.
    let plain =
        |(key, value): (&Key, &String)| (key.clone(), value.replace(['\t', '\n', '\r'], " "));
    let values = values.iter().map(plain);
    let is_said = |(key, value): &(Key, String)| key.part != Part::Provider || !value.is_empty();
    values.filter(is_said).collect()
}

#[test]
fn the_differences_are_those_between_what_dotnet_reads() {
    if !dotnet_reader::is_ready() {
        return;
    }
    let rules = rules_without_policies();
    let sides = |triple: &'static crate::laws::Triple| {
        [
            (&triple.base, &triple.incoming),
            (&triple.incoming, &triple.carrier),
        ]
    };
    let pairs: Vec<_> = triples().iter().flat_map(sides).collect();
    let step = (pairs.len() / 250).max(1);
    let pairs: Vec<_> = pairs.into_iter().step_by(step).collect();
    let bytes: Vec<Vec<u8>> = (pairs.iter())
        .flat_map(|(one, other)| [one, other])
        .map(|document| document.source().bytes_with(document.text()))
        .collect();
    let files: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
    let readings = dotnet_reader::read(&files);
    let (mut held, mut differences, mut wrong) = (0, 0, String::new());
    for ((one, other), read) in pairs.iter().zip(readings.chunks(2)) {
        let is_elsewhere = |document: &Document| {
            document.elements_named("location").next().is_some()
                || ["configSource", "file"]
                    .iter()
                    .any(|name| document.text().contains(&format!("{name}=")))
        };
        if read.iter().any(|read| read.error.is_some()) || is_elsewhere(one) || is_elsewhere(other)
        {
            continue;
        }
        let (Some(before), Some(after)) = (reading(one, rules), reading(other, rules)) else {
            continue;
        };
        let found = diff_effective([&before, &after], rules).unwrap();
        let values = [named(&read[0].values), named(&read[1].values)];
        let all: BTreeSet<&Key> = values.iter().flat_map(Values::keys).collect();
        let sections: BTreeSet<&str> = all.iter().map(|key| key.section.as_str()).collect();
        let differs = |key: &&&Key| values[0].get(**key) != values[1].get(**key);
        let wanted: BTreeSet<Key> = all
            .iter()
            .filter(differs)
            .map(|key| (*key).clone())
            .collect();
        let found: BTreeSet<Key> = told(&found.changes)
            .into_iter()
            .filter(|key| sections.contains(key.section.as_str()))
            .collect();
        held += 1;
        differences += wanted.len();
        if found != wanted {
            let only = |these: &BTreeSet<Key>, those: &BTreeSet<Key>| {
                these.difference(those).cloned().collect::<Vec<_>>()
            };
            wrong += &format!(
                "told, and .NET reads the same: {:?}\nnot told: {:?}\n{}\n---\n{}\n",
                only(&found, &wanted),
                only(&wanted, &found),
                one.text(),
                other.text()
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        held > 20 && differences > 50,
        "{held} pairs, {differences} differences"
    );
    dotnet_reader::tell(&format!(
        "{held} pairs: the {differences} differences are those between what .NET's own reader reads"
    ));
}

fn document(inner: &str) -> Document {
    let text = format!("<configuration>{inner}</configuration>");
    Document::from_text(&text).unwrap()
}

fn count(one: &Document, other: &Document) -> usize {
    let rules = rules_without_policies();
    let sides = [one, other].map(|document| reading(document, rules).unwrap());
    diff_effective([&sides[0], &sides[1]], rules)
        .unwrap()
        .changes
        .len()
}

/// Ways to write the same entries of appSettings; `a` is 1 and `b` is 2.
const SAME: [&str; 7] = [
    r#"<appSettings><add key="a" value="1"/><add key="b" value="2"/></appSettings>"#,
    r#"<appSettings><add key="b" value="2"/><add value="1" key="a"/></appSettings>"#,
    "<appSettings>\n  <!-- one -->\n  <add key='a'\n value='1'></add>\n<add key='b' value='2'/></appSettings>",
    r#"<appSettings><add key="A" value="9"/><add key="a" value="1"/><add key="b" value="2"/></appSettings>"#,
    r#"<appSettings><add key="c" value="9"/><clear/><add key="a" value="1"/><add key="b" value="2"/></appSettings>"#,
    r#"<appSettings><add key="c" value="9"/><remove key="C"/><add key="a" value="1"/><add key="b" value="2"/></appSettings>"#,
    r#"<location><appSettings><add key="a" value="1"/></appSettings></location><appSettings><add key="b" value="2"/></appSettings>"#,
];

#[test]
fn what_makes_no_difference_to_dotnet_is_none() {
    for one in SAME {
        for other in SAME {
            assert_eq!(count(&document(one), &document(other)), 0, "{one}\n{other}");
        }
        // An entry more, and another value, are told wherever the others are.
        for (change, wanted) in [
            (
                r#"<location path="."><appSettings><add key="d" value="4"/></appSettings></location>"#,
                1,
            ),
            (
                r#"<location path="."><appSettings><remove key="a"/><add key="B" value="3"/></appSettings></location>"#,
                2,
            ),
            (
                r#"<location path="."><appSettings><clear/></appSettings></location>"#,
                2,
            ),
        ] {
            let changed = document(&format!("{one}{change}"));
            assert_eq!(count(&document(SAME[0]), &changed), wanted, "{one}{change}");
            assert_eq!(count(&changed, &document(SAME[0])), wanted, "{one}{change}");
        }
    }
}

#[test]
fn a_file_read_effectively_has_no_difference_from_itself() {
    for triple in triples() {
        if let Some(read) = reading(&triple.incoming, rules_without_policies()) {
            let found = diff_effective([&read, &read], rules_without_policies()).unwrap();
            assert!(
                found.changes.is_empty(),
                "{}: {:?}",
                triple.name,
                found.changes
            );
        }
    }
}
