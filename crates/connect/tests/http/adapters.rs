//! The adapters for outside services of addresses: what they ask, and which answers count.

use super::receiver::{Act, Receiver, answer};
use connect::ConnectorError;
use connect::address::{AddressCheck as _, HttpAddressCheck};
use connect::http::{HttpJson, HttpOptions};
use connect::serviceability::{HttpServiceCheck, ServiceCheck as _};
use domain::address::{Address, Avps};
use domain::serviceability::{Reach, Serviceability, Speed};
use domain::time::Moment;
use serde_json::{Value, json};

fn given() -> Address {
    let (street, city) = ("208 S Akard St".to_owned(), "Dallas".to_owned());
    let (state, zip, country) = ("TX".to_owned(), "75202".to_owned(), "US".to_owned());
    Address { street, unit: Some("Fl 5".to_owned()), city, state, zip, country }
}

fn now() -> Moment {
    Moment::parse("2026-06-01T00:00:00Z").unwrap()
}

/// A receiver that answers this, with the reference of what is asked in the place of `"$"`.
async fn answering(body: Value) -> (Receiver, HttpJson) {
    let body = body.to_string().replace("\"$\"", &format!("\"{}\"", given().reference()));
    let receiver = Receiver::start(Act::Say(answer("200 OK", &[], body.as_bytes()))).await;
    let service = HttpJson::new("the service", HttpOptions::to(receiver.url())).unwrap();
    (receiver, service)
}

async fn validated(body: Value) -> Result<Avps, ConnectorError> {
    let (receiver, service) = answering(body).await;
    let answer = HttpAddressCheck::new(service).validate(&given()).await;
    let [request] = &receiver.requests()[..] else { panic!("one request") };
    let asked: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({"reference": given().reference(), "address": {
        "street": "208 S Akard St", "unit": "Fl 5", "city": "Dallas", "state": "TX",
        "zip": "75202", "country": "US"}});
    assert_eq!(asked, expected);
    answer
}

async fn looked_up(body: Value) -> Result<Serviceability, ConnectorError> {
    let (_receiver, service) = answering(body).await;
    HttpServiceCheck::new(service).look_up(&given(), now()).await
}

fn address() -> Value {
    json!({"street": "208 S AKARD ST", "unit": "FL 5", "city": "DALLAS", "state": "TX",
        "zip": "75202-4206", "country": "US"})
}

#[tokio::test]
async fn an_outside_validator_is_asked_and_believed_where_it_makes_sense() {
    let found = validated(json!({"reference": "$", "result": "match", "address": address()})).await;
    let Ok(Avps::Match { address: matched }) = found else { panic!("{found:?}") };
    assert_eq!((matched.street.as_str(), matched.zip.as_str()), ("208 S AKARD ST", "75202-4206"));
    let none = validated(json!({"reference": "$", "result": "no_match", "why": "nothing there"}));
    assert_eq!(none.await, Ok(Avps::NoMatch { why: "nothing there".to_owned() }));
}

#[tokio::test]
async fn an_answer_for_another_address_is_none() {
    for body in [
        json!({"reference": "other", "result": "match", "address": address()}),
        json!({"reference": "", "result": "no_match"}),
    ] {
        let why = "the address service answered for another address".to_owned();
        assert_eq!(validated(body).await, Err(ConnectorError::Later(why)));
    }
    let mut elsewhere = address();
    elsewhere["zip"] = json!("60606");
    let lie = validated(json!({"reference": "$", "result": "match", "address": elsewhere})).await;
    let Err(ConnectorError::Later(why)) = lie else { panic!("{lie:?}") };
    assert!(why.ends_with("a match in another place than was asked about"), "{why}");
}

#[tokio::test]
async fn an_answer_of_another_form_is_none() {
    for body in [json!([]), json!({"reference": "$"}), json!({"reference": "$", "result": "maybe"})]
    {
        let answer = validated(body).await;
        let Err(ConnectorError::Later(why)) = answer else { panic!("{answer:?}") };
        assert!(why.contains("JSON of another form"), "{why}");
    }
}

fn service() -> Value {
    json!({"reference": "$", "reach": "near_net", "confidence": "yellow", "reason": "survey",
        "guaranteed_until": "2026-07-01T00:00:00Z", "accesses": [{"technology": "fiber",
        "speeds": ["100M", "1G"], "install_days": {"least": 20, "most": 45}}]})
}

#[tokio::test]
async fn an_outside_serviceability_is_taken_if_it_makes_sense() {
    let found = looked_up(service()).await.unwrap();
    assert_eq!(found.reach, Reach::NearNet);
    assert_eq!(found.speeds(), [Speed::parse("100M").unwrap(), Speed::parse("1G").unwrap()]);
    assert_eq!(found.guaranteed_until, Moment::parse("2026-07-01T00:00:00Z").unwrap());
    for (member, value, why) in [
        ("reference", json!("other"), "answered for another address"),
        ("reach", json!("moon"), "JSON of another form"),
        ("guaranteed_until", json!("2026-05-01T00:00:00Z"), "a guarantee that is over"),
        ("guaranteed_until", json!("tomorrow"), "no moment"),
        (
            "accesses",
            json!([{"technology": "fiber", "speeds": ["1G", "100M"],
            "install_days": {"least": 1, "most": 2}}]),
            "speeds that do not rise",
        ),
        (
            "accesses",
            json!([{"technology": "fiber", "speeds": ["fast"],
            "install_days": {"least": 1, "most": 2}}]),
            "JSON of another form",
        ),
    ] {
        let mut body = service();
        body[member] = value;
        let answer = looked_up(body).await;
        let Err(ConnectorError::Later(told)) = answer else { panic!("{answer:?}") };
        assert!(told.contains(why), "{told}");
    }
}
