//! `demarc listen`: the stream of events, told line by line and, if wished, sent on as webhooks to
//! a receiver that is still being written. What a production receiver gets comes from the server.

mod forward;
mod source;
mod sse;

use super::events::{change, covers, event_id, filter, word};
use super::remote::Remote;
use crate::failure::{Failure, Outcome};
use crate::stop::Stop;
use app::{OsRandom, Random as _};
use clap::Args;
use connect::webhook::Secret;
use domain::id::Id;
use forward::Forward;
use serde_json::Value;
use source::{Place, Round, Source};
use sse::Told;
use std::io::Write as _;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_test_… demarc listen
  demarc listen --types 'quote.*,order.*' --forward-to http://localhost:3000/webhooks
  demarc listen --from-start --limit 10 --json | jq .type

When the connection is lost it comes back behind the last event: none is left out. Ctrl-C ends it.")]
pub(super) struct Listen {
    #[command(flatten)]
    remote: Remote,
    /// Only these: quote.priced, or all of a noun's, quote.*
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = filter)]
    types: Vec<String>,
    /// Send each on to this URL, as a signed webhook; any URL, it is your own machine
    #[arg(long, value_name = "URL")]
    forward_to: Option<reqwest::Url>,
    /// Sign with this secret instead of a new one
    #[arg(long, value_name = "whsec_…", value_parser = secret, requires = "forward_to")]
    signing_secret: Option<Secret>,
    /// Begin behind this event instead of now
    #[arg(long, value_name = "EVENT_ID", value_parser = event_id, conflicts_with = "from_start")]
    since: Option<Id>,
    /// Begin with the very first event
    #[arg(long)]
    from_start: bool,
    /// End after so many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// One event a line, as it was told
    #[arg(long)]
    json: bool,
}

// Not clap's own message, which would repeat the secret.
fn secret(text: &str) -> Result<Secret, String> {
    Secret::parse(text).map_err(|e| e.to_string())
}

/// The pause before the first attempt to come back, and the longest.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Listen {
    pub(super) async fn run(self) -> Outcome {
        let mut stop = Stop::listen()?;
        tokio::select! {
            ended = self.listen() => ended,
            () = stop.told() => Ok(()),
        }
    }

    async fn listen(&self) -> Outcome {
        let asked = match self.types.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let place = match (self.since, self.from_start) {
            (Some(id), _) => Place::Behind(id.to_string()),
            (None, true) => Place::Beginning,
            (None, false) => Place::Now,
        };
        let mut source = Source::new(self.remote.base()?, &self.remote.secret()?, asked, place)?;
        let forward = self.forward()?;
        let mut left = self.limit.unwrap_or(u64::MAX);
        let mut pause = PAUSE;
        while left > 0 {
            match source.next().await? {
                Round::Told(told) => {
                    pause = PAUSE;
                    for one in told {
                        if left > 0 && self.tell(&one, forward.as_ref()).await? {
                            left -= 1;
                        }
                        source.told(&one);
                    }
                }
                Round::Lost(why) => {
                    eprintln!("demarc: lost the server ({why}); again in {} ms", pause.as_millis());
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        Ok(())
    }

    fn forward(&self) -> Outcome<Option<Forward>> {
        let Some(url) = &self.forward_to else { return Ok(None) };
        let secret = self.signing_secret.clone();
        let shown = if let Some(secret) = &secret {
            (secret.clone(), "the given secret".to_owned())
        } else {
            let new = Secret::new(OsRandom.bytes());
            let reveal = new.reveal();
            (new, reveal)
        };
        eprintln!("demarc: forwarding to {url}, signed with {}", shown.1);
        Forward::new(url.clone(), shown.0).map(Some)
    }

    /// Tells one event if it was asked for; whether it was.
    async fn tell(&self, told: &Told, forward: Option<&Forward>) -> Outcome<bool> {
        let event: Value = serde_json::from_str(&told.data)
            .map_err(|e| Failure::failed(format!("event {}: {e}", told.id)))?;
        let kind = word(&event["type"]);
        if !self.types.is_empty() && !self.types.iter().any(|t| covers(t, kind)) {
            return Ok(false);
        }
        let mut line = if self.json { told.data.clone() } else { human(&event) };
        if let Some(forward) = forward {
            let answer = forward.send(told).await;
            if self.json {
                eprintln!("demarc: {} {answer}", told.id);
            } else {
                line = format!("{line}  ⇒ {answer}");
            }
        }
        let mut out = std::io::stdout().lock();
        match writeln!(out, "{line}").and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(e) => Err(Failure::failed(format!("stdout: {e}"))),
        }
    }
}

/// `15:04:05.123  quote.priced  0Q0…  draft → priced  evt…`
fn human(event: &Value) -> String {
    let time = word(&event["time"]);
    let time = time.get(11..23).unwrap_or(time);
    let (kind, object) = (word(&event["type"]), word(&event["subject"]));
    let (change, id) = (change(&event["data"]), word(&event["id"]));
    format!("{time}  {kind:<28} {object:<18}  {change:<22}  {id}")
}
