//! One request on its way through the limits: the places that it holds, and what its caller is
//! told about them. The places come back when the last holder drops it.

use super::Class;
use super::bucket::Said;
use super::share::Share;
use axum::body::Body;
use axum::response::Response;
use futures::StreamExt;
use http::{HeaderName, header};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// The media type of server-sent events.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// Shared by the outermost layer and the door.
#[derive(Debug, Clone)]
pub(crate) struct Passage(Arc<Held>);

#[derive(Debug)]
struct Held {
    arrived: Instant,
    class: Class,
    _load: Option<OwnedSemaphorePermit>,
    share: OnceLock<Share>,
    said: OnceLock<Said>,
}

impl Passage {
    pub(super) fn new(class: Class, load: Option<OwnedSemaphorePermit>) -> Self {
        let (share, said) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Held { arrived: Instant::now(), class, _load: load, share, said }))
    }

    pub(super) fn class(&self) -> Class {
        self.0.class
    }

    pub(super) fn age(&self) -> Duration {
        self.0.arrived.elapsed()
    }

    /// Keeps the place until the request has its answer.
    pub(super) fn hold(&self, share: Option<Share>) {
        if let Some(share) = share {
            // A request asks for its caller once; a second place would be given back at once.
            drop(self.0.share.set(share));
        }
    }

    pub(super) fn say(&self, said: Said) {
        drop(self.0.said.set(said));
    }

    /// Ends the passage with the answer: adds what the caller is told. An event stream keeps the
    /// places until it ends.
    pub(crate) fn end(self, mut response: Response) -> Response {
        if let Some(said) = self.0.said.get() {
            let headers = response.headers_mut();
            headers.insert(HeaderName::from_static("ratelimit-policy"), said.policy.clone());
            headers.insert(HeaderName::from_static("ratelimit"), said.now.clone());
        }
        let kind = response.headers().get(header::CONTENT_TYPE).map(http::HeaderValue::as_bytes);
        if !kind.is_some_and(|kind| kind.starts_with(EVENT_STREAM.as_bytes())) {
            return response;
        }
        response.map(|body| {
            Body::from_stream(body.into_data_stream().map(move |chunk| {
                let _held = &self;
                chunk
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage() -> (Arc<tokio::sync::Semaphore>, Passage) {
        let places = Arc::new(tokio::sync::Semaphore::new(1));
        let place = Arc::clone(&places).try_acquire_owned().unwrap();
        (places, Passage::new(Class::Waiting, Some(place)))
    }

    fn answer(kind: &'static str) -> Response {
        Response::builder().header("content-type", kind).body(Body::from("data: 1\n\n")).unwrap()
    }

    #[test]
    fn a_stream_keeps_its_place_until_it_ends() {
        let (places, passage) = passage();
        let response = passage.end(answer("text/event-stream; charset=utf-8"));
        assert_eq!(places.available_permits(), 0);
        drop(response);
        assert_eq!(places.available_permits(), 1);
    }

    #[test]
    fn any_other_answer_gives_it_back() {
        let (places, passage) = passage();
        let _response = passage.end(answer("application/json"));
        assert_eq!(places.available_permits(), 1);
    }
}
