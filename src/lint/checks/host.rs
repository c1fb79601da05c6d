//! What IIS serves from where, if `applicationHost.config` is among the files.
//!
//! A file of the run lies on the same server as an `applicationHost.config`
//! when its folder ends as a physical path does and both lie below the folder
//! that is left then, which is the drive or stands for it.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::config::application_host::{Application, ApplicationHost, Site, VirtualDirectory};
use crate::io::windows_path::fold;
use crate::lint::check::Check;
use crate::lint::subject::Subject;
use crate::xml::NodeId;

use crate::lint::known::services::directory_names;
use crate::pack::facts::Service;

/// IIS of one server.
pub(super) struct Host<'a> {
    /// Position of its file.
    pub(super) at: usize,
    subject: &'a Subject,
    /// What it says.
    pub(super) iis: ApplicationHost,
}

/// Every `applicationHost.config` of the run.
pub(super) fn hosts<'a>(check: &Check<'a>) -> Vec<Host<'a>> {
    let variable = |name: &str| {
        name.eq_ignore_ascii_case("SystemDrive")
            .then(|| "C:".to_owned())
    };
    let estate = check.estate;
    estate
        .subjects
        .iter()
        .enumerate()
        .filter(|(_, subject)| !subject.elements("system.applicationHost").is_empty())
        .filter_map(|(at, subject)| {
            let iis = ApplicationHost::read(subject.document()?, &variable).ok()?;
            Some(Host { at, subject, iis })
        })
        .collect()
}

impl Host<'_> {
    /// The virtual directory whose folder `subject` is in, if it is of this server.
    pub(super) fn serving(
        &self,
        subject: &Subject,
    ) -> Option<(&Site, &Application, &VirtualDirectory)> {
        if !Arc::ptr_eq(&self.subject.tree, &subject.tree) {
            return None;
        }
        self.iis.directories().find(|(_, _, directory)| {
            server_of(subject.folder(), &directory.physical_path)
                .is_some_and(|server| self.subject.path.starts_with(server))
        })
    }

    /// The application that serves the service and its path, judged by folder, name or file.
    fn of_service(&self, check: &Check<'_>, service: &Service) -> Option<(NodeId, &str)> {
        let (old, new) = directory_names(check.rules, service)?;
        let is_name = |name: &str| name.eq_ignore_ascii_case(old) || name.eq_ignore_ascii_case(new);
        let mut files = check.estate.of_component(service.component.as_ref()?);
        let by_file = files.find_map(|(_, subject)| self.serving(subject));
        by_file
            .or_else(|| {
                self.iis.directories().find(|(_, _, directory)| {
                    let folder = directory.physical_path.trim_end_matches(['\\', '/']);
                    let last = folder.rsplit(['\\', '/']).next().unwrap_or_default();
                    is_name(last) || is_name(directory.path.trim_start_matches('/'))
                })
            })
            .map(|(_, application, directory)| (application.element, directory.path.as_str()))
    }
}

/// The servers that the service at a host of this name runs on, with the application
/// that serves it: those whose bindings have the name, else those that have the service.
pub(super) fn of_service<'h>(
    check: &Check<'_>,
    hosts: &'h [Host<'_>],
    service: &Service,
    name: &str,
) -> Vec<(&'h Host<'h>, Option<(NodeId, &'h str)>)> {
    let with_it = |host: &'h Host<'_>| (host, host.of_service(check, service));
    let has_name = |host: &&Host<'_>| {
        let mut names = host.iis.sites.iter().flat_map(|site| &site.hosts);
        names.any(|known| known == name)
    };
    let named: Vec<_> = hosts.iter().filter(has_name).map(with_it).collect();
    if !named.is_empty() {
        return named;
    }
    let serving = hosts.iter().map(with_it);
    serving
        .filter(|(_, application)| application.is_some())
        .collect()
}

/// The folder that stands for the drive if `folder` is the physical path `physical` on it.
fn server_of(folder: &Path, physical: &str) -> Option<PathBuf> {
    let wanted: Vec<String> = physical
        .split(['\\', '/'])
        .filter(|part| !part.is_empty() && !part.ends_with(':'))
        .map(fold)
        .collect();
    let parts: Vec<Component<'_>> = folder.components().collect();
    let start = parts.len().checked_sub(wanted.len())?;
    let same = parts[start..].iter().zip(&wanted).all(|(part, wanted)| {
        part.as_os_str()
            .to_str()
            .is_some_and(|part| fold(part) == *wanted)
    });
    (same && !wanted.is_empty()).then(|| parts[..start].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_the_physical_path_that_it_may_be() {
        let cases = [
            (
                "backup/mfa1/c/inetpub/wwwroot/Shop",
                r"C:\Inetpub\wwwroot\Shop\",
                Some("backup/mfa1/c"),
            ),
            ("inetpub/pa", r"C:\inetpub\pa", Some("")),
            ("backup/pa", r"C:\inetpub\pa", None),
            ("pa", r"C:\inetpub\pa", None),
            ("backup", r"C:\", None),
        ];
        for (folder, physical, expected) in cases {
            let expected = expected.map(PathBuf::from);
            assert_eq!(server_of(Path::new(folder), physical), expected, "{folder}");
        }
    }
}
