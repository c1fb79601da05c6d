//! From rows of packs to steps for the servers that were found.

use std::collections::HashSet;

use super::estate::Server;
use super::make::Evidence;
use super::model::{Proof, Step};
use super::scope::{Known, Scope};
use crate::io::stream;
use crate::pack::plan::{Deed, Each, Phase, ProcedureId, StepRule};
use crate::word::Word;

/// The steps of the procedure, in their order.
pub(super) fn steps(known: Known<'_>, procedure: &ProcedureId, evidence: &[Evidence]) -> Vec<Step> {
    let mut rules: Vec<&StepRule> = (known.rules.steps.iter())
        .filter(|rule| is_there(known, rule, procedure))
        .collect();
    rules.sort_by_key(|rule| rule.phase);
    let mut steps: Vec<Step> = Vec::new();
    let mut ids = HashSet::new();
    // What is known of each step besides what people are told.
    let mut made: Vec<(&StepRule, Option<&str>)> = Vec::new();
    for rule in rules {
        for scope in scopes(known, rule) {
            if known.hold(&rule.when, scope) {
                let mut step = step(known, rule, scope, evidence);
                // Names that differ only in what an id cannot have give ids that are one.
                let id = step.id.clone();
                let mut number = 1;
                while !ids.insert(step.id.clone()) {
                    number += 1;
                    step.id = format!("{id}-{number}");
                }
                steps.push(step);
                made.push((rule, scope.server.map(|server| server.name.as_str())));
            }
        }
    }
    connect(&mut steps, &made);
    for step in &mut steps {
        step.digest = digest(known, step);
    }
    steps
}

fn is_there(known: Known<'_>, rule: &StepRule, procedure: &ProcedureId) -> bool {
    let has_version = match known.from {
        Some(from) => rule.from.have(from),
        None => true,
    };
    let is_of_it = match rule.procedures.is_empty() {
        true => known.is_of_pack(&rule.provenance.pack, procedure),
        false => rule.procedures.contains(procedure),
    };
    is_of_it && has_version && rule.to.have(known.to)
}

/// What a row is about, once for each step.
fn scopes<'k>(known: Known<'k>, rule: &'k StepRule) -> Vec<Scope<'k>> {
    let components = rule.components.as_slice();
    let whole = Scope {
        components,
        ..Scope::default()
    };
    let servers = known.estate.servers.iter();
    let has_one = |server: &&Server| {
        let mut places = known.places(Scope {
            server: Some(*server),
            ..whole
        });
        places.any(|(_, place)| !is_of_new_version(rule.phase) || known.stays(place))
    };
    let concerned = servers.filter(|server| components.is_empty() || has_one(server));
    match rule.each {
        Each::Once if components.is_empty() => vec![whole],
        Each::Once => match known.places(whole).next() {
            Some(_) => vec![whole],
            None => Vec::new(),
        },
        Each::Component => (components.iter().map(std::slice::from_ref))
            .map(|components| Scope {
                components,
                ..Scope::default()
            })
            .filter(|scope| known.places(*scope).next().is_some())
            .collect(),
        Each::Server => concerned
            .map(|server| Scope {
                server: Some(server),
                ..whole
            })
            .collect(),
        Each::Place => known
            .places(whole)
            .filter(|(_, place)| !is_of_new_version(rule.phase) || known.stays(place))
            .map(|(server, place)| Scope {
                server: Some(server),
                place: Some(place),
                ..whole
            })
            .collect(),
    }
}

/// Whether a step of this part is about the new version, which may not have every component.
fn is_of_new_version(phase: Phase) -> bool {
    match phase {
        Phase::Install | Phase::Deploy | Phase::Verify | Phase::HandOver => true,
        Phase::Before | Phase::Downtime | Phase::Uninstall | Phase::WayBack => false,
    }
}

fn step<'k>(known: Known<'k>, rule: &StepRule, scope: Scope<'k>, evidence: &[Evidence]) -> Step {
    let say = |template: &Option<_>| template.as_ref().map(|text| known.say(text, scope));
    let proofs = rule.done_by.map_or_else(Vec::new, |deed| {
        let mut proofs = proofs(known, deed, scope);
        if deed == Deed::Merged {
            proofs = merged(known, scope, evidence);
        }
        proofs
    });
    Step {
        id: id(rule, scope),
        rule: rule.provenance.id.to_string(),
        phase: rule.phase,
        title: rule.provenance.summary.clone(),
        why: sentence(&rule.provenance.why),
        who: match (&rule.who, rule.done_by) {
            (Some(who), _) => who.clone(),
            (None, Some(_)) => "conferry".to_owned(),
            (None, None) => "the administrator".to_owned(),
        },
        server: scope.server.map(|server| server.name.clone()),
        says: rule
            .says
            .iter()
            .map(|text| known.say(text, scope))
            .collect(),
        commands: (rule.commands.iter())
            .flat_map(|text| known.command(text, scope))
            .collect(),
        click: say(&rule.click),
        expect: say(&rule.expect),
        check: say(&rule.check),
        undo: say(&rule.undo),
        after: Vec::new(),
        gates: Vec::new(),
        blocks: say(&rule.blocks),
        evidence: proofs,
        digest: String::new(),
    }
}

/// What shows that every configuration was carried over; nothing if one was not.
fn merged<'k>(known: Known<'k>, scope: Scope<'k>, evidence: &[Evidence]) -> Vec<Proof> {
    let mut proofs = Vec::new();
    for (server, place) in known.places(scope).filter(|(_, place)| known.stays(place)) {
        let is_it = |one: &&Evidence| one.is_of(Deed::Merged, &server.name, place);
        match evidence.iter().find(is_it) {
            Some(one) => proofs.push(one.proof.clone()),
            None => return Vec::new(),
        }
    }
    proofs
}

/// What shows that conferry itself did it.
fn proofs(known: Known<'_>, deed: Deed, scope: Scope<'_>) -> Vec<Proof> {
    let servers = known.estate.servers.iter();
    let concerned =
        servers.filter(|server| scope.server.is_none_or(|of| std::ptr::eq(of, *server)));
    let mut proofs = Vec::new();
    for server in concerned {
        if !server.is_kept {
            return Vec::new();
        }
        let files = server.manifest.files.len();
        let what = match deed {
            Deed::Taken => format!("took {files} files"),
            Deed::Verified if server.damage.is_empty() => {
                format!("compared {files} files with their hashes")
            }
            Deed::Rehearsed if server.obstacles.is_empty() && server.damage.is_empty() => {
                format!("found that {} files can be put back", server.restorable)
            }
            Deed::Verified | Deed::Rehearsed => return Vec::new(),
            Deed::Merged => continue,
        };
        proofs.push(Proof {
            what,
            file: server.snapshot.clone(),
            sha256: server.sha256.clone(),
        });
    }
    proofs
}

fn id(rule: &StepRule, scope: Scope<'_>) -> String {
    let mut id = rule.provenance.id.to_string();
    if let (Each::Component, [component]) = (rule.each, scope.components) {
        id.push(':');
        id.push_str(component.as_str());
    }
    if let Some(server) = scope.server {
        id.push('@');
        id.push_str(&word(&server.name));
    }
    if let Some((server, place)) = scope.server.zip(scope.place) {
        let is_one_of_several = (server.places.iter())
            .filter(|other| rule.components.contains(&other.entry.id))
            .count()
            > 1;
        if is_one_of_several {
            id.push(':');
            id.push_str(&word(&place.key()));
        }
    }
    id
}

/// A reason as packs write it, with its full stop.
fn sentence(why: &str) -> String {
    match why.ends_with(|last: char| last.is_alphanumeric() || last == '`') {
        true => format!("{why}."),
        false => why.to_owned(),
    }
}

/// A text as a part of an id.
fn word(text: &str) -> String {
    let keep = |char: char| match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => char,
        _ => '-',
    };
    text.chars().map(keep).collect()
}

/// Says which steps come before which, and which keep others closed.
fn connect(steps: &mut [Step], made: &[(&StepRule, Option<&str>)]) {
    let ids: Vec<String> = steps.iter().map(|step| step.id.clone()).collect();
    for (at, (rule, server)) in made.iter().enumerate() {
        let concerns = |other: Option<&str>| match (*server, other) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let all = made.iter().zip(&ids).enumerate();
        let others = all
            .filter(|(other, _)| *other != at)
            .map(|(_, other)| other);
        for wanted in &rule.after {
            let of_rule = others
                .clone()
                .filter(|((other, _), _)| other.provenance.id == *wanted);
            let here = of_rule.clone().filter(|((_, other), _)| concerns(*other));
            // What no step on the same server does, those on all others do.
            let mut before: Vec<String> = here.map(|(_, id)| id.clone()).collect();
            if before.is_empty() {
                before = of_rule.map(|(_, id)| id.clone()).collect();
            }
            steps[at].after.extend(before);
        }
        if !rule.destroys {
            continue;
        }
        let others = others.filter(|((_, other), _)| concerns(*other));
        let is_gate = |other: &StepRule| {
            let keeps = matches!(other.done_by, Some(Deed::Verified | Deed::Rehearsed));
            keeps || other.blocks.is_some()
        };
        let gates = others.filter(|((other, _), _)| is_gate(other) && other.phase < Phase::WayBack);
        steps[at].gates = gates.map(|(_, id)| id.clone()).collect();
    }
}

/// What a step says and rests on, as a hash.
fn digest(known: Known<'_>, step: &Step) -> String {
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(part);
        text.push('\0');
    };
    add(&step.title);
    add(step.phase.word());
    step.says.iter().for_each(|part| add(part));
    step.commands.iter().for_each(|part| add(part));
    let others = [&step.click, &step.expect, &step.check, &step.undo];
    others.into_iter().flatten().for_each(|part| add(part));
    let servers = known.estate.servers.iter();
    for server in servers.filter(|server| step.server.as_ref().is_none_or(|of| *of == server.name))
    {
        add(&server.name);
        add(&server.sha256);
    }
    stream::sha256(text.as_bytes())
}
