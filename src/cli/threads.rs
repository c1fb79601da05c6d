//! How many threads a run has: as many as the machine has cores and the system lets start, one if
//! it lets none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

static IS_ALONE: AtomicBool = AtomicBool::new(false);

/// Sets up the pool that operations work in. A pool that cannot start its threads would end the
/// process, so it is tried out first how many can be started.
pub(super) fn prepare() {
    let wanted = thread::available_parallelism().map_or(1, usize::from);
    let started = startable(wanted);
    let builder = rayon::ThreadPoolBuilder::new();
    let built = match started {
        0 => {
            IS_ALONE.store(true, Ordering::Relaxed);
            let builder = builder.num_threads(1).use_current_thread();
            builder.build_global()
        }
        _ => builder.num_threads(started).build_global(),
    };
    // It is built once in a process.
    let _ = built;
}

/// Whether this run has no thread but the first.
pub(super) fn is_alone() -> bool {
    IS_ALONE.load(Ordering::Relaxed)
}

/// How many of so many threads can be there at one time.
fn startable(wanted: usize) -> usize {
    let mut running = Vec::new();
    for _ in 0..wanted {
        let (done, wait) = mpsc::channel::<()>();
        let started = thread::Builder::new().spawn(move || {
            let _ = wait.recv();
        });
        match started {
            Ok(thread) => running.push((done, thread)),
            Err(_) => break,
        }
    }
    let count = running.len();
    for (done, thread) in running {
        drop(done);
        let _ = thread.join();
    }
    count
}
