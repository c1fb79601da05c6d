//! What rows about places mean; see [`super::rows`].

use globset::GlobBuilder;
use toml::Spanned;

use super::rows::{Pack, meant};
use super::validate::keep;
use crate::pack::format::file::{FileRow, InstallerRow, LocationRow, PackFile};
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::span;
use crate::pack::rules::ComponentId;
use crate::pack::rules::places::{ExpectedFile, FileGlob, FileKind, KeptInstaller, Location, Need};

/// Variables that the machine answers.
const KNOWN_VARIABLES: [&str; 2] = ["systemdrive", "windir"];

impl Pack<'_> {
    /// Adds the rows of `file` that say where things are.
    pub(in crate::pack) fn places(&mut self, file: &PackFile) {
        for spelling in &file.spellings {
            self.spelling(&spelling.name, &spelling.paths);
        }
        file.locations.iter().for_each(|row| self.location(row));
        file.files.iter().for_each(|row| self.file(row));
        file.installers.iter().for_each(|row| self.installer(row));
    }

    fn wrong(&mut self, text: &Spanned<String>, message: String, help: &str) {
        self.checker
            .push(PackProblem::new(message, span(text.span())).help(help));
    }

    fn spelling(&mut self, name: &Spanned<String>, texts: &[Spanned<String>]) {
        for text in texts {
            if text.get_ref().trim().is_empty() || text.get_ref().contains(['%', ':', '*']) {
                let message = format!("`{}` is no path below a drive", text.get_ref());
                self.wrong(text, message, "write it without a drive: 'Program Files'");
            }
        }
        let known = self
            .builder
            .rules
            .spellings
            .entry(name.get_ref().to_lowercase());
        let known = known.or_default();
        for text in texts {
            if !known.contains(text.get_ref()) {
                known.push(text.get_ref().clone());
            }
        }
    }

    fn location(&mut self, row: &LocationRow) {
        let component = self
            .known_component(&row.component)
            .unwrap_or(ComponentId::known(""));
        let provenance = self.about(&row.about, "location", component.as_str());
        row.folders.iter().for_each(|folder| self.folder(folder));
        if row.folders.is_empty() && row.registry.is_empty() {
            let problem = PackProblem::new("the row names no place", row.about.at);
            self.checker
                .push(problem.help("give `folders` or `registry`"));
        }
        let mut registry = Vec::new();
        for text in &row.registry {
            match text.get_ref().rsplit_once('\\') {
                Some((key, name)) if key.to_uppercase().starts_with("HKEY_") => {
                    registry.push((key.to_owned(), name.to_owned()));
                }
                _ => {
                    let message = format!("`{}` is no value in the registry", text.get_ref());
                    let help = r"write the full key and the name: 'HKEY_LOCAL_MACHINE\SOFTWARE\X\InstallPath'";
                    self.wrong(text, message, help);
                }
            }
        }
        let id = provenance.id.clone();
        let location = Location {
            provenance,
            component,
            folders: row
                .folders
                .iter()
                .map(|text| text.get_ref().clone())
                .collect(),
            registry,
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.locations;
        keep(rows, &mut builder.places, id, "location", location);
    }

    /// `C:\…` or `%VARIABLE%\…`; `*` only as the last name.
    fn folder(&mut self, text: &Spanned<String>) {
        let path = text.get_ref();
        if let Some((name, _)) = path.strip_prefix('%').and_then(|rest| rest.split_once('%')) {
            let name = name.to_lowercase();
            let known = &self.builder.rules.spellings;
            if !KNOWN_VARIABLES.contains(&name.as_str()) && !known.contains_key(&name) {
                let message = format!("unknown variable `%{name}%`");
                self.wrong(
                    text,
                    message,
                    "define it under [spellings], or use %SystemDrive% or %windir%",
                );
                return;
            }
        } else if path.as_bytes().get(1..3) != Some(b":\\".as_slice()) {
            let message = format!("`{path}` does not begin with a drive or a variable");
            self.wrong(text, message, r"write '%SystemDrive%\folder'");
            return;
        }
        let before = path.strip_suffix("\\*").unwrap_or(path);
        if before.contains(['*', '?', '/']) || before.split('\\').any(|name| name == "..") {
            let message = format!("`{path}` is no path of a folder");
            self.wrong(text, message, "`*` may stand for the last name only");
        }
    }

    fn file(&mut self, row: &FileRow) {
        let component = self
            .known_component(&row.component)
            .unwrap_or(ComponentId::known(""));
        let provenance = self.about(&row.about, "file", component.as_str());
        let globs = self.globs(&row.path);
        let id = provenance.id.clone();
        let file = ExpectedFile {
            provenance,
            component,
            paths: row.path.iter().map(|text| text.get_ref().clone()).collect(),
            globs,
            kind: meant(&row.kind).unwrap_or(FileKind::Other),
            need: meant(&row.need).unwrap_or(Need::Optional),
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.files;
        keep(rows, &mut builder.places, id, "file", file);
    }

    fn installer(&mut self, row: &InstallerRow) {
        let mut known = |component| {
            let known = self.known_component(component);
            known.unwrap_or(ComponentId::known(""))
        };
        let (component, kept_in) = (known(&row.component), known(&row.kept_in));
        let provenance = self.about(&row.about, "installer", component.as_str());
        let id = provenance.id.clone();
        let installer = KeptInstaller {
            provenance,
            component,
            kept_in,
            globs: self.globs(&row.path),
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.installers;
        keep(rows, &mut builder.places, id, "installer", installer);
    }

    /// Patterns of files below a folder, written with `/`.
    fn globs(&mut self, texts: &[Spanned<String>]) -> Vec<FileGlob> {
        let mut globs = Vec::new();
        for text in texts {
            let glob = GlobBuilder::new(text.get_ref())
                .case_insensitive(true)
                .literal_separator(true)
                .build();
            match glob {
                Ok(glob) if !text.get_ref().contains('\\') => globs.push(glob.into()),
                _ => {
                    let message = format!("`{}` is no pattern of files", text.get_ref());
                    self.wrong(
                        text,
                        message,
                        "write it below the folder of the component: 'Data/**'",
                    );
                }
            }
        }
        globs
    }
}
