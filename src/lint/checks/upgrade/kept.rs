//! What does not stand in web.config as plain text: sidecars, encrypted sections.

use crate::config::protected::{ProtectedSection, protected_sections};
use crate::lint::check::Check;
use crate::lint::subject::Subject;
use crate::xml::Document;
use crate::xml::address::Leaf;

use super::{Generation, MOBILE, PORTAL, SDK, generation};

/// Settings stand in a file of their own.
pub(in crate::lint::checks) fn sidecar(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    for sidecar in subject.sidecars() {
        let section = document.local_name(sidecar.section);
        let path = check.shown_text(&sidecar.path);
        let message = match sidecar.is_required() {
            true => format!("all of `{section}` is in `{path}`"),
            false => format!("settings of `{section}` are in `{path}`, which win over those here"),
        };
        let leaf = Leaf::Attribute(sidecar.attribute.to_owned());
        check.report_at(sidecar.section, &leaf, message);
    }
}

/// A section is encrypted with a key that can be exported.
pub(in crate::lint::checks) fn encrypted_rsa(check: &mut Check<'_>) {
    encrypted(check, false);
}

/// A section is encrypted with a key that never leaves the machine.
pub(in crate::lint::checks) fn encrypted_dpapi(check: &mut Check<'_>) {
    encrypted(check, true);
}

fn encrypted(check: &mut Check<'_>, is_machine_bound: bool) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    if subject.elements("EncryptedData").is_empty() || !is_of_product(subject, document) {
        return;
    }
    for section in protected_sections(document) {
        if section.is_machine_bound() != is_machine_bound {
            continue;
        }
        let kind = kind(&section);
        let version = match generation(document) {
            Some(Generation::Four) => "v4.0.30319",
            _ => "v2.0.50727",
        };
        let command = section.decrypt_command(version, "<folder of the file>");
        let message = format!(
            "`{}` is encrypted {kind}; on this server `{command}` decrypts it",
            check.shown_text(&section.path)
        );
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

/// Whether the file is of the product, judged also by the sections it declares,
/// since what is encrypted tells nothing.
fn is_of_product(subject: &Subject, document: &Document) -> bool {
    if let Some(component) = subject.component.as_deref() {
        return [PORTAL, MOBILE, SDK].contains(&component);
    }
    subject.elements("section").iter().any(|section| {
        document.value(*section, "name").is_some_and(|name| {
            let start = name.split('.').next().unwrap_or_default();
            ["pfup", "pfpaws", "pfwssdk"]
                .iter()
                .any(|of| start.eq_ignore_ascii_case(of))
        })
    })
}
