//! Reading a row. What a database returns is not trusted: a wrong type is an error, never a guess.

use crate::{StoreError, Value};

/// One row of an answer. Columns are counted from zero, in the order of the select list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    statement: &'static str,
    values: Vec<Value>,
}

impl Row {
    pub(crate) const fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Self { statement, values }
    }

    /// The text in `column`. `Corrupt` if it is anything else.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.at(column)? {
            Value::Text(text) => Ok(text),
            other => Err(self.mistyped(column, "a text", other)),
        }
    }

    /// The number in `column`. `Corrupt` if it is anything else.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.at(column)? {
            Value::Int(number) => Ok(*number),
            other => Err(self.mistyped(column, "a number", other)),
        }
    }

    /// The text in `column`, or `None` for null. `Corrupt` if it is a number.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.at(column)? {
            Value::Null => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// The number in `column`, or `None` for null. `Corrupt` if it is a text.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.at(column)? {
            Value::Null => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    /// Moves the text out of `column` without copying it; the column is null afterwards.
    pub fn take_text(&mut self, column: usize) -> Result<String, StoreError> {
        self.text(column)?;
        match self.values.get_mut(column).map(|value| std::mem::replace(value, Value::Null)) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(self.corrupt(column, "expected a text")),
        }
    }

    /// The error of a reader that finds sense missing in `column`, such as a document that does
    /// not parse or a state that does not exist.
    pub fn corrupt(&self, column: usize, problem: impl Into<String>) -> StoreError {
        StoreError::Corrupt { statement: self.statement, column, problem: problem.into() }
    }

    /// What is in `column`, if there is such a column.
    pub(crate) fn value(&self, column: usize) -> Option<&Value> {
        self.values.get(column)
    }

    fn at(&self, column: usize) -> Result<&Value, StoreError> {
        let missing = || self.corrupt(column, format!("only {} columns", self.values.len()));
        self.values.get(column).ok_or_else(missing)
    }

    fn mistyped(&self, column: usize, expected: &str, found: &Value) -> StoreError {
        self.corrupt(column, format!("expected {expected}, found {}", found.kind()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "select id, amount, note from quote";

    fn row() -> Row {
        Row::new(SQL, vec!["0Q0".into(), 1250_i64.into(), Value::Null])
    }

    #[test]
    fn a_column_is_read_as_what_it_is() {
        let mut row = row();
        assert_eq!(row.text(0), Ok("0Q0"));
        assert_eq!(row.int(1), Ok(1250));
        assert_eq!(row.opt_text(2), Ok(None));
        assert_eq!(row.opt_int(2), Ok(None));
        assert_eq!(row.opt_text(0), Ok(Some("0Q0")));
        assert_eq!(row.take_text(0), Ok("0Q0".to_owned()));
        assert_eq!(row.opt_text(0), Ok(None));
    }

    #[test]
    fn a_wrong_type_names_the_statement_the_column_and_both_types() {
        let shown = row().int(0).expect_err("a text is no number").to_string();
        assert!(shown.contains(SQL) && shown.contains("column 0"), "{shown}");
        assert!(shown.contains("expected a number, found a text"), "{shown}");
        let shown = row().text(2).expect_err("null is no text").to_string();
        assert!(shown.contains("found null"), "{shown}");
        assert!(row().opt_int(0).is_err() && row().opt_text(1).is_err());
    }

    #[test]
    fn a_column_that_is_not_there_is_an_error() {
        let shown = row().text(3).expect_err("no such column").to_string();
        assert!(shown.contains("column 3") && shown.contains("only 3 columns"), "{shown}");
    }
}
