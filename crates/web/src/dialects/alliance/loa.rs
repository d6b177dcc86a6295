//! Letters of agency: the older overview names the step, its fields are nowhere published, so that
//! these calls are ours.

use crate::answer::{Answered, ok};
use crate::dialects::door::{Asked, Said};
use crate::dialects::sale::{day, lookup};
use crate::dialects::shape::stamp;
use crate::dialects::words::titled;
use crate::door::Place;
use crate::v1::shape::{At, Faults};
use app::letter::{LetterGenerate, LetterSign};
use app::read::Found;
use app::{App, Caller};
use domain::id::Id;
use domain::letter::{LetterOfAgency, LetterPhase, LetterSigned, LetterSigner, NewLetter};
use domain::refusal::Refusal;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who signs at the end customer.
#[derive(Debug, Deserialize, ToSchema)]
struct LoaSigner {
    #[serde(rename = "contactName")]
    #[schema(min_length = 1, max_length = 200, example = "Dana Sample")]
    name: String,
    #[serde(default, rename = "contactTitle")]
    #[schema(max_length = 100, example = "Managing Director")]
    title: Option<String>,
    #[serde(rename = "contactEmail")]
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    email: String,
}

impl From<LoaSigner> for LetterSigner {
    fn from(body: LoaSigner) -> Self {
        let title = body.title.filter(|title| !title.trim().is_empty());
        Self { name: body.name, title, email: body.email }
    }
}

/// A letter to generate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LoaRequest {
    #[serde(default, rename = "spId")]
    #[schema(max_length = 40, example = "10067")]
    _sp_id: Option<String>,
    /// As the lookup says it.
    #[schema(max_length = 18, example = "0013g00000cUIRtAAO")]
    end_customer_id: String,
    signer: LoaSigner,
    /// For how many months it shall hold from the day it is signed; as many as the programme says
    /// unless given.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 60, example = 12)]
    months: Option<u32>,
}

/// A signed copy that the partner keeps.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LoaFiling {
    #[serde(default, rename = "spId")]
    #[schema(max_length = 40, example = "10067")]
    _sp_id: Option<String>,
    #[schema(max_length = 18, example = "a2LKf0000012345IAA")]
    loa_id: String,
    /// The day that the signer wrote on it.
    #[schema(max_length = 40, example = "2026-03-02")]
    signed_date: String,
    /// The hash of the document that was signed.
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    document_sha256: String,
    /// The partner's reference to the signed copy.
    #[schema(min_length = 1, max_length = 200, example = "LOA-2026-118")]
    attachment_reference: String,
}

/// How the customer's consent stands, and this partner's newest letter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LoaAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Letter of agency is generated")]
    status_message: String,
    end_customer_id: String,
    end_customer_name: String,
    /// As the lookup says it: `Y` if a letter is on file and holds, this partner's own or one that
    /// the carrier loaded.
    #[schema(example = "N")]
    loa_status: &'static str,
    /// The last day on which it holds. Without one, until it is taken back.
    #[schema(example = "2027-03-02")]
    valid_until: Option<String>,
    /// This partner's newest letter, if it has one.
    loa_id: Option<String>,
    /// `Generated`, `On File`, `Withdrawn`, `Revoked`, `Lapsed` or `Expired`.
    #[schema(example = "Generated")]
    loa_state: Option<String>,
    /// Until when it can be put on file; while it waits for its signature.
    sign_by: Option<String>,
    /// The text to sign; while it waits for its signature.
    document: Option<String>,
    /// The hash of the text to sign.
    document_sha256: Option<String>,
    signed_date: Option<String>,
    attachment_reference: Option<String>,
}

impl LoaAnswer {
    fn of(found: &Found, letter: Option<&LetterOfAgency>, now: Moment) -> Self {
        let phase = letter.map(|letter| letter.phase(now));
        let unsigned = letter.filter(|_| phase == Some(LetterPhase::Generated));
        let filing = letter.and_then(LetterOfAgency::filing);
        let loa_status = lookup::loa_status(found, now);
        let said = match phase {
            Some(phase) => format!("is {}", phase.word().replace('_', " ")),
            None if loa_status == "Y" => "is on file with the carrier".to_owned(),
            None => "was not generated".to_owned(),
        };
        Self {
            status: "Success",
            status_message: format!("Letter of agency {said}"),
            end_customer_id: found.account.id.to_string(),
            end_customer_name: found.account.name.clone(),
            loa_status,
            valid_until: found.loa.valid_until().map(|day| day.to_string()),
            loa_id: letter.map(|letter| letter.id.to_string()),
            loa_state: phase.map(|phase| titled(phase.word())),
            sign_by: unsigned.map(|letter| stamp(letter.lapses_at())),
            document: unsigned.map(|letter| letter.document.clone()),
            document_sha256: unsigned.map(|letter| letter.document_sha256.clone()),
            signed_date: filing.map(|filing| filing.signed_on.to_string()),
            attachment_reference: filing.map(|filing| filing.attachment_reference.clone()),
        }
    }
}

/// How consent stands for an end customer, with this partner's newest letter for it.
async fn answer(app: &App, caller: &Caller, place: &Place, account: Id) -> Answered {
    let found = app.customer_get(caller, account).await.at(place)?;
    // Oldest first; while one is live there is no newer.
    let letters = app.letters_of(caller, account).await.at(place)?;
    let now = app.now(caller).await.at(place)?;
    Ok(ok(&LoaAnswer::of(&found, letters.last(), now)))
}

/// Generate a letter of agency
///
/// The answer has the text for the customer to sign. Key: the customer with the content: while a
/// letter waits for its signature or holds, a repeat is answered with it and other content is
/// refused. Ours.
#[utoipa::path(post, path = "/loa", operation_id = "loa_generate", tag = "End customer",
    request_body = LoaRequest,
    responses((status = 200, description = "Generated", body = LoaAnswer)))]
pub(super) async fn loa_generate(mut said: Said) -> Answered {
    let body: LoaRequest = said.read()?;
    said.naming(&[("/customer_id", "/endCustomerId")]);
    let mut faults = Faults::default();
    let account = faults.id("/endCustomerId", &body.end_customer_id);
    let account = faults.finish(account).at(&said.place)?;
    let new = NewLetter { signer: body.signer.into(), months: body.months };
    let once = LetterGenerate { account, new, once: true };
    said.perform_one(once, |letter: &LetterOfAgency| letter.id).await?;
    answer(&said.app, said.caller(), &said.place, account).await
}

/// Check for a letter of agency
///
/// Whether one is on file for an end customer, and what became of this partner's newest. Ours.
#[utoipa::path(get, path = "/loa", operation_id = "loa_check", tag = "End customer",
    params(("endCustomerId" = String, Query, description = "As the lookup says it")),
    responses((status = 200, description = "How it stands", body = LoaAnswer)))]
pub(super) async fn loa_check(asked: Asked) -> Answered {
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let mut params = asked.params();
    let account = params.id("endCustomerId");
    let account = params.needs("endCustomerId", account);
    params.sound().at(place)?;
    let account = account.ok_or_else(|| place.refuse(Refusal::not_found("customer")))?;
    answer(app, caller, place, account).await
}

/// Put a signed letter on file
///
/// The partner has the signed copy in its keeping. Key: the letter with the content. Ours.
#[utoipa::path(put, path = "/loa", operation_id = "loa_file", tag = "End customer",
    request_body = LoaFiling,
    responses((status = 200, description = "On file", body = LoaAnswer)))]
pub(super) async fn loa_file(mut said: Said) -> Answered {
    let body: LoaFiling = said.read()?;
    said.naming(&[("/signed_on", "/signedDate")]);
    let mut faults = Faults::default();
    let letter = faults.id("/loaId", &body.loa_id);
    let signed_on = day(&mut faults, "/signedDate", &body.signed_date);
    let (letter, signed_on) = faults.finish(letter.zip(signed_on)).at(&said.place)?;
    let (document_sha256, attachment_reference) = (body.document_sha256, body.attachment_reference);
    let signed = LetterSigned { signed_on, document_sha256, attachment_reference };
    let file = LetterSign { letter, signed, once: true };
    let account = said.perform_one(file, |letter: &LetterOfAgency| letter.account).await?;
    answer(&said.app, said.caller(), &said.place, account).await
}
