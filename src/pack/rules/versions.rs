//! Which versions of a product a row is about.

use std::fmt;

use crate::config::version;

/// Versions: all, or those that several comparisons allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions(Vec<(Comparison, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// The signs of comparisons, the longer ones first.
const COMPARISONS: [(&str, Comparison); 5] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (comparison, version)) in self.0.iter().enumerate() {
            let mut signs = COMPARISONS.iter();
            let sign = signs.find(|(_, known)| known == comparison);
            let sign = sign.map_or("", |(sign, _)| sign);
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{sign}{version}")?;
        }
        Ok(())
    }
}

impl Versions {
    /// Reads `>=6.0, <8.1`; the part that is no comparison with a version is the error.
    ///
    /// # Errors
    /// The first such part.
    pub fn parse(text: &str) -> Result<Self, &str> {
        let mut all = Vec::new();
        for part in text.split(',').map(str::trim) {
            let comparison = COMPARISONS
                .iter()
                .find_map(|(sign, comparison)| Some((*comparison, part.strip_prefix(sign)?)));
            match comparison {
                Some((comparison, number)) if is_version(number.trim()) => {
                    all.push((comparison, number.trim().to_owned()));
                }
                _ => return Err(part),
            }
        }
        Ok(Self(all))
    }

    /// Whether every version is one of them.
    #[must_use]
    pub fn are_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `number` is one of them.
    #[must_use]
    pub fn have(&self, number: &str) -> bool {
        self.0.iter().all(|(comparison, limit)| {
            let Ok(order) = version::compare(number, limit) else {
                return false;
            };
            match comparison {
                Comparison::Less => order.is_lt(),
                Comparison::LessOrEqual => order.is_le(),
                Comparison::Equal => order.is_eq(),
                Comparison::GreaterOrEqual => order.is_ge(),
                Comparison::Greater => order.is_gt(),
            }
        })
    }
}

/// Whether `text` is a version that can be compared.
#[must_use]
pub fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && version::compare(text, "1.0").is_ok()
}

/// Whether a version comes before another one.
#[must_use]
pub fn is_older(one: &str, other: &str) -> bool {
    version::compare(one, other).is_ok_and(std::cmp::Ordering::is_lt)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_comparisons_have_to_hold() {
        let versions = Versions::parse(">=6.0, <8.1").unwrap();
        assert_eq!(versions.to_string(), ">=6.0, <8.1");
        for (number, is_one) in [
            ("6.0", true),
            ("8.0.1.1", true),
            ("8.1", false),
            ("5.2", false),
        ] {
            assert_eq!(versions.have(number), is_one, "{number}");
        }
        assert!(Versions::default().have("1"));
    }

    #[test]
    fn what_is_no_comparison_is_named() {
        for (text, wrong) in [
            ("6.0", "6.0"),
            (">=6, new", "new"),
            ("<", "<"),
            (">=x", ">=x"),
        ] {
            assert_eq!(Versions::parse(text), Err(wrong));
        }
    }
}
