//! Reads: one round trip, one snapshot, and for each query its own sight.

use super::{
    ANSWER, Client, Link,
    failure::{Failed, Kind},
    run::{Ran, control, pipelined, ready, see},
};
use crate::{Query, Row, StoreError};
use futures::future::{Either, FutureExt};
use tokio::time::{Instant, timeout_at};

const BEGIN: &str = "begin isolation level repeatable read read only";
const COMMIT: &str = "commit";

/// Answers all the queries from one snapshot.
pub(super) async fn read(link: &Link, queries: &[Query]) -> Result<Vec<Vec<Row>>, StoreError> {
    if link.pool.status().waiting >= link.waiting {
        return Err(StoreError::Unavailable("too many reads are waiting".into()));
    }
    let until = Instant::now() + ANSWER;
    match attempt(link, queries, until).await {
        // A connection may have died in the pool without anybody noticing.
        Err(Failed { kind: Kind::Conflict | Kind::Gone, .. }) => {
            attempt(link, queries, until).await
        }
        other => other,
    }
    .map_err(|failed| failed.error)
}

async fn attempt(link: &Link, queries: &[Query], until: Instant) -> Result<Vec<Vec<Row>>, Failed> {
    let client = timeout_at(until, link.client());
    let client = client.await.unwrap_or_else(|_| Err(Failed::silent("no connection in time")))?;
    if let Ok(answers) = timeout_at(until, run(link, &client, queries)).await {
        return answers;
    }
    link.give_up(client);
    Err(Failed::silent("the database does not answer"))
}

async fn run(link: &Link, client: &Client, queries: &[Query]) -> Result<Vec<Vec<Row>>, Failed> {
    let mut statements = Vec::with_capacity(queries.len());
    for query in queries {
        statements.push(ready(link, client, query.sql, &query.values).await?);
    }
    let mut sight = queries.first().map(|query| query.sight).unwrap_or_default();
    let begin = format!("{BEGIN}; {}", see(sight));
    // All of it is sent in one go; if the caller goes away, the rest still ends the transaction.
    let around = |sql: String| Either::Left(control(client, sql).map(|done| done.map(|()| None)));
    let mut acts = vec![around(begin)];
    for (statement, query) in statements.iter().zip(queries) {
        if query.sight != sight {
            sight = query.sight;
            acts.push(around(see(sight)));
        }
        acts.push(Either::Right(statement.run(client).map(|ran| ran.map(Some))));
    }
    acts.push(around(COMMIT.to_owned()));
    let answers: Result<Vec<Option<Ran>>, Failed> = pipelined(acts).await.into_iter().collect();
    Ok(answers?.into_iter().flatten().map(|ran| ran.rows).collect())
}
