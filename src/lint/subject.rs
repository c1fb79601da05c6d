//! One file of a run, read and indexed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::tree::Tree;
use crate::config::sidecars::{Sidecar, sidecars};
use crate::config::transforms::is_transform;
use crate::io::place::Place;
use crate::pack::Rules;
use crate::pack::rules::ComponentId;
use crate::xml::address::Leaf;
use crate::xml::selector::Selector;
use crate::xml::{Document, LineColumn, NodeId, ParseError, Source, Span};

/// A file.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its path as reports name it.
    pub label: String,
    /// Its path in its tree.
    pub path: PathBuf,
    /// Where it and its neighbours come from.
    pub tree: Arc<dyn Tree>,
    /// Where it was found on the disk, if it was.
    pub place: Option<Place>,
    /// The document, or why it is none.
    pub content: Result<Document, ParseError>,
    /// Id of the component whose configuration it is.
    pub component: Option<ComponentId>,
    /// Whether it is an XDT transform, which is applied to a configuration and is none itself.
    pub is_transform: bool,
    /// Whether it is a conferry.toml: findings can be in it, but no rule looks at it.
    pub is_settings: bool,
    /// What can be read of bytes that are not text, and where they stop being text.
    undecoded: Option<(Source, u32)>,
    elements: FxHashMap<Box<str>, Vec<NodeId>>,
    sidecars: OnceLock<Vec<Sidecar>>,
    /// Whether it is configuration of .NET or IIS; the checks of these find it out.
    pub(super) is_dotnet: OnceLock<bool>,
}

impl Subject {
    /// A file with these bytes.
    #[must_use]
    pub fn new(
        label: String,
        path: PathBuf,
        tree: Arc<dyn Tree>,
        bytes: &[u8],
        rules: &Rules,
    ) -> Self {
        let content = Document::from_bytes(bytes);
        let mut subject = Self {
            label,
            path,
            tree,
            place: None,
            content,
            component: None,
            is_transform: false,
            is_settings: false,
            undecoded: None,
            elements: FxHashMap::default(),
            sidecars: OnceLock::new(),
            is_dotnet: OnceLock::new(),
        };
        if let Err(ParseError::Encoding(error)) = &subject.content {
            subject.undecoded = Some(Source::decode_lossy(bytes, error.byte()));
        }
        if let Ok(document) = &subject.content {
            subject.is_transform = is_transform(document);
            for node in document.nodes().filter(|node| document.is_element(*node)) {
                let name = document.local_name(node);
                match subject.elements.get_mut(name) {
                    Some(nodes) => nodes.push(node),
                    None => {
                        subject.elements.insert(name.into(), vec![node]);
                    }
                }
            }
            let named = |name: &str| subject.elements.get(name).map_or(&[][..], Vec::as_slice);
            let component = rules.component_among(document, named);
            subject.component = component.map(|component| component.provenance.id.clone());
        }
        subject
    }

    /// The document, if it is one.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        self.content.as_ref().ok()
    }

    /// The text and its encoding; what can be read of it if the bytes are not text.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        match &self.content {
            Ok(document) => Some(document.source()),
            Err(ParseError::Syntax(source, _)) => Some(source),
            Err(_) => self.undecoded.as_ref().map(|(source, _)| source),
        }
    }

    /// Where the bytes stop being text; the start if they do not.
    #[must_use]
    pub fn undecoded_at(&self) -> Span {
        self.undecoded
            .as_ref()
            .map_or_else(Span::default, |(_, at)| Span::at(*at))
    }

    /// Its elements of this local name, in document order.
    #[must_use]
    pub fn elements(&self, local_name: &str) -> &[NodeId] {
        self.elements.get(local_name).map_or(&[], Vec::as_slice)
    }

    /// The elements that `selector` selects, or whose value it does, in document order.
    #[must_use]
    pub fn select(&self, selector: &Selector, rules: &Rules) -> Vec<NodeId> {
        let Some(document) = self.document() else {
            return Vec::new();
        };
        let ignores_case = rules.ignores_case();
        let is_one = |node: &NodeId| {
            selector.matches_element(document, *node, &ignores_case)
                && match selector.leaf() {
                    Leaf::Attribute(name) => document.attribute(*node, name).is_some(),
                    Leaf::Element | Leaf::Text => true,
                }
        };
        // Most selectors name their elements, or the one that they stand in.
        let (names, _) = selector.names_upward();
        match names.as_slice() {
            [Some(name), ..] => (self.elements(name).iter().copied())
                .filter(is_one)
                .collect(),
            [None, Some(parent), ..] => (self.elements(parent).iter())
                .flat_map(|parent| document.child_elements(*parent))
                .filter(is_one)
                .collect(),
            _ => (document.nodes())
                .filter(|node| document.is_element(*node))
                .filter(is_one)
                .collect(),
        }
    }

    /// The files that it points at.
    #[must_use]
    pub fn sidecars(&self) -> &[Sidecar] {
        self.sidecars.get_or_init(|| {
            let Some(document) = self.document() else {
                return Vec::new();
            };
            // Most files point at none.
            let has_file = |section: &NodeId| document.attribute(*section, "file").is_some();
            let has_any = document.text().contains("configSource")
                || self.elements("appSettings").iter().any(has_file);
            match has_any {
                true => sidecars(document),
                false => Vec::new(),
            }
        })
    }

    /// The folder that it is in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Its name without folders.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
    }

    /// Whether the root element is `configuration`.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.document()
            .is_some_and(|document| document.local_name(document.root()) == "configuration")
    }

    /// Where byte `offset` of the text is; the first place if there is no text.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        LineColumn::of(self.source().map_or("", Source::text), offset)
    }
}
