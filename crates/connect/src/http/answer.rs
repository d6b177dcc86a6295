//! An answer's body as the expected form, or what is wrong with it, without its content.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// Reads a body.
pub(super) fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json);
    let read = match read {
        Ok(read) => json.end().map(|()| read).map_err(|e| (String::new(), e)),
        Err(e) => {
            let place = place(e.path());
            Err((place, e.into_inner()))
        }
    };
    read.map_err(|(place, e)| {
        let at = format!("line {}, column {}", e.line(), e.column());
        if e.classify() != serde_json::error::Category::Data {
            return format!("answered what is not JSON, at {at}");
        }
        let form = form(&e.to_string());
        format!("answered JSON of another form, at {place}{at}{form}")
    })
}

/// The path as a JSON pointer. A member that is not a plain word may be content.
fn place(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.extend(["/", &index.to_string()]),
            Segment::Map { key } if is_word(key) => pointer.extend(["/", key]),
            Segment::Enum { .. } => {}
            Segment::Map { .. } | Segment::Unknown => pointer.push_str("/?"),
        }
    }
    if pointer.is_empty() { pointer } else { format!("{pointer}, ") }
}

/// As the members of the documented answers are spelt.
fn is_word(key: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b == b'_';
    key.len() <= 40 && key.bytes().all(plain)
}

/// What was expected, out of a message that may also hold what came. Only forms of message are
/// known whose end is ours alone.
fn form(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    let missing = "missing field `";
    if message.starts_with(missing) {
        return format!(": {message}");
    }
    let known = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant `",
        "unknown field `",
    ];
    if !known.iter().any(|known| message.starts_with(known)) {
        return String::new();
    }
    message
        .rsplit_once(", expected ")
        .map_or_else(String::new, |(_, what)| format!(": expected {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Form {
        rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        grade: Grade,
        days: u32,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Grade {
        Green,
        Red,
    }

    fn why(body: &str) -> String {
        let why = read::<Form>(body.as_bytes()).unwrap_err();
        // Which column it is, only the parser knows; that there is one, is looked at here.
        let (before, after) = why.split_once("column ").unwrap();
        let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{before}column{after}")
    }

    #[test]
    fn a_fault_is_named_by_place_and_form_and_never_by_content() {
        let row =
            |grade: &str, days: &str| format!(r#"{{"rows":[{{"grade":{grade},"days":{days}}}]}}"#);
        let other = "answered JSON of another form, at /rows/0";
        for (body, expected) in [
            (String::new(), "answered what is not JSON, at line 1, column".to_owned()),
            ("<html>078-05-1120".into(), "answered what is not JSON, at line 1, column".into()),
            (row("\"green\"", "1") + "x", "answered what is not JSON, at line 1, column".into()),
            (
                row("\"green\"", "\"078-05-1120, expected secret\""),
                format!("{other}/days, line 1, column: expected u32"),
            ),
            (
                row("\"078-05-1120\"", "1"),
                format!("{other}/grade, line 1, column: expected `green` or `red`"),
            ),
            (row("\"red\"", "-7805"), format!("{other}/days, line 1, column: expected u32")),
            (
                r#"{"rows":[{"grade":"red"}]}"#.into(),
                format!("{other}, line 1, column: missing field `days`"),
            ),
        ] {
            assert_eq!(why(&body), expected, "{body}");
        }
        let odd = why(r#"{"rows":[],"078-05-1120":1}"#);
        assert!(!odd.contains("078"), "{odd}");
    }

    #[test]
    fn a_good_answer_is_read() {
        let form: Form = read(br#" {"rows":[{"grade":"green","days":3,"more":1}]} "#).unwrap();
        assert_eq!(form, Form { rows: vec![Row { grade: Grade::Green, days: 3 }] });
    }
}
