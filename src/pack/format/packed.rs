//! TOML that was parsed already: built-in packs, so that no start pays for the parsing.
//!
//! A value is a letter and what it takes; numbers of bytes and items are four bytes, the least first.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// Writes a document, without the keys of rows that `is_left_out` names by their table and name.
/// Where things are is not kept.
///
/// # Errors
/// A date or a broken number, which no pack has.
pub fn pack(
    document: &DeTable<'_>,
    is_left_out: impl Fn(&str, &str) -> bool,
) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    number(&mut out, document.len());
    for (table, value) in document {
        let table = table.get_ref();
        text(&mut out, table);
        let mut packed = Vec::new();
        match value.get_ref().as_array() {
            Some(rows) => {
                packed.push(b'A');
                number(&mut packed, rows.len());
                for row in rows {
                    match row.get_ref().as_table() {
                        Some(row) => write_table(&mut packed, row, |key| !is_left_out(table, key))?,
                        None => write(&mut packed, row.get_ref())?,
                    }
                }
            }
            None => write(&mut packed, value.get_ref())?,
        }
        number(&mut out, packed.len());
        out.extend(packed);
    }
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: &DeValue<'_>) -> Result<(), String> {
    match value {
        DeValue::String(said) => {
            out.push(b'S');
            text(out, said);
        }
        DeValue::Integer(integer) => {
            out.push(b'I');
            text(out, integer.as_str());
        }
        DeValue::Boolean(flag) => out.extend([b'B', u8::from(*flag)]),
        DeValue::Array(items) => {
            out.push(b'A');
            number(out, items.len());
            for item in items {
                write(out, item.get_ref())?;
            }
        }
        DeValue::Table(table) => write_table(out, table, |_| true)?,
        DeValue::Float(_) | DeValue::Datetime(_) => {
            return Err(format!("a pack holds no {}", value.type_str()));
        }
    }
    Ok(())
}

fn write_table(
    out: &mut Vec<u8>,
    table: &DeTable<'_>,
    is_kept: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let kept = || table.iter().filter(|(key, _)| is_kept(key.get_ref()));
    out.push(b'T');
    number(out, kept().count());
    for (key, value) in kept() {
        text(out, key.get_ref());
        write(out, value.get_ref())?;
    }
    Ok(())
}

fn number(out: &mut Vec<u8>, number: usize) {
    out.extend((number as u32).to_le_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len());
    out.extend(text.as_bytes());
}

/// Reads what [`pack`] wrote, but for the tables at the top that are not wanted; `None` if it is
/// something else.
#[must_use]
pub fn unpack(bytes: &[u8], is_wanted: impl Fn(&str) -> bool) -> Option<DeTable<'_>> {
    let mut rest = bytes;
    let mut document = DeTable::new();
    for _ in 0..read_number(&mut rest)? {
        let table = read_text(&mut rest)?;
        let length = read_number(&mut rest)?;
        let mut packed = read_bytes(&mut rest, length)?;
        if is_wanted(table) {
            let value = read(&mut packed)?;
            packed.is_empty().then_some(())?;
            document.insert(placeless(Cow::Borrowed(table)), placeless(value));
        }
    }
    rest.is_empty().then_some(document)
}

fn read<'b>(rest: &mut &'b [u8]) -> Option<DeValue<'b>> {
    Some(match read_bytes(rest, 1)? {
        b"S" => DeValue::String(Cow::Borrowed(read_text(rest)?)),
        b"I" => DeValue::parse(read_text(rest)?).ok()?.into_inner(),
        b"B" => DeValue::Boolean(read_bytes(rest, 1)? != [0]),
        b"A" => {
            let mut items = DeArray::new();
            for _ in 0..read_number(rest)? {
                items.push(placeless(read(rest)?));
            }
            DeValue::Array(items)
        }
        b"T" => DeValue::Table(read_table(rest)?),
        _ => return None,
    })
}

fn read_table<'b>(rest: &mut &'b [u8]) -> Option<DeTable<'b>> {
    let mut table = DeTable::new();
    for _ in 0..read_number(rest)? {
        let key = Cow::Borrowed(read_text(rest)?);
        table.insert(placeless(key), placeless(read(rest)?));
    }
    Some(table)
}

fn placeless<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

fn read_bytes<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (found, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(found)
}

fn read_number(rest: &mut &[u8]) -> Option<usize> {
    let bytes = read_bytes(rest, 4)?.try_into().ok()?;
    Some(u32::from_le_bytes(bytes) as usize)
}

fn read_text<'b>(rest: &mut &'b [u8]) -> Option<&'b str> {
    let length = read_number(rest)?;
    std::str::from_utf8(read_bytes(rest, length)?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        let text =
            "a = { b = [1, \"ü\", true], c = {} }\n[[row]]\nkept = 2\nvalid = \"x\"\n[[row]]\n";
        let document = DeTable::parse(text).unwrap();
        let packed = pack(document.get_ref(), |table, key| {
            (table, key) == ("row", "valid")
        });
        let packed = packed.unwrap();
        let found = unpack(&packed, |_| true).unwrap();
        // Places count in comparisons of the crate, so it is written out.
        let plain = |table: &DeTable<'_>| String::from_utf8(pack(table, |_, _| false).unwrap());
        let without = text.replace("valid = \"x\"\n", "");
        let wanted = DeTable::parse(&without).unwrap();
        assert_eq!(plain(&found).unwrap(), plain(wanted.get_ref()).unwrap());
        for end in 0..packed.len() {
            assert!(unpack(&packed[..end], |_| true).is_none(), "{end}");
        }
        let some = unpack(&packed, |table| table == "a").unwrap();
        assert_eq!(some.len(), 1);
        let dated = DeTable::parse("a = 2020-01-01").unwrap();
        assert!(pack(dated.get_ref(), |_, _| false).is_err());
    }
}
