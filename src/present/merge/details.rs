//! What else there is to know about a conflict of a `merge`, in sentences.

use crate::config::protected::{ProtectedSection, protected_sections};
use crate::merge::moved::{Moved, moved};
use crate::merge::outcome::Conflict;
use crate::merge::{ConflictKind, Inputs};
use crate::present::plain::plain_line;
use crate::xml::{Document, Span};

/// The sentences about this conflict; most kinds need none.
pub(super) fn details(conflict: &Conflict, inputs: &Inputs<'_>) -> Vec<String> {
    match conflict.kind {
        ConflictKind::MovedToFile => moved(inputs, conflict).iter().map(belongs).collect(),
        ConflictKind::Encrypted => decryption(conflict, inputs),
        _ => Vec::new(),
    }
}

/// Which entries belong into the other file.
fn belongs(moved: &Moved) -> String {
    let file = plain_line(&moved.file);
    let (mover, changer) = match moved.by_new {
        true => ("The new version", "the administrator"),
        false => ("The administrator", "the new version"),
    };
    let belong = match moved.belong {
        0 => "no entry".to_owned(),
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let verb = if moved.belong == 1 {
        "belongs"
    } else {
        "belong"
    };
    let mut text = format!(
        "{mover} keeps this section in `{file}`: {belong} of {changer} {verb} into that file"
    );
    match moved.removed {
        0 => {}
        1 => text.push_str(&format!(", and 1 that {changer} removed has to leave it")),
        count => text.push_str(&format!(
            ", and {count} that {changer} removed have to leave it"
        )),
    }
    text + "."
}

/// How each side that is encrypted is decrypted, and what moving it to another machine means.
fn decryption(conflict: &Conflict, inputs: &Inputs<'_>) -> Vec<String> {
    let places = &conflict.places;
    let sides = [
        ("old", Some(inputs.incoming), places.incoming),
        ("new", Some(inputs.carrier), places.carrier),
        ("base", inputs.base, places.base),
    ];
    let mut said: Vec<(Vec<&str>, ProtectedSection)> = Vec::new();
    for (side, document, place) in sides {
        let Some(section) = document.zip(place).and_then(section_at) else {
            continue;
        };
        let same = |known: &ProtectedSection| {
            known.path == section.path && known.provider == section.provider
        };
        match said.iter_mut().find(|(_, known)| same(known)) {
            Some((sides, _)) => sides.push(side),
            None => said.push((vec![side], section)),
        }
    }
    said.iter()
        .map(|(sides, section)| {
            let by = match &section.provider {
                Some(provider) => format!(" with `{}`", plain_line(provider)),
                None => String::new(),
            };
            let (help, elsewhere) = (section.decrypt_help(), section.on_another_machine());
            format!(
                "Encrypted in {}{by}. {help} {elsewhere}.",
                sides.join(" and ")
            )
        })
        .collect()
}

fn section_at((document, place): (&Document, Span)) -> Option<ProtectedSection> {
    let mut sections = protected_sections(document).into_iter();
    sections.find(|section| document.span(section.element) == place)
}
