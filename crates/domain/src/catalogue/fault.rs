//! What is wrong with a catalogue file: where, and what to write instead.

use serde::Serialize;
use std::fmt;

/// A mistake in a catalogue file. All mistakes of all files are found at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueFault {
    /// The file's name, as given.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub kind: FaultKind,
    /// What is wrong, in plain words.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// The sorts of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The file is not TOML.
    Syntax,
    /// A key or a whole part that must be there is not.
    Missing,
    /// A key that means nothing here: most often a typing mistake.
    UnknownKey,
    /// A value of the wrong type or form.
    WrongForm,
    /// A number outside of its range.
    OutOfRange,
    /// Two things where one may be: codes, prefixes, values.
    Duplicate,
    /// A name that stands for nothing: feature, value, component, offering, zone.
    UnknownReference,
    /// Something that can be ordered has no price.
    MissingPrice,
    /// A price that nothing can be ordered for.
    UnmatchedPrice,
    /// A price below zero.
    NegativePrice,
    /// A floor above the list price, or above what a term step alone leaves of it.
    FloorTooHigh,
    /// A period that ends before it begins.
    DatesReversed,
    /// A default that is not among the allowed values.
    DefaultNotAllowed,
    /// The term's values and the term's steps differ.
    TermMismatch,
    /// A longer term or a larger volume that takes less off, without saying so.
    StepDearer,
    /// A discount that a partner may give but nobody may.
    AuthorityTooHigh,
}

impl FaultKind {
    pub const ALL: [Self; 16] = [
        Self::Syntax,
        Self::Missing,
        Self::UnknownKey,
        Self::WrongForm,
        Self::OutOfRange,
        Self::Duplicate,
        Self::UnknownReference,
        Self::MissingPrice,
        Self::UnmatchedPrice,
        Self::NegativePrice,
        Self::FloorTooHigh,
        Self::DatesReversed,
        Self::DefaultNotAllowed,
        Self::TermMismatch,
        Self::StepDearer,
        Self::AuthorityTooHigh,
    ];
}

impl fmt::Display for CatalogueFault {
    /// `adi.toml:12: … Remedy: …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}. {}.", self.file, self.line, self.message, self.remedy)
    }
}

impl std::error::Error for CatalogueFault {}
