//! Migrations against a real database.

use super::*;
use crate::SchemaFault;

on_every_engine! {
    migrations_run_once_and_in_order
    a_migration_that_breaks_off_leaves_nothing_and_can_be_resumed
    a_database_newer_than_the_program_is_refused
    an_edited_migration_is_refused
    a_migration_may_not_end_its_transaction
    two_that_migrate_at_once_take_turns
}

static START: Migration =
    Migration { number: 1, name: "start", sql: "create table a (id text)", postgres: "" };
static TWO: [Migration; 2] = [
    Migration { number: 1, name: "start", sql: "create table a (id text)", postgres: "" },
    Migration {
        number: 2,
        name: "next",
        sql: "create table b (id text); create table c (id text)",
        postgres: "",
    },
];
/// Its second statement fails.
static BROKEN: [Migration; 2] = [
    Migration { number: 1, name: "start", sql: "create table a (id text)", postgres: "" },
    Migration {
        number: 2,
        name: "next",
        sql: "create table b (id text); create tabel c (id text)",
        postgres: "",
    },
];
static EDITED: [Migration; 2] = [
    Migration {
        number: 1,
        name: "start",
        sql: "create table a (id text, extra text)",
        postgres: "",
    },
    Migration {
        number: 2,
        name: "next",
        sql: "create table b (id text); create table c (id text)",
        postgres: "",
    },
];
static LEAVING: [Migration; 1] = [Migration {
    number: 1,
    name: "leaves",
    sql: "create table a (id text); commit",
    postgres: "",
}];

/// Which of three tables there are.
async fn tables(db: &dyn Engine) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (name, sql) in
        [("a", "select id from a"), ("b", "select id from b"), ("c", "select id from c")]
    {
        if db.read(vec![Query::new(sql, [])]).await.is_ok() {
            found.push(name);
        }
    }
    found
}

async fn migrations_run_once_and_in_order(place: Place) {
    let db = place.open().await;
    assert_eq!(db.migrate(&TWO[..1]).await, Ok(Applied { numbers: vec![1], at: 1 }));
    assert_eq!(db.migrate(&TWO).await, Ok(Applied { numbers: vec![2], at: 2 }));
    assert_eq!(db.migrate(&TWO).await, Ok(Applied { numbers: vec![], at: 2 }));
    assert_eq!(tables(&*db).await, ["a", "b", "c"]);
    let sql = "select number, name, applied_at from schema_history order by number";
    let rows = db.read(vec![Query::new(sql, [])]).await.unwrap().remove(0);
    assert_eq!((rows[1].int(0), rows[1].text(1)), (Ok(2), Ok("next")));
    // Milliseconds: well after the year 2020, well before 2200.
    assert!((1_577_836_800_000..7_258_118_400_000).contains(&rows[1].int(2).unwrap()));
}

async fn a_migration_that_breaks_off_leaves_nothing_and_can_be_resumed(place: Place) {
    let db = place.open().await;
    let broken = db.migrate(&BROKEN).await;
    let Err(StoreError::Engine { statement, .. }) = broken else { panic!("{broken:?}") };
    assert_eq!(statement, "migration 2 (next)");
    assert_eq!(tables(&*db).await, ["a"]);
    assert_eq!(db.migrate(&TWO).await, Ok(Applied { numbers: vec![2], at: 2 }));
    assert_eq!(tables(&*db).await, ["a", "b", "c"]);
}

async fn a_database_newer_than_the_program_is_refused(place: Place) {
    let db = place.open().await;
    db.migrate(&TWO).await.unwrap();
    let fault = SchemaFault::Newer { number: 2, name: "next".into(), known: START.number };
    assert_eq!(db.migrate(&TWO[..1]).await, Err(StoreError::Schema(vec![fault])));
}

async fn an_edited_migration_is_refused(place: Place) {
    let db = place.open().await;
    db.migrate(&TWO).await.unwrap();
    let fault = SchemaFault::Changed { number: 1, name: "start" };
    assert_eq!(db.migrate(&EDITED).await, Err(StoreError::Schema(vec![fault])));
}

async fn a_migration_may_not_end_its_transaction(place: Place) {
    let db = place.open().await;
    assert!(matches!(db.migrate(&LEAVING).await, Err(StoreError::Engine { .. })));
}

async fn two_that_migrate_at_once_take_turns(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let (first, second) = tokio::join!(one.migrate(&TWO), two.migrate(&TWO));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.at, second.at), (2, 2));
    let mut numbers = [first.numbers, second.numbers].concat();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}
