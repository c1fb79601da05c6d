//! Which rule of the packs speaks about a value, and what stands in for a missing base.

use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::pack::rules::{Action, KnownSetting, Policy, When};
use crate::xml::address::Leaf;
use crate::xml::selector::SelectorIndex;
use crate::xml::{Document, NodeId};

/// So many rules are asked one by one.
const FEW: usize = 64;

impl<'a> Comparison<'a> {
    /// The policy for a value that both elements may have; the last one of the packs wins.
    pub(in crate::merge) fn policy(
        &self,
        triple: Sides<NodeId>,
        leaf: &Leaf,
    ) -> Option<&'a Policy> {
        let places = [
            (self.inputs.incoming, triple.incoming),
            (self.inputs.carrier, triple.carrier),
        ];
        self.find_policy(&places, Some(leaf), |policy| {
            self.covers(policy, self.inputs.incoming, triple.incoming, leaf)
                || self.covers(policy, self.inputs.carrier, triple.carrier, leaf)
        })
    }

    /// The policy for an element that only one side has.
    pub(in crate::merge) fn policy_for_element(
        &self,
        document: &Document,
        element: NodeId,
    ) -> Option<&'a Policy> {
        let is_element_action = |action: &Action| {
            matches!(
                action,
                Action::TakeOld
                    | Action::TakeNew
                    | Action::TakeBase
                    | Action::Drop
                    | Action::Conflict
                    | Action::TakeBoth { .. }
            )
        };
        // A rule about the value of an entry is a rule about the entry.
        let places: Vec<(&Document, NodeId)> = match self.is_entry(document, element) {
            true => (document.subtree(element))
                .filter(|node| document.is_element(*node))
                .map(|node| (document, node))
                .collect(),
            false => vec![(document, element)],
        };
        self.find_policy(&places, None, |policy| {
            is_element_action(&policy.action)
                && (self.covers(policy, document, element, &Leaf::Element)
                    || self.covers_value_of_entry(policy, document, element))
        })
    }

    /// The policy that gives a value of a carried incoming element another form.
    pub(in crate::merge) fn policy_for_carried_value(
        &self,
        element: NodeId,
        leaf: &Leaf,
    ) -> Option<&'a Policy> {
        let place = (self.inputs.incoming, element);
        self.find_policy(&[place], Some(leaf), |policy| {
            matches!(policy.action, Action::Rewrite { .. } | Action::Set(_))
                && self.covers(policy, self.inputs.incoming, element, leaf)
        })
    }

    fn covers_value_of_entry(&self, policy: &Policy, document: &Document, element: NodeId) -> bool {
        if *policy.selector.leaf() == Leaf::Element || !self.is_entry(document, element) {
            return false;
        }
        let ignores_case = self.inputs.rules.ignores_case();
        document
            .subtree(element)
            .filter(|node| document.is_element(*node))
            .any(|node| {
                let (selector, positions) = (&policy.selector, Some(&self.positions));
                selector.matches_among(document, node, &ignores_case, positions)
            })
    }

    /// The last policy that `covers` says yes to. It covers `leaf` (`None`: any leaf) of one of
    /// `places`, or an element around it.
    fn find_policy(
        &self,
        places: &[(&Document, NodeId)],
        leaf: Option<&Leaf>,
        covers: impl Fn(&Policy) -> bool,
    ) -> Option<&'a Policy> {
        let rules = self.inputs.rules;
        let holds = |policy: &&'a Policy| {
            (self.upgrade() || policy.action.is_symmetric())
                && (policy.when == When::Always || self.inputs.base.is_none())
                && !matches!(policy.action, Action::Require | Action::Rename(_))
                && rules.applies(
                    &policy.provenance.pack,
                    policy.component.as_ref(),
                    self.component,
                )
                && covers(policy)
        };
        if rules.policies.len() <= FEW {
            return rules.policies.iter().rev().find(holds);
        }
        let index = self.policies.get_or_init(|| {
            SelectorIndex::of(rules.policies.iter().map(|policy| &policy.selector))
        });
        let mut candidates: Vec<usize> = places
            .iter()
            .flat_map(|(document, element)| index.candidates(document, *element, leaf))
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut policies = candidates.into_iter().rev().map(|at| &rules.policies[at]);
        policies.find(holds)
    }

    fn covers(&self, policy: &Policy, document: &Document, element: NodeId, leaf: &Leaf) -> bool {
        let ignores_case = self.inputs.rules.ignores_case();
        let (selector, positions) = (&policy.selector, Some(&self.positions));
        selector.covers_among(document, element, leaf, &ignores_case, positions)
    }

    /// The documented setting at this value, whose defaults may stand in for a base value.
    pub(in crate::merge) fn known_setting(
        &self,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
    ) -> Option<&'a KnownSetting> {
        let rules = self.inputs.rules;
        rules.settings.iter().rev().find(|setting| {
            rules.applies(
                &setting.provenance.pack,
                setting.component.as_ref(),
                self.component,
            ) && setting
                .selector
                .covers(document, element, leaf, &rules.ignores_case())
        })
    }

    /// Whether the element with all it holds is one setting.
    pub(in crate::merge) fn is_entry(&self, document: &Document, element: NodeId) -> bool {
        self.inputs
            .rules
            .identities
            .rule_for(document, element)
            .is_some_and(|rule| rule.entry)
    }

    /// Whether the element is an entry or stands inside one.
    pub(in crate::merge) fn within_entry(&self, document: &Document, element: NodeId) -> bool {
        let mut at = Some(element);
        while let Some(node) = at.filter(|node| document.is_element(*node)) {
            if self.is_entry(document, node) {
                return true;
            }
            at = document.parent(node);
        }
        false
    }

    pub(in crate::merge) fn is_secret(
        &self,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
    ) -> bool {
        // What nobody shows need not be looked at, and counts as one.
        if !self.inputs.reports && self.inputs.rewrite.is_none() {
            return true;
        }
        let rules = self.inputs.rules;
        rules
            .secrets
            .is_secret(&rules.identities, document, element, leaf)
    }
}
