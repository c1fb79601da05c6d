//! Which new and which base files a component of the old installation belongs to.

use super::installation::{Found, Installation};
use super::target::renamed;
use crate::pack::Rules;
use crate::pack::rules::Version;
use crate::rewrite::VirtualDirectories;
use crate::xml::Document;

/// A component of an installation.
pub(super) type Candidate<'i> = (&'i Installation, &'i Found);

/// What belongs to a component.
pub(super) enum Paired<'i> {
    /// Nothing does.
    Nothing,
    /// This does.
    One(Candidate<'i>),
    /// Nobody can know which of these does.
    Several(Vec<Candidate<'i>>),
}

/// The counterpart of `old`, a component of the server `server`, among installations: those that bear the
/// name of the server, else those that the user gave no name. Of several, those of the right `version`
/// count, then the one whose folder has the name that is expected.
pub(super) fn pair<'i>(
    old: &Found,
    server: &str,
    among: &'i [Installation],
    version: Version,
    rules: &Rules,
    directories: &VirtualDirectories,
) -> Paired<'i> {
    let own = |installation: &&Installation| {
        installation.is_named && installation.name.eq_ignore_ascii_case(server)
    };
    let shared = |installation: &&Installation| !installation.is_named;
    let has_own = among.iter().any(|installation| own(&installation));
    let mut candidates: Vec<Candidate<'i>> = (among.iter())
        .filter(|installation| match has_own {
            true => own(installation),
            false => shared(installation),
        })
        .flat_map(|installation| {
            installation
                .components
                .iter()
                .map(move |c| (installation, c))
        })
        .filter(|(_, found)| found.id == old.id && found.configuration.is_some())
        .collect();
    if candidates.len() > 1 {
        narrow(&mut candidates, |candidate| {
            version_of(rules, *candidate).is_none_or(|found| found == version)
        });
    }
    if candidates.len() > 1 {
        let name = old.folder_name().unwrap_or_default();
        let expected = match version {
            Version::New => renamed(&name, directories),
            Version::Old => name,
        };
        narrow(&mut candidates, |(_, found)| {
            found
                .folder_name()
                .is_some_and(|name| name.eq_ignore_ascii_case(&expected))
        });
    }
    match candidates.as_slice() {
        [] => Paired::Nothing,
        [one] => Paired::One(*one),
        _ => Paired::Several(candidates),
    }
}

/// The file of the old version among those that installers on this server ship: it is of the component by
/// what is in it, and not of the new version. Several of them with the same bytes are one.
pub(super) fn shipped<'i>(
    old: &Found,
    installation: &'i Installation,
    rules: &Rules,
) -> Option<Candidate<'i>> {
    let mut found: Option<(Candidate<'i>, Vec<u8>)> = None;
    for one in installation.shipped.iter().filter(|one| one.id == old.id) {
        let Some(bytes) =
            (one.configuration.as_ref()).and_then(|file| installation.bytes(file).ok())
        else {
            continue;
        };
        let is_old = Document::from_bytes(&bytes).is_ok_and(|document| {
            let component = rules.component_of(&document);
            component.is_some_and(|known| known.provenance.id == old.id)
                && rules.version_of(&document) != Some(Version::New)
        });
        match &found {
            _ if !is_old => {}
            None => found = Some(((installation, one), bytes)),
            Some((_, known)) if *known == bytes => {}
            // Nobody can know which of them was installed.
            Some(_) => return None,
        }
    }
    Some(found?.0)
}

/// Keeps those that fit, if any do.
fn narrow<T>(all: &mut Vec<T>, fits: impl Fn(&T) -> bool) {
    if all.iter().any(&fits) {
        all.retain(fits);
    }
}

/// The side of the upgrade that a component is of, as far as its configuration says so.
pub(super) fn version_of(rules: &Rules, (installation, found): Candidate<'_>) -> Option<Version> {
    let bytes = installation.bytes(found.configuration.as_ref()?).ok()?;
    rules.version_of(&Document::from_bytes(&bytes).ok()?)
}
