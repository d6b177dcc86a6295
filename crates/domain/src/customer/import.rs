//! Taking accounts from a file: all of it in one change, or nothing. A customer number that is
//! known already is updated; what stands as it is in the file is left alone.

use super::{Account, AllianceStatus, CarrierAccount};
use crate::change::{Change, Context, Record};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Id;
use crate::party::Environment;
use crate::refusal::{Fault, Refusal, named};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// One row of a file, sound in itself. Its account has a customer number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// As a person counts it.
    pub row: u32,
    pub account: CarrierAccount,
}

/// What the store knows of what the rows name.
#[derive(Debug, Clone, Default)]
pub struct KnownAccounts {
    pub partners: HashSet<Id>,
    /// By customer number.
    pub accounts: BTreeMap<String, Account>,
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountsImported {
    pub created: u32,
    pub updated: u32,
    pub unchanged: u32,
}

/// Takes every row, or refuses with everything that is wrong.
pub fn accounts_import(
    ctx: &mut Context,
    environment: Environment,
    rows: Vec<AccountRow>,
    known: &KnownAccounts,
) -> Result<Decision<AccountsImported>, Refusal> {
    let faults = faults(&rows, known);
    if !faults.is_empty() {
        let (faults, more) = named(faults);
        let detail = format!("nothing was taken: the file has faults{more}");
        return Err(Refusal::new(Code::InvalidBody, detail).with(faults));
    }
    let mut change = Change::default();
    let mut view = AccountsImported::default();
    // In the order of the numbers, so that two imports at once do not wait for each other.
    let rows: BTreeMap<_, _> = rows.into_iter().map(|r| (r.account.acid.clone(), r)).collect();
    for row in rows.into_values() {
        let before = row.account.acid.as_deref().and_then(|acid| known.accounts.get(acid));
        let mut new = row.account;
        let Some(before) = before else {
            let account = new.into_account(ctx, environment);
            change.insert_account(ctx, account, Happened::new(EventKind::CustomerCreated));
            view.created += 1;
            continue;
        };
        // A file of accounts has no people in it: who was captured stays.
        new.new.contacts.clone_from(&before.contacts);
        let after = as_in_file(before, new);
        if after == *before {
            view.unchanged += 1;
        } else {
            let what = Happened::new(EventKind::CustomerUpdated);
            change.update_account(ctx, before, after, what);
            view.updated += 1;
        }
    }
    spell_once(&mut change);
    Ok(Decision { change, view })
}

fn as_in_file(before: &Account, new: CarrierAccount) -> Account {
    Account {
        name: new.new.name,
        doing_business_as: new.new.doing_business_as,
        address: new.new.address,
        sub_accounts: new.sub_accounts,
        sales_segment: new.sales_segment,
        contract_status: new.contract_status,
        alliance_status: new.alliance_status,
        account_status: new.account_status,
        loa: new.loa,
        partner: new.partner,
        contacts: new.new.contacts,
        ..before.clone()
    }
}

/// What only the store can tell, and what the rows say of each other.
fn faults(rows: &[AccountRow], known: &KnownAccounts) -> Vec<Fault> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut faults = Vec::new();
    for AccountRow { row, account } in rows {
        let mut fault = |column: &str, because, detail: String| {
            faults.push(Fault::new(format!("/rows/{row}/{column}"), because, detail));
        };
        let acid = account.acid.as_deref().unwrap_or_default();
        if let Some(first) = seen.insert(acid, *row) {
            let detail = format!("row {row}: {acid} stands in row {first} already");
            fault("ACID", Because::Duplicate, detail);
        }
        match account.partner {
            Some(id) if !known.partners.contains(&id) => {
                fault(
                    "Partner",
                    Because::UnknownId,
                    format!("row {row}: there is no partner {id}"),
                );
            }
            None if account.alliance_status == AllianceStatus::PartnerOnly => {
                let detail = format!("row {row}: partner_only needs the partner that serves it");
                fault("Partner", Because::Missing, detail);
            }
            Some(_) | None => {}
        }
    }
    faults
}

/// A word of many rows is spelt once.
fn spell_once(change: &mut Change) {
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for put in &mut change.puts {
        if let Record::AccountTerms(terms) = &mut put.record {
            let owner = terms.added.0.owner.clone();
            terms.spelt.retain(|word| known.insert((owner.clone(), word.clone())));
        }
    }
}
