//! What happens to the leader.

use pgtest::Patroni;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    /// `kill -9` of PostgreSQL; Patroni is left to mend it.
    CrashPostgres,
    /// A planned change of the lead.
    SwitchOver,
    /// `kill -9` of PostgreSQL and Patroni.
    CrashNode,
    /// Every process of it stands still, its connections open.
    FreezeNode,
    /// Its Patroni stands still while PostgreSQL goes on.
    FreezePatroni,
    /// It reaches neither the others nor etcd, while our servers still reach it: it goes on as
    /// the leader until it notices.
    CutOff,
    /// It goes on as the leader, and our servers do not reach it.
    CutFromServers,
}

pub(super) const SHORT: [Blow; 2] = [Blow::CrashPostgres, Blow::SwitchOver];
/// What happens more often comes more often.
pub(super) const LONG: [Blow; 20] = [
    Blow::CrashPostgres,
    Blow::SwitchOver,
    Blow::CutOff,
    Blow::CrashNode,
    Blow::FreezePatroni,
    Blow::CrashPostgres,
    Blow::CutFromServers,
    Blow::FreezeNode,
    Blow::CutOff,
    Blow::CrashPostgres,
    Blow::SwitchOver,
    Blow::CrashNode,
    Blow::CutOff,
    Blow::CutFromServers,
    Blow::CrashPostgres,
    Blow::FreezePatroni,
    Blow::CutOff,
    Blow::SwitchOver,
    Blow::FreezeNode,
    Blow::CrashNode,
];

/// Longer than the servers take for finding out, shorter than clients have patience.
const HOLD: Duration = Duration::from_secs(10);

impl Blow {
    pub(super) fn strike(self, cluster: &Patroni, leader: usize) {
        match self {
            Self::CrashPostgres => cluster.crash_postgres(leader),
            Self::SwitchOver => cluster.switch_over(leader),
            Self::CrashNode => cluster.crash_node(leader),
            Self::FreezeNode => cluster.freeze_node(leader),
            Self::FreezePatroni => cluster.freeze_patroni(leader),
            Self::CutOff => cluster.cut_off(leader),
            Self::CutFromServers => cluster.cut_from_users(leader),
        }
    }

    /// Whether another takes the lead before the blow is undone.
    pub(super) const fn others_step_in(self) -> bool {
        matches!(self, Self::CrashNode | Self::FreezeNode | Self::FreezePatroni | Self::CutOff)
    }

    /// How long the blow lasts where the database itself has no outage.
    pub(super) fn hold(self) -> Option<Duration> {
        (self == Self::CutFromServers).then_some(HOLD)
    }

    /// Whether a deposed leader may go on answering reads for some seconds, as the guide says of a
    /// Patroni that hangs without a watchdog. Writes it cannot acknowledge.
    pub(super) const fn may_show_what_was(self) -> bool {
        matches!(self, Self::FreezePatroni)
    }

    /// Brings back what was taken away.
    pub(super) fn undo(self, cluster: &Patroni, leader: usize) {
        match self {
            Self::CrashNode => cluster.start_node(leader),
            Self::FreezeNode | Self::FreezePatroni => cluster.thaw_node(leader),
            Self::CutOff | Self::CutFromServers => cluster.mend(leader),
            Self::CrashPostgres | Self::SwitchOver => {}
        }
    }
}
