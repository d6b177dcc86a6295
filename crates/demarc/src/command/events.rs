//! `demarc events`: the feed, one event, and sending one again, over HTTP.

use super::remote::Remote;
use super::{print, print_json, table};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use clap::{Args, Subcommand};
use domain::event::EventKind;
use domain::id::{Id, Kind};
use domain::webhook::Filter;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_test_… demarc events list --type 'quote.*'
  demarc events list --object 0Q0… --json | jq -r '.items[].type'
  demarc events resend evt…

To follow the feed: demarc listen")]
pub(super) enum Events {
    /// List events, oldest first
    List(List),
    /// Show one event as it was told
    Show(Show),
    /// Send one event again, to one webhook endpoint or to each that listens to its kind
    Resend(Resend),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only these: quote.priced, or all of a noun's, quote.*
    #[arg(long = "type", value_name = "KIND", value_parser = filter)]
    kind: Option<String>,
    /// Only what happened to this object
    #[arg(long, value_name = "ID")]
    object: Option<Id>,
    /// Behind this event
    #[arg(long, value_name = "EVENT_ID", value_parser = event_id)]
    after: Option<Id>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[arg(value_parser = event_id)]
    id: Id,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(super) struct Resend {
    #[arg(value_parser = event_id)]
    id: Id,
    /// To this endpoint, whether or not it listens to the event's kind
    #[arg(long, value_name = "ID")]
    endpoint: Option<Id>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Most that one page of the feed holds.
const PAGE: usize = 1000;

impl Events {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => {
                let path = format!("/v1/events/{}", show.id);
                let event = show.remote.client()?.get(&path).await?.expect(200)?;
                print_json(&event.json)
            }
            Self::Resend(resend) => resend.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Outcome {
        let client = self.remote.client()?;
        let mut items: Vec<Value> = Vec::new();
        let mut after = self.after.map(|id| id.to_string());
        while items.len() < self.limit {
            let page = (self.limit - items.len()).min(PAGE);
            let mut path = format!("/v1/events?limit={page}");
            let object = self.object.map(|id| id.to_string());
            for (name, value) in [("type", &self.kind), ("object_id", &object), ("after", &after)] {
                if let Some(value) = value {
                    path.extend(["&", name, "=", value]);
                }
            }
            let found = client.get(&path).await?.expect(200)?;
            let more = found.list("/items")?;
            items.extend_from_slice(more);
            let next = found.str("/next_after").ok().map(str::to_owned);
            // Rare ones may be further on though there are none here.
            if more.is_empty() && next == after {
                break;
            }
            after = next;
        }
        if self.json {
            return print_json(&json!({ "items": items, "next_after": after }));
        }
        let mut rows = table(&["time", "kind", "object", "#", "from → to", "actor", "id"]);
        for event in &items {
            let data = &event["data"];
            rows.add_row([
                word(&event["time"]).to_owned(),
                word(&event["type"]).to_owned(),
                word(&event["subject"]).to_owned(),
                data["sequence"].to_string(),
                change(data),
                word(&data["actor"]).to_owned(),
                word(&event["id"]).to_owned(),
            ]);
        }
        print(&rows.to_string())
    }
}

impl Resend {
    async fn run(self) -> Outcome {
        let client = self.remote.client()?;
        let event = client.get(&format!("/v1/events/{}", self.id)).await?.expect(200)?;
        let endpoints = match self.endpoint {
            Some(id) => vec![(id.to_string(), String::new())],
            None => listening(&client, event.str("/type")?).await?,
        };
        if endpoints.is_empty() {
            let say = format!("no active webhook endpoint listens to {}", event.str("/type")?);
            return Err(Failure::failed(say + "; name one with --endpoint"));
        }
        let mut sent = Vec::new();
        for (id, url) in &endpoints {
            let path = format!("/v1/webhook-endpoints/{id}/resend");
            let body = json!({ "event_id": self.id.to_string() });
            let done = client.post(&path, body).await?.expect(200)?;
            let url = if url.is_empty() { done.str("/url")? } else { url };
            sent.push(json!({ "endpoint_id": id, "url": url }));
        }
        if self.json {
            return print_json(&json!({ "event_id": self.id.to_string(), "endpoints": sent }));
        }
        let lines = sent.iter().map(|s| {
            format!("{} goes to {} {}\n", self.id, word(&s["endpoint_id"]), word(&s["url"]))
        });
        print(&lines.collect::<String>())
    }
}

/// The active endpoints that listen to this kind: id and URL.
async fn listening(client: &Client, kind: &str) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    let all = client.get("/v1/webhook-endpoints").await?.expect(200)?;
    for endpoint in all.list("/items")? {
        let mut types = endpoint["types"].as_array().into_iter().flatten();
        if endpoint["state"] == "active" && types.any(|t| covers(word(t), kind)) {
            found.push((word(&endpoint["id"]).to_owned(), word(&endpoint["url"]).to_owned()));
        }
    }
    Ok(found)
}

pub(super) fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `draft → priced`, `→ draft`, `priced`, or nothing where the object has no states.
pub(super) fn change(data: &Value) -> String {
    match (data["from"].as_str(), data["to"].as_str()) {
        (Some(from), Some(to)) if from == to => to.to_owned(),
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (None, Some(to)) => format!("→ {to}"),
        (Some(from), None) => format!("{from} →"),
        (None, None) => String::new(),
    }
}

/// Whether a filter such as `quote.*` is for this kind.
pub(super) fn covers(filter: &str, kind: &str) -> bool {
    let noun = kind.split('.').next().unwrap_or_default();
    filter == "*" || filter == kind || filter.strip_suffix(".*") == Some(noun)
}

/// A filter as the server takes it.
pub(super) fn filter(text: &str) -> Result<String, String> {
    if Filter::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    let noun = text.split('.').next().unwrap_or_default();
    let same = |k: &&EventKind| k.noun().word() == noun;
    let near: Vec<_> = EventKind::ALL.iter().filter(same).map(|k| k.word()).collect();
    let near = if near.is_empty() { String::new() } else { format!(": {}", near.join(", ")) };
    Err(format!("no such kind of event{near} (or a noun's, quote.*, or all, *)"))
}

pub(super) fn event_id(text: &str) -> Result<Id, String> {
    let id = text.parse::<Id>().ok().filter(|id| id.is(Kind::Event));
    id.ok_or_else(|| format!("an event's id begins with {}", Kind::Event.prefix()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_covers_its_kind_its_nouns_or_all() {
        for (filter, kind, covered) in [
            ("*", "quote.priced", true),
            ("quote.*", "quote.priced", true),
            ("quote.priced", "quote.priced", true),
            ("quote.priced", "quote.created", false),
            ("order.*", "sub_order.created", false),
            ("quote", "quote.priced", false),
        ] {
            assert_eq!(covers(filter, kind), covered, "{filter} {kind}");
        }
    }

    #[test]
    fn a_wrong_filter_is_told_what_there_is() {
        assert!(filter("quote.eaten").is_err_and(|e| e.contains("quote.priced")));
        assert_eq!(filter("quote.*").as_deref(), Ok("quote.*"));
    }
}
