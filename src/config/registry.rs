//! Reads what was exported from the Windows registry.
//!
//! Understands `.reg` files of version 5 (UTF-16 or UTF-8) and `REGEDIT4`
//! (ANSI), and what `reg query` prints. Strings, expandable strings and DWORDs
//! have values, other types keep their name only. A deleted key or value
//! (`[-…]`, `"name"=-`) takes away what the file said before.
//!
//! Look-ups ignore case and the view: `SOFTWARE\Wow6432Node\X` and `SOFTWARE\X`
//! are the same key, seen from 32 and from 64 bits.

use thiserror::Error;

/// Where 32-bit programs find their keys on 64-bit Windows.
const OTHER_VIEW: &str = "wow6432node";

/// The keys of an export, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// The keys.
    pub keys: Vec<Key>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its full path as exported.
    pub path: String,
    /// Its values by name; the default value has the empty name.
    pub values: Vec<(String, Value)>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `REG_SZ`.
    Text(String),
    /// `REG_EXPAND_SZ`: variables are not expanded yet.
    Expandable(String),
    /// `REG_DWORD`.
    Number(u32),
    /// Any other type, by the name it has in the file.
    Other(String),
}

/// The export cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {kind}")]
pub struct RegistryError {
    /// Where, from 1.
    pub line: usize,
    /// Why.
    pub kind: RegistryErrorKind,
}

/// Why an export cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RegistryErrorKind {
    /// No known first line.
    #[error("this is neither a .reg file nor the output of `reg query`")]
    NotAnExport,
    /// The bytes are no text.
    #[error("this is no text in the encoding that the file begins with")]
    Encoding,
    /// A key without its `]`.
    #[error("the key has no closing `]`")]
    OpenKey,
    /// A value outside of all keys.
    #[error("a value stands before the first key")]
    NoKey,
    /// A text without its closing quote.
    #[error("the text has no closing quote")]
    OpenText,
    /// Nothing that a line can be.
    #[error("this is neither a key nor a value")]
    Line,
    /// Digits that are none.
    #[error("these are no hexadecimal digits")]
    Digits,
}

/// A value that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'r> {
    /// The key as exported.
    pub key: &'r str,
    /// The text, variables not expanded.
    pub text: &'r str,
}

impl Registry {
    /// Reads an export.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Self, RegistryError> {
        let text = decode(bytes).ok_or(RegistryError {
            line: 1,
            kind: RegistryErrorKind::Encoding,
        })?;
        let mut reader = Reader::default();
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let first = lines.by_ref().find(|(_, line)| !line.trim().is_empty());
        let (number, head) = first.unwrap_or((1, ""));
        let failed = |line| move |kind| RegistryError { line, kind };
        match head.trim() {
            "Windows Registry Editor Version 5.00" => {}
            "REGEDIT4" => reader.ansi = true,
            key if key.starts_with("HKEY_") => {
                for (number, line) in text.lines().enumerate() {
                    reader.query_line(line).map_err(failed(number + 1))?;
                }
                return Ok(reader.registry);
            }
            _ => return Err(failed(number)(RegistryErrorKind::NotAnExport)),
        }
        while let Some((number, line)) = lines.next() {
            let mut whole = line.trim().to_owned();
            while is_continued(&whole) {
                whole.pop();
                let Some((_, next)) = lines.next() else { break };
                whole.push_str(next.trim());
            }
            reader.reg_line(&whole).map_err(failed(number))?;
        }
        Ok(reader.registry)
    }

    /// The texts of the value `name` of `key`, in whatever view they stand.
    #[must_use]
    pub fn texts(&self, key: &str, name: &str) -> Vec<Found<'_>> {
        let wanted = canonical(key);
        let keys = self
            .keys
            .iter()
            .filter(|key| canonical(&key.path) == wanted);
        keys.flat_map(|key| {
            let values = key
                .values
                .iter()
                .filter(|(known, _)| known.eq_ignore_ascii_case(name));
            values.filter_map(|(_, value)| match value {
                Value::Text(text) | Value::Expandable(text) => Some(Found {
                    key: &key.path,
                    text,
                }),
                _ => None,
            })
        })
        .collect()
    }
}

/// A key without regard to case and view.
fn canonical(path: &str) -> String {
    let lower = path.trim_end_matches('\\').to_lowercase();
    let lower = match lower.strip_prefix("hklm\\") {
        Some(rest) => format!("hkey_local_machine\\{rest}"),
        None => lower,
    };
    let parts: Vec<&str> = lower
        .split('\\')
        .filter(|part| *part != OTHER_VIEW)
        .collect();
    parts.join("\\")
}

fn decode(bytes: &[u8]) -> Option<String> {
    let (encoding, rest) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (encoding_rs::UTF_8, rest),
        [0xFF, 0xFE, rest @ ..] => (encoding_rs::UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => (encoding_rs::UTF_16BE, rest),
        // A console saves UTF-16 without the mark.
        [first, 0, ..] if *first != 0 => (encoding_rs::UTF_16LE, bytes),
        _ if std::str::from_utf8(bytes).is_ok() => (encoding_rs::UTF_8, bytes),
        _ => (encoding_rs::WINDOWS_1252, bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(rest)?;
    Some(text.into_owned())
}

/// Bytes of `hex(2):` and the like go on in the next line.
fn is_continued(line: &str) -> bool {
    line.ends_with('\\') && line.contains("hex") && !line.ends_with("\\\\")
}

#[derive(Default)]
struct Reader {
    registry: Registry,
    ansi: bool,
    /// The key that values belong to.
    current: Option<usize>,
    deleted: bool,
}

impl Reader {
    fn open(&mut self, path: &str) {
        self.deleted = false;
        let wanted = path.to_lowercase();
        let keys = &mut self.registry.keys;
        let known = keys
            .iter()
            .position(|key| key.path.to_lowercase() == wanted);
        self.current = Some(known.unwrap_or_else(|| {
            keys.push(Key {
                path: path.to_owned(),
                values: Vec::new(),
            });
            keys.len() - 1
        }));
    }

    fn delete(&mut self, path: &str) {
        let gone = path.to_lowercase();
        self.registry.keys.retain(|key| {
            let path = key.path.to_lowercase();
            path != gone && !path.starts_with(&format!("{gone}\\"))
        });
        self.current = None;
        self.deleted = true;
    }

    fn set(&mut self, name: String, value: Option<Value>) -> Result<(), RegistryErrorKind> {
        let Some(current) = self.current else {
            return match self.deleted {
                true => Ok(()),
                false => Err(RegistryErrorKind::NoKey),
            };
        };
        let values = &mut self.registry.keys[current].values;
        values.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        if let Some(value) = value {
            values.push((name, value));
        }
        Ok(())
    }

    fn reg_line(&mut self, line: &str) -> Result<(), RegistryErrorKind> {
        if line.is_empty() || line.starts_with(';') {
            return Ok(());
        }
        if let Some(key) = line.strip_prefix('[') {
            let key = key.strip_suffix(']').ok_or(RegistryErrorKind::OpenKey)?;
            match key.strip_prefix('-') {
                Some(gone) => self.delete(gone),
                None => self.open(key),
            }
            return Ok(());
        }
        let (name, rest) = match line.strip_prefix('@') {
            Some(rest) => (String::new(), rest),
            None => quoted(line)?.ok_or(RegistryErrorKind::Line)?,
        };
        let data = rest.trim_start().strip_prefix('=');
        let data = data.ok_or(RegistryErrorKind::Line)?.trim();
        let value = self.value(data)?;
        self.set(name, value)
    }

    /// `None` deletes.
    fn value(&self, data: &str) -> Result<Option<Value>, RegistryErrorKind> {
        if data == "-" {
            return Ok(None);
        }
        if let Some((text, _)) = quoted(data)? {
            return Ok(Some(Value::Text(text)));
        }
        let (kind, digits) = data.split_once(':').ok_or(RegistryErrorKind::Line)?;
        let kind = kind.to_lowercase();
        Ok(Some(match kind.as_str() {
            "dword" => Value::Number(
                u32::from_str_radix(digits.trim(), 16).map_err(|_| RegistryErrorKind::Digits)?,
            ),
            "hex(1)" => Value::Text(self.text_of(digits)?),
            "hex(2)" => Value::Expandable(self.text_of(digits)?),
            _ => Value::Other(kind),
        }))
    }

    fn text_of(&self, digits: &str) -> Result<String, RegistryErrorKind> {
        let bytes = digits
            .split(',')
            .map(str::trim)
            .filter(|digits| !digits.is_empty())
            .map(|digits| u8::from_str_radix(digits, 16))
            .collect::<Result<Vec<u8>, _>>()
            .map_err(|_| RegistryErrorKind::Digits)?;
        let encoding = match self.ansi {
            true => encoding_rs::WINDOWS_1252,
            false => encoding_rs::UTF_16LE,
        };
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        Ok(text.trim_end_matches('\0').to_owned())
    }

    /// A line that `reg query` printed.
    fn query_line(&mut self, line: &str) -> Result<(), RegistryErrorKind> {
        if line.starts_with("HKEY_") {
            self.open(line.trim());
            return Ok(());
        }
        // Anything else is a value with its type between wide gaps, or talk.
        let Some(rest) = line
            .strip_prefix("    ")
            .or_else(|| line.strip_prefix('\t'))
        else {
            return Ok(());
        };
        let Some(at) = rest.find("REG_") else {
            return Ok(());
        };
        let name = match rest[..at].trim() {
            "(Default)" => "",
            name => name,
        };
        let (kind, data) = match rest[at..].split_once(char::is_whitespace) {
            Some((kind, data)) => (kind, data.trim()),
            None => (rest[at..].trim(), ""),
        };
        let value = match kind {
            "REG_SZ" => Value::Text(data.to_owned()),
            "REG_EXPAND_SZ" => Value::Expandable(data.to_owned()),
            "REG_DWORD" => {
                let digits = data.trim_start_matches("0x");
                Value::Number(
                    u32::from_str_radix(digits, 16).map_err(|_| RegistryErrorKind::Digits)?,
                )
            }
            other => Value::Other(other.to_owned()),
        };
        self.set(name.to_owned(), Some(value))
    }
}

/// The text in quotes at the start of `line`, and what follows it.
fn quoted(line: &str) -> Result<Option<(String, &str)>, RegistryErrorKind> {
    let Some(rest) = line.strip_prefix('"') else {
        return Ok(None);
    };
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok(Some((text, &rest[at + 1..]))),
            '\\' => match chars.next() {
                Some((_, escaped @ ('\\' | '"'))) => text.push(escaped),
                Some((_, other)) => {
                    text.push('\\');
                    text.push(other);
                }
                None => break,
            },
            char => text.push(char),
        }
    }
    Err(RegistryErrorKind::OpenText)
}
