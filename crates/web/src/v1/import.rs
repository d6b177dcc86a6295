//! Imports: sites from a file, looked at first, then taken, all rows or the sound ones.

pub(super) mod read;
pub(super) mod shape;

use super::shape::At;
use crate::answer::{Answered, draw_version, located, ok, perform};
use crate::door::{FileCommand, FileQuestion, PathId, PathIds, Place, Reading, Refused, Sent};
use app::import::SitesImport;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::catalogue::Catalogue;
use domain::code::Code;
use domain::id::Id;
use domain::party::Environment;
use domain::quote::{Import, ImportSites};
use domain::refusal::Refusal;
use http::{StatusCode, header};
use read::{Asked, Back, Examined, examine};
use shape::{ImportBody, ImportedBody, PreviewBody};
use sheet::Format;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(sites_import))
        .routes(routes!(import_preview))
        .routes(routes!(import_preview_file))
        .routes(routes!(import_get))
        .routes(routes!(import_file))
}

/// A file of so many bytes is read in a few milliseconds: not worth another thread.
const SMALL: usize = 16 * 1024;

/// Works on a file of so many bytes; on a large one away from the threads that answer others.
pub(super) async fn away<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    if bytes <= SMALL {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|e| {
        tracing::error!(error = %e, "a file could not be examined");
        Refusal::new(Code::Internal, "the server failed")
    })
}

/// Reads and checks a file.
async fn examined(
    catalogue: Arc<Catalogue>,
    place: &Place,
    file: Sent,
    asked: Asked,
) -> Result<Examined, Refused> {
    let bytes = file.bytes.len();
    let work = move || examine(&catalogue, &file, &asked);
    away(bytes, work).await.and_then(|examined| examined).at(place)
}

/// Preview an import
///
/// What an import of this file would do: what each column means, how many rows would become
/// sites, the first of them, and everything that is wrong with row, column, value, what is
/// expected and what to do. Nothing is changed.
#[utoipa::path(post, path = "/v1/quotes/{id}/imports/preview", operation_id = "import_preview",
    tag = "Sites",
    params(("id" = String, Path, description = "The quote's id"),
        ("offering" = Option<String>, Query, description = "The product of rows that name none"),
        ("sheet" = Option<String>, Query, description = "The worksheet; the first unless given"),
        ("faults" = Option<u32>, Query, minimum = 1, maximum = 10000,
            description = "How many faults to tell; 100 unless given")),
    responses((status = 200, description = "What would be done", body = PreviewBody)))]
async fn import_preview(PathId(quote): PathId, question: FileQuestion) -> Answered {
    let found = looked_at(quote, question, Back::No).await?;
    Ok(ok(&PreviewBody::of(&found)))
}

/// Preview an import in its file
///
/// The file in the form in which it was sent, with the column `Demarc: faults` at its end: what
/// is wrong in each row, so that it can be mended there. Nothing is changed.
#[utoipa::path(post, path = "/v1/quotes/{id}/imports/preview/file",
    operation_id = "import_preview_file", tag = "Sites",
    params(("id" = String, Path, description = "The quote's id"),
        ("offering" = Option<String>, Query, description = "The product of rows that name none"),
        ("sheet" = Option<String>, Query, description = "The worksheet; the first unless given")),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv")))]
async fn import_preview_file(PathId(quote): PathId, question: FileQuestion) -> Answered {
    let format = question.file.format;
    let found = looked_at(quote, question, Back::Always).await?;
    Ok(sent_back(format, &quote.to_string(), found.file))
}

/// Examines a file for a quote that could take it.
async fn looked_at(quote: Id, question: FileQuestion, back: Back) -> Result<Examined, Refused> {
    let FileQuestion { app, caller, place, file } = question;
    let mut params = file.params();
    let told = if back == Back::No { params.number("faults", 1, 10_000) } else { None };
    let asked = Asked {
        default: params.text("offering"),
        sheet: params.text("sheet"),
        told: told.unwrap_or(read::TOLD),
        partial: false,
        offerings: app.offerings_of(&caller).at(&place)?,
        live: caller.environment == Environment::Live,
        back,
    };
    params.finish().at(&place)?;
    let catalogue =
        app.in_force(caller.environment, app.now(&caller).await.at(&place)?).await.at(&place)?;
    let found = examined(catalogue, &place, file, asked).await?;
    app.import_preview(&caller, quote, found.asked.rows.len()).await.at(&place)?;
    Ok(found)
}

/// Import sites
///
/// From a file in CSV, XLSX or JSON: a heading for each column, a row for each site, with the
/// product and its features in columns of their own. Every row is taken or none; with
/// `mode=partial` the sound rows are, and the file of the import says what is wrong in the others.
/// A price is taken away by it.
#[utoipa::path(post, path = "/v1/quotes/{id}/imports", operation_id = "sites_import",
    tag = "Sites",
    params(("id" = String, Path, description = "The quote's id"),
        ("mode" = Option<String>, Query, description = "commit: every row or none, which is so \
            unless given; partial: the sound rows"),
        ("offering" = Option<String>, Query, description = "The product of rows that name none"),
        ("sheet" = Option<String>, Query, description = "The worksheet; the first unless given")),
    responses((status = 201, description = "What was taken", body = ImportedBody)))]
async fn sites_import(PathId(quote): PathId, command: FileCommand) -> Answered {
    let FileCommand { app, call, place, file } = command;
    let mut params = file.params();
    let asked = Asked {
        partial: params.word("mode", &["commit", "partial"]) == "partial",
        default: params.text("offering"),
        sheet: params.text("sheet"),
        told: read::TOLD,
        offerings: app.offerings_of(&call.caller).at(&place)?,
        live: call.caller.environment == Environment::Live,
        back: Back::Taken,
    };
    params.finish().at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let catalogue = app.in_force(call.caller.environment, now).await.at(&place)?;
    let found = examined(catalogue.clone(), &place, file, asked).await?;
    let asked: Arc<ImportSites> = Arc::new(found.asked);
    perform(&app, &call, &place, SitesImport { quote, asked, catalogue }, |done| {
        let (import, version) = (&done.import, done.touched.quote.version);
        let answer = draw_version(StatusCode::CREATED, &ImportedBody::of(done, now), version);
        located(answer, format!("/v1/quotes/{}/imports/{}", import.quote, import.id))
    })
    .await
}

/// Read an import
///
/// What was taken from a file, and what was left.
#[utoipa::path(get, path = "/v1/quotes/{id}/imports/{import_id}", operation_id = "import_get",
    tag = "Sites", params(("id" = String, Path, description = "The quote's id"),
        ("import_id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The import", body = ImportBody)))]
async fn import_get(PathIds(quote, id): PathIds, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let import = app.import_get(&caller, quote, id).await.at(&place)?;
    Ok(ok(&ImportBody::from(&import)))
}

/// Read an import's file
///
/// The file in the form in which it was sent, with the column `Demarc: faults` at its end. A
/// workbook comes back with the one worksheet that was read, as values.
#[utoipa::path(get, path = "/v1/quotes/{id}/imports/{import_id}/file",
    operation_id = "import_file", tag = "Sites",
    params(("id" = String, Path, description = "The quote's id"),
        ("import_id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv")))]
async fn import_file(PathIds(quote, id): PathIds, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let (import, body) = app.import_file(&caller, quote, id).await.at(&place)?;
    as_kept(&import, body).at(&place)
}

/// The file of an import, from the text that is kept of it.
pub(super) fn as_kept(import: &Import, body: String) -> Result<Response, app::Problem> {
    let id = import.id;
    let known = Format::ALL.into_iter().find(|f| f.word() == import.report.format);
    let format = known.unwrap_or(Format::Csv);
    let bytes = if format == Format::Xlsx {
        let damaged = store::StoreError::Corrupt {
            statement: "import_file",
            column: 2,
            problem: format!("the workbook of import {id} is not base64"),
        };
        STANDARD.decode(body).map_err(|_| app::Problem::Fault(damaged))?
    } else {
        body.into_bytes()
    };
    Ok(sent_back(format, &id.to_string(), bytes))
}

/// A file as an answer.
pub(super) fn sent_back(format: Format, name: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{name}.{}\"", format.endings()[0]);
    let headers =
        [(header::CONTENT_TYPE, format.media().to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, bytes).into_response()
}
