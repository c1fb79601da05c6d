//! Versions as .NET configuration writes them, and which of two is the higher one.
//!
//! Read are versions of assemblies (`4.0.0.0`) and of runtimes (`v4.0`), versions of NuGet packages
//! with their pre-release and build parts (`1.0.0-beta.2+5`), the ranges of `oldVersion`
//! (`0.0.0.0-6.0.0.0`, which counts by its upper end), and target frameworks, short (`net472`) or
//! long (`.NETFramework,Version=v4.7.2`). What cannot be read, and what has no order, is told
//! apart: nothing here guesses.

use std::cmp::Ordering;

/// Why of two texts neither is the higher version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoOrder {
    /// One of them is no version that is known here.
    Unreadable,
    /// Both are versions, of different things: of two frameworks, or two ranges with one upper end.
    Incomparable,
}

/// Which of two versions is the higher one; equal versions may be spelled differently.
///
/// # Errors
/// One of the texts is no version, or they are versions of different things.
pub fn compare(one: &str, other: &str) -> Result<Ordering, NoOrder> {
    let (Some(one), Some(other)) = (Version::read(one), Version::read(other)) else {
        return Err(NoOrder::Unreadable);
    };
    one.compare(&other).ok_or(NoOrder::Incomparable)
}

enum Version {
    /// Of a package, an assembly or a runtime; a single version is a range of one.
    Range {
        lower: Release,
        upper: Release,
    },
    Framework(Framework),
}

impl Version {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(framework) = Framework::read(text) {
            return Some(Self::Framework(framework));
        }
        let (lower, upper) = match text.split_once('-') {
            // In `1.0.0-1`, what follows the hyphen is a pre-release.
            Some((lower, upper)) if is_full(lower) && is_full(upper) => {
                (Release::read(lower)?, Release::read(upper)?)
            }
            _ => {
                let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
                let release = Release::read(text)?;
                (release.clone(), release)
            }
        };
        Some(Self::Range { lower, upper })
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (
                Self::Range { lower, upper },
                Self::Range {
                    lower: other_lower,
                    upper: other_upper,
                },
            ) => {
                let order = upper.cmp(other_upper);
                let is_settled = order != Ordering::Equal || lower == other_lower;
                is_settled.then_some(order)
            }
            (Self::Framework(one), Self::Framework(other)) => {
                one.is_like(other).then(|| one.numbers.cmp(&other.numbers))
            }
            _ => None,
        }
    }
}

/// Whether it has the four numbers that a range is made of.
fn is_full(text: &str) -> bool {
    Numbers::read(text).is_some() && text.split('.').count() == 4
}

/// One to four numbers; those that are not written are zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Numbers([u64; 4]);

impl Numbers {
    fn read(text: &str) -> Option<Self> {
        let mut numbers = Self::default();
        let mut places = numbers.0.iter_mut();
        for part in text.split('.') {
            *places.next()? = number(part)?;
        }
        Some(numbers)
    }

    /// `472`, where each digit is a number, or `4.7.2`.
    fn read_short(text: &str) -> Option<Self> {
        if text.contains('.') {
            return Self::read(text);
        }
        let mut numbers = Self::default();
        let mut places = numbers.0.iter_mut();
        if text.is_empty() {
            return None;
        }
        for digit in text.chars() {
            *places.next()? = u64::from(digit.to_digit(10)?);
        }
        Some(numbers)
    }
}

/// Digits only: no sign, which `parse` would take.
fn number(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// A version of a package, in NuGet's order. Build metadata does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Release {
    numbers: Numbers,
    /// Empty if it is a release, which is higher than its pre-releases.
    labels: Vec<Label>,
}

impl Release {
    fn read(text: &str) -> Option<Self> {
        let (text, metadata) = match text.split_once('+') {
            Some((text, metadata)) => (text, Some(metadata)),
            None => (text, None),
        };
        let (numbers, labels) = match text.split_once('-') {
            Some((numbers, labels)) => (numbers, Some(labels)),
            None => (text, None),
        };
        let is_label = |label: &str| {
            !label.is_empty() && (label.bytes()).all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let all_labels = |text: Option<&str>| text.is_none_or(|text| text.split('.').all(is_label));
        if !all_labels(labels) || !all_labels(metadata) {
            return None;
        }
        Some(Self {
            numbers: Numbers::read(numbers)?,
            labels: labels.map_or_else(Vec::new, |text| text.split('.').map(Label::of).collect()),
        })
    }
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        let is_release = |release: &Self| release.labels.is_empty();
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| is_release(self).cmp(&is_release(other)))
            .then_with(|| self.labels.cmp(&other.labels))
    }
}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A part of a pre-release. Numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    /// As NuGet does, what does not fit into 32 bits is compared as a word.
    Number(i32),
    /// In capital letters, since NuGet compares without case.
    Word(String),
}

impl Label {
    fn of(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Word(text.to_ascii_uppercase()),
        }
    }
}

/// A target framework.
struct Framework {
    /// The identifier of the long form, in lower case.
    name: String,
    numbers: Numbers,
    /// The profile of the long form, or what follows the hyphen of the short one.
    profile: String,
}

impl Framework {
    fn read(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        if text.contains(',') {
            Self::read_long(&text)
        } else {
            Self::read_short(&text)
        }
    }

    /// `.NETFramework,Version=v4.0,Profile=Client`.
    fn read_long(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let (mut numbers, mut profile) = (None, None);
        for part in parts {
            let (key, value) = part.split_once('=')?;
            let value = value.trim();
            let is_new = match key.trim_end() {
                "version" => {
                    let version = value.strip_prefix('v').unwrap_or(value);
                    numbers.replace(Numbers::read(version)?).is_none()
                }
                "profile" => profile.replace(value).is_none(),
                _ => false,
            };
            if !is_new {
                return None;
            }
        }
        Some(Self {
            name: name.to_owned(),
            numbers: numbers?,
            profile: profile.unwrap_or_default().to_owned(),
        })
    }

    /// `net45`, `net40-client`, `netstandard2.0`, `netcoreapp3.1`, `net8.0-windows`.
    fn read_short(text: &str) -> Option<Self> {
        let (text, profile) = text.split_once('-').unwrap_or((text, ""));
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let numbers = Numbers::read_short(&text[start..])?;
        let name = match &text[..start] {
            "netstandard" => ".netstandard",
            "netcoreapp" => ".netcoreapp",
            // From 5 on, what is called `net` is the successor of `netcoreapp`.
            "net" if numbers.0[0] >= 5 => ".netcoreapp",
            "net" => ".netframework",
            _ => return None,
        };
        Some(Self {
            name: name.to_owned(),
            numbers,
            profile: profile.to_owned(),
        })
    }

    /// Whether the versions of both are of one kind. A platform of its own version
    /// (`net8.0-windows10.0.19041`) is another platform.
    fn is_like(&self, other: &Self) -> bool {
        self.name == other.name && self.profile == other.profile
    }
}
