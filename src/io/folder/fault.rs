//! Faults of the system, for tests: each call that makes, fills, names or removes a file asks here
//! first. A release has none of it.
//!
//! `CONFERRY_FAULT=KIND:N` lets the N-th call of the process fail: `fail` (the disk is damaged),
//! `denied`, `full` (the disk is full from then on), `short` (half of what is written arrives),
//! `kill` (the process ends), `int`, `term` and `hup` (it gets that signal and goes on). `count:FILE` writes into FILE how many calls there were.

#[cfg(not(debug_assertions))]
mod none {
    use std::io;

    pub(in crate::io::folder) fn at() -> io::Result<()> {
        Ok(())
    }

    pub(in crate::io::folder) fn removing() -> io::Result<()> {
        Ok(())
    }

    pub(in crate::io::folder) fn written(bytes: &[u8]) -> io::Result<&[u8]> {
        Ok(bytes)
    }
}

#[cfg(debug_assertions)]
mod planned {
    use std::io;
    use std::path::PathBuf;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    enum Fault {
        At(Kind, usize),
        Count(PathBuf),
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Fail,
        Denied,
        Full,
        Short,
        /// The process gets this signal.
        Signal(&'static str),
    }

    static FAULT: LazyLock<Option<Fault>> = LazyLock::new(|| {
        let text = std::env::var("CONFERRY_FAULT").ok()?;
        let (kind, value) = text.split_once(':')?;
        let kind = match kind {
            "count" => return Some(Fault::Count(PathBuf::from(value))),
            "fail" => Kind::Fail,
            "denied" => Kind::Denied,
            "full" => Kind::Full,
            "short" => Kind::Short,
            "kill" => Kind::Signal("kill"),
            "int" => Kind::Signal("int"),
            "term" => Kind::Signal("term"),
            "hup" => Kind::Signal("hup"),
            _ => return None,
        };
        Some(Fault::At(kind, value.parse().ok()?))
    });
    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// Counts a call; says what becomes of it.
    fn next() -> Option<Kind> {
        let fault = FAULT.as_ref()?;
        let call = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
        match fault {
            Fault::Count(file) => {
                let _ = std::fs::write(file, call.to_string());
                None
            }
            Fault::At(Kind::Full, from) => (call >= *from).then_some(Kind::Full),
            Fault::At(kind, at) => (call == *at).then_some(*kind),
        }
    }

    /// What the system is going to say of this call.
    pub(in crate::io::folder) fn at() -> io::Result<()> {
        const DAMAGED: i32 = if cfg!(windows) { 23 } else { 5 };
        match next() {
            None | Some(Kind::Short) => Ok(()),
            Some(Kind::Fail) => Err(io::Error::from_raw_os_error(DAMAGED)),
            Some(Kind::Denied) => Err(io::ErrorKind::PermissionDenied.into()),
            Some(Kind::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(Kind::Signal(name)) => {
                raise(name);
                Ok(())
            }
        }
    }

    /// The same for a call that gives space back.
    pub(in crate::io::folder) fn removing() -> io::Result<()> {
        match FAULT.as_ref() {
            Some(Fault::At(Kind::Full, _)) => Ok(()),
            _ => at(),
        }
    }

    /// What the system is going to take of `bytes`.
    pub(in crate::io::folder) fn written(bytes: &[u8]) -> io::Result<&[u8]> {
        let fault = FAULT.as_ref();
        if let Some(Fault::At(Kind::Short, _)) = fault {
            let most = bytes.len().div_ceil(2);
            return Ok(next().map_or(bytes, |_| &bytes[..most]));
        }
        at().map(|()| bytes)
    }

    #[cfg(unix)]
    fn raise(name: &str) {
        use rustix::process::{Signal, getpid, kill_process};
        let signal = match name {
            "int" => Signal::INT,
            "term" => Signal::TERM,
            "hup" => Signal::HUP,
            _ => Signal::KILL,
        };
        let _ = kill_process(getpid(), signal);
        // Time for whoever heeds it.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }

    #[cfg(not(unix))]
    fn raise(_: &str) {
        std::process::abort()
    }
}

#[cfg(not(debug_assertions))]
pub(super) use none::{at, removing, written};
#[cfg(debug_assertions)]
pub(super) use planned::{at, removing, written};
