//! Rules that repeat a change at the next upgrade: a pack of `[[merge]]` rows.
//!
//! A value that changed is set. What only one of the two files has is taken from the administrator's file,
//! which has the change, whatever the new version says there. Promises no secret in the pack, unless it is
//! asked for: such a value is taken from the administrator's file, too.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::config::addresses::Addresses;
use crate::diff::{Change, Kind, Place};
use crate::matching::digest::has_significant_text;
use crate::pack::Rules;
use crate::pack::rules::ComponentId;
use crate::present::merge::rules::{comment, id_for, quoted};
use crate::present::redact::Redactor;
use crate::xml::address::Leaf;
use crate::xml::selector::Selector;

/// What changed in one file.
pub struct Repeated<'a, 'c> {
    /// The file that has the change, as it was given.
    pub file: String,
    /// Id of the component whose configuration it is.
    pub component: Option<ComponentId>,
    /// The changes.
    pub changes: &'a [Change<'c>],
    /// For each, whether it is shown.
    pub shows: &'a [bool],
}

/// The rules, and what they do not say.
#[derive(Debug, Default)]
pub struct RepeatingPack {
    /// The pack.
    pub text: String,
    /// How many rules it has.
    pub rules: usize,
    /// How many of them take a secret from the administrator's file, since it is not written into the pack.
    pub secrets: usize,
    /// How many changes no rule can repeat.
    pub left_out: usize,
}

/// A pack that repeats the changes.
#[must_use]
pub fn repeating_pack(
    files: &[Repeated<'_, '_>],
    rules: &Rules,
    show_secrets: bool,
) -> RepeatingPack {
    let mut writing = Writing {
        rules,
        redactor: Redactor::new(&rules.secrets, show_secrets),
        addresses: Addresses::default(),
        known: BTreeSet::new(),
        pack: RepeatingPack::default(),
    };
    let text = &mut writing.pack.text;
    text.push_str(&comment(
        "Rules that repeat the changes that `conferry diff` found in",
    ));
    for file in files {
        text.push_str(&comment(&format!("  {}", file.file)));
    }
    text.push_str(&comment(
        "Give them to `conferry merge` as --rules; --old is the file that has the changes.",
    ));
    let mut read = BTreeSet::new();
    for place in files
        .iter()
        .flat_map(|file| file.changes)
        .flat_map(|change| change.before.iter().chain(&change.after))
    {
        if read.insert(place.document.text().as_ptr() as usize) {
            writing.redactor.learn(&rules.identities, place.document);
        }
    }
    let without_component = files.iter().filter(|file| file.component.is_none());
    let is_clear = files.len() == 1 || without_component.count() == 0;
    for file in files {
        for (change, shown) in file.changes.iter().zip(file.shows) {
            if *shown {
                writing.change(file, change, is_clear);
            }
        }
    }
    writing.pack
}

struct Writing<'r> {
    rules: &'r Rules,
    redactor: Redactor<'r>,
    addresses: Addresses,
    /// What there is a row for.
    known: BTreeSet<(Option<ComponentId>, String)>,
    pack: RepeatingPack,
}

impl Writing<'_> {
    fn change(&mut self, file: &Repeated<'_, '_>, change: &Change<'_>, is_clear: bool) {
        if !is_clear && file.component.is_none() {
            return self.left_out(change, "of several files, this one belongs to no component");
        }
        let element = |place: &Option<Place<'_>>| {
            place
                .as_ref()
                .is_some_and(|place| place.document.is_element(place.element))
        };
        let is_value = change.place().leaf != Leaf::Element;
        let is_name = matches!(change.kind, Kind::Changed) && !self.has_one_path(change);
        if is_name {
            return self.left_out(change, "what identifies the element changed");
        }
        if let Some(file) = change.place().file {
            let why = format!("it is in the file {file}, which a merge copies as it is");
            return self.left_out(change, &why);
        }
        if is_within_text(change.place()) {
            return self.left_out(change, "text is around it");
        }
        let sides: &[&Option<Place<'_>>] = match change.kind {
            Kind::Added | Kind::Changed | Kind::Uncommented => &[&change.after],
            Kind::Removed | Kind::CommentedOut => &[&change.before],
            Kind::Renamed(_) | Kind::Moved => &[&change.before, &change.after],
            Kind::Reordered(_) => {
                return self.left_out(change, "no rule says an order");
            }
            Kind::MovedOut(_) | Kind::MovedIn(_) => {
                return self.left_out(change, "no rule moves entries to another file");
            }
        };
        for place in sides.iter().filter(|place| element(place)) {
            let Some(place) = place else { continue };
            let new = match change.kind {
                Kind::Added | Kind::Changed if is_value && !is_encrypted(place) => place.value(),
                _ => None,
            };
            self.row(file, change, place, new);
        }
    }

    /// Whether both files have what changed under one path.
    fn has_one_path(&self, change: &Change<'_>) -> bool {
        let path = |place: &Place<'_>| {
            let table = &self.rules.identities;
            let leaf = place.leaf.clone();
            let address = self
                .addresses
                .address(table, place.document, place.element, leaf);
            address.to_string()
        };
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => path(before) == path(after),
            _ => true,
        }
    }

    fn row(
        &mut self,
        file: &Repeated<'_, '_>,
        change: &Change<'_>,
        place: &Place<'_>,
        new: Option<String>,
    ) {
        let rules = self.rules;
        let (document, element) = (place.document, place.element);
        let leaf = place.leaf.clone();
        let address = self
            .addresses
            .address(&rules.identities, document, element, leaf);
        let path = address.to_string();
        if self.redactor.address(&address) != path {
            return self.left_out(change, "its path holds a secret");
        }
        let is_one = address.steps.iter().all(|step| step.position.is_none());
        if !is_one || Selector::parse(&path).is_err() {
            return self.left_out(change, "nothing tells it from others of its kind");
        }
        // A file that a section points at is merged by the same rules and is no component's.
        let component = file.component.clone().filter(|_| place.file.is_none());
        if !self.known.insert((component.clone(), path.clone())) {
            return;
        }
        let is_secret = rules
            .secrets
            .is_secret(&rules.identities, document, element, &place.leaf);
        let mut action = format!("action = {}", quoted("take-old"));
        if let Some(value) = new {
            match self.redactor.value(&value, is_secret) == value {
                true => action = format!("action = \"set\"\nvalue = {}", quoted(&value)),
                false => self.pack.secrets += 1,
            }
        }
        let id = id_for(&path, component.as_ref());
        let id = id.to_string().replacen("settle", "repeat", 1);
        let heading = comment(&self.told(change));
        let pack = &mut self.pack;
        pack.rules += 1;
        let _ = write!(pack.text, "\n{heading}[[merge]]\nid = {}\n", quoted(&id));
        if let Some(component) = component {
            let _ = writeln!(pack.text, "component = {}", quoted(component.as_str()));
        }
        let _ = writeln!(pack.text, "path = {}\n{action}", quoted(&path));
    }

    fn left_out(&mut self, change: &Change<'_>, why: &str) {
        let place = change.place();
        let element = match place.document.is_element(place.element) {
            true => place.element,
            false => place.document.root(),
        };
        let leaf = place.leaf.clone();
        let table = &self.rules.identities;
        let address = self.addresses.address(table, place.document, element, leaf);
        let told = format!("{}: {}", self.redactor.address(&address), self.told(change));
        self.pack.left_out += 1;
        let text = &mut self.pack.text;
        text.push('\n');
        text.push_str(&comment(&format!("Not repeated, since {why}: {told}")));
    }

    /// What happened, secrets masked.
    fn told(&mut self, change: &Change<'_>) -> String {
        let rules = self.rules;
        let mut side = |place: &Option<Place<'_>>| {
            let place = place.as_ref()?;
            let (document, element) = (place.document, place.element);
            let secret = document.is_element(element)
                && rules
                    .secrets
                    .is_secret(&rules.identities, document, element, &place.leaf);
            let value = place.value()?;
            Some(format!("`{}`", self.redactor.value(&value, secret)))
        };
        match (&change.kind, side(&change.before), side(&change.after)) {
            (Kind::Changed, Some(before), Some(after)) => {
                format!("changed from {before} to {after}")
            }
            (Kind::Added, _, Some(after)) => format!("added: {after}"),
            (Kind::Removed, Some(before), _) => format!("removed: {before}"),
            _ => change.name().to_owned(),
        }
    }
}

/// Whether it is part of a section that is encrypted, which a merge takes whole.
fn is_encrypted(place: &Place<'_>) -> bool {
    let document = place.document;
    let mut above = std::iter::successors(Some(place.element), |node| document.parent(*node));
    above.any(|node| {
        document.is_element(node)
            && (document.local_name(node) == "EncryptedData"
                || document
                    .attribute(node, "configProtectionProvider")
                    .is_some())
    })
}

/// Whether text and elements are mixed around it, which a merge takes whole.
fn is_within_text(place: &Place<'_>) -> bool {
    let document = place.document;
    let mut above = std::iter::successors(Some(place.element), |node| document.parent(*node));
    above.any(|node| {
        document.is_element(node)
            && document.has_child_elements(node)
            && has_significant_text(document, node)
    })
}
