//! The idempotency keys under way in this process. A twin waits for the first instead of doing
//! the work twice. It is no more than that: that a key has one effect is the store's to say.

use crate::act::Key;
use domain::party::Tenant;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long a twin waits for the first.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// One space of keys per tenant.
type Place = (Tenant, String);

#[derive(Debug)]
struct UnderWay {
    fingerprint: String,
    /// Nothing is ever sent: that it is gone says that the request has ended.
    ended: watch::Sender<()>,
}

/// The keys, each while its first request is under way.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<HashMap<Place, UnderWay>>);

/// What a request finds under its key.
#[derive(Debug)]
pub(crate) enum Entered<'a> {
    /// Nobody: the key is this request's until the guard is dropped.
    First(Guard<'a>),
    /// The same request.
    Twin(First),
    /// Another request.
    Other,
}

/// Holds a key; lets go of it when dropped, so also when nobody waits for the request any more.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    keys: &'a InFlight,
    place: Place,
}

/// The request that a twin waits for.
#[derive(Debug)]
pub(crate) struct First(watch::Receiver<()>);

impl First {
    /// Resolves once it has ended, well or not.
    pub(crate) async fn ended(&mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

impl InFlight {
    pub(crate) fn enter(&self, tenant: Tenant, key: &Key) -> Entered<'_> {
        match self.keys().entry((tenant, key.name.clone())) {
            Entry::Vacant(free) => {
                let place = free.key().clone();
                let fingerprint = key.fingerprint.clone();
                free.insert(UnderWay { fingerprint, ended: watch::Sender::new(()) });
                Entered::First(Guard { keys: self, place })
            }
            Entry::Occupied(taken) if taken.get().fingerprint == key.fingerprint => {
                Entered::Twin(First(taken.get().ended.subscribe()))
            }
            Entry::Occupied(_) => Entered::Other,
        }
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<Place, UnderWay>> {
        // Each change is one step: a panic leaves a map that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.keys.keys().remove(&self.place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::party::Environment;
    use futures::FutureExt;

    fn key(fingerprint: &str) -> Key {
        Key { name: "k-1".to_owned(), fingerprint: fingerprint.to_owned() }
    }

    #[test]
    fn a_twin_waits_for_the_first_and_another_request_does_not() {
        let keys = InFlight::default();
        let at = Tenant::carrier(Environment::Test);
        let first = keys.enter(at, &key("a"));
        assert!(matches!(first, Entered::First(_)));
        let Entered::Twin(mut twin) = keys.enter(at, &key("a")) else { panic!("no twin") };
        assert!(twin.ended().now_or_never().is_none());
        assert!(matches!(keys.enter(at, &key("b")), Entered::Other));
        let live = Tenant::carrier(Environment::Live);
        assert!(matches!(keys.enter(live, &key("b")), Entered::First(_)));
        drop(first);
        assert!(twin.ended().now_or_never().is_some());
        assert!(keys.keys().is_empty(), "nothing stays behind");
        assert!(matches!(keys.enter(at, &key("b")), Entered::First(_)));
    }
}
