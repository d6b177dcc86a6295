//! One node: the real actions and doors over the simulated engine, on a clock of its own.

use super::base::Base;
use super::outside::Outsiders;
use super::sim::{Desk, Sim, WHO, Who};
use app::{App, Clock, Outside, Seeded, Sender, Settings, Webhooks, Worker};
use axum::Router;
use connect::keys::Keyring;
use connect::webhook::Walls;
use domain::time::Moment;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use store::{Sqlite, Store};
use tokio::task::JoinHandle;

/// The time of a history; each node's clock may be off.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) common: Arc<AtomicI64>,
    pub(super) off: AtomicI64,
}

impl Clock for Machine {
    fn now(&self) -> Moment {
        let off = self.off.load(Ordering::Relaxed);
        Moment::from_ms(self.common.load(Ordering::Relaxed) + off)
    }
}

pub(super) fn options() -> web::Options {
    // Nobody waits for what the dice have not yet let happen.
    let patience = std::time::Duration::ZERO;
    let dialects = Arc::new(web::Dialects { patience, ..web::Dialects::default() });
    web::Options { max_body_bytes: 64 * 1024, limits: web::Limits::OFF, dialects }
}

/// Counts each step of the future within, so that it can be seen when nothing moves any more.
struct Counted<F> {
    moves: Arc<AtomicUsize>,
    inner: Pin<Box<F>>,
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.moves.fetch_add(1, Ordering::Relaxed);
        self.inner.as_mut().poll(cx)
    }
}

/// How a node is made.
#[derive(Debug, Clone)]
pub(super) struct Plant {
    pub(super) desk: Arc<Desk>,
    pub(super) moves: Arc<AtomicUsize>,
    pub(super) outsiders: Arc<Outsiders>,
    pub(super) one_writer: bool,
    pub(super) confirms: bool,
}

pub(super) struct Node {
    pub(super) number: usize,
    pub(super) life: usize,
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    workers: [Arc<Worker>; 2],
    sender: Arc<Sender>,
    moves: Arc<AtomicUsize>,
    /// What runs in it besides requests.
    pub(super) running: Vec<(Who, JoinHandle<()>)>,
}

impl Node {
    pub(super) fn start(
        plant: &Plant,
        base: &Base,
        inner: &Arc<Sqlite>,
        (number, life): (usize, usize),
        machine: &Arc<Machine>,
        seed: u64,
    ) -> Self {
        let sim = Sim {
            node: number,
            life,
            inner: inner.clone(),
            desk: plant.desk.clone(),
            one_writer: plant.one_writer,
            confirms: plant.confirms,
        };
        let store = Store::over(Arc::new(sim));
        let one = Arc::new(plant.outsiders.of(number, life));
        let outside = Outside {
            address: one.clone(),
            serviceability: one.clone(),
            credit: one.clone(),
            signature: one.clone(),
            fulfilment: one.clone(),
            webhooks: Webhooks { post: one, test: Walls::sandbox(), live: Walls::public() },
            keys: Arc::new(Keyring::open_to_all()),
        };
        let (catalogue, programmes) = (base.catalogue.clone(), base.programmes.clone());
        let random = Arc::new(Seeded::new(seed));
        let clock = machine.clone();
        let app =
            App::new(store, outside, catalogue, programmes, clock, random, Settings::default());
        let router = web::router(app.clone(), options()).expect("a router");
        let workers = [Worker::new(app.clone()), Worker::new(app.clone())].map(Arc::new);
        let sender = Arc::new(Sender::new(app.clone(), web::tell));
        let (moves, running) = (plant.moves.clone(), Vec::new());
        Self { number, life, app, router, workers, sender, moves, running }
    }

    /// Starts something in this node, on somebody's behalf.
    pub(super) fn spawn(
        &self,
        who: Who,
        doing: impl Future<Output = ()> + Send + 'static,
    ) -> JoinHandle<()> {
        let inner = Box::pin(WHO.scope(who, doing));
        tokio::spawn(Counted { moves: self.moves.clone(), inner })
    }

    /// How many of a kind run.
    pub(super) fn busy(&mut self, who: Who) -> usize {
        self.running.retain(|(_, task)| !task.is_finished());
        self.running.iter().filter(|(other, _)| *other == who).count()
    }

    /// Lets a worker work off what is due, if one is free.
    pub(super) fn work(&mut self) {
        let free = self.busy(Who::Worker);
        let Some(worker) = self.workers.get(free).cloned() else { return };
        let task = self.spawn(Who::Worker, async move {
            // A store that is away ends it; it is started again.
            let _ = worker.drain().await;
        });
        self.running.push((Who::Worker, task));
    }

    /// Lets the sender send what is due.
    pub(super) fn send(&mut self) {
        if self.busy(Who::Sender) > 1 {
            return;
        }
        let sender = self.sender.clone();
        let task = self.spawn(Who::Sender, async move {
            let _ = sender.drain().await;
        });
        self.running.push((Who::Sender, task));
    }

    /// Places events in the feed, and forgets what is old.
    pub(super) fn keep(&mut self, sweep: bool) {
        if self.busy(Who::Keeper) > 0 {
            return;
        }
        let app = self.app.clone();
        let task = self.spawn(Who::Keeper, async move {
            let now = app.clock.now();
            let _ = app.store.place(now).await;
            if sweep {
                let _ = app.store.sweep(now).await;
                let _ = app.store.sweep_deliveries(now.plus_ms(-30 * 86_400_000)).await;
            }
        });
        self.running.push((Who::Keeper, task));
    }

    /// Ends everything that runs in it, as a crash does.
    pub(super) fn kill(&mut self) {
        for (_, task) in self.running.drain(..) {
            task.abort();
        }
    }
}
