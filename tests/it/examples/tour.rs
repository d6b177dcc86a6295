//! A tour that visits every operation at least once, in an order that makes good examples: the
//! last successful exchange with an operation is the one that the document shows.

mod credit;
mod letters;
mod termination;

use crate::catalogues;
use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::{DAY_MS, World};
use app::Clock as _;
use serde_json::{Value, json};

/// Takes the tour and answers everything that was sent.
pub(crate) async fn take() -> Vec<Reply> {
    let world = World::start().await;
    take_in(&world, |_| ()).await.iter().flat_map(Client::sent).collect()
}

/// Takes the tour in this world, with clients that were told how to send. Answers the clients.
pub(crate) async fn take_in(world: &World, tell: fn(&Client)) -> Vec<Client> {
    tell(&world.operations);
    let partner = world.partner("alliance").await;
    let apex = world.partner("apex").await;
    tell(&partner);
    tell(&apex);
    let theirs = customer(world, "Lone Star Dental Group, LLC", "carrier_only").await;
    let expired = expired(world, &partner).await;
    reads_before(&partner).await;
    exceptions(world, &partner, &theirs).await;
    many_customers(world, &partner).await;
    let desk = catalogues::second(world).await;
    tell(&desk);
    side_quotes(world, &partner, &desk, &theirs).await;
    partner.post(&format!("/v1/quotes/{expired}/reopen"), &json!({})).await.expect(201);
    apex_assignment(&apex, &theirs).await;
    main_quote(world, &partner, &theirs).await;
    events(world, &partner).await;
    operations_side(world, &partner).await;
    catalogues(world, &desk).await;
    jobs(world, &apex).await;
    letters::letters(world, &partner, &theirs).await;
    let clocked = sandbox(world, tell).await;
    assert_eq!(world.jobs_left().await, 0, "nothing is left to do");
    vec![apex, partner, clocked, world.operations.clone(), desk]
}

/// The sandbox's own things: its values, and a clock that is set by the partner and by operations.
async fn sandbox(world: &World, tell: fn(&Client)) -> Client {
    let partner = world.partner("aiab").await;
    tell(&partner);
    partner.get("/v1/sandbox/values").await.expect(200);
    let me = partner.get("/v1/me").await.expect(200);
    let of_partner = format!("/v1/operations/partners/{}/test-clock", id(&me["partner"]["id"]));
    for (client, path) in [(&partner, "/v1/test-clock"), (&world.operations, of_partner.as_str())] {
        let set = async |method| {
            client.send(method, path, &[], Some("{}".to_owned())).await.expect(200);
        };
        set("PUT").await;
        if client.secret() == partner.secret() {
            set("DELETE").await;
            set("PUT").await;
        }
        let by = json!({ "by": "30 days" });
        client.post(&format!("{path}/advance"), &by).await.expect(202);
        world.run_jobs().await;
        client.get(&format!("{path}?wait=1")).await.expect(200);
    }
    // Without a clock that shows what is still to come, it can be given back.
    let other = world.partner("aiab").await.get("/v1/me").await.expect(200);
    let path = format!("/v1/operations/partners/{}/test-clock", id(&other["partner"]["id"]));
    for method in ["PUT", "DELETE"] {
        world.operations.send(method, &path, &[], Some("{}".to_owned())).await.expect(200);
    }
    partner
}

/// A quote whose offer has expired: what was done for it was done long before the tour, so that no
/// key of the tour is forgotten meanwhile.
async fn expired(world: &World, partner: &Client) -> String {
    world.clock.advance_ms(-61 * DAY_MS);
    let early = world.client(partner.secret());
    let open = json!({ "name": "Last summer's offer", "new_customer": { "name": "Sample Gardens",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = early.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    priced(world, &early, &quote, &json!({ "discount_percent": "5" })).await;
    world.clock.advance_ms(61 * DAY_MS);
    quote
}

async fn reads_before(partner: &Client) {
    partner.get("/v1/me").await.expect(200);
    partner.get("/v1/catalogue").await.expect(200);
    partner.get("/v1/catalogue/offerings/OFF_ADI_MID_MARKET").await.expect(200);
    let matrix = json!({ "offering": "OFF_ADI_MID_MARKET", "zips": ["60606", "78682"],
        "vary": ["Port Speed", "Access Speed"], "values": ["1G"], "terms": [36] });
    partner.post("/v1/price-matrix", &matrix).await.expect(200);
    let matrix = json!({ "offering": "OFF_ADI_MID_MARKET", "vary": ["Port Speed", "Access Speed"],
        "values": ["1G"], "terms": [36], "addresses": [
            { "street": "233 S Wacker Dr", "city": "Chicago", "state": "IL", "zip": "60606" },
            { "street": "P.O. Box 123", "city": "Dallas", "state": "TX", "zip": "75202" } ] });
    partner.post("/v1/price-matrix", &matrix).await.expect(200);
    let address = json!({ "address": { "street": "1 Dell Way", "city": "Round Rock",
        "state": "TX", "zip": "78628" } });
    partner.post("/v1/addresses/validate", &address).await.expect(200);
    let many = json!({ "addresses": [
        { "street": "1 Dell Way", "city": "Round Rock", "state": "TX", "zip": "78628" },
        { "street": "233 South Wacker Drive", "floor": "5", "room": "501", "city": "Chicago",
            "state": "Illinois", "zip": "60606" },
        { "street": "P.O. Box 123", "city": "Dallas", "state": "TX", "zip": "75202" } ] });
    partner.post("/v1/address-validations", &many).await.expect(200);
    let places = json!({ "locations": [
        { "address": { "street": "233 S Wacker Dr", "city": "Chicago", "state": "IL",
            "zip": "60606" }, "access_speed": "10G" },
        { "address": { "street": "1 Dell Way", "city": "Round Rock", "state": "TX",
            "zip": "78682" }, "access_speed": "2G" } ] });
    partner.post("/v1/serviceability", &places).await.expect(200);
}

async fn exceptions(world: &World, partner: &Client, theirs: &str) {
    let file = || async {
        let plea = json!({ "customer_id": theirs,
            "reason": "The customer asked us to move its branch offices to fibre.",
            "attachment_reference": "DOC-2026-0117" });
        let filed = partner.post("/v1/exception-requests", &plea).await.expect(201);
        id(&filed["id"]).to_owned()
    };
    let first = file().await;
    let path = format!("/v1/exception-requests/{first}/withdraw");
    partner.post(&path, &json!({})).await.expect(200);
    let second = file().await;
    let path = format!("/v1/operations/exception-requests/{second}/deny");
    let deny = json!({ "reason_code": "insufficient_reason", "note": "Please attach the letter." });
    world.operations.post(&path, &deny).await.expect(200);
    let third = file().await;
    world.operations.get("/v1/operations/exception-requests?state=open").await.expect(200);
    let path = format!("/v1/operations/exception-requests/{third}/approve");
    let approve = json!({ "valid_days": 90, "note": "Letter seen." });
    world.operations.post(&path, &approve).await.expect(200);
    partner.get("/v1/exception-requests").await.expect(200);
    partner.get(&format!("/v1/exception-requests/{third}")).await.expect(200);
    let lookup = json!({ "name": "lone star dental", "city": "Dallas", "state": "TX" });
    partner.post("/v1/customers/lookup", &lookup).await.expect(200);
}

/// Customers from a file, and those that wait for operations, decided together.
async fn many_customers(world: &World, partner: &Client) {
    let row = |acid: &str, name: &str| {
        json!({ "ACID": acid, "Name": name, "Street": "208 S Akard St", "City": "Dallas",
            "State": "Texas", "ZIP": 75202, "Sub-Accounts": "TWNN1I; U8GOM4",
            "Alliance Status": "carrier_only" })
    };
    let file = json!([row("A1000042", "Prairie Clinics Inc"), row("A1000043", "Quiet Meadows")]);
    let path = "/v1/operations/customer-imports";
    world.operations.post(&format!("{path}/preview"), &file).await.expect(200);
    world.operations.post(path, &file).await.expect(200);
    for (acid, verdict, body) in [
        ("A1000042", "approve", json!({ "valid_days": 90 })),
        ("A1000043", "deny", json!({ "reason_code": "existing_contract" })),
    ] {
        let lookup = json!({ "acid": acid });
        let found = partner.post("/v1/customers/lookup", &lookup).await.expect(200);
        let customer = id(&found["customers"][0]["id"]);
        let plea = json!({ "customer_id": customer, "reason": "The customer asked us to." });
        partner.post("/v1/exception-requests", &plea).await.expect(201);
        world.operations.get("/v1/operations/exceptions").await.expect(200);
        let path = format!("/v1/operations/exceptions/{customer}/{verdict}");
        world.operations.post(&path, &body).await.expect(200);
    }
}

/// Quotes that end otherwise than by an order.
async fn side_quotes(world: &World, partner: &Client, desk: &Client, theirs: &str) {
    let open = json!({ "name": "A first try", "customer_id": theirs });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let seen = format!("\"{}\"", 1);
    let details = json!({ "doing_business_as": "Lone Star Smiles", "contacts": [contact()] });
    let path = format!("/v1/customers/{theirs}");
    partner.edit("PATCH", &path, &seen, &details).await.expect(200);
    partner.get(&path).await.expect(200);
    let opportunity = id(&opened["opportunity"]["id"]).to_owned();
    partner.get(&format!("/v1/opportunities/{opportunity}")).await.expect(200);
    let quote = id(&opened["quote"]["id"]).to_owned();
    priced(world, partner, &quote, &json!({})).await;
    let asked = json!({ "application": application("Lone Star Dental Group, LLC") });
    credit(world, partner, &quote, &asked).await;
    for end in ["decline", "void"] {
        let contract = offer_contract(world, partner, &quote).await;
        let why = json!({ "reason": "The customer wants another term." });
        partner.post(&format!("/v1/contracts/{contract}/{end}"), &why).await.expect(200);
    }
    partner.get(&format!("/v1/quotes/{quote}/document")).await.expect(200);
    let revised = partner.post(&format!("/v1/quotes/{quote}/revise"), &json!({})).await.expect(201);
    let path = format!("/v1/quotes/{}/comparison", id(&revised["id"]));
    partner.get(&path).await.expect(200);
    let path = format!("/v1/quotes/{}/cancel", id(&revised["id"]));
    let why = json!({ "reason": "The customer chose another offer." });
    partner.post(&path, &why).await.expect(200);
    let copy = json!({ "name": "A first try, once more", "opportunity_id": opportunity });
    let copied = partner.post(&format!("/v1/quotes/{quote}/clone"), &copy).await.expect(201);
    termination::ended(world, partner, desk, id(&copied["id"])).await;
    review(world, partner, desk, &opportunity).await;
}

/// Discounts refused and credit checks that a person decides.
async fn review(world: &World, partner: &Client, desk: &Client, opportunity: &str) {
    let new = json!({ "opportunity_id": opportunity, "name": "Second offer" });
    let made = partner.post("/v1/quotes", &new).await.expect(201);
    let quote = id(&made["id"]).to_owned();
    let ask = json!({ "discount_percent": "14" });
    priced(world, partner, &quote, &ask).await;
    world.operations.get("/v1/operations/discount-approvals").await.expect(200);
    let path = |what: &str| format!("/v1/operations/discount-approvals/{quote}/{what}");
    let refuse = json!({ "reason": "Too much for this volume." });
    world.operations.post(&path("refuse"), &refuse).await.expect(200);
    let price = format!("/v1/quotes/{quote}/price");
    partner.post(&price, &ask).await.expect(200);
    let approve = json!({ "note": "A strategic customer." });
    world.operations.post(&path("approve"), &approve).await.expect(200);
    partner.post(&price, &ask).await.expect(200);
    let counter = json!({ "discount_percent": "12", "reason": "Twelve per cent for two sites.",
        "valid_days": 30 });
    world.operations.post(&path("counter"), &counter).await.expect(200);
    partner.post(&price, &json!({ "discount_percent": "12" })).await.expect(200);
    preview(partner, &price).await;
    feasibility(world, partner, &quote).await;
    credit::reviews(world, partner, desk, &quote).await;
}

/// What the quote would cost with a third site.
async fn preview(partner: &Client, price: &str) {
    let branch = json!({ "name": "Houston office", "address": { "street": "1000 Main St",
        "city": "Houston", "state": "TX", "zip": "77002" },
        "configuration": { "offering": "OFF_ADI_MID_MARKET", "features": adi() } });
    let ask = json!({ "discount_percent": "5", "edits": { "add": [branch] } });
    partner.post(&format!("{price}/preview"), &ask).await.expect(200);
}

/// Whether its sites can be served: no, and then yes.
async fn feasibility(world: &World, partner: &Client, quote: &str) {
    let path = |what: &str| format!("/v1/operations/feasibility-checks/{quote}/{what}");
    let ask = format!("/v1/quotes/{quote}/feasibility");
    partner.post(&ask, &json!({})).await.expect(202);
    world.operations.get("/v1/operations/feasibility-checks").await.expect(200);
    let refuse = json!({ "reason": "No fibre in Round Rock before March." });
    world.operations.post(&path("refuse"), &refuse).await.expect(200);
    partner.post(&ask, &json!({})).await.expect(202);
    let confirm = json!({ "note": "The build in Round Rock is done." });
    world.operations.post(&path("confirm"), &confirm).await.expect(200);
}

async fn apex_assignment(apex: &Client, theirs: &str) {
    let opened = apex.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let sites = two_sites(apex, &quote).await;
    let path = format!("/v1/quotes/{quote}/sites/{}/customer", sites[0]);
    let body = json!({ "customer_id": theirs }).to_string();
    apex.send("PUT", &path, &[], Some(body)).await.expect(200);
    let all = json!({ "assignments": [{ "site_id": sites[0], "customer_id": null },
        { "site_id": sites[1], "customer_id": theirs }] });
    let path = format!("/v1/quotes/{quote}/customers");
    apex.send("PUT", &path, &[], Some(all.to_string())).await.expect(200);
}

/// Sites, validation, configuration and price.
async fn priced(world: &World, partner: &Client, quote: &str, ask: &Value) -> Value {
    two_sites(partner, quote).await;
    validate(world, partner, quote).await;
    configure(partner, quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&format!("/v1/quotes/{quote}/price"), ask).await.expect(200)
}

async fn offer_contract(world: &World, partner: &Client, quote: &str) -> String {
    let new = json!({
        "signer": { "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" },
        "customer": { "company_name": "Lone Star Dental Group, LLC", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
        "effective": "2026-12-01",
    });
    let made = partner.post(&format!("/v1/quotes/{quote}/contracts"), &new).await.expect(202);
    world.run_jobs().await;
    id(&made["id"]).to_owned()
}

async fn main_quote(world: &World, partner: &Client, theirs: &str) {
    let open = json!({ "name": "Twelve branch offices to fibre", "customer_id": theirs,
        "external_id": "CRM-4711", "quote": { "billing": { "purchase_order": "PO-2026-118" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    partner.get("/v1/opportunities").await.expect(200);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let path = format!("/v1/quotes/{quote}");
    let rename = json!({ "name": "Branch offices, first wave" });
    partner.edit("PATCH", &path, "\"1\"", &rename).await.expect(200);
    let billing = json!({ "purchase_order": "PO-2026-118", "paperless": true,
        "invoice_email": "invoices@example.com" });
    partner.put(&format!("{path}/billing"), "\"2\"", &billing).await.expect(200);
    let three = json!({ "sites": [{ "name": "Not needed after all", "address":
        { "street": "350 5th Ave", "city": "New York", "state": "NY", "zip": "10118" } }] });
    let added = partner.post(&format!("{path}/sites"), &three).await.expect(201);
    let gone = format!("{path}/sites/{}", id(&added["sites"][0]["id"]));
    let rename = json!({ "name": "Not needed" });
    partner.edit("PATCH", &gone, "\"1\"", &rename).await.expect(200);
    partner.edit("DELETE", &gone, "\"2\"", &json!({})).await.expect(200);
    imports(partner, &path).await;
    let ask = json!({ "discount_percent": "5", "promotions": ["ADI-PORT10"] });
    let offered = priced(world, partner, &quote, &ask).await;
    partner.get(&format!("{path}/sites/{}", id(&offered["sites"][0]["id"]))).await.expect(200);
    partner.get("/v1/quotes?state=priced").await.expect(200);
    partner.get(&path).await.expect(200);
    partner.get(&format!("{path}/journey")).await.expect(200);
    partner.get(&format!("{path}/credit-checks")).await.expect(200);
    let other = json!({ "name": "The same for 60 months" });
    partner.post(&format!("{path}/alternatives"), &other).await.expect(201);
    partner.get(&format!("{path}/alternatives")).await.expect(200);
    contract(world, partner, &quote).await;
    partner.get(&format!("{path}/contracts")).await.expect(200);
    the_order(world, partner, &quote).await;
}

/// Sites from a file: looked at, taken, read; the sound rows of another; removed again.
async fn imports(partner: &Client, path: &str) {
    let row = |name: &str, state: &str| {
        json!({ "Name": name, "Street": "233 S Wacker Dr", "City": "Chicago", "State": state,
            "Postal Code": 60606, "Product": "ADI", "Bandwidth": "1 Gb", "Access Speed": "1G",
            "Term": "3 years" })
    };
    let two = json!([row("Chicago office", "Illinois"), row("Not sold yet", "Ilinois")]);
    partner.post(&format!("{path}/imports/preview"), &two).await.expect(200);
    partner.post(&format!("{path}/imports/preview/file"), &two).await.expect(200);
    let partly = format!("{path}/imports?mode=partial");
    let imported = partner.post(&partly, &two).await.expect(201);
    let import = format!("{path}/imports/{}", id(&imported["import"]["id"]));
    partner.get(&import).await.expect(200);
    partner.get(&format!("{import}/file")).await.expect(200);
    let sites = partner.get(&format!("{path}/sites")).await.expect(200);
    let gone = format!("{path}/sites/{}", id(&sites["sites"][0]["id"]));
    partner.edit("DELETE", &gone, "\"1\"", &json!({})).await.expect(200);
}

async fn the_order(world: &World, partner: &Client, quote: &str) {
    let made = order(partner, quote).await;
    let order_id = id(&made["id"]).to_owned();
    let path = format!("/v1/orders/{order_id}");
    let subs = made["sub_orders"].as_array().expect("subs");
    let bill = json!({ "new_account": { "name": "Lone Star Dental, branches", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
        "contacts": [contact()] }, "paperless": true, "process_ids": ["PR-1"] });
    for sub in subs {
        enrich(partner, id(&sub["id"]), &bill).await;
    }
    let many = json!({
        "defaults": {
            "installation": { "contacts": [contact()], "requested_start": "2026-12-14",
                "requested_due": "2027-04-15" },
            "port_reservation": { "floor": "2", "room": "201" },
        },
        "sub_orders": [
            { "id": subs[0]["id"], "version": 5 },
            { "id": subs[1]["id"], "port_reservation": { "floor": "1", "room": "12" } },
        ],
    });
    partner.post(&format!("{path}/enrichments"), &many).await.expect(200);
    enrichment_imports(partner, &path, subs).await;
    partner.get(&format!("{path}/sub-orders?state=draft&limit=1")).await.expect(200);
    let group = json!({ "name": "Dental branches" }).to_string();
    let to = format!("{path}/customer-defined-group");
    partner.send("PUT", &to, &[], Some(group)).await.expect(200);
    partner.get("/v1/customer-defined-groups").await.expect(200);
    partner.get("/v1/billing-accounts").await.expect(200);
    let first = id(&subs[0]["id"]);
    partner.get(&format!("/v1/sub-orders/{first}/enrichments")).await.expect(200);
    partner.post(&format!("/v1/sub-orders/{first}/handoff"), &json!({})).await.expect(200);
    partner.post(&format!("{path}/handoff"), &json!({})).await.expect(200);
    for (whose, kind, value) in [
        (format!("orders/{order_id}"), "uber_cart_id", "UC-20881"),
        (format!("sub-orders/{first}"), "lee_circuit_id", "32/VLXP/000123/SW"),
    ] {
        let to = format!("/v1/operations/{whose}/identifiers");
        let number = json!({ "kind": kind, "value": value }).to_string();
        world.operations.send("PUT", &to, &[], Some(number)).await.expect(200);
    }
    deliver(world, partner, &order_id).await;
    partner.get(&format!("/v1/sub-orders/{first}")).await.expect(200);
    partner.get("/v1/orders?state=completed").await.expect(200);
    let known = "/v1/orders?identifier_kind=lee_circuit_id&identifier=32%2FVLXP%2F000123%2FSW";
    partner.get(known).await.expect(200);
    partner.get(&format!("{path}/milestones")).await.expect(200);
    partner.get(&format!("{path}/journey")).await.expect(200);
    partner.get(&format!("/v1/history/{first}")).await.expect(200);
}

/// Enrichments from a file: looked at, taken in part, read.
async fn enrichment_imports(partner: &Client, order: &str, subs: &[Value]) {
    let row = |name: &Value, room: &str| json!({ "Site Name": name, "Floor": "2", "Room": room });
    let rows = json!([row(&subs[0]["name"], "204"), row(&json!("Not ordered"), "12")]);
    let path = format!("{order}/enrichment-imports");
    partner.post(&format!("{path}/preview"), &rows).await.expect(200);
    partner.post(&format!("{path}/preview/file"), &rows).await.expect(200);
    let taken = partner.post(&format!("{path}?mode=partial"), &rows).await.expect(201);
    let import = format!("/v1/enrichment-imports/{}", id(&taken["import"]["id"]));
    partner.get(&import).await.expect(200);
    partner.get(&format!("{import}/file")).await.expect(200);
}

/// Events and webhooks: the endpoint hears of what is done to itself.
async fn events(world: &World, partner: &Client) {
    let new = json!({ "url": "https://hooks.example.com/demarc", "description": "Order desk",
        "types": ["quote.*", "order.created", "sub_order.*"] });
    let made = partner.post("/v1/webhook-endpoints", &new).await.expect(201);
    let path = format!("/v1/webhook-endpoints/{}", id(&made["id"]));
    partner.get("/v1/webhook-endpoints").await.expect(200);
    partner.get(&path).await.expect(200);
    let patch = json!({ "types": ["quote.*", "sub_order.*"] });
    partner.edit("PATCH", &path, "\"1\"", &patch).await.expect(200);
    partner.get(&format!("{path}/secret")).await.expect(200);
    partner.post(&format!("{path}/test"), &json!({})).await.expect(200);
    world.send_webhooks().await;
    let tested = "/v1/events?type=webhook_endpoint.tested";
    let tested = partner.get(tested).await.expect(200);
    let event = id(&tested["items"][0]["id"]).to_owned();
    partner.get(&format!("/v1/events/{event}")).await.expect(200);
    partner.get(&format!("{path}/deliveries")).await.expect(200);
    partner.get(&format!("{path}/deliveries/{event}")).await.expect(200);
    let again = json!({ "event_id": event });
    partner.post(&format!("{path}/resend"), &again).await.expect(200);
    let since = json!({ "since": "2026-11-23T00:00:00Z" });
    partner.post(&format!("{path}/replay"), &since).await.expect(200);
    let rotate = json!({ "overlap_hours": 24 });
    partner.post(&format!("{path}/rotate-secret"), &rotate).await.expect(200);
    partner.post(&format!("{path}/disable"), &json!({})).await.expect(200);
    partner.post(&format!("{path}/enable"), &json!({})).await.expect(200);
    partner.edit("DELETE", &path, "*", &json!({})).await.expect(200);
    partner.get("/v1/events?type=quote.*&limit=2").await.expect(200);
}

async fn operations_side(world: &World, partner: &Client) {
    world.operations.get("/v1/operations/partners").await.expect(200);
    let me = partner.get("/v1/me").await.expect(200);
    let new = json!({ "name": "billing desk", "role": "connector",
        "partner_ids": [me["partner"]["id"]] });
    let minted = world.operations.post("/v1/operations/credentials", &new).await.expect(201);
    let path = format!("/v1/operations/credentials/{}/revoke", id(&minted["credential"]["id"]));
    world.operations.post(&path, &json!({})).await.expect(200);
}

/// Versions of the catalogue, with each of their ends. `desk`: the second person of operations.
async fn catalogues(world: &World, desk: &Client) {
    let propose = |label: &'static str| async move {
        let mut files = catalogues::labelled(label, &[catalogues::DEARER]);
        files["note"] = json!("Prices of the new year.");
        let proposed = world.operations.post(catalogues::PATH, &files).await.expect(201);
        format!("{}/{}", catalogues::PATH, id(&proposed["id"]))
    };
    let why = json!({ "reason": "The port prices are last year's." });
    let refused = propose("2026.2-sample").await;
    desk.get(&refused).await.expect(200);
    desk.get(&format!("{refused}/files")).await.expect(200);
    desk.get(&format!("{refused}/impact")).await.expect(200);
    desk.post(&format!("{refused}/refuse"), &why).await.expect(200);
    let withdrawn = propose("2026.3-sample").await;
    let at = json!({ "effective_at": "2027-01-01T05:00:00Z" });
    desk.post(&format!("{withdrawn}/publish"), &at).await.expect(200);
    world.operations.post(&format!("{withdrawn}/withdraw"), &why).await.expect(200);
    let rolled = propose("2026.4-sample").await;
    let at = json!({ "effective_at": world.clock.now().to_string() });
    desk.post(&format!("{rolled}/publish"), &at).await.expect(200);
    world.operations.post(&format!("{rolled}/roll-back"), &why).await.expect(201);
    desk.get(catalogues::PATH).await.expect(200);
}

/// A job that is put aside and retried.
async fn jobs(world: &World, partner: &Client) {
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Branch" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    let path = format!("/v1/quotes/{quote}/address-validation");
    partner.post(&path, &json!({})).await.expect(202);
    let waiting = world.operations.get("/v1/operations/jobs?state=ready").await.expect(200);
    let job = id(&waiting["items"][0]["id"]).to_owned();
    let path = |what: &str| format!("/v1/operations/jobs/{job}/{what}");
    let aside = json!({ "reason": "The address service is moved tonight." });
    world.operations.post(&path("quarantine"), &aside).await.expect(200);
    world.operations.get("/v1/operations/jobs?state=quarantined").await.expect(200);
    let again = json!({ "reason": "It is back." });
    world.operations.post(&path("retry"), &again).await.expect(200);
    world.run_jobs().await;
    partner.post(&format!("/v1/quotes/{quote}/address-choices"), &json!({})).await.expect(200);
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    let site = id(&sites["sites"][1]["id"]).to_owned();
    let path = format!("/v1/quotes/{quote}/sites/{site}/serviceability");
    partner.get(&path).await.expect(200);
}
