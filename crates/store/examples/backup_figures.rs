//! What a backup costs: its speed, and what writers feel of it. Changes of four statements by
//! eight writers, without a backup and with one after the other, on SQLite in a folder (first
//! argument; default: the system's temporary one) and on a private PostgreSQL.
//! `cargo run -p demarc-store --example backup_figures -- FOLDER MEGABYTES`

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};
use store::backup::{postgres, sqlite};
use store::{Change, Engine, Guard, Options, Postgres, PostgresOptions, Sqlite, Statement, Store};

const PUT: &str = "insert into idempotency \
    (tenant, name, fingerprint, status, headers, body, forget_at) \
    values ($1, $2, 'x', 200, '[]', $3, 0)";
const WRITERS: usize = 8;
const FOR: Duration = Duration::from_secs(8);

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;
static NEXT: AtomicU64 = AtomicU64::new(0);

#[tokio::main]
async fn main() -> Done {
    let mut arguments = std::env::args().skip(1);
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let megabytes: u64 = arguments.next().map_or(Ok(256), |text| text.parse())?;
    let folder = tempfile::tempdir_in(parent)?;
    let file = folder.path().join("demarc.sqlite");
    let engine: Arc<dyn Engine> = Arc::new(Sqlite::open(&file, Options::default())?);
    fill(&engine, megabytes).await?;
    report("SQLite", &engine, folder.path(), &|to| {
        let (from, to) = (file.clone(), to.to_owned());
        Box::pin(async move {
            tokio::task::spawn_blocking(move || sqlite::copy(&from, &to)).await??;
            Ok(())
        })
    })
    .await?;
    let copy = folder.path().join("copy");
    let begun = Instant::now();
    let bytes = sqlite::check(&copy, sqlite::Depth::Deep)?.bytes;
    println!("  check of the copy: {}", speed(bytes, begun.elapsed()));
    let begun = Instant::now();
    let store = Store::open(Arc::new(Sqlite::open(&copy, Options::default())?)).await?;
    let found = store::audit::audit(&store).await?;
    println!("  invariants: {}, sound: {}", speed(bytes, begun.elapsed()), found.is_sound());
    engine.close().await?;

    let url = pgtest::Cluster::shared().database();
    let options = PostgresOptions::default();
    let engine: Arc<dyn Engine> = Arc::new(Postgres::connect(&url, options).await?);
    fill(&engine, megabytes).await?;
    let from = url.clone();
    report("PostgreSQL", &engine, folder.path(), &move |to| {
        let (from, to) = (from.clone(), to.to_owned());
        Box::pin(async move {
            postgres::dump(&from, &to).await?;
            Ok(())
        })
    })
    .await?;
    let into = pgtest::Cluster::shared().database();
    let begun = Instant::now();
    postgres::load(&into, &folder.path().join("copy")).await?;
    println!("  restore: {} s", begun.elapsed().as_secs_f32());
    Ok(())
}

type Copying<'a> =
    &'a dyn Fn(&Path) -> std::pin::Pin<Box<dyn Future<Output = Done> + Send + 'static>>;

async fn report(name: &str, engine: &Arc<dyn Engine>, folder: &Path, copy: Copying<'_>) -> Done {
    let to = folder.join("copy");
    let quiet = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(write(engine.clone(), quiet.clone()));
    tokio::time::sleep(FOR).await;
    quiet.store(true, SeqCst);
    println!("{name}, {WRITERS} writers\n  alone:          {}", latencies(writing.await??));
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(write(engine.clone(), stop.clone()));
    let (begun, mut spent, mut bytes) = (Instant::now(), Duration::ZERO, 0);
    while begun.elapsed() < FOR {
        let _ = std::fs::remove_file(&to);
        std::fs::File::create_new(&to)?;
        let one = Instant::now();
        copy(&to).await?;
        spent += one.elapsed();
        bytes += std::fs::metadata(&to)?.len();
    }
    stop.store(true, SeqCst);
    println!("  during backups: {}", latencies(writing.await??));
    println!("  backup: {}", speed(bytes, spent));
    let last = Instant::now();
    std::fs::remove_file(&to)?;
    std::fs::File::create_new(&to)?;
    copy(&to).await?;
    println!("  backup, nobody writing: {}", speed(std::fs::metadata(&to)?.len(), last.elapsed()));
    Ok(())
}

fn speed(bytes: u64, time: Duration) -> String {
    let mib = bytes / (1 << 20);
    let rate = u128::from(bytes) * 1000 / time.as_millis().max(1) / (1 << 20);
    format!("{mib} MiB in {} ms, {rate} MiB/s", time.as_millis())
}

fn latencies(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let worst = at(100);
    format!("{} changes, p50 {:?}, p99 {:?}, most {worst:?}", times.len(), at(50), at(99))
}

/// Text that does not compress to nothing.
fn text(bytes: usize) -> String {
    let mut state = NEXT.fetch_add(1, SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::from("\"");
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let _ = write!(text, "{state:016x}");
    }
    text + "\""
}

fn change(rows: usize, bytes: usize) -> Change {
    let put = |_| {
        let name = format!("key-{:012}", NEXT.fetch_add(1, SeqCst));
        let values = ["carrier.test".into(), name.into(), text(bytes).into()];
        Statement::one(PUT, values, Guard::None)
    };
    Change::new((0..rows).map(put).collect::<Vec<_>>())
}

async fn fill(engine: &Arc<dyn Engine>, megabytes: u64) -> Done {
    drop(Store::open(engine.clone()).await?);
    for _ in 0..megabytes {
        assert!(engine.write(change(256, 4096)).await?.is_done());
    }
    Ok(())
}

async fn write(engine: Arc<dyn Engine>, stop: Arc<AtomicBool>) -> Done<Vec<Duration>> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let (engine, stop) = (engine.clone(), stop.clone());
        tasks.spawn(async move {
            let mut times = Vec::new();
            while !stop.load(SeqCst) {
                let change = change(4, 500);
                let begun = Instant::now();
                assert!(engine.write(change).await?.is_done());
                times.push(begun.elapsed());
            }
            Done::Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}
