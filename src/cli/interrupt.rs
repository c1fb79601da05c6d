//! Ctrl-C and its like: what is half made is removed, then the run ends as the system would have
//! ended it.

/// Has interruptions looked after. Where no thread can be started for that, the system ends the run
/// at once, and the next run removes what is left.
#[cfg(unix)]
pub(super) fn prepare() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    // A signal that whoever started conferry has switched off, as nohup does, stays off.
    let heeded = [SIGINT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|signal| !is_ignored(*signal));
    let heeded: Vec<i32> = heeded.collect();
    let (ready, wait) = std::sync::mpsc::channel::<()>();
    let started = std::thread::Builder::new().spawn(move || {
        let Ok(mut signals) = Signals::new(heeded) else {
            return;
        };
        drop(ready);
        if let Some(signal) = signals.forever().next() {
            crate::io::folder::interrupt();
            // The shell sees the signal: 130 for Ctrl-C, 143 for SIGTERM.
            let _ = emulate_default_handler(signal);
        }
    });
    if started.is_ok() {
        // Nothing is written before somebody listens.
        let _ = wait.recv();
    }
}

/// Whether the process ignores the signal, as Linux tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// The same for Windows, which ends what its console is closed on.
#[cfg(windows)]
pub(super) fn prepare() {
    /// What a program that Ctrl-C ended returns: STATUS_CONTROL_C_EXIT.
    const CONTROL_C_EXIT: i32 = 0xC000_013A_u32.cast_signed();
    // It is set once in a process.
    let _ = ctrlc::set_handler(|| {
        crate::io::folder::interrupt();
        #[allow(clippy::exit)] // other threads are at work
        std::process::exit(CONTROL_C_EXIT);
    });
}

#[cfg(not(any(unix, windows)))]
pub(super) fn prepare() {}
