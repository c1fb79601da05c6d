//! Texts of steps with what was found filled in.

use super::scope::{Known, Scope};
use crate::pack::rules::FactId;
use crate::pack::template::{Fact, Template};

/// So many items of a list stand in a sentence; the others are counted.
const SPOKEN: usize = 8;

/// What fills a place.
enum Filling {
    One(String),
    /// A list; a command is there once for each item.
    Many(Vec<String>),
    /// A list that one command takes whole.
    Arguments(Vec<String>),
    /// Options, each with its value.
    Options(Vec<(&'static str, String)>),
}

impl Filling {
    /// It, in a sentence; items of lists are code there.
    fn spoken(self) -> String {
        let code = |item: &String| match item.contains('`') {
            true => item.clone(),
            false => format!("`{item}`"),
        };
        match self {
            Self::One(text) => text,
            Self::Many(items) | Self::Arguments(items) => {
                spoken(&items.iter().map(code).collect::<Vec<String>>())
            }
            Self::Options(options) => with_values(&options),
        }
    }
}

/// `--one value --other value`, for PowerShell.
fn with_values(options: &[(&str, String)]) -> String {
    let words = options
        .iter()
        .map(|(option, value)| format!("{option} {}", quoted(value)));
    words.collect::<Vec<String>>().join(" ")
}

/// `a, b and c`.
#[must_use]
pub fn spoken(items: &[String]) -> String {
    if items.len() > SPOKEN {
        let rest = items.len() - SPOKEN;
        return format!("{} and {rest} more", items[..SPOKEN].join(", "));
    }
    match items {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

impl<'k> Known<'k> {
    /// A sentence.
    #[must_use]
    pub fn say(&self, template: &Template, scope: Scope<'k>) -> String {
        template.fill(|fact| self.filling(fact, scope).spoken())
    }

    /// A command for PowerShell; one for each item where a list is in it.
    #[must_use]
    pub fn command(&self, template: &Template, scope: Scope<'k>) -> Vec<String> {
        let list = template
            .facts()
            .find_map(|fact| match self.filling(fact, scope) {
                Filling::Many(items) => Some((fact.clone(), items)),
                Filling::One(_) | Filling::Arguments(_) | Filling::Options(_) => None,
            });
        let line = |item: Option<(&Fact, &str)>| {
            let command = template.fill(|fact| match item {
                Some((list, item)) if list == fact => quoted(item),
                _ => match self.filling(fact, scope) {
                    Filling::Arguments(items) => items
                        .iter()
                        .map(|item| quoted(item))
                        .collect::<Vec<String>>()
                        .join(" "),
                    Filling::Options(options) => with_values(&options),
                    one => quoted(&one.spoken()),
                },
            });
            // Options that nobody needs leave nothing.
            command.trim_end().to_owned()
        };
        match list {
            Some((fact, items)) => items.iter().map(|item| line(Some((&fact, item)))).collect(),
            None => vec![line(None)],
        }
    }

    fn filling(&self, fact: &Fact, scope: Scope<'k>) -> Filling {
        match fact {
            Fact::Known(id) => {
                let said = self.fact(&FactId::new(id), scope);
                Filling::One(said.map_or_else(|| "not set".to_owned(), |(_, shown)| shown))
            }
            Fact::Place(name) => self.place(name, scope),
            _ => Filling::One(String::new()),
        }
    }

    /// How the user has virtual directories called otherwise than the packs say, as options of other commands.
    fn directory_options(&self) -> Vec<(&'static str, String)> {
        let mappings = self.directories.mappings();
        let is_renamed = |old: &str| {
            let mut olds = mappings.iter().map(|mapping| &mapping.old);
            olds.any(|known| known.eq_ignore_ascii_case(old))
        };
        let rows = self.rules.virtual_directories.iter();
        let kept = rows.filter(|row| !is_renamed(&row.old));
        let renamed = mappings.iter().filter(|mapping| mapping.rule.is_none());
        kept.map(|row| ("--keep-vdir", row.old.clone()))
            .chain(renamed.map(|one| ("--vdir", format!("{}={}", one.old, one.new))))
            .collect()
    }

    fn place(&self, name: &str, scope: Scope<'k>) -> Filling {
        let known = || "not known".to_owned();
        let servers = || self.estate.servers.iter();
        let entry =
            |read: &dyn Fn(&crate::snapshot::manifest::ComponentEntry) -> Option<String>| {
                let said = scope.place.and_then(|place| read(&place.entry));
                Filling::One(said.unwrap_or_else(known))
            };
        let of_server = |text: &dyn Fn(&super::estate::Server) -> String| {
            Filling::One(scope.server.map_or_else(known, text))
        };
        let of_iis =
            |read: &dyn Fn(&super::estate::Place, usize, &super::estate::Server) -> Vec<String>| {
                let found = (scope.server.zip(scope.place)).and_then(|(server, place)| {
                    let (at, _) = server.iis.as_ref()?;
                    Some(read(place, *at, server))
                });
                Filling::Many(found.unwrap_or_default())
            };
        match name {
            "from" => Filling::One(self.from_words.to_owned()),
            "to" => Filling::One(self.to.to_owned()),
            "server" => of_server(&|server| server.name.clone()),
            "snapshot" => of_server(&|server| server.snapshot.clone()),
            "component" => entry(&|entry| Some(entry.title.clone())),
            "folder" => entry(&|entry| Some(entry.folder.clone())),
            "site" => entry(&|entry| entry.site.clone()),
            "path" => entry(&|entry| entry.virtual_directory.clone()),
            "pool" => entry(&|entry| entry.application_pool.clone()),
            "runtime" => entry(&|entry| entry.runtime.clone()),
            "configuration" => {
                let place = scope.place.and_then(|place| place.configuration.as_ref());
                Filling::One(place.map_or_else(known, |(_, path)| path.clone()))
            }
            "old-name" => Filling::One(scope.place.map_or_else(known, |p| p.name().to_owned())),
            "new-name" => Filling::One(scope.place.map_or_else(known, |place| {
                self.new_name(place).unwrap_or(place.name()).to_owned()
            })),
            "new-folder" => Filling::One(
                (scope.place).map_or_else(known, |place| place.new_folder(self.new_name(place))),
            ),
            "deploy" => of_server(&|server| {
                let output = self.output.replace('/', "\\");
                format!("{output}\\deploy\\{}", server.name)
            }),
            "upgrade" => Filling::One(self.output.replace('/', "\\")),
            "servers" => Filling::Many(
                servers()
                    .filter(|server| {
                        scope.components.is_empty() || server.has_any(scope.components)
                    })
                    .map(|server| server.name.clone())
                    .collect(),
            ),
            "snapshots" => {
                Filling::Arguments(servers().map(|server| server.snapshot.clone()).collect())
            }
            "directories" => Filling::Options(self.directory_options()),
            "places" => Filling::Many(
                self.places(scope)
                    .map(|(server, place)| format!("`{}` on {}", place.entry.folder, server.name))
                    .collect(),
            ),
            "themes" => Filling::Many(
                self.places(scope)
                    .flat_map(|(_, place)| place.themes.clone())
                    .collect(),
            ),
            "encrypted" => Filling::Many(
                self.places(scope)
                    .flat_map(|(_, place)| place.encrypted(&self.estate.files))
                    .collect(),
            ),
            "others-in-pool" => of_iis(&|place, _, server| {
                let iis = server.iis.as_ref();
                iis.map(|(_, iis)| place.others_in_pool(server, iis))
                    .unwrap_or_default()
            }),
            "applications" => of_iis(&|place, _, server| {
                let iis = server.iis.as_ref();
                iis.map(|(_, iis)| place.applications(iis))
                    .unwrap_or_default()
            }),
            "iis-locations" => of_iis(&|place, at, _| place.iis_locations(&self.estate.files, at)),
            "references" => Filling::Many(
                servers()
                    .filter(|server| scope.server.is_none_or(|of| std::ptr::eq(of, *server)))
                    .flat_map(|server| {
                        let files = server.references.iter();
                        files.map(|(file, _)| match scope.server {
                            Some(_) => file.clone(),
                            None => format!("`{file}` on {}", server.name),
                        })
                    })
                    .collect(),
            ),
            "installers" => Filling::Many(
                servers()
                    .flat_map(|server| {
                        let installers = server.manifest.installers.iter();
                        installers
                            .map(|installer| format!("`{}` on {}", installer.source, server.name))
                    })
                    .collect(),
            ),
            _ => Filling::Many(Vec::new()),
        }
    }
}

/// `text` as one argument of PowerShell: in single quotes, within which only quotes mean something. PowerShell takes
/// the typographic ones for quotes too.
#[must_use]
pub fn quoted(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "\\/:._-".contains(char);
    let begins = |text: &str| !text.starts_with('-');
    if !text.is_empty() && begins(text) && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for char in text.chars() {
        if matches!(char, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(char);
        }
        out.push(char);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_where_powershell_would_read_them_otherwise() {
        for (text, argument) in [
            (r"C:\inetpub\wwwroot\Shop", r"C:\inetpub\wwwroot\Shop"),
            (r"C:\Program Files\X", r"'C:\Program Files\X'"),
            ("it's $env:x", "'it''s $env:x'"),
            ("a\u{2019}b", "'a\u{2019}\u{2019}b'"),
            ("-Force", "'-Force'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), argument);
        }
    }

    #[test]
    fn lists_are_spoken_and_long_ones_counted() {
        let items: Vec<String> = (1..=10).map(|number| number.to_string()).collect();
        assert_eq!(spoken(&items[..1]), "1");
        assert_eq!(spoken(&items[..3]), "1, 2 and 3");
        assert_eq!(spoken(&items), "1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
    }
}
