//! What is true of a product as a whole, said once in a run.

use crate::lint::check::Check;
use crate::pack::checks::Once;
use crate::xml::address::Leaf;

/// Said at the first file of the product.
pub(super) fn once(parameters: &Once, check: &mut Check<'_>) {
    let mut files = check.estate.subjects.iter().enumerate();
    let first = files.find(|(_, subject)| {
        let component = subject.component.as_ref();
        component.is_some_and(|of| parameters.components.contains(of)) && !subject.is_transform
    });
    let Some((at, subject)) = first else { return };
    let Some(document) = subject.document() else {
        return;
    };
    let place = check.place(at, document.root(), &Leaf::Element);
    let message = check.say("", &[]);
    check.report_in(place.subject, place.span, place.address, message);
}
