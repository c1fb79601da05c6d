//! The bytes of a tool against those of git, where git merges without a conflict.

use xmltree::{Element, XMLNode};

use crate::flat::{Flat, read};
use crate::table::table;
use crate::tools::Run;

/// How a result differs from git's, the least difference first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Not in a byte.
    None,
    /// Only one has a byte order mark.
    ByteOrderMark,
    /// White space, quotes, the order of attributes, how empty elements are closed, the declaration.
    Layout,
    /// The order of siblings, a comment.
    Order,
    /// What the file says.
    Meaning,
    /// The tool leaves a conflict, or gives nothing.
    NotClean,
}

impl Difference {
    const ALL: [Self; 6] = [
        Self::None,
        Self::ByteOrderMark,
        Self::Layout,
        Self::Order,
        Self::Meaning,
        Self::NotClean,
    ];

    /// `None` where git's merge is not clean.
    pub(crate) fn between(git: &Run, tool: &Run) -> Option<Self> {
        if !git.is_clean() {
            return None;
        }
        if !tool.is_clean() {
            return Some(Self::NotClean);
        }
        Some(difference(&git.result, &tool.result))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "identical",
            Self::ByteOrderMark => "byte order mark",
            Self::Layout => "layout",
            Self::Order => "order or comments",
            Self::Meaning => "meaning",
            Self::NotClean => "no clean result",
        }
    }
}

fn difference(git: &[u8], tool: &[u8]) -> Difference {
    if git == tool {
        return Difference::None;
    }
    match (Flat::of(git), Flat::of(tool)) {
        (Some(git), Some(tool)) if git.facts == tool.facts => {}
        _ => return Difference::Meaning,
    }
    if said(git) != said(tool) {
        return Difference::Order;
    }
    let has_mark = |bytes: &[u8]| bytes.starts_with(b"\xef\xbb\xbf");
    match has_mark(git) == has_mark(tool) {
        true => Difference::Layout,
        false => Difference::ByteOrderMark,
    }
}

/// Elements, attributes in any order, texts and comments, in the order of the file and without white space between.
fn said(bytes: &[u8]) -> Option<Vec<String>> {
    let root = read(bytes)?;
    let mut said = Vec::new();
    tell(&root, &mut said);
    Some(said)
}

fn tell(element: &Element, said: &mut Vec<String>) {
    let mut attributes: Vec<String> = element
        .attributes
        .iter()
        .map(|(name, value)| format!(" {name}={:?}", words(value)))
        .collect();
    attributes.sort();
    said.push(format!("<{}{}>", element.name, attributes.concat()));
    for child in &element.children {
        match child {
            XMLNode::Element(child) => tell(child, said),
            XMLNode::Comment(text) => said.push(format!("<!--{}-->", words(text))),
            XMLNode::Text(text) | XMLNode::CData(text) => {
                let text = words(text);
                if !text.is_empty() {
                    said.push(text);
                }
            }
            XMLNode::ProcessingInstruction(name, text) => said.push(format!("<?{name} {text:?}>")),
        }
    }
    said.push("</>".to_owned());
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The table, from the differences of each tool.
pub(crate) fn bytes(rows: &[(&str, Vec<Option<Difference>>)]) -> String {
    let mut header = vec!["tool", "git is clean"];
    header.extend(Difference::ALL.map(Difference::name));
    let cells = |(tool, found): &(&str, Vec<Option<Difference>>)| {
        let found: Vec<Difference> = found.iter().copied().flatten().collect();
        let mut cells = vec![(*tool).to_owned(), found.len().to_string()];
        cells.extend(Difference::ALL.map(|kind| {
            let count = found.iter().filter(|one| **one == kind).count();
            count.to_string()
        }));
        cells
    };
    table(&header, rows.iter().map(cells).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_difference_is_told() {
        let git = br#"<c><a k="1"/><b/><!-- x --></c>"#;
        for (other, wanted) in [
            (&br#"<c><a k="1"/><b/><!-- x --></c>"#[..], Difference::None),
            (
                b"\xef\xbb\xbf<c><a k=\"1\"/><b/><!-- x --></c>",
                Difference::ByteOrderMark,
            ),
            (
                b"<c>\n <a k='1' />\n <b></b><!--x--></c>",
                Difference::Layout,
            ),
            (br#"<c><b/><a k="1"/><!-- x --></c>"#, Difference::Order),
            (br#"<c><a k="1"/><b/></c>"#, Difference::Order),
            (br#"<c><a k="2"/><b/><!-- x --></c>"#, Difference::Meaning),
            (br#"<c><a k="1"/>"#, Difference::Meaning),
        ] {
            assert_eq!(difference(git, other), wanted);
        }
    }
}
