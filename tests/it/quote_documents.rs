//! A quote as a document through the door: it says what the quote holds, to the cent, in both
//! forms; what customers and partners wrote stays words; and it says when it is no offer.

use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const HOSTILE: &str = "</div><script>alert(1)</script><b onload='x'>& \u{5317}\u{4eac}";

fn path(quote: &str) -> String {
    format!("/v1/quotes/{quote}/document")
}

/// A draft of two sites with valid addresses, the first with a hostile name.
async fn draft(world: &World, partner: &Client) -> String {
    let open = json!({ "name": "Branch offices", "new_customer": { "name": "Lone Star & <Sons>",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let sites = two_sites(partner, &quote).await;
    let site = format!("/v1/quotes/{quote}/sites/{}", sites[0]);
    partner.edit("PATCH", &site, "*", &json!({ "name": HOSTILE })).await.expect(200);
    validate(world, partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    quote
}

async fn price(partner: &Client, quote: &str) {
    let ask = json!({ "discount_percent": "3.3", "promotions": ["ADI-PORT10", "ADI-WELCOME"] });
    partner.post(&format!("/v1/quotes/{quote}/price"), &ask).await.expect(200);
}

async fn pdf(partner: &Client, quote: &str) -> String {
    let bytes = partner.download(&format!("{}?format=pdf", path(quote))).await;
    let read = lopdf::Document::load_mem(&bytes).expect("a PDF");
    let pages: Vec<u32> = read.get_pages().keys().copied().collect();
    read.extract_text(&pages).expect("the words")
}

/// The words of a page, without its tags.
fn words(html: &str) -> String {
    let body = html.split_once("<body>").expect("a body").1;
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, t)| t));
    pieces.collect::<Vec<_>>().join(" ").replace("&lt;", "<").replace("&gt;", ">")
}

/// Every amount in its order, in cents.
fn amounts(text: &str) -> Vec<i64> {
    let is_part = |c: char| c.is_ascii_digit() || ",.-".contains(c);
    let tokens = text.split(|c: char| !is_part(c));
    let amount = |token: &str| {
        let (whole, cents) = token.split_once('.')?;
        let whole: String = whole.chars().filter(|c| *c != ',').collect();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is = cents.len() == 2 && digits(cents) && digits(whole.trim_start_matches('-'));
        is.then(|| format!("{whole}{cents}").parse().expect("cents"))
    };
    tokens.filter_map(amount).collect()
}

fn cents(value: &Value) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no amount"));
    text.replace('.', "").parse().expect("an amount with two decimals")
}

fn totals(of: &Value) -> [i64; 3] {
    ["mrc", "nrc", "total_contract_value"].map(|member| cents(&of[member]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// What a promotion takes off over the terms of the sites.
fn given(code: &str, sites: &[Value]) -> i64 {
    let of = |line: &Value, charge: &str| -> i64 {
        let named = |step: &&Value| step["rule"].as_str().is_some_and(|rule| rule.contains(code));
        list(&line[charge]["steps"]).iter().filter(named).map(|step| -cents(&step["amount"])).sum()
    };
    let lines = sites.iter().flat_map(|site| list(&site["price"]["lines"]));
    lines.map(|line| of(line, "mrc") * 36 + of(line, "nrc")).sum()
}

/// Every amount that the document must show, in its order, from what the API says of the quote.
fn expected(quote: &Value, sites: &[Value]) -> Vec<i64> {
    let sum = totals(&quote["offer"]["totals"]);
    let mut all = sum.to_vec();
    // The only product, and all products.
    all.extend(sum.iter().chain(&sum));
    let kinds = ["list", "term", "volume", "promotion", "discount"];
    let mut falls: BTreeMap<(usize, String), [i64; 2]> = BTreeMap::new();
    for line in sites.iter().flat_map(|site| list(&site["price"]["lines"])) {
        for (at, charge) in ["mrc", "nrc"].into_iter().enumerate() {
            for step in list(&line[charge]["steps"]) {
                let kind = kinds.iter().position(|kind| step["kind"] == *kind);
                let Some(kind) = kind else { continue };
                let rule = if kind == 0 { "" } else { step["rule"].as_str().expect("words") };
                falls.entry((kind, rule.to_owned())).or_default()[at] += cents(&step["amount"]);
            }
        }
    }
    all.extend(falls.values().flatten());
    all.extend([sum[0], sum[1]]);
    for code in list(&quote["offer"]["promotions"]) {
        all.push(given(code.as_str().expect("a code"), sites));
    }
    for site in sites {
        all.extend(&totals(&site["price"]["totals"])[..2]);
        for line in list(&site["price"]["lines"]) {
            let charged = ["mrc", "nrc"].into_iter().filter(|charge| {
                list(&line[charge]["steps"]).iter().any(|step| step["amount"] != "0.00")
            });
            all.extend(charged.map(|charge| cents(&line[charge]["net"])));
        }
    }
    all.extend([sum[0], sum[1]]);
    all
}

#[tokio::test]
async fn both_forms_say_every_amount_of_the_quote_and_sites_add_up_to_the_cent() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = draft(&world, &partner).await;
    price(&partner, &quote).await;
    let held = partner.get(&format!("/v1/quotes/{quote}")).await.expect(200);
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    let expected = expected(&held, list(&sites["sites"]));
    let html = partner.get(&path(&quote)).await;
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    let page = words(&html.text);
    let text = pdf(&partner, &quote).await;
    assert_eq!(amounts(&page), expected, "{page}");
    assert_eq!(amounts(&text), expected, "{text}");
    let rows = |of: usize| -> i64 {
        list(&sites["sites"]).iter().map(|site| totals(&site["price"]["totals"])[of]).sum()
    };
    let [mrc, nrc, _] = totals(&held["offer"]["totals"]);
    assert_eq!((rows(0), rows(1)), (mrc, nrc));
    let number = held["number"].as_str().expect("a number");
    for said in [
        number,
        "version 1",
        "Sample Carrier",
        "Sample prices",
        "Branch offices",
        "Round Rock",
        "36 months",
        "ADI-PORT10",
    ] {
        assert!(page.contains(said), "{said} is missing in {page}");
        assert!(text.contains(said), "{said} is missing in {text}");
    }
    // What the partner might give is between it and the carrier.
    assert!(!page.contains("may give") && !text.contains("may give"));
}

#[tokio::test]
async fn rules_that_read_alike_say_what_they_are_on() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = draft(&world, &partner).await;
    let calls = json!([{ "name": "Concurrent Calls", "value": "24" },
        { "name": "Term", "value": "36" }]);
    configure(&partner, &quote, "OFF_IP_FLEX", calls).await;
    let ask = json!({ "discount_percent": "4" });
    partner.post(&format!("/v1/quotes/{quote}/price"), &ask).await.expect(200);
    let html = String::from_utf8(partner.download(&path(&quote)).await).expect("a page");
    let said = words(&html);
    let on: Vec<_> = said.split("discount of 4 % on ").skip(1).collect();
    assert_eq!(on.len(), 2, "its two ranges: {said}");
    assert!(on.iter().filter(|rest| rest.starts_with("Telephone")).count() == 1, "{on:?}");
}

#[tokio::test]
async fn what_somebody_wrote_stays_words_and_the_page_may_do_nothing() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = draft(&world, &partner).await;
    let html = partner.get(&path(&quote)).await;
    let escaped = "&lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt;";
    assert!(html.text.contains(escaped) && !html.text.contains("<script"), "{}", html.text);
    assert!(html.text.contains("Lone Star &amp; &lt;Sons&gt;"));
    let policy = html.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert_eq!(html.header("x-content-type-options"), "nosniff");
    let text = pdf(&partner, &quote).await;
    // Lines may end anywhere in it.
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(text.contains("<script>alert(1)</script>"), "{text}");
    assert!(text.contains("&\u{fffd}\u{fffd}"), "{text}");
}

/// The word that stands out, and whether amounts are shown.
async fn marked(partner: &Client, quote: &str) -> (String, bool) {
    let page = words(&partner.get(&path(quote)).await.expect_page());
    let word = ["Draft", "Expired", "Awaiting approval", "Cancelled", "Superseded"]
        .into_iter()
        .find(|word| page.contains(&format!(" {word} ")))
        .unwrap_or_default();
    (word.to_owned(), !amounts(&page).is_empty())
}

impl Reply {
    #[track_caller]
    fn expect_page(self) -> String {
        assert_eq!(self.status, 200, "{}", self.text);
        self.text
    }
}

#[tokio::test]
async fn a_version_that_is_no_offer_says_so() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = draft(&world, &partner).await;
    let is = |word: &str, amounts: bool| (word.to_owned(), amounts);
    assert_eq!(marked(&partner, &quote).await, is("Draft", false));
    price(&partner, &quote).await;
    assert_eq!(marked(&partner, &quote).await, is("", true));
    let ask = json!({ "discount_percent": "14" });
    partner.post(&format!("/v1/quotes/{quote}/price"), &ask).await.expect(200);
    assert_eq!(marked(&partner, &quote).await, is("Awaiting approval", true));
    world.clock.advance_ms(61 * 86_400_000);
    assert_eq!(marked(&partner, &quote).await, is("Expired", true));
    let revise = format!("/v1/quotes/{quote}/revise");
    let revised = partner.post(&revise, &json!({})).await.expect(201);
    assert_eq!(marked(&partner, &quote).await, is("Superseded", true));
    let second = id(&revised["id"]).to_owned();
    let why = json!({ "reason": "Another offer." });
    partner.post(&format!("/v1/quotes/{second}/cancel"), &why).await.expect(200);
    assert_eq!(marked(&partner, &second).await, is("Cancelled", false));
}

#[tokio::test]
async fn the_form_is_chosen_by_accept_or_by_name_and_strangers_see_nothing() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = draft(&world, &partner).await;
    let of = |accept: &'static str| {
        let (partner, path) = (partner.clone(), path(&quote));
        async move { partner.send("GET", &path, &[("accept", accept)], None).await }
    };
    let pdf = of("application/pdf").await;
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
    assert!(pdf.text.starts_with("%PDF-1.7"));
    assert_eq!(pdf.header("content-security-policy"), "");
    assert!(pdf.header("content-disposition").ends_with("-A1.pdf\""));
    assert_eq!(of("text/html;q=0.1, application/json").await.header("vary"), "accept");
    let refused = of("application/json").await.refused(406, "not_acceptable");
    assert_eq!(refused["errors"][0]["pointer"], "/headers/accept");
    let wrong = partner.get(&format!("{}?format=docx", path(&quote))).await;
    assert_eq!(wrong.refused(400, "invalid_query")["errors"][0]["pointer"], "/query/format");
    let stranger = world.partner("alliance").await;
    stranger.get(&path(&quote)).await.refused(404, "not_found");
    let again = partner.download(&format!("{}?format=pdf", path(&quote))).await;
    assert_eq!(partner.download(&format!("{}?format=pdf", path(&quote))).await, again);
}

#[tokio::test]
async fn a_document_of_a_quote_without_sites_is_still_one() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]);
    let text = pdf(&partner, quote).await;
    assert!(text.contains("no sites yet") && text.contains("assigned to each site"), "{text}");
}
