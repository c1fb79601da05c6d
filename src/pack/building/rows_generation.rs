//! What rows about the generation of a file mean; see [`super::rows`].

use super::rows::{Pack, meant};
use super::validate::keep;
use crate::pack::format::file::GenerationRow;
use crate::pack::format::problem::PackProblem;
use crate::pack::rules::{Generation, Version};

impl Pack<'_> {
    pub(in crate::pack) fn generation(&mut self, row: &GenerationRow) {
        let component = self.known_component(&row.component);
        let provenance = self.about(&row.about, "generation", "generation");
        if row.recognised_by.is_empty() && row.about.id.is_some() {
            let message = "`recognised-by` must not be empty";
            self.checker.push(PackProblem::new(message, row.about.at));
        }
        let recognised_by = row.recognised_by.iter();
        let recognised_by = recognised_by
            .filter_map(|selector| self.checker.selector(selector))
            .collect();
        let id = provenance.id.clone();
        let generation = Generation {
            provenance,
            component,
            version: meant(&row.version).unwrap_or(Version::Old),
            recognised_by,
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.generations;
        keep(rows, &mut builder.places, id, "generation", generation);
    }
}
