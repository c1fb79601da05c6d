//! Binding redirects: which version of an assembly the runtime loads.

use super::collections::without;
use crate::config::structure::redirects::{self, Redirect, Version, overlapping, range, version};
use crate::lint::check::Check;

use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

/// The version behind `version`; ranges end in `1.0.65535.65535` to cover all of 1.0.
/// `None` behind the last one, `65535.65535.65535.65535`.
fn next(mut version: Version) -> Option<Version> {
    for part in version.iter_mut().rev() {
        match part.checked_add(1) {
            Some(more) => {
                *part = more;
                return Some(version);
            }
            None => *part = 0,
        }
    }
    None
}

fn redirects<'c>(check: &Check<'c>) -> Option<(&'c Document, &'c [Redirect])> {
    let subject = check.subject();
    if subject.elements("bindingRedirect").is_empty() {
        return None;
    }
    let document = check.configuration()?;
    let shared = check.shared;
    Some((
        document,
        shared.redirects.get_or_init(|| {
            let elements = subject.elements("bindingRedirect").iter().copied();
            redirects::redirects(document, elements)
        }),
    ))
}

/// Two redirects send the same versions to different ones.
pub(super) fn conflicting_redirect(check: &mut Check<'_>) {
    let Some((document, redirects)) = redirects(check) else {
        return;
    };
    let leaf = Leaf::Attribute("newVersion".to_owned());
    for (earlier, later) in overlapping(redirects) {
        if earlier.new == later.new {
            continue;
        }
        let name = assembly_name(check, document, later.element);
        let (one, other) = (
            check.shown(document, later.element, &leaf),
            check.shown(document, earlier.element, &leaf),
        );
        let place = check.place(check.at, earlier.element, &leaf);
        let message = format!("`{name}` is redirected to {one} here, and to {other} above");
        check
            .report_at(later.element, &leaf, message)
            .related(place, "the other redirect");
    }
}

/// Two redirects say the same.
pub(super) fn repeated_redirect(check: &mut Check<'_>) {
    let Some((document, redirects)) = redirects(check) else {
        return;
    };
    for (earlier, later) in overlapping(redirects) {
        if earlier.new != later.new {
            continue;
        }
        let name = assembly_name(check, document, later.element);
        let place = check.place(check.at, earlier.element, &Leaf::Element);
        let message = format!("`{name}` is redirected here again, to the same version");
        // Beside a redirect that contradicts both, it may be the second one that counts.
        let is_contradicted = redirects
            .iter()
            .any(|other| other.identity == later.identity && other.new != later.new);
        let is_covered =
            !is_contradicted && earlier.old.0 <= later.old.0 && later.old.1 <= earlier.old.1;
        let reported = check
            .report_at(later.element, &Leaf::Element, message)
            .related(place, "the first redirect");
        if let (true, Some(dependent)) = (is_covered, document.parent(later.element)) {
            // A comment in there is somebody's words, so it stays as other elements do.
            let is_alone = document.children(dependent).all(|child| {
                child == later.element
                    || document.is_blank_text(child)
                    || document.is_element(child)
                        && document.local_name(child) == "assemblyIdentity"
            });
            let gone = match is_alone {
                true => dependent,
                false => later.element,
            };
            reported.fix(without(document, gone));
        }
    }
}

/// Versions up to the new one are not all redirected.
pub(super) fn range_ends_early(check: &mut Check<'_>) {
    let Some((document, redirects)) = redirects(check) else {
        return;
    };
    let leaf = Leaf::Attribute("oldVersion".to_owned());
    for redirect in redirects {
        // One version, or a range that ends in another major version, names the versions
        // that there were; further ranges are for the rest. Both are meant so.
        let is_range = redirect.old.0 != redirect.old.1
            && (redirect.old.0 == [0; 4] || redirect.old.1[0] == redirect.new[0]);
        let is_continued = redirects.iter().any(|other| {
            other.element != redirect.element
                && other.identity == redirect.identity
                && other.old.1 > redirect.old.1
        });
        let ends_early = next(redirect.old.1).is_some_and(|next| next < redirect.new);
        if is_range && !is_continued && ends_early {
            let name = assembly_name(check, document, redirect.element);
            let new = Leaf::Attribute("newVersion".to_owned());
            let new = check.shown(document, redirect.element, &new);
            let message = format!(
                "the range ends below {new}: requests for versions of `{name}` between are not redirected"
            );
            check.report_at(redirect.element, &leaf, message);
        }
    }
}

/// A version that .NET cannot read, or a range that ends before it begins.
pub(super) fn bad_redirect(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = check.configuration() else {
        return;
    };
    for element in subject.elements("bindingRedirect") {
        for name in ["oldVersion", "newVersion"] {
            let leaf = Leaf::Attribute(name.to_owned());
            let Some(value) = document.value(*element, name) else {
                let message = format!("`bindingRedirect` has no `{name}`");
                check.report_at(*element, &Leaf::Element, message);
                continue;
            };
            let wrong = match name {
                "newVersion" => version(value.trim()).is_none().then_some("is no version"),
                _ => match range(&value) {
                    None => Some("is neither a version nor a range of versions"),
                    Some((from, to)) if from > to => Some("ends before it begins"),
                    Some(_) => None,
                },
            };
            if let Some(wrong) = wrong {
                let shown = check.shown(document, *element, &leaf);
                check.report_at(*element, &leaf, format!("`{shown}` {wrong}"));
            }
        }
    }
}

fn assembly_name(check: &Check<'_>, document: &Document, redirect: NodeId) -> String {
    let assembly = document
        .parent(redirect)
        .and_then(|dependent| document.child_named(dependent, "assemblyIdentity"));
    assembly.map_or_else(String::new, |assembly| {
        check.shown(document, assembly, &Leaf::Attribute("name".to_owned()))
    })
}
