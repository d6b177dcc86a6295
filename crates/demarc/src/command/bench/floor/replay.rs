//! A recorded flow told again to a bare PostgreSQL connection: the same statements with the same
//! values, but fresh ids.

use super::super::engine::Alone;
use crate::failure::{Outcome, at};
use app::{Clock as _, OsRandom, Random as _, SystemClock};
use domain::id::{Id, Kind};
use futures::future::{FutureExt as _, TryFutureExt as _, maybe_done};
use futures::poll;
use std::collections::HashMap;
use store::{Change, Expect, Value};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};

/// A text in which ids and keys are left open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Same(String),
    /// The id of this number, with its checksum or without.
    Id(usize, bool),
    /// What idempotency keys begin with.
    Key,
}

#[derive(Debug, Clone)]
enum Open {
    Same(Value),
    Text(Vec<Piece>),
}

#[derive(Debug, Clone)]
struct Step {
    sql: &'static str,
    values: Vec<Open>,
    expect: Expect,
}

/// A flow that can be told again.
#[derive(Debug, Clone)]
pub(super) struct Script {
    changes: Vec<Vec<Step>>,
    kinds: Vec<Kind>,
}

/// Finds ids and gives each a number.
#[derive(Default)]
struct Finder {
    known: HashMap<String, usize>,
    kinds: Vec<Kind>,
}

impl Script {
    pub(super) fn of(alone: &Alone) -> Self {
        let mut finder = Finder::default();
        let changes = alone.changes.iter().map(|change| finder.steps(change, &alone.key)).collect();
        Self { changes, kinds: finder.kinds }
    }
}

impl Finder {
    fn steps(&mut self, change: &Change, key: &str) -> Vec<Step> {
        let step = |s: &store::Statement| {
            let values = s.values.iter().map(|value| match value {
                Value::Text(text) => Open::Text(self.pieces(text, key)),
                other => Open::Same(other.clone()),
            });
            Step { sql: s.sql, values: values.collect(), expect: s.expect }
        };
        change.statements.iter().map(step).collect()
    }

    fn pieces(&mut self, text: &str, key: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (at, part) in text.split(key).enumerate() {
            if at > 0 {
                pieces.push(Piece::Key);
            }
            let mut same = String::new();
            for word in part.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
                let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
                match self.number(bare) {
                    Some(id) => {
                        pieces.push(Piece::Same(std::mem::take(&mut same)));
                        pieces.push(Piece::Id(id, bare.len() == 18));
                        same.push_str(&word[bare.len()..]);
                    }
                    None => same.push_str(word),
                }
            }
            pieces.push(Piece::Same(same));
        }
        pieces
    }

    /// The number of an id that the flow made; not of whose it is.
    fn number(&mut self, word: &str) -> Option<usize> {
        let id: Id = word.parse().ok()?;
        let kind = id.kind().filter(|k| !matches!(k, Kind::Partner | Kind::Credential))?;
        let next = self.kinds.len();
        let number = *self.known.entry(id.short().to_owned()).or_insert(next);
        if number == next {
            self.kinds.push(kind);
        }
        Some(number)
    }
}

/// What the ids and keys are this time.
struct Names {
    ids: Vec<Id>,
    key: String,
}

impl Names {
    fn fresh(kinds: &[Kind]) -> Self {
        let ms = SystemClock.now().ms();
        let ids = kinds.iter().map(|kind| Id::new(*kind, ms, OsRandom.seed())).collect();
        Self { ids, key: format!("{:08x}-", OsRandom.seed()) }
    }

    fn text(&self, pieces: &[Piece]) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Same(same) => text.push_str(same),
                Piece::Key => text.push_str(&self.key),
                Piece::Id(number, long) => {
                    if let Some(id) = self.ids.get(*number) {
                        let long = long.then(|| id.to_string());
                        text.push_str(long.as_deref().unwrap_or(id.short()));
                    }
                }
            }
        }
        text
    }
}

/// What was told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    pub(super) statements: u64,
    /// Those that touched as many rows as they should.
    pub(super) right: u64,
}

/// One connection.
pub(super) struct Teller {
    pub(super) client: Client,
    prepared: HashMap<&'static str, Statement>,
}

type Parameter = Box<dyn ToSql + Sync + Send>;

impl Teller {
    /// Prepares every statement of the script.
    pub(super) async fn new(client: Client, script: &Script) -> Outcome<Self> {
        let mut prepared = HashMap::new();
        for step in script.changes.iter().flatten() {
            if !prepared.contains_key(step.sql) {
                let statement = client.prepare(step.sql).await.map_err(at("floor"))?;
                prepared.insert(step.sql, statement);
            }
        }
        Ok(Self { client, prepared })
    }

    /// One flow: each change a transaction, all of it sent at once.
    pub(super) async fn tell(&self, script: &Script, told: &mut Told) -> Outcome {
        let names = Names::fresh(&script.kinds);
        for change in &script.changes {
            let counts = self.transaction(change, &names).await;
            if counts.is_err() {
                // It goes on; how much was right is said beside the figure.
                self.client.batch_execute("rollback").await.map_err(at("floor"))?;
            }
            told.statements += u64::try_from(change.len()).unwrap_or(0);
            for (step, count) in change.iter().zip(counts.unwrap_or_default()) {
                told.right += u64::from(match step.expect {
                    Expect::Rows(expected) => count == expected,
                    Expect::Any => true,
                });
            }
        }
        Ok(())
    }

    /// How many rows each statement touched.
    async fn transaction(
        &self,
        steps: &[Step],
        names: &Names,
    ) -> Result<Vec<u64>, tokio_postgres::Error> {
        let end = |sql| self.client.batch_execute(sql).map_ok(|()| 0).boxed();
        let mut acts = vec![end("begin")];
        acts.extend(steps.iter().map(|step| self.step(step, names).boxed()));
        acts.push(end("commit"));
        let mut sent: Vec<_> = acts.into_iter().map(|act| Box::pin(maybe_done(act))).collect();
        // The driver sends at the first poll.
        for act in &mut sent {
            let _ = poll!(act.as_mut());
        }
        let mut counts = Vec::with_capacity(sent.len());
        for mut act in sent {
            act.as_mut().await;
            counts.extend(act.as_mut().take_output());
        }
        let mut counts = counts.into_iter().collect::<Result<Vec<_>, _>>()?;
        counts.remove(0);
        counts.pop();
        Ok(counts)
    }

    async fn step(&self, step: &Step, names: &Names) -> Result<u64, tokio_postgres::Error> {
        let Some(statement) = self.prepared.get(step.sql) else { return Ok(0) };
        let types = statement.params();
        let parameters: Vec<_> =
            step.values.iter().zip(types).map(|(open, kind)| names.value(open, kind)).collect();
        let parameters: Vec<_> =
            parameters.iter().map(|p| p.as_ref() as &(dyn ToSql + Sync)).collect();
        self.client.execute(statement, &parameters).await
    }
}

impl Names {
    fn value(&self, open: &Open, kind: &Type) -> Parameter {
        match open {
            Open::Text(pieces) => Box::new(self.text(pieces)),
            Open::Same(Value::Int(number)) => Box::new(*number),
            Open::Same(Value::Text(text)) => Box::new(text.clone()),
            Open::Same(Value::Null) if *kind == Type::INT8 => Box::new(None::<i64>),
            Open::Same(Value::Null) => Box::new(None::<String>),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_told_again_has_other_ids_and_keys_in_the_same_places() {
        let quote = Id::new(Kind::Quote, 1_700_000_000_000, 7);
        let partner = Id::new(Kind::Partner, 1_700_000_000_000, 8);
        let text = format!("{{\"id\":\"{quote}\",\"by\":\"{partner}\",\"key\":\"0badcafe-3\"}}");
        let values: Vec<Value> =
            vec![text.as_str().into(), quote.short().into(), Value::Int(3), Value::Null];
        let change = Change::new([store::Statement::new("select $1", values)]);
        let alone = Alone { changes: vec![change], commits: 1, key: "0badcafe-".to_owned() };
        let script = Script::of(&alone);
        assert_eq!(script.kinds, [Kind::Quote]);
        let names = Names::fresh(&script.kinds);
        let told = |value: &Open| match value {
            Open::Text(pieces) => names.text(pieces),
            Open::Same(same) => format!("{same:?}"),
        };
        let values: Vec<_> = script.changes[0][0].values.iter().map(told).collect();
        let [id, key] = [names.ids[0].to_string(), names.key.clone()];
        assert_ne!(id, quote.to_string());
        let expected = text.replace(&quote.to_string(), &id).replace("0badcafe-", &key);
        assert_eq!(values, [expected.as_str(), &id[..15], "Int(3)", "Null"]);
    }
}
