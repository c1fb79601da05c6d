//! What the rows of one pack mean: each is checked on its own, so that a
//! problem in one hides none in another, and added to the [`Builder`].

use rustc_hash::FxHashMap;
use std::borrow::Cow;

use toml::Spanned;

use super::rows_plan::PlanIds;
use super::validate::{Builder, Trust, add_new, keep};
use super::{action, policy_check};
use crate::config::identity::{Compare, IdentityRule, KeyPath};
use crate::pack::format::check::Checker;
use crate::pack::format::file::{
    About, ComponentRow, Guards, IdentityRow, MergeRow, OrderRow, PackFile, SecretRow, SettingRow,
    VirtualDirectoryRow,
};
use crate::pack::format::problem::{PackProblem, did_you_mean};
use crate::pack::format::row::span;
use crate::pack::rules::lint::LintRule;
use crate::pack::rules::{
    Component, ComponentId, FactId, Id, KnownSetting, Mark, PackId, Policy, Provenance, Replaced,
    RowId, SecretRule, ServiceId, VirtualDirectory, When,
};
use crate::xml::address::Leaf;
use crate::xml::{LineColumn, Span};

/// The value that a word is for, without its place.
pub(super) fn meant<T: Copy>(word: &Option<Spanned<T>>) -> Option<T> {
    word.as_ref().map(|word| *word.get_ref())
}

/// The pack that is being added.
pub(in crate::pack) struct Pack<'b> {
    pub(in crate::pack) id: PackId,
    pub(in crate::pack) trust: Trust,
    pub(in crate::pack) builder: &'b mut Builder,
    pub(in crate::pack) checker: Checker<'b>,
    /// Ids of all components that rows may name.
    pub(in crate::pack) components: Vec<ComponentId>,
    /// Ids of all facts that rows may name.
    pub(in crate::pack) facts: Vec<FactId>,
    /// Ids of all services that rows may name.
    pub(in crate::pack) services: Vec<ServiceId>,
    /// Ids that rows about a plan may name.
    pub(in crate::pack) plan: PlanIds,
    /// Where every id so far stands.
    pub(in crate::pack) ids: FxHashMap<String, Span>,
}

impl Pack<'_> {
    /// Adds all rows of `file`.
    pub(in crate::pack) fn add(&mut self, file: &PackFile) {
        for row in &file.components {
            let is_located = (file.locations.iter())
                .filter_map(|location| location.component.as_ref())
                .any(|text| {
                    row.about
                        .id
                        .as_ref()
                        .is_some_and(|id| id.get_ref() == text.get_ref())
                });
            self.component(row, is_located);
        }
        file.identities.iter().for_each(|row| self.identity(row));
        file.orders.iter().for_each(|row| self.order(row));
        file.references.iter().for_each(|row| self.reference(row));
        for row in &file.section_groups {
            self.section_group(row);
        }
        file.secrets.iter().for_each(|row| self.secret(row));
        file.generations.iter().for_each(|row| self.generation(row));
        for row in &file.virtual_directories {
            self.virtual_directory(row);
        }
        file.settings.iter().for_each(|row| self.setting(row));
        file.merges.iter().for_each(|row| self.merge(row));
        self.places(file);
        file.facts.iter().for_each(|row| self.fact(row));
        file.services.iter().for_each(|row| self.service(row));
        file.lints.iter().for_each(|row| self.lint(row));
        file.procedures.iter().for_each(|row| self.procedure(row));
        file.questions.iter().for_each(|row| self.question(row));
        file.steps.iter().for_each(|row| self.step(row));
        self.guards(&file.guards);
        file.discovery
            .attributes
            .iter()
            .for_each(|text| self.discovery(text));
    }

    /// Checks what a row says about itself; `table` and `subject` make the id and the
    /// summary of a row that has none.
    pub(in crate::pack) fn about<T>(
        &mut self,
        about: &About,
        table: &'static str,
        subject: &str,
    ) -> Provenance<T> {
        if let Some(id) = &about.id {
            self.checker.id(id);
        }
        self.about_row(about, table, subject)
    }

    /// The same for a lint rule, whose id is a code (`PF101`).
    pub(in crate::pack) fn about_lint(
        &mut self,
        about: &About,
        subject: &str,
    ) -> Provenance<LintRule> {
        if let Some(id) = &about.id {
            self.checker.code(id);
        }
        self.about_row(about, "lint", subject)
    }

    fn about_row<T>(&mut self, about: &About, table: &'static str, subject: &str) -> Provenance<T> {
        let (id, at) = match &about.id {
            Some(id) => (id.get_ref().clone(), span(id.span())),
            None => (format!("{table} {subject}"), about.at),
        };
        if let Some(other) = self.ids.insert(id.clone(), at) {
            let name = match &about.id {
                Some(_) => format!("`{id}`"),
                None => format!("[[{table}]] for `{subject}`"),
            };
            let line = LineColumn::of(self.checker.text, other.start).line;
            let problem = PackProblem::new(format!("{name} stands twice in this pack"), at);
            self.checker
                .push(problem.help(format!("the other one is in line {line}")));
        } else if let Some((other, _)) = self.builder.places.get(&id)
            && *other != table
        {
            let message = format!("`{id}` is a row of [[{other}]]; [[{table}]] cannot replace it");
            self.checker.push(PackProblem::new(message, at));
        }
        if self.trust == Trust::Checked {
            self.replaces(&id, table);
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
            mark: meant(&about.mark).unwrap_or(Mark::Inferred),
            pack: self.id.clone(),
            given: self.trust == Trust::Checked,
            id: Id::new(&id),
        }
    }

    /// Writes down that a row takes the place of one of an earlier pack, where both were given.
    fn replaces(&mut self, id: &str, table: &'static str) {
        let by = self.builder.label.clone();
        let earlier = self.builder.owners.insert(id.to_owned(), by.clone());
        let is_known = (self.builder.places.get(id)).is_some_and(|(other, _)| *other == table);
        if let Some(of) = earlier.filter(|_| is_known) {
            let id = RowId::new(id);
            self.builder.rules.replaced.push(Replaced { id, of, by });
        }
    }

    fn check_source(&mut self, source: &Spanned<String>) {
        let known = &self.builder.rules.sources;
        if known.contains_key(source.get_ref()) {
            return;
        }
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let help = crate::pack::format::problem::nearest(source.get_ref(), names).map_or_else(
            || "name it under [sources]".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        let message = format!("unknown source `{}`", source.get_ref());
        self.checker
            .push(PackProblem::new(message, span(source.span())).help(help));
    }

    pub(in crate::pack) fn known_component(
        &mut self,
        component: &Option<Spanned<String>>,
    ) -> Option<ComponentId> {
        let component = component.as_ref()?;
        let name = component.get_ref();
        let id = ComponentId::new(name);
        if !self.components.contains(&id) {
            let known: Vec<&str> = self.components.iter().map(ComponentId::as_str).collect();
            let message = format!("unknown component `{name}`");
            self.checker.push(
                PackProblem::new(message, span(component.span())).help(did_you_mean(name, &known)),
            );
        }
        Some(id)
    }

    /// `is_located`: a location tells where it is, so it need not have a configuration.
    fn component(&mut self, row: &ComponentRow, is_located: bool) {
        let mut provenance = self.about(&row.about, "component", "component");
        let selectors = &row.recognised_by;
        if self.trust == Trust::Checked
            && selectors.is_empty()
            && row.about.id.is_some()
            && !is_located
        {
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
        let versions = self.versions(&row.versions);
        let component = Component {
            provenance,
            recognised_by,
            versions,
            without_new: meant(&row.without_new).unwrap_or_default(),
        };
        let rows = &mut self.builder.rules.components;
        keep(rows, &mut self.builder.places, id, "component", component);
    }

    /// Notes that a row with an id is for several elements.
    pub(in crate::pack) fn one_for_its_id(
        &mut self,
        about: &About,
        elements: &[Spanned<String>],
    ) -> bool {
        let (Some(id), [_, second, ..]) = (&about.id, elements) else {
            return true;
        };
        let message = format!("`{}` cannot be the id of several elements", id.get_ref());
        self.checker.push(
            PackProblem::new(message, span(second.span()))
                .help("give each element a row of its own, or leave out the id"),
        );
        false
    }

    fn identity(&mut self, row: &IdentityRow) {
        if !self.one_for_its_id(&row.about, &row.element) {
            return;
        }
        let checker = &mut self.checker;
        let compare = match (row.ignore_case, &row.compare) {
            (true, None) => Some(Compare::IgnoreCase),
            (true, Some(word)) => {
                checker.push(
                    PackProblem::new("the row says twice how values compare", span(word.span()))
                        .help("leave out `ignore-case`"),
                );
                None
            }
            (false, word) => meant(word),
        };
        if let (true, Some(key)) = (row.once, row.by.first()) {
            let message = "where there is one only, nothing need identify it";
            checker.push(PackProblem::new(message, span(key.span())).help("write `by = []`"));
        }
        if let Some(name) = &row.removes {
            checker.element_name(name);
        }
        if let Some(name) = &row.unique {
            checker.attribute(name);
        }
        let by: Vec<KeyPath> = (row.by.iter())
            .filter_map(|text| checker.key_path(text))
            .collect();
        let then_by: Vec<KeyPath> = (row.then_by.iter())
            .filter_map(|text| checker.key_path_with_default(text))
            .collect();
        for text in &row.element {
            let id = self.about(&row.about, "identity", text.get_ref()).id;
            if let Some(element) = self.checker.element_path(text) {
                let rule = IdentityRule {
                    element,
                    by: by.clone().into(),
                    then_by: then_by.clone().into(),
                    compare: compare.unwrap_or_default(),
                    duplicates: meant(&row.duplicates).unwrap_or_default(),
                    once: row.once,
                    removes: (row.removes.as_ref()).map(|name| name.get_ref().clone().into()),
                    entry: row.entry,
                    unique: (row.unique.as_ref()).map(|name| name.get_ref().clone().into()),
                };
                let builder = &mut *self.builder;
                keep(
                    &mut builder.identities,
                    &mut builder.places,
                    id,
                    "identity",
                    rule,
                );
            }
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
        let may_unmask = self.trust == Trust::BuiltIn || self.builder.may_unmask;
        if let Some(name) = row.except.first().filter(|_| !may_unmask) {
            let message =
                "`except` shows what is masked otherwise, which a pack may not do by itself";
            let help = "leave it out, or run with --allow-unmasking and give the pack by --rules";
            self.checker
                .push(PackProblem::new(message, span(name.span())).help(help));
        }
        for words in [&row.names, &row.keys, &row.words, &row.except] {
            for word in words {
                self.checker.secret_word(word);
            }
        }
        if self.trust == Trust::Checked {
            for part in &row.parts {
                self.checker.part(part);
            }
        }
        let lists = [
            &row.select,
            &row.names,
            &row.keys,
            &row.parts,
            &row.words,
            &row.except,
        ];
        if lists.iter().all(|list| list.is_empty()) {
            self.checker.push(
                PackProblem::new("the row names no secret", row.about.at)
                    .help("give one of: select, names, keys, parts, words"),
            );
        }
        for selector in &row.select {
            self.checker.selector(selector);
        }
        let texts = |list: &[Spanned<String>]| -> Cow<'static, [Cow<'static, str>]> {
            let texts = list.iter().map(|text| text.get_ref().clone());
            texts.map(Cow::Owned).collect()
        };
        let rule = SecretRule {
            select: texts(&row.select),
            names: texts(&row.names),
            keys: texts(&row.keys),
            parts: texts(&row.parts),
            beside: texts(&row.beside),
            words: texts(&row.words),
            except: texts(&row.except),
        };
        let builder = &mut *self.builder;
        if may_unmask {
            let places = &mut builder.places;
            keep(&mut builder.secrets, places, id, "secret", rule);
        } else {
            // A row of the same id stays: to take its place could take masking away.
            let at = builder.secrets.len();
            builder
                .places
                .entry(id.to_string())
                .or_insert(("secret", at));
            builder.secrets.push(rule);
        }
    }

    fn virtual_directory(&mut self, row: &VirtualDirectoryRow) {
        let component = self
            .known_component(&row.component)
            .unwrap_or(ComponentId::known(""));
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
        let action = action::read(&mut self.checker, row);
        let Some(path) = &row.path else { return };
        let provenance = self.about(&row.about, "merge", path.get_ref());
        let (Some(selector), Some(action)) = (self.checker.selector(path), action) else {
            return;
        };
        let id = provenance.id.clone();
        let policy = Policy {
            provenance,
            component,
            selector,
            action,
            when: meant(&row.when).unwrap_or(When::Always),
        };
        let builder = &mut *self.builder;
        policy_check::check(&mut self.checker, row, &policy, &builder.identities);
        let rows = &mut builder.rules.policies;
        keep(rows, &mut builder.places, id, "merge", policy);
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
