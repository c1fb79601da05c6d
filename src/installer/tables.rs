//! The tables of an installer, column by column as they are stored.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use super::InstallerErrorKind;
use super::compound::Compound;
use super::strings::Strings;

/// Larger tables and longer ones are not read.
const MAX_TABLE: u64 = 32 << 20;
const MAX_ROWS: usize = 1 << 18;
const MAX_COLUMNS: usize = 255;

/// The tables that say what is installed where.
const WANTED: [&str; 5] = ["Property", "Directory", "Component", "File", "Media"];

/// How the values of a column are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Text,
    Short,
    Long,
    /// A stream of its own; only whether there is one.
    Stream,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Null,
    Number(i32),
    Text(String),
}

/// All tables that are wanted.
pub(super) struct Tables(BTreeMap<&'static str, Table>);

/// One table.
pub(super) struct Table {
    name: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Tables {
    /// # Errors
    /// When there are none, or one is damaged.
    pub(super) fn read<F: Read + Seek>(
        compound: &mut Compound<F>,
    ) -> Result<Self, InstallerErrorKind> {
        let strings = Strings::read(compound)?;
        let Some(described) = compound.table("_Columns", MAX_TABLE)? else {
            return Err(InstallerErrorKind::NoDatabase);
        };
        let kinds = [Stored::Text, Stored::Short, Stored::Text, Stored::Short];
        let described = rows(&described, &kinds, &strings, "_Columns")?;
        let mut columns: BTreeMap<(&'static str, i32), (String, Stored)> = BTreeMap::new();
        for row in described {
            let [
                Value::Text(table),
                Value::Number(number),
                Value::Text(name),
                Value::Number(kind),
            ] = &row[..]
            else {
                return Err(damaged("_Columns", "a column has no name, number or type"));
            };
            let Some(table) = WANTED.into_iter().find(|wanted| wanted == table) else {
                continue;
            };
            let stored =
                stored(*kind).ok_or_else(|| damaged(table, "a column has no known type"))?;
            if columns
                .insert((table, *number), (name.clone(), stored))
                .is_some()
            {
                return Err(damaged(table, "two columns have one number"));
            }
        }
        let mut tables = BTreeMap::new();
        for name in WANTED {
            let own = columns.range((name, i32::MIN)..=(name, i32::MAX));
            let own: Vec<_> = own.map(|(_, column)| column).collect();
            if own.is_empty() {
                continue;
            }
            if own.len() > MAX_COLUMNS {
                return Err(damaged(name, "it has too many columns"));
            }
            let kinds: Vec<Stored> = own.iter().map(|(_, stored)| *stored).collect();
            let bytes = compound.table(name, MAX_TABLE)?.unwrap_or_default();
            let table = Table {
                name,
                columns: own.iter().map(|(name, _)| name.clone()).collect(),
                rows: rows(&bytes, &kinds, &strings, name)?,
            };
            tables.insert(name, table);
        }
        Ok(Self(tables))
    }

    /// The table, if there is one.
    pub(super) fn get(&self, name: &str) -> Option<&Table> {
        self.0.get(name)
    }
}

impl Table {
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row {
            table: self,
            values,
        })
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    table: &'t Table,
    values: &'t [Value],
}

impl<'t> Row<'t> {
    fn value(&self, column: &str) -> Option<&'t Value> {
        let at = self.table.columns.iter().position(|name| name == column)?;
        self.values.get(at)
    }

    /// The text in a column; `None` if it has none.
    ///
    /// # Errors
    /// When a number is there.
    pub(super) fn text(&self, column: &str) -> Result<Option<&'t str>, InstallerErrorKind> {
        match self.value(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(_)) => Err(damaged(
                self.table.name,
                &format!("a number is where the text of {column} must be"),
            )),
        }
    }

    /// The text in a column that must have one.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn must(&self, column: &str) -> Result<&'t str, InstallerErrorKind> {
        self.text(column)?
            .ok_or_else(|| damaged(self.table.name, &format!("a row has no {column}")))
    }

    /// The number in a column; `None` if it has none.
    ///
    /// # Errors
    /// When a text is there.
    pub(super) fn number(&self, column: &str) -> Result<Option<i32>, InstallerErrorKind> {
        match self.value(column) {
            Some(Value::Number(number)) => Ok(Some(*number)),
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(_)) => Err(damaged(
                self.table.name,
                &format!("a text is where the number of {column} must be"),
            )),
        }
    }
}

fn damaged(table: &str, what: &str) -> InstallerErrorKind {
    InstallerErrorKind::Damaged(format!("its table {table}: {what}"))
}

fn stored(kind: i32) -> Option<Stored> {
    const TEXT: i32 = 0x800;
    const NULLABLE: i32 = 0x1000;
    const VALID: i32 = 0x100;
    if kind & TEXT != 0 {
        return Some(match kind & !NULLABLE == TEXT | VALID {
            true => Stored::Stream,
            false => Stored::Text,
        });
    }
    match kind & 0xff {
        0..=2 => Some(Stored::Short),
        4 => Some(Stored::Long),
        _ => None,
    }
}

/// The rows of a table: all values of the first column, then all of the second one.
fn rows(
    bytes: &[u8],
    kinds: &[Stored],
    strings: &Strings,
    name: &str,
) -> Result<Vec<Vec<Value>>, InstallerErrorKind> {
    let width = |kind: &Stored| match kind {
        Stored::Text => strings.width,
        Stored::Short | Stored::Stream => 2,
        Stored::Long => 4,
    };
    let row: usize = kinds.iter().map(width).sum();
    if row == 0 || !bytes.len().is_multiple_of(row) {
        return Err(damaged(name, "its length is not that of whole rows"));
    }
    let count = bytes.len() / row;
    if count > MAX_ROWS {
        return Err(InstallerErrorKind::TooMuch("a table of many rows"));
    }
    let mut rows: Vec<Vec<Value>> = (0..count)
        .map(|_| Vec::with_capacity(kinds.len()))
        .collect();
    let mut rest = bytes;
    for kind in kinds {
        let width = width(kind);
        let (column, after) = rest.split_at(width * count);
        rest = after;
        for (row, bytes) in rows.iter_mut().zip(column.chunks_exact(width)) {
            let mut number = [0; 4];
            number[..width].copy_from_slice(bytes);
            let number = u32::from_le_bytes(number);
            row.push(match (kind, number) {
                (_, 0) | (Stored::Stream, _) => Value::Null,
                (Stored::Text, number) => Value::Text(strings.get(number as usize)?),
                // The sign is stored the other way round, so that 0 can be no value.
                (Stored::Short, number) => Value::Number(number as i32 - 0x8000),
                (Stored::Long, number) => Value::Number((number ^ 0x8000_0000) as i32),
            });
        }
    }
    Ok(rows)
}
