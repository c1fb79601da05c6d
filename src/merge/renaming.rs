//! Before a merge: keys that the new version calls otherwise.
//!
//! `rename` rules are applied to the old file and to the base alike, so that the rest of the engine
//! needs to know nothing of them. A rename that cannot be is left out in both, and named.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::config::addresses::Addresses;
use crate::config::identity::IdentityRule;
use crate::pack::Rules;
use crate::pack::rules::PolicyId;
use crate::pack::rules::{Action, When};
use crate::xml::address::{Address, Leaf};
use crate::xml::escape::escape_attribute;
use crate::xml::{Document, EditError, Edits, NodeId, ParseError, Span};

/// The old file and the base under the keys of the new version.
#[derive(Debug)]
pub struct Renaming<'d> {
    /// The administrator's file.
    pub old: Cow<'d, Document>,
    /// The base, if there is one.
    pub base: Option<Cow<'d, Document>>,
    /// What was renamed in the old file.
    pub renamed: Vec<Renamed>,
    /// What of the old file a rule selects and was not renamed.
    pub refused: Vec<Refused>,
}

/// A setting that a rule carries under another identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Its identity in the old file.
    pub from: String,
    /// Its identity in the new one.
    pub to: String,
    /// The rule.
    pub rule: PolicyId,
}

/// A setting that a rule could not carry under another identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The setting.
    pub address: Address,
    /// The identity that it did not get.
    pub to: String,
    /// The rule.
    pub rule: PolicyId,
    /// Why not.
    pub why: WhyNot,
}

/// Why a setting keeps its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The old file has another element of the new identity, or two would get it.
    TakenInOld,
    /// So it is in the base.
    TakenInBase,
    /// A later rule gives it this identity.
    Overruled {
        /// The identity that it gets.
        to: String,
        /// The later rule.
        rule: PolicyId,
    },
    /// It lacks the attribute that would identify it.
    NoIdentity,
}

/// Why nothing can be renamed. Checked rules never come to this.
#[derive(Debug, Error)]
pub enum RenameError {
    /// Two renames meet in the text.
    #[error("the renamed keys cannot be written: {0}")]
    Edits(#[from] EditError),
    /// The file can no longer be read.
    #[error("with the renamed keys the file could no longer be read")]
    Unreadable(Box<ParseError>),
}

/// Applies the `rename` rules.
///
/// # Errors
/// A file cannot be written or read with its new keys.
pub fn rename<'d>(
    old: &'d Document,
    base: Option<&'d Document>,
    rules: &Rules,
) -> Result<Renaming<'d>, RenameError> {
    let mut taken = Taken::default();
    loop {
        let find = |document| Plan::of(document, rules, base.is_some(), &taken);
        let (in_old, in_base) = (find(old), base.map(find));
        let mut found = in_old.collisions(WhyNot::TakenInOld);
        if let Some(in_base) = &in_base {
            found.extend(in_base.collisions(WhyNot::TakenInBase));
        }
        if !found.is_empty() {
            for (key, why) in found {
                taken.entry(key).or_insert(why);
            }
            continue;
        }
        return Ok(Renaming {
            old: in_old.applied()?,
            base: in_base.as_ref().map(Plan::applied).transpose()?,
            renamed: in_old.renamed(),
            refused: in_old.refused,
        });
    }
}

/// What must not be renamed: position of the policy, and the key in lower case.
type Taken = FxHashMap<(usize, String), WhyNot>;

/// What is to be renamed in one file.
struct Plan<'r, 'd> {
    document: &'d Document,
    rules: &'r Rules,
    renames: Vec<Rename<'r>>,
    refused: Vec<Refused>,
}

struct Rename<'r> {
    policy: usize,
    element: NodeId,
    /// Name and value of the attribute that changes, and where its value is.
    attribute: &'r str,
    from: String,
    at: Span,
    quote: char,
    to: &'r str,
}

impl<'r, 'd> Plan<'r, 'd> {
    fn of(document: &'d Document, rules: &'r Rules, has_base: bool, taken: &Taken) -> Self {
        let mut plan = Self {
            document,
            rules,
            renames: Vec::new(),
            refused: Vec::new(),
        };
        let addresses = Addresses::default();
        let selected = selected(document, rules, has_base);
        // Of several rules for one element the last one has it.
        let last: FxHashMap<NodeId, (usize, &str)> = selected
            .iter()
            .map(|(policy, element, to)| (*element, (*policy, *to)))
            .collect();
        for (policy, element, to) in selected {
            let why = match last.get(&element) {
                Some((other, _)) if *other == policy => match plan.rename(policy, element, to) {
                    Some(rename) => match taken.get(&rename.key()) {
                        Some(why) => why.clone(),
                        None => {
                            plan.renames.push(rename);
                            continue;
                        }
                    },
                    None => WhyNot::NoIdentity,
                },
                Some((other, other_to)) if *other_to != to => WhyNot::Overruled {
                    to: (*other_to).to_owned(),
                    rule: plan.rule(*other),
                },
                _ => continue,
            };
            let table = &rules.identities;
            plan.refused.push(Refused {
                address: addresses.address(table, document, element, Leaf::Element),
                to: to.to_owned(),
                rule: plan.rule(policy),
                why,
            });
        }
        plan
    }

    fn rule(&self, policy: usize) -> PolicyId {
        self.rules.policies[policy].provenance.id.clone()
    }

    fn rename(&self, policy: usize, element: NodeId, to: &'r str) -> Option<Rename<'r>> {
        let identity = self.rules.identities.rule_for(self.document, element)?;
        let own = identity.by.iter().filter(|key| key.child().is_none());
        let (name, attribute) = own
            .map(|key| key.attribute())
            .find_map(|name| Some((name, self.document.attribute(element, name)?)))?;
        Some(Rename {
            policy,
            element,
            attribute: name,
            from: self.document.attribute_value(attribute).into_owned(),
            at: attribute.value,
            quote: self.document.quote(attribute),
            to,
        })
    }

    /// The renames after which an element would have the identity of a sibling that it differs from now.
    fn collisions(&self, why: WhyNot) -> Vec<((usize, String), WhyNot)> {
        let by_element: FxHashMap<NodeId, &Rename<'_>> = self
            .renames
            .iter()
            .map(|rename| (rename.element, rename))
            .collect();
        let mut parents: Vec<NodeId> = (self.renames.iter())
            .filter_map(|rename| self.document.parent(rename.element))
            .collect();
        parents.sort_unstable();
        parents.dedup();
        let mut found = Vec::new();
        for parent in parents {
            // By what identifies it afterwards: what identifies the first one now. Those come first
            // that are not renamed.
            let mut owners: FxHashMap<_, Vec<String>> = FxHashMap::default();
            let (moving, staying): (Vec<NodeId>, Vec<NodeId>) = self
                .document
                .child_elements(parent)
                .partition(|child| by_element.contains_key(child));
            for child in staying.into_iter().chain(moving) {
                let rename = by_element.get(&child).copied();
                let Some(rule) = self.rules.identities.rule_for(self.document, child) else {
                    continue;
                };
                let now = self.identity(rule, child, None);
                let name = self.document.local_name(child);
                let owner = owners
                    .entry((name, self.identity(rule, child, rename)))
                    .or_insert_with(|| now.clone());
                if let Some(rename) = rename
                    && *owner != now
                {
                    found.push((rename.key(), why.clone()));
                }
            }
        }
        found
    }

    fn identity(
        &self,
        rule: &IdentityRule,
        element: NodeId,
        rename: Option<&Rename<'_>>,
    ) -> Vec<String> {
        let keys = rule.by.iter().chain(rule.then_by.iter());
        keys.map(|key| {
            let value = match rename {
                Some(rename) if key.child().is_none() && key.attribute() == rename.attribute => {
                    Some(Cow::Borrowed(rename.to))
                }
                _ => key.value(self.document, element),
            };
            // No value is another identity than an empty one.
            value.map_or_else(String::new, |value| {
                format!("={}", rule.compare.folded(&value))
            })
        })
        .collect()
    }

    fn applied(&self) -> Result<Cow<'d, Document>, RenameError> {
        if self.renames.is_empty() {
            return Ok(Cow::Borrowed(self.document));
        }
        let mut edits = Edits::new();
        for rename in &self.renames {
            edits.replace(rename.at, escape_attribute(rename.to, rename.quote))?;
        }
        let source = self.document.source();
        let bytes = source.bytes_with(edits.apply(self.document.text()));
        Document::from_bytes(bytes)
            .map(Cow::Owned)
            .map_err(|error| RenameError::Unreadable(Box::new(error)))
    }

    fn renamed(&self) -> Vec<Renamed> {
        (self.renames.iter())
            .map(|rename| Renamed {
                from: rename.from.clone(),
                to: rename.to.to_owned(),
                rule: self.rule(rename.policy),
            })
            .collect()
    }
}

impl Rename<'_> {
    fn key(&self) -> (usize, String) {
        (self.policy, self.from.to_lowercase())
    }
}

/// The elements that `rename` rules select: the policy, the element, its new identity.
fn selected<'r>(
    document: &Document,
    rules: &'r Rules,
    has_base: bool,
) -> Vec<(usize, NodeId, &'r str)> {
    let component = rules.component_of(document);
    let ignores_case = rules.ignores_case();
    let mut selected = Vec::new();
    for (at, policy) in rules.policies.iter().enumerate() {
        let Action::Rename(to) = &policy.action else {
            continue;
        };
        let pack = &policy.provenance.pack;
        if policy.when == When::WithoutBase && has_base
            || !rules.applies(pack, policy.component.as_ref(), component)
        {
            continue;
        }
        let elements = policy.selector.select(document, &ignores_case);
        selected.extend(elements.map(|element| (at, element, to.as_str())));
    }
    selected
}
