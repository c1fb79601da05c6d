//! From what users write to what runs.
//!
//! A [`Builder`] takes one pack after the other. Within one pack an id stands
//! once; a row whose id an earlier pack has too takes that row's place. All
//! problems of a pack are collected. What the single rows mean is checked in
//! `rows`.

use rustc_hash::FxHashMap;

use toml::Spanned;

use super::rows::Pack;
use super::rows_plan::{self, PlanIds};
use crate::config::identity::{ElementPath, IdentityRule, IdentityTable};
use crate::config::references::{Reference, References};
use crate::config::secrets::SecretTable;
use crate::config::section_groups::{SectionGroup, SectionGroups};
use crate::pack::format::check::Checker;
use crate::pack::format::file::{About, PackFile};
use crate::pack::format::problem::PackProblem;
pub use crate::pack::format::row::Trust;
use crate::pack::rules::{Id, PackId, PackInfo, RuleId, Rules, SecretRule};

/// Table and position of every row, by its id.
pub(in crate::pack) type Places = FxHashMap<String, (&'static str, usize)>;

/// Puts packs together.
#[derive(Debug, Default)]
pub struct Builder {
    pub(in crate::pack) rules: Rules,
    pub(in crate::pack) identities: Vec<IdentityRule>,
    pub(in crate::pack) ordered: Vec<ElementPath>,
    pub(in crate::pack) references: Vec<Reference>,
    pub(in crate::pack) section_groups: Vec<SectionGroup>,
    pub(in crate::pack) secrets: Vec<SecretRule>,
    pub(in crate::pack) discovery: Vec<String>,
    pub(in crate::pack) places: Places,
    /// Whether the pack that is added may take masking away.
    pub may_unmask: bool,
    /// What the pack that is added is called in messages.
    pub(in crate::pack) label: String,
    /// The packs that the user gave, by the ids of their rows.
    pub(in crate::pack) owners: FxHashMap<String, String>,
}

impl Builder {
    /// Adds the pack in `text` as [`Self::add`] does; `label` is its file as the user named it.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_file(
        &mut self,
        text: &str,
        name: &str,
        label: String,
    ) -> Result<(), Vec<PackProblem>> {
        self.label = label;
        self.add(text, name, Trust::Checked)
    }

    /// Adds the pack in `text`; `name` is its id where it does not say one.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn add(&mut self, text: &str, name: &str, trust: Trust) -> Result<(), Vec<PackProblem>> {
        let mut problems = Vec::new();
        let file = PackFile::read_as(trust, text, &mut problems);
        self.add_read(&file, name, trust, text, problems)
    }

    /// Adds a pack that was read, with the `problems` that it has so far.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub(in crate::pack) fn add_read(
        &mut self,
        file: &PackFile,
        name: &str,
        trust: Trust,
        text: &str,
        mut problems: Vec<PackProblem>,
    ) -> Result<(), Vec<PackProblem>> {
        let ids = file.lints.iter().filter_map(|row| row.about.id.as_ref());
        let ids = ids.map(|id| RuleId::new(id.get_ref()));
        match trust {
            Trust::BuiltIn => self.rules.own_lints.extend(ids),
            Trust::Checked => {
                let label = self.label.clone();
                self.rules.given_lints.entry(label).or_default().extend(ids);
            }
        }
        let mut pack = self.start(file, name, trust, text, &mut problems);
        pack.add(file);
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort_by_key(|problem| problem.span);
        Err(problems)
    }

    /// The rules of all packs.
    #[must_use]
    pub fn finish(self) -> Rules {
        let mut rules = self.rules;
        rules.references = References::new(self.references);
        rules.section_groups = SectionGroups::new(self.section_groups.into());
        // Rows that packs write come behind them and so take precedence.
        let mut identities: Vec<IdentityRule> = (rules.section_groups.element_paths())
            .filter_map(|(path, is_group)| {
                let element = ElementPath::parse(&path)?;
                Some(IdentityRule::of_section(element, is_group))
            })
            .collect();
        identities.extend(self.identities);
        rules.identities = IdentityTable::new(
            identities.into(),
            self.ordered.into(),
            self.discovery.into_iter().map(Into::into).collect(),
        );
        let mut secrets = SecretTable::default();
        for secret in self.secrets {
            secret.add_to(&mut secrets);
        }
        rules.secrets = secrets.into();
        rules
    }

    fn start<'b>(
        &'b mut self,
        file: &PackFile,
        name: &str,
        trust: Trust,
        text: &'b str,
        problems: &'b mut Vec<PackProblem>,
    ) -> Pack<'b> {
        let mut checker = Checker {
            text,
            problems,
            trust,
        };
        let head = &file.head;
        if let Some(id) = &head.id {
            checker.id(id);
        }
        let said = |text: &Option<Spanned<String>>, default: &str| {
            text.as_ref()
                .map_or_else(|| default.to_owned(), |text| text.get_ref().clone())
        };
        let title = said(&head.title, &said(&head.id, name));
        let id = PackId::new(&said(&head.id, name));
        let info = PackInfo {
            title,
            version: said(&head.version, ""),
            id: id.clone(),
        };
        match self.rules.packs.iter_mut().find(|pack| pack.id == id) {
            Some(known) => *known = info,
            None => self.rules.packs.push(info),
        }
        for source in &file.sources {
            let name = source.name.get_ref();
            (self.rules.sources).insert(name.clone(), source.cite.clone());
            match &source.url {
                Some(url) => {
                    checker.link(url);
                    self.rules.links.insert(name.clone(), url.get_ref().clone());
                }
                None => {
                    self.rules.links.remove(name);
                }
            }
        }
        Pack {
            // Rows may speak of components that only a later row of the same pack defines.
            components: ids(file.components.iter().map(|row| &row.about))
                .chain((self.rules.components.iter()).map(|row| row.provenance.id.clone()))
                .collect(),
            facts: ids(file.facts.iter().map(|row| &row.about))
                .chain((self.rules.facts.iter()).map(|row| row.provenance.id.clone()))
                .collect(),
            services: ids(file.services.iter().map(|row| &row.about))
                .chain((self.rules.services.iter()).map(|row| row.provenance.id.clone()))
                .collect(),
            plan: PlanIds {
                procedures: rows_plan::all(
                    (self.rules.procedures.iter()).map(|row| row.provenance.id.clone()),
                    ids(file.procedures.iter().map(|row| &row.about)),
                ),
                questions: rows_plan::all(
                    (self.rules.questions.iter()).map(|row| row.provenance.id.clone()),
                    ids(file.questions.iter().map(|row| &row.about)),
                ),
                steps: rows_plan::all(
                    (self.rules.steps.iter()).map(|row| row.provenance.id.clone()),
                    ids(file.steps.iter().map(|row| &row.about)),
                ),
            },
            id,
            trust,
            builder: self,
            checker,
            ids: FxHashMap::default(),
        }
    }
}

/// The ids of rows that have one.
fn ids<'a, T>(abouts: impl Iterator<Item = &'a About>) -> impl Iterator<Item = Id<T>> {
    abouts.filter_map(|about| Some(Id::new(about.id.as_ref()?.get_ref())))
}

/// Adds a row, in the place of the one with this id if there is one.
pub(in crate::pack) fn keep<T>(
    rows: &mut Vec<T>,
    places: &mut Places,
    id: Id<T>,
    table: &'static str,
    row: T,
) {
    match places.get(id.as_str()) {
        Some((known, at)) if *known == table => rows[*at] = row,
        _ => {
            places.insert(id.to_string(), (table, rows.len()));
            rows.push(row);
        }
    }
}

/// Adds those texts that the list does not have yet.
pub(in crate::pack) fn add_new(list: &mut Vec<String>, texts: &[Spanned<String>]) {
    for text in texts {
        if !list.contains(text.get_ref()) {
            list.push(text.get_ref().clone());
        }
    }
}
