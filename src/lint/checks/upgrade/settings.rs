//! The account for the SDK, and the flag that says whether it is used.

use crate::lint::check::Check;
use crate::lint::condition::is;
use crate::lint::finding::Place;
use crate::pack::lint::ValueType;

use super::account::{Account, FLAG, Known, PASSWORD, USER, account};
use super::names;
use super::{ADAPTER, PORTAL};

/// The flag says no, and yet there is a URL that somebody set.
pub(in crate::lint::checks) fn flag_off(check: &mut Check<'_>) {
    let Some(account) = account(check, check.at).filter(Account::avoids_sdk) else {
        return;
    };
    let (Some(flag), Some(url)) = (account.flag, account.url) else {
        return;
    };
    let name = name_of(check, FLAG, "UseWebServiceSdk");
    let message = format!("`{name}` is false, but a URL of the SDK is set");
    at(check, flag.place, message).related(url.place, "is not used");
}

/// The name of a setting in the file that is looked at.
fn name_of(check: &Check<'_>, key: &'static str, element: &'static str) -> &'static str {
    match check.subject().component.as_deref() {
        Some(ADAPTER) => element,
        _ => key,
    }
}

fn at<'c>(
    check: &'c mut Check<'_>,
    place: Place,
    message: String,
) -> crate::lint::check::Reported<'c> {
    check.report_in(place.subject, place.span, place.address, message)
}

/// The account that is set, if the component may use it.
fn user(check: &Check<'_>) -> Option<Known> {
    let account = account(check, check.at)?;
    let is_used = !account.avoids_sdk();
    account.user.filter(|user| is_used && !user.is_empty())
}

/// The account is written without its domain.
pub(in crate::lint::checks) fn user_unqualified(check: &mut Check<'_>) {
    if let Some(user) = user(check)
        && !user.value.contains('@')
        && !is(ValueType::QualifiedUser, &user.value)
    {
        let shown = check.shown_text(user.value.trim());
        at(
            check,
            user.place,
            format!("`{shown}` names no domain or machine"),
        );
    }
}

/// The account is written `user@domain`.
pub(in crate::lint::checks) fn user_principal_name(check: &mut Check<'_>) {
    if let Some(user) = user(check)
        && user.value.contains('@')
        && !user.value.contains('\\')
    {
        let shown = check.shown_text(user.value.trim());
        at(
            check,
            user.place,
            format!("`{shown}` is written as user@domain"),
        );
    }
}

/// There is no account.
pub(in crate::lint::checks) fn user_missing(check: &mut Check<'_>) {
    let name = name_of(check, USER, "WebServiceSdkUsername");
    missing(check, name, |account| account.user.clone());
}

/// There is no password.
pub(in crate::lint::checks) fn password_missing(check: &mut Check<'_>) {
    let name = name_of(check, PASSWORD, "WebServiceSdkPassword");
    missing(check, name, |account| account.password.clone());
}

fn missing(check: &mut Check<'_>, name: &str, get: impl Fn(&Account) -> Option<Known>) {
    let Some(account) = account(check, check.at) else {
        return;
    };
    if !account.uses_sdk() || !account.is_complete || account.has_certificate {
        return;
    }
    let why = match check.subject().component.as_deref() {
        Some(PORTAL) => "the portal uses the SDK",
        Some(ADAPTER) => "the adapter uses the SDK",
        _ => "the Mobile App Web Service always uses the SDK",
    };
    match get(&account) {
        Some(known) if known.is_empty() => {
            at(check, known.place, format!("`{name}` is empty, but {why}"));
        }
        Some(_) => {}
        // A key that is nearly this one is what is wrong then, and another rule says so.
        None if names::has_near_key(check.subject(), name) => {}
        None => {
            if let Some(place) = account.section {
                at(check, place, format!("there is no `{name}`, but {why}"));
            }
        }
    }
}
