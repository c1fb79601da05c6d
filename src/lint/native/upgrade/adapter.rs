//! The AD FS adapter: its registered name, its password.

use crate::lint::check::Check;
use crate::xml::Span;
use crate::xml::address::Leaf;

/// The name under which version 6 registered itself with AD FS.
const OLD_NAME: &str = "WindowsAzureMultiFactorAuthentication";
/// The type that was registered.
const TYPE: &str = "MultiFactorAuthAdfsAdapter, Version=6.";

/// The provider is named as version 6 registered it. Scripts are no documents,
/// so this looks at the text.
pub(in crate::lint::native) fn old_provider_name(check: &mut Check<'_>) {
    let Some(source) = check.subject().source() else {
        return;
    };
    let text = source.text();
    let names = memchr::memmem::find_iter(text.as_bytes(), OLD_NAME).map(|at| (at, OLD_NAME));
    let types = memchr::memmem::find_iter(text.as_bytes(), TYPE).map(|at| (at, TYPE));
    let mut found: Vec<(usize, &str)> = names.chain(types).collect();
    found.sort_unstable();
    for (at, name) in found {
        let span = Span::new(at, at + name.len());
        check.report(
            span,
            format!("`{name}` is what version 6 registered with AD FS"),
        );
    }
}

/// The password of the adapter contains `&`, written as it should be.
pub(in crate::lint::native) fn ampersand_in_password(check: &mut Check<'_>) {
    let subject = check.subject();
    let Some(document) = subject.document() else {
        return;
    };
    for element in subject.elements("WebServiceSdkPassword") {
        if document.inner_text(*element).contains('&') {
            let message = "the password contains `&`, which the documentation rules out";
            check.report_at(*element, &Leaf::Element, message);
        }
    }
}
