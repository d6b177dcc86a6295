//! What goes wrong meanwhile: senders are killed, receivers restarted, and some get well.

use super::crew::away;
use super::receiver::{Manner, Receiver};
use crate::server::Server;
use app::{Clock as _, SystemClock};
use domain::time::Moment;
use fastrand::Rng;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How far the run is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) done: AtomicUsize,
    pub(super) of: usize,
    pub(super) over: AtomicBool,
}

impl Progress {
    /// Hundredths.
    fn hundredths(&self) -> usize {
        self.done.load(Ordering::Relaxed) * 100 / self.of
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// Says that the run is over when it is dropped.
#[derive(Debug)]
pub(super) struct Over(pub(super) Arc<Progress>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
    }
}

/// Kills a node where it stands and starts it again, so often, spread over the run. Answers the
/// nodes, and when one of them was away. It blocks.
pub(super) fn kill(
    mut nodes: Vec<Server>,
    kills: usize,
    mut dice: Rng,
    progress: &Progress,
) -> (Vec<Server>, Vec<(Moment, Moment)>) {
    let mut away = Vec::new();
    for kill in 0..kills {
        // Between 10 and 80 hundredths of the run, one in each stretch.
        let stretch = 7_000 / kills;
        let at = (1_000 + kill * stretch + dice.usize(0..stretch / 2)) / 100;
        while progress.hundredths() < at && !progress.is_over() {
            std::thread::sleep(Duration::from_millis(20));
        }
        if progress.is_over() {
            break;
        }
        let node = dice.usize(0..nodes.len());
        let from = SystemClock.now();
        nodes[node].kill();
        std::thread::sleep(Duration::from_millis(dice.u64(0..2000)));
        let took = nodes[node].start_again();
        away.push((from, SystemClock.now()));
        eprintln!("  webhooks: node {node} was killed at {at} %, and begins in {took:.1?}");
    }
    (nodes, away)
}

/// Receivers that listen, each in a task of its own.
#[derive(Debug)]
pub(super) struct Listening {
    tasks: Vec<JoinHandle<()>>,
    receivers: Vec<Arc<Receiver>>,
}

impl Listening {
    pub(super) fn begin(receivers: &[Arc<Receiver>]) -> Self {
        let tasks = receivers.iter().map(|r| tokio::spawn(Arc::clone(r).listen())).collect();
        Self { tasks, receivers: receivers.to_vec() }
    }

    /// Restarts those given, one after the other, and lets those that only fail get well; until
    /// the run is over. Answers itself and the number of restarts.
    pub(super) async fn disturb(
        mut self,
        restarted: Vec<usize>,
        mut dice: Rng,
        progress: Arc<Progress>,
    ) -> (Self, usize) {
        let hangs = |r: &&Arc<Receiver>| !matches!(r.manner, Manner::Silent | Manner::Drips);
        let mut ill: Vec<(usize, Arc<Receiver>)> = self
            .receivers
            .iter()
            .filter(hangs)
            .map(|receiver| (dice.usize(20..80), Arc::clone(receiver)))
            .collect();
        let mut restarts = 0;
        while !progress.is_over() {
            let now = progress.hundredths();
            ill.retain(|(at, receiver)| {
                if *at <= now {
                    receiver.mend();
                }
                *at > now
            });
            if let Some(&number) = dice.choice(&restarted) {
                self.restart(number, away(&mut dice)).await;
                restarts += 1;
            }
            tokio::time::sleep(Duration::from_millis(dice.u64(500..2000))).await;
        }
        (self, restarts)
    }

    /// Drops a receiver's port and connections, and listens again after a while.
    async fn restart(&mut self, number: usize, away: Duration) {
        let task = &mut self.tasks[number];
        task.abort();
        // Nothing is left of it when this is answered.
        let _ = (&mut *task).await;
        tokio::time::sleep(away).await;
        *task = tokio::spawn(Arc::clone(&self.receivers[number]).listen());
    }
}
