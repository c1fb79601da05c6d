//! In which formats a merge reports, and where each report goes.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::output::Output;
use crate::cli::this_run::this_run;
use crate::error::Failure;
use crate::io::relative;
use crate::present::merge::Report;
use crate::present::page::{self, Assets, html, markdown};
use crate::present::plain::{Printed, printed};

/// The options about reports.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The format of the printed report, and of each --report whose name does not say one
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Report"
    )]
    pub(super) format: Format,

    /// Writes the report to a file instead of standard output; may be given several times. The end of its
    /// name says in which format: .html, .md, .json, .sarif
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(super) report: Vec<PathBuf>,

    /// Writes the style sheet of HTML reports into a folder and links it, for servers that show no page
    /// with a style of its own
    #[arg(long, value_name = "DIR", requires = "report", help_heading = "Report")]
    pub(super) html_assets: Option<PathBuf>,

    /// Does not mask secrets in the report
    #[arg(long, help_heading = "Report")]
    pub(super) show_secrets: bool,
}

/// How a merge reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// A comment on a pull request
    Markdown,
    /// A page for reviewers, with filters and a place to sign
    Html,
    /// Code scanning
    Sarif,
    /// Annotations in the log of GitHub Actions
    Github,
    /// Issues in the log of Azure Pipelines
    Azure,
}

impl Format {
    /// The format of a report in a file with this name.
    fn of_file(path: &Path, otherwise: Self) -> Self {
        let end = path.extension().unwrap_or_default().to_string_lossy();
        match end.to_ascii_lowercase().as_str() {
            "html" | "htm" => Self::Html,
            "md" | "markdown" => Self::Markdown,
            "json" => Self::Json,
            "sarif" => Self::Sarif,
            _ => otherwise,
        }
    }
}

impl ReportArgs {
    /// The report as it is printed.
    ///
    /// # Errors
    /// See [`html`].
    pub(super) fn printed(&self, report: &Report) -> Result<String, Failure> {
        text_of(report, self.format, Assets::Inside)
    }

    /// The report as this file holds it.
    ///
    /// # Errors
    /// See [`html`].
    pub(super) fn written(&self, report: &Report, path: &Path) -> Result<String, Failure> {
        let format = Format::of_file(path, self.format);
        let folder = self
            .html_assets
            .as_deref()
            .map(|assets| relative::link(path.parent().unwrap_or(Path::new("")), assets));
        let assets = folder.as_deref().map_or(Assets::Inside, Assets::Linked);
        let text = text_of(report, format, assets)?;
        // Whoever shows the file gets what whoever sees it printed gets.
        let guard = match format {
            Format::Github | Format::Azure => Printed::Commands,
            _ => Printed::Text { color: false },
        };
        Ok(printed(&text, guard).into_owned())
    }

    /// The files that HTML reports link, with what they hold.
    pub(super) fn assets(&self) -> Vec<(PathBuf, &'static str)> {
        let is_html = |path: &PathBuf| Format::of_file(path, self.format) == Format::Html;
        let Some(folder) = (self.html_assets.as_ref()).filter(|_| self.report.iter().any(is_html))
        else {
            return Vec::new();
        };
        vec![
            (folder.join(page::STYLE_NAME), page::STYLE),
            (folder.join(page::SCRIPT_NAME), page::SCRIPT),
        ]
    }

    /// Prints the report: as talk where the result itself is on standard output.
    pub(super) fn print(&self, text: &str, as_talk: bool, output: &mut Output) {
        match (as_talk, self.format) {
            (true, Format::Github | Format::Azure) => output.err_commands(text),
            (true, _) => output.err(text),
            (false, Format::Github | Format::Azure) => output.commands(text),
            (false, _) => output.out_or_err(text),
        }
    }
}

fn text_of(report: &Report, format: Format, assets: Assets<'_>) -> Result<String, Failure> {
    Ok(match format {
        Format::Text => report.text(),
        Format::Json => report.json(&this_run()),
        Format::Markdown => markdown(&report.page()),
        Format::Html => html(&report.page(), assets)?,
        Format::Sarif => report.sarif(),
        Format::Github => report.github(),
        Format::Azure => report.azure(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_says_the_format_and_any_other_leaves_it_to_the_option() {
        for (name, format) in [
            ("a.html", Format::Html),
            ("A.HTM", Format::Html),
            ("b.md", Format::Markdown),
            ("c.json", Format::Json),
            ("d.sarif", Format::Sarif),
            ("e.txt", Format::Azure),
            ("f", Format::Azure),
        ] {
            assert_eq!(Format::of_file(Path::new(name), Format::Azure), format);
        }
    }
}
