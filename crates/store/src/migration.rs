//! Migrations as values, and which of them a database still needs. Running them is the engine's.

use crate::{Row, SchemaFault, StoreError};

/// Asks for every [`Past`].
pub(crate) const HISTORY: &str =
    "select number, name, checksum from schema_history order by number";

/// One step of the schema. Once released it is never edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Rises through the list; gaps are allowed.
    pub number: u32,
    /// What it does, in a word or two.
    pub name: &'static str,
    /// One or more statements without transaction control: the engine wraps them in one.
    pub sql: &'static str,
    /// What PostgreSQL needs besides, and SQLite has by itself or cannot do; may be empty.
    pub postgres: &'static str,
}

impl Migration {
    /// FNV-1a (64 bits) of both texts, in hexadecimal. It notices edits, not malice; carriage
    /// returns do not count, so that a checkout on another system is the same migration.
    pub(crate) fn checksum(&self) -> String {
        let bytes = self.sql.bytes().chain(self.postgres.bytes()).filter(|byte| *byte != b'\r');
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// What a run of migrations did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The numbers that this run applied, in order; empty if the database was current.
    pub numbers: Vec<u32>,
    /// The database's last migration now; zero if there is none.
    pub at: u32,
}

/// One line of a database's `schema_history`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) checksum: String,
}

impl Past {
    /// A row of [`HISTORY`].
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        let number =
            u32::try_from(row.int(0)?).map_err(|_| row.corrupt(0, "no migration's number"))?;
        Ok(Self { number, name: row.text(1)?.to_owned(), checksum: row.text(2)?.to_owned() })
    }
}

/// The migrations that a database with this `history` (by rising number) still needs, in order.
/// All disagreements at once otherwise.
pub(crate) fn pending(
    migrations: &'static [Migration],
    history: &[Past],
) -> Result<&'static [Migration], StoreError> {
    let known = migrations.last().map_or(0, |last| last.number);
    let at = history.last().map_or(0, |last| last.number);
    let mut faults = Vec::new();
    for pair in migrations.windows(2) {
        if let [before, after] = pair
            && after.number <= before.number
        {
            faults.push(SchemaFault::Unordered { number: after.number, name: after.name });
        }
    }
    for past in history {
        let (number, name) = (past.number, past.name.clone());
        match migrations.iter().find(|migration| migration.number == number) {
            Some(migration) if migration.checksum() == past.checksum => {}
            Some(migration) => {
                faults.push(SchemaFault::Changed { number, name: migration.name });
            }
            None if number > known => faults.push(SchemaFault::Newer { number, name, known }),
            None => faults.push(SchemaFault::Unknown { number, name }),
        }
    }
    for &Migration { number, name, .. } in migrations {
        if number <= at && history.iter().all(|past| past.number != number) {
            faults.push(SchemaFault::Late { number, name, at });
        }
    }
    if faults.is_empty() {
        let applied = migrations.partition_point(|migration| migration.number <= at);
        Ok(migrations.get(applied..).unwrap_or_default())
    } else {
        Err(StoreError::Schema(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: [Migration; 3] = [
        Migration { number: 1, name: "start", sql: "create table a (id text)", postgres: "" },
        Migration { number: 2, name: "more", sql: "create table b (id text)", postgres: "" },
        Migration { number: 4, name: "most", sql: "create table c (id text)", postgres: "" },
    ];

    fn past(migration: &Migration) -> Past {
        Past {
            number: migration.number,
            name: migration.name.to_owned(),
            checksum: migration.checksum(),
        }
    }

    #[test]
    fn a_database_needs_what_comes_after_its_last() {
        assert_eq!(pending(&LIST, &[]), Ok(&LIST[..]));
        assert_eq!(pending(&LIST, &[past(&LIST[0])]), Ok(&LIST[1..]));
        let all: Vec<Past> = LIST.iter().map(past).collect();
        assert_eq!(pending(&LIST, &all), Ok(&[][..]));
    }

    #[test]
    fn every_disagreement_is_named_at_once() {
        let edited = Past { checksum: "0".repeat(16), ..past(&LIST[0]) };
        let strange = Past { number: 3, name: "fork".into(), ..past(&LIST[0]) };
        let newer = Past { number: 9, name: "future".into(), ..past(&LIST[0]) };
        let faults = vec![
            SchemaFault::Changed { number: 1, name: "start" },
            SchemaFault::Unknown { number: 3, name: "fork".into() },
            SchemaFault::Newer { number: 9, name: "future".into(), known: 4 },
            SchemaFault::Late { number: 2, name: "more", at: 9 },
            SchemaFault::Late { number: 4, name: "most", at: 9 },
        ];
        assert_eq!(pending(&LIST, &[edited, strange, newer]), Err(StoreError::Schema(faults)));
    }

    #[test]
    fn a_list_that_does_not_rise_is_refused() {
        static TWICE: [Migration; 2] = [LIST_FIRST, LIST_FIRST];
        const LIST_FIRST: Migration = Migration { number: 1, name: "start", sql: "", postgres: "" };
        let fault = SchemaFault::Unordered { number: 1, name: "start" };
        assert_eq!(pending(&TWICE, &[]), Err(StoreError::Schema(vec![fault])));
    }

    #[test]
    fn the_checksum_is_fnv_1a_and_ignores_carriage_returns() {
        let of = |sql| Migration { number: 1, name: "", sql, postgres: "" }.checksum();
        // The published test vectors of FNV-1a, 64 bits.
        assert_eq!(of(""), "cbf29ce484222325");
        assert_eq!(of("foobar"), "85944171f73967e8");
        assert_eq!(of("a;\r\nb;"), of("a;\nb;"));
    }
}
