//! `upgrade.json`: what an upgrade read, decided and wrote. `verify-deployed` reads it back.
//!
//! Promises: the accounts add up; no secret is in it, and of no single value there is a hash, from which a
//! short one could be guessed; apart from `run` it follows from the input.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::io::windows_path::check_relative;
use crate::snapshot::manifest::PackEntry;

/// Version of the format. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;
/// Its name in the folder that an upgrade writes.
pub const RECORD: &str = "upgrade.json";

/// Declares a struct of the record.
macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            $(#[$doc])*
            pub struct $name {
                $($(#[$field_doc])* pub $field: $type,)*
            }
        )*
    };
}

entries! {
    /// What `conferry upgrade` read, decided and wrote.
    #[schemars(title = "conferry upgrade")]
    Record {
        /// Version of this format: 1. Fields may be added without a new one.
        schema: u32,
        /// Always `upgrade`.
        command: String,
        /// The version of conferry.
        tool: String,
        /// The rule packs, in the order they were loaded.
        packs: Vec<PackEntry>,
        /// Rule files that were given.
        rules: Vec<Source>,
        /// The version that is installed, if it was said.
        to_version: Option<String>,
        /// Virtual directories that get another name.
        virtual_directories: Vec<Renamed>,
        /// What came of it.
        verdict: Verdict,
        /// How the settings of all old files ended.
        account: Account,
        /// What was read.
        inputs: Vec<Input>,
        /// What happens on each server.
        servers: Vec<Server>,
        /// What keeps the upgrade from being whole.
        blocking: Vec<Blocking>,
        /// What could not be done at all.
        failures: Vec<Failed>,
        /// What only a person can try afterwards.
        probes: Vec<Probe>,
        /// The reports and rule files that were written.
        reports: Vec<Written>,
        /// The run that made it.
        run: RunEntry,
    }

    /// A file that was read.
    Source {
        /// `old`, `base`, `new` or `rules`.
        role: String,
        /// The file, as the user named it.
        file: String,
        /// SHA-256 of its bytes.
        sha256: String,
    }

    /// A virtual directory that gets another name.
    Renamed {
        /// Its name before.
        old: String,
        /// Its name after.
        new: String,
    }

    /// What came of it.
    Verdict {
        /// `ready`, `blocked` or `failed`.
        state: String,
        /// How many things block.
        blocking: usize,
        /// How many conflicts are left, which are among them.
        conflicts: usize,
        /// How many decisions rest on a documented default instead of a base file.
        assumed: usize,
        /// How many findings lint has about results that it did not have about the old files.
        new_findings: usize,
        /// How many files are to be deployed.
        files: usize,
    }

    /// How settings ended; the others add up to `settings`.
    Account {
        /// Settings in the old file.
        settings: usize,
        /// Carried as they were.
        carried: usize,
        /// The new file has the same.
        already_equal: usize,
        /// Carried with another virtual directory, or by a rule.
        rewritten: usize,
        /// Not carried, by a rule or a principle.
        dropped: usize,
        /// In conflict.
        conflict: usize,
    }

    /// A snapshot or a folder that was read.
    Input {
        /// `old`, `base` or `new`.
        role: String,
        /// The name of the server, or of the folder.
        name: String,
        /// The path as it was given.
        path: String,
        /// `snapshot`, `drive` or `folder`.
        form: String,
        /// SHA-256 of the manifest of a snapshot.
        sha256: Option<String>,
        /// What to know about it.
        notes: Vec<String>,
    }

    /// What happens on a server.
    Server {
        /// Its name.
        name: String,
        /// Its components.
        components: Vec<Component>,
        /// Files of no component that change, since they call the product.
        others: Vec<File>,
        /// Files of no component that could not be looked into, and why.
        left: Vec<Left>,
    }

    /// A component in one place.
    Component {
        /// Its id in the rule pack.
        id: String,
        /// Its name for people.
        title: String,
        /// `merged`, `stays`, `removed`, `blocked` or `failed`.
        state: String,
        /// Its folder before, as Windows shows it, else as it was given.
        from: String,
        /// Its folder on the new installation, as Windows shows it.
        to: Option<String>,
        /// The web site, where IIS says so.
        site: Option<String>,
        /// The path of its virtual directory before, where IIS says so.
        virtual_directory: Option<String>,
        /// How the settings of its configuration ended.
        account: Account,
        /// What lint says before and after.
        lint: Option<Lint>,
        /// Where people have to decide; secrets masked.
        conflicts: Vec<String>,
        /// How many decisions rest on a documented default.
        assumed: usize,
        /// What to deploy.
        files: Vec<File>,
        /// Files that are not carried, and why.
        left: Vec<Left>,
        /// What may make the whole merge a wrong one.
        warnings: Vec<String>,
        /// Things to know.
        notes: Vec<String>,
        /// What nobody looked into.
        not_looked_at: Vec<String>,
    }

    /// What lint says of a configuration.
    Lint {
        /// Of the administrator's.
        old: Counts,
        /// Of the result.
        result: Counts,
        /// What only the result has, in words; secrets masked.
        new: Vec<String>,
    }

    /// How many findings of each severity.
    Counts {
        /// Errors.
        errors: usize,
        /// Warnings.
        warnings: usize,
        /// Notes.
        notes: usize,
    }

    /// A file to deploy.
    File {
        /// Where it is in the folder of this upgrade, with `/`.
        path: String,
        /// Where it goes on the server, as Windows shows it; absent where nobody knows.
        target: Option<String>,
        /// `merged`, `carried` or `rewritten`.
        kind: String,
        /// `configuration`, `sidecar`, `theme`, `page`, or `other`.
        role: String,
        /// Bytes.
        size: u64,
        /// SHA-256 of its bytes.
        sha256: String,
        /// How many references to virtual directories were renamed in it.
        references: usize,
        /// What it was made of.
        from: Vec<Source>,
        /// Files that it points at.
        sidecars: Vec<String>,
        /// Its encrypted sections.
        encrypted: Vec<String>,
        /// What .NET reads of it, secrets left out; only of configurations.
        settings: Vec<Setting>,
    }

    /// A setting as .NET reads it in the end.
    Setting {
        /// Its XPath.
        address: String,
        /// Its value; absent where it is a secret.
        value: Option<String>,
    }

    /// A file that is not carried.
    Left {
        /// The file, below the folder of its component.
        file: String,
        /// Why, and what to do.
        why: String,
    }

    /// Something that keeps the upgrade from being whole.
    Blocking {
        /// The server.
        server: String,
        /// The component, for people.
        component: String,
        /// `conflict`, `encrypted`, `already-new`, `not-new`, `no-counterpart`, `several`, `doubtful` or `failed`.
        kind: String,
        /// What it is.
        what: String,
        /// What to do.
        help: String,
    }

    /// Something that could not be done.
    Failed {
        /// The file, if it is about one.
        file: Option<String>,
        /// What went wrong.
        message: String,
    }

    /// Something that only a person can try.
    Probe {
        /// The server; absent where it is about all of them.
        server: Option<String>,
        /// What it is, in a few words.
        title: String,
        /// What to do, and what is then seen.
        says: Vec<String>,
    }

    /// A report or a rule file.
    Written {
        /// Where it is in the folder of this upgrade.
        path: String,
        /// SHA-256 of its bytes.
        sha256: String,
    }

    /// The run that made it.
    RunEntry {
        /// The name of the machine; `CONFERRY_HOST` overrides it.
        host: String,
        /// What tells this run from others; `CONFERRY_RUN_ID` overrides it.
        id: String,
    }
}

impl Account {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.settings += other.settings;
        self.carried += other.carried;
        self.already_equal += other.already_equal;
        self.rewritten += other.rewritten;
        self.dropped += other.dropped;
        self.conflict += other.conflict;
    }
}

/// Why a record cannot be used.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum RecordError {
    /// Not JSON of this shape.
    #[error("it is no upgrade.json of conferry: {0}")]
    Shape(String),
    /// Made by a newer conferry.
    #[error("it has format {0}, this conferry reads format {SCHEMA}")]
    Schema(u64),
    /// A path that leads elsewhere.
    #[error("the path `{0}` in it leads out of its folder")]
    Path(String),
}

impl Record {
    /// Reads `upgrade.json`.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Head {
            schema: u64,
            command: String,
        }
        let shape = |error: serde_json::Error| RecordError::Shape(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(shape)?;
        if head.command != "upgrade" {
            return Err(RecordError::Shape(format!(
                "it is of `{}`",
                head.command.escape_debug()
            )));
        }
        if head.schema != u64::from(SCHEMA) {
            return Err(RecordError::Schema(head.schema));
        }
        let record: Self = serde_json::from_slice(bytes).map_err(shape)?;
        let bad = (record.files()).find(|(_, file)| check_relative(&file.path).is_err());
        match bad {
            Some((_, file)) => Err(RecordError::Path(file.path.escape_debug().to_string())),
            None => Ok(record),
        }
    }

    /// All files to deploy, each with the name of its server.
    pub fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.servers.iter().flat_map(|server| {
            let own = server
                .components
                .iter()
                .flat_map(|component| &component.files);
            own.chain(&server.others)
                .map(|file| (server.name.as_str(), file))
        })
    }

    /// The JSON Schema of the record.
    #[must_use]
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        text.push('\n');
        text
    }
}
