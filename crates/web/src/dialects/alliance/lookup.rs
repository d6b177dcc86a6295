//! The lookup of end customers: both published answers, of which the configuration chooses one.

use crate::answer::{Answered, ok};
use crate::dialects::LookupAnswer;
use crate::dialects::door::Said;
use crate::dialects::sale::lookup::{
    Answer, EndCustomer, LookupAddress, account_word, alliance_word, exception, find, loa_status,
    street,
};
use crate::dialects::shape::{usa, zip9};
use app::read::Found;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to look for, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LookupRequest {
    /// Absent in the older forms of the call.
    #[serde(default, rename = "spId")]
    #[schema(max_length = 40, example = "10067")]
    _sp_id: Option<String>,
    /// Compared without case, punctuation and legal forms; misspelt words are understood.
    #[schema(min_length = 3, max_length = 200, example = "AT&T CLOUD TEST FOUNDRY")]
    account_name: String,
    address: LookupAddress,
}

/// Where an end customer is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CustomerAddress {
    #[schema(example = "2900 W PLANO PKWY")]
    street: String,
    #[schema(example = "PLANO")]
    city: String,
    #[schema(example = "TX")]
    state: String,
    #[serde(rename = "Country")]
    #[schema(example = "USA")]
    country: String,
    /// Nine digits without a hyphen where they are known.
    #[schema(example = "750758004")]
    zip_code: String,
}

/// An end customer as the newer page has it: what is not known is an empty text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewerEndCustomer {
    segment: String,
    /// Always empty.
    segment_code: &'static str,
    /// In the first element only, and always empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_segment: Option<&'static str>,
    #[schema(example = "AT&T CLOUD TEST FOUNDRY")]
    end_customer_name: String,
    #[schema(example = "0013g00000cUIRtAAO")]
    end_customer_id: String,
    /// `Y` if a letter of agency is on file and holds, else `N`.
    #[schema(example = "N")]
    loa_status: &'static str,
    /// `Y` if operations have approved this partner's exception request and it still holds.
    #[schema(example = "N")]
    exception: &'static str,
    #[schema(example = "12345")]
    acid: String,
    sales_segment: String,
    /// `Active`, `Inactive` or `Prospect`.
    #[schema(example = "Inactive")]
    account_status: &'static str,
    /// `ATT ONLY`, `ALLIANCE ONLY` or `OPEN`.
    #[schema(example = "ATT ONLY")]
    alliance_status: &'static str,
    address: CustomerAddress,
}

impl NewerEndCustomer {
    fn of((at, found): (usize, &Found), now: Moment) -> Self {
        let account = &found.account;
        let segment = account.sales_segment.clone().unwrap_or_default();
        let address = &account.address;
        Self {
            segment: segment.clone(),
            segment_code: "",
            sub_segment: (at == 0).then_some(""),
            end_customer_name: account.name.clone(),
            end_customer_id: account.id.to_string(),
            loa_status: loa_status(found, now),
            exception: exception(found, now),
            acid: account.acid.clone().unwrap_or_default(),
            sales_segment: segment,
            account_status: account_word(found),
            alliance_status: alliance_word(found),
            address: CustomerAddress {
                street: street(address),
                city: address.city.clone(),
                state: address.state.clone(),
                country: usa(&address.country),
                zip_code: zip9(&address.zip),
            },
        }
    }

    fn all(answer: &Answer) -> Vec<Self> {
        answer.found.iter().enumerate().map(|found| Self::of(found, answer.now)).collect()
    }
}

/// In the form that this installation answers: `dialects.alliance_lookup` of its configuration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum EndCustomers {
    Newer(Vec<NewerEndCustomer>),
    Older(Vec<EndCustomer>),
}

/// Look an end customer up
///
/// At most five, best first. Nobody: 404 with `No customer found.`
#[utoipa::path(post, path = "/customerAccountLookup", operation_id = "customer_lookup",
    tag = "End customer", request_body = LookupRequest,
    responses((status = 200, description = "At most five", body = EndCustomers)))]
pub(super) async fn customer_lookup(mut said: Said) -> Answered {
    let body: LookupRequest = said.read()?;
    let form = said.set.alliance_lookup;
    let answer = find(&mut said, body.account_name, body.address).await?;
    Ok(ok(&match form {
        LookupAnswer::Newer => EndCustomers::Newer(NewerEndCustomer::all(&answer)),
        LookupAnswer::Older => EndCustomers::Older(EndCustomer::all(&answer)),
    }))
}
