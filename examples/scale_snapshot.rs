//! What a snapshot costs in time and memory, beside the usual tools on the same
//! disk in the same run: `cargo run --release --example scale_snapshot`.
//!
//! Without options: 1 GB in 2,000 files. `--files 1 --size 10737418240` is one
//! large file, `--files 100000 --size 1000` are many small ones. Every command
//! of conferry runs in a process of its own, so that the peaks of memory are
//! separate. Files are in the page cache; each step ends when its result is on
//! the disk. The folder (`--at`) is removed at the end.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use age::secrecy::ExposeSecret;
use clap::Parser;

/// Measures snapshots, and other tools on the same files
#[derive(Debug, Parser)]
struct Arguments {
    /// How many files
    #[arg(long, default_value_t = 2_000)]
    files: u64,

    /// Bytes of each
    #[arg(long, default_value_t = 524_288)]
    size: u64,

    /// Text like that of a log instead of random bytes
    #[arg(long)]
    text: bool,

    /// How often; the median is shown
    #[arg(long, default_value_t = 3)]
    runs: usize,

    /// Leaves the other tools out
    #[arg(long)]
    alone: bool,

    /// Where to work; the folder must not exist
    #[arg(long, default_value = "target/scale_snapshot")]
    at: PathBuf,

    /// Runs one command of conferry and prints the peak of its memory
    #[arg(long, num_args = 1.., hide = true, allow_hyphen_values = true)]
    child: Option<Vec<String>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(child) = arguments.child {
        let words = std::iter::once("conferry".to_owned()).chain(child);
        let exit = conferry::cli::run(words.map(std::ffi::OsString::from));
        println!("\n{PEAK}{}", peak_memory().unwrap_or_default());
        return exit.into();
    }
    if arguments.at.exists() {
        eprintln!("{} is there already; remove it", arguments.at.display());
        return ExitCode::from(2);
    }
    let measured = measure(&arguments);
    let removed = fs::remove_dir_all(&arguments.at).map_err(|error| error.to_string());
    match measured.and(removed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

const PEAK: &str = "peak memory, KiB: ";
const DATA: &str = "c/Program Files/PhoneFactor/Data";

/// A step: its name, what is removed before it, and what it runs.
struct Step {
    name: &'static str,
    remove: &'static str,
    run: Run,
}

enum Run {
    Conferry(&'static str),
    Shell(&'static str),
}

/// A step, if its tool is there.
const STEPS: [(&str, Step); 14] = [
    conferry(
        "snapshot create, folder",
        "snap",
        "snapshot create --root c -o snap",
    ),
    conferry("snapshot verify, folder", "", "snapshot verify snap"),
    conferry(
        "snapshot restore, folder",
        "out",
        "snapshot restore snap --to out",
    ),
    conferry(
        "snapshot create, zip",
        "snap.zip",
        "snapshot create --root c -o snap.zip",
    ),
    conferry("snapshot verify, zip", "", "snapshot verify snap.zip"),
    conferry(
        "snapshot restore, zip",
        "out",
        "snapshot restore snap.zip --to out",
    ),
    conferry(
        "snapshot create, encrypted zip",
        "snap.zip.age",
        "snapshot create --root c -o snap.zip.age --encrypt-to RECIPIENT",
    ),
    conferry(
        "snapshot verify, encrypted zip",
        "",
        "snapshot verify snap.zip.age --identity key.txt",
    ),
    conferry(
        "snapshot restore, encrypted zip",
        "out",
        "snapshot restore snap.zip.age --to out --identity key.txt",
    ),
    shell(
        "cp",
        "copy",
        "cp -r c copy && cd copy && find . -type f -print0 | xargs -0 sha256sum > ../sums && sync -f .",
    ),
    shell(
        "tar",
        "a.tar",
        "tar cf a.tar c && sha256sum a.tar > sums && sync -f a.tar",
    ),
    shell(
        "restic",
        "repository",
        "restic init -q -r repository --password-file password && restic backup -q -r repository --password-file password c && sync -f repository",
    ),
    shell(
        "sha256sum",
        "",
        "find snap/files -type f -print0 | xargs -0 sha256sum > sums",
    ),
    shell(
        "openssl",
        "",
        "find snap/files -type f -print0 | xargs -0 openssl dgst -sha256 > sums",
    ),
];

const fn conferry(
    name: &'static str,
    remove: &'static str,
    line: &'static str,
) -> (&'static str, Step) {
    let run = Run::Conferry(line);
    ("", Step { name, remove, run })
}

const fn shell(
    tool: &'static str,
    remove: &'static str,
    line: &'static str,
) -> (&'static str, Step) {
    let run = Run::Shell(line);
    (
        tool,
        Step {
            name: line,
            remove,
            run,
        },
    )
}

fn measure(arguments: &Arguments) -> Result<(), String> {
    let at = arguments.at.as_path();
    fill(at, arguments).map_err(|error| error.to_string())?;
    let identity = age::x25519::Identity::generate();
    let key = identity.to_string();
    let write =
        |name: &str, text: &str| fs::write(at.join(name), text).map_err(|error| error.to_string());
    write("key.txt", key.expose_secret())?;
    write("password", "benchmark\n")?;
    let recipient = identity.to_public().to_string();
    let kind = if arguments.text {
        "text"
    } else {
        "random bytes"
    };
    println!(
        "{} files of {} bytes each, {kind}; median of {} runs; load before: {}",
        arguments.files,
        arguments.size,
        arguments.runs,
        fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .trim()
    );
    println!("| command | seconds | MB/s | peak memory, MiB |");
    println!("|---|---|---|---|");
    for (tool, step) in &STEPS {
        if !tool.is_empty() && (arguments.alone || !is_there(tool)) {
            println!(
                "| `{}` | not run: {tool} is {} | | |",
                step.name,
                if arguments.alone {
                    "left out"
                } else {
                    "not installed"
                }
            );
            continue;
        }
        let mut seconds = Vec::new();
        let mut peak = None;
        for _ in 0..arguments.runs.max(1) {
            let (time, memory) = run(step, at, &recipient)?;
            seconds.push(time);
            peak = peak.max(memory);
        }
        seconds.sort_by(f64::total_cmp);
        let median = seconds[seconds.len() / 2];
        let rate = (arguments.files * arguments.size) as f64 / median / 1e6;
        let peak = peak.map_or_else(String::new, |peak| (peak / 1024).to_string());
        println!("| `{}` | {median:.2} | {rate:.0} | {peak} |", step.name);
    }
    Ok(())
}

fn is_there(tool: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .stdout(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

/// Seconds, and the peak of memory in KiB where it is known.
fn run(step: &Step, at: &Path, recipient: &str) -> Result<(f64, Option<u64>), String> {
    let text = |error: std::io::Error| error.to_string();
    if !step.remove.is_empty() {
        let path = at.join(step.remove);
        let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
    }
    // What came before is not paid for here.
    Command::new("sync").status().map_err(text)?;
    let mut command = match &step.run {
        Run::Shell(line) => {
            let mut command = Command::new("sh");
            command.args(["-ec", line]);
            command
        }
        Run::Conferry(line) => {
            let mut command = Command::new(std::env::current_exe().map_err(text)?);
            let words = line
                .split(' ')
                .map(|word| if word == "RECIPIENT" { recipient } else { word });
            command.arg("--child").args(words);
            command
        }
    };
    let started = Instant::now();
    let output = command.current_dir(at).output().map_err(text)?;
    let seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!(
            "{} failed: {}",
            step.name,
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let peak = printed
        .lines()
        .find_map(|line| line.strip_prefix(PEAK)?.parse().ok());
    Ok((seconds, peak))
}

/// The files of a server below `c`.
fn fill(at: &Path, arguments: &Arguments) -> std::io::Result<()> {
    let data = at.join(DATA);
    fs::create_dir_all(&data)?;
    fs::write(data.join("Phonefactor.pfdata"), "x")?;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for number in 0..arguments.files {
        // Folders of a thousand files.
        let folder = data.join(format!("{:03}", number / 1000));
        fs::create_dir_all(&folder)?;
        let mut file = BufWriter::with_capacity(
            1 << 20,
            fs::File::create(folder.join(format!("{number}.bin")))?,
        );
        let mut left = arguments.size as usize;
        while left > 0 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bytes = match arguments.text {
                true => format!("2026-01-02 03:04:{:02},{:03} INFO pfsvc user{:05} authenticated by phone call, session {:08x}\r\n", state % 60, state >> 8 & 511, state >> 20 & 16_383, state >> 32).into_bytes(),
                false => state.to_le_bytes().to_vec(),
            };
            let bytes = &bytes[..bytes.len().min(left)];
            file.write_all(bytes)?;
            left -= bytes.len();
        }
        file.flush()?;
    }
    Ok(())
}

/// In KiB.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
