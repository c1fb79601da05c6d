//! What else a row says: a name that changed, what is known about the change, an order.

use super::{Neighbours, Part, Reporter};
use crate::diff::{Change, Confirmation, Kind, Place};
use crate::matching::keys::is_identity_attribute;
use crate::xml::address::Leaf;

impl Reporter<'_> {
    /// What of a name is different.
    pub(super) fn names(&mut self, change: &Change<'_>) -> Vec<Part> {
        let (Kind::Renamed(_), Some(before), Some(after)) =
            (&change.kind, &change.before, &change.after)
        else {
            return Vec::new();
        };
        let table = &self.rules.identities;
        let (one, other) = (before.document, after.document);
        let mut names = Vec::new();
        if one.name(before.element) != other.name(after.element) {
            names.push(Part {
                name: "name".to_owned(),
                before: Some(one.name(before.element).to_owned()),
                after: Some(other.name(after.element).to_owned()),
            });
        }
        for attribute in one.attributes(before.element) {
            let name = one.slice(attribute.name);
            let values = [
                one.value(before.element, name),
                other.value(after.element, name),
            ];
            let is_name = is_identity_attribute(table, one, before.element, name)
                && is_identity_attribute(table, other, after.element, name);
            if is_name && values[0] != values[1] {
                let leaf = Leaf::Attribute(name.to_owned());
                let secret = self.is_secret(&Place {
                    leaf,
                    ..after.clone()
                });
                let [before, after] =
                    values.map(|value| value.map(|value| self.redactor.value(&value, secret)));
                names.push(Part {
                    name: format!("@{name}"),
                    before,
                    after,
                });
            }
        }
        names
    }

    pub(super) fn note(&mut self, change: &Change<'_>) -> Option<String> {
        let file = |place: &Option<Place<'_>>| {
            let place = place.as_ref()?;
            let pointer = ["configSource", "file"]
                .into_iter()
                .find_map(|name| place.document.value(place.element, name))?;
            Some(pointer.into_owned())
        };
        Some(match &change.kind {
            Kind::Renamed(Confirmation::SameContent) => {
                "everything else in it is the same, and nothing else has this content".to_owned()
            }
            Kind::Renamed(Confirmation::SimilarContent { same, of }) => {
                format!("{same} of {of} elements in it are the same")
            }
            Kind::Renamed(Confirmation::Rule(rule)) => format!("rule {rule} says so"),
            Kind::MovedOut(count) => {
                format!("{} moved to {}", entries(*count), file(&change.after)?)
            }
            Kind::MovedIn(count) => format!(
                "{} moved here from {}",
                entries(*count),
                file(&change.before)?
            ),
            _ => return None,
        })
    }

    pub(super) fn order(&mut self, kind: &Kind<'_>) -> Vec<Neighbours> {
        let Kind::Reordered(moved) = kind else {
            return Vec::new();
        };
        let mut shown = |place: &Place<'_>| {
            let address = self.address(place);
            self.redactor.address(&address)
        };
        moved
            .iter()
            .map(|one| Neighbours {
                child: shown(&one.child),
                behind: one.behind.as_ref().map(&mut shown),
                was_behind: one.was_behind.as_ref().map(&mut shown),
            })
            .collect()
    }
}

fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        _ => format!("{count} entries"),
    }
}
