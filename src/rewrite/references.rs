//! Finds virtual directories in a text: whole segments of the paths of http
//! and https URLs and of root-relative paths, and nothing else.
//!
//! A host, a Windows path, a file URL, an XML name, a longer name that begins
//! the same way and a command-line switch are never matches. In a URL any
//! segment may be one, since a proxy can put a path in front; after the first
//! match only segments directly behind it are. What comes behind a name that
//! is new already, or behind a folder of the guards, stays as it is, so that
//! rewriting twice is rewriting once.

use super::mapping::VirtualDirectories;
use super::scan::{Hit, is_below, scan};
use super::view::View;
use crate::pack::rules::RewriteGuards;
use crate::xml::Span;

/// One name to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands in the text.
    pub span: Span,
    /// The name as written there.
    pub old: String,
    /// What takes its place.
    pub new: String,
}

/// All references to virtual directories in `text`, in order.
#[must_use]
pub fn find(
    text: &str,
    directories: &VirtualDirectories,
    guards: &RewriteGuards,
) -> Vec<Reference> {
    let Some(view) = candidate_view(text, directories) else {
        return Vec::new();
    };
    let hits = scan(&view.bytes, directories, guards);
    located(text, &view, hits)
}

/// References in a path that is relative to the server, such as that of a
/// `<location>`: the first segment, or the second behind the name of a site.
#[must_use]
pub fn find_in_location(
    path: &str,
    directories: &VirtualDirectories,
    guards: &RewriteGuards,
) -> Vec<Reference> {
    let Some(view) = candidate_view(path, directories) else {
        return Vec::new();
    };
    let bytes = &view.bytes;
    let mut start = 0;
    for _ in 0..2 {
        let rest = &bytes[start..];
        let end = start + memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let name = &bytes[start..end];
        if let Some(mapping) = directories.rename_of(name) {
            return located(path, &view, vec![(start, end, mapping)]);
        }
        if name.is_empty()
            || end == bytes.len()
            || directories.is_new(name)
            || is_below(guards, name)
        {
            break;
        }
        start = end + 1;
    }
    Vec::new()
}

/// One value, which is or holds URLs or paths, with the names replaced; `None` if there are none.
#[must_use]
pub fn rewrite_value(
    value: &str,
    directories: &VirtualDirectories,
    guards: &RewriteGuards,
) -> Option<String> {
    let references = find(value, directories, guards);
    if references.is_empty() {
        return None;
    }
    let mut rewritten = String::with_capacity(value.len() + 32);
    let mut copied = 0;
    for reference in &references {
        let range = reference.span.range();
        rewritten.push_str(&value[copied..range.start]);
        rewritten.push_str(&reference.new);
        copied = range.end;
    }
    rewritten.push_str(&value[copied..]);
    Some(rewritten)
}

fn candidate_view<'t>(text: &'t str, directories: &VirtualDirectories) -> Option<View<'t>> {
    if directories.is_empty() {
        return None;
    }
    let raw = text.as_bytes();
    // A name can hide only behind escapes.
    let may_hide = memchr::memchr3(b'%', b'&', b'\\', raw).is_some();
    if !may_hide && !directories.may_occur_in(raw) {
        return None;
    }
    let view = View::of(text);
    directories.may_occur_in(&view.bytes).then_some(view)
}

fn located(text: &str, view: &View<'_>, hits: Vec<Hit<'_>>) -> Vec<Reference> {
    hits.into_iter()
        .map(|(start, end, mapping)| {
            let span = view.span(start, end);
            Reference {
                span,
                old: text[span.range()].to_owned(),
                new: mapping.new.clone(),
            }
        })
        .collect()
}
