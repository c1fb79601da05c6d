//! Judges one merge against the union of both sides' changes and against what people committed.

use std::collections::{BTreeMap, BTreeSet};

use crate::flat::{Flat, Place, Slot};

/// What a merge tool answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer<'r> {
    /// A result without conflicts.
    Clean(&'r [u8]),
    /// Something is left to people.
    Conflict,
    /// Neither.
    Crash,
}

/// What a triple is about, read once and used for every tool.
#[derive(Clone, Debug)]
pub(crate) struct Triple {
    pub(crate) base: Flat,
    pub(crate) ours: Flat,
    pub(crate) theirs: Flat,
    pub(crate) resolved: Flat,
}

/// How good an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Verdict {
    /// Clean, and says what people committed.
    Equal,
    /// Clean and exactly both sides' changes; people did something else.
    Union,
    /// Clean where both sides raised a bindingRedirect, and took the higher version.
    Policy,
    /// Clean although both sides changed one thing differently.
    Silent,
    /// Clean, and neither the union nor what people committed.
    Wrong,
    /// Clean, with a key twice that no input has twice.
    Duplicate,
    /// Clean, and not well-formed.
    Malformed,
    /// Neither a result nor a conflict.
    Crash,
    /// A conflict although the changes do not touch each other.
    Needless,
    /// A conflict where there is one.
    Due,
}

impl Verdict {
    /// Whoever trusts the tool comes to harm.
    pub(crate) const BAD: [Self; 5] = [
        Self::Wrong,
        Self::Silent,
        Self::Duplicate,
        Self::Malformed,
        Self::Crash,
    ];

    pub(crate) fn is_bad(self) -> bool {
        Self::BAD.contains(&self)
    }

    /// Whether the tool gave a result without conflicts.
    pub(crate) fn is_clean(self) -> bool {
        !matches!(self, Self::Crash | Self::Needless | Self::Due)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Union => "union",
            Self::Policy => "policy",
            Self::Silent => "silent",
            Self::Wrong => "wrong",
            Self::Duplicate => "duplicate",
            Self::Malformed => "malformed",
            Self::Crash => "crash",
            Self::Needless => "needless",
            Self::Due => "due",
        }
    }
}

impl Triple {
    /// Judges what a tool answered.
    pub(crate) fn judge(&self, answer: &Answer<'_>) -> Verdict {
        let union = Union::of(self);
        let bytes = match answer {
            Answer::Crash => return Verdict::Crash,
            Answer::Conflict if union.contested.is_empty() => return Verdict::Needless,
            Answer::Conflict => return Verdict::Due,
            Answer::Clean(bytes) => bytes,
        };
        let Some(result) = Flat::of(bytes) else {
            return Verdict::Malformed;
        };
        if result.facts == self.resolved.facts {
            Verdict::Equal
        } else if self.has_new_duplicates(&result) {
            Verdict::Duplicate
        } else if union.contested.is_empty() {
            if result.facts == union.facts {
                Verdict::Union
            } else {
                Verdict::Wrong
            }
        } else if union.higher_versions(self).as_ref() == Some(&result.facts) {
            Verdict::Policy
        } else {
            Verdict::Silent
        }
    }

    /// Whether people committed both sides' changes and nothing else; of a contested bindingRedirect the higher version.
    pub(crate) fn union_is_resolved(&self) -> bool {
        let facts = Union::of(self).higher_versions(self);
        facts.is_some_and(|facts| facts == self.resolved.facts)
    }

    fn has_new_duplicates(&self, result: &Flat) -> bool {
        result.repeated.iter().any(|(key, count)| {
            [&self.base, &self.ours, &self.theirs]
                .iter()
                .all(|input| input.repeated.get(key).is_none_or(|known| known < count))
        })
    }
}

type Facts = BTreeMap<Place, String>;

/// Both sides' changes put together.
struct Union {
    facts: Facts,
    /// What the sides do not agree about.
    contested: BTreeSet<Place>,
}

impl Union {
    fn of(triple: &Triple) -> Self {
        let ours = changes(&triple.base.facts, &triple.ours.facts);
        let theirs = changes(&triple.base.facts, &triple.theirs.facts);
        let mut contested: BTreeSet<Place> = ours
            .iter()
            .filter(|(place, value)| theirs.get(*place).is_some_and(|other| other != *value))
            .map(|(place, _)| (*place).clone())
            .collect();
        contested.extend(changed_inside_removed(&ours, &theirs));
        contested.extend(changed_inside_removed(&theirs, &ours));
        let mut facts = triple.base.facts.clone();
        for (place, value) in ours.into_iter().chain(theirs) {
            match value {
                Some(value) => facts.insert(place.clone(), value.clone()),
                None => facts.remove(place),
            };
        }
        Self { facts, contested }
    }

    /// The union with the higher version of each contested bindingRedirect, if nothing else is contested.
    fn higher_versions(&self, triple: &Triple) -> Option<Facts> {
        let (ours, theirs) = (&triple.ours.facts, &triple.theirs.facts);
        let mut facts = self.facts.clone();
        for place in &self.contested {
            let leads_to = match &place.slot {
                Slot::Attribute(name) if name == "newVersion" || name == "oldVersion" => Place {
                    element: place.element.clone(),
                    slot: Slot::Attribute("newVersion".to_owned()),
                },
                _ => return None,
            };
            let version = |side: &Facts| side.get(&leads_to).map(|text| numbers(text));
            let winner = if version(ours) >= version(theirs) {
                ours
            } else {
                theirs
            };
            match winner.get(place) {
                Some(value) => facts.insert(place.clone(), value.clone()),
                None => facts.remove(place),
            };
        }
        Some(facts)
    }
}

/// What a side changed: the new value, or nothing where it took the fact away.
fn changes<'f>(base: &'f Facts, side: &'f Facts) -> BTreeMap<&'f Place, Option<&'f String>> {
    base.keys()
        .chain(side.keys())
        .filter(|place| base.get(*place) != side.get(*place))
        .map(|place| (place, side.get(place)))
        .collect()
}

/// The places that `changing` gave a value inside elements that `removing` took away.
fn changed_inside_removed(
    removing: &BTreeMap<&Place, Option<&String>>,
    changing: &BTreeMap<&Place, Option<&String>>,
) -> Vec<Place> {
    let removed: Vec<&str> = removing
        .iter()
        .filter(|(place, value)| value.is_none() && place.slot == Slot::Element)
        .map(|(place, _)| place.element.as_str())
        .collect();
    changing
        .iter()
        .filter(|(place, value)| value.is_some() && removing.get(*place) != Some(value))
        .map(|(place, _)| *place)
        .filter(|place| {
            removed
                .iter()
                .any(|element| place.element == *element || place.lies_below(element))
        })
        .cloned()
        .collect()
}

fn numbers(text: &str) -> Vec<u64> {
    text.split(|character: char| !character.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(
        base: &str,
        ours: &str,
        theirs: &str,
        resolved: &str,
        answer: &Answer<'_>,
    ) -> Verdict {
        let flat = |text: &str| Flat::of(text.as_bytes()).unwrap_or_default();
        Triple {
            base: flat(base),
            ours: flat(ours),
            theirs: flat(theirs),
            resolved: flat(resolved),
        }
        .judge(answer)
    }

    fn clean(text: &str) -> Answer<'_> {
        Answer::Clean(text.as_bytes())
    }

    const BASE: &str = r#"<c><add key="a" value="1"/></c>"#;
    const OURS: &str = r#"<c><add key="a" value="1"/><add key="b" value="2"/></c>"#;
    const THEIRS: &str = r#"<c><add key="a" value="3"/></c>"#;
    const BOTH: &str = r#"<c><add key="a" value="3"/><add key="b" value="2"/></c>"#;

    #[test]
    fn form_does_not_count() {
        let other_form = "\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<!-- x --><c>\r\n\
                          <add value='2' key='b'></add>\r\n <add value='3' key='a'/></c>\n";
        assert_eq!(
            verdict(BASE, OURS, THEIRS, BOTH, &clean(other_form)),
            Verdict::Equal
        );
    }

    #[test]
    fn text_and_its_encoding() {
        let told = |bytes: &[u8]| Flat::of(bytes).map(|flat| flat.facts);
        let latin = told(b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>caf\xe9 \x80</a>");
        assert!(latin.is_some());
        assert_eq!(latin, told("<a> café €\n</a>".as_bytes()));
        assert_ne!(latin, told(b"<a>x</a>"));
        assert_eq!(told(b"<a>&#x41;<![CDATA[B]]></a>"), told(b"<a>AB</a>"));
        let typed = b"<!DOCTYPE a [<!ELEMENT a ANY> <!ATTLIST a id ID #REQUIRED>]><a>AB</a>";
        assert_eq!(told(typed), told(b"<a>AB</a>"));
    }

    #[test]
    fn clean_answers() {
        let ours_only = clean(OURS);
        assert_eq!(
            verdict(BASE, OURS, THEIRS, OURS, &clean(BOTH)),
            Verdict::Union
        );
        assert_eq!(
            verdict(BASE, OURS, THEIRS, OURS, &ours_only),
            Verdict::Equal
        );
        assert_eq!(
            verdict(BASE, OURS, THEIRS, BOTH, &ours_only),
            Verdict::Wrong
        );
        assert_eq!(
            verdict(BASE, OURS, THEIRS, BOTH, &clean("<c><a></c>")),
            Verdict::Malformed
        );
        let twice = clean(
            r#"<c><add key="a" value="3"/><add key="b" value="2"/><add key="B" value="2"/></c>"#,
        );
        assert_eq!(
            verdict(BASE, OURS, THEIRS, BOTH, &twice),
            Verdict::Duplicate
        );
    }

    #[test]
    fn both_changed_one_value() {
        let other = r#"<c><add key="a" value="4"/></c>"#;
        assert_eq!(
            verdict(BASE, THEIRS, other, BASE, &clean(THEIRS)),
            Verdict::Silent
        );
        assert_eq!(
            verdict(BASE, THEIRS, other, THEIRS, &clean(THEIRS)),
            Verdict::Equal
        );
        assert_eq!(
            verdict(BASE, THEIRS, other, BASE, &Answer::Conflict),
            Verdict::Due
        );
        assert_eq!(
            verdict(BASE, THEIRS, THEIRS, BASE, &Answer::Conflict),
            Verdict::Needless
        );
        assert_eq!(
            verdict(BASE, OURS, THEIRS, BOTH, &Answer::Conflict),
            Verdict::Needless
        );
        assert_eq!(
            verdict(BASE, OURS, THEIRS, BOTH, &Answer::Crash),
            Verdict::Crash
        );
    }

    #[test]
    fn changed_where_the_other_removed() {
        assert_eq!(
            verdict(BASE, "<c/>", THEIRS, BASE, &Answer::Conflict),
            Verdict::Due
        );
        assert_eq!(
            verdict(BASE, THEIRS, "<c/>", BASE, &clean(THEIRS)),
            Verdict::Silent
        );
        assert_eq!(
            verdict(BASE, BASE, "<c/>", BASE, &clean("<c/>")),
            Verdict::Union
        );
    }

    #[test]
    fn higher_version_of_a_redirect() {
        let redirect = |version: &str| {
            format!(
                "<c><dependentAssembly><assemblyIdentity name=\"A\"/>\
                 <bindingRedirect oldVersion=\"0.0-{version}\" newVersion=\"{version}\"/></dependentAssembly></c>"
            )
        };
        let (low, mid, high) = (redirect("1.2"), redirect("1.9"), redirect("1.10"));
        let judge = |answer: &str| verdict(&low, &mid, &high, &low, &clean(answer));
        assert_eq!(judge(&high), Verdict::Policy);
        assert_eq!(judge(&mid), Verdict::Silent);
    }
}
