//! A value to or from a database: a whole number, a text, or nothing. No other type exists here.

/// What a placeholder is bound to and what a column holds. Both engines store exactly these, as
/// `BIGINT` and `TEXT`; moments are milliseconds, money is minor units, documents are JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// A `BIGINT`.
    Int(i64),
    /// A `TEXT`, compared by its bytes.
    Text(String),
}

impl Value {
    /// What this is, for an error message.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "a number",
            Self::Text(_) => "a text",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<bool> for Value {
    /// `1` or `0`: there is no boolean type that both engines store alike.
    fn from(yes: bool) -> Self {
        Self::Int(yes.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(perhaps: Option<T>) -> Self {
        perhaps.map_or(Self::Null, Into::into)
    }
}
