//! How far a long piece of work is, for people at a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output::Output;
use crate::cli::threads::is_alone;
use crate::snapshot::progress::Progress;

/// How often the line is drawn, per second.
const RATE: u8 = 10;
const TEMPLATE: &str = "{prefix}: {msg} files, {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";

/// Does `work` of so many files and bytes, and shows on a terminal how far it is.
pub(super) fn watch<T: Send>(
    output: &Output,
    what: &'static str,
    (files, bytes): (usize, u64),
    work: impl FnOnce(&Progress) -> T + Send,
) -> T {
    let progress = Progress::default();
    // The only thread of a pool of one must do the work itself.
    if !output.err_is_terminal() || is_alone() {
        return work(&progress);
    }
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(RATE));
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style);
    }
    bar.set_prefix(what);
    let done = std::thread::scope(|scope| {
        let working = scope.spawn(|| work(&progress));
        while !working.is_finished() {
            bar.set_message(format!("{} of {files}", progress.files()));
            bar.set_position(progress.bytes());
            std::thread::park_timeout(Duration::from_millis(50));
        }
        working.join()
    });
    bar.finish_and_clear();
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
