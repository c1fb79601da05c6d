//! The JSON Schema of packs, for editors. Packs are not read by these types
//! ([`super::read`] does that and says more about a mistake); a test holds both together.

#![allow(dead_code)] // these types are never made; schemars reads them

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use super::check;
use crate::pack::rules::checks::Kind;
use crate::pack::rules::words;

/// The JSON Schema (draft 2020-12) of a pack.
#[must_use]
pub fn json_schema() -> Value {
    schema_of::<Pack>()
}

/// The JSON Schema of a TOML file that `T` describes.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(NothingIsNull);
    settings.into_generator().into_root_schema_for::<T>().into()
}

/// What is optional is left out, in packs as TOML has no null, in our JSON to say it one way only.
#[derive(Clone, Debug)]
pub struct NothingIsNull;

impl Transform for NothingIsNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [one] = types.as_slice() {
                let one = one.clone();
                schema.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(options)) = schema.get_mut("anyOf") {
            options.retain(|option| option.get("type").is_none_or(|name| name != "null"));
            if let [one] = options.as_slice()
                && let Value::Object(one) = one.clone()
            {
                schema.remove("anyOf");
                for (key, value) in one {
                    schema.insert(key, value);
                }
            }
        }
        schema.remove("default");
        transform_subschemas(self, schema);
    }
}

fn one_of<T>(words: &[(&str, T)]) -> Schema {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    schemars::json_schema!({ "type": "string", "enum": words })
}

/// Declares a type that stands for one of some words.
macro_rules! word {
    ($visible:vis $name:ident, $words:expr) => {
        $visible struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                one_of(&$words)
            }
        }
    };
}

word!(MarkWord, check::MARKS);
word!(WhenWord, check::WHENS);
word!(DuplicatesWord, check::DUPLICATES);
word!(CompareWord, check::COMPARES);
word!(WithinWord, check::WITHINS);
word!(VersionWord, check::VERSIONS);
word!(KindWord, check::KINDS);
word!(NeedWord, check::NEEDS);
word!(ActionWord, check::ACTIONS.map(|word| (word, ())));
word!(pub(crate) SeverityWord, words::SEVERITIES);
word!(ApplicabilityWord, words::APPLICABILITIES);
word!(TypeWord, words::TYPES);
word!(EncodingWord, words::ENCODINGS);
word!(
    CheckWord,
    Kind::NAMES
        .iter()
        .map(|name| (*name, ()))
        .collect::<Vec<_>>()
);

/// A list of texts, or one text.
pub(crate) struct Texts;

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Texts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

/// A rule pack of conferry: what it knows about a product or about .NET configuration.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    rename_all = "kebab-case",
    title = "conferry rule pack"
)]
struct Pack {
    /// What the pack is.
    pack: Option<Head>,
    /// What `source` in rows refers to: a short name and a citation.
    sources: Option<BTreeMap<String, Source>>,
    /// Attributes that may identify an element which no row speaks of.
    discovery: Option<Discovery>,
    /// What tells elements from their siblings.
    identity: Option<Vec<Identity>>,
    /// Elements whose children mean something else in another order.
    order: Option<Vec<Order>>,
    /// Names that point at entries elsewhere in the file.
    reference: Option<Vec<Reference>>,
    /// Sections that need no declaration in the file that uses them.
    section_group: Option<Vec<SectionGroup>>,
    /// What must not be shown.
    secret: Option<Vec<Secret>>,
    /// Parts of the product with files of their own.
    component: Option<Vec<Component>>,
    /// How files of the old and of the new version are told apart.
    generation: Option<Vec<Generation>>,
    /// Virtual directories that the upgrade renames.
    virtual_directory: Option<Vec<VirtualDirectory>>,
    /// What a change of names leaves alone.
    rewrite: Option<Guards>,
    /// Documented values and their defaults.
    setting: Option<Vec<Setting>>,
    /// Merge policies; a later one wins.
    merge: Option<Vec<Merge>>,
    /// What a variable in a location may stand for, below the system drive.
    spellings: Option<BTreeMap<String, Texts>>,
    /// Where components may be.
    location: Option<Vec<Location>>,
    /// Which files below the folder of a component matter.
    file: Option<Vec<File>>,
    /// Values that lint rules speak of.
    fact: Option<Vec<Fact>>,
    /// Services that lint rules speak of.
    service: Option<Vec<Service>>,
    /// Lint rules.
    lint: Option<Vec<Lint>>,
}

/// What the pack is.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Head {
    /// Id of the pack: a-z, 0-9 and -. Without it, the name of the file.
    id: Option<String>,
    /// One line for people.
    title: Option<String>,
    /// Version of the pack.
    version: Option<String>,
    /// What the pack is for.
    summary: Option<String>,
}

/// A citation.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Source {
    /// The citation.
    Citation(String),
    /// The citation and where it can be read.
    Linked(LinkedSource),
}

/// A citation that can be read on the web.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LinkedSource {
    /// The citation.
    cite: String,
    /// Its https address.
    url: String,
}

/// Attributes that may identify an element which no row speaks of.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Discovery {
    /// Names of attributes, best first.
    attributes: Option<Texts>,
}

/// What a change of names leaves alone.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Guards {
    /// Hosts: `www.example.com`, `*.example.com`.
    never_hosts: Option<Texts>,
    /// Segments of paths below which names stay.
    never_below: Option<Texts>,
    /// Files that stay.
    never_files: Option<Texts>,
}

/// Declares a row with what every row may say about itself.
macro_rules! row {
    ($(#[$meta:meta])* $name:ident { $($(#[$field:meta])* $key:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields, rename_all = "kebab-case")]
        struct $name {
            $($(#[$field])* $key: $type,)*
            /// Why it is so.
            why: Option<String>,
            /// Names under [sources].
            source: Option<Texts>,
            /// Whether a public text says so, or it was concluded.
            mark: Option<MarkWord>,
        }
    };
}

row! {
    /// What tells an element from its siblings.
    Identity {
        /// Id: a-z, 0-9 and -.
        id: Option<String>,
        /// One line for people.
        summary: Option<String>,
        /// Local names of the element and its nearest ancestors: `appSettings/add`.
        element: Texts,
        /// `@key` or `child/@name`; [] means that the name alone identifies.
        by: Texts,
        /// What tells those apart that agree in `by`; `@name=default` says what a missing one means.
        then_by: Option<Texts>,
        /// Whether case is ignored.
        ignore_case: Option<bool>,
        /// How values compare, where it is not by case alone.
        compare: Option<CompareWord>,
        /// What several elements with one identity mean.
        duplicates: Option<DuplicatesWord>,
        /// Whether there can be one under its parent only; with by = [].
        once: Option<bool>,
        /// For a `remove`: the local name of the entries that it takes out.
        removes: Option<String>,
        /// Whether the element with all it holds is one setting.
        entry: Option<bool>,
        /// An attribute besides the identity whose value no other one under its parent may have.
        unique: Option<String>,
    }
}

row! {
    /// A name that points at an entry elsewhere in the file.
    Reference {
        /// Id: a-z, 0-9 and -.
        id: Option<String>,
        /// One line for people.
        summary: Option<String>,
        /// Elements and attribute that hold a name: `membership/@defaultProvider`, `@connectionStringName`.
        from: Texts,
        /// The entries and their attribute: `membership/providers/add/@name`; `{@x}` is the value of `x` beside the name.
        to: String,
        /// Where the entries stand.
        within: Option<WithinWord>,
        /// Whether case is ignored.
        ignore_case: Option<bool>,
        /// Whether it holds several names with commas between.
        list: Option<bool>,
        /// How names are written within values: `${*}`; a name ends at a brace or a colon.
        form: Option<String>,
        /// An attribute beside it with which it names nothing.
        unless: Option<String>,
        /// Names that machine.config or IIS brings.
        inherited: Option<Texts>,
    }
}

row! {
    /// Sections that need no declaration in the file that uses them.
    SectionGroup {
        /// Id: a-z, 0-9 and -.
        id: Option<String>,
        /// One line for people.
        summary: Option<String>,
        /// `configuration`, or the path of a group below it: `system.web/caching`.
        path: String,
        /// Names of the sections and groups in it.
        members: Texts,
    }
}

row! {
    /// An element whose children mean something else in another order.
    Order {
        /// Id: a-z, 0-9 and -.
        id: Option<String>,
        /// One line for people.
        summary: Option<String>,
        /// Local names of the element and its nearest ancestors.
        element: String,
    }
}

row! {
    /// What must not be shown.
    Secret {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// One line for people.
        summary: Option<String>,
        /// Selectors of secret values.
        select: Option<Texts>,
        /// Names of attributes and elements; `*` at an end stands for anything.
        names: Option<Texts>,
        /// Words in the key or name of an entry whose value is secret.
        keys: Option<Texts>,
        /// Regular expressions with one group: the secret within a value.
        parts: Option<Texts>,
        /// Words beside which `parts` are looked for.
        beside: Option<Texts>,
        /// Words that make a comment or an unreadable line secret.
        words: Option<Texts>,
        /// Names that are no secrets although a list has them; only with --allow-unmasking.
        except: Option<Texts>,
    }
}

row! {
    /// A part of the product with a file of its own.
    Component {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// One line for people.
        title: Option<String>,
        /// Selectors: the file is this component's if any finds something.
        recognised_by: Texts,
    }
}

row! {
    /// How files of one side of the upgrade are told from those of the other.
    Generation {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// One line for people.
        summary: Option<String>,
        /// Id of the component that it is about.
        component: Option<String>,
        /// The side of the upgrade.
        version: VersionWord,
        /// Selectors: the file is of this side if any finds something, and no row of the other side does.
        recognised_by: Texts,
    }
}

row! {
    /// A value that a product reads, wherever it stands.
    Fact {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// What people call it.
        summary: String,
        /// Ids of the components that have it; all files may without it.
        component: Option<Texts>,
        /// Selectors of the value; the first that leads somewhere counts.
        select: Option<Texts>,
        /// The service whose URL it is.
        url_of: Option<String>,
        /// What it is where nothing says it.
        default: Option<String>,
        /// Whether case and white space around it tell values apart.
        exact: Option<bool>,
    }
}

row! {
    /// A service that a product calls by a URL.
    Service {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// What people call it.
        title: String,
        /// Id of the component that answers, whose virtual directories the URL names.
        component: Option<String>,
        /// The file at the end of its URL.
        endpoint: String,
        /// Selectors of its URL.
        urls: Option<Texts>,
        /// Selectors of any URLs: those that end in the endpoint are its own.
        any_urls: Option<Texts>,
        /// Hosts, with a port or without, of URLs that were never set.
        placeholders: Option<Texts>,
        /// Hosts that only documentation has.
        sample_hosts: Option<Texts>,
        /// Segments that only documentation has.
        sample_segments: Option<Texts>,
        /// Who calls it, and when; the first item that fits a file counts.
        used_by: Option<Users>,
    }
}

/// Who calls a service: one, or a list.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Users {
    /// One.
    One(User),
    /// Several.
    Many(Vec<User>),
}

/// Files that may call a service.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct User {
    /// Id of the component whose files these are; all others without it.
    component: Option<String>,
    /// Id of the fact that says so; they always do without it.
    flag: Option<String>,
    /// That they do, in words.
    says: Option<String>,
}

row! {
    /// A virtual directory that the upgrade renames.
    VirtualDirectory {
        /// Id: a-z, 0-9 and -.
        id: Option<String>,
        /// One line for people.
        summary: Option<String>,
        /// Id of the component that it serves.
        component: String,
        /// Its name before the upgrade.
        old: String,
        /// Its name after it.
        new: String,
    }
}

row! {
    /// A documented value.
    Setting {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// What it means.
        meaning: Option<String>,
        /// Id of the component that it belongs to.
        component: Option<String>,
        /// Selector that ends in `/@name` or `/text()`.
        path: String,
        /// Values that mean "never changed".
        defaults: Texts,
    }
}

row! {
    /// A merge policy.
    Merge {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// One line for people.
        summary: Option<String>,
        /// Id of the component that it is for.
        component: Option<String>,
        /// Selector of what it covers: a value, or an element with all it holds.
        path: String,
        /// What it does.
        action: ActionWord,
        /// The value that `set` puts.
        value: Option<String>,
        /// The key or name that `rename` gives.
        to: Option<String>,
        /// The regular expression that `rewrite` looks for.
        pattern: Option<String>,
        /// What `rewrite` puts; `$1` is the first group.
        replacement: Option<String>,
        /// When it applies.
        when: Option<WhenWord>,
    }
}

row! {
    /// Where a component may be.
    Location {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// One line for people.
        summary: Option<String>,
        /// Id of the component.
        component: String,
        /// Folders: `%SystemDrive%\inetpub\wwwroot\*`.
        folders: Option<Texts>,
        /// Values in the registry: the full key and the name.
        registry: Option<Texts>,
    }
}

row! {
    /// Files of a component.
    File {
        /// Id: a-z, 0-9 and -.
        id: String,
        /// One line for people.
        summary: Option<String>,
        /// Id of the component.
        component: String,
        /// Globs below the folder of the component.
        path: Texts,
        /// What kind of file it is.
        kind: KindWord,
        /// How much it is needed.
        need: Option<NeedWord>,
    }
}

/// A lint rule: `select`, `message` and perhaps `when`; or `native`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["select", "message"] }, { "required": ["native"] }]))]
struct Lint {
    /// Two to eight capital letters and three or four digits.
    #[schemars(regex(pattern = "^[A-Z]{2,8}[0-9]{3,4}$"))]
    id: String,
    /// Its name in words: a-z, 0-9 and -.
    name: String,
    /// How bad a finding is.
    severity: SeverityWord,
    /// What is wrong, one line without a full stop.
    summary: String,
    /// Why that matters, one sentence or two.
    why: String,
    /// What to do, as an order.
    advice: String,
    /// Names under [sources].
    source: Texts,
    /// Whether a public text says so, or it was concluded.
    mark: Option<MarkWord>,
    /// Ids of the components whose files it looks at; all files without it.
    component: Option<Texts>,
    /// Whether it looks at XDT transforms as well.
    transforms: Option<bool>,
    /// Selectors of the elements or values to look at.
    select: Option<Texts>,
    /// What must hold for a finding.
    when: Option<Condition>,
    /// What a finding says: `{value}`, `{element}`, `{@name}`, `{url.host}` are filled in; with `check`
    /// what the check names, and a table where it tells cases apart.
    message: Option<Message>,
    /// A check that is part of the program.
    check: Option<CheckWord>,
    /// The parameters of the check.
    with: Option<BTreeMap<String, Value>>,
    /// The change that cures a finding.
    fix: Option<Fix>,
    /// Files without a finding of this rule.
    valid: Option<Examples>,
    /// Files with at least one.
    invalid: Option<Examples>,
}

/// One message, or one for each case.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Message {
    /// The message.
    One(String),
    /// By case; `otherwise` is for those that have none.
    ByCase(BTreeMap<String, String>),
}

/// What must hold; all keys must.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Condition {
    /// The value that the tests are about, if not the selected one: a path.
    of: Option<String>,
    /// The fact whose value the tests are about.
    fact: Option<String>,
    /// Services that the file certainly uses.
    uses: Option<Texts>,
    /// Services that the file certainly does not use.
    avoids: Option<Texts>,
    /// The value is the one of this fact.
    same_as_fact: Option<String>,
    /// The value is another one than that of this fact.
    differs_from_fact: Option<String>,
    /// The value is this.
    equals: Option<String>,
    /// The value is one of these.
    one_of: Option<Texts>,
    /// `equals` and `one-of` ignore case.
    ignore_case: Option<bool>,
    /// The regular expression is found in the value.
    matches: Option<String>,
    /// The value is of this type.
    is: Option<TypeWord>,
    /// The value is empty, or is not.
    empty: Option<bool>,
    /// The value is the one that the path leads to.
    same_as: Option<String>,
    /// The value is another one than that which the path leads to.
    differs_from: Option<String>,
    /// The value is a URL whose parts meet these conditions.
    url: Option<UrlParts>,
    /// Paths that lead somewhere.
    exists: Option<Texts>,
    /// Paths that lead nowhere.
    missing: Option<Texts>,
    /// How many elements a path leads to.
    count: Option<OneOrMany<Count>>,
    /// One of these holds.
    any: Option<OneOrMany<Condition>>,
    /// All of these hold.
    all: Option<OneOrMany<Condition>>,
    /// This does not hold.
    not: Option<Box<Condition>>,
}

/// Conditions for parts of a URL. A part that is not there meets no test.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct UrlParts {
    /// `https`, in lower case.
    scheme: Option<Box<Condition>>,
    /// `mfa.example.com`, in lower case.
    host: Option<Box<Condition>>,
    /// `8443`.
    port: Option<Box<Condition>>,
    /// `/Folder/page.asmx`.
    path: Option<Box<Condition>>,
    /// What follows `?`.
    query: Option<Box<Condition>>,
    /// What stands before `@`.
    user: Option<Box<Condition>>,
}

/// How many elements a path leads to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Count {
    /// The path.
    of: String,
    /// How many at least.
    at_least: Option<usize>,
    /// How many at most.
    at_most: Option<usize>,
}

/// The change that cures a finding; for a native check `title` and `applicability` only.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
struct Fix {
    /// What it does, as an order.
    title: String,
    /// Whether it may be applied unseen.
    applicability: ApplicabilityWord,
    /// Gives the selected value this text.
    set: Option<String>,
    /// The regular expression whose matches in the selected value are replaced.
    replace: Option<String>,
    /// What takes their place; `$1` is the first group.
    with: Option<String>,
    /// The attribute of the selected element that gets the value `to`.
    set_attribute: Option<String>,
    /// Its value.
    to: Option<String>,
    /// Takes the selected attribute, text or element away.
    remove: Option<bool>,
}

/// A list, or one of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMany<T> {
    /// One.
    One(Box<T>),
    /// A list.
    Many(Vec<T>),
}

/// A list of examples, or one.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Examples {
    /// The text of a web.config.
    Text(String),
    /// One example.
    One(Box<Example>),
    /// A list.
    Many(Vec<ExampleOrText>),
}

/// An example.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum ExampleOrText {
    /// The text of a web.config.
    Text(String),
    /// With more to say.
    Example(Example),
}

/// An example.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Example {
    /// The text of the file.
    text: Option<String>,
    /// Its path; web.config without it.
    path: Option<String>,
    /// Several files: path = text.
    files: Option<BTreeMap<String, String>>,
    /// How the files are encoded.
    encoding: Option<EncodingWord>,
    /// The first file when all fixes of the rule are applied.
    fixed: Option<String>,
}
