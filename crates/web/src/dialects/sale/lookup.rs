//! The lookup of end customers: what is asked, and the answer that AIAB and the older Alliance
//! page have.

use crate::dialects::door::Said;
use crate::dialects::shape::{usa, zip9};
use crate::dialects::words::{account_status, alliance_status, state, yes_no};
use crate::door::Refused;
use crate::v1::shape::At;
use app::read::Found;
use domain::address::Address;
use domain::code::Code;
use domain::customer::lookup::Lookup;
use domain::customer::{LoaStatus, SubAccountStatus, place_key};
use domain::exception::ExceptionPhase;
use domain::party::Partner;
use domain::refusal::Refusal;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the customer is: all but the street must be exact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct LookupAddress {
    /// May be empty. It restricts nothing: who is there comes first.
    #[schema(max_length = 200, example = "2900 W PLANO PKWY")]
    street: String,
    #[schema(min_length = 1, max_length = 100, example = "PLANO")]
    city: String,
    /// Two letters, or the state's name.
    #[schema(min_length = 1, max_length = 50, example = "TX")]
    state: String,
    /// Its first five digits count.
    #[schema(pattern = "^[0-9]{5}(-?[0-9]{4})?$", example = "75075")]
    zip_code: String,
    #[serde(default, rename = "country")]
    #[schema(max_length = 50, example = "USA")]
    _country: Option<String>,
}

/// Who was found, and what an answer says of the one who asks.
#[derive(Debug)]
pub(in crate::dialects) struct Answer {
    pub(in crate::dialects) found: Vec<Found>,
    pub(in crate::dialects) now: Moment,
    pub(in crate::dialects) partner: Partner,
}

/// At most five, best first. Nobody: refused as not found, in the published words.
pub(in crate::dialects) async fn find(
    said: &mut Said,
    name: String,
    address: LookupAddress,
) -> Result<Answer, Refused> {
    said.naming(&[
        ("/name", "/accountName"),
        ("/city", "/address/city"),
        ("/state", "/address/state"),
        ("/zip", "/address/zipCode"),
    ]);
    let lookup = Lookup {
        name: Some(name),
        acid: None,
        sub_account: None,
        city: Some(address.city),
        state: Some(state(&address.state)),
        zip: Some(address.zip_code),
    };
    let place = &said.place;
    let found = said.app.customers_find(said.caller(), lookup).await.at(place)?;
    if found.is_empty() {
        return Err(place.refuse(Refusal::new(Code::NotFound, "No customer found.")));
    }
    let street = place_key(&address.street);
    let mut found: Vec<Found> = found.into_iter().map(|(found, _)| found).collect();
    // Stable: those elsewhere stay in their order.
    found.sort_by_key(|f| street.is_empty() || place_key(&f.account.address.street) != street);
    let now = said.now().await?;
    let partner = said.caller().seller().at(place)?.partner.clone();
    Ok(Answer { found, now, partner })
}

/// Number, street and unit on one line.
pub(in crate::dialects) fn street(address: &Address) -> String {
    let unit = address.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
    format!("{}{unit}", address.street)
}

/// `Y` if a letter of agency is on file and holds.
pub(in crate::dialects) fn loa_status(found: &Found, now: Moment) -> &'static str {
    yes_no(found.loa.status(now) == LoaStatus::OnFile)
}

/// `Y` if an exception lets this partner serve the customer.
pub(in crate::dialects) fn exception(found: &Found, now: Moment) -> &'static str {
    let approved =
        |e: &domain::exception::ExceptionRequest| e.phase(now) == ExceptionPhase::Approved;
    yes_no(found.exception.as_ref().is_some_and(approved))
}

pub(in crate::dialects) const fn alliance_word(found: &Found) -> &'static str {
    alliance_status(found.account.alliance_status)
}

pub(in crate::dialects) const fn account_word(found: &Found) -> &'static str {
    account_status(found.account.account_status)
}

/// Where an end customer is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AccountAddress {
    #[schema(example = "PLANO")]
    city: String,
    #[schema(example = "USA")]
    country: String,
    #[schema(example = "TX")]
    state: String,
    #[schema(example = "2900 W PLANO PKWY")]
    street: String,
    /// Nine digits without a hyphen where they are known.
    #[schema(example = "750758004")]
    zip_code: String,
}

/// An end customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct EndCustomer {
    account_address: AccountAddress,
    #[schema(example = "AT&T CLOUD TEST FOUNDRY")]
    account_name: String,
    #[schema(example = "0013g00000cUIRtAAO")]
    account_id: String,
    /// The carrier's customer number.
    #[schema(example = "12345")]
    acid: Option<String>,
    sales_segment: Option<String>,
    /// The first one that is active.
    #[schema(example = "U8GOM4")]
    sub_account_id: Option<String>,
    #[schema(example = "Active (Remote)")]
    contract_status: Option<String>,
    /// The distributor of the partner below; shown to that partner only.
    parent_partner_acc_id: Option<String>,
    /// The partner that serves it; shown to that partner only.
    partner_id: Option<String>,
    /// `Y` if a letter of agency is on file and holds, else `N`.
    #[schema(example = "N")]
    loa_status: &'static str,
    /// `ATT ONLY`: only the carrier may do business with it. `ALLIANCE ONLY`: only the partner
    /// that serves it may. `OPEN`: any partner may. Where it is not this partner, an exception
    /// request is the way on.
    #[schema(example = "ATT ONLY")]
    alliance_status: &'static str,
    /// `Active`, `Inactive` or `Prospect`.
    #[schema(example = "Inactive")]
    account_status: &'static str,
    /// `Y` if operations have approved this partner's exception request and it still holds.
    #[schema(example = "N")]
    exception: &'static str,
}

impl EndCustomer {
    fn of(found: &Found, partner: &Partner, now: Moment) -> Self {
        let account = &found.account;
        let own = account.partner == Some(partner.id);
        let active = account.sub_accounts.iter().find(|s| s.status == SubAccountStatus::Active);
        Self {
            account_address: AccountAddress {
                city: account.address.city.clone(),
                country: usa(&account.address.country),
                state: account.address.state.clone(),
                street: street(&account.address),
                zip_code: zip9(&account.address.zip),
            },
            account_name: account.name.clone(),
            account_id: account.id.to_string(),
            acid: account.acid.clone(),
            sales_segment: account.sales_segment.clone(),
            sub_account_id: active.map(|s| s.id.clone()),
            contract_status: account.contract_status.clone(),
            parent_partner_acc_id: partner.distributor.filter(|_| own).map(|id| id.to_string()),
            partner_id: own.then(|| partner.id.to_string()),
            loa_status: loa_status(found, now),
            alliance_status: alliance_word(found),
            account_status: account_word(found),
            exception: exception(found, now),
        }
    }

    pub(in crate::dialects) fn all(answer: &Answer) -> Vec<Self> {
        answer.found.iter().map(|f| Self::of(f, &answer.partner, answer.now)).collect()
    }
}
