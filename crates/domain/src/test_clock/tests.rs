//! Where a test clock may go, and what it does to jobs on the way.

use super::*;
use crate::change::{Due, Reading};
use crate::id::{Ids, Kind};
use crate::party::{Actor, Environment};

const NOW: Moment = Moment::from_ms(1_800_000_000_000);

fn tenant() -> Tenant {
    Tenant::partner(Id::new(Kind::Partner, 0, 1), Environment::Test)
}

fn ctx(now: Moment, wall: Moment, version: Option<u64>) -> Context {
    let clock = Some(Reading { tenant: tenant(), wall, version });
    Context { now, ids: Ids::new(0, 1), actor: Actor::System, request: None, clock }
}

fn clock(state: ClockState) -> TestClock {
    let id = Id::new(Kind::Partner, 0, 1);
    TestClock { id, tenant: tenant(), version: 3, now: NOW, state }
}

fn event(drawn: Moment) -> Id {
    Id::new(Kind::Event, drawn.ms(), 1)
}

fn standing() -> Context {
    ctx(NOW, NOW.plus_ms(5), Some(3))
}

fn to(target: Moment) -> Advance {
    Advance { to: Some(target), by: None }
}

fn by(length: &str) -> Advance {
    Advance { to: None, by: Some(length.to_owned()) }
}

#[test]
fn every_move_of_a_test_clock_is_as_designed() {
    use ClockPhase::*;
    for from in ClockPhase::ALL {
        for to in ClockPhase::ALL {
            let designed = match from {
                Ready => matches!(to, Advancing | Released),
                Advancing => matches!(to, Advancing | Ready),
                Released => matches!(to, Ready),
            };
            assert_eq!(from.guard(*to, "moved").is_ok(), designed, "{from:?} {to:?}");
        }
    }
}

#[test]
fn a_clock_goes_forward_only_and_eighteen_months_at_most() {
    let ready = || clock(ClockState::Ready);
    for (advance, pointer) in [
        (to(NOW.plus_ms(-1)), "/to"),
        (to(NOW.plus_months(18).plus_ms(1)), "/to"),
        (by("-1 day"), "/by"),
        (by("19 months"), "/by"),
        (by("a while"), "/by"),
    ] {
        let refused = clock_advance(&mut standing(), ready(), &advance).unwrap_err();
        assert_eq!(refused.code, Code::InvalidBody, "{advance:?}");
        assert_eq!(refused.faults[0].pointer, pointer, "{advance:?}");
    }
    for advance in [to(NOW), by("18 months")] {
        let decided = clock_advance(&mut standing(), ready(), &advance).unwrap();
        assert_eq!((decided.view.phase(), decided.view.version), (ClockPhase::Advancing, 4));
        assert_eq!(decided.change.jobs.len(), 1);
    }
    let target = NOW.plus_ms(1);
    for state in [ClockState::Advancing { target }, ClockState::Released] {
        assert!(clock_advance(&mut standing(), clock(state), &to(target)).is_err());
    }
}

#[test]
fn a_clock_stops_wherever_something_is_due_and_is_ready_at_its_target() {
    let target = NOW.plus_ms(1000);
    let advancing = || clock(ClockState::Advancing { target });
    let step = |first: Option<i64>| {
        let change = clock_step(NOW, advancing(), first.map(|ms| NOW.plus_ms(ms)))?;
        match &change.puts[0].record {
            crate::change::Record::TestClock(c) => Some((c.now.ms() - NOW.ms(), c.phase())),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(step(Some(0)), None, "what is due comes first");
    assert_eq!(step(Some(400)), Some((400, ClockPhase::Advancing)));
    assert_eq!(step(Some(1000)), Some((1000, ClockPhase::Advancing)));
    assert_eq!(step(Some(1001)), Some((1000, ClockPhase::Ready)));
    assert_eq!(step(None), Some((1000, ClockPhase::Ready)));
    assert_eq!(clock_step(NOW, clock(ClockState::Ready), None), None);
}

#[test]
fn a_clock_is_released_only_where_time_does_not_go_back() {
    let early = ctx(NOW, NOW.plus_ms(-1), Some(3));
    let refused = clock_release(&early, clock(ClockState::Ready)).unwrap_err();
    assert_eq!(refused.code, Code::StateConflict);
    let decided = clock_release(&standing(), clock(ClockState::Ready)).unwrap();
    assert_eq!(decided.view.phase(), ClockPhase::Released);
    assert_eq!(decided.change.clock_jobs, Some(ClockJobs::Free { tenant: tenant() }));
    let target = NOW;
    assert!(clock_release(&standing(), clock(ClockState::Advancing { target })).is_err());
}

#[test]
fn a_clock_that_stands_is_left_alone_and_one_that_was_released_stops_again() {
    let (own, id) = (tenant(), Id::new(Kind::Partner, 0, 1));
    let stood = clock(ClockState::Ready);
    let decided = clock_freeze(&standing(), own, id, Some(stood.clone()), None).unwrap();
    assert!(decided.change.is_empty());
    assert_eq!(decided.view, stood);
    let later = NOW.plus_ms(7);
    let unheld = ctx(later, later, None);
    let decided = clock_freeze(&unheld, own, id, Some(clock(ClockState::Released)), None).unwrap();
    assert_eq!((decided.view.now, decided.view.version), (later, 4));
    let decided = clock_freeze(&unheld, own, id, None, None).unwrap();
    assert_eq!((decided.view.now, decided.view.version), (later, 1));
    // An event of another node, whose clock is ahead: what it is dated is not after its id.
    let ahead = later.plus_ms(40);
    let newest = event(ahead);
    let decided = clock_freeze(&unheld, own, id, None, Some(newest)).unwrap();
    assert_eq!(decided.view.now, ahead);
    // And nothing newer may have come when it is written.
    let held = ClockJobs::Hold { tenant: own, now: ahead, newest };
    assert_eq!(decided.change.clock_jobs, Some(held));
    assert!(newest > last_event(&unheld) && last_event(&unheld) > event(later));
}

#[test]
fn live_and_the_carrier_have_no_clock() {
    let id = Id::new(Kind::Partner, 0, 1);
    let live = Tenant::partner(id, Environment::Live);
    for refused in [may_have_clock(live), may_have_clock(Tenant::carrier(Environment::Test))] {
        assert_eq!(refused.unwrap_err().code, Code::Forbidden);
    }
    let frozen = clock_freeze(&ctx(NOW, NOW, None), live, id, None, None);
    assert_eq!(frozen.unwrap_err().code, Code::Forbidden);
    assert!(may_have_clock(tenant()).is_ok());
}

#[test]
fn work_that_is_due_later_waits_for_the_clock_and_other_work_for_nobody() {
    let (wall, later) = (NOW.plus_ms(5), NOW.plus_ms(60_000));
    let held = Due { at: Moment::NEVER, by_clock: Some(later) };
    assert_eq!(standing().due(later), held);
    assert_eq!(standing().due(NOW), Due { at: wall, by_clock: Some(NOW) });
    assert_eq!(standing().due_by_wall(later), Due { at: later, by_clock: Some(NOW) });
    assert_eq!(ctx(NOW, NOW, None).due(later), Due::at(later));
}
