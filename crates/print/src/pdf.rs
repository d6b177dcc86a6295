//! A document as PDF: laid out on sheets first, so that their number is known, then painted.
//! Tagged for those who hear it read (PDF/UA-1).

mod flow;
mod lines;
mod paint;
mod sheets;
mod table;
mod tags;
mod typeface;

use crate::model::Document;
use typeface::Typeface;

/// Why there is no PDF. A document cannot cause either; they are faults of this crate.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("the typeface cannot be read")]
    Typeface,
    #[error("the PDF cannot be written: {0}")]
    Unwritten(String),
}

/// Draws `document`. The time that it takes and the memory grow as its words do.
///
/// # Errors
/// Never because of what the document says.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let typeface = Typeface::new()?;
    let laid = flow::lay_out(document, &typeface);
    paint::paint(document, laid, &typeface)
}

#[cfg(test)]
mod tests;
