//! The command line as git gives it, read without clap.
//!
//! git starts the driver once per file, and to set clap up costs the same for each of them. So a
//! command line of plain paths and of options with their values apart is read here.
//! Promises that what it reads means what clap reads; whatever else there is, mistakes included, it
//! leaves to clap.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{BASE_LABEL, DriverArgs, MARKER_SIZE, OURS_LABEL, THEIRS_LABEL};
use crate::cli::pack_options::RulesArgs;

/// `conferry git-merge-driver BASE OURS THEIRS` with options, the name of the program included.
/// `None` if that is not all there is.
pub(in crate::cli) fn read(args: &[OsString]) -> Option<DriverArgs> {
    let [_, command, words @ ..] = args else {
        return None;
    };
    if command != "git-merge-driver" {
        return None;
    }
    let mut files = Vec::with_capacity(3);
    let mut given = Given::default();
    let mut words = words.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        let word = word?;
        match given.option(word) {
            Some(option) => {
                let value = words.next()?.filter(|value| is_plain(value))?;
                if option.replace(value).is_some() {
                    return None;
                }
            }
            None if is_plain(word) => files.push(PathBuf::from(word)),
            None => return None,
        }
    }
    let [base, ours, theirs] = <[PathBuf; 3]>::try_from(files).ok()?;
    let text = |given: Option<&str>, otherwise: &str| given.unwrap_or(otherwise).to_owned();
    Some(DriverArgs {
        base: Some(base),
        ours: Some(ours),
        theirs: Some(theirs),
        output: given.output.map(PathBuf::from),
        marker_size: match given.marker_size {
            Some(size) => size.parse().ok()?,
            None => MARKER_SIZE,
        },
        path: given.path.map(str::to_owned),
        style: None,
        base_label: text(given.base_label, BASE_LABEL),
        ours_label: text(given.ours_label, OURS_LABEL),
        theirs_label: text(given.theirs_label, THEIRS_LABEL),
        install: false,
        global: false,
        rules: RulesArgs::default(),
    })
}

/// The values of the options that git gives.
#[derive(Default)]
struct Given<'a> {
    output: Option<&'a str>,
    marker_size: Option<&'a str>,
    path: Option<&'a str>,
    base_label: Option<&'a str>,
    ours_label: Option<&'a str>,
    theirs_label: Option<&'a str>,
}

impl<'a> Given<'a> {
    fn option(&mut self, word: &str) -> Option<&mut Option<&'a str>> {
        Some(match word {
            "-o" => &mut self.output,
            "-L" => &mut self.marker_size,
            "-p" => &mut self.path,
            "--base-label" => &mut self.base_label,
            "--ours-label" => &mut self.ours_label,
            "--theirs-label" => &mut self.theirs_label,
            _ => return None,
        })
    }
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('-')
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    #[derive(Debug, Parser)]
    struct Clap {
        #[command(flatten)]
        driver: DriverArgs,
    }

    fn words(words: &[&str]) -> Vec<OsString> {
        let program = ["conferry", "git-merge-driver"];
        program.iter().chain(words).map(OsString::from).collect()
    }

    /// One option with a value as often as one word of any kind.
    fn piece() -> impl Strategy<Value = Vec<&'static str>> {
        let options = [
            "-o",
            "-L",
            "-p",
            "--base-label",
            "--ours-label",
            "--theirs-label",
            "--output",
            "--rules",
            "--style",
            "--color",
        ];
        let values = ["a", "7", "+9", "x y", "auto", "diff3", "", "-", "-x"];
        let words = [
            "--",
            "-L7",
            "-pa",
            "--ours-label=a",
            "--install",
            "-h",
            "d",
            "-o",
        ];
        prop_oneof![
            3 => (select(options.to_vec()), select(values.to_vec())).prop_map(|(option, value)| vec![option, value]),
            1 => select(words.to_vec()).prop_map(|word| vec![word]),
        ]
    }

    proptest! {
        #![proptest_config(Config {
            cases: 2000,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..Config::default()
        })]

        #[test]
        fn what_is_read_means_what_clap_reads(
            pieces in vec((0..=3_usize, piece()), 0..4),
        ) {
            let mut given = vec!["x", "y", "z"];
            for (at, piece) in pieces {
                given.splice(at..at, piece);
            }
            let args = words(&given);
            if let Some(read) = read(&args) {
                let clap = Clap::try_parse_from(&args[1..]);
                prop_assert_eq!(clap.ok().map(|clap| clap.driver), Some(read));
            }
        }
    }

    #[test]
    fn gits_own_command_line_is_read() {
        let given = words(&[
            ".merge_file_a",
            ".merge_file_b",
            ".merge_file_c",
            "-L",
            "9",
            "-p",
            "Web.config",
            "--base-label",
            "base of both",
            "--ours-label",
            "HEAD",
            "--theirs-label",
            "branch",
        ]);
        let read = read(&given).expect("it is plain");
        let clap = Clap::try_parse_from(&given[1..]).expect("clap reads it");
        assert_eq!(read, clap.driver);
        assert_eq!((read.marker_size, read.ours_label.as_str()), (9, "HEAD"));
    }
}
