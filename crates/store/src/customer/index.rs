//! Writing the lookup's index, with each account and, for older ones, when the database is opened.

use super::columns;
use crate::ask::{Ask, all};
use crate::{Change, Expect, Guard, Query, Row, Statement, Store, StoreError, Value, Written};
use domain::customer::terms::{AccountTerms, Spot};
use domain::customer::{Account, spellings};
use domain::id::Id;
use domain::party::Tenant;
use faults::{Bug, planted};

const ADD: &str = "insert into account_word (tenant, word, state, city, zip, owner, account) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
const DROP: &str = "delete from account_word where tenant = $1 and word = $2 and state = $3 \
    and city = $4 and zip = $5 and owner = $6 and account = $7";
/// A word with up to twelve forms, unless it is known. Nobody waits here for another who writes
/// the same word: both stand there then, which does no harm.
const SPELL: &str = "insert into account_spelling (tenant, key, owner, word) \
    select cast($1 as text), k.key, cast($2 as text), cast($3 as text) from (\
    select cast($4 as text) as key union select cast($5 as text) union select cast($6 as text) \
    union select cast($7 as text) union select cast($8 as text) union select cast($9 as text) \
    union select cast($10 as text) union select cast($11 as text) union select cast($12 as text) \
    union select cast($13 as text) union select cast($14 as text) union select cast($15 as text)\
    ) k where not exists (select 1 from account_spelling s where s.tenant = $16 and s.key = $17 \
    and s.owner = $18 and s.word = $19)";
/// How many forms that is.
const FORMS: usize = 12;
const HOLD: &str = "insert into account_acid (tenant, acid, account) values ($1, $2, $3)";
/// Where several accounts have one number from before, the oldest holds it.
const HOLD_FREE: &str = "insert into account_acid (tenant, acid, account) values ($1, $2, $3) \
    on conflict (tenant, acid) do nothing";
const UNINDEXED: &str = "select doc from account where indexed = 0 order by tenant, id limit $1";
const INDEXED: &str = "update account set indexed = 1, name_key = $1, city = $2, state = $3, \
    zip = $4, owner = $5, doc = $6 where tenant = $7 and id = $8 and version = $9 and indexed = 0";
const SIZE: &str = "select (select count(*) from account_word), \
    (select count(*) from account_spelling)";

pub(crate) const PAGE: &[&str] = &[ADD, DROP, SPELL, HOLD, HOLD_FREE, UNINDEXED, INDEXED, SIZE];

/// Accounts that are indexed in one change when the database is opened.
const AT_ONCE: u32 = 200;

/// What an account's write does to the index.
pub(crate) fn put_terms(terms: &AccountTerms) -> Vec<Statement> {
    let mut statements = Vec::new();
    let tenant = terms.tenant.to_string();
    let hold = |sql, acid: &str| {
        let values = [tenant.as_str().into(), acid.into(), terms.account.short().into()];
        Statement::one(sql, values, Guard::Unique("account_acid"))
    };
    statements.extend(terms.acid.as_deref().map(|acid| hold(HOLD, acid)));
    if let Some((spot, gone)) = &terms.dropped {
        statements.extend(gone.iter().map(|word| at(DROP, terms, spot, word)));
    }
    let (spot, come) = &terms.added;
    let least = usize::from(planted(Bug::IndexForgets));
    statements.extend(come.iter().skip(least).map(|word| at(ADD, terms, spot, word)));
    for word in &terms.spelt {
        spell(&tenant, &spot.owner, word, &mut statements);
    }
    statements
}

fn at(sql: &'static str, terms: &AccountTerms, spot: &Spot, word: &str) -> Statement {
    let values = [
        terms.tenant.to_string().into(),
        word.into(),
        spot.state.as_str().into(),
        spot.city.as_str().into(),
        spot.zip.as_str().into(),
        spot.owner.as_str().into(),
        terms.account.short().into(),
    ];
    Statement::new(sql, values)
}

/// The word stands under itself last: who finds it there knows that all its forms are.
fn spell(tenant: &str, owner: &str, word: &str, statements: &mut Vec<Statement>) {
    let mut forms: Vec<String> = spellings(word).into_iter().filter(|f| f != word).collect();
    forms.push(word.to_owned());
    for some in forms.chunks(FORMS) {
        let form = |n: usize| Value::from(some.get(n).unwrap_or(&some[0]).as_str());
        let mut values: Vec<Value> = vec![tenant.into(), owner.into(), word.into()];
        values.extend((0..FORMS).map(form));
        values.extend([tenant, word, owner, word].map(Value::from));
        statements.push(Statement::new(SPELL, values));
    }
}

/// Brings every account that is not in the index into it, with its columns and its document in
/// their present form. What an interrupted run has done stays done.
pub(crate) async fn index_all(store: &Store) -> Result<(), StoreError> {
    let mut done = 0_u64;
    loop {
        let query = Query::new(UNINDEXED, [i64::from(AT_ONCE).into()]);
        let page: Vec<Account> = store.ask(Ask { query, read: all }).await?;
        if page.is_empty() {
            return Ok(());
        }
        done += page.len() as u64;
        let mut statements = Vec::new();
        for account in &page {
            statements.extend(older(account)?);
        }
        match store.engine.write(Change::new(statements).alone()).await? {
            Written::Done(_) => tracing::info!(accounts = done, "accounts indexed"),
            // Another node has been here, or an account was edited: look again.
            Written::Refused { guard: Guard::Version, .. } => {}
            Written::Refused { why, statement, .. } => {
                let what = format!("indexing accounts, statement {statement}: {why:?}");
                return Err(StoreError::ours(what));
            }
        }
    }
}

fn older(account: &Account) -> Result<Vec<Statement>, StoreError> {
    let doc = serde_json::to_string(account)
        .map_err(|e| StoreError::ours(format!("a document cannot be written: {e}")))?;
    let mut values = columns(account).to_vec();
    let (tenant, id) = (account.tenant.to_string(), account.id.short());
    let version = crate::put::number(account.version);
    values.extend([doc.into(), tenant.into(), id.into(), version.into()]);
    let mut statements = vec![Statement::one(INDEXED, values, Guard::Version)];
    for mut statement in put_terms(&AccountTerms::of(account)) {
        if statement.sql == HOLD {
            statement = Statement { sql: HOLD_FREE, expect: Expect::Any, ..statement };
        }
        statements.push(statement);
    }
    Ok(statements)
}

/// How many rows the index has: words, and forms of words.
pub fn size() -> Ask<(i64, i64)> {
    let read =
        |rows: Vec<Row>| rows.first().map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)));
    Ask { query: Query::new(SIZE, []), read }
}

/// The rows that an account has in the index, for the audit.
pub(crate) fn words_of(account: &Account) -> Vec<[String; 7]> {
    let terms = AccountTerms::of(account);
    let (spot, words) = terms.added;
    let row = |word: String| row(terms.tenant, &spot, terms.account, word);
    words.into_iter().map(row).collect()
}

fn row(tenant: Tenant, spot: &Spot, account: Id, word: String) -> [String; 7] {
    let Spot { state, city, zip, owner } = spot.clone();
    [tenant.to_string(), word, state, city, zip, owner, account.short().to_owned()]
}
