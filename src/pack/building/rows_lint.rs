//! What `[[lint]]` rows mean; see [`super::rows`].

use toml::Spanned;

use super::rows::Pack;
use super::validate::keep;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::read_lint::LintRow;
use crate::pack::format::row::span;
use crate::pack::rules::lint::{Check, LintRule};
use crate::pack::rules::{ComponentId, RuleId};

impl Pack<'_> {
    /// Adds a lint rule.
    pub(in crate::pack) fn lint(&mut self, row: &LintRow) {
        for component in &row.components {
            self.known_component(&Some(component.clone()));
        }
        for name in &row.names {
            self.known_name(name);
        }
        let Some(name) = &row.name else { return };
        self.checker.id(name);
        let provenance = self.about_lint(&row.about, name.get_ref());
        self.unique_name(name, &provenance.id);
        let (Some(severity), Some(check), Some(advice)) =
            (row.severity, row.check.clone(), &row.advice)
        else {
            return;
        };
        if let (Check::Declared(_), Some(fix)) = (&check, &row.fix)
            && fix.action.is_none()
        {
            return;
        }
        let rule = LintRule {
            name: name.get_ref().clone(),
            severity,
            components: row
                .components
                .iter()
                .map(|component| ComponentId::new(component.get_ref()))
                .collect(),
            transforms: row.transforms,
            advice: advice.get_ref().trim().to_owned(),
            check,
            fix: row.fix.clone(),
            valid: row.valid.clone(),
            invalid: row.invalid.clone(),
            provenance,
        };
        let id = rule.provenance.id.clone();
        let builder = &mut *self.builder;
        keep(
            &mut builder.rules.lints,
            &mut builder.places,
            id,
            "lint",
            rule,
        );
    }

    /// Two rules of one name could not be told apart in `--select`.
    fn unique_name(&mut self, name: &Spanned<String>, id: &RuleId) {
        let known = self.builder.rules.lints.iter();
        let other = known
            .filter(|rule| rule.name == *name.get_ref() && rule.provenance.id != *id)
            .map(|rule| rule.provenance.id.clone())
            .next();
        if let Some(other) = other {
            let message = format!("`{}` is already the name of {other}", name.get_ref());
            self.checker
                .push(PackProblem::new(message, span(name.span())));
        }
    }
}
