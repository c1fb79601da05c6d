//! How values of an identity compare.

use std::borrow::Cow;

use crate::config::terms::Compare;
use crate::xml::fold::{folded, push_folded};

impl Compare {
    /// Whether values that differ in case only are equal.
    #[must_use]
    pub fn ignores_case(self) -> bool {
        self != Self::Exactly
    }

    /// `value` in a form that is equal for values that compare equal.
    #[must_use]
    pub fn folded(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Exactly => Cow::Borrowed(value),
            Self::IgnoreCase => folded(value),
            Self::AssemblyName => {
                let mut out = String::with_capacity(value.len());
                push_assembly(&mut out, value);
                Cow::Owned(out)
            }
        }
    }

    /// Adds `value`, folded, to `key`.
    pub fn push(self, key: &mut String, value: &str) {
        match self {
            Self::Exactly => key.push_str(value),
            Self::IgnoreCase => push_folded(key, value),
            Self::AssemblyName => push_assembly(key, value),
        }
    }

    /// Whether two values compare equal.
    #[must_use]
    pub fn is_same(self, one: &str, other: &str) -> bool {
        one == other || (self.ignores_case() && self.folded(one) == self.folded(other))
    }
}

/// What identifies an assembly of any version. A neutral culture is none, and so is the token `null`.
fn push_assembly(out: &mut String, value: &str) {
    let mut parts = value.split(',').map(str::trim);
    push_folded(out, parts.next().unwrap_or_default());
    let (mut culture, mut token) = ("", "");
    for part in parts {
        let Some((name, said)) = part.split_once('=') else {
            continue;
        };
        let (name, said) = (name.trim_end(), said.trim_start());
        if name.eq_ignore_ascii_case("Culture") && !said.eq_ignore_ascii_case("neutral") {
            culture = said;
        } else if name.eq_ignore_ascii_case("PublicKeyToken") && !said.eq_ignore_ascii_case("null")
        {
            token = said;
        }
    }
    for part in [culture, token] {
        out.push(',');
        push_folded(out, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_an_assembly_are_one() {
        let same = |one, other| Compare::AssemblyName.is_same(one, other);
        let old = "Contoso.Web, Version=1.0.0.0, Culture=neutral, PublicKeyToken=31BF3856AD364E35";
        assert!(same(
            old,
            "contoso.web,Version=2.0.0.0,Culture=neutral,PublicKeyToken=31bf3856ad364e35,processorArchitecture=MSIL"
        ));
        assert!(same("Contoso.Web", "contoso.web, PublicKeyToken=null"));
        assert!(!same(old, "Contoso.Web"));
        assert!(!same(
            old,
            "Contoso.Web, Version=1.0.0.0, Culture=de, PublicKeyToken=31BF3856AD364E35"
        ));
        assert!(!same(
            old,
            "Contoso.Webs, Culture=neutral, PublicKeyToken=31BF3856AD364E35"
        ));
        assert!(!Compare::IgnoreCase.is_same("a, Version=1", "a, Version=2"));
        assert!(!Compare::Exactly.is_same("a", "A"));
    }
}
