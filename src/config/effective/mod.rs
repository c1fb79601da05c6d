//! What .NET reads of a configuration in the end.
//!
//! The inputs are documents and a way to look up what stands beside them: a file comes last, the
//! files above it, which it inherits, come first. The result is a list of sections with the entries
//! that are in effect, each with the place that it comes from.
//!
//! Applied as .NET does it: `configSource` is the whole section, `file=` comes behind what stands
//! inline, `remove` and `clear` take out what is before them, and of two entries with one key the
//! identity table says which one counts or that .NET refuses them. A `location` for the folder of the
//! file itself counts as the file does; one for another path is a section of its own. What a parent
//! puts into a `location` with `inheritInChildApplications="false"`, or for some path, is not inherited.
//!
//! Not applied: `allowOverride`, `lockItem` and their kin, and what machine.config brings.
//!
//! Sources: .NET documentation, "appSettings element", "General attributes inherited by section
//! elements", "location element"; held to .NET's own reader in `tests/it/effective.rs`.

mod entries;

use std::borrow::Cow;
use std::ops::Deref;

use crate::config::identity::IdentityTable;
use crate::config::sidecars::{Sidecar, sidecars};
use crate::config::structure::Meaning;
use crate::config::structure::sections::{Sections, join};
use crate::xml::fold::folded;
use crate::xml::{Document, NodeId};
use entries::Entries;
pub use entries::Read;

/// What stands beside a file under a path.
#[derive(Debug)]
pub enum Beside<'d> {
    /// A document; the number is the caller's own, and comes back in [`File::label`].
    Document(Cow<'d, Document>, Option<usize>),
    /// Nothing.
    Missing,
    /// What cannot be read, or is not looked at: a path that leads out of the folder.
    Unknown,
}

/// A file of the chain, with what stands beside it.
pub struct Layer<'d> {
    /// The document.
    pub document: &'d Document,
    /// The caller's own number of it.
    pub label: Option<usize>,
    /// Finds a file that it points at.
    pub beside: &'d dyn Fn(&Sidecar) -> Beside<'d>,
}

/// A file that had a part in it.
#[derive(Debug)]
pub struct File<'d> {
    /// The document.
    pub document: Cow<'d, Document>,
    /// The caller's own number of it.
    pub label: Option<usize>,
    /// Whether another file points at it.
    pub is_sidecar: bool,
}

/// An element of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Position in [`Effective::files`].
    pub file: usize,
    /// The element.
    pub element: NodeId,
}

/// An entry that is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it comes from.
    pub origin: Origin,
    /// Entries of its key before it, which are not in effect.
    pub replaced: Vec<Origin>,
}

/// How much of a section is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Something is encrypted, or in a file that cannot be read.
    Part,
    /// A file that it must have is not there, so .NET refuses the section.
    Missing,
}

/// A section as .NET reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `appSettings`, `applicationSettings/Shop.Properties.Settings`.
    pub path: String,
    /// The path of the `location` that it is for; `None` for the folder of the file.
    pub location: Option<String>,
    /// The elements that it consists of, in the order in which .NET reads them: sections inline,
    /// in files above, and roots of sidecars.
    pub parts: Vec<Origin>,
    /// How much of it is known.
    pub extent: Extent,
    /// The entries in effect, in the order of the files.
    pub entries: Vec<Entry>,
    /// Pairs of entries with one key, which .NET refuses: the first and the later one.
    pub refused: Vec<(Origin, Origin)>,
    /// Elements that take out an entry which no file that was read has: a file above may have it.
    pub idle: Vec<Origin>,
}

/// What .NET reads.
#[derive(Debug)]
pub struct Effective<'d> {
    /// The files: those of the chain in their order, each with its sidecars behind it.
    pub files: Vec<File<'d>>,
    /// The sections, in the order in which they are first seen.
    pub sections: Vec<Section>,
}

impl<'d> Effective<'d> {
    /// What .NET reads of the last one of `chain`, which inherits from those before it. `wants` says
    /// which sections matter, by path.
    #[must_use]
    pub fn of(chain: &[Layer<'d>], meaning: Meaning<'_>, wants: &dyn Fn(&str) -> bool) -> Self {
        let mut building = Building {
            meaning,
            wants,
            found: Self {
                files: Vec::new(),
                sections: Vec::new(),
            },
            entries: Vec::new(),
        };
        for (at, layer) in chain.iter().enumerate() {
            building.add(layer, at + 1 == chain.len());
        }
        let Building {
            mut found, entries, ..
        } = building;
        for (section, entries) in found.sections.iter_mut().zip(entries) {
            let read = entries.finish();
            section.entries = read.entries;
            section.refused = read.refused;
            section.idle = read.idle;
        }
        found
    }

    /// The section at `path` for the folder of the file.
    #[must_use]
    pub fn section(&self, path: &str) -> Option<&Section> {
        let mut sections = self.sections.iter();
        sections.find(|section| section.location.is_none() && section.path == path)
    }

    /// What is in effect of the children of one element, which `parts` are in the order in which .NET reads them.
    #[must_use]
    pub fn children(&self, parts: &[Origin], table: &IdentityTable) -> Read {
        let mut entries = Entries::default();
        for part in parts {
            entries.read(self.document(*part), table, *part);
        }
        entries.finish()
    }

    /// The document that `origin` is an element of.
    #[must_use]
    pub fn document(&self, origin: Origin) -> &Document {
        self.files[origin.file].document.deref()
    }
}

struct Building<'r, 'd> {
    meaning: Meaning<'r>,
    wants: &'r dyn Fn(&str) -> bool,
    found: Effective<'d>,
    /// Of each section, in the same order.
    entries: Vec<Entries>,
}

impl<'d> Building<'_, 'd> {
    fn add(&mut self, layer: &Layer<'d>, is_last: bool) {
        let document = layer.document;
        let file = self.found.files.len();
        self.found.files.push(File {
            document: Cow::Borrowed(document),
            label: layer.label,
            is_sidecar: false,
        });
        let all = sidecars(document);
        let uses = Sections::of(document, self.meaning.section_groups).uses;
        for section in uses.iter().filter(|section| !section.is_group) {
            let path = join(&section.group, document.local_name(section.element));
            let location = section.location.map(|element| location(document, element));
            let is_inherited = location
                .as_ref()
                .is_none_or(|location| location.is_inherited());
            if !(self.wants)(&path) || !is_last && !is_inherited {
                continue;
            }
            let at = self.place_of(path, location.and_then(|location| location.path));
            let own = all.iter().filter(|one| one.section == section.element);
            self.read(at, layer, file, section.element, own);
        }
    }

    /// Reads one section of a file with its sidecars into the section at `at`.
    fn read<'s>(
        &mut self,
        at: usize,
        layer: &Layer<'d>,
        file: usize,
        element: NodeId,
        sidecars: impl Iterator<Item = &'s Sidecar>,
    ) {
        self.read_part(at, Origin { file, element });
        for sidecar in sidecars {
            match (layer.beside)(sidecar) {
                Beside::Document(document, label) => {
                    let element = document.root();
                    self.found.files.push(File {
                        document,
                        label,
                        is_sidecar: true,
                    });
                    let file = self.found.files.len() - 1;
                    self.read_part(at, Origin { file, element });
                }
                Beside::Missing if sidecar.is_required() => {
                    self.found.sections[at].extent = Extent::Missing;
                }
                // One that `file` names may be missing.
                Beside::Missing => {}
                Beside::Unknown => self.limit(at),
            }
        }
    }

    fn read_part(&mut self, at: usize, part: Origin) {
        let table = self.meaning.identities;
        let document = self.found.files[part.file].document.deref();
        let is_encrypted = document
            .child_named(part.element, "EncryptedData")
            .is_some();
        self.entries[at].read(document, table, part);
        self.found.sections[at].parts.push(part);
        if is_encrypted {
            self.limit(at);
        }
    }

    fn limit(&mut self, at: usize) {
        let extent = &mut self.found.sections[at].extent;
        if *extent == Extent::Whole {
            *extent = Extent::Part;
        }
    }

    /// The position of a section, which is added if need be.
    fn place_of(&mut self, path: String, location: Option<String>) -> usize {
        let sections = &mut self.found.sections;
        let mut known = sections.iter();
        let is_this = |section: &Section| section.path == path && section.location == location;
        if let Some(at) = known.position(is_this) {
            return at;
        }
        sections.push(Section {
            path,
            location,
            parts: Vec::new(),
            extent: Extent::Whole,
            entries: Vec::new(),
            refused: Vec::new(),
            idle: Vec::new(),
        });
        self.entries.push(Entries::default());
        sections.len() - 1
    }
}

/// What a `location` is for.
struct Location {
    /// Its path, without case; `None` for the folder of the file.
    path: Option<String>,
    stays: bool,
}

impl Location {
    fn is_inherited(&self) -> bool {
        self.path.is_none() && !self.stays
    }
}

fn location(document: &Document, element: NodeId) -> Location {
    let path = document.value(element, "path").unwrap_or_default();
    let stays = (document.value(element, "inheritInChildApplications"))
        .is_some_and(|value| value.eq_ignore_ascii_case("false"));
    Location {
        path: (!matches!(&*path, "" | ".")).then(|| folded(&path).into_owned()),
        stays,
    }
}
