//! One program that sells for several partners, through Alliance and through AIAB: each call says
//! for whom it is, and sees what is that partner's.

use super::sale::*;
use super::{Published, aiab, alliance};
use crate::story::steps::{customer, id};
use crate::world::World;
use serde_json::{Value, json};

/// Two partners that the connector may act for, and one that it may not.
const OWN: [&str; 2] = ["10067", "10006"];
const FOREIGN: &str = "A-06399x";

/// The connector of a family, without a partner named, and the partners' ids.
async fn connector<'a>(world: &'a World, family: &'static str) -> (Published<'a>, [String; 2]) {
    let mut ids = Vec::new();
    for sp_id in [OWN[0], OWN[1], FOREIGN] {
        let new = json!({ "name": format!("Sample partner {sp_id}"), "programme": family,
            "tier": "standard", "sp_id": sp_id });
        let added = world.operations.post("/v1/operations/partners", &new).await.expect(201);
        ids.push(id(&added["id"]).to_owned());
    }
    let new = json!({ "name": "integrator", "role": "connector", "partner_ids": ids[..2] });
    let connector = Published::with(world, family, &new).await;
    (connector, [ids[0].clone(), ids[1].clone()])
}

/// Says what is wrong with the `spId` of a call.
#[track_caller]
fn refused(body: &Value, because: &str) {
    assert_eq!(body["errorCode"], "forbidden", "{body:#}");
    assert_eq!(errors(body), [("/spId", because)], "{body:#}");
}

async fn acts_for_two(family: &'static str) {
    let world = World::start().await;
    let (connector, ids) = connector(&world, family).await;
    let number = |order: &str| {
        format!(
            "/orders?externalIdentifierType=OrderNumber&externalIdentifierId={order}\
             &businessAccountName=Harbor%20Point%20Bakery%20LLC"
        )
    };
    // A sale of each, by calls with the header.
    let mut sold = Vec::new();
    for sp_id in OWN {
        let partner = connector.calling_for(sp_id);
        let quote = opened(&partner).await;
        let (order, subs) = match family {
            "aiab" => aiab::ordered(&partner).await,
            _ => alliance::ordered(&partner).await,
        };
        sold.push((quote, order, subs));
    }
    for (at, (quote, order, subs)) in sold.iter().enumerate() {
        let (own, other) = (connector.calling_for(OWN[at]), connector.calling_for(OWN[1 - at]));
        own.get(&number(order)).await.expect(200);
        other.get(&number(order)).await.expect(404);
        own.get(&format!("/opportunity-quote?quoteId={quote}")).await.expect(200);
        other.get(&format!("/opportunity-quote?quoteId={quote}")).await.expect(404);
        let summary = json!({ "orderId": order });
        own.post("/order-summary", &summary).await.expect(200);
        for (path, body) in [
            ("/order-summary", summary.clone()),
            ("/order-handoff", summary),
            ("/order-handoff", json!({ "orderId": order, "subOrderId": subs[0] })),
            ("/order-enrichment/billing", billing(&subs[0])),
            (
                "/site",
                json!({ "quoteId": quote, "sites": [{ "siteName": "Dallas", "address": {
                "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zipCode": "75201",
                "country": "USA" } }] }),
            ),
        ] {
            let none = other.post(path, &body).await.expect(404);
            assert_eq!(none["errorCode"], "not_found", "{path}");
        }
        // The carrier knows the sale as this partner's, and no other's.
        let rows = world.rows("select id, tenant from orders").await;
        let row = rows.iter().find(|row| row.text(0).expect("an id") == &order[..15]);
        let tenant = row.expect("it is there").text(1).expect("a tenant");
        assert!(tenant.starts_with(&ids[at][..15]), "{tenant} is not {}", ids[at]);
    }

    // For whom may stand in the body, in the query or in the header; the partner's id serves too.
    let open = |sp_id: Option<&str>| {
        let mut body = json!({ "opportunityName": "One more", "newCustomer": {
            "accountName": "Prairie Wind Clinics", "accountAddress": { "street": "208 S Akard St",
                "city": "Dallas", "state": "TX", "zipCode": "75202" } } });
        if let Some(sp_id) = sp_id {
            body["spId"] = json!(sp_id);
        }
        body
    };
    let path = "/opportunity-quote";
    for named in [OWN[0], ids[0].as_str(), &ids[0][..15]] {
        let made = connector.post(path, &open(Some(named))).await.expect(200);
        let read = format!("{path}?quoteId={}", id(&made["quoteId"]));
        connector.get(&format!("{read}&spId={}", OWN[0])).await.expect(200);
        connector.calling_for(OWN[0]).get(&read).await.expect(200);
        connector.get(&format!("{read}&spId={}", OWN[1])).await.expect(404);
        // Where both say it, the call itself counts.
        connector.calling_for(OWN[1]).get(&format!("{read}&spId={}", OWN[0])).await.expect(200);
    }

    // Nobody is named, or somebody whom it may not act for, or nobody that there is.
    let before = world.rows("select id from quote").await.len();
    let read = format!("{path}?quoteId={}", sold[0].0);
    refused(&connector.post(path, &open(None)).await.expect(403), "missing");
    refused(&connector.post(path, &open(Some(""))).await.expect(403), "missing");
    refused(&connector.get(&read).await.expect(403), "missing");
    refused(&connector.get(&number(&sold[0].1)).await.expect(403), "missing");
    for wrong in [FOREIGN, "nobody", "10067x"] {
        refused(&connector.post(path, &open(Some(wrong))).await.expect(403), "unknown_id");
        refused(&connector.get(&format!("{read}&spId={wrong}")).await.expect(403), "unknown_id");
        let named = connector.calling_for(wrong);
        refused(&named.post(path, &open(None)).await.expect(403), "unknown_id");
        refused(&named.get(&read).await.expect(403), "unknown_id");
        refused(&named.get(&number(&sold[0].1)).await.expect(403), "unknown_id");
    }
    assert_eq!(world.rows("select id from quote").await.len(), before, "nothing was made");

    // Whom one of them has captured the other's lookup does not find.
    customer(&world, "Lone Star Dental Group, LLC", "open").await;
    let find = |name: &str, sp_id: &str| {
        let mut asked = json!({ "accountName": name, "address": dallas("") });
        asked["spId"] = json!(sp_id);
        asked
    };
    let lookup = "/customerAccountLookup";
    for sp_id in OWN {
        connector.post(lookup, &find("lone star dental", sp_id)).await.expect(200);
    }
    connector.post(lookup, &find("prairie wind", OWN[0])).await.expect(200);
    let none = connector.post(lookup, &find("prairie wind", OWN[1])).await.expect(404);
    assert_eq!(none["errorCode"], "not_found");
}

#[tokio::test]
async fn an_alliance_connector_acts_for_two_partners_and_for_no_other() {
    acts_for_two("alliance").await;
}

#[tokio::test]
async fn an_aiab_connector_acts_for_two_partners_and_for_no_other() {
    acts_for_two("aiab").await;
}
