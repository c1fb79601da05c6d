//! Fingerprints: what makes a finding the same finding in another run.
//!
//! One is made of the rule, the address of the node and the text at the place,
//! white space folded. The place itself is not in it, so lines that come and go
//! elsewhere change nothing. Secrets are replaced by a mask before anything is
//! hashed: the hash of a short value could be found again by trying. A file that
//! is no document gives no text, since what is secret in it cannot be known; but
//! for a conferry.toml, where findings stand at words for rules.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::estate::Estate;
use super::finding::{Finding, Place};
use crate::config::secrets::{MASK, pieces, ranges};
use crate::io::stream::sha256;
use crate::pack::Rules;
use crate::xml::Span;

/// Digits of a fingerprint: 128 bits.
const DIGITS: usize = 32;

/// Makes fingerprints of the findings of a run.
pub struct Fingerprints<'a> {
    rules: &'a Rules,
    estate: &'a Estate,
    secrets: Vec<OnceCell<Vec<Span>>>,
}

impl<'a> Fingerprints<'a> {
    /// For findings of these rules in these files.
    #[must_use]
    pub fn new(rules: &'a Rules, estate: &'a Estate) -> Self {
        Self {
            rules,
            estate,
            secrets: estate.subjects.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// The secrets of a file, in order; none if it is no document.
    #[must_use]
    pub fn secrets(&self, subject: usize) -> &[Span] {
        self.secrets[subject].get_or_init(|| {
            let document = self.estate.subjects[subject].document();
            document.map_or_else(Vec::new, |document| {
                self.rules.secrets.spans(&self.rules.identities, document)
            })
        })
    }

    /// What a finding is about, whatever the name of its file: equal findings of
    /// one file have equal ones.
    #[must_use]
    pub fn of(&self, finding: &Finding) -> String {
        let rule = &self.rules.lints[finding.rule].provenance.id;
        let text = self.text(&finding.place);
        hash(&[rule.as_str(), &finding.place.address, &text])
    }

    /// One fingerprint for each finding, no two alike: with the name of its file,
    /// and its number among its equals in the order given.
    pub fn distinct<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Finding>,
        name: impl Fn(usize) -> &'f str,
    ) -> Vec<String> {
        let mut seen: HashMap<(usize, String), usize> = HashMap::new();
        let findings = findings.into_iter();
        findings
            .map(|finding| {
                let (at, about) = (finding.place.subject, self.of(finding));
                let number = seen.entry((at, about.clone())).or_default();
                *number += 1;
                hash(&[name(at), &about, &number.to_string()])
            })
            .collect()
    }

    /// The text at a place, secrets masked and white space folded.
    fn text(&self, place: &Place) -> String {
        let subject = &self.estate.subjects[place.subject];
        let Some(document) = subject.document() else {
            // Findings in a conferry.toml stand at words for rules.
            let word = (subject.source().filter(|_| subject.is_settings))
                .and_then(|source| source.text().get(place.span.range()));
            return word.unwrap_or_default().to_owned();
        };
        let mut masked = String::with_capacity(place.span.len());
        let text = document.text();
        for piece in pieces(place.span.range(), ranges(self.secrets(place.subject))) {
            masked.push_str(match piece.is_secret {
                true => MASK,
                false => &text[piece.range],
            });
        }
        let words: Vec<&str> = masked.split_whitespace().collect();
        words.join(" ")
    }
}

fn hash(parts: &[&str]) -> String {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
        // No part can hold it: XML has no such character, nor has a path.
        bytes.push(0);
    }
    let mut digits = sha256(&bytes);
    digits.truncate(DIGITS);
    digits
}
