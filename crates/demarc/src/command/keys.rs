//! `demarc keys`: what tax ids are sealed with, on the database itself, beside a running server or
//! without one.

use super::{Place, print, print_json, table};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::wire;
use app::{OsRandom, Random as _};
use clap::{Args, Subcommand};
use connect::keys::KeyFile;
use domain::id::Id;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// List the carrier's keys, and how many customers' keys each seals
    List(List),
    /// Add a key, and seal the keys of all customers anew with it
    ///
    /// A running server finds the new key in the file by itself. Where the environment has the
    /// keys, add a line to DEMARC_KEY_RING and restart the servers first: this then only seals
    /// anew.
    #[command(after_help = "The old key stays in the file: copies of the database from before \
                            need it. Remove its line when none of them is kept any more.")]
    Rotate(Rotate),
    /// Destroy the keys of a customer: its tax ids can never be read again
    Destroy(Destroy),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  demarc keys destroy 0010000000000001AAA --yes")]
pub(super) struct Destroy {
    /// The end customer's id; the opportunity's where the customer came later
    id: Id,
    /// There is no way back, except by a copy of the database
    #[arg(long, required = true)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

impl Keys {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::List(list) => list.run().await,
            Self::Rotate(rotate) => rotate.run().await,
            Self::Destroy(destroy) => destroy.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Outcome {
        let config = self.place.load()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let mut sealed = app.store.keys_by_seal().await?;
        let destroyed = sealed.remove("").unwrap_or_default();
        let known = app.outside.keys.names();
        // What seals something and is not there is what must be found.
        let missing = sealed.keys().filter(|name| !known.contains(name));
        let keys: Vec<_> = known.iter().chain(missing).collect();
        let rows = keys.iter().map(|name| {
            let count = sealed.get(*name).copied().unwrap_or_default();
            let standing = match known.last() {
                Some(newest) if newest == *name => "seals",
                _ if known.contains(name) => "opens",
                _ => "missing",
            };
            ((*name).clone(), standing, count)
        });
        let rows: Vec<_> = rows.collect();
        if self.json {
            let keys: Vec<_> = rows
                .iter()
                .map(|(name, standing, count)| {
                    json!({ "name": name, "standing": standing, "customers": count })
                })
                .collect();
            return print_json(&json!({ "keys": keys, "destroyed": destroyed }));
        }
        let mut shown = table(&["key", "standing", "customers"]);
        for (name, standing, count) in rows {
            shown.add_row([name, standing.to_owned(), count.to_string()]);
        }
        print(&shown.to_string())?;
        print(&format!("{destroyed} customers' keys are destroyed"))
    }
}

impl Rotate {
    async fn run(self) -> Outcome {
        let config = self.place.load()?;
        if let Some(path) = wire::key_path(&config) {
            add(&config, &path)?;
        }
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let count = app.keys_reseal().await.map_err(|e| Failure::failed(e.to_string()))?;
        let by = app.outside.keys.names().pop().unwrap_or_default();
        print(&format!("{by} seals the keys of {count} more customers"))
    }
}

fn add(config: &Config, path: &std::path::Path) -> Outcome {
    let wrong = |e: String| Failure::failed(format!("key file {}: {e}", path.display()));
    if !path.exists() {
        // The first key is made like that of a sandbox.
        return wire::keys(config).map(drop);
    }
    let keys = KeyFile::read(path).map_err(|e| wrong(e.to_string()))?;
    keys.with(OsRandom.bytes()).write(path).map_err(|e| wrong(e.to_string()))
}

impl Destroy {
    async fn run(self) -> Outcome {
        let config = self.place.load()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let count = app.store.destroy_keys(self.id).await?;
        if count == 0 {
            return Err(Failure::failed(format!("{} has no key", self.id)));
        }
        print(&format!("destroyed: no tax id of {} can be read any more", self.id))
    }
}
