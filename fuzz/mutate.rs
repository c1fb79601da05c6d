//! Changes that keep a document well-formed, for bytes at random seldom do: elements come, go and
//! move from one version to another, values change, namespaces and prefixes are declared, bound
//! anew and used, sections move into sidecars.

use conferry::xml::{Document, NodeId};

use super::SEPARATOR;

/// Numbers that look random and depend on the seed alone (a linear congruential generator).
pub struct Numbers(u64);

impl Numbers {
    /// Numbers of their own for each seed.
    pub fn new(seed: u64) -> Self {
        let mut numbers = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        numbers.below(1);
        numbers
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// One of `all`.
    pub fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const PREFIXES: [&str; 4] = ["p", "q", "xdt", "asm"];
const NAMESPACES: [&str; 4] = [
    "urn:1",
    "urn:2",
    "urn:schemas-microsoft-com:asm.v1",
    "http://schemas.microsoft.com/XML-Document-Transform",
];
const SIDECARS: [&str; 4] = [
    " file=\"mine.config\"",
    " configSource=\"mine.config\"",
    " configSource=\"config\\other.config\"",
    " file=\"..\\shared.config\"",
];
const VALUES: [&str; 6] = ["", "1", "2", "a &amp; b", "True", "ü"];

/// The versions of a merge with one of them changed; `None` if none of that can be done to it.
pub fn versions(bytes: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut numbers = Numbers::new(u64::from(seed));
    let mut versions: Vec<Vec<u8>> = super::split(bytes).map(<[u8]>::to_vec).collect();
    if versions.len() < 3 {
        // One version has three of it made, so that every file is a seed.
        let only = versions.first()?.clone();
        versions = vec![only.clone(), only.clone(), only];
    }
    let at = numbers.below(3);
    let from = numbers.below(3);
    let given = Document::from_bytes(versions[from].as_slice()).ok()?;
    let document = Document::from_bytes(versions[at].as_slice()).ok()?;
    let text = changed(&document, &given, &mut numbers)?;
    versions[at] = document.source().bytes_with(&text);
    versions.truncate(3);
    Some(versions.join(SEPARATOR))
}

/// The text of `document` with one change; `given` is another version, to take elements from.
pub fn changed(document: &Document, given: &Document, numbers: &mut Numbers) -> Option<String> {
    let elements = elements(document);
    let element = numbers.one(&elements);
    let text = document.text();
    let span = document.span(element).range();
    let root = document.root();
    let mut changed = text.to_owned();
    // Behind the name in the start tag.
    let behind_name = behind_name(document, element);
    match numbers.below(12) {
        // A namespace is declared, maybe for a prefix that has one already further up.
        0 | 1 => {
            let name = match numbers.below(4) {
                0 => "xmlns".to_owned(),
                _ => format!("xmlns:{}", numbers.one(&PREFIXES)),
            };
            put_attribute(
                document,
                element,
                &name,
                numbers.one(&NAMESPACES),
                &mut changed,
            )?;
        }
        // A prefix is bound anew, or stands for nothing any more.
        2 => {
            let declared = attributes_where(document, element, |name| name.starts_with("xmlns"));
            let (_, value, whole) = *declared.get(numbers.below(declared.len()))?;
            match numbers.below(3) {
                0 => changed.replace_range(whole.0..whole.1, ""),
                _ => changed.replace_range(value.0..value.1, numbers.one(&NAMESPACES)),
            }
        }
        // An element gets a prefix, or loses it.
        3 => {
            let local = document.local_name(element).to_owned();
            let name = match document.name(element).contains(':') {
                true => local,
                false => format!("{}:{local}", numbers.one(&PREFIXES)),
            };
            rename(document, element, &name, &mut changed);
        }
        // An attribute with a prefix.
        4 => {
            let name = format!(
                "{}:{}",
                numbers.one(&PREFIXES),
                numbers.one(&["a", "key", "b"])
            );
            put_attribute(document, element, &name, numbers.one(&VALUES), &mut changed)?;
        }
        // A section points at a sidecar, with or without content of its own.
        5 => {
            if attributes_where(document, element, |name| {
                matches!(name, "file" | "configSource")
            })
            .is_empty()
            {
                changed.insert_str(behind_name, numbers.one(&SIDECARS));
            }
            if numbers.below(2) == 0 && element != root {
                let (from, to) = inside(document, element)?;
                let added = changed.len() - text.len();
                changed.replace_range(from + added..to + added, "");
            }
        }
        6 | 7 => {
            let all = attributes_where(document, element, |name| !name.starts_with("xmlns"));
            let (_, value, whole) = *all.get(numbers.below(all.len()))?;
            match numbers.below(4) {
                0 => changed.replace_range(whole.0..whole.1, ""),
                _ => changed.replace_range(value.0..value.1, numbers.one(&VALUES)),
            }
        }
        // Gone, twice, or come from another version.
        8 if element != root => changed.replace_range(span, ""),
        9 if element != root => changed.insert_str(span.end, &text[span]),
        10 | 11 => {
            let theirs = self::elements(given);
            let theirs = numbers.one(&theirs);
            if theirs == given.root() {
                return None;
            }
            let copy = &given.text()[given.span(theirs).range()];
            match inside(document, element) {
                Some((_, to)) => changed.insert_str(to, copy),
                None if element != root => changed.insert_str(span.end, copy),
                None => return None,
            }
        }
        _ => return None,
    }
    Some(changed)
}

fn elements(document: &Document) -> Vec<NodeId> {
    (document.nodes())
        .filter(|node| document.is_element(*node))
        .collect()
}

fn behind_name(document: &Document, element: NodeId) -> usize {
    document.name_span(element).end as usize
}

/// The content of an element that has two tags.
fn inside(document: &Document, element: NodeId) -> Option<(usize, usize)> {
    document.end_tag(element)?;
    let content = document.content(element).range();
    Some((content.start, content.end))
}

/// Name, value and the whole with the space before it, of the attributes that are wanted.
type Found = ((usize, usize), (usize, usize), (usize, usize));

fn attributes_where(
    document: &Document,
    element: NodeId,
    wanted: impl Fn(&str) -> bool,
) -> Vec<Found> {
    let attributes = document.attributes(element).iter();
    attributes
        .filter(|attribute| wanted(&document.text()[attribute.name.range()]))
        .map(|attribute| {
            let (name, value) = (attribute.name.range(), attribute.value.range());
            let whole = (name.start - 1, value.end + 1);
            ((name.start, name.end), (value.start, value.end), whole)
        })
        .collect()
}

fn put_attribute(
    document: &Document,
    element: NodeId,
    name: &str,
    value: &str,
    text: &mut String,
) -> Option<()> {
    match attributes_where(document, element, |known| known == name).first() {
        Some((_, place, _)) => text.replace_range(place.0..place.1, value),
        None => text.insert_str(
            behind_name(document, element),
            &format!(" {name}=\"{value}\""),
        ),
    }
    Some(())
}

fn rename(document: &Document, element: NodeId, name: &str, text: &mut String) {
    let old = document.name_span(element).range();
    if let Some(end) = document.end_tag(element) {
        let start = end.start as usize + 2;
        text.replace_range(start..start + old.len(), name);
    }
    text.replace_range(old, name);
}
