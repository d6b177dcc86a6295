//! A file as a table, whatever form it had: headings, and rows of cells.

use crate::fault::Note;

/// The forms that a file can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Separated by commas, semicolons or tabulators.
    Csv,
    Xlsx,
    /// A list of objects.
    Json,
    /// An object on each line.
    JsonLines,
}

impl Format {
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Json, Self::JsonLines];

    /// The media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::JsonLines => "application/x-ndjson",
        }
    }

    /// The form of that media type, without its parameters.
    pub fn of_media(media: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.media().eq_ignore_ascii_case(media))
    }

    /// How names of such files end. The first is the usual one.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &["csv", "tsv", "txt"],
            Self::Xlsx => &["xlsx"],
            Self::Json => &["json"],
            Self::JsonLines => &["ndjson", "jsonl"],
        }
    }

    /// The form of a file whose name ends so, in any case of letters.
    pub fn of_ending(ending: &str) -> Option<Self> {
        let is = |f: &Self| f.endings().iter().any(|e| e.eq_ignore_ascii_case(ending));
        Self::ALL.into_iter().find(is)
    }

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::JsonLines => "json_lines",
        }
    }

    pub(crate) const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonLines)
    }
}

/// What a cell was in its file. It goes back as that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Empty,
    Text,
    Number,
    /// `true` or `false`.
    Flag,
    /// The error of a formula, such as `#N/A`.
    Error,
    /// A list or an object inside of a JSON row, as JSON.
    Nested,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub kind: Kind,
    /// As it stands in the file; a date of a workbook as `2026-02-19`.
    pub text: String,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let kind = if text.is_empty() { Kind::Empty } else { Kind::Text };
        Self { kind, text }
    }

    pub(crate) fn of(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// Without the spaces around it.
    pub(crate) fn value(&self) -> &str {
        self.text.trim()
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.value().is_empty()
    }
}

/// One row below the headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As a person counts it.
    pub number: u32,
    /// As many as the table has columns.
    pub cells: Vec<Cell>,
}

/// A file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub format: Format,
    /// What separates the cells of a CSV file.
    pub(crate) separator: u8,
    /// The worksheet of a workbook.
    pub sheet: Option<String>,
    /// Where the headings stand; none in JSON.
    pub(crate) heading_row: Option<u32>,
    /// One for each column; empty where a column has none.
    pub headings: Vec<String>,
    /// Those with anything in them.
    pub rows: Vec<Row>,
    /// What was noticed while reading.
    pub(crate) notes: Vec<Note>,
}

impl Table {
    /// Gives every row and the headings the same number of cells.
    pub(crate) fn squared(mut self) -> Self {
        let widest = self.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
        let width = widest.max(self.headings.len());
        self.headings.resize(width, String::new());
        for row in &mut self.rows {
            row.cells.resize(width, Cell::default());
        }
        self
    }
}
