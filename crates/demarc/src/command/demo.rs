//! `demarc demo`: one order, from the partner's first question to the last milestone, made over
//! HTTP on a server of its own. Every step is checked; the first that is not as told ends it.

mod bind;
mod deliver;
mod meet;
mod order;
mod price;
mod quote;
mod show;
mod telling;

use self::show::Show;
use self::telling::Telling;
use crate::client::Client;
use crate::config::{Config, Log, LogFormat};
use crate::failure::{Failure, Outcome, at};
use crate::running::{self, Running};
use crate::stop::Stop;
use crate::{sites, wire};
use app::{OsRandom, Random as _};
use clap::Args;
use domain::party::{Environment, Right, Role};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Milliseconds of a working day: a delivery of 45 days in under two seconds.
const WORKING_DAY_MS: i64 = 30;
/// Requests and jobs are all done when the show ends; this is for the unforeseen.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
#[command(after_help = "\
What happens: a server starts on a free port of this machine, with a database in a temporary
folder and the sample catalogue. A partner and the carrier's operations then use it, only over
HTTP: lookup, exception request, quote of twelve sites, address validation, configuration,
price with approval, credit check, contract, signature, order, enrichment, handoff, delivery.
Every status, state and sum is checked. Delivery is simulated, a working day in 30 ms.

Afterwards the server stays, with a credential to try it, until Ctrl-C.

Examples:
  demarc demo
  demarc demo --exit --json | jq .order
  demarc demo --sites my-sites.csv

Exit codes: 0 everything was as told, 1 something was not (the stage, what was expected and what
was found are named).")]
pub(super) struct Demo {
    /// Stop the server at the end instead of leaving it to be tried
    #[arg(long)]
    exit: bool,
    /// Keep the database in this folder, which must not hold one yet
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Sites to sell to, instead of the twelve that the program brings along
    #[arg(long, value_name = "FILE.csv")]
    sites: Option<PathBuf>,
    /// The summary as one JSON object on stdout
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) async fn run(self) -> Outcome {
        let rows = self.rows()?;
        let temporary = tempfile::tempdir().map_err(at("temporary folder"))?;
        let config = self.config(temporary.path().to_owned())?;
        wire::logs(&config.log)?;
        let mut stop = Stop::listen()?;
        let telling = Telling::new(Stage::ALL.len());
        let app = wire::app(&config, wire::engine(&config, true).await?).await?;
        let add = app::partner::CredentialAdd {
            name: "Operations desk".to_owned(),
            role: Role::Operations,
            rights: Right::ALL.to_vec(),
        };
        // The one thing that nobody could do over HTTP: the first credential.
        let minted = app.system_add_credential(Environment::Test, &add).await?;
        let options = config.door();
        let running = Running::start(app, running::bind(config.listen).await?, options)?;
        let url = running.url();
        telling.title(&format!("Demarc at {url}, database {}", config.database().display()));
        let operations = Client::new(&url, &minted.secret, OsRandom.seed())?;
        let sample = self.sites.is_none();
        let mut show = Show::new(telling, operations, rows, sample);
        let played = tokio::select! {
            played = play(&mut show) => played,
            () = stop.told() => Err(Failure::failed("stopped before the end")),
        };
        if let Err(failure) = played {
            show.t.stop();
            // What failed first is what counts.
            let _ = running.stop(PATIENCE).await;
            return Err(failure);
        }
        self.summary(&show, &url)?;
        if !self.exit {
            eprintln!("{}", show.invitation(&url, &minted.secret));
            stop.told().await;
        }
        running.stop(PATIENCE).await.map(drop)
    }

    fn rows(&self) -> Outcome<Vec<sites::SiteRow>> {
        let Some(file) = &self.sites else {
            return sites::read("sample sites", sites::SAMPLE)
                .map_err(|faults| Failure::failed(faults.join("\n")));
        };
        let place = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Failure::usage(format!("--sites {place}: {e}")))?;
        sites::read(&place, &text).map_err(|faults| Failure::usage(faults.join("\n")))
    }

    fn config(&self, temporary: PathBuf) -> Outcome<Config> {
        let config = Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: self.data.clone().unwrap_or(temporary),
            log: Log { format: LogFormat::Text, filter: "error".to_owned() },
            working_day_ms: WORKING_DAY_MS,
            // One visitor on a machine of its own.
            limits: web::Limits::OFF,
            ..Config::default()
        };
        if config.database().exists() {
            return Err(Failure::usage(format!(
                "--data {}: there is a database already; name another folder, or look at this \
                 one with `demarc serve --data {0}`",
                config.data.display()
            )));
        }
        Ok(config)
    }

    fn summary(&self, show: &Show, url: &str) -> Outcome {
        if self.json { super::print_json(&show.json(url)) } else { super::print(&show.table()) }
    }
}

/// The acts, in their order.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Doors,
    Customers,
    Lookup,
    Exception,
    Opportunity,
    Sites,
    Addresses,
    Configuration,
    Price,
    Credit,
    Contract,
    Order,
    Enrichment,
    Handoff,
    Fulfilment,
    Journey,
}

impl Stage {
    const ALL: [Self; 16] = [
        Self::Doors,
        Self::Customers,
        Self::Lookup,
        Self::Exception,
        Self::Opportunity,
        Self::Sites,
        Self::Addresses,
        Self::Configuration,
        Self::Price,
        Self::Credit,
        Self::Contract,
        Self::Order,
        Self::Enrichment,
        Self::Handoff,
        Self::Fulfilment,
        Self::Journey,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Doors => "Doors open",
            Self::Customers => "End customers",
            Self::Lookup => "Lookup",
            Self::Exception => "Exception request",
            Self::Opportunity => "Opportunity and quote",
            Self::Sites => "Sites",
            Self::Addresses => "Address validation",
            Self::Configuration => "Configuration",
            Self::Price => "Price",
            Self::Credit => "Credit check",
            Self::Contract => "Contract and signature",
            Self::Order => "Order",
            Self::Enrichment => "Enrichment",
            Self::Handoff => "Handoff",
            Self::Fulfilment => "Fulfilment",
            Self::Journey => "Journey",
        }
    }
}

async fn play(show: &mut Show) -> Outcome {
    for stage in Stage::ALL {
        show.t.begin(stage.title());
        let came = match stage {
            Stage::Doors => show.doors().await,
            Stage::Customers => show.customers().await,
            Stage::Lookup => show.lookup().await,
            Stage::Exception => show.exception().await,
            Stage::Opportunity => show.opportunity().await,
            Stage::Sites => show.sites().await,
            Stage::Addresses => show.addresses().await,
            Stage::Configuration => show.configuration().await,
            Stage::Price => show.price().await,
            Stage::Credit => show.credit().await,
            Stage::Contract => show.contract().await,
            Stage::Order => show.order().await,
            Stage::Enrichment => show.enrichment().await,
            Stage::Handoff => show.handoff().await,
            Stage::Fulfilment => show.fulfilment().await,
            Stage::Journey => show.journey().await,
        };
        match came {
            Ok(came) => show.t.end(came),
            Err(failure) => {
                let title = stage.title();
                return Err(Failure {
                    say: format!("stage {title:?}: {}", failure.say),
                    ..failure
                });
            }
        }
    }
    show.t.stop();
    Ok(())
}
