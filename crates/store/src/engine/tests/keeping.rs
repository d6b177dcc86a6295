//! Opening, closing, and what is still there afterwards.

use super::*;

on_every_engine! {
    a_closed_database_is_unavailable
    readiness_writes_and_reads_a_row
    what_was_written_is_there_after_reopening
}

async fn a_closed_database_is_unavailable(place: Place) {
    let bench = Bench::new(&place).await;
    bench.db.close().await.unwrap();
    let read = bench.db.read(vec![Query::new(IDS, [])]).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    let write = bench.db.write(change([put("a")])).await;
    assert!(matches!(write, Err(StoreError::Unavailable(_))), "{write:?}");
    assert!(matches!(bench.db.check().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(bench.db.migrate(&SHELF).await, Err(StoreError::Unavailable(_))));
    assert_eq!(bench.db.close().await, Ok(()));
}

async fn readiness_writes_and_reads_a_row(place: Place) {
    let bench = Bench::new(&place).await;
    assert_eq!(bench.db.check().await, Ok(()));
    assert_eq!(bench.db.check().await, Ok(()));
    let rows = bench.db.read(vec![Query::new("select checks from readiness", [])]).await.unwrap();
    assert_eq!((rows[0].len(), rows[0][0].int(0)), (1, Ok(2)));
}

async fn what_was_written_is_there_after_reopening(place: Place) {
    let bench = Bench::new(&place).await;
    assert!(bench.db.write(change([put("a")])).await.unwrap().is_done());
    bench.db.close().await.unwrap();
    assert_eq!(ids(&*place.open().await).await, ["a"]);
}
