//! The laws of `laws.rs` over generated documents, edits on any text, and
//! damaged files.

use std::fmt::Write as _;

use conferry::xml::{Document, Edits, Span};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::laws::{
    Triple, account_law, bystander_law, comment_law, itself_law, one_side_laws, reading_laws,
    result_laws, symmetry_law, union_law,
};

/// A configuration as a value, so that it can be changed and written in any layout.
#[derive(Clone, Debug, Default)]
struct Config {
    settings: Vec<(u8, u8)>,
    connections: Vec<(u8, u8)>,
    sections: Vec<Section>,
    items: Vec<u8>,
    comments: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Section {
    name: u8,
    attributes: Vec<(u8, u8)>,
    text: Option<u8>,
    inner: Vec<(u8, u8)>,
    /// A comment inside.
    comment: Option<u8>,
}

/// One change by one side.
#[derive(Clone, Debug)]
enum Change {
    Set(u8, u8),
    Remove(u8),
    Add(u8, u8),
    Connection(u8, u8),
    SectionAttribute(u8, u8, u8),
    SectionText(u8, u8),
    RemoveSection(u8),
    AddSection(Section),
    AddItem(u8),
    RemoveItem(u8),
    Comment(u8),
    RemoveComment(u8),
    SectionComment(u8, u8),
    Reverse,
}

#[derive(Clone, Debug)]
struct Layout {
    bom: bool,
    crlf: bool,
    indent: u8,
    single_quotes: bool,
    space_before_slash: bool,
    final_newline: bool,
}

const VALUES: [&str; 8] = [
    "1",
    "",
    "a &amp; b",
    "&lt;x&gt;",
    "  spaces  ",
    "ü€🔑",
    "&quot;it&apos;s&quot;",
    "https://h/PhoneFactor/x?a=b&amp;c=d",
];

fn value(of: u8) -> &'static str {
    VALUES[of as usize % VALUES.len()]
}

/// The first of each name: generated documents have no duplicate identities.
fn distinct(pairs: Vec<(u8, u8)>) -> Vec<(u8, u8)> {
    let mut seen = Vec::new();
    pairs
        .into_iter()
        .filter(|(name, _)| {
            let is_new = !seen.contains(name);
            seen.push(*name);
            is_new
        })
        .collect()
}

fn pairs(most: usize) -> impl Strategy<Value = Vec<(u8, u8)>> {
    vec((0_u8..12, any::<u8>()), 0..most).prop_map(distinct)
}

fn section() -> impl Strategy<Value = Section> {
    (
        0_u8..6,
        pairs(4),
        proptest::option::of(any::<u8>()),
        pairs(4),
    )
        .prop_map(|(name, attributes, text, inner)| Section {
            name,
            attributes,
            text: text.filter(|_| inner.is_empty()),
            inner,
            comment: None,
        })
}

fn config() -> impl Strategy<Value = Config> {
    (
        pairs(8),
        pairs(4),
        vec(section(), 0..4),
        vec(0_u8..4, 0..5),
        vec(0_u8..2, 0..5),
    )
        .prop_map(|(settings, connections, sections, items, comments)| {
            let mut config = Config {
                settings,
                connections,
                items,
                comments,
                sections: Vec::new(),
            };
            for section in sections {
                config.add_section(section);
            }
            config
        })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0_u8..12, any::<u8>()).prop_map(|(name, value)| Change::Set(name, value)),
        2 => (0_u8..12).prop_map(Change::Remove),
        3 => (0_u8..12, any::<u8>()).prop_map(|(name, value)| Change::Add(name, value)),
        2 => (0_u8..12, any::<u8>()).prop_map(|(name, value)| Change::Connection(name, value)),
        2 => (0_u8..6, 0_u8..12, any::<u8>()).prop_map(|(at, name, value)| Change::SectionAttribute(at, name, value)),
        1 => (0_u8..6, any::<u8>()).prop_map(|(at, value)| Change::SectionText(at, value)),
        1 => (0_u8..6).prop_map(Change::RemoveSection),
        1 => section().prop_map(Change::AddSection),
        1 => (0_u8..4).prop_map(Change::AddItem),
        1 => any::<u8>().prop_map(Change::RemoveItem),
        1 => (0_u8..3).prop_map(Change::Comment),
        2 => any::<u8>().prop_map(Change::RemoveComment),
        1 => (0_u8..6, 0_u8..6).prop_map(|(at, text)| Change::SectionComment(at, text)),
        1 => Just(Change::Reverse),
    ]
}

fn layout() -> impl Strategy<Value = Layout> {
    (
        any::<bool>(),
        any::<bool>(),
        0_u8..5,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(bom, crlf, indent, single_quotes, space_before_slash, final_newline)| Layout {
                bom,
                crlf,
                indent,
                single_quotes,
                space_before_slash,
                final_newline,
            },
        )
}

impl Config {
    fn add_section(&mut self, section: Section) {
        if self.sections.iter().all(|known| known.name != section.name) {
            self.sections.push(section);
        }
    }

    fn change(&mut self, change: &Change) {
        let set = |pairs: &mut Vec<(u8, u8)>, name: u8, value: u8| match pairs
            .iter_mut()
            .find(|(known, _)| *known == name)
        {
            Some(pair) => pair.1 = value,
            None => pairs.push((name, value)),
        };
        match change.clone() {
            Change::Set(name, value) => {
                if let Some(pair) = self.settings.iter_mut().find(|(known, _)| *known == name) {
                    pair.1 = value;
                }
            }
            Change::Remove(name) => self.settings.retain(|(known, _)| *known != name),
            Change::Add(name, value) => set(&mut self.settings, name, value),
            Change::Connection(name, value) => set(&mut self.connections, name, value),
            Change::SectionAttribute(at, name, value) => {
                if let Some(section) = self.sections.iter_mut().find(|known| known.name == at) {
                    set(&mut section.attributes, name, value);
                }
            }
            Change::SectionText(at, value) => {
                if let Some(section) = self.sections.iter_mut().find(|known| known.name == at) {
                    if section.inner.is_empty() {
                        section.text = Some(value);
                    } else {
                        set(&mut section.inner, value % 12, value);
                    }
                }
            }
            Change::RemoveSection(name) => self.sections.retain(|known| known.name != name),
            Change::AddSection(section) => self.add_section(section),
            Change::AddItem(item) => self.items.push(item),
            Change::RemoveItem(at) => {
                if !self.items.is_empty() {
                    self.items.remove(at as usize % self.items.len());
                }
            }
            Change::Comment(text) => self.comments.push(text),
            Change::RemoveComment(at) => {
                if !self.comments.is_empty() {
                    self.comments.remove(at as usize % self.comments.len());
                }
            }
            Change::SectionComment(at, text) => {
                if let Some(section) = self.sections.iter_mut().find(|known| known.name == at) {
                    section.comment = Some(text);
                }
            }
            Change::Reverse => self.settings.reverse(),
        }
    }

    fn write(&self, layout: &Layout) -> Vec<u8> {
        let mut out = Writer {
            text: String::new(),
            layout,
            depth: 0,
        };
        out.line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        out.open("configuration", &[]);
        out.open("appSettings", &[]);
        for (at, (name, of)) in self.settings.iter().enumerate() {
            if let Some(comment) = self.comments.get(at) {
                out.line(&format!("<!-- about {comment} -->"));
            }
            out.empty(
                "add",
                &[
                    ("key", format!("key{name}")),
                    ("value", value(*of).to_owned()),
                ],
            );
        }
        out.close("appSettings");
        out.open("connectionStrings", &[]);
        for (name, of) in &self.connections {
            let string = format!("Server={};Password=Hush", value(*of));
            out.empty(
                "add",
                &[("name", format!("c{name}")), ("connectionString", string)],
            );
        }
        out.close("connectionStrings");
        for section in &self.sections {
            let name = format!("section{}", section.name);
            let attributes: Vec<(String, String)> = section
                .attributes
                .iter()
                .map(|(name, of)| (format!("a{name}"), value(*of).to_owned()))
                .collect();
            let attributes: Vec<(&str, String)> = attributes
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            match section.text {
                Some(text) => out.leaf(&name, &attributes, value(text)),
                None if section.inner.is_empty() => out.empty(&name, &attributes),
                None => {
                    out.open(&name, &attributes);
                    if let Some(comment) = section.comment {
                        out.line(&format!("<!-- about {comment} -->"));
                    }
                    for (name, of) in &section.inner {
                        let attributes = [("name", format!("n{name}"))];
                        out.leaf("setting", &attributes, value(*of));
                    }
                    out.close(&name);
                }
            }
        }
        out.open("list", &[]);
        for item in &self.items {
            out.leaf("item", &[], value(*item));
        }
        out.close("list");
        out.close("configuration");
        let mut text = out.text;
        if !layout.final_newline {
            text.truncate(text.trim_end().len());
        }
        if layout.bom {
            text.insert(0, '\u{FEFF}');
        }
        text.into_bytes()
    }
}

struct Writer<'l> {
    text: String,
    layout: &'l Layout,
    depth: usize,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        let indent = match self.layout.indent {
            0 => String::new(),
            1 => "\t".repeat(self.depth),
            spaces => " ".repeat(self.depth * spaces as usize),
        };
        let end = if self.layout.crlf { "\r\n" } else { "\n" };
        let _ = write!(self.text, "{indent}{line}{end}");
    }

    fn tag(&self, name: &str, attributes: &[(&str, String)]) -> String {
        let quote = if self.layout.single_quotes { '\'' } else { '"' };
        attributes
            .iter()
            .fold(format!("<{name}"), |mut tag, (name, value)| {
                let _ = write!(tag, " {name}={quote}{value}{quote}");
                tag
            })
    }

    fn open(&mut self, name: &str, attributes: &[(&str, String)]) {
        let tag = self.tag(name, attributes);
        self.line(&format!("{tag}>"));
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        let slash = if self.layout.space_before_slash {
            " />"
        } else {
            "/>"
        };
        let tag = self.tag(name, attributes);
        self.line(&format!("{tag}{slash}"));
    }

    fn leaf(&mut self, name: &str, attributes: &[(&str, String)], text: &str) {
        let tag = self.tag(name, attributes);
        self.line(&format!("{tag}>{text}</{name}>"));
    }
}

prop_compose! {
    fn triple()(
        base in config(),
        changes in [vec(change(), 0..6), vec(change(), 0..6)],
        layouts in [layout(), layout(), layout()],
        one_layout in any::<bool>(),
    ) -> Triple {
        let side = |changes: &[Change], at: usize| {
            let mut side = base.clone();
            changes.iter().for_each(|change| side.change(change));
            let layout = if one_layout { &layouts[0] } else { &layouts[at] };
            Document::from_bytes(side.write(layout)).unwrap()
        };
        Triple {
            name: "generated".to_owned(),
            incoming: side(&changes[0], 1),
            carrier: side(&changes[1], 2),
            base: side(&[], 0),
        }
    }
}

/// Where texts can be cut: offsets of characters.
fn boundaries(text: &str) -> Vec<usize> {
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .collect()
}

proptest! {
    #![proptest_config(crate::command::generated(96))]

    #[test]
    fn generated_documents_read_as_they_are_written(config in config(), layout in layout()) {
        let bytes = config.write(&layout);
        let document = Document::from_bytes(&bytes).unwrap();
        prop_assert_eq!(reading_laws(&bytes), Ok(()));
        prop_assert_eq!(itself_law(&document), Ok(()));
    }

    #[test]
    fn generated_merges_obey_every_law(triple in triple()) {
        let laws = [
            one_side_laws,
            union_law,
            bystander_law,
            comment_law,
            symmetry_law,
            result_laws,
            account_law,
        ];
        for law in laws {
            prop_assert_eq!(law(&triple), Ok(()));
        }
    }

    /// Edits that are accepted copy everything else; those that overlap are refused; nothing panics.
    #[test]
    fn edits_copy_what_they_do_not_touch(
        text in ".{0,60}",
        wanted in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), ".{0,5}"), 0..8),
    ) {
        let places = boundaries(&text);
        let mut edits = Edits::new();
        let mut kept: Vec<(usize, usize, String)> = Vec::new();
        for (one, other, new) in wanted {
            let (one, other) = (one.get(&places), other.get(&places));
            let (start, end) = (*one.min(other), *one.max(other));
            let overlaps = kept.iter().any(|(a, b, _)| match (a == b, start == end) {
                (true, true) => false,
                (true, false) => start < *a && *a < end,
                (false, true) => *a < start && start < *b,
                (false, false) => *a < end && start < *b,
            });
            let same = kept.contains(&(start, end, new.clone())) && start < end;
            let accepted = edits.replace(Span::new(start, end), new.clone()).is_ok();
            let nothing = start == end && new.is_empty();
            prop_assert_eq!(accepted, !overlaps || same || nothing);
            if accepted && !same && !nothing {
                kept.push((start, end, new));
            }
        }
        // Stable: insertions at one place stay in the order they were added, before a replacement there.
        kept.sort_by_key(|(start, end, _)| (*start, start != end));
        let mut expected = String::new();
        let mut copied = 0;
        for (start, end, new) in &kept {
            expected.push_str(&text[copied..*start]);
            expected.push_str(new);
            copied = *end;
        }
        expected.push_str(&text[copied..]);
        prop_assert_eq!(edits.apply(&text), expected);
    }

    /// Damaged bytes are read or refused, never suffered; what is read is read losslessly.
    #[test]
    fn damaged_files_do_no_harm(
        config in config(),
        layout in layout(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let mut bytes = config.write(&layout);
        for (at, byte, how) in damage {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b"<>&\"'/!?-]"[byte as usize % 10]),
                2 => { bytes.remove(at); }
                _ => bytes.truncate(at),
            }
        }
        prop_assert_eq!(reading_laws(&bytes), Ok(()));
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..80)) {
        prop_assert_eq!(reading_laws(&bytes), Ok(()));
    }
}

/// Every fixture, cut off and damaged at regular places.
#[test]
fn damaged_fixtures_do_no_harm() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for (name, bytes) in crate::command::tree(&fixtures) {
        for step in 0..24 {
            let at = bytes.len() * step / 24;
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x15;
            for damaged in [&bytes[..at], &damaged] {
                if let Ok(document) = Document::from_bytes(damaged) {
                    let written = document.source().bytes_with(document.text());
                    assert!(written == damaged, "{name} at {at}");
                }
            }
        }
    }
}
