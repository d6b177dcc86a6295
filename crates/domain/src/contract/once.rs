//! A contract that may be asked for again: the very same changes nothing.

use super::{Contract, NewContract, contract_generate};
use crate::change::Context;
use crate::decision::Decision;
use crate::law::QuoteFile;
use crate::quote::Rules;
use crate::refusal::Refusal;

/// Generates the contract of a quote version. One that is out or signed for the same signer and
/// customer is answered as it is; after one that ended otherwise a new one is made.
///
/// # Errors
/// As [`contract_generate`]: also where one with other content is out or signed.
pub fn contract_once(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    partner_name: &str,
    new: NewContract,
) -> Result<Decision<Contract>, Refusal> {
    let now = ctx.now;
    let live = file.contracts.iter().find(|c| c.is_out(now) || c.is_signed());
    match live {
        Some(contract) if is_the_same(contract, &new) => {
            Ok(Decision::repeated(contract, contract.clone()))
        }
        _ => contract_generate(ctx, rules, file, partner_name, new),
    }
}

/// Who leaves the day open takes that of the first.
fn is_the_same(contract: &Contract, new: &NewContract) -> bool {
    contract.signer == new.signer
        && contract.customer == new.customer
        && new.effective.is_none_or(|effective| effective == contract.effective)
}
