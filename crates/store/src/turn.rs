//! The store as a sender of webhooks sees it: take an endpoint's turn, settle, give it back.

use crate::delivery::{self, Settled, Turn};
use crate::store::Committed;
use crate::{Change, Guard, Store, StoreError, Written};
use domain::id::Id;
use domain::time::Moment;

impl Store {
    /// Takes up to `limit` turns that are due. Asks before it writes.
    pub async fn take_turns(
        &self,
        owner: Id,
        now: Moment,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Turn>, StoreError> {
        if !self.ask(delivery::due(now)).await? {
            return Ok(Vec::new());
        }
        let sql = delivery::claim_sql(self.engine.skips_locked());
        let claim = delivery::claim(sql, owner, now, now.plus_ms(lease_ms), limit);
        match self.engine.write(Change::new([claim]).alone()).await? {
            Written::Done(mut rows) => {
                rows.pop().unwrap_or_default().iter().map(delivery::claimed).collect()
            }
            Written::Refused { why, .. } => {
                Err(StoreError::ours(format!("a turn was refused: {why:?}")))
            }
        }
    }

    /// Settles outcomes and holds the turn on. `LeaseLost`: nothing of it counts.
    pub async fn settle_deliveries(
        &self,
        turn: &Turn,
        lease_until: Moment,
        settled: &[Settled],
    ) -> Result<Committed, StoreError> {
        self.turned(delivery::settle(turn, lease_until, settled)?).await
    }

    /// Gives the turn back until its next delivery is due. `Stale`: something was planned
    /// meanwhile, or the turn is lost.
    pub async fn give_turn_back(
        &self,
        turn: &Turn,
        due: Option<Moment>,
    ) -> Result<Committed, StoreError> {
        self.turned(Change::within(turn.tenant, [delivery::give_back(turn, due)])).await
    }

    /// Says that what was planned is about to be looked at.
    pub async fn see_turn(&self, turn: &Turn) -> Result<Committed, StoreError> {
        self.turned(Change::within(turn.tenant, [delivery::seen(turn)])).await
    }

    async fn turned(&self, change: Change) -> Result<Committed, StoreError> {
        // Its endpoint's row first, then its deliveries; and nobody else's.
        match self.engine.write(change.alone()).await? {
            Written::Done(_) => Ok(Committed::Done),
            Written::Refused { guard: Guard::Version, .. } => Ok(Committed::Stale),
            Written::Refused { guard: Guard::Lease, .. } => Ok(Committed::LeaseLost),
            Written::Refused { why, .. } => {
                Err(StoreError::ours(format!("a sender's statement was refused: {why:?}")))
            }
        }
    }

    /// Forgets finished deliveries that were planned at or before `moment`.
    pub async fn sweep_deliveries(&self, moment: Moment) -> Result<(), StoreError> {
        self.forget(|most| delivery::forget(moment, most)).await
    }
}
