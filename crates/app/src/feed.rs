//! The feed of events: read behind a cursor, waited for at its end, and kept up to date.

use crate::{App, Caller, Problem};
use domain::code::{Because, Code};
use domain::event::Event;
use domain::id::Id;
use domain::party::Role;
use domain::refusal::{Fault, Refusal};
use domain::webhook::Filter;
use std::sync::Arc;
use std::time::Duration;
use store::event::{Placed, Stretch};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

/// Which part of the feed a reader asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Behind this event; None: from the beginning.
    pub after: Option<Id>,
    pub filter: Option<Filter>,
    /// Only what happened to this object.
    pub object: Option<Id>,
    /// At most so many.
    pub limit: u32,
}

/// A place in the feed to read on from.
#[derive(Debug, Clone)]
pub struct Cursor {
    stretch: Stretch,
    /// The last event that was looked at.
    seen: Option<Id>,
}

impl Cursor {
    /// The event to read on behind; none at the very beginning.
    pub const fn seen(&self) -> Option<Id> {
        self.seen
    }
}

impl App {
    /// One event that the caller may see.
    pub async fn event_get(&self, caller: &Caller, id: Id) -> Result<Event, Problem> {
        let found = self.store.ask(store::event::by_id(caller.scope(), id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("event"))?.event)
    }

    /// Where reading begins.
    pub async fn feed_cursor(&self, caller: &Caller, wanted: &Wanted) -> Result<Cursor, Problem> {
        let after = match wanted.after {
            None => 0,
            Some(id) => self.position(caller, id).await?,
        };
        let kind = match wanted.filter {
            None | Some(Filter::All) => String::new(),
            Some(Filter::Of(noun)) => noun.word().to_owned(),
            Some(Filter::Only(kind)) => kind.word().to_owned(),
        };
        let (object, limit) = (wanted.object, wanted.limit);
        let stretch = Stretch { after, until: None, kind, object, limit };
        Ok(Cursor { stretch, seen: wanted.after })
    }

    /// The feed's end: what comes from now on.
    pub async fn feed_end(&self, caller: &Caller, wanted: &Wanted) -> Result<Cursor, Problem> {
        self.store.place(self.clock.now()).await?;
        let mut cursor = self.feed_cursor(caller, wanted).await?;
        cursor.stretch.after = *self.store.feed_end().borrow();
        Ok(cursor)
    }

    async fn position(&self, caller: &Caller, id: Id) -> Result<i64, Problem> {
        self.store.place(self.clock.now()).await?;
        let found = self.store.ask(store::event::by_id(caller.scope(), id)).await?;
        let found = found.ok_or_else(|| {
            let fault = Fault::new("/query/after", Because::UnknownId, "no such event");
            let fault = fault.expected("the id of the last event seen");
            Refusal::new(Code::InvalidQuery, "the cursor is unknown").with(vec![fault])
        })?;
        Ok(found.position)
    }

    /// The next events, and the cursor moved behind them; waits up to `wait` for one to come. What
    /// was committed before the call is never missing. Where only some are wanted and those are
    /// rare, there may be none though the feed goes on behind the cursor: then it has moved.
    pub async fn feed_next(
        &self,
        caller: &Caller,
        cursor: &mut Cursor,
        wait: Duration,
    ) -> Result<Vec<Event>, Problem> {
        let deadline = Instant::now() + wait;
        let mut end = self.store.feed_end();
        let mut stopping = self.stopping.subscribe();
        loop {
            end.mark_unchanged();
            self.store.place(self.clock.now()).await?;
            let (found, at_end) = self.feed_look(caller, cursor).await?;
            if !found.is_empty() || !at_end || wait.is_zero() || *stopping.borrow() {
                return Ok(found);
            }
            let moved = async {
                tokio::select! {
                    _ = end.changed() => {}
                    _ = stopping.changed() => {}
                }
            };
            if timeout_at(deadline, moved).await.is_err() {
                return Ok(Vec::new());
            }
        }
    }

    /// Looks for the next events that are wanted, a window after the other, so that no read takes
    /// long however rare they are. Whether it came to the end, if it found none.
    async fn feed_look(
        &self,
        caller: &Caller,
        cursor: &mut Cursor,
    ) -> Result<(Vec<Event>, bool), Problem> {
        let begun = Instant::now();
        loop {
            let window = if cursor.stretch.selects(caller.scope()) {
                let most = self.settings.feed_window;
                let ask = store::event::window(caller.scope(), cursor.stretch.after, most);
                self.store.ask(ask).await?
            } else {
                None
            };
            cursor.stretch.until = window.map(|mark| mark.position);
            let found = self.store.ask(store::event::feed(caller.scope(), &cursor.stretch)).await?;
            if let Some(last) = found.last() {
                cursor.stretch.after = last.position;
                cursor.seen = Some(last.event.id);
                let events = found.into_iter().map(|Placed { event, .. }| event).collect();
                return Ok((events, false));
            }
            let Some(mark) = window else { return Ok((Vec::new(), true)) };
            cursor.stretch.after = mark.position;
            cursor.seen = Some(mark.id);
            if begun.elapsed() >= LOOKING {
                return Ok((Vec::new(), false));
            }
        }
    }

    /// Whether the caller's credential still stands: asked now and then by what lasts longer than
    /// a request.
    pub async fn still_stands(&self, caller: &Caller) -> Result<bool, Problem> {
        let ask = store::credential::by_id(caller.environment, caller.credential);
        let found = self.store.ask(ask).await?.filter(|c| c.revoked_at.is_none());
        Ok(found.is_some_and(|credential| match &credential.role {
            Role::Operations => caller.operations().is_ok(),
            Role::Partner { partner } => caller.tenant().partner == Some(*partner),
            Role::Connector { partners } => {
                caller.tenant().partner.is_some_and(|p| partners.contains(&p))
            }
        }))
    }

    /// Turns true when the server stops: what would last for ever ends.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}

/// How long one request looks for events that are rare.
const LOOKING: Duration = Duration::from_secs(1);
/// How long an event that another node has written may wait for its place.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Keeps the feed up to date until told to stop: places what was committed and has no place yet,
/// and learns of what other nodes have placed.
pub async fn keep_feed(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(e) = app.store.place(app.clock.now()).await {
            tracing::warn!(error = %e, "events could not be placed in the feed");
            sleep(LOOK_EVERY).await;
        }
        tokio::select! {
            () = app.store.unplaced() => {}
            () = sleep(LOOK_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}
