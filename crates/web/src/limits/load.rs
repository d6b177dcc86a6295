//! Requests under way in the whole process. One too many costs an answer and nothing else: no
//! look for its caller, no body. What is taken in is then worked on at the full pace.

use axum::extract::Request;
use domain::code::Code;
use domain::refusal::Refusal;
use http::{Method, header};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a request does with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Works all the time that it holds it.
    Work,
    /// Waits for somebody else's answer: a read with `wait`, or an event stream.
    Waiting,
}

impl Class {
    pub(crate) fn of(request: &Request) -> Self {
        let waits = request.method() == Method::GET && (asks_to_wait(request) || streams(request));
        if waits { Self::Waiting } else { Self::Work }
    }
}

fn asks_to_wait(request: &Request) -> bool {
    let given = request.uri().query().unwrap_or_default().split('&');
    given.filter_map(|pair| pair.strip_prefix("wait=")).any(|seconds| seconds != "0")
}

fn streams(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok());
    accept.is_some_and(|kinds| kinds.contains(super::passage::EVENT_STREAM))
}

/// The places.
#[derive(Debug)]
pub(super) struct Load {
    work: Option<Arc<Semaphore>>,
    waiting: Option<Arc<Semaphore>>,
    shed: AtomicU64,
    /// When shedding was logged last.
    said: Mutex<Option<Instant>>,
}

/// Shedding is logged once in this time, with how much it was: a line for each request would
/// cost more than the request.
const SAY_EVERY: Duration = Duration::from_secs(1);

impl Load {
    /// 0: no limit.
    pub(super) fn new(work: u32, waiting: u32) -> Self {
        let places = |most: u32| {
            let most = usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
            (most > 0).then(|| Arc::new(Semaphore::new(most)))
        };
        let (work, waiting) = (places(work), places(waiting));
        Self { work, waiting, shed: AtomicU64::new(0), said: Mutex::new(None) }
    }

    /// A place, given back when dropped. None: there is no limit.
    pub(super) fn enter(&self, class: Class) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        let places = match class {
            Class::Work => &self.work,
            Class::Waiting => &self.waiting,
        };
        let Some(places) = places else { return Ok(None) };
        Arc::clone(places).try_acquire_owned().map(Some).map_err(|_| {
            self.shed.fetch_add(1, Ordering::Relaxed);
            self.say();
            overloaded()
        })
    }

    fn say(&self) {
        // Whoever finds it locked leaves the saying to the one inside.
        let Ok(mut said) = self.said.try_lock() else { return };
        if said.is_none_or(|at| at.elapsed() >= SAY_EVERY) {
            *said = Some(Instant::now());
            let requests = self.shed.swap(0, Ordering::Relaxed);
            tracing::warn!(requests, "overloaded: requests were turned away");
        }
    }
}

pub(super) fn overloaded() -> Refusal {
    Refusal::new(Code::Overloaded, "more requests are under way than the server works on at once")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_reads_that_wait_are_waiting() {
        let class = |method: &str, uri: &str, accept: &str| {
            let request = Request::builder().method(method).uri(uri).header("accept", accept);
            Class::of(&request.body(Body::empty()).unwrap())
        };
        for (method, uri, accept, expected) in [
            ("GET", "/v1/orders/1?wait=30", "*/*", Class::Waiting),
            ("GET", "/v1/orders/1?a=b&wait=1", "*/*", Class::Waiting),
            ("GET", "/v1/events", "text/event-stream", Class::Waiting),
            ("GET", "/v1/orders/1?wait=0", "*/*", Class::Work),
            ("GET", "/v1/orders/1?await=1", "*/*", Class::Work),
            ("GET", "/v1/orders/1", "*/*", Class::Work),
            ("POST", "/v1/orders?wait=30", "text/event-stream", Class::Work),
        ] {
            assert_eq!(class(method, uri, accept), expected, "{method} {uri} {accept}");
        }
    }

    #[test]
    fn work_and_waiting_have_places_of_their_own() {
        let load = Load::new(1, 2);
        let work = load.enter(Class::Work).unwrap();
        assert_eq!(load.enter(Class::Work).unwrap_err().code, Code::Overloaded);
        let _waiting = (load.enter(Class::Waiting).unwrap(), load.enter(Class::Waiting).unwrap());
        assert!(load.enter(Class::Waiting).is_err());
        drop(work);
        assert!(load.enter(Class::Work).unwrap().is_some());
        assert!(Load::new(0, 0).enter(Class::Work).unwrap().is_none());
    }
}
