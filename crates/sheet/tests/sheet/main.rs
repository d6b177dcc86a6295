//! Files of sites, from outside of the crate.

mod bytes;
mod faults;
mod files;
