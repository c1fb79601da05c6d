//! Ids of rows. The id of a component is no id of a fact: each has the type of the row that it is of.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::facts::{KnownFact, Service};
use super::lint::LintRule;
use super::{Component, PackInfo, Policy};

/// The id of a pack.
pub type PackId = Id<PackInfo>;
/// The id of a component.
pub type ComponentId = Id<Component>;
/// The id of a fact.
pub type FactId = Id<KnownFact>;
/// The id of a service.
pub type ServiceId = Id<Service>;
/// The id of a merge policy.
pub type PolicyId = Id<Policy>;
/// The code of a lint rule: `PF101`.
pub type RuleId = Id<LintRule>;
/// The id of a row of any table.
pub type RowId = Id<AnyRow>;

/// Stands for the type of a row where that does not matter.
#[derive(Clone, Copy, Debug)]
pub enum AnyRow {}

/// The id of a row of type `T`, checked when its pack was loaded. A copy costs nothing.
pub struct Id<T> {
    text: Shared,
    of: PhantomData<fn() -> T>,
}

#[derive(Clone)]
enum Shared {
    /// Of a pack that was compiled.
    Known(&'static str),
    Read(Arc<str>),
}

impl<T> Id<T> {
    /// An id that the build has checked.
    #[must_use]
    pub const fn known(id: &'static str) -> Self {
        Self {
            text: Shared::Known(id),
            of: PhantomData,
        }
    }

    /// The id that a row says, or one that a baseline or a manifest speaks of.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self {
            text: Shared::Read(id.into()),
            of: PhantomData,
        }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.text {
            Shared::Known(id) => id,
            Shared::Read(id) => id,
        }
    }

    /// The same id where rows of any table are spoken of.
    #[must_use]
    pub fn of_any(&self) -> RowId {
        RowId {
            text: self.text.clone(),
            of: PhantomData,
        }
    }
}

// Derived, these would ask the same of `T`.

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<T> Eq for Id<T> {}

/// So that what users write is looked up among ids.
impl<T> PartialEq<str> for Id<T> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl<T> PartialEq<&str> for Id<T> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<T> Borrow<str> for Id<T> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl<T> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

impl<T> JsonSchema for Id<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
