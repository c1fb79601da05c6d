//! Promises of reading and merging, over every file and every triple of files
//! there is: the fixtures, the inputs of all cases, and real files from public
//! repositories where a corpus is at hand (`CONFERRY_CORPUS`, else
//! `../shared/corpus` beside the repository; without one nothing is missing but
//! breadth). The laws themselves are functions, which `properties.rs` applies to
//! generated documents.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use conferry::config::addresses::Addresses;
use conferry::matching::digest::{Digests, significant_text};
use conferry::merge::finish::{Settle, finish};
use conferry::merge::markers::{Markers, Style, conflicted_text};
use conferry::merge::{
    Conflict, ConflictKind, DecidedBy, Inputs, MergeError, Merged, Mode, Principle, merge,
};
use conferry::pack::{self, Rules};
use conferry::xml::address::{Address, Leaf};
use conferry::xml::encoding::TextEncoding;
use conferry::xml::escape::text_value;
use conferry::xml::source::Source;
use conferry::xml::tokens::Tokens;
use conferry::xml::{Document, Edits, NodeId, NodeKind, fast_reader, second_reader};
use rayon::iter::Either;
use rayon::prelude::*;

use crate::command::{cases, tree};

/// What is wrong, if anything.
pub type Law = Result<(), String>;

/// A base, `theirs` (or `old`) and `ours` (or `new`).
pub struct Triple {
    pub name: String,
    pub base: Document,
    pub incoming: Document,
    pub carrier: Document,
}

impl std::fmt::Debug for Triple {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [base, incoming, carrier] =
            [&self.base, &self.incoming, &self.carrier].map(Document::text);
        write!(
            f,
            "\n--- base\n{base}\n--- incoming\n{incoming}\n--- carrier\n{carrier}"
        )
    }
}

/// The built-in rules.
pub fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| pack::load(&[]).unwrap())
}

/// The built-in rules without what decides otherwise than the three sides do.
pub fn rules_without_policies() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut rules = rules().clone();
        rules.policies.clear();
        rules
    })
}

/// The folder of real files, if there is one.
pub fn corpus() -> Option<PathBuf> {
    let folder = match std::env::var_os("CONFERRY_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    };
    folder.is_dir().then_some(folder)
}

/// Debug builds read a part of the corpus, always the same one: every n-th file, fewer of the
/// larger ones. A corpus that is named by `CONFERRY_CORPUS` is read whole.
fn is_sampled(at: usize, bytes: usize) -> bool {
    if !cfg!(debug_assertions) || std::env::var_os("CONFERRY_CORPUS").is_some() {
        return true;
    }
    match bytes {
        0..40_000 => at.is_multiple_of(4),
        40_000..200_000 => at.is_multiple_of(16),
        _ => at.is_multiple_of(64),
    }
}

/// Every file that may be XML, by name.
pub fn files() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(read_files)
}

fn read_files() -> Vec<(String, Vec<u8>)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut files: Vec<(String, Vec<u8>)> =
        [fixtures, cases("merge"), cases("rewrite"), cases("lint")]
            .iter()
            .flat_map(|folder| tree(folder))
            .filter(|(name, _)| name.ends_with(".config") || name.ends_with(".xml"))
            .collect();
    if let Some(corpus) = corpus() {
        let real = tree(&corpus.join("files")).into_iter().enumerate();
        files.extend(
            real.filter(|(at, (_, bytes))| is_sampled(*at, bytes.len()))
                .map(|(_, file)| file),
        );
    }
    files
}

/// Every triple that parses.
pub fn triples() -> &'static [Triple] {
    static TRIPLES: OnceLock<Vec<Triple>> = OnceLock::new();
    TRIPLES.get_or_init(read_triples)
}

fn read_triples() -> Vec<Triple> {
    let mut folders: Vec<(PathBuf, [String; 3])> = crate::merge_cases::case_folders("merge")
        .into_iter()
        .map(|folder| {
            (
                folder,
                ["base", "old", "new"].map(|side| format!("{side}.config")),
            )
        })
        .collect();
    let contoso = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    for (below, before, after) in crate::fixtures::MERGES {
        let sides = [("base", before), ("old", before), ("new", after)]
            .map(|(side, name)| format!("{side}/{name}/web.config"));
        folders.push((contoso.join(below), sides));
    }
    if let Some(corpus) = corpus() {
        for kind in ["merge", "merge-packages"] {
            let Ok(entries) = fs::read_dir(corpus.join(kind)) else {
                continue;
            };
            let mut real: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
            real.sort();
            let real = real.into_iter().enumerate().filter(|(at, folder)| {
                let size = fs::metadata(folder.join("base.config"))
                    .map_or(0, |metadata| metadata.len() as usize * 3);
                is_sampled(*at, size)
            });
            folders.extend(real.map(|(_, folder)| {
                let sides = ["base", "theirs", "ours"].map(|side| format!("{side}.config"));
                (folder, sides)
            }));
        }
    }
    let parse = |path: PathBuf| Document::from_bytes(&fs::read(path).ok()?).ok();
    folders
        .into_par_iter()
        .filter_map(|(folder, [base, incoming, carrier])| {
            Some(Triple {
                base: parse(folder.join(base))?,
                incoming: parse(folder.join(incoming))?,
                carrier: parse(folder.join(carrier))?,
                name: folder.display().to_string(),
            })
        })
        .collect()
}

/// Holds all of them to a law.
pub fn check<T: Sync>(all: &[T], name: impl Fn(&T) -> &str + Sync, law: impl Fn(&T) -> Law + Sync) {
    check_counting(all, name, |one| law(one).map(|()| 1));
}

/// Holds all of them to a law that says how many results it had to judge; gives the sum.
/// `cargo test -- --nocapture` shows it.
pub fn check_counting<T: Sync>(
    all: &[T],
    name: impl Fn(&T) -> &str + Sync,
    law: impl Fn(&T) -> Result<usize, String> + Sync,
) -> usize {
    let (judged, mut broken): (Vec<usize>, Vec<String>) =
        all.par_iter().partition_map(|one| match law(one) {
            Ok(count) => Either::Left(count),
            Err(error) => Either::Right(format!("{}: {error}", name(one))),
        });
    let (judged, count) = (judged.into_iter().sum(), broken.len());
    let law = std::thread::current();
    #[allow(clippy::print_stderr)]
    {
        let law = law.name().unwrap_or_default();
        eprintln!(
            "law {law}: {judged} judged, in {} inputs; broken by {count}",
            all.len()
        );
    }
    broken.truncate(20);
    assert!(
        broken.is_empty(),
        "{count} of {}:\n{}",
        all.len(),
        broken.join("\n")
    );
    judged
}

#[test]
fn every_file_reads_as_it_is_written() {
    let files = files();
    assert!(files.len() > 100);
    check(files, |file| &file.0, |(_, bytes)| reading_laws(bytes));
}

#[test]
fn every_file_merged_with_itself_is_itself() {
    let files = files();
    check(
        files,
        |file| &file.0,
        |(_, bytes)| match Document::from_bytes(bytes) {
            Ok(document) => itself_law(&document),
            Err(_) => Ok(()),
        },
    );
}

#[test]
fn every_triple_obeys_the_laws_of_one_side() {
    let triples = triples();
    assert!(triples.len() > 60);
    check(triples, |triple| &triple.name, one_side_laws);
}

#[test]
fn every_triple_loses_no_change_of_one_side() {
    check(triples(), |triple| &triple.name, union_law);
}

#[test]
fn every_triple_loses_no_comment() {
    check(triples(), |triple| &triple.name, comment_law);
}

#[test]
fn every_triple_takes_one_side_whole() {
    check(triples(), |triple| &triple.name, bystander_law);
}

#[test]
fn every_triple_merges_alike_both_ways() {
    check(triples(), |triple| &triple.name, symmetry_law);
}

#[test]
fn every_triple_has_a_result_that_stands() {
    check(triples(), |triple| &triple.name, result_laws);
}

#[test]
fn every_setting_is_accounted_for() {
    check(triples(), |triple| &triple.name, account_law);
}

/// Parsing gives the bytes back; tokens tile; both readers agree.
pub fn reading_laws(bytes: &[u8]) -> Law {
    let Ok(document) = Document::from_bytes(bytes) else {
        return Ok(());
    };
    let text = document.text();
    if document.source().bytes_with(Edits::new().apply(text)) != bytes {
        return Err("reading and writing changes bytes".to_owned());
    }
    let mut end = 0;
    for token in Tokens::new(text) {
        let span = token.map_err(|error| error.kind.to_string())?.span;
        if span.start != end || span.is_empty() {
            return Err(format!("the tokens do not tile the text at {end}"));
        }
        end = span.end;
    }
    if end as usize != text.len() {
        return Err("the tokens end before the text".to_owned());
    }
    both_readers_agree(&document, bytes)
}

/// Each command asks one of the two; here both must see the same.
fn both_readers_agree(document: &Document, bytes: &[u8]) -> Law {
    second_reader::agree(document, bytes).map_err(|error| error.to_string())?;
    fast_reader::agree(document, bytes).map_err(|error| format!("roxmltree: {error}"))
}

/// merge(x, x, x) has nothing to do.
pub fn itself_law(document: &Document) -> Law {
    for mode in [Mode::Upgrade, Mode::Branches] {
        let merged = run(
            Some(document),
            document,
            document,
            mode,
            rules_without_policies(),
        )?;
        if !merged.edits.is_empty() || !merged.conflicts.is_empty() {
            return Err(format!("{mode:?}: {} edits", merged.edits.len()));
        }
    }
    Ok(())
}

/// What one side alone changed is the result, byte for byte; what both changed alike is.
pub fn one_side_laws(triple: &Triple) -> Law {
    let base = &triple.base;
    for mode in [Mode::Upgrade, Mode::Branches] {
        let rules = rules_without_policies();
        for (side, changed) in [("incoming", &triple.incoming), ("carrier", &triple.carrier)] {
            if changed.local_name(changed.root()) != base.local_name(base.root()) {
                continue;
            }
            let wanted = changed.source().bytes_with(changed.text());
            for (law, incoming, carrier) in [("b,x,b", changed, base), ("b,b,x", base, changed)] {
                let inputs = inputs(Some(base), incoming, carrier, mode, rules);
                let merged = merge(inputs).map_err(|error| error.to_string())?;
                let bytes = finish(&inputs, &merged, Settle::Carrier)
                    .map_err(|error| error.to_string())?
                    .bytes;
                if !merged.conflicts.is_empty() || bytes != wanted {
                    return Err(format!(
                        "{mode:?} merge({law}) with x = {side}: {} conflicts, {} edits: {}",
                        merged.conflicts.len(),
                        merged.edits.len(),
                        first_edit(&merged),
                    ));
                }
            }
            let merged = run(Some(base), changed, changed, mode, rules)?;
            if !merged.edits.is_empty() || !merged.conflicts.is_empty() {
                return Err(format!("{mode:?} merge(b,x,x): {}", first_edit(&merged)));
            }
        }
    }
    Ok(())
}

/// Swapping the sides gives the mirrored conflicts, and the same meaning but for the order of siblings.
pub fn symmetry_law(triple: &Triple) -> Law {
    let base = Some(&triple.base);
    let there = inputs(
        base,
        &triple.incoming,
        &triple.carrier,
        Mode::Branches,
        rules(),
    );
    let back = inputs(
        base,
        &triple.carrier,
        &triple.incoming,
        Mode::Branches,
        rules(),
    );
    let (Ok(one), Ok(other)) = (merge(there), merge(back)) else {
        return match (merge(there), merge(back)) {
            (Err(MergeError::DifferentRoots { .. }), Err(MergeError::DifferentRoots { .. })) => {
                Ok(())
            }
            _ => Err("only one way of merging fails".to_owned()),
        };
    };
    let told = |conflicts: &[Conflict], mirror: bool| {
        let mut told: Vec<String> = conflicts
            .iter()
            // A declaration that the carrier has stays there, without a conflict.
            .filter(|conflict| conflict.kind != ConflictKind::NeededByConflict)
            .map(|conflict| {
                let kind = if mirror {
                    mirrored(conflict.kind)
                } else {
                    conflict.kind
                };
                format!("{kind:?} {}", place(conflict))
            })
            .collect();
        told.sort();
        told
    };
    let (ours, theirs) = (told(&one.conflicts, false), told(&other.conflicts, true));
    if ours != theirs {
        let differs = ours.iter().filter(|line| !theirs.contains(line));
        let also = theirs.iter().filter(|line| !ours.contains(line));
        return Err(format!(
            "conflicts only one way: {:?} only the other: {:?}",
            differs.take(3).collect::<Vec<_>>(),
            also.take(3).collect::<Vec<_>>()
        ));
    }
    if !ours.is_empty() {
        return Ok(());
    }
    let results = [(there, one), (back, other)].map(|(inputs, merged)| {
        let finished = finish(&inputs, &merged, Settle::Carrier)?;
        let root = finished.document.root();
        Ok::<_, conferry::merge::finish::FinishError>(unordered(&finished.document)[root.index()])
    });
    match results {
        [Ok(one), Ok(other)] if one == other => Ok(()),
        [Ok(_), Ok(_)] => Err("the meaning depends on which side is which".to_owned()),
        [one, other] => Err(format!("{one:?} {other:?}")),
    }
}

fn mirrored(kind: ConflictKind) -> ConflictKind {
    match kind {
        ConflictKind::ChangedRemoved => ConflictKind::RemovedChanged,
        ConflictKind::RemovedChanged => ConflictKind::ChangedRemoved,
        other => other,
    }
}

/// The address of a conflict without what may differ between the sides: the
/// case of names that compare without it, positions among likes, and what identifies an element
/// if that is what the conflict is about.
fn place(conflict: &Conflict) -> String {
    let address = plain(&conflict.address);
    let Some((element, name)) = address.rsplit_once("/@") else {
        return address;
    };
    match element.rfind(&format!("[@{name}='")) {
        Some(at) => format!("{}/@{name}", &element[..at]),
        None => address,
    }
}

fn plain(address: &Address) -> String {
    let mut address = address.clone();
    for step in &mut address.steps {
        step.position = None;
    }
    address.to_string().to_lowercase()
}

/// Fingerprints by meaning that do not depend on the order of siblings, nor on
/// the case of what identifies them.
fn unordered(document: &Document) -> Vec<u64> {
    let mut digests = vec![0_u64; document.len()];
    for node in document
        .nodes()
        .rev()
        .filter(|node| document.is_element(*node))
    {
        let mut hasher = DefaultHasher::new();
        document.local_name(node).hash(&mut hasher);
        let attributes = document.attributes(node).iter().map(|attribute| {
            let name = document.slice(attribute.name);
            let value = document.attribute_value(attribute).to_lowercase();
            fingerprint(&(name, value))
        });
        attributes.fold(0, u64::wrapping_add).hash(&mut hasher);
        let children = document
            .child_elements(node)
            .map(|child| digests[child.index()]);
        children.fold(0, u64::wrapping_add).hash(&mut hasher);
        let text = document.inner_text(node);
        significant_text(&text, document.has_child_elements(node)).hash(&mut hasher);
        digests[node.index()] = hasher.finish();
    }
    digests
}

fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A comment is in a clean result at least as often as both sides' changes of its number say.
pub fn comment_law(triple: &Triple) -> Law {
    let (base, theirs, ours) = (&triple.base, &triple.incoming, &triple.carrier);
    let inputs = inputs(Some(base), theirs, ours, Mode::Branches, rules());
    let merged = match merge(inputs) {
        Ok(merged) if merged.conflicts.is_empty() => merged,
        _ => return Ok(()),
    };
    let finished = finish(&inputs, &merged, Settle::Carrier).map_err(|error| error.to_string())?;
    let [base, theirs, ours, result] = [base, theirs, ours, &finished.document].map(|document| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let remarks = document.nodes().filter(|node| is_remark(document, *node));
        for node in remarks {
            // What the carrier's encoding lacks became a reference.
            let said = text_value(document.slice(document.span(node)));
            let words: Vec<&str> = said.split_ascii_whitespace().collect();
            *counts.entry(words.join(" ")).or_default() += 1;
        }
        counts
    });
    for text in theirs.keys().chain(ours.keys()) {
        let count = |side: &HashMap<String, usize>| side.get(text).copied().unwrap_or(0);
        let [b, t, o, r] = [&base, &theirs, &ours, &result].map(count);
        let wanted = match (t == b, o == b) {
            (true, _) => o,
            (_, true) => t,
            _ if t == o => o,
            _ => (o + t).saturating_sub(b),
        };
        if r < wanted {
            return Err(format!("`{text}` is there {r} times instead of {wanted}"));
        }
    }
    Ok(())
}

/// What one side did is in the result as it did it, in its order, whatever the other side did elsewhere.
pub fn bystander_law(triple: &Triple) -> Law {
    const ELSEWHERE: &str = " bystander='1'";
    let with_attribute = |document: &Document| {
        let mut edits = Edits::new();
        let at = document.name_span(document.root()).end;
        let inserted = edits.insert(at, ELSEWHERE);
        inserted.map_err(|error| error.to_string())?;
        let bytes = document.source().bytes_with(edits.apply(document.text()));
        Document::from_bytes(&bytes).map_err(|_| "not well-formed".to_owned())
    };
    let (base, theirs) = (&triple.base, &triple.incoming);
    if base.name(base.root()) != theirs.name(theirs.root()) {
        return Ok(());
    }
    let (ours, wanted) = (with_attribute(base)?, with_attribute(theirs)?);
    let rules = rules_without_policies();
    for (incoming, carrier) in [(theirs, &ours), (&ours, theirs)] {
        let inputs = inputs(Some(base), incoming, carrier, Mode::Branches, rules);
        let merged = merge(inputs).map_err(|error| error.to_string())?;
        if !merged.conflicts.is_empty() {
            return Err(format!("conflicts: {}", merged.conflicts.len()));
        }
        let finished =
            finish(&inputs, &merged, Settle::Carrier).map_err(|error| error.to_string())?;
        let meaning = |document: &Document| Digests::of(document).meaning(document.root());
        if meaning(&finished.document) != meaning(&wanted) {
            return Err(format!(
                "not as one side has it:\n{}",
                finished.document.text()
            ));
        }
    }
    Ok(())
}

fn is_remark(document: &Document, node: NodeId) -> bool {
    matches!(document.kind(node), NodeKind::Comment | NodeKind::Pi)
}

/// A value that one side alone changed, added or removed is so in the result,
/// wherever no conflict is; judged by addresses, independent of how the engine matches.
pub fn union_law(triple: &Triple) -> Law {
    let inputs = Inputs {
        reports: true,
        ..inputs(
            Some(&triple.base),
            &triple.incoming,
            &triple.carrier,
            Mode::Branches,
            rules(),
        )
    };
    let merged = match merge(inputs) {
        Ok(merged) => merged,
        Err(MergeError::DifferentRoots { .. }) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let finished = finish(&inputs, &merged, Settle::Carrier).map_err(|error| error.to_string())?;
    let sides = [
        &triple.base,
        &triple.incoming,
        &triple.carrier,
        &finished.document,
    ]
    .map(values);
    let [base, incoming, carrier, result] = &sides;
    let conflicts: Vec<String> = merged
        .conflicts
        .iter()
        .map(|one| element(&place(one)))
        .collect();
    // What the rest needs stays, although one side removed it.
    let needed: Vec<String> = merged
        .decisions
        .iter()
        .filter(|decision| decision.by == DecidedBy::Principle(Principle::StillNeeded))
        .map(|decision| element(&plain(&decision.address)))
        .collect();
    let mut addresses: Vec<&String> = sides.iter().flat_map(HashMap::keys).collect();
    addresses.sort();
    addresses.dedup();
    // One child of a name is the same whatever identifies it, so its address differs by side.
    let alone = |address: &str| {
        let name = bare(&element(address));
        let all: Vec<HashSet<String>> = sides
            .iter()
            .map(|side| {
                side.keys()
                    .map(|key| element(key))
                    .filter(|key| bare(key) == name)
                    .collect()
            })
            .collect();
        let most = all.iter().map(HashSet::len).max().unwrap_or(0);
        let names: HashSet<&String> = all.iter().flatten().collect();
        most == 1 && names.len() > 1
    };
    for address in addresses {
        // An address that stands twice on a side says nothing.
        if sides.iter().any(|side| side.get(address) == Some(&None)) {
            continue;
        }
        let at = |side: &HashMap<String, Option<String>>| side.get(address).cloned().flatten();
        let (b, i, c, r) = (at(base), at(incoming), at(carrier), at(result));
        let wanted = match (i == b, c == b) {
            (true, _) => &c,
            (_, true) => &i,
            _ if i == c => &i,
            // Both changed it: a policy may have decided, but for one of them.
            _ if r == i || r == c => continue,
            _ => &i,
        };
        // Where one side renamed what is around it, it is the same value under the other name.
        let is_renamed = || {
            let others = || sides.iter().flat_map(HashMap::keys);
            merged.joined_renamed
                && others()
                    .filter(|other| is_renamed(address, other))
                    .any(|other| {
                        let both = |side: &HashMap<String, Option<String>>| {
                            let found = side.get(address).or_else(|| side.get(other));
                            found.cloned().flatten()
                        };
                        let [b, i, c, r] = [base, incoming, carrier, result].map(both);
                        (c == b && r == i) || (r == c && (i == b || i == c))
                    })
        };
        let own = element(address);
        let in_conflict = || {
            conflicts
                .iter()
                .any(|conflict| own.starts_with(conflict) || conflict.starts_with(&own))
        };
        let is_needed = || needed.iter().any(|needed| own.starts_with(needed));
        if r != *wanted && !in_conflict() && !is_needed() && !alone(address) && !is_renamed() {
            return Err(format!(
                "{address}: base {b:?}, incoming {i:?}, carrier {c:?}, but the result has {r:?}"
            ));
        }
    }
    Ok(())
}

/// Whether two addresses differ in the name of one element around the value.
fn is_renamed(one: &str, other: &str) -> bool {
    let steps = |address: &str| -> Vec<String> {
        let mut depth = 0_usize;
        let is_end = |character: char| {
            match character {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            character == '/' && depth == 0
        };
        address.split(is_end).map(str::to_owned).collect()
    };
    let (one, other) = (steps(one), steps(other));
    let differ = || one.iter().zip(&other).filter(|(one, other)| one != other);
    one.len() == other.len()
        && one.last() == other.last()
        && differ().count() == 1
        && differ().all(|(one, other)| !one.contains('[') && !other.contains('['))
}

/// The address of the element that a value belongs to.
fn element(address: &str) -> String {
    let end = address
        .rfind("/@")
        .or_else(|| address.strip_suffix("/text()").map(str::len));
    match end {
        Some(end) if !address[end..].contains(']') => address[..end].to_owned(),
        _ => address.to_owned(),
    }
}

/// The address without what identifies the elements on it.
fn bare(address: &str) -> String {
    let mut depth = 0_usize;
    let mut name = String::new();
    for character in address.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            other if depth == 0 => name.push(other),
            _ => {}
        }
    }
    name
}

/// Whether siblings share a name and an identity, or have none.
fn has_likes(document: &Document) -> bool {
    let table = &rules().identities;
    let addresses = Addresses::default();
    document
        .nodes()
        .filter(|node| document.is_element(*node))
        .any(|node| {
            let address = addresses.address(table, document, node, Leaf::Element);
            address
                .steps
                .last()
                .is_some_and(|step| step.position.is_some())
        })
}

/// Every value by its address; `None` where an address, or one above it, is not unique.
fn values(document: &Document) -> HashMap<String, Option<String>> {
    let table = &rules().identities;
    let addresses = Addresses::default();
    let mut values: HashMap<String, Option<String>> = HashMap::new();
    let mut ambiguous = vec![false; document.len()];
    for node in document.nodes().filter(|node| document.is_element(*node)) {
        let mut address = addresses.address(table, document, node, Leaf::Element);
        let above = document
            .parent(node)
            .is_some_and(|parent| ambiguous[parent.index()]);
        ambiguous[node.index()] = above
            || address
                .steps
                .last()
                .is_some_and(|step| step.position.is_some());
        for step in &mut address.steps {
            step.position = None;
        }
        let mut put = |leaf: Leaf, value: String| {
            let address = address.clone().with_leaf(leaf).to_string().to_lowercase();
            let value = (!ambiguous[node.index()]).then_some(value);
            values
                .entry(address)
                .and_modify(|value| *value = None)
                .or_insert(value);
        };
        for attribute in document.attributes(node) {
            let name = document.slice(attribute.name).to_owned();
            put(
                Leaf::Attribute(name),
                document.attribute_value(attribute).into_owned(),
            );
        }
        let has_elements = document.has_child_elements(node);
        let text = document.inner_text(node);
        let text = significant_text(&text, has_elements);
        if has_elements && !text.is_empty() {
            // Mixed content is compared as a whole, not by address.
            ambiguous[node.index()] = true;
        } else if !text.is_empty() {
            put(Leaf::Text, text.to_owned());
        }
    }
    values
}

fn form(source: &Source) -> (TextEncoding, bool) {
    (source.encoding(), source.has_bom())
}

/// That of the edited document, but for what the other branch alone changed.
fn form_of_result(base: &Document, inputs: &Inputs<'_>, edited: &Document) -> (TextEncoding, bool) {
    let [base, incoming, carrier, edited] =
        [base, inputs.incoming, inputs.carrier, edited].map(|document| form(document.source()));
    match inputs.mode {
        Mode::Branches if carrier == base => incoming,
        _ => edited,
    }
}

/// The result is well-formed, passes the second reader and has no new duplicates
/// (all of which `finish` proves), whichever side settles conflicts; bytes of the
/// carrier outside the edits are as they were; markers hold both sides.
pub fn result_laws(triple: &Triple) -> Law {
    for mode in [Mode::Branches, Mode::Upgrade] {
        let inputs = inputs(
            Some(&triple.base),
            &triple.incoming,
            &triple.carrier,
            mode,
            rules(),
        );
        let merged = match merge(inputs) {
            Ok(merged) => merged,
            Err(MergeError::DifferentRoots { .. }) => continue,
            Err(error) => return Err(error.to_string()),
        };
        for settle in [Settle::Carrier, Settle::Incoming] {
            let finished = finish(&inputs, &merged, settle)
                .map_err(|error| format!("{mode:?} {settle:?}: {error}"))?;
            both_readers_agree(&finished.document, &finished.bytes)?;
            if settle == Settle::Carrier {
                let carrier = merged.carrier(&inputs);
                let text = merged.edits.apply(carrier.text());
                untouched(carrier.text(), &merged, &text)?;
                let result = finished.document.source();
                if form(result) != form_of_result(&triple.base, &inputs, carrier) {
                    return Err(format!("{mode:?}: another encoding or byte order mark"));
                }
                if result.bytes_with(&text) != finished.bytes {
                    return Err(format!("{mode:?}: more than the edits was written"));
                }
            }
        }
        let text = conflicted_text(&inputs, &merged, &markers()).unwrap();
        let count = |marker: &str| text.lines().filter(|line| line.starts_with(marker)).count();
        let wanted = usize::from(!merged.conflicts.is_empty());
        let found = [count("<<<<<<< "), count("======="), count(">>>>>>> ")];
        if found[0] < wanted || found[1] != found[0] || found[2] != found[0] {
            return Err(format!("{mode:?} markers: {found:?} for {wanted}"));
        }
    }
    Ok(())
}

fn markers() -> Markers {
    Markers {
        style: Style::Merge,
        size: 7,
        carrier: "ours".to_owned(),
        base: "base".to_owned(),
        incoming: "theirs".to_owned(),
    }
}

fn untouched(carrier: &str, merged: &Merged, result: &str) -> Law {
    let mut rest = result;
    let mut copied = 0;
    for edit in merged.edits.iter() {
        let kept = &carrier[copied..edit.span.start as usize];
        rest = rest
            .strip_prefix(kept)
            .and_then(|rest| rest.strip_prefix(edit.text.as_str()))
            .ok_or_else(|| format!("bytes before {} were touched", edit.span.start))?;
        copied = edit.span.end as usize;
    }
    match rest == &carrier[copied..] {
        true => Ok(()),
        false => Err("the end was touched".to_owned()),
    }
}

/// Every setting of the incoming file has one outcome, and a second merge has nothing to add.
pub fn account_law(triple: &Triple) -> Law {
    for base in [Some(&triple.base), None] {
        let inputs = inputs(
            base,
            &triple.incoming,
            &triple.carrier,
            Mode::Upgrade,
            rules(),
        );
        let merged = match merge(inputs) {
            Ok(merged) => merged,
            Err(MergeError::DifferentRoots { .. }) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let account = merged.account.as_ref().ok_or("no account")?;
        let counts = account.counts;
        let sum = counts.carried
            + counts.already_equal
            + counts.rewritten
            + counts.dropped
            + counts.conflict;
        let dropped: usize = account.dropped_by().iter().map(|(_, count)| count).sum();
        if sum != counts.settings
            || account.settings.len() != sum
            || dropped != counts.dropped
            || (counts.conflict > 0 && merged.conflicts.is_empty())
        {
            return Err(format!(
                "{counts:?} with {} conflicts",
                merged.conflicts.len()
            ));
        }
        // Members of a list without identity are matched by content and number, which the merge changes.
        let sides = [&triple.base, &triple.incoming, &triple.carrier];
        if !merged.conflicts.is_empty() || sides.into_iter().any(has_likes) {
            continue;
        }
        let result = finish(&inputs, &merged, Settle::Carrier)
            .map_err(|error| error.to_string())?
            .document;
        let again = Inputs {
            carrier: &result,
            ..inputs
        };
        let again = merge(again).map_err(|error| error.to_string())?;
        let is_done = again.edits.is_empty() && again.conflicts.is_empty();
        if !is_done && !again.carried_by_incoming {
            return Err(format!(
                "merging again (base: {}) has {} edits and {} conflicts: {}",
                base.is_some(),
                again.edits.len(),
                again.conflicts.len(),
                first_edit(&again)
            ));
        }
    }
    Ok(())
}

pub fn inputs<'a>(
    base: Option<&'a Document>,
    incoming: &'a Document,
    carrier: &'a Document,
    mode: Mode,
    rules: &'a Rules,
) -> Inputs<'a> {
    Inputs {
        base,
        incoming,
        carrier,
        mode,
        rules,
        rewrite: None,
        joins_renamed: mode == Mode::Branches,
        reports: true,
    }
}

fn run(
    base: Option<&Document>,
    incoming: &Document,
    carrier: &Document,
    mode: Mode,
    rules: &Rules,
) -> Result<Merged, String> {
    merge(inputs(base, incoming, carrier, mode, rules)).map_err(|error| error.to_string())
}

fn first_edit(merged: &Merged) -> String {
    let edit = merged.edits.iter().next();
    let conflict = merged.conflicts.first();
    format!(
        "{:?} {:?}",
        edit.map(|edit| (edit.span, edit.text.chars().take(80).collect::<String>())),
        conflict.map(|conflict| (conflict.kind, conflict.address.to_string()))
    )
}

#[test]
fn the_second_reader_is_another_one() {
    // The law that both readers agree would be empty if one of them were blind.
    let document = Document::from_bytes(b"<a b=\"1\">x</a>").unwrap();
    for other in [
        "<a b=\"2\">x</a>",
        "<a b=\"1\">y</a>",
        "<c b=\"1\">x</c>",
        "<a b=\"1\">x<d/></a>",
        "<a b=\"1\">xy</a>",
        "<a b=\"1\"></a>",
        "<a b=\"1\" c=\"2\">x</a>",
        "<a>x</a>",
        "<a xml:b=\"1\">x</a>",
        "<a b=\"1\">x<!----></a>",
        "<a b=\"1\">x<?p?></a>",
        "<a b=\"1\">x</a><a/>",
    ] {
        assert!(second_reader::agree(&document, other.as_bytes()).is_err());
        assert!(fast_reader::agree(&document, other.as_bytes()).is_err());
    }
    for other in [
        "<a  b=\"1\">x</a>",
        "<a b=\"1\">x<![CDATA[]]></a>",
        "<a b=\"1\">x</a><!---->",
        "<a b=\"1\"/>",
        "<a b=\"1\">x</b>",
        "<a b=\"1\">&x;</a>",
    ] {
        assert!(
            fast_reader::agree(&document, other.as_bytes()).is_err(),
            "{other}"
        );
    }
    let root: NodeId = document.root();
    assert_eq!(document.kind(root), NodeKind::Element);
}
