//! `demarc serve`: one server on one database, until it is told to stop.

use super::Place;
use crate::config::{Config, LogFormat};
use crate::failure::{Failure, Outcome};
use crate::running::{self, Ended, Running};
use crate::stop::Stop;
use crate::wire;
use clap::Args;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc serve
  demarc serve --listen 0.0.0.0:8480 --data /var/lib/demarc
  demarc serve --database postgres://demarc@db.example.com/demarc
  DEMARC_LOG__FORMAT=json DEMARC_FULFILMENT__WORKING_DAY_MS=100 demarc serve

Settings come from the shipped defaults, then demarc.toml (or --config), then the environment:
DEMARC_ and the key in capitals, with __ between section and key. config.default.toml in the
source documents every key.

SIGTERM or Ctrl-C: no new requests, those under way and running jobs are finished (at most
shutdown_seconds), the database is closed, exit 0. A second signal exits at once.")]
pub(super) struct Serve {
    /// Address and port, before any configuration
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    place: Place,
}

impl Serve {
    pub(super) async fn run(self) -> Outcome {
        let mut config = self.place.load()?;
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        wire::logs(&config.log)?;
        if let Some(faults) = faults::switched_on() {
            tracing::warn!(faults, "this server fails on purpose");
        }
        let stop = Stop::listen()?;
        // The port first: a server that cannot have it leaves no database behind.
        let listener = running::bind(config.listen).await?;
        let first_start = config.postgres.is_none() && !config.database().exists();
        let app = wire::app(&config, wire::engine(&config, true).await?).await?;
        let lacking = app.sold_and_not_offered().await?;
        if !lacking.is_empty() {
            return Err(Failure::usage(lacking.join("\n")));
        }
        let catalogue = app.catalogues.configured().version().clone();
        let options = config.door();
        let running = Running::start(app, listener, options)?;
        tracing::info!(
            url = running.url(),
            data = %config.database_name(),
            %catalogue,
            version = env!("CARGO_PKG_VERSION"),
            "serving"
        );
        if first_start {
            welcome(&config, &running.url());
        }
        until_told(stop, running, Duration::from_secs(config.shutdown_seconds)).await
    }
}

/// Says how to begin: as a log line to machines, as text to people.
fn welcome(config: &Config, url: &str) {
    let command =
        format!("demarc credential add --role operations --data {}", config.data.display());
    match config.log.format {
        LogFormat::Json => tracing::info!(command, "the database is new: add a credential"),
        LogFormat::Text => eprintln!(
            "This database is new and has no credential yet. In another terminal:\n  \
             {command}\nDocumentation: {url}/docs"
        ),
    }
}

/// Serves until a signal, then stops; a second signal ends the process at once.
async fn until_told(mut stop: Stop, mut running: Running, patience: Duration) -> Outcome {
    tokio::select! {
        () = stop.told() => {}
        failure = running.failed() => {
            // The doors are gone already; jobs and store still deserve an orderly end.
            running.stop(patience).await?;
            return Err(failure);
        }
    }
    tracing::info!("stopping: finishing requests and jobs under way");
    tokio::select! {
        ended = running.stop(patience) => match ended? {
            Ended::Finished => tracing::info!("stopped"),
            Ended::Cut => tracing::warn!("stopped: time was up, something was left unfinished"),
        },
        () = stop.told() => return Err(Failure::failed("a second signal: stopped at once")),
    }
    Ok(())
}
