//! Sub-accounts and the letter of agency, as on the wire.

use crate::v1::shape::Faults;
use domain::code::Because;
use domain::customer::{Loa, LoaStatus, SubAccount, SubAccountStatus};
use domain::refusal::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a sub-account may be used.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SubAccountStatus)]
pub(in crate::v1) enum SubAccountWord {
    #[default]
    Active,
    Inactive,
}

/// A part of an account that is ordered and billed for by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubAccount)]
pub(in crate::v1) struct SubAccountBody {
    #[schema(min_length = 1, max_length = 50, example = "TWNN1I")]
    id: String,
    #[serde(default)]
    status: SubAccountWord,
}

impl From<&SubAccount> for SubAccountBody {
    fn from(sub: &SubAccount) -> Self {
        let status = match sub.status {
            SubAccountStatus::Active => SubAccountWord::Active,
            SubAccountStatus::Inactive => SubAccountWord::Inactive,
        };
        Self { id: sub.id.clone(), status }
    }
}

impl From<SubAccountBody> for SubAccount {
    fn from(body: SubAccountBody) -> Self {
        let status = match body.status {
            SubAccountWord::Active => SubAccountStatus::Active,
            SubAccountWord::Inactive => SubAccountStatus::Inactive,
        };
        Self { id: body.id, status }
    }
}

/// How the letter of agency stands today.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LoaStatus)]
pub(in crate::v1) enum LoaWord {
    None,
    OnFile,
    Expired,
}

impl From<LoaStatus> for LoaWord {
    fn from(status: LoaStatus) -> Self {
        match status {
            LoaStatus::None => Self::None,
            LoaStatus::OnFile => Self::OnFile,
            LoaStatus::Expired => Self::Expired,
        }
    }
}

/// The sub-accounts, given as one or as several.
pub(in crate::v1) fn sub_accounts(
    faults: &mut Faults,
    one: Option<String>,
    many: Vec<SubAccountBody>,
) -> Vec<SubAccount> {
    if one.is_some() && !many.is_empty() {
        let detail = "there is a list of sub-accounts beside it";
        faults.push(Fault::new("/sub_account_id", Because::Conflicting, detail));
    }
    let mut subs: Vec<SubAccount> = Vec::new();
    for (at, sub) in many.into_iter().enumerate() {
        if subs.iter().any(|known| known.id == sub.id) {
            let detail = format!("{} stands twice", sub.id);
            let pointer = format!("/sub_accounts/{at}/id");
            faults.push(Fault::new(pointer, Because::Duplicate, detail));
        }
        subs.push(sub.into());
    }
    let status = SubAccountStatus::Active;
    subs.extend(one.map(|id| SubAccount { id, status }));
    subs
}

/// The letter, and until when it holds.
pub(in crate::v1) fn loa(faults: &mut Faults, on_file: bool, until: Option<&str>) -> Loa {
    let pointer = "/loa_valid_until";
    let day = until.and_then(|text| faults.date(pointer, text));
    if until.is_some() && !on_file {
        let detail = "there is no letter whose last day this could be: loa_on_file is false";
        faults.push(Fault::new(pointer, Because::Conflicting, detail));
    }
    if on_file { Loa::OnFile { valid_until: day } } else { Loa::None }
}
