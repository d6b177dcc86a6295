//! The receivers of webhooks: they take, refuse, are gone, or take and say nothing.

use connect::webhook::{Class, Delivery, Failure, Outcome};
use fastrand::Rng;

/// One message that arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) body: String,
    /// Whether it was answered with a 2xx, and the answer got through.
    pub(super) taken: bool,
    pub(super) gone: bool,
    pub(super) signed: bool,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Receivers {
    dice: Rng,
    pub(super) arrived: Vec<Arrived>,
}

impl Receivers {
    pub(super) const fn new(dice: Rng) -> Self {
        Self { dice, arrived: Vec::new() }
    }

    /// Receives one; so many per mille go wrong in some way.
    pub(super) fn receive(&mut self, delivery: &Delivery<'_>, badness: u32) -> Outcome {
        let bad = self.dice.u32(0..1000) < badness * 3;
        let (class, status, wait) = match self.dice.u8(0..12) {
            _ if !bad => (Class::Delivered, Some(200), None),
            0..4 => (Class::Failed(Failure::Status), Some(500), None),
            4..6 => (Class::Throttled, Some(503), Some(self.dice.u32(0..7200))),
            // It came, and the answer did not: it is sent again.
            6..9 => (Class::Failed(Failure::Timeout), None, None),
            9 => (Class::Gone, Some(410), None),
            _ => (Class::Failed(Failure::Connect), None, None),
        };
        self.arrived.push(Arrived {
            url: delivery.url.to_owned(),
            id: delivery.id.to_owned(),
            body: String::from_utf8_lossy(&delivery.body).into_owned(),
            taken: class == Class::Delivered,
            gone: class == Class::Gone,
            signed: !delivery.secrets.is_empty(),
        });
        Outcome { class, status, took_ms: 3, excerpt: String::new(), retry_after: wait }
    }
}
