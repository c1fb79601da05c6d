//! Input files of any command, and what to say when they are no good.

use std::path::Path;

use crate::config::secrets::SecretTable;
use crate::error::Failure;
use crate::io::read;
use crate::pack::Rules;
use crate::present::excerpt::excerpt_of_broken;
use crate::xml::conflict_markers::conflict_markers;
use crate::xml::encoding::EncodingError;
use crate::xml::source::MAX_BYTES;
use crate::xml::syntax::SyntaxErrorKind;
use crate::xml::{Document, LineColumn, ParseError, Span};

/// The document at `path` (`-` is standard input) and the bytes it was read from.
///
/// # Errors
/// One failure with its place in the file and a next step.
pub fn read_document(path: &Path, rules: &Rules) -> Result<(Document, Vec<u8>), Failure> {
    let bytes = read::read(path)?;
    match Document::from_bytes(&bytes) {
        Ok(document) => Ok((document, bytes)),
        Err(error) => Err(parse_failure(
            &read::display_name(path),
            &error,
            &rules.secrets,
        )),
    }
}

/// Why `file` is no document.
#[must_use]
pub fn parse_failure(file: &str, error: &ParseError, secrets: &SecretTable) -> Failure {
    match error {
        ParseError::TooLarge(size) => Failure::new(format!(
            "it has {} MiB; more than {} MiB are not read",
            size / (1024 * 1024),
            MAX_BYTES / (1024 * 1024)
        ))
        .in_file(file)
        .help("No configuration file is this large. Check that this is the right file."),
        ParseError::Encoding(error) => encoding_failure(file, error),
        ParseError::Syntax(_, error) if error.kind == SyntaxErrorKind::Empty => {
            Failure::new(error.kind.to_string())
                .in_file(file)
                .help(error.kind.help())
        }
        ParseError::Syntax(source, error) => {
            if let Some(first) = conflict_markers(source.text()).first() {
                return left_markers(file, source.text(), *first, secrets);
            }
            let place = LineColumn::of(source.text(), error.span.start);
            let message = format!(
                "not well-formed XML, line {} column {}: {}",
                place.line, place.column, error.kind
            );
            let failure = Failure::new(message).in_file(file).help(error.kind.help());
            match excerpt_of_broken(source.text(), error.span, secrets, "here") {
                Some(excerpt) => failure.at(excerpt),
                None => failure,
            }
        }
    }
}

/// What to say of a file in which a merge left its conflict markers, of which `first` is the first.
#[must_use]
pub fn left_markers(file: &str, text: &str, first: Span, secrets: &SecretTable) -> Failure {
    let line = LineColumn::of(text, first.start).line;
    let failure = Failure::new(format!(
        "line {line}: conflict markers of an earlier merge are left in this file"
    ))
    .in_file(file)
    .help("Settle them first: in each conflict keep the lines that are right, and remove the others with the marker lines.");
    match excerpt_of_broken(text, first, secrets, "the first of them") {
        Some(excerpt) => failure.at(excerpt),
        None => failure,
    }
}

/// Why the bytes of `file` are no text.
#[must_use]
pub fn encoding_failure(file: &str, error: &EncodingError) -> Failure {
    let message = match error {
        EncodingError::Undecodable { .. } => error.to_string(),
        _ => format!("{error} (byte {})", error.byte()),
    };
    let help = match error {
        EncodingError::Undecodable { .. } => {
            "Open it in an editor in the encoding it was saved in, save it as UTF-8 and let its declaration say so."
        }
        EncodingError::Contradiction { .. } => {
            "Correct the encoding in the first line, or save the file in the encoding that it names."
        }
        EncodingError::Unsupported { .. } => {
            "Save it as UTF-8 and let its declaration say encoding=\"utf-8\"."
        }
    };
    Failure::new(message).in_file(file).help(help)
}
