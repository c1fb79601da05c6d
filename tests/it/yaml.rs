//! Reads the part of YAML that our examples of CI and hooks are written in, and refuses the rest: maps and lists by
//! indentation, plain and quoted scalars, `|` blocks, lists in brackets. Every scalar is a text.

use serde_json::{Map, Value};

/// What begins no plain scalar.
const SPECIAL: &str = "@`%&*!|>{}],?#\"'";

/// A document.
pub fn read(text: &str) -> Result<Value, String> {
    if text.contains('\t') {
        return Err("a tab".to_owned());
    }
    let lines = text
        .lines()
        .map(|line| (indent(line), line.trim().to_owned()));
    let mut reader = Reader {
        lines: lines.collect(),
        at: 0,
    };
    let value = reader.block(0)?;
    match reader.peek() {
        None => Ok(value),
        Some((_, line)) => Err(format!("this belongs nowhere: {line}")),
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

struct Reader {
    lines: Vec<(usize, String)>,
    at: usize,
}

impl Reader {
    /// The next line that says something.
    fn peek(&mut self) -> Option<(usize, String)> {
        while let Some((indent, line)) = self.lines.get(self.at) {
            if !line.is_empty() && !line.starts_with('#') {
                return Some((*indent, line.clone()));
            }
            self.at += 1;
        }
        None
    }

    /// A map or a list whose lines begin at this column.
    fn block(&mut self, column: usize) -> Result<Value, String> {
        match self.peek() {
            Some((_, line)) if line.starts_with("- ") => self.list(column),
            _ => self.map(column),
        }
    }

    fn list(&mut self, column: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        while let Some((indent, line)) = self.peek() {
            let Some(rest) = line.strip_prefix("- ").filter(|_| indent == column) else {
                break;
            };
            if entry(rest).is_some() {
                // What follows the dash is the first line of the item.
                self.lines[self.at] = (column + 2, rest.to_owned());
                items.push(self.map(column + 2)?);
            } else {
                self.at += 1;
                items.push(scalar(rest)?);
            }
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, column: usize) -> Result<Value, String> {
        let mut map = Map::new();
        while let Some((indent, line)) = self.peek() {
            if indent < column || line.starts_with("- ") {
                break;
            }
            let Some((key, rest)) = entry(&line).filter(|_| indent == column) else {
                return Err(format!("neither a key nor deep enough: {line}"));
            };
            self.at += 1;
            let value = match rest {
                "|" => Value::String(self.literal(column)),
                "" => match self.peek() {
                    Some((inner, _)) if inner > column => self.block(inner)?,
                    Some((inner, next)) if inner == column && next.starts_with("- ") => {
                        self.list(column)?
                    }
                    _ => return Err(format!("nothing belongs to {key}")),
                },
                rest => scalar(rest)?,
            };
            if map.insert(key.to_owned(), value).is_some() {
                return Err(format!("{key} is there twice"));
            }
        }
        match map.is_empty() {
            true => Err("a block without anything".to_owned()),
            false => Ok(Value::Object(map)),
        }
    }

    /// The lines that are deeper than their key.
    fn literal(&mut self, column: usize) -> String {
        let mut text = String::new();
        let mut first = None;
        while let Some((indent, line)) = self.lines.get(self.at) {
            if !line.is_empty() && *indent <= column {
                break;
            }
            let first = *first.get_or_insert(*indent);
            text.push_str(&" ".repeat(indent.saturating_sub(first)));
            text.push_str(line);
            text.push('\n');
            self.at += 1;
        }
        text
    }
}

/// A line with a key: the key, and what is behind it.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = match line.split_once(": ") {
        Some((key, rest)) => (key, rest.trim()),
        None => (line.strip_suffix(':')?, ""),
    };
    let is_name = |char: char| char.is_ascii_alphanumeric() || "-_".contains(char);
    (!key.is_empty() && key.chars().all(is_name)).then_some((key, rest))
}

fn scalar(text: &str) -> Result<Value, String> {
    if let Some(inner) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let items = inner.split(',').map(|item| scalar(item.trim()));
        return items.collect::<Result<_, _>>().map(Value::Array);
    }
    if let Some(inner) = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
    {
        let is_closed = inner.replace("''", "").contains('\'');
        return match is_closed {
            true => Err(format!("a quote inside quotes: {text}")),
            false => Ok(Value::String(inner.replace("''", "'"))),
        };
    }
    if text.is_empty() || text.starts_with(|char| SPECIAL.contains(char)) || text.starts_with('[') {
        return Err(format!("no plain text: {text}"));
    }
    if text.contains(": ") || text.contains(" #") || text.ends_with(':') {
        return Err(format!("it needs quotes: {text}"));
    }
    Ok(Value::String(text.to_owned()))
}

#[test]
fn what_is_read_is_what_is_written() {
    let text = "a: b c\nlist:\n  - x: 1\n    y: |\n      one\n        two\n\n    z: ['p', q]\n  - 'it''s'\nend:\n- k\n";
    let expected = serde_json::json!({
        "a": "b c",
        "list": [{ "x": "1", "y": "one\n  two\n\n", "z": ["p", "q"] }, "it's"],
        "end": ["k"],
    });
    assert_eq!(read(text).unwrap(), expected);
}

#[test]
fn what_is_no_yaml_of_ours_is_refused() {
    for text in [
        "a: b: c\n",
        "a: x # y\n",
        "a:\n",
        "a: 1\na: 2\n",
        "a:\n\t- b\n",
        "a: 1\n  b: 2\n",
        "a:\n    b: 1\n  c: 2\n",
        "a: `b`\n",
        "a: [b\n",
        "- a\nb: c\n",
        "just words\n",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}
