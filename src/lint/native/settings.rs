//! appSettings, connectionStrings and application settings.

use std::collections::HashMap;

use crate::lint::check::Check;
use crate::xml::NodeId;
use crate::xml::address::Leaf;

/// A key of appSettings stands twice: the last one wins.
pub(super) fn duplicate_key(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    let key_leaf = Leaf::Attribute("key".to_owned());
    for section in subject.elements("appSettings") {
        let mut seen: HashMap<String, NodeId> = HashMap::new();
        for entry in document.child_elements(*section) {
            let key = document.value(entry, "key").map(|key| key.to_lowercase());
            match (document.local_name(entry), key) {
                ("clear", _) => seen.clear(),
                ("remove", Some(key)) => {
                    seen.remove(&key);
                }
                ("add", Some(key)) => {
                    if let Some(first) = seen.insert(key, entry) {
                        let shown = check.shown(document, entry, &key_leaf);
                        let place = check.place(check.at, first, &key_leaf);
                        check
                            .report_at(
                                entry,
                                &key_leaf,
                                format!("`{shown}` stands here again and wins over the one above"),
                            )
                            .related(place, "has no effect");
                    }
                }
                _ => {}
            }
        }
    }
}
