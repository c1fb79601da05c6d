//! Windows paths: what is one, and how names are found on any system.

use conferry::io::windows_path::{Drives, PathProblem, WindowsPath, check_relative};

#[test]
fn only_plain_paths_are_paths() {
    for (text, expected) in [
        (r"C:\a\b.txt", Some(r"C:\a\b.txt")),
        ("c:/a/b/", Some(r"C:\a\b")),
        (r"C:\", Some(r"C:\")),
        ("D:", Some(r"D:\")),
        (
            r"C:\Program Files (x86)\ä",
            Some(r"C:\Program Files (x86)\ä"),
        ),
        (
            r"C:\console\com10\nullable",
            Some(r"C:\console\com10\nullable"),
        ),
        (r"C:a", None),
        (r"\a", None),
        (r"a\b", None),
        ("", None),
        (r"\\server\share\a", None),
        (r"\\?\C:\a", None),
        (r"\\.\PhysicalDrive0", None),
        (r"//server/share", None),
        (r"C:\a\..\b", None),
        (r"C:\.\b", None),
        (r"C:\a\\b", None),
        (r"C:\con", None),
        (r"C:\NUL.txt", None),
        (r"C:\Aux .log", None),
        (r"C:\COM1", None),
        (r"C:\lpt9.tar.gz", None),
        (r"C:\COM²", None),
        (r"C:\conin$", None),
        (r"C:\a.", None),
        (r"C:\a \b", None),
        (r"C:\a:stream", None),
        (r"C:\a::$DATA", None),
        (r"C:\C:\a", None),
        (r"C:\a?b", None),
        (r"C:\a*", None),
        ("C:\\a\nb", None),
        ("C:\\a\0b", None),
    ] {
        let parsed = WindowsPath::parse(text).ok();
        assert_eq!(
            parsed.map(|path| path.to_string()).as_deref(),
            expected,
            "{text:?}"
        );
    }
    let long = format!(r"C:\{}", "a".repeat(256));
    assert_eq!(WindowsPath::parse(&long), Err(PathProblem::TooLong));
}

#[test]
fn a_relative_path_is_followed_from_its_folder() {
    let folder = WindowsPath::parse(r"C:\a\b").unwrap();
    for (text, expected) in [
        ("c.config", Some(r"C:\a\b\c.config")),
        (r"d\.\c.config", Some(r"C:\a\b\d\c.config")),
        ("../x/c.config", Some(r"C:\a\x\c.config")),
        (r"\c.config", Some(r"C:\c.config")),
        (r"d:\c.config", Some(r"D:\c.config")),
        (r"..\..\c", Some(r"C:\c")),
        (r"..\..\..\c", None),
        (r"d:c.config", None),
        (r"D:\..\c", None),
        (r"\\server\share\c", None),
        (r"\\?\C:\c", None),
        ("nul", None),
        ("c.config:stream", None),
        ("é\\c", Some(r"C:\a\b\é\c")),
    ] {
        let joined = folder.join(text).ok();
        let joined = joined.map(|path| path.to_string());
        assert_eq!(joined.as_deref(), expected, "{text:?}");
    }
}

#[test]
fn relative_paths_use_slashes() {
    for (text, valid) in [
        ("files/a/b", true),
        ("a", true),
        ("", false),
        ("/a", false),
        ("a/", false),
        ("a//b", false),
        ("../a", false),
        ("a/../b", false),
        (r"a\b", false),
        (r"..\a", false),
        ("C:/a", false),
        ("a/nul", false),
    ] {
        assert_eq!(check_relative(text).is_ok(), valid, "{text:?}");
    }
}

#[test]
fn names_are_found_in_any_case_and_shown_as_they_are() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("InetPub/WWWroot");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Web.config"), "x").unwrap();
    let drives = Drives::below(root.path(), 'C');
    let path = WindowsPath::parse(r"c:\inetpub\wwwroot\web.config").unwrap();
    let found = drives.find(&path).unwrap().unwrap();
    assert_eq!(found, folder.join("Web.config"));
    assert_eq!(
        drives.show(&found).unwrap().to_string(),
        r"C:\InetPub\WWWroot\Web.config"
    );
    let other = WindowsPath::parse(r"D:\a").unwrap();
    assert_eq!(drives.find(&other), Err(PathProblem::NoDrive('D')));
    let new = WindowsPath::parse(r"C:\INETPUB\new\a").unwrap();
    assert_eq!(drives.find(&new), Ok(None));
    assert_eq!(
        drives.target(&new).unwrap(),
        root.path().join("InetPub/new/a")
    );
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out() {
    let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(other.path().join("a"), "x").unwrap();
    std::os::unix::fs::symlink(other.path(), root.path().join("out")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.path().join("dangling")).unwrap();
    std::fs::create_dir(root.path().join("in")).unwrap();
    std::os::unix::fs::symlink("in", root.path().join("also")).unwrap();
    let drives = Drives::below(root.path(), 'C');
    for (path, fine) in [
        (r"C:\out\a", false),
        (r"C:\dangling", false),
        (r"C:\also\b", true),
    ] {
        let path = WindowsPath::parse(path).unwrap();
        assert_eq!(drives.target(&path).is_ok(), fine, "{path}");
    }
}
