//! Which fixes may be shown with the text that they insert.

use super::view::View;
use crate::lint::Finding;
use crate::xml::edit::Edit;
use crate::xml::{Document, Edits, Span};

/// The edits of a finding's fix, if none of them shows a secret: one that
/// rewrites a secret, or that makes its own text one, is left out as a whole.
pub(super) fn edits<'f>(view: &View<'_>, finding: &'f Finding) -> Option<&'f [Edit]> {
    let edits = finding.fix.as_ref()?.edits.as_slice();
    let is_harmless = view.show_secrets
        || edits.iter().all(|edit| edit.text.trim().is_empty())
        || is_harmless(view, finding.place.subject, edits) == Some(true);
    is_harmless.then_some(edits)
}

/// `None` if it cannot be known.
fn is_harmless(view: &View<'_>, subject: usize, edits: &[Edit]) -> Option<bool> {
    let document = view.estate.subjects[subject].document()?;
    if edits
        .iter()
        .any(|edit| meets(view.secrets_of(subject), edit.span))
    {
        return Some(false);
    }
    let mut all = Edits::new();
    for edit in edits {
        all.replace(edit.span, edit.text.clone()).ok()?;
    }
    let after = document.source().bytes_with(all.apply(document.text()));
    let after = Document::from_bytes(&after).ok()?;
    let rules = view.rules;
    let secrets = rules.secrets.spans(&rules.identities, &after);
    let mut shift = 0;
    for edit in all.iter() {
        let start = (i64::from(edit.span.start) + shift) as usize;
        if meets(&secrets, Span::new(start, start + edit.text.len())) {
            return Some(false);
        }
        shift += edit.text.len() as i64 - edit.span.len() as i64;
    }
    Some(true)
}

fn meets(secrets: &[Span], span: Span) -> bool {
    let mut secrets = secrets.iter();
    secrets.any(|secret| secret.start < span.end && span.start < secret.end)
}
