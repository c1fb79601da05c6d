//! A configuration with the files that it points at, ready to be compared.

use crate::matching::Side;
use crate::matching::digest::Digests;
use crate::xml::{Document, NodeId};

/// A configuration and what was found out about it.
#[derive(Debug)]
pub struct Configuration<'d> {
    /// The file.
    pub document: &'d Document,
    digests: Digests,
    sidecars: Vec<Attached<'d>>,
}

/// A file that a section points at.
#[derive(Clone, Copy, Debug)]
pub struct Sidecar<'d> {
    /// The section that points at it.
    pub section: NodeId,
    /// The path as the configuration has it.
    pub path: &'d str,
    /// The file.
    pub document: &'d Document,
}

#[derive(Debug)]
struct Attached<'d> {
    sidecar: Sidecar<'d>,
    digests: Digests,
}

/// An element with the document it is in: the configuration or a sidecar.
#[derive(Clone, Copy)]
pub(super) struct At<'c> {
    pub(super) side: Side<'c>,
    pub(super) file: Option<&'c str>,
    pub(super) node: NodeId,
}

impl<'d> Configuration<'d> {
    /// Looks at `document` and at those of the files it points at that could be read.
    #[must_use]
    pub fn new(document: &'d Document, sidecars: impl IntoIterator<Item = Sidecar<'d>>) -> Self {
        let sidecars = sidecars.into_iter().map(|sidecar| Attached {
            digests: Digests::of(sidecar.document),
            sidecar,
        });
        Self {
            document,
            digests: Digests::of(document),
            sidecars: sidecars.collect(),
        }
    }

    pub(super) fn root(&self) -> At<'_> {
        At {
            side: Side {
                document: self.document,
                digests: &self.digests,
            },
            file: None,
            node: self.document.root(),
        }
    }

    /// One of its documents with its fingerprints.
    pub(super) fn side_of(&self, document: &Document) -> Option<Side<'_>> {
        let own = (self.document, &self.digests);
        let attached = self.sidecars.iter();
        let attached = attached.map(|attached| (attached.sidecar.document, &attached.digests));
        let mut all = std::iter::once(own).chain(attached);
        let (document, digests) = all.find(|(its, _)| std::ptr::eq(*its, document))?;
        Some(Side { document, digests })
    }

    /// Whether a section at this element or below it points at a file that was read.
    pub(super) fn points_below(&self, at: At<'_>) -> bool {
        let above =
            |section| std::iter::successors(Some(section), |node| self.document.parent(*node));
        at.file.is_none()
            && (self.sidecars.iter())
                .any(|attached| above(attached.sidecar.section).any(|node| node == at.node))
    }

    /// The root of the file that `section` points at, if it was read.
    pub(super) fn sidecar_of(&self, section: At<'_>) -> Option<At<'_>> {
        let attached = self
            .sidecars
            .iter()
            .find(|attached| section.file.is_none() && attached.sidecar.section == section.node)?;
        Some(At {
            side: Side {
                document: attached.sidecar.document,
                digests: &attached.digests,
            },
            file: Some(attached.sidecar.path),
            node: attached.sidecar.document.root(),
        })
    }
}
