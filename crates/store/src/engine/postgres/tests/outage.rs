//! Servers and connections that go away.

use super::*;
use std::{collections::BTreeSet, os::unix::fs::PermissionsExt, path::Path};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_the_server_crashes_under_load() {
    let cluster = Cluster::start();
    let url = cluster.database();
    let db = open(&url, PostgresOptions { pool: 8, ..PostgresOptions::default() }).await;
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let db = Arc::clone(&db);
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let name = format!("{writer}-{number}");
                    // Two rows, of which half a change would leave one.
                    let twin = format!("{name}'");
                    match db.write(change([put(&name), put(&twin)])).await {
                        Ok(written) => {
                            assert!(written.is_done(), "{written:?}");
                            acknowledged.push(name);
                        }
                        Err(StoreError::Unavailable(_)) => return acknowledged,
                        Err(other) => panic!("{other}"),
                    }
                }
                acknowledged
            })
        })
        .collect();
    until("much is written", async || db.stats().changes >= 200).await;
    cluster.crash();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    let down = db.read(vec![Query::new(IDS, [])]).await;
    assert!(matches!(down, Err(StoreError::Unavailable(_))), "{down:?}");
    assert!(matches!(db.check().await, Err(StoreError::Unavailable(_))));

    cluster.start_again();
    // The same handle finds the server again by itself.
    let there: BTreeSet<String> = ids(&*db).await.into_iter().collect();
    assert!(acknowledged.len() >= 200);
    for name in acknowledged {
        assert!(there.contains(&name), "{name} was acknowledged and is lost");
    }
    for name in &there {
        let other = name.strip_suffix('\'').map_or_else(|| format!("{name}'"), str::to_owned);
        assert!(there.contains(&other), "{name} is half a change");
    }
    assert!(db.write(change([put("after")])).await.unwrap().is_done());
}

#[tokio::test]
async fn a_restart_between_two_calls_goes_unnoticed() {
    let cluster = Cluster::start();
    let db = open(&cluster.database(), NARROW).await;
    assert!(db.write(change([put("a")])).await.unwrap().is_done());
    cluster.stop();
    cluster.start_again();
    assert!(db.write(change([put("b")])).await.unwrap().is_done());
    cluster.stop();
    cluster.start_again();
    assert_eq!(ids(&*db).await, ["a", "b"]);
}

/// Between the engine and the server: passes everything on, until the `commit` of a write comes
/// by. That it passes on, and then cuts the engine off before the answer.
async fn cutter(front: &Path, back: String) {
    let listener = UnixListener::bind(front).unwrap();
    std::fs::set_permissions(front, std::fs::Permissions::from_mode(0o666)).unwrap();
    loop {
        let (mut engine, _) = listener.accept().await.unwrap();
        let mut server = UnixStream::connect(&back).await.unwrap();
        tokio::spawn(async move {
            let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
            let mut writing = false;
            loop {
                tokio::select! {
                    read = engine.read(&mut up) => {
                        let sent = &up[..read.unwrap_or(0)];
                        if sent.is_empty() || server.write_all(sent).await.is_err() {
                            return;
                        }
                        writing |= sent.windows(10).any(|seen| seen == b"read write");
                        if writing && sent.windows(7).any(|seen| seen == b"commit\0") {
                            drop(engine);
                            // Until the server has done it and answers to nobody.
                            let _ = server.read(&mut down).await;
                            return;
                        }
                    }
                    read = server.read(&mut down) => {
                        let told = &down[..read.unwrap_or(0)];
                        if told.is_empty() || engine.write_all(told).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
    }
}

/// A server that takes connections and says nothing, ever.
fn silent(folder: &Path) -> UnixListener {
    UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap()
}

fn escaped(path: &Path) -> String {
    path.to_str().unwrap().replace('/', "%2F")
}

#[tokio::test]
async fn of_several_servers_one_that_hangs_is_in_nobodys_way() {
    let url = Cluster::shared().database();
    let folder = tempfile::tempdir().unwrap();
    let _hangs = silent(folder.path());
    let nobody = folder.path().join("nobody");
    let (user, rest) = url.split_once('@').unwrap();
    let (hangs, nobody) = (escaped(folder.path()), escaped(&nobody));
    let several = format!("{user}@{hangs},{nobody},{rest}?target_session_attrs=read-write");
    let begun = std::time::Instant::now();
    let db = open(&several, NARROW).await;
    assert!(db.write(change([put("a")])).await.unwrap().is_done());
    assert!(begun.elapsed() < PATIENCE);

    let none = format!("{user}@{hangs}/none");
    let refused = Postgres::connect(&none, NARROW).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
}

#[tokio::test]
async fn who_waits_for_a_lock_is_told_in_time() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let held = Held::new(&url, &db).await;
    let begun = std::time::Instant::now();
    let second = db.write(change([put("second")])).await;
    assert!(matches!(second, Err(StoreError::Unavailable(_))), "{second:?}");
    assert!(begun.elapsed() < ANSWER + std::time::Duration::from_secs(1));
    held.other.batch_execute("commit").await.unwrap();
    let first = held.first.await.unwrap();
    assert!(matches!(first, Err(StoreError::Unavailable(_))), "{first:?}");
    assert!(db.write(change([put("third")])).await.unwrap().is_done());
    // The second was not refused, only told that nobody knows.
    let there = ids(&*db).await;
    assert!(there.contains(&"third".to_owned()) && !there.contains(&"first".to_owned()));
}

#[tokio::test]
async fn a_limit_on_statements_does_not_reach_a_commit() {
    let url = Cluster::shared().database();
    let limit = "do $$ begin execute format('alter database %I set statement_timeout = 5000', \
                 current_database()); end $$";
    beside(&url).await.batch_execute(limit).await.unwrap();
    let db = open(&url, NARROW).await;
    let client = db.link.client().await.unwrap();
    let shown = client.query_one("show statement_timeout", &[]).await.unwrap();
    assert_eq!(shown.get::<_, String>(0), "0");
    let pooled = PostgresOptions { statement_cache: false, ..NARROW };
    let refused = Postgres::connect(&url, pooled).await.unwrap_err();
    assert!(refused.to_string().contains("statement_timeout is 5s"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_neither_a_success_nor_tried_again() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    let folder = tempfile::tempdir().unwrap();
    let front = folder.path().join(".s.PGSQL.5432");
    let config: Config = url.parse().unwrap();
    let [tokio_postgres::config::Host::Unix(socket)] = config.get_hosts() else { panic!("{url}") };
    let back = socket.join(".s.PGSQL.5432").to_str().unwrap().to_owned();
    tokio::spawn(async move { cutter(&front, back).await });
    let cut = url.replace(&escaped(socket), &escaped(folder.path()));
    assert_ne!(cut, url);
    let listens = async || folder.path().join(".s.PGSQL.5432").exists();
    until("the cutter listens", listens).await;
    let far = Postgres::connect(&cut, NARROW).await.unwrap();
    let outcome = far.write(change([put("a")])).await;
    let Err(StoreError::Unavailable(message)) = outcome else { panic!("{outcome:?}") };
    assert!(message.contains("not known"), "{message}");
    until("the server has done it", async || !ids(&*db).await.is_empty()).await;
    assert_eq!(ids(&*db).await, ["a"]);
    // A second try is the caller's to decide, and safe: the guards see the first.
    let again = db.write(change([put("a")])).await.unwrap();
    assert!(matches!(again, Written::Refused { guard: Guard::Unique("item"), .. }), "{again:?}");
}
