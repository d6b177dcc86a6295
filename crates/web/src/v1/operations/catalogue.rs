//! Versions of the catalogue: proposed by one person of operations, published by another, in force
//! from its moment on, and what that would change.

mod shape;

use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Place, Reading, Refused};
use crate::v1::shape::{At, Faults, ListOf, Paging, page_of};
use app::App;
use app::publication::{CatalogueAct, CatalogueDo, CataloguePropose, Listed};
use domain::catalogue::Catalogue;
use domain::code::{Because, Code};
use domain::credit::CREDIT;
use domain::id::Id;
use domain::programme::PROGRAMMES;
use domain::publication::faulty;
use domain::refusal::{Fault, Refusal};
use domain::serviceability::SERVICEABILITY;
use domain::time::Moment;
use http::StatusCode;
use shape::{FilesBody, ImpactBody, ProposalBody, PublishBody, ReasonBody, VersionBody};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(catalogues_list, catalogue_propose))
        .routes(routes!(catalogue_version_get))
        .routes(routes!(catalogue_files))
        .routes(routes!(catalogue_impact))
        .routes(routes!(catalogue_publish))
        .routes(routes!(catalogue_refuse))
        .routes(routes!(catalogue_withdraw))
        .routes(routes!(catalogue_roll_back))
}

/// Files of so many bytes are read in a few milliseconds: not worth another thread.
const SMALL: usize = 256 * 1024;

/// Reads and checks the files of a catalogue.
async fn read(place: &Place, files: BTreeMap<String, String>) -> Result<Catalogue, Refused> {
    let mut faults = Faults::default();
    for name in files.keys() {
        let pointer = format!("/files/{}", name.replace('~', "~0").replace('/', "~1"));
        if [PROGRAMMES, CREDIT, SERVICEABILITY].contains(&name.as_str()) {
            let detail = "this file is not published: it is of the server's configuration";
            faults.push(Fault::new(pointer, Because::NotAllowedValue, detail));
        } else if !is_file_name(name) {
            let fault = Fault::new(pointer, Because::BadFormat, "not a catalogue file's name");
            faults.push(fault.expected("a name such as adi.toml, without a folder"));
        }
    }
    faults.finish(Some(())).at(place)?;
    let files: Vec<_> = files.into_iter().collect();
    if files.iter().map(|(_, text)| text.len()).sum::<usize>() <= SMALL {
        return Catalogue::parse(&files).map_err(faulty).at(place);
    }
    let work = tokio::task::spawn_blocking(move || Catalogue::parse(&files).map_err(faulty));
    let read = work.await.map_err(|e| {
        tracing::error!(error = %e, "a catalogue could not be read");
        Refusal::new(Code::Internal, "the server failed")
    });
    read.and_then(|read| read).at(place)
}

fn is_file_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let stem = name.strip_suffix(".toml");
    stem.is_some_and(|stem| !stem.is_empty()) && name.len() <= 100 && name.chars().all(plain)
}

/// How a version is drawn.
fn drawn(app: &App) -> impl Fn(&Listed) -> app::Answer + Send + Sync + use<> {
    let now = app.clock.now();
    move |listed| {
        let version = listed.version.version;
        draw_version(StatusCode::OK, &VersionBody::of(listed, now), version)
    }
}

/// How one that is new is drawn.
fn made(app: &App) -> impl Fn(&Listed) -> app::Answer + Send + Sync + use<> {
    let now = app.clock.now();
    move |listed| {
        let (id, version) = (listed.version.id, listed.version.version);
        let answer = draw_version(StatusCode::CREATED, &VersionBody::of(listed, now), version);
        located(answer, format!("/v1/operations/catalogues/{id}"))
    }
}

/// Propose a catalogue
///
/// All the files of a version, checked as `demarc catalogue check` does: every fault is named with
/// file and line, and what is faulty is not kept. Nothing is sold under it until somebody else
/// publishes it.
#[utoipa::path(post, path = "/v1/operations/catalogues", operation_id = "catalogue_propose",
    tag = "Operations", request_body = ProposalBody,
    responses((status = 201, description = "Proposed", body = VersionBody)))]
async fn catalogue_propose(command: Command<ProposalBody>) -> Answered {
    let Command { app, call, place, body } = command;
    call.caller.operations().at(&place)?;
    let catalogue = Arc::new(read(&place, body.files).await?);
    let propose = CataloguePropose { catalogue, note: body.note };
    perform(&app, &call, &place, propose, made(&app)).await
}

/// List catalogues
///
/// Every version that was ever proposed, newest first. The catalogue of the server's configuration
/// is none of them: it is in force until the first is published.
#[utoipa::path(get, path = "/v1/operations/catalogues", operation_id = "catalogues_list",
    tag = "Operations", params(Paging),
    responses((status = 200, description = "One page", body = ListOf<VersionBody>)))]
async fn catalogues_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.catalogues_list(&caller, page).await.at(&place)?;
    let now = app.clock.now();
    Ok(ok(&page_of(found, page.limit, |l| l.version.id, |l| VersionBody::of(l, now))))
}

/// Read a catalogue version
///
/// Who proposed and published it, and whether it is in force.
#[utoipa::path(get, path = "/v1/operations/catalogues/{id}",
    operation_id = "catalogue_version_get", tag = "Operations",
    params(("id" = String, Path, description = "The version's id")),
    responses((status = 200, description = "The version", body = VersionBody)))]
async fn catalogue_version_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let listed = app.catalogue_get(&caller, id).await.at(&place)?;
    Ok(ok_version(&VersionBody::of(&listed, app.clock.now()), listed.version.version))
}

/// Read a catalogue's files
///
/// Byte for byte as they were proposed.
#[utoipa::path(get, path = "/v1/operations/catalogues/{id}/files",
    operation_id = "catalogue_files", tag = "Operations",
    params(("id" = String, Path, description = "The version's id")),
    responses((status = 200, description = "The files", body = FilesBody)))]
async fn catalogue_files(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let (version, files) = app.catalogue_files(&caller, id).await.at(&place)?;
    Ok(ok(&FilesBody { digest: version.digest, files: files.into_iter().collect() }))
}

/// Read a catalogue's impact
///
/// What differs from the catalogue in force, and which quotes on offer would cost something else,
/// of every partner. Quotes are looked at newest first, so many a page; only those that would
/// change are listed. Their offers stay as they are whatever is published.
#[utoipa::path(get, path = "/v1/operations/catalogues/{id}/impact",
    operation_id = "catalogue_impact", tag = "Operations",
    params(("id" = String, Path, description = "The version's id"), Paging),
    responses((status = 200, description = "What it would change", body = ImpactBody)))]
async fn catalogue_impact(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    Ok(ok(&ImpactBody::of(&app.catalogue_impact(&caller, id, page).await.at(&place)?)))
}

/// Publish a catalogue
///
/// By somebody else than who proposed it. From `effective_at` on every price, configuration,
/// import and order is decided by it, on every node. What is on offer keeps its price until the
/// offer ends.
#[utoipa::path(post, path = "/v1/operations/catalogues/{id}/publish",
    operation_id = "catalogue_publish", tag = "Operations",
    params(("id" = String, Path, description = "The version's id")), request_body = PublishBody,
    responses((status = 200, description = "Published", body = VersionBody)))]
async fn catalogue_publish(PathId(id): PathId, command: Command<PublishBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let effective_at = moment(body.effective_at.as_deref()).at(&place)?;
    let what = CatalogueDo::Publish { effective_at };
    perform(&app, &call, &place, CatalogueAct { id, what }, drawn(&app)).await
}

/// Reads the moment that a publication takes effect at.
fn moment(text: Option<&str>) -> Result<Option<Moment>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let mut faults = Faults::default();
    let moment = Moment::parse(text);
    if moment.is_none() {
        let fault = Fault::new("/effective_at", Because::BadFormat, "not a moment");
        faults.push(fault.expected("RFC 3339, such as 2027-01-01T05:00:00Z"));
    }
    faults.finish(Some(moment))
}

async fn say(id: Id, command: Command<ReasonBody>, what: fn(String) -> CatalogueDo) -> Answered {
    let Command { app, call, place, body } = command;
    let what = what(body.reason);
    perform(&app, &call, &place, CatalogueAct { id, what }, drawn(&app)).await
}

/// Refuse a catalogue
///
/// By somebody else than who proposed it.
#[utoipa::path(post, path = "/v1/operations/catalogues/{id}/refuse",
    operation_id = "catalogue_refuse", tag = "Operations",
    params(("id" = String, Path, description = "The version's id")), request_body = ReasonBody,
    responses((status = 200, description = "Refused", body = VersionBody)))]
async fn catalogue_refuse(PathId(id): PathId, command: Command<ReasonBody>) -> Answered {
    say(id, command, |reason| CatalogueDo::Refuse { reason }).await
}

/// Withdraw a catalogue
///
/// One that is proposed, or published for a moment that is still to come. One that is in force is
/// rolled back.
#[utoipa::path(post, path = "/v1/operations/catalogues/{id}/withdraw",
    operation_id = "catalogue_withdraw", tag = "Operations",
    params(("id" = String, Path, description = "The version's id")), request_body = ReasonBody,
    responses((status = 200, description = "Withdrawn", body = VersionBody)))]
async fn catalogue_withdraw(PathId(id): PathId, command: Command<ReasonBody>) -> Answered {
    say(id, command, |reason| CatalogueDo::Withdraw { reason }).await
}

/// Roll a catalogue back
///
/// The version in force: the one before it is in force again at once, as a publication of its own,
/// which is the answer. One person may: two have agreed to it before.
#[utoipa::path(post, path = "/v1/operations/catalogues/{id}/roll-back",
    operation_id = "catalogue_roll_back", tag = "Operations",
    params(("id" = String, Path, description = "The id of the version in force")),
    request_body = ReasonBody,
    responses((status = 201, description = "Rolled back", body = VersionBody)))]
async fn catalogue_roll_back(PathId(id): PathId, command: Command<ReasonBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let what = CatalogueDo::RollBack { reason: body.reason };
    perform(&app, &call, &place, CatalogueAct { id, what }, made(&app)).await
}
