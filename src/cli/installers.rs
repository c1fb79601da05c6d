//! Files that a command reads out of an installer, where the user has no file of their own to name.

use std::path::Path;

use super::input::parse_failure;
use crate::error::Failure;
use crate::installer::shipped::{Shipped, of_component};
use crate::io::read::is_stdin;
use crate::pack::Rules;
use crate::xml::Document;

/// What a web application's configuration is called, where the name of the user's file says nothing.
const USUAL: &str = "web.config";

/// The file of the installer that the user names `given` which became the file at `path`.
///
/// # Errors
/// When there is none, several would do, or it is damaged.
pub(super) fn read_shipped(
    given: &Path,
    path: &Path,
    document: Option<&Document>,
    rules: &Rules,
) -> Result<(Document, Shipped), Failure> {
    let own = (!is_stdin(path)).then(|| path.file_name()).flatten();
    let own = own.map(|name| name.to_string_lossy().into_owned());
    let names: Vec<&str> = own.as_deref().into_iter().chain([USUAL]).collect();
    let component = document.and_then(|document| rules.component_of(document));
    let shipped = of_component(given, &names, component, rules)?;
    match Document::from_bytes(&shipped.bytes) {
        Ok(document) => Ok((document, shipped)),
        Err(error) => Err(parse_failure(&shipped.label, &error, &rules.secrets)),
    }
}
