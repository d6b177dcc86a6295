//! Copies of a whole database: taking one beside a running server, checking one, and what a
//! database says of its schema. Where copies lie and what they are called is the caller's.

use crate::migration::{HISTORY, Past, pending};
use crate::{Engine, MIGRATIONS, Query, StoreError};

pub use crate::engine::postgres::backup as postgres;
pub use crate::engine::sqlite::backup as sqlite;

/// A copy that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Every table with its rows, by name.
    pub tables: Vec<(String, u64)>,
    /// The last migration in it.
    pub schema: u32,
    /// Size of the file.
    pub bytes: u64,
}

/// Where a database's schema stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Its last migration; zero if it has none.
    pub at: u32,
    /// Migrations that this program would still apply.
    pub pending: usize,
}

impl Schema {
    pub(crate) fn of(history: &[Past]) -> Result<Self, StoreError> {
        let pending = pending(MIGRATIONS, history)?.len();
        Ok(Self { at: history.last().map_or(0, |past| past.number), pending })
    }
}

/// Where the schema of an opened database stands, without changing it. `Schema` if this program
/// does not know it; the engine's error if there is none.
pub async fn schema(engine: &dyn Engine) -> Result<Schema, StoreError> {
    let rows = engine.read(vec![Query::new(HISTORY, [])]).await?.pop().unwrap_or_default();
    let history: Result<Vec<Past>, StoreError> = rows.iter().map(Past::read).collect();
    Schema::of(&history?)
}

/// A file or database that cannot be what it is taken for.
pub(crate) fn refuse(place: impl std::fmt::Display, problem: &str) -> StoreError {
    StoreError::Engine { statement: place.to_string(), message: problem.to_owned() }
}
