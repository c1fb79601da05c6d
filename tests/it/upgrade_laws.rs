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
use conferry::merge::{Inputs, Mode, merge};
use conferry::pack::Rules;
use conferry::xml::Document;
use rayon::prelude::*;

use crate::laws::{corpus, rules, rules_without_policies};
use crate::upgrade_edits::edited;

/// Attributes that may tell an element from its siblings, in lower case, best first.
pub const KEYS: [&str; 22] = [
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
    "segment",
    "statuscode",
    "users",
    "roles",
    "mimetype",
    "url",
    "include",
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
    /// All arrived, but a note is above another element than it was.
    misplaced: Vec<String>,
    needless: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.right += other.right;
        self.due += other.due;
        self.misplaced.extend(other.misplaced);
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
        Some(_) => 30,
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
    let failed = [&tally.misplaced, &tally.needless, &tally.wrong].map(Vec::len);
    let judged = tally.right + failed.iter().sum::<usize>();
    #[allow(clippy::print_stderr)]
    {
        let [misplaced, needless, wrong] = failed;
        eprintln!(
            "{} of {judged} edits carried right, {needless} needless conflicts, {misplaced} notes above another element, {wrong} wrong; {} where the vendor changed it too",
            tally.right, tally.due
        );
        for story in tally.needless.iter().chain(&tally.misplaced) {
            eprintln!("{story}");
        }
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    let at_most = |list: &[String], in_a_thousand: usize| {
        let holds = list.len() * 1000 <= judged * in_a_thousand;
        assert!(holds, "{} of {judged}:\n{}", list.len(), list.join("\n"));
    };
    at_most(&tally.needless, 3);
    // A note goes behind what was before it, so it stays there where the setting below it and that
    // one have been moved apart: 9 of 7,705. It should be none.
    at_most(&tally.misplaced, 2);
    tally
}

/// One run: edits of the base, carried to the new file.
fn carry(pair: &Pair, run: u64) -> Tally {
    let mut tally = Tally::default();
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
        // A note belongs to what is below it; a section with `configSource` is in another file.
        let mut around =
            std::iter::successors(Some(key.as_str()), |path| Some(path.rsplit_once('/')?.0));
        let is_elsewhere = around.any(|path| new.contains_key(&format!("{path}/@configSource")));
        base.get(*key) == new.get(*key)
            && above.is_none_or(|below| new.contains_key(below))
            && !is_elsewhere
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
        let keys: BTreeSet<&String> = wanted.keys().chain(result.keys()).collect();
        let sides = |key: &String| (result.get(key), wanted.get(key));
        let differs: Vec<&String> = (keys.into_iter())
            .filter(|key| sides(key).0 != sides(key).1)
            .collect();
        let is_misplaced =
            |key: &&String| key.contains(NOTE) && sides(key).0.is_some() && sides(key).1.is_some();
        let shown: Vec<String> = (differs.iter())
            .map(|key| format!("{key}: {:?}, not {:?}", sides(key).0, sides(key).1))
            .collect();
        let list = match differs.iter().all(is_misplaced) {
            true => &mut tally.misplaced,
            false => &mut tally.wrong,
        };
        list.push(format!("{}: {}", story(), shown.join(", ")));
    } else {
        tally.due += 1;
    }
    tally
}

/// How comments of the administrator begin.
pub const NOTE: &str = "administrator's note";

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
    let mut notes = Vec::new();
    for child in element.children() {
        if child.is_element() {
            let path = count(&step(child));
            flat.extend(notes.drain(..).map(|note| (note, path.clone())));
            flatten(child, &path, flat);
        } else if child.is_comment() {
            let text = child.text().unwrap_or_default().trim();
            let key = count(&format!("<!--{text}-->"));
            flat.insert(key.clone(), String::new());
            notes.extend(text.starts_with(NOTE).then_some(key));
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
