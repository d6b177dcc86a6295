//! A bureau's answer that comes by itself: what it could not say when it was asked.

use crate::answer::{Answered, perform};
use crate::door::{Command, PathId};
use crate::v1::credit::CreditCheckBody;
use crate::v1::operations::credit::drawn;
use crate::v1::shape::{At, Faults};
use app::credit::CreditAnswered;
use domain::credit::{CreditClass, Report, Verdict};
use serde::Deserialize;
use utoipa::ToSchema;

/// What a bureau decided, or leaves to the carrier's rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BureauAnswer {
    /// The credit check that it is about: the one of the path.
    #[schema(min_length = 15, max_length = 18)]
    reference: String,
    /// Left out, the carrier's rules decide on what the bureau knows.
    #[serde(default)]
    verdict: Option<BureauVerdict>,
    /// The most exposure that an approval covers, in US dollars. Required of one.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "25000.00")]
    limit: Option<String>,
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "500.00")]
    deposit: Option<String>,
    #[serde(default)]
    class: Option<BureauClass>,
    #[serde(default)]
    #[schema(maximum = 1_000_000, example = 71)]
    score: Option<u32>,
    /// What the bureau knows to be past due, in US dollars.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "0.00")]
    past_due: Option<String>,
    #[serde(default)]
    #[schema(max_items = 20)]
    reasons: Vec<String>,
    /// The bureau's own reference.
    #[schema(min_length = 1, max_length = 100, example = "B-2026-4711")]
    bureau_reference: String,
}

/// A bureau's verdict.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BureauVerdict {
    Approved,
    InReview,
    Declined,
}

/// A bureau's grade of the risk.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BureauClass {
    Low,
    Medium,
    High,
}

impl BureauAnswer {
    fn read(self, faults: &mut Faults) -> Option<Report> {
        let limit = faults.money("/limit", self.limit.as_ref());
        let deposit = faults.money("/deposit", self.deposit.as_ref());
        let verdict = match self.verdict {
            Some(BureauVerdict::Approved) => {
                let missing = || super::no_limit(faults);
                Some(Verdict::Approved { limit: limit.or_else(missing)?, deposit })
            }
            Some(BureauVerdict::InReview) => Some(Verdict::InReview),
            Some(BureauVerdict::Declined) => Some(Verdict::Declined),
            None => None,
        };
        let class = self.class.map(|class| match class {
            BureauClass::Low => CreditClass::Low,
            BureauClass::Medium => CreditClass::Medium,
            BureauClass::High => CreditClass::High,
        });
        Some(Report {
            verdict,
            class,
            score: self.score,
            past_due: faults.money("/past_due", self.past_due.as_ref()),
            reasons: self.reasons,
            reference: self.bureau_reference,
        })
    }
}

/// Answer a credit check for the bureau
///
/// Where the bureau decides later than it is asked, it calls back here, by a credential of
/// operations. The first answer counts, whether it comes so or when the bureau is asked again: one
/// that is late or comes twice changes nothing and is refused.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/bureau-answer",
    operation_id = "credit_answer", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = BureauAnswer,
    responses((status = 200, description = "What it came to", body = CreditCheckBody)))]
pub(super) async fn credit_answer(
    PathId(check): PathId,
    command: Command<BureauAnswer>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let reference = faults.id("/reference", &body.reference);
    let report = body.read(&mut faults);
    let (reference, report) = faults.finish(reference.zip(report)).at(&place)?;
    let times = app.times(&call.caller).await.at(&place)?;
    let action = CreditAnswered { check, reference, report };
    perform(&app, &call, &place, action, drawn(times)).await
}
