//! Checks that compare files of one run.

use std::path::Path;
use std::sync::Arc;

use crate::lint::check::Check;
use crate::lint::subject::Subject;

use super::upgrade::account::{Account, FLAG, Known, PASSWORD, SSL, USER, account};
use super::upgrade::{MOBILE, PORTAL, generation};

/// Setting names that `differs` takes for the account.
const ACCOUNT: [&str; 2] = [USER, PASSWORD];

/// Account or password of the portal and of the mobile app web service beside it differ.
pub(super) fn credentials_differ(check: &mut Check<'_>) {
    for (portal, mobile) in pairs(check) {
        for name in ACCOUNT {
            differs(check, &portal, &mobile, name, "the User Portal");
        }
    }
}

/// URL of the portal and of the mobile app web service beside it differ.
pub(super) fn sdk_url_differs(check: &mut Check<'_>) {
    for (portal, mobile) in pairs(check) {
        differs(check, &portal, &mobile, URL, "the User Portal");
    }
}

/// A setting differs between copies of one component.
pub(super) fn copies_differ(check: &mut Check<'_>) {
    for component in [PORTAL, MOBILE] {
        let copies = accounts(check, component);
        for (number, copy) in copies.iter().enumerate() {
            // A half-upgraded estate has files of two kinds, which differ for a reason.
            let same_kind =
                |other: &&Used| generation_of(check, other.at) == generation_of(check, copy.at);
            let Some(first) = copies[..number].iter().find(same_kind) else {
                continue;
            };
            for name in [FLAG, USER, PASSWORD, SSL, URL] {
                differs(check, first, copy, name, "another copy of this component");
            }
        }
    }
}

/// What messages call the URL, which has no key.
const URL: &str = "the URL of the SDK";

/// A component that uses the SDK.
struct Used {
    at: usize,
    account: Account,
}

impl Used {
    fn setting(&self, name: &str) -> Option<&Known> {
        match name {
            FLAG => self.account.flag.as_ref(),
            USER => self.account.user.as_ref(),
            PASSWORD => self.account.password.as_ref(),
            SSL => self.account.ssl.as_ref(),
            _ => self.account.url.as_ref(),
        }
    }
}

/// The files of a component that somebody has configured.
fn accounts(check: &Check<'_>, component: &str) -> Vec<Used> {
    let files = check.estate.of_component(component);
    files
        .filter_map(|(at, _)| {
            let account = account(check, at)?;
            let is_set = account.is_complete && account.url.is_some() && !account.avoids_sdk();
            is_set.then_some(Used { at, account })
        })
        .collect()
}

/// Every mobile app web service with the portal that lies nearest to it in the same tree.
fn pairs(check: &Check<'_>) -> Vec<(Used, Used)> {
    let estate = check.estate;
    accounts(check, MOBILE)
        .into_iter()
        .filter_map(|mobile| {
            let subject = &estate.subjects[mobile.at];
            let portals = accounts(check, PORTAL);
            let near = |portal: &Used| shared_folders(subject, &estate.subjects[portal.at]);
            // The first of those that are equally near.
            let best = portals.iter().map(&near).max()?;
            let portal = portals.into_iter().find(|portal| near(portal) == best)?;
            let is_of_kind = generation_of(check, portal.at) == generation_of(check, mobile.at);
            (best > 0 && is_of_kind).then_some((portal, mobile))
        })
        .collect()
}

fn generation_of(check: &Check<'_>, at: usize) -> Option<super::upgrade::Generation> {
    check.estate.subjects[at].document().and_then(generation)
}

/// One more than the folders that two files share from the top; 0 if they are of two trees.
fn shared_folders(one: &Subject, other: &Subject) -> usize {
    if !Arc::ptr_eq(&one.tree, &other.tree) {
        return 0;
    }
    let folders = |path: &Path| -> Vec<_> {
        let parent = path.parent().unwrap_or(Path::new(""));
        parent
            .components()
            .map(|part| part.as_os_str().to_owned())
            .collect()
    };
    let (one, other) = (folders(&one.path), folders(&other.path));
    1 + one
        .iter()
        .zip(&other)
        .take_while(|(one, other)| one == other)
        .count()
}

/// Reports at `second` that a setting of the two differs. A password is never shown.
fn differs(check: &mut Check<'_>, first: &Used, second: &Used, name: &str, other: &str) {
    let (here, there) = (second.setting(name), first.setting(name));
    let is_same = match (here, there) {
        (Some(here), Some(there)) => same(name, &here.value, &there.value),
        (None, None) => true,
        // One that stands in one file only is a difference just where it is a switch.
        _ => !matches!(name, SSL),
    };
    if is_same {
        return;
    }
    let message = match (name, here) {
        (PASSWORD, _) => format!("`{name}` is another one than in {other}"),
        (URL, Some(here)) => format!(
            "`{}` is another URL than in {other}",
            check.shown_text(&here.value)
        ),
        (_, Some(here)) if there.is_some() => {
            format!(
                "`{name}` is `{}` and another one in {other}",
                check.shown_text(&here.value)
            )
        }
        (_, Some(_)) => format!("`{name}` is set here, but not in {other}"),
        (_, None) => format!("`{name}` is not set here, but in {other}"),
    };
    let root = |at: usize| {
        check.estate.subjects[at]
            .document()
            .map(|document| document.root())
    };
    let place = |known: Option<&Known>, used: &Used| {
        let section = used.account.section.clone();
        known
            .map(|known| known.place.clone())
            .or(section)
            .or_else(|| {
                let root = root(used.at)?;
                Some(check.place(used.at, root, &crate::xml::address::Leaf::Element))
            })
    };
    let (Some(here), Some(there)) = (place(here, second), place(there, first)) else {
        return;
    };
    check
        .report_in(here.subject, here.span, here.address, message)
        .related(there, format!("in {other}"));
}

/// Accounts, flags and the paths of IIS are compared without case, passwords with it.
fn same(name: &str, one: &str, other: &str) -> bool {
    match name {
        PASSWORD => one == other,
        _ => one.trim().to_lowercase() == other.trim().to_lowercase(),
    }
}
