//! Reports of many servers as one: JSON, text and a page.

mod page;
mod text;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::pack::lint::Severity;
use crate::pack::schema::NothingIsNull;
use crate::present::count::number;
use crate::present::json::json;
use crate::reports::Together;

pub use page::page;
pub use text::text;

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// What `conferry report merge --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "conferry reports of many servers")]
struct Document<'a> {
    /// Version of this format: 1. Fields may be added without a new one.
    schema: u32,
    /// Always `report merge`.
    command: &'static str,
    /// How many servers there are.
    servers: usize,
    /// The reports, by server.
    reports: Vec<ReportLine<'a>>,
    /// What they say, equal things once: the most serious first, then what most servers have.
    rows: Vec<RowLine<'a>>,
    /// Files that could not be read.
    errors: Vec<String>,
}

/// A report.
#[derive(Serialize, JsonSchema)]
struct ReportLine<'a> {
    /// The machine that made it.
    host: &'a str,
    /// The run that made it.
    run: &'a str,
    /// The command: `lint`, `diff` or `merge`.
    of: &'static str,
    /// The file that it was read from.
    file: &'a str,
    /// How many findings, differences and conflicts it has.
    rows: usize,
    /// What could not be done there.
    errors: &'a [String],
}

/// A finding, a difference or a conflict.
#[derive(Serialize, JsonSchema)]
struct RowLine<'a> {
    /// The command that found it.
    of: &'static str,
    /// How serious it is; absent for a difference without a finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    /// The id of a rule, or the kind of the difference or conflict.
    code: &'a str,
    /// The section it is in.
    section: &'a str,
    /// What it is called there; of a finding its message.
    label: &'a str,
    /// XPath, secrets masked.
    address: &'a str,
    /// Values, each with the side that has it; secrets masked.
    values: Vec<ValueLine<'a>>,
    /// Where it is.
    on: Vec<OnLine<'a>>,
}

/// A value of one side.
#[derive(Serialize, JsonSchema)]
struct ValueLine<'a> {
    /// `before` and `after`, or `base`, `old` and `new`.
    side: &'static str,
    /// The value.
    value: &'a str,
}

/// A server that has it.
#[derive(Serialize, JsonSchema)]
struct OnLine<'a> {
    /// The position in `reports`.
    report: usize,
    /// File and line there.
    place: &'a str,
}

/// For programs.
#[must_use]
pub fn as_json(together: &Together, errors: &[String]) -> String {
    let mut rows_of = vec![0; together.reports.len()];
    for (at, _) in together.rows.iter().flat_map(|row| &row.on) {
        rows_of[*at] += 1;
    }
    json(&Document {
        schema: SCHEMA,
        command: "report merge",
        servers: together.servers(),
        reports: (together.reports.iter().zip(rows_of))
            .map(|(report, rows)| ReportLine {
                host: &report.host,
                run: &report.run,
                of: report.of.name(),
                file: &report.path,
                rows,
                errors: &report.errors,
            })
            .collect(),
        rows: (together.rows.iter())
            .map(|row| RowLine {
                of: row.of.name(),
                severity: row.item.severity,
                code: &row.item.code,
                section: &row.item.section,
                label: &row.item.label,
                address: &row.item.address,
                values: (row.item.values.iter())
                    .map(|(side, value)| ValueLine { side, value })
                    .collect(),
                on: (row.on.iter())
                    .map(|(report, place)| OnLine {
                        report: *report,
                        place,
                    })
                    .collect(),
            })
            .collect(),
        errors: errors.to_vec(),
    })
}

/// The JSON Schema (draft 2020-12) of what [`as_json`] makes.
#[must_use]
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(NothingIsNull)
        .into_generator();
    json(&generator.into_root_schema_for::<Document<'_>>())
}

/// How many of what: `12 findings, 3 of them the same on all 5 servers`.
fn counted(together: &Together) -> String {
    let servers = together.servers();
    let everywhere = (together.rows.iter())
        .filter(|row| {
            let of = together.reports.iter().filter(|report| report.of == row.of);
            servers > 1 && row.reports().len() == of.count()
        })
        .count();
    let failed = together
        .reports
        .iter()
        .filter(|report| !report.errors.is_empty());
    let all = match together.rows.len() {
        0 if failed.count() > 0 => {
            "Not everything could be checked, and nothing else was found".to_owned()
        }
        0 => "Nothing was found".to_owned(),
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    };
    let on = number(together.reports.len(), "report");
    match everywhere {
        0 => format!("{all} in {on} of {}", number(servers, "server")),
        _ => format!(
            "{all} in {on} of {}, {everywhere} of them in every report",
            number(servers, "server")
        ),
    }
}
