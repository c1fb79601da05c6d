//! White space that .NET's reader needs.

use super::soundness::counterpart;
use crate::config::hazards::{HazardKind, hazards};
use crate::merge::{Inputs, Merged};
use crate::xml::Document;
use crate::xml::layout::{Layout, line_indent};

/// Puts a line end before the end tag of each `setting` of the carrier that .NET could read because
/// nothing came behind it, and that has something behind it in `result`. Whether there was any.
pub(in crate::merge) fn make_readable(
    inputs: &Inputs<'_>,
    merged: &mut Merged,
    result: &Document,
) -> bool {
    let carrier = inputs.carrier;
    if memchr::memmem::find(result.text().as_bytes(), b"</setting>").is_none() {
        return false;
    }
    let tight = |document: &Document| -> Vec<_> {
        hazards(document)
            .into_iter()
            .filter(|hazard| hazard.kind == HazardKind::SettingEndsBehindValue)
            .map(|hazard| hazard.element)
            .collect()
    };
    let found = tight(result);
    if found.is_empty() {
        return false;
    }
    let before = tight(carrier);
    let mut any = false;
    for setting in found {
        let Some(there) = counterpart(inputs, result, setting, carrier) else {
            continue;
        };
        if before.contains(&there) {
            continue;
        }
        if let Some(end_tag) = carrier.end_tag(there) {
            let indent = line_indent(carrier, there).unwrap_or("");
            let text = format!("{}{indent}", Layout::of(carrier).line_end);
            any |= merged.edits.insert(end_tag.start, text).is_ok();
        }
    }
    any
}
