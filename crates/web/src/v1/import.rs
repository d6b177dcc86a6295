//! Imports: sites from a file, looked at first, then taken, all rows or the sound ones.

pub(super) mod read;
mod shape;

use super::shape::At;
use crate::answer::{Answered, draw_version, located, ok, perform};
use crate::door::{FileCommand, FileQuestion, PathId, PathIds, Place, Reading, Sent};
use app::import::SitesImport;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::catalogue::Catalogue;
use domain::code::Code;
use domain::party::Environment;
use domain::quote::ImportSites;
use domain::refusal::Refusal;
use http::{StatusCode, header};
use read::{Asked, Examined, examine};
use shape::{ImportBody, ImportedBody, PreviewBody};
use sheet::Format;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(sites_import))
        .routes(routes!(import_preview))
        .routes(routes!(import_get))
        .routes(routes!(import_file))
}

/// A file of so many bytes is read in a few milliseconds: not worth another thread.
const SMALL: usize = 16 * 1024;

/// Reads and checks a file; a large one away from the threads that answer others.
async fn examined(
    catalogue: Arc<Catalogue>,
    place: &Place,
    file: Sent,
    asked: Asked,
) -> Result<Examined, crate::door::Refused> {
    if file.bytes.len() <= SMALL {
        return examine(&catalogue, &file, &asked).at(place);
    }
    let work = tokio::task::spawn_blocking(move || examine(&catalogue, &file, &asked));
    let examined = work.await.map_err(|e| {
        tracing::error!(error = %e, "a file could not be examined");
        Refusal::new(Code::Internal, "the server failed")
    });
    examined.and_then(|examined| examined).at(place)
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
    let FileQuestion { app, caller, place, file } = question;
    let mut params = file.params();
    let asked = Asked {
        default: params.text("offering"),
        sheet: params.text("sheet"),
        told: params.number("faults", 1, 10_000).unwrap_or(read::TOLD),
        partial: false,
        offerings: app.offerings_of(&caller).at(&place)?,
        keep: false,
        live: caller.environment == Environment::Live,
    };
    params.finish().at(&place)?;
    let catalogue =
        app.in_force(caller.environment, app.now(&caller).await.at(&place)?).await.at(&place)?;
    let found = examined(catalogue, &place, file, asked).await?;
    app.import_preview(&caller, quote, found.asked.rows.len()).await.at(&place)?;
    Ok(ok(&PreviewBody::of(&found)))
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
        keep: true,
        live: call.caller.environment == Environment::Live,
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
    let known = Format::ALL.into_iter().find(|f| f.word() == import.report.format);
    let format = known.unwrap_or(Format::Csv);
    let bytes = if format == Format::Xlsx {
        let damaged = store::StoreError::Corrupt {
            statement: "import_file",
            column: 2,
            problem: format!("the workbook of import {id} is not base64"),
        };
        STANDARD.decode(body).map_err(|_| app::Problem::Fault(damaged)).at(&place)?
    } else {
        body.into_bytes()
    };
    let name = format!("attachment; filename=\"{id}.{}\"", format.endings()[0]);
    let headers =
        [(header::CONTENT_TYPE, format.media().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}
