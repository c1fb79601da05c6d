//! The entries of one section while its files are read.

use rustc_hash::FxHashMap;

use super::{Entry, Origin};
use crate::config::identity::{Duplicates, IdentityTable};
use crate::config::structure::collections::key;
use crate::xml::Document;

/// What is in effect so far.
#[derive(Default)]
pub(super) struct Entries {
    /// In order; `None` where one was taken out.
    all: Vec<Option<Entry>>,
    /// Positions by key.
    by_key: FxHashMap<String, usize>,
    refused: Vec<(Origin, Origin)>,
    idle: Vec<Origin>,
}

/// What is left when all files are read.
#[derive(Debug, Default)]
pub struct Read {
    /// What is in effect.
    pub entries: Vec<Entry>,
    /// Pairs of entries with one key, which .NET refuses: the first and the later one.
    pub refused: Vec<(Origin, Origin)>,
    /// What takes out something that no file which was read has: a file above may have it.
    pub idle: Vec<Origin>,
}

impl Entries {
    /// Reads the entries of `part`.
    pub(super) fn read(&mut self, document: &Document, table: &IdentityTable, part: Origin) {
        for element in document.child_elements(part.element) {
            let origin = Origin { element, ..part };
            match table.rule_for(document, element) {
                Some(rule) if rule.removes.is_some() => {
                    let name = rule.removes.as_deref().unwrap_or_default();
                    let key = key(document, name, rule, element);
                    match key.and_then(|key| self.by_key.remove(&key)) {
                        Some(at) => self.all[at] = None,
                        None => self.idle.push(origin),
                    }
                }
                Some(rule) if !rule.by.is_empty() => {
                    let name = document.local_name(element);
                    let key = key(document, name, rule, element);
                    self.add(key, rule.duplicates, origin);
                }
                None if document.local_name(element) == "clear" => {
                    self.all.clear();
                    self.by_key.clear();
                    self.idle.clear();
                }
                _ => self.add(None, Duplicates::Unsaid, origin),
            }
        }
    }

    fn add(&mut self, key: Option<String>, duplicates: Duplicates, origin: Origin) {
        let mut entry = Entry {
            origin,
            replaced: Vec::new(),
        };
        let known = (key.as_ref()).and_then(|key| self.by_key.get(key).copied());
        if let Some(known) = known.and_then(|at| self.all[at].as_mut()) {
            match duplicates {
                // It stays where the first one was, as .NET lists it.
                Duplicates::LastWins => {
                    entry.replaced = std::mem::take(&mut known.replaced);
                    entry.replaced.push(known.origin);
                    *known = entry;
                    return;
                }
                Duplicates::FirstWins => return,
                Duplicates::RefusedByNet | Duplicates::RefusedByIis => {
                    self.refused.push((known.origin, origin));
                    return;
                }
                Duplicates::Unsaid => {}
            }
        }
        if let Some(key) = key {
            self.by_key.insert(key, self.all.len());
        }
        self.all.push(Some(entry));
    }

    pub(super) fn finish(self) -> Read {
        Read {
            entries: self.all.into_iter().flatten().collect(),
            refused: self.refused,
            idle: self.idle,
        }
    }
}
