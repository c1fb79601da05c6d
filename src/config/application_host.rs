//! Reads IIS's `applicationHost.config`: which folders serve which virtual directories.
//!
//! Promises that every site, application, virtual directory and pool that is
//! complete is returned; what lacks a needed attribute is named in
//! [`ApplicationHost::problems`] with its line and left out. Variables in paths
//! are expanded; a path with an unknown variable stays as written.
//!
//! It does not read the metabase of IIS 6, nor `<location>` tags, and does not
//! look whether a folder exists: IIS does not either.
//!
//! Sources: iis.net reference, "Sites", "Application", "Virtual Directory",
//! "Application Pools", "Application Pool Defaults".

use thiserror::Error;

use crate::xml::{Document, LineColumn, NodeId};

/// The pool of an application that nothing assigns to one.
const DEFAULT_POOL: &str = "DefaultAppPool";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationHost {
    /// The sites, in the order of the file.
    pub sites: Vec<Site>,
    /// The application pools.
    pub pools: Vec<Pool>,
    /// What was left out.
    pub problems: Vec<HostProblem>,
}

/// A web site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name, such as `Default Web Site`.
    pub name: String,
    /// Its number.
    pub id: Option<u32>,
    /// Its applications.
    pub applications: Vec<Application>,
    /// The host names that its web bindings name; a binding without one answers to any name.
    pub hosts: Vec<String>,
}

/// An application of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its path below the site: `/`, `/shop`.
    pub path: String,
    /// Name of its pool, its own or the default one.
    pub pool: String,
    /// Its virtual directories; the one at `/` is the application's own folder.
    pub directories: Vec<VirtualDirectory>,
    /// Its element.
    pub element: NodeId,
}

/// A virtual directory of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualDirectory {
    /// Its path as browsers see it: that of the application and its own, joined.
    pub path: String,
    /// Its folder, variables expanded.
    pub physical_path: String,
    /// The line that says so.
    pub line: usize,
}

/// An application pool. `None`: neither the pool nor the defaults say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// `v2.0`, `v4.0`; empty for no managed code.
    pub runtime: Option<String>,
    /// `Integrated` or `Classic`.
    pub pipeline: Option<String>,
    /// Whether 64-bit Windows runs it in 32 bits.
    pub in_32_bits: Option<bool>,
    /// Its element.
    pub element: NodeId,
}

/// Something in the file that is not complete.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {kind}")]
pub struct HostProblem {
    /// Where.
    pub line: usize,
    /// What.
    pub kind: HostProblemKind,
}

/// What is wrong with a part of the file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HostProblemKind {
    /// A needed attribute is missing or empty.
    #[error("<{element}> has no `{attribute}` and was left out")]
    Missing {
        /// The element.
        element: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// A value that is none.
    #[error("`{value}` is no value for `{attribute}`")]
    Invalid {
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: String,
    },
}

/// The file is something else.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("line {line}: there is no <system.applicationHost> with <sites> in it")]
pub struct NotApplicationHost {
    /// The line of the root element.
    pub line: usize,
}

impl ApplicationHost {
    /// Reads `document`; `variable` gives the value of `SystemDrive` and the like.
    ///
    /// # Errors
    /// When it is no `applicationHost.config`.
    pub fn read(
        document: &Document,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, NotApplicationHost> {
        let host = document.child_named(document.root(), "system.applicationHost");
        let sites = host.and_then(|host| document.child_named(host, "sites"));
        let (Some(host), Some(sites)) = (host, sites) else {
            let line = line_of(document, document.root());
            return Err(NotApplicationHost { line });
        };
        let mut reader = Reader {
            document,
            variable,
            problems: Vec::new(),
        };
        let pools = document
            .child_named(host, "applicationPools")
            .map_or_else(Vec::new, |pools| reader.pools(pools));
        let sites = reader.sites(sites);
        Ok(Self {
            sites,
            pools,
            problems: reader.problems,
        })
    }

    /// The pool of this name.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pools
            .iter()
            .find(|pool| pool.name.eq_ignore_ascii_case(name))
    }

    /// Every virtual directory with its application and site.
    pub fn directories(&self) -> impl Iterator<Item = (&Site, &Application, &VirtualDirectory)> {
        self.sites.iter().flat_map(|site| {
            site.applications.iter().flat_map(move |application| {
                let directories = application.directories.iter();
                directories.map(move |directory| (site, application, directory))
            })
        })
    }
}

/// `text` with `%NAME%` replaced; what `variable` does not know stays.
#[must_use]
pub fn expand(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        expanded.push_str(before);
        match after.split_once('%') {
            Some((name, tail)) if !name.is_empty() => match variable(name) {
                Some(value) => {
                    expanded.push_str(&value);
                    rest = tail;
                }
                None => {
                    expanded.push('%');
                    rest = after;
                }
            },
            _ => {
                expanded.push('%');
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

fn line_of(document: &Document, node: NodeId) -> usize {
    LineColumn::of(document.text(), document.span(node).start).line
}

struct Reader<'d> {
    document: &'d Document,
    variable: &'d dyn Fn(&str) -> Option<String>,
    problems: Vec<HostProblem>,
}

impl Reader<'_> {
    fn text(&self, node: NodeId, name: &str) -> Option<String> {
        let value = self.document.value(node, name)?;
        Some(value.trim().to_owned())
    }

    fn needed(&mut self, node: NodeId, attribute: &'static str) -> Option<String> {
        let value = self.text(node, attribute).filter(|text| !text.is_empty());
        if value.is_none() {
            let element = self.document.local_name(node).to_owned();
            self.problem(node, HostProblemKind::Missing { element, attribute });
        }
        value
    }

    fn problem(&mut self, node: NodeId, kind: HostProblemKind) {
        let line = line_of(self.document, node);
        self.problems.push(HostProblem { line, kind });
    }

    fn named(&self, parent: NodeId, name: &str) -> Vec<NodeId> {
        self.document
            .child_elements(parent)
            .filter(|node| self.document.local_name(*node) == name)
            .collect()
    }

    fn pools(&mut self, pools: NodeId) -> Vec<Pool> {
        let defaults = self.document.child_named(pools, "applicationPoolDefaults");
        let read = |reader: &Self, node: NodeId, name: &str| {
            let default = defaults.and_then(|defaults| reader.text(defaults, name));
            reader.text(node, name).or(default)
        };
        let mut found = Vec::new();
        for node in self.named(pools, "add") {
            let Some(name) = self.needed(node, "name") else {
                continue;
            };
            let bits = read(self, node, "enable32BitAppOnWin64");
            let in_32_bits = bits
                .as_deref()
                .and_then(|text| text.to_lowercase().parse().ok());
            if let (Some(value), None) = (bits, in_32_bits) {
                let attribute = "enable32BitAppOnWin64";
                self.problem(node, HostProblemKind::Invalid { attribute, value });
            }
            found.push(Pool {
                name,
                runtime: read(self, node, "managedRuntimeVersion"),
                pipeline: read(self, node, "managedPipelineMode"),
                in_32_bits,
                element: node,
            });
        }
        found
    }

    fn sites(&mut self, sites: NodeId) -> Vec<Site> {
        let default_pool = self.default_pool(sites);
        let mut found = Vec::new();
        for node in self.named(sites, "site") {
            let Some(name) = self.needed(node, "name") else {
                continue;
            };
            let id = self.text(node, "id").and_then(|id| match id.parse() {
                Ok(id) => Some(id),
                Err(_) => {
                    let attribute = "id";
                    self.problem(
                        node,
                        HostProblemKind::Invalid {
                            attribute,
                            value: id,
                        },
                    );
                    None
                }
            });
            let pool = self.default_pool(node).or_else(|| default_pool.clone());
            let mut applications = Vec::new();
            for application in self.named(node, "application") {
                if let Some(application) = self.application(application, pool.as_deref()) {
                    applications.push(application);
                }
            }
            found.push(Site {
                name,
                id,
                applications,
                hosts: self.hosts(node),
            });
        }
        found
    }

    /// The pool that `<applicationDefaults>` in `parent` names.
    fn default_pool(&self, parent: NodeId) -> Option<String> {
        let defaults = self.document.child_named(parent, "applicationDefaults")?;
        self.text(defaults, "applicationPool")
            .filter(|pool| !pool.is_empty())
    }

    fn application(&mut self, node: NodeId, default_pool: Option<&str>) -> Option<Application> {
        let path = self.needed(node, "path")?;
        let pool = self
            .text(node, "applicationPool")
            .filter(|pool| !pool.is_empty())
            .unwrap_or_else(|| default_pool.unwrap_or(DEFAULT_POOL).to_owned());
        let mut directories = Vec::new();
        for directory in self.named(node, "virtualDirectory") {
            let own = self.needed(directory, "path");
            let folder = self.needed(directory, "physicalPath");
            if let (Some(own), Some(folder)) = (own, folder) {
                directories.push(VirtualDirectory {
                    path: join(&path, &own),
                    physical_path: expand(&folder, self.variable),
                    line: line_of(self.document, directory),
                });
            }
        }
        Some(Application {
            path,
            pool,
            directories,
            element: node,
        })
    }

    /// The host names in the bindings of a site: the part of `*:443:name` behind the port.
    fn hosts(&self, site: NodeId) -> Vec<String> {
        let Some(bindings) = self.document.child_named(site, "bindings") else {
            return Vec::new();
        };
        let web = |node: &NodeId| {
            let protocol = self.text(*node, "protocol").unwrap_or_default();
            protocol.eq_ignore_ascii_case("http") || protocol.eq_ignore_ascii_case("https")
        };
        self.named(bindings, "binding")
            .into_iter()
            .filter(web)
            .filter_map(|node| {
                let information = self.text(node, "bindingInformation")?;
                let (_, host) = information.rsplit_once(':')?;
                (!host.is_empty()).then(|| host.to_lowercase())
            })
            .collect()
    }
}

fn join(application: &str, directory: &str) -> String {
    let (application, directory) = (
        application.trim_end_matches('/'),
        directory.trim_matches('/'),
    );
    match (application, directory) {
        ("", "") => "/".to_owned(),
        (application, "") => application.to_owned(),
        (application, directory) => format!("{application}/{directory}"),
    }
}
