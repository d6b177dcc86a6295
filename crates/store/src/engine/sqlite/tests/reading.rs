//! Reads: one snapshot, no writing, and placeholders that are where they say.

use super::*;

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let bench = Bench::new().await;
    let texts = ["", "Ærø, \u{1f4e6} 'quoted' $1", "line\nline"];
    for text in texts {
        let query =
            Query::new("select $1, $2, $3, $1", [text.into(), i64::MIN.into(), Value::Null]);
        let row = bench.db.read(vec![query]).await.unwrap().remove(0).remove(0);
        assert_eq!((row.text(0), row.int(1)), (Ok(text), Ok(i64::MIN)));
        assert_eq!((row.opt_text(2), row.text(3)), (Ok(None), Ok(text)));
    }
}

#[tokio::test]
async fn a_column_of_another_type_is_corrupt() {
    let bench = Bench::new().await;
    for sql in ["select 1, 1.5", "select 1, x'00'", "select 1, cast(x'ff' as text)"] {
        let outcome = bench.db.read(vec![Query::new(sql, [])]).await;
        let Err(StoreError::Corrupt { statement, column, .. }) = outcome else {
            panic!("{sql}: {outcome:?}")
        };
        assert_eq!((statement, column), (sql, 1));
    }
}

#[tokio::test]
async fn placeholders_out_of_order_are_caught() {
    let bench = Bench::new().await;
    let query = Query::new("select $2, $1", ["a".into(), "b".into()]);
    assert!(matches!(bench.db.read(vec![query]).await, Err(StoreError::Engine { .. })));
}
