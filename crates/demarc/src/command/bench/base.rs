//! The databases that a bench measures on: files in a folder, or a PostgreSQL server. Each run has
//! a fresh one.

use super::cluster::Cluster;
use super::process;
use crate::config::{Config, DatabaseUrl};
use crate::failure::{Failure, Outcome, at};
use crate::wire;
use app::partner::{CredentialAdd, PartnerAdd};
use clap::Args;
use domain::party::{Environment, Role};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// What `--database` names.
#[derive(Debug, Clone)]
enum Wanted {
    Sqlite,
    Postgres(DatabaseUrl),
}

fn wanted(text: &str) -> Result<Wanted, String> {
    match text {
        "sqlite" => Ok(Wanted::Sqlite),
        url => url.parse().map(Wanted::Postgres).map_err(|why: &str| format!("{why}, nor sqlite")),
    }
}

#[derive(Debug, Args)]
pub(super) struct Bases {
    /// Databases: `sqlite`, and URLs of PostgreSQL servers whose user may create databases
    #[arg(long, alias = "postgres", value_name = "LIST", value_delimiter = ',',
          value_parser = wanted, env = "DEMARC_BENCH_DATABASE", hide_env_values = true)]
    database: Vec<Wanted>,
    /// Start a PostgreSQL for this run alone, with the system's own programs
    #[arg(long)]
    private_postgres: bool,
    /// Folder on the disk to measure [default: the system's temporary folder]
    #[arg(long)]
    dir: Option<PathBuf>,
}

impl Bases {
    pub(super) fn folder(&self) -> PathBuf {
        self.dir.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// Opens what was asked for. `sqlite`: whether a file will do, and is meant if nothing is said.
    pub(super) async fn open(&self, sqlite: bool) -> Outcome<Vec<Base>> {
        let mut bases = Vec::new();
        for wanted in &self.database {
            match wanted {
                Wanted::Sqlite if !sqlite => {
                    let say = "--database: several nodes need PostgreSQL, sqlite has one";
                    return Err(Failure::usage(say));
                }
                Wanted::Sqlite => bases.push(Base::Sqlite { folder: self.folder() }),
                Wanted::Postgres(url) => bases.push(Server::reach(url.secret(), None).await?),
            }
        }
        if self.private_postgres {
            let cluster = Cluster::start(&self.folder())?;
            let url = cluster.url.clone();
            bases.push(Server::reach(&url, Some(cluster)).await?);
        }
        match bases.is_empty() {
            true if sqlite => Ok(vec![Base::Sqlite { folder: self.folder() }]),
            true => Err(Failure::usage("--database: name a PostgreSQL, or say --private-postgres")),
            false => Ok(bases),
        }
    }
}

#[derive(Debug)]
pub(super) enum Base {
    Sqlite { folder: PathBuf },
    Postgres(Box<Server>),
}

/// A PostgreSQL server.
#[derive(Debug)]
pub(super) struct Server {
    /// Before and behind the database's name.
    url: (String, String),
    admin: tokio_postgres::Client,
    version: String,
    settings: Value,
    /// Where it is on this machine.
    postmaster: Option<u32>,
    next: AtomicU32,
    _cluster: Option<Cluster>,
}

const SETTINGS: [&str; 4] = ["fsync", "synchronous_commit", "shared_buffers", "max_connections"];

/// A connection that lives as long as somebody holds it.
pub(super) async fn connect(url: &str) -> Outcome<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(at("database"))?;
    // Its end shows in the client.
    tokio::spawn(connection);
    Ok(client)
}

impl Server {
    async fn reach(url: &str, cluster: Option<Cluster>) -> Outcome<Base> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
        let (path, options) = rest.split_once('?').map_or((rest, ""), |(p, o)| (p, o));
        let host = path.split('/').next().unwrap_or_default();
        let options = if options.is_empty() { String::new() } else { format!("?{options}") };
        let admin = connect(url).await?;
        let failed = at::<tokio_postgres::Error>;
        let row =
            admin.query_one("select pg_backend_pid(), current_setting('server_version')", &[]);
        let row = row.await.map_err(failed("database"))?;
        let (backend, version): (i32, String) = (row.get(0), row.get(1));
        let mut settings = json!({});
        for name in SETTINGS {
            let row = admin.query_one("select current_setting($1)", &[&name]).await;
            settings[name] = row.map_err(failed("database"))?.get::<_, String>(0).into();
        }
        let place = host.rsplit('@').next().unwrap_or_default();
        let here =
            ["%2F", "%2f", "localhost", "127.", "[::1]"].iter().any(|p| place.starts_with(p));
        let backend = u32::try_from(backend).ok().filter(|_| here);
        Ok(Base::Postgres(Box::new(Self {
            url: (format!("{scheme}://{host}/"), options),
            admin,
            version,
            settings,
            postmaster: backend.and_then(|id| process::parent(id, "postgres")),
            next: AtomicU32::new(0),
            _cluster: cluster,
        })))
    }

    async fn fresh(&self) -> Outcome<Database> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("demarc_bench_{}_{number}", std::process::id());
        let make = format!("create database {name} template template0 encoding 'UTF8' locale 'C'");
        self.admin.batch_execute(&make).await.map_err(at("database"))?;
        // What was written before must not be flushed while the next run is measured.
        // Only some users may say so; without it the runs are a little less even.
        let _ = self.admin.batch_execute("checkpoint").await;
        let (before, behind) = &self.url;
        let url = format!("{before}{name}{behind}");
        Ok(Database { url: Some(url), folder: None, name })
    }
}

impl Base {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Sqlite { .. } => "SQLite".to_owned(),
            Self::Postgres(server) => {
                let version = server.version.split(' ').next().unwrap_or_default();
                format!("PostgreSQL {version}")
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        match self {
            Self::Sqlite { .. } => json!({ "name": self.name() }),
            Self::Postgres(server) => json!({ "name": self.name(), "settings": server.settings,
                "processor_time_is_known": server.postmaster.is_some() }),
        }
    }

    /// An empty database.
    pub(super) async fn fresh(&self) -> Outcome<Database> {
        match self {
            Self::Sqlite { folder } => Database::in_folder(folder),
            Self::Postgres(server) => server.fresh().await,
        }
    }

    /// Removes a database that nobody needs any more.
    pub(super) async fn remove(&self, database: Database) -> Outcome {
        if let Self::Postgres(server) = self {
            let drop = format!("drop database {} with (force)", database.name);
            server.admin.batch_execute(&drop).await.map_err(at("database"))?;
        }
        Ok(())
    }

    /// Processor time of the database's own processes so far; none where it has none of its own,
    /// or they are on another machine.
    pub(super) fn cpu(&self) -> Option<Duration> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres(server) => process::family_cpu(server.postmaster?),
        }
    }
}

/// One database.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) url: Option<String>,
    /// Of the file; removed with this.
    pub(super) folder: Option<TempDir>,
    name: String,
}

impl Database {
    pub(super) fn in_folder(parent: &Path) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("demarc-bench").tempdir_in(parent);
        let folder = Some(folder.map_err(at(parent.display()))?);
        Ok(Self { url: None, folder, name: String::new() })
    }

    pub(super) fn config(&self) -> Outcome<Config> {
        let url = self.url.as_deref().map(str::parse).transpose();
        Ok(Config {
            postgres: url.map_err(|why: &str| Failure::usage(why))?,
            data: self.folder.as_ref().map_or_else(PathBuf::new, |f| f.path().to_owned()),
            ..Config::default()
        })
    }

    /// Makes the tables and one partner of the test environment; its credential's secret.
    pub(super) async fn partner(&self) -> Outcome<String> {
        let config = self.config()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let secret = partner(&app).await?;
        app.store.close().await?;
        Ok(secret)
    }

    /// The same, and the secrets of two people of operations.
    pub(super) async fn partner_and_desk(&self) -> Outcome<(String, [String; 2])> {
        let config = self.config()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let secret = partner(&app).await?;
        let mut desk = [String::new(), String::new()];
        for person in &mut desk {
            let (name, rights) = ("desk".to_owned(), Vec::new());
            let add = CredentialAdd { name, role: Role::Operations, rights };
            *person = app.system_add_credential(Environment::Test, &add).await?.secret;
        }
        app.store.close().await?;
        Ok((secret, desk))
    }
}

/// A partner of the test environment; its credential's secret.
pub(super) async fn partner(app: &app::App) -> Outcome<String> {
    let partner = PartnerAdd {
        name: "Northwind Networks".to_owned(),
        programme: "alliance".to_owned(),
        tier: "premier".to_owned(),
        distributor: None,
        sp_id: None,
        legal: None,
    };
    let partner = app.system_add_partner(Environment::Test, &partner).await?;
    let role = Role::Partner { partner: partner.id };
    let add = CredentialAdd { name: "bench".to_owned(), role, rights: Vec::new() };
    Ok(app.system_add_credential(Environment::Test, &add).await?.secret)
}
