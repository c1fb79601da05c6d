//! One thing on the three sides of a merge.

/// What both sides have; the base may lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sides<T> {
    /// In the common ancestor.
    pub base: Option<T>,
    /// On the incoming side (`old`, `theirs`).
    pub incoming: T,
    /// In the carrier (`new`, `ours`).
    pub carrier: T,
}

impl<T> Sides<T> {
    /// Each of the three by `map`.
    pub fn map<U>(self, mut map: impl FnMut(T) -> U) -> Sides<U> {
        Sides {
            base: self.base.map(&mut map),
            incoming: map(self.incoming),
            carrier: map(self.carrier),
        }
    }

    /// Each with its counterpart; a base only where both have one.
    pub fn zip<U>(self, other: Sides<U>) -> Sides<(T, U)> {
        Sides {
            base: self.base.zip(other.base),
            incoming: (self.incoming, other.incoming),
            carrier: (self.carrier, other.carrier),
        }
    }

    /// Those that are there: base, incoming, carrier.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.base.iter().chain([&self.incoming, &self.carrier])
    }

    /// With incoming and carrier in each other's place.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self {
            base: self.base,
            incoming: self.carrier,
            carrier: self.incoming,
        }
    }
}

/// What each side may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Presence<T> {
    /// In the common ancestor.
    pub base: Option<T>,
    /// On the incoming side (`old`, `theirs`).
    pub incoming: Option<T>,
    /// In the carrier (`new`, `ours`).
    pub carrier: Option<T>,
}

impl<T> Presence<T> {
    /// Nowhere.
    pub const NONE: Self = Self {
        base: None,
        incoming: None,
        carrier: None,
    };

    /// Each that is there by `map`.
    pub fn map<U>(self, mut map: impl FnMut(T) -> U) -> Presence<U> {
        Presence {
            base: self.base.map(&mut map),
            incoming: self.incoming.map(&mut map),
            carrier: self.carrier.map(&mut map),
        }
    }

    /// Each with its counterpart, where both are there.
    pub fn zip<U>(self, other: Presence<U>) -> Presence<(T, U)> {
        Presence {
            base: self.base.zip(other.base),
            incoming: self.incoming.zip(other.incoming),
            carrier: self.carrier.zip(other.carrier),
        }
    }

    /// The three sides, if both the incoming side and the carrier have it.
    pub fn both(self) -> Option<Sides<T>> {
        Some(Sides {
            base: self.base,
            incoming: self.incoming?,
            carrier: self.carrier?,
        })
    }
}

impl<T> Default for Presence<T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<T> From<Sides<T>> for Presence<T> {
    fn from(sides: Sides<T>) -> Self {
        Self {
            base: sides.base,
            incoming: Some(sides.incoming),
            carrier: Some(sides.carrier),
        }
    }
}
