//! Many inserts of one form as one statement of many rows: a large change is answered in time only
//! if the server is not asked for each of its rows by itself.

use crate::engine::postgres::{failure::Failed, run::Ran};
use crate::{Expect, Statement, Value};
use std::borrow::Cow;
use std::fmt::Write as _;

/// So many rows go together. One size, so that a connection keeps one more prepared statement a
/// table and no more; a change with fewer rows goes row by row as ever.
pub(super) const ROWS: usize = 64;

/// Statements of a change that are sent as one.
#[derive(Debug)]
pub(super) struct Portion<'a> {
    pub(super) statements: &'a [Statement],
    /// The text that they have in common.
    pub(super) sql: &'static str,
    /// What is sent.
    pub(super) text: Cow<'static, str>,
}

impl<'a> Portion<'a> {
    /// The values of all its statements, in the order of its placeholders.
    pub(super) fn values(&self) -> Vec<&'a Value> {
        self.statements.iter().flat_map(|statement| &statement.values).collect()
    }
}

/// The statements of a change in their order, with as many as can be taken together.
pub(super) fn portions(statements: &[Statement]) -> Vec<Portion<'_>> {
    let alike = |a: &Statement, b: &Statement| {
        a.sql == b.sql && a.guard == b.guard && a.values.len() == b.values.len()
    };
    let mut portions = Vec::new();
    for run in statements.chunk_by(alike) {
        let many = run.first().filter(|_| run.len() >= ROWS).and_then(of_rows);
        let Some((sql, text)) = many else {
            portions.extend(run.chunks(1).map(one));
            continue;
        };
        let whole = run.chunks_exact(ROWS);
        let rest = whole.remainder();
        let together = |statements| Portion { statements, sql, text: text.clone().into() };
        portions.extend(whole.map(together));
        portions.extend(rest.chunks(1).map(one));
    }
    portions
}

fn one(statements: &[Statement]) -> Portion<'_> {
    let sql = statements.first().map_or("", |first| first.sql);
    Portion { statements, sql, text: sql.into() }
}

/// What a portion came to, as each of its statements would say it. One that fails ends the
/// transaction, so that nobody asks for the others.
pub(super) fn each(ran: Result<Ran, Failed>, rows: usize) -> Vec<Result<Ran, Failed>> {
    match ran {
        Ok(ran) if rows > 1 && ran.count == rows as u64 => {
            (0..rows).map(|_| Ok(Ran { count: 1, rows: Vec::new() })).collect()
        }
        ran => {
            let rest = (1..rows).map(|_| Ok(Ran { count: 1, rows: Vec::new() }));
            std::iter::once(ran).chain(rest).collect()
        }
    }
}

/// The text that inserts [`ROWS`] rows, of a statement that inserts one.
fn of_rows(one: &Statement) -> Option<(&'static str, String)> {
    let (into, row) = one.sql.split_once(" values ")?;
    let plain = into.starts_with("insert into ")
        && row.starts_with('(')
        && row.ends_with(')')
        && !row.contains(" conflict ")
        && !row.contains("select ");
    if !plain || one.expect != Expect::Rows(1) {
        return None;
    }
    let mut sql = String::with_capacity(into.len() + ROWS * (row.len() + 2 * one.values.len()));
    sql.push_str(into);
    sql.push_str(" values ");
    for at in 0..ROWS {
        if at > 0 {
            sql.push_str(", ");
        }
        shifted(&mut sql, row, at * one.values.len())?;
    }
    Some((one.sql, sql))
}

/// Adds a row whose placeholders count from `by` on.
fn shifted(sql: &mut String, row: &str, by: usize) -> Option<()> {
    let mut pieces = row.split('$');
    sql.push_str(pieces.next()?);
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: usize = piece.get(..digits)?.parse().ok()?;
        write!(sql, "${}{}", number + by, piece.get(digits..)?).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Guard;

    const PUT: &str = "insert into item (id, state, version) values ($1, 'ready', $2)";

    fn put(number: usize, guard: Guard) -> Statement {
        Statement::one(PUT, [number.to_string().into(), 1_i64.into()], guard)
    }

    #[test]
    fn inserts_of_one_form_go_together_and_keep_their_order() {
        let item = Guard::Unique("item");
        let mut all: Vec<Statement> = (0..150).map(|n| put(n, item)).collect();
        all.push(Statement::one("delete from item where id = $1", ["7".into()], Guard::Version));
        all.extend((150..160).map(|n| put(n, item)));
        let portions = portions(&all);
        let sizes: Vec<usize> = portions.iter().map(|p| p.statements.len()).collect();
        assert_eq!(sizes[..2], [ROWS, ROWS]);
        assert_eq!(sizes[2..], [1; 33]);
        let again: Vec<Statement> = portions.iter().flat_map(|p| p.statements.to_vec()).collect();
        assert_eq!(again, all);
        assert_eq!(portions[0].values().len(), 2 * ROWS);
        let begins = "insert into item (id, state, version) values ($1, 'ready', $2), ($3, 'ready'";
        assert!(portions[0].text.starts_with(begins), "{}", portions[0].text);
        assert!(portions[0].text.ends_with("($127, 'ready', $128)"), "{}", portions[0].text);
        assert_eq!(portions[2].text, PUT);
    }

    #[test]
    fn what_does_not_insert_one_plain_row_goes_alone() {
        for sql in [
            "update item set version = $1 where id = $2",
            "insert into item (id, version) values ($1, $2) on conflict (id) do nothing",
            "insert into item (id, version) values ($1, (select max(version) from item) + $2)",
            "insert into item (id, version) select $1, $2",
            "insert into item (id, version) values ($1, $2) returning id",
        ] {
            let values = || ["a".into(), 1_i64.into()];
            let all = vec![Statement::one(sql, values(), Guard::None); ROWS];
            assert_eq!(portions(&all).len(), ROWS, "{sql}");
        }
        let free = |n| Statement { expect: Expect::Any, ..put(n, Guard::None) };
        let free: Vec<Statement> = (0..ROWS).map(free).collect();
        assert_eq!(portions(&free).len(), ROWS, "any count is none to be compared");
    }
}
