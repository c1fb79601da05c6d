//! Runs rules that are data: selectors, a condition, a message, perhaps a fix.

use super::check::{Check, harmless};
use super::condition::{Scope, Url, holds};
use crate::config::secrets::MASK;
use crate::pack::lint::{Declared, FixAction};
use crate::pack::template::Fact;
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::escape::{escape_attribute, escape_text};
use crate::xml::layout::{attribute_removal_span, removal_span};
use crate::xml::selector::{Selector, leaf_value};
use crate::xml::{Document, NodeId, Span};

/// Looks for what `declared` says in the file of `check`.
pub fn run(declared: &Declared, check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    for (at, select) in declared.select.iter().enumerate() {
        let earlier = &declared.select[..at];
        match select.element_name() {
            Some(name) => {
                for element in subject.elements(name) {
                    look_at(declared, select, earlier, document, *element, check);
                }
            }
            None => {
                for element in document.nodes().filter(|node| document.is_element(*node)) {
                    look_at(declared, select, earlier, document, element, check);
                }
            }
        }
    }
}

/// Reports `element` if `select` selects it, none of the `earlier` ones did, and the condition holds.
fn look_at(
    declared: &Declared,
    select: &Selector,
    earlier: &[Selector],
    document: &Document,
    element: NodeId,
    check: &mut Check<'_>,
) {
    let rules = check.rules;
    let ignores_case = rules.ignores_case();
    let leaf = select.leaf();
    if !select.matches_element(document, element, &ignores_case)
        || earlier.iter().any(|other| {
            other.leaf() == leaf && other.matches_element(document, element, &ignores_case)
        })
    {
        return;
    }
    let value = leaf_value(document, element, leaf);
    if value.is_none() && matches!(leaf, Leaf::Attribute(_)) {
        return;
    }
    let scope = Scope {
        document,
        element,
        ignores_case: &ignores_case,
        knowledge: &*check,
    };
    let is_found = declared
        .when
        .as_ref()
        .is_none_or(|when| holds(when, scope, value.as_deref()));
    if !is_found {
        return;
    }
    let message = declared
        .message
        .fill(|fact| told(check, document, element, leaf, fact));
    let action = check
        .rule()
        .fix
        .as_ref()
        .and_then(|fix| fix.action.as_ref());
    let edit = action.and_then(|action| edit(action, document, element, leaf));
    let reported = check.report_at(element, leaf, message);
    if let Some(edit) = edit {
        reported.fix(vec![edit]);
    }
}

fn told(
    check: &Check<'_>,
    document: &Document,
    element: NodeId,
    leaf: &Leaf,
    fact: &Fact,
) -> String {
    match fact {
        // The reader knows no such place in messages of selectors.
        Fact::Place(_) | Fact::Known(_) => String::new(),
        Fact::Value => check.shown(document, element, leaf),
        Fact::Element => document.local_name(element).to_owned(),
        Fact::Attribute(name) => check.shown(document, element, &Leaf::Attribute(name.clone())),
        Fact::Url(part) => {
            let value = leaf_value(document, element, leaf).unwrap_or_default();
            let part = Url::parse(&value).and_then(|url| url.part(*part));
            let part = part.unwrap_or_default();
            let rules = check.rules;
            let is_secret = (rules.secrets).is_secret(&rules.identities, document, element, leaf);
            match is_secret && !part.is_empty() {
                true => MASK.to_owned(),
                false => harmless(&rules.secrets, &part),
            }
        }
    }
}

/// The change that `action` makes; `None` if there is nothing to change.
fn edit(action: &FixAction, document: &Document, element: NodeId, leaf: &Leaf) -> Option<Edit> {
    match action {
        FixAction::Set(text) => set(document, element, leaf, text),
        FixAction::Replace(regex, with) => {
            let value = leaf_value(document, element, leaf)?;
            let replaced = regex.replace_all(&value, with.as_str());
            set(document, element, leaf, &replaced)
        }
        FixAction::SetAttribute(name, to) => match document.attribute(element, name) {
            Some(_) => set(document, element, &Leaf::Attribute(name.clone()), to),
            None => Some(Edit {
                span: Span::at(end_of_attributes(document, element)),
                text: format!(" {name}=\"{}\"", escape_attribute(to, '"')),
            }),
        },
        FixAction::Remove => {
            let span = match leaf {
                Leaf::Attribute(name) => {
                    let attribute = document.attribute(element, name)?;
                    attribute_removal_span(document.text(), attribute.span())
                }
                Leaf::Element => removal_span(document.text(), document.span(element)),
                Leaf::Text => document.content(element),
            };
            Some(Edit {
                span,
                text: String::new(),
            })
        }
    }
}

fn set(document: &Document, element: NodeId, leaf: &Leaf, text: &str) -> Option<Edit> {
    match leaf {
        Leaf::Attribute(name) => {
            let attribute = document.attribute(element, name)?;
            let quote = document.quote(attribute);
            Some(Edit {
                span: attribute.value,
                text: escape_attribute(text, quote),
            })
        }
        // An element without an end tag has no place for a text.
        Leaf::Text | Leaf::Element => document.end_tag(element).map(|_| Edit {
            span: document.content(element),
            text: escape_text(text),
        }),
    }
}

/// Where another attribute goes: behind the last one, or behind the name.
fn end_of_attributes(document: &Document, element: NodeId) -> u32 {
    match document.attributes(element).last() {
        Some(attribute) => attribute.span().end,
        None => document.name_span(element).end,
    }
}
