//! Who a partner is before the law, on the wire.

use crate::v1::credit::BusinessWord;
use crate::v1::shape::{AddressBody, ContactBody};
use domain::party::LegalEntity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who a partner is before the law: what a check of its own credit is asked with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LegalEntity)]
pub(super) struct LegalBody {
    #[schema(min_length = 1, max_length = 200, example = "Example Solutions, Inc.")]
    legal_name: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    doing_business_as: Option<String>,
    business_type: BusinessWord,
    /// Where it resides.
    address: AddressBody,
    /// Whom to turn to.
    contact: ContactBody,
}

impl From<LegalBody> for LegalEntity {
    fn from(body: LegalBody) -> Self {
        Self {
            legal_name: body.legal_name,
            doing_business_as: body.doing_business_as,
            business_type: body.business_type.into(),
            address: body.address.into(),
            contact: body.contact.into(),
        }
    }
}

impl From<&LegalEntity> for LegalBody {
    fn from(legal: &LegalEntity) -> Self {
        Self {
            legal_name: legal.legal_name.clone(),
            doing_business_as: legal.doing_business_as.clone(),
            business_type: legal.business_type.into(),
            address: (&legal.address).into(),
            contact: (&legal.contact).into(),
        }
    }
}
