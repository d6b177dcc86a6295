//! The configuration: shipped defaults, then a file, then the environment. Every mistake is said
//! at once, with its key and where it was set.

mod database;
mod dialects;
mod limits;
mod outside;
mod read;

use connect::webhook::Walls;
use figment::providers::{Env, Format, Toml};
use figment::{Figment, Provider};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::PostgresOptions;
use tracing_subscriber::EnvFilter;

pub(crate) use self::database::DatabaseUrl;
use self::outside::Service;
use crate::failure::{Failure, Outcome};

/// The file that documents every key; its values are the defaults.
pub(crate) const DEFAULTS: &str = include_str!("../../../config.default.toml");
/// Read from the working folder if it is there.
const OWN_FILE: &str = "demarc.toml";
/// What the environment has for commands that speak to a server, and where the file is: no
/// settings, although their names begin like those.
const NOT_SETTINGS: [&str; 6] =
    ["config", "server", "secret", "operations_secret", "key_ring", "credit_token"];
/// The database's file in the data folder.
const DATABASE: &str = "demarc.sqlite";
/// The carrier's keys in the data folder.
const KEYS: &str = "demarc.keys";

/// What an installation may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Folder of the database file.
    pub(crate) data: PathBuf,
    /// The PostgreSQL database instead of the file.
    pub(crate) postgres: Option<DatabaseUrl>,
    /// Connections to PostgreSQL, and whether they may keep statements.
    pub(crate) postgres_options: PostgresOptions,
    /// Folder of the catalogue; none: the shipped one.
    pub(crate) catalogue: Option<PathBuf>,
    pub(crate) max_body_bytes: usize,
    pub(crate) limits: web::Limits,
    /// The published interfaces.
    pub(crate) dialects: web::Dialects,
    pub(crate) shutdown_seconds: u64,
    pub(crate) settings: app::Settings,
    pub(crate) webhooks: Webhooks,
    pub(crate) log: Log,
    /// Milliseconds of a working day of the built-in fulfilment.
    pub(crate) working_day_ms: i64,
    /// Where an outside credit bureau is; none: the built-in one.
    pub(crate) bureau: Option<String>,
    /// Where the carrier's keys are.
    pub(crate) keys: Keys,
    /// What validates addresses instead of what is built in.
    pub(crate) address: Service,
    /// What knows serviceability instead of the table.
    pub(crate) serviceability: Service,
}

/// How webhooks leave, and what they may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Webhooks {
    /// Whether those of the test environment may go to this machine itself.
    pub(crate) loopback: Loopback,
    pub(crate) ports: Vec<u16>,
    pub(crate) timeout_ms: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loopback {
    /// While the server itself is heard on this machine only.
    Auto,
    Never,
    Always,
}

/// Where the keys that seal tax ids come from. The environment's `DEMARC_KEY_RING` goes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keys {
    /// A file beside the database, made on the first start where that is a file too.
    Auto,
    /// Nowhere: no tax id is taken.
    None,
    File(PathBuf),
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    /// Directives of `EnvFilter`.
    pub(crate) filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
            data: PathBuf::from("./demarc-data"),
            postgres: None,
            postgres_options: PostgresOptions::default(),
            catalogue: None,
            max_body_bytes: web::Options::default().max_body_bytes,
            limits: web::Limits::default(),
            dialects: web::Dialects::default(),
            shutdown_seconds: 20,
            settings: app::Settings { answers_kept: 50_000, ..app::Settings::default() },
            webhooks: Webhooks {
                loopback: Loopback::Auto,
                ports: Walls::public().ports,
                timeout_ms: 15_000,
            },
            log: Log { format: LogFormat::Text, filter: "info".to_owned() },
            working_day_ms: 1000,
            bureau: None,
            keys: Keys::Auto,
            address: Service::builtin(),
            serviceability: Service::builtin(),
        }
    }
}

impl Config {
    /// Reads the configuration: `file` if one is named, else `demarc.toml` if it is there.
    pub(crate) fn load(file: Option<&Path>) -> Outcome<Self> {
        let named = file.unwrap_or(Path::new(OWN_FILE));
        let text = match std::fs::read_to_string(named) {
            Ok(text) => Some(text),
            Err(e) if file.is_none() && e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(Failure::usage(format!("{}: {e}", named.display()))),
        };
        let environment = Env::prefixed("DEMARC_").ignore(&NOT_SETTINGS).split("__");
        let place = named.display().to_string();
        Self::from_layers(text.map(|t| (place, t)).as_ref(), environment)
            .map_err(|faults| Failure::usage(faults.join("\n")))
    }

    /// The layers, last wins; the mistakes of all of them.
    fn from_layers(
        file: Option<&(String, String)>,
        environment: impl Provider,
    ) -> Result<Self, Vec<String>> {
        let mut layers =
            vec![("config.default.toml".to_owned(), Figment::from(Toml::string(DEFAULTS)))];
        if let Some((place, text)) = file {
            layers.push((place.clone(), Figment::from(Toml::string(text))));
        }
        layers.push((read::ENVIRONMENT.to_owned(), Figment::from(environment)));
        let mut reader = read::Reader::new(layers)?;
        let config = Self::read(&mut reader);
        reader.finish().map(|()| config)
    }

    /// Every key once. What cannot be read is told to the reader and stays at its default.
    fn read(r: &mut read::Reader) -> Self {
        let d = Self::default();
        Self {
            listen: r.get("listen", d.listen),
            data: r.get("data", d.data),
            postgres: r.parsed("database", None, database::parse),
            postgres_options: PostgresOptions {
                pool: r.within("postgres.connections", d.postgres_options.pool, 2..=1000),
                statement_cache: r.get("postgres.statement_cache", true),
                root_certificate: Some(r.get("postgres.root_certificate", PathBuf::new()))
                    .filter(|file| file != Path::new("system") && file != Path::new("")),
                ..d.postgres_options
            },
            catalogue: Some(r.get("catalogue", PathBuf::new()))
                .filter(|c| c != Path::new("shipped") && c != Path::new("")),
            max_body_bytes: r.within("max_body_bytes", d.max_body_bytes, 1024..=usize::MAX),
            limits: limits::read(r, &d.limits),
            dialects: dialects::read(r),
            shutdown_seconds: r.get("shutdown_seconds", d.shutdown_seconds),
            settings: app::Settings {
                idempotency_days: r.within("idempotency_days", 30, 1..=36_500),
                jobs_at_once: r.within("jobs_at_once", 32, 1..=10_000),
                lease_ms: r.within("job_lease_ms", 60_000, 1000..=86_400_000),
                connector_timeout_ms: r.within("connector_timeout_ms", 20_000, 10..=86_400_000),
                endpoints_at_once: r.within("webhooks.endpoints_at_once", 256, 1..=10_000),
                delivery_log_days: r.within("webhooks.log_days", 30, 4..=36_500),
                feed_window: app::Settings::default().feed_window,
                answers_kept: r.within("answers.kept", 50_000, 0..=10_000_000),
                answers_kept_ms: 3_600_000 * r.within("answers.hours", 24_i64, 0..=8_760),
                exception_target_days: r.within("exceptions.target_days", 2, 1..=365),
            },
            webhooks: Webhooks {
                loopback: r.parsed("webhooks.loopback", Loopback::Auto, |text| match text {
                    "auto" => Ok(Loopback::Auto),
                    "never" => Ok(Loopback::Never),
                    "always" => Ok(Loopback::Always),
                    _ => Err("it is none of auto, never, always".to_owned()),
                }),
                ports: r.get("webhooks.ports", d.webhooks.ports),
                timeout_ms: r.within("webhooks.timeout_ms", 15_000, 100..=30_000),
            },
            log: Log {
                format: r.parsed("log.format", d.log.format, |text| match text {
                    "text" => Ok(LogFormat::Text),
                    "json" => Ok(LogFormat::Json),
                    _ => Err("it is neither text nor json".to_owned()),
                }),
                filter: r.parsed("log.filter", d.log.filter, |text| {
                    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|e| e.to_string())
                }),
            },
            working_day_ms: r.within("fulfilment.working_day_ms", 1000, 0..=31_536_000_000),
            address: outside::address(r),
            serviceability: outside::serviceability(r),
            bureau: Some(r.get("credit.url", String::new()))
                .filter(|url| !matches!(url.as_str(), "" | "builtin")),
            keys: r.parsed("keys.file", Keys::Auto, |text| {
                Ok(match text {
                    "auto" | "" => Keys::Auto,
                    "none" => Keys::None,
                    path => Keys::File(path.into()),
                })
            }),
        }
    }

    /// What webhooks of the test environment and of the live one may reach.
    pub(crate) fn walls(&self) -> [Walls; 2] {
        let loopback = match self.webhooks.loopback {
            Loopback::Auto => self.listen.ip().is_loopback(),
            Loopback::Never => false,
            Loopback::Always => true,
        };
        let ports = || self.webhooks.ports.clone();
        [Walls { loopback, ports: ports() }, Walls { loopback: false, ports: ports() }]
    }

    /// What the doors need of it.
    pub(crate) fn door(&self) -> web::Options {
        let (limits, dialects) = (self.limits, Arc::new(self.dialects.clone()));
        web::Options { max_body_bytes: self.max_body_bytes, limits, dialects }
    }

    /// The file of the carrier's keys that belongs to the database file.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data.join(KEYS)
    }

    /// The database file, unless the database is elsewhere.
    pub(crate) fn database(&self) -> PathBuf {
        self.data.join(DATABASE)
    }

    /// The database as it may be shown to anybody.
    pub(crate) fn database_name(&self) -> String {
        let file = || self.database().display().to_string();
        self.postgres.as_ref().map_or_else(file, ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Environment variables without the environment.
    fn set(pairs: &[(&str, &str)]) -> Figment {
        pairs.iter().fold(Figment::new(), |f, (key, value)| {
            let value: figment::value::Value = value.parse().unwrap();
            f.merge(figment::providers::Serialized::default(key, value))
        })
    }

    fn load(file: &str, env: &[(&str, &str)]) -> Result<Config, String> {
        let file = ("demarc.toml".to_owned(), file.to_owned());
        Config::from_layers(Some(&file), set(env)).map_err(|faults| faults.join("\n"))
    }

    #[test]
    fn the_documented_defaults_are_the_defaults_of_the_code() {
        assert_eq!(Config::from_layers(None, set(&[])).unwrap(), Config::default());
    }

    #[test]
    fn a_file_beats_the_defaults_and_the_environment_beats_the_file() {
        let file = "listen = \"127.0.0.1:1\"\n[log]\nformat = \"json\"\n[keys]\nfile = \"a\"\n\
                    [limits]\nlive_burst = 0";
        let config = load(file, &[("listen", "127.0.0.1:2"), ("keys.file", "b")]);
        let config = config.unwrap();
        assert_eq!(config.listen, SocketAddr::from(([127, 0, 0, 1], 2)));
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.keys, Keys::File("b".into()));
        assert_eq!(config.limits.live, web::Rate { per_second: 100, burst: 0 });
        assert_eq!(config.shutdown_seconds, 20);
    }

    #[test]
    fn every_mistake_is_said_with_its_key_and_source() {
        let file = "lisen = 1\nmax_body_bytes = 5\ncatalogue = 7\n[log]\nformat = \"xml\"\n\
                    [credit]\nclear_limit = \"1\"";
        let said = load(file, &[("jobs_at_once", "0"), ("log.colour", "red")]).unwrap_err();
        for expected in [
            "demarc.toml: lisen: there is no such key; did you mean listen?",
            "demarc.toml: max_body_bytes: 5 is not 1024 or more",
            "demarc.toml: catalogue: ",
            "demarc.toml: log.format: it is neither text nor json",
            "demarc.toml: credit.clear_limit: there is no such key",
            "environment: DEMARC_JOBS_AT_ONCE: 0 is not from 1 to 10000",
            "environment: DEMARC_LOG__COLOUR: there is no such key",
        ] {
            assert!(said.contains(expected), "{expected:?} is not in:\n{said}");
        }
        assert_eq!(said.lines().count(), 7, "{said}");
    }

    #[test]
    fn a_database_is_a_postgresql_url_and_is_never_said_whole() {
        let url = "postgres://demarc:hunter2@db.example.com/demarc?password=hunter2";
        let config = load("", &[("database", url)]).unwrap();
        assert_eq!(config.database_name(), "postgres://db.example.com/demarc");
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
        let said = load("database = \"mysql://u:hunter2@h/d\"", &[]).unwrap_err();
        assert!(said.contains("demarc.toml: database: ") && !said.contains("hunter2"), "{said}");
    }

    #[test]
    fn a_section_is_no_value() {
        let said = load("", &[("log", "debug")]).unwrap_err();
        assert!(said.contains("DEMARC_LOG: it is a section with the keys log.format"), "{said}");
    }

    #[test]
    fn a_file_that_is_not_toml_names_its_line() {
        let said = load("listen = \n", &[]).unwrap_err();
        assert!(said.starts_with("demarc.toml: "), "{said}");
        assert!(said.contains("line 1"), "{said}");
    }
}
