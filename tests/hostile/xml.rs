//! XML that wants to do harm, one file in each row of `xml.tsv`: its bytes, how `lint`, `merge` and `rewrite` end over it,
//! and what the merge says. Nothing is written but by a merge or a rewrite that ends with 0 or 1.
//!
//! `%XX` is a byte, `{N*text}` is the text N times.

use std::time::{Duration, Instant};

use crate::command::{folder, run, tree};
use crate::table::{self, bytes};

/// A guard against a run without an end, not a measurement: a machine may be slow.
const PATIENCE: Duration = Duration::from_secs(180);
const GOOD: &[u8] =
    b"<configuration><appSettings><add key=\"a\" value=\"1\" /></appSettings></configuration>\n";

fn answer(recipe: &str) -> String {
    let file = bytes(recipe);
    let place = folder(&[("in/evil.config", &file), ("good.config", GOOD)]);
    let at = place.path();
    let before = tree(at);
    let mut codes = Vec::new();
    let mut message = String::new();
    for args in [
        &["lint", "in/evil.config"][..],
        &[
            "merge",
            "--base",
            "good.config",
            "--old",
            "in/evil.config",
            "--new",
            "good.config",
            "-o",
            "result.config",
        ],
        &["rewrite", "--write", "in/evil.config"],
    ] {
        let since = Instant::now();
        let done = run(at, args);
        assert!(since.elapsed() < PATIENCE, "{recipe}: {args:?}");
        assert!(
            !done.stderr.contains("panicked"),
            "{recipe}: {args:?}: {}",
            done.stderr
        );
        assert!(
            done.stdout.len() + done.stderr.len() < (4 << 20) + 8 * file.len(),
            "{recipe}: {args:?}"
        );
        let after = tree(at);
        for (name, bytes) in &after {
            let may = match args[0] {
                "merge" => name == "result.config" && done.code < 2,
                "rewrite" => {
                    name == "result.config" || (name == "in/evil.config" && done.code == 0)
                }
                _ => false,
            };
            assert!(
                may || before.get(name) == Some(bytes),
                "{recipe}: {args:?}: {name} was written"
            );
        }
        if args[0] == "merge" && done.code == 2 {
            message = done
                .stderr
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default()
                .to_owned();
        }
        codes.push(done.code.to_string());
    }
    format!("{}\t{}", codes.join(" "), table::visible(&message))
}

#[test]
fn every_file_gets_its_answer() {
    table::check("xml.tsv", 100, answer);
}
