//! What can go wrong below the rules. A refused change is not among it: that is an answer.

use std::fmt;
use thiserror::Error;

/// A fault of the store. It carries no value that a caller sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Full, closed, locked, overloaded, or the disk does not obey: the same call may succeed
    /// later. A write that ends so was not acknowledged; repeating it is safe because its
    /// versions and unique keys guard it.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A second server on one database file.
    #[error("the database {path} is already open by another server")]
    AlreadyServed {
        /// The database file.
        path: String,
    },
    /// A row makes no sense.
    #[error("column {column} of `{statement}`: {problem}")]
    Corrupt {
        /// The statement that returned the row.
        statement: &'static str,
        /// The column, counted from zero.
        column: usize,
        /// What was expected and what was found.
        problem: String,
    },
    /// The database refuses a statement for a reason that is nobody's input: a mistake in the SQL,
    /// a constraint that the rules should have kept, a damaged file.
    #[error("`{statement}`: {message}")]
    Engine {
        /// The statement, or what was done instead of one.
        statement: String,
        /// The engine's own words.
        message: String,
    },
    /// Statements that cannot be prepared: all of them.
    #[error("{}", lines(.0))]
    BadStatements(Vec<BadStatement>),
    /// The database and this program disagree on its schema: all the places where they do.
    #[error("{}", lines(.0))]
    Schema(Vec<SchemaFault>),
}

impl StoreError {
    /// A mistake of this program's, found on the way to or from the engine.
    pub(crate) fn ours(message: impl Into<String>) -> Self {
        Self::Engine { statement: "the store".into(), message: message.into() }
    }
}

/// A statement that cannot be prepared, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{sql}`: {problem}")]
pub struct BadStatement {
    /// The statement.
    pub sql: &'static str,
    /// The engine's words, or the placeholder that is out of order.
    pub problem: String,
}

/// One disagreement between a database's schema history and the migrations of this program.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaFault {
    /// The database was migrated by a newer program.
    #[error(
        "the database has migration {number} ({name}), this program knows only up to {known}: \
         run the newer program"
    )]
    Newer {
        /// The migration in the database.
        number: u32,
        /// Its name there.
        name: String,
        /// The last migration of this program.
        known: u32,
    },
    /// An applied migration was edited afterwards.
    #[error("migration {number} ({name}) is not the text that was applied to this database")]
    Changed {
        /// The migration.
        number: u32,
        /// Its name in this program.
        name: &'static str,
    },
    /// The database has a migration which this program lacks, among those that it knows.
    #[error("the database has migration {number} ({name}), which this program does not have")]
    Unknown {
        /// The migration in the database.
        number: u32,
        /// Its name there.
        name: String,
    },
    /// A migration was put before one that is already applied.
    #[error("migration {number} ({name}) comes too late: the database is already at {at}")]
    Late {
        /// The migration of this program.
        number: u32,
        /// Its name.
        name: &'static str,
        /// The last migration in the database.
        at: u32,
    },
    /// The program's own list does not rise.
    #[error("migration {number} ({name}) does not rise above the one before it")]
    Unordered {
        /// The migration of this program.
        number: u32,
        /// Its name.
        name: &'static str,
    },
}

fn lines(faults: &[impl fmt::Display]) -> String {
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    shown.join("\n")
}
