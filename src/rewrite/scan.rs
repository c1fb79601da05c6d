//! The scanner below [`super::references`]: one pass over the resolved bytes,
//! from one `/` to the next.
//!
//! Promises to take time linear in the text, whatever the text is.

use super::mapping::{Mapping, VirtualDirectories};
use crate::pack::rules::RewriteGuards;

pub(super) fn is_below(guards: &RewriteGuards, name: &[u8]) -> bool {
    guards
        .never_below
        .iter()
        .any(|folder| folder.as_bytes().eq_ignore_ascii_case(name))
}

/// What a path begins with, which decides where in it names may stand.
#[derive(Clone, Copy)]
struct Start {
    /// Any segment of a URL may match, but only the first of a root-relative path.
    any_segment: bool,
    /// Behind white space a name counts only if a `/` follows; else it could be a switch.
    needs_slash: bool,
    /// Behind `=`, as in a query, `&` ends the path.
    ends_at_ampersand: bool,
}

/// A name to replace: from, to, and by what.
pub(super) type Hit<'a> = (usize, usize, &'a Mapping);

/// All names to replace in `bytes`, in order.
pub(super) fn scan<'a>(
    bytes: &'a [u8],
    directories: &'a VirtualDirectories,
    guards: &'a RewriteGuards,
) -> Vec<Hit<'a>> {
    let mut scanner = Scanner {
        bytes,
        directories,
        guards,
        hits: Vec::new(),
    };
    scanner.scan();
    scanner.hits
}

struct Scanner<'a> {
    bytes: &'a [u8],
    directories: &'a VirtualDirectories,
    guards: &'a RewriteGuards,
    hits: Vec<Hit<'a>>,
}

impl Scanner<'_> {
    fn scan(&mut self) {
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'/', &self.bytes[at..]) {
            let slash = at + found;
            at = if let Some(scheme) = self.scheme_before(slash) {
                self.url(scheme, slash + 2)
            } else if let Some(start) = self.root_path_at(slash) {
                self.path(slash, start)
            } else {
                slash + 1
            };
        }
    }

    /// Where `http:` or `https:` begins that the `//` at `slash` belongs to.
    fn scheme_before(&self, slash: usize) -> Option<usize> {
        if self.bytes.get(slash + 1) != Some(&b'/') {
            return None;
        }
        let before = &self.bytes[..slash];
        let length = [&b"https:"[..], b"http:"].into_iter().find_map(|scheme| {
            let start = before.len().checked_sub(scheme.len())?;
            before[start..]
                .eq_ignore_ascii_case(scheme)
                .then_some(scheme.len())
        })?;
        let start = slash - length;
        let is_word = start > 0 && before[start - 1].is_ascii_alphanumeric();
        (!is_word).then_some(start)
    }

    /// Whether the `/` at `slash` begins a root-relative path.
    fn root_path_at(&self, slash: usize) -> Option<Start> {
        let before = &self.bytes[..slash];
        let start = Start {
            any_segment: false,
            needs_slash: false,
            ends_at_ampersand: before.last() == Some(&b'='),
        };
        match before.last() {
            Some(b'>') if self.is_folder_placeholder(slash) => None,
            None | Some(b'"' | b'\'' | b'`' | b'(' | b'=' | b'>' | b',' | b'[' | b'\n' | b'\r') => {
                Some(start)
            }
            Some(b' ' | b'\t') => Some(Start {
                needs_slash: true,
                ..start
            }),
            _ if ends_in_curly_quote(before) => Some(start),
            _ => None,
        }
    }

    /// Whether the `>` before `slash` ends a placeholder for a folder, as in
    /// `<install-dir>/Shop`, rather than a tag.
    fn is_folder_placeholder(&self, slash: usize) -> bool {
        let before = &self.bytes[..slash - 1];
        let Some(open) = memchr::memrchr(b'<', &before[before.len().saturating_sub(40)..]) else {
            return false;
        };
        let name = &before[before.len().saturating_sub(40) + open + 1..];
        let lower = name.to_ascii_lowercase();
        let speaks_of_folder = [&b"dir"[..], b"folder", b"root", b"drive"]
            .iter()
            .any(|word| memchr::memmem::find(&lower, word).is_some());
        if !speaks_of_folder || name.contains(&b'=') {
            return false;
        }
        let behind = &self.bytes[slash..self.bytes.len().min(slash + 1000)];
        let end_tag = [b"</", name].concat();
        memchr::memmem::find(behind, &end_tag).is_none()
    }

    /// Scans a URL whose host begins at `host_start`; returns where to go on.
    fn url(&mut self, scheme: usize, host_start: usize) -> usize {
        let start = Start {
            any_segment: true,
            needs_slash: false,
            ends_at_ampersand: scheme > 0 && self.bytes[scheme - 1] == b'=',
        };
        let host_end = self.host_end(host_start, start);
        let host = &self.bytes[host_start..host_end];
        if self.is_guarded(host) {
            return self.url_end(host_end, start);
        }
        if host.is_empty() || self.bytes.get(host_end) != Some(&b'/') {
            return host_end;
        }
        self.path(host_end, start)
    }

    /// The end of a host, which may hold placeholders: `<server>`, `{0}`, `$($server)`.
    fn host_end(&self, from: usize, start: Start) -> usize {
        let mut at = from;
        if self.bytes.get(at) == Some(&b'<') {
            at = self.group_end(at, b'>').unwrap_or(at);
        }
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'/' | b'\\' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b','
                | b';' | b')' | b'[' | b']' => {
                    // `[…]` is an IPv6 address only where a host begins.
                    if *byte == b'['
                        && at == from
                        && let Some(end) = self.group_end(at, b']')
                    {
                        at = end;
                        continue;
                    }
                    break;
                }
                b'(' => match self.group_end(at, b')') {
                    Some(end) if self.bytes[at - 1] == b'$' => at = end,
                    _ => break,
                },
                b'&' if start.ends_at_ampersand => break,
                _ if byte.is_ascii_whitespace() || is_curly_quote(&self.bytes[at..]) => break,
                _ => at += 1,
            }
        }
        at
    }

    /// One past the `close` that belongs to the bracket at `open`, if it comes soon and in the same segment.
    fn group_end(&self, open: usize, close: u8) -> Option<usize> {
        let inside = &self.bytes[open + 1..];
        let length = inside
            .iter()
            .take(200)
            .position(|byte| *byte == close || matches!(byte, b'/' | b'\n' | b'\r'))?;
        (inside[length] == close).then_some(open + length + 2)
    }

    fn is_guarded(&self, host: &[u8]) -> bool {
        let host = String::from_utf8_lossy(host).to_ascii_lowercase();
        let host = host.rsplit('@').next().unwrap_or_default();
        let name = host.split(':').next().unwrap_or_default();
        let name = name.trim_end_matches('.');
        self.guards.never_hosts.iter().any(|guarded| {
            let domain = guarded.trim_start_matches("*.").to_ascii_lowercase();
            name == domain
                || name
                    .strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    }

    /// The end of a URL with its query, for one that is left alone as a whole.
    fn url_end(&self, from: usize, start: Start) -> usize {
        let ends = |at: usize| match self.bytes[at] {
            b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b'|' => true,
            b'&' => start.ends_at_ampersand,
            b',' | b';' => self.bytes.get(at + 1) != Some(&b'/'),
            byte => byte.is_ascii_whitespace() || is_curly_quote(&self.bytes[at..]),
        };
        (from..self.bytes.len())
            .find(|at| ends(*at))
            .unwrap_or(self.bytes.len())
    }

    /// Scans the segments behind the `/` at `slash`; returns where to go on.
    fn path(&mut self, slash: usize, start: Start) -> usize {
        let mut segment = slash + 1;
        let mut matched = false;
        loop {
            let mut end = self.segment_end(segment, start);
            // `…/https://host/` and `…=https://host/`: what follows is a host.
            if self.bytes[segment..end].ends_with(b":") && self.bytes[end..].starts_with(b"//") {
                return end;
            }
            let name = &self.bytes[segment..self.name_end(segment, end)];
            let is_followed = self.bytes.get(end) == Some(&b'/');
            if let Some(mapping) = self.directories.rename_of(name) {
                let is_first = segment == slash + 1 && !start.any_segment;
                let is_no_path = is_first
                    && ((start.needs_slash && !is_followed) || self.is_pattern(slash, end));
                if is_no_path {
                    return end;
                }
                self.hits.push((segment, segment + name.len(), mapping));
                matched = true;
            } else if matched
                || !start.any_segment
                || self.directories.is_new(name)
                || is_below(self.guards, name)
            {
                return end;
            }
            if start.any_segment && !matched {
                end = self.behind_placeholders(end, start);
            }
            if self.bytes.get(end) != Some(&b'/') {
                return end;
            }
            segment = end + 1;
        }
    }

    fn segment_end(&self, from: usize, start: Start) -> usize {
        let ends = |at: usize| match self.bytes[at] {
            b'/' | b'\\' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'(' | b')' | b'{'
            | b'}' | b'[' | b']' | b'|' | b'^' | b',' | b';' => true,
            b'&' => start.ends_at_ampersand,
            byte => byte.is_ascii_whitespace() || is_curly_quote(&self.bytes[at..]),
        };
        (from..self.bytes.len())
            .find(|at| ends(*at))
            .unwrap_or(self.bytes.len())
    }

    /// The end of the name in a segment: a full stop that ends the sentence is not part of it.
    fn name_end(&self, segment: usize, end: usize) -> usize {
        if matches!(self.bytes.get(end), Some(b'/' | b'{' | b'(' | b'[' | b'\\')) {
            return end;
        }
        let name = &self.bytes[segment..end];
        let marks = name
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'.' | b'!' | b':'))
            .count();
        end - marks
    }

    /// Goes on behind `{0}` and `$(name)` in a segment.
    fn behind_placeholders(&self, mut end: usize, start: Start) -> usize {
        loop {
            let close = match self.bytes.get(end) {
                Some(b'{') => b'}',
                Some(b'(') if self.bytes[end - 1] == b'$' => b')',
                _ => return end,
            };
            let Some(behind) = self.group_end(end, close) else {
                return end;
            };
            end = self.segment_end(behind, start);
        }
    }

    /// Whether `/name/` is a regular expression of JavaScript rather than a path.
    fn is_pattern(&self, slash: usize, end: usize) -> bool {
        if self.bytes.get(end) != Some(&b'/') || ends_in_quote(&self.bytes[..slash]) {
            return false;
        }
        let behind = &self.bytes[end + 1..];
        let flags = behind
            .iter()
            .take_while(|byte| b"dgimsuvy".contains(byte))
            .count();
        let then = &behind[flags..];
        if [&b".test("[..], b".exec(", b".source"]
            .iter()
            .any(|method| then.starts_with(method))
        {
            return true;
        }
        if !matches!(then.first(), Some(b',' | b')' | b';')) {
            return false;
        }
        let is_argument = [
            &b"replace("[..],
            b"match(",
            b"search(",
            b"split(",
            b"matchAll(",
        ]
        .iter()
        .any(|call| self.bytes[..slash].ends_with(call));
        flags > 0 || is_argument
    }
}

fn ends_in_quote(before: &[u8]) -> bool {
    matches!(before.last(), Some(b'"' | b'\'' | b'`')) || ends_in_curly_quote(before)
}

/// Whether `bytes` begins with a typographic quote (documents are full of them) or a no-break space.
fn is_curly_quote(bytes: &[u8]) -> bool {
    matches!(bytes, [0xE2, 0x80, 0x98..=0x9F, ..] | [0xC2, 0xA0, ..])
}

fn ends_in_curly_quote(before: &[u8]) -> bool {
    matches!(before, [.., 0xE2, 0x80, 0x98..=0x9F])
}
