//! What rows about relations in one file mean: names that point at entries,
//! and sections that need no declaration.

use super::rows::{Pack, meant};
use super::validate::keep;
use crate::config::identity::Compare;
use crate::config::references::Reference;
use crate::config::section_groups::SectionGroup;
use crate::pack::format::file::{ReferenceRow, SectionGroupRow};

impl Pack<'_> {
    pub(in crate::pack) fn reference(&mut self, row: &ReferenceRow) {
        if !self.one_for_its_id(&row.about, &row.from) {
            return;
        }
        if let Some(name) = &row.unless {
            self.checker.attribute(name);
        }
        let form = row.form.as_ref().and_then(|form| self.checker.form(form));
        let target = row.to.as_ref().and_then(|to| self.checker.target(to));
        for from in &row.from {
            let id = self.about(&row.about, "reference", from.get_ref()).id;
            let Some(((element, attribute), target)) =
                self.checker.reference_from(from).zip(target.clone())
            else {
                continue;
            };
            let reference = Reference {
                element,
                attribute: attribute.into(),
                target,
                within: meant(&row.within).unwrap_or_default(),
                compare: match row.ignore_case {
                    true => Compare::IgnoreCase,
                    false => Compare::Exactly,
                },
                list: row.list,
                form: form.clone(),
                unless: (row.unless.as_ref()).map(|name| name.get_ref().clone().into()),
                inherited: (row.inherited.iter())
                    .map(|name| name.get_ref().clone().into())
                    .collect(),
            };
            let builder = &mut *self.builder;
            let rows = &mut builder.references;
            keep(rows, &mut builder.places, id, "reference", reference);
        }
    }

    pub(in crate::pack) fn section_group(&mut self, row: &SectionGroupRow) {
        let Some(path) = &row.path else { return };
        let id = self.about(&row.about, "section-group", path.get_ref()).id;
        for member in &row.members {
            self.checker.element_name(member);
        }
        if self.checker.element_path(path).is_none() {
            return;
        }
        let group = SectionGroup {
            path: match path.get_ref().as_str() {
                "configuration" => "".into(),
                path => path.to_owned().into(),
            },
            members: (row.members.iter())
                .map(|member| member.get_ref().clone().into())
                .collect(),
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.section_groups;
        keep(rows, &mut builder.places, id, "section-group", group);
    }
}
