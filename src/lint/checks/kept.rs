//! What does not stand in a file as plain text: sidecars, encrypted sections.

use crate::config::framework::{Framework, written_for};
use crate::config::protected::{ProtectedSection, protected_sections};
use crate::lint::check::Check;
use crate::lint::subject::Subject;
use crate::pack::checks::{EncryptedSection, EncryptionKey, SettingsElsewhere};
use crate::xml::Document;
use crate::xml::address::Leaf;

/// Settings stand in a file of their own.
pub(super) fn sidecar(_: &SettingsElsewhere, check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    for sidecar in subject.sidecars() {
        let section = document.local_name(sidecar.section);
        let path = check.shown_text(&sidecar.path);
        let case = if sidecar.is_required() { "all" } else { "some" };
        let message = check.say(case, &[("section", section), ("path", &path)]);
        let leaf = Leaf::Attribute(sidecar.attribute.to_owned());
        check.report_at(sidecar.section, &leaf, message);
    }
}

/// A section is encrypted.
pub(super) fn encrypted_section(parameters: &EncryptedSection, check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    if subject.elements("EncryptedData").is_empty() || !is_own(parameters, subject, document) {
        return;
    }
    for section in protected_sections(document) {
        if section.is_machine_bound() != (parameters.key == EncryptionKey::MachineBound) {
            continue;
        }
        let version = match written_for(document) {
            Some(Framework::Four) => "v4.0.30319",
            _ => "v2.0.50727",
        };
        let command = section.decrypt_command(version, "<folder of the file>");
        let path = check.shown_text(&section.path);
        let facts = [
            ("section", path.as_str()),
            ("how", &kind(&section)),
            ("command", &command),
        ];
        let message = check.say("", &facts);
        check.report_at(section.element, &Leaf::Element, message);
    }
}

fn kind(section: &ProtectedSection) -> String {
    match section.provider.as_deref() {
        Some("RsaProtectedConfigurationProvider") => {
            "with RSA, whose key container can be exported".to_owned()
        }
        Some("DataProtectionConfigurationProvider") => {
            "with DPAPI, whose key never leaves this machine".to_owned()
        }
        Some(_) => "by a provider of its own".to_owned(),
        None => "with the default provider (RSA, whose key container can be exported)".to_owned(),
    }
}

/// Whether the file is of the product, judged also by the sections that it declares.
fn is_own(parameters: &EncryptedSection, subject: &Subject, document: &Document) -> bool {
    if let Some(component) = &subject.component {
        return parameters.components.contains(component);
    }
    subject.elements("section").iter().any(|section| {
        document.value(*section, "name").is_some_and(|name| {
            let start = name.split('.').next().unwrap_or_default();
            let mut own = parameters.sections.iter();
            own.any(|of| start.eq_ignore_ascii_case(of))
        })
    })
}
