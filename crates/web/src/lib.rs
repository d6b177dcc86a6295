//! The doors: parse, call, answer.
