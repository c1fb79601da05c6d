//! The run of this process, as reports name it.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::present::run::Run;

/// The machine and a number that no other run has, unless the environment names them.
pub(super) fn this_run() -> Run {
    let given = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    Run {
        host: given("CONFERRY_HOST").unwrap_or_else(host),
        id: given("CONFERRY_RUN_ID").unwrap_or_else(|| {
            // The standard library takes new random keys for each process.
            format!("{:016x}", RandomState::new().build_hasher().finish())
        }),
    }
}

#[cfg(unix)]
fn host() -> String {
    let system = rustix::system::uname();
    system.nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
