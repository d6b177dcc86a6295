//! One JSON question to an outside system on loopback: what arrives, and what comes of every kind
//! of answer.

#[path = "../webhook/receiver.rs"]
mod receiver;

use connect::ConnectorError;
use connect::http::{About, HttpJson, HttpOptions, Token};
use receiver::{Act, Receiver, answer};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

#[derive(Debug, Serialize)]
struct Question {
    name: &'static str,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Answer {
    score: u32,
}

const ABOUT: About<'static> = About { reference: Some("a9X1"), key: Some("a9X1-1") };

fn options(receiver: &Receiver) -> HttpOptions {
    let token = Some(Token::read("t0p-secret").unwrap());
    HttpOptions { token, ..HttpOptions::to(format!("{}?key=hush", receiver.url())) }
}

async fn ask(options: HttpOptions) -> Result<Answer, ConnectorError> {
    let system = HttpJson::new("the bureau", options).unwrap();
    system.ask(ABOUT, &Question { name: "Zoë" }).await
}

async fn said(act: Act) -> Result<Answer, ConnectorError> {
    let receiver = Receiver::start(act).await;
    let answer = ask(options(&receiver)).await;
    assert_eq!((receiver.connections(), receiver.requests().len()), (1, 1), "one try");
    answer
}

async fn answered(status: &str, headers: &[(&str, &str)]) -> Result<Answer, ConnectorError> {
    said(Act::Say(answer(status, headers, br#"{"score":7}"#))).await
}

fn later(why: &str) -> Result<Answer, ConnectorError> {
    Err(ConnectorError::Later(format!("the bureau {why}")))
}

#[tokio::test]
async fn a_question_arrives_with_its_headers_and_is_answered() {
    let body = br#"{"score":7}"#;
    let receiver = Receiver::start(Act::Say(answer("200 OK", &[], body))).await;
    assert_eq!(ask(options(&receiver)).await, Ok(Answer { score: 7 }));
    let [request] = &receiver.requests()[..] else { panic!("one request") };
    assert_eq!(request.head.lines().next(), Some("POST /hook?key=hush HTTP/1.1"));
    assert_eq!(request.body, "{\"name\":\"Zoë\"}".as_bytes());
    let mut headers = request.headers();
    headers.sort();
    let expected = [
        ("accept", "application/json"),
        ("authorization", "Bearer t0p-secret"),
        ("content-length", "15"),
        ("content-type", "application/json"),
        ("demarc-reference", "a9X1"),
        ("host", &receiver.address.to_string()),
        ("idempotency-key", "a9X1-1"),
        ("user-agent", &format!("Demarc/{}", env!("CARGO_PKG_VERSION"))),
    ];
    assert_eq!(headers, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
}

#[tokio::test]
async fn a_status_says_whether_to_ask_again() {
    for status in ["408 x", "425 x", "429 x", "500 x", "502 x", "503 x", "504 x", "599 x"] {
        let why = format!("answered {}", &status[..3]);
        assert_eq!(answered(status, &[]).await, later(&why), "{status}");
    }
    for status in ["301 x", "302 x", "307 x", "400 x", "401 x", "403 x", "404 x", "422 x"] {
        let headers = [("location", "http://127.0.0.1:1/"), ("retry-after", "5")];
        let why = format!("the bureau answered {}", &status[..3]);
        assert_eq!(answered(status, &headers).await, Err(ConnectorError::Never(why)));
    }
}

#[tokio::test]
async fn who_asks_for_less_is_heard() {
    let busy = |status: &str, seconds| {
        Err(ConnectorError::Busy { seconds, why: format!("the bureau answered {status}") })
    };
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (value, seconds) in
        [("7", 7), ("Sun, 06 Nov 1994 08:50:07 GMT", 30), ("99999999999", 86_400)]
    {
        let headers = [date, ("retry-after", value)];
        assert_eq!(answered("429 x", &headers).await, busy("429", seconds), "{value}");
        assert_eq!(answered("503 x", &headers).await, busy("503", seconds), "{value}");
    }
    for value in ["0", "soon", "", "Sun, 06 Nov 1994 08:49:07 GMT"] {
        let headers = [date, ("retry-after", value)];
        assert_eq!(answered("503 x", &headers).await, later("answered 503"), "{value}");
    }
    // Without the other side's clock a date says nothing.
    let headers = [("retry-after", "Sun, 06 Nov 2094 08:49:37 GMT")];
    assert_eq!(answered("503 x", &headers).await, later("answered 503"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_none_and_is_not_repeated() {
    for (body, why) in [
        ("", "answered what is not JSON, at line 1, column 0"),
        ("<html>078-05-1120</html>", "answered what is not JSON, at line 1, column 1"),
        (r#"{"score":7"#, "answered what is not JSON, at line 1, column 10"),
        (
            r#"{"score":"078-05-1120"}"#,
            "answered JSON of another form, at /score, line 1, column 22: expected u32",
        ),
        (
            r#"{"name":"078-05-1120"}"#,
            "answered JSON of another form, at line 1, column 22: missing field `score`",
        ),
    ] {
        assert_eq!(said(Act::Say(answer("200 OK", &[], body.as_bytes()))).await, later(why));
    }
}

#[tokio::test]
async fn a_slow_or_broken_line_is_no_answer() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec();
    for act in [Act::Hang, Act::Drip(head.clone())] {
        let receiver = Receiver::start(act).await;
        let short = Duration::from_millis(150);
        let begun = Instant::now();
        let answer = ask(HttpOptions { timeout: short, ..options(&receiver) }).await;
        assert_eq!(answer, later("gave no answer in 150 ms"));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
    let broken = "gave no answer: the connection broke before a whole answer came";
    for act in [Act::Reset, Act::SayAndEnd(head), Act::SayAndEnd(b"220 ftp ready\r\n".to_vec())] {
        assert_eq!(said(act).await, later(broken));
    }
    let nobody = HttpOptions::to("http://127.0.0.1:1/");
    assert_eq!(ask(nobody).await, later("gave no answer: no connection could be made"));
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let most = 64;
    let long = answer("200 OK", &[], &[b' '; 65]);
    let receiver = Receiver::start(Act::Say(long)).await;
    let cut = ask(HttpOptions { most_bytes: most, ..options(&receiver) }).await;
    assert_eq!(cut, later("answered with more than 64 bytes"));
    // One without a length never says where it ends.
    let receiver = Receiver::start(Act::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())).await;
    let cut = ask(HttpOptions { most_bytes: most, ..options(&receiver) }).await;
    assert_eq!(cut, later("answered with more than 64 bytes"));
    let fits = answer("200 OK", &[], format!("{:64}", r#"{"score":7}"#).as_bytes());
    let receiver = Receiver::start(Act::Say(fits)).await;
    let whole = ask(HttpOptions { most_bytes: most, ..options(&receiver) }).await;
    assert_eq!(whole, Ok(Answer { score: 7 }));
}

#[test]
fn no_secret_is_shown() {
    let mut options = HttpOptions::to("https://bureau.example.com/?key=hush");
    options.token = Some(Token::read("t0p-secret").unwrap());
    let shown = format!("{options:?} {:?}", HttpJson::new("the bureau", options.clone()));
    assert!(!shown.contains("hush") && !shown.contains("t0p"), "{shown}");
}
