//! Actions on letters of agency, and reads of them: the partner's side and operations'.

use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::customer::Account;
use domain::id::Id;
use domain::letter::{self, LetterOfAgency, LetterSigned, NewLetter};
use domain::refusal::Refusal;
use store::Page;

/// A partner has a letter drawn for an end customer.
#[derive(Debug)]
pub struct LetterGenerate {
    pub account: Id,
    pub new: NewLetter,
    /// Whether one that is live for the same signer is the answer: where no key tells a repeat.
    pub once: bool,
}

impl Action for LetterGenerate {
    type View = LetterOfAgency;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<LetterOfAgency> {
        let seller = caller.seller()?;
        let months = app.programme(seller)?.loa_months;
        let (account, earlier) = app.letter_facts(caller, seller, self.account).await?;
        let (partner, tenant, new) = (seller.partner, seller.tenant, self.new.clone());
        let generate = if self.once { letter::letter_once } else { letter::letter_generate };
        Ok(generate(ctx, partner, tenant, months, &account, &earlier, new)?)
    }
}

/// A partner has the signed copy in its keeping.
#[derive(Debug)]
pub struct LetterSign {
    pub letter: Id,
    pub signed: LetterSigned,
    /// Whether one that is on file with the same day and reference is the answer.
    pub once: bool,
}

impl Action for LetterSign {
    type View = LetterOfAgency;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<LetterOfAgency> {
        let letter = app.letter_get(caller, self.letter).await?;
        let sign = if self.once { letter::letter_sign_once } else { letter::letter_sign };
        Ok(sign(ctx, letter, &self.signed)?)
    }
}

/// A partner takes back a letter that was not put on file.
#[derive(Debug)]
pub struct LetterWithdraw {
    pub letter: Id,
}

impl Action for LetterWithdraw {
    type View = LetterOfAgency;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<LetterOfAgency> {
        let letter = app.letter_get(caller, self.letter).await?;
        Ok(letter::letter_withdraw(ctx, letter)?)
    }
}

/// The end customer took its consent back, as its partner says.
#[derive(Debug)]
pub struct LetterRevoke {
    pub letter: Id,
    pub reason: String,
}

impl Action for LetterRevoke {
    type View = LetterOfAgency;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<LetterOfAgency> {
        let letter = app.letter_get(caller, self.letter).await?;
        Ok(letter::letter_revoke(ctx, letter, self.reason.clone())?)
    }
}

/// The same as operations say.
#[derive(Debug)]
pub struct LetterRevokeAny {
    pub letter: Id,
    pub reason: String,
}

impl Action for LetterRevokeAny {
    type View = LetterOfAgency;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<LetterOfAgency> {
        let environment = caller.operations()?;
        let found = app.store.ask(store::letter::anywhere(environment, self.letter)).await?;
        let letter = found.ok_or_else(|| Refusal::not_found("letter of agency"))?;
        Ok(letter::letter_revoke(ctx, letter, self.reason.clone())?)
    }
}

impl App {
    /// An end customer that the partner may see, and the partner's letters for it, oldest first.
    async fn letter_facts(
        &self,
        caller: &Caller,
        seller: Seller<'_>,
        account: Id,
    ) -> Result<(Account, Vec<LetterOfAgency>), Problem> {
        let asks = (
            store::customer::by_id(caller.environment, account),
            store::letter::of_account(seller.tenant, account),
        );
        let (account, earlier) = self.store.ask(asks).await?;
        let account = account
            .filter(|a| a.visible_to(seller.partner.id))
            .ok_or_else(|| crate::opportunity::unknown_customer("/customer_id"))?;
        Ok((account, earlier))
    }

    pub async fn letter_get(&self, caller: &Caller, id: Id) -> Result<LetterOfAgency, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::letter::by_id(tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("letter of agency"))?)
    }

    /// The partner's own for one end customer, oldest first.
    pub async fn letters_of(
        &self,
        caller: &Caller,
        account: Id,
    ) -> Result<Vec<LetterOfAgency>, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::letter::of_account(tenant, account)).await?)
    }

    /// The partner's own, newest first; an empty `state` does not restrict.
    pub async fn letters_list(
        &self,
        caller: &Caller,
        account: Option<Id>,
        state: &str,
        page: Page,
    ) -> Result<Vec<LetterOfAgency>, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::letter::list(tenant, account, state, page)).await?)
    }

    /// Every partner's, for operations.
    pub async fn letters_everybodys(
        &self,
        caller: &Caller,
        account: Option<Id>,
        state: &str,
        page: Page,
    ) -> Result<Vec<LetterOfAgency>, Problem> {
        let environment = caller.operations()?;
        Ok(self.store.ask(store::letter::everybodys(environment, account, state, page)).await?)
    }
}
