//! The engine for several nodes: a PostgreSQL database behind a pool of connections. No SQL of
//! any noun.
//!
//! Connections are TCP, with TLS as the URL says, or a Unix socket. Each transaction says whose
//! rows it may touch, which row-level security holds it to.

pub mod backup;
mod failure;
mod leader;
mod read;
mod run;
mod schema;
#[cfg(test)]
mod tests;
mod tls;
mod writer;

use self::{
    failure::Failed,
    leader::{Leader, ToLeader},
    writer::Writer,
};
use crate::engine::stats::Stats;
use crate::{Applied, BadStatement, Change, Engine, Migration, Query, Row, StoreError, Written};
use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use domain::time::Moment;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::{task::JoinHandle, time::timeout};
use tokio_postgres::Config;

/// How long a call waits for a free connection, and how long a new connection may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a caller waits for its answer. What it asked for may still be done later.
const ANSWER: Duration = Duration::from_secs(5);
/// A peer that stays silent so long is gone: shorter than the time after which a cluster gives
/// the lead to another server.
const SILENCE: Duration = Duration::from_secs(15);

/// How to use a database. Nothing of its durability is here: that is not a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// Connections, at most. Up to half of them write.
    pub pool: usize,
    /// Keep prepared statements, and settings, in the connections. Turn it off where a pooler
    /// hands the server's connections round between transactions (PgBouncer in transaction
    /// mode): each statement is then parsed anew, and a write takes one round trip more.
    pub statement_cache: bool,
    /// How many writes, and how many reads, may wait; beyond it they are `Unavailable` at once.
    pub waiting: usize,
    /// The most changes that share a transaction while they wait for a connection.
    pub group: usize,
    /// PEM file of the roots that the server's certificate must come from; none: the system's.
    pub root_certificate: Option<PathBuf>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { pool: 16, statement_cache: true, waiting: 4096, group: 32, root_certificate: None }
    }
}

/// What every call needs: connections, and how to run a statement on them.
#[derive(Debug, Clone)]
struct Link {
    pool: Pool,
    statement_cache: bool,
    waiting: usize,
    /// Connections older than this may lead to a server that has lost the lead and does not know.
    suspect: Arc<Mutex<Instant>>,
}

type Client = deadpool_postgres::Object;

impl Link {
    async fn client(&self) -> Result<Client, Failed> {
        let sound = async {
            loop {
                let client = self.pool.get().await.map_err(Failed::pool)?;
                let suspect = *self.suspect.lock().unwrap_or_else(PoisonError::into_inner);
                if Client::metrics(&client).created >= suspect {
                    return Ok(client);
                }
                drop(Client::take(client));
            }
        };
        let client = timeout(PATIENCE, sound).await;
        client.unwrap_or_else(|_| Err(Failed::silent("no connection could be had in time")))
    }

    /// Uses no connection again that was made before: somebody waited for an answer in vain.
    /// A server that lost the lead still answers reads, with what was, but commits nothing.
    fn doubt(&self) {
        *self.suspect.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Gives up a connection whose server does not answer. Nothing is cancelled, the server may
    /// still do what it was told.
    fn give_up(&self, client: Client) {
        drop(Client::take(client));
        self.doubt();
    }
}

/// A PostgreSQL database, shared by any number of nodes.
///
/// Dropping it without [`close`](Engine::close) also finishes what was accepted, but in the
/// background: nobody hears when.
#[derive(Debug)]
pub struct Postgres {
    link: Link,
    writer: Writer,
    watch: Watch,
}

/// Looks for changes of the lead until it is dropped.
#[derive(Debug)]
struct Watch(JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Postgres {
    /// Connects to `url` (`postgres://user:password@host/database`; of several hosts,
    /// `a:5432,b:5432`, to the one that takes writes, now and after each loss) and checks that the database
    /// compares text by its bytes. Warns of a role that row-level security does not hold. Must be
    /// called within a Tokio runtime.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self, StoreError> {
        let mut config = config(url, options.statement_cache)?;
        let tls = tls::connector(&mut config, options.root_certificate.as_deref())?;
        let suspect = Arc::new(Mutex::new(Instant::now()));
        let leader = Arc::new(Leader::new(&config, tls, Arc::clone(&suspect)));
        let link = Link {
            pool: pool(config, ToLeader(Arc::clone(&leader)), options.pool.max(2))?,
            statement_cache: options.statement_cache,
            waiting: options.waiting.max(1),
            suspect,
        };
        suitable(&link).await?;
        // Half: so that reads find a connection however many writes wait.
        let lanes = (options.pool / 2).max(1);
        let writer = Writer::start(&link, lanes, options.group.max(1));
        let watch = Watch(tokio::spawn(async move { leader.watch().await }));
        Ok(Self { link, writer, watch })
    }

    /// What was written through this handle so far.
    pub fn stats(&self) -> Stats {
        self.writer.stats()
    }

    /// What the server is set to.
    pub async fn standing(&self) -> Result<crate::standing::Server, StoreError> {
        let query = Query::new(crate::standing::SERVER, []);
        let rows = read::read(&self.link, &[query]).await?.pop().unwrap_or_default();
        let row = rows.first().ok_or_else(|| StoreError::ours("the server tells nothing"))?;
        crate::standing::Server::read(row)
    }
}

#[async_trait]
impl Engine for Postgres {
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError> {
        read::read(&self.link, &queries).await
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        self.writer.write(change).await
    }

    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError> {
        let link = self.link.clone();
        // On a task of its own: a caller that gives up must not leave a transaction open.
        let task = tokio::spawn(async move { schema::migrate(&link, migrations).await });
        task.await.unwrap_or_else(|e| Err(StoreError::Unavailable(e.to_string())))
    }

    fn skips_locked(&self) -> bool {
        true
    }

    fn shows_what_may_vanish(&self) -> bool {
        true
    }

    async fn time(&self) -> Result<Option<Moment>, StoreError> {
        const TIME: &str = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
        let rows = read::read(&self.link, &[Query::new(TIME, [])]).await?.pop().unwrap_or_default();
        rows.first().map(|row| row.int(0).map(Moment::from_ms)).transpose()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.writer.close().await;
        self.watch.0.abort();
        self.link.pool.close();
        Ok(())
    }

    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError> {
        let client = self.link.client().await.map_err(|failed| failed.error)?;
        let mut faults = Vec::new();
        for &sql in sql {
            let refused = client.prepare(sql).await.err().map(|error| failure::words(&error));
            let problem = run::placeholders(sql).err().or(refused);
            faults.extend(problem.map(|problem| BadStatement { sql, problem }));
        }
        if faults.is_empty() { Ok(()) } else { Err(StoreError::BadStatements(faults)) }
    }
}

fn config(url: &str, lasting_sessions: bool) -> Result<Config, StoreError> {
    let unusable = |problem: String| StoreError::Engine {
        statement: "the database URL".to_owned(),
        message: problem,
    };
    let mut config: Config =
        tls::known_mode(url).parse().map_err(|e| unusable(failure::words(&e)))?;
    config.connect_timeout(PATIENCE).keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
    if config.get_application_name().is_none() {
        config.application_name("demarc");
    }
    if lasting_sessions {
        // Only what stands between `begin read write` and its end may write. Statements are sent
        // without waiting for the `begin` before them; should it ever fail, each of them would
        // otherwise be committed by itself. And a node that falls silent within a transaction
        // must not keep its rows from the others for longer than they would wait.
        // Nobody waits for a lock for longer than a caller waits for an answer. And a limit on a
        // statement would end a commit's waiting for the second server as if it had its word.
        let given = config.get_options().unwrap_or_default().to_owned();
        let ours = "-c default_transaction_read_only=on -c idle_in_transaction_session_timeout=10s \
                    -c lock_timeout=4s -c statement_timeout=0";
        config.options(format!("{given} {ours}").trim());
    }
    Ok(config)
}

fn pool(config: Config, leader: ToLeader, size: usize) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_connect(config, leader, recycling))
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .recycle_timeout(Some(PATIENCE))
        .build()
        .map_err(|e| StoreError::ours(format!("a pool of connections: {e}")))
}

/// Refuses a database that would order text otherwise than by its bytes, or that says a commit is
/// done before it is on the disk. The provider's column is missing before version 15, hence the
/// detour over JSON.
async fn suitable(link: &Link) -> Result<(), StoreError> {
    const LOOK: &str = "select current_database()::text, pg_encoding_to_char(encoding)::text, \
         datcollate::text, coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'), \
         current_setting('fsync'), current_setting('synchronous_commit'), \
         current_setting('statement_timeout'), \
         (select case when rolsuper or rolbypassrls then 1 else 0 end from pg_roles \
         where rolname = current_user) from pg_database d where datname = current_database()";
    let rows = read::read(link, &[Query::new(LOOK, [])]).await?.pop().unwrap_or_default();
    let Some(row) = rows.first() else {
        return Err(StoreError::ours("the database does not know itself"));
    };
    let (name, encoding, collation) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let unfit = |message: String| {
        Err(StoreError::Engine { statement: format!("the database {name}"), message })
    };
    // The built-in provider ('b') orders by code points, which in UTF-8 is by bytes.
    let by_bytes = match row.text(3)? {
        "c" => matches!(collation, "C" | "POSIX"),
        provider => provider == "b",
    };
    if !by_bytes || encoding != "UTF8" {
        return unfit(format!(
            "its encoding is {encoding} and its collation {collation}, but text must be UTF8 and \
             compare by its bytes: make it with `create database {name} template template0 \
             encoding 'UTF8' locale 'C'`"
        ));
    }
    for (column, setting) in [(4, "fsync"), (5, "synchronous_commit")] {
        if row.text(column)? == "off" {
            return unfit(format!(
                "{setting} is off, so that what was acknowledged could be lost: turn it on"
            ));
        }
    }
    if row.text(6)? != "0" {
        return unfit(format!(
            "statement_timeout is {}: it would end a commit's waiting for a second server and \
             call it done: set it to 0 for the role of this connection",
            row.text(6)?
        ));
    }
    if row.opt_int(7)? == Some(1) {
        tracing::warn!(
            "the role that connects to {name} is a superuser or has BYPASSRLS: row-level security \
             does not hold it; connect as a plain role that owns the database"
        );
    }
    Ok(())
}
