//! Changes that share a transaction, and what they do to each other: nothing.

use super::*;

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let held = Held::new(&url, &db).await;
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}")).collect();
    let tasks: Vec<_> = names.iter().map(|name| send(&db, change([put(name)]))).collect();
    queued(&db, 40).await;
    held.release().await;
    for task in tasks {
        assert!(task.await.unwrap().unwrap().is_done());
    }
    let stats = db.stats();
    assert_eq!((stats.commits, stats.changes, stats.largest_group), (3, 41, 32));
    assert_eq!(ids(&*db).await.len(), 41);
}

#[tokio::test]
async fn what_goes_alone_shares_no_transaction() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let held = Held::new(&url, &db).await;
    let mut tasks = Vec::new();
    for (name, alone) in [("a", false), ("b", true), ("c", false), ("d", true)] {
        let change = change([put(name)]);
        tasks.push(send(&db, if alone { change.alone() } else { change }));
        queued(&db, tasks.len()).await;
    }
    held.release().await;
    for task in tasks {
        assert!(task.await.unwrap().unwrap().is_done());
    }
    let stats = db.stats();
    assert_eq!((stats.commits, stats.changes, stats.largest_group), (4, 5, 2));
    assert_eq!(ids(&*db).await, ["a", "b", "c", "d", "first"]);
}

#[tokio::test]
async fn a_refused_or_faulty_change_leaves_its_neighbours_alone() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let held = Held::new(&url, &db).await;
    let nothing = Statement::new("insert into nothing values (1)", []);
    let orphan = "insert into part (id, item) values ('p', 'nobody')";
    let mut tasks = Vec::new();
    for statements in [
        vec![put("a")],
        vec![put("b"), edit("a", 9)],
        vec![put("c"), nothing],
        vec![edit("a", 1), put("d")],
        vec![put("a")],
        vec![put("e"), put("first")],
        vec![put("f"), edit("a", 2), edit("a", 3)],
        vec![put("g"), edit("a", 2)],
    ] {
        tasks.push(send(&db, change(statements)));
        queued(&db, tasks.len()).await;
    }
    held.release().await;
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    let refused = |statement, guard, why| Ok(Written::Refused { statement, guard, why });
    let twin = |statement| refused(statement, Guard::Unique("item"), Why::UniqueViolation);
    let late = |statement| refused(statement, Guard::Version, Why::RowCount(0));
    for done in [0, 3, 6] {
        assert!(outcomes[done].as_ref().unwrap().is_done(), "{done}: {outcomes:?}");
    }
    assert_eq!(outcomes[1], late(1));
    assert!(matches!(outcomes[2], Err(StoreError::Engine { .. })), "{outcomes:?}");
    assert_eq!(outcomes[4], twin(0));
    assert_eq!(outcomes[5], twin(1));
    assert_eq!(outcomes[7], late(1));
    assert_eq!(ids(&*db).await, ["a", "d", "f", "first"]);

    // Found at the commit only: whose it is shows when each goes alone.
    let held = other_held(&url, &db).await;
    let tasks = [
        send(&db, change([put("x")])),
        send(&db, change([put("y"), Statement::new(orphan, [])])),
        send(&db, change([put("z")])),
    ];
    queued(&db, 3).await;
    held.release().await;
    let [x, y, z] = tasks;
    assert!(x.await.unwrap().unwrap().is_done());
    assert!(matches!(y.await.unwrap(), Err(StoreError::Engine { .. })));
    assert!(z.await.unwrap().unwrap().is_done());
    assert_eq!(ids(&*db).await, ["a", "d", "f", "first", "second", "x", "z"]);
}

async fn other_held(url: &str, db: &Arc<Postgres>) -> Held {
    let other = beside(url).await;
    other.batch_execute("begin; lock table item in exclusive mode").await.unwrap();
    let first = send(db, change([put("second")]));
    blocked(&other).await;
    Held { other, first }
}

#[tokio::test]
async fn a_change_whose_caller_went_away_still_holds() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let held = Held::new(&url, &db).await;
    let task = send(&db, change([put("a")]));
    queued(&db, 1).await;
    task.abort();
    held.first.abort();
    held.other.batch_execute("commit").await.unwrap();
    assert!(db.write(change([put("b")])).await.unwrap().is_done());
    assert_eq!(ids(&*db).await, ["a", "b", "first"]);
}

#[tokio::test]
async fn closing_finishes_what_was_accepted() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let held = Held::new(&url, &db).await;
    let before = send(&db, change([put("a")]));
    queued(&db, 1).await;
    let closing = tokio::spawn({
        let db = Arc::clone(&db);
        async move { db.close().await }
    });
    held.release().await;
    assert!(before.await.unwrap().unwrap().is_done());
    assert_eq!(closing.await.unwrap(), Ok(()));
    let after = db.write(change([put("b")])).await;
    assert!(matches!(after, Err(StoreError::Unavailable(_))), "{after:?}");
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let url = Cluster::shared().database();
    let db = open(&url, PostgresOptions { waiting: 1, ..NARROW }).await;
    let held = Held::new(&url, &db).await;
    let waiting = send(&db, change([put("a")]));
    queued(&db, 1).await;
    let refused = db.write(change([put("b")])).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    held.release().await;
    assert!(waiting.await.unwrap().unwrap().is_done());
}
