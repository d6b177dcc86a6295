//! `demarc trigger`: lets an event of a kind really happen in the sandbox, by walking the flow over
//! HTTP as a partner does. Nothing is faked, and what was made stays.

mod carrier;
mod happen;
mod walk;
mod ways;

use super::events::word;
use super::remote::{Remote, secret_in};
use super::{print, print_json, table};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use app::{OsRandom, Random as _};
use clap::Args;
use domain::event::EventKind;
use serde_json::{Value, json};
use walk::Walk;
use ways::Way;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc trigger --list
  DEMARC_SECRET=dmc_test_… demarc trigger quote.priced
  DEMARC_OPERATIONS_SECRET=dmc_test_… demarc trigger exception.approved

The event goes to stdout, what was made for it to stderr. Test secrets only.")]
pub(super) struct Trigger {
    /// The kind of event, such as quote.priced
    #[arg(value_name = "EVENT", value_parser = kind, required_unless_present = "list")]
    event: Option<EventKind>,
    /// List every kind and what it needs
    #[arg(long, conflicts_with = "event")]
    list: bool,
    /// The list as one JSON object
    #[arg(long, requires = "list")]
    json: bool,
    /// The variable of the environment that has operations' secret, for kinds that need it
    #[arg(long, value_name = "NAME", default_value = "DEMARC_OPERATIONS_SECRET")]
    operations_secret_env: String,
    #[command(flatten)]
    remote: Remote,
}

fn kind(text: &str) -> Result<EventKind, String> {
    let known = EventKind::parse(text);
    known.ok_or_else(|| "no such kind of event: see `demarc trigger --list`".to_owned())
}

impl Trigger {
    pub(super) async fn run(self) -> Outcome {
        let Some(kind) = self.event else { return list(self.json) };
        let way = ways::of(kind);
        if let Way::Never(why) = way {
            return Err(Failure::usage(format!("{kind} cannot be triggered: {why}")));
        }
        let secret = test_secret(&self.remote.secret_env, Some(self.remote.secret()?))?;
        let operations =
            test_secret(&self.operations_secret_env, secret_in(&self.operations_secret_env)?)?;
        if way.needs_operations() && operations.is_none() {
            let name = &self.operations_secret_env;
            let say = format!("{kind} needs operations' secret as well: set {name}");
            return Err(Failure::usage(say));
        }
        let base = self.remote.base()?;
        let partner = Client::new(base, &secret.unwrap_or_default(), OsRandom.seed())?;
        let operations = operations.map(|s| partner.with_secret(&s));
        let mut walk = Walk::begin(partner, operations).await?;
        let ended = walk.let_happen(kind).await;
        for made in &walk.made {
            eprintln!("demarc: {made}");
        }
        let event = match ended {
            Ok(object) => walk.event(kind, &object).await,
            Err(failure) => Err(failure),
        };
        let tidied = walk.tidy().await;
        let event = event?;
        tidied?;
        print_json(&event)
    }
}

/// A secret of the sandbox. What is triggered is done.
fn test_secret(name: &str, secret: Option<String>) -> Outcome<Option<String>> {
    match secret {
        Some(secret) if !secret.starts_with("dmc_test_") => {
            let say = "it is no test secret (dmc_test_…); trigger works in the sandbox only";
            Err(Failure::usage(format!("{name}: {say}")))
        }
        other => Ok(other),
    }
}

fn list(as_json: bool) -> Outcome {
    if as_json {
        let row = |kind: &EventKind| {
            json!({ "type": kind.word(), "meaning": kind.meaning(),
                "needs": ways::of(*kind).say(), "can": ways::of(*kind).can() })
        };
        let rows: Vec<Value> = EventKind::ALL.iter().map(row).collect();
        return print_json(&json!({ "items": rows }));
    }
    let mut rows = table(&["kind", "what it means", "what it needs"]);
    for kind in EventKind::ALL {
        rows.add_row([kind.word(), kind.meaning(), ways::of(*kind).say()]);
    }
    print(&rows.to_string())
}

impl Walk {
    /// The event of this kind that happened to the object, from the feed.
    async fn event(&self, kind: EventKind, object: &str) -> Outcome<Value> {
        let reader = if kind.noun().is_carriers() { self.operations()? } else { &self.partner };
        let path = format!("/v1/events?type={kind}&object_id={object}&wait=30");
        let found = reader.get(&path).await?.expect(200)?;
        let event = found.list("/items")?.first();
        let event = event.ok_or_else(|| {
            Failure::failed(format!("{kind} of {object} is not in the feed after 30 s"))
        })?;
        eprintln!("demarc: {} {} of {object}", word(&event["id"]), kind);
        Ok(event.clone())
    }
}
