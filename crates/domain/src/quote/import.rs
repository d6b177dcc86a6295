//! An import: what was taken from a file into a quote or an order, and what was left.

use crate::code::{Because, Code};
use crate::id::Id;
use crate::party::Tenant;
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// A place in a file, as a person counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlace {
    /// None: the file as a whole.
    pub row: Option<u32>,
    /// The letters of the column; none in JSON.
    pub column: Option<String>,
    /// As it stands in the file.
    pub heading: Option<String>,
}

/// One thing that is wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFault {
    pub place: ImportPlace,
    pub value: Option<String>,
    /// The word of a [`Because`].
    pub code: String,
    pub detail: String,
    pub expected: Option<String>,
    pub remedy: String,
}

impl ImportFault {
    /// The registry's entry for it; a word of an earlier time has none.
    pub fn because(&self) -> Option<Because> {
        Because::ALL.iter().copied().find(|b| b.as_str() == self.code)
    }

    /// A JSON pointer: the row, then the column.
    pub fn pointer(&self) -> String {
        let column = self.place.column.as_ref().or(self.place.heading.as_ref());
        let column = column.map(|c| format!("/{}", c.replace('~', "~0").replace('/', "~1")));
        let row = self.place.row.map(|row| format!("/rows/{row}"));
        format!("{}{}", row.unwrap_or_default(), column.unwrap_or_default())
    }
}

/// Something that was noticed in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportNote {
    pub place: ImportPlace,
    pub detail: String,
}

/// A column of the file and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportColumn {
    /// `C`; none in JSON.
    pub column: Option<String>,
    pub heading: String,
    /// `street`, `zip` …; `feature`; `requested_start` …; none for a column that is ignored.
    pub means: Option<String>,
    /// The feature's name.
    pub feature: Option<String>,
}

/// What a file was, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// `csv`, `xlsx`, `json` or `json_lines`.
    pub format: String,
    /// The worksheet of a workbook.
    pub sheet: Option<String>,
    pub bytes: u64,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
    pub columns: Vec<ImportColumn>,
    /// Rows with anything in them, below the headings.
    pub rows: u32,
    /// Rows that can be taken.
    pub sound: u32,
    pub notes_count: u32,
    /// The first of them.
    pub notes: Vec<ImportNote>,
    pub faults_count: u32,
    /// The first of them.
    pub faults: Vec<ImportFault>,
}

impl ImportReport {
    /// The refusal of a file for what is wrong in it.
    pub fn refused(&self) -> Refusal {
        let told = |fault: &ImportFault| Fault {
            pointer: fault.pointer(),
            because: fault.because().unwrap_or(Because::BadFormat),
            detail: fault.detail.clone(),
            expected: fault.expected.clone(),
        };
        let faults: Vec<Fault> = self.faults.iter().map(told).collect();
        let (count, more) = (self.faults_count, faults.len());
        let s = if count == 1 { "" } else { "s" };
        let shown = match usize::try_from(count) {
            Ok(count) if count > more => format!(", the first {more} are told"),
            _ => String::new(),
        };
        let detail = format!("the file has {count} fault{s}{shown}: nothing was imported");
        Refusal::new(Code::InvalidBody, detail).with(faults)
    }
}

/// Whether all rows were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Every row was taken.
    Committed,
    /// The sound rows were taken; the others are marked in the file.
    Partial,
}

impl ImportState {
    pub const ALL: [Self; 2] = [Self::Committed, Self::Partial];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Partial => "partial",
        }
    }
}

/// What was taken from a file: sites into a quote, or enrichments into an order. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    /// The quote that got the sites, or whose order was enriched.
    pub quote: Id,
    /// The order that was enriched; none for sites.
    #[serde(default)]
    pub order: Option<Id>,
    pub state: ImportState,
    pub report: ImportReport,
    pub created_at: Moment,
}

/// The file of an import, with a column that says what was wrong in each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    pub tenant: Tenant,
    pub import: Id,
    /// As text: CSV and JSON as they are, a workbook in base64.
    pub body: String,
}
