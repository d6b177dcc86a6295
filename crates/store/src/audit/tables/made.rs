//! When objects were made.

use domain::contract::Contract;
use domain::credit::CreditCheck;
use domain::customer::Account;
use domain::exception::ExceptionRequest;
use domain::letter::LetterOfAgency;
use domain::opportunity::Opportunity;
use domain::order::{BillingAccount, CustomerGroup, Order, SubOrder};
use domain::party::{Credential, Partner};
use domain::publication::CatalogueVersion;
use domain::quote::{Import, Quote, Site};
use domain::time::Moment;
use domain::webhook::WebhookEndpoint;

/// When an object was made.
pub(super) trait Made {
    fn made_at(&self) -> Moment;
}

macro_rules! made {
    ($($noun:ty),*) => {$(
        impl Made for $noun {
            fn made_at(&self) -> Moment {
                self.created_at
            }
        }
    )*};
}
made!(
    Partner,
    Credential,
    CatalogueVersion,
    Account,
    ExceptionRequest,
    LetterOfAgency,
    Opportunity,
    Quote,
    Site,
    Import
);
made!(CreditCheck, Contract, Order, SubOrder, BillingAccount, CustomerGroup, WebhookEndpoint);
