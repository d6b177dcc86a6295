//! The stored answers of idempotency keys, and what they say was made.

use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, any, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::id::{Id, Kind};
use domain::party::Tenant;

pub(super) const ANSWERS: &str = "select tenant, name, status, headers, body from idempotency \
    where (tenant, name) > ($1, $2) order by tenant, name limit $3";
/// Removed ones too.
pub(super) const ENDPOINT: &str = "select id from webhook_endpoint where tenant = $1 and id = $2";

/// Reads every answer.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, name] = after;
        let query = Query::new(ANSWERS, [tenant, name, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let (mut places, mut asks) = (Vec::new(), Vec::new());
        for row in &rows {
            let place = format!("key {:?}", row.text(1).unwrap_or("?"));
            if let Some(problem) = unanswerable(row) {
                audit.blame(Invariant::AnswersParse, format!("{place}: {problem}"));
            } else if let Some((id, ask)) = made(row) {
                places.push(format!("{place}: it made {id}, which is not there"));
                asks.push(ask);
            }
        }
        for (place, there) in places.into_iter().zip(store.ask(asks).await?) {
            if !there {
                audit.blame(Invariant::AnswersHaveEffects, place);
            }
        }
        audit.count("idempotency", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

/// What is wrong with a stored answer.
fn unanswerable(row: &Row) -> Option<String> {
    if !row.int(2).is_ok_and(|status| (200..600).contains(&status)) {
        return Some("the status is none of HTTP".to_owned());
    }
    if let Err(e) = doc_in::<Vec<(String, String)>>(row, 3) {
        return Some(format!("the headers: {e}"));
    }
    match row.text(4) {
        Ok("") => None,
        _ => doc_in::<serde::de::IgnoredAny>(row, 4).err().map(|e| format!("the body: {e}")),
    }
}

/// What the answer says was made: the last part of the path where it is. Objects of these kinds
/// are never deleted.
fn made(row: &Row) -> Option<(Id, Ask<bool>)> {
    let headers = doc_in::<Vec<(String, String)>>(row, 3).ok()?;
    let (_, path) = headers.into_iter().find(|(name, _)| name == "location")?;
    let id: Id = path.rsplit('/').next()?.parse().ok()?;
    let tenant: Tenant = row.text(0).ok()?.parse().ok()?;
    let query = match id.kind()? {
        Kind::ExceptionRequest => crate::exception::by_id(tenant, id).query,
        Kind::LetterOfAgency => crate::letter::by_id(tenant, id).query,
        Kind::Opportunity => crate::opportunity::by_id(tenant, id).query,
        Kind::Quote => crate::quote::by_id(tenant, id).query,
        Kind::Import => crate::import::by_id(tenant, id).query,
        Kind::Catalogue => crate::publication::by_id(tenant.environment, id).query,
        Kind::CreditCheck => crate::credit::by_id(tenant, id).query,
        Kind::Contract => crate::contract::by_id(tenant, id).query,
        Kind::Order => crate::order::by_id(tenant, id).query,
        Kind::WebhookEndpoint => {
            Query::new(ENDPOINT, [tenant.to_string().into(), id.short().into()])
        }
        _ => return None,
    };
    Some((id, Ask { query, read: any }))
}
