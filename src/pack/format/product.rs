//! Tables about a product: its parts, what an upgrade changes, its documented values and its files.

use toml::Spanned;

use super::row::Row;
use super::table::{About, Declaration, Field, Key, Kind, Table, Text, read_key, rows, single};
use crate::pack::rules::places::{FileKind, Need};
use crate::pack::rules::terms::{Version, WithoutNew};

rows! {
    /// A part of the product with a file of its own.
    [["component"]] "Component" ComponentRow {
        required id,
        "title" = "One line for people.",
        /// Selectors: the file is this component's if any finds something.
        required_selector recognised_by: Vec<Text>,
        /// Versions of the product that have it: `<8.0`; all without it.
        optional versions: Option<Text>,
        /// What becomes of the administrator's file where the new version has none of its own.
        optional without_new: Option<Spanned<WithoutNew>>,
    }
}

rows! {
    /// How files of one side of the upgrade are told from those of the other; `merge` refuses files that are swapped.
    [["generation"]] "Generation" GenerationRow {
        required id,
        "summary" = "One line for people.",
        /// Id of the component that it is about.
        optional component: Option<Text>,
        /// The side of the upgrade.
        required version: Option<Spanned<Version>>,
        /// Selectors: the file is of this side if any finds something, and no row of the other side does.
        required_selector recognised_by: Vec<Text>,
    }
}

rows! {
    /// A virtual directory that the upgrade renames.
    [["virtual-directory"]] "VirtualDirectory" VirtualDirectoryRow {
        optional id,
        "summary" = "One line for people.",
        /// Id of the component that it serves.
        required component: Option<Text>,
        /// Its name before the upgrade.
        required old: Option<Text>,
        /// Its name after it.
        required new: Option<Text>,
    }
}

single! {
    /// What a change of names leaves alone; added to what earlier packs say.
    ["rewrite"] "Guards" Guards {
        /// Hosts: `www.example.com`, `*.example.com`.
        optional never_hosts: Vec<Text>,
        /// Segments of paths below which names stay.
        optional never_below: Vec<Text>,
        /// Files that stay.
        optional never_files: Vec<Text>,
    }
}

rows! {
    /// A documented value.
    [["setting"]] "Setting" SettingRow {
        required id,
        "meaning" = "What it means.",
        /// Id of the component that it belongs to.
        optional component: Option<Text>,
        /// Selector that ends in `/@name` or `/text()`.
        required_selector path: Option<Text>,
        /// Values that mean "never changed".
        required defaults: Vec<Text>,
    }
}

rows! {
    /// Where a component may be.
    [["location"]] "Location" LocationRow {
        required id,
        "summary" = "One line for people.",
        /// Id of the component.
        required component: Option<Text>,
        /// Folders: `%SystemDrive%\inetpub\wwwroot\*`, with `%SystemDrive%`, `%windir%` and spellings as variables; a
        /// last name `*` means every folder there.
        optional folders: Vec<Text>,
        /// Values in the registry that name the folder: the full key and the name; both views are looked into.
        optional registry: Vec<Text>,
    }
}

rows! {
    /// Files of a component; of several rows the first one that matches counts.
    [["file"]] "File" FileRow {
        required id,
        "summary" = "One line for people.",
        /// Id of the component.
        required component: Option<Text>,
        /// Globs below the folder of the component.
        required path: Vec<Text>,
        /// What kind of file it is.
        required kind: Option<Spanned<FileKind>>,
        /// How much it is needed.
        optional need: Option<Spanned<Need>>,
    }
}

rows! {
    /// Installers that a component keeps in its folder; `snapshot` takes the shipped configuration out of them.
    [["installer"]] "Installer" InstallerRow {
        required id,
        "summary" = "One line for people.",
        /// Id of the component that it installs.
        required component: Option<Text>,
        /// Id of the component in whose folder it lies.
        required kept_in: Option<Text>,
        /// Globs below that folder.
        required path: Vec<Text>,
    }
}
