//! Whether the machine has time for what runs on it: without that, nothing on it can be in time.

use std::fs;
use std::time::Instant;

/// How long something has waited for a processor since the machine began, in microseconds; none
/// where the system does not say.
fn waited() -> Option<u64> {
    total(&fs::read_to_string("/proc/pressure/cpu").ok()?)
}

fn total(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("some "))?;
    line.split("total=").nth(1)?.trim().parse().ok()
}

/// A stretch of time on this machine.
#[derive(Debug)]
pub(super) struct Machine {
    begun: Instant,
    waited: Option<u64>,
}

impl Machine {
    pub(super) fn watch() -> Self {
        Self { begun: Instant::now(), waited: waited() }
    }

    /// For how many hundredths of the time something waited for a processor.
    pub(super) fn hundredths(&self) -> Option<u64> {
        let waited = waited()?.saturating_sub(self.waited?);
        let all = u64::try_from(self.begun.elapsed().as_micros()).ok()?.max(1);
        Some(waited * 100 / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_own_words_are_read() {
        let text = "some avg10=1.00 avg60=2.00 avg300=3.00 total=4711\nfull avg10=0 total=0\n";
        assert_eq!(total(text), Some(4711));
        assert_eq!(total("nothing of the kind"), None);
    }
}
