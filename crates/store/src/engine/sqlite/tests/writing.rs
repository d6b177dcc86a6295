//! Changes: whole or not at all, alone and in groups, with room and without.

use super::*;
use crate::Why;

const PART: &str = "insert into part (id, item) values ($1, $2)";

fn is_unavailable(outcome: &Result<Written, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

fn is_done(outcome: &Result<Written, StoreError>) -> bool {
    matches!(outcome, Ok(Written::Done(_)))
}

fn big(id: &str, bytes: usize) -> Statement {
    Statement::one(PUT, [id.into(), "x".repeat(bytes).into()], Guard::None)
}

#[tokio::test]
async fn a_refused_or_faulty_change_leaves_its_neighbours_alone() {
    let bench = Bench::new().await;
    let outcomes = bench
        .together(vec![
            change([put("a")]),
            change([put("b"), edit("a", 9)]),
            change([put("c"), Statement::new("insert into nothing values (1)", [])]),
            change([edit("a", 1), put("d")]),
        ])
        .await;
    assert!(is_done(&outcomes[0]) && is_done(&outcomes[3]), "{outcomes:?}");
    let (guard, why) = (Guard::Version, Why::RowCount(0));
    assert_eq!(outcomes[1], Ok(Written::Refused { statement: 1, guard, why }));
    assert!(matches!(outcomes[2], Err(StoreError::Engine { .. })), "{outcomes:?}");
    assert_eq!(bench.ids().await, ["a", "d"]);
    let stats = bench.db.stats();
    assert_eq!((stats.commits, stats.changes, stats.refused, stats.largest_group), (1, 2, 1, 4));
}

#[tokio::test]
async fn of_two_edits_of_one_version_in_a_group_one_wins() {
    let bench = Bench::new().await;
    let _ = bench.db.write(change([put("a")])).await.unwrap();
    let outcomes = bench.together(vec![change([edit("a", 1)]), change([edit("a", 1)])]).await;
    assert!(is_done(&outcomes[0]));
    assert!(matches!(outcomes[1], Ok(Written::Refused { guard: Guard::Version, .. })));
}

#[tokio::test]
async fn a_constraint_that_fails_at_commit_fails_its_own_change_only() {
    let bench = Bench::new().await;
    let orphan = Statement::new(PART, ["p".into(), "nobody".into()]);
    let outcomes = bench
        .together(vec![change([put("a")]), change([put("b"), orphan]), change([put("c")])])
        .await;
    assert!(is_done(&outcomes[0]) && is_done(&outcomes[2]), "{outcomes:?}");
    assert!(matches!(outcomes[1], Err(StoreError::Engine { .. })), "{outcomes:?}");
    assert_eq!(bench.ids().await, ["a", "c"]);
}

#[tokio::test]
async fn sixty_four_writers_share_commits() {
    let bench = Bench::new().await;
    let ids: Vec<String> = (0..64).map(|number| format!("{number:02}")).collect();
    let outcomes = bench.together(ids.iter().map(|id| change([put(id)])).collect()).await;
    assert!(outcomes.iter().all(is_done));
    let stats = bench.db.stats();
    assert_eq!((stats.commits, stats.changes, stats.largest_group), (1, 64, 64));
    assert_eq!(bench.ids().await, ids);
}

#[tokio::test]
async fn a_group_has_a_limit() {
    let bench = Bench::new().await;
    let changes = (0..300).map(|number| change([put(&number.to_string())])).collect();
    assert!(bench.together(changes).await.iter().all(is_done));
    let stats = bench.db.stats();
    assert_eq!((stats.commits, stats.changes, stats.largest_group), (2, 300, 256));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let bench = Bench::with(Options { waiting: 2, ..Options::default() }).await;
    let held = Held::new(&bench.db).await;
    let waiting = [bench.send(change([put("a")])), bench.send(change([put("b")]))];
    bench.queued(2).await;
    assert!(is_unavailable(&bench.db.write(change([put("c")])).await));
    held.release().await;
    for task in waiting {
        assert!(is_done(&task.await.unwrap()));
    }
    assert_eq!(bench.ids().await, ["a", "b"]);
}

#[tokio::test]
async fn a_change_whose_caller_went_away_still_holds() {
    let bench = Bench::new().await;
    let held = Held::new(&bench.db).await;
    let task = bench.send(change([put("a")]));
    bench.queued(1).await;
    task.abort();
    held.release().await;
    let _ = bench.db.write(change([put("b")])).await.unwrap();
    assert_eq!(bench.ids().await, ["a", "b"]);
}

#[tokio::test]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let bench = Bench::new().await;
    bench.limit(16).await;
    assert!(is_unavailable(&bench.db.write(change([put("a"), big("b", 1 << 20)])).await));
    assert!(bench.ids().await.is_empty());
    bench.limit(10_000).await;
    assert!(is_done(&bench.db.write(change([put("a"), big("b", 1 << 20)])).await));
    assert_eq!(bench.ids().await, ["a", "b"]);
}

#[tokio::test]
async fn a_change_too_large_for_the_disk_does_not_fail_its_neighbours() {
    let bench = Bench::new().await;
    bench.limit(16).await;
    let outcomes = bench
        .together(vec![change([put("a")]), change([big("b", 1 << 20)]), change([put("c")])])
        .await;
    assert!(is_done(&outcomes[0]) && is_done(&outcomes[2]), "{outcomes:?}");
    assert!(is_unavailable(&outcomes[1]), "{outcomes:?}");
    assert_eq!(bench.ids().await, ["a", "c"]);
}

#[tokio::test]
async fn a_database_locked_by_another_process_is_unavailable_and_recovers() {
    let bench = Bench::new().await;
    let quick = |conn: &mut Connection| {
        conn.busy_timeout(std::time::Duration::ZERO).unwrap();
        Ok(())
    };
    bench.db.writer.run(quick).await.unwrap();
    let other = Connection::open(bench.path()).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let outcomes = bench.together(vec![change([put("a")]), change([put("b")])]).await;
    assert!(outcomes.iter().all(is_unavailable), "{outcomes:?}");
    other.execute_batch("rollback").unwrap();
    assert!(is_done(&bench.db.write(change([put("a")])).await));
}

#[tokio::test]
async fn a_log_that_has_grown_is_copied_into_the_file_and_begins_anew() {
    let bench = Bench::new().await;
    let length = |ending| std::fs::metadata(super::beside(&bench.path(), ending)).unwrap().len();
    for number in 0..40 {
        // No two alike: they are in an index as well.
        let (id, note) = (format!("a{number}"), format!("{number:08}").repeat(1 << 17));
        let put = Statement::one(PUT, [id.into(), note.into()], Guard::None);
        assert!(is_done(&bench.db.write(change([put])).await));
    }
    // Copying follows the answer; what is asked next follows the copying.
    assert!(is_done(&bench.db.write(change([put("b")])).await));
    assert!(length("") > 64 << 20, "the file has {}", length(""));
    assert!(length("-wal") < 64 << 20, "the log has {}", length("-wal"));
}
