//! A configuration with the files that it points at, as .NET reads them in the end.

use crate::config::protected::protected_sections;
use crate::config::sidecars::{Sidecar, sidecars};
use crate::diff::configuration;
use crate::diff::effective::{Layer, Reading, diff_effective};
use crate::diff::{Change, Configuration, Difference, diff};
use crate::pack::Rules;
use crate::xml::{Document, NodeId};

/// A configuration and the files that it points at.
pub struct Loaded {
    document: Document,
    sidecars: Vec<(NodeId, String, Document)>,
    unreadable: Vec<String>,
    /// What of it cannot be compared, in words.
    pub missing: Vec<String>,
}

impl Loaded {
    /// `beside` finds the files that it points at.
    #[must_use]
    pub fn of(document: Document, beside: &dyn Fn(&Sidecar) -> Option<Vec<u8>>) -> Self {
        let mut loaded = Self {
            sidecars: Vec::new(),
            unreadable: Vec::new(),
            missing: Vec::new(),
            document,
        };
        for sidecar in sidecars(&loaded.document) {
            let path = sidecar.path.clone();
            match beside(&sidecar).map(|bytes| Document::from_bytes(&bytes)) {
                Some(Ok(document)) => loaded.sidecars.push((sidecar.section, path, document)),
                Some(Err(_)) => {
                    loaded
                        .missing
                        .push(format!("the file {path} cannot be understood"));
                    loaded.unreadable.push(path);
                }
                None => loaded
                    .missing
                    .push(format!("the file {path} was not found")),
            }
        }
        loaded
    }

    /// The paths of its encrypted sections, and of those in the files that it points at.
    #[must_use]
    pub fn encrypted(&self) -> Vec<String> {
        let all = std::iter::once(&self.document);
        let all = all.chain(self.sidecars.iter().map(|(_, _, document)| document));
        let sections = all.flat_map(protected_sections);
        sections.map(|section| section.path).collect()
    }

    fn attached(&self) -> impl Iterator<Item = configuration::Sidecar<'_>> {
        (self.sidecars.iter()).map(|(section, path, document)| configuration::Sidecar {
            section: *section,
            path,
            document,
        })
    }

    fn reading<'l>(&'l self, rules: &Rules) -> Option<Reading<'l>> {
        let layer = Layer {
            document: &self.document,
            file: None,
            sidecars: self.attached().collect(),
            unreadable: self.unreadable.iter().map(String::as_str).collect(),
        };
        Reading::of(&[layer], rules)?.ok()
    }
}

/// Lets `look` see what differs between two configurations: as .NET reads them, or as they are written
/// where it reads them in another way. Sections of `apart` are left out. `None`: they are about different
/// things.
pub fn compare<T>(
    [before, after]: [&Loaded; 2],
    rules: &Rules,
    apart: &[String],
    look: impl FnOnce(&Difference<'_>) -> T,
) -> Option<T> {
    let readings = [before, after].map(|side| side.reading(rules));
    if let [Some(one), Some(other)] = &readings {
        let mut found = diff_effective([one, other], rules).ok()?;
        found.changes.retain(|change| !is_in(change, apart));
        return Some(look(&found));
    }
    let sides = [before, after].map(|side| Configuration::new(&side.document, side.attached()));
    let mut found = diff(&sides[0], &sides[1], rules).ok()?;
    found.changes.retain(|change| !is_in(change, apart));
    Some(look(&found))
}

/// Whether a change is in one of these sections.
fn is_in(change: &Change<'_>, sections: &[String]) -> bool {
    let place = change.place();
    let document = place.document;
    let mut names: Vec<&str> =
        std::iter::successors(Some(place.element), |node| document.parent(*node))
            .filter(|node| document.is_element(*node) && *node != document.root())
            .map(|node| document.local_name(node))
            .filter(|name| *name != "location")
            .collect();
    names.reverse();
    let path = names.join("/");
    sections.iter().any(|section| {
        path.strip_prefix(section.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
