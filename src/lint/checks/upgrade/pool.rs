//! Application pools and the .NET that the product's components need.

use std::sync::Arc;

use crate::config::application_host::{Application, Pool};
use crate::lint::check::Check;
use crate::lint::finding::Place;
use crate::xml::NodeId;
use crate::xml::address::Leaf;

use super::host::{self, Host};
use super::{Generation, MOBILE, PORTAL, SDK, generation};

/// An application of the product and its pool.
struct Served<'h> {
    host: &'h Host<'h>,
    application: &'h Application,
    pool: &'h Pool,
    /// For which .NET its file was written, and where that file is.
    written_for: Option<(Generation, usize)>,
}

impl Served<'_> {
    fn runs_on(&self, runtime: &str) -> bool {
        self.pool
            .runtime
            .as_deref()
            .is_some_and(|of| of.eq_ignore_ascii_case(runtime))
    }
}

/// Runs `look` over the applications of the product whose pool is known.
fn each(check: &mut Check<'_>, mut look: impl FnMut(&mut Check<'_>, &Served<'_>)) {
    let hosts = host::hosts(check);
    for host in &hosts {
        for site in &host.iis.sites {
            for application in &site.applications {
                let file = configuration_of(check, host, application);
                let is_ours = file.is_some() || has_known_name(check, application);
                let Some(pool) = host.iis.pool(&application.pool).filter(|_| is_ours) else {
                    continue;
                };
                let written_for = file.and_then(|at| {
                    let document = check.estate.subjects[at].document()?;
                    Some((generation(document)?, at))
                });
                let served = Served {
                    host,
                    application,
                    pool,
                    written_for,
                };
                look(check, &served);
            }
        }
    }
}

/// The file of the run that configures the application, if it is one of the product.
fn configuration_of(
    check: &Check<'_>,
    host: &Host<'_>,
    application: &Application,
) -> Option<usize> {
    let mut subjects = check.estate.subjects.iter().enumerate();
    let is_ours =
        |component: Option<&str>| component.is_some_and(|of| [PORTAL, MOBILE, SDK].contains(&of));
    subjects
        .find(|(_, subject)| {
            is_ours(subject.component.as_deref())
                && host.serving(subject).is_some_and(|(_, of, directory)| {
                    of.element == application.element && directory.path == application.path
                })
        })
        .map(|(at, _)| at)
}

/// Whether the path of the application is a name of the packs, old or new.
fn has_known_name(check: &Check<'_>, application: &Application) -> bool {
    let name = application.path.trim_matches('/');
    let mut rows = check.rules.virtual_directories.iter();
    rows.any(|row| row.old.eq_ignore_ascii_case(name) || row.new.eq_ignore_ascii_case(name))
}

fn report(check: &mut Check<'_>, served: &Served<'_>, fact: &str, with_file: bool) {
    let leaf = Leaf::Attribute("path".to_owned());
    let at = check.place(served.host.at, served.application.element, &leaf);
    let pool = check.place(served.host.at, served.pool.element, &Leaf::Element);
    let message = format!(
        "the pool `{}` of `{}` {fact}",
        check.shown_text(&served.pool.name),
        check.shown_text(&served.application.path)
    );
    let file = served
        .written_for
        .filter(|_| with_file)
        .map(|(_, at)| Place {
            subject: at,
            ..Place::default()
        });
    let found = check.report_in(at.subject, at.span, at.address, message);
    let found = found.related(pool, "the pool");
    if let Some(file) = file {
        found.related(file, "the configuration of the application");
    }
}

/// The pool runs .NET 2.0, as it must before the upgrade and cannot after it.
pub(in crate::lint::checks) fn needs_four_after(check: &mut Check<'_>) {
    each(check, |check, served| {
        let is_new = matches!(served.written_for, Some((Generation::Four, _)));
        if served.runs_on("v2.0") && !is_new {
            report(
                check,
                served,
                "runs .NET v2.0; from 7.0 on it has to run v4.0",
                false,
            );
        }
    });
}

/// The pool runs .NET 2.0, and the component is of .NET 4.
pub(in crate::lint::checks) fn too_old(check: &mut Check<'_>) {
    each(check, |check, served| {
        if served.runs_on("v2.0") && matches!(served.written_for, Some((Generation::Four, _))) {
            report(
                check,
                served,
                "runs .NET v2.0, but the application is of .NET 4",
                true,
            );
        }
    });
}

/// The pool runs .NET 4, and the component is of .NET 2.0.
pub(in crate::lint::checks) fn too_new(check: &mut Check<'_>) {
    each(check, |check, served| {
        if served.runs_on("v4.0") && matches!(served.written_for, Some((Generation::Two, _))) {
            report(
                check,
                served,
                "runs .NET v4.0, but the application is of .NET 2.0",
                true,
            );
        }
    });
}

/// The pool has the pipeline that 6.x and older needed.
pub(in crate::lint::checks) fn classic(check: &mut Check<'_>) {
    each(check, |check, served| {
        let pipeline = served.pool.pipeline.as_deref().unwrap_or_default();
        if pipeline.eq_ignore_ascii_case("Classic") {
            report(check, served, "has the Classic pipeline", false);
        }
    });
}

/// A `web.config` above the folder of a component declares sections of .NET 3.5.
pub(in crate::lint::checks) fn parent_of_old_net(check: &mut Check<'_>) {
    let estate = check.estate;
    let leaf = Leaf::Attribute("name".to_owned());
    for (at, parent) in estate.subjects.iter().enumerate() {
        let Some(document) = parent.document() else {
            continue;
        };
        if parent.is_transform || !parent.file_name().eq_ignore_ascii_case("web.config") {
            continue;
        }
        let mut groups = parent.elements("sectionGroup").iter();
        let is_old = |group: &&NodeId| {
            document
                .value(**group, "name")
                .is_some_and(|name| name == "system.web.extensions")
        };
        let Some(group) = groups.find(is_old) else {
            continue;
        };
        let mut below = estate.subjects.iter().enumerate().filter(|(_, subject)| {
            let component = subject.component.as_deref();
            component.is_some_and(|of| [PORTAL, MOBILE, SDK].contains(&of))
                && Arc::ptr_eq(&subject.tree, &parent.tree)
                && subject.folder() != parent.folder()
                && subject.folder().starts_with(parent.folder())
        });
        if let Some((component_at, component)) = below.next() {
            let place = check.place(at, *group, &leaf);
            let there = component
                .document()
                .map(|document| check.place(component_at, document.root(), &Leaf::Element));
            let message = "sections of .NET 3.5 declared here are inherited by a component below";
            let found = check.report_in(place.subject, place.span, place.address, message);
            if let Some(there) = there {
                found.related(there, "inherits them");
            }
        }
    }
}
