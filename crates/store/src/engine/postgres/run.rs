//! Values to and from the wire, and running statements without waiting between them. It opens
//! and ends no transaction.

use super::{Client, Link, failure::Failed};
use crate::{Row, Sight, StoreError, Value};
use bytes::BytesMut;
use futures::{
    StreamExt, TryStreamExt,
    future::{MaybeDone, maybe_done},
    poll,
};
use std::{
    borrow::Cow,
    error::Error,
    fmt::Write as _,
    hash::{BuildHasher, RandomState},
    pin::Pin,
    time::Duration,
};
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type};

type Problem = Box<dyn Error + Sync + Send>;

const NUMBERS: [Type; 3] = [Type::INT8, Type::INT4, Type::INT2];
const TEXTS: [Type; 4] = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME];

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(number) if NUMBERS.contains(ty) => write!(out, "{number}")?,
            Self::Text(text) if TEXTS.contains(ty) => out.extend_from_slice(text.as_bytes()),
            Self::Int(_) | Self::Text(_) => {
                return Err(format!("{} where a {ty} belongs", self.kind()).into());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        self.to_sql(ty, out)
    }

    /// As text, so that the server converts a number to the width that it has there.
    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }
}

impl FromSql<'_> for Value {
    fn from_sql(ty: &Type, raw: &[u8]) -> Result<Self, Problem> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|n| Self::Int(n.into())),
            Type::INT2 => i16::from_sql(ty, raw).map(|n| Self::Int(n.into())),
            _ if TEXTS.contains(ty) => String::from_sql(ty, raw).map(Self::Text),
            _ => Err(format!("expected a text, a number or null, found a {ty}").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Problem> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// What a statement did.
pub(super) struct Ran {
    /// Rows touched, or returned if the statement returns rows.
    pub(super) count: u64,
    pub(super) rows: Vec<Row>,
}

/// A statement that is ready to be sent.
pub(super) struct Ready<'a> {
    /// As the noun's file has it.
    sql: &'static str,
    /// As it is sent.
    text: Cow<'static, str>,
    values: Vec<&'a Value>,
    prepared: Option<tokio_postgres::Statement>,
}

/// Makes a statement ready. It asks the server only the first time on a connection.
pub(super) async fn ready<'a>(
    link: &Link,
    client: &Client,
    sql: &'static str,
    values: &'a [Value],
) -> Result<Ready<'a>, Failed> {
    ready_as(link, client, sql, sql.into(), values.iter().collect()).await
}

/// The same with the text that is sent for it.
pub(super) async fn ready_as<'a>(
    link: &Link,
    client: &Client,
    sql: &'static str,
    text: Cow<'static, str>,
    values: Vec<&'a Value>,
) -> Result<Ready<'a>, Failed> {
    let prepared = if link.statement_cache {
        let prepared = client.prepare_cached(&text).await;
        Some(prepared.map_err(|error| Failed::new(sql, &error))?)
    } else {
        // The server would take too many for none of its business.
        match placeholders(&text) {
            Ok(places) if places == values.len() => None,
            Ok(places) => {
                return Err(fault(sql, format!("{places} placeholders, {} values", values.len())));
            }
            Err(problem) => return Err(fault(sql, problem)),
        }
    };
    Ok(Ready { sql, text, values, prepared })
}

fn fault(sql: &str, message: String) -> Failed {
    Failed::ours(StoreError::Engine { statement: sql.to_owned(), message })
}

impl Ready<'_> {
    /// Sends the statement when it is first polled.
    pub(super) async fn run(&self, client: &Client) -> Result<Ran, Failed> {
        let failed = |error: tokio_postgres::Error| Failed::new(self.sql, &error);
        let values = self.values.iter().copied();
        let stream = match &self.prepared {
            Some(prepared) => client.query_raw(prepared, values).await,
            None => client.query_typed_raw(&self.text, values.map(typed)).await,
        };
        let mut stream = Box::pin(stream.map_err(failed)?);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            match self.row(&row) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    // What is left of the answer belongs to nobody else.
                    while stream.next().await.is_some() {}
                    return Err(Failed::ours(error));
                }
            }
        }
        Ok(Ran { count: stream.rows_affected().unwrap_or_default(), rows })
    }

    fn row(&self, row: &tokio_postgres::Row) -> Result<Row, StoreError> {
        let value = |column| {
            row.try_get(column).map_err(|error| {
                let problem = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                StoreError::Corrupt { statement: self.sql, column, problem }
            })
        };
        Ok(Row::new(self.sql, (0..row.len()).map(value).collect::<Result<_, _>>()?))
    }
}

/// The type that a value has by itself. The server finds the type of a null.
fn typed(value: &Value) -> (&Value, Type) {
    let ty = match value {
        Value::Null => Type::UNKNOWN,
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
    };
    (value, ty)
}

/// Runs a statement of transaction control.
pub(super) async fn control(client: &Client, sql: impl AsRef<str> + Send) -> Result<(), Failed> {
    let sql = sql.as_ref();
    client.batch_execute(sql).await.map_err(|error| Failed::new(sql, &error))
}

/// Tells the policies of row-level security whose rows there are, until the transaction ends or
/// says otherwise. Never for the session: a pooler would hand that on to somebody else.
pub(super) fn see(sight: Sight) -> String {
    format!("set local demarc.sight = '{sight}'")
}

/// Sends everything in its order without waiting, then collects every answer. The driver sends
/// at the first poll, so that polling each once is what puts them on the wire, in one write.
pub(super) async fn pipelined<F: Future>(acts: Vec<F>) -> Vec<F::Output> {
    let mut sent: Vec<Pin<Box<MaybeDone<F>>>> =
        acts.into_iter().map(|act| Box::pin(maybe_done(act))).collect();
    for act in &mut sent {
        let _ = poll!(act.as_mut());
    }
    let mut answers = Vec::with_capacity(sent.len());
    for mut act in sent {
        act.as_mut().await;
        answers.extend(act.as_mut().take_output());
    }
    answers
}

/// How many placeholders a statement has, or the first that is not where its number says.
/// PostgreSQL would not mind; the text is shared with an engine that does. (Quoted texts with a
/// dollar sign do not occur.)
pub(super) fn placeholders(sql: &str) -> Result<usize, String> {
    let mut seen = 0;
    for piece in sql.split('$').skip(1) {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: usize = piece[..digits].parse().unwrap_or(0);
        let place = seen + 1;
        if number == 0 || number > place {
            return Err(format!(
                "the placeholder that appears as number {place} is ${number}, not ${place}"
            ));
        }
        seen = seen.max(number);
    }
    Ok(seen)
}

/// Takes the changes at these rising places out of the group.
pub(super) fn without(together: &mut Vec<usize>, places: &[usize]) {
    for &place in places.iter().rev() {
        together.remove(place);
    }
}

/// Some milliseconds, more with each try, and not the same for two that met.
pub(super) fn jitter(tried: u32) -> Duration {
    let most = 4_000_u64 << tried.min(6);
    Duration::from_micros(RandomState::new().hash_one(tried) % most)
}
