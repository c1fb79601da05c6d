//! Sections that need no declaration in the file that uses them.
//!
//! The rows (`[[section-group]]`) come from rule packs. Modules may bring more
//! to IIS, so an unknown name below `system.webServer` proves nothing.

use std::borrow::Cow;

/// A section group, by its path, and the sections and groups in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionGroup {
    /// `""` for `configuration`, `system.web/caching`.
    pub path: Cow<'static, str>,
    /// Names of the sections and groups in it.
    pub members: Cow<'static, [Cow<'static, str>]>,
}

/// All groups that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectionGroups {
    groups: Cow<'static, [SectionGroup]>,
}

impl SectionGroups {
    /// What `groups` say; several of one path add up.
    #[must_use]
    pub const fn new(groups: Cow<'static, [SectionGroup]>) -> Self {
        Self { groups }
    }

    /// The groups, row by row.
    #[must_use]
    pub fn rows(&self) -> &[SectionGroup] {
        &self.groups
    }

    /// The names of the sections and groups in the group at `path`.
    pub fn members<'s>(&'s self, path: &str) -> impl Iterator<Item = &'s str> {
        self.groups
            .iter()
            .filter(move |group| group.path == path)
            .flat_map(|group| group.members.iter().map(|member| &**member))
    }

    /// Whether the group at `path` has a member of this name.
    #[must_use]
    pub fn has(&self, path: &str, name: &str) -> bool {
        self.members(path).any(|member| member == name)
    }

    /// The path of another group that has a member of this name.
    #[must_use]
    pub fn other_home(&self, path: &str, name: &str) -> Option<&str> {
        self.groups
            .iter()
            .find(|group| group.path != path && group.members.iter().any(|member| member == name))
            .map(|group| &*group.path)
    }

    /// The member of the group at `path` that differs from `name` in case only.
    #[must_use]
    pub fn in_other_case(&self, path: &str, name: &str) -> Option<&str> {
        self.members(path)
            .find(|member| *member != name && member.eq_ignore_ascii_case(name))
    }

    /// Whether the member `name` of the group at `path` is a group itself.
    #[must_use]
    pub fn is_group(&self, path: &str, name: &str) -> bool {
        let is_it = |before: &str| match path.is_empty() {
            true => before.is_empty(),
            false => before.strip_suffix('/') == Some(path),
        };
        !name.is_empty()
            && (self.groups.iter())
                .filter_map(|known| known.path.strip_suffix(name))
                .any(is_it)
    }

    /// Element paths of the sections that are known, each with whether it is a
    /// group: what the identity table says of them without a row of their own.
    pub fn element_paths(&self) -> impl Iterator<Item = (String, bool)> {
        self.groups.iter().flat_map(move |group| {
            group.members.iter().flat_map(move |name| {
                let is_group = self.is_group(&group.path, name);
                let parents: &[&str] = match &*group.path {
                    "" => &["configuration", "location"],
                    path => &[path],
                };
                let paths = parents.iter().map(|parent| format!("{parent}/{name}"));
                paths.map(move |path| (path, is_group)).collect::<Vec<_>>()
            })
        })
    }
}
