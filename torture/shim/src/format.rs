//! What the shim and the harness must agree on. Both compile this file.

/// The folder that is watched; its path without links.
pub(crate) const FOLDER: &str = "SHIM_FOLDER";
/// The journal, outside of that folder. Without it nothing is written down.
pub(crate) const JOURNAL: &str = "SHIM_JOURNAL";
/// The file of switches. Without it nothing fails.
pub(crate) const SWITCHES: &str = "SHIM_SWITCHES";

/// A record begins with: kind (1 byte), length of the path (2), moment (8, monotonic nanoseconds),
/// number (8), length of the bytes (4); all little endian. Path and bytes follow.
pub(crate) const HEAD: usize = 23;

/// Kinds of record; what the number means.
pub(crate) mod kind {
    /// Bytes written; the offset.
    pub(crate) const WRITE: u8 = 1;
    /// Cut or grown; the new length.
    pub(crate) const TRUNCATE: u8 = 2;
    /// A sync has ended; the length of the journal when it began.
    pub(crate) const SYNCED: u8 = 3;
    /// A sync has failed; the same number.
    pub(crate) const SYNC_FAILED: u8 = 4;
    /// Its name is gone; zero.
    pub(crate) const UNLINK: u8 = 5;
}

/// Switches: words of 64 bits in the file's own order of bytes, by their index.
pub(crate) mod switch {
    /// How many there are.
    pub(crate) const WORDS: usize = 9;
    /// The call that fails, one of [`super::call`]; zero: none.
    pub(crate) const CALL: usize = 0;
    /// The files it fails on, one of [`super::which`].
    pub(crate) const WHICH: usize = 1;
    /// The first call that fails, counted from one.
    pub(crate) const NTH: usize = 2;
    /// One: so does every later one.
    pub(crate) const ON: usize = 3;
    /// Calls of that kind counted since.
    pub(crate) const SEEN: usize = 4;
    /// How many of them failed.
    pub(crate) const STRUCK: usize = 5;
    /// One: files may grow by no more than `ROOM` bytes in all.
    pub(crate) const LIMITED: usize = 6;
    /// See `LIMITED`.
    pub(crate) const ROOM: usize = 7;
    /// How many writes found no room, or too little.
    pub(crate) const REFUSED: usize = 8;
}

/// Calls that can fail.
pub(crate) mod call {
    pub(crate) const WRITE: u64 = 1;
    pub(crate) const SYNC: u64 = 2;
    pub(crate) const TRUNCATE: u64 = 3;
    pub(crate) const OPEN: u64 = 4;
    pub(crate) const READ: u64 = 5;
}

/// Files that calls can fail on.
pub(crate) mod which {
    pub(crate) const ANY: u64 = 0;
    /// The log.
    pub(crate) const WAL: u64 = 1;
    /// Neither the log nor its index: the database.
    pub(crate) const MAIN: u64 = 2;
}
