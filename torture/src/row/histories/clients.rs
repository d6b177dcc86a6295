//! The clients of a history: they ask, ask again under the same key, hang up, and remember what
//! they were told.

use super::ask::{Aim, Ask, Told};
use super::history::History;
use super::invariants::Promise;
use super::sim::Who;
use axum::response::Response;
use http::HeaderMap;
use serde_json::Value;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// One try to have something done.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) ask: usize,
    pub(super) node: usize,
    pub(super) life: usize,
    /// While it is under way.
    pub(super) task: Option<JoinHandle<()>>,
    pub(super) told: Option<Told>,
    /// The newest version of its object that was known when it began.
    known: u64,
}

/// Something asked, with all its tries.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) ask: Ask,
    /// When it was first asked, in milliseconds.
    pub(super) at: i64,
    pub(super) attempts: Vec<usize>,
    /// The first answer that says "done".
    pub(super) done: Option<Told>,
    /// It is to be asked again: nobody knows what became of a try.
    pub(super) open: bool,
}

/// Reads an answer to its end.
async fn read(response: Response) -> Told {
    let status = response.status().as_u16();
    let text = |headers: &HeaderMap, name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let kept = ["etag", "location", "content-type"];
    let headers = kept
        .into_iter()
        .filter_map(|name| text(response.headers(), name).map(|value| (name.to_owned(), value)))
        .collect();
    let replayed = response.headers().contains_key("idempotency-replayed");
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    Told { status, headers, replayed, body: String::from_utf8_lossy(&bytes).into_owned() }
}

fn version(told: &Told) -> Option<u64> {
    let (_, tag) = told.headers.iter().find(|(name, _)| name == "etag")?;
    tag.trim_matches('"').parse().ok()
}

/// What has the version: a path, and for one that is another thing for each caller, whose.
fn resource(ask: &Ask) -> String {
    let path = ask.path.split('?').next().unwrap_or_default();
    if path.starts_with("/v1/test-clock") {
        format!("{path} of {}", ask.caller)
    } else {
        path.to_owned()
    }
}

impl History<'_> {
    /// Asks something new.
    pub(super) fn ask(&mut self, mut ask: Ask) {
        if ask.keyed && ask.key.is_none() {
            ask.key = Some(format!("k-{}", self.asked.len()));
        }
        self.count(ask.kind);
        let at = self.now();
        self.asked.push(Asked { ask, at, attempts: Vec::new(), done: None, open: false });
        self.attempt(self.asked.len() - 1);
    }

    /// Tries it, once more if it was tried before, at some node.
    pub(super) fn attempt(&mut self, number: usize) {
        let alive: Vec<usize> =
            (0..self.nodes.len()).filter(|n| self.nodes[*n].is_some()).collect();
        let Some(place) = self.dice.choice(alive) else { return };
        let Some(node) = &self.nodes[place] else { return };
        let ask = &self.asked[number].ask;
        let caller = self.caller(ask.caller);
        let (request, router) = (ask.request(caller), node.router.clone());
        let (attempt, answers) = (self.attempts.len(), self.answers.clone());
        let known = self.versions.get(&resource(ask)).copied().unwrap_or_default();
        let words = format!("{} {} {}", ask.kind, ask.method, ask.path);
        let task = node.spawn(Who::Client(attempt), async move {
            let Ok(answer) = router.oneshot(request).await;
            let told = read(answer).await;
            answers.lock().expect("no panic while it is held").push((attempt, told));
        });
        let (node, life) = (node.number, node.life);
        let task = Some(task);
        self.witness.begins(attempt);
        self.attempts.push(Attempt { ask: number, node, life, task, told: None, known });
        self.asked[number].attempts.push(attempt);
        self.asked[number].open = false;
        self.trace(|| format!("ask {number} try {attempt} at {node}: {words}"));
    }

    /// Under way, each by its number.
    pub(super) fn under_way(&self) -> Vec<usize> {
        let running = |(number, attempt): (usize, &Attempt)| attempt.task.as_ref().map(|_| number);
        self.attempts.iter().enumerate().filter_map(running).collect()
    }

    /// The client hangs up; what it has asked may go on.
    pub(super) fn hang_up(&mut self, attempt: usize) {
        let Some(task) = self.attempts[attempt].task.take() else { return };
        task.abort();
        self.not_known(attempt);
    }

    /// Nobody knows what became of a try.
    pub(super) fn not_known(&mut self, attempt: usize) {
        self.count("tries without an answer");
        self.trace(|| format!("try {attempt} is not known"));
        let number = self.attempts[attempt].ask;
        let asked = &mut self.asked[number];
        if asked.done.is_none() {
            asked.open = asked.ask.may_repeat();
            let (changes, deal) = (asked.ask.changes(), asked.ask.deal);
            if let Some(deal) = deal.filter(|_| changes && !self.asked[number].open) {
                self.deals[deal].doubt();
            }
        }
    }

    /// Takes in what was answered since.
    pub(super) fn hear(&mut self) {
        let answers = std::mem::take(&mut *self.answers.lock().expect("no panic while it is held"));
        for (attempt, told) in answers {
            self.attempts[attempt].task = None;
            self.trace(|| {
                let replayed = if told.replayed { " again" } else { "" };
                format!("try {attempt} is told {}{replayed}: {}", told.status, told.body)
            });
            self.judge_answer(attempt, &told);
            self.take_in(attempt, &told);
            self.attempts[attempt].told = Some(told);
        }
    }

    fn take_in(&mut self, attempt: usize, told: &Told) {
        let number = self.attempts[attempt].ask;
        if told.open() {
            self.not_known(attempt);
            return;
        }
        let ask = self.asked[number].ask.clone();
        let first = self.asked[number].done.is_none();
        let deal = ask.deal.filter(|_| matches!(ask.aim, Aim::Honest));
        if told.done() {
            self.asked[number].open = false;
            if first {
                self.asked[number].done = Some(told.clone());
            }
            if let Some(version) = version(told).filter(|_| !told.replayed) {
                let newest = self.versions.entry(resource(&ask)).or_default();
                *newest = version.max(*newest);
            }
            let json = told.json();
            self.learn_apart(&ask, &json);
            if let Some(deal) = deal.filter(|_| first) {
                self.deals[deal].learn(ask.kind, &ask.path, &json);
            }
        } else if let Some(deal) = deal {
            let deal = &mut self.deals[deal];
            deal.refused += 1;
            if deal.refused % 2 == 1 {
                deal.doubt();
            }
            deal.over |= deal.refused > 12;
        }
    }

    /// What each single answer must keep.
    fn judge_answer(&mut self, attempt: usize, told: &Told) {
        let number = self.attempts[attempt].ask;
        let asked = &self.asked[number];
        let ask = &asked.ask;
        let words =
            || format!("{} {} (ask {number}): {} {}", ask.method, ask.path, told.status, told.body);
        let mut broken = Vec::new();
        if told.status >= 500 && told.status != 503 {
            broken.push((Promise::NeverFails, words()));
        }
        if !told.done() && self.witness.effects.contains(&attempt) && !told.open() {
            broken.push((Promise::RefusedLeavesNothing, words()));
        }
        let effect = told.done() && !told.replayed && ask.key.is_some();
        if effect && !self.witness.effects.contains(&attempt) {
            broken.push((Promise::EffectKept, format!("no change was durable: {}", words())));
        }
        if let Some(before) = asked.done.as_ref().filter(|_| told.done() && ask.key.is_some())
            && !before.same(told)
        {
            let what = format!(
                "{}; before: {} {:?} {}",
                words(),
                before.status,
                before.headers,
                before.body
            );
            broken.push((Promise::AnswersRepeat, format!("{:?} {what}", told.headers)));
        }
        if let Some(before) = asked.done.as_ref().filter(|_| told.done())
            && !self.names_the_same(ask, before, told)
        {
            let what = format!("{}; before: {} {}", words(), before.status, before.body);
            broken.push((Promise::PublishedRepeats, what));
        }
        let stale = version(told).filter(|v| *v < self.attempts[attempt].known);
        if !ask.changes() && stale.is_some() {
            let what = format!("version {stale:?} after {}", self.attempts[attempt].known);
            broken.push((Promise::ReadsAreFresh, format!("{what}: {}", words())));
        }
        match ask.aim {
            Aim::Prying if told.status != 404 && !told.open() => {
                broken.push((Promise::ForeignIsUnknown, words()));
            }
            Aim::OtherBody(of)
                if !told.open() && self.is_kept(of) && told.code() != "idempotency_key_reused" =>
            {
                broken.push((Promise::KeyIsOfOneRequest, words()));
            }
            Aim::Faulty if told.done() => broken.push((Promise::NeverFails, words())),
            _ => {}
        }
        if told.done() {
            broken.extend(self.foreign(ask.caller, &told.body).map(|id| {
                (Promise::ForeignIsUnknown, format!("names {id} of another: {}", words()))
            }));
        }
        for (promise, what) in broken {
            self.witness.blame(promise, what);
        }
    }

    /// Whether the answer of this ask must still be kept under its key.
    pub(super) fn is_kept(&self, number: usize) -> bool {
        const KEPT_MS: i64 = 29 * 86_400_000;
        let asked = &self.asked[number];
        asked.done.is_some() && self.now() - asked.at < KEPT_MS
    }

    /// An id in an answer that names another partner's object.
    fn foreign(&self, caller: usize, body: &str) -> Option<String> {
        if self.caller(caller).id.is_empty() {
            return None;
        }
        let own = &self.callers[caller].id[..15];
        let mut words = body.split(|c: char| !c.is_ascii_alphanumeric());
        let foreign = |word: &&str| {
            word.len() == 18
                && self.owners.get(&word[..15]).is_some_and(|tenant| {
                    !tenant.starts_with(own) && !tenant.starts_with("carrier")
                })
        };
        words.find(foreign).map(str::to_owned)
    }

    /// Remembers what is not of one deal: endpoints, events read, jobs put aside.
    fn learn_apart(&mut self, ask: &Ask, told: &Value) {
        let id = || told["id"].as_str().unwrap_or_default().to_owned();
        match (ask.kind, ask.aim) {
            ("create endpoint", _) => {
                let known = self.endpoints.iter().any(|(_, known)| *known == id());
                if !known {
                    self.endpoints.push((ask.caller, id()));
                }
            }
            ("look at jobs", _) => {
                let items = told["items"].as_array().into_iter().flatten();
                self.jobs = items.filter_map(|job| job["id"].as_str().map(str::to_owned)).collect();
            }
            ("propose a catalogue" | "roll a catalogue back", _)
                if !self.catalogues.contains(&id()) =>
            {
                self.catalogues.push(id());
            }
            ("generate a letter", _) if !self.letters.iter().any(|known| known.is(&id())) => {
                self.lettered(ask.caller, told);
            }
            (_, Aim::Feed) => self.read_feed(ask.caller, told),
            _ => {}
        }
    }

    fn read_feed(&mut self, caller: usize, told: &Value) {
        let feed = self.feeds.entry(caller).or_default();
        for event in told["items"].as_array().into_iter().flatten() {
            feed.push(event["id"].as_str().unwrap_or_default().to_owned());
        }
    }
}
