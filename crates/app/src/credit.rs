//! Actions on credit checks.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::contract::Contract;
use domain::credit::{
    self, Application, Approval, CreditCheck, CreditState, DataKey, Report, TaxId,
};
use domain::decision::Decision;
use domain::event::{Event, EventKind};
use domain::id::Id;
use domain::law::{self, QuoteFile};
use domain::money::Money;
use domain::party::{Actor, Right};
use domain::programme::Party;
use domain::quote::exposure;
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::Page;

/// Asks for a credit decision on a quote.
#[derive(Debug)]
pub struct CreditRequest {
    pub quote: Id,
    /// Its tax id is not yet in it.
    pub application: Application,
    /// In clear: it is sealed before anything is written.
    pub tax_id: Option<TaxId>,
    /// The exposure asked for, where the price is not known yet; minor units.
    pub requested: Option<Money>,
}

impl Action for CreditRequest {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let (file, application, key) = self.load(app, seller, ctx.now).await?;
        Ok(credit::credit_request(ctx, rules, &file, application, self.requested, key)?)
    }
}

impl CreditRequest {
    /// The quote, and the application with its tax id sealed.
    async fn load(
        &self,
        app: &App,
        seller: Seller<'_>,
        now: Moment,
    ) -> Result<(QuoteFile, Application, Option<DataKey>), Problem> {
        self.application.keep_tax_ids_out(self.tax_id.as_ref())?;
        let file = app.quote_file(now, seller.tenant, self.quote, Sites::None).await?;
        let (sealed, key) = match &self.tax_id {
            Some(tax_id) => {
                let subject = file.quote.credit_subject();
                let (sealed, key) = app.seal(seller.tenant, subject, tax_id).await?;
                (Some(sealed), key)
            }
            None => (None, None),
        };
        let application = Application { tax_id: sealed, ..self.application.clone() };
        Ok((file, application, key))
    }
}

/// The same, or answers the check of this quote version that has asked the very same and is
/// undecided or still good.
#[derive(Debug)]
pub struct CreditOnce(pub CreditRequest);

impl Action for CreditOnce {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let (file, application, key) = self.0.load(app, seller, ctx.now).await?;
        Ok(credit::credit_once(ctx, rules, &file, application, self.0.requested, key)?)
    }
}

/// Asks for a credit decision on the partner itself, as the carrier knows it, or answers the check
/// that this quote version has.
#[derive(Debug)]
pub struct CreditOfPartner {
    pub quote: Id,
}

impl Action for CreditOfPartner {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        if programme.credit_subject != Party::Partner {
            let detail = format!("{} checks the end customer's credit", programme.name);
            return Err(Refusal::new(Code::StateConflict, detail).into());
        }
        let application = Application::of_partner(seller.partner);
        let quote = self.quote;
        let request = CreditRequest { quote, application, tax_id: None, requested: None };
        CreditOnce(request).decide(app, caller, ctx).await
    }
}

/// Operations approve, or propose to where a second person must confirm.
#[derive(Debug)]
pub struct CreditApprove {
    pub check: Id,
    pub approval: Approval,
}

impl Action for CreditApprove {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        credit::keep_tax_ids_out_of_reason(&self.approval.reason)?;
        let check = app.check_of_any(caller, self.check).await?;
        let policy = app.programmes.credit();
        Ok(credit::credit_approve(ctx, policy, check, self.approval.clone())?)
    }
}

/// A second person confirms what another proposed.
#[derive(Debug)]
pub struct CreditConfirm {
    pub check: Id,
    /// The check's version with the proposal that is meant.
    pub seen: u64,
}

impl Action for CreditConfirm {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        let check = app.check_of_any(caller, self.check).await?;
        Ok(credit::credit_confirm(ctx, app.programmes.credit(), check, self.seen)?)
    }
}

/// The bureau's answer that comes by itself, later than it was asked.
#[derive(Debug)]
pub struct CreditAnswered {
    pub check: Id,
    /// The check that the answer says it is about.
    pub reference: Id,
    pub report: Report,
}

impl Action for CreditAnswered {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        self.report.keep_tax_ids_out()?;
        let check = app.check_of_any(caller, self.check).await?;
        if check.state != CreditState::Requested {
            let state = check.phase(ctx.now).word();
            return Err(Refusal::state("credit check", state, "answered any more").into());
        }
        if self.reference != check.id {
            return Err(senseless("/reference", "the answer is about another credit check"));
        }
        if let Some(why) = self.report.nonsense(check.amount) {
            return Err(senseless("/limit", &format!("the answer makes no sense: {why}")));
        }
        // As a connector's: what the bureau said, not what somebody of operations decided.
        ctx.actor = Actor::Connector { name: "credit".to_owned() };
        Ok(credit::credit_record(ctx, app.programmes.credit(), check, &self.report, None)?)
    }
}

fn senseless(pointer: &str, detail: &str) -> Problem {
    let fault = Fault::new(pointer, Because::Conflicting, detail);
    Refusal::new(Code::InvalidBody, "the body has 1 fault").with(vec![fault]).into()
}

/// Operations decline a check in review.
#[derive(Debug)]
pub struct CreditDecline {
    pub check: Id,
    pub reason: String,
}

impl Action for CreditDecline {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        credit::keep_tax_ids_out_of_reason(&self.reason)?;
        let check = app.check_of_any(caller, self.check).await?;
        Ok(credit::credit_decline(ctx, app.programmes.credit(), check, self.reason.clone())?)
    }
}

/// Somebody of operations sees a tax id, which is written down.
#[derive(Debug)]
pub struct CreditReveal {
    pub check: Id,
    pub reason: String,
}

/// A check, and its tax id in clear: for the answer, and for nothing that is kept.
#[derive(Debug)]
pub struct Revealed {
    pub check: CreditCheck,
    pub tax_id: TaxId,
}

impl Action for CreditReveal {
    type View = Revealed;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Revealed> {
        credit::keep_tax_ids_out_of_reason(&self.reason)?;
        let check = app.check_of_any(caller, self.check).await?;
        caller.may(Right::RevealTaxIds)?;
        let tax_id = app.tax_id(&check).await?;
        let revealed = credit::credit_reveal(ctx, check, self.reason.clone())?;
        Ok(Decision { change: revealed.change, view: Revealed { check: revealed.view, tax_id } })
    }
}

/// A check as operations decide on it.
#[derive(Debug, Clone)]
pub struct ReviewFile {
    pub check: CreditCheck,
    /// What the carrier stands to lose by what is signed for this customer.
    pub exposure: Money,
    /// The same with what this check is about.
    pub with_this: Money,
    /// Other checks whose applicant has the same tax id, the newest first.
    pub same_tax_id: Vec<CreditCheck>,
    /// When somebody saw the tax id, who and why: oldest first.
    pub reveals: Vec<Event>,
}

/// Whether the flow may rest on the credit that there is.
#[derive(Debug, Clone)]
pub struct Standing {
    pub file: QuoteFile,
    /// What credit is needed for: the quote's exposure, or what was asked about if that is more.
    pub needed: Option<Money>,
    /// What is missing; nothing: it may.
    pub missing: Vec<Fault>,
    /// The approval that the flow may rest on.
    pub good: Option<CreditCheck>,
}

impl App {
    /// Any partner's check, for operations.
    async fn check_of_any(&self, caller: &Caller, id: Id) -> Result<CreditCheck, Problem> {
        let environment = caller.operations()?;
        let found = self.store.ask(store::credit::anywhere(environment, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("credit check"))?)
    }

    /// Credit checks in review, the oldest first, for operations.
    pub async fn credit_queue(
        &self,
        caller: &Caller,
        page: Page,
    ) -> Result<Vec<ReviewFile>, Problem> {
        let environment = caller.operations()?;
        let checks = self.store.ask(store::credit::queue(environment, "in_review", page)).await?;
        self.review_files(caller, checks).await
    }

    /// One of them, in whatever state.
    pub async fn credit_file(&self, caller: &Caller, id: Id) -> Result<ReviewFile, Problem> {
        let check = self.check_of_any(caller, id).await?;
        let mut files = self.review_files(caller, vec![check]).await?;
        Ok(files.pop().ok_or_else(|| Refusal::not_found("credit check"))?)
    }

    async fn review_files(
        &self,
        caller: &Caller,
        checks: Vec<CreditCheck>,
    ) -> Result<Vec<ReviewFile>, Problem> {
        let environment = caller.operations()?;
        let asks: Vec<_> = checks
            .iter()
            .map(|check| {
                let signed = store::credit::signed_for(environment, check.subject);
                let same = store::credit::same_tax_id(environment, check);
                (signed, same, store::event::history(check.tenant, check.id))
            })
            .collect();
        let answers = self.store.ask(asks).await?;
        let file = |check: CreditCheck, signed: &[Contract], same_tax_id, history: Vec<Event>| {
            let exposure = owed(signed);
            let with_this = exposure.checked_add(check.amount).unwrap_or(MOST);
            let kind = EventKind::CreditCheckTaxIdRevealed.word();
            let reveals = history.into_iter().filter(|event| event.kind == kind).collect();
            ReviewFile { check, exposure, with_this, same_tax_id, reveals }
        };
        let files = checks.into_iter().zip(answers);
        Ok(files.map(|(check, (signed, same, told))| file(check, &signed, same, told)).collect())
    }

    /// Whether there is a decision on a quote's customer that covers it, or `amount` if that is
    /// more.
    pub async fn credit_standing(
        &self,
        caller: &Caller,
        quote: Id,
        amount: Option<Money>,
    ) -> Result<Standing, Problem> {
        let seller = caller.seller()?;
        let (now, programme) = (self.now(caller).await?, self.programme(seller)?);
        let file = self.quote_file(now, seller.tenant, quote, Sites::None).await?;
        let priced =
            file.quote.offer().and_then(|o| exposure(&o.totals, programme.exposure_months));
        let needed = priced.max(amount);
        let facts = file.facts(now, programme, seller.partner.id);
        let missing = law::credit_missing(&facts, needed);
        let good = law::approval_for(&facts, needed).filter(|_| missing.is_empty()).cloned();
        Ok(Standing { file, needed, missing, good })
    }
}

/// Larger than can be counted.
const MOST: Money = Money::from_minor(i64::MAX);

/// What signed contracts come to.
fn owed(signed: &[Contract]) -> Money {
    let exposures = signed.iter().filter_map(|contract| contract.credit.map(|c| c.exposure));
    Money::sum(exposures).unwrap_or(MOST)
}
