//! How a contract ends: unsigned, by its signer or its partner; and signed, by operations, of whom
//! one proposes it and another confirms. What is with fulfilment is not called back; so a signed
//! contract ends only while nothing of it is.

use super::{Contract, ContractPhase, ContractState, Signature};
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::order::{Order, SubOrder};
use crate::party::Actor;
use crate::promotion::{Given, Release};
use crate::quote::Quote;
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

pub fn contract_decline(
    ctx: &mut Context,
    contract: &Contract,
    reason: String,
) -> Result<Decision<Contract>, Refusal> {
    let state = ContractState::Declined { reason: reason.clone() };
    let mut change = Change::default();
    let what = Happened::new(EventKind::ContractDeclined).because(reason);
    let view = contract.go(ctx, ContractPhase::Declined, state, what, &mut change)?;
    Ok(Decision { change, view })
}

pub fn contract_void(
    ctx: &mut Context,
    contract: &Contract,
    reason: String,
) -> Result<Decision<Contract>, Refusal> {
    let state = ContractState::Voided { reason: reason.clone() };
    let mut change = Change::default();
    let what = Happened::new(EventKind::ContractVoided).because(reason);
    let view = contract.go(ctx, ContractPhase::Voided, state, what, &mut change)?;
    Ok(Decision { change, view })
}

/// An end that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub reason: String,
    pub by: Actor,
    pub at: Moment,
}

/// A contract with all that its end looks at, as loaded in one snapshot.
#[derive(Debug, Clone)]
pub struct TerminationFile {
    pub contract: Contract,
    /// The version that it pins.
    pub quote: Quote,
    pub order: Option<Order>,
    /// The first sub-orders that were handed off and have not come to nothing.
    pub with_fulfilment: Vec<SubOrder>,
    /// What it uses of promotions.
    pub used: Vec<Given>,
}

impl TerminationFile {
    /// Refuses where the contract cannot end.
    fn gate(&self, now: Moment) -> Result<(), Refusal> {
        self.contract.phase(now).guard(ContractPhase::Terminated, "terminated")?;
        let held = |sub: &SubOrder| {
            let detail = format!("{}: handed off, now {}", sub.name, sub.state.word());
            Fault::new(format!("/sub_orders/{}", sub.id), Because::HandedOff, detail)
        };
        let held: Vec<Fault> = self.with_fulfilment.iter().map(held).collect();
        if held.is_empty() {
            return Ok(());
        }
        let detail = "what is ordered by the contract is with fulfilment";
        Err(Refusal::new(Code::StateConflict, detail).with(held))
    }
}

/// Proposes that a contract ends. Nothing ends yet; a later proposal takes the place of this one.
///
/// # Errors
/// Refused of a contract that is not signed, and of one of which a site is with fulfilment.
pub fn termination_propose(
    ctx: &mut Context,
    file: TerminationFile,
    reason: String,
) -> Result<Decision<Contract>, Refusal> {
    file.gate(ctx.now)?;
    let what = Happened::new(EventKind::ContractTerminationProposed).because(reason.clone());
    let proposal = Some(Proposal { reason, by: ctx.actor.clone(), at: ctx.now });
    let mut change = Change::default();
    let view = change.update(ctx, Contract { proposal, ..file.contract }, what);
    Ok(Decision { change, view })
}

/// Confirms what another person proposed: the contract is terminated, what it used of promotions is
/// there for others, and what was ordered by it cannot be handed off. `seen`: the contract's version
/// with the proposal that is meant. The quote's version stays as it was signed.
///
/// # Errors
/// As [`termination_propose`]; and to who proposed it, where there is no proposal, or another than
/// was seen.
pub fn termination_confirm(
    ctx: &mut Context,
    file: TerminationFile,
    seen: u64,
) -> Result<Decision<Contract>, Refusal> {
    file.gate(ctx.now)?;
    let TerminationFile { contract, quote, order, used, .. } = file;
    let (Some(proposal), Some(signature)) = (contract.proposal.clone(), contract.signature())
    else {
        let detail = "nobody has proposed to terminate this contract";
        return Err(Refusal::new(Code::StateConflict, detail));
    };
    if seen != contract.version {
        return Err(Refusal::stale(contract.version));
    }
    if !ctx.actor.is_second_to(&proposal.by) {
        let detail = format!("{} proposed it: somebody else confirms", proposal.by.label());
        return Err(Refusal::new(Code::SecondPersonRequired, detail));
    }
    let Proposal { reason, by, .. } = proposal;
    let release = |given| Release { tenant: contract.tenant, contract: contract.id, given };
    let releases = used.into_iter().map(release).collect();
    let mut change = Change { releases, ..Change::default() };
    let what = Happened::new(EventKind::ContractTerminated).because(reason.clone());
    let second = ctx.actor.clone();
    let state = ContractState::Terminated { at: ctx.now, reason, by, second, signature };
    let ended = Contract { proposal: None, ..contract };
    let view = ended.go(ctx, ContractPhase::Terminated, state, what, &mut change)?;
    // Their rows move too, so that an order or a handoff at the same time and this exclude each
    // other.
    change.update(ctx, quote, Happened::new(EventKind::QuoteContractTerminated));
    if let Some(order) = order {
        let order = Order { terminated_at: Some(ctx.now), ..order };
        change.update(ctx, order, Happened::new(EventKind::OrderContractTerminated));
    }
    Ok(Decision { change, view })
}

impl Contract {
    /// Its signature, also after its end.
    pub fn signature(&self) -> Option<Signature> {
        match &self.state {
            ContractState::Signed { at, by, document_sha256 } => Some(Signature {
                at: *at,
                by: by.clone(),
                document_sha256: document_sha256.clone(),
            }),
            ContractState::Terminated { signature, .. } => Some(signature.clone()),
            ContractState::Generated
            | ContractState::Sent { .. }
            | ContractState::Viewed { .. }
            | ContractState::Declined { .. }
            | ContractState::Expired
            | ContractState::Voided { .. } => None,
        }
    }

    pub const fn is_signed(&self) -> bool {
        matches!(self.state, ContractState::Signed { .. })
    }

    /// Whether it was signed and has been ended since.
    pub const fn is_terminated(&self) -> bool {
        matches!(self.state, ContractState::Terminated { .. })
    }
}
