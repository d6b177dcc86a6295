//! Faults that a build for tests can switch on: mistakes planted in the product, and named points
//! at which its process kills itself. In every other build both are nothing at all.
//!
//! A harness that finds nothing must show that it can: each planted mistake is one that a person
//! could make, and is found by the rows of `cargo xtask torture` that `docs/trust.md` lists.

mod bug;
mod named;
mod point;
#[cfg(feature = "switchable")]
mod switched;

pub use bug::Bug;
pub use point::Point;

/// Whether this mistake is made.
#[cfg(feature = "switchable")]
pub fn planted(bug: Bug) -> bool {
    switched::bug() == Some(bug)
}

/// Whether this mistake is made: never, in this build.
#[cfg(not(feature = "switchable"))]
#[inline]
pub const fn planted(_: Bug) -> bool {
    false
}

/// Passes a point. The process dies here, as by `kill -9`, if it was told to.
#[cfg(feature = "switchable")]
pub fn pass(point: Point) {
    switched::pass(point);
}

/// Passes a point: nothing happens, in this build.
#[cfg(not(feature = "switchable"))]
#[inline]
pub const fn pass(_: Point) {}

/// What is switched on in this process, in words for its log.
#[cfg(feature = "switchable")]
pub fn switched_on() -> Option<String> {
    switched::words()
}

/// What is switched on in this process: nothing can be, in this build.
#[cfg(not(feature = "switchable"))]
pub const fn switched_on() -> Option<String> {
    None
}
