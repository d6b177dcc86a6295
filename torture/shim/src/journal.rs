//! What happened to the watched files, appended to one file, a record a call.

use crate::format::{HEAD, JOURNAL};
use crate::watch::variable;
use std::sync::OnceLock;

static FILE: OnceLock<Option<libc::c_int>> = OnceLock::new();

fn file() -> Option<libc::c_int> {
    *FILE.get_or_init(|| {
        let mut path = variable(JOURNAL)?;
        path.push(0);
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND | libc::O_CLOEXEC;
        // SAFETY: the path ends with a zero byte.
        let fd =
            unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0o600) };
        Some(
            libc::c_int::try_from(fd)
                .ok()
                .filter(|fd| *fd >= 0)
                .unwrap_or_else(|| end("the journal cannot be opened")),
        )
    })
}

/// Whether anything is written down of this file. The index of the log is memory: it is built anew
/// from the log after a power cut.
pub(crate) fn wants(name: &[u8]) -> bool {
    file().is_some() && !name.ends_with(b"-shm")
}

/// The length of the journal.
pub(crate) fn length() -> u64 {
    let Some(fd) = file() else { return 0 };
    // SAFETY: moves nothing but the place of a descriptor that only appends.
    let end = unsafe { libc::syscall(libc::SYS_lseek, fd, 0, libc::SEEK_END) };
    u64::try_from(end).unwrap_or_else(|_| end_of_journal())
}

/// Appends a record. It is in the file when this returns, whole: one call writes it.
pub(crate) fn note(kind: u8, name: &[u8], number: u64, bytes: &[u8]) {
    if !wants(name) {
        return;
    }
    let Some(fd) = file() else { return };
    let mut record = Vec::with_capacity(HEAD + name.len() + bytes.len());
    record.push(kind);
    record.extend(u16::try_from(name.len()).unwrap_or_else(|_| end("a long name")).to_le_bytes());
    record.extend(now().to_le_bytes());
    record.extend(number.to_le_bytes());
    record.extend(u32::try_from(bytes.len()).unwrap_or_else(|_| end("much")).to_le_bytes());
    record.extend(name);
    record.extend(bytes);
    // SAFETY: the buffer is as long as is said.
    let written = unsafe { libc::syscall(libc::SYS_write, fd, record.as_ptr(), record.len()) };
    if usize::try_from(written) != Ok(record.len()) {
        end_of_journal();
    }
}

fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes into the one value given.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

fn end_of_journal() -> ! {
    end("the journal cannot be written")
}

/// A shim that cannot do its work must not let the server go on as if it did.
pub(crate) fn end(why: &str) -> ! {
    let line = format!("demarc-shim: {why}\n");
    // SAFETY: the text is as long as is said; then the process ends.
    unsafe {
        libc::syscall(libc::SYS_write, 2, line.as_ptr(), line.len());
        libc::abort()
    }
}
