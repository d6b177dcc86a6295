//! The actions: load, decide, save. No rule of the business and no SQL text lives here.

mod act;
mod billing;
mod caller;
mod catalogues;
mod clock;
mod compare;
mod config;
mod exposure;
mod feed;
mod in_flight;
mod load;
mod matrix;
mod preview;
mod problem;
mod seal;
mod sender;
mod time;
mod wait;
mod worker;

pub mod address;
pub mod contract;
pub mod credit;
pub mod customer;
pub mod document;
pub mod enrichment;
pub mod exception;
pub mod import;
pub mod job;
pub mod letter;
pub mod opportunity;
pub mod order;
pub mod partner;
pub mod publication;
pub mod quote;
pub mod read;
pub mod review;
pub mod serviceability;
pub mod test_clock;
pub mod webhook;

pub use act::{Action, Answer, Call, Decided, Key, Performed};
pub use caller::{Caller, Seller, Who};
pub use catalogues::Catalogues;
pub use clock::{
    Clock, DatabaseClock, Frozen, OsRandom, Random, Seeded, SteadyClock, SystemClock, wall,
};
pub use config::{
    Settings, Unsound, catalogue_files, load_catalogue, load_serviceability, read_catalogue,
};
pub use connect::breaker::Circuit;
pub use feed::{Cursor, Wanted, keep_feed};
pub use problem::Problem;
pub use sender::{Draw, Sender};
pub use time::Times;
pub use worker::Worker;
pub use worker::lanes::Health;

use connect::address::AddressCheck;
use connect::breaker::BreakerRules;
use connect::credit::CreditBureau;
use connect::fulfilment::Fulfilment;
use connect::keys::Keyring;
use connect::serviceability::ServiceCheck;
use connect::signature::SignatureDesk;
use connect::webhook::{Post, Walls};
use domain::address::Avps;
use domain::catalogue::Catalogue;
use domain::programme::Programmes;
use domain::serviceability::Serviceability;
use std::sync::{Arc, Mutex};
use store::Store;
use tokio::sync::{Notify, watch};

/// The outside systems, chosen once at start.
#[derive(Debug, Clone)]
pub struct Outside {
    pub address: Arc<dyn AddressCheck>,
    pub serviceability: Arc<dyn ServiceCheck>,
    pub credit: Arc<dyn CreditBureau>,
    pub signature: Arc<dyn SignatureDesk>,
    pub fulfilment: Arc<dyn Fulfilment>,
    pub webhooks: Webhooks,
    /// What tax ids are sealed with.
    pub keys: Arc<Keyring>,
}

/// How webhooks leave, and what they may reach.
#[derive(Debug, Clone)]
pub struct Webhooks {
    pub post: Arc<dyn Post>,
    /// For endpoints of the test environment.
    pub test: Walls,
    /// For endpoints of the live environment.
    pub live: Walls,
}

/// What outside services have answered lately.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) avps: address::Remembered<Avps>,
    pub(crate) serviceability: address::Remembered<Serviceability>,
}

impl Answers {
    fn new(settings: &Settings) -> Self {
        let Settings { answers_kept: most, answers_kept_ms: keep_ms, .. } = *settings;
        Self {
            avps: address::Remembered::new(most, keep_ms),
            serviceability: address::Remembered::new(most, keep_ms),
        }
    }
}

/// Everything that an action may use. One per process, shared.
#[derive(Debug)]
pub struct App {
    pub store: Store,
    pub outside: Outside,
    /// What is sold: see [`App::in_force`].
    pub catalogues: Catalogues,
    pub programmes: Programmes,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: Settings,
    /// Rings when a commit left work that is due.
    pub(crate) work: Notify,
    /// How the connectors do, and who works on what.
    pub(crate) lanes: worker::lanes::Lanes,
    /// What outside services have answered lately.
    pub(crate) answers: Answers,
    pub(crate) callers: Mutex<caller::Known>,
    /// The idempotency keys under way in this process.
    pub(crate) in_flight: in_flight::InFlight,
    /// Turns true when the server stops.
    pub(crate) stopping: watch::Sender<bool>,
}

impl App {
    pub fn new(
        store: Store,
        outside: Outside,
        catalogue: Catalogue,
        programmes: Programmes,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        settings: Settings,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            outside,
            catalogues: Catalogues::new(catalogue),
            programmes,
            clock,
            random,
            settings,
            lanes: worker::lanes::Lanes::new(settings.jobs_at_once, BreakerRules::default()),
            work: Notify::new(),
            answers: Answers::new(&settings),
            callers: Mutex::default(),
            in_flight: in_flight::InFlight::default(),
            stopping: watch::Sender::new(false),
        })
    }
}
