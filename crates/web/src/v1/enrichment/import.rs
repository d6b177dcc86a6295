//! Enrichments from a file: looked at first, then taken, all rows or the sound ones.

use super::many::EnrichmentReceipt;
use crate::answer::{Answered, draw, located, ok, perform};
use crate::door::{FileCommand, FileQuestion, PathId, Place, Reading, Refused, Sent};
use crate::v1::import::read::{Back, Found, TOLD, annotated, kept, report, unread};
use crate::v1::import::shape::{ImportBody, ReportBody};
use crate::v1::import::{as_kept, away, sent_back};
use crate::v1::shape::At;
use app::enrichment::EnrichmentImport;
use app::{App, Caller};
use domain::enrichment::{EnrichImport, EnrichImported, Matched, MatchedRow};
use domain::id::Id;
use domain::programme::Programme;
use domain::quote::ImportColumn;
use domain::refusal::Refusal;
use http::StatusCode;
use serde::Serialize;
use sheet::Table;
use sheet::enrichments::{Enrichments, Means, beside, understand};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(enrichment_import))
        .routes(routes!(enrichment_import_preview))
        .routes(routes!(enrichment_import_preview_file))
        .routes(routes!(enrichment_import_get))
        .routes(routes!(enrichment_import_file))
}

/// How many rows a preview shows.
const SHOWN: usize = 20;

/// How a file shall be read.
#[derive(Debug)]
struct Asked {
    sheet: Option<String>,
    /// How many faults to tell.
    told: u32,
    partial: bool,
    back: Back,
}

/// A file beside its order.
struct Examined {
    asked: EnrichImport,
    rows: Vec<MatchedRow>,
    /// The file, if it is wanted back.
    file: Vec<u8>,
}

/// Reads a file, finds the sub-orders that its rows mean, and writes it anew if it is wanted back.
async fn examined(
    app: &App,
    caller: &Caller,
    place: &Place,
    (order, file): (Id, Sent),
    asked: Asked,
) -> Result<Examined, Refused> {
    let (bytes, sent, sheet) = (file.bytes.len(), file.clone(), asked.sheet.clone());
    let read = move || {
        let table = sheet::read(&sent.bytes, sent.format, sheet.as_deref());
        table.map(|table| {
            let found = understand(&table);
            (table, found)
        })
    };
    let read = away(bytes, read).await.at(place)?;
    let (table, mut found) = read.map_err(|fault| unread(&fault)).at(place)?;
    let rows = std::mem::take(&mut found.rows);
    let matched = app.enrichment_match(caller, order, rows).await.at(place)?;
    let told = move || told(&file, &table, found, matched, &asked);
    away(bytes, told).await.and_then(|told| told).at(place)
}

/// What was found in the file itself and beside its order.
fn told(
    file: &Sent,
    table: &Table,
    found: Enrichments,
    matched: Matched,
    asked: &Asked,
) -> Result<Examined, Refusal> {
    let Enrichments { means, mut faults, notes, broken, .. } = found;
    faults.extend(matched.faults.iter().map(|(row, fault)| beside(table, &means, *row, fault)));
    faults.sort_by_key(|fault| fault.place.row);
    let column = |(at, heading): (usize, &String)| ImportColumn {
        column: table.letters(at),
        heading: heading.clone(),
        means: means[at].map(|means: Means| means.word().to_owned()),
        feature: None,
    };
    let columns = table.headings.iter().enumerate().map(column).collect();
    let sound = matched.sound.len();
    let found = Found { columns, sound, faults: &faults, notes: &notes };
    let refused = broken || (!faults.is_empty() && !asked.partial);
    let bytes = annotated(table, &faults, asked.back, refused)?;
    let report = report(file, table, &found, asked.told);
    let body =
        if asked.back == Back::Taken { kept(table.format, bytes.clone()) } else { String::new() };
    let asked = EnrichImport { report, broken, partial: asked.partial, body };
    Ok(Examined { asked, rows: matched.sound, file: bytes })
}

/// A row as it would enrich its sub-order.
#[derive(Debug, Serialize, ToSchema)]
struct EnrichmentRow {
    row: u32,
    sub_order_id: String,
    /// Of its site.
    name: String,
    /// The kinds that it would get.
    #[schema(example = json!(["installation", "port_reservation"]))]
    kinds: Vec<&'static str>,
}

impl From<&MatchedRow> for EnrichmentRow {
    fn from(row: &MatchedRow) -> Self {
        Self {
            row: row.row,
            sub_order_id: row.sub_order.to_string(),
            name: row.name.clone(),
            kinds: row.own.iter().map(|what| what.kind().word()).collect(),
        }
    }
}

/// What an import of enrichments would do.
#[derive(Debug, Serialize, ToSchema)]
struct EnrichmentPreview {
    report: ReportBody,
    /// The first rows that would be taken.
    sub_orders: Vec<EnrichmentRow>,
}

/// What was taken from a file of enrichments.
#[derive(Debug, Serialize, ToSchema)]
struct EnrichmentImported {
    import: ImportBody,
    receipt: EnrichmentReceipt,
}

impl EnrichmentImported {
    fn of(programme: &Programme, done: &EnrichImported) -> Self {
        let receipt = EnrichmentReceipt::of(programme, &done.enriched);
        Self { import: (&done.import).into(), receipt }
    }
}

/// Preview an import of enrichments
///
/// What an import of this file would do: what each column means, how many rows can be taken, the
/// first of them, and everything that is wrong with row, column, value, what is expected and what
/// to do. Nothing is changed.
#[utoipa::path(post, path = "/v1/orders/{id}/enrichment-imports/preview",
    operation_id = "enrichment_import_preview", tag = "Enrichment",
    params(("id" = String, Path, description = "The order's id"),
        ("sheet" = Option<String>, Query, description = "The worksheet; the first unless given"),
        ("faults" = Option<u32>, Query, minimum = 1, maximum = 10000,
            description = "How many faults to tell; 100 unless given")),
    responses((status = 200, description = "What would be done", body = EnrichmentPreview)))]
async fn enrichment_import_preview(PathId(order): PathId, question: FileQuestion) -> Answered {
    let found = looked_at(order, question, Back::No).await?;
    let sub_orders = found.rows.iter().take(SHOWN).map(Into::into).collect();
    Ok(ok(&EnrichmentPreview { report: (&found.asked.report).into(), sub_orders }))
}

/// Preview an import of enrichments in its file
///
/// The file in the form in which it was sent, with the column `Demarc: faults` at its end: what
/// is wrong in each row, so that it can be mended there. Nothing is changed.
#[utoipa::path(post, path = "/v1/orders/{id}/enrichment-imports/preview/file",
    operation_id = "enrichment_import_preview_file", tag = "Enrichment",
    params(("id" = String, Path, description = "The order's id"),
        ("sheet" = Option<String>, Query, description = "The worksheet; the first unless given")),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv")))]
async fn enrichment_import_preview_file(PathId(order): PathId, question: FileQuestion) -> Answered {
    let format = question.file.format;
    let found = looked_at(order, question, Back::Always).await?;
    Ok(sent_back(format, &order.to_string(), found.file))
}

async fn looked_at(order: Id, question: FileQuestion, back: Back) -> Result<Examined, Refused> {
    let FileQuestion { app, caller, place, file } = question;
    app.programme_of(&caller).at(&place)?;
    let mut params = file.params();
    let told = if back == Back::No { params.number("faults", 1, 10_000) } else { None };
    let sheet = params.text("sheet");
    params.finish().at(&place)?;
    let asked = Asked { sheet, told: told.unwrap_or(TOLD), partial: false, back };
    examined(&app, &caller, &place, (order, file), asked).await
}

/// Enrich an order's sub-orders from a file
///
/// In CSV, XLSX or JSON: a heading for each column, a row for each sub-order, named by its site or
/// by its id. A kind is given where any of its cells is filled, and takes the place of what was
/// given before; the others stay. Every row is taken or none; with `mode=partial` the sound rows
/// are, and the file of the import says what is wrong in the others.
#[utoipa::path(post, path = "/v1/orders/{id}/enrichment-imports",
    operation_id = "enrichment_import", tag = "Enrichment",
    params(("id" = String, Path, description = "The order's id"),
        ("mode" = Option<String>, Query, description = "commit: every row or none, which is so \
            unless given; partial: the sound rows"),
        ("sheet" = Option<String>, Query, description = "The worksheet; the first unless given")),
    responses((status = 201, description = "What was taken", body = EnrichmentImported)))]
async fn enrichment_import(PathId(order): PathId, command: FileCommand) -> Answered {
    let FileCommand { app, call, place, file } = command;
    let programme = app.programme_of(&call.caller).at(&place)?;
    let mut params = file.params();
    let partial = params.word("mode", &["commit", "partial"]) == "partial";
    let sheet = params.text("sheet");
    params.finish().at(&place)?;
    let asked = Asked { sheet, told: TOLD, partial, back: Back::Taken };
    let found = examined(&app, &call.caller, &place, (order, file), asked).await?;
    let (rows, asked) = (Arc::new(found.rows), Arc::new(found.asked));
    perform(&app, &call, &place, EnrichmentImport { order, rows, asked }, |done| {
        let answer = draw(StatusCode::CREATED, &EnrichmentImported::of(programme, done));
        located(answer, format!("/v1/enrichment-imports/{}", done.import.id))
    })
    .await
}

/// Read an import of enrichments
///
/// What was taken from a file, and what was left.
#[utoipa::path(get, path = "/v1/enrichment-imports/{id}", operation_id = "enrichment_import_get",
    tag = "Enrichment", params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The import", body = ImportBody)))]
async fn enrichment_import_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let import = app.enrichment_import_get(&caller, id).await.at(&place)?;
    Ok(ok(&ImportBody::from(&import)))
}

/// Read the file of an import of enrichments
///
/// The file in the form in which it was sent, with the column `Demarc: faults` at its end. A
/// workbook comes back with the one worksheet that was read, as values.
#[utoipa::path(get, path = "/v1/enrichment-imports/{id}/file",
    operation_id = "enrichment_import_file", tag = "Enrichment",
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv")))]
async fn enrichment_import_file(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let (import, body) = app.enrichment_import_file(&caller, id).await.at(&place)?;
    as_kept(&import, body).at(&place)
}
