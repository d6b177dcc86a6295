//! The rules: pure, synchronous; no I/O, no clock, no randomness.

pub mod id;
pub mod money;
pub mod time;

pub mod address;
