//! Files of no component that call the product: they stay where they are, with virtual directories renamed.

use super::installation::{Installation, OneFile};
use super::record::{File, Left};
use super::target::output_path;
use super::{Asked, source};
use crate::error::Failures;
use crate::io::stream::sha256;
use crate::io::windows_path::check_relative;
use crate::rewrite::Outcome;
use crate::rewrite::plan::is_known_text;

/// What changes.
pub(super) struct Rewritten {
    pub(super) files: Vec<(File, Vec<u8>)>,
    pub(super) left: Vec<Left>,
    pub(super) failures: Failures,
}

/// Rewrites what has a reference in it.
pub(super) fn rewrite<R>(asked: &Asked<'_, R>, old: &Installation) -> Rewritten {
    let mut done = Rewritten {
        files: Vec::new(),
        left: Vec::new(),
        failures: Failures::new(),
    };
    for one in &old.others {
        let bytes = match old.bytes(one) {
            Ok(bytes) => bytes,
            // What is no text has nothing that could be renamed, however large it is.
            Err(_) if !is_known_text(&one.path) => continue,
            Err(failure) => {
                done.failures.push(failure);
                continue;
            }
        };
        let why = match asked.rewriter().plan_bytes(&one.path, &bytes) {
            Ok(Outcome::Changed(change)) => {
                let (after, count) = (change.bytes_after(), change.references.len());
                match rewritten(old, one, "other", &bytes, &after, count) {
                    Some(file) => {
                        done.files.push(file);
                        continue;
                    }
                    None => {
                        "Windows cannot have its name: rename its references by hand".to_owned()
                    }
                }
            }
            Ok(_) => continue,
            Err(error) => format!("its references were not looked at: {error}"),
        };
        done.left.push(Left {
            file: one.below.clone(),
            why,
        });
    }
    done
}

/// The file as it is deployed where it was; `None` if Windows cannot have its name.
pub(super) fn rewritten(
    old: &Installation,
    one: &OneFile,
    role: &str,
    before: &[u8],
    after: &[u8],
    references: usize,
) -> Option<(File, Vec<u8>)> {
    if one.place.is_none() && check_relative(&one.below).is_err() {
        return None;
    }
    let file = File {
        path: output_path(&old.name, one.place.as_ref(), &one.below),
        target: one.place.as_ref().map(ToString::to_string),
        kind: "rewritten".to_owned(),
        role: role.to_owned(),
        size: after.len() as u64,
        sha256: sha256(after),
        references,
        from: vec![source("old", &old.label(one), before)],
        ..File::default()
    };
    Some((file, after.to_vec()))
}
