//! What the kernel says of processes, from /proc.

use std::time::Duration;

/// The most that was resident in a process, in bytes.
pub(super) fn peak_rss(process: u32) -> Option<u64> {
    status(&format!("/proc/{process}/status"), "VmHWM:")
}

/// What is resident in a process now, in bytes.
pub(super) fn rss(process: u32) -> Option<u64> {
    status(&format!("/proc/{process}/status"), "VmRSS:")
}

/// Bytes that a process has given to the kernel to bring to a disk.
pub(super) fn written(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/io")).ok()?;
    field(&text, "write_bytes:")
}

/// Processor time that a process has used, user and kernel, in all its threads.
pub(super) fn cpu(process: u32) -> Option<Duration> {
    stat(process).map(|stat| ticks(stat.own))
}

/// Processor time of a process, of the children that it has, and of those that it had.
pub(super) fn family_cpu(process: u32) -> Option<Duration> {
    let head = stat(process)?;
    let all = std::fs::read_dir("/proc").ok()?.flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children = ids.filter_map(stat).filter(|stat| stat.parent == process);
    Some(ticks(head.own + head.ended + children.map(|stat| stat.own + stat.ended).sum::<u64>()))
}

/// The parent of a process of this name.
pub(super) fn parent(process: u32, name: &str) -> Option<u32> {
    let comm = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    (comm.trim() == name).then(|| stat(process)).flatten().map(|stat| stat.parent)
}

fn ticks(count: u64) -> Duration {
    let hertz = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_nanos(count.saturating_mul(1_000_000_000 / hertz))
}

/// Of /proc/PID/stat, in ticks.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u64,
    /// Of children that have ended.
    ended: u64,
}

fn stat(process: u32) -> Option<Stat> {
    read_stat(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

fn read_stat(text: &str) -> Option<Stat> {
    // The name may hold anything, blanks and brackets too; the numbers follow its last bracket.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<_> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}

fn status(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    field(&text, name).map(|kib| kib * 1024)
}

fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "VmPeak:\t  99 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 7 kB\n";
        assert_eq!(field(text, "VmHWM:"), Some(1234));
        assert_eq!(field(text, "VmRSS:"), Some(7));
        assert_eq!(field(text, "VmSwap:"), None);
    }

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let text = "7 (a) b (c) S 3 7 7 0 -1 64 100 0 0 0 11 5 200 30 20 0 1 0 158";
        assert_eq!(read_stat(text), Some(Stat { parent: 3, own: 16, ended: 230 }));
        assert_eq!(read_stat("7 (a"), None);
    }
}
