//! From the configuration to a running app: the one place that chooses the parts.

use crate::config::{Config, Keys, Log, LogFormat};
use crate::failure::{Failure, Outcome};
use app::{
    App, Clock, DatabaseClock, OsRandom, Outside, Random as _, Settings, SteadyClock, SystemClock,
    Webhooks, load_catalogue, load_serviceability,
};
use connect::address::{AddressCheck, BuiltinAddressCheck, HttpAddressCheck};
use connect::credit::{BuiltinBureau, CreditBureau, HttpBureau};
use connect::fulfilment::Simulator;
use connect::http::{HttpJson, HttpOptions, Token};
use connect::keys::{KeyFile, Keyring};
use connect::serviceability::{HttpServiceCheck, ServiceCheck, TableServiceCheck};
use connect::signature::BuiltinDesk;
use connect::webhook::{HttpPost, Options, Post, Unable};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{Engine, Postgres, Sqlite, Store};
use tracing_subscriber::EnvFilter;

/// Opens the configured database. A file and its folder are made if need be. `server`: as the one
/// server on the file; otherwise beside a running one. PostgreSQL takes any number of servers.
pub(crate) async fn engine(config: &Config, server: bool) -> Outcome<Arc<dyn Engine>> {
    if let Some(url) = &config.postgres {
        let engine = Postgres::connect(url.secret(), config.postgres_options.clone()).await;
        return match engine {
            Ok(engine) => Ok(Arc::new(engine)),
            Err(e) => Err(Failure::failed(format!("database {url}: {e}"))),
        };
    }
    std::fs::create_dir_all(&config.data)
        .map_err(|e| Failure::failed(format!("data folder {}: {e}", config.data.display())))?;
    let options = store::Options { exclusive_server: server, ..store::Options::default() };
    match Sqlite::open(config.database(), options) {
        Ok(engine) => Ok(Arc::new(engine)),
        Err(e @ store::StoreError::AlreadyServed { .. }) => Err(Failure::failed(format!(
            "{e}: stop that server, or give this one a `data` folder of its own"
        ))),
        Err(e) => Err(e.into()),
    }
}

/// The app on an opened database.
pub(crate) async fn app(config: &Config, engine: Arc<dyn Engine>) -> Outcome<Arc<App>> {
    let (catalogue, programmes) = load_catalogue(config.catalogue.as_deref())
        .map_err(|faults| Failure::usage(with_place(config.catalogue.as_deref(), &faults)))?;
    let outside = Outside {
        address: address(config)?,
        serviceability: serviceability(config)?,
        credit: bureau(config)?,
        signature: Arc::new(BuiltinDesk),
        fulfilment: Arc::new(Simulator::new(config.working_day_ms)),
        webhooks: webhooks(config),
        keys: Arc::new(keys(config)?),
    };
    let store = Store::open(engine).await?;
    let (clock, random) = (clock(config, &store).await?, Arc::new(OsRandom));
    Ok(App::new(store, outside, catalogue, programmes, clock, random, settings(config)))
}

/// What is built in needs no answers kept.
fn settings(config: &Config) -> Settings {
    let outside = config.address.options().or_else(|| config.serviceability.options());
    let answers_kept = outside.map_or(0, |_| config.settings.answers_kept);
    Settings { answers_kept, ..config.settings }
}

fn address(config: &Config) -> Outcome<Arc<dyn AddressCheck>> {
    let Some(options) = config.address.options() else {
        return Ok(Arc::new(BuiltinAddressCheck::new()));
    };
    let service = HttpJson::new("the address service", options);
    let service = service.map_err(|e| Failure::usage(format!("address.url: {e}")))?;
    Ok(Arc::new(HttpAddressCheck::new(service)))
}

fn serviceability(config: &Config) -> Outcome<Arc<dyn ServiceCheck>> {
    let Some(options) = config.serviceability.options() else {
        let folder = config.catalogue.as_deref();
        let table = load_serviceability(folder);
        let table = table.map_err(|faults| Failure::usage(with_place(folder, &faults)))?;
        return Ok(Arc::new(TableServiceCheck::new(table)));
    };
    let service = HttpJson::new("the serviceability service", options);
    let service = service.map_err(|e| Failure::usage(format!("serviceability.url: {e}")))?;
    Ok(Arc::new(HttpServiceCheck::new(service)))
}

fn bureau(config: &Config) -> Outcome<Arc<dyn CreditBureau>> {
    let Some(url) = &config.bureau else { return Ok(Arc::new(BuiltinBureau)) };
    let wrong = |e: &dyn Display| Failure::usage(format!("credit.url: {e}"));
    let token = std::env::var("DEMARC_CREDIT_TOKEN").ok();
    let token = token.map(|text| Token::read(&text)).transpose().map_err(|e| wrong(&e))?;
    let options = HttpOptions { token, ..HttpOptions::to(url) };
    Ok(Arc::new(HttpBureau::new(options).map_err(|e| wrong(&e))?))
}

/// The keys that tax ids are sealed with. A sandbox on a file makes its own on its first start.
pub(crate) fn keys(config: &Config) -> Outcome<Keyring> {
    if let Ok(lines) = std::env::var(KEY_RING) {
        let keys = KeyFile::parse(&lines);
        let keys = keys.map_err(|e| Failure::usage(format!("environment: {KEY_RING}: {e}")))?;
        return Ok(Keyring::new(keys, None));
    }
    let Some(path) = key_path(config) else { return Ok(Keyring::none()) };
    let is_made = config.keys == Keys::Auto;
    if is_made && !path.exists() {
        let (index, key) = (OsRandom.bytes(), OsRandom.bytes());
        let made = KeyFile::made(index, key).write(&path);
        made.map_err(|e| Failure::failed(format!("key file {}: {e}", path.display())))?;
        tracing::info!(
            file = %path.display(),
            "made a key for the tax ids of this sandbox: keep a copy; live takes none until \
             `keys.file` names a file"
        );
    }
    let keys = KeyFile::read(&path)
        .map_err(|e| Failure::usage(format!("key file {}: {e}", path.display())))?;
    let ring = Keyring::new(keys, Some(path));
    Ok(if is_made { ring.for_sandbox() } else { ring })
}

/// The file of the keys; none where there is to be none, or the environment has them.
pub(crate) fn key_path(config: &Config) -> Option<PathBuf> {
    match &config.keys {
        _ if std::env::var_os(KEY_RING).is_some() => None,
        Keys::None => None,
        Keys::File(path) => Some(path.clone()),
        // Nodes that share a database have to share their keys: they are said, not made.
        Keys::Auto => config.postgres.is_none().then(|| config.key_file()),
    }
}

/// The lines of a key file, in the environment.
const KEY_RING: &str = "DEMARC_KEY_RING";

fn webhooks(config: &Config) -> Webhooks {
    // An attempt that outlives the lease of its endpoint's turn would not count.
    let most = u64::try_from(config.settings.lease_ms * 9 / 10).unwrap_or(u64::MAX);
    let timeout = Duration::from_millis(u64::from(config.webhooks.timeout_ms).min(most));
    let options = Options { timeout, ..Options::default() };
    let post: Arc<dyn Post> = match HttpPost::new(&options) {
        Ok(post) => Arc::new(post),
        Err(e) => {
            tracing::error!(error = %e, "no webhook is sent until this is mended");
            Arc::new(Unable)
        }
    };
    let [test, live] = config.walls();
    Webhooks { post, test, live }
}

/// The machine's, or, where several nodes share a database, that database's.
async fn clock(config: &Config, store: &Store) -> Outcome<Arc<dyn Clock>> {
    if config.postgres.is_none() {
        return Ok(Arc::new(SystemClock));
    }
    let clock = Arc::new(DatabaseClock::new(Arc::new(SteadyClock::start())));
    clock.measure(store).await?;
    clock.keep_measuring(store.clone());
    Ok(clock)
}

fn with_place(folder: Option<&Path>, faults: &[String]) -> String {
    let folder = folder.map_or("shipped catalogue".into(), |f| f.display().to_string());
    let lines: Vec<_> = faults.iter().map(|f| format!("catalogue {folder}: {f}")).collect();
    lines.join("\n")
}

/// Starts the logs, on stderr. Once a process.
pub(crate) fn logs(log: &Log) -> Outcome {
    let filter =
        EnvFilter::try_new(&log.filter).map_err(|e| Failure::usage(format!("log.filter: {e}")))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colours = console::Term::stderr().features().colors_supported();
    let started = match log.format {
        LogFormat::Text => logs.with_ansi(colours).try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    started.map_err(|e| Failure::failed(format!("logs: {e}")))
}
