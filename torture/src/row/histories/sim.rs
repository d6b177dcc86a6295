//! The engine as a history sees it: the real one, behind a desk at which everything waits for its
//! turn. Whoever asks leaves a ticket; the driver picks which goes next, and what becomes of it.

use async_trait::async_trait;
use domain::time::Moment;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use store::{Applied, Change, Engine, Migration, Query, Row, Sqlite, StoreError, Written};
use tokio::sync::oneshot;
use tokio::task::unconstrained;

/// For whom something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// An attempt of a client, by its number.
    Client(usize),
    Worker,
    Sender,
    /// Whoever keeps the feed and forgets what is old.
    Keeper,
    /// The history itself, when it looks.
    Judge,
}

tokio::task_local! {
    /// Whose task this is.
    pub(super) static WHO: Who;
}

pub(super) fn who() -> Who {
    WHO.try_with(|who| *who).unwrap_or(Who::Judge)
}

pub(super) type Rows = Result<Vec<Vec<Row>>, StoreError>;
pub(super) type Outcome = Result<Written, StoreError>;

/// What a ticket is for.
#[derive(Debug)]
pub(super) enum What {
    Read(Vec<Query>, oneshot::Sender<Rows>),
    Write(Change, oneshot::Sender<Outcome>),
    /// Somebody outside takes their time.
    Outside(&'static str, oneshot::Sender<()>),
}

/// Something that waits for its turn.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) number: usize,
    /// The node that it came from, and which of that node's lives.
    pub(super) node: usize,
    pub(super) life: usize,
    pub(super) who: Who,
    pub(super) what: What,
}

impl Ticket {
    /// Whether nobody waits for it and it would change nothing.
    fn is_idle(&self) -> bool {
        match &self.what {
            What::Read(_, reply) => reply.is_closed(),
            What::Outside(_, reply) => reply.is_closed(),
            What::Write(..) => false,
        }
    }

    pub(super) const fn word(&self) -> &'static str {
        match &self.what {
            What::Read(..) => "read",
            What::Write(..) => "write",
            What::Outside(word, _) => word,
        }
    }
}

/// Where everything waits.
#[derive(Debug, Default)]
pub(super) struct Desk(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    tickets: Vec<Ticket>,
    given: usize,
}

impl Desk {
    fn put(&self, node: usize, life: usize, what: What) {
        let mut waiting = self.0.lock().expect("no panic while it is held");
        waiting.given += 1;
        let (number, who) = (waiting.given, who());
        waiting.tickets.push(Ticket { number, node, life, who, what });
    }

    /// Waits for a turn, as somebody outside.
    pub(super) async fn pass(&self, node: usize, life: usize, word: &'static str) {
        let (reply, turn) = oneshot::channel();
        self.put(node, life, What::Outside(word, reply));
        // The node has died meanwhile: nobody is left to hear of it.
        if turn.await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// How many wait; what nobody waits for is forgotten.
    pub(super) fn waiting(&self) -> usize {
        let mut waiting = self.0.lock().expect("no panic while it is held");
        waiting.tickets.retain(|ticket| !ticket.is_idle());
        waiting.tickets.len()
    }

    /// Takes the one in this place.
    pub(super) fn take(&self, place: usize) -> Ticket {
        self.0.lock().expect("no panic while it is held").tickets.remove(place)
    }

    /// Takes every ticket that is such a one.
    pub(super) fn take_all(&self, such: impl Fn(&Ticket) -> bool) -> Vec<Ticket> {
        let mut waiting = self.0.lock().expect("no panic while it is held");
        waiting.tickets.extract_if(.., |ticket| such(ticket)).collect()
    }
}

/// One node's way to the database.
#[derive(Debug)]
pub(super) struct Sim {
    pub(super) node: usize,
    pub(super) life: usize,
    pub(super) inner: Arc<Sqlite>,
    pub(super) desk: Arc<Desk>,
    /// Whether the product may take it that no other node writes.
    pub(super) one_writer: bool,
    /// Whether a replay must be confirmed by a write.
    pub(super) confirms: bool,
}

fn died() -> StoreError {
    StoreError::Unavailable("the node died".to_owned())
}

#[async_trait]
impl Engine for Sim {
    async fn read(&self, queries: Vec<Query>) -> Rows {
        let (reply, answer) = oneshot::channel();
        self.desk.put(self.node, self.life, What::Read(queries, reply));
        answer.await.unwrap_or_else(|_| Err(died()))
    }

    async fn write(&self, change: Change) -> Outcome {
        let (reply, answer) = oneshot::channel();
        self.desk.put(self.node, self.life, What::Write(change, reply));
        answer.await.unwrap_or_else(|_| Err(died()))
    }

    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError> {
        self.inner.migrate(migrations).await
    }

    fn one_writer(&self) -> bool {
        self.one_writer
    }

    fn shows_what_may_vanish(&self) -> bool {
        self.confirms
    }

    async fn time(&self) -> Result<Option<Moment>, StoreError> {
        Ok(None)
    }

    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError> {
        self.inner.prepare_all(sql).await
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs something to its end while nothing else moves.
pub(super) fn alone<T>(doing: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut doing = pin!(unconstrained(doing));
    loop {
        match doing.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}
