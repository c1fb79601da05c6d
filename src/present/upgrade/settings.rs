//! What .NET reads of a configuration, as `upgrade.json` keeps it: secrets are left out.

use crate::config::secrets::MASK;
use crate::pack::Rules;
use crate::present::differences::{File, Reporter};
use crate::upgrade::reading::{Loaded, compare};
use crate::upgrade::record::Setting;
use crate::xml::Document;

/// All settings of a configuration, in the order of its sections.
#[must_use]
pub fn settings(loaded: &Loaded, rules: &Rules) -> Vec<Setting> {
    let Ok(nothing) = Document::from_text("<configuration/>") else {
        return Vec::new();
    };
    let nothing = Loaded::of(nothing, &|_| None);
    let file = compare([&nothing, loaded], rules, &[], |found| {
        Reporter::new(rules, false).changes(found)
    });
    file.map_or_else(Vec::new, |file| of_rows(&file))
}

fn of_rows(file: &File) -> Vec<Setting> {
    let mask = MASK.trim_end_matches(']');
    let rows = file.changes.iter().filter_map(|row| {
        let side = row.after.as_ref()?;
        let value = side.value.as_ref().or(side.xml.as_ref());
        let value = value.filter(|value| !row.secret && !value.contains(mask));
        Some(Setting {
            address: side.address.clone(),
            value: value.cloned(),
        })
    });
    rows.collect()
}
