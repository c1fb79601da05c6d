//! A report as one HTML page, whatever command it is of.
//!
//! Promises: the page needs no network and no other file; nothing that a file says becomes markup, style
//! or script; it can be read without script and without style. [`Page`] is what a command fills,
//! `templates/page.html` is what it becomes. The policy of the page allows its own style and script by
//! their hashes and nothing else.

mod anchors;
mod filters;
mod markdown;
mod model;
pub(in crate::present) mod shown;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::error::Failure;
use crate::present::sarif::uri::uri;

pub use markdown::markdown;
pub use model::{Cell, Fact, Group, List, Page, Row, Sum, Tone, Verdict};

use self::anchors::Anchors;
use self::shown::Shown;

/// The style of the page.
pub const STYLE: &str = include_str!("../../../templates/page.css");
/// Its script: filters, and nothing that the report needs.
pub const SCRIPT: &str = include_str!("../../../templates/page.js");

/// Rows in one table. The browser lays out a table as a whole, and only when it comes into view: 10,000
/// rows in one table take it over a second.
const CHUNK: usize = 200;

/// Where the page has its style and its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assets<'a> {
    /// Within the page.
    Inside,
    /// In the files [`STYLE_NAME`] and [`SCRIPT_NAME`] of this folder, as the page names it.
    Linked(&'a str),
}

/// The style sheet of pages that have it linked.
pub const STYLE_NAME: &str = "conferry.css";
/// The script of such pages.
pub const SCRIPT_NAME: &str = "conferry.js";

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    page: &'a Page,
    policy: String,
    style: Option<&'static str>,
    script: Option<&'static str>,
    /// The folder of linked files, with `/` at its end.
    folder: String,
    groups: Vec<Chunked<'a>>,
    statuses: Vec<&'static str>,
    sections: Vec<&'a str>,
    risks: Vec<&'static str>,
}

/// A group whose rows are in tables of a size that browsers like.
struct Chunked<'a> {
    group: &'a Group,
    chunks: Vec<Vec<Anchored<'a>>>,
}

struct Anchored<'a> {
    row: &'a Row,
    anchor: String,
    /// The anchor of the next thing to decide, in a ring.
    next: Option<String>,
}

/// The page could not be made, which is a fault of conferry.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the report cannot be made into HTML")]
pub struct Unmade;

impl From<Unmade> for Failure {
    fn from(unmade: Unmade) -> Self {
        Self::new(unmade.to_string()).help("Please report this: it is a fault of conferry.")
    }
}

/// The page as HTML.
///
/// # Errors
/// None that could happen: a text takes whatever is written into it.
pub fn html(page: &Page, assets: Assets<'_>) -> Result<String, Unmade> {
    let mut anchors = Anchors::default();
    let mut groups: Vec<Chunked<'_>> = page
        .groups
        .iter()
        .map(|group| {
            let rows = group.rows.chunks(CHUNK);
            let chunks = rows.map(|rows| {
                let anchored = rows.iter().map(|row| Anchored {
                    row,
                    anchor: anchors.of(&row.identity),
                    next: None,
                });
                anchored.collect()
            });
            Chunked {
                group,
                chunks: chunks.collect(),
            }
        })
        .collect();
    link_what_is_to_decide(&mut groups);
    let (policy, style, script, folder) = match assets {
        Assets::Inside => (inside(), Some(STYLE), Some(SCRIPT), String::new()),
        Assets::Linked(folder) => (
            "default-src 'none'; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; form-action 'none'"
                .to_owned(),
            None,
            None,
            match folder {
                "" => String::new(),
                folder => format!("{}/", uri(folder.trim_end_matches('/')).0),
            },
        ),
    };
    let html = Html {
        page,
        policy,
        style,
        script,
        folder,
        groups,
        statuses: page.statuses(),
        sections: page.sections(),
        risks: page.risks(),
    };
    html.render().map_err(|_| Unmade)
}

/// What the page may load: its own style and script, by their hashes.
fn inside() -> String {
    policy_of(&[STYLE], &[SCRIPT])
}

/// A policy that allows these styles and scripts, which are in the page, and nothing else.
pub(in crate::present) fn policy_of(styles: &[&str], scripts: &[&str]) -> String {
    let hashes = |texts: &[&str]| {
        let hash = |text: &&str| {
            let hash = BASE64.encode(Sha256::digest(text.as_bytes()));
            format!(" 'sha256-{hash}'")
        };
        match texts {
            [] => " 'none'".to_owned(),
            texts => texts.iter().map(hash).collect(),
        }
    };
    let (styles, scripts) = (hashes(styles), hashes(scripts));
    format!(
        "default-src 'none'; style-src{styles}; script-src{scripts}; base-uri 'none'; form-action 'none'"
    )
}

fn link_what_is_to_decide(groups: &mut [Chunked<'_>]) {
    let decide = |groups: &[Chunked<'_>]| -> Vec<String> {
        let groups = groups.iter().filter(|group| group.group.to_decide);
        let rows = groups.flat_map(|group| group.chunks.iter().flatten());
        rows.map(|row| row.anchor.clone()).collect()
    };
    let anchors = decide(groups);
    if anchors.len() < 2 {
        return;
    }
    let mut next = anchors.iter().cycle().skip(1);
    let groups = groups.iter_mut().filter(|group| group.group.to_decide);
    for row in groups.flat_map(|group| group.chunks.iter_mut().flatten()) {
        row.next = next.next().cloned();
    }
}
