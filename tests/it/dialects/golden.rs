//! The golden files: for each operation of a family a request and the full answer, as they went
//! over the wire. They are the examples of the family's document at once. `BLESS=1` writes them.

use crate::client::Reply;
use crate::examples::operation_of;
use domain::id::{Id, Kind};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::path::Path;
use web::Family;

/// Ids in the order in which they were met: a recording does not depend on when a job was taken.
#[derive(Default)]
struct Ids {
    met: HashMap<String, String>,
}

impl Ids {
    fn plain(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let words: Vec<String> = split(text).map(|word| self.word(word)).collect();
                *text = words.concat();
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.plain(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.plain(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn word(&mut self, word: &str) -> String {
        let Some(id) = word.parse::<Id>().ok().filter(|_| word.len() == 18) else {
            return word.to_owned();
        };
        let next = i64::try_from(self.met.len() + 1).expect("few ids");
        let kind = Kind::ALL.into_iter().find(|kind| id.is(*kind)).expect("a kind");
        self.met
            .entry(word.to_owned())
            .or_insert_with(|| Id::new(kind, next, 0).to_string())
            .clone()
    }
}

/// The words of a text and what stands between them.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let end = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        [&part[..end], &part[end..]]
    })
}

/// The last successful exchange with each operation; of one that takes several forms of a body,
/// with each of them.
fn record(document: &Value, family: Family, sent: &[Reply]) -> Map<String, Value> {
    let mount = document["servers"][0]["url"].as_str().expect("a mount");
    let (mut golden, mut ids) = (Map::new(), Ids::default());
    for reply in sent.iter().filter(|r| (200..300).contains(&r.status)) {
        let Some(path) = reply.path.strip_prefix(mount) else { continue };
        let operation = operation_of(document, &reply.method, path);
        let operation = operation.unwrap_or_else(|| panic!("{family:?} has no {path}"));
        let mut exchange = json!({ "request": reply.request, "status": reply.status,
            "response": reply.body });
        if let Some((_, query)) = path.split_once('?') {
            exchange["query"] = query.into();
        }
        ids.plain(&mut exchange);
        let form = |value: &Value| {
            let members = value["request"].as_object();
            members.map(|m| m.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        let other = golden.get(&operation).is_some_and(|first| {
            // Told apart by what it is about, not by what may be left out.
            !form(first).iter().any(|name| form(&exchange).contains(name))
                && !form(first).is_empty()
        });
        let name =
            if other { format!("{operation}: {}", form(&exchange).join(", ")) } else { operation };
        golden.insert(name, exchange);
    }
    golden
}

/// Proves a family's golden file to be what was answered, and to have every operation.
pub(crate) fn is_current(family: Family, sent: &[Reply]) {
    let document = web::family_document(family);
    let golden = record(&document, family, sent);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(golden.contains_key(id), "nothing recorded of {id}: {method} {path}");
        }
    }
    let text = serde_json::to_string_pretty(&golden).expect("JSON") + "\n";
    let name = format!("../crates/web/src/dialects/examples/{}.json", family.word());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, text).expect("the golden file is written");
        return;
    }
    let stored = std::fs::read_to_string(&file).expect("the golden file");
    assert!(stored == text, "{} is not what the server answers: cargo xtask bless", file.display());
}

#[test]
fn ids_in_a_recording_are_counted_and_everything_else_stays() {
    let (quote, site) = (Id::new(Kind::Quote, 77, 5), Id::new(Kind::Site, 78, 6));
    let mut value = json!({ "a": quote.to_string(), "b": [format!("{site}, {quote}.")], "c": 7,
        "d": "AT&T Dedicated Internet (Mid Market)" });
    Ids::default().plain(&mut value);
    let (first, second) = (Id::new(Kind::Quote, 1, 0), Id::new(Kind::Site, 2, 0));
    assert_eq!(
        value,
        json!({ "a": first.to_string(), "b": [format!("{second}, {first}.")], "c": 7,
        "d": "AT&T Dedicated Internet (Mid Market)" })
    );
}
