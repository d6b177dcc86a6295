//! The breaker, step by step as a table, and what holds whatever happens.

use super::*;
use proptest::prelude::*;

fn breaker() -> Breaker {
    Breaker::new(BreakerRules::default())
}

/// A whole call at one moment.
fn call(breaker: &mut Breaker, ended: Ended, now: i64) -> Option<Circuit> {
    let ticket = breaker.begin(now).expect("a call may begin");
    breaker.end(ticket, ended, now)
}

fn fail(breaker: &mut Breaker, times: usize, now: i64) {
    for _ in 0..times {
        call(breaker, Ended::Failed, now);
    }
}

#[test]
fn it_opens_at_half_of_the_last_calls_and_not_before_ten() {
    // Calls in their order: a for answered, f for failed, ? for unknown; and the state after.
    for (calls, open) in [
        ("fffffffff", false),
        ("ffffffffff", true),
        ("aaaaafffff", true),
        ("aaaaaaffff", false),
        ("aaaaaaffffff", true),
        // Only the last twenty count.
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaafffffffff", false),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaffffffffff", true),
        // What nobody knows says nothing.
        ("fffffffff??????????", false),
        ("fffffffff??????????f", true),
        ("", false),
    ] {
        let mut breaker = breaker();
        for word in calls.chars() {
            let ended = match word {
                'a' => Ended::Answered,
                'f' => Ended::Failed,
                _ => Ended::Unknown,
            };
            call(&mut breaker, ended, 0);
        }
        assert_eq!(breaker.circuit(0) != Circuit::Closed, open, "{calls}");
    }
}

#[test]
fn failures_that_are_long_ago_say_nothing() {
    let mut breaker = breaker();
    fail(&mut breaker, 9, 0);
    assert_eq!(call(&mut breaker, Ended::Failed, 60_000), None);
    assert_eq!(breaker.counts(60_000), (1, 1));
    fail(&mut breaker, 9, 60_001);
    assert_eq!(breaker.circuit(60_001), Circuit::Open { until: 65_001 });
}

#[test]
fn an_open_one_lets_no_call_through_until_its_cool_down_is_over_and_then_one() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 100);
    for now in [100, 101, 5_099] {
        assert_eq!(breaker.circuit(now), Circuit::Open { until: 5_100 });
        assert_eq!((breaker.room(now), breaker.begin(now)), (0, None));
    }
    assert_eq!((breaker.circuit(5_100), breaker.room(5_100)), (Circuit::HalfOpen, 1));
    let probe = breaker.begin(5_100).expect("one probe");
    assert_eq!((breaker.room(9_999), breaker.begin(9_999)), (0, None), "one at a time");
    assert_eq!(breaker.end(probe, Ended::Answered, 5_200), Some(Circuit::Closed));
    assert_eq!(breaker.room(5_200), usize::MAX);
    assert_eq!(breaker.counts(5_200), (0, 0), "it starts anew");
}

#[test]
fn each_probe_that_fails_doubles_the_cool_down_up_to_the_longest() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 0);
    let mut now = 5_000;
    for cool in [10_000, 20_000, 40_000, 60_000, 60_000] {
        assert_eq!(
            call(&mut breaker, Ended::Failed, now),
            Some(Circuit::Open { until: now + cool })
        );
        now += cool;
    }
    assert_eq!(call(&mut breaker, Ended::Answered, now), Some(Circuit::Closed));
    fail(&mut breaker, 10, now);
    assert_eq!(breaker.circuit(now), Circuit::Open { until: now + 5_000 }, "short again");
}

#[test]
fn a_probe_that_tells_nothing_leaves_room_for_the_next() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 0);
    assert_eq!(call(&mut breaker, Ended::Unknown, 5_000), None);
    assert_eq!((breaker.circuit(5_000), breaker.room(5_000)), (Circuit::HalfOpen, 1));
    assert_eq!(call(&mut breaker, Ended::Answered, 5_001), Some(Circuit::Closed));
}

#[test]
fn a_call_that_ends_after_its_round_changes_nothing() {
    let mut breaker = breaker();
    let slow = [(); 3].map(|()| breaker.begin(0).expect("closed"));
    fail(&mut breaker, 10, 0);
    let [answered, failed, late] = slow;
    assert_eq!(breaker.end(answered, Ended::Answered, 1), None);
    let probe = breaker.begin(5_000).expect("a probe");
    assert_eq!(breaker.end(failed, Ended::Failed, 5_000), None);
    assert_eq!(breaker.room(5_000), 0, "the probe is still under way");
    assert_eq!(breaker.end(probe, Ended::Answered, 5_001), Some(Circuit::Closed));
    assert_eq!(breaker.end(late, Ended::Failed, 5_002), None);
    assert_eq!(breaker.counts(5_002), (0, 0));
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_it_open() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 3_600_000);
    assert_eq!(breaker.room(3_600_000), 0);
    assert_eq!(breaker.room(0), 1);
}

/// Something that happens to a breaker.
#[derive(Debug, Clone, Copy)]
enum Step {
    Begin,
    /// The call that began so many calls ago, of those under way.
    End(usize, Ended),
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let ended = prop_oneof![
        2 => Just(Ended::Answered), 4 => Just(Ended::Failed), 1 => Just(Ended::Unknown)
    ];
    prop_oneof![
        4 => Just(Step::Begin),
        4 => (0..4_usize, ended).prop_map(|(which, ended)| Step::End(which, ended)),
        2 => (0..20_000_i64).prop_map(Step::Pass),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_it_keeps_its_promises(steps in prop::collection::vec(step(), 0..400)) {
        let rules = BreakerRules::default();
        let mut breaker = breaker();
        let (mut now, mut under_way, mut probing) = (0, Vec::new(), false);
        for step in steps {
            let before = breaker.circuit(now);
            match step {
                Step::Pass(ms) => now += ms,
                Step::Begin => {
                    let room = breaker.room(now);
                    let ticket = breaker.begin(now);
                    // Room is what begin grants.
                    prop_assert_eq!(room > 0, ticket.is_some());
                    if let Circuit::Open { .. } = before {
                        prop_assert!(ticket.is_none(), "a call while it was open");
                    }
                    if before == Circuit::HalfOpen {
                        prop_assert!(!(probing && ticket.is_some()), "two probes at once");
                        probing |= ticket.is_some();
                    }
                    under_way.extend(ticket);
                }
                Step::End(which, ended) => {
                    if which < under_way.len() {
                        let ticket = under_way.remove(under_way.len() - 1 - which);
                        let own = ticket.round == breaker.round;
                        let change = breaker.end(ticket, ended, now);
                        prop_assert!(own || change.is_none(), "a late end changed it");
                        probing &= !own;
                        match change {
                            Some(Circuit::Open { until }) => {
                                prop_assert_eq!(ended, Ended::Failed);
                                let cool = until - now;
                                prop_assert!((rules.cool_ms..=rules.longest_cool_ms).contains(&cool));
                            }
                            Some(Circuit::Closed) => {
                                prop_assert_eq!((before, ended), (Circuit::HalfOpen, Ended::Answered));
                            }
                            Some(Circuit::HalfOpen) => prop_assert!(false, "an end opens by half"),
                            None => {}
                        }
                    }
                }
            }
            prop_assert!(breaker.recent.len() <= rules.calls);
            // It never stays shut: after the longest cool-down there is room, or a probe is out.
            let later = now + rules.longest_cool_ms;
            prop_assert!(breaker.room(later) > 0 || probing);
        }
    }
}
