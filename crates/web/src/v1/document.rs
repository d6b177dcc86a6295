//! A quote as a document for its customer, in HTML or PDF: which form is asked for, and drawing it
//! away from the threads that answer others.

mod form;
mod sites;
mod words;

use super::shape::At;
use crate::answer::Answered;
use crate::door::{PathId, Place, Reading, Refused};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::code::Code;
use domain::quote::Quote;
use domain::refusal::Refusal;
use form::Form;
use http::{HeaderMap, header};
use print::Document;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa_axum::{router::OpenApiRouter, routes};
use words::Gathered;

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(quote_document))
}

/// So many documents are gathered and drawn at once: each keeps a thread busy, and large ones
/// take memory.
static PRESSES: Semaphore = Semaphore::const_new(2);

/// What the page may load: nothing but its own style, told by its hash. No script runs, no form
/// is sent, nobody frames it.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(print::STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; sandbox"
    )
});

/// Read a quote as a document
///
/// To be sent to the customer: what is offered until when, totals, how the price was made, every
/// site with its charges. Amounts are those of the quote; a version that is no offer says so. As a
/// page of HTML that loads nothing else, or as tagged PDF; `format` goes before `Accept`.
#[utoipa::path(get, path = "/v1/quotes/{id}/document", operation_id = "quote_document",
    tag = "Quotes",
    params(("id" = String, Path, description = "The quote's id"),
        ("format" = Option<String>, Query, description = "html or pdf; what `Accept` says unless \
            given, and html where it does not care")),
    responses((status = 200, description = "The document", content(
        (String = "text/html"), (String = "application/pdf")))))]
async fn quote_document(PathId(id): PathId, headers: HeaderMap, reading: Reading) -> Answered {
    let mut params = reading.params();
    let asked = params.word("format", &Form::WORDS);
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let form = Form::choose(&asked, &headers).at(&place)?;
    let press = PRESSES.acquire().await.map_err(|_| failed("the presses are closed")).at(&place)?;
    let read = app.quote_dossier(&caller, id, Gathered::new, Gathered::put).await;
    let (dossier, gathered) = read.at(&place)?;
    let Quote { number, alternative, revision, .. } = &dossier.quote;
    let name = format!("{number}-{alternative}{revision}.{}", form.ending());
    let document = gathered.document(&dossier, app.now(&caller).await.at(&place)?);
    let document = document.map_err(|_| failed("the sites do not add up to the quote"));
    let bytes = drawn(form, document.at(&place)?, press, &place).await?;
    let disposition = format!("inline; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, form.media()),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::VARY, "accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    // A browser's own reader of PDF would be kept from its work.
    let policy = (form == Form::Html).then(|| [(header::CONTENT_SECURITY_POLICY, POLICY.as_str())]);
    Ok(match policy {
        Some(policy) => (headers, policy, bytes).into_response(),
        None => (headers, bytes).into_response(),
    })
}

fn failed(why: &str) -> Refusal {
    tracing::error!(error = why, "a document could not be drawn");
    Refusal::new(Code::Internal, "the server failed")
}

/// Draws it on a thread of its own. The press is taken until that has ended, also when the caller
/// has gone.
async fn drawn(
    form: Form,
    document: Document,
    press: SemaphorePermit<'static>,
    place: &Place,
) -> Result<Vec<u8>, Refused> {
    let draw = move || {
        let _press = press;
        match form {
            Form::Html => Ok(print::html(&document).into_bytes()),
            Form::Pdf => print::pdf(&document),
        }
    };
    let work = tokio::task::spawn_blocking(draw).await;
    let drawn = work.map_err(|e| failed(&e.to_string()));
    drawn.and_then(|drawn| drawn.map_err(|e| failed(&e.to_string()))).at(place)
}
