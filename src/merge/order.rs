//! Order of siblings.

use super::children::Plan;
use super::engine::Engine;
use super::outcome::Triple;

impl Engine<'_> {
    /// Decides what becomes of a changed order.
    pub(super) fn order(&mut self, _triple: Triple, _plan: &mut Plan) {}
}
