//! What operations decide in a sale.

use super::ask::{Ask, SECOND};
use super::bodies;
use super::deal::Deal;
use fastrand::Rng;
use serde_json::json;

/// A discount beyond the partner's authority.
pub(super) fn approve(deal: &Deal, dice: &mut Rng) -> Ask {
    let path = format!("/v1/operations/discount-approvals/{}", deal.quote);
    let (what, kind, body) = match dice.u8(0..6) {
        0 => ("refuse discount", "refuse", bodies::reason()),
        1 | 2 => ("counter discount", "counter", bodies::counter()),
        _ => ("approve discount", "approve", json!({ "note": "Volume" })),
    };
    Ask::post(what, 0, format!("{path}/{kind}"), body).of(deal.number)
}

/// A credit check, or its review.
pub(super) fn credit(deal: &Deal, dice: &mut Rng) -> Ask {
    let path = format!("/v1/operations/credit-reviews/{}", deal.check.id);
    match deal.check.state.as_str() {
        "requested" => deal.look("check"),
        "in_review" => {
            // Who proposed it is refused.
            let other = if dice.u8(0..6) == 0 { 0 } else { SECOND };
            let (what, by, kind, body) = match dice.u8(0..6) {
                _ if deal.proposed > 0 && dice.u8(0..4) > 0 => {
                    ("confirm credit", other, "confirm", json!({ "version": deal.proposed }))
                }
                0 => ("decline credit", 0, "decline", bodies::reason()),
                1 | 2 => ("approve credit", 0, "approve", bodies::large_approval()),
                _ => ("approve credit", 0, "approve", bodies::reason()),
            };
            Ask::post(what, by, format!("{path}/{kind}"), body).of(deal.number)
        }
        "declined" if dice.u8(0..4) == 0 => {
            Ask::post("approve credit", 0, path + "/approve", bodies::reason()).of(deal.number)
        }
        _ => deal.credit_published(dice).unwrap_or_else(|| {
            let body = bodies::credit(deal.programme, dice);
            deal.post("ask credit", deal.quote_path("/credit-checks"), body)
        }),
    }
}

/// Proposes to terminate the signed contract, or confirms what was proposed.
pub(super) fn terminate(deal: &Deal, dice: &mut Rng) -> Ask {
    let path = format!("/v1/operations/contracts/{}", deal.contract.id);
    if deal.ending == 0 {
        let (path, why) = (path + "/terminate", bodies::reason());
        return Ask::post("terminate", 0, path, why).of(deal.number);
    }
    // Who proposed it is refused.
    let by = if dice.u8(0..6) == 0 { 0 } else { SECOND };
    let (path, body) = (path + "/confirm-termination", json!({ "version": deal.ending }));
    Ask::post("confirm termination", by, path, body).of(deal.number)
}

/// Operations give an order or one of its sub-orders a number, or take it away.
pub(super) fn identify(deal: &Deal, dice: &mut Rng) -> Ask {
    let sub = dice.choice(&deal.subs).filter(|_| dice.bool());
    let whose = sub.map_or(format!("orders/{}", deal.order.id), |s| format!("sub-orders/{}", s.id));
    let kind = dice.choice(["circuit_id", "uber_cart_id", "gpm_id"]).unwrap_or("gpm_id");
    let value = dice.choice([Some("N-1"), Some("N-2"), None]).flatten();
    let path = format!("/v1/operations/{whose}/identifiers");
    Ask::set("identify", 0, path, json!({ "kind": kind, "value": value }))
}
