//! What an administrator may have done to a file: values changed, settings added, removed and moved,
//! notes written. The edits are pseudo-random and the same in every run.

use std::collections::{BTreeMap, BTreeSet};

use conferry::xml::{Document, Edits, NodeId, Span};

use crate::upgrade_laws::{KEYS, NOTE};

/// Collections of entries whose order says nothing.
const UNORDERED: [&str; 4] = [
    "appSettings",
    "connectionStrings",
    "assemblyBinding",
    "namespaces",
];

/// A sequence that looks random and is the same everywhere (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let count = u64::try_from(all.len()).unwrap();
        let at = self.next().checked_rem(count)?;
        all.get(usize::try_from(at).unwrap()).copied()
    }
}

/// The base after one to three edits of an administrator, and what they were.
pub fn edited(base: &Document, run: u64) -> (Document, Vec<String>) {
    let mut dice = Dice(run);
    let mut hand = Hand {
        base,
        edits: Edits::new(),
        touched: BTreeSet::new(),
        done: Vec::new(),
    };
    for at in 0..=run % 3 {
        // Each kind comes first, second and third.
        match (run / 3 + at) % 5 {
            0 => hand.change(&mut dice),
            1 => hand.add(&mut dice),
            2 => hand.remove(&mut dice),
            3 => hand.move_one(&mut dice),
            _ => hand.note(&mut dice),
        };
    }
    let text = hand.edits.apply(base.text());
    let old = Document::from_bytes(base.source().bytes_with(text)).unwrap();
    (old, hand.done)
}

struct Hand<'d> {
    base: &'d Document,
    edits: Edits,
    touched: BTreeSet<NodeId>,
    done: Vec<String>,
}

impl Hand<'_> {
    fn change(&mut self, dice: &mut Dice) -> Option<()> {
        let base = self.base;
        let is_value = |name: &str| {
            let name = name.to_lowercase();
            let is_key = KEYS.contains(&name.as_str()) && name != "value";
            // Discovery identifies a section by it, so a change looks like another section.
            let is_taken_for_key = name == "connectionstringname";
            !is_key
                && !is_taken_for_key
                && !name.contains(':')
                && name != "xmlns"
                && !name.contains("version")
        };
        let all: Vec<(NodeId, &str)> = self
            .free_elements()
            .flat_map(|element| {
                let names = base.attributes(element).iter().map(|a| base.slice(a.name));
                names.map(move |name| (element, name))
            })
            .filter(|(element, name)| {
                // What nothing else identifies is another element with another value.
                let is_all = *name == "value" && base.attributes(*element).len() == 1;
                is_value(name) && !is_all
            })
            .collect();
        let (element, name) = dice.pick(&all)?;
        let value = format!("edited {}", self.done.len());
        let span = base.attribute(element, name)?.value;
        self.edits.replace(span, value.clone()).ok()?;
        self.write_down(element, &format!("@{name} = {value}"));
        Some(())
    }

    fn add(&mut self, dice: &mut Dice) -> Option<()> {
        let collections = self.collections(&["appSettings", "connectionStrings"]);
        let collection = dice.pick(&collections)?;
        let siblings: Vec<NodeId> = self.base.child_elements(collection).collect();
        let above = dice.pick(&siblings)?;
        let number = self.done.len();
        let entry = match self.base.local_name(collection) {
            "appSettings" => format!(r#"<add key="Admin.Key{number}" value="mine" />"#),
            _ => format!(r#"<add name="Admin{number}" connectionString="Server=db1" />"#),
        };
        let text = format!("{}{entry}", self.indent(above));
        self.edits.insert(self.base.span(above).end, text).ok()?;
        self.write_down(above, &format!("{entry} below it"));
        Some(())
    }

    fn remove(&mut self, dice: &mut Dice) -> Option<()> {
        let entries = self.entries(&[
            "appSettings",
            "connectionStrings",
            "namespaces",
            "modules",
            "handlers",
            "httpHandlers",
            "httpModules",
        ]);
        let leaves: Vec<NodeId> = entries
            .into_iter()
            .filter(|entry| self.base.child_elements(*entry).next().is_none())
            .collect();
        let element = dice.pick(&leaves)?;
        self.edits.replace(self.base.span(element), "").ok()?;
        self.write_down(element, "removed");
        Some(())
    }

    fn move_one(&mut self, dice: &mut Dice) -> Option<()> {
        let entries = self.entries(&UNORDERED);
        let element = dice.pick(&entries)?;
        let parent = self.base.parent(element)?;
        let others: Vec<NodeId> = (self.base.child_elements(parent))
            .filter(|other| *other != element && !self.touched.contains(other))
            .collect();
        let above = dice.pick(&others)?;
        let span = self.base.span(element);
        let text = format!("{}{}", self.indent(above), self.base.slice(span));
        self.edits.replace(span, "").ok()?;
        self.edits.insert(self.base.span(above).end, text).ok()?;
        self.write_down(element, "moved");
        self.touched.insert(above);
        Some(())
    }

    fn note(&mut self, dice: &mut Dice) -> Option<()> {
        let entries = self.entries(&UNORDERED);
        let element = dice.pick(&entries)?;
        let note = format!(
            "<!-- {NOTE} {} -->{}",
            self.done.len(),
            self.indent(element)
        );
        self.edits
            .insert(self.base.span(element).start, note)
            .ok()?;
        self.write_down(element, "a note above it");
        Some(())
    }

    fn write_down(&mut self, element: NodeId, what: &str) {
        self.touched.insert(element);
        let place = self.base.slice(self.base.start_tag(element));
        self.done.push(format!("{place}: {what}"));
    }

    /// The line break and white space before an element.
    fn indent(&self, element: NodeId) -> String {
        let start = self.base.span(element).start;
        let before = self
            .base
            .slice(Span::new(0, usize::try_from(start).unwrap()));
        before[before.trim_end().len()..].to_owned()
    }

    /// Elements below the root that no edit touched yet, nor one around them.
    fn free_elements(&self) -> impl Iterator<Item = NodeId> + '_ {
        let base = self.base;
        base.nodes().filter(move |node| {
            let mut around = std::iter::successors(Some(*node), |node| base.parent(*node));
            base.is_element(*node)
                && base
                    .parent(*node)
                    .is_some_and(|parent| base.is_element(parent))
                && !around.any(|node| self.touched.contains(&node))
        })
    }

    /// Collections of these names that hold nothing but entries: `remove` and `clear` make an order.
    fn collections(&self, names: &[&str]) -> Vec<NodeId> {
        let is_entry = |child| matches!(self.base.local_name(child), "add" | "dependentAssembly");
        self.free_elements()
            .filter(|element| names.contains(&self.base.local_name(*element)))
            .filter(|element| self.base.child_elements(*element).all(is_entry))
            .collect()
    }

    /// Entries that no sibling is like, in such collections.
    fn entries(&self, collections: &[&str]) -> Vec<NodeId> {
        let key = |entry: NodeId| {
            let identity = self.base.child_named(entry, "assemblyIdentity");
            let owner = identity.unwrap_or(entry);
            let value = |key: &&str| {
                let mut attributes = self.base.attributes(owner).iter();
                let found = attributes.find(|a| self.base.slice(a.name).eq_ignore_ascii_case(key));
                found.map(|a| self.base.attribute_value(a).to_lowercase())
            };
            KEYS.iter().find_map(value)
        };
        let mut entries = Vec::new();
        for collection in self.collections(collections) {
            let mut by_key: BTreeMap<Option<String>, Vec<NodeId>> = BTreeMap::new();
            for entry in self.base.child_elements(collection) {
                by_key.entry(key(entry)).or_default().push(entry);
            }
            entries.extend(
                by_key
                    .into_values()
                    .filter(|alike| alike.len() == 1)
                    .flatten(),
            );
        }
        entries.retain(|entry| !self.touched.contains(entry));
        entries.sort_unstable();
        entries
    }
}
