//! The switches: words in a file that harness and server both have in memory, so that a fault comes
//! and goes while the server runs.

use crate::format::{SWITCHES, switch, which};
use crate::journal::end;
use crate::watch::variable;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

type Words = [AtomicU64; switch::WORDS];

static WORDS: OnceLock<Option<&'static Words>> = OnceLock::new();

fn words() -> Option<&'static Words> {
    *WORDS.get_or_init(|| {
        let mut path = variable(SWITCHES)?;
        path.push(0);
        // SAFETY: the path ends with a zero byte.
        let fd = unsafe {
            libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), libc::O_RDWR, 0)
        };
        let fd = libc::c_int::try_from(fd).unwrap_or(-1);
        let (length, way) = (size_of::<Words>(), libc::PROT_READ | libc::PROT_WRITE);
        // SAFETY: a new mapping of a file; an error is looked for below.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), length, way, libc::MAP_SHARED, fd, 0) };
        if at == libc::MAP_FAILED {
            end("there are no switches");
        }
        // SAFETY: mapped for ever, aligned to a page, as long as the words, which any bytes are;
        // the harness makes the file that long and changes whole words only.
        Some(unsafe { &*at.cast::<Words>() })
    })
}

/// Whether this call on this file is to fail.
pub(crate) fn fails(call: u64, name: &[u8]) -> bool {
    let Some(words) = words() else { return false };
    if words[switch::CALL].load(SeqCst) != call || !meant(words[switch::WHICH].load(SeqCst), name) {
        return false;
    }
    let (seen, nth) = (words[switch::SEEN].fetch_add(1, SeqCst) + 1, &words[switch::NTH]);
    let on = words[switch::ON].load(SeqCst) == 1;
    let struck = seen == nth.load(SeqCst) || (on && seen > nth.load(SeqCst));
    if struck {
        words[switch::STRUCK].fetch_add(1, SeqCst);
    }
    struck
}

fn meant(files: u64, name: &[u8]) -> bool {
    match files {
        which::WAL => name.ends_with(b"-wal"),
        which::MAIN => !name.ends_with(b"-wal") && !name.ends_with(b"-shm"),
        which::ANY => true,
        _ => end("a switch that makes no sense"),
    }
}

/// How many of the bytes that a file wants to grow by it may.
pub(crate) fn room(growth: u64) -> u64 {
    let Some(words) = words().filter(|words| words[switch::LIMITED].load(SeqCst) == 1) else {
        return growth;
    };
    let take = |room: u64| Some(room - room.min(growth));
    let had = words[switch::ROOM].fetch_update(SeqCst, SeqCst, take).unwrap_or_default();
    if had < growth {
        words[switch::REFUSED].fetch_add(1, SeqCst);
    }
    had.min(growth)
}
