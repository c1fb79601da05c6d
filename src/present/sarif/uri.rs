//! Paths as URIs.

use fluent_uri::pct_enc::EString;
use fluent_uri::pct_enc::encoder::{Data, Path};

/// `path`, with `/`, as a URI, and whether it is a relative one.
pub(in crate::present) fn uri(path: &str) -> (String, bool) {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/";
    if has_drive {
        (
            format!("file:///{}:{}", &path[..1], encoded(&path[2..])),
            false,
        )
    } else if let Some(share) = path.strip_prefix("//") {
        (format!("file://{}", encoded(share)), false)
    } else if path.starts_with('/') {
        (format!("file://{}", encoded(path)), false)
    } else {
        (encoded(path), true)
    }
}

/// Everything but `/` and what a URI never gives a meaning is written as `%`.
fn encoded(path: &str) -> String {
    let mut out = EString::<Path>::new();
    for (number, part) in path.split('/').enumerate() {
        if number > 0 {
            out.push('/');
        }
        out.encode_str::<Data>(part);
    }
    out.into_string()
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris() {
        for (path, expected, is_relative) in [
            ("a/web.config", "a/web.config", true),
            (
                "My Site/50%/#1?.config",
                "My%20Site/50%25/%231%3F.config",
                true,
            ),
            ("a:b/ü[1].config", "a%3Ab/%C3%BC%5B1%5D.config", true),
            ("/srv/a b/web.config", "file:///srv/a%20b/web.config", false),
            (
                "C:/inetpub/web.config",
                "file:///C:/inetpub/web.config",
                false,
            ),
            (
                "//server/share/a.config",
                "file://server/share/a.config",
                false,
            ),
        ] {
            assert_eq!(uri(path), (expected.to_owned(), is_relative));
        }
    }
}
