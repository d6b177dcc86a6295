//! The contract: the agreement that pins one version of a quote.

use crate::address::Address;
use crate::change::{Change, Context, Settle};
use crate::code::Code;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::job::Work;
use crate::law::{self, QuoteFile};
use crate::money::Money;
use crate::party::{Actor, Tenant};
use crate::pricing::Totals;
use crate::programme::{Party, Stage};
use crate::promotion::{self, Spend};
use crate::quote::{self, Offer, Quote, QuotePhase, QuoteState, Rules, Sibling, exposure};
use crate::refusal::Refusal;
use crate::sandbox::{self, SignerScript};
use crate::state::phases;
use crate::time::{Date, Moment};
use faults::{Bug, planted};
pub use once::contract_once;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use end::{
    Proposal, TerminationFile, contract_decline, contract_void, termination_confirm,
    termination_propose,
};

phases! {
    /// generated → sent → viewed → signed; sent | viewed → declined | expired | voided; signed →
    /// terminated by operations.
    ContractPhase of "contract" {
        Generated = "generated" => [Sent, Voided];
        Sent = "sent" => [Viewed, Signed, Declined, Expired, Voided];
        Viewed = "viewed" => [Signed, Declined, Expired, Voided];
        Signed = "signed" => [Terminated];
        Declined = "declined" => [];
        Expired = "expired" => [];
        Voided = "voided" => [];
        Terminated = "terminated" => [];
    }
}

/// Who signs, as the partner names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    pub name: String,
    pub title: String,
    pub email: String,
}

/// The end customer as the contract names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractCustomer {
    pub company_name: String,
    pub address: Address,
}

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ContractState {
    Generated,
    Sent {
        reference: String,
        expires_at: Moment,
    },
    Viewed {
        reference: String,
        expires_at: Moment,
    },
    Signed {
        at: Moment,
        by: Signer,
        document_sha256: String,
    },
    Declined {
        reason: String,
    },
    /// Nobody signed in time.
    Expired,
    Voided {
        reason: String,
    },
    /// Ended by operations after it was signed.
    Terminated {
        at: Moment,
        reason: String,
        /// Who proposed it, and who confirmed it.
        by: Actor,
        second: Actor,
        signature: Signature,
    },
}

/// How a contract was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub at: Moment,
    pub by: Signer,
    pub document_sha256: String,
}

impl ContractState {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Sent { .. } => "sent",
            Self::Viewed { .. } => "viewed",
            Self::Signed { .. } => "signed",
            Self::Declined { .. } => "declined",
            Self::Expired => "expired",
            Self::Voided { .. } => "voided",
            Self::Terminated { .. } => "terminated",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub quote: Id,
    pub number: String,
    pub revision: u32,
    pub customer: ContractCustomer,
    pub parties: Vec<Party>,
    pub signer: Signer,
    /// In months: the longest term among the sites.
    pub term_months: u32,
    pub effective: Date,
    pub totals: Totals,
    /// When the price offer ends, and with it the time to sign.
    pub good_until: Moment,
    /// SHA-256 of the document's bytes, in hexadecimal.
    pub document_sha256: String,
    /// What stood for the end customer's credit when it was generated. None: the programme asks
    /// for no approval, or the contract is older than this member.
    #[serde(default)]
    pub credit: Option<CreditBasis>,
    pub state: ContractState,
    /// That operations end it, which one person has proposed and nobody confirmed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    pub created_at: Moment,
}

/// The approval that a contract rests on, for whoever looks into it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditBasis {
    /// The credit check.
    pub check: Id,
    /// What the carrier stood to lose by the contract, as its programme counted.
    pub exposure: Money,
}

/// The text of a contract. Written once, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub contract: Id,
    pub tenant: Tenant,
    pub text: String,
}

impl Contract {
    /// Whether `text` is the document that it names, byte for byte.
    pub fn is_of(&self, text: &str) -> bool {
        self.document_sha256 == hex(&Sha256::digest(text.as_bytes()))
    }

    /// The phase at `now`: an unsigned envelope past its time has expired, swept or not.
    pub fn phase(&self, now: Moment) -> ContractPhase {
        match &self.state {
            ContractState::Sent { expires_at, .. } | ContractState::Viewed { expires_at, .. }
                if *expires_at <= now && !planted(Bug::EnvelopeNeverExpires) =>
            {
                ContractPhase::Expired
            }
            ContractState::Generated => ContractPhase::Generated,
            ContractState::Sent { .. } => ContractPhase::Sent,
            ContractState::Viewed { .. } => ContractPhase::Viewed,
            ContractState::Signed { .. } => ContractPhase::Signed,
            ContractState::Declined { .. } => ContractPhase::Declined,
            ContractState::Expired => ContractPhase::Expired,
            ContractState::Voided { .. } => ContractPhase::Voided,
            ContractState::Terminated { .. } => ContractPhase::Terminated,
        }
    }

    /// Whether it may still be signed one day, so that the quote must not change.
    pub fn is_out(&self, now: Moment) -> bool {
        self.phase(now) == ContractPhase::Generated || self.can_sign(now)
    }

    /// Whether it may be signed now.
    pub fn can_sign(&self, now: Moment) -> bool {
        matches!(self.phase(now), ContractPhase::Sent | ContractPhase::Viewed)
    }

    /// The voided form of a contract that is out, and the word for the state it left.
    pub(crate) fn voided(&self, now: Moment, why: &str) -> (Self, &'static str) {
        let state = ContractState::Voided { reason: why.to_owned() };
        (Self { state, ..self.clone() }, self.phase(now).word())
    }

    fn go(
        &self,
        ctx: &mut Context,
        to: ContractPhase,
        state: ContractState,
        what: Happened,
        change: &mut Change,
    ) -> Result<Self, Refusal> {
        let from = self.phase(ctx.now);
        from.guard(to, to.word())?;
        let moved = Self { state, ..self.clone() };
        Ok(change.update(ctx, moved, what.from(from.word())))
    }
}

/// What a partner says when it asks for a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContract {
    pub signer: Signer,
    pub customer: ContractCustomer,
    /// None: today.
    pub effective: Option<Date>,
}

/// The longest term among the quote's sites, in months.
fn term_months(file: &QuoteFile) -> u32 {
    let terms = file.sites.iter().filter_map(|s| s.price.as_ref().map(|p| p.term_months));
    terms.max().unwrap_or(0)
}

/// Generates the contract of a quote version. One is out at a time.
pub fn contract_generate(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    partner_name: &str,
    new: NewContract,
) -> Result<Decision<Contract>, Refusal> {
    if let Some(out) = file.contracts.iter().find(|c| c.is_out(ctx.now) || c.is_signed()) {
        let detail = format!("contract {} is {}", out.id, out.state.word());
        return Err(Refusal::new(Code::AlreadyExists, detail));
    }
    let facts = file.facts(ctx.now, rules.programme, rules.partner);
    law::gate(Stage::Contract, &facts)?;
    let Some(offer) = file.quote.offer() else {
        return Err(Refusal::state("quote", file.quote.state.word(), "put into a contract"));
    };
    let exposure = exposure(&offer.totals, rules.programme.exposure_months);
    let credit = law::good_approval(&facts).zip(exposure);
    let mut contract = Contract {
        id: ctx.ids.next(Kind::Contract),
        tenant: file.quote.tenant,
        version: 0,
        quote: file.quote.id,
        number: file.quote.number.clone(),
        revision: file.quote.revision,
        customer: new.customer,
        parties: rules.programme.contract_parties.clone(),
        signer: new.signer,
        term_months: term_months(file),
        effective: new.effective.unwrap_or_else(|| ctx.now.date()),
        totals: offer.totals,
        good_until: offer.expires_at,
        document_sha256: String::new(),
        credit: credit.map(|(check, exposure)| CreditBasis { check: check.id, exposure }),
        state: ContractState::Generated,
        proposal: None,
        created_at: ctx.now,
    };
    let text = document::text(&contract, file, partner_name);
    contract.document_sha256 = hex(&Sha256::digest(text.as_bytes()));
    let mut change = Change::default();
    let now = ctx.now;
    let lapsed =
        |c: &&Contract| c.phase(now) == ContractPhase::Expired && c.state != ContractState::Expired;
    for old in file.contracts.iter().filter(lapsed) {
        // The clock ended it; now the row says so too and makes room for the next.
        let ended = Contract { state: ContractState::Expired, ..old.clone() };
        change.update(ctx, ended, Happened::new(EventKind::ContractExpired).from(old.state.word()));
    }
    // The quote's row moves too, so that an edit of it at the same time and this exclude each
    // other.
    change.update(ctx, file.quote.clone(), Happened::new(EventKind::QuoteContractGenerated));
    let document = Document { contract: contract.id, tenant: contract.tenant, text };
    change.insert_document(document);
    let view = change.insert(ctx, contract, Happened::new(EventKind::ContractGenerated));
    let now = ctx.now;
    change.later(ctx, view.tenant, Work::SendContract { contract: view.id }, now);
    Ok(Decision { change, view })
}

/// Records that the envelope is out.
pub fn contract_sent(
    ctx: &mut Context,
    contract: &Contract,
    reference: String,
    signature_days: u32,
    settle: Settle,
) -> Result<Decision<Contract>, Refusal> {
    let expires_at = ctx.now.plus_days(signature_days).min(contract.good_until);
    let state = ContractState::Sent { reference, expires_at };
    let mut change = Change { settle: Some(settle), ..Change::default() };
    let what = Happened::new(EventKind::ContractSent);
    let view = contract.go(ctx, ContractPhase::Sent, state, what, &mut change)?;
    Ok(Decision { change, view })
}

/// Leaves the work of a scripted signer, if the contract has one.
pub fn signer_awaited(ctx: &mut Context, contract: &Contract, change: &mut Change) {
    let days = match sandbox::signer(&contract.signer.email) {
        Some(SignerScript::Signs | SignerScript::Declines) => 0,
        Some(SignerScript::SignsNextDay) => 1,
        _ => return,
    };
    let due_at = ctx.now.plus_days(days);
    let work = Work::AwaitSignature { contract: contract.id };
    change.later(ctx, contract.tenant, work, due_at);
}

/// What a signature makes: the signed contract, and the quote version frozen for ever.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    pub contract: Contract,
    pub quote: Quote,
}

/// Signs. The signer repeats the document's hash, so that nobody signs what they did not see. The
/// `others` are the newest versions of the quote's other alternatives: they end with it.
pub fn contract_sign(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    others: &[Sibling],
    contract: &Contract,
    by: Signer,
    document_sha256: &str,
) -> Result<Decision<Signed>, Refusal> {
    // The gate first: what the journey says is missing is what a refusal says.
    law::gate(Stage::Signature, &file.facts(ctx.now, rules.programme, rules.partner))?;
    contract.phase(ctx.now).guard(ContractPhase::Signed, "signed")?;
    if document_sha256 != contract.document_sha256 {
        let detail = "the hash is not that of the document that is out for signature";
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let Some(offer) = file.quote.offer().cloned() else {
        return Err(Refusal::state("quote", file.quote.state.word(), "accepted"));
    };
    let mut change = Change { spends: spends(file, contract, &offer), ..Change::default() };
    let state = ContractState::Signed {
        at: ctx.now,
        by,
        document_sha256: contract.document_sha256.clone(),
    };
    let what = Happened::new(EventKind::ContractSigned);
    let contract = contract.go(ctx, ContractPhase::Signed, state, what, &mut change)?;
    let mut quote = file.quote.clone();
    if planted(Bug::SignWithoutFreeze) {
        return Ok(Decision { change, view: Signed { contract, quote } });
    }
    let accepted = QuoteState::Accepted { offer, contract: contract.id, at: ctx.now };
    let from = quote.go(ctx.now, QuotePhase::Accepted, accepted, "accepted")?;
    let quote = change.update(ctx, quote, Happened::new(EventKind::QuoteAccepted).from(from));
    quote::end_others(ctx, &quote, others, &mut change)?;
    Ok(Decision { change, view: Signed { contract, quote } })
}

/// What the signature uses of the offer's promotions. One that has left the catalogue has no
/// limits any more, and is counted all the same.
fn spends(file: &QuoteFile, contract: &Contract, offer: &Offer) -> Vec<Spend> {
    let spend = |given: &promotion::Given| {
        let limits = promotion::of(&file.promotions, &given.promotion);
        Spend {
            tenant: contract.tenant,
            contract: contract.id,
            given: given.clone(),
            most_uses: limits.and_then(|limits| limits.most_uses),
            budget: limits.and_then(|limits| limits.budget),
        }
    };
    offer.given.iter().map(spend).collect()
}

mod document;
mod end;
mod once;

pub(crate) use document::hex;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_a_contract_is_as_designed() {
        use ContractPhase::*;
        for from in ContractPhase::ALL {
            for to in ContractPhase::ALL {
                let designed = match from {
                    Generated => matches!(to, Sent | Voided),
                    Sent => matches!(to, Viewed | Signed | Declined | Expired | Voided),
                    Viewed => matches!(to, Signed | Declined | Expired | Voided),
                    Signed => to == &Terminated,
                    Declined | Expired | Voided | Terminated => false,
                };
                let allowed = from.guard(*to, "moved").is_ok();
                assert_eq!(allowed, designed, "{} → {}", from.word(), to.word());
            }
        }
    }
}
