//! Validated rules: what runs.

pub mod checks;
pub mod facts;
pub mod ids;
pub mod keys;
pub mod lint;
pub mod lint_keys;
pub mod pattern;
pub mod places;
pub mod plan;
pub mod plan_terms;
pub mod template;
pub mod terms;
pub mod versions;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use self::facts::{KnownFact, Service};
pub use self::ids::{ComponentId, FactId, Id, PackId, PolicyId, RowId, RuleId, ServiceId};
use self::lint::LintRule;
use self::places::{ExpectedFile, KeptInstaller, Location};
use self::plan::{Procedure, Question, StepRule, Versions};
pub use self::terms::{Deed, Mark, Version, When};
use crate::config::identity::IdentityTable;
use crate::config::references::References;
use crate::config::secrets::{LazySecrets, SecretTable};
use crate::config::section_groups::SectionGroups;
use crate::config::structure::Meaning;
use crate::word::Word;
use crate::xml::selector::Selector;
use crate::xml::{Document, NodeId};

/// Where a row of type `T` comes from and what people are told about it.
#[derive(Clone, Debug)]
pub struct Provenance<T> {
    /// Id of the row, unique over all packs.
    pub id: Id<T>,
    /// Id of the pack.
    pub pack: PackId,
    /// One line.
    pub summary: String,
    /// Why it is so, where that needs saying.
    pub why: String,
    /// Source of the fact.
    pub source: String,
    /// How well it is known.
    pub mark: Mark,
    /// Whether the pack was given by the user; the others are part of the program.
    pub given: bool,
}

/// A row of a pack that was given, in whose place a row of a later one came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Id of both.
    pub id: RowId,
    /// The file of the earlier one, as it was named.
    pub of: String,
    /// The file of the later one.
    pub by: String,
}

/// A pack that was loaded.
#[derive(Clone, Debug)]
pub struct PackInfo {
    /// Its id.
    pub id: PackId,
    /// One line for people.
    pub title: String,
    /// Its version.
    pub version: String,
}

/// A part of the product with a configuration file of its own.
#[derive(Clone, Debug)]
pub struct Component {
    /// Id, title (as `summary`), source.
    pub provenance: Provenance<Component>,
    /// A document is this component's when any of these selects something.
    pub recognised_by: Vec<Selector>,
    /// Versions of the product that have it.
    pub versions: Versions,
    /// What becomes of its file where the new version has none.
    pub without_new: terms::WithoutNew,
}

/// How files of one side of the upgrade are told from those of the other.
#[derive(Clone, Debug)]
pub struct Generation {
    /// Where the fact comes from.
    pub provenance: Provenance<Generation>,
    /// Component it is about; any component of the pack if `None`.
    pub component: Option<ComponentId>,
    /// The side.
    pub version: Version,
    /// Each selects something in files of that side only.
    pub recognised_by: Vec<Selector>,
}

/// A virtual directory that the upgrade renames.
#[derive(Clone, Debug)]
pub struct VirtualDirectory {
    /// Where the fact comes from.
    pub provenance: Provenance<VirtualDirectory>,
    /// Id of the component it serves.
    pub component: ComponentId,
    /// Name before the upgrade.
    pub old: String,
    /// Name after it.
    pub new: String,
}

/// What a rename of virtual directories must leave alone.
#[derive(Clone, Debug, Default)]
pub struct RewriteGuards {
    /// Hosts whose paths are not the customer's; `*.example.com` means the domain and all below it.
    pub never_hosts: Vec<String>,
    /// Path segments below which names are not virtual directories (`App_Themes`).
    pub never_below: Vec<String>,
    /// File names that define virtual directories rather than refer to them.
    pub never_files: Vec<String>,
}

/// A setting that is documented, with the values that mean "never changed".
#[derive(Clone, Debug)]
pub struct KnownSetting {
    /// Where the fact comes from.
    pub provenance: Provenance<KnownSetting>,
    /// Component it belongs to; any component of the pack if `None`.
    pub component: Option<ComponentId>,
    /// The value: ends in `/@name` or `/text()`.
    pub selector: Selector,
    /// Values that the old version shipped with, defaults and placeholders.
    pub defaults: Vec<String>,
}

/// What a policy does with the values it covers.
#[derive(Clone, Debug)]
pub enum Action {
    /// The administrator's value.
    TakeOld,
    /// The value of the newly installed file.
    TakeNew,
    /// The value the old version shipped with.
    TakeBase,
    /// Not carried.
    Drop,
    /// This value.
    Set(String),
    /// Carried under this identity (the key or name of the new version).
    Rename(String),
    /// Carried with every match of the pattern replaced.
    Rewrite {
        /// What to find.
        pattern: Regex,
        /// What to put there; `$1` is the first group.
        replacement: String,
    },
    /// Must end up with a value that is not empty.
    Require,
    /// Never decided automatically when the sides differ.
    Conflict,
    /// The higher of two version numbers, or the range that belongs to it.
    HigherVersion,
    /// What both sides put in one place, one behind the other.
    TakeBoth {
        /// The new file's first, instead of the administrator's.
        new_first: bool,
    },
}

impl Action {
    /// What kind of action it is.
    #[must_use]
    pub fn deed(&self) -> Deed {
        match self {
            Self::TakeOld => Deed::TakeOld,
            Self::TakeNew => Deed::TakeNew,
            Self::TakeBase => Deed::TakeBase,
            Self::Drop => Deed::Drop,
            Self::Set(_) => Deed::Set,
            Self::Rename(_) => Deed::Rename,
            Self::Rewrite { .. } => Deed::Rewrite,
            Self::Require => Deed::Require,
            Self::Conflict => Deed::Conflict,
            Self::HigherVersion => Deed::HigherVersion,
            Self::TakeBoth { new_first: false } => Deed::TakeBoth,
            Self::TakeBoth { new_first: true } => Deed::TakeBothNewFirst,
        }
    }

    /// The word that packs use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.deed().word()
    }

    /// Whether it treats both sides alike, so that it also holds between branches of one file.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::HigherVersion | Self::TakeBoth { .. }
        )
    }
}

/// A merge policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Where it comes from.
    pub provenance: Provenance<Policy>,
    /// Component it is for; any component of the pack if `None`.
    pub component: Option<ComponentId>,
    /// What it covers: a value, or an element with all it holds.
    pub selector: Selector,
    /// What it does.
    pub action: Action,
    /// When.
    pub when: When,
}

/// Everything that all loaded packs say.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The packs, in the order they were loaded.
    pub packs: Vec<PackInfo>,
    /// What identifies elements.
    pub identities: IdentityTable,
    /// Names that point at entries elsewhere in a file.
    pub references: References,
    /// Sections that need no declaration.
    pub section_groups: SectionGroups,
    /// What must not be shown.
    pub secrets: LazySecrets,
    /// Components of all packs.
    pub components: Vec<Component>,
    /// How versions of files are told apart.
    pub generations: Vec<Generation>,
    /// Virtual directories of all packs.
    pub virtual_directories: Vec<VirtualDirectory>,
    /// What renames leave alone.
    pub guards: RewriteGuards,
    /// Documented settings.
    pub settings: Vec<KnownSetting>,
    /// Merge policies; a later one wins over an earlier one.
    pub policies: Vec<Policy>,
    /// What variables in locations may stand for, by their names in lower case.
    pub spellings: BTreeMap<String, Vec<String>>,
    /// Where components may be.
    pub locations: Vec<Location>,
    /// Which of their files matter.
    pub files: Vec<ExpectedFile>,
    /// Installers that components keep in their folders.
    pub installers: Vec<KeptInstaller>,
    /// Rows of given packs that later ones took the place of.
    pub replaced: Vec<Replaced>,
    /// Ids of the lint rules that each file of the user has, by the file as it was named.
    pub given_lints: BTreeMap<String, Vec<RuleId>>,
    /// Ids of the lint rules that the program has.
    pub own_lints: BTreeSet<RuleId>,
    /// Values that lint rules speak of.
    pub facts: Vec<KnownFact>,
    /// Services that lint rules speak of.
    pub services: Vec<Service>,
    /// Lint rules, in the order of the packs.
    pub lints: Vec<LintRule>,
    /// Ways from one version to another; the first that fits is taken.
    pub procedures: Vec<Procedure>,
    /// What no file says and steps depend on.
    pub questions: Vec<Question>,
    /// The steps of all procedures, in their order.
    pub steps: Vec<StepRule>,
    /// Citations by the short names that [`Provenance::source`] holds.
    pub sources: BTreeMap<String, String>,
    /// Where sources can be read, by the same names.
    pub links: BTreeMap<String, String>,
}

/// One row of knowledge about secrets, as [`SecretTable`] takes it.
#[derive(Clone, Debug)]
pub(in crate::pack) struct SecretRule {
    /// Selectors of secret values.
    pub(in crate::pack) select: Texts,
    pub(in crate::pack) names: Texts,
    pub(in crate::pack) keys: Texts,
    pub(in crate::pack) parts: Texts,
    pub(in crate::pack) beside: Texts,
    pub(in crate::pack) words: Texts,
    pub(in crate::pack) except: Texts,
}

type Texts = Cow<'static, [Cow<'static, str>]>;

impl SecretRule {
    /// Adds what the row says; selectors were checked before.
    pub(in crate::pack) fn add_to(&self, table: &mut SecretTable) {
        let selectors = self.select.iter();
        for selector in selectors.filter_map(|text| Selector::parse(text).ok()) {
            table.add_selector(selector);
        }
        for name in self.names.iter() {
            table.add_name(name.clone());
        }
        for key in self.keys.iter() {
            table.add_key(key.clone());
        }
        for part in self.parts.iter() {
            table.add_part_source(part.clone(), self.beside.to_vec());
        }
        for word in self.words.iter() {
            table.add_word(word.clone());
        }
        for name in self.except.iter() {
            table.add_exception(name.clone());
        }
    }
}

impl Rules {
    /// What the packs say about the meaning of configuration.
    #[must_use]
    pub fn meaning(&self) -> Meaning<'_> {
        Meaning {
            identities: &self.identities,
            references: &self.references,
            section_groups: &self.section_groups,
        }
    }

    /// Compares attribute values in selectors as the identity table says.
    pub fn ignores_case(&self) -> impl Fn(&Document, NodeId, &str) -> bool + '_ {
        |document, element, attribute| self.identities.ignores_case(document, element, attribute)
    }

    /// The component that `document` is the configuration of, judged by its structure.
    #[must_use]
    pub fn component_of(&self, document: &Document) -> Option<&Component> {
        let ignores_case = self.ignores_case();
        self.components.iter().find(|component| {
            component
                .recognised_by
                .iter()
                .any(|selector| selector.select(document, &ignores_case).next().is_some())
        })
    }

    /// The same, where the elements of each local name are known.
    pub fn component_among<'d>(
        &self,
        document: &'d Document,
        named: impl Fn(&str) -> &'d [NodeId],
    ) -> Option<&Component> {
        let ignores_case = self.ignores_case();
        let selects = |selector: &Selector| match selector.element_name() {
            Some(name) => named(name)
                .iter()
                .any(|element| selector.matches_element(document, *element, &ignores_case)),
            None => selector.select(document, &ignores_case).next().is_some(),
        };
        self.components
            .iter()
            .find(|component| component.recognised_by.iter().any(selects))
    }

    /// Which side of the upgrade `document` is of; `None` if nothing tells, or it has signs of both.
    #[must_use]
    pub fn version_of(&self, document: &Document) -> Option<Version> {
        let ignores_case = self.ignores_case();
        let component = self.component_of(document);
        let mut signs = self
            .generations
            .iter()
            .filter(|row| {
                self.applies(&row.provenance.pack, row.component.as_ref(), component)
                    && (row.recognised_by.iter())
                        .any(|selector| selector.select(document, &ignores_case).next().is_some())
            })
            .map(|row| row.version);
        let first = signs.next()?;
        signs.all(|other| other == first).then_some(first)
    }

    /// Whether a row of `pack` for `component` applies to a file of `recognised`.
    /// A row that names no component applies to all components of its pack,
    /// and everywhere if its pack has none.
    #[must_use]
    pub fn applies(
        &self,
        pack: &PackId,
        component: Option<&ComponentId>,
        recognised: Option<&Component>,
    ) -> bool {
        let of_pack = |known: &Component| known.provenance.pack == *pack;
        match component {
            Some(wanted) => recognised.is_some_and(|known| known.provenance.id == *wanted),
            None => recognised.is_some_and(of_pack) || !self.components.iter().any(of_pack),
        }
    }
}
