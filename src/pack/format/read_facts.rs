//! Reads `[[fact]]` and `[[service]]` rows.

use super::file::{About, Text};
use super::row::Row;

/// `[[fact]]`.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// Id, summary, source.
    pub about: About,
    /// Components that have it.
    pub component: Vec<Text>,
    /// Selectors of the value, best first.
    pub select: Vec<Text>,
    /// The service whose URL it is.
    pub url_of: Option<Text>,
    /// What it is where nothing says it.
    pub default: Option<Text>,
    /// Whether case and white space around it tell values apart.
    pub exact: bool,
}

impl FactRow {
    /// Reads one row.
    pub(super) fn read(row: &mut Row<'_>) -> Self {
        row.require("id");
        row.required("summary");
        Self {
            about: About::read(row, "summary"),
            component: row.texts("component"),
            select: row.texts("select"),
            url_of: row.text("url-of"),
            default: row.text("default"),
            exact: row.flag("exact"),
        }
    }
}

/// `[[service]]`.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    /// Id, title, source.
    pub about: About,
    /// The component that answers.
    pub component: Option<Text>,
    /// The file at the end of its URL.
    pub endpoint: Option<Text>,
    /// Selectors of its URL.
    pub urls: Vec<Text>,
    /// Selectors of URLs that may be its own.
    pub any_urls: Vec<Text>,
    /// Hosts of URLs that were never set.
    pub placeholders: Vec<Text>,
    /// Hosts that only documentation has.
    pub sample_hosts: Vec<Text>,
    /// Segments that only documentation has.
    pub sample_segments: Vec<Text>,
    /// Who calls it, and when.
    pub used_by: Vec<UserRow>,
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

impl ServiceRow {
    /// Reads one row.
    pub(super) fn read(row: &mut Row<'_>) -> Self {
        row.require("id");
        row.required("title");
        let mut used_by = Vec::new();
        let about = About::read(row, "title");
        row.nested_each("used-by", "`used-by`", |mut row| {
            used_by.push(UserRow {
                component: row.text("component"),
                flag: row.text("flag"),
                says: row.text("says"),
            });
            row.finish();
        });
        Self {
            about,
            component: row.text("component"),
            endpoint: row.required("endpoint"),
            urls: row.texts("urls"),
            any_urls: row.texts("any-urls"),
            placeholders: row.texts("placeholders"),
            sample_hosts: row.texts("sample-hosts"),
            sample_segments: row.texts("sample-segments"),
            used_by,
        }
    }
}
