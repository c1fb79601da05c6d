//! What the template does to texts of files before they are escaped.

use std::fmt::Display;

use askama::{Result, Values};

use crate::present::plain as guard;

/// Without characters that turn the direction of writing or command anything.
#[askama::filter_fn]
pub(super) fn plain(text: impl Display, _: &dyn Values) -> Result<String> {
    Ok(guard::plain(&text.to_string()).into_owned())
}

/// The same in one line.
#[askama::filter_fn]
pub(super) fn line(text: impl Display, _: &dyn Values) -> Result<String> {
    Ok(guard::plain_line(&text.to_string()))
}
