//! Comments: children without meaning that must not be lost either.
//!
//! A comment is identified by its text. What the incoming side added is
//! added, what it removed is removed, and when both sides rewrote one, the result
//! has both. Only one in an element that the other branch removed is a conflict.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::matching::Match;
use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::stages::plan::Plan;
use crate::merge::steps::Steps;
use crate::xml::escape::text_value;
use crate::xml::{Document, NodeId, NodeKind};

impl Comparison<'_> {
    /// Comments beside the root element.
    pub(in crate::merge) fn comments_beside_root(&self, steps: &mut Steps) {
        let triple = self.documents().map(|_| NodeId::DOCUMENT);
        let mut plan = Plan::default();
        let roots = (self.inputs.incoming.root(), self.inputs.carrier.root());
        plan.stays.insert(roots.0, roots.1);
        plan.matches.push(Match {
            base: self.inputs.base.map(Document::root),
            incoming: Some(roots.0),
            carrier: Some(roots.1),
        });
        self.comments(triple, &mut plan);
        self.carry_out(triple, plan, steps);
    }

    /// Whether the comments and processing instructions of an element are not the same everywhere.
    pub(in crate::merge) fn remarks_differ(&self, triple: Sides<NodeId>) -> bool {
        fn written(document: &Document, element: NodeId) -> impl Iterator<Item = &str> {
            let remarks = document.children(element);
            remarks
                .filter(|node| is_remark(document, *node))
                .map(|node| document.slice(document.span(node)))
        }
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let theirs = || written(incoming, triple.incoming);
        let base = self.inputs.base.zip(triple.base);
        !self.upgrade()
            && (theirs().ne(written(carrier, triple.carrier))
                || base.is_some_and(|(document, element)| theirs().ne(written(document, element))))
    }

    /// Adds the comments of one pair of parents to the plan.
    pub(in crate::merge) fn comments(&self, triple: Sides<NodeId>, plan: &mut Plan) {
        let incoming = remarks(self.inputs.incoming, triple.incoming);
        let carrier = remarks(self.inputs.carrier, triple.carrier);
        let (theirs, ours) = (self.inputs.incoming, self.inputs.carrier);
        let mut both = incoming.iter().zip(&carrier);
        if incoming.len() == carrier.len()
            && both.all(|(one, other)| {
                theirs.slice(theirs.span(*one)) == ours.slice(ours.span(*other))
            })
        {
            plan.stays.extend(incoming.into_iter().zip(carrier));
            return;
        }
        let is_comment = |node: &NodeId| ours.kind(*node) == NodeKind::Comment;
        if incoming.is_empty() && self.upgrade() && carrier.iter().all(is_comment) {
            return;
        }
        let incoming = by_text(self.inputs.incoming, incoming);
        let carrier = by_text(self.inputs.carrier, carrier);
        let base = match self.inputs.base.zip(triple.base) {
            Some((document, element)) => by_text(document, remarks(document, element)),
            None => FxHashMap::default(),
        };
        let below = next_elements(self.inputs.incoming, triple.incoming);
        let places = LazyCell::new(|| self.places(triple, plan));
        let (mut inserted, mut removed, mut stays) = (Vec::new(), Vec::new(), Vec::new());
        let texts: FxHashSet<&Text> = incoming.keys().chain(carrier.keys()).collect();
        for text in texts {
            let copies = |side: &'_ FxHashMap<Text<'_>, Vec<NodeId>>| {
                side.get(text).cloned().unwrap_or_default()
            };
            let sides = [copies(&base), copies(&incoming), copies(&carrier)];
            let [in_base, theirs, ours] = sides.each_ref().map(Vec::len);
            let copies = if in_base.max(theirs).max(ours) > 1 {
                Copies::of(&places, sides)
            } else {
                let [_, theirs, ours] = sides;
                Copies { theirs, ours }
            };
            // What describes a dropped setting would seem to describe the next one.
            let is_relevant = |node: &NodeId| {
                !below
                    .get(node)
                    .is_some_and(|element| plan.dropped.contains(element))
            };
            // In an upgrade without a base, only a comment above an added element is known to
            // be the administrator's.
            let known = |node: &NodeId| {
                !self.upgrade()
                    || triple.base.is_some()
                    || below
                        .get(node)
                        .is_some_and(|element| plan.insert.contains(element))
            };
            let relevant: Vec<NodeId> = (copies.theirs.iter().copied())
                .filter(is_relevant)
                .collect();
            let added = theirs.saturating_sub(in_base);
            let missing = relevant.len().saturating_sub(ours);
            let to_insert = added.min(missing);
            // What the carrier removed, too, is not removed twice.
            let describes = matches!(text, Text::Comment(_));
            let to_remove = if self.upgrade() && describes {
                0
            } else {
                in_base.min(ours).saturating_sub(theirs)
            };
            inserted.extend(relevant.iter().copied().take(to_insert).filter(known));
            removed.extend(copies.ours.iter().copied().take(to_remove));
            // Those that are alike stand last in both.
            let same = copies.theirs.iter().rev().zip(copies.ours.iter().rev());
            stays.extend(same.map(|(theirs, ours)| (*theirs, *ours)));
        }
        drop(places);
        plan.stays.extend(stays);
        plan.insert.extend(inserted);
        plan.remove.extend(removed);
    }

    /// For each comment directly below the three parents, the element that it stands above.
    fn places(&self, triple: Sides<NodeId>, plan: &Plan) -> [FxHashMap<NodeId, usize>; 3] {
        let base = self.inputs.base.zip(triple.base);
        let sides = [
            base,
            Some((self.inputs.incoming, triple.incoming)),
            Some((self.inputs.carrier, triple.carrier)),
        ];
        let picks: [fn(&Match) -> Option<NodeId>; 3] = [
            |found| found.base,
            |found| found.incoming,
            |found| found.carrier,
        ];
        [0, 1, 2].map(|side| {
            let Some((document, parent)) = sides[side] else {
                return FxHashMap::default();
            };
            let matches = plan.matches.iter().enumerate();
            let at: FxHashMap<NodeId, usize> = matches
                .filter_map(|(at, found)| Some((picks[side](found)?, at)))
                .collect();
            let below = next_elements(document, parent);
            (below.into_iter())
                .filter_map(|(node, element)| Some((node, *at.get(&element)?)))
                .collect()
        })
    }
}

/// The copies of one comment on both sides. Those that stand above the same element come last, in
/// the same order from the end; before them those that one side alone has: first what it added
/// (`theirs`), first what the base has, too, and the other side removed (`ours`).
struct Copies {
    theirs: Vec<NodeId>,
    ours: Vec<NodeId>,
}

impl Copies {
    fn of(places: &[FxHashMap<NodeId, usize>; 3], sides: [Vec<NodeId>; 3]) -> Self {
        // Above which element, and which copy of those it is.
        let labels = [0, 1, 2].map(|side| {
            let mut counts: FxHashMap<Option<usize>, usize> = FxHashMap::default();
            let label = |node: &NodeId| {
                let above = places[side].get(node).copied();
                let count = counts.entry(above).or_default();
                *count += 1;
                (above, *count)
            };
            sides[side].iter().map(label).collect::<Vec<_>>()
        });
        let known = labels
            .each_ref()
            .map(|labels| labels.iter().copied().collect::<FxHashSet<_>>());
        let sorted = |side: usize, other: usize, in_base_first: bool| {
            let mut copies: Vec<_> = sides[side].iter().zip(&labels[side]).rev().collect();
            copies.sort_by_key(|(_, label)| {
                let is_alike = known[other].contains(label);
                let in_base = known[0].contains(label) != in_base_first;
                (is_alike, (is_alike).then_some(**label), in_base)
            });
            copies.into_iter().map(|(node, _)| *node).collect()
        };
        Self {
            theirs: sorted(1, 2, false),
            ours: sorted(2, 1, true),
        }
    }
}

/// For each comment directly below `parent`, the next element.
fn next_elements(document: &Document, parent: NodeId) -> FxHashMap<NodeId, NodeId> {
    let mut next = None;
    let mut below = FxHashMap::default();
    let mut at = document.last_child(parent);
    while let Some(node) = at {
        match document.kind(node) {
            NodeKind::Element => next = Some(node),
            NodeKind::Comment => below.extend(next.map(|element| (node, element))),
            _ => {}
        }
        at = document.previous_sibling(node);
    }
    below
}

/// The comments and processing instructions directly below `parent`.
fn remarks(document: &Document, parent: NodeId) -> Vec<NodeId> {
    document
        .children(parent)
        .filter(|node| is_remark(document, *node))
        .collect()
}

/// Comments and processing instructions by their text.
fn by_text(document: &Document, remarks: Vec<NodeId>) -> FxHashMap<Text<'_>, Vec<NodeId>> {
    let mut found: FxHashMap<Text<'_>, Vec<NodeId>> = FxHashMap::default();
    for node in remarks {
        let text = match document.kind(node) {
            NodeKind::Comment => Text::Comment(match document.text_of(node) {
                Cow::Borrowed(text) => text_value(text),
                Cow::Owned(text) => text_value(&text).into_owned().into(),
            }),
            _ => Text::Instruction(document.slice(document.span(node))),
        };
        found.entry(text).or_default().push(node);
    }
    found
}

/// Whether the second element holds comments or processing instructions, at whatever depth, that
/// the first one does not.
pub(in crate::merge) fn adds_remarks(
    before: (&Document, NodeId),
    after: (&Document, NodeId),
) -> bool {
    let [before, after] = [before, after].map(|(document, element)| {
        let inside = document.subtree(element);
        let remarks = inside.filter(|node| is_remark(document, *node));
        by_text(document, remarks.collect())
    });
    (after.iter()).any(|(text, nodes)| before.get(text).map_or(0, Vec::len) < nodes.len())
}

fn is_remark(document: &Document, node: NodeId) -> bool {
    matches!(document.kind(node), NodeKind::Comment | NodeKind::Pi)
}

/// What a comment or a processing instruction says.
#[derive(Eq)]
enum Text<'d> {
    /// References resolved: a character that the file cannot encode stands in it as one.
    Comment(Cow<'d, str>),
    Instruction(&'d str),
}

impl Text<'_> {
    /// A comment without its layout: every run of white space counts as one space.
    fn words(&self) -> impl Iterator<Item = &str> {
        let (comment, instruction) = match self {
            Self::Comment(text) => (Some(&**text), None),
            Self::Instruction(text) => (None, Some(*text)),
        };
        (comment.into_iter().flat_map(str::split_ascii_whitespace)).chain(instruction)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.words().eq(other.words())
    }
}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words().for_each(|word| word.hash(state));
    }
}
