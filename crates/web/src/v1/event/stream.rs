//! The feed as server-sent events: the same events, told as they happen.

use super::{EventBody, tell};
use crate::answer::Answered;
use crate::door::Place;
use crate::v1::shape::At;
use app::{App, Caller, Cursor, Wanted};
use axum::response::IntoResponse;
use axum::response::sse::{Event as Sent, Sse};
use domain::code::{Because, Code};
use domain::event::Event;
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use futures::stream::{self, Stream, StreamExt};
use http::HeaderMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// However quiet it is, something is sent after this long: proxies end what is silent. Then, too,
/// the credential is looked at again.
const SILENCE: Duration = Duration::from_secs(10);
/// Events that are read at once.
const AT_ONCE: u32 = 200;

/// Answers with a stream, from `Last-Event-ID`, else `after`, else now.
pub(super) async fn begin(
    app: Arc<App>,
    caller: Caller,
    place: &Place,
    wanted: Wanted,
    headers: &HeaderMap,
) -> Answered {
    let after = last_event_id(headers).at(place)?.or(wanted.after);
    let wanted = Wanted { after, limit: AT_ONCE, ..wanted };
    let cursor = if after.is_some() {
        app.feed_cursor(&caller, &wanted).await
    } else {
        app.feed_end(&caller, &wanted).await
    };
    let reader = Reader { app, caller, cursor: cursor.at(place)?, begun: false };
    Ok(Sse::new(reader.events()).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Id>, Refusal> {
    let Some(value) = headers.get("last-event-id").filter(|v| !v.is_empty()) else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| {
        let detail = "the header last-event-id is wrong";
        let fault = Fault::new("/headers/last-event-id", Because::NotAnId, detail);
        Refusal::new(Code::InvalidHeader, detail).with(vec![fault.expected("an event's id")])
    })
}

struct Reader {
    app: Arc<App>,
    caller: Caller,
    cursor: Cursor,
    begun: bool,
}

impl Reader {
    /// Until the server stops, the credential is revoked, or the store fails: then the client
    /// comes back with the id of the last event it saw.
    fn events(self) -> impl Stream<Item = Result<Sent, Infallible>> {
        let batches = stream::unfold(self, |mut reader| async move {
            let sent = reader.next().await?;
            Some((stream::iter(sent), reader))
        });
        batches.flatten().map(Ok)
    }

    async fn next(&mut self) -> Option<Vec<Sent>> {
        if !self.begun {
            self.begun = true;
            // At once, so that the client knows that it is heard.
            return Some(vec![Sent::default().comment("listening")]);
        }
        if *self.app.stopping().borrow() {
            return None;
        }
        let found = self.app.feed_next(&self.caller, &mut self.cursor, SILENCE).await.ok()?;
        if !self.app.still_stands(&self.caller).await.ok()? {
            return None;
        }
        Some(match found.as_slice() {
            [] => vec![Sent::default().comment("still here")],
            found => found.iter().map(sent).collect(),
        })
    }
}

fn sent(event: &Event) -> Sent {
    let EventBody { id, kind, .. } = EventBody::from(event);
    Sent::default().id(id).event(kind).data(tell(event))
}
