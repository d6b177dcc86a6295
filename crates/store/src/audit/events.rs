//! Events: one after the other, per object.

use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::contract::ContractPhase;
use domain::credit::CreditPhase;
use domain::event::{Event, EventKind, Noun};
use domain::exception::ExceptionPhase;
use domain::id::Kind;
use domain::job::JobPhase;
use domain::letter::LetterPhase;
use domain::order::SubOrderPhase;
use domain::publication::CataloguePhase;
use domain::quote::QuotePhase;
use domain::webhook::EndpointPhase;

macro_rules! objects {
    ($first:literal $(, $table:literal)*) => {
        concat!(
            "(select count(*) from ", $first, " o where o.tenant = e.tenant and o.id = e.object)"
            $(, " + (select count(*) from ", $table,
                " o where o.tenant = e.tenant and o.id = e.object)")*
        )
    };
}

/// The object is looked for once: with the first of its events, or the first after a gap. A job
/// that is done is gone.
pub(super) const EVENTS: &str = concat!(
    "select e.tenant, e.object, e.sequence, e.id, e.doc, case when (select count(*) from event b \
     where b.tenant = e.tenant and b.object = e.object and b.sequence = e.sequence - 1) = 1 \
     then 1 when e.object like 'job%' then 1 else ",
    objects!(
        "partner",
        "credential",
        "catalogue_version",
        "account",
        "exception_request",
        "letter_of_agency",
        "opportunity",
        "quote",
        "credit_check",
        "contract",
        "orders",
        "sub_order",
        "billing_account",
        "customer_group",
        "webhook_endpoint"
    ),
    " end, e.position from event e where (e.tenant, e.object, e.sequence) > ($1, $2, $3) \
     order by e.tenant, e.object, e.sequence limit $4"
);

/// The event before, as far as the next one is held to it.
struct Before {
    event: Event,
    position: Option<i64>,
}

/// Reads every event.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into(), 0_i64.into()];
    let mut before: Option<Before> = None;
    loop {
        let mut values: Vec<Value> = after.into();
        values.push(PAGE.into());
        let rows = store.ask(Ask { query: Query::new(EVENTS, values), read: Ok }).await?;
        // What waited for its place when the page before was read may have it by now.
        if let Some(before) = &mut before {
            before.position = before.position.or(Some(0));
        }
        for row in &rows {
            before = event(row, before.as_ref(), audit);
        }
        audit.count("event", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into(), last.int(2)?.into()];
    }
}

fn event(row: &Row, before: Option<&Before>, audit: &mut Audit) -> Option<Before> {
    let sequence = row.int(2).unwrap_or_default();
    let place = format!("event {sequence} of {}", row.text(1).unwrap_or("?"));
    if row.int(5) != Ok(1) {
        audit.blame(Invariant::EventsHaveObjects, format!("{place}: the object is not there"));
    }
    let event = match doc_in::<Event>(row, 4) {
        Ok(event) => event,
        Err(e) => {
            audit.blame(Invariant::DocumentsParse, format!("{place}: {e}"));
            return None;
        }
    };
    let written = crate::event::insert(&event, None).map(|s| s.values).unwrap_or_default();
    if (0..4).any(|column| row.value(column) != written.get(column)) {
        let say = format!("{place}: its columns are not as in the document");
        audit.blame(Invariant::ColumnsAgree, say);
    }
    let position = row.opt_int(6).unwrap_or_default();
    let before = before.filter(|b| b.event.object == event.object);
    let before = before.filter(|b| b.event.sequence + 1 == event.sequence);
    if let Some(b) = before
        && position.is_some_and(|here| b.position.is_none_or(|there| there >= here))
    {
        let say = format!("{place}: it stands before what happened earlier");
        audit.blame(Invariant::FeedKeepsTheOrder, say);
    }
    // A kind that this program does not know is a newer node's.
    if let Some(kind) = EventKind::parse(&event.kind) {
        judge(&event, kind.noun(), before.map(|b| &b.event), &place, audit);
    }
    Some(Before { event, position })
}

fn judge(event: &Event, noun: Noun, before: Option<&Event>, place: &str, audit: &mut Audit) {
    if !event.object.is(kind_of(noun)) {
        let say = format!("{place}: {} happens to other objects", event.kind);
        audit.blame(Invariant::EventsNameTheirNoun, say);
    }
    let (from, to) = (event.from.as_deref(), event.to.as_deref());
    let chained = match before.map(|b| b.to.as_deref()) {
        // A job's states in between are no events.
        _ if noun == Noun::Job => true,
        None if event.sequence == 1 => from.is_none(),
        None => true, // The one before is missing, or makes no sense: told of already.
        Some(left) => {
            let by_clock = matches!(from, Some("expired" | "lapsed"));
            from == left || (by_clock && may(noun, left, from))
        }
    };
    if !chained {
        let say = format!("{place}: it begins in {}", from.unwrap_or("no state"));
        audit.blame(Invariant::EventsAreChained, say);
    }
    if event.sequence > 1 && from != to && !may(noun, from, to) {
        let [from, to] = [from, to].map(|state| state.unwrap_or("no state"));
        let say = format!("{place}: from {from} to {to}");
        audit.blame(Invariant::EventsKeepToTheTables, say);
    }
}

macro_rules! next {
    ($phase:ty, $from:expr) => {
        <$phase>::ALL
            .iter()
            .filter(|p| Some(p.word()) == $from)
            .flat_map(|p| p.next())
            .map(|p| p.word())
            .collect::<Vec<_>>()
    };
}

/// Whether the noun's table has the move.
fn may(noun: Noun, from: Option<&str>, to: Option<&str>) -> bool {
    let next = match noun {
        Noun::Exception => next!(ExceptionPhase, from),
        Noun::Loa => next!(LetterPhase, from),
        Noun::Catalogue => next!(CataloguePhase, from),
        Noun::Quote => next!(QuotePhase, from),
        Noun::CreditCheck => next!(CreditPhase, from),
        Noun::Contract => next!(ContractPhase, from),
        // What reaches its only milestone at once is completed by the same answer.
        Noun::SubOrder if from == Some("acknowledged") => vec!["in_progress", "completed"],
        Noun::SubOrder => next!(SubOrderPhase, from),
        Noun::WebhookEndpoint => next!(EndpointPhase, from),
        Noun::Job => next!(JobPhase, from),
        Noun::Credential if from == Some("active") => vec!["revoked"],
        _ => Vec::new(),
    };
    to.is_some_and(|to| next.contains(&to))
}

/// What its ids begin with.
const fn kind_of(noun: Noun) -> Kind {
    match noun {
        Noun::Partner => Kind::Partner,
        Noun::Credential => Kind::Credential,
        Noun::Catalogue => Kind::Catalogue,
        Noun::Customer | Noun::BillingAccount => Kind::Account,
        Noun::Exception => Kind::ExceptionRequest,
        Noun::Loa => Kind::LetterOfAgency,
        Noun::Opportunity => Kind::Opportunity,
        Noun::Quote => Kind::Quote,
        Noun::CreditCheck => Kind::CreditCheck,
        Noun::Contract => Kind::Contract,
        Noun::Order | Noun::SubOrder => Kind::Order,
        Noun::CustomerGroup => Kind::CustomerGroup,
        Noun::WebhookEndpoint => Kind::WebhookEndpoint,
        Noun::Job => Kind::Job,
    }
}
