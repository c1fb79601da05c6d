//! The only writer.

use std::fs;
use std::path::Path;

use conferry::io::write::{Backup, WriteError, WriteErrorKind, Written, write_scratch};
use conferry::io::write_plan::{Batch, Existing, WritePlan};

use crate::command::{folder, tree};

/// A plan with this one file.
fn write_atomically(
    path: &Path,
    bytes: &[u8],
    backup: Option<Backup>,
) -> Result<Written, WriteError> {
    write(path, None, bytes, backup)
}

fn replace_atomically(
    path: &Path,
    read: &[u8],
    bytes: &[u8],
    backup: Option<Backup>,
) -> Result<Written, WriteError> {
    write(path, Some(read), bytes, backup)
}

fn write(
    path: &Path,
    read: Option<&[u8]>,
    bytes: &[u8],
    backup: Option<Backup>,
) -> Result<Written, WriteError> {
    let existing = match backup {
        Some(Backup::Beside) => Existing::KeptAsBackup,
        None => Existing::Replaced,
    };
    let mut plan = WritePlan::new();
    let target = plan.target("the file", path, existing)?;
    let mut batch = Batch::default();
    let plan = plan.ready().unwrap();
    let written = plan.stage(&mut batch, target, read, bytes)?;
    match batch.commit() {
        Ok(()) => Ok(written),
        Err(incomplete) => Err(incomplete.error),
    }
}

fn names(folder: &Path) -> Vec<String> {
    tree(folder).into_keys().collect()
}

#[test]
fn a_file_is_created_and_replaced() {
    let folder = folder(&[]);
    let path = folder.path().join("a.config");
    assert_eq!(
        write_atomically(&path, b"1", None).unwrap(),
        Written::Created
    );
    let written = write_atomically(&path, b"2", None).unwrap();
    assert_eq!(written, Written::Replaced { backup: None });
    assert_eq!(fs::read(&path).unwrap(), b"2");
    assert_eq!(names(folder.path()), ["a.config"]);
}

#[test]
fn a_temporary_file_leaves_what_has_its_name() {
    let taken: Vec<String> = (0..200)
        .map(|number| format!(".conferry-{}-{number}.tmp", std::process::id()))
        .collect();
    let mut files: Vec<(&str, &[u8])> = vec![("a.config", b"0")];
    files.extend(taken.iter().map(|name| (name.as_str(), &b"somebody's"[..])));
    let folder = folder(&files);
    for (name, bytes) in [("a.config", b"1"), ("new.config", b"2")] {
        let path = folder.path().join(name);
        write_scratch(&path, bytes).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    write_atomically(&folder.path().join("b.config"), b"3", None).unwrap();
    let all = tree(folder.path());
    assert_eq!(all.len(), taken.len() + 3);
    assert!(taken.iter().all(|name| all[name] == b"somebody's"));
}

#[test]
fn identical_bytes_are_not_written() {
    let folder = folder(&[("a.config", b"same")]);
    let path = folder.path().join("a.config");
    let before = fs::metadata(&path).unwrap();
    let written = write_atomically(&path, b"same", Some(Backup::Beside)).unwrap();
    assert_eq!(written, Written::Identical);
    let after = fs::metadata(&path).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(before.ino(), after.ino());
    }
    assert_eq!(names(folder.path()), ["a.config"]);
}

#[test]
fn backups_are_never_overwritten() {
    let folder = folder(&[("a.config", b"0")]);
    let path = folder.path().join("a.config");
    for (bytes, backup) in [
        (b"1", "a.config.bak"),
        (b"2", "a.config.bak.1"),
        (b"3", "a.config.bak.2"),
    ] {
        let written = write_atomically(&path, bytes, Some(Backup::Beside)).unwrap();
        let backup = Some(folder.path().join(backup));
        assert_eq!(written, Written::Replaced { backup });
    }
    let kept: Vec<_> = tree(folder.path()).into_values().collect();
    assert_eq!(kept, [b"3", b"0", b"1", b"2"]);
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let folder = folder(&[("a.config", b"somebody else's")]);
    let path = folder.path().join("a.config");
    let error = replace_atomically(&path, b"what was read", b"new", None).unwrap_err();
    assert!(matches!(error.kind, WriteErrorKind::Changed));
    assert_eq!(fs::read(&path).unwrap(), b"somebody else's");
}

#[test]
fn failures_change_nothing_and_leave_nothing() {
    let folder = folder(&[("sub/a.config", b"0")]);
    let sub = folder.path().join("sub");
    let error = write_atomically(&sub, b"1", None).unwrap_err();
    assert!(matches!(error.kind, WriteErrorKind::NotAFile));
    let error = write_atomically(&folder.path().join("no/such/a"), b"1", None).unwrap_err();
    assert!(matches!(error.kind, WriteErrorKind::NoFolder));

    let path = sub.join("a.config");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let error = write_atomically(&path, b"1", Some(Backup::Beside)).unwrap_err();
    assert!(matches!(error.kind, WriteErrorKind::ReadOnly));
    assert!(!error.kind.help().is_empty());
    assert_eq!(
        tree(folder.path()).into_iter().collect::<Vec<_>>(),
        [("sub/a.config".to_owned(), b"0".to_vec())]
    );
}

/// Other programs can be in the way on Windows alone.
#[cfg(windows)]
mod windows {
    use std::fs::{File, OpenOptions};
    use std::os::windows::fs::OpenOptionsExt;
    use std::time::Duration;

    use super::*;

    /// A handle as programs have it that let others read but not write and not rename.
    fn hold(path: &Path) -> File {
        const FILE_SHARE_READ: u32 = 1;
        let mut options = OpenOptions::new();
        let options = options.read(true).share_mode(FILE_SHARE_READ);
        options.open(path).unwrap()
    }

    #[test]
    fn a_scanner_that_holds_the_file_for_a_moment_is_waited_for() {
        let folder = folder(&[("a.config", b"0")]);
        let path = folder.path().join("a.config");
        let held = hold(&path);
        let scanner = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(60));
            drop(held);
        });
        let written = write_atomically(&path, b"1", None).unwrap();
        assert_eq!(written, Written::Replaced { backup: None });
        assert_eq!(fs::read(&path).unwrap(), b"1");
        scanner.join().unwrap();
    }

    #[test]
    fn a_file_that_a_program_keeps_open_stays_as_it_is() {
        let folder = folder(&[("a.config", b"0")]);
        let path = folder.path().join("a.config");
        let _held = hold(&path);
        let error = write_atomically(&path, b"1", Some(Backup::Beside)).unwrap_err();
        let help = error.kind.help();
        assert!(help.contains("no other program holds the file"), "{error}");
        assert_eq!(names(folder.path()), ["a.config"]);
        assert_eq!(fs::read(&path).unwrap(), b"0");
    }

    #[test]
    fn names_that_no_file_can_have() {
        let folder = folder(&[]);
        for name in ["aux", "NUL.config", "com1.txt", "a<b.config", "a|b"] {
            let path = folder.path().join(name);
            let error = write_atomically(&path, b"1", None).unwrap_err();
            assert!(matches!(error.kind, WriteErrorKind::BadName), "{error}");
        }
        assert_eq!(names(folder.path()), [] as [String; 0]);
    }

    #[test]
    fn paths_of_any_length_and_form() {
        let folder = folder(&[]);
        let deep = (0..12).fold(folder.path().to_owned(), |path, _| {
            path.join("a folder with a long name")
        });
        fs::create_dir_all(&deep).unwrap();
        let path = deep.join("wéb.config");
        assert!(path.as_os_str().len() > 300);
        write_atomically(&path, b"1", None).unwrap();
        let verbatim = format!(r"\\?\{}", deep.display());
        let verbatim = Path::new(&verbatim).join("WÉB.CONFIG");
        let backup = Some(Backup::Beside);
        write_atomically(&verbatim, b"2", backup).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_stay_links_and_the_real_file_is_replaced() {
        let folder = folder(&[("real/a.config", b"0"), ("links/x", b"")]);
        let root = folder.path();
        symlink("../real/a.config", root.join("links/second")).unwrap();
        symlink("links/second", root.join("first")).unwrap();
        write_atomically(&root.join("first"), b"1", Some(Backup::Beside)).unwrap();
        assert_eq!(fs::read(root.join("real/a.config")).unwrap(), b"1");
        assert_eq!(fs::read(root.join("real/a.config.bak")).unwrap(), b"0");
        assert_eq!(
            fs::read_link(root.join("first")).unwrap(),
            Path::new("links/second")
        );
        assert_eq!(
            fs::read_link(root.join("links/second")).unwrap(),
            Path::new("../real/a.config")
        );
    }

    #[test]
    fn a_link_to_nothing_yet_creates_its_target() {
        let folder = folder(&[("links/x", b"")]);
        let root = folder.path();
        symlink("../new.config", root.join("links/link")).unwrap();
        let written = write_atomically(&root.join("links/link"), b"1", None).unwrap();
        assert_eq!(written, Written::Created);
        assert_eq!(fs::read(root.join("new.config")).unwrap(), b"1");
    }

    #[test]
    fn a_circle_of_links_is_an_error() {
        let folder = folder(&[]);
        let root = folder.path();
        symlink("b", root.join("a")).unwrap();
        symlink("a", root.join("b")).unwrap();
        let error = write_atomically(&root.join("a"), b"1", None).unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::LinkLoop));
    }

    #[test]
    fn the_mode_is_kept() {
        let folder = folder(&[("a.config", b"0")]);
        let path = folder.path().join("a.config");
        for mode in [0o600, 0o640, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            write_atomically(&path, format!("{mode}").as_bytes(), Some(Backup::Beside)).unwrap();
            let now = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(now, mode);
        }
        let backup = fs::metadata(folder.path().join("a.config.bak")).unwrap();
        assert_eq!(backup.permissions().mode() & 0o777, 0o600);
    }
}
