//! Stands between `demarc serve` and its disk, loaded into its process by `LD_PRELOAD`: it writes
//! down every change of the files below one folder and every sync, or makes calls on them fail.
//! Everything else passes through. What it is told stands in three variables and a file of
//! switches; `format.rs` has both, and the form of what it writes down.
#![cfg(target_os = "linux")]

mod calls;
mod format;
mod journal;
mod switches;
mod watch;
