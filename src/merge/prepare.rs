//! Before a merge: what must be refused, and keys that the new version calls otherwise.

use std::borrow::Cow;

use crate::config::protected::{ProtectedSection, protected_sections};
use crate::pack::Rules;
use crate::pack::rules::Action;
use crate::xml::escape::escape_attribute;
use crate::xml::{Document, Edits, LineColumn};

/// An encrypted section, which cannot be merged without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The section.
    pub section: ProtectedSection,
    /// Where it stands.
    pub place: LineColumn,
}

/// The encrypted sections of `document`.
#[must_use]
pub fn encrypted(document: &Document) -> Vec<Encrypted> {
    protected_sections(document)
        .into_iter()
        .map(|section| Encrypted {
            place: LineColumn::of(document.text(), document.span(section.element).start),
            section,
        })
        .collect()
}

/// A setting that a rule carries under another identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Its identity in the old file.
    pub from: String,
    /// Its identity in the new one.
    pub to: String,
    /// The rule.
    pub rule: String,
}

/// `document` with the identities that `rename` rules cover changed, and what
/// was changed. The rest of the engine then needs to know nothing of renames.
#[must_use]
pub fn with_renames<'d>(
    document: &'d Document,
    rules: &Rules,
) -> (Cow<'d, Document>, Vec<Renamed>) {
    let component = rules.component_of(document);
    let ignores_case = rules.ignores_case();
    let mut edits = Edits::new();
    let mut renamed = Vec::new();
    for policy in &rules.policies {
        let Action::Rename(to) = &policy.action else {
            continue;
        };
        let pack = &policy.provenance.pack;
        if !rules.applies(pack, policy.component.as_deref(), component) {
            continue;
        }
        for element in policy.selector.select(document, &ignores_case) {
            let Some(rule) = rules.identities.rule_for(document, element) else {
                continue;
            };
            let Some(attribute) = rule
                .by
                .iter()
                .filter(|key| key.child().is_none())
                .find_map(|key| document.attribute(element, key.attribute()))
            else {
                continue;
            };
            let written = escape_attribute(to, document.quote(attribute));
            // The same element under two rules: the first one has it.
            if edits.replace(attribute.value, written).is_ok() {
                renamed.push(Renamed {
                    from: document.attribute_value(attribute).into_owned(),
                    to: to.clone(),
                    rule: policy.provenance.id.clone(),
                });
            }
        }
    }
    if renamed.is_empty() {
        return (Cow::Borrowed(document), renamed);
    }
    let source = document.source();
    let bytes = source.bytes_with(edits.apply(document.text()));
    match Document::from_bytes(&bytes) {
        Ok(changed) => (Cow::Owned(changed), renamed),
        Err(_) => (Cow::Borrowed(document), Vec::new()),
    }
}
