//! Endpoints: their states, what they hear, and their secrets.

use super::*;
use crate::delivery::Which;
use crate::id::Ids;
use crate::party::{Actor, Environment};

const NOW: i64 = 1_900_000_000_000;

fn context() -> Context {
    Context {
        now: Moment::from_ms(NOW),
        ids: Ids::new(NOW, 7),
        actor: Actor::System,
        request: None,
        clock: None,
    }
}

fn partner() -> Tenant {
    Tenant::partner(Id::new(Kind::Partner, NOW, 1), Environment::Test)
}

fn wish(types: &[&str]) -> Wish {
    Wish {
        url: "https://hooks.example.com/demarc".to_owned(),
        description: None,
        types: types.iter().map(|t| Filter::parse(t).expect("a filter")).collect(),
    }
}

fn endpoint(ctx: &mut Context) -> WebhookEndpoint {
    let made = webhook_create(ctx, partner(), 0, wish(&["*"]), "whsec_one".to_owned());
    made.expect("an endpoint").view
}

fn in_state(phase: EndpointPhase) -> WebhookEndpoint {
    let ctx = &mut context();
    let active = endpoint(ctx);
    match phase {
        EndpointPhase::Active => active,
        EndpointPhase::Disabled => {
            webhook_disable(ctx, active, DisabledBecause::Owner).expect("disabled").view
        }
        EndpointPhase::Removed => webhook_remove(ctx, active).expect("removed").view,
    }
}

#[test]
fn every_move_is_made_or_refused_as_the_table_says() {
    for from in EndpointPhase::ALL {
        for to in EndpointPhase::ALL {
            let (ctx, found) = (&mut context(), in_state(*from));
            let moved = match to {
                EndpointPhase::Active => webhook_enable(ctx, found),
                EndpointPhase::Disabled => webhook_disable(ctx, found, DisabledBecause::Gone),
                EndpointPhase::Removed => webhook_remove(ctx, found),
            };
            assert_eq!(moved.is_ok(), from.next().contains(to), "{from:?} to {to:?}");
            if let Ok(moved) = moved {
                assert_eq!(moved.view.state.word(), to.word());
                assert_eq!(moved.change.events.len(), 1);
            }
        }
    }
}

#[test]
fn only_an_active_endpoint_is_tested_or_replayed_to() {
    for phase in EndpointPhase::ALL {
        let found = in_state(*phase);
        let active = *phase == EndpointPhase::Active;
        assert_eq!(webhook_test(&mut context(), found.clone()).is_ok(), active, "{phase:?}");
        let replay = Replay {
            tenant: found.tenant,
            endpoint: found.id,
            which: Which::One(found.id),
            at: Moment::from_ms(NOW),
        };
        let replayed = webhook_replay(&mut context(), found, replay, "one event".to_owned());
        assert_eq!(replayed.is_ok(), active, "{phase:?}");
    }
}

#[test]
fn a_test_plans_its_own_event_for_its_own_endpoint() {
    let found = in_state(EndpointPhase::Active);
    let tested = webhook_test(&mut context(), found.clone()).expect("tested");
    let [planned] = tested.change.plans.as_slice() else { panic!("one plan") };
    assert_eq!(planned.endpoint, found.id);
    assert_eq!(planned.event, tested.change.events[0].id);
}

#[test]
fn a_filter_is_read_as_it_is_written_and_covered_ones_are_left_out() {
    for text in ["*", "quote.*", "sub_order.*", "quote.priced", "webhook_endpoint.tested"] {
        assert_eq!(Filter::parse(text).expect(text).to_string(), text);
    }
    for wrong in ["", "quote", "quote.", ".*", "quote.eaten", "*.priced", "QUOTE.*", "eggs.*"] {
        assert_eq!(Filter::parse(wrong), None, "{wrong}");
    }
    let tidy = |types: &[&str]| {
        let tidied = wishes(partner(), wish(types).types).expect("wishes");
        tidied.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(tidy(&["quote.priced", "quote.priced"]), ["quote.priced"]);
    assert_eq!(tidy(&["quote.priced", "quote.*", "order.created"]), ["quote.*", "order.created"]);
    assert_eq!(tidy(&["quote.priced", "*", "order.*"]), ["*"]);
}

#[test]
fn a_partner_cannot_listen_to_what_is_the_carriers() {
    let ctx = &mut context();
    let asked = wish(&["quote.*", "credential.added", "customer.*"]);
    let refused = webhook_create(ctx, partner(), 0, asked.clone(), String::new());
    let refused = refused.expect_err("not for a partner");
    let places: Vec<_> = refused.faults.iter().map(|f| f.pointer.as_str()).collect();
    assert_eq!(places, ["/types/1", "/types/2"]);
    let carrier = Tenant::carrier(Environment::Test);
    assert!(webhook_create(ctx, carrier, 0, asked, String::new()).is_ok());
}

#[test]
fn an_owner_has_fifty_endpoints_at_most() {
    let make = |n| webhook_create(&mut context(), partner(), n, wish(&["*"]), String::new());
    assert!(make(MOST_ENDPOINTS - 1).is_ok());
    assert_eq!(make(MOST_ENDPOINTS).expect_err("too many").code, Code::StateConflict);
}

#[test]
fn the_secret_before_signs_along_until_its_time_is_over() {
    let ctx = &mut context();
    let first = endpoint(ctx);
    let rotated = webhook_rotate(ctx, first, "whsec_two".to_owned(), 24);
    let rotated = rotated.expect("rotated").view;
    let at = |ms: i64| rotated.signs_with(Moment::from_ms(NOW + ms)).collect::<Vec<_>>();
    assert_eq!(at(0), ["whsec_two", "whsec_one"]);
    assert_eq!(at(24 * HOUR_MS - 1), ["whsec_two", "whsec_one"]);
    assert_eq!(at(24 * HOUR_MS), ["whsec_two"]);
    assert!(!format!("{rotated:?}").contains("whsec_"), "a secret is not shown");

    let at_once = webhook_rotate(ctx, rotated, "whsec_three".to_owned(), 0).expect("rotated").view;
    assert_eq!(at_once.signs_with(ctx.now).collect::<Vec<_>>(), ["whsec_three"]);
}

#[test]
fn secrets_do_not_pile_up() {
    let ctx = &mut context();
    let mut found = endpoint(ctx);
    for n in 0..MOST_SECRETS - 1 {
        found = webhook_rotate(ctx, found, format!("whsec_{n}"), 24).expect("rotated").view;
    }
    assert_eq!(found.secrets.len(), MOST_SECRETS);
    let refused = webhook_rotate(ctx, found.clone(), "whsec_x".to_owned(), 24);
    assert_eq!(refused.expect_err("too many").code, Code::StateConflict);
    ctx.now = ctx.now.plus_ms(24 * HOUR_MS);
    let later = webhook_rotate(ctx, found, "whsec_y".to_owned(), 24).expect("rotated").view;
    assert_eq!(later.secrets.len(), 2, "those whose time was over are gone");
}

#[test]
fn an_endpoint_is_judged_by_what_ended_together() {
    let now = Moment::from_ms(NOW);
    let refused = Ended::Refused { retry_after: None };
    let days = |days: i64| Some(Moment::from_ms(NOW - days * 24 * HOUR_MS));
    let judge = |since, ended: &[Ended]| webhook_judge(now, since, ended.iter().copied());
    assert_eq!(judge(None, &[refused]), (Some(now), None), "it begins to fail");
    assert_eq!(judge(days(4), &[refused, refused]), (days(4), None));
    assert_eq!(judge(days(5), &[refused]), (days(5), Some(DisabledBecause::Failing)));
    assert_eq!(judge(days(9), &[refused, Ended::Delivered]), (None, None), "one is enough");
    assert_eq!(judge(days(9), &[Ended::Gone]).1, Some(DisabledBecause::Gone));
    assert_eq!(judge(None, &[Ended::Delivered, Ended::Gone]).1, Some(DisabledBecause::Gone));
}
