//! What is true of the product as a whole, said once in a run.

use crate::lint::check::Check;
use crate::lint::condition::Url;
use crate::pack::lint::UrlPart;

use super::sdk::{self, SdkUrl};
use super::{Generation, generation};

/// The file is of 6.0 or newer, for which other instructions hold.
pub(in crate::lint::checks) fn newer_already(check: &mut Check<'_>) {
    let subject = check.subject();
    let (Some(document), Some((_, new))) = (subject.document(), sdk::directory_names(check.rules))
    else {
        return;
    };
    // Files of 7.0 and newer are what the upgrade leads to; those of 6.x cannot be that.
    if generation(document) != Some(Generation::Two) {
        return;
    }
    let urls = sdk::urls_in_use(subject);
    let url = urls.iter().find(|url| {
        !url.is_placeholder()
            && url
                .directory()
                .is_some_and(|name| name.eq_ignore_ascii_case(new))
    });
    if let Some(SdkUrl { element, leaf, .. }) = url {
        let message =
            format!("`{new}` exists from 6.0 on, and this file is of .NET 2.0, so of 6.x");
        check.report_at(*element, leaf, message);
    }
}

/// Files of one run call the same host by the old and by the new name.
pub(in crate::lint::checks) fn half_upgraded(check: &mut Check<'_>) {
    let Some((old, new)) = sdk::directory_names(check.rules) else {
        return;
    };
    let estate = check.estate;
    let mut olds = Vec::new();
    let mut news = Vec::new();
    for (at, subject) in estate.subjects.iter().enumerate() {
        if subject.is_transform {
            continue;
        }
        for url in sdk::urls_in_use(subject) {
            let name = url.directory().unwrap_or_default();
            let list = match name {
                name if name.eq_ignore_ascii_case(old) => &mut olds,
                name if name.eq_ignore_ascii_case(new) => &mut news,
                _ => continue,
            };
            let host = url.parts().as_ref().and_then(authority);
            if let Some(host) = host {
                list.push((host, check.place(at, url.element, &url.leaf)));
            }
        }
    }
    for (host, place) in olds {
        let Some((_, other)) = news.iter().find(|(known, _)| *known == host) else {
            continue;
        };
        let message = format!(
            "`{}` is called `{old}` here and `{new}` in another file of this run",
            check.shown_text(&host)
        );
        check
            .report_in(place.subject, place.span, place.address, message)
            .related(other.clone(), "the new name");
    }
}

/// Host and port.
fn authority(url: &Url<'_>) -> Option<String> {
    let host = url.part(UrlPart::Host)?;
    Some(match url.part(UrlPart::Port) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}
