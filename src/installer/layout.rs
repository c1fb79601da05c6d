//! What the tables say: the product, and of each file its path and what holds it.

use std::collections::{HashMap, HashSet};

use super::tables::{Row, Table, Tables};
use super::{InstallerErrorKind, Product, ShippedFile};
use crate::io::windows_path::{WindowsPath, check_name};

/// No folder of an installer lies as deep.
const MAX_DEPTH: usize = 128;

/// `msidbFileAttributesNoncompressed`.
const NOT_COMPRESSED: i32 = 0x2000;

/// What holds the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A cabinet in the installer.
    Inside(String),
    /// A cabinet next to it.
    Beside(String),
    /// No cabinet: the file lies next to the installer.
    Loose,
    /// The tables do not say.
    Nowhere,
}

/// What the installer says that it installs.
pub(super) fn product(tables: &Tables) -> Result<Product, InstallerErrorKind> {
    let properties = properties(tables)?;
    let get = |name: &str| properties.get(name).copied().unwrap_or_default().to_owned();
    let plain = |name: &str| get(name).replace(char::is_control, "\u{FFFD}");
    Ok(Product {
        name: plain("ProductName"),
        version: plain("ProductVersion"),
        code: plain("ProductCode"),
        upgrade_code: plain("UpgradeCode"),
        manufacturer: plain("Manufacturer"),
        language: plain("ProductLanguage"),
    })
}

fn properties(tables: &Tables) -> Result<HashMap<&str, &str>, InstallerErrorKind> {
    let rows = keyed(tables.get("Property"), "Property", "Property")?;
    let mut properties = HashMap::new();
    for (name, row) in rows {
        properties.insert(name, row.text("Value")?.unwrap_or_default());
    }
    Ok(properties)
}

/// The files that are installed, by their paths.
pub(super) fn files(tables: &Tables) -> Result<Vec<ShippedFile>, InstallerErrorKind> {
    let components = keyed(tables.get("Component"), "Component", "Component")?;
    let mut folders = Folders {
        rows: keyed(tables.get("Directory"), "Directory", "Directory")?,
        properties: properties(tables)?,
        known: HashMap::new(),
    };
    let media = media(tables)?;
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for row in tables.get("File").into_iter().flat_map(Table::rows) {
        let key = row.must("File")?;
        if !seen.insert(key) {
            return Err(InstallerErrorKind::Twice("File", key.to_owned()));
        }
        let name = long(row.must("FileName")?);
        check_name(name).map_err(|problem| InstallerErrorKind::Name {
            table: "File",
            key: key.to_owned(),
            problem,
        })?;
        let component = row.must("Component_")?;
        let home = components.get(component).ok_or_else(|| {
            let needed = (component.to_owned(), key.to_owned());
            InstallerErrorKind::Missing("Component", needed.0, needed.1)
        })?;
        let folder = folders.path(home.must("Directory_")?, component)?;
        let path = match folder.is_empty() {
            true => name.to_owned(),
            false => format!("{folder}\\{name}"),
        };
        let size = row.number("FileSize")?.unwrap_or_default();
        let size = u64::try_from(size).map_err(|_| {
            InstallerErrorKind::Damaged(format!("the size of `{key}` is below zero"))
        })?;
        files.push(ShippedFile {
            path,
            size,
            key: key.to_owned(),
            holder: holder(&row, &media)?,
        });
    }
    files.sort_by(|one, other| (&one.path, &one.key).cmp(&(&other.path, &other.key)));
    Ok(files)
}

/// The cabinets, by the last file that each has.
fn media(tables: &Tables) -> Result<Vec<(i32, Option<&str>)>, InstallerErrorKind> {
    let mut media = Vec::new();
    let mut seen = HashSet::new();
    for row in tables.get("Media").into_iter().flat_map(Table::rows) {
        let id = row.number("DiskId")?.unwrap_or_default();
        if !seen.insert(id) {
            return Err(InstallerErrorKind::Twice("Media", id.to_string()));
        }
        let last = row.number("LastSequence")?.unwrap_or_default();
        media.push((last, row.text("Cabinet")?));
    }
    media.sort_by_key(|(last, _)| *last);
    Ok(media)
}

fn holder(row: &Row<'_>, media: &[(i32, Option<&str>)]) -> Result<Holder, InstallerErrorKind> {
    if row.number("Attributes")?.unwrap_or_default() & NOT_COMPRESSED != 0 {
        return Ok(Holder::Loose);
    }
    let sequence = row.number("Sequence")?.unwrap_or_default();
    let found = media.iter().find(|(last, _)| sequence <= *last);
    Ok(match found {
        None if media.is_empty() => Holder::Loose,
        None => Holder::Nowhere,
        Some((_, None | Some(""))) => Holder::Loose,
        Some((_, Some(name))) => match name.strip_prefix('#') {
            Some(stream) => Holder::Inside(stream.to_owned()),
            None => Holder::Beside((*name).to_owned()),
        },
    })
}

/// The rows of a table by the texts of a column, of which each is there once.
fn keyed<'t>(
    table: Option<&'t Table>,
    name: &'static str,
    column: &str,
) -> Result<HashMap<&'t str, Row<'t>>, InstallerErrorKind> {
    let mut rows = HashMap::new();
    for row in table.into_iter().flat_map(Table::rows) {
        let key = row.must(column)?;
        if rows.insert(key, row).is_some() {
            return Err(InstallerErrorKind::Twice(name, key.to_owned()));
        }
    }
    Ok(rows)
}

/// The long one of `short|long`.
fn long(name: &str) -> &str {
    name.split_once('|').map_or(name, |(_, long)| long)
}

/// The folders that files are installed into.
struct Folders<'t> {
    rows: HashMap<&'t str, Row<'t>>,
    properties: HashMap<&'t str, &'t str>,
    known: HashMap<&'t str, String>,
}

impl<'t> Folders<'t> {
    /// The path of a folder, which `user` is installed into.
    fn path(&mut self, id: &'t str, user: &str) -> Result<String, InstallerErrorKind> {
        if let Some(path) = self.known.get(id) {
            return Ok(path.clone());
        }
        let mut names: Vec<&str> = Vec::new();
        let mut root = String::new();
        let mut seen = HashSet::new();
        let (mut at, mut user) = (id, user);
        loop {
            if !seen.insert(at) {
                return Err(InstallerErrorKind::Cycle(id.to_owned()));
            }
            if seen.len() > MAX_DEPTH {
                return Err(InstallerErrorKind::Deep(id.to_owned()));
            }
            let Some(row) = self.rows.get(at) else {
                let needed = (at.to_owned(), user.to_owned());
                return Err(InstallerErrorKind::Missing("Directory", needed.0, needed.1));
            };
            if let Some(known) = self.root(at) {
                root = known;
                break;
            }
            let parent = row.text("Directory_Parent")?.filter(|parent| *parent != at);
            let Some(parent) = parent else {
                // The folder that everything is installed into is chosen at installation.
                if !at.eq_ignore_ascii_case("TARGETDIR") {
                    root = format!("[{at}]");
                }
                break;
            };
            // `target:source`, where only the source can be elsewhere.
            let written = row.must("DefaultDir")?;
            let target = written
                .split_once(':')
                .map_or(written, |(target, _)| target);
            let name = long(target);
            if name != "." {
                check_name(name).map_err(|problem| InstallerErrorKind::Name {
                    table: "Directory",
                    key: at.to_owned(),
                    problem,
                })?;
                names.push(name);
            }
            (at, user) = (parent, at);
        }
        let root = (!root.is_empty()).then_some(root.as_str());
        let path: Vec<&str> = root.into_iter().chain(names.into_iter().rev()).collect();
        let path = path.join("\\");
        self.known.insert(id, path.clone());
        Ok(path)
    }

    /// Where a folder is that is not where its row says: one that Windows knows, or that a property names.
    fn root(&self, id: &str) -> Option<String> {
        let property = self.properties.get(id).filter(|value| !value.is_empty());
        if let Some(value) = property
            && let Ok(path) = WindowsPath::parse(value)
        {
            return Some(path.to_string().trim_end_matches('\\').to_owned());
        }
        // A merge module adds its own id to the names.
        let name = id.split_once('.').map_or(id, |(name, _)| name);
        let is_known = WINDOWS_KNOWS.contains(&name);
        is_known.then(|| format!("[{name}]"))
    }
}

/// Folders that Windows Installer sets itself, whatever the table says.
const WINDOWS_KNOWS: [&str; 29] = [
    "AdminToolsFolder",
    "AppDataFolder",
    "CommonAppDataFolder",
    "CommonFiles64Folder",
    "CommonFilesFolder",
    "DesktopFolder",
    "FavoritesFolder",
    "FontsFolder",
    "LocalAppDataFolder",
    "MyPicturesFolder",
    "NetHoodFolder",
    "PersonalFolder",
    "PrintHoodFolder",
    "ProgramFiles64Folder",
    "ProgramFilesFolder",
    "ProgramMenuFolder",
    "RecentFolder",
    "ROOTDRIVE",
    "SendToFolder",
    "StartMenuFolder",
    "StartupFolder",
    "System16Folder",
    "System64Folder",
    "SystemFolder",
    "TempFolder",
    "TemplateFolder",
    "USERPROFILE",
    "WindowsFolder",
    "WindowsVolume",
];
