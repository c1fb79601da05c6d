//! What a step is about: the whole, a server, or a component in one place; and what holds there.

use super::answers::Answers;
use super::estate::{Estate, Place, Server};
use crate::lint::known::facts;
use crate::pack::Rules;
use crate::pack::plan::{Condition, Naming, ProcedureId, Sign};
use crate::pack::rules::{ComponentId, FactId, PackId};
use crate::rewrite::VirtualDirectories;

/// What all steps are made of.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// What was found.
    pub estate: &'k Estate,
    /// What the packs say.
    pub rules: &'k Rules,
    /// How virtual directories are renamed.
    pub directories: &'k VirtualDirectories,
    /// What somebody answered.
    pub answers: &'k Answers,
    /// The old version, if it is known exactly.
    pub from: Option<&'k str>,
    /// The old version in words.
    pub from_words: &'k str,
    /// The new version.
    pub to: &'k str,
    /// The folder that `upgrade` wrote, or will write.
    pub output: &'k str,
    /// Rule packs besides the built-in ones, as they were given.
    pub packs: &'k [String],
}

/// What a step is about.
#[derive(Clone, Copy, Default)]
pub struct Scope<'k> {
    /// The components, of the row; none if it is about the whole.
    pub components: &'k [ComponentId],
    /// The server, if it is about one.
    pub server: Option<&'k Server>,
    /// The place, if it is about one.
    pub place: Option<&'k Place>,
}

impl<'k> Known<'k> {
    /// Whether all `conditions` hold.
    #[must_use]
    pub fn hold(&self, conditions: &[Condition], scope: Scope<'k>) -> bool {
        conditions.iter().all(|one| self.holds(one, scope))
    }

    fn holds(&self, condition: &Condition, scope: Scope<'k>) -> bool {
        let estate = self.estate;
        let is_there = |components: &[ComponentId]| {
            (estate.servers.iter()).any(|server| server.has_any(components))
        };
        let on_server = |components: &[ComponentId]| match scope.server {
            Some(server) => server.has_any(components),
            None => is_there(components),
        };
        (condition.server_has.is_empty() || on_server(&condition.server_has))
            && !on_server(&condition.server_lacks)
            && (condition.estate_has.is_empty() || is_there(&condition.estate_has))
            && !is_there(&condition.estate_lacks)
            && condition.names.is_none_or(|naming| {
                let mut places = self.places(scope);
                places.any(|(_, place)| self.naming(place) == naming)
            })
            && condition.sign.is_none_or(|sign| self.shows(sign, scope))
            && condition
                .no_sign
                .is_none_or(|sign| !self.shows(sign, scope))
            && condition.in_iis.as_ref().is_none_or(|selector| {
                let mut servers = estate
                    .servers
                    .iter()
                    .filter(|server| (scope.server).is_none_or(|of| std::ptr::eq(of, *server)));
                servers.any(|server| {
                    let iis = server.iis.as_ref();
                    iis.is_some_and(|(at, _)| {
                        !estate.file(*at).select(selector, self.rules).is_empty()
                    })
                })
            })
            && condition.fact.as_ref().is_none_or(|fact| {
                let said = self.fact(fact, scope);
                said.is_some_and(|(value, _)| {
                    (condition.is.iter()).any(|wanted| wanted.eq_ignore_ascii_case(&value))
                })
            })
            && condition.answer.as_ref().is_none_or(|id| {
                let mut questions = self.rules.questions.iter();
                let question = questions.find(|question| question.provenance.id == *id);
                question.is_some_and(|question| {
                    let answer = self.answers.counted(question);
                    condition.is.iter().any(|wanted| wanted == answer)
                })
            })
    }

    /// The places that a scope is about.
    pub fn places(&self, scope: Scope<'k>) -> impl Iterator<Item = (&'k Server, &'k Place)> {
        self.estate.places().filter(move |(server, place)| {
            (scope.components.is_empty() || scope.components.contains(&place.entry.id))
                && (scope.server).is_none_or(|of| std::ptr::eq(of, *server))
                && (scope.place).is_none_or(|of| std::ptr::eq(of, *place))
        })
    }

    /// The value of a fact: as it is, and as it can be shown.
    #[must_use]
    pub fn fact(&self, id: &FactId, scope: Scope<'k>) -> Option<(String, String)> {
        self.places(scope).find_map(|(_, place)| {
            let (at, _) = place.configuration.as_ref()?;
            let fact = facts::ask(self.rules, &self.estate.files, *at, id)?;
            let said = fact.said.as_ref()?;
            Some((said.value.clone(), said.shown.clone()))
        })
    }

    /// What the virtual directory of a place will be called; `None` if it keeps its name.
    #[must_use]
    pub fn new_name(&self, place: &Place) -> Option<&'k str> {
        if !self.is_site(place) {
            return None;
        }
        let name = place.name();
        let mappings = self.directories.mappings().iter();
        let mut mappings = mappings.filter(|mapping| mapping.old.eq_ignore_ascii_case(name));
        mappings.next().map(|mapping| mapping.new.as_str())
    }

    /// The options with which other commands rename as this plan does, and know the same packs.
    #[must_use]
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let mappings = self.directories.mappings();
        let is_kept = |old: &str| {
            let mut mappings = mappings.iter();
            !mappings.any(|mapping| mapping.old.eq_ignore_ascii_case(old))
        };
        let rows = self.rules.virtual_directories.iter();
        let mut kept: Vec<&str> = rows.map(|row| row.old.as_str()).collect();
        kept.retain(|old| is_kept(old));
        kept.dedup();
        let kept = kept.into_iter().map(|old| ("--keep-vdir", old.to_owned()));
        let given = mappings.iter().filter(|mapping| mapping.rule.is_none());
        let given = given.map(|one| ("--vdir", format!("{}={}", one.old, one.new)));
        let packs = self.packs.iter().map(|pack| ("--rules", pack.clone()));
        kept.chain(given).chain(packs).collect()
    }

    /// Whether rows of `pack` are about the procedure: those of its own pack, and those of packs that have none.
    #[must_use]
    pub fn is_of_pack(&self, pack: &PackId, procedure: &ProcedureId) -> bool {
        let rows = &self.rules.procedures;
        let mut of_pack = rows
            .iter()
            .filter(|row| row.provenance.pack == *pack)
            .peekable();
        of_pack.peek().is_none() || of_pack.any(|row| row.provenance.id == *procedure)
    }

    /// Whether it is a component that IIS serves.
    #[must_use]
    pub fn is_site(&self, place: &Place) -> bool {
        let mut rows = self.rules.virtual_directories.iter();
        rows.any(|row| row.component == place.entry.id)
    }

    /// Whether the new version has the component.
    #[must_use]
    pub fn stays(&self, place: &Place) -> bool {
        let mut rows = self.rules.components.iter();
        let row = rows.find(|row| row.provenance.id == place.entry.id);
        row.is_none_or(|row| row.versions.have(self.to))
    }

    fn naming(&self, place: &Place) -> Naming {
        let name = place.name();
        let mut rows =
            (self.rules.virtual_directories.iter()).filter(|row| row.component == place.entry.id);
        if self.new_name(place).is_some() {
            Naming::Renamed
        } else if rows.clone().any(|row| row.old.eq_ignore_ascii_case(name)) {
            Naming::Kept
        } else if rows.any(|row| row.new.eq_ignore_ascii_case(name)) {
            Naming::New
        } else {
            Naming::Custom
        }
    }

    fn shows(&self, sign: Sign, scope: Scope<'k>) -> bool {
        let files = &self.estate.files;
        let any = |shows: &dyn Fn(&Server, &'k Place) -> bool| {
            self.places(scope)
                .any(|(server, place)| shows(server, place))
        };
        // Copies of a component are on all servers.
        let copies = |place: &'k Place| self.estate.places_of(&place.entry.id);
        match sign {
            Sign::Encrypted => any(&|_, place| !place.encrypted(files).is_empty()),
            Sign::Themes => any(&|_, place| !place.themes.is_empty()),
            Sign::Copies => any(&|_, place| copies(place).count() > 1),
            Sign::CopiesDiffer => any(&|_, place| {
                let mut others = copies(place).filter_map(|(_, other)| other.sha256.as_ref());
                (place.sha256.as_ref()).is_some_and(|own| others.any(|other| other != own))
            }),
            Sign::SharedPool => any(&|server, place| {
                let iis = server.iis.as_ref();
                iis.is_some_and(|(_, iis)| !place.others_in_pool(server, iis).is_empty())
            }),
            Sign::PublishedTwice => any(&|server, place| {
                let iis = server.iis.as_ref();
                iis.is_some_and(|(_, iis)| place.applications(iis).len() > 1)
            }),
            Sign::NamedInIis => any(&|server, place| {
                let iis = server.iis.as_ref();
                iis.is_some_and(|(at, _)| !place.iis_locations(files, *at).is_empty())
            }),
            Sign::References => (self.estate.servers.iter())
                .filter(|server| (scope.server).is_none_or(|of| std::ptr::eq(of, *server)))
                .any(|server| !server.references.is_empty()),
            Sign::Stays => any(&|_, place| self.stays(place)),
            Sign::Installers => {
                let servers = self.estate.servers.iter();
                let mut found = servers.flat_map(|server| &server.manifest.installers);
                found.any(|installer| {
                    scope.components.is_empty() || scope.components.contains(&installer.component)
                })
            }
        }
    }
}
