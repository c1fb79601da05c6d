//! What a page shows: a verdict, counts, settings in groups, and what else there is to know.

use crate::pack::lint::Severity;

use super::Shown;

/// A report, ready to be shown. Secrets are masked before anything is put in here.
#[derive(Debug, Default)]
pub struct Page {
    /// The command, such as `merge`.
    pub command: &'static str,
    /// What it is about, in one line.
    pub title: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Whether secrets are shown, which the page then says first.
    pub shows_secrets: bool,
    /// What may make the whole report a wrong one.
    pub warnings: Vec<String>,
    /// Counts that add up.
    pub sums: Vec<Sum>,
    /// What the counts add up to, in words.
    pub account: Vec<String>,
    /// What a row is, such as `Setting`.
    pub row_name: &'static str,
    /// What the section of a row is, such as `Section`, and the word before it in a row.
    pub section_name: (&'static str, &'static str),
    /// What each value column is of, such as `old`.
    pub columns: Vec<String>,
    /// The settings, the most important first.
    pub groups: Vec<Group>,
    /// Notes and other sentences.
    pub lists: Vec<List>,
    /// Files, digests, versions.
    pub facts: Vec<Fact>,
    /// Whether there is a place to sign.
    pub signed: bool,
}

/// What came of the run, in one line.
#[derive(Debug, Default)]
pub struct Verdict {
    /// How it is meant.
    pub tone: Tone,
    /// One word or a few: `Clean`.
    pub word: String,
    /// The rest of the line.
    pub text: String,
}

/// How something is meant. The page never says it by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing is asked of people.
    #[default]
    Good,
    /// Somebody should look.
    Look,
    /// Somebody has to decide.
    Bad,
}

impl Tone {
    /// The name that the style has for it.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Look => "look",
            Self::Bad => "bad",
        }
    }
}

/// One of the counts.
#[derive(Debug)]
pub struct Sum {
    /// How many.
    pub number: usize,
    /// Of what.
    pub name: String,
    /// The group that shows them.
    pub group: Option<String>,
}

/// Something about the run as a whole.
#[derive(Debug)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// Sentences that belong together.
#[derive(Debug)]
pub struct List {
    /// What they are about.
    pub title: String,
    /// The sentences.
    pub items: Vec<String>,
}

/// Settings to which the same happened.
#[derive(Debug)]
pub struct Group {
    /// Its name in links; a word of the program, not of a file.
    pub id: String,
    /// Its title, with the number of rows.
    pub title: String,
    /// Whether it is folded at first.
    pub folded: bool,
    /// Whether somebody has to decide: each row is then shown with all there is to know about it.
    pub to_decide: bool,
    /// The settings.
    pub rows: Vec<Row>,
}

/// One setting.
#[derive(Debug, Default)]
pub struct Row {
    /// What makes it the same setting in another report.
    pub identity: String,
    /// What happened to it, in a word or two, for the filter.
    pub status: &'static str,
    /// The section it is in.
    pub section: String,
    /// What it is called there.
    pub label: String,
    /// Its XPath.
    pub address: String,
    /// How serious it is.
    pub risk: Option<Severity>,
    /// A value for each column of the page.
    pub cells: Vec<Cell>,
    /// Who decided and why, and what else there is to know.
    pub said: Vec<String>,
    /// Something to copy: the rule that settles it.
    pub code: Option<String>,
}

/// A value at a place.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The value; nothing where the side has none.
    pub text: Option<String>,
    /// Whether it is a description instead of a text of the file.
    pub described: bool,
    /// File and line, or the line.
    pub place: Option<String>,
}

impl Cell {
    pub(super) fn shown(&self) -> Option<Shown> {
        self.text.as_deref().map(Shown::of)
    }
}

impl Row {
    pub(super) fn cell(&self, column: &usize) -> Option<&Cell> {
        self.cells.get(*column)
    }

    pub(super) fn risk_name(&self) -> &'static str {
        self.risk.map_or("", Severity::name)
    }

    pub(super) fn label_shown(&self) -> Shown {
        Shown::of(&self.label)
    }

    pub(super) fn section_shown(&self) -> Shown {
        Shown::of(&self.section)
    }

    pub(super) fn address_shown(&self) -> Shown {
        Shown::of(&self.address)
    }
}

impl Page {
    /// What happened to rows, in the order it first appears.
    pub(super) fn statuses(&self) -> Vec<&'static str> {
        let mut seen = Vec::new();
        for row in self.groups.iter().flat_map(|group| &group.rows) {
            if !row.status.is_empty() && !seen.contains(&row.status) {
                seen.push(row.status);
            }
        }
        seen
    }

    /// The sections, in the order they first appear.
    pub(super) fn sections(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        let sections = rows.map(|row| row.section.as_str());
        sections.filter(|section| seen.insert(*section)).collect()
    }

    /// The risks that there are, the gravest first.
    pub(super) fn risks(&self) -> Vec<&'static str> {
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        let mut risks: Vec<Severity> = rows.filter_map(|row| row.risk).collect();
        risks.sort_unstable_by(|one, other| other.cmp(one));
        risks.dedup();
        risks.into_iter().map(Severity::name).collect()
    }
}
