//! Commands that need no idempotency key: asked for again, the very same changes nothing and is
//! answered as it is, for ever; other content is refused.

use crate::client::Client;
use crate::credit::Desk;
use crate::story::steps::{customer, id, two_sites};
use crate::world::{DAY_MS, World};
use app::contract::ContractOnce;
use app::credit::{CreditOnce, CreditRequest};
use app::enrichment::{BillingAccountChoice, BillingOnce, EnrichDo, EnrichOnce};
use app::letter::{LetterGenerate, LetterSign};
use app::order::{HandOffOnce, HandOffWhat, OrderOnce};
use app::{Action, Answer, App, Call, Caller, Problem};
use domain::address::Address;
use domain::change::Context;
use domain::code::Code;
use domain::contract::{Contract, ContractCustomer, NewContract, Signer};
use domain::credit::{Application, BusinessType, CreditCheck, TaxId, TaxIdKind};
use domain::customer::Contact;
use domain::decision::Decision;
use domain::enrichment::{Billing, BillingCodes, Installation, PortReservation, Shipping};
use domain::id::{Id, Kind};
use domain::letter::{LetterOfAgency, LetterSigned, LetterSigner, NewLetter};
use domain::order::{BillingAccount, NewOrder, Order, OrderView, SubOrder};
use domain::time::Date;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

/// How often everything is repeated at once.
const CROWD: usize = 64;

/// Who repeats.
#[derive(Clone)]
struct Repeater {
    app: Arc<App>,
    caller: Caller,
}

impl Repeater {
    async fn of(world: &World, partner: &Client) -> Self {
        let caller = world.app.authenticate(partner.secret(), None).await.expect("a caller");
        Self { app: world.app.clone(), caller }
    }

    async fn ask<A: Action>(
        &self,
        action: A,
        say: impl Fn(&A::View) -> String + Send + Sync,
    ) -> Result<String, Code> {
        let request = Id::new(Kind::Request, 0, 0);
        let call = Call { caller: self.caller.clone(), request, key: None, until: None };
        let answer = |view: &A::View| Answer { status: 200, headers: vec![], body: say(view) };
        match self.app.perform(&call, action, answer).await {
            Ok(performed) => Ok(performed.answer.body),
            Err(Problem::Refused(refusal)) => Err(refusal.code),
            Err(Problem::Fault(fault)) => panic!("{fault}"),
        }
    }

    /// The one answer that all of a crowd get.
    async fn crowd<A: Action + 'static>(
        &self,
        action: impl Fn() -> A,
        say: fn(&A::View) -> String,
    ) -> String
    where
        A::View: Sync,
    {
        let mut asking: JoinSet<String> = JoinSet::new();
        for _ in 0..CROWD {
            let (me, action) = (self.clone(), action());
            asking.spawn(async move { me.ask(action, say).await.expect("an answer") });
        }
        let mut answers: Vec<String> = asking.join_all().await;
        answers.sort();
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }
}

fn address() -> Address {
    let text = str::to_owned;
    Address {
        street: text("208 S Akard St"),
        unit: None,
        city: text("Dallas"),
        state: text("TX"),
        zip: text("75202"),
        country: text("US"),
    }
}

fn contact(first_name: &str) -> Contact {
    Contact {
        first_name: first_name.to_owned(),
        last_name: "Sample".to_owned(),
        email: "dana@example.com".to_owned(),
        phone: None,
        address: None,
    }
}

fn credit(quote: Id, years: u32, tax_id: &str) -> CreditOnce {
    let application = Application {
        business_name: "Sample Freight".to_owned(),
        doing_business_as: None,
        business_type: BusinessType::Llc,
        legal_address: address(),
        primary_first_name: "Dana".to_owned(),
        primary_last_name: "Sample".to_owned(),
        email: "dana@example.com".to_owned(),
        sub_account: None,
        segment: None,
        tax_id: None,
        years_in_business: Some(years),
        past_due: None,
    };
    let tax_id = TaxId::parse(TaxIdKind::Ein, tax_id);
    CreditOnce(CreditRequest { quote, application, tax_id, requested: None })
}

fn contract(quote: Id, signer: &str) -> ContractOnce {
    let signer = Signer {
        name: signer.to_owned(),
        title: "Owner".to_owned(),
        email: "dana@example.com".to_owned(),
    };
    let customer =
        ContractCustomer { company_name: "Sample Freight".to_owned(), address: address() };
    ContractOnce { quote, new: NewContract { signer, customer, effective: None } }
}

fn order(quote: Id, first_name: &str) -> OrderOnce {
    let new = NewOrder {
        accept_terms: true,
        primary_contact: contact(first_name),
        alternate_contact: None,
        purchase_order: None,
        external_id: None,
    };
    OrderOnce { quote, new }
}

fn installation(notes: &str) -> EnrichDo {
    EnrichDo::Installation(Installation {
        contacts: vec![contact("Dana")],
        requested_start: "2026-12-07".parse().expect("a day"),
        requested_due: "2027-03-31".parse().expect("a day"),
        premise_notes: Some(notes.to_owned()),
        start_billing_before_due: false,
    })
}

fn billing(sub_order: Id, name: &str) -> BillingOnce {
    let billing = Billing {
        billing_account: Id::new(Kind::Account, 0, 0),
        paperless: true,
        process_ids: vec![],
        quote_ids: vec![],
        ordered_items: vec![],
        sub_orders: vec![],
        invoice_numbers: vec![],
        codes: BillingCodes::default(),
    };
    let (name, contacts) = (name.to_owned(), vec![contact("Dana")]);
    let account = BillingAccountChoice::New { name, address: address(), contacts };
    BillingOnce { sub_order, account, billing }
}

fn check_said(check: &CreditCheck) -> String {
    format!("{} {}", check.id, check.version)
}

fn contract_said(contract: &Contract) -> String {
    format!("{} {} {}", contract.id, contract.version, contract.document_sha256)
}

fn order_said(view: &OrderView) -> String {
    let said = |sub: &SubOrder| format!(" {} {}", sub.id, sub.version);
    let subs: String = view.sub_orders.iter().map(said).collect();
    format!("{} {}{subs}", view.order.id, view.order.version)
}

fn sub_said((_, sub): &(Order, SubOrder)) -> String {
    format!("{} {}", sub.id, sub.version)
}

fn billing_said((_, sub, account): &(Order, SubOrder, BillingAccount)) -> String {
    format!("{} {} {}", sub.id, sub.version, account.id)
}

async fn count(world: &World, sql: &'static str) -> i64 {
    world.rows(sql).await[0].int(0).expect("a count")
}

fn first(said: &str) -> &str {
    said.split(' ').next().expect("an id")
}

async fn sign(world: &World, partner: &Client, contract: &str) {
    assert_eq!(world.run_jobs().await, 1);
    let path = format!("/v1/contracts/{contract}");
    let sent = partner.get(&path).await.expect(200);
    let body = json!({ "signer": sent["signer"], "document_sha256": sent["document_sha256"] });
    partner.post(&format!("{path}/sign"), &body).await.expect(200);
}

#[tokio::test]
async fn the_whole_flow_can_be_repeated_by_a_crowd_and_after_a_restart() {
    let Desk { world, partner, quote } = Desk::open().await;
    let me = Repeater::of(&world, &partner).await;
    let quote: Id = quote.parse().expect("an id");

    let check = me.crowd(|| credit(quote, 12, "12-3456789"), check_said).await;
    assert_eq!(count(&world, "select count(*) from credit_check").await, 1);
    assert_eq!(me.ask(credit(quote, 11, "12-3456789"), check_said).await, Err(Code::AlreadyExists));
    assert_eq!(me.ask(credit(quote, 12, "98-7654321"), check_said).await, Err(Code::AlreadyExists));
    assert_eq!(world.run_jobs().await, 1);
    let decided = me.ask(credit(quote, 12, "123456789"), check_said).await.expect("the check");
    assert_eq!(first(&decided), first(&check));

    let made = me.crowd(|| contract(quote, "Dana Sample"), contract_said).await;
    assert_eq!(count(&world, "select count(*) from contract").await, 1);
    let other = me.ask(contract(quote, "Robin Sample"), contract_said).await;
    assert_eq!(other, Err(Code::AlreadyExists));
    sign(&world, &partner, first(&made)).await;

    let ordered = me.crowd(|| order(quote, "Dana"), order_said).await;
    assert_eq!(count(&world, "select count(*) from orders").await, 1);
    assert_eq!(count(&world, "select count(*) from sub_order").await, 2);
    assert_eq!(me.ask(order(quote, "Robin"), order_said).await, Err(Code::AlreadyExists));
    let subs: Vec<Id> = ordered.split(' ').filter_map(|word| word.parse().ok()).skip(1).collect();

    for sub in &subs {
        enriched(&me, *sub).await;
    }
    assert_eq!(count(&world, "select count(*) from billing_account").await, 2);
    group(&partner, first(&ordered)).await;
    let hand = || HandOffOnce { what: HandOffWhat::SubOrder(subs[0]) };
    let handed = me.crowd(hand, order_said).await;
    let whole =
        || HandOffOnce { what: HandOffWhat::Order(first(&ordered).parse().expect("an id")) };
    let both = me.crowd(whole, |view| view.order.version.to_string()).await;
    assert_ne!(handed.split(' ').nth(1), Some(&*both), "the second was handed off after the first");
    assert_eq!(count(&world, "select count(*) from job").await, 2);

    // As long as there is the database, all of it is answered and nothing happens.
    let events = count(&world, "select count(*) from event").await;
    world.clock.advance_ms(60 * DAY_MS);
    let world = world.restart().await;
    let partner = world.client(partner.secret());
    let me = Repeater::of(&world, &partner).await;
    let again = me.ask(contract(quote, "Dana Sample"), contract_said).await.expect("it");
    assert_eq!(first(&again), first(&made));
    let again = me.ask(order(quote, "Dana"), order_said).await.expect("it");
    assert_eq!(first(&again), first(&ordered));
    for sub in &subs {
        enriched_again(&me, *sub).await;
        let hand = HandOffOnce { what: HandOffWhat::SubOrder(*sub) };
        let handed = me.ask(hand, order_said).await.expect("it");
        assert_eq!(first(&handed), first(&ordered));
    }
    me.ask(whole(), order_said).await.expect("it");
    let late = EnrichOnce { sub_order: subs[0], what: installation("Ring twice") };
    assert_eq!(me.ask(late, sub_said).await, Err(Code::PrematureStep));
    assert_eq!(count(&world, "select count(*) from event").await, events);
}

/// Everything that a sub-order can be given, by a crowd; and what takes another's place.
async fn enriched(me: &Repeater, sub_order: Id) {
    let before = me.ask(billing(sub_order, "Books"), billing_said).await.expect("billing");
    let again = me.crowd(|| billing(sub_order, "Books"), billing_said).await;
    assert_eq!(again, before);
    let mut moved = billing(sub_order, "Books");
    moved.billing.invoice_numbers.push("INV-1".to_owned());
    let invoiced = me.ask(moved, billing_said).await.expect("billing");
    assert_ne!(invoiced, before, "the sub-order moves");
    assert_eq!(invoiced.split(' ').next_back(), before.split(' ').next_back(), "the account not");
    let back = me.ask(billing(sub_order, "Books"), billing_said).await.expect("billing");
    assert_eq!(back.split(' ').next_back(), before.split(' ').next_back());
    for what in others("Ring at the dock") {
        let once = || EnrichOnce { sub_order, what: what.clone() };
        me.crowd(once, sub_said).await;
    }
    enriched_again(me, sub_order).await;
}

/// The same once more: the sub-order stays as it is.
async fn enriched_again(me: &Repeater, sub_order: Id) {
    let bill = me.ask(billing(sub_order, "Books"), billing_said).await.expect("billing");
    let version = bill.split(' ').nth(1);
    for what in others("Ring at the dock") {
        let said = me.ask(EnrichOnce { sub_order, what }, sub_said).await.expect("it");
        assert_eq!(said.split(' ').nth(1), version);
    }
}

fn others(notes: &str) -> [EnrichDo; 3] {
    let shipping = Shipping { contacts: vec![contact("Dana")], address: None, notes: None };
    let port = PortReservation {
        floor: "2".to_owned(),
        room: "201".to_owned(),
        notes: None,
        tsp_code: None,
    };
    [installation(notes), EnrichDo::Shipping(shipping), EnrichDo::PortReservation(port)]
}

async fn group(partner: &Client, order: &str) {
    let path = format!("/v1/orders/{order}/customer-defined-group");
    let body = Some(json!({ "name": "Freight" }).to_string());
    partner.send("PUT", &path, &[], body).await.expect(200);
}

fn letter(account: Id, months: Option<u32>) -> LetterGenerate {
    let signer = LetterSigner {
        name: "Dana Sample".to_owned(),
        title: None,
        email: "dana@example.com".to_owned(),
    };
    LetterGenerate { account, new: NewLetter { signer, months }, once: true }
}

fn letter_said(letter: &LetterOfAgency) -> String {
    format!("{} {} {}", letter.id, letter.version, letter.document_sha256)
}

#[tokio::test]
async fn a_letter_can_be_asked_for_and_put_on_file_by_a_crowd() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let me = Repeater::of(&world, &partner).await;
    let theirs = customer(&world, "Sample Freight", "open").await;
    let theirs: Id = theirs.parse().expect("an id");
    let made = me.crowd(|| letter(theirs, None), letter_said).await;
    assert_eq!(me.ask(letter(theirs, Some(12)), letter_said).await, Ok(made.clone()));
    assert_eq!(me.ask(letter(theirs, Some(6)), letter_said).await, Err(Code::AlreadyExists));
    let today = app::Clock::now(&*world.clock).date();
    let filed = me.crowd(|| signature(&made, today, "DOC-7"), letter_said).await;
    let other = signature(&made, today, "DOC-8");
    assert_eq!(me.ask(other, letter_said).await, Err(Code::StateConflict));
    assert_eq!(me.ask(letter(theirs, None), letter_said).await, Ok(filed));
    assert_eq!(count(&world, "select count(*) from letter_of_agency").await, 1);
}

/// Files the letter that was said.
fn signature(said: &str, on: Date, reference: &str) -> LetterSign {
    let signed = LetterSigned {
        signed_on: on,
        document_sha256: said.rsplit(' ').next().expect("a hash").to_owned(),
        attachment_reference: reference.to_owned(),
    };
    LetterSign { letter: first(said).parse().expect("an id"), signed, once: true }
}

/// A letter that is decided first and written after another was generated and filed.
struct Overtaken {
    slow: LetterGenerate,
    fast: Repeater,
    today: Date,
    tries: Arc<AtomicUsize>,
}

impl Action for Overtaken {
    type View = LetterOfAgency;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Result<Decision<LetterOfAgency>, Problem> {
        let decision = self.slow.decide(app, caller, ctx).await;
        if self.tries.fetch_add(1, Ordering::SeqCst) == 0 {
            let fast = letter(self.slow.account, Some(12));
            let made = self.fast.ask(fast, letter_said).await.expect("a letter");
            let filed = self.fast.ask(signature(&made, self.today, "DOC-7"), letter_said).await;
            filed.expect("a filed letter");
        }
        decision
    }
}

#[tokio::test]
async fn a_letter_that_was_overtaken_by_a_filed_one_is_decided_anew() {
    let world = World::start().await;
    let me = Repeater::of(&world, &world.partner("alliance").await).await;
    let today = app::Clock::now(&*world.clock).date();
    for once in [false, true] {
        let theirs = customer(&world, &format!("Sample Freight {once}"), "open").await;
        let slow = LetterGenerate { once, ..letter(theirs.parse().expect("an id"), Some(6)) };
        let tries = Arc::new(AtomicUsize::new(0));
        let late = Overtaken { slow, fast: me.clone(), today, tries: tries.clone() };
        assert_eq!(me.ask(late, letter_said).await, Err(Code::AlreadyExists));
        assert_eq!(tries.load(Ordering::SeqCst), 2);
    }
    assert_eq!(count(&world, "select count(*) from letter_of_agency").await, 2);
}

#[tokio::test]
async fn after_a_contract_that_ended_without_a_signature_a_new_one_is_made() {
    let Desk { world, partner, quote } = Desk::open().await;
    let me = Repeater::of(&world, &partner).await;
    let quote: Id = quote.parse().expect("an id");
    me.ask(credit(quote, 12, "12-3456789"), check_said).await.expect("a check");
    assert_eq!(world.run_jobs().await, 1);
    let mut contracts = Vec::new();
    for end in ["void", "decline", "expire", ""] {
        let made = me.crowd(|| contract(quote, "Dana Sample"), contract_said).await;
        assert!(!contracts.contains(&made), "{end}: {made}");
        assert_eq!(world.run_jobs().await, 1);
        let path = format!("/v1/contracts/{}", first(&made));
        match end {
            "void" | "decline" => {
                let path = format!("{path}/{end}");
                partner.post(&path, &json!({ "reason": "a slip" })).await.expect(200);
            }
            "expire" => {
                // Past the envelope, not past the offer and the approval.
                let sent = partner.get(&path).await.expect(200);
                world.clock.advance_ms(30 * DAY_MS);
                let now = partner.get(&path).await.expect(200);
                assert_eq!(now["state"], "expired", "{}", sent["expires_at"]);
            }
            _ => {}
        }
        contracts.push(made);
    }
    assert_eq!(count(&world, "select count(*) from contract").await, 4);
}

#[tokio::test]
async fn a_decided_check_of_other_content_or_of_another_version_is_not_the_answer() {
    let Desk { world, partner, quote } = Desk::open().await;
    let me = Repeater::of(&world, &partner).await;
    let first_quote: Id = quote.parse().expect("an id");
    let one = me.ask(credit(first_quote, 12, "12-3456789"), check_said).await.expect("a check");
    assert_eq!(world.run_jobs().await, 1);
    let other = me.ask(credit(first_quote, 12, "98-7654321"), check_said).await.expect("a check");
    assert_ne!(first(&other), first(&one), "another tax id is another application");
    assert_eq!(world.run_jobs().await, 1);
    let revised = partner.post(&format!("/v1/quotes/{quote}/revise"), &json!({})).await.expect(201);
    let second: Id = id(&revised["id"]).parse().expect("an id");
    partner.post(&format!("/v1/quotes/{second}/price"), &json!({})).await.expect(200);
    let third = me.ask(credit(second, 12, "12-3456789"), check_said).await.expect("a check");
    assert!(![first(&one), first(&other)].contains(&first(&third)));
    assert_eq!(world.run_jobs().await, 1);
}

#[tokio::test]
async fn what_is_not_there_yet_is_refused_as_ever() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let me = Repeater::of(&world, &partner).await;
    let stranger = world.partner("apex").await;
    let opened = stranger.post("/v1/opportunities", &json!({ "name": "Theirs" })).await.expect(201);
    let theirs = id(&opened["quote"]["id"]).to_owned();
    two_sites(&stranger, &theirs).await;
    let theirs: Id = theirs.parse().expect("an id");
    assert_eq!(me.ask(order(theirs, "Dana"), order_said).await, Err(Code::UnknownReference));
    assert_eq!(me.ask(contract(theirs, "Dana"), contract_said).await, Err(Code::NotFound));
    assert_eq!(me.ask(credit(theirs, 1, "12-3456789"), check_said).await, Err(Code::NotFound));
    let own = Repeater::of(&world, &stranger).await;
    assert_eq!(own.ask(order(theirs, "Dana"), order_said).await, Err(Code::PrematureStep));
    assert_eq!(own.ask(contract(theirs, "Dana"), contract_said).await, Err(Code::PrematureStep));
}
