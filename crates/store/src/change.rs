//! What is asked of an engine, as values: queries, and changes that hold whole or not at all.

use crate::{Row, Sight, Value};

/// One question. Placeholders are `$1`, `$2` …, numbered in the order of their first appearance:
/// that is the only numbering which both engines bind alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// One statement that only reads.
    pub sql: &'static str,
    /// The value of `$1`, then of `$2` …
    pub values: Vec<Value>,
    /// Whose rows there are for it.
    pub sight: Sight,
}

impl Query {
    /// A question of the system's own, to which every row is there. A test holds the list of the
    /// texts that may be asked so.
    pub fn new(sql: &'static str, values: impl Into<Vec<Value>>) -> Self {
        Self { sql, values: values.into(), sight: Sight::System }
    }

    /// A question on somebody's behalf, with the values of its placeholders.
    pub fn within(
        sight: impl Into<Sight>,
        sql: &'static str,
        values: impl Into<Vec<Value>>,
    ) -> Self {
        Self { sql, values: values.into(), sight: sight.into() }
    }
}

/// How many rows a statement must touch (or return, if it returns rows) for its change to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Exactly so many.
    Rows(u64),
    /// It does not matter.
    Any,
}

/// What it means to the caller when a statement's expectation fails or it meets a unique
/// constraint. The engine only carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The object is no longer at the version that was read.
    Version,
    /// Something of this name exists already.
    Unique(&'static str),
    /// The job's lease is held by another worker, or its epoch has passed.
    Lease,
    /// The partner's test clock has moved since it was read.
    Clock,
    /// Nothing is expected to fail; a refusal is a fault of ours.
    None,
}

/// One statement of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// One statement, with placeholders as in [`Query`]. A `select` is allowed: with an expected
    /// count it says what must (not) exist for the change to hold. It looks and does not lock:
    /// what another node could change in the same moment is guarded by a version or an index.
    pub sql: &'static str,
    /// The value of `$1`, then of `$2` …
    pub values: Vec<Value>,
    /// How many rows it must touch.
    pub expect: Expect,
    /// What a refusal of it means.
    pub guard: Guard,
}

impl Statement {
    /// A statement that may touch any number of rows.
    pub fn new(sql: &'static str, values: impl Into<Vec<Value>>) -> Self {
        Self { sql, values: values.into(), expect: Expect::Any, guard: Guard::None }
    }

    /// A statement that must touch exactly one row; `guard` says what it means if it does not.
    pub fn one(sql: &'static str, values: impl Into<Vec<Value>>, guard: Guard) -> Self {
        Self { sql, values: values.into(), expect: Expect::Rows(1), guard }
    }

    /// The same statement, guarded: `guard` says what it means if it touches other than `rows`.
    #[must_use]
    pub fn expecting(self, rows: u64, guard: Guard) -> Self {
        Self { expect: Expect::Rows(rows), guard, ..self }
    }
}

/// Statements that hold together: all are durable, or none has any effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Run in this order.
    pub statements: Vec<Statement>,
    /// Whose rows they may touch. What is outside of it is not found, and cannot be inserted.
    pub sight: Sight,
    /// Whether it must share no transaction with other changes: it locks rows that others lock in
    /// another order, and two transactions could wait for each other.
    pub alone: bool,
}

impl Change {
    /// A change of these statements by the system itself, which may touch every row.
    pub fn new(statements: impl Into<Vec<Statement>>) -> Self {
        Self { statements: statements.into(), sight: Sight::System, alone: false }
    }

    /// A change of these statements on somebody's behalf.
    pub fn within(sight: impl Into<Sight>, statements: impl Into<Vec<Statement>>) -> Self {
        Self { statements: statements.into(), sight: sight.into(), alone: false }
    }

    /// The same, in a transaction of its own.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { alone: true, ..self }
    }
}

/// Why a statement was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It touched so many rows, which is not the number expected.
    RowCount(u64),
    /// It met a unique constraint or a primary key.
    UniqueViolation,
}

/// What became of a change.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is durable. For each statement the rows it returned: none unless it says `returning`.
    Done(Vec<Vec<Row>>),
    /// It left nothing behind.
    Refused {
        /// Which of its statements, counted from zero.
        statement: usize,
        /// That statement's own word for it.
        guard: Guard,
        /// What happened.
        why: Why,
    },
}

impl Written {
    /// Whether the change is durable.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}
