//! Taking end customers from a file that operations send.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::customer::import::{AccountRow, AccountsImported, KnownAccounts, accounts_import};
use domain::id::Id;
use domain::party::Environment;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Questions of one read: each is answered in time.
const AT_ONCE: usize = 64;

/// Takes every account of a file, read and checked already, or none.
#[derive(Debug)]
pub struct CustomersImport(pub Arc<Vec<AccountRow>>);

impl Action for CustomersImport {
    type View = AccountsImported;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<AccountsImported> {
        let environment = caller.operations()?;
        let known = app.known_accounts(environment, &self.0).await?;
        Ok(accounts_import(ctx, environment, self.0.as_ref().clone(), &known)?)
    }
}

impl App {
    /// What taking these rows would do now.
    pub async fn customers_preview(
        &self,
        caller: &Caller,
        rows: Vec<AccountRow>,
    ) -> Result<AccountsImported, Problem> {
        let environment = caller.operations()?;
        let known = self.known_accounts(environment, &rows).await?;
        let mut ctx = self.context(caller.actor(), None);
        Ok(accounts_import(&mut ctx, environment, rows, &known)?.view)
    }

    /// The accounts and partners that the rows name.
    async fn known_accounts(
        &self,
        environment: Environment,
        rows: &[AccountRow],
    ) -> Result<KnownAccounts, Problem> {
        let mut known = KnownAccounts::default();
        let acids: BTreeSet<&str> =
            rows.iter().filter_map(|row| row.account.acid.as_deref()).collect();
        let acids: Vec<&str> = acids.into_iter().collect();
        let asks: Vec<&[&str]> = acids.chunks(store::customer::ACIDS).collect();
        for some in asks.chunks(AT_ONCE) {
            let ask = |acids: &&[&str]| store::customer::of_acids(environment, acids);
            let found = self.store.ask(some.iter().map(ask).collect::<Vec<_>>()).await?;
            for account in found.into_iter().flatten() {
                if let Some(acid) = account.acid.clone() {
                    known.accounts.insert(acid, account);
                }
            }
        }
        let partners: BTreeSet<Id> = rows.iter().filter_map(|row| row.account.partner).collect();
        let partners: Vec<Id> = partners.into_iter().collect();
        for some in partners.chunks(AT_ONCE) {
            let ask = |id: &Id| store::partner::by_id(environment, *id);
            let found = self.store.ask(some.iter().map(ask).collect::<Vec<_>>()).await?;
            known.partners.extend(found.into_iter().flatten().map(|partner| partner.id));
        }
        Ok(known)
    }
}
