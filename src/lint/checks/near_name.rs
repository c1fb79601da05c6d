//! Names that are nearly known ones: nothing reads them, and the default is taken instead, without a word.

use crate::lint::check::Check;
use crate::pack::checks::{Elsewhere, NearName, Section};
use crate::xml::address::Leaf;
use crate::xml::edit::Edit;
use crate::xml::escape::escape_attribute;
use crate::xml::selector::Selector;
use crate::xml::{Document, NodeId};

/// A name as it stands in a file.
struct Name<'a> {
    document: &'a Document,
    element: NodeId,
    leaf: &'a Leaf,
    written: String,
}

/// Every name of the file that the rule looks at.
fn names<'a>(parameters: &'a NearName, check: &Check<'a>) -> Vec<Name<'a>> {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return Vec::new();
    };
    if parameters.elsewhere.is_none()
        && parameters.sections().is_empty()
        && !is_own(parameters, check)
    {
        return Vec::new();
    }
    let of = |selector: &'a Selector| {
        let elements = subject.select(selector, check.rules).into_iter();
        elements.filter_map(move |element| {
            let written = match selector.leaf() {
                Leaf::Attribute(name) => document.value(element, name)?.into_owned(),
                Leaf::Element | Leaf::Text => document.local_name(element).to_owned(),
            };
            Some(Name {
                document,
                element,
                leaf: selector.leaf(),
                written,
            })
        })
    };
    parameters.select.iter().flat_map(of).collect()
}

/// Whether names of this file are the product's.
fn is_own(parameters: &NearName, check: &Check<'_>) -> bool {
    let (subject, Some(own)) = (check.subject(), &parameters.own) else {
        return false;
    };
    let component = subject.component.as_ref();
    component.is_some_and(|of| own.components.contains(of))
        || (own.files.iter()).any(|name| name.eq_ignore_ascii_case(subject.file_name()))
}

/// Looks at every name.
pub(super) fn near_name(parameters: &NearName, check: &mut Check<'_>) {
    let is_own = is_own(parameters, check);
    let all = names(parameters, check);
    for name in &all {
        let meant = parameters.meant(name, is_own);
        let shown = check.shown_text(&name.written);
        if parameters.misplaced {
            if meant.is_some() || parameters.knows(&name.written) {
                let message = check.say("", &[("name", &shown)]);
                check.report_at(name.element, name.leaf, message);
            }
            continue;
        }
        let Some(meant) = meant else { continue };
        // Where sections tell names apart, another section has nothing to do with it.
        let parent = |name: &Name<'_>| name.document.parent(name.element);
        let is_there = all.iter().any(|other| {
            parameters.is_same(&other.written, meant)
                && (parameters.sections().is_empty() || parent(other) == parent(name))
        });
        let facts = [
            ("name", shown.as_str()),
            ("damage", damage(&name.written, meant)),
            ("meant", meant),
        ];
        let case = if is_there { "also-there" } else { "near" };
        let message = check.say(case, &facts);
        let found = check.report_at(name.element, name.leaf, message);
        if !is_there {
            found.fix(renamed(name, meant));
        }
    }
}

/// Whether the file has a name that was meant to be `wanted`.
pub(super) fn finds(parameters: &NearName, check: &Check<'_>, wanted: &str) -> bool {
    if parameters.misplaced || !parameters.names.iter().any(|name| name == wanted) {
        return false;
    }
    let is_own = is_own(parameters, check);
    let all = names(parameters, check);
    all.iter()
        .any(|name| parameters.meant(name, is_own) == Some(wanted))
}

impl NearName {
    fn sections(&self) -> &[Section] {
        self.own.as_ref().map_or(&[], |own| &own.sections)
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        match self.exact {
            true => one == other,
            false => one.eq_ignore_ascii_case(other),
        }
    }

    fn knows(&self, written: &str) -> bool {
        self.names.iter().any(|name| self.is_same(name, written))
    }

    /// The name that was meant; `None` if it is one, or is far from all.
    fn meant(&self, name: &Name<'_>, is_own: bool) -> Option<&str> {
        let written = &name.written;
        let longest = self.names.iter().map(String::len).max().unwrap_or(0);
        if written.len() > 2 * longest {
            return None;
        }
        let parent = name.document.parent(name.element);
        let parent = parent.map_or("", |parent| name.document.local_name(parent));
        let start = parent.split('.').next().unwrap_or_default();
        let mut sections = self.sections().iter();
        let section = sections.find(|known| known.section.eq_ignore_ascii_case(start));
        let mut distance = self.distance;
        if !is_own && section.is_none() {
            // Most names of most files end here.
            let elsewhere = self
                .elsewhere
                .as_ref()
                .filter(|marks| marks.allow(written))?;
            distance = elsewhere.distance.unwrap_or(distance);
        }
        if self.knows(written) {
            return None;
        }
        let candidates = section.map_or(&self.names, |known| &known.names);
        let plain = plain(written);
        let near = candidates.iter().filter_map(|known| {
            let allowed = match known.len() < self.long.unwrap_or(0) {
                true => distance.saturating_sub(1),
                false => distance,
            };
            let found = strsim::osa_distance(&plain, &known.to_lowercase());
            (found <= allowed).then_some((found, known))
        });
        // A translated page puts words around the name.
        let holds = |known: &&String| {
            let known = known.to_lowercase();
            let mut words = plain.split(|c: char| !c.is_alphanumeric() && c != '_');
            self.words && words.any(|word| word == known)
        };
        let nearest = near.min_by_key(|(distance, _)| *distance);
        let found = nearest.map(|(_, known)| known);
        found
            .or_else(|| candidates.iter().find(holds))
            .map(String::as_str)
    }
}

impl Elsewhere {
    fn allow(&self, written: &str) -> bool {
        let (bytes, fits) = (written.as_bytes(), |part: &[u8], text: &str| {
            part.eq_ignore_ascii_case(text.as_bytes())
        });
        let holds = self.contains.as_ref().is_none_or(|text| {
            bytes
                .windows(text.len().max(1))
                .any(|part| fits(part, text))
        });
        let ends = self.ends_with.as_ref().is_none_or(|text| {
            let start = bytes.len().checked_sub(text.len());
            start.is_some_and(|start| fits(&bytes[start..], text))
        });
        holds && ends
    }
}

/// In lower case, with letters that look like ASCII made ASCII.
fn plain(written: &str) -> String {
    written
        .to_lowercase()
        .chars()
        .filter(|c| *c != '\u{307}')
        .map(|c| match c {
            'ı' => 'i',
            '\u{2010}'..='\u{2015}' => '-',
            other => other,
        })
        .collect()
}

/// The part of the message that says in which way a name is damaged.
fn damage(written: &str, meant: &str) -> &'static str {
    if written.contains(['ı', 'İ']) {
        " (with a dotless or dotted Turkish i)"
    } else if written.trim() != written || written.contains(' ') && !meant.contains(' ') {
        " (with white space)"
    } else if !written.is_ascii() {
        " (with letters that are not ASCII)"
    } else if written.eq_ignore_ascii_case(meant) {
        " (in other case, which counts here)"
    } else {
        ""
    }
}

/// Edits that write the name that was meant; of an element without a prefix both tags.
fn renamed(name: &Name<'_>, meant: &str) -> Vec<Edit> {
    let document = name.document;
    if let Leaf::Attribute(attribute) = name.leaf {
        let attribute = document.attribute(name.element, attribute);
        return Vec::from_iter(attribute.map(|attribute| Edit {
            span: attribute.value,
            text: escape_attribute(meant, document.quote(attribute)),
        }));
    }
    let mut edits = vec![Edit {
        span: document.name_span(name.element),
        text: meant.to_owned(),
    }];
    edits.extend(document.end_tag(name.element).map(|span| Edit {
        span,
        text: format!("</{meant}>"),
    }));
    edits
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pack::checks::Own;

    const KEYS: [&str; 3] = [
        "USE_SHOP_SDK",
        "SHOP_SDK_AUTHENTICATION_USERNAME",
        "TLS_ONLY",
    ];

    fn keys() -> NearName {
        NearName {
            select: vec![Selector::parse("//a/@key").unwrap()],
            names: KEYS.map(str::to_owned).to_vec(),
            exact: false,
            distance: 3,
            long: Some(14),
            words: true,
            misplaced: false,
            own: None,
            elsewhere: Some(Elsewhere {
                contains: Some("sdk".to_owned()),
                ends_with: None,
                distance: None,
            }),
        }
    }

    /// What `written` below an element `parent` was meant to be.
    fn meant(rule: &NearName, parent: &str, written: &str, is_own: bool) -> Option<String> {
        let document = Document::from_text(&format!("<{parent}><a/></{parent}>")).unwrap();
        let name = Name {
            document: &document,
            element: document.child_named(document.root(), "a").unwrap(),
            leaf: &Leaf::Element,
            written: written.to_owned(),
        };
        rule.meant(&name, is_own).map(str::to_owned)
    }

    #[test]
    fn keys_of_translated_and_misprinted_pages() {
        let (flag, user) = (Some(KEYS[0]), Some(KEYS[1]));
        let cases = [
            ("Shop_sdk_authentıcatıon_username", user),
            ("SHOP_SDK_AUTHENTİCATION_USERNAME", user),
            ("SHOPS_SDK_AUTHENTICATION_USERNAME", user),
            ("Das SHOP_SDK_AUTHENTICATION_USERNAME", user),
            ("SHOP_SDK_AUTHENTICATION_USERNAME ", user),
            ("USE_SHOPSDK", flag),
            ("use_shop_sdk", None),
            (
                "SHOP_SDK_AUTHENTICATION_CLIENT_CERTIFICATE_THUMBPRINT",
                None,
            ),
            ("AWS_SDK_REGION", None),
            // Short names may have two wrong letters.
            ("USE_HOP_SDX", None),
            ("USEHOP_SDK", flag),
            ("SEHOP_SDK", None),
        ];
        for (written, expected) in cases {
            assert_eq!(
                meant(&keys(), "x", written, false).as_deref(),
                expected,
                "{written}"
            );
        }
        assert_eq!(
            meant(&keys(), "x", "TLS_ONYL", true).as_deref(),
            Some(KEYS[2])
        );
        assert_eq!(meant(&keys(), "x", "TLS_ONYL", false), None);
    }

    #[test]
    fn sections_say_which_names_can_be_meant() {
        let names = ["shop_sdk_Url", "till_sdk_Url"].map(str::to_owned);
        let rule = NearName {
            exact: true,
            long: None,
            names: names.to_vec(),
            own: Some(Own {
                components: Vec::new(),
                files: Vec::new(),
                sections: vec![Section {
                    section: "shop".to_owned(),
                    names: vec![names[0].clone()],
                }],
            }),
            elsewhere: Some(Elsewhere {
                ends_with: Some("_SDK_URL".to_owned()),
                distance: Some(1),
                contains: None,
            }),
            ..keys()
        };
        let shop = Some(names[0].as_str());
        let cases = [
            ("shop.Settings", "sh_op_sdk_Url", shop),
            ("shop.Settings", "shop_sdk_url", shop),
            ("shop.Settings", "shop_sdk_Url", None),
            // Known, if out of place: another rule would have to say that.
            ("shop.Settings", "till_sdk_Url", None),
            ("shop.Settings", "PageSize", None),
            ("other.Settings", "shp_sdk_Url", shop),
            ("other.Settings", "sho_pp_sdk_Url", None),
            ("other.Settings", "shop_sdk_Ur", None),
        ];
        for (section, written, expected) in cases {
            assert_eq!(
                meant(&rule, section, written, false).as_deref(),
                expected,
                "{section} {written}"
            );
        }
    }
}
