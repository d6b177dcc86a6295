//! Opening, closing, and what is still there afterwards.

use super::*;

const SERVER: Options = Options { exclusive_server: true, readers: 2, waiting: 64 };

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let bench = Bench::new().await;
    let _ = bench.db.write(change([put("a")])).await.unwrap();
    bench.db.close().await.unwrap();
    let log = bench.place.path().join("demarc.db-wal");
    assert!(!log.exists(), "closing moves the log into the file");
    let again = Sqlite::open(bench.path(), Options::default()).unwrap();
    let rows = again.read(vec![Query::new(IDS, [])]).await.unwrap();
    assert_eq!(rows[0][0].text(0), Ok("a"));
}

#[tokio::test]
async fn an_answered_write_survives_a_crash() {
    let bench = Bench::new().await;
    let _ = bench.db.write(change([put("a")])).await.unwrap();
    // A copy of the files as they are is what a killed process leaves.
    let wreck = tempfile::tempdir().unwrap();
    for name in ["demarc.db", "demarc.db-wal"] {
        std::fs::copy(bench.place.path().join(name), wreck.path().join(name)).unwrap();
    }
    let again = Sqlite::open(wreck.path().join("demarc.db"), Options::default()).unwrap();
    let rows = again.read(vec![Query::new(IDS, [])]).await.unwrap();
    assert_eq!(rows[0][0].text(0), Ok("a"));
}

#[tokio::test]
async fn the_writer_syncs_at_every_commit() {
    let bench = Bench::new().await;
    let settings = |conn: &mut Connection| {
        let number =
            |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        // 2 is FULL.
        Ok((number("synchronous"), number("foreign_keys"), number("busy_timeout")))
    };
    assert_eq!(bench.db.writer.run(settings).await, Ok((2, 1, 5000)));
}

#[tokio::test]
async fn closing_finishes_what_was_accepted() {
    let bench = Bench::new().await;
    let held = Held::new(&bench.db).await;
    let before = bench.send(change([put("a")]));
    bench.queued(1).await;
    let db = Arc::clone(&bench.db);
    let closing = tokio::spawn(async move { db.close().await });
    held.release().await;
    assert!(before.await.unwrap().unwrap().is_done());
    assert_eq!(closing.await.unwrap(), Ok(()));
    let again = Sqlite::open(bench.path(), Options::default()).unwrap();
    assert_eq!(again.read(vec![Query::new(IDS, [])]).await.unwrap()[0].len(), 1);
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_command_is_not() {
    let bench = Bench::with(SERVER).await;
    let second = Sqlite::open(bench.path(), SERVER);
    let Err(StoreError::AlreadyServed { path }) = second else { panic!("{second:?}") };
    assert!(path.ends_with("demarc.db"), "{path}");

    #[cfg(unix)]
    {
        let link = bench.place.path().join("link.db");
        std::os::unix::fs::symlink(bench.path(), &link).unwrap();
        let second = Sqlite::open(link, SERVER);
        assert!(matches!(second, Err(StoreError::AlreadyServed { .. })), "{second:?}");
    }

    let command = Sqlite::open(bench.path(), Options::default()).unwrap();
    assert!(command.write(change([put("a")])).await.unwrap().is_done());
    assert_eq!(bench.ids().await, ["a"]);
    assert!(bench.db.write(change([put("b")])).await.unwrap().is_done());
    command.close().await.unwrap();

    bench.db.close().await.unwrap();
    let next = Sqlite::open(bench.path(), SERVER).unwrap();
    assert_eq!(next.read(vec![Query::new(IDS, [])]).await.unwrap()[0].len(), 2);
}

#[tokio::test]
async fn a_place_that_cannot_be_opened_is_named() {
    let place = tempfile::tempdir().unwrap();
    let missing = place.path().join("no/such/folder/demarc.db");
    let shown = Sqlite::open(&missing, Options::default()).unwrap_err().to_string();
    assert!(shown.contains("no/such/folder"), "{shown}");
    let garbage = place.path().join("garbage.db");
    std::fs::write(&garbage, "this is no database, whatever its name says".repeat(100)).unwrap();
    let shown = Sqlite::open(&garbage, Options::default()).unwrap_err().to_string();
    assert!(shown.contains("garbage.db") && shown.contains("not a database"), "{shown}");
}

#[tokio::test]
async fn a_server_writes_the_log_that_it_finds_once_more_and_changes_nothing_in_it() {
    let bench = Bench::new().await;
    assert!(bench.send(change([put("a")])).await.unwrap().is_ok());
    let (place, found) = (tempfile::tempdir().unwrap(), bench.path());
    let copy = place.path().join("demarc.db");
    // As a process leaves it that is killed.
    for ending in ["", "-wal"] {
        std::fs::copy(beside(&found, ending), beside(&copy, ending)).unwrap();
    }
    let log = || std::fs::read(beside(&copy, "-wal")).unwrap();
    let before = log();
    let options = Options { exclusive_server: true, ..Options::default() };
    let server = Sqlite::open(&copy, options).unwrap();
    assert!(!before.is_empty() && log() == before);
    let ids = server.read(vec![Query::new(IDS, [])]).await.unwrap().remove(0);
    assert_eq!(ids[0].text(0).unwrap(), "a");
}
