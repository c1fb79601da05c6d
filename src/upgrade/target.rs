//! Where files go on the new installation.
//!
//! The folder of a component is, in this order: the one in which the new installation of that server has
//! it; the old one, with its last name renamed where that is the name of a virtual directory that is
//! renamed; the documented one. A name that the administrator chose stays. What has no virtual directory
//! stays where it is.

use super::installation::{Found, Installation, owns_its_folder};
use crate::config::application_host::expand;
use crate::io::windows_path::WindowsPath;
use crate::pack::Rules;
use crate::rewrite::VirtualDirectories;

/// `name`, or what the virtual directory of that name is called afterwards.
pub(super) fn renamed(name: &str, directories: &VirtualDirectories) -> String {
    let mut mappings = directories.mappings().iter();
    let mapping = mappings.find(|mapping| mapping.old.eq_ignore_ascii_case(name));
    mapping.map_or_else(|| name.to_owned(), |mapping| mapping.new.clone())
}

/// The folder of `old` on the new installation; `new` is its counterpart there, `is_own` whether that is
/// the installation of this server and no other.
pub(super) fn folder(
    old: &Found,
    new: Option<(&Installation, &Found)>,
    is_own: bool,
    rules: &Rules,
    directories: &VirtualDirectories,
) -> Option<WindowsPath> {
    let of_new = new.and_then(|(_, found)| found.place.clone());
    if let (Some(place), true) = (of_new, is_own) {
        return Some(place);
    }
    let moves = owns_its_folder(rules, &old.id);
    if let Some(place) = &old.place {
        return match (moves, place.names().split_last()) {
            (true, Some((name, above))) => {
                let mut moved = WindowsPath::drive(place.letter());
                let names = above.iter().cloned().chain([renamed(name, directories)]);
                names
                    .into_iter()
                    .try_for_each(|name| moved.push(&name))
                    .ok()?;
                Some(moved)
            }
            _ => Some(place.clone()),
        };
    }
    let documented = documented(old, rules)?;
    match (moves, old.folder_name()) {
        (true, Some(name)) => {
            let above = documented.names().split_last()?.1;
            let mut moved = WindowsPath::drive(documented.letter());
            let name = renamed(&name, directories);
            above
                .iter()
                .chain([&name])
                .try_for_each(|name| moved.push(name))
                .ok()?;
            Some(moved)
        }
        _ => Some(documented),
    }
}

/// The first place where documents say that the component is.
fn documented(found: &Found, rules: &Rules) -> Option<WindowsPath> {
    let locations = rules
        .locations
        .iter()
        .filter(|row| row.component == found.id);
    let mut folders = locations.flat_map(|row| &row.folders);
    let folder = folders.find(|folder| !folder.ends_with("\\*"))?;
    let variable = |name: &str| match name.to_lowercase().as_str() {
        "systemdrive" => Some("C:".to_owned()),
        "windir" => Some("C:\\Windows".to_owned()),
        name => Some(format!("C:\\{}", rules.spellings.get(name)?.first()?)),
    };
    WindowsPath::parse(&expand(folder, &variable)).ok()
}

/// Where a file with this path below `folder` goes.
pub(super) fn file(folder: Option<&WindowsPath>, below: &str) -> Option<WindowsPath> {
    folder?.join(&below.replace('/', "\\")).ok()
}

/// The path in the folder of the upgrade: that of the server, or below `elsewhere` where nobody knows it.
pub(super) fn output_path(server: &str, target: Option<&WindowsPath>, below: &str) -> String {
    match target {
        Some(target) => {
            let names = target.names().join("/");
            format!("deploy/{server}/{}/{names}", target.letter())
        }
        None => format!("deploy/{server}/elsewhere/{below}"),
    }
}
