//! Whether two paths lead to one file.

use std::path::Path;

/// Whether both paths lead to one file, through links and `.` as well; of a
/// file that is not there yet the folder is looked up.
#[must_use]
pub fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        let folder = |path: &Path| match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.canonicalize().ok(),
            _ => Path::new(".").canonicalize().ok(),
        };
        path.canonicalize()
            .ok()
            .or_else(|| Some(folder(path)?.join(path.file_name()?)))
    };
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}
