//! Configuration and price of a quote's sites.

use crate::answer::Answered;
use crate::dialects::config::ConfigCall;
use crate::dialects::door::Said;
use crate::dialects::sale::config::{self, ConfigAnswer};

/// Configure sites and price the quote
///
/// Several sites with features of their own, all or none; the quote is priced as soon as every
/// site is configured and has a valid address. The body and the answer are ours, after APEX's
/// published configuration. Configuring again in the same way leaves the sites as they are.
#[utoipa::path(post, path = "/config", operation_id = "config", tag = "Quote",
    request_body = ConfigCall,
    responses((status = 200, description = "The sites and the price", body = ConfigAnswer)))]
pub(super) async fn config(said: Said) -> Answered {
    config::config(said).await
}
