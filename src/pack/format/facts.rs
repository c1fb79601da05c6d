//! Tables about what lint rules speak of by name: values that a product reads, and services that it calls.

use super::row::Row;
use super::table::{About, Declaration, Field, Key, Kind, Table, Text, read_key, rows};

rows! {
    /// A value that a product reads, wherever it stands. It is read as .NET reads it: of several entries with one key
    /// the last one counts, `remove` and `clear` take entries away, and files that `file=` and `configSource` name are
    /// applied.
    [["fact"]] "Fact" FactRow {
        required id,
        "summary" = "What people call it.",
        /// Ids of the components that have it; without it, all files.
        optional component: Vec<Text>,
        /// Selectors of the value; the first that leads somewhere counts.
        selector select: Vec<Text>,
        /// Instead: the first URL of this service that somebody set.
        optional url_of: Option<Text>,
        /// What it is where nothing says it.
        optional default: Option<Text>,
        /// Whether case and white space around it tell values apart.
        optional exact: bool,
    }
}

rows! {
    /// A service that a product calls by a URL.
    [["service"]] "Service" ServiceRow {
        required id,
        "title" = "What people call it.",
        /// Id of the component that answers: its `[[virtual-directory]]` is in the URL.
        optional component: Option<Text>,
        /// The file at the end of its URL: `Service.asmx`.
        required endpoint: Option<Text>,
        /// Selectors of its URL.
        selector urls: Vec<Text>,
        /// Selectors of URLs that are its own if they end in the endpoint.
        selector any_urls: Vec<Text>,
        /// Hosts, with a port or without, of URLs that were never set.
        optional placeholders: Vec<Text>,
        /// Hosts that only documentation has.
        optional sample_hosts: Vec<Text>,
        /// Segments that only documentation has.
        optional sample_segments: Vec<Text>,
        /// Who calls it, and when: `{ component = "…", flag = "…", says = "…" }`. The first item that fits a file counts:
        /// files of this component (without it, all others) use the service if the fact `flag` is true (without it,
        /// always); `says` puts it in words.
        optional used_by: Vec<UserRow>,
    }
}

/// An item of `used-by`.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Whose files.
    pub component: Option<Text>,
    /// The fact that says so.
    pub flag: Option<Text>,
    /// That they do, in words.
    pub says: Option<Text>,
}

/// A key of an item of `used-by`.
const fn of_user(name: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        meaning,
        kind: Kind::Text,
        need: crate::pack::rules::keys::need!(optional),
    }
}

impl Field for Vec<UserRow> {
    const KIND: Kind = Kind::Items(&[
        of_user(
            "component",
            "Id of the component whose files these are; without it, all others.",
        ),
        of_user(
            "flag",
            "Id of the fact that says so; without it, they always do.",
        ),
        of_user("says", "That they do, in words."),
    ]);

    fn read(row: &mut Row<'_>, key: &'static str) -> Self {
        let mut users = Vec::new();
        row.nested_each(key, "`used-by`", |mut row| {
            users.push(UserRow {
                component: row.text("component"),
                flag: row.text("flag"),
                says: row.text("says"),
            });
            row.finish();
        });
        users
    }
}
