//! Which answers of an outside service count.

use super::*;

fn given() -> Address {
    let (street, city) = ("208 s akard".to_owned(), "Dallas".to_owned());
    let (state, zip, country) = ("tx".to_owned(), "75202".to_owned(), "US".to_owned());
    Address { street, unit: None, city, state, zip, country }
}

const ADDRESS: &str =
    r#"{"street":"208 S AKARD ST","city":"DALLAS","state":"TX","zip":"75202-4206","country":"US"}"#;

fn sound(answer: &str) -> Result<Avps, &'static str> {
    let answer = answer.replace("ADDRESS", ADDRESS);
    let answer: Answer =
        serde_json::from_str(&format!("{{\"reference\":\"r\",{answer}}}")).unwrap();
    answer.sound(&given())
}

#[test]
fn every_result_is_taken_in_its_own_form() {
    let found = sound(r#""result":"match","address":ADDRESS"#).unwrap();
    assert!(matches!(&found, Avps::Match { address } if address.zip == "75202-4206"));
    let corrections =
        r#"[{"field":"street","from":"208 s akard","to":"208 S AKARD ST","why":"w"}]"#;
    let close = format!(r#""result":"close_match","address":ADDRESS,"corrections":{corrections}"#);
    assert_eq!(sound(&close).unwrap().choices().len(), 1);
    let several = sound(r#""result":"ambiguous","alternates":[ADDRESS,ADDRESS],"why":"two""#);
    assert_eq!(several.unwrap().choices().len(), 2);
    let none = sound(r#""result":"no_match","why":"no such street","address":ADDRESS"#);
    assert_eq!(none, Ok(Avps::NoMatch { why: "no such street".into() }));
}

#[test]
fn an_answer_that_cannot_be_true_is_none() {
    let elsewhere = ADDRESS.replace("75202-4206", "60606");
    let foreign = ADDRESS.replace("\"TX\"", "\"OK\"");
    let cut = ADDRESS.replace("75202-4206", "7520");
    let odd = ADDRESS.replace("DALLAS", "DAL\\u0000LAS");
    let long = "x".repeat(501);
    for answer in [
        r#""result":"match""#.to_owned(),
        format!(r#""result":"match","address":{elsewhere}"#),
        format!(r#""result":"match","address":{foreign}"#),
        format!(r#""result":"match","address":{cut}"#),
        format!(r#""result":"match","address":{odd}"#),
        r#""result":"close_match","corrections":[]"#.to_owned(),
        r#""result":"close_match","address":ADDRESS"#.to_owned(),
        r#""result":"close_match","address":ADDRESS,"corrections":[{"field":"price","from":"","to":"","why":""}]"#.to_owned(),
        r#""result":"ambiguous""#.to_owned(),
        r#""result":"ambiguous","alternates":[ADDRESS]"#.to_owned(),
        format!(r#""result":"ambiguous","alternates":[{}]"#, [ADDRESS; 11].join(",")),
        format!(r#""result":"no_match","why":"{long}""#),
    ] {
        assert!(sound(&answer).is_err(), "{answer}");
    }
}
