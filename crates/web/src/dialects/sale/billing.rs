//! How a sub-order is billed: published request and answer.

use super::id;
use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::v1::shape::At;
use app::enrichment::{BillingAccountChoice, BillingOnce};
use app::{App, Caller, Problem};
use domain::enrichment::{Billing, BillingCodes};
use domain::id::{Id, Kind};
use domain::order::{BillingAccount, Order, SubOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the carrier's books have the billing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct BillingRequest {
    /// Of an account of this partner, or of one to be made. The end customer's name unless given.
    #[serde(default)]
    #[schema(max_length = 200, example = "Test Existing Billing Account")]
    billing_account_name: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "MSPS00049851SF")]
    contract_id: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "F3")]
    soc: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "001")]
    bill_group: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "TW8157")]
    mcn: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "X014TZQM")]
    sub_account_id: String,
    #[schema(max_length = 18, example = "801Kf000004FnihIAC")]
    sub_order_id: String,
}

/// The account that the sub-order is billed to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub(in crate::dialects) struct BilledTo {
    #[schema(example = "Test Existing Billing Account")]
    billing_account_name: String,
    /// The account's id.
    #[schema(example = "001dx00000YzuHrAAJ")]
    billing_account_invoice_number: String,
}

/// The account of that name, or what a new one is made of: the site's address and the order's
/// contacts.
async fn account(
    app: &App,
    caller: &Caller,
    sub_order: Id,
    name: Option<String>,
) -> Result<BillingAccountChoice, Problem> {
    let (order, sub) = app.sub_order_get(caller, sub_order).await?;
    let name = match name {
        Some(name) => name,
        None => customer_name(app, caller, &order, &sub).await?,
    };
    let now = sub.enrichments.billing.as_ref().map(|billing| billing.value.billing_account);
    if let Some(account) = app.billing_account_named(caller, now, &name).await? {
        return Ok(BillingAccountChoice::Existing(account.id));
    }
    let contacts = std::iter::once(order.primary_contact).chain(order.alternate_contact);
    Ok(BillingAccountChoice::New { name, address: sub.address, contacts: contacts.collect() })
}

async fn customer_name(
    app: &App,
    caller: &Caller,
    order: &Order,
    sub: &SubOrder,
) -> Result<String, Problem> {
    let Some(customer) = sub.customer.or(order.account) else { return Ok(order.number.clone()) };
    Ok(app.customer_get(caller, customer).await?.account.name)
}

/// Configure a sub-order's billing
///
/// On this partner's account of that name, or on one that is made with it. Key: the sub-order with
/// its content.
#[utoipa::path(post, path = "/order-enrichment/billing", operation_id = "billing",
    tag = "Enrichment", request_body = BillingRequest,
    responses((status = 200, description = "Where it is billed", body = Vec<BilledTo>)))]
pub(in crate::dialects) async fn billing(said: Said) -> Answered {
    let body: BillingRequest = said.read()?;
    let sub_order = id(&said.place, "/subOrderId", &body.sub_order_id)?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (app, caller) = (&said.app, said.caller());
    let account = account(app, caller, sub_order, given(body.billing_account_name)).await;
    let account = account.at(&said.place)?;
    let codes = BillingCodes {
        contract: given(body.contract_id),
        soc: given(body.soc),
        bill_group: given(body.bill_group),
        mcn: given(body.mcn),
        sub_account: Some(body.sub_account_id),
    };
    // The rule fills the account in, from the one that is chosen or made.
    let billing = Billing { codes, ..Billing::to(Id::new(Kind::Account, 0, 0)) };
    let once = BillingOnce { sub_order, account, billing };
    let billed = |(_, _, account): &(Order, SubOrder, BillingAccount)| account.id;
    let billed = said.perform_one(once, billed).await?;
    let account = said.app.billing_account_get(said.caller(), billed).await.at(&said.place)?;
    Ok(ok(&[BilledTo {
        billing_account_name: account.name,
        billing_account_invoice_number: account.id.to_string(),
    }]))
}
