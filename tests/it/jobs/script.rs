//! Connectors that do as they are told.

use crate::world::builtin;
use app::Outside;
use async_trait::async_trait;
use connect::ConnectorError;
use connect::address::AddressCheck;
use connect::credit::{CreditAnswer, CreditAsk, CreditBureau};
use domain::address::{Address, Avps};
use domain::id::{Id, Kind};
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What a connector does with the next calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Answer,
    /// Answers for somebody else. Credit only.
    Astray,
    Later,
    Never,
    Panic,
    /// Nothing, until it is let go; then it answers.
    Hang,
}

/// What a connector is told, and what it was asked.
#[derive(Debug)]
pub(crate) struct Script {
    does: Mutex<Does>,
    calls: AtomicUsize,
    /// A permit for each call that has begun to hang, and for each that may go on.
    begun: Semaphore,
    go: Semaphore,
}

impl Script {
    pub(crate) fn new(does: Does) -> Arc<Self> {
        Arc::new(Self {
            does: Mutex::new(does),
            calls: AtomicUsize::new(0),
            begun: Semaphore::new(0),
            go: Semaphore::new(0),
        })
    }

    pub(crate) fn tell(&self, does: Does) {
        *self.does.lock().expect("no panic while it is held") = does;
    }

    fn does(&self) -> Does {
        *self.does.lock().expect("no panic while it is held")
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Waits until so many more calls hang.
    pub(crate) async fn hangs(&self, calls: u32) {
        let hang = async || {
            let begun = self.begun.try_acquire_many(calls);
            begun.map(SemaphorePermit::forget).is_ok()
        };
        pgtest::until("the calls hang", hang).await;
    }

    /// Lets so many calls that hang answer.
    pub(crate) fn let_go(&self, calls: usize) {
        self.go.add_permits(calls);
    }

    async fn asked<T>(
        &self,
        answer: impl Future<Output = Result<T, ConnectorError>> + Send,
    ) -> Result<T, ConnectorError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        match self.does() {
            Does::Answer | Does::Astray => answer.await,
            // A zero is what PostgreSQL keeps in no text.
            Does::Later => Err(ConnectorError::Later("line busy\u{0}".to_owned())),
            Does::Never => Err(ConnectorError::Never("wrong account".to_owned())),
            Does::Panic => panic!("out of paper"),
            Does::Hang => {
                self.begun.add_permits(1);
                self.go.acquire().await.expect("open").forget();
                answer.await
            }
        }
    }
}

/// The built-in connectors, of which two do as they are told.
pub(crate) fn told(address: &Arc<Script>, credit: &Arc<Script>) -> Outside {
    let real = builtin();
    Outside {
        address: Arc::new(Told(address.clone(), real.clone())),
        credit: Arc::new(Told(credit.clone(), real.clone())),
        ..real
    }
}

#[derive(Debug)]
struct Told(Arc<Script>, Outside);

#[async_trait]
impl AddressCheck for Told {
    async fn validate(&self, given: &Address) -> Result<Avps, ConnectorError> {
        self.0.asked(self.1.address.validate(given)).await
    }
}

#[async_trait]
impl CreditBureau for Told {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError> {
        let mut answer = self.0.asked(self.1.credit.assess(ask)).await?;
        if self.0.does() == Does::Astray {
            answer.reference = Id::new(Kind::CreditCheck, 0, 4711);
        }
        Ok(answer)
    }
}
