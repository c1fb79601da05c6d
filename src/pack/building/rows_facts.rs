//! What `[[fact]]` and `[[service]]` rows mean; see [`super::rows`].

use toml::Spanned;

use super::rows::Pack;
use super::validate::keep;
use crate::pack::format::checks::{Name, Table};
use crate::pack::format::file::{About, FactRow, ServiceRow, Text};
use crate::pack::format::problem::{PackProblem, did_you_mean};
use crate::pack::format::row::span;
use crate::pack::rules::facts::{FactSource, KnownFact, Service, User};
use crate::pack::rules::{ComponentId, FactId, ServiceId};
use crate::xml::selector::Selector;

impl Pack<'_> {
    /// Checks that a name is one of a row.
    pub(super) fn known_name(&mut self, name: &Name) {
        let id = &name.id;
        match name.table {
            Table::Component => {
                self.known_component(&Some(id.clone()));
            }
            Table::Fact => self.known_row("fact", id),
            Table::Service => self.known_row("service", id),
        }
    }

    pub(super) fn known_row(&mut self, table: &str, id: &Text) {
        let known: Vec<&str> = match table {
            "fact" => self.facts.iter().map(FactId::as_str).collect(),
            _ => self.services.iter().map(ServiceId::as_str).collect(),
        };
        if known.contains(&id.get_ref().as_str()) {
            return;
        }
        let help = match known.as_slice() {
            [] => format!("no pack has a row of [[{table}]]"),
            known => did_you_mean(id.get_ref(), known),
        };
        let message = format!("unknown {table} `{}`", id.get_ref());
        let problem = PackProblem::new(message, span(id.span()));
        self.checker.push(problem.help(help));
    }

    /// Adds a fact.
    pub(super) fn fact(&mut self, row: &FactRow) {
        for component in &row.component {
            self.known_component(&Some(component.clone()));
        }
        let provenance = self.about(&row.about, "fact", name(&row.about));
        let from = match (&row.url_of, row.select.as_slice()) {
            (Some(service), []) => {
                self.known_row("service", service);
                FactSource::UrlOf(ServiceId::new(service.get_ref()))
            }
            (None, [_, ..]) => FactSource::Selectors(self.values(&row.select)),
            _ => {
                let message = "a fact is read from `select`, or is the `url-of` a service";
                let problem = PackProblem::new(message, row.about.at);
                self.checker.push(problem.help("give one of them"));
                return;
            }
        };
        let id = provenance.id.clone();
        let fact = KnownFact {
            provenance,
            components: (row.component.iter())
                .map(|id| ComponentId::new(id.get_ref()))
                .collect(),
            from,
            default: row.default.clone().map(Spanned::into_inner),
            is_exact: row.exact,
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.facts;
        keep(rows, &mut builder.places, id, "fact", fact);
    }

    /// Adds a service.
    pub(super) fn service(&mut self, row: &ServiceRow) {
        let component = self.known_component(&row.component);
        for user in &row.used_by {
            self.known_component(&user.component);
            if let Some(flag) = &user.flag {
                self.known_row("fact", flag);
            }
        }
        let provenance = self.about(&row.about, "service", name(&row.about));
        if row.urls.is_empty() && row.any_urls.is_empty() {
            let problem = PackProblem::new("nothing says where its URL stands", row.about.at);
            self.checker
                .push(problem.help("give `urls` or `any-urls`: selectors of values"));
        }
        let urls = self.values(&row.urls);
        let any_urls = self.values(&row.any_urls);
        for host in &row.sample_hosts {
            self.checker.host(host);
        }
        for segment in &row.sample_segments {
            self.checker.segment(segment, "one segment of a URL");
        }
        let Some(endpoint) = &row.endpoint else {
            return;
        };
        self.checker.segment(endpoint, "the name of one file");
        let id = provenance.id.clone();
        let service = Service {
            provenance,
            component,
            endpoint: endpoint.get_ref().clone(),
            urls,
            any_urls,
            placeholders: texts(&row.placeholders),
            sample_hosts: texts(&row.sample_hosts),
            sample_segments: texts(&row.sample_segments),
            used_by: (row.used_by.iter())
                .map(|user| User {
                    component: (user.component.as_ref()).map(|id| ComponentId::new(id.get_ref())),
                    flag: (user.flag.as_ref()).map(|id| FactId::new(id.get_ref())),
                    says: user.says.clone().map(Spanned::into_inner),
                })
                .collect(),
        };
        let builder = &mut *self.builder;
        let rows = &mut builder.rules.services;
        keep(rows, &mut builder.places, id, "service", service);
    }

    fn values(&mut self, paths: &[Text]) -> Vec<Selector> {
        let values = paths.iter().filter_map(|path| self.checker.value(path));
        values.collect()
    }
}

/// What a row is called that has no words for people.
fn name(about: &About) -> &str {
    about.id.as_ref().map_or("", |id| id.get_ref())
}

fn texts(list: &[Text]) -> Vec<String> {
    list.iter().map(|text| text.get_ref().clone()).collect()
}
