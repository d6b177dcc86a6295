//! Reads: one snapshot, no writing, and values as they went in.

use super::*;

on_every_engine! {
    a_read_never_sees_half_a_change
    a_read_sees_every_write_that_was_answered_before_it
    a_read_may_not_write
    text_compares_by_its_bytes
    a_wrong_number_of_values_is_an_error
    preparing_names_every_statement_at_fault
    what_is_stored_comes_back_as_it_went_in
}

async fn a_read_never_sees_half_a_change(place: Place) {
    let bench = Bench::new(&place).await;
    let _ = bench.db.write(change([put("a"), put("b")])).await.unwrap();
    let db = Arc::clone(&bench.db);
    let writer = tokio::spawn(async move {
        for version in 1..400 {
            let both = change([edit("a", version), edit("b", version)]);
            assert!(db.write(both).await.unwrap().is_done());
        }
    });
    let version = |id: &str| Query::new("select version from item where id = $1", [id.into()]);
    while !writer.is_finished() {
        let seen = bench.db.read(vec![version("a"), version("b")]).await.unwrap();
        assert_eq!(seen[0][0].int(0), seen[1][0].int(0));
    }
    writer.await.unwrap();
}

async fn a_read_sees_every_write_that_was_answered_before_it(place: Place) {
    let bench = Bench::new(&place).await;
    for number in 1..=50 {
        let _ = bench.db.write(change([put(&number.to_string())])).await.unwrap();
        let rows = bench.db.read(vec![Query::new(COUNT, [])]).await.unwrap();
        assert_eq!(rows[0][0].int(0), Ok(number));
    }
}

async fn a_read_may_not_write(place: Place) {
    let bench = Bench::new(&place).await;
    let sneaky = Query::new("insert into item values ('a', 1, null) returning id", []);
    let outcome = bench.db.read(vec![Query::new(COUNT, []), sneaky.clone()]).await;
    assert!(matches!(outcome, Err(StoreError::Engine { .. })), "{outcome:?}");
    assert!(bench.db.read(vec![sneaky]).await.is_err());
    // The reader that refused is none the worse.
    for _ in 0..8 {
        assert!(bench.ids().await.is_empty());
    }
}

async fn text_compares_by_its_bytes(place: Place) {
    let bench = Bench::new(&place).await;
    let _ = bench.db.write(change(["b", "é", "B", "a"].map(put))).await.unwrap();
    assert_eq!(bench.ids().await, ["B", "a", "b", "é"]);
}

async fn a_wrong_number_of_values_is_an_error(place: Place) {
    let bench = Bench::new(&place).await;
    for values in [vec![], vec!["a".into(), "b".into()]] {
        let outcome = bench.db.read(vec![Query::new("select $1", values)]).await;
        assert!(matches!(outcome, Err(StoreError::Engine { .. })), "{outcome:?}");
    }
}

async fn preparing_names_every_statement_at_fault(place: Place) {
    let bench = Bench::new(&place).await;
    let good = [PUT, EDIT, COUNT, "select $1, $2, $1, $3"];
    assert_eq!(bench.db.prepare_all(&good).await, Ok(()));
    let bad = [
        "select $2, $1",
        "select $1, $3",
        "select ?",
        "select :a",
        "selec 1",
        "select 1; select 2",
    ];
    let all: Vec<_> = good.into_iter().chain(bad).collect();
    let outcome = bench.db.prepare_all(&all).await;
    let Err(StoreError::BadStatements(faults)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(faults.iter().map(|fault| fault.sql).collect::<Vec<_>>(), bad);
    assert!(faults[0].problem.contains("number 1 is $2, not $1"), "{faults:?}");
    assert!(faults[1].problem.contains("number 2 is $3, not $2"), "{faults:?}");
}

async fn what_is_stored_comes_back_as_it_went_in(place: Place) {
    const STORE: &str = "insert into item (id, version, note) values ($1, $2, $3)";
    const FIND: &str = "select id, version, note from item where id = $1 and version = $2";
    let bench = Bench::new(&place).await;
    for text in ["", "Ærø, \u{1f4e6} 'quoted' $1", "line\nline", "\\N"] {
        let key = [text.into(), i64::MIN.into()];
        let store = Statement::new(STORE, [text.into(), i64::MIN.into(), Value::Null]);
        assert!(bench.db.write(change([store])).await.unwrap().is_done());
        let row = bench.db.read(vec![Query::new(FIND, key)]).await.unwrap().remove(0).remove(0);
        assert_eq!((row.text(0), row.int(1)), (Ok(text), Ok(i64::MIN)));
        assert_eq!(row.opt_text(2), Ok(None));
    }
}
