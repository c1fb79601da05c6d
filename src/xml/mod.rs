//! Lossless XML: from bytes to a document that keeps every byte, and back
//! through edits. Knows nothing of .NET.
//!
//! The way of the data: [`source`] decodes, [`tokens`] split, [`parse`] judges
//! and builds the [`document`], [`edit`] turns decisions into a new text,
//! [`second_reader`] (for git [`fast_reader`]) checks that text before anyone
//! writes it.

pub mod address;
pub mod chars;
pub mod conflict_markers;
pub mod document;
pub mod edit;
pub mod encoding;
pub mod escape;
pub mod fast_reader;
pub mod fold;
pub mod layout;
pub mod parse;
pub mod second_reader;
pub mod selector;
pub mod source;
pub mod span;
pub mod syntax;
pub mod tokens;

pub use document::{Attribute, Document, NodeId, NodeKind};
pub use edit::{Edit, EditError, Edits};
pub use parse::ParseError;
pub use source::Source;
pub use span::{LineColumn, Lines, Span};
