//! What the kernel says of a process, from /proc.

/// Sets VmHWM back to what is resident now. Where the kernel does not allow it, the peak of the
/// whole run is what is read later.
pub(super) fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most that was resident since the last reset, in bytes.
pub(super) fn peak_rss() -> Option<u64> {
    status("/proc/self/status", "VmHWM:")
}

/// What is resident in another process now, in bytes.
pub(super) fn rss(process: u32) -> Option<u64> {
    status(&format!("/proc/{process}/status"), "VmRSS:")
}

/// Bytes that this process has given to the kernel to bring to a disk.
pub(super) fn written() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/io").ok()?;
    field(&text, "write_bytes:")
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
}
