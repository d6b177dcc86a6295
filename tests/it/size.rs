//! A quote of many sites: no answer and no step grows with them, and what it knows of them without
//! looking is right. That its tally is what its sites say, the end of each world asks.

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use domain::quote::PORTION;
use serde_json::{Value, json};
use store::{Change, Engine, Statement};

/// More than one portion of the address validation.
const MANY: usize = 1_200;
/// What one request adds here.
const AT_ONCE: usize = 400;

async fn quote(world: &World, partner: &Client, name: &str) -> String {
    let customer = customer(world, name, "open").await;
    let open = json!({ "name": name, "customer_id": customer });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    id(&opened["quote"]["id"]).to_owned()
}

/// Adds sites at one address in Chicago.
async fn add(partner: &Client, quote: &str, count: usize) {
    let address = json!({ "street": "233 S Wacker Dr", "city": "Chicago", "state": "IL",
        "zip": "60606" });
    let mut left = count;
    while left > 0 {
        let now = left.min(AT_ONCE);
        let site = |n: usize| json!({ "name": format!("Site {n}"), "address": address });
        let sites: Vec<Value> = (0..now).map(site).collect();
        let path = format!("/v1/quotes/{quote}/sites");
        let added = partner.post(&path, &json!({ "sites": sites })).await.expect(201);
        assert_eq!(added["sites_touched"], now);
        assert_eq!(added["sites"].as_array().map(Vec::len), Some(now.min(100)));
        left -= now;
    }
}

async fn price(partner: &Client, quote: &str, ask: &Value) -> Value {
    partner.post(&format!("/v1/quotes/{quote}/price"), ask).await.expect(200)
}

/// A quote of so many sites, ready to be priced.
async fn configured(world: &World, partner: &Client, count: usize) -> String {
    let quote = quote(world, partner, &format!("{count} sites")).await;
    add(partner, &quote, count).await;
    let path = format!("/v1/quotes/{quote}/address-validation");
    assert_eq!(partner.post(&path, &json!({})).await.expect(202)["sites_touched"], count);
    let portion = usize::try_from(PORTION).expect("a number");
    assert_eq!(world.run_jobs().await, count.div_ceil(portion), "portions of one job");
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    quote
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_quote_of_many_sites_an_edit_of_one_prices_one() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = configured(&world, &partner, MANY).await;
    let path = format!("/v1/quotes/{quote}");
    let first = price(&partner, &quote, &json!({})).await;
    assert_eq!(first["sites_touched"], MANY);
    assert_eq!(first["sites"].as_array().map(Vec::len), Some(100));
    assert_eq!(price(&partner, &quote, &json!({})).await["sites_touched"], 0);

    let one = id(&first["sites"][7]["id"]);
    let mut features = adi();
    features[2]["value"] = "60".into();
    let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": features, "site_ids": [one] });
    let asked = json!({ "edits": { "configure": [body] } });
    let seen = partner.post(&format!("{path}/price/preview"), &asked).await.expect(200);
    let edited = partner.post(&format!("{path}/configuration"), &body).await.expect(200);
    assert_eq!((&edited["sites_touched"], id(&edited["sites"][0]["id"])), (&json!(1), one));
    let again = price(&partner, &quote, &json!({})).await;
    assert_eq!((&again["sites_touched"], &seen["sites_touched"]), (&json!(1), &json!(1)));
    assert_eq!(again["sites"][0]["price"], seen["sites"][0]["price"], "as the preview said");
    assert_eq!(again["quote"]["offer"]["totals"], seen["after"]["offer"]["totals"]);
    assert_eq!(again["sites"][0]["price"]["term_months"], 60);

    // A revision has no prices yet: everything is priced anew, and comes to the same.
    let revised = partner.post(&format!("{path}/revise"), &json!({})).await.expect(201);
    let anew = price(&partner, id(&revised["id"]), &json!({})).await;
    assert_eq!(anew["sites_touched"], MANY);
    for member in ["totals", "near_misses", "promotions", "discount_percent"] {
        assert_eq!(anew["quote"]["offer"][member], again["quote"]["offer"][member], "{member}");
    }
    // What concerns every site is asked of every site.
    let cheaper = price(&partner, id(&revised["id"]), &json!({ "discount_percent": "5" })).await;
    assert_eq!(cheaper["sites_touched"], MANY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_one_site_asks_the_database_no_more_where_there_are_many() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let mut asked = Vec::new();
    for count in [10, 300] {
        let quote = configured(&world, &partner, count).await;
        let first = price(&partner, &quote, &json!({})).await;
        let one = id(&first["sites"][7]["id"]);
        let (reads, writes) = (world.engine().reads(), world.engine().writes());
        let path = format!("/v1/quotes/{quote}/configuration");
        let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": adi(),
            "site_ids": [one] });
        partner.post(&path, &body).await.expect(200);
        price(&partner, &quote, &json!({})).await;
        asked.push((world.engine().reads() - reads, world.engine().writes() - writes));
    }
    assert_eq!(asked[0], asked[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sites_of_a_quote_are_read_by_page_in_their_order() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = quote(&world, &partner, "Pages").await;
    add(&partner, &quote, 450).await;
    let mut places = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/quotes/{quote}/sites?limit=200{cursor}");
        let page = partner.get(&path).await.expect(200);
        let sites = page["sites"].as_array().expect("sites");
        places.extend(sites.iter().map(|s| s["position"].as_u64().expect("a place")));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(places, (1..=450).collect::<Vec<u64>>());
    let unasked = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    assert_eq!(unasked["sites"].as_array().map(Vec::len), Some(50));
    for wrong in ["limit=201", "limit=0", "cursor=first"] {
        partner.get(&format!("/v1/quotes/{quote}/sites?{wrong}")).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_many_sites_lack_something_ninety_are_named_and_the_others_counted() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = quote(&world, &partner, "Bare").await;
    add(&partner, &quote, 130).await;
    let path = format!("/v1/quotes/{quote}/price");
    let refused = partner.post(&path, &json!({})).await.expect(409);
    let errors = refused["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 91);
    assert_eq!(errors[89]["code"], "site_unconfigured");
    assert!(errors[89]["pointer"].as_str().is_some_and(|p| p.ends_with("/configuration")));
    assert_eq!(errors[90]["pointer"], "/sites");
    assert_eq!(errors[90]["detail"], "and 40 more sites");
    let journey = partner.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
    let stages = journey["stages"].as_array().expect("stages");
    let pricing = stages.iter().find(|s| s["stage"] == "pricing").expect("a stage");
    assert_eq!(pricing["missing"], refused["errors"], "the journey says the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_given_up_leaves_a_quote_alone_that_is_cancelled() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = quote(&world, &partner, "Cancelled").await;
    add(&partner, &quote, 2).await;
    let path = format!("/v1/quotes/{quote}");
    partner.post(&format!("{path}/address-validation"), &json!({})).await.expect(202);
    partner.post(&format!("{path}/cancel"), &json!({ "reason": "lost" })).await.expect(200);
    let before = partner.get(&path).await.expect(200);
    world.damage("update job set tries = 9").await;
    world.run_jobs().await;
    assert_eq!(partner.get(&path).await.expect(200), before);
    assert_eq!(world.rows("select id from job where state = 'quarantined'").await.len(), 1);
}

/// The document as it was before it had that member; its other bytes stay.
fn without(doc: &str, member: &str) -> String {
    let key = format!(",\"{member}\":");
    let Some(at) = doc.find(&key) else { return doc.to_owned() };
    let rest = &doc[at + key.len()..];
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    values.next().expect("a value").expect("JSON");
    format!("{}{}", &doc[..at], &rest[values.byte_offset()..])
}

/// A site whose validation was asked for, as it was written then: in its document, too.
fn requested(doc: &str, version: i64) -> String {
    let before = format!("\"version\":{},", version - 1);
    let asked = doc.replace(&before, &format!("\"version\":{version},"));
    let open = "\"validation\":{\"validation\":\"unchecked\"}";
    assert!(asked.contains(open), "{asked}");
    asked.replace(open, &open.replace("unchecked", "requested"))
}

/// Takes away what a database from before the tallies did not have.
async fn age(world: &World) {
    world.is_made_up();
    let mut statements = Vec::new();
    for (read, write) in [
        ("select id, doc from quote", "update quote set doc = $1 where id = $2"),
        ("select id, doc, address, version from site", "update site set doc = $1 where id = $2"),
    ] {
        for row in world.rows(read).await {
            let (id, doc) = (row.text(0).expect("an id"), row.text(1).expect("a document"));
            let doc = without(&without(&without(doc, "tally"), "share"), "alternative");
            let doc = match (row.text(2), row.int(3)) {
                (Ok("requested"), Ok(version)) => requested(&doc, version),
                _ => doc,
            };
            statements.push(Statement::new(write, [doc.into(), id.into()]));
        }
    }
    for sql in [
        "drop index quote_version",
        "drop index quote_accepted",
        "alter table quote drop column number",
        "alter table quote drop column alternative",
        "alter table quote drop column revision",
        "drop index quote_feasibility",
        "alter table quote drop column feasibility",
        "drop index site_unpassed",
        "drop index site_unconfigured",
        "drop index site_basis",
        "alter table site drop column address",
        "alter table site drop column configured",
        "alter table site drop column basis",
        "drop index sub_order_state",
        "drop table account_word",
        "drop table account_spelling",
        "drop table account_acid",
        "drop index account_name",
        "drop index account_zip",
        "drop index account_unindexed",
        "create index account_name on account (tenant, name_key)",
        "alter table account drop column indexed",
        "drop table catalogue_version",
        "drop table catalogue_files",
        "drop table import_file",
        "drop table import",
        "drop table data_key",
        "drop index credit_check_tax_id",
        "alter table credit_check drop column tax_id",
        "drop index quote_subject",
        "drop index partner_sp_id",
        "alter table partner drop column sp_id",
        "drop table letter_of_agency",
        "drop table order_identifier",
        "drop index orders_contract",
        "drop index orders_number",
        "drop index orders_purchase_order",
        "drop index orders_id",
        "alter table orders drop column contract",
        "alter table orders drop column number",
        "alter table orders drop column purchase_order",
        "drop index sub_order_billing_account",
        "drop index sub_order_sub_account",
        "drop index sub_order_id",
        "alter table sub_order drop column billing_account",
        "alter table sub_order drop column sub_account",
        "drop table test_clock",
        "drop index job_clock",
        "alter table job drop column clock_due",
        "drop index delivery_finished",
        "delete from schema_history where number >= 6",
    ] {
        statements.push(Statement::new(sql, []));
    }
    let written = world.engine().write(Change::new(statements).alone()).await.expect("a write");
    assert!(written.is_done(), "{written:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_from_before_the_tallies_is_counted_when_it_is_opened() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let priced = configured(&world, &partner, 3).await;
    let before = price(&partner, &priced, &json!({})).await;
    let bare = quote(&world, &partner, "Bare").await;
    two_sites(&partner, &bare).await;
    partner.post(&format!("/v1/quotes/{bare}/revise"), &json!({})).await.expect(201);
    let asked = quote(&world, &partner, "Asked").await;
    two_sites(&partner, &asked).await;
    let path = format!("/v1/quotes/{asked}/address-validation");
    partner.post(&path, &json!({})).await.expect(202);
    let empty = quote(&world, &partner, "Empty").await;
    age(&world).await;
    let world = world.restart().await;
    let partner = world.client(partner.secret());
    let audit = store::audit::audit(&world.app.store).await.expect("an audit");
    assert_eq!(audit.lines(), Vec::<String>::new());
    let journey = partner.get(&format!("/v1/quotes/{empty}/journey")).await.expect(200);
    assert_eq!(journey["current_stage"], "sites");
    let path = format!("/v1/quotes/{bare}/alternatives");
    let all = partner.get(&path).await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1), "{all}");
    assert_eq!(
        (&all["items"][0]["alternative"], &all["items"][0]["revision"]),
        (&json!("A"), &json!(2))
    );
    let again = price(&partner, &priced, &json!({})).await;
    assert_eq!(again["sites_touched"], 3, "an older price rests on nothing that is known");
    assert_eq!(again["quote"]["offer"]["totals"], before["quote"]["offer"]["totals"]);
    assert_eq!(price(&partner, &priced, &json!({})).await["sites_touched"], 0);
}
