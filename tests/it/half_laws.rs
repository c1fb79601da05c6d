//! Promises of results as a whole, over every triple there is: each half of a conflicted merge is
//! the whole merge with that side winning, no result has a fault that no input had, and where a
//! merge of lines means the same, its bytes are the result.

use std::collections::HashSet;
use std::path::Path;

use conferry::config::addresses::Addresses;
use conferry::config::hazards::{HazardKind, hazards};
use conferry::config::structure::sections::is_configuration;
use conferry::config::structure::{Fault, FaultKind, Meaning, faults};
use conferry::matching::digest::significant_text;
use conferry::merge::branches::{Branched, Versions, merge_versions};
use conferry::merge::finish::{FinishError, Settle, finish};
use conferry::merge::lines::merge_lines;
use conferry::merge::markers::{Markers, Style, conflicted_text};
use conferry::merge::{Inputs, Merged, Mode, merge};
use conferry::xml::address::Leaf;
use conferry::xml::{Document, NodeId, NodeKind, fast_reader};

use crate::laws::{Law, Triple, check_counting, inputs, rules, triples};

/// Longer than any row of signs in the files.
pub const MARKER: usize = 61;

fn markers(style: Style) -> Markers {
    Markers {
        style,
        size: MARKER,
        carrier: "ours".to_owned(),
        base: "base".to_owned(),
        incoming: "theirs".to_owned(),
    }
}

/// The triples of the other laws, and the cases of the driver.
pub fn all() -> Vec<Triple> {
    let parse =
        |path: &Path| Document::from_bytes(std::fs::read(path).ok().unwrap_or_default()).ok();
    let of_driver = crate::merge_cases::case_folders("git-merge")
        .into_iter()
        .filter_map(|case| {
            Some(Triple {
                base: parse(&case.join("base.config"))?,
                incoming: parse(&case.join("theirs.config"))?,
                carrier: parse(&case.join("ours.config"))?,
                name: case.display().to_string(),
            })
        });
    let others = triples().iter().map(|triple| Triple {
        name: triple.name.clone(),
        base: triple.base.clone(),
        incoming: triple.incoming.clone(),
        carrier: triple.carrier.clone(),
    });
    of_driver.chain(others).collect()
}

/// What the driver makes of a triple; nothing where it leaves it to a merge of text.
pub fn driven(triple: &Triple, style: Style) -> Option<Branched> {
    let [base, ours, theirs] = [&triple.base, &triple.carrier, &triple.incoming]
        .map(|document| document.source().bytes_with(document.text()));
    let versions = Versions::borrowed(&base, &ours, &theirs);
    merge_versions(versions, rules(), || markers(style)).ok()
}

/// The inputs and the merge that the driver's conflicts come from.
fn behind<'a>(triple: &'a Triple, branched: &Branched) -> Result<(Inputs<'a>, Merged), String> {
    for joins_renamed in [true, false] {
        let (base, incoming, carrier) = (Some(&triple.base), &triple.incoming, &triple.carrier);
        let inputs = Inputs {
            joins_renamed,
            reports: false,
            ..inputs(base, incoming, carrier, Mode::Branches, rules())
        };
        let merged = merge(inputs).map_err(|error| error.to_string())?;
        let text = conflicted_text(&inputs, &merged, &markers(Style::Merge)).unwrap();
        // The encoding and its mark may be those of either side.
        let mut sources = [carrier, incoming].into_iter().map(Document::source);
        if sources.any(|source| source.bytes_with(&text) == branched.bytes) {
            return Ok((inputs, merged));
        }
    }
    Err("the driver writes something else than the conflicts of its merge".to_owned())
}

/// The text with one half of every conflict.
fn half(text: &str, settle: Settle) -> String {
    let marker = |sign: &str| sign.repeat(MARKER);
    let [begin, middle, end] = ["<", "=", ">"].map(marker);
    let mut taken = None;
    let mut half = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with(&begin) {
            taken = Some(Settle::Carrier);
        } else if line.starts_with(&middle) {
            taken = Some(Settle::Incoming);
        } else if line.starts_with(&end) {
            taken = None;
        } else if taken.is_none_or(|side| side == settle) {
            half.push_str(line);
        }
    }
    half
}

fn without_last_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[test]
fn each_half_is_the_whole_merge_with_that_side_winning() {
    let judged = check_counting(&all(), |triple| &triple.name, half_law);
    assert!(judged > 10, "too few merges are in conflict");
}

/// The first halves are byte for byte what is written when the carrier settles all conflicts, the
/// second ones what is written when the incoming side does, but for a line end at the end. Says how
/// many halves that were.
fn half_law(triple: &Triple) -> Result<usize, String> {
    let Some(branched) = driven(triple, Style::Merge) else {
        return Ok(0);
    };
    if branched.conflicts.is_empty() {
        return Ok(0);
    }
    let (inputs, merged) = behind(triple, &branched)?;
    let text = conflicted_text(&inputs, &merged, &markers(Style::Merge)).unwrap();
    let zealous = conflicted_text(&inputs, &merged, &markers(Style::Zdiff3)).unwrap();
    let known = known_faults(triple);
    for settle in [Settle::Carrier, Settle::Incoming] {
        let finished = finish(&inputs, &merged, settle).map_err(|error| error.to_string())?;
        let wanted = finished.document.text();
        let found = half(&text, settle);
        if without_last_line_end(&found) != without_last_line_end(wanted) {
            return Err(format!(
                "{settle:?}: the half is not the merge:\n{}",
                similar::TextDiff::from_lines(wanted, &found).unified_diff()
            ));
        }
        let document =
            Document::from_text(&found).map_err(|_| format!("{settle:?}: not well-formed"))?;
        no_new_fault(&document, &known).map_err(|fault| format!("{settle:?}: {fault}"))?;
        // A conflict in the style with the base has the same halves, less what they share.
        let found = half(&without_base(&zealous), settle);
        if without_last_line_end(&found) != without_last_line_end(wanted) {
            return Err(format!("{settle:?}: in zdiff3 the half is another"));
        }
    }
    Ok(2)
}

fn without_base(text: &str) -> String {
    let [base, middle] = ["|", "="].map(|sign| sign.repeat(MARKER));
    let mut is_base = false;
    text.split_inclusive('\n')
        .filter(|line| {
            is_base = line.starts_with(&base) || is_base && !line.starts_with(&middle);
            !is_base
        })
        .collect()
}

/// Faults that the inputs have.
struct Known {
    faults: HashSet<(FaultKind, String)>,
    /// Whether an input shows nothing that is known of .NET, so that nobody asks what it declares.
    has_unknown_input: bool,
}

fn meaning() -> Meaning<'static> {
    Meaning {
        identities: &rules().identities,
        references: &rules().references,
        section_groups: &rules().section_groups,
    }
}

fn known_faults(triple: &Triple) -> Known {
    let inputs = [&triple.base, &triple.incoming, &triple.carrier];
    Known {
        faults: inputs
            .into_iter()
            .flat_map(|document| faults(document, meaning()))
            .map(|fault| (fault.kind, fault.key))
            .collect(),
        has_unknown_input: !inputs
            .into_iter()
            .all(|document| is_configuration(document, &rules().section_groups)),
    }
}

fn no_new_fault(document: &Document, known: &Known) -> Law {
    let is_new = |fault: &Fault| {
        let is_known = known.faults.contains(&(fault.kind, fault.key.clone()));
        !(is_known || fault.kind == FaultKind::Undeclared && known.has_unknown_input)
    };
    match faults(document, meaning()).into_iter().find(is_new) {
        Some(fault) => Err(format!("new fault {:?} at {}", fault.kind, fault.key)),
        None => Ok(()),
    }
}

#[test]
fn no_clean_result_has_a_fault_or_hazard_that_no_input_had() {
    let judged = check_counting(&all(), |triple| &triple.name, soundness_law);
    assert!(judged > 100, "too few merges are clean");
}

/// Neither the driver nor an upgrade writes a fault, or a layout that .NET misreads, that no input had. Says how many results
/// that were.
fn soundness_law(triple: &Triple) -> Result<usize, String> {
    let mut judged = 0;
    let known = known_faults(triple);
    let misread: HashSet<_> = [&triple.base, &triple.incoming, &triple.carrier]
        .into_iter()
        .flat_map(misread)
        .collect();
    let sound = |document: &Document| {
        no_new_fault(document, &known)?;
        match self::misread(document).find(|hazard| !misread.contains(hazard)) {
            Some((kind, address)) => Err(format!("new hazard {kind:?} at {address}")),
            None => Ok(()),
        }
    };
    if let Some(branched) = driven(triple, Style::Merge)
        && branched.conflicts.is_empty()
    {
        let document =
            Document::from_bytes(&branched.bytes).map_err(|error| format!("{error:?}"))?;
        sound(&document).map_err(|fault| format!("driver: {fault}"))?;
        judged += 1;
    }
    for base in [Some(&triple.base), None] {
        let (incoming, carrier) = (&triple.incoming, &triple.carrier);
        let inputs = inputs(base, incoming, carrier, Mode::Upgrade, rules());
        let Ok(merged) = merge(inputs) else {
            continue;
        };
        if merged.conflicts.is_empty() {
            let finished =
                finish(&inputs, &merged, Settle::Carrier).map_err(|error| error.to_string())?;
            let with = if base.is_some() { "with" } else { "without" };
            sound(&finished.document).map_err(|fault| format!("upgrade {with} a base: {fault}"))?;
            judged += 1;
        }
    }
    Ok(judged)
}

/// What .NET misreads, by where it is.
fn misread(document: &Document) -> impl Iterator<Item = (HazardKind, String)> {
    let addresses = Addresses::default();
    hazards(document).into_iter().map(move |hazard| {
        let table = &rules().identities;
        let mut address = addresses.address(table, document, hazard.element, Leaf::Element);
        for step in &mut address.steps {
            step.position = None;
        }
        (hazard.kind, address.to_string().to_lowercase())
    })
}

#[test]
fn the_bytes_are_those_of_a_merge_of_lines_that_means_the_same() {
    let judged = check_counting(&all(), |triple| &triple.name, line_law);
    assert!(judged > 10, "too few merges of lines are clean");
}

/// How many merges were judged: one where the lines merge cleanly and mean what the driver's clean
/// result means. They then are the result.
fn line_law(triple: &Triple) -> Result<usize, String> {
    let [base, ours, theirs] = [&triple.base, &triple.carrier, &triple.incoming];
    let form = |document: &Document| (document.source().encoding(), document.source().has_bom());
    if form(base) != form(ours) || form(base) != form(theirs) {
        return Ok(0);
    }
    let Some(lines) = merge_lines(base.text(), ours.text(), theirs.text()) else {
        return Ok(0);
    };
    let bytes = ours.source().bytes_with(lines);
    let Ok(by_lines) = Document::from_bytes(&bytes) else {
        return Ok(0);
    };
    let Some(branched) = driven(triple, Style::Merge) else {
        return Ok(0);
    };
    if fast_reader::agree(&by_lines, &bytes).is_err() || !branched.conflicts.is_empty() {
        return Ok(0);
    }
    let result = Document::from_bytes(&branched.bytes).map_err(|error| format!("{error:?}"))?;
    if said(&by_lines) != said(&result) || hazards(&by_lines).len() > hazards(&result).len() {
        return Ok(0);
    }
    match branched.bytes == bytes {
        true => Ok(1),
        false => Err(format!(
            "other bytes than the lines:\n{}",
            similar::TextDiff::from_lines(by_lines.text(), result.text()).unified_diff()
        )),
    }
}

/// Elements, attributes in any order, text and comments, in the order of the file. Written anew
/// here, so that the engine's own comparison is not asked about itself.
fn said(document: &Document) -> Vec<String> {
    let mut said = Vec::new();
    for node in document.nodes() {
        let depth = std::iter::successors(document.parent(node), |node| document.parent(*node));
        let depth = depth.count();
        match document.kind(node) {
            NodeKind::Element => {
                let mut attributes: Vec<String> = document
                    .attributes(node)
                    .iter()
                    .map(|attribute| {
                        let name = document.slice(attribute.name);
                        format!(" {name}={:?}", document.attribute_value(attribute))
                    })
                    .collect();
                attributes.sort();
                let name = document.name(node);
                said.push(format!("{depth} <{name}{}>", attributes.concat()));
                said.extend(content(document, node).map(|text| format!("{depth} {text:?}")));
            }
            NodeKind::Comment | NodeKind::Pi => {
                let text = document.slice(document.span(node)).replace('\r', "");
                said.push(format!("{depth} {text}"));
            }
            _ => {}
        }
    }
    said
}

/// The texts of an element, cut where elements are.
fn content(document: &Document, element: NodeId) -> impl Iterator<Item = String> {
    let has_elements = document.has_child_elements(element);
    let mut texts = vec![String::new()];
    for child in document.children(element) {
        match document.kind(child) {
            NodeKind::Element => texts.push(String::new()),
            NodeKind::Text | NodeKind::CData => {
                texts.last_mut().unwrap().push_str(&document.text_of(child));
            }
            _ => {}
        }
    }
    texts
        .into_iter()
        .map(move |text| significant_text(&text, has_elements).to_owned())
}

#[test]
fn what_settles_a_conflict_is_judged_before_it_is_written() {
    let document = |value: &str| {
        let text = format!(
            r#"<configuration><connectionStrings><add name="A" connectionString="{value}"/></connectionStrings></configuration>"#
        );
        Document::from_text(&text).unwrap()
    };
    let [base, incoming, carrier] = ["1", "2", "3"].map(document);
    let inputs = inputs(Some(&base), &incoming, &carrier, Mode::Branches, rules());
    let merged = || merge(inputs).unwrap();
    assert!(finish(&inputs, &merged(), Settle::Incoming).is_ok());
    // Another entry of the same key behind the one in conflict.
    let mut faulty = merged();
    let edit = &mut faulty.conflicts[0].take_incoming[0];
    edit.text = format!(
        "{}\"/><add name=\"a\" connectionString=\"4",
        edit.text.trim_matches('"')
    );
    let text = carrier.slice(edit.span);
    if text.starts_with('"') {
        edit.text = format!("\"{}\"", edit.text);
    }
    let refused = finish(&inputs, &faulty, Settle::Incoming);
    assert!(
        matches!(refused, Err(FinishError::Refused { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_half_is_cut_out_at_its_markers() {
    // The laws above would be empty if halves were cut wrongly.
    let [begin, middle, end] = ["<", "=", ">"].map(|sign| sign.repeat(MARKER));
    let text = format!("a\n{begin} ours\nb\n{middle}\nc\nd\n{end} theirs\ne");
    assert_eq!(half(&text, Settle::Carrier), "a\nb\ne");
    assert_eq!(half(&text, Settle::Incoming), "a\nc\nd\ne");
}
