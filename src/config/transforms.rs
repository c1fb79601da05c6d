//! XDT transforms (`web.Release.config`): instructions that are applied to a configuration.

use crate::xml::{Document, NodeId, chars};

const NAMESPACE: &str = "http://schemas.microsoft.com/XML-Document-Transform";

/// Whether the file is an XDT transform, and so no configuration itself.
#[must_use]
pub fn is_transform(document: &Document) -> bool {
    let root = document.root();
    document.attributes(root).iter().any(|attribute| {
        document.slice(attribute.name).starts_with("xmlns")
            && document.attribute_value(attribute) == NAMESPACE
    })
}

/// What the element does and to which element: its `Transform` and its `Locator`, where it has them.
#[must_use]
pub fn instruction(document: &Document, element: NodeId) -> [Option<String>; 2] {
    ["Transform", "Locator"].map(|wanted| {
        let found = document.attributes(element).iter().find(|attribute| {
            let name = document.slice(attribute.name);
            chars::local_name(name) == wanted
                && chars::prefix(name)
                    .and_then(|prefix| document.namespace(element, prefix))
                    .is_some_and(|(_, namespace)| namespace == NAMESPACE)
        })?;
        Some(document.attribute_value(found).into_owned())
    })
}
