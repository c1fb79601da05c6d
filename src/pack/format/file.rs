//! What users write: a pack as it stands in the TOML, each value with its place.
//!
//! [`super::read`] fills these types; what the values mean is checked in
//! [`crate::pack::building::validate`]. docs/packs.md describes the format.

use toml::Spanned;

use super::read_facts::{FactRow, ServiceRow};
use super::read_lint::LintRow;
use crate::xml::Span;

/// A text and its place in the TOML.
pub type Text = Spanned<String>;

/// What every row may say about itself.
#[derive(Clone, Debug)]
pub struct About {
    /// Where the row stands.
    pub at: Span,
    /// Its id.
    pub id: Option<Text>,
    /// One line for people (`title` of a component, `meaning` of a setting).
    pub summary: Option<Text>,
    /// Why it is so.
    pub why: Option<Text>,
    /// Names of sources.
    pub source: Vec<Text>,
    /// `documented` or `inferred`.
    pub mark: Option<Text>,
}

/// `[pack]`.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Id of the pack.
    pub id: Option<Text>,
    /// One line for people.
    pub title: Option<Text>,
    /// Version of the pack.
    pub version: Option<Text>,
    /// What the pack is for.
    pub summary: Option<Text>,
}

/// `[[identity]]`.
#[derive(Clone, Debug)]
pub struct IdentityRow {
    /// Id, source.
    pub about: About,
    /// Paths of the elements.
    pub element: Vec<Text>,
    /// What identifies them.
    pub by: Vec<Text>,
    /// What tells those apart that agree in `by`.
    pub then_by: Vec<Text>,
    /// Whether case is ignored.
    pub ignore_case: bool,
    /// `assembly-name`: how values compare where `ignore_case` does not say it.
    pub compare: Option<Text>,
    /// `distinct`, `last-wins`, `first-wins`, `refused-by-net` or `refused-by-iis`.
    pub duplicates: Option<Text>,
    /// Whether there can be one under its parent only.
    pub once: bool,
    /// Local name of the entries that a `remove` takes out.
    pub removes: Option<Text>,
    /// Whether the element with all it holds is one setting.
    pub entry: bool,
    /// An attribute whose value no other one under its parent may have.
    pub unique: Option<Text>,
}

/// `[[order]]`.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Id, why, source.
    pub about: About,
    /// Path of the container.
    pub element: Option<Text>,
}

/// `[[reference]]`.
#[derive(Clone, Debug)]
pub struct ReferenceRow {
    /// Id, source.
    pub about: About,
    /// Attributes that hold a name.
    pub from: Vec<Text>,
    /// Path of the entries that it names, and their attribute.
    pub to: Option<Text>,
    /// `document` or `element`.
    pub within: Option<Text>,
    /// Whether case is ignored.
    pub ignore_case: bool,
    /// Whether it holds several names with commas between.
    pub list: bool,
    /// How names are written within values.
    pub form: Option<Text>,
    /// An attribute beside it with which it names nothing.
    pub unless: Option<Text>,
    /// Names that need not stand in the file.
    pub inherited: Vec<Text>,
}

/// `[[section-group]]`.
#[derive(Clone, Debug)]
pub struct SectionGroupRow {
    /// Id, source.
    pub about: About,
    /// `configuration`, or the path of a group below it.
    pub path: Option<Text>,
    /// Names of the sections and groups in it.
    pub members: Vec<Text>,
}

/// `[[secret]]`.
#[derive(Clone, Debug)]
pub struct SecretRow {
    /// Id, source.
    pub about: About,
    /// Selectors of secret values.
    pub select: Vec<Text>,
    /// Names of attributes and elements that are secret.
    pub names: Vec<Text>,
    /// Words in the key or name of an entry whose value is secret.
    pub keys: Vec<Text>,
    /// Patterns whose one group is secret.
    pub parts: Vec<Text>,
    /// Words that a value must contain for `parts` to be tried.
    pub beside: Vec<Text>,
    /// Words beside which raw text may hold a secret.
    pub words: Vec<Text>,
    /// Names that are no secrets although one of the lists has them.
    pub except: Vec<Text>,
}

/// `[[component]]`.
#[derive(Clone, Debug)]
pub struct ComponentRow {
    /// Id, title, source.
    pub about: About,
    /// Selectors that find something in its configuration only.
    pub recognised_by: Vec<Text>,
}

/// `[[generation]]`.
#[derive(Clone, Debug)]
pub struct GenerationRow {
    /// Id, summary, source.
    pub about: About,
    /// Component that it is about.
    pub component: Option<Text>,
    /// `old` or `new`.
    pub version: Option<Text>,
    /// Selectors that find something in files of that version only.
    pub recognised_by: Vec<Text>,
}

/// `[[virtual-directory]]`.
#[derive(Clone, Debug)]
pub struct VirtualDirectoryRow {
    /// Id, source.
    pub about: About,
    /// Component that it serves.
    pub component: Option<Text>,
    /// Name before the upgrade.
    pub old: Option<Text>,
    /// Name after it.
    pub new: Option<Text>,
}

/// `[rewrite]`.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// Hosts whose paths stay.
    pub never_hosts: Vec<Text>,
    /// Path segments below which names stay.
    pub never_below: Vec<Text>,
    /// Files that stay.
    pub never_files: Vec<Text>,
}

/// `[[setting]]`.
#[derive(Clone, Debug)]
pub struct SettingRow {
    /// Id, meaning, source.
    pub about: About,
    /// Component it belongs to.
    pub component: Option<Text>,
    /// Selector of the value.
    pub path: Option<Text>,
    /// Values that the old version shipped with.
    pub defaults: Vec<Text>,
}

/// `[[merge]]`.
#[derive(Clone, Debug)]
pub struct MergeRow {
    /// Id, summary, source.
    pub about: About,
    /// Component it is for.
    pub component: Option<Text>,
    /// Selector of what it covers.
    pub path: Option<Text>,
    /// What it does.
    pub action: Option<Text>,
    /// Argument of `set`.
    pub value: Option<Text>,
    /// Argument of `rename`.
    pub to: Option<Text>,
    /// Argument of `rewrite`.
    pub pattern: Option<Text>,
    /// Argument of `rewrite`.
    pub replacement: Option<Text>,
    /// `always` or `without-base`.
    pub when: Option<Text>,
}

/// `[[location]]`.
#[derive(Clone, Debug)]
pub struct LocationRow {
    /// Id, source.
    pub about: About,
    /// Component whose folder it is.
    pub component: Option<Text>,
    /// Folders where it may be.
    pub folders: Vec<Text>,
    /// Values in the registry that name its folder.
    pub registry: Vec<Text>,
}

/// `[[file]]`.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// Id, source.
    pub about: About,
    /// Component whose file it is.
    pub component: Option<Text>,
    /// Globs below the folder of the component.
    pub path: Vec<Text>,
    /// What kind of file it is.
    pub kind: Option<Text>,
    /// `required`, `expected`, `optional` or `on-request`.
    pub need: Option<Text>,
}

/// A whole pack.
#[derive(Clone, Debug, Default)]
pub struct PackFile {
    /// `[pack]`.
    pub head: Head,
    /// `[sources]`: name, citation, and where it can be read.
    pub sources: Vec<(Text, String, Option<Text>)>,
    /// `[discovery]`.
    pub discovery: Vec<Text>,
    /// `[[identity]]`.
    pub identities: Vec<IdentityRow>,
    /// `[[order]]`.
    pub orders: Vec<OrderRow>,
    /// `[[reference]]`.
    pub references: Vec<ReferenceRow>,
    /// `[[section-group]]`.
    pub section_groups: Vec<SectionGroupRow>,
    /// `[[secret]]`.
    pub secrets: Vec<SecretRow>,
    /// `[[component]]`.
    pub components: Vec<ComponentRow>,
    /// `[[generation]]`.
    pub generations: Vec<GenerationRow>,
    /// `[[virtual-directory]]`.
    pub virtual_directories: Vec<VirtualDirectoryRow>,
    /// `[rewrite]`.
    pub guards: Guards,
    /// `[[setting]]`.
    pub settings: Vec<SettingRow>,
    /// `[[merge]]`.
    pub merges: Vec<MergeRow>,
    /// `[spellings]`: variable and what it may stand for.
    pub spellings: Vec<(Text, Vec<Text>)>,
    /// `[[location]]`.
    pub locations: Vec<LocationRow>,
    /// `[[file]]`.
    pub files: Vec<FileRow>,
    /// `[[fact]]`.
    pub facts: Vec<FactRow>,
    /// `[[service]]`.
    pub services: Vec<ServiceRow>,
    /// `[[lint]]`.
    pub lints: Vec<LintRow>,
}
