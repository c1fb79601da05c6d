//! Whom to ask where components are: IIS, the registry, the documented places.

use super::{Candidate, Finder, WINDOWS};
use crate::config::application_host::{ApplicationHost, expand};
use crate::config::registry::Registry;
use crate::io::folder::is_temporary;
use crate::io::read;
use crate::io::windows_path::WindowsPath;
use crate::pack::rules::Component;
use crate::snapshot::Problem;
use crate::xml::Document;

const HOST_FILE: &str = r"System32\inetsrv\config\applicationHost.config";
const FIX_FILE: &str = "Check the file. The other ways of finding things are used all the same.";

impl Finder<'_, '_> {
    pub(super) fn ask_iis(&mut self) {
        let default = WindowsPath::parse(&format!(
            "{}\\{HOST_FILE}",
            self.variable("windir").unwrap_or_default()
        ));
        let path = match (self.request.iis, default) {
            (Some(path), _) => path.to_owned(),
            (None, Ok(default)) => match self.request.drives.find(&default) {
                Ok(Some(path)) => path,
                _ => {
                    self.miss(
                        &WINDOWS,
                        "applicationHost.config",
                        vec![default.to_string()],
                    );
                    return;
                }
            },
            (None, Err(_)) => return,
        };
        let read = read::read_file(&path).map_err(|error| error.to_string());
        let document = read.and_then(|bytes| {
            Document::from_bytes(&bytes).map_err(|_| "it is no well-formed XML".to_owned())
        });
        let host = document.and_then(|document| {
            ApplicationHost::read(&document, &|name| self.variable(name))
                .map_err(|error| error.to_string())
        });
        self.take_evidence(&path, self.request.iis.is_some());
        let host = match host {
            Ok(host) => host,
            Err(message) => {
                let problem = Problem::new(path.display(), message, FIX_FILE);
                return self.plan.problems.push(problem);
            }
        };
        for problem in &host.problems {
            let warning = format!("{}: {problem}", path.display());
            self.plan.warnings.push(warning);
        }
        for (site, application, directory) in host.directories() {
            let runtime = host
                .pool(&application.pool)
                .and_then(|pool| pool.runtime.clone());
            let candidate = Candidate {
                how: format!("applicationHost.config, line {}", directory.line),
                site: Some((
                    site.name.clone(),
                    directory.path.clone(),
                    application.pool.clone(),
                    runtime,
                )),
                documented: false,
            };
            for component in self.wanted() {
                if !component.recognised_by.is_empty() {
                    self.consider(&component, &directory.physical_path, &candidate);
                }
            }
        }
    }

    pub(super) fn ask_registry(&mut self) {
        let Some(path) = self.request.registry else {
            return;
        };
        let read = read::read_file(path).map_err(|error| error.to_string());
        self.take_evidence(path, true);
        let registry =
            read.and_then(|bytes| Registry::read(&bytes).map_err(|error| error.to_string()));
        let registry = match registry {
            Ok(registry) => registry,
            Err(message) => {
                let problem = Problem::new(path.display(), message, FIX_FILE);
                return self.plan.problems.push(problem);
            }
        };
        for component in self.wanted() {
            for location in &self.request.rules.locations {
                if location.component != component.provenance.id {
                    continue;
                }
                for (key, name) in &location.registry {
                    let found = registry.texts(key, name);
                    if found.is_empty() {
                        self.look(&component.provenance.id, format!("{key}\\{name}"));
                    }
                    for value in found {
                        let candidate = Candidate {
                            how: format!("registry, {}\\{name}", value.key),
                            documented: true,
                            ..Candidate::default()
                        };
                        let folder = expand(value.text, &|name| self.variable(name));
                        self.consider(&component, &folder, &candidate);
                    }
                }
            }
        }
    }

    pub(super) fn ask_locations(&mut self) {
        for component in self.wanted() {
            let rules = self.request.rules;
            for location in rules.locations.iter() {
                if location.component != component.provenance.id {
                    continue;
                }
                let folders: Vec<String> = (location.folders.iter())
                    .flat_map(|folder| self.spelt(folder))
                    .collect();
                for folder in folders {
                    let candidate = Candidate {
                        how: format!("its usual place ({})", location.provenance.id),
                        documented: true,
                        ..Candidate::default()
                    };
                    match folder.strip_suffix("\\*") {
                        None => self.consider(&component, &folder, &candidate),
                        Some(parent) => self.look_into_every(&component, parent),
                    }
                }
            }
        }
    }

    /// The spellings of a folder that a pack names.
    fn spelt(&self, folder: &str) -> Vec<String> {
        let variable = folder
            .strip_prefix('%')
            .and_then(|rest| rest.split_once('%'));
        let known = variable.and_then(|(name, rest)| {
            let spellings = self.request.rules.spellings.get(&name.to_lowercase())?;
            Some((spellings, rest))
        });
        match known {
            Some((spellings, rest)) => spellings
                .iter()
                .map(|name| format!("{}:\\{name}{rest}", self.request.drives.system()))
                .collect(),
            None => vec![expand(folder, &|name| self.variable(name))],
        }
    }

    fn look_into_every(&mut self, component: &Component, parent: &str) {
        let Ok(shown) = WindowsPath::parse(parent) else {
            return;
        };
        self.look(&component.provenance.id, format!("{shown}\\*"));
        let Ok(Some(folder)) = self.request.drives.find(&shown) else {
            return;
        };
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return;
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter(|entry| !is_temporary(&entry.file_name()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names {
            let candidate = Candidate {
                how: format!("its configuration, in a folder of {shown}"),
                ..Candidate::default()
            };
            self.consider(component, &format!("{parent}\\{name}"), &candidate);
        }
    }
}
