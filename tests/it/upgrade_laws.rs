//! What an administrator changed arrives: one, two or three edits of a released file are carried
//! to the next release. Where the vendor left the place alone the result must be the new file plus
//! the edits, without a conflict.
//!
//! The files are those of `fixtures/contoso`, and pairs of releases where a corpus is at hand (see
//! `laws.rs`). The edits are pseudo-random and the same in every run. Results are compared by a
//! reading of their own: roxmltree, and keys that have nothing to do with the identity table.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use conferry::merge::finish::{Settle, finish};
use conferry::merge::prepare::encrypted;
use conferry::merge::{Inputs, Mode, merge};
use conferry::pack::Rules;
use conferry::xml::{Document, Edits, NodeId, Span};
use rayon::prelude::*;

use crate::laws::{corpus, rules, rules_without_policies};

/// Collections of entries whose order says nothing.
const UNORDERED: [&str; 4] = [
    "appSettings",
    "connectionStrings",
    "assemblyBinding",
    "namespaces",
];

/// Attributes that may tell an element from its siblings, in lower case, best first.
const KEYS: [&str; 22] = [
    "key",
    "name",
    "path",
    "id",
    "alias",
    "extension",
    "assembly",
    "tagprefix",
    "prefix",
    "namespace",
    "type",
    "invariant",
    "verb",
    "fileextension",
    "statuscode",
    "users",
    "roles",
    "mimetype",
    "url",
    "include",
    "configsource",
    "value",
];

/// A released file and the next one.
struct Pair {
    name: String,
    base: Document,
    new: Document,
    rules: &'static Rules,
    runs: u64,
}

#[derive(Debug, Default)]
struct Tally {
    right: usize,
    /// The vendor changed the place too: a conflict, or a result that is not judged here.
    due: usize,
    refused: usize,
    needless: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.right += other.right;
        self.due += other.due;
        self.refused += other.refused;
        self.needless.extend(other.needless);
        self.wrong.extend(other.wrong);
        self
    }
}

#[test]
fn edits_of_an_administrator_arrive_in_the_new_contoso_files() {
    let contoso = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let pairs = crate::fixtures::MERGES
        .iter()
        .map(|(below, before, after)| {
            let read = |side: &str, name: &str| {
                let path = contoso.join(below).join(side).join(name).join("web.config");
                Document::from_bytes(fs::read(path).unwrap()).unwrap()
            };
            Pair {
                name: format!("{below} {before}"),
                base: read("base", before),
                new: read("new", after),
                // Policies of the pack decide otherwise than the three sides do.
                rules: rules_without_policies(),
                runs: 240,
            }
        });
    let tally = carry_all(&pairs.collect::<Vec<_>>());
    assert!(tally.right > 600, "{} were right", tally.right);
}

#[test]
fn edits_of_an_administrator_arrive_in_the_next_release() {
    let Some(releases) = corpus().map(|corpus| corpus.join("releases")) else {
        return;
    };
    if !releases.is_dir() {
        return;
    }
    let runs = match std::env::var_os("CONFERRY_CORPUS") {
        Some(_) => 60,
        None if cfg!(debug_assertions) => 3,
        None => 12,
    };
    let mut pairs = Vec::new();
    for product in sorted(&releases) {
        let mut files = sorted(&product);
        files.sort_by_cached_key(|path| natural(&path.display().to_string()));
        let documents: Vec<(String, Option<Document>)> = files
            .iter()
            .map(|path| {
                let document = Document::from_bytes(fs::read(path).unwrap()).ok();
                (path.display().to_string(), document)
            })
            .collect();
        for two in documents.windows(2) {
            if let [(_, Some(base)), (name, Some(new))] = two {
                pairs.push(Pair {
                    name: name.clone(),
                    base: base.clone(),
                    new: new.clone(),
                    rules: rules(),
                    runs,
                });
            }
        }
    }
    let tally = carry_all(&pairs);
    assert!(pairs.is_empty() || tally.right > pairs.len(), "{tally:?}");
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// Numbers in a name count as numbers: `v1.9` comes before `v1.10`.
fn natural(name: &str) -> Vec<(u64, char)> {
    let mut parts = Vec::new();
    let mut number = None;
    for c in name.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0) * 10 + u64::from(digit));
        } else {
            parts.extend(number.take().map(|number| (number, '0')));
            parts.push((0, c));
        }
    }
    parts.extend(number.map(|number| (number, '0')));
    parts
}

fn carry_all(pairs: &[Pair]) -> Tally {
    let runs: Vec<(&Pair, u64)> = pairs
        .iter()
        .flat_map(|pair| (0..pair.runs).map(move |run| (pair, run)))
        .collect();
    let tally = runs
        .par_iter()
        .map(|(pair, run)| carry(pair, *run))
        .reduce(Tally::default, Tally::and);
    let judged = tally.right + tally.needless.len() + tally.wrong.len();
    #[allow(clippy::print_stderr)]
    {
        eprintln!(
            "{} of {judged} edits carried right, {} needless conflicts, {} wrong; {} where the vendor changed it too, {} refused (encrypted)",
            tally.right,
            tally.needless.len(),
            tally.wrong.len(),
            tally.due,
            tally.refused
        );
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    // 0.3 %
    assert!(
        tally.needless.len() * 1000 <= judged * 3,
        "{} of {judged}:\n{}",
        tally.needless.len(),
        tally.needless.join("\n")
    );
    tally
}

/// One run: edits of the base, carried to the new file.
fn carry(pair: &Pair, run: u64) -> Tally {
    let mut tally = Tally::default();
    if !encrypted(&pair.base).is_empty() || !encrypted(&pair.new).is_empty() {
        tally.refused += 1;
        return tally;
    }
    let (old, done) = edited(&pair.base, run);
    if done.is_empty() {
        return tally;
    }
    let inputs = Inputs {
        base: Some(&pair.base),
        incoming: &old,
        carrier: &pair.new,
        mode: Mode::Upgrade,
        rules: pair.rules,
        rewrite: None,
        joins_renamed: false,
        reports: true,
    };
    let [base, new] = [&pair.base, &pair.new].map(|document| flat(document.text()));
    let edited = flat(old.text());
    let changed: BTreeSet<&String> = (base.keys().chain(edited.keys()))
        .filter(|key| base.get(*key) != edited.get(*key))
        .collect();
    let is_free = changed.iter().all(|key| {
        let above = edited.get(*key).filter(|_| key.contains(NOTE));
        // A note belongs to what is below it.
        base.get(*key) == new.get(*key) && above.is_none_or(|below| new.contains_key(below))
    });
    let story = || format!("{} run {run}: {}", pair.name, done.join("; "));
    let merged = match merge(inputs) {
        Ok(merged) => merged,
        Err(error) => {
            tally.wrong.push(format!("{}: {error}", story()));
            return tally;
        }
    };
    if !merged.conflicts.is_empty() {
        if is_free {
            let kinds = merged
                .conflicts
                .iter()
                .map(|conflict| format!("{} at {}", conflict.kind.name(), conflict.address));
            let kinds: Vec<String> = kinds.collect();
            tally
                .needless
                .push(format!("{}: {}", story(), kinds.join(", ")));
        } else {
            tally.due += 1;
        }
        return tally;
    }
    let result = match finish(&inputs, &merged, Settle::Carrier) {
        Ok(finished) => flat(finished.document.text()),
        Err(error) => {
            tally.wrong.push(format!("{}: {error}", story()));
            return tally;
        }
    };
    let mut wanted = new;
    for key in changed {
        match edited.get(key) {
            Some(value) => wanted.insert(key.clone(), value.clone()),
            None => wanted.remove(key),
        };
    }
    if result == wanted {
        tally.right += 1;
    } else if is_free {
        let differs =
            (wanted.keys().chain(result.keys())).filter(|key| wanted.get(*key) != result.get(*key));
        let differs: BTreeSet<&String> = differs.collect();
        tally.wrong.push(format!("{}: {differs:?}", story()));
    } else {
        tally.due += 1;
    }
    tally
}

/// How comments of the administrator begin.
const NOTE: &str = "administrator's note";

/// Every element, attribute, text and comment by a path of keys. The value of an administrator's
/// note is the element below it.
fn flat(text: &str) -> BTreeMap<String, String> {
    let tree = roxmltree::Document::parse(text).unwrap();
    let mut flat = BTreeMap::new();
    flatten(tree.root_element(), "/", &mut flat);
    flat
}

fn flatten(element: roxmltree::Node<'_, '_>, path: &str, flat: &mut BTreeMap<String, String>) {
    flat.insert(path.to_owned(), "an element".to_owned());
    for attribute in element.attributes() {
        let name = attribute.name();
        flat.insert(format!("{path}/@{name}"), attribute.value().to_owned());
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut count = |step: &str| {
        let count = seen.entry(step.to_owned()).or_default();
        *count += 1;
        format!("{path}/{step}[{count}]")
    };
    let mut words = String::new();
    let mut note = None;
    for child in element.children() {
        if child.is_element() {
            let path = count(&step(child));
            if let Some(note) = note.take() {
                flat.insert(note, path.clone());
            }
            flatten(child, &path, flat);
        } else if child.is_comment() {
            let text = child.text().unwrap_or_default().trim();
            let key = count(&format!("<!--{text}-->"));
            flat.insert(key.clone(), String::new());
            note = text.starts_with(NOTE).then_some(key);
        } else {
            words.push_str(child.text().unwrap_or_default().trim());
        }
    }
    if !words.is_empty() {
        flat.insert(format!("{path}/text()"), words);
    }
}

fn step(element: roxmltree::Node<'_, '_>) -> String {
    let name = element.tag_name().name();
    let child = |name| element.children().find(|child| child.has_tag_name(name));
    let of = |element: roxmltree::Node<'_, '_>, key: &str| {
        let mut attributes = element.attributes();
        let found = attributes.find(|attribute| attribute.name().eq_ignore_ascii_case(key));
        found.map(|attribute| attribute.value().to_lowercase())
    };
    if name == "bindingRedirect" || name == "codeBase" {
        return name.to_owned();
    }
    if name == "dependentAssembly" {
        let namespace = element.tag_name().namespace().unwrap_or_default();
        let identity = child((namespace, "assemblyIdentity"));
        let assembly = identity.and_then(|identity| of(identity, "name"));
        return format!("{name} {}", assembly.unwrap_or_default());
    }
    let found = KEYS.iter().find_map(|key| Some((key, of(element, key)?)));
    match found {
        Some((key, value)) if *key == "path" => {
            format!(
                "{name} {key}={value} {}",
                of(element, "verb").unwrap_or_default()
            )
        }
        Some((key, value)) => format!("{name} {key}={value}"),
        None => name.to_owned(),
    }
}

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
fn edited(base: &Document, run: u64) -> (Document, Vec<String>) {
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
            !is_key && !name.contains(':') && name != "xmlns" && !name.contains("version")
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
