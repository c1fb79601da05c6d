//! Three columns: what the shipped file had, what the administrator made of it, and what the vendor did.

use std::collections::HashMap;

use super::{By, Counts, File, Row, Side};

/// Who changed what, from the changes of each against one base.
pub(super) fn joined(administrator: File, vendor: File) -> File {
    let mut by_place: HashMap<(String, String), usize> = HashMap::new();
    let place = |row: &Row| {
        let side = row.before.as_ref().or(row.after.as_ref());
        let address = side.map_or("", |side| side.address.as_str());
        // What came has no address in the base, and of what came twice both have one name.
        (address.to_owned(), row.label.clone())
    };
    let mut changes: Vec<Row> = Vec::new();
    for mut row in administrator.changes {
        row.by = Some(By::Administrator);
        by_place.insert(place(&row), changes.len());
        changes.push(row);
    }
    for mut row in vendor.changes {
        match by_place.get(&place(&row)).map(|at| &mut changes[*at]) {
            Some(known) => {
                let is_same = says(&known.after) == says(&row.after) && known.kind == row.kind;
                known.by = Some(match is_same {
                    true => By::BothAlike,
                    false => By::Both,
                });
                known.vendor = row.after.take();
                known.findings.append(&mut row.findings);
            }
            None => {
                row.by = Some(By::Vendor);
                row.vendor = row.after.take();
                changes.push(row);
            }
        }
    }
    let mut counts = Counts::default();
    changes.iter().for_each(|row| counts.add(row.kind));
    counts.hidden = administrator.counts.hidden + vendor.counts.hidden;
    let mut sections: Vec<String> = Vec::new();
    for row in &changes {
        if !sections.contains(&row.section) {
            sections.push(row.section.clone());
        }
    }
    // What both changed needs a decision.
    let of_section = |section: &str| sections.iter().position(|known| known == section);
    changes.sort_by_key(|row| (row.by != Some(By::Both), of_section(&row.section)));
    let mut findings = administrator.findings;
    findings.extend(vendor.findings);
    let mut not_compared = administrator.not_compared;
    for what in vendor.not_compared {
        if !not_compared.contains(&what) {
            not_compared.push(what);
        }
    }
    let mut effective_with = administrator.effective_with;
    for file in vendor.effective_with.into_iter().flatten() {
        let known = effective_with.get_or_insert_default();
        if !known.contains(&file) {
            known.push(file);
        }
    }
    File {
        before: administrator.before,
        after: administrator.after,
        vendor: Some(vendor.after),
        counts,
        changes,
        findings,
        findings_gone: administrator.findings_gone + vendor.findings_gone,
        without_meaning: administrator.without_meaning,
        not_compared,
        effective_with,
        explained: administrator.explained,
    }
}

/// What a side has, wherever its line is.
fn says(side: &Option<Side>) -> Option<(Option<&str>, Option<&str>)> {
    let side = side.as_ref()?;
    Some((side.value.as_deref(), side.xml.as_deref()))
}
