//! End customers that operations load, one by one or from a file.

mod import;

use crate::answer::{Answered, draw_version, perform};
use crate::door::Command;
use crate::v1::customer::standing::{SubAccountBody, loa, sub_accounts};
use crate::v1::customer::{AccountWord, AllianceWord, CustomerBody};
use crate::v1::shape::{AddressBody, At, ContactBody, Faults, contacts};
use app::customer::CustomerCreate;
use domain::customer::{CarrierAccount, NewAccount};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(customer_create)).merge(import::routes())
}

/// An end customer's account as the carrier knows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CustomerRecord {
    #[schema(min_length = 1, max_length = 200, example = "Lone Star Dental Group LLC")]
    name: String,
    #[serde(default)]
    #[schema(max_length = 200, example = "Lone Star Smiles")]
    doing_business_as: Option<String>,
    address: AddressBody,
    #[serde(default)]
    #[schema(max_items = 20)]
    contacts: Vec<ContactBody>,
    #[serde(default = "open")]
    #[schema(default = "open")]
    alliance_status: AllianceWord,
    #[serde(default = "active")]
    #[schema(default = "active")]
    account_status: AccountWord,
    /// The partner that serves it; for a prospect, the partner that captured it.
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18)]
    partner_id: Option<String>,
    /// The carrier's customer number.
    #[serde(default)]
    #[schema(max_length = 50, example = "A1000042")]
    acid: Option<String>,
    /// The only sub-account, if it has one.
    #[serde(default)]
    #[schema(max_length = 50, example = "S-77")]
    sub_account_id: Option<String>,
    /// Its sub-accounts, if it has several.
    #[serde(default)]
    #[schema(max_items = 100)]
    sub_accounts: Vec<SubAccountBody>,
    #[serde(default)]
    #[schema(max_length = 100, example = "Mid Market")]
    sales_segment: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "In Contract")]
    contract_status: Option<String>,
    /// Whether a letter of agency is on file.
    #[serde(default)]
    #[schema(default = false)]
    loa_on_file: bool,
    /// The last day on which that letter holds, if there is one.
    #[serde(default)]
    #[schema(format = Date, example = "2027-03-31")]
    loa_valid_until: Option<String>,
}

const fn open() -> AllianceWord {
    AllianceWord::Open
}

const fn active() -> AccountWord {
    AccountWord::Active
}

/// Load an end customer
///
/// Makes an account that partners' lookups find. A prospect is found by its partner only.
#[utoipa::path(post, path = "/v1/operations/customers", operation_id = "customer_create",
    tag = "Operations", request_body = CustomerRecord,
    responses((status = 201, description = "Loaded", body = CustomerBody)))]
async fn customer_create(command: Command<CustomerRecord>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let partner = faults.maybe_id("/partner_id", body.partner_id.as_ref());
    let subs = sub_accounts(&mut faults, body.sub_account_id, body.sub_accounts);
    let loa = loa(&mut faults, body.loa_on_file, body.loa_valid_until.as_deref());
    let partner = faults.finish(Some(partner)).at(&place)?;
    let action = CustomerCreate(CarrierAccount {
        new: NewAccount {
            name: body.name,
            doing_business_as: body.doing_business_as,
            address: body.address.into(),
            contacts: contacts(body.contacts),
        },
        alliance_status: body.alliance_status.into(),
        account_status: body.account_status.into(),
        partner,
        acid: body.acid,
        sub_accounts: subs,
        sales_segment: body.sales_segment,
        contract_status: body.contract_status,
        loa,
    });
    let now = app.clock.now();
    perform(&app, &call, &place, action, |account| {
        let body = CustomerBody::of(account, None, now);
        draw_version(StatusCode::CREATED, &body, account.version)
    })
    .await
}
