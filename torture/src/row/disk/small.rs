//! A disk that is really full: a file system of 16 MB in memory, where this process may mount one.
//! It is made a little larger whenever it is full, by which the server must recover.

use crate::plan::Plan;
use crate::report::Report;
use crate::shop::Shop;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const FIRST_MB: usize = 16;
const MORE_MB: usize = 4;
const TIMES: usize = 4;
/// Room for whatever is still to be settled.
const ENOUGH_MB: usize = 256;
/// It is full by then.
const FULL: Duration = Duration::from_mins(2);
const BACK: Duration = Duration::from_secs(2);

pub(super) fn run(plan: &Plan, report: &mut Report) {
    let small = match Mount::new() {
        Ok(small) => small,
        Err(why) => return report.figure("on a file system of 16 MB", format!("not done: {why}")),
    };
    let place = tempfile::tempdir_in(small.folder()).expect("a folder");
    let mut shop = Shop::within(plan, place);
    shop.server.start_again();
    shop.begin();
    if let Err(why) = fill(&shop, &small) {
        report.broke(plan.seed, format!("16 MB: {why}\n{}", shop.server.log()));
        return;
    }
    match shop.settle() {
        Ok(verdict) => {
            let whole = verdict.lost == 0 && verdict.doubled == 0 && verdict.orders > 0;
            report.must(whole, plan.seed, || verdict.to_string());
            let told = format!("done, full {TIMES} times: {verdict}");
            report.figure("on a file system of 16 MB", told);
        }
        Err(why) => report.broke(plan.seed, why),
    }
    shop.server.end();
    let faults = shop.audit();
    report.must(faults.is_empty(), plan.seed, || faults.join("; "));
}

fn fill(shop: &Shop, small: &Mount) -> Result<(), String> {
    for time in 1..=TIMES {
        let begun = Instant::now();
        let refused = |from: Instant| {
            let unknown = shop.ledger.unknown();
            unknown.iter().any(|unknown| unknown.at > from && unknown.status == Some(503))
        };
        while !refused(begun) {
            if begun.elapsed() > FULL || shop.gave_up() {
                return Err(format!("time {time}: it is not full, or a client gave up"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(300));
        if shop.read_once("/v1/orders") != Some(200) {
            return Err(format!("time {time}: nothing can be read from a full disk"));
        }
        let wider = Instant::now();
        small.grow(if time == TIMES { ENOUGH_MB } else { FIRST_MB + time * MORE_MB })?;
        if !shop.going(wider, 1, BACK) {
            return Err(format!("time {time}: no writes {BACK:?} after there was room"));
        }
    }
    Ok(())
}

/// A file system in memory, until it is dropped.
struct Mount {
    outer: TempDir,
}

impl Mount {
    fn new() -> Result<Self, String> {
        let outer = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mount = Self { outer };
        let folder = mount.folder();
        std::fs::create_dir(&folder).map_err(|e| e.to_string())?;
        let size = format!("size={FIRST_MB}m");
        obey("mount", &["-t", "tmpfs", "-o", &size, "demarc-torture"], &folder)?;
        Ok(mount)
    }

    fn folder(&self) -> PathBuf {
        self.outer.path().join("small")
    }

    fn grow(&self, megabytes: usize) -> Result<(), String> {
        obey("mount", &["-o", &format!("remount,size={megabytes}m")], &self.folder())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Where there is none, that is as well.
        let _ = obey("umount", &[], &self.folder());
    }
}

fn obey(program: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).arg(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("{program}: {e}"))?;
    let words = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(words()) }
}
