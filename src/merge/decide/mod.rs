//! Who wins: one value on three sides, and who or what decided.

pub(super) mod contest;
mod judge;
