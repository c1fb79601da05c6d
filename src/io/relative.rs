//! Paths as other programs and other machines read them: as seen from a folder, with `/`.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf, Prefix};

use super::windows_path::fold;

/// `path` from the root on, without `.` and `..`; nothing is looked up on the disk
/// but the current folder.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let path = usual(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}

/// `path` as seen from the folder `base`, which is [`absolute`]; all of it if it
/// lies elsewhere.
#[must_use]
pub fn seen_from(base: &Path, path: &Path) -> String {
    let path = absolute(path);
    slashed(below(base, &path).unwrap_or(&path))
}

/// How a file in `folder` names `path`, so that both can be moved together; `path` as it is if it is on another drive.
#[must_use]
pub fn link(folder: &Path, path: &Path) -> String {
    let here = Path::new(".");
    let (folder, path) = (absolute(&here.join(folder)), absolute(path));
    let both = folder.components().zip(path.components());
    let common = both.take_while(|(one, other)| one == other).count();
    if common == 0 {
        return seen_from(&folder, &path);
    }
    let up = folder.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

/// What of `path` lies below `base`; Windows does not tell cases apart.
fn below<'p>(base: &Path, path: &'p Path) -> Option<&'p Path> {
    if cfg!(not(windows)) {
        return path.strip_prefix(base).ok();
    }
    let mut parts = path.components();
    let is_same = |part: Component<'_>, other: Component<'_>| {
        let folded = |part: Component<'_>| fold(&part.as_os_str().to_string_lossy());
        folded(part) == folded(other)
    };
    let is_below = base
        .components()
        .all(|wanted| parts.next().is_some_and(|part| is_same(part, wanted)));
    is_below.then_some(parts.as_path())
}

/// `path` with what this system has between its parts, where Windows takes `/` as well.
#[must_use]
pub fn native(path: &Path) -> PathBuf {
    if cfg!(not(windows)) {
        return path.to_owned();
    }
    let parts = path.components().map(|part| match part {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::UNC(server, share) => share_of(server, share).into(),
            _ => prefix.as_os_str().to_owned(),
        },
        part => part.as_os_str().to_owned(),
    });
    parts.collect()
}

/// [`native`], and without the `\\?\` that Windows puts before paths that it made whole.
#[must_use]
pub fn usual(path: &Path) -> PathBuf {
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return native(path);
    };
    let root = match prefix.kind() {
        Prefix::VerbatimDisk(letter) => format!("{}:", char::from(letter)),
        Prefix::VerbatimUNC(server, share) => share_of(server, share),
        _ => return native(path),
    };
    let mut usual = PathBuf::from(root);
    usual.extend(parts);
    usual
}

fn share_of(server: &OsStr, share: &OsStr) -> String {
    format!(r"\\{}\{}", server.display(), share.display())
}

/// `path` with `/` between its parts.
#[must_use]
pub fn slashed(path: &Path) -> String {
    let text = path.display().to_string();
    // Elsewhere a backslash is an ordinary character of a name.
    match cfg!(windows) {
        true => text.replace('\\', "/"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_has_one_name_however_it_was_given() {
        let base = absolute(Path::new("estate"));
        for path in [
            "estate/a/web.config",
            "./estate/./a/web.config",
            "estate/b/../a/web.config",
            "x/../estate/a/web.config",
        ] {
            assert_eq!(seen_from(&base, Path::new(path)), "a/web.config", "{path}");
        }
        let whole = base.join("a").join("web.config");
        assert_eq!(seen_from(&base, &whole), "a/web.config");
    }

    #[cfg(windows)]
    #[test]
    fn windows_has_one_file_in_many_ways() {
        let base = absolute(Path::new(r"c:\Estate\Shop"));
        for path in [
            r"C:\ESTATE\shop\a\Web.config",
            r"\\?\C:\Estate\Shop\a\Web.config",
            "C:/Estate/x/../Shop/a/Web.config",
        ] {
            assert_eq!(seen_from(&base, Path::new(path)), "a/Web.config", "{path}");
        }
        for (path, expected) in [
            (r"\\?\D:\a b\c", r"D:\a b\c"),
            (r"\\?\UNC\nas\share\a", r"\\nas\share\a"),
            ("//nas/share/a", r"\\nas\share\a"),
            ("./a/b.config", r".\a\b.config"),
            ("../a", r"..\a"),
            (r"\\?\C:\", r"C:\"),
        ] {
            assert_eq!(usual(Path::new(path)).display().to_string(), expected);
        }
        assert_eq!(
            seen_from(&base, Path::new(r"\\?\D:\a\b")),
            "D:/a/b",
            "elsewhere"
        );
    }

    #[test]
    fn a_link_goes_up_and_down_again() {
        for (folder, path, seen) in [
            ("out", "before.zip", "../before.zip"),
            ("", "snapshots/a", "snapshots/a"),
            ("a/b", "a/c", "../c"),
            ("a", "a", "."),
        ] {
            assert_eq!(link(Path::new(folder), Path::new(path)), seen);
        }
    }

    #[test]
    fn what_lies_elsewhere_keeps_its_whole_path() {
        let base = absolute(Path::new("estate"));
        let outside = absolute(Path::new("estates/web.config"));
        assert_eq!(seen_from(&base, &outside), slashed(&outside));
    }
}
