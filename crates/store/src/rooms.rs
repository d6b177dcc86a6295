//! Where readers wait for the next commit that touches an object.

use domain::id::Id;
use std::sync::Arc;
use tokio::sync::watch;

/// Objects share so many channels: few enough to keep, enough that a commit wakes few in vain.
const ROOMS: usize = 256;

/// Counts commits by the objects they touched.
#[derive(Debug, Clone)]
pub(crate) struct Rooms(Arc<[watch::Sender<u64>]>);

impl Default for Rooms {
    fn default() -> Self {
        Self((0..ROOMS).map(|_| watch::Sender::new(0)).collect())
    }
}

/// The last characters of an id differ most.
fn number(object: Id) -> usize {
    let last = object.short().bytes().rev().take(6);
    last.fold(0usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b))) % ROOMS
}

impl Rooms {
    /// The one of an object.
    pub(crate) fn of(&self, object: Id) -> &watch::Sender<u64> {
        &self.0[number(object)]
    }

    /// Wakes who waits for one of these objects, or for the whole that it is a part of: each room
    /// once, however many of its objects there are.
    pub(crate) fn ring(&self, touched: impl Iterator<Item = (Id, Option<Id>)>) {
        let mut rings = [false; ROOMS];
        for (object, whole) in touched {
            for id in [Some(object), whole].into_iter().flatten() {
                rings[number(id)] = true;
            }
        }
        for (room, _) in self.0.iter().zip(rings).filter(|(_, rings)| *rings) {
            room.send_modify(|n| *n += 1);
        }
    }
}
