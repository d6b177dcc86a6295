//! Documents for a reader, in HTML and in PDF: one model of plain words in their order, drawn
//! twice. It knows neither quotes nor prices; what a document says is decided by who fills the
//! model. No I/O, no clock: the same document gives the same bytes.

mod html;
mod model;
mod pdf;

pub use html::{STYLE, html};
pub use model::{Align, Block, Cell, Column, Document, Fact, Mark, Part, Row, Rows, Table};
pub use pdf::{PdfError, pdf};
