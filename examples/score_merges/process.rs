//! Times the merge driver and `git merge-file` as processes, in turn and one at a
//! time, so that both meet the same moments of a busy machine. Both write their
//! result to a new file.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The three versions of one file.
pub(crate) struct Versions<'a> {
    pub(crate) base: &'a [u8],
    pub(crate) ours: &'a [u8],
    pub(crate) theirs: &'a [u8],
}

/// Merges each triple `rounds` times with `conferry` (a program) and with git, and says how long that took.
pub(crate) fn compare(
    conferry: &Path,
    triples: &[Versions<'_>],
    rounds: usize,
) -> Result<String, String> {
    let told = |error: std::io::Error| format!("{}: {error}", conferry.display());
    let conferry = conferry.canonicalize().map_err(told)?;
    let folder = tempfile::tempdir().map_err(told)?;
    let mut driver = Command::new(conferry);
    driver.args("git-merge-driver base.config ours.config theirs.config".split(' '));
    driver.args(["-p", "web.config", "-o", RESULT]);
    let mut git = Command::new("git");
    git.args("merge-file -p ours.config base.config theirs.config".split(' '));
    let (mut of_driver, mut of_git, mut wins) = (Vec::new(), Vec::new(), 0);
    for versions in triples {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            here.push(time(&mut driver, false, folder.path(), versions).map_err(told)?);
            there.push(time(&mut git, true, folder.path(), versions).map_err(told)?);
        }
        wins += usize::from(quantile(&mut here, 0.5) < quantile(&mut there, 0.5));
        of_driver.append(&mut here);
        of_git.append(&mut there);
    }
    let line = |times: &mut Vec<Duration>| {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        format!(
            "{:.2} / {:.2}",
            ms(quantile(times, 0.5)),
            ms(quantile(times, 0.95))
        )
    };
    Ok(format!(
        "as processes, {rounds} runs per triple in turn, ms median / p95: conferry {}, git merge-file {}; \
         conferry is faster on {wins} of {} triples\n",
        line(&mut of_driver),
        line(&mut of_git),
        triples.len()
    ))
}

/// Where results go.
const RESULT: &str = "merged.config";

/// How long one run takes; `prints` if its result is what it prints.
fn time(
    command: &mut Command,
    prints: bool,
    folder: &Path,
    versions: &Versions<'_>,
) -> std::io::Result<Duration> {
    fs::write(folder.join("base.config"), versions.base)?;
    fs::write(folder.join("ours.config"), versions.ours)?;
    fs::write(folder.join("theirs.config"), versions.theirs)?;
    let result = folder.join(RESULT);
    if result.exists() {
        fs::remove_file(&result)?;
    }
    let started = Instant::now();
    let output = match prints {
        true => Stdio::from(fs::File::create(&result)?),
        false => Stdio::null(),
    };
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(Stdio::null())
        .status()?;
    Ok(started.elapsed())
}

fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort();
    let at = (share * times.len().saturating_sub(1) as f64) as usize;
    times.get(at).copied().unwrap_or_default()
}
