//! Holds a process to a share of one processor: by the kernel where it lets us, else from outside.

use super::process;
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// As long as it is held. Drop it when the process has ended.
#[derive(Debug)]
pub(super) enum Held {
    /// A group of its own, by its folder.
    Group(PathBuf),
    /// A thread that pauses the process.
    Paused { process: u32, stop: Arc<AtomicBool>, thread: Option<JoinHandle<()>> },
}

/// The kernel gives each period's share anew.
const PERIOD: Duration = Duration::from_millis(20);
/// How often the thread looks.
const LOOK: Duration = Duration::from_millis(2);

impl Held {
    /// Holds a process to so many per cent of one processor. `outside`: not by the kernel.
    pub(super) fn new(process: u32, percent: u16, outside: bool) -> Self {
        let group = if outside { None } else { group(process, percent) };
        group.map_or_else(|| paused(process, percent), Self::Group)
    }

    /// How, for the report.
    pub(super) const fn how(&self) -> &'static str {
        match self {
            Self::Group(_) => "cgroup v1, cpu.cfs_quota_us, periods of 20 ms",
            Self::Paused { .. } => {
                "SIGSTOP when the share is used up, SIGCONT when it has grown again, looked at \
                 every 2 ms"
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            // An empty group that stays costs nothing.
            Self::Group(folder) => drop(std::fs::remove_dir(folder)),
            Self::Paused { process, stop, thread } => {
                stop.store(true, Ordering::Relaxed);
                if let Some(thread) = thread.take() {
                    // It does nothing that could panic.
                    let _ = thread.join();
                }
                signal(*process, Signal::CONT);
            }
        }
    }
}

/// A group below the one that this process is in.
fn group(process: u32, percent: u16) -> Option<PathBuf> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(own_cpu_group)?;
    let folder = Path::new("/sys/fs/cgroup/cpu").join(own.trim_start_matches('/'));
    let folder = folder.join(format!("demarc-bench-{process}"));
    std::fs::create_dir(&folder).ok()?;
    let period = u64::try_from(PERIOD.as_micros()).unwrap_or(0);
    let quota = period * u64::from(percent) / 100;
    let write = |file: &str, number: u64| std::fs::write(folder.join(file), number.to_string());
    let held = write("cpu.cfs_period_us", period)
        .and_then(|()| write("cpu.cfs_quota_us", quota))
        .and_then(|()| write("cgroup.procs", process.into()));
    if held.is_err() {
        let _ = std::fs::remove_dir(&folder);
        return None;
    }
    Some(folder)
}

/// `4:cpu,cpuacct:/user` tells `/user`.
fn own_cpu_group(line: &str) -> Option<&str> {
    let mut parts = line.splitn(3, ':').skip(1);
    let controllers = parts.next()?;
    controllers.split(',').any(|c| c == "cpu").then_some(parts.next()?)
}

fn paused(process: u32, percent: u16) -> Held {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let share = f64::from(percent) / 100.0;
    let thread = std::thread::spawn(move || pause(process, share, &told));
    Held::Paused { process, stop, thread: Some(thread) }
}

/// A bucket that fills with time and empties with use: debts are kept, rests are not.
fn pause(process: u32, share: f64, stop: &AtomicBool) {
    let mut allowed = 0.0_f64;
    let (mut looked, mut used) = (Instant::now(), process::cpu(process));
    let mut running = true;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
        let now = process::cpu(process);
        let (Some(before), Some(after)) = (used, now) else { return };
        let spent = after.saturating_sub(before).as_secs_f64();
        allowed += looked.elapsed().as_secs_f64() * share - spent;
        allowed = allowed.min(PERIOD.as_secs_f64() * share);
        (looked, used) = (Instant::now(), now);
        if running != (allowed > 0.0) {
            running = !running;
            signal(process, if running { Signal::CONT } else { Signal::STOP });
        }
    }
}

fn signal(process: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        // It may have ended.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_told_by_its_controller() {
        assert_eq!(own_cpu_group("4:cpu,cpuacct:/user"), Some("/user"));
        assert_eq!(own_cpu_group("2:cpuacct:/"), None);
        assert_eq!(own_cpu_group("0::/init"), None);
    }
}
