//! The laws of the fuzz targets, over every file there is and over damaged
//! copies of them: the same damage in every run.

use rayon::prelude::*;

#[path = "../../fuzz/laws.rs"]
mod laws;

/// What people and programs leave in files by mistake.
const DEBRIS: [&[u8]; 12] = [
    b"<",
    b"&",
    b"\"",
    b">",
    b"--",
    b"]]>",
    b"<<<<<<< HEAD\n",
    b"\x00",
    b"\xff\xfe",
    b"\r",
    b"<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "\u{201d}".as_bytes(),
];

/// Numbers that look random and are always the same (a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

fn damaged(bytes: &[u8], kind: usize, numbers: &mut Numbers) -> Vec<u8> {
    let mut damaged = bytes.to_owned();
    let at = numbers.below(bytes.len());
    let end = (at + numbers.below(80)).min(bytes.len());
    match kind {
        0 => damaged.truncate(at),
        1 => drop(damaged.drain(at..end)),
        2 => {
            let copy = bytes[at..end].to_owned();
            let to = numbers.below(bytes.len());
            damaged.splice(to..to, copy);
        }
        3 => {
            let debris = DEBRIS[numbers.below(DEBRIS.len())];
            damaged.splice(at..at, debris.iter().copied());
        }
        _ => {
            for _ in 0..3 {
                let at = numbers.below(bytes.len());
                if let Some(byte) = damaged.get_mut(at) {
                    *byte = (numbers.below(256)) as u8;
                }
            }
        }
    }
    damaged
}

#[test]
fn files_and_damaged_copies_are_read_and_linted() {
    let files = crate::laws::files();
    assert!(files.len() > 100);
    files
        .par_iter()
        .enumerate()
        .for_each(|(at, (name, bytes))| {
            let mut numbers = Numbers(at as u64);
            for kind in 0..6 {
                let bytes = match kind {
                    5 => bytes.clone(),
                    _ => damaged(bytes, kind, &mut numbers),
                };
                let checked = std::panic::catch_unwind(|| {
                    laws::parse(&bytes);
                    laws::lint(&bytes);
                });
                assert!(checked.is_ok(), "{name}, damage {kind}");
            }
        });
}

#[test]
fn damaged_versions_are_merged_or_refused() {
    let files = crate::laws::files();
    files
        .par_iter()
        .enumerate()
        .for_each(|(at, (name, bytes))| {
            let mut numbers = Numbers(at as u64);
            let versions: Vec<Vec<u8>> = (0..3)
                .map(|side| match side {
                    0 => bytes.clone(),
                    _ => damaged(bytes, 1 + numbers.below(4), &mut numbers),
                })
                .collect();
            let checked = std::panic::catch_unwind(|| laws::merge(&versions.join(laws::SEPARATOR)));
            assert!(checked.is_ok(), "{name}");
        });
}
