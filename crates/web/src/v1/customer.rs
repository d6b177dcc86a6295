//! End customers: found by name and address, updated with what opportunity and quote captured.

pub(super) mod standing;

use self::standing::{LoaWord, SubAccountBody};
use super::shape::{AddressBody, At, ContactBody, contacts};
use crate::answer::{Answered, draw_version, ok, ok_version, perform};
use crate::door::{Edit, PathId, Question, Reading};
use app::customer::CustomerUpdate;
use app::read::Found;
use domain::customer::lookup::{Lookup, Match};
use domain::customer::{
    Account, AccountDetails, AccountStatus, AllianceStatus, Loa, SubAccount, SubAccountStatus,
};
use domain::id::Id;
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(customers_lookup))
        .routes(routes!(customer_get, customer_update))
}

/// With whom an end customer may do business.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AllianceStatus)]
pub(super) enum AllianceWord {
    /// Any partner may serve it.
    Open,
    /// Only the carrier may, unless an exception is approved.
    CarrierOnly,
    /// Only the partner that has it may, unless an exception is approved.
    PartnerOnly,
}

impl From<AllianceStatus> for AllianceWord {
    fn from(status: AllianceStatus) -> Self {
        match status {
            AllianceStatus::Open => Self::Open,
            AllianceStatus::CarrierOnly => Self::CarrierOnly,
            AllianceStatus::PartnerOnly => Self::PartnerOnly,
        }
    }
}

impl From<AllianceWord> for AllianceStatus {
    fn from(word: AllianceWord) -> Self {
        match word {
            AllianceWord::Open => Self::Open,
            AllianceWord::CarrierOnly => Self::CarrierOnly,
            AllianceWord::PartnerOnly => Self::PartnerOnly,
        }
    }
}

/// How an account stands with the carrier.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountStatus)]
pub(super) enum AccountWord {
    Active,
    Inactive,
    /// Captured by an opportunity; not yet the carrier's customer.
    Prospect,
}

impl From<AccountStatus> for AccountWord {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Active => Self::Active,
            AccountStatus::Inactive => Self::Inactive,
            AccountStatus::Prospect => Self::Prospect,
        }
    }
}

impl From<AccountWord> for AccountStatus {
    fn from(word: AccountWord) -> Self {
        match word {
            AccountWord::Active => Self::Active,
            AccountWord::Inactive => Self::Inactive,
            AccountWord::Prospect => Self::Prospect,
        }
    }
}

/// An end customer's account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Customer)]
pub(super) struct CustomerBody {
    id: String,
    name: String,
    doing_business_as: Option<String>,
    address: AddressBody,
    /// The carrier's customer number.
    acid: Option<String>,
    /// The first sub-account that is active.
    sub_account_id: Option<String>,
    sub_accounts: Vec<SubAccountBody>,
    sales_segment: Option<String>,
    contract_status: Option<String>,
    alliance_status: AllianceWord,
    account_status: AccountWord,
    /// Whether a letter of agency is on file and holds today: this partner's own, or one that the
    /// carrier loaded.
    loa_on_file: bool,
    loa_status: LoaWord,
    /// The last day on which the letter of agency holds, if there is one.
    #[schema(format = Date, example = "2027-03-31")]
    loa_valid_until: Option<String>,
    /// The partner that serves it. A partner sees it only where that is itself.
    partner_id: Option<String>,
    contacts: Vec<ContactBody>,
    version: u64,
    created_at: String,
}

impl CustomerBody {
    /// As `partner` sees it at `now`; as operations do without one.
    pub(super) fn of(a: &Account, partner: Option<Id>, now: Moment) -> Self {
        let loa_status = LoaWord::from(a.loa.status(now));
        let own = |id: &Id| partner.is_none_or(|partner| partner == *id);
        let active = |s: &&SubAccount| s.status == SubAccountStatus::Active;
        Self {
            id: a.id.to_string(),
            name: a.name.clone(),
            doing_business_as: a.doing_business_as.clone(),
            address: (&a.address).into(),
            acid: a.acid.clone(),
            sub_account_id: a.sub_accounts.iter().find(active).map(|s| s.id.clone()),
            sub_accounts: a.sub_accounts.iter().map(Into::into).collect(),
            sales_segment: a.sales_segment.clone(),
            contract_status: a.contract_status.clone(),
            alliance_status: a.alliance_status.into(),
            account_status: a.account_status.into(),
            loa_on_file: matches!(loa_status, LoaWord::OnFile),
            loa_status,
            loa_valid_until: a.loa.valid_until().map(|day| day.to_string()),
            partner_id: a.partner.filter(own).map(|id| id.to_string()),
            contacts: a.contacts.iter().map(Into::into).collect(),
            version: a.version,
            created_at: a.created_at.to_string(),
        }
    }

    /// With the consent as it stands for one partner.
    fn with_loa(self, loa: Loa, now: Moment) -> Self {
        let loa_status = LoaWord::from(loa.status(now));
        Self {
            loa_on_file: matches!(loa_status, LoaWord::OnFile),
            loa_status,
            loa_valid_until: loa.valid_until().map(|day| day.to_string()),
            ..self
        }
    }
}

/// An exception request, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionInShort {
    id: String,
    state: &'static str,
}

/// An end customer as a partner sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct FoundCustomer {
    #[serde(flatten)]
    customer: CustomerBody,
    /// Whether this partner may serve it now.
    served: bool,
    /// This partner's newest exception request for it.
    exception: Option<ExceptionInShort>,
}

impl FoundCustomer {
    fn of(found: &Found, partner: Option<Id>, now: Moment) -> Self {
        let exception = found
            .exception
            .as_ref()
            .map(|e| ExceptionInShort { id: e.id.to_string(), state: e.phase(now).word() });
        let customer = CustomerBody::of(&found.account, partner, now).with_loa(found.loa, now);
        Self { customer, served: found.served, exception }
    }
}

/// Why an end customer stands in the answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct MatchReason {
    /// Others may be added.
    #[schema(example = "typo")]
    code: &'static str,
    #[schema(example = "“dentel” was read as “dental”.")]
    detail: String,
}

/// An end customer as a lookup finds it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct MatchedCustomer {
    #[serde(flatten)]
    found: FoundCustomer,
    /// Why it was found, what tells most first.
    match_reasons: Vec<MatchReason>,
}

impl MatchedCustomer {
    fn of((found, matched): &(Found, Match), partner: Option<Id>, now: Moment) -> Self {
        let reasons = matched.reasons.iter();
        let reasons = reasons.map(|r| MatchReason { code: r.code(), detail: r.in_words() });
        let found = FoundCustomer::of(found, partner, now);
        Self { found, match_reasons: reasons.collect() }
    }
}

/// Whom to look for: a name, a customer number or a sub-account, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CustomerLookup {
    /// The business's name or a part of it, in any case and spelling, with or without its legal
    /// form; at least three letters or digits.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 200, example = "lone star dental")]
    name: Option<String>,
    /// The carrier's customer number.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 50, example = "A1000042")]
    acid: Option<String>,
    /// The id of one of its sub-accounts.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 50, example = "S-77")]
    sub_account_id: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "Dallas")]
    city: Option<String>,
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2}$", example = "TX")]
    state: Option<String>,
    /// Its first five digits count.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{5}(-?[0-9]{4})?$", example = "75202")]
    zip: Option<String>,
}

/// Up to five matches, best first.
#[derive(Debug, Serialize, ToSchema)]
struct CustomersFound {
    customers: Vec<MatchedCustomer>,
    /// `No customer found.` when there is no match.
    #[schema(example = "No customer found.")]
    message: Option<&'static str>,
    /// When there is no match: what to do then.
    next_step: Option<&'static str>,
}

const NEXT_STEP: &str = "Look with fewer words or without the place; if the customer is new, open \
    an opportunity with `new_customer` (POST /v1/opportunities).";

/// Look up an end customer
///
/// Finds up to five accounts by name, customer number or sub-account and, where given, city,
/// state and ZIP code, which must be exact. Names are compared without case, accents, punctuation
/// and legal forms, abbreviations as what they stand for, and misspelt words as what they were
/// meant for; each match says why it stands there. Each also says whether this partner may serve
/// it; where not, an exception request is the way on.
#[utoipa::path(post, path = "/v1/customers/lookup", operation_id = "customers_lookup",
    tag = "Customers", request_body = CustomerLookup,
    responses((status = 200, description = "Up to five matches", body = CustomersFound)))]
async fn customers_lookup(asked: Question<CustomerLookup>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let CustomerLookup { name, acid, sub_account_id: sub_account, city, state, zip } = body;
    let lookup = Lookup { name, acid, sub_account, city, state, zip };
    let found = app.customers_find(&caller, lookup).await.at(&place)?;
    let (now, partner) = (app.now(&caller).await.at(&place)?, caller.tenant().partner);
    let customers: Vec<_> =
        found.iter().map(|found| MatchedCustomer::of(found, partner, now)).collect();
    let none = customers.is_empty();
    let message = none.then_some("No customer found.");
    Ok(ok(&CustomersFound { customers, message, next_step: none.then_some(NEXT_STEP) }))
}

/// Read an end customer
///
/// The account, and whether this partner may serve it now.
#[utoipa::path(get, path = "/v1/customers/{id}", operation_id = "customer_get",
    tag = "Customers", params(("id" = String, Path, description = "The customer's id")),
    responses((status = 200, description = "The customer", body = FoundCustomer)))]
async fn customer_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let found = app.customer_get(&caller, id).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    let body = FoundCustomer::of(&found, caller.tenant().partner, now);
    Ok(ok_version(&body, found.account.version))
}

/// What opportunity and quote captured: only what is given changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CustomerDetails {
    #[serde(default)]
    #[schema(max_length = 200, example = "Lone Star Smiles")]
    doing_business_as: Option<String>,
    #[serde(default)]
    address: Option<AddressBody>,
    #[serde(default)]
    #[schema(max_items = 20)]
    contacts: Option<Vec<ContactBody>>,
}

/// Update an end customer's details
///
/// With what opportunity and quote captured. Only a partner that has an opportunity with the
/// customer may.
#[utoipa::path(patch, path = "/v1/customers/{id}", operation_id = "customer_update",
    tag = "Customers", params(("id" = String, Path, description = "The customer's id")),
    request_body = CustomerDetails,
    responses((status = 200, description = "The customer as it is now", body = CustomerBody)))]
async fn customer_update(PathId(account): PathId, edit: Edit<CustomerDetails>) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let details = AccountDetails {
        doing_business_as: body.doing_business_as,
        address: body.address.map(Into::into),
        contacts: body.contacts.map(contacts),
    };
    let action = CustomerUpdate { account, seen, details };
    let (now, partner) = (app.now(&call.caller).await.at(&place)?, call.caller.tenant().partner);
    perform(&app, &call, &place, action, |(account, loa)| {
        let body = CustomerBody::of(account, partner, now).with_loa(*loa, now);
        draw_version(StatusCode::OK, &body, account.version)
    })
    .await
}
