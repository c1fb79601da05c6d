//! What every SARIF 2.1.0 log has, whatever command it is of.

pub(super) mod model;
pub(in crate::present) mod uri;

use std::collections::BTreeMap;

use self::model::{
    ArtifactLocation, AutomationDetails, BaseLocation, Driver, Invocation, Log, Notification, Rule,
    Run, SarifResult, Tool,
};
use crate::config::secrets::MASK;

/// Where the schema of the format is.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The folder that relative paths start from.
const BASE: &str = "SRCROOT";

/// One run as a log.
pub(super) fn log(
    run: &'static str,
    rules: Vec<Rule>,
    results: Vec<SarifResult>,
    notifications: Vec<Notification>,
) -> Log {
    let base =
        "The folder in which conferry ran; in continuous integration the checked-out repository";
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "conferry",
                    full_name: concat!("conferry ", env!("CARGO_PKG_VERSION")),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules,
                },
            },
            automation_details: AutomationDetails { id: run },
            invocations: vec![Invocation {
                execution_successful: notifications.is_empty(),
                tool_execution_notifications: notifications,
            }],
            original_uri_base_ids: BTreeMap::from([(
                BASE,
                BaseLocation {
                    description: base.into(),
                },
            )]),
            column_kind: "utf16CodeUnits",
            newline_sequences: vec!["\r\n", "\n", "\r"],
            redaction_tokens: vec![MASK],
            results,
        }],
    }
}

/// The file with this path, with `/`.
pub(super) fn artifact(path: &str) -> ArtifactLocation {
    let (uri, is_relative) = uri::uri(path);
    ArtifactLocation {
        uri,
        uri_base_id: is_relative.then_some(BASE),
    }
}
