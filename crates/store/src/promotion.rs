//! What signatures use of promotions, and the ends of contracts give back: counted in the carrier's own space, kept by contract in the
//! partner's.

use crate::ask::Ask;
use crate::put::number;
use crate::{Guard, Query, Row, Statement, Value};
use domain::id::Id;
use domain::money::Money;
use domain::party::{Environment, Tenant};
use domain::promotion::{Given, Release, Spend, Used};
use faults::{Bug, planted};

const USED: &str = "select code, uses, amount from promotion_use where tenant = $1 order by code";
const OF_CONTRACT: &str = "select code, amount from promotion_spend \
    where tenant = $1 and contract = $2 order by code";
const SPEND: &str = "insert into promotion_spend (tenant, contract, code, amount) \
    values ($1, $2, $3, $4)";
/// Holds at the commit, whoever else signs: the row is locked until then, and the condition is
/// asked of what is committed. Nobody who only uses it too is made to decide anew.
const COUNT: &str = "insert into promotion_use \
    (tenant, code, uses, amount, most_uses, most_amount) values ($1, $2, 1, $3, $4, $5) \
    on conflict (tenant, code) do update set uses = promotion_use.uses + 1, \
    amount = promotion_use.amount + excluded.amount, most_uses = excluded.most_uses, \
    most_amount = excluded.most_amount \
    where promotion_use.uses < $6 and promotion_use.amount <= $7";

const RELEASE: &str = "delete from promotion_spend \
    where tenant = $1 and contract = $2 and code = $3 and amount = $4";
const UNCOUNT: &str = "update promotion_use set uses = uses - 1, amount = amount - $1 \
    where tenant = $2 and code = $3 and uses > 0";

pub(crate) const SQL: &[&str] = &[USED, OF_CONTRACT, SPEND, COUNT, RELEASE, UNCOUNT];

/// What is used of every promotion that was ever used.
pub fn used(environment: Environment) -> Ask<Vec<Used>> {
    let carrier = Tenant::carrier(environment);
    let read = |rows: Vec<Row>| {
        let used = |row: &Row| {
            let uses = u64::try_from(row.int(1)?).map_err(|e| row.corrupt(1, e.to_string()))?;
            let (promotion, amount) = (row.text(0)?.to_owned(), Money::from_minor(row.int(2)?));
            Ok(Used { promotion, uses, amount })
        };
        rows.iter().map(used).collect()
    };
    Ask { query: Query::within(carrier, USED, [carrier.to_string().into()]), read }
}

/// What a contract has used of promotions, by code.
pub fn of_contract(tenant: Tenant, contract: Id) -> Ask<Vec<Given>> {
    let values = [tenant.to_string().into(), contract.short().into()];
    let read = |rows: Vec<Row>| {
        let given = |row: &Row| {
            let (promotion, amount) = (row.text(0)?.to_owned(), Money::from_minor(row.int(1)?));
            Ok(Given { promotion, amount })
        };
        rows.iter().map(given).collect()
    };
    Ask { query: Query::within(tenant, OF_CONTRACT, values), read }
}

/// Gives back what a contract used, in the same order as it is used. `Stale` where it is no longer
/// so.
pub(crate) fn release(releases: &[Release]) -> Vec<Statement> {
    let mut in_order: Vec<&Release> = releases.iter().collect();
    in_order.sort_by(|a, b| a.given.promotion.cmp(&b.given.promotion));
    let kept = in_order.iter().map(|release| {
        let values = [
            release.tenant.to_string().into(),
            release.contract.short().into(),
            release.given.promotion.as_str().into(),
            release.given.amount.minor().into(),
        ];
        Statement::one(RELEASE, values, Guard::Version)
    });
    let counted = in_order.iter().map(|release| {
        let values = [
            release.given.amount.minor().into(),
            Tenant::carrier(release.tenant.environment).to_string().into(),
            release.given.promotion.as_str().into(),
        ];
        Statement::one(UNCOUNT, values, Guard::Version)
    });
    kept.chain(counted).collect()
}

/// Writes what a signature uses. The rows that others write too come last and in the order of
/// their codes: of two that use the same promotions one waits for the other, never both.
pub(crate) fn spend(spends: &[Spend]) -> Vec<Statement> {
    let mut in_order: Vec<&Spend> = spends.iter().collect();
    in_order.sort_by(|a, b| a.given.promotion.cmp(&b.given.promotion));
    let kept = in_order.iter().map(|spend| {
        let values = [
            spend.tenant.to_string().into(),
            spend.contract.short().into(),
            spend.given.promotion.as_str().into(),
            spend.given.amount.minor().into(),
        ];
        Statement::one(SPEND, values, Guard::Unique("promotion"))
    });
    kept.chain(in_order.iter().map(|spend| count(spend))).collect()
}

/// `Stale` where too little is left: decided anew, it is refused.
fn count(spend: &Spend) -> Statement {
    let amount = spend.given.amount.minor();
    let limit = |most: Option<i64>| most.filter(|_| !planted(Bug::BudgetNotChecked));
    let most_uses = spend.most_uses.map(number);
    let most_amount = spend.budget.map(Money::minor);
    let values = [
        Tenant::carrier(spend.tenant.environment).to_string().into(),
        spend.given.promotion.as_str().into(),
        amount.into(),
        most_uses.map_or(Value::Null, Value::from),
        most_amount.map_or(Value::Null, Value::from),
        limit(most_uses).unwrap_or(i64::MAX).into(),
        limit(most_amount).unwrap_or(i64::MAX).saturating_sub(amount).into(),
    ];
    Statement::one(COUNT, values, Guard::Version)
}
