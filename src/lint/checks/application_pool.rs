//! Application pools and the .NET that a product's components need.

use std::sync::Arc;

use super::host::{self, Host};
use crate::config::application_host::Application;
use crate::config::framework::written_for;
use crate::lint::check::Check;
use crate::lint::finding::Place;
use crate::pack::checks::{ApplicationPool, Inherited};
use crate::word::Word as _;
use crate::xml::address::Leaf;

/// Looks at every application of the components whose pool is known.
pub(super) fn application_pool(parameters: &ApplicationPool, check: &mut Check<'_>) {
    let hosts = host::hosts(check);
    for host in &hosts {
        for site in &host.iis.sites {
            for application in &site.applications {
                look(parameters, check, host, application);
            }
        }
    }
}

fn look(
    parameters: &ApplicationPool,
    check: &mut Check<'_>,
    host: &Host<'_>,
    application: &Application,
) {
    let file = configuration_of(parameters, check, host, application);
    let is_own = file.is_some() || has_known_name(parameters, check, application);
    let Some(pool) = host.iis.pool(&application.pool).filter(|_| is_own) else {
        return;
    };
    // For which .NET its file was written, and where that file is.
    let written = file.and_then(|at| {
        let document = check.estate.subjects[at].document()?;
        Some((written_for(document)?, at))
    });
    let framework = written.map(|(framework, _)| framework);
    let is = |said: Option<&str>, wanted: &str| {
        said.is_some_and(|said| said.eq_ignore_ascii_case(wanted))
    };
    let runs = (parameters.runtime).is_none_or(|wanted| is(pool.runtime.as_deref(), wanted.word()));
    let has =
        (parameters.pipeline.as_ref()).is_none_or(|wanted| is(pool.pipeline.as_deref(), wanted));
    let fits = (parameters.written_for).is_none_or(|wanted| framework == Some(wanted))
        && (parameters.not_written_for).is_none_or(|other| framework != Some(other));
    if !runs || !has || !fits {
        return;
    }
    let leaf = Leaf::Attribute("path".to_owned());
    let at = check.place(host.at, application.element, &leaf);
    let pool_place = check.place(host.at, pool.element, &Leaf::Element);
    let (name, path) = (
        check.shown_text(&pool.name),
        check.shown_text(&application.path),
    );
    let message = check.say("", &[("pool", &name), ("application", &path)]);
    let file = written.filter(|_| parameters.written_for.is_some());
    let found = check.report_there(at, message);
    let found = found.related(pool_place, "the pool");
    if let Some((_, subject)) = file {
        let place = Place {
            subject,
            ..Place::default()
        };
        found.related(place, "the configuration of the application");
    }
}

/// The file of the run that configures the application, if it is one of the components.
fn configuration_of(
    parameters: &ApplicationPool,
    check: &Check<'_>,
    host: &Host<'_>,
    application: &Application,
) -> Option<usize> {
    let mut subjects = check.estate.subjects.iter().enumerate();
    subjects
        .find(|(_, subject)| {
            let component = subject.component.as_ref();
            component.is_some_and(|of| parameters.components.contains(of))
                && host.serving(subject).is_some_and(|(_, of, directory)| {
                    of.element == application.element && directory.path == application.path
                })
        })
        .map(|(at, _)| at)
}

/// Whether the path of the application is a name of one of the components, old or new.
fn has_known_name(
    parameters: &ApplicationPool,
    check: &Check<'_>,
    application: &Application,
) -> bool {
    let name = application.path.trim_matches('/');
    check.rules.virtual_directories.iter().any(|row| {
        parameters.components.contains(&row.component)
            && (row.old.eq_ignore_ascii_case(name) || row.new.eq_ignore_ascii_case(name))
    })
}

/// A `web.config` above the folder of a component has what the component inherits.
pub(super) fn inherited(parameters: &Inherited, check: &mut Check<'_>) {
    let estate = check.estate;
    for (at, parent) in estate.subjects.iter().enumerate() {
        if parent.is_transform || !parent.file_name().eq_ignore_ascii_case("web.config") {
            continue;
        }
        let found = (parameters.select.iter()).find_map(|selector| {
            let first = parent.select(selector, check.rules).into_iter().next()?;
            Some((first, selector.leaf()))
        });
        let Some((element, leaf)) = found else {
            continue;
        };
        let mut below = estate.subjects.iter().enumerate().filter(|(_, subject)| {
            let component = subject.component.as_ref();
            component.is_some_and(|of| parameters.components.contains(of))
                && Arc::ptr_eq(&subject.tree, &parent.tree)
                && subject.folder() != parent.folder()
                && subject.folder().starts_with(parent.folder())
        });
        if let Some((component_at, component)) = below.next() {
            let place = check.place(at, element, leaf);
            let there = component
                .document()
                .map(|document| check.place(component_at, document.root(), &Leaf::Element));
            let (message, note) = (check.say("found", &[]), check.say("related", &[]));
            let found = check.report_there(place, message);
            if let Some(there) = there {
                found.related(there, note);
            }
        }
    }
}
