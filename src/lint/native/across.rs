//! Checks that compare files of one run.

use crate::lint::check::Check;

/// Credentials of the portal and of the mobile app web service differ.
pub(super) fn credentials_differ(check: &mut Check<'_>) {
    let _ = check;
}
