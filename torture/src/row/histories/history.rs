//! One history: everything in it comes from its seed, and one thing moves at a time.

use super::ask::Told;
use super::base::{BEGINNING, Base, Caller};
use super::clients::{Asked, Attempt};
use super::deal::Deal;
use super::letters::Letter;
use super::node::{Machine, Node, Plant};
use super::outside::Outsiders;
use super::sim::Desk;
use super::witness::{Broken, Witness};
use domain::time::Moment;
use fastrand::Rng;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::Sqlite;

/// Notes of the trace that are told with a panic.
const NEWEST: usize = 40;

/// How a history's weather is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    /// Per mille of reads and writes that fail, in some way.
    pub(super) faults: u32,
    /// Per mille of steps at which a node crashes.
    pub(super) crashes: u32,
    /// Per mille of steps at which a client hangs up.
    pub(super) hang_ups: u32,
    /// How often months pass.
    pub(super) ages: u32,
}

impl Weather {
    fn roll(dice: &mut Rng) -> Self {
        let faults = [0, 5, 15, 40][dice.usize(0..4)];
        let crashes = [0, 1, 3, 6][dice.usize(0..4)];
        let hang_ups = [0, 5, 15][dice.usize(0..3)];
        let ages = [0, 0, 1, 3][dice.usize(0..4)];
        Self { faults, crashes, hang_ups, ages }
    }
}

/// What a history came to.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) seed: u64,
    pub(super) asks: usize,
    pub(super) steps: usize,
    pub(super) trace: u64,
    pub(super) tally: BTreeMap<&'static str, usize>,
    pub(super) broken: Vec<Broken>,
}

pub(super) struct History<'a> {
    pub(super) base: &'a Base,
    pub(super) dice: Rng,
    pub(super) weather: Weather,
    pub(super) file: PathBuf,
    pub(super) inner: Arc<Sqlite>,
    pub(super) desk: Arc<Desk>,
    pub(super) outsiders: Arc<Outsiders>,
    pub(super) plant: Plant,
    /// The newest notes of the trace.
    pub(super) newest: VecDeque<String>,
    common: Arc<AtomicI64>,
    moves: Arc<AtomicUsize>,
    pub(super) machines: Vec<Arc<Machine>>,
    /// None while it is down.
    pub(super) nodes: Vec<Option<Node>>,
    pub(super) lives: usize,
    pub(super) callers: Vec<Caller>,
    pub(super) deals: Vec<Deal>,
    pub(super) asked: Vec<Asked>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) answers: Arc<Mutex<Vec<(usize, Told)>>>,
    pub(super) witness: Witness,
    /// The newest version that was told, by path.
    pub(super) versions: BTreeMap<String, u64>,
    /// Whose each object is.
    pub(super) owners: BTreeMap<String, String>,
    pub(super) owners_known: usize,
    /// Webhook endpoints by their owner.
    pub(super) endpoints: Vec<(usize, String)>,
    /// What each caller has read of the feed.
    pub(super) feeds: BTreeMap<usize, Vec<String>>,
    pub(super) jobs: Vec<String>,
    /// Versions of the catalogue, by id.
    pub(super) catalogues: Vec<String>,
    pub(super) letters: Vec<Letter>,
    pub(super) steps: usize,
    hash: DefaultHasher,
    aloud: bool,
    pub(super) tally: BTreeMap<&'static str, usize>,
}

/// The desk, the outside, and how the nodes see the database.
fn plant(dice: &mut Rng, nodes: usize) -> Plant {
    let (desk, moves) = (Arc::new(Desk::default()), Arc::new(AtomicUsize::new(0)));
    let badness = [0, 60, 150][dice.usize(0..3)];
    let working_day_ms = [0, 200, 2000][dice.usize(0..3)];
    let outsiders = Outsiders::new(desk.clone(), dice.fork(), badness, working_day_ms);
    let (one_writer, confirms) = (nodes == 1 && dice.bool(), dice.u8(0..4) == 0);
    Plant { desk, moves, outsiders: Arc::new(outsiders), one_writer, confirms }
}

impl<'a> History<'a> {
    pub(super) fn new(base: &'a Base, seed: u64, file: PathBuf, aloud: bool) -> Self {
        let mut dice = Rng::with_seed(seed);
        let weather = Weather::roll(&mut dice);
        base.copy(&file);
        let inner = super::base::open(&file);
        let count = dice.usize(1..3);
        let plant = plant(&mut dice, count);
        let beginning = Moment::parse(BEGINNING).expect("a moment").ms();
        let common = Arc::new(AtomicI64::new(beginning + dice.i64(1_000..100_000)));
        let machine = |_| Arc::new(Machine { common: common.clone(), off: AtomicI64::new(0) });
        let machines: Vec<Arc<Machine>> = (0..count).map(machine).collect();
        let mut callers = base.partners.clone();
        dice.shuffle(&mut callers);
        callers.truncate(2 + dice.usize(0..2));
        callers.insert(0, base.operations.clone());
        let witness = Witness::new(inner.clone(), base.catalogue.digest());
        let mut history = Self {
            base,
            dice,
            weather,
            file,
            inner,
            desk: plant.desk.clone(),
            outsiders: plant.outsiders.clone(),
            moves: plant.moves.clone(),
            plant,
            newest: VecDeque::new(),
            common,
            machines,
            nodes: (0..count).map(|_| None).collect(),
            lives: 0,
            callers,
            deals: Vec::new(),
            asked: Vec::new(),
            attempts: Vec::new(),
            answers: Arc::default(),
            witness,
            versions: BTreeMap::new(),
            owners: BTreeMap::new(),
            owners_known: 0,
            endpoints: Vec::new(),
            feeds: BTreeMap::new(),
            jobs: Vec::new(),
            catalogues: Vec::new(),
            letters: Vec::new(),
            steps: 0,
            hash: DefaultHasher::new(),
            aloud,
            tally: BTreeMap::new(),
        };
        history.trace(|| format!("{weather:?}, {count} nodes"));
        history
    }

    /// Who asks: one of the callers, or the second person of operations.
    pub(super) fn caller(&self, number: usize) -> &Caller {
        self.callers.get(number).unwrap_or(&self.base.second)
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// Notes a step; the hash of all notes tells two histories apart.
    pub(super) fn trace(&mut self, words: impl FnOnce() -> String) {
        let words = words();
        self.hash.write(words.as_bytes());
        if self.aloud {
            eprintln!("    {:>5} {} {words}", self.steps, self.now());
        }
        if self.newest.len() == NEWEST {
            self.newest.pop_front();
        }
        self.newest.push_back(words);
    }

    /// The common time, in milliseconds.
    pub(super) fn now(&self) -> i64 {
        self.common.load(Ordering::Relaxed)
    }

    /// Lets time pass, on all clocks; `timers`: also for what sleeps.
    pub(super) async fn pass(&mut self, ms: i64, timers: bool) {
        self.common.fetch_add(ms, Ordering::Relaxed);
        if timers {
            tokio::time::advance(std::time::Duration::from_millis(ms.unsigned_abs())).await;
        }
        self.trace(|| format!("{ms} ms pass"));
        self.settle().await;
    }

    /// Waits until nothing moves any more, and takes in what was answered.
    pub(super) async fn settle(&mut self) {
        let mut still = 0;
        while still < 2 {
            let before = self.moves.load(Ordering::Relaxed);
            tokio::task::yield_now().await;
            still = if self.moves.load(Ordering::Relaxed) == before { still + 1 } else { 0 };
        }
        for event in &self.witness.events[self.owners_known..] {
            self.owners.insert(event.object.clone(), event.tenant.clone());
        }
        self.owners_known = self.witness.events.len();
        self.hear();
    }

    /// Starts a node that is down.
    pub(super) fn start(&mut self, number: usize) {
        self.lives += 1;
        let (life, seed) = (self.lives, self.dice.u64(..));
        let at = (number, life);
        let machine = &self.machines[number];
        let node = Node::start(&self.plant, self.base, &self.inner, at, machine, seed);
        self.nodes[number] = Some(node);
        self.trace(|| format!("node {number} starts its life {life}"));
    }

    /// The story, when all is told.
    pub(super) fn story(mut self, seed: u64) -> Story {
        for asked in &self.asked {
            let codes = asked.attempts.iter().filter_map(|a| self.attempts[*a].told.as_ref());
            let replays = codes.filter(|told| told.replayed).count();
            *self.tally.entry("replays").or_default() += replays;
        }
        for event in &self.witness.events {
            let word = match event.kind.as_str() {
                "contract.signed" => "contracts signed",
                "order.created" => "orders created",
                "sub_order.handed_off" => "sub-orders handed off",
                "sub_order.completed" => "sub-orders completed",
                _ => "other events",
            };
            *self.tally.entry(word).or_default() += 1;
        }
        for (word, count) in &self.outsiders.play().tally {
            *self.tally.entry(word).or_default() += count;
        }
        Story {
            seed,
            asks: self.asked.len(),
            steps: self.steps,
            trace: self.hash.finish(),
            tally: std::mem::take(&mut self.tally),
            broken: std::mem::take(&mut self.witness.broken),
        }
    }
}
