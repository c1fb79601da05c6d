//! One conferry.toml as it stands in the TOML, each word with its place.

use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::io::walk::Selection as FileSelection;
use crate::pack::PackProblem;
use crate::pack::file::Text;
use crate::pack::lint::Severity;
use crate::pack::row::{Row, span};
use crate::pack::table::{document, known_tables, table};
use crate::xml::Span;

/// Its tables.
const TABLES: [&str; 1] = ["lint"];

/// A conferry.toml.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Its path as reports name it, from the current folder on.
    pub label: String,
    /// The folder it is in: what its globs and paths begin from.
    pub folder: PathBuf,
    /// The TOML.
    pub text: String,
    /// Words for the only rules that run; all if empty.
    pub select: Vec<Text>,
    /// Words for rules that do not run.
    pub ignore: Vec<Text>,
    /// How bad findings of some rules are.
    pub severity: Vec<(Text, Severity)>,
    /// From which severity on a run fails.
    pub fail_on: Option<Severity>,
    /// Rule packs, files or folders.
    pub rules: Vec<PathBuf>,
    /// Where each of them is named.
    pub rule_places: Vec<Span>,
    /// Which files are looked at; `None` leaves that to the command.
    pub include: Option<FileSelection>,
    /// Which are not.
    pub exclude: FileSelection,
    /// What holds otherwise for some files.
    pub overrides: Vec<Override>,
    /// Everything that is wrong with its shape.
    pub problems: Vec<PackProblem>,
}

/// `[[lint.override]]`.
#[derive(Clone, Debug)]
pub struct Override {
    /// Which files it is about, by their paths below the folder.
    pub paths: FileSelection,
    /// Words for rules whose findings are suppressed there.
    pub ignore: Vec<Text>,
    /// How bad findings of some rules are there.
    pub severity: Vec<(Text, Severity)>,
    /// Why.
    pub reason: String,
}

impl Settings {
    /// Reads `text`. What is wrong with it is in `problems`; such settings must not be used.
    #[must_use]
    pub fn read(label: String, folder: &Path, text: String) -> Self {
        let mut settings = Self {
            label,
            folder: folder.to_owned(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        if let Some(document) = document(&text, &mut problems) {
            known_tables(document.get_ref(), &TABLES, &mut problems);
            table(document.get_ref(), "lint", "[lint]", &mut problems, |row| {
                settings.read_lint(row);
            });
        }
        problems.sort_by_key(|problem| problem.span);
        settings.problems = problems;
        settings.text = text;
        settings
    }

    fn read_lint(&mut self, row: &mut Row<'_>) {
        self.select = row.texts("select");
        self.ignore = row.texts("ignore");
        self.severity = severities(row);
        let fail_on = row.text("fail-on");
        let fail_on = fail_on.and_then(|word| row.meant("severity", &word));
        self.fail_on = fail_on.map(Spanned::into_inner);
        let rules = row.texts("rules");
        let beside = Path::new(&self.label).parent().unwrap_or(Path::new(""));
        self.rules = (rules.iter())
            .map(|path| beside.join(path.get_ref()))
            .collect();
        self.rule_places = rules.iter().map(|path| span(path.span())).collect();
        let include = row.texts("include");
        if !include.is_empty() {
            self.include = globs(row, &include, true);
        }
        let exclude = row.texts("exclude");
        self.exclude = globs(row, &exclude, false).unwrap_or_default();
        row.nested_each("override", "[[lint.override]]", |mut row| {
            self.overrides.extend(Override::read(&mut row));
            row.finish();
        });
    }
}

impl Settings {
    /// The same without rule packs that are not there; each is a problem at its place.
    #[must_use]
    pub fn without_missing_packs(mut self) -> Self {
        let packs = self.rules.drain(..).zip(self.rule_places.drain(..));
        let (there, missing): (Vec<_>, Vec<_>) = packs.partition(|(path, _)| path.exists());
        (self.rules, self.rule_places) = there.into_iter().unzip();
        self.problems.extend(missing.into_iter().map(|(_, at)| {
            PackProblem::new("there is no such rule pack", at)
                .help("`rules` takes files and folders, from the folder of this conferry.toml on")
        }));
        self.problems.sort_by_key(|problem| problem.span);
        self
    }
}

impl Override {
    fn read(row: &mut Row<'_>) -> Option<Self> {
        row.require("paths");
        let paths = row.texts("paths");
        let ignore = row.texts("ignore");
        let severity = severities(row);
        let reason = row.required("reason");
        if !row.has("ignore") && !row.has("severity") {
            let message = "[[lint.override]] changes nothing";
            row.push(
                PackProblem::new(message, row.at())
                    .help("give it `ignore = [\"PF104\"]` or `severity = { PF104 = \"note\" }`"),
            );
        }
        if row.has("paths") && paths.is_empty() {
            let message = "`paths` must name at least one file";
            row.push(PackProblem::new(message, row.at()).help("`**` stands for all of them"));
        }
        Some(Self {
            paths: globs(row, &paths, true)?,
            ignore,
            severity,
            reason: reason.map(Spanned::into_inner).unwrap_or_default(),
        })
    }

    /// Whether it is about the file at this path below the folder, or about a folder that the file is in.
    #[must_use]
    pub fn is_about(&self, below: &Path) -> bool {
        let names = below.ancestors().filter(|path| *path != Path::new(""));
        names.into_iter().any(|path| self.paths.includes(path))
    }
}

/// `severity = { PF104 = "note" }`.
fn severities(row: &mut Row<'_>) -> Vec<(Text, Severity)> {
    let said = row.named_texts("severity");
    said.into_iter()
        .filter_map(|(rule, word)| {
            let severity = row.meant("severity", &word)?;
            Some((rule, severity.into_inner()))
        })
        .collect()
}

/// The patterns compiled, each mistake noted at its place.
fn globs(row: &mut Row<'_>, patterns: &[Text], include: bool) -> Option<FileSelection> {
    let mut all = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        let one = [pattern.get_ref().clone()];
        let at: Span = span(pattern.span());
        match FileSelection::new(&one, &[]) {
            Ok(_) if pattern.get_ref().trim().is_empty() => {
                row.push(PackProblem::new("an empty pattern matches nothing", at));
            }
            Ok(_)
                if pattern
                    .get_ref()
                    .split(['/', '\\'])
                    .any(|name| name == "..") =>
            {
                let help = "put a conferry.toml beside or above those files";
                let message =
                    "patterns begin from the folder of the conferry.toml and cannot leave it";
                row.push(PackProblem::new(message, at).help(help));
            }
            Ok(_) => all.extend(one),
            Err(error) => {
                let help =
                    "`*` stands for a part of a name, `**` for any folders, `{a,b}` for either";
                row.push(PackProblem::new(error.to_string(), at).help(help));
            }
        }
    }
    match include {
        true => FileSelection::new(&all, &[]),
        false => FileSelection::new(&[], &all),
    }
    .ok()
}
