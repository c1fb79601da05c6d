//! Pairs elements of two configurations from the root down, and says what is different in each pair.

use super::change::{Change, Kind, Place, Reordered, text_of};
use super::configuration::{At, Configuration};
use super::{Difference, form, renamed, sidecars};
use crate::config::identity::IdentityTable;
use crate::matching::keys::is_identity_attribute;
use crate::matching::pair_children;
use crate::pack::Rules;
use crate::xml::NodeId;
use crate::xml::address::Leaf;

/// All changes, but for what a look at the whole files joins.
pub(super) fn walk<'c>(
    before: &'c Configuration<'c>,
    after: &'c Configuration<'c>,
    rules: &Rules,
) -> Difference<'c> {
    let mut walk = Walk {
        files: [before, after],
        table: &rules.identities,
        rules,
        found: Difference::default(),
        waiting: Vec::new(),
    };
    walk.waiting.push(Step::Pair(before.root(), after.root()));
    while let Some(step) = walk.waiting.pop() {
        match step {
            Step::Pair(one, other) => walk.pair(one, other, Names::Compared),
            Step::Renamed(one, other) => walk.pair(one, other, Names::Said),
            Step::Say(change) => walk.found.changes.push(*change),
        }
    }
    walk.found
}

pub(super) struct Walk<'c, 'r> {
    pub(super) files: [&'c Configuration<'c>; 2],
    pub(super) table: &'r IdentityTable,
    pub(super) rules: &'r Rules,
    pub(super) found: Difference<'c>,
    /// What is left to do, last first; configurations nest deeper than a stack allows.
    waiting: Vec<Step<'c>>,
}

/// What is to be done, in the order of the first file.
pub(super) enum Step<'c> {
    Pair(At<'c>, At<'c>),
    /// A pair of which it was said that it has another name.
    Renamed(At<'c>, At<'c>),
    Say(Box<Change<'c>>),
}

/// What is done about attributes that identify an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Compared,
    /// They are part of a change that was told.
    Said,
}

impl<'c> Walk<'c, '_> {
    fn pair(&mut self, one: At<'c>, other: At<'c>, names: Names) {
        let (left, right) = (one.side.document, other.side.document);
        let points = |at: At<'c>, files: &'c Configuration<'c>| files.sidecar_of(at);
        let beside = [points(one, self.files[0]), points(other, self.files[1])];
        let is_same = one
            .side
            .same_but_for_layout(one.node, other.side, other.node);
        let points_below = [one, other]
            .into_iter()
            .zip(self.files)
            .any(|(at, files)| files.points_below(at));
        if is_same && !points_below {
            self.found.counted.formatting += form::differences(one, other);
            return;
        }
        let changed = self.attributes(one, other, names) + self.text(one, other);
        if changed == 0 && names == Names::Compared && !form::same_tag(one, other) {
            self.found.counted.formatting += 1;
        }
        let has_children =
            left.has_child_elements(one.node) || right.has_child_elements(other.node);
        if has_children || beside.iter().any(Option::is_some) {
            self.children(one, other, beside);
        }
    }

    /// Compares attributes; how many differ.
    fn attributes(&mut self, one: At<'c>, other: At<'c>, names_are: Names) -> usize {
        let (left, right) = (one.side.document, other.side.document);
        let before = self.found.changes.len();
        let identifies = |at: At<'c>, name: &str| {
            is_identity_attribute(self.table, at.side.document, at.node, name)
        };
        let skipped = |name: &str| {
            if names_are == Names::Said && identifies(one, name) && identifies(other, name) {
                return true;
            }
            // Said as entries that moved to another file.
            sidecars::is_pointer(left, one.node, name) && self.points(one, other)
        };
        let mut names: Vec<&str> = Vec::new();
        let of_left = left.attributes(one.node).iter();
        names.extend(of_left.map(|attribute| left.slice(attribute.name)));
        let known = names.len();
        for attribute in right.attributes(other.node) {
            let name = right.slice(attribute.name);
            if !names[..known].contains(&name) {
                names.push(name);
            }
        }
        let mut changes = Vec::new();
        for name in names {
            let values = [left.value(one.node, name), right.value(other.node, name)];
            if values[0] == values[1] || skipped(name) {
                continue;
            }
            let place = |at: At<'c>, is_there: bool| {
                is_there.then(|| at.place(Leaf::Attribute(name.to_owned())))
            };
            changes.push(Change::between(
                place(one, values[0].is_some()),
                place(other, values[1].is_some()),
            ));
        }
        self.found.changes.extend(changes);
        self.found.changes.len() - before
    }

    /// Whether one of the two points at a file that was read.
    fn points(&self, one: At<'c>, other: At<'c>) -> bool {
        self.files[0].sidecar_of(one).is_some() != self.files[1].sidecar_of(other).is_some()
    }

    /// Compares the text that counts; how much of it differs.
    fn text(&mut self, one: At<'c>, other: At<'c>) -> usize {
        let texts = [one, other].map(|at| text_of(at.side.document, at.node));
        if texts[0] == texts[1] {
            return 0;
        }
        let place = |at: At<'c>, text: &str| (!text.is_empty()).then(|| at.place(Leaf::Text));
        self.found.changes.push(Change::between(
            place(one, &texts[0]),
            place(other, &texts[1]),
        ));
        1
    }

    fn children(&mut self, one: At<'c>, other: At<'c>, beside: [Option<At<'c>>; 2]) {
        let pairs = pair_children(self.table, (one.side, one.node), (other.side, other.node));
        let mut steps: Vec<Step<'c>> = Vec::new();
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        let mut both = Vec::new();
        for pair in pairs {
            match (pair.incoming, pair.carrier) {
                (Some(left), Some(right)) => both.push((left, right)),
                (Some(left), None) => removed.push(one.at(left)),
                (None, Some(right)) => added.push(other.at(right)),
                (None, None) => {}
            }
        }
        self.order(one, other, &both);
        sidecars::compare(
            self,
            one,
            other,
            beside,
            (&mut removed, &mut added),
            &mut steps,
        );
        let renamed = renamed::join(self, &mut removed, &mut added);
        steps.extend(
            both.into_iter()
                .map(|(left, right)| Step::Pair(one.at(left), other.at(right))),
        );
        for found in renamed {
            steps.push(Step::Say(Box::new(found.change)));
            steps.push(Step::Renamed(found.pair.0, found.pair.1));
        }
        let say = |kind: Kind<'c>, before: Option<At<'c>>, after: Option<At<'c>>| {
            let place = |at: At<'c>| at.place(Leaf::Element);
            Step::Say(Box::new(Change {
                kind,
                before: before.map(place),
                after: after.map(place),
            }))
        };
        steps.extend(
            removed
                .into_iter()
                .map(|at| say(Kind::Removed, Some(at), None)),
        );
        steps.extend(added.into_iter().map(|at| say(Kind::Added, None, Some(at))));
        // In the order of the files, of the first where both have it.
        steps.sort_by_key(Step::order);
        self.waiting.extend(steps.into_iter().rev());
    }

    /// What has another place among the pairs.
    fn order(&mut self, one: At<'c>, other: At<'c>, pairs: &[(NodeId, NodeId)]) {
        if pairs.is_sorted_by_key(|(_, right)| *right) {
            return;
        }
        let stays = longest_rising(pairs.iter().map(|(_, right)| *right));
        let moved: Vec<usize> = (0..pairs.len()).filter(|at| !stays[*at]).collect();
        let document = other.side.document;
        let is_directive =
            |at: &usize| matches!(document.local_name(pairs[*at].1), "clear" | "remove");
        if !self.table.is_ordered(document, other.node) && !moved.iter().any(is_directive) {
            self.found.counted.order += 1;
            return;
        }
        let mut in_second: Vec<NodeId> = pairs.iter().map(|(_, right)| *right).collect();
        in_second.sort_unstable();
        let reordered = moved.into_iter().map(|at| {
            let (_, right) = pairs[at];
            let its = in_second.partition_point(|node| *node < right);
            let before = |at: usize| at.checked_sub(1);
            Reordered {
                child: other.at(right).place(Leaf::Element),
                behind: before(its).map(|at| other.at(in_second[at]).place(Leaf::Element)),
                was_behind: before(at).map(|at| one.at(pairs[at].0).place(Leaf::Element)),
            }
        });
        self.found.changes.push(Change {
            kind: Kind::Reordered(reordered.collect()),
            before: Some(one.place(Leaf::Element)),
            after: Some(other.place(Leaf::Element)),
        });
    }
}

impl Step<'_> {
    /// Whether only the second file has it, and where.
    fn order(&self) -> (bool, NodeId) {
        let place = |before: Option<NodeId>, after: Option<NodeId>| match (before, after) {
            (Some(node), _) => (false, node),
            (None, node) => (true, node.unwrap_or(NodeId::DOCUMENT)),
        };
        match self {
            Self::Pair(one, other) | Self::Renamed(one, other) => {
                place(Some(one.node), Some(other.node))
            }
            Self::Say(change) => {
                let node = |place: &Option<Place<'_>>| place.as_ref().map(|place| place.element);
                place(node(&change.before), node(&change.after))
            }
        }
    }
}

impl<'c> At<'c> {
    /// Another element of the same file.
    pub(super) fn at(self, node: NodeId) -> Self {
        Self { node, ..self }
    }

    pub(super) fn place(self, leaf: Leaf) -> Place<'c> {
        Place {
            document: self.side.document,
            file: self.file,
            element: self.node,
            leaf,
        }
    }
}

impl<'c> Change<'c> {
    /// A value that is here, there, or here and there.
    pub(super) fn between(before: Option<Place<'c>>, after: Option<Place<'c>>) -> Self {
        let kind = match (&before, &after) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        Self {
            kind,
            before,
            after,
        }
    }
}

/// Of a sequence, whether each is part of the longest part that rises.
fn longest_rising(items: impl Iterator<Item = NodeId>) -> Vec<bool> {
    let items: Vec<NodeId> = items.collect();
    // The last item of the best part of each length, and what came before each item.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let length = ends.partition_point(|end| items[*end] < *item);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut stays = vec![false; items.len()];
    let mut at = ends.last().copied();
    while let Some(item) = at {
        stays[item] = true;
        at = before[item];
    }
    stays
}
