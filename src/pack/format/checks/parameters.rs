//! Reads the parameters of each check.

use super::with::{Read, With};
use crate::pack::rules::checks::{BrokenBy, BrokenValue, Mentions, Once};

impl Read for Mentions {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let texts = with.texts("texts");
        Some(Self { texts: texts? })
    }
}

impl Read for Once {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let components = with.components("components");
        Some(Self {
            components: components?,
        })
    }
}

impl Read for BrokenValue {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let keys = with.texts_if_any("keys");
        let elements = with.texts_if_any("elements");
        let fault = with.word("fault", BrokenBy::WORDS);
        if keys.is_empty() && elements.is_empty() {
            with.problem("there is no value to look at", "give `keys` or `elements`");
            return None;
        }
        Some(Self {
            keys,
            elements,
            fault: fault?,
        })
    }
}
