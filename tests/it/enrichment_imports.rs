//! Enrichments from files, through the door: looked at, taken whole or in part, once.

use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};

const HEADINGS: &str = "Branch,First Name,Surname,E-mail,Requested Start,Due Date,Floor,\
    Demarc Room,TSP,Bill To Name,Bill To Address,Bill To City,Bill To State,Bill To ZIP";
const BILL: &str = "Branches,1 Beacon St,Boston,Massachusetts,2108";

/// A row of the file for a site.
fn row(site: &str, start: &str, room: &str) -> String {
    format!("{site},Dana,Sample,dana@example.com,{start},2027-04-15,02,{room},,{BILL}")
}

fn csv(rows: &[String]) -> String {
    format!("{HEADINGS}\n{}\n", rows.join("\n"))
}

/// A partner with an order of two sub-orders, and where files for it go.
async fn ordered(world: &World) -> (Client, Value, String) {
    let partner = world.partner("alliance").await;
    let open = json!({ "name": "Two shops", "new_customer": { "name": "Harbor Point Bakery LLC",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    validate(world, &partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    let asked = json!({ "application": application("Harbor Point Bakery") });
    credit(world, &partner, &quote, &asked).await;
    contract(world, &partner, &quote).await;
    let made = order(&partner, &quote).await;
    let path = format!("/v1/orders/{}/enrichment-imports", id(&made["id"]));
    (partner, made, path)
}

async fn send(client: &Client, path: &str, key: &str, body: &str) -> Reply {
    let headers = [("idempotency-key", key), ("content-type", "text/csv")];
    client.send("POST", path, &headers, Some(body.to_owned())).await
}

async fn given(client: &Client, sub: &Value) -> Value {
    client.get(&format!("/v1/sub-orders/{}/enrichments", id(&sub["id"]))).await.expect(200)
}

#[tokio::test]
async fn rows_enrich_the_sub_orders_that_they_name_in_one_commit() {
    let world = World::start().await;
    let (partner, made, path) = ordered(&world).await;
    let body = csv(&[row("Chicago", "3/2/2027", "007"), row("round rock", "2027-03-02", "8")]);
    let before = world.memory().await;
    let preview = format!("{path}/preview");
    let kind = [("content-type", "text/csv")];
    let told = partner.send("POST", &preview, &kind, Some(body.clone())).await.expect(200);
    assert_eq!((&told["report"]["sound"], &told["report"]["faults_count"]), (&json!(2), &json!(0)));
    let column = json!({ "column": "H", "heading": "Demarc Room", "means": "room",
        "feature": null });
    assert_eq!(told["report"]["columns"][7], column);
    let kinds = json!(["installation", "port_reservation", "billing"]);
    let first = json!({ "row": 2, "sub_order_id": made["sub_orders"][0]["id"],
        "name": "Chicago", "kinds": kinds });
    assert_eq!(told["sub_orders"][0], first);
    assert!(world.memory().await == before);

    let taken = send(&partner, &path, "k-1", &body).await;
    let location = taken.header("location").to_owned();
    let replay = send(&partner, &path, "k-1", &body).await;
    assert_eq!((replay.header("idempotency-replayed"), &replay.text), ("true", &taken.text));
    let taken = taken.expect(201);
    assert_eq!(taken["import"]["state"], "committed");
    assert_eq!(
        (&taken["receipt"]["enriched"], &taken["receipt"]["incomplete"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(partner.get(&location).await.expect(200), taken["import"]);
    let now = given(&partner, &made["sub_orders"][0]).await;
    assert_eq!(now["port_reservation"], json!({ "floor": "02", "room": "007" }));
    assert_eq!(now["installation"]["requested_start"], "2027-03-02");
    let accounts = partner.get("/v1/billing-accounts").await.expect(200);
    let accounts = accounts["items"].as_array().expect("accounts");
    assert_eq!(accounts.len(), 1, "described alike, made once");
    assert_eq!(accounts[0]["address"]["zip"], "02108");
    let history = format!("/v1/history/{}", id(&made["sub_orders"][1]["id"]));
    let last = partner.get(&history).await.expect(200)["items"][1].clone();
    assert_eq!(last["reason"], "installation, port_reservation, billing");
    // What a second file does not say stays, and the account can be named.
    let ship = format!(
        "Sub-Order,Shipping First Name,Shipping Last Name,Shipping Email,Billing Account\n\
         {},Kim,Sample,kim@example.com,{}\n",
        id(&made["sub_orders"][0]["id"]),
        id(&accounts[0]["id"])
    );
    let whole = send(&partner, &path, "k-2", &ship).await.expect(201);
    assert_eq!(whole["receipt"]["sub_orders"][0]["missing"], json!([]), "{whole:#}");
    let now = given(&partner, &made["sub_orders"][0]).await;
    assert_eq!((&now["port_reservation"]["room"], &now["complete"]), (&json!("007"), &json!(true)));
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_cell_and_only_sound_rows_are_taken_if_asked() {
    let world = World::start().await;
    let (partner, made, path) = ordered(&world).await;
    let body = csv(&[
        row("Chicago", "2027-03-02", "7"),
        row("Round Rock", "2020-03-02", ""),
        row("Nowhere", "2027-03-02", "9"),
        row("CHICAGO", "2027-03-02", "7"),
    ]);
    let before = world.memory().await;
    let problem = send(&partner, &path, "k-1", &body).await.refused(422, "invalid_body");
    let told: Vec<_> = problem["errors"]
        .as_array()
        .expect("faults")
        .iter()
        .map(|f| (id(&f["pointer"]), id(&f["code"])))
        .collect();
    // In the file itself, and beside the order.
    let wrong = [
        ("/rows/3/H", "missing"),
        ("/rows/3/E", "out_of_range"),
        ("/rows/4/A", "not_allowed_value"),
        ("/rows/5/A", "duplicate"),
    ];
    assert_eq!(told, wrong, "{problem:#}");
    assert!(world.memory().await == before, "a refused file leaves nothing behind");

    // The file that was refused, with what is wrong in it.
    let kind = [("content-type", "text/csv")];
    let back = format!("{path}/preview/file");
    let file = partner.send("POST", &back, &kind, Some(body.clone())).await;
    assert_eq!(file.header("content-type"), "text/csv");
    assert!(file.header("content-disposition").ends_with(".csv\""));
    let lines: Vec<_> = file.text.lines().collect();
    assert!(lines[0].ends_with(",Demarc: faults") && lines[1].ends_with(",2108,"), "{lines:?}");
    assert!(lines[2].contains("Demarc Room: the Room is missing"), "{}", lines[2]);
    assert!(lines[3].contains("Branch: the order has no site of this name"), "{}", lines[3]);
    assert!(world.memory().await == before, "and nothing was changed");
    let mended = file.text.replace(",02,,,", ",02,12,,");
    let problem = send(&partner, &path, "k-1", &mended).await.refused(422, "invalid_body");
    let first = &problem["errors"][0];
    let found = (&first["pointer"], &first["code"]);
    assert_eq!(found, (&json!("/rows/3/E"), &json!("out_of_range")), "sent back as it came");
    assert!(first["expected"].as_str().is_some_and(|e| e.ends_with(" or later")));

    let partly = format!("{path}?mode=partial");
    let taken = send(&partner, &partly, "k-1", &body).await.expect(201);
    assert_eq!(
        (&taken["import"]["state"], &taken["receipt"]["enriched"]),
        (&json!("partial"), &json!(1))
    );
    let kept = format!("/v1/enrichment-imports/{}/file", id(&taken["import"]["id"]));
    assert_eq!(partner.get(&kept).await.text, file.text);
    let quote =
        format!("/v1/quotes/{}/imports/{}", id(&made["quote_id"]), id(&taken["import"]["id"]));
    partner.get(&quote).await.refused(404, "not_found");
    // Handed off, a sub-order takes none any more; a replay still answers.
    let all = json!({ "defaults": { "shipping": { "contacts": [contact()] } } });
    let order = format!("/v1/orders/{}", id(&made["id"]));
    partner.post(&format!("{order}/enrichments"), &all).await.expect(200);
    let sub = id(&made["sub_orders"][0]["id"]).to_owned();
    partner.post(&format!("/v1/sub-orders/{sub}/handoff"), &json!({})).await.expect(200);
    let late = csv(&[row("Chicago", "2027-03-02", "7")]);
    let problem = send(&partner, &path, "k-2", &late).await.refused(422, "invalid_body");
    assert_eq!(problem["errors"][0]["code"], "handed_off");
    let replay = send(&partner, &partly, "k-1", &body).await;
    assert_eq!((replay.status, replay.header("idempotency-replayed")), (201, "true"));
}

#[tokio::test]
async fn a_file_in_another_form_or_for_nobodys_order_is_judged_alike() {
    let world = World::start().await;
    let (partner, made, path) = ordered(&world).await;
    let rows = json!([{ "Sub-Order": made["sub_orders"][1]["id"], "Floor": 2, "Room": "09" }]);
    partner.post(&path, &rows).await.expect(201);
    let now = given(&partner, &made["sub_orders"][1]).await;
    assert_eq!(now["port_reservation"], json!({ "floor": "2", "room": "09" }));
    let headless = json!([{ "Floor": 2, "Room": "09" }]);
    let problem = partner.post(&path, &headless).await.refused(422, "invalid_body");
    assert_eq!(
        (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
        (&json!(""), &json!("missing"))
    );
    let nobody = path.replace(id(&made["id"]), "8013g00000cUIRtAAO");
    partner.post(&nobody, &rows).await.refused(404, "not_found");
    for wrong in ["mode=all", "offering=ADI", "sheet="] {
        partner.post(&format!("{path}?{wrong}"), &rows).await.refused(400, "invalid_query");
    }
}
