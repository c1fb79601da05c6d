//! Values and their places as reports show them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::merge::outcome::{Places, Value, Values};
use crate::present::redact::Redactor;
use crate::xml::{Lines, Span};

#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct ValueLine {
    pub(super) base: Option<Shown>,
    pub(super) old: Option<Shown>,
    pub(super) new: Option<Shown>,
}

/// A value as it may be shown.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Shown {
    pub(super) text: String,
    /// Whether it is a text of the file, and no description or mask of one.
    #[serde(skip)]
    pub(super) is_verbatim: bool,
}

impl Shown {
    /// Words of the report in the place of a value.
    pub(super) fn described(words: &str) -> Self {
        Self {
            text: words.to_owned(),
            is_verbatim: false,
        }
    }

    pub(super) fn of(value: &Value, secret: bool, redactor: &mut Redactor<'_>) -> Self {
        Self {
            text: redactor.shown(value, secret),
            is_verbatim: match value {
                Value::Text(text) => !redactor.masks_all(text, secret),
                _ => false,
            },
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub(super) struct PlacesLine {
    pub(super) base: Option<Place>,
    pub(super) old: Option<Place>,
    pub(super) new: Option<Place>,
    /// In the result.
    pub(super) result: Option<Place>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

pub(super) fn values(values: &Values, secret: bool, redactor: &mut Redactor<'_>) -> ValueLine {
    let mut show =
        |value: &Option<Value>| (value.as_ref()).map(|value| Shown::of(value, secret, redactor));
    ValueLine {
        base: show(&values.base),
        old: show(&values.incoming),
        new: show(&values.carrier),
    }
}

/// The lines of the three files.
pub(super) struct FileLines<'a> {
    pub(super) base: Option<Lines<'a>>,
    pub(super) old: Lines<'a>,
    pub(super) new: Lines<'a>,
}

impl FileLines<'_> {
    pub(super) fn places(&self, places: &Places) -> PlacesLine {
        let place = |lines: Option<&Lines<'_>>, span: Option<Span>| {
            let at = lines?.place(span?.start);
            Some(Place {
                line: at.line,
                column: at.column,
            })
        };
        PlacesLine {
            base: place(self.base.as_ref(), places.base),
            old: place(Some(&self.old), places.incoming),
            new: place(Some(&self.new), places.carrier),
            result: None,
        }
    }
}
