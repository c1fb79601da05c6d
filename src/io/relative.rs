//! Paths as other programs and other machines read them: as seen from a folder, with `/`.

use std::path::{Component, Path, PathBuf};

/// `path` from the root on, without `.` and `..`; nothing is looked up on the disk
/// but the current folder.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
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
    slashed(path.strip_prefix(base).unwrap_or(&path))
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

    #[test]
    fn what_lies_elsewhere_keeps_its_whole_path() {
        let base = absolute(Path::new("estate"));
        let outside = absolute(Path::new("estates/web.config"));
        assert_eq!(seen_from(&base, &outside), slashed(&outside));
    }
}
