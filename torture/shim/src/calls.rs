//! The functions of the C library that are stood in for: what SQLite and the standard library change
//! files with. Each does the system's own call itself, so that nothing here calls itself. A way to
//! change a watched file that is not known here ends the process: it would go unseen.

use crate::format::{call, kind};
use crate::journal::{end, length, note};
use crate::switches::{fails, room};
use crate::watch;
use libc::{c_char, c_int, c_long, c_uint, c_void, iovec, mode_t, off_t, size_t, ssize_t};

fn error(number: c_int) -> c_int {
    // SAFETY: the place of this thread's own error number.
    unsafe { *libc::__errno_location() = number };
    -1
}

/// Of a call that answers a count: it fits, since the kernel took it from this type.
#[expect(clippy::cast_possible_truncation, reason = "both have 64 bits here")]
const fn count(answer: c_long) -> ssize_t {
    answer as ssize_t
}

/// Of a call that answers a small number or -1.
fn small(answer: c_long) -> c_int {
    c_int::try_from(answer).unwrap_or(-1)
}

/// # Safety
/// As `open`. It has a third argument only if a file may be created; whatever stands in its place
/// otherwise is passed on and not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

/// # Safety
/// As `open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { openat(libc::AT_FDCWD, path, flags | libc::O_LARGEFILE, mode) }
}

/// # Safety
/// As `openat`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat64(
    at: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { openat(at, path, flags | libc::O_LARGEFILE, mode) }
}

/// # Safety
/// As `openat`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(
    at: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: as the caller promises.
    let fd = small(unsafe { libc::syscall(libc::SYS_openat, at, path, flags, mode) });
    let failed = watch::open(fd, |name| {
        if flags & libc::O_TRUNC != 0 {
            note(kind::TRUNCATE, name, 0, &[]);
        }
        fails(call::OPEN, name)
    });
    if failed == Some(true) {
        // SAFETY: opened above, and nobody else knows it.
        unsafe { libc::syscall(libc::SYS_close, fd) };
        return error(libc::EIO);
    }
    fd
}

/// # Safety
/// As `read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(fd: c_int, to: *mut c_void, length: size_t) -> ssize_t {
    if watch::open(fd, |name| fails(call::READ, name)) == Some(true) {
        return error(libc::EIO) as ssize_t;
    }
    // SAFETY: as the caller promises.
    count(unsafe { libc::syscall(libc::SYS_read, fd, to, length) })
}

/// # Safety
/// As `pread`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread64(
    fd: c_int,
    to: *mut c_void,
    length: size_t,
    offset: off_t,
) -> ssize_t {
    if watch::open(fd, |name| fails(call::READ, name)) == Some(true) {
        return error(libc::EIO) as ssize_t;
    }
    // SAFETY: as the caller promises.
    count(unsafe { libc::syscall(libc::SYS_pread64, fd, to, length, offset) })
}

/// # Safety
/// As `write`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, from: *const c_void, length: size_t) -> ssize_t {
    let written = watch::open(fd, |name| {
        // SAFETY: asks where the file stands and moves nothing.
        let at = unsafe { libc::syscall(libc::SYS_lseek, fd, 0, libc::SEEK_CUR) };
        // SAFETY: as the caller promises.
        let written = unsafe { put(fd, name, from, length, at) };
        if written > 0 {
            // SAFETY: where an ordinary write would have left it.
            unsafe { libc::syscall(libc::SYS_lseek, fd, at + written as c_long, libc::SEEK_SET) };
        }
        written
    });
    // SAFETY: as the caller promises.
    written.unwrap_or_else(|| count(unsafe { libc::syscall(libc::SYS_write, fd, from, length) }))
}

/// # Safety
/// As `pwrite`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(
    fd: c_int,
    from: *const c_void,
    length: size_t,
    offset: off_t,
) -> ssize_t {
    // SAFETY: as the caller promises.
    unsafe { pwrite64(fd, from, length, offset) }
}

/// # Safety
/// As `pwrite`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    fd: c_int,
    from: *const c_void,
    length: size_t,
    offset: off_t,
) -> ssize_t {
    // SAFETY: as the caller promises.
    let written = watch::open(fd, |name| unsafe { put(fd, name, from, length, offset) });
    written.unwrap_or_else(|| {
        // SAFETY: as the caller promises.
        count(unsafe { libc::syscall(libc::SYS_pwrite64, fd, from, length, offset) })
    })
}

/// Writes to a watched file, as far as it has room, and notes what was written.
///
/// # Safety
/// `length` bytes can be read at `from`.
unsafe fn put(
    fd: c_int,
    name: &[u8],
    from: *const c_void,
    length: size_t,
    offset: c_long,
) -> ssize_t {
    if fails(call::WRITE, name) {
        return error(libc::EIO) as ssize_t;
    }
    let at = offset.unsigned_abs();
    // Only a file that grows needs room.
    let growth = (at + length as u64).saturating_sub(size(fd)).min(length as u64);
    let refused = growth - room(growth);
    let length = length - usize::try_from(refused).unwrap_or_else(|_| end("a large write"));
    if length == 0 && refused > 0 {
        return error(libc::ENOSPC) as ssize_t;
    }
    // SAFETY: as the caller promises; no more than he said.
    let written = count(unsafe { libc::syscall(libc::SYS_pwrite64, fd, from, length, offset) });
    if let Ok(written) = usize::try_from(written) {
        // SAFETY: as the caller promises; no more than he said.
        let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), written) };
        note(kind::WRITE, name, at, bytes);
    }
    written
}

fn size(fd: c_int) -> u64 {
    // SAFETY: all zeros are a valid value of this plain structure.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: writes into the one value given.
    if unsafe { libc::fstat(fd, &raw mut stat) } != 0 {
        end("a file without a length");
    }
    stat.st_size.unsigned_abs()
}

/// # Safety
/// As `writev`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(fd: c_int, from: *const iovec, number: c_int) -> ssize_t {
    if watch::open(fd, |_| ()).is_some() {
        end("writev on a watched file");
    }
    // SAFETY: as the caller promises.
    count(unsafe { libc::syscall(libc::SYS_writev, fd, from, number) })
}

/// # Safety
/// As `ftruncate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(fd: c_int, length: off_t) -> c_int {
    if watch::open(fd, |name| fails(call::TRUNCATE, name)) == Some(true) {
        return error(libc::EIO);
    }
    // SAFETY: as the caller promises.
    let done = small(unsafe { libc::syscall(libc::SYS_ftruncate, fd, length) });
    if done == 0 {
        watch::open(fd, |name| note(kind::TRUNCATE, name, length.unsigned_abs(), &[]));
    }
    done
}

/// # Safety
/// As `ftruncate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(fd: c_int, length: off_t) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { ftruncate(fd, length) }
}

/// # Safety
/// As `fallocate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fallocate64(fd: c_int, mode: c_int, at: off_t, length: off_t) -> c_int {
    if watch::open(fd, |_| ()).is_some() {
        end("fallocate on a watched file");
    }
    // SAFETY: as the caller promises.
    small(unsafe { libc::syscall(libc::SYS_fallocate, fd, mode, at, length) })
}

/// # Safety
/// As `fsync`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fsync)
}

/// # Safety
/// As `fdatasync`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fdatasync)
}

fn sync(fd: c_int, number: c_long) -> c_int {
    // What is written while it runs it need not have seen.
    let begun = length();
    if watch::open(fd, |name| fails(call::SYNC, name)) == Some(true) {
        watch::open(fd, |name| note(kind::SYNC_FAILED, name, begun, &[]));
        return error(libc::EIO);
    }
    // SAFETY: takes no memory.
    let done = small(unsafe { libc::syscall(number, fd) });
    if done == 0 {
        watch::open(fd, |name| note(kind::SYNCED, name, begun, &[]));
    }
    done
}

/// # Safety
/// As `unlink`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    let (at, none): (c_int, c_uint) = (libc::AT_FDCWD, 0);
    // SAFETY: as the caller promises.
    let done = small(unsafe { libc::syscall(libc::SYS_unlinkat, at, path, none) });
    // SAFETY: as the caller promises, a text that ends with a zero byte.
    let path = unsafe { bytes(&path) };
    if let Some(name) = watch::below(path).filter(|_| done == 0) {
        note(kind::UNLINK, name, 0, &[]);
    }
    done
}

/// # Safety
/// As `rename`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: as the caller promises, texts that end with a zero byte.
    if unsafe { watch::below(bytes(&from)).or(watch::below(bytes(&to))) }.is_some() {
        end("rename of a watched file");
    }
    let at = libc::AT_FDCWD;
    // SAFETY: as the caller promises.
    small(unsafe { libc::syscall(libc::SYS_renameat2, at, from, at, to, 0) })
}

/// # Safety
/// A text that ends with a zero byte and stays as long as the pointer to it.
unsafe fn bytes(path: &*const c_char) -> &[u8] {
    // SAFETY: as the caller promises.
    unsafe { std::ffi::CStr::from_ptr(*path) }.to_bytes()
}
