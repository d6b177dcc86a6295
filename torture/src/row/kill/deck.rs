//! How the server is to die, kill by kill: dice lay the cards, and no named point is left out.

use super::Kind;
use fastrand::Rng;
use faults::Point;
use std::time::Duration;

/// One way to die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// From outside, when so many more commands are acknowledged, and a little later.
    Outside { after: usize, later: Duration },
    /// From outside, so long after its start began: mostly before it serves.
    Starting { after: Duration },
    /// By itself, at the n-th pass of a point.
    At(Point, u64),
}

/// The points that a server passes on this kind of database.
pub(super) fn points(kind: Kind) -> Vec<Point> {
    // The one writer of SQLite gives events their places in the transaction that writes them, so
    // that there are none without.
    let passed = |point: &Point| kind == Kind::Postgres || *point != Point::FeedPlacing;
    Point::ALL.iter().copied().filter(passed).collect()
}

/// About how often a busy server passes a point in a second: the n-th pass is chosen below that.
const fn often(point: Point) -> u64 {
    match point {
        Point::WriteHalf => 200,
        Point::Decided | Point::Saved | Point::WebhookSent => 50,
        Point::WriteTaken | Point::WriteBegun | Point::WriteApplied | Point::WriteCommitted => 40,
        Point::ConnectorAsked | Point::JobClaimed | Point::JobSettled => 25,
        Point::FeedPlacing | Point::WebhookSettled => 15,
        Point::TurnTaken => 4,
    }
}

pub(super) fn at(dice: &mut Rng, point: Point) -> Cut {
    Cut::At(point, dice.u64(1..=often(point)))
}

/// So many cuts in the order of the dice: half of them at points, each point at least once.
pub(super) fn deal(dice: &mut Rng, kind: Kind, kills: usize) -> Vec<Cut> {
    let points = points(kind);
    let at_points = points.len().max(kills / 2);
    let mut cuts = Vec::with_capacity(kills);
    for nth in 0..at_points {
        let point = points.get(nth).copied().or_else(|| dice.choice(&points).copied());
        cuts.push(at(dice, point.expect("a point")));
    }
    for nth in at_points..kills {
        cuts.push(if nth % 6 == 0 { starting(dice) } else { outside(dice) });
    }
    dice.shuffle(&mut cuts);
    cuts
}

pub(super) fn outside(dice: &mut Rng) -> Cut {
    let later = Duration::from_millis(dice.u64(0..300));
    Cut::Outside { after: dice.usize(1..40), later }
}

fn starting(dice: &mut Rng) -> Cut {
    Cut::Starting { after: Duration::from_millis(dice.u64(1..400)) }
}
