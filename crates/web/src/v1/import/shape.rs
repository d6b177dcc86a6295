//! An import's wire shapes.

use super::read::Examined;
use crate::v1::quote::QuoteBody;
use crate::v1::shape::AddressBody;
use domain::quote::{
    Import, ImportColumn, ImportFault, ImportNote, ImportPlace, ImportReport, Imported,
};
use domain::time::Moment;
use serde::Serialize;
use sheet::Sound;
use utoipa::ToSchema;

/// A column of the file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportColumn)]
struct ColumnBody {
    /// Its letters; null in JSON.
    #[schema(example = "C")]
    column: Option<String>,
    #[schema(example = "Bandwidth")]
    heading: String,
    /// `site`, `street`, `unit`, `floor`, `room`, `building`, `city`, `state`, `zip`, `country`,
    /// `product`, `quantity`, `feature`, `faults`; in a file of enrichments also `sub_order`,
    /// `requested_start` and the others that docs/imports.md lists; null for a column that is
    /// ignored.
    #[schema(example = "feature")]
    means: Option<String>,
    /// The feature's name.
    #[schema(example = "Port Speed")]
    feature: Option<String>,
}

impl From<&ImportColumn> for ColumnBody {
    fn from(column: &ImportColumn) -> Self {
        let ImportColumn { column, heading, means, feature } = column.clone();
        Self { column, heading, means, feature }
    }
}

/// One thing that is wrong in the file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportFault)]
struct ImportFaultBody {
    /// As a person counts it; null: the file as a whole.
    #[schema(example = 7)]
    row: Option<u32>,
    #[schema(example = "E")]
    column: Option<String>,
    #[schema(example = "ZIP")]
    heading: Option<String>,
    /// What stands there.
    #[schema(example = "6060A")]
    value: Option<String>,
    /// Stable code; see `/errors`.
    #[schema(example = "bad_format")]
    code: String,
    detail: String,
    expected: Option<String>,
    /// What to do.
    remedy: String,
}

impl From<&ImportFault> for ImportFaultBody {
    fn from(fault: &ImportFault) -> Self {
        let ImportFault { place, value, code, detail, expected, remedy } = fault.clone();
        let ImportPlace { row, column, heading } = place;
        Self { row, column, heading, value, code, detail, expected, remedy }
    }
}

/// Something that was noticed in the file, and how it was understood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportNote)]
struct NoteBody {
    row: Option<u32>,
    column: Option<String>,
    heading: Option<String>,
    #[schema(example = "2108 was read as 02108: zeros were lost before it")]
    detail: String,
}

impl From<&ImportNote> for NoteBody {
    fn from(note: &ImportNote) -> Self {
        let ImportNote { place: ImportPlace { row, column, heading }, detail } = note.clone();
        Self { row, column, heading, detail }
    }
}

/// What a file is, and what was found in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub(in crate::v1) struct ReportBody {
    /// `csv`, `xlsx`, `json` or `json_lines`.
    #[schema(example = "csv")]
    format: String,
    /// The worksheet of a workbook.
    sheet: Option<String>,
    bytes: u64,
    /// Of the file's bytes, in hexadecimal.
    sha256: String,
    columns: Vec<ColumnBody>,
    /// Rows with anything in them, below the headings.
    rows: u32,
    /// Rows that can be taken.
    sound: u32,
    notes_count: u32,
    /// The first hundred.
    notes: Vec<NoteBody>,
    faults_count: u32,
    /// The first hundred, or as many as were asked for.
    faults: Vec<ImportFaultBody>,
}

impl From<&ImportReport> for ReportBody {
    fn from(report: &ImportReport) -> Self {
        Self {
            format: report.format.clone(),
            sheet: report.sheet.clone(),
            bytes: report.bytes,
            sha256: report.sha256.clone(),
            columns: report.columns.iter().map(Into::into).collect(),
            rows: report.rows,
            sound: report.sound,
            notes_count: report.notes_count,
            notes: report.notes.iter().map(Into::into).collect(),
            faults_count: report.faults_count,
            faults: report.faults.iter().map(Into::into).collect(),
        }
    }
}

/// What was taken from a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub(in crate::v1) struct ImportBody {
    id: String,
    version: u64,
    created_at: String,
    /// The quote that got the sites, or whose order was enriched.
    quote_id: String,
    /// The order whose sub-orders were enriched; null for sites.
    order_id: Option<String>,
    /// `committed`: every row was taken; `partial`: the sound ones were.
    #[schema(example = "committed")]
    state: &'static str,
    report: ReportBody,
}

impl From<&Import> for ImportBody {
    fn from(import: &Import) -> Self {
        Self {
            id: import.id.to_string(),
            version: import.version,
            created_at: import.created_at.to_string(),
            quote_id: import.quote.to_string(),
            order_id: import.order.map(|order| order.to_string()),
            state: import.state.word(),
            report: (&import.report).into(),
        }
    }
}

/// The quote with what was imported. Its sites are read by themselves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Imported)]
pub(super) struct ImportedBody {
    quote: QuoteBody,
    import: ImportBody,
}

impl ImportedBody {
    pub(super) fn of(done: &Imported, now: Moment) -> Self {
        let quote = QuoteBody::of(&done.touched.quote, now);
        Self { quote, import: (&done.import).into() }
    }
}

/// A feature's value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportChoice)]
struct ChoiceBody {
    #[schema(example = "Port Speed")]
    name: String,
    #[schema(example = "1G")]
    value: String,
}

/// A row as it would become a site.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportSite)]
struct SoundBody {
    row: u32,
    name: String,
    address: AddressBody,
    /// The offering's code; null where the row names no product.
    offering: Option<String>,
    term_months: Option<u32>,
    /// With the defaults of what the row does not choose.
    features: Vec<ChoiceBody>,
}

impl From<&Sound> for SoundBody {
    fn from(sound: &Sound) -> Self {
        let configuration = sound.configuration.as_ref();
        let chosen = configuration.map(|c| &*c.choices).unwrap_or_default().iter();
        let choice = |c: &domain::catalogue::Chosen| ChoiceBody {
            name: c.name.to_string(),
            value: c.value.to_string(),
        };
        Self {
            row: sound.row,
            name: sound.name.clone(),
            address: (&sound.address).into(),
            offering: configuration.map(|c| c.offering.to_string()),
            term_months: configuration.map(|c| c.term_months),
            features: chosen.map(choice).collect(),
        }
    }
}

/// What an import would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportPreview)]
pub(super) struct PreviewBody {
    report: ReportBody,
    /// The first rows that would become sites.
    sites: Vec<SoundBody>,
}

impl PreviewBody {
    pub(super) fn of(found: &Examined) -> Self {
        let sites = found.first.iter().map(Into::into).collect();
        Self { report: (&found.asked.report).into(), sites }
    }
}
