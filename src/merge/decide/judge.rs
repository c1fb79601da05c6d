//! Who wins: one value on three sides, a verdict, and who or what gave it.

use std::cmp::Ordering;

use crate::config::identity::Compare;
use crate::config::version::{NoOrder, compare};
use crate::merge::account::is_namespace_declaration;
use crate::merge::compare::Comparison;
use crate::merge::decide::contest::{Base, Contest, Pick, Ruling, Verdict};
use crate::merge::outcome::{ConflictKind, DecidedBy, Principle};
use crate::pack::rules::{Action, Policy, When};
use crate::xml::address::Leaf;
use crate::xml::chars;

impl Comparison<'_> {
    pub(in crate::merge) fn judge(&self, contest: &Contest, policy: Option<&Policy>) -> Verdict {
        let (incoming, carrier) = (contest.incoming.as_ref(), contest.carrier.as_ref());
        // A rule for want of a base gives way to a known default, which is one.
        let policy = policy
            .filter(|policy| policy.when == When::Always || self.known_defaults(contest).is_none());
        if let Some(verdict) = policy.and_then(|policy| self.judge_by_rule(contest, policy)) {
            return verdict;
        }
        if incoming == carrier {
            return Verdict::principle(Pick::Carrier, Principle::SameOnBothSides);
        }
        if contest.is_rewritten() && contest.original == contest.carrier {
            // Both files have the old name of a virtual directory.
            return Verdict::principle(Pick::Incoming, Principle::SameOnBothSides);
        }
        if self.upgrade()
            && let Leaf::Attribute(name) = &contest.leaf
            && is_namespace_declaration(name)
        {
            // What new dropped stays dropped; what is carried and needs it brings its own.
            let is_old = contest.base == Base::Is(contest.incoming.clone());
            let pick = if carrier.is_none() && !is_old {
                Pick::Incoming
            } else {
                Pick::Carrier
            };
            return Verdict::principle(pick, Principle::BelongsToNewFile);
        }
        if !self.upgrade() && self.is_prefix_used_anew(contest) {
            return Verdict::Conflict(ConflictKind::BothChanged);
        }
        if !matches!(contest.base, Base::Is(Some(_))) && self.same_but_for_ignored_case(contest) {
            return Verdict::principle(Pick::Carrier, Principle::SameOnBothSides);
        }
        let known;
        let (base, assumed) = match &contest.base {
            Base::Is(base) => (base.as_ref(), false),
            Base::Unknown => match self.assumed_base(contest) {
                Some(base) => {
                    known = base;
                    (Some(&known), true)
                }
                None => return self.judge_without_base(contest),
            },
        };
        let verdict = if incoming == base {
            let principle = if assumed {
                Principle::KnownDefault
            } else if carrier.is_none() {
                Principle::GoneInNewVersion
            } else {
                Principle::Unchanged
            };
            Verdict::principle(Pick::Carrier, principle)
        } else if carrier == base || contest.original_base == Base::Is(contest.carrier.clone()) {
            let principle = match (incoming, base) {
                (None, _) => Principle::RemovedByOneSide,
                (_, None) => Principle::AddedByOneSide,
                _ => Principle::ChangedByOneSide,
            };
            Verdict::principle(Pick::Incoming, principle)
        } else {
            self.judge_both_changed(contest, base)
        };
        if assumed { verdict.assumed() } else { verdict }
    }

    fn judge_both_changed(&self, contest: &Contest, base: Option<&String>) -> Verdict {
        let same_but_for_space = |a: Option<&String>, b: Option<&String>| {
            contest.leaf == Leaf::Text
                && a.map(|text| chars::trim(text)) == b.map(|text| chars::trim(text))
        };
        let (incoming, carrier) = (contest.incoming.as_ref(), contest.carrier.as_ref());
        let length = |text: Option<&String>| text.map_or(0, String::len);
        let space_only = |pick| Verdict::principle(pick, Principle::WhiteSpaceOnly);
        if same_but_for_space(incoming, base) {
            return space_only(Pick::Carrier);
        }
        if same_but_for_space(carrier, base)
            || same_but_for_space(incoming, carrier) && length(incoming) < length(carrier)
        {
            return space_only(Pick::Incoming);
        }
        if same_but_for_space(incoming, carrier) {
            return space_only(Pick::Carrier);
        }
        if self.same_but_for_ignored_case(contest) {
            return Verdict::principle(Pick::Carrier, Principle::SameOnBothSides);
        }
        if self.carrier_has_known_default(contest) {
            return Verdict::principle(Pick::Incoming, Principle::KnownDefault).assumed();
        }
        match (incoming, carrier) {
            (None, _) => Verdict::Conflict(ConflictKind::RemovedChanged),
            (_, None) if self.upgrade() && self.contest_within_entry(contest) => {
                Verdict::principle(Pick::Incoming, Principle::KeptThoughGone)
            }
            (_, None) => Verdict::Conflict(ConflictKind::ChangedRemoved),
            _ if base.is_none() => Verdict::Conflict(ConflictKind::BothAdded),
            _ => Verdict::Conflict(ConflictKind::BothChanged),
        }
    }

    /// Without a base, between branches, both sides added what they have.
    fn judge_without_base(&self, contest: &Contest) -> Verdict {
        let guess = self.upgrade() && self.inputs.base.is_none();
        match (&contest.incoming, &contest.carrier) {
            // An element without text in both files' place for it: the value may have been emptied.
            (None, Some(_)) if guess && contest.leaf == Leaf::Text => {
                Verdict::Conflict(ConflictKind::UnknownOrigin)
            }
            (None, _) => Verdict::principle(Pick::Carrier, Principle::BelongsToNewFile),
            (_, None) if !guess || self.contest_within_entry(contest) => {
                Verdict::principle(Pick::Incoming, Principle::AddedByOneSide)
            }
            _ if guess => Verdict::Conflict(ConflictKind::UnknownOrigin),
            _ => Verdict::Conflict(ConflictKind::BothAdded),
        }
    }

    /// Whether both sides spell a name otherwise that compares without case.
    fn same_but_for_ignored_case(&self, contest: &Contest) -> bool {
        let (Leaf::Attribute(name), Some(incoming), Some(carrier)) =
            (&contest.leaf, &contest.incoming, &contest.carrier)
        else {
            return false;
        };
        let ignores_case = self.inputs.rules.ignores_case();
        Compare::IgnoreCase.is_same(incoming, carrier)
            && ignores_case(self.inputs.carrier, contest.triple.carrier, name)
    }

    /// Whether the carrier merely has another placeholder, so that only the administrator decided anything.
    fn carrier_has_known_default(&self, contest: &Contest) -> bool {
        let (Some(incoming), Some(carrier)) = (&contest.incoming, &contest.carrier) else {
            return false;
        };
        self.known_defaults(contest)
            .is_some_and(|defaults| defaults.contains(carrier) && !defaults.contains(incoming))
    }

    /// `None` also where a documented setting has no default that anybody knows.
    fn known_defaults(&self, contest: &Contest) -> Option<&[String]> {
        if !self.upgrade() {
            return None;
        }
        let triple = contest.triple;
        self.known_setting(self.inputs.incoming, triple.incoming, &contest.leaf)
            .or_else(|| self.known_setting(self.inputs.carrier, triple.carrier, &contest.leaf))
            .map(|known| known.defaults.as_slice())
            .filter(|defaults| !defaults.is_empty())
    }

    /// A known default of the old version that stands in for the base value.
    fn assumed_base(&self, contest: &Contest) -> Option<String> {
        let defaults = self.known_defaults(contest)?;
        let default_in = |value: &Option<String>| {
            // No text at all is how an empty default looks in a file.
            let value = value.as_deref().unwrap_or("");
            defaults.iter().any(|default| default == value)
        };
        if default_in(&contest.incoming) {
            return contest.incoming.clone();
        }
        if default_in(&contest.carrier) {
            return contest.carrier.clone();
        }
        defaults.first().cloned()
    }

    fn judge_by_rule(&self, contest: &Contest, policy: &Policy) -> Option<Verdict> {
        let same = contest.incoming == contest.carrier;
        let pick = match &policy.action {
            Action::Set(value) => Pick::Text(value.clone()),
            Action::TakeBase => match &contest.base {
                Base::Is(Some(value)) => Pick::Text(value.clone()),
                _ => return None,
            },
            Action::HigherVersion => return self.higher_version(contest, policy),
            _ if same => return None,
            Action::TakeOld => Pick::Incoming,
            Action::TakeNew | Action::Drop => Pick::Carrier,
            Action::Conflict => return Some(Verdict::Conflict(ConflictKind::ByRule)),
            Action::Rewrite { .. }
            | Action::Rename(_)
            | Action::Require
            | Action::TakeBoth { .. } => return None,
        };
        Some(Verdict::Decided(Ruling {
            pick,
            by: DecidedBy::Rule(policy.provenance.id.clone()),
            assumed: false,
        }))
    }

    /// Decides between two versions that both sides changed.
    fn higher_version(&self, contest: &Contest, policy: &Policy) -> Option<Verdict> {
        let (incoming, carrier) = (contest.incoming.as_ref()?, contest.carrier.as_ref()?);
        let one_side =
            matches!(&contest.base, Base::Is(Some(base)) if base == incoming || base == carrier);
        if incoming == carrier || one_side {
            return None;
        }
        // A redirect is decided by where it leads; the range belongs to it.
        let (triple, name) = (contest.triple, "newVersion");
        let targets = (self.inputs.incoming.value(triple.incoming, name))
            .zip(self.inputs.carrier.value(triple.carrier, name))
            .filter(|(one, other)| one != other);
        let order = match targets.map(|(one, other)| compare(&one, &other)) {
            None | Some(Ok(Ordering::Equal)) => compare(version_in(incoming), version_in(carrier)),
            Some(order) => order,
        };
        let pick = match order {
            Ok(Ordering::Greater) => Pick::Incoming,
            // Equal versions differ in their spelling only; branches must agree on one of them.
            Ok(Ordering::Equal)
                if !self.upgrade() && (incoming.len(), incoming) < (carrier.len(), carrier) =>
            {
                Pick::Incoming
            }
            Ok(Ordering::Less | Ordering::Equal) => Pick::Carrier,
            Err(NoOrder::Unreadable) => {
                return Some(Verdict::Conflict(ConflictKind::UnreadableVersion));
            }
            Err(NoOrder::Incomparable) => {
                return Some(Verdict::Conflict(ConflictKind::IncomparableVersions));
            }
        };
        Some(Verdict::Decided(Ruling {
            pick,
            by: DecidedBy::Rule(policy.provenance.id.clone()),
            assumed: false,
        }))
    }

    fn contest_within_entry(&self, contest: &Contest) -> bool {
        self.within_entry(self.inputs.incoming, contest.triple.incoming)
    }
}

/// The version in the name of an assembly (`Contoso.Web, Version=1.0.0.0, …`); other text as it is.
fn version_in(text: &str) -> &str {
    let mut parts = text.split(',').skip(1).map(str::trim);
    parts
        .find_map(|part| part.strip_prefix("Version="))
        .filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or(text)
}
