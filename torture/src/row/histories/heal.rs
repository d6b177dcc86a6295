//! The end of a history: every fault ends, what nobody knows is settled, and what waits is worked
//! off.

use super::ask::Ask;
use super::base::Caller;
use super::history::History;
use super::invariants::Promise;
use super::witness::{docs, look};
use domain::time::Moment;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// When the next job is free, of those that wait.
const NEXT_JOB: &str = "select min(case when due_at > lease_until then due_at \
    else lease_until end) from job where state = 'ready'";
/// When the next delivery may be sent, of those whose endpoint is on.
const NEXT_DELIVERY: &str = "select min(case when d.due_at > t.lease_until then d.due_at \
    else t.lease_until end) from delivery d join sender_turn t \
    on t.tenant = d.tenant and t.endpoint = d.endpoint join webhook_endpoint e \
    on e.tenant = d.tenant and e.id = d.endpoint and e.state = 'active' \
    where d.state = 'pending'";
/// Events of which nobody can hear yet.
pub(super) const UNPLACED: &str = "select id from event where position is null";
const JOBS: &str = "select doc from job where state = 'ready' order by id";
/// Whose jobs wait for a test clock.
const HELD: &str = "select distinct tenant from job where state = 'ready' \
    and clock_due is not null order by tenant";
const TRIES: usize = 5;
/// The jobs that all workers together may have in hand.
const IN_HAND: usize = 4;
/// Looks after which it is too long.
const MOST_LOOKS: usize = 600;

/// The object that a job asks the outside about, by connector; addresses have none of their own.
fn reference(job: &Value) -> Option<(&'static str, String)> {
    let work = &job["work"];
    let (connector, member) = match work["job"].as_str()? {
        "assess_credit" => ("credit", "check"),
        "send_contract" => ("signature", "contract"),
        "submit_order" => ("submit", "sub_order"),
        "follow_order" => ("progress", "sub_order"),
        _ => return None,
    };
    Some((connector, work[member].as_str()?.to_owned()))
}

impl History<'_> {
    pub(super) async fn heal(&mut self) {
        self.weather.faults = 0;
        let (dead, begun) = (self.someone_dies(), self.witness.events.len());
        self.outsiders.play().healed = true;
        for machine in &self.machines {
            machine.off.store(0, Ordering::Relaxed);
        }
        self.trace(|| format!("it heals, but for {dead:?}"));
        self.calm().await;
        if !self.work_off().await {
            let left = docs(&self.inner, JOBS, &[]);
            let what =
                format!("{} jobs, or deliveries, do not end: {:?}", left.len(), left.first());
            self.witness.blame(Promise::JobsEnd, what);
        }
        if let Some((connector, reference, before)) = dead {
            let asked = self.outsiders.play().asked.get(&(connector, reference.clone())).copied();
            let asked = asked.unwrap_or_default() - before;
            // Each time that operations want it again, the tries are counted anew. And what a worker
            // had in hand when it healed, without having asked, may have been taken over meanwhile.
            let again = self.witness.events[begun..].iter().filter(|e| e.kind == "job.retried");
            let again = again.count();
            if asked > TRIES * (1 + again) + IN_HAND {
                let what = format!(
                    "{connector} was asked {asked} times more about {reference}, wanted again \
                     {again} times"
                );
                self.witness.blame(Promise::JobsEnd, what);
            }
        }
    }

    /// Of one of the jobs that wait, nobody outside answers ever again.
    fn someone_dies(&mut self) -> Option<(&'static str, String, usize)> {
        let jobs = docs(&self.inner, JOBS, &[]);
        let references: Vec<_> = jobs.iter().filter_map(reference).collect();
        let (connector, reference) = self.dice.choice(references).filter(|_| self.dice.bool())?;
        self.count("objects that nobody answers for");
        let mut play = self.outsiders.play();
        play.dead.insert(reference.clone());
        let before = play.asked.get(&(connector, reference.clone())).copied().unwrap_or_default();
        Some((connector, reference, before))
    }

    /// What waits for test clocks gets their time.
    async fn let_time_go_on(&mut self) {
        for tenant in look(&self.inner, HELD, &[]) {
            let tenant = tenant.text(0).expect("a tenant").to_owned();
            let whose = |caller: &Caller| caller.id.get(..15) == tenant.get(..15);
            if let Some(caller) = self.callers.iter().position(whose) {
                let body = json!({ "by": "18 months" });
                let path = "/v1/test-clock/advance".to_owned();
                self.ask(Ask::post("advance time", caller, path, body));
            }
        }
        self.calm().await;
    }

    /// Works off jobs and deliveries, each when it is due. Whether it came to an end.
    async fn work_off(&mut self) -> bool {
        for round in 0..MOST_LOOKS {
            let next = |sql| {
                look(&self.inner, sql, &[]).first().and_then(|row| row.opt_int(0).expect("a time"))
            };
            let Some(due) = [next(NEXT_JOB), next(NEXT_DELIVERY)].into_iter().flatten().min()
            else {
                if look(&self.inner, UNPLACED, &[]).is_empty() {
                    return true;
                }
                self.nodes[0].as_mut().expect("all are up").keep(false);
                self.calm().await;
                continue;
            };
            if due == Moment::NEVER.ms() {
                self.let_time_go_on().await;
                continue;
            }
            // What is due and was not taken up: a connector rests for a while.
            let now = self.now();
            let ms = if due > now { due - now } else { 1 + i64::from(round > 3) * 5_000 };
            self.pass(ms, true).await;
            let number = self.dice.usize(0..self.nodes.len());
            let node = self.nodes[number].as_mut().expect("all are up");
            node.keep(false);
            node.work();
            node.send();
            self.calm().await;
        }
        false
    }
}
