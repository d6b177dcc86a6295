//! Changes: whole or not at all.

use super::*;
use crate::Why;

on_every_engine! {
    a_refused_change_leaves_nothing
    a_unique_violation_names_the_statement_and_its_guard
    what_a_statement_returns_comes_back_with_the_change
    a_select_in_a_change_says_what_must_exist
    another_broken_constraint_is_a_fault_and_not_a_refusal
    a_change_of_ten_thousand_statements_is_one_change
    an_empty_change_holds
    of_many_edits_of_one_version_one_wins
    of_many_that_take_one_name_one_gets_it
}

async fn a_refused_change_leaves_nothing(place: Place) {
    let bench = Bench::new(&place).await;
    let written = bench.db.write(change([put("a"), put("b"), edit("a", 7)])).await.unwrap();
    let why = Why::RowCount(0);
    assert_eq!(written, Written::Refused { statement: 2, guard: Guard::Version, why });
    assert!(bench.ids().await.is_empty());
}

async fn a_unique_violation_names_the_statement_and_its_guard(place: Place) {
    let bench = Bench::new(&place).await;
    assert!(bench.db.write(change([put("a")])).await.unwrap().is_done());
    let written = bench.db.write(change([put("b"), put("a")])).await.unwrap();
    let (guard, why) = (Guard::Unique("item"), Why::UniqueViolation);
    assert_eq!(written, Written::Refused { statement: 1, guard, why });

    let note = |id: &str| Statement::one(PUT, [id.into(), "same".into()], Guard::Unique("note"));
    let written = bench.db.write(change([note("c"), note("d")])).await.unwrap();
    assert_eq!(written, Written::Refused { statement: 1, guard: Guard::Unique("note"), why });
    assert_eq!(bench.ids().await, ["a"]);
}

async fn what_a_statement_returns_comes_back_with_the_change(place: Place) {
    let bench = Bench::new(&place).await;
    let claim = "update item set version = version + 1 where version = $1 returning id, version";
    let claim = Statement::new(claim, [1_i64.into()]).expecting(2, Guard::Lease);
    let written = bench.db.write(change([put("a"), put("b"), claim.clone()])).await.unwrap();
    let Written::Done(rows) = written else { panic!("{written:?}") };
    assert!(rows[0].is_empty() && rows[1].is_empty());
    assert_eq!(rows[2].len(), 2);
    assert_eq!((rows[2][0].text(0), rows[2][0].int(1)), (Ok("a"), Ok(2)));

    let again = bench.db.write(change([claim])).await.unwrap();
    let (guard, why) = (Guard::Lease, Why::RowCount(0));
    assert_eq!(again, Written::Refused { statement: 0, guard, why });
}

async fn a_select_in_a_change_says_what_must_exist(place: Place) {
    let bench = Bench::new(&place).await;
    let needs = || {
        let sql = "select 1 from item where id = $1";
        Statement::one(sql, ["a".into()], Guard::Version)
    };
    let without = bench.db.write(change([needs(), put("b")])).await.unwrap();
    assert!(matches!(without, Written::Refused { statement: 0, .. }));
    assert!(bench.db.write(change([put("a"), needs(), put("b")])).await.unwrap().is_done());
}

async fn another_broken_constraint_is_a_fault_and_not_a_refusal(place: Place) {
    let bench = Bench::new(&place).await;
    let orphan = "insert into part (id, whole) values ('p', 'nobody')";
    let outcome = bench.db.write(change([put("a"), Statement::new(orphan, [])])).await;
    assert!(matches!(outcome, Err(StoreError::Engine { .. })), "{outcome:?}");
    assert!(bench.ids().await.is_empty());
}

async fn a_change_of_ten_thousand_statements_is_one_change(place: Place) {
    let bench = Bench::new(&place).await;
    let statements: Vec<_> = (0..10_000).map(|number| put(&number.to_string())).collect();
    assert!(bench.db.write(change(statements.clone())).await.unwrap().is_done());
    let rows = bench.db.read(vec![Query::new(COUNT, [])]).await.unwrap();
    assert_eq!(rows[0][0].int(0), Ok(10_000));
    let again = bench.db.write(change(statements)).await.unwrap();
    assert!(matches!(again, Written::Refused { statement: 0, .. }));
}

async fn an_empty_change_holds(place: Place) {
    let bench = Bench::new(&place).await;
    assert_eq!(bench.db.write(Change::default()).await, Ok(Written::Done(Vec::new())));
}

async fn of_many_edits_of_one_version_one_wins(place: Place) {
    let (one, two) = (Bench::new(&place).await, Bench::new(&place).await);
    assert!(one.db.write(change([put("a")])).await.unwrap().is_done());
    let tries = (0..20).map(|n| {
        let db = if n % 2 == 0 { &one.db } else { &two.db };
        db.write(change([put(&format!("by {n}")), edit("a", 1)]))
    });
    let outcomes = futures::future::join_all(tries).await;
    let done = outcomes.iter().filter(|outcome| outcome.as_ref().unwrap().is_done()).count();
    assert_eq!(done, 1, "{outcomes:?}");
    let (guard, why) = (Guard::Version, Why::RowCount(0));
    let refused = Written::Refused { statement: 1, guard, why };
    assert!(outcomes.into_iter().flatten().all(|w| w.is_done() || w == refused));
    assert_eq!(one.ids().await.len(), 2, "the losers left nothing");
}

async fn of_many_that_take_one_name_one_gets_it(place: Place) {
    let (one, two) = (Bench::new(&place).await, Bench::new(&place).await);
    let tries = (0..20).map(|n| {
        let db = if n % 2 == 0 { &one.db } else { &two.db };
        db.write(change([put(&format!("by {n}")), put("the name")]))
    });
    let outcomes = futures::future::join_all(tries).await;
    let done = outcomes.iter().filter(|outcome| outcome.as_ref().unwrap().is_done()).count();
    assert_eq!(done, 1, "{outcomes:?}");
    let (guard, why) = (Guard::Unique("item"), Why::UniqueViolation);
    let refused = Written::Refused { statement: 1, guard, why };
    assert!(outcomes.into_iter().flatten().all(|w| w.is_done() || w == refused));
    assert_eq!(one.ids().await.len(), 2, "the losers left nothing");
}
