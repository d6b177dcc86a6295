//! Enrichment of many sub-orders in one change: of all that are asked for, or of none.

use super::{Enrich, Ready, closed, faults};
use crate::catalogue::EnrichmentKind;
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::order::{Order, OrderView, SubOrder};
use crate::programme::{Programme, Stage};
use crate::refusal::{Fault, IfMatch, Refusal, named};
use crate::{law, time::Date};

/// One sub-order of those that a request enriches.
#[derive(Debug, Clone)]
pub struct Row {
    pub sub: SubOrder,
    pub seen: IfMatch,
    /// What it gets of its own. Of a kind that is not here it gets the request's default.
    pub own: Vec<Enrich>,
    /// Where the request names it: a JSON pointer.
    pub place: String,
}

impl Row {
    fn has(&self, kind: EnrichmentKind) -> bool {
        self.own.iter().any(|what| what.kind() == kind)
    }
}

/// Gives each of these sub-orders of an order its own enrichments and the `defaults` for the rest,
/// in place of what it had. Each is checked as it would be by itself; one that is refused refuses
/// all.
pub fn enrich_many(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    defaults: Vec<Enrich>,
    rows: Vec<Row>,
) -> Result<Decision<OrderView>, Refusal> {
    enrich_rows(ctx, programme, order, defaults, rows, Change::default())
}

/// The same in a change that has begun already.
pub(super) fn enrich_rows(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    defaults: Vec<Enrich>,
    rows: Vec<Row>,
    mut change: Change,
) -> Result<Decision<OrderView>, Refusal> {
    let invalid = invalid(programme, ctx.now.date(), &defaults, &rows);
    refuse(Code::InvalidBody, "the enrichments are not valid", invalid)?;
    let closed_ones = rows.iter().flat_map(|row| {
        let at = |fault| Fault { pointer: row.place.clone(), ..fault };
        closed(ctx, programme, order, &row.sub).into_iter().map(at)
    });
    law::refuse(Stage::Enrichment, closed_ones.collect())?;
    let outdated = rows.iter().filter_map(outdated).collect();
    refuse(Code::StaleVersion, "some sub-orders have changed since they were read", outdated)?;
    let mut common = Vec::with_capacity(defaults.len());
    // A new account is made only if it is anybody's.
    for what in defaults {
        if rows.iter().any(|row| !row.has(what.kind())) {
            common.push(what.ready(ctx, &mut change, order.tenant));
        }
    }
    let mut sub_orders = Vec::with_capacity(rows.len());
    for row in rows {
        sub_orders.push(fill(ctx, &mut change, row, &common));
    }
    Ok(Decision { change, view: OrderView { order: order.clone(), sub_orders } })
}

fn fill(ctx: &mut Context, change: &mut Change, row: Row, common: &[Ready]) -> SubOrder {
    let Row { mut sub, own, .. } = row;
    let mut given = Vec::with_capacity(common.len());
    for what in own {
        given.push(what.ready(ctx, change, sub.tenant));
    }
    for what in common {
        if given.iter().all(|own| own.kind() != what.kind()) {
            given.push(what.clone());
        }
    }
    let words: Vec<_> = given.iter().map(|what| what.kind().word()).collect();
    let what = Happened::new(EventKind::SubOrderEnriched).because(words.join(", "));
    for enrichment in given {
        enrichment.fill(&mut sub.enrichments, ctx.now);
    }
    change.update(ctx, sub, what)
}

fn refuse(code: Code, detail: &str, faults: Vec<Fault>) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let (faults, more) = named(faults);
    Err(Refusal::new(code, format!("{detail}{more}")).with(faults))
}

/// What is wrong in the request itself.
fn invalid(programme: &Programme, today: Date, defaults: &[Enrich], rows: &[Row]) -> Vec<Fault> {
    let within = |place: &str, what: &Enrich| {
        let under = format!("{place}/{}", what.kind().word());
        let at = move |fault: Fault| {
            let pointer = format!("{under}{}", fault.pointer);
            Fault { pointer, ..fault }
        };
        faults(what, programme, today).into_iter().map(at)
    };
    let mut all: Vec<Fault> = defaults.iter().flat_map(|w| within("/defaults", w)).collect();
    for row in rows {
        if defaults.is_empty() && row.own.is_empty() {
            let detail = format!("{}: no enrichment is given", row.sub.name);
            let fault = Fault::new(row.place.clone(), Because::Missing, detail);
            all.push(fault.expected("an enrichment of its own, or defaults"));
        }
        all.extend(row.own.iter().flat_map(|what| within(&row.place, what)));
    }
    all
}

fn outdated(row: &Row) -> Option<Fault> {
    let current = row.seen.check(row.sub.version).err()?.current_version?;
    let detail = format!("{}: it is now at version {current}", row.sub.name);
    let fault = Fault::new(format!("{}/version", row.place), Because::Outdated, detail);
    Some(fault.expected(current.to_string()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Installation, PortReservation, Shipping, enrich};
    use super::*;
    use crate::address::Address;
    use crate::customer::Contact;
    use crate::id::{Id, Ids, Kind};
    use crate::money::Money;
    use crate::order::SubOrderPhase;
    use crate::party::{Actor, Environment, Tenant};
    use crate::pricing::Totals;
    use crate::programme::Programmes;
    use crate::time::Moment;

    pub(in super::super) const NOW: Moment = Moment::from_ms(1_800_000_000_000);

    pub(in super::super) fn ctx() -> Context {
        Context {
            now: NOW,
            ids: Ids::new(NOW.ms(), 1),
            actor: Actor::System,
            request: None,
            clock: None,
        }
    }

    pub(in super::super) fn tenant() -> Tenant {
        Tenant::partner(Id::new(Kind::Partner, 0, 1), Environment::Test)
    }

    pub(in super::super) fn contact() -> Contact {
        Contact {
            first_name: "Dana".to_owned(),
            last_name: "Sample".to_owned(),
            email: "dana@example.com".to_owned(),
            phone: None,
            address: None,
        }
    }

    fn totals() -> Totals {
        let none = Money::ZERO;
        Totals { mrc: none, nrc: none, total_contract_value: none }
    }

    pub(in super::super) fn order() -> Order {
        Order {
            id: Id::new(Kind::Order, 0, 99),
            tenant: tenant(),
            version: 1,
            quote: Id::new(Kind::Quote, 0, 1),
            contract: Id::new(Kind::Contract, 0, 1),
            opportunity: Id::new(Kind::Opportunity, 0, 1),
            account: None,
            number: "Q-1".to_owned(),
            primary_contact: contact(),
            alternate_contact: None,
            purchase_order: None,
            external_id: None,
            totals: totals(),
            terms_accepted_by: Actor::System,
            terms_accepted_at: NOW,
            group: None,
            identifiers: Vec::new(),
            terminated_at: None,
            created_at: NOW,
        }
    }

    pub(in super::super) fn sub(position: u32, state: SubOrderPhase) -> SubOrder {
        SubOrder {
            id: Id::new(Kind::Order, 0, position),
            tenant: tenant(),
            version: 4,
            order: order().id,
            quote: order().quote,
            site: Id::new(Kind::Site, 0, position),
            position,
            name: format!("Branch {position}"),
            address: Address {
                street: "208 S AKARD ST".to_owned(),
                unit: None,
                city: "DALLAS".to_owned(),
                state: "TX".to_owned(),
                zip: "75202".to_owned(),
                country: "US".to_owned(),
            },
            customer: None,
            offering: "OFF_ADI_MID_MARKET".to_owned(),
            term_months: 36,
            items: Vec::new(),
            totals: totals(),
            requires: Vec::new(),
            enrichments: super::super::Enrichments::default(),
            state,
            handed_off_at: None,
            acknowledgement: None,
            milestones: Vec::new(),
            foc: None,
            trouble: None,
            identifiers: Vec::new(),
            created_at: NOW,
        }
    }

    pub(in super::super) fn port(room: &str) -> Enrich {
        let (floor, room) = ("2".to_owned(), room.to_owned());
        Enrich::PortReservation(PortReservation { floor, room, notes: None, tsp_code: None })
    }

    pub(in super::super) fn shipping() -> Enrich {
        Enrich::Shipping(Shipping { contacts: vec![contact()], address: None, notes: None })
    }

    pub(in super::super) fn installation(requested_due: Date) -> Enrich {
        Enrich::Installation(Installation {
            contacts: vec![contact()],
            requested_start: NOW.date(),
            requested_due,
            premise_notes: None,
            start_billing_before_due: false,
        })
    }

    fn row(at: u32, state: SubOrderPhase, version: u64, own: Vec<Enrich>) -> Row {
        let seen = IfMatch::Version(version);
        Row { sub: sub(at, state), seen, own, place: format!("/sub_orders/{at}") }
    }

    fn many(
        defaults: Vec<Enrich>,
        rows: Vec<Row>,
    ) -> Result<Decision<OrderView>, (Code, Vec<String>)> {
        let programmes = Programmes::shipped().unwrap();
        let programme = programmes.get("alliance").unwrap();
        enrich_many(&mut ctx(), programme, &order(), defaults, rows)
            .map_err(|r| (r.code, r.faults.into_iter().map(|f| f.pointer).collect()))
    }

    #[test]
    fn each_gets_what_it_would_get_by_itself_in_one_change() {
        use SubOrderPhase::Draft;
        let programmes = Programmes::shipped().unwrap();
        let programme = programmes.get("alliance").unwrap();
        let rows = vec![row(1, Draft, 4, vec![port("7")]), row(2, Draft, 4, vec![])];
        let done = many(vec![port("9"), shipping()], rows).unwrap();
        for (at, room) in [(1, "7"), (2, "9")] {
            let mut alone = sub(at, Draft);
            for what in [port(room), shipping()] {
                let (order, any) = (order(), IfMatch::Any);
                alone = enrich(&mut ctx(), programme, &order, &alone, any, what).unwrap().view;
            }
            let together = &done.view.sub_orders[at as usize - 1];
            assert_eq!(together.enrichments, alone.enrichments);
            assert_eq!(together.version, 5, "one change of it");
        }
        let told: Vec<_> =
            done.change.events.iter().map(|e| (e.kind.as_str(), e.reason.as_deref())).collect();
        assert_eq!(told, [("sub_order.enriched", Some("port_reservation, shipping")); 2]);
    }

    #[test]
    fn one_that_is_refused_refuses_all_and_every_fault_has_its_place() {
        use SubOrderPhase::{Draft, Submitted};
        let early = NOW.plus_days(1).date();
        let late = installation(Moment::from_ms(0).date());
        let rows = vec![row(0, Draft, 4, vec![late.clone()]), row(1, Submitted, 4, vec![])];
        let places = ["/defaults/installation/requested_due"];
        let own = ["/sub_orders/0/installation/requested_due"];
        let invalid: Vec<String> = [places, own].concat().into_iter().map(str::to_owned).collect();
        assert_eq!(many(vec![late], rows.clone()).unwrap_err(), (Code::InvalidBody, invalid));
        let rows = vec![row(0, Draft, 4, vec![shipping()]), row(1, Submitted, 4, vec![])];
        let closed = (Code::PrematureStep, vec!["/sub_orders/1".to_owned()]);
        assert_eq!(many(vec![installation(early)], rows).unwrap_err(), closed);
        let rows = vec![row(0, Draft, 4, vec![]), row(1, Draft, 3, vec![])];
        let stale = (Code::StaleVersion, vec!["/sub_orders/1/version".to_owned()]);
        assert_eq!(many(vec![shipping()], rows).unwrap_err(), stale);
        let nothing = (Code::InvalidBody, vec!["/sub_orders/1".to_owned()]);
        let rows = vec![row(0, Draft, 4, vec![shipping()]), row(1, Draft, 4, vec![])];
        assert_eq!(many(vec![], rows).unwrap_err(), nothing);
    }
}
