//! Reads the parameters of each check.

use super::with::{Read, With};
use crate::pack::rules::checks::*;

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
        let fault = with.word("fault");
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

impl Read for OfFact {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let fact = with.fact("fact");
        let when = with.condition("when");
        let related = with.fact_if_any("related");
        Some(Self {
            fact: fact?,
            when: when?,
            related,
        })
    }
}

impl Read for MissingFact {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let fact = with.fact("fact");
        let service = with.service("service");
        let unless = with.facts_if_any("unless");
        Some(Self {
            fact: fact?,
            service: service?,
            unless,
        })
    }
}

impl Read for Differs {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let facts = with.facts("facts");
        let components = with.components("components");
        let other = with.component_if_any("from");
        let service = with.service("service");
        let or_missing = with.facts_if_any("or-missing");
        Some(Self {
            facts: facts?,
            components: components?,
            with: other,
            service: service?,
            or_missing,
        })
    }
}

impl Read for ServiceUrl {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let service = with.service("service");
        let fault = with.word("fault");
        Some(Self {
            service: service?,
            fault: fault?,
        })
    }
}

impl Read for VirtualDirectory {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let service = with.service("service");
        let fault = with.word("fault");
        let written_for = with.word_if_any("written-for");
        Some(Self {
            service: service?,
            fault: fault?,
            written_for,
        })
    }
}

impl Read for VirtualDirectories {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let service = with.service("service");
        let fault = with.word("fault");
        Some(Self {
            service: service?,
            fault: fault?,
        })
    }
}

impl Read for NearName {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let select = with.selectors("select");
        let names = with.texts("names");
        let distance = with.number("distance");
        let own = with.nested("own", "`own`", |with| Own {
            components: with.components_if_any("components"),
            files: with.texts_if_any("files"),
            sections: with.named_lists("sections"),
        });
        let elsewhere = with.nested("elsewhere", "`elsewhere`", |with| Elsewhere {
            contains: with.text_if_any("contains"),
            ends_with: with.text_if_any("ends-with"),
            distance: with.number_if_any("distance"),
        });
        let is_exact = with.flag("exact");
        let long = with.number_if_any("long").unwrap_or(0);
        let words = with.flag("words");
        let is_misplaced = with.flag("misplaced");
        if own.is_none() && elsewhere.is_none() {
            let help = "give `own`, `elsewhere` or both";
            with.problem("nothing says where names are looked at", help);
            return None;
        }
        Some(Self {
            is_exact,
            long,
            words,
            is_misplaced,
            select: select?,
            names: names?,
            distance: distance?,
            own: own.unwrap_or_default(),
            elsewhere,
        })
    }
}

impl Read for FolderBeside {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let folder = with.text("folder");
        let shipped = with.texts_if_any("shipped");
        let named_by = with.values("named-by");
        let fault = with.word("fault");
        Some(Self {
            folder: folder?,
            shipped,
            named_by: named_by?,
            fault: fault?,
        })
    }
}

impl Read for FoldersDiffer {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let component = with.component("component");
        let folder = with.text("folder");
        let named_by = with.values("named-by");
        Some(Self {
            component: component?,
            folder: folder?,
            named_by: named_by?,
        })
    }
}

impl Read for SettingsElsewhere {
    fn read(_: &mut With<'_, '_>) -> Option<Self> {
        Some(Self)
    }
}

impl Read for EncryptedSection {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let components = with.components("components");
        let sections = with.texts_if_any("sections");
        let key = with.word("key");
        Some(Self {
            components: components?,
            sections,
            key: key?,
        })
    }
}

impl Read for ApplicationPool {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let components = with.components("components");
        let runtime = with.word_if_any("runtime");
        let pipeline = with.text_if_any("pipeline");
        let written_for = with.word_if_any("written-for");
        let not_written_for = with.word_if_any("not-written-for");
        Some(Self {
            components: components?,
            runtime,
            pipeline,
            written_for,
            not_written_for,
        })
    }
}

impl Read for Inherited {
    fn read(with: &mut With<'_, '_>) -> Option<Self> {
        let select = with.selectors("select");
        let components = with.components("components");
        Some(Self {
            select: select?,
            components: components?,
        })
    }
}
