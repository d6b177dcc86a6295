//! Letters of agency, the partner's side.

use super::shape::{At, Faults, ListOf, Nothing, Paging, page_of};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::letter::{LetterGenerate, LetterRevoke, LetterSign, LetterWithdraw};
use axum::response::IntoResponse;
use domain::letter::{LetterOfAgency, LetterSigned, LetterSigner, LetterState, NewLetter};
use domain::time::Moment;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(letters_list, letter_generate))
        .routes(routes!(letter_get))
        .routes(routes!(letter_document))
        .routes(routes!(letter_sign))
        .routes(routes!(letter_withdraw))
        .routes(routes!(letter_revoke))
}

/// Who signs at the end customer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LetterSigner)]
struct SignerBody {
    #[schema(min_length = 1, max_length = 200, example = "Dana Sample")]
    name: String,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "Managing Director")]
    title: Option<String>,
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    email: String,
}

impl From<SignerBody> for LetterSigner {
    fn from(body: SignerBody) -> Self {
        Self { name: body.name, title: body.title, email: body.email }
    }
}

impl From<&LetterSigner> for SignerBody {
    fn from(signer: &LetterSigner) -> Self {
        let LetterSigner { name, title, email } = signer.clone();
        Self { name, title, email }
    }
}

/// How the signed copy is kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct LetterFiling {
    #[schema(format = Date, example = "2026-03-02")]
    signed_on: String,
    /// The partner's reference to the signed copy.
    attachment_reference: String,
    /// The last day on which it holds.
    #[schema(format = Date, example = "2027-03-02")]
    valid_until: String,
}

/// That the end customer took its consent back.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct LetterRevocation {
    #[schema(example = "operations (day shift)")]
    by: String,
    reason: String,
}

/// An end customer's written consent that this partner may see and order its services.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LetterOfAgency)]
pub(super) struct LetterBody {
    id: String,
    customer_id: String,
    /// As the customer was called on the day of the letter.
    customer_name: String,
    signer: SignerBody,
    /// For how many months it holds from the day it is signed.
    #[schema(minimum = 1, maximum = 60, example = 12)]
    months: u32,
    /// `generated`, `on_file`, `withdrawn`, `revoked`, `lapsed` or `expired`.
    #[schema(example = "generated")]
    state: &'static str,
    /// SHA-256 of the document's bytes, in hexadecimal: what putting it on file repeats.
    document_sha256: String,
    /// From this moment on it can no longer be put on file, if it is not by then.
    lapses_at: String,
    /// Once it was put on file.
    filing: Option<LetterFiling>,
    revocation: Option<LetterRevocation>,
    version: u64,
    created_at: String,
}

impl LetterBody {
    pub(super) fn of(letter: &LetterOfAgency, now: Moment) -> Self {
        let revocation = match &letter.state {
            LetterState::Revoked { by, reason, .. } => {
                Some(LetterRevocation { by: by.clone(), reason: reason.clone() })
            }
            LetterState::Generated | LetterState::OnFile { .. } | LetterState::Withdrawn => None,
        };
        let filing = letter.filing().map(|filing| LetterFiling {
            signed_on: filing.signed_on.to_string(),
            attachment_reference: filing.attachment_reference.clone(),
            valid_until: filing.valid_until.to_string(),
        });
        Self {
            id: letter.id.to_string(),
            customer_id: letter.account.to_string(),
            customer_name: letter.account_name.clone(),
            signer: (&letter.signer).into(),
            months: letter.months,
            state: letter.phase(now).word(),
            document_sha256: letter.document_sha256.clone(),
            lapses_at: letter.lapses_at().to_string(),
            filing,
            revocation,
            version: letter.version,
            created_at: letter.created_at.to_string(),
        }
    }
}

/// The words that a list may be filtered by: as stored, so that what the clock ended is among
/// `generated` and `on_file`.
pub(super) const STATES: [&str; 4] = ["generated", "on_file", "withdrawn", "revoked"];

/// A letter to draw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLetterOfAgency {
    #[schema(min_length = 15, max_length = 18)]
    customer_id: String,
    signer: SignerBody,
    /// For how many months it shall hold from the day it is signed; as many as the programme says
    /// unless given.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 60, example = 12)]
    months: Option<u32>,
}

/// Generate a letter of agency
///
/// Draws the text for the end customer to sign. One is live at a time: while it waits for its
/// signature, and while it holds. After 90 days unsigned it lapses.
#[utoipa::path(post, path = "/v1/letters-of-agency", operation_id = "letter_generate",
    tag = "Letters of agency", request_body = NewLetterOfAgency,
    responses((status = 201, description = "Generated", body = LetterBody)))]
async fn letter_generate(command: Command<NewLetterOfAgency>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let account = faults.id("/customer_id", &body.customer_id);
    let account = faults.finish(account).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let new = NewLetter { signer: body.signer.into(), months: body.months };
    perform(&app, &call, &place, LetterGenerate { account, new, once: false }, |letter| {
        let body = LetterBody::of(letter, now);
        let answer = draw_version(StatusCode::CREATED, &body, letter.version);
        located(answer, format!("/v1/letters-of-agency/{}", letter.id))
    })
    .await
}

/// List letters of agency
///
/// This partner's own, newest first.
#[utoipa::path(get, path = "/v1/letters-of-agency", operation_id = "letters_list",
    tag = "Letters of agency",
    params(
        ("customer_id" = Option<String>, Query, description = "Only of this end customer"),
        ("state" = Option<String>, Query,
            description = "Only in this state: generated, on_file, withdrawn, revoked"), Paging),
    responses((status = 200, description = "One page", body = ListOf<LetterBody>)))]
async fn letters_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let (account, state) = (params.id("customer_id"), params.word("state", &STATES));
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.letters_list(&caller, account, &state, page).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |l| l.id, |l| LetterBody::of(l, now))))
}

/// Read a letter of agency
///
/// With how it is kept, once it is on file.
#[utoipa::path(get, path = "/v1/letters-of-agency/{id}", operation_id = "letter_get",
    tag = "Letters of agency", params(("id" = String, Path, description = "The letter's id")),
    responses((status = 200, description = "The letter", body = LetterBody)))]
async fn letter_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let letter = app.letter_get(&caller, id).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    Ok(ok_version(&LetterBody::of(&letter, now), letter.version))
}

/// Read a letter's document
///
/// The text that the end customer signs. Its SHA-256 is the letter's `document_sha256`.
#[utoipa::path(get, path = "/v1/letters-of-agency/{id}/document",
    operation_id = "letter_document", tag = "Letters of agency",
    params(("id" = String, Path, description = "The letter's id")),
    responses((status = 200, description = "The document", body = String,
        content_type = "text/plain")))]
async fn letter_document(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let text = app.letter_get(&caller, id).await.at(&place)?.document;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// What is said of the signed copy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterSignature {
    /// The day that the signer wrote on it.
    #[schema(max_length = 10, format = Date, example = "2026-03-02")]
    signed_on: String,
    /// The hash of the document that was signed, so that nobody files another.
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    document_sha256: String,
    /// The partner's reference to the signed copy, which stays in its keeping.
    #[schema(min_length = 1, max_length = 200, example = "LOA-2026-118")]
    attachment_reference: String,
}

/// Put a signed letter on file
///
/// The partner has the signed copy in its keeping. The lookup says so from now on, until the
/// letter expires or is revoked.
#[utoipa::path(post, path = "/v1/letters-of-agency/{id}/sign", operation_id = "letter_sign",
    tag = "Letters of agency", params(("id" = String, Path, description = "The letter's id")),
    request_body = LetterSignature,
    responses((status = 200, description = "On file", body = LetterBody)))]
async fn letter_sign(PathId(letter): PathId, command: Command<LetterSignature>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let day = faults.date("/signed_on", &body.signed_on);
    let signed = day.map(|signed_on| LetterSigned {
        signed_on,
        document_sha256: body.document_sha256,
        attachment_reference: body.attachment_reference,
    });
    let signed = faults.finish(signed).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, LetterSign { letter, signed, once: false }, drawn(now)).await
}

/// Withdraw a letter of agency
///
/// While it waits for its signature, or nobody signed it in time.
#[utoipa::path(post, path = "/v1/letters-of-agency/{id}/withdraw",
    operation_id = "letter_withdraw", tag = "Letters of agency",
    params(("id" = String, Path, description = "The letter's id")), request_body = Nothing,
    responses((status = 200, description = "Withdrawn", body = LetterBody)))]
async fn letter_withdraw(PathId(letter): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, LetterWithdraw { letter }, drawn(now)).await
}

/// Why the consent is gone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterRevoked {
    #[schema(min_length = 1, max_length = 2000, example = "The customer changed its agent.")]
    pub(super) reason: String,
}

/// Revoke a letter of agency
///
/// The end customer took its consent back. While it is on file and holds.
#[utoipa::path(post, path = "/v1/letters-of-agency/{id}/revoke", operation_id = "letter_revoke",
    tag = "Letters of agency", params(("id" = String, Path, description = "The letter's id")),
    request_body = LetterRevoked,
    responses((status = 200, description = "Revoked", body = LetterBody)))]
async fn letter_revoke(PathId(letter): PathId, command: Command<LetterRevoked>) -> Answered {
    let Command { app, call, place, body } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = LetterRevoke { letter, reason: body.reason };
    perform(&app, &call, &place, action, drawn(now)).await
}

/// How a letter that moved is drawn.
fn drawn(now: Moment) -> impl Fn(&LetterOfAgency) -> app::Answer + Send + Sync {
    move |letter| draw_version(StatusCode::OK, &LetterBody::of(letter, now), letter.version)
}

#[cfg(test)]
mod tests {
    use super::STATES;
    use domain::letter::{LetterPhase, MOST_MONTHS};

    #[test]
    fn every_stored_state_can_be_filtered_by() {
        let by_clock = [LetterPhase::Lapsed, LetterPhase::Expired];
        let stored = LetterPhase::ALL.iter().filter(|p| !by_clock.contains(p));
        assert_eq!(stored.map(|p| p.word()).collect::<Vec<_>>(), STATES);
    }

    #[test]
    fn the_document_says_how_long_a_letter_may_hold() {
        let document = crate::openapi();
        let schema = &document["components"]["schemas"]["NewLetterOfAgency"];
        let most = schema["properties"]["months"]["maximum"].as_f64();
        assert_eq!(most, Some(f64::from(MOST_MONTHS)));
    }
}
