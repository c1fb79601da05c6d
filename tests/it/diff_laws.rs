//! Laws of `diff`, over all cases of merges and real ones where a corpus is at hand: the report says enough to
//! make the second file of the first, a file has no difference from itself, to swap the sides swaps the
//! report, and the report is short.

use std::collections::BTreeMap;

use conferry::diff::risk::Risks;
use conferry::diff::{Configuration, diff};
use conferry::present::differences::{Compared, Reporter, Shown, report_json, text};
use conferry::xml::address::Leaf;
use conferry::xml::selector::Selector;
use conferry::xml::syntax::SyntaxErrorKind;
use conferry::xml::{Document, NodeId, NodeKind};
use serde_json::Value;

use crate::laws::{Triple, check_counting, rules_without_policies, triples};

/// An element that can be changed.
#[derive(Clone, Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<usize>,
}

/// A file as elements, the first of which is the document itself.
struct Tree {
    elements: Vec<Element>,
}

impl Tree {
    fn of(document: &Document) -> Self {
        let mut elements = vec![Element::default(); document.len()];
        for node in document.nodes() {
            if document.is_element(node) {
                elements[node.index()] = element(document, node);
                let parent = document.parent(node).map_or(0, NodeId::index);
                elements[parent].children.push(node.index());
            }
        }
        Self { elements }
    }

    fn graft(&mut self, xml: &str) -> usize {
        // Prefixes are declared further up in the file.
        let mut prefixes = String::new();
        let document = loop {
            match Document::from_text(&format!("<c{prefixes}>{xml}</c>")) {
                Ok(document) => break document,
                Err(error) => match error.kind {
                    SyntaxErrorKind::UndeclaredPrefix { prefix } => {
                        prefixes.push_str(&format!(" xmlns:{prefix}=\"urn:{prefix}\""));
                    }
                    other => panic!("{other} in {xml}"),
                },
            }
        };
        let added = Self::of(&document);
        let shift = self.elements.len();
        self.elements
            .extend(added.elements.into_iter().map(|mut element| {
                let children = element.children.iter_mut();
                children.for_each(|child| *child += shift);
                element
            }));
        let top = document.child_elements(document.root()).next().unwrap();
        shift + top.index()
    }

    fn detach(&mut self, child: usize) {
        for element in &mut self.elements {
            element.children.retain(|its| *its != child);
        }
    }

    /// The same for all files that mean the same, but for the order of elements.
    fn canonical(&self, at: usize) -> String {
        let element = &self.elements[at];
        let mut children: Vec<String> = element
            .children
            .iter()
            .map(|child| self.canonical(*child))
            .collect();
        children.sort();
        format!(
            "<{}{:?}{:?}{}>",
            element.name,
            element.attributes,
            element.text,
            children.join("")
        )
    }
}

fn element(document: &Document, node: NodeId) -> Element {
    let text: String = document
        .children(node)
        .filter(|child| matches!(document.kind(*child), NodeKind::Text | NodeKind::CData))
        .map(|child| document.text_of(child).into_owned())
        .collect();
    let text = match document.has_child_elements(node) {
        true => text.trim().to_owned(),
        false if text.trim().is_empty() && text.contains('\n') => String::new(),
        false => text,
    };
    Element {
        name: document.name(node).to_owned(),
        attributes: (document.attributes(node).iter())
            .map(|attribute| {
                let name = document.slice(attribute.name).to_owned();
                (name, document.attribute_value(attribute).into_owned())
            })
            .collect(),
        text,
        children: Vec::new(),
    }
}

fn report(before: &Document, after: &Document) -> (Value, usize) {
    let rules = rules_without_policies();
    let [one, other] = [before, after].map(|document| Configuration::new(document, []));
    let difference = diff(&one, &other, rules).unwrap();
    let mut reporter = Reporter::new(rules, true);
    reporter.add(Compared {
        before: "a".to_owned(),
        after: "b".to_owned(),
        difference: &difference,
        risks: &Risks::default(),
        shows: &vec![true; difference.changes.len()],
        not_compared: Vec::new(),
        effective_with: None,
        explained: Vec::new(),
    });
    let report = reporter.finish();
    let lines = text(&report, Shown::default()).lines().count();
    (
        serde_json::from_str(&report_json(
            &report,
            &conferry::present::run::Run::default(),
        ))
        .unwrap(),
        lines,
    )
}

/// The one node that an address means.
fn node(document: &Document, address: &str) -> Result<(NodeId, Leaf), String> {
    let selector = Selector::parse(address).map_err(|error| format!("{address}: {error}"))?;
    let ignores_case = rules_without_policies().ignores_case();
    let mut found = document
        .nodes()
        .filter(|node| document.is_element(*node))
        .filter(|node| selector.matches_element(document, *node, &ignores_case));
    let node = found
        .next()
        .ok_or_else(|| format!("{address} is nowhere"))?;
    match found.next() {
        Some(_) => Err(format!("{address} is not the only one")),
        None => Ok((node, selector.leaf().clone())),
    }
}

fn parent_of(address: &str) -> String {
    // A slash within a predicate ends no step.
    let (mut quote, mut depth) = (None, 0);
    let mut last = 0;
    for (at, c) in address.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '[') => depth += 1,
            (None, ']') => depth -= 1,
            (None, '/') if depth == 0 => last = at,
            _ => {}
        }
    }
    address[..last].to_owned()
}

/// Makes the second file of the first, by the report alone.
fn rebuilt(before: &Document, report: &Value) -> Result<Tree, String> {
    let mut tree = Tree::of(before);
    // By address in the second file: what has another name there.
    let mut renamed: Vec<(String, usize)> = Vec::new();
    let rows = report["files"][0]["changes"].as_array().unwrap();
    let at = |row: &Value, side: &str| row[side]["address"].as_str().map(str::to_owned);
    for row in rows {
        let Some(address) = at(row, "before") else {
            continue;
        };
        let value = || {
            row["after"]["value"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        // What identifies an element is different, although it is the same one.
        if let (Some(there), false) = (at(row, "after"), row["kind"] != "changed") {
            let (here, there) = (parent_of(&address), parent_of(&there));
            if here != there && !here.is_empty() {
                renamed.push((there, node(before, &here)?.0.index()));
            }
        }
        match row["kind"].as_str().unwrap() {
            "removed" | "commented-out" | "moved" => {
                let (place, leaf) = node(before, &address)?;
                match leaf {
                    Leaf::Element => tree.detach(place.index()),
                    Leaf::Attribute(name) => {
                        tree.elements[place.index()].attributes.remove(&name);
                    }
                    Leaf::Text => tree.elements[place.index()].text.clear(),
                }
            }
            "changed" => match node(before, &address)? {
                (place, Leaf::Attribute(name)) => {
                    tree.elements[place.index()]
                        .attributes
                        .insert(name, value());
                }
                (place, _) => tree.elements[place.index()].text = value(),
            },
            "renamed" => {
                let place = node(before, &address)?.0.index();
                renamed.push((at(row, "after").unwrap(), place));
                for change in row["names"].as_array().unwrap() {
                    let name = change["name"].as_str().unwrap();
                    let value = change["after"].as_str().unwrap().to_owned();
                    match name.strip_prefix('@') {
                        Some(name) => {
                            let attributes = &mut tree.elements[place].attributes;
                            attributes.insert(name.to_owned(), value);
                        }
                        None => tree.elements[place].name = value,
                    }
                }
            }
            _ => {}
        }
    }
    for row in rows {
        if !matches!(
            row["kind"].as_str().unwrap(),
            "added" | "uncommented" | "moved"
        ) {
            continue;
        }
        let address = at(row, "after").unwrap();
        let parent = parent_in(before, &renamed, &parent_of(&address))?;
        let value = || {
            row["after"]["value"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        match Selector::parse(&address).unwrap().leaf().clone() {
            Leaf::Attribute(name) => {
                tree.elements[parent].attributes.insert(name, value());
            }
            Leaf::Text => tree.elements[parent].text = value(),
            Leaf::Element => {
                let added = tree.graft(row["after"]["xml"].as_str().unwrap());
                tree.elements[parent].children.push(added);
            }
        }
    }
    Ok(tree)
}

/// What the second file has at an address, in the first one.
fn parent_in(
    before: &Document,
    renamed: &[(String, usize)],
    address: &str,
) -> Result<usize, String> {
    if address.is_empty() {
        return Ok(0);
    }
    let above = renamed.iter().filter_map(|(known, place)| {
        let rest = address.strip_prefix(known.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((*place, rest))
    });
    // The nearest one.
    let above = above.min_by_key(|(_, rest)| rest.len());
    match above {
        None => Ok(node(before, address)?.0.index()),
        Some((place, "")) => Ok(place),
        // Below something with another name: the same steps from there.
        Some((place, rest)) => {
            let selector =
                Selector::parse(&format!("/{rest}")).map_err(|error| error.to_string())?;
            let ignores_case = rules_without_policies().ignores_case();
            let top = before.nodes().nth(place).unwrap();
            let mut found = before.nodes().filter(|node| {
                before.is_element(*node)
                    && before.is_within(*node, top)
                    && selector.matches_element(before, *node, &ignores_case)
            });
            let found = found
                .next()
                .ok_or_else(|| format!("{address} is nowhere"))?;
            Ok(found.index())
        }
    }
}

/// How many changes were judged.
fn law(before: &Document, after: &Document) -> Result<usize, String> {
    let (told, lines) = report(before, after);
    let rows = told["files"][0]["changes"].as_array().unwrap();
    let made = rebuilt(before, &told)?.canonical(0);
    let wanted = Tree::of(after).canonical(0);
    if made != wanted {
        let same = made
            .chars()
            .zip(wanted.chars())
            .take_while(|(a, b)| a == b)
            .count();
        let near = |text: &str| {
            let near = text.chars().skip(same.saturating_sub(60)).take(200);
            near.collect::<String>()
        };
        return Err(format!("made {}\nwanted {}", near(&made), near(&wanted)));
    }
    let size = |row: &Value| {
        let tags = |side: &str| {
            row[side]["xml"]
                .as_str()
                .map_or(1, |xml| xml.matches('<').count())
        };
        tags("before").max(tags("after"))
    };
    let settings: usize = rows.iter().map(size).sum();
    match lines <= 2 * settings + 10 {
        true => Ok(rows.len()),
        false => Err(format!("{lines} lines for {settings} settings")),
    }
}

fn are_alike(triple: &Triple) -> bool {
    let name = |document: &Document| document.local_name(document.root()).to_owned();
    name(&triple.base) == name(&triple.incoming)
}

#[test]
fn the_report_says_enough_to_make_the_second_file() {
    let changes = check_counting(
        triples(),
        |triple| &triple.name,
        |triple| match are_alike(triple) {
            true => law(&triple.base, &triple.incoming),
            false => Ok(0),
        },
    );
    assert!(changes > 300, "{changes}");
}

#[test]
fn a_file_has_no_difference_from_itself() {
    check_counting(
        triples(),
        |triple| &triple.name,
        |triple| {
            let (told, lines) = report(&triple.incoming, &triple.incoming);
            let rows = told["files"][0]["changes"].as_array().unwrap();
            // The first line says that secrets are shown.
            match rows.is_empty() && lines == 2 {
                true => Ok(1),
                false => Err(format!("{told:#}")),
            }
        },
    );
}

fn swapped(kind: &str) -> &str {
    match kind {
        "added" => "removed",
        "removed" => "added",
        "commented-out" => "uncommented",
        "uncommented" => "commented-out",
        "moved-in" => "moved-out",
        "moved-out" => "moved-in",
        other => other,
    }
}

/// The changes, as a set; of those in the other direction what this direction would say.
fn rows(told: &Value, sides: [&str; 2], is_swapped: bool) -> Vec<[String; 3]> {
    let row = |row: &Value| {
        let kind = row["kind"].as_str().unwrap();
        let kind = if is_swapped { swapped(kind) } else { kind };
        let side = |side: &str| {
            let side = &row[side];
            format!("{} {} {}", side["address"], side["value"], side["xml"])
        };
        [kind.to_owned(), side(sides[0]), side(sides[1])]
    };
    let rows = told["files"][0]["changes"].as_array().unwrap().iter();
    let mut rows: Vec<_> = rows.map(row).collect();
    rows.sort();
    rows
}

#[test]
fn to_swap_the_sides_swaps_the_report() {
    check_counting(
        triples(),
        |triple| &triple.name,
        |triple| {
            if !are_alike(triple) {
                return Ok(0);
            }
            let one = report(&triple.base, &triple.incoming).0;
            let other = report(&triple.incoming, &triple.base).0;
            let one = rows(&one, ["before", "after"], false);
            let other = rows(&other, ["after", "before"], true);
            match one == other {
                true => Ok(one.len()),
                false => {
                    let only = one.iter().find(|row| !other.contains(row));
                    let its = other.iter().find(|row| !one.contains(row));
                    Err(format!("{only:#?} {its:#?}"))
                }
            }
        },
    );
}
