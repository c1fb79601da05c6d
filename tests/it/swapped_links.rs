//! Folders that are swapped for links between the look and the deed: what lies outside is neither
//! read nor changed.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use conferry::io::sealed::Keys;
use conferry::io::walk::{self, Selection};
use conferry::io::windows_path::Drives;
use conferry::io::write_plan::WritePlan;
use conferry::pack;
use conferry::rewrite::{Outcome, Rewriter, VirtualDirectories};
use conferry::snapshot::create::{self, Destination, Facts};
use conferry::snapshot::find::{self, find};
use conferry::snapshot::manifest::Manifest;
use conferry::snapshot::progress::Progress;
use conferry::snapshot::restore;
use conferry::snapshot::store::Store;

use crate::command::{copy_tree, folder, tree};
use crate::snapshot::{create as create_with, fixture};

const PAGE: &[u8] = b"<a href=\"https://x/PhoneFactor/\">";

/// Puts a link to `outside` where the folder is, which is moved away.
fn swap(folder: &Path, outside: &Path) {
    fs::rename(folder, folder.with_extension("moved")).unwrap();
    symlink(outside, folder).unwrap();
}

#[test]
fn rewrite_changes_nothing_behind_a_link() {
    let rules = pack::load(&[]).unwrap();
    let renames = ["PhoneFactor=Portal".parse().unwrap()];
    let directories = VirtualDirectories::new(&[], &renames, &[]).unwrap();
    let rewriter = Rewriter {
        directories: &directories,
        rules: &rules,
    };
    for is_named in [false, true] {
        for is_swapped_before_reading in [true, false] {
            let folder = folder(&[("in/a/page.html", PAGE), ("out/page.html", PAGE)]);
            let at = folder.path();
            let path = match is_named {
                true => at.join("in/a/page.html"),
                false => at.join("in"),
            };
            let found = walk::files(&[path], &Selection::default()).files;
            assert_eq!(found.len(), 1);
            if is_swapped_before_reading {
                swap(&at.join("in/a"), &at.join("out"));
            }
            let plans = rewriter.plan_all(found);
            if is_swapped_before_reading {
                let error = plans[0].outcome.as_ref().unwrap_err().to_string();
                assert!(error.contains("a link came to be"), "{error}");
                continue;
            }
            let Ok(Outcome::Changed(change)) = &plans[0].outcome else {
                panic!("{:?}", plans[0].outcome);
            };
            let (before, after) = (change.bytes_before(), change.bytes_after());
            let file = &plans[0].file;
            // Before the plan, and between the plan and the write.
            let mut early = WritePlan::new();
            let target = early.in_place(&file.path, &file.place, true).unwrap();
            swap(&at.join("in/a"), &at.join("out"));
            assert!(
                WritePlan::new()
                    .in_place(&file.path, &file.place, true)
                    .is_err()
            );
            let ready = early.ready().unwrap();
            assert!(ready.replace(target, &before, &after).is_err());
            assert_eq!(tree(&at.join("out")).len(), 1);
            assert_eq!(fs::read(at.join("out/page.html")).unwrap(), PAGE);
        }
    }
}

#[test]
fn create_takes_nothing_from_behind_a_link() {
    let folder = folder(&[("outside/outside.bin", b"outside")]);
    copy_tree(&fixture("mfa1"), folder.path());
    let data = folder.path().join("c/Program Files/PhoneFactor/Data");
    for name in tree(&data).into_keys() {
        let path = folder.path().join("outside").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "from outside").unwrap();
    }
    let rules = pack::load(&[]).unwrap();
    let drives = Drives::below(&folder.path().join("c"), 'C');
    let plan = find(&find::Request {
        installers: find::Installers::Shipped,
        drives: &drives,
        rules: &rules,
        components: &[],
        iis: None,
        registry: None,
        include: None,
        with_pages: false,
        exclude: &Selection::default(),
    });
    let below = plan
        .files
        .iter()
        .filter(|file| file.from.starts_with(&data))
        .count();
    assert!(below > 0);
    swap(&data, &folder.path().join("outside"));
    let destination = Destination {
        path: folder.path().join("snap"),
        lock: None,
    };
    let facts = Facts {
        created: jiff::Timestamp::UNIX_EPOCH,
        host: "h".to_owned(),
        system_drive: 'C',
    };
    let made = create::create(plan, &destination, facts, &rules, &Progress::default()).unwrap();
    assert_eq!(made.problems.len(), below, "{:?}", made.problems);
    for problem in &made.problems {
        assert!(problem.message.contains("a link came to be"), "{problem:?}");
    }
    let taken = tree(&folder.path().join("snap"));
    assert!(taken.values().all(|bytes| bytes != b"from outside"));
}

#[test]
fn restore_writes_nothing_behind_a_link() {
    for is_there in [false, true] {
        let folder = folder(&[("outside/_", b"")]);
        copy_tree(&fixture("mfa1"), folder.path());
        assert_eq!(create_with(folder.path(), "snap", &[]).code, 0);
        let bytes = fs::read(folder.path().join("snap/manifest.json")).unwrap();
        let manifest = Manifest::parse(&bytes).unwrap();
        let store = Store::open(&folder.path().join("snap"), &Keys::default()).unwrap();
        let to = folder.path().join("to");
        let data = to.join("Program Files/PhoneFactor/Data");
        fs::create_dir_all(&data).unwrap();
        if is_there {
            fs::write(data.join("licenseKey"), "another").unwrap();
            fs::write(folder.path().join("outside/licenseKey"), "another").unwrap();
        }
        let drives = Drives::below(&to, manifest.system_drive);
        let request = restore::Request {
            drives: &drives,
            components: &[],
            only: None,
            reads: &[],
        };
        let steps = restore::plan(&manifest, &request, &Progress::default());
        let before = tree(&folder.path().join("outside"));
        swap(&data, &folder.path().join("outside"));
        let problems = restore::restore(&store, &steps, None, &Progress::default());
        assert!(!problems.is_empty());
        for problem in &problems {
            assert!(
                problem.message.contains("a link is in the way"),
                "{problem:?}"
            );
        }
        assert_eq!(tree(&folder.path().join("outside")), before);
        assert!(tree(&to).len() > 1, "the others were restored");
    }
}

/// Two paths of a snapshot that a link inside makes one, and the snapshot itself.
#[test]
fn restore_refuses_one_place_for_two_files_and_the_snapshot_itself() {
    let folder = folder(&[]);
    copy_tree(&fixture("mfa1"), folder.path());
    assert_eq!(create_with(folder.path(), "snap", &[]).code, 0);
    let run = crate::command::run(
        folder.path(),
        &["snapshot", "restore", "snap", "--to", "c", "--dry-run"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let data = folder.path().join("c/Program Files/PhoneFactor/Data");
    fs::remove_dir_all(&data).unwrap();
    symlink(folder.path().join("c/inside"), &data).unwrap();
    fs::rename(folder.path().join("snap"), folder.path().join("c/inside")).unwrap();
    let run = crate::command::run(
        folder.path(),
        &["snapshot", "restore", "c/inside", "--to", "c"],
    );
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("the snapshot itself"), "{}", run.stdout);
    let verify = crate::command::run(folder.path(), &["snapshot", "verify", "c/inside"]);
    assert_eq!(verify.code, 0, "{}", verify.stdout);
}
