//! What .NET's own reader refuses or misreads although it is well-formed XML.
//!
//! Each kind was found by asking that reader, and `tests/it/dotnet_hazards.rs` holds it to the reader still. What is
//! read by somebody else is judged as if .NET read it: a section with a handler of its own may well understand a
//! `<clear></clear>`. It does not say that .NET reads the rest: whether sections are declared, or entries doubled, is
//! asked elsewhere.

use crate::xml::{Document, NodeId};

/// The one namespace that .NET accepts on `configuration`.
const NAMESPACE: &str = "http://schemas.microsoft.com/.NetConfiguration/v2.0";

/// Sections that IIS reads, and .NET leaves alone.
const OF_IIS: [&str; 2] = ["system.webServer", "system.applicationHost"];

/// What is misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HazardKind {
    /// A `setting` with nothing between its `</value>` and its own end tag, and another element behind it.
    /// `ClientSettingsSection` skips one node behind `</value>`, white space or a comment as a rule. Here it skips
    /// `</setting>`, and refuses what follows as a child of the `setting`.
    SettingEndsBehindValue,
    /// A `<clear></clear>` with entries behind it. .NET takes `</clear>` for the end of the collection: the entries
    /// before it are cleared, and those behind it are never read. `<clear />` is read as it is meant.
    ClearWithEndTag,
    /// An attribute of `configuration`. .NET refuses all of them, prefixed ones and declarations of prefixes too, but
    /// for the one default namespace.
    RootAttribute,
    /// A `configuration` in another namespace than .NET's own, or with a prefix. .NET refuses the file.
    RootNamespace,
}

/// Something that .NET refuses or misreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// What it is.
    pub kind: HazardKind,
    /// Where: the `setting` that lacks the white space, the `clear`, or the root.
    pub element: NodeId,
}

/// What .NET refuses or misreads in `document`, in its order. An attribute of the root counts each.
///
/// Files that a configuration points at are looked into as well: what is said of `configuration` does not concern them.
#[must_use]
pub fn hazards(document: &Document) -> Vec<Hazard> {
    let mut found = of_the_root(document);
    let mut skip_until = 0;
    for element in document.nodes().filter(|node| document.is_element(*node)) {
        if element.index() < skip_until {
            continue;
        }
        let kind = match document.local_name(element) {
            name if OF_IIS.contains(&name) => {
                let last = document.subtree(element).next_back();
                skip_until = last.map_or(0, |last| last.index() + 1);
                continue;
            }
            "setting" if ends_behind_value(document, element) => HazardKind::SettingEndsBehindValue,
            "clear" if document.end_tag(element).is_some() => HazardKind::ClearWithEndTag,
            _ => continue,
        };
        if has_element_behind(document, element) {
            found.push(Hazard { kind, element });
        }
    }
    found
}

fn of_the_root(document: &Document) -> Vec<Hazard> {
    let root = document.root();
    if document.local_name(root) != "configuration" {
        return Vec::new();
    }
    let has_prefix = document.name(root) != "configuration";
    let prefix = has_prefix.then_some(HazardKind::RootNamespace);
    let attributes = document.attributes(root).iter().filter_map(|attribute| {
        if document.slice(attribute.name) != "xmlns" {
            return Some(HazardKind::RootAttribute);
        }
        (document.attribute_value(attribute) != NAMESPACE).then_some(HazardKind::RootNamespace)
    });
    prefix
        .into_iter()
        .chain(attributes)
        .map(|kind| Hazard {
            kind,
            element: root,
        })
        .collect()
}

/// Whether this is a setting of `ClientSettingsSection`, which demands `serializeAs`, and its value is the last it holds.
fn ends_behind_value(document: &Document, setting: NodeId) -> bool {
    document.attribute(setting, "serializeAs").is_some()
        && document
            .last_child(setting)
            .is_some_and(|last| document.local_name(last) == "value")
}

fn has_element_behind(document: &Document, element: NodeId) -> bool {
    std::iter::successors(document.next_sibling(element), |node| {
        document.next_sibling(*node)
    })
    .any(|node| document.is_element(node))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use HazardKind::*;

    #[track_caller]
    fn found(text: &str) -> Vec<(HazardKind, String)> {
        let document = Document::from_text(text).unwrap();
        hazards(&document)
            .into_iter()
            .map(|hazard| {
                let tag = document.slice(document.start_tag(hazard.element));
                (hazard.kind, tag.to_owned())
            })
            .collect()
    }

    #[test]
    fn a_setting_needs_something_between_value_and_its_end_tag() {
        let a = "<setting name='A' serializeAs='String'>";
        let b = "<setting name='B' serializeAs='String'>\n<value/>\n</setting>";
        for tight in ["<value>1</value>", "<value/>", "<!--c--><value>1</value>"] {
            for between in ["", "\n", "<!--c-->"] {
                let text = format!("<acme.S>{a}{tight}</setting>{between}{b}</acme.S>");
                assert_eq!(found(&text), [(SettingEndsBehindValue, a.to_owned())]);
            }
            let text = format!("<acme.S>{b}{a}{tight}</setting>\n<!--c--></acme.S>");
            assert_eq!(found(&text), [], "nothing follows that could be refused");
        }
        for loose in [
            "<value>1</value> ",
            "<value>1</value><!--c-->",
            "<value/><?p?>",
            "",
        ] {
            let text = format!("<acme.S>{a}{loose}</setting>{b}</acme.S>");
            assert_eq!(found(&text), [], "{loose}");
        }
        let other = "<x><setting name='A'><value>1</value></setting><setting/></x>";
        assert_eq!(found(other), [], "a section of somebody else's");
    }

    #[test]
    fn a_clear_has_no_end_tag() {
        let entry = "<add key='a' value='1'/>";
        for clear in ["<clear></clear>", "<clear> </clear>"] {
            let text = format!("<appSettings>{entry}{clear}\n{entry}</appSettings>");
            assert_eq!(found(&text), [(ClearWithEndTag, "<clear>".to_owned())]);
            let text = format!("<appSettings>{entry}{clear}<!--{entry}--></appSettings>");
            assert_eq!(found(&text), [], "nothing follows that could be lost");
            let iis = format!(
                "<configuration><system.webServer><handlers>{clear}{entry}</handlers></system.webServer>\
                 <appSettings>{clear}{entry}</appSettings></configuration>"
            );
            assert_eq!(found(&iis).len(), 1, "IIS reads its own");
        }
        assert_eq!(
            found(&format!("<appSettings><clear/>{entry}</appSettings>")),
            []
        );
    }

    #[test]
    fn the_root_has_no_attributes() {
        let kinds = |text: &str| -> Vec<HazardKind> {
            found(text).into_iter().map(|(kind, _)| kind).collect()
        };
        assert_eq!(kinds("<configuration/>"), []);
        assert_eq!(kinds(&format!("<configuration xmlns='{NAMESPACE}'/>")), []);
        assert_eq!(
            kinds("<configuration xmlns='urn:contoso'/>"),
            [RootNamespace]
        );
        assert_eq!(
            kinds("<configuration xmlns:xdt='urn:contoso' xdt:a='1' b='2'/>"),
            [RootAttribute; 3]
        );
        assert_eq!(
            kinds(&format!("<c:configuration xmlns:c='{NAMESPACE}'/>")),
            [RootNamespace, RootAttribute]
        );
        assert_eq!(kinds("<appSettings file='a.config'/>"), [], "a sidecar");
    }
}
