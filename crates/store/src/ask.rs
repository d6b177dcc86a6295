//! Questions with typed answers. Several asked together are answered from one snapshot, in one
//! round trip.

use crate::parts::in_parts;
use crate::{Query, Row, StoreError};
use serde::de::DeserializeOwned;

/// A query and how to read its rows.
#[derive(Debug)]
pub struct Ask<T> {
    pub(crate) query: Query,
    pub(crate) read: fn(Vec<Row>) -> Result<T, StoreError>,
}

/// Questions that are asked together.
pub trait Asks {
    type Answers;
    /// How many queries they are.
    const QUERIES: usize;
    fn queries(&mut self) -> Vec<Query>;
    fn read(self, answers: Vec<Vec<Row>>) -> Result<Self::Answers, StoreError>;
}

fn next(answers: &mut std::vec::IntoIter<Vec<Row>>) -> Result<Vec<Row>, StoreError> {
    let missing = || StoreError::Unavailable("the engine left a query unanswered".into());
    answers.next().ok_or_else(missing)
}

impl<T> Asks for Ask<T> {
    type Answers = T;
    const QUERIES: usize = 1;

    fn queries(&mut self) -> Vec<Query> {
        vec![std::mem::replace(&mut self.query, Query::new("", []))]
    }

    fn read(self, answers: Vec<Vec<Row>>) -> Result<T, StoreError> {
        (self.read)(next(&mut answers.into_iter())?)
    }
}

/// The same of several objects.
impl<T: Asks> Asks for Vec<T> {
    type Answers = Vec<T::Answers>;
    /// Of each.
    const QUERIES: usize = T::QUERIES;

    fn queries(&mut self) -> Vec<Query> {
        self.iter_mut().flat_map(Asks::queries).collect()
    }

    fn read(self, answers: Vec<Vec<Row>>) -> Result<Self::Answers, StoreError> {
        let mut answers = answers.into_iter();
        self.into_iter().map(|ask| ask.read(answers.by_ref().take(T::QUERIES).collect())).collect()
    }
}

/// Questions and others whose number is not known before, from one snapshot.
#[derive(Debug)]
pub struct Beside<A, B>(pub A, pub Vec<B>);

impl<A: Asks, B: Asks> Asks for Beside<A, B> {
    type Answers = (A::Answers, Vec<B::Answers>);
    /// Of the first; the others come on top.
    const QUERIES: usize = A::QUERIES;

    fn queries(&mut self) -> Vec<Query> {
        let mut queries = self.0.queries();
        queries.extend(self.1.queries());
        queries
    }

    fn read(self, mut answers: Vec<Vec<Row>>) -> Result<Self::Answers, StoreError> {
        let others = answers.split_off(A::QUERIES.min(answers.len()));
        Ok((self.0.read(answers)?, self.1.read(others)?))
    }
}

macro_rules! asks {
    ($($name:ident)+) => {
        #[expect(non_snake_case, reason = "type parameters name the members")]
        impl<$($name),+> Asks for ($(Ask<$name>,)+) {
            type Answers = ($($name,)+);
            const QUERIES: usize = [$(stringify!($name)),+].len();

            fn queries(&mut self) -> Vec<Query> {
                let ($($name,)+) = self;
                vec![$(std::mem::replace(&mut $name.query, Query::new("", []))),+]
            }

            fn read(self, answers: Vec<Vec<Row>>) -> Result<Self::Answers, StoreError> {
                let mut answers = answers.into_iter();
                let ($($name,)+) = self;
                Ok(($(($name.read)(next(&mut answers)?)?,)+))
            }
        }
    };
}
asks! { A B }
asks! { A B C }
asks! { A B C D }
asks! { A B C D E }
asks! { A B C D E F }
asks! { A B C D E F G }
asks! { A B C D E F G H }
asks! { A B C D E F G H I }
asks! { A B C D E F G H I J }

/// The document in the first column. One that makes no sense names its statement.
pub(crate) fn doc<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    doc_in(row, 0)
}

/// The document in a column.
pub(crate) fn doc_in<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T, StoreError> {
    serde_json::from_str(row.text(column)?).map_err(|e| row.corrupt(column, e.to_string()))
}

/// Reads at most one document.
pub(crate) fn maybe<T: DeserializeOwned>(rows: Vec<Row>) -> Result<Option<T>, StoreError> {
    rows.first().map(doc).transpose()
}

/// Reads every document.
pub(crate) fn all<T: DeserializeOwned + Send>(rows: Vec<Row>) -> Result<Vec<T>, StoreError> {
    in_parts(&rows, |rows| rows.iter().map(doc).collect())
}

/// Whether there is any row.
#[expect(clippy::unnecessary_wraps, reason = "the form that every reader has")]
pub(crate) fn any(rows: Vec<Row>) -> Result<bool, StoreError> {
    Ok(!rows.is_empty())
}
