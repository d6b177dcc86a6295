//! The steps of the flow as a partner's program makes them, every status checked and nothing
//! told. `bench` and `trigger` put them together.

use crate::client::{Answer, CallError, Client};
use crate::flow;
use serde_json::{Value, json};

type Stepped<T = Answer> = Result<T, CallError>;

/// Opens an opportunity with its quote, for a new customer if the programme wants one at once.
pub(crate) async fn open(client: &Client, name: &str, new_customer: Option<&str>) -> Stepped {
    let mut body = json!({ "name": name });
    if let Some(customer) = new_customer {
        body["new_customer"] = json!({ "name": customer, "address": flow::address() });
    }
    client.post("/v1/opportunities", body).await?.expect(201)
}

pub(crate) async fn add_sites(client: &Client, quote: &str, sites: Vec<Value>) -> Stepped {
    let path = format!("/v1/quotes/{quote}/sites");
    client.post(&path, json!({ "sites": sites })).await?.expect(201)
}

/// Has the addresses validated; answers the sites.
pub(crate) async fn validate(client: &Client, quote: &str) -> Stepped {
    let at = |rest: &str| format!("/v1/quotes/{quote}/{rest}");
    client.post(&at("address-validation"), json!({})).await?.expect(202)?;
    client.get(&at("sites?wait=30")).await?.expect(200)
}

/// Accepts what is proposed for these sites' addresses.
pub(crate) async fn accept(client: &Client, quote: &str, sites: &Answer) -> Stepped<()> {
    for site in sites.list("/sites")? {
        let state = site["validation"]["state"].as_str().unwrap_or_default();
        if matches!(state, "close_match" | "ambiguous") {
            let id = site["id"].as_str().unwrap_or_default();
            let path = format!("/v1/quotes/{quote}/sites/{id}/address-choice");
            client.post(&path, json!({ "choice": 0 })).await?.expect(200)?;
        }
    }
    Ok(())
}

pub(crate) async fn configure(
    client: &Client,
    quote: &str,
    offering: &str,
    features: Value,
) -> Stepped {
    let body = json!({ "offering": offering, "features": features });
    client.post(&format!("/v1/quotes/{quote}/configuration"), body).await?.expect(200)
}

/// Prices the quote, which is `state` then.
pub(crate) async fn price(client: &Client, quote: &str, ask: Value, state: &str) -> Stepped {
    let priced = client.post(&format!("/v1/quotes/{quote}/price"), ask).await?.expect(200)?;
    if priced.str("/quote/state")? == state { Ok(priced) } else { Err(unexpected(&priced, state)) }
}

/// Asks for credit; answers the check, which is `state` then.
pub(crate) async fn credit(client: &Client, quote: &str, body: Value, state: &str) -> Stepped {
    let path = format!("/v1/quotes/{quote}/credit-checks");
    let asked = client.post(&path, body).await?.expect(202)?;
    let path = format!("/v1/credit-checks/{}?wait=30", asked.str("/id")?);
    let check = client.get(&path).await?.expect(200)?;
    if check.str("/state")? == state { Ok(check) } else { Err(unexpected(&check, state)) }
}

/// Generates the contract; answers it when it is out for signature.
pub(crate) async fn contract(client: &Client, quote: &str, customer: &str) -> Stepped {
    let path = format!("/v1/quotes/{quote}/contracts");
    let asked = client.post(&path, flow::contract(customer)).await?.expect(202)?;
    let path = format!("/v1/contracts/{}?wait=30", asked.str("/id")?);
    let sent = client.get(&path).await?.expect(200)?;
    if sent.str("/state")? == "sent" { Ok(sent) } else { Err(unexpected(&sent, "sent")) }
}

/// Signs a contract that is out.
pub(crate) async fn sign(client: &Client, sent: &Answer) -> Stepped {
    let body = flow::signature(sent.str("/document_sha256")?);
    client.post(&format!("/v1/contracts/{}/sign", sent.str("/id")?), body).await?.expect(200)
}

pub(crate) async fn order(client: &Client, quote: &str) -> Stepped {
    client.post("/v1/orders", flow::order(quote)).await?.expect(201)
}

pub(crate) async fn group(client: &Client, order: &str, name: &str) -> Stepped {
    let path = format!("/v1/orders/{order}/customer-defined-group");
    client.put(&path, None, json!({ "name": name })).await?.expect(200)
}

/// Gives every sub-order of an order its enrichments. Answers the new billing account.
pub(crate) async fn enrich(client: &Client, made: &Answer, customer: &str) -> Stepped<String> {
    let mut account: Option<String> = None;
    for (at, sub) in made.list("/sub_orders")?.iter().enumerate() {
        let id = sub["id"].as_str().unwrap_or_default();
        let mut etag = format!("\"{}\"", sub["version"]);
        let kinds = [
            ("installation", flow::installation()),
            ("shipping", flow::shipping()),
            ("port-reservation", flow::port_reservation(at + 1)),
            ("billing", flow::billing(account.as_deref(), customer)),
        ];
        for (kind, body) in kinds {
            let path = format!("/v1/sub-orders/{id}/enrichments/{kind}");
            let done = client.put(&path, Some(&etag), body).await?.expect(200)?;
            if let Some(now) = done.header("etag") {
                now.clone_into(&mut etag);
            }
            if kind == "billing" && account.is_none() {
                account = Some(done.str("/billing/billing_account_id")?.to_owned());
            }
        }
    }
    account.ok_or_else(|| CallError::new("the order has no sub-orders"))
}

pub(crate) async fn hand_off(client: &Client, order: &str) -> Stepped {
    client.post(&format!("/v1/orders/{order}/handoff"), json!({})).await?.expect(200)
}

/// An order that is not delivered after so many waits of 30 s never will be.
const WAITS: usize = 4;

/// Waits until an order is delivered.
pub(crate) async fn delivered(client: &Client, order: &str) -> Stepped<()> {
    for _ in 0..WAITS {
        let path = format!("/v1/orders/{order}?wait=30");
        let now = client.get(&path).await?.expect(200)?;
        match now.str("/state")? {
            "completed" => return Ok(()),
            "failed" | "rejected" | "cancelled" => return Err(unexpected(&now, "completed")),
            _ => {}
        }
    }
    Err(CallError::new(format!("order {order}: it is not delivered")))
}

fn unexpected(found: &Answer, expected: &str) -> CallError {
    let state = found.json["state"].as_str().or_else(|| found.json["quote"]["state"].as_str());
    let state = state.unwrap_or("no state").to_owned();
    CallError::new(format!("{}: expected {expected}, found {state}", found.asked()))
}
