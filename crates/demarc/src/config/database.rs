//! The key `database`: "sqlite", or the URL of a PostgreSQL database, which holds a password.

use std::fmt;

/// The URL of a PostgreSQL database. Shown without who connects and how.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole of it, for the connection only.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self(text.to_owned()))
        } else {
            // Without the text, which may hold a password.
            Err("it is not a URL such as postgres://user:password@host/database")
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        write!(f, "postgres://{}", place.split('?').next().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// The value of the key.
pub(super) fn parse(text: &str) -> Result<Option<DatabaseUrl>, String> {
    match text {
        "" | "sqlite" => Ok(None),
        url => url.parse().map(Some).map_err(|why: &str| format!("{why}, nor \"sqlite\"")),
    }
}
