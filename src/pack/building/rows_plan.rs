//! What `[[procedure]]`, `[[question]]` and `[[step]]` rows mean; see [`super::rows`].

use toml::Spanned;

use super::rows::{Pack, meant};
use super::validate::keep;
use crate::pack::format::file::{ProcedureRow, QuestionRow, StepRow, Text, WhenRow};
use crate::pack::format::problem::{PackProblem, did_you_mean};
use crate::pack::format::row::span;
use crate::pack::rules::plan::{
    Condition, Phase, Procedure, ProcedureId, Question, QuestionId, StepId, StepRule, Versions,
    is_version, placeholders,
};
use crate::pack::rules::template::{Fact, Template};
use crate::pack::rules::{ComponentId, FactId, Id, RuleId};

/// Ids that rows about a plan may name, those of the pack itself included.
#[derive(Debug, Default)]
pub(in crate::pack) struct PlanIds {
    pub(in crate::pack) procedures: Vec<String>,
    pub(in crate::pack) questions: Vec<String>,
    pub(in crate::pack) steps: Vec<String>,
}

impl Pack<'_> {
    /// Adds a way from one version to another.
    pub(super) fn procedure(&mut self, row: &ProcedureRow) {
        let provenance = self.about(&row.about, "procedure", "procedure");
        if let Some(version) = &row.leads_to
            && !is_version(version.get_ref())
        {
            let message = format!("`{}` is no version", version.get_ref());
            self.wrong_text(version, message, "write it like `8.0`");
        }
        let procedure = Procedure {
            components: self.components_of(&row.component),
            from: self.versions(&row.from),
            to: self.versions(&row.to),
            when: self.conditions(&row.when),
            leads_to: row.leads_to.clone().map(Spanned::into_inner),
            starts_from: row.starts_from.clone().map(Spanned::into_inner),
            notices: texts(&row.notices),
            untold: texts(&row.untold),
            provenance,
        };
        let id = procedure.provenance.id.clone();
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.procedures;
        keep(rows, &mut builder.places, id, "procedure", procedure);
    }

    /// Adds a question.
    pub(super) fn question(&mut self, row: &QuestionRow) {
        let provenance = self.about(&row.about, "question", "question");
        if row.about.id.is_some() && row.answers.len() < 2 {
            let problem = PackProblem::new("a question has at least two answers", row.about.at);
            self.checker
                .push(problem.help("the first one is assumed until somebody answers"));
        }
        let question = Question {
            components: self.components_of(&row.component),
            answers: texts(&row.answers),
            provenance,
        };
        let id = question.provenance.id.clone();
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.questions;
        keep(rows, &mut builder.places, id, "question", question);
    }

    /// Adds a step.
    pub(super) fn step(&mut self, row: &StepRow) {
        let provenance = self.about(&row.about, "step", "step");
        for procedure in &row.procedure {
            self.known_in_plan("procedure", procedure);
        }
        for step in &row.after {
            self.known_in_plan("step", step);
        }
        if row.says.is_empty() && row.command.is_empty() && row.click.is_none() {
            let problem = PackProblem::new("the step says nothing to do", row.about.at);
            self.checker
                .push(problem.help("give at least one of `says`, `command` and `click`"));
        }
        for code in &row.covers {
            self.checker.code(code);
        }
        let step = StepRule {
            procedures: (row.procedure.iter())
                .map(|text| ProcedureId::new(text.get_ref()))
                .collect(),
            phase: meant(&row.phase).unwrap_or(Phase::Before),
            each: meant(&row.each).unwrap_or_default(),
            components: self.components_of(&row.component),
            from: self.versions(&row.from),
            to: self.versions(&row.to),
            when: self.conditions(&row.when),
            who: row.who.clone().map(Spanned::into_inner),
            says: self.templates(&row.says),
            commands: self.templates(&row.command),
            click: self.template(&row.click),
            expect: self.template(&row.expect),
            check: self.template(&row.check),
            undo: self.template(&row.undo),
            after: (row.after.iter())
                .map(|text| StepId::new(text.get_ref()))
                .collect(),
            blocks: self.template(&row.blocks),
            covers: (row.covers.iter())
                .map(|text| RuleId::new(text.get_ref()))
                .collect(),
            destroys: row.destroys,
            done_by: meant(&row.done_by),
            provenance,
        };
        let id = step.provenance.id.clone();
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.steps;
        keep(rows, &mut builder.places, id, "step", step);
    }

    fn wrong_text(&mut self, text: &Text, message: String, help: &str) {
        self.checker
            .push(PackProblem::new(message, span(text.span())).help(help));
    }

    fn components_of(&mut self, texts: &[Text]) -> Vec<ComponentId> {
        let mut ids = Vec::new();
        for text in texts {
            ids.extend(self.known_component(&Some(text.clone())));
        }
        ids
    }

    fn known_in_plan(&mut self, table: &str, id: &Text) {
        let known = match table {
            "procedure" => &self.plan.procedures,
            "question" => &self.plan.questions,
            _ => &self.plan.steps,
        };
        if known.contains(id.get_ref()) {
            return;
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let help = match known.as_slice() {
            [] => format!("no pack has a row of [[{table}]]"),
            known => did_you_mean(id.get_ref(), known),
        };
        let message = format!("unknown {table} `{}`", id.get_ref());
        let problem = PackProblem::new(message, span(id.span()));
        self.checker.push(problem.help(help));
    }

    pub(super) fn versions(&mut self, text: &Option<Text>) -> Versions {
        let Some(text) = text else {
            return Versions::default();
        };
        match Versions::parse(text.get_ref()) {
            Ok(versions) => versions,
            Err(part) => {
                let message = format!("`{part}` compares with no version");
                self.wrong_text(text, message, "write it like `>=6.0, <8.1`");
                Versions::default()
            }
        }
    }

    fn conditions(&mut self, rows: &[WhenRow]) -> Vec<Condition> {
        rows.iter().map(|row| self.when(row)).collect()
    }

    fn when(&mut self, row: &WhenRow) -> Condition {
        if let Some(fact) = &row.fact {
            self.known_row("fact", fact);
        }
        if let Some(question) = &row.answer {
            self.known_in_plan("question", question);
        }
        match (row.fact.as_ref().or(row.answer.as_ref()), row.is.first()) {
            (Some(asked), None) => {
                let message = format!("nothing says what `{}` should be", asked.get_ref());
                self.wrong_text(asked, message, "add `is = [\"…\"]`");
            }
            (None, Some(value)) => {
                let message = "`is` goes with `fact` or `answer`".to_owned();
                self.wrong_text(value, message, "say which of them it is about");
            }
            _ => {}
        }
        let in_iis = row.in_iis.as_ref();
        Condition {
            server_has: self.components_of(&row.server_has),
            server_lacks: self.components_of(&row.server_lacks),
            estate_has: self.components_of(&row.estate_has),
            estate_lacks: self.components_of(&row.estate_lacks),
            names: meant(&row.names),
            sign: meant(&row.sign),
            no_sign: meant(&row.no_sign),
            in_iis: in_iis.and_then(|text| self.checker.selector(text)),
            fact: row.fact.as_ref().map(|id| FactId::new(id.get_ref())),
            answer: row.answer.as_ref().map(|id| QuestionId::new(id.get_ref())),
            is: texts(&row.is),
        }
    }

    fn templates(&mut self, rows: &[Text]) -> Vec<Template> {
        let templates = rows.iter();
        let templates = templates.filter_map(|text| self.template(&Some(text.clone())));
        templates.collect()
    }

    fn template(&mut self, text: &Option<Text>) -> Option<Template> {
        let text = text.as_ref()?;
        match Template::parse_with_facts(text.get_ref(), &placeholders()) {
            Ok(template) => {
                for fact in template.facts() {
                    if let Fact::Known(id) = fact {
                        self.known_row("fact", &Spanned::new(text.span(), id.clone()));
                    }
                }
                Some(template)
            }
            Err(error) => {
                let at = self.checker.inside(text, error.at);
                self.checker.push(PackProblem::new(error.message, at));
                None
            }
        }
    }
}

/// Ids of rows, those of earlier packs first.
pub(super) fn all<T>(
    earlier: impl Iterator<Item = Id<T>>,
    own: impl Iterator<Item = Id<T>>,
) -> Vec<String> {
    earlier.chain(own).map(|id| id.to_string()).collect()
}

fn texts(list: &[Text]) -> Vec<String> {
    list.iter()
        .map(|text| text.get_ref().trim().to_owned())
        .collect()
}
