//! Files of sites, of enrichments and of accounts: CSV, XLSX and JSON become one table, its columns
//! are understood by their headings, and each row becomes what it says, or says what is wrong with
//! it.
//!
//! Pure: bytes in, rows and faults out. Whatever the bytes are, there is an answer.
//!
//! 1. [`read`] makes a [`Table`] of a file: its headings, and cells that know their places.
//! 2. [`understand`] finds what each column means and reads the rows for a catalogue.
//! 3. [`annotate`] gives the same file back, with a column that says what is wrong in each row.

pub mod accounts;
mod cell;
mod columns;
pub mod enrichments;
mod fault;
mod heading;
mod known;
mod read;
mod rows;
mod table;
mod write;

pub use cell::state as state_code;
pub use columns::{Column, Use};
pub use fault::{Fault, Note, Place};
pub use heading::{Means, headings};
pub use read::read;
pub use rows::{Sold, Sound, Understood, understand};
pub use table::{Cell, Format, Kind, Row, Table};
pub use write::annotate;

/// The most bytes that a file has.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// The most rows below the headings.
pub const MOST_ROWS: usize = 10_000;
/// The most columns.
pub const MOST_COLUMNS: usize = 200;
/// The most characters of one cell.
pub const MOST_IN_A_CELL: usize = 2_000;
/// The most bytes that a workbook's parts have together once they are unpacked.
pub const MOST_UNPACKED: u64 = 64 * 1024 * 1024;

/// The heading of the column that a file comes back with.
pub const FAULTS: &str = "Demarc: faults";
