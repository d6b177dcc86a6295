//! The lookup's index: each end customer stands in it under every word of its names and under
//! nothing else, and a customer number has its holder.

use super::pages::{BY_ID, Keys, page, pages, place};
use super::{Audit, Invariant};
use crate::ask::{Ask, any, doc_in};
use crate::customer::words_of;
use crate::{Query, Row, Store, StoreError, Value};
use domain::customer::terms::AccountTerms;
use domain::customer::{Account, spellings};

pub(super) const ACCOUNTS: &str = page!("account");
pub(super) const WORDS: &str = "select w.tenant, w.word, w.state, w.city, w.zip, w.owner, \
    w.account, (select a.doc from account a where a.tenant = w.tenant and a.id = w.account) \
    from account_word w where (w.tenant, w.word, w.state, w.city, w.zip, w.owner, w.account) \
    > ($1, $2, $3, $4, $5, $6, $7) \
    order by w.tenant, w.word, w.state, w.city, w.zip, w.owner, w.account limit $8";
pub(super) const WORD: &str = "select 1 from account_word where tenant = $1 and word = $2 \
    and state = $3 and city = $4 and zip = $5 and owner = $6 and account = $7";
pub(super) const SPELT: &str = "select 1 from account_spelling where tenant = $1 and key = $2 \
    and owner = $3 and word = $4";
pub(super) const HELD: &str = "select 1 from account_acid where tenant = $1 and acid = $2";
pub(super) const ACIDS: &str = "select h.tenant, h.acid, h.account, \
    (select a.doc from account a where a.tenant = h.tenant and a.id = h.account) \
    from account_acid h where (h.tenant, h.acid) > ($1, $2) order by h.tenant, h.acid limit $3";

pub(super) const FORMS: &str = "select tenant, key, owner, word from account_spelling \
    where (tenant, key, owner, word) > ($1, $2, $3, $4) order by tenant, key, owner, word limit $5";

/// The key of a form's row.
const BY_FORM: Keys = Keys(&[0, 1, 2, 3]);
/// The key of a word's row.
const BY_WORD: Keys = Keys(&[0, 1, 2, 3, 4, 5, 6]);
/// Accounts that are looked for in the index together.
const TOGETHER: usize = 10;

/// Reads every account, every word and every number.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(ACCOUNTS, [tenant, id, super::PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let accounts: Vec<Account> = rows.iter().filter_map(|row| doc_in(row, 2).ok()).collect();
        for some in accounts.chunks(TOGETHER) {
            let asks: Vec<Vec<Ask<bool>>> = some.iter().map(expected).collect();
            let counts: Vec<usize> = asks.iter().map(Vec::len).collect();
            let found = store.ask(asks.into_iter().flatten().collect::<Vec<_>>()).await?;
            let mut found = found.into_iter();
            for (account, count) in some.iter().zip(counts) {
                let there: Vec<bool> = found.by_ref().take(count).collect();
                if there.contains(&false) && !is_whole(store, account).await? {
                    let say = format!("account {}: the index lacks something of it", account.id);
                    audit.blame(Invariant::CustomersAreIndexed, say);
                }
            }
        }
        let Some(last) = rows.last() else { break };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
    pages(store, audit, ("account_word", WORDS, BY_WORD), |rows, audit| {
        for row in rows.iter().filter(|row| !belongs(row)) {
            let say = format!("{}: it is not so", place("account_word", row));
            audit.blame(Invariant::CustomersAreIndexed, say);
        }
    })
    .await?;
    // A word that no account has any more may stay in the vocabulary: it leads nowhere.
    pages(store, audit, ("account_spelling", FORMS, BY_FORM), |rows, audit| {
        let form = |row: &Row| Ok::<_, StoreError>(spellings(row.text(3)?).contains(row.text(1)?));
        for row in rows.iter().filter(|row| form(row) != Ok(true)) {
            let say = format!("{}: it is no form of its word", place("account_spelling", row));
            audit.blame(Invariant::CustomersAreIndexed, say);
        }
    })
    .await?;
    pages(store, audit, ("account_acid", ACIDS, BY_ID), |rows, audit| {
        for row in rows {
            let held =
                doc_in::<Account>(row, 3).is_ok_and(|a| a.acid.as_deref() == row.text(1).ok());
            if !held {
                let say = format!("{}: its holder has another", place("account_acid", row));
                audit.blame(Invariant::NumbersAreHeld, say);
            }
        }
    })
    .await
}

/// Whether each row is there that an account must have: its words, their spellings, its number.
fn expected(account: &Account) -> Vec<Ask<bool>> {
    let ask = |sql, values: Vec<Value>| Ask { query: Query::new(sql, values), read: any };
    let texts = |row: [String; 7]| row.into_iter().map(Value::from).collect();
    let words = words_of(account).into_iter().map(|row| ask(WORD, texts(row)));
    let terms = AccountTerms::of(account);
    let tenant = account.tenant.to_string();
    let owner = &terms.added.0.owner;
    let spelt = terms.spelt.iter().map(|word| {
        let texts = [tenant.as_str(), word.as_str(), owner.as_str(), word.as_str()];
        ask(SPELT, texts.into_iter().map(Value::from).collect())
    });
    let held = account.acid.iter();
    let held = held.map(|acid| ask(HELD, vec![tenant.as_str().into(), acid.as_str().into()]));
    words.chain(spelt).chain(held).collect()
}

/// Looks again, in one snapshot: the account may have been edited between the two looks.
async fn is_whole(store: &Store, account: &Account) -> Result<bool, StoreError> {
    let now = crate::customer::by_id(account.tenant.environment, account.id);
    match store.ask(now).await? {
        Some(now) if now.version == account.version => Ok(false),
        Some(now) => Ok(!store.ask(expected(&now)).await?.contains(&false)),
        None => Ok(false),
    }
}

/// Whether the account has the word, there and for its owner.
fn belongs(row: &Row) -> bool {
    let Ok(account) = doc_in::<Account>(row, 7) else { return false };
    let has = |expected: &[String; 7]| {
        expected.iter().enumerate().all(|(at, text)| row.text(at) == Ok(text.as_str()))
    };
    words_of(&account).iter().any(has)
}
