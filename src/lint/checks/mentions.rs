//! Texts that a file should not hold. Scripts are no documents, so this looks at the text.

use crate::lint::check::Check;
use crate::pack::checks::Mentions;
use crate::xml::Span;

/// Every place of every text.
pub(super) fn mentions(parameters: &Mentions, check: &mut Check<'_>) {
    let Some(source) = check.subject().source() else {
        return;
    };
    let text = source.text().as_bytes();
    let mut found: Vec<(usize, &str)> = (parameters.texts.iter())
        .flat_map(|word| memchr::memmem::find_iter(text, word).map(move |at| (at, word.as_str())))
        .collect();
    found.sort_unstable();
    for (at, word) in found {
        let message = check.say("", &[("text", word)]);
        check.report(Span::new(at, at + word.len()), message);
    }
}
