//! From what users write to what runs.
//!
//! A [`Builder`] takes one pack after the other. Within one pack an id stands
//! once; a row whose id an earlier pack has too takes that row's place. All
//! problems of a pack are collected.

use std::collections::HashMap;

use regex::Regex;
use toml::Spanned;

use super::check::{self, Checker};
use super::file::{
    About, ComponentRow, Guards, IdentityRow, MergeRow, OrderRow, PackFile, SecretRow, SettingRow,
    VirtualDirectoryRow,
};
use super::problem::{PackProblem, did_you_mean};
use super::row::span;
use super::rules::{
    Action, Component, KnownSetting, Mark, PackInfo, Policy, Provenance, Rules, SecretRule,
    VirtualDirectory, When,
};
use crate::config::identity::{ElementPath, IdentityRule, KeyPath};
use crate::xml::address::Leaf;

/// What becomes of the regular expressions of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A pack of our own: tests compile its patterns, so that no start pays for that.
    BuiltIn,
    /// A pack of somebody else's: everything is checked.
    Checked,
}

/// Puts packs together.
#[derive(Debug, Default)]
pub struct Builder {
    rules: Rules,
    identities: Vec<IdentityRule>,
    ordered: Vec<ElementPath>,
    secrets: Vec<SecretRule>,
    discovery: Vec<String>,
    /// Table and position of every row.
    places: HashMap<String, (&'static str, usize)>,
}

impl Builder {
    /// Adds the pack in `text`; `name` is its id where it does not say one.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn add(&mut self, text: &str, name: &str, trust: Trust) -> Result<(), Vec<PackProblem>> {
        let mut problems = Vec::new();
        let file = PackFile::read(text, &mut problems);
        let mut pack = self.start(&file, name, trust, text, &mut problems);
        for row in &file.components {
            pack.component(row);
        }
        for row in &file.identities {
            pack.identity(row);
        }
        for row in &file.orders {
            pack.order(row);
        }
        for row in &file.secrets {
            pack.secret(row);
        }
        for row in &file.virtual_directories {
            pack.virtual_directory(row);
        }
        for row in &file.settings {
            pack.setting(row);
        }
        for row in &file.merges {
            pack.merge(row);
        }
        pack.guards(&file.guards);
        for attribute in &file.discovery {
            pack.discovery(attribute);
        }
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
        for rule in self.identities {
            rules.identities.add(rule);
        }
        for container in self.ordered {
            rules.identities.add_ordered(container);
        }
        rules.identities.set_discovery(self.discovery);
        for secret in self.secrets {
            secret.add_to(&mut rules.secrets);
        }
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
        let mut checker = Checker { text, problems };
        let head = &file.head;
        if let Some(id) = &head.id {
            checker.id(id);
        }
        let said = |text: &Option<Spanned<String>>, default: &str| {
            text.as_ref()
                .map_or_else(|| default.to_owned(), |text| text.get_ref().clone())
        };
        let id = said(&head.id, name);
        let info = PackInfo {
            title: said(&head.title, &id),
            version: said(&head.version, ""),
            id: id.clone(),
        };
        match self.rules.packs.iter_mut().find(|pack| pack.id == id) {
            Some(known) => *known = info,
            None => self.rules.packs.push(info),
        }
        for (source, citation) in &file.sources {
            self.rules
                .sources
                .insert(source.get_ref().clone(), citation.clone());
        }
        Pack {
            // Rows may speak of components that only a later row of the same pack defines.
            components: file
                .components
                .iter()
                .filter_map(|row| Some(row.about.id.as_ref()?.get_ref().clone()))
                .chain(
                    self.rules
                        .components
                        .iter()
                        .map(|c| c.provenance.id.clone()),
                )
                .collect(),
            id,
            trust,
            builder: self,
            checker,
            lines: HashMap::new(),
        }
    }
}

/// The pack that is being added.
struct Pack<'b> {
    id: String,
    trust: Trust,
    builder: &'b mut Builder,
    checker: Checker<'b>,
    components: Vec<String>,
    /// Line of every id so far.
    lines: HashMap<String, usize>,
}

impl Pack<'_> {
    /// Checks what a row says about itself; `table` and `subject` make the id and the
    /// summary of a row that has none.
    fn about(&mut self, about: &About, table: &'static str, subject: &str) -> Provenance {
        let (id, at) = match &about.id {
            Some(id) => {
                self.checker.id(id);
                (id.get_ref().clone(), span(id.span()))
            }
            None => (format!("{table} {subject}"), about.at),
        };
        let name = match &about.id {
            Some(_) => format!("`{id}`"),
            None => format!("[[{table}]] for `{subject}`"),
        };
        let line = PackProblem::new("", at).place(self.checker.text).line;
        if let Some(first) = self.lines.insert(id.clone(), line) {
            let problem = PackProblem::new(format!("{name} stands twice in this pack"), at);
            self.checker
                .push(problem.help(format!("the other one is in line {first}")));
        } else if let Some((other, _)) = self.builder.places.get(&id)
            && *other != table
        {
            let message = format!("`{id}` is a row of [[{other}]]; [[{table}]] cannot replace it");
            self.checker.push(PackProblem::new(message, at));
        }
        let source: Vec<&str> = about
            .source
            .iter()
            .map(|source| {
                self.check_source(source);
                source.get_ref().as_str()
            })
            .collect();
        let text = |text: &Option<Spanned<String>>| {
            text.as_ref().map(|text| text.get_ref().trim().to_owned())
        };
        Provenance {
            summary: text(&about.summary).unwrap_or_else(|| subject.to_owned()),
            why: text(&about.why).unwrap_or_default(),
            source: source.join(", "),
            mark: self
                .checker
                .word(&about.mark, "mark", &check::MARKS)
                .unwrap_or(Mark::Inferred),
            pack: self.id.clone(),
            id,
        }
    }

    fn check_source(&mut self, source: &Spanned<String>) {
        let known = &self.builder.rules.sources;
        if known.contains_key(source.get_ref()) {
            return;
        }
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let help = super::problem::nearest(source.get_ref(), names).map_or_else(
            || "name it under [sources]".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        let message = format!("unknown source `{}`", source.get_ref());
        self.checker
            .push(PackProblem::new(message, span(source.span())).help(help));
    }

    fn known_component(&mut self, component: &Option<Spanned<String>>) -> Option<String> {
        let component = component.as_ref()?;
        let name = component.get_ref();
        if !self.components.contains(name) {
            let known: Vec<&str> = self.components.iter().map(String::as_str).collect();
            let message = format!("unknown component `{name}`");
            self.checker.push(
                PackProblem::new(message, span(component.span())).help(did_you_mean(name, &known)),
            );
        }
        Some(name.clone())
    }

    fn component(&mut self, row: &ComponentRow) {
        let mut provenance = self.about(&row.about, "component", "component");
        let selectors = &row.recognised_by;
        if selectors.is_empty() && row.about.id.is_some() {
            self.checker.push(PackProblem::new(
                "`recognised-by` must not be empty",
                row.about.at,
            ));
        }
        let recognised_by = selectors
            .iter()
            .filter_map(|selector| self.checker.selector(selector))
            .collect();
        // Rows of the first pack without a component of their own go on to apply to it.
        let rows = &self.builder.rules.components;
        if let Some(known) = rows.iter().find(|c| c.provenance.id == provenance.id) {
            provenance.pack.clone_from(&known.provenance.pack);
        }
        let id = provenance.id.clone();
        let component = Component {
            provenance,
            recognised_by,
        };
        let rows = &mut self.builder.rules.components;
        keep(rows, &mut self.builder.places, id, "component", component);
    }

    fn identity(&mut self, row: &IdentityRow) {
        let Some(element) = &row.element else { return };
        let provenance = self.about(&row.about, "identity", element.get_ref());
        let last_wins = self
            .checker
            .word(&row.duplicates, "duplicates", &check::DUPLICATES);
        let mut keys = |texts: &[Spanned<String>]| -> Vec<KeyPath> {
            texts
                .iter()
                .filter_map(|text| self.checker.key_path(text))
                .collect()
        };
        let (by, then_by) = (keys(&row.by), keys(&row.then_by));
        if let Some(element) = self.checker.element_path(element) {
            let rule = IdentityRule {
                element,
                by,
                then_by,
                ignore_case: row.ignore_case,
                last_wins: last_wins.unwrap_or(false),
                entry: row.entry,
            };
            let builder = &mut *self.builder;
            let rows = &mut builder.identities;
            keep(rows, &mut builder.places, provenance.id, "identity", rule);
        }
    }

    fn order(&mut self, row: &OrderRow) {
        let Some(element) = &row.element else { return };
        let id = self.about(&row.about, "order", element.get_ref()).id;
        if let Some(path) = self.checker.element_path(element) {
            let builder = &mut *self.builder;
            keep(&mut builder.ordered, &mut builder.places, id, "order", path);
        }
    }

    fn secret(&mut self, row: &SecretRow) {
        let id = self.about(&row.about, "secret", "secret").id;
        for words in [&row.names, &row.keys, &row.words] {
            for word in words {
                self.checker.secret_word(word);
            }
        }
        if self.trust == Trust::Checked {
            for part in &row.parts {
                self.checker.part(part);
            }
        }
        let lists = [&row.select, &row.names, &row.keys, &row.parts, &row.words];
        if lists.iter().all(|list| list.is_empty()) {
            self.checker.push(
                PackProblem::new("the row names no secret", row.about.at)
                    .help("give one of: select, names, keys, parts, words"),
            );
        }
        let texts = |list: &[Spanned<String>]| -> Vec<String> {
            list.iter().map(|text| text.get_ref().clone()).collect()
        };
        let rule = SecretRule {
            selectors: row
                .select
                .iter()
                .filter_map(|selector| self.checker.selector(selector))
                .collect(),
            names: texts(&row.names),
            keys: texts(&row.keys),
            parts: texts(&row.parts),
            words: texts(&row.words),
        };
        let builder = &mut *self.builder;
        keep(
            &mut builder.secrets,
            &mut builder.places,
            id,
            "secret",
            rule,
        );
    }

    fn virtual_directory(&mut self, row: &VirtualDirectoryRow) {
        let component = self.known_component(&row.component).unwrap_or_default();
        let (Some(old), Some(new)) = (&row.old, &row.new) else {
            return;
        };
        self.checker.segment(old, "a name of one virtual directory");
        self.checker.segment(new, "a name of one virtual directory");
        let (old, new) = (old.get_ref().clone(), new.get_ref().clone());
        let mut provenance = self.about(&row.about, "virtual-directory", &old);
        if row.about.summary.is_none() {
            provenance.summary = format!("`{old}` is now called `{new}`");
        }
        let id = provenance.id.clone();
        let directory = VirtualDirectory {
            provenance,
            component,
            old,
            new,
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.virtual_directories;
        keep(
            rows,
            &mut builder.places,
            id,
            "virtual-directory",
            directory,
        );
    }

    fn setting(&mut self, row: &SettingRow) {
        let component = self.known_component(&row.component);
        let Some(path) = &row.path else { return };
        let provenance = self.about(&row.about, "setting", path.get_ref());
        let Some(selector) = self.checker.selector(path) else {
            return;
        };
        if *selector.leaf() == Leaf::Element {
            self.checker.push(
                PackProblem::new("the path of a setting must name a value", span(path.span()))
                    .help("end it in `/@name` or `/text()`"),
            );
        }
        let id = provenance.id.clone();
        let setting = KnownSetting {
            provenance,
            component,
            selector,
            defaults: row
                .defaults
                .iter()
                .map(|value| value.get_ref().clone())
                .collect(),
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.settings;
        keep(rows, &mut builder.places, id, "setting", setting);
    }

    fn merge(&mut self, row: &MergeRow) {
        let component = self.known_component(&row.component);
        let when = self.checker.word(&row.when, "when", &check::WHENS);
        let action = self.action(row);
        let Some(path) = &row.path else { return };
        let provenance = self.about(&row.about, "merge", path.get_ref());
        let (Some(selector), Some(action)) = (self.checker.selector(path), action) else {
            return;
        };
        if matches!(action, Action::Set(_)) && *selector.leaf() == Leaf::Element {
            self.checker.push(
                PackProblem::new("`set` needs the path of a value", span(path.span()))
                    .help("end it in `/@name` or `/text()`"),
            );
        }
        let id = provenance.id.clone();
        let policy = Policy {
            provenance,
            component,
            selector,
            action,
            when: when.unwrap_or(When::Always),
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.policies;
        keep(rows, &mut builder.places, id, "merge", policy);
    }

    /// The action of a row, with exactly the arguments that it takes.
    fn action(&mut self, row: &MergeRow) -> Option<Action> {
        let word = row.action.as_ref()?;
        let name = word.get_ref().as_str();
        let wanted: &[&str] = match name {
            "set" => &["value"],
            "rename" => &["to"],
            "rewrite" => &["pattern", "replacement"],
            _ => &[],
        };
        if !check::ACTIONS.contains(&name) {
            self.checker.unknown_word(word, "action", &check::ACTIONS);
            return None;
        }
        let mut complete = true;
        for (key, given) in [
            ("value", &row.value),
            ("to", &row.to),
            ("pattern", &row.pattern),
            ("replacement", &row.replacement),
        ] {
            let is_wanted = wanted.contains(&key);
            match given {
                Some(given) if !is_wanted => self.checker.push(PackProblem::new(
                    format!("action `{name}` takes no `{key}`"),
                    span(given.span()),
                )),
                None if is_wanted => {
                    complete = false;
                    let message = format!("action `{name}` needs `{key}`");
                    self.checker
                        .push(PackProblem::new(message, span(word.span())));
                }
                _ => {}
            }
        }
        let text = |value: &Option<Spanned<String>>| value.as_ref().map(|v| v.get_ref().clone());
        let action = match name {
            "take-old" => Action::TakeOld,
            "take-new" => Action::TakeNew,
            "take-base" => Action::TakeBase,
            "drop" => Action::Drop,
            "set" => Action::Set(text(&row.value)?),
            "rename" => Action::Rename(text(&row.to)?),
            "rewrite" => {
                let pattern: Regex = self.checker.regex(row.pattern.as_ref()?)?;
                Action::Rewrite {
                    pattern,
                    replacement: text(&row.replacement)?,
                }
            }
            "require" => Action::Require,
            "conflict" => Action::Conflict,
            _ => Action::HigherVersion,
        };
        complete.then_some(action)
    }

    fn guards(&mut self, row: &Guards) {
        for host in &row.never_hosts {
            self.checker.host(host);
        }
        for name in row.never_below.iter().chain(&row.never_files) {
            self.checker.segment(name, "one name, not a path");
        }
        let guards = &mut self.builder.rules.guards;
        add_new(&mut guards.never_hosts, &row.never_hosts);
        add_new(&mut guards.never_below, &row.never_below);
        add_new(&mut guards.never_files, &row.never_files);
    }

    fn discovery(&mut self, attribute: &Spanned<String>) {
        self.checker.attribute(attribute);
        add_new(&mut self.builder.discovery, std::slice::from_ref(attribute));
    }
}

fn add_new(list: &mut Vec<String>, texts: &[Spanned<String>]) {
    for text in texts {
        if !list.contains(text.get_ref()) {
            list.push(text.get_ref().clone());
        }
    }
}

/// Adds a row, in the place of the one with this id if there is one.
fn keep<T>(
    rows: &mut Vec<T>,
    places: &mut HashMap<String, (&'static str, usize)>,
    id: String,
    table: &'static str,
    row: T,
) {
    match places.get(&id) {
        Some((known, at)) if *known == table => rows[*at] = row,
        _ => {
            places.insert(id, (table, rows.len()));
            rows.push(row);
        }
    }
}
