//! What an object's events say of it.

use super::Made;
use crate::Row;
use crate::ask::doc_in;
use crate::audit::{Audit, Invariant};
use domain::change::Object;
use domain::event::Event;

/// Whether its events are as many as its version says.
pub(super) fn events(row: &Row, at: usize, place: &str, audit: &mut Audit) {
    let [count, first, last] = [0, 1, 2].map(|n| row.opt_int(at + n).ok().flatten());
    let version = row.int(2).ok();
    if version.is_none() || count != version || first != Some(1) || last != version {
        let seen = |n: Option<i64>| n.map_or("none".to_owned(), |n| n.to_string());
        let (version, count) = (seen(version), seen(count));
        let (first, last) = (seen(first), seen(last));
        let say = format!("{place}: version {version}, {count} events, {first} to {last}");
        audit.blame(Invariant::EventsAreDense, say);
    }
}

/// Whether its first event and its last say of it what it says itself.
pub(super) fn told<T: Object + Made>(
    row: &Row,
    at: usize,
    noun: &T,
    place: &str,
    audit: &mut Audit,
) {
    // One that is missing, or makes no sense, is told of already.
    if let Ok(first) = doc_in::<Event>(row, at)
        && first.at != noun.made_at()
    {
        let say = format!("{place}: made at {}, its first event at {}", noun.made_at(), first.at);
        audit.blame(Invariant::BeginningsAreTold, say);
    }
    if let Ok(last) = doc_in::<Event>(row, at + 1)
        && last.to.as_deref() != noun.state()
    {
        let state = |state: Option<&str>| state.unwrap_or("no state").to_owned();
        let (is, left) = (state(noun.state()), state(last.to.as_deref()));
        let say = format!("{place}: it is in {is}, its last event left it in {left}");
        audit.blame(Invariant::StatesAreTold, say);
    }
}
