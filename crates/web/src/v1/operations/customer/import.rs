//! Imports of end customers: a file of accounts, looked at first, then taken as a whole.

use crate::answer::{Answered, draw, ok, perform};
use crate::door::{FileCommand, FileQuestion, Place, Refused, Sent};
use crate::v1::import::away;
use crate::v1::import::read::unread;
use crate::v1::shape::At;
use app::customer::CustomersImport;
use domain::code::Code;
use domain::customer::import::AccountsImported;
use domain::refusal::{Fault, Refusal, named};
use http::StatusCode;
use serde::Serialize;
use sheet::accounts::Accounts;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(customers_import)).routes(routes!(customers_import_preview))
}

/// Notes that are told.
const TOLD: usize = 100;

/// Reads a file.
async fn read(place: &Place, file: Sent, sheet: Option<String>) -> Result<Accounts, Refused> {
    let bytes = file.bytes.len();
    let read = move || sheet::accounts::read(&file.bytes, file.format, sheet.as_deref());
    away(bytes, read).await.at(place)?.map_err(|fault| unread(&fault)).at(place)
}

/// A note of the file.
#[derive(Debug, Serialize, ToSchema)]
struct AccountNote {
    /// As a person counts it; null: the file as a whole.
    #[schema(example = 7)]
    row: Option<u32>,
    #[schema(example = "H")]
    column: Option<String>,
    #[schema(example = "2108 was read as 02108: zeros were lost before it")]
    detail: String,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
struct CustomersTaken {
    /// Accounts whose customer number was not known.
    #[schema(example = 2)]
    created: u32,
    /// Accounts that stood otherwise before.
    #[schema(example = 1)]
    updated: u32,
    /// Accounts that stood as in the file already.
    #[schema(example = 40)]
    unchanged: u32,
}

impl From<&AccountsImported> for CustomersTaken {
    fn from(view: &AccountsImported) -> Self {
        let AccountsImported { created, updated, unchanged } = *view;
        Self { created, updated, unchanged }
    }
}

/// A column of a file of accounts.
#[derive(Debug, Serialize, ToSchema)]
struct AccountColumn {
    #[schema(example = "Customer Number")]
    heading: String,
    /// The heading that says it best; null for a column that is ignored.
    #[schema(example = "ACID")]
    means: Option<&'static str>,
}

/// One thing that is wrong in a file of accounts.
#[derive(Debug, Serialize, ToSchema)]
struct AccountFault {
    /// As a person counts it; null: the file as a whole.
    #[schema(example = 7)]
    row: Option<u32>,
    #[schema(example = "E")]
    column: Option<String>,
    #[schema(example = "State")]
    heading: Option<String>,
    /// What stands there.
    #[schema(example = "Texs")]
    value: Option<String>,
    /// Stable code; see `/errors`.
    #[schema(example = "not_allowed_value")]
    code: &'static str,
    detail: String,
    expected: Option<String>,
    /// What to do.
    remedy: String,
}

/// What a file of accounts would do.
#[derive(Debug, Serialize, ToSchema)]
struct CustomersPreview {
    columns: Vec<AccountColumn>,
    rows: usize,
    /// What taking it would do; null if it has faults.
    would: Option<CustomersTaken>,
    faults_count: usize,
    /// The first 10000.
    faults: Vec<AccountFault>,
    notes_count: usize,
    /// The first 100.
    notes: Vec<AccountNote>,
}

impl CustomersPreview {
    fn of(found: &Accounts, would: Option<&AccountsImported>) -> Self {
        let column = |(heading, means): &(String, Option<sheet::accounts::Means>)| AccountColumn {
            heading: heading.clone(),
            means: means.map(sheet::accounts::Means::title),
        };
        let fault = |fault: &sheet::Fault| AccountFault {
            row: fault.place.row,
            column: fault.place.column.clone(),
            heading: fault.place.heading.clone(),
            value: fault.value.clone(),
            code: fault.code.as_str(),
            detail: fault.detail.clone(),
            expected: fault.expected.clone(),
            remedy: fault.remedy.clone(),
        };
        let note = |note: &sheet::Note| AccountNote {
            row: note.place.row,
            column: note.place.column.clone(),
            detail: note.detail.clone(),
        };
        Self {
            columns: found.columns.iter().map(column).collect(),
            rows: found.count,
            would: would.map(Into::into),
            faults_count: found.faults.len(),
            faults: found.faults.iter().take(10_000).map(fault).collect(),
            notes_count: found.notes.len(),
            notes: found.notes.iter().take(TOLD).map(note).collect(),
        }
    }
}

/// Preview an import of end customers
///
/// What each column means, how many accounts would be new, changed and unchanged, and everything
/// that is wrong with row, column, value, what is expected and what to do. Nothing is changed.
#[utoipa::path(post, path = "/v1/operations/customer-imports/preview",
    operation_id = "customers_import_preview", tag = "Operations",
    params(("sheet" = Option<String>, Query,
        description = "The worksheet; the first unless given")),
    responses((status = 200, description = "What would be done", body = CustomersPreview)))]
async fn customers_import_preview(question: FileQuestion) -> Answered {
    let FileQuestion { app, caller, place, file } = question;
    caller.operations().at(&place)?;
    let mut params = file.params();
    let sheet = params.text("sheet");
    params.finish().at(&place)?;
    let mut found = read(&place, file, sheet).await?;
    let rows = std::mem::take(&mut found.rows);
    let would = if found.faults.is_empty() {
        Some(app.customers_preview(&caller, rows).await.at(&place)?)
    } else {
        None
    };
    Ok(ok(&CustomersPreview::of(&found, would.as_ref())))
}

/// Import end customers
///
/// From a file in CSV, XLSX or JSON: a heading for each column, a row for each account, told apart
/// by the customer number. A number that is known is updated, any other is a new account; every
/// row is taken or none. To send the same file again changes nothing.
#[utoipa::path(post, path = "/v1/operations/customer-imports", operation_id = "customers_import",
    tag = "Operations",
    params(("sheet" = Option<String>, Query,
        description = "The worksheet; the first unless given")),
    responses((status = 200, description = "What was done", body = CustomersTaken)))]
async fn customers_import(command: FileCommand) -> Answered {
    let FileCommand { app, call, place, file } = command;
    call.caller.operations().at(&place)?;
    let mut params = file.params();
    let sheet = params.text("sheet");
    params.finish().at(&place)?;
    let found = read(&place, file, sheet).await?;
    if !found.faults.is_empty() {
        return Err(place.refuse(faulty(&found)));
    }
    perform(&app, &call, &place, CustomersImport(Arc::new(found.rows)), |done| {
        draw(StatusCode::OK, &CustomersTaken::from(done))
    })
    .await
}

fn faulty(found: &Accounts) -> Refusal {
    let fault = |fault: &sheet::Fault| {
        let row = fault.place.row.map(|row| format!("/rows/{row}")).unwrap_or_default();
        let column = fault.place.column.as_ref().or(fault.place.heading.as_ref());
        let column = column.map(|c| format!("/{c}")).unwrap_or_default();
        Fault {
            pointer: format!("{row}{column}"),
            because: fault.code,
            detail: format!("{}. {}", fault.detail, fault.remedy),
            expected: fault.expected.clone(),
        }
    };
    let (faults, more) = named(found.faults.iter().map(fault).collect());
    let count = found.faults.len();
    let s = if count == 1 { "" } else { "s" };
    let detail = format!("nothing was taken: the file has {count} fault{s}{more}");
    Refusal::new(Code::InvalidBody, detail).with(faults)
}
