//! Which files are watched, by what the kernel says an open file is called: nothing to keep up to
//! date, and no duplicate of a descriptor can be missed.

use crate::format::FOLDER;
use std::sync::OnceLock;

const LONGEST: usize = 4096;

static FOLDER_PATH: OnceLock<Option<Vec<u8>>> = OnceLock::new();

/// The value of a variable, as bytes.
pub(crate) fn variable(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(std::os::unix::ffi::OsStringExt::into_vec)
}

/// The name of a watched file below the folder; nothing for every other path.
pub(crate) fn below(path: &[u8]) -> Option<&[u8]> {
    let folder = FOLDER_PATH.get_or_init(|| variable(FOLDER)).as_deref()?;
    let name = path.strip_prefix(folder)?.strip_prefix(b"/")?;
    // A file without a name is gone with its process.
    (!name.is_empty() && !name.ends_with(b" (deleted)")).then_some(name)
}

/// Calls `with` with the name of the open file if it is watched.
pub(crate) fn open<T>(fd: libc::c_int, with: impl FnOnce(&[u8]) -> T) -> Option<T> {
    FOLDER_PATH.get_or_init(|| variable(FOLDER)).as_ref()?;
    let mut link = [0_u8; 32];
    let digits = number(&mut link, fd)?;
    let mut path = [0_u8; LONGEST];
    // SAFETY: the link ends with a zero byte, and the buffer is as long as is said.
    let length = unsafe {
        libc::syscall(
            libc::SYS_readlinkat,
            libc::AT_FDCWD,
            digits.as_ptr(),
            path.as_mut_ptr(),
            LONGEST,
        )
    };
    let length = usize::try_from(length).ok()?;
    below(&path[..length]).map(with)
}

/// `/proc/self/fd/N` with a zero byte behind it, without taking memory from anywhere.
fn number(buffer: &mut [u8; 32], fd: libc::c_int) -> Option<&[u8]> {
    use std::io::Write as _;
    let fd = u32::try_from(fd).ok()?;
    let mut rest = &mut buffer[..31];
    write!(rest, "/proc/self/fd/{fd}").ok()?;
    Some(buffer)
}
