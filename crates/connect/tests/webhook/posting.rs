//! What arrives, and what comes of every kind of answer.

use super::receiver::{Act, Receiver, answer};
use super::{NOW, Patience, SHORT, Said, secret, send, sender};
use bytes::Bytes;
use connect::webhook::{
    Class, Delivery, Failure, Outcome, Post as _, Received, Secret, Walls, sign, verify,
};
use std::time::{Duration, Instant};

async fn outcome(act: Act) -> Outcome {
    outcome_within(act, Patience::Long).await
}

async fn outcome_within(act: Act, patience: Patience) -> Outcome {
    let receiver = Receiver::start(act).await;
    let outcome = send(&sender(patience).0, &receiver.url(), &Walls::sandbox()).await;
    assert_eq!((receiver.connections(), receiver.requests().len()), (1, 1), "one attempt");
    outcome
}

async fn answered(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Outcome {
    outcome(Act::Say(answer(status, headers, body))).await
}

#[tokio::test]
async fn a_message_arrives_with_its_headers_and_bytes_exact() {
    let receiver = Receiver::start(Act::Say(answer("204 No Content", &[], b""))).await;
    let body = Bytes::from("{\"name\": \"Zoë\\u0000\",\n\t\"n\" :1.0}  \n");
    let secrets = [secret(), Secret::new([9; 32])];
    let url = format!("{}?token=a%20b", receiver.url());
    let walls = Walls::sandbox();
    let delivery = Delivery {
        url: &url,
        id: "evt_01J_x-y~z",
        timestamp: NOW,
        body: body.clone(),
        secrets: &secrets,
        walls: &walls,
    };
    let outcome = sender(Patience::Long).0.post(&delivery).await;
    assert_eq!((outcome.class, outcome.status), (Class::Delivered, Some(204)));
    let [request] = &receiver.requests()[..] else { panic!("one request") };
    assert_eq!(request.head.lines().next(), Some("POST /hook?token=a%20b HTTP/1.1"));
    assert_eq!(request.body, body);
    let mut headers = request.headers();
    headers.sort();
    let agent = format!("Demarc/{}", env!("CARGO_PKG_VERSION"));
    let signature = sign(&secrets, "evt_01J_x-y~z", NOW, &body);
    let expected = [
        ("accept", "*/*"),
        ("content-length", &body.len().to_string()),
        ("content-type", "application/json"),
        ("host", &receiver.address.to_string()),
        ("user-agent", &agent),
        ("webhook-id", "evt_01J_x-y~z"),
        ("webhook-signature", &signature),
        ("webhook-timestamp", "1700000000"),
    ];
    assert_eq!(headers, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    let [id, timestamp, signature] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|n| request.header(n));
    for secret in secrets {
        let received = Received {
            id: id.as_bytes(),
            timestamp: timestamp.as_bytes(),
            signature: signature.as_bytes(),
            body: &request.body,
        };
        assert_eq!(verify(&[secret], &received, NOW, 0), Ok(()));
    }
}

#[tokio::test]
async fn every_status_has_its_class() {
    let cases = [
        (Class::Delivered, "200 201 202 204 226 299"),
        (Class::Gone, "410"),
        (Class::Throttled, "429 502 503 504"),
        (Class::Failed(Failure::Redirect), "300 301 302 303 304 307 308 399"),
        (Class::Failed(Failure::Status), "400 401 403 404 408 409 411 418 451 500 501 505 599 999"),
    ];
    for (class, statuses) in cases {
        for status in statuses.split(' ') {
            let outcome = answered(&format!("{status} Words"), &[], b"").await;
            assert_eq!((outcome.class, outcome.status), (class, status.parse().ok()), "{status}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let forbidden = Receiver::start(Act::Say(answer("200 OK", &[], b""))).await;
    let url = forbidden.url();
    let secured = url.replace("http:", "https:");
    for status in ["301", "302", "303", "307", "308"] {
        for location in [url.as_str(), secured.as_str(), "/again", "//localhost/", "file:///"] {
            let outcome = answered(&format!("{status} Go"), &[("location", location)], b"").await;
            assert_eq!(outcome.class, Class::Failed(Failure::Redirect));
        }
        let refresh = format!("0; url={url}");
        let headers = [("refresh", refresh.as_str()), ("content-location", &url), ("link", &url)];
        assert_eq!(answered("200 OK", &headers, b"").await.class, Class::Delivered);
    }
    assert_eq!(forbidden.connections(), 0);
}

#[tokio::test]
async fn a_receiver_says_when_to_come_back_in_seconds_or_by_date() {
    let cases = [
        ("120", Some(120)),
        ("0", Some(0)),
        ("86400", Some(86_400)),
        ("86401", Some(86_400)),
        ("99999999999999999999999", Some(86_400)),
        ("Tue, 14 Nov 2023 22:14:20 GMT", Some(60)),
        ("Tuesday, 14-Nov-23 22:14:20 GMT", Some(60)),
        ("Tue Nov 14 22:14:20 2023", Some(60)),
        ("Tue, 14 Nov 2023 22:13:20 GMT", Some(0)),
        ("Mon, 13 Nov 2023 22:13:20 GMT", Some(0)),
        ("Fri, 14 Nov 2053 22:13:20 GMT", Some(86_400)),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ];
    for (value, expected) in cases {
        for (status, class) in [("429 Slow", Class::Throttled), ("503 Later", Class::Throttled)] {
            let outcome = answered(status, &[("retry-after", value)], b"").await;
            assert_eq!((outcome.class, outcome.retry_after), (class, expected), "{value:?}");
        }
    }
    assert_eq!(answered("429 Slow", &[], b"").await.retry_after, None);
}

#[tokio::test]
async fn of_a_long_answer_little_is_kept_and_the_rest_is_not_read() {
    let outcome = answered("500 Oh", &[], &vec![b'x'; 1 << 20]).await;
    assert_eq!(outcome.class, Class::Failed(Failure::Status));
    assert_eq!(outcome.excerpt, "x".repeat(1024));
    let wide = "é".repeat(600);
    assert_eq!(answered("200 OK", &[], wide.as_bytes()).await.excerpt, "é".repeat(512));
}

#[tokio::test]
async fn an_excerpt_is_text_without_control_characters() {
    let body = b"a\0b\x1b[31mred\r\nnext\ttab\x7f\xff\xc3\xe2\x80\xaeturned";
    let outcome = answered("200 OK", &[], body).await;
    assert_eq!(outcome.excerpt, "ab[31mred next tab\u{fffd}\u{fffd}turned");
}

#[tokio::test]
async fn a_body_that_drips_does_not_hold_the_sender_nor_undo_the_delivery() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nbegin".to_vec();
    let begun = Instant::now();
    let outcome = outcome_within(Act::Drip(head), Patience::Short).await;
    assert_eq!((outcome.class, outcome.status), (Class::Delivered, Some(200)));
    assert!(outcome.excerpt.starts_with("begin."), "{}", outcome.excerpt);
    assert!(begun.elapsed() < SHORT * 5, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_what_came() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec();
    let outcome = outcome(Act::SayAndEnd(cut)).await;
    assert_eq!((outcome.class, outcome.excerpt.as_str()), (Class::Delivered, "half"));
}

#[tokio::test]
async fn a_receiver_that_hangs_is_given_up_in_time() {
    for act in [Act::Hang, Act::Drip(b"HTTP/1.1 200 OK\r\nx-long: ".to_vec())] {
        let outcome = outcome_within(act, Patience::Short).await;
        assert_eq!((outcome.class, outcome.status), (Class::Failed(Failure::Timeout), None));
        let took = Duration::from_millis(outcome.took_ms.into());
        assert!(took >= SHORT && took < SHORT * 5, "{took:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_broken() {
    let broken: [&[u8]; 6] = [
        b"",
        b"HTTP/1.1 ",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"220 mail.example.com ESMTP\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
    ];
    for bytes in broken {
        let outcome = outcome(Act::SayAndEnd(bytes.to_vec())).await;
        assert_eq!(outcome.class, Class::Failed(Failure::AnswerBroken), "{bytes:?}");
        assert_eq!((outcome.status, outcome.retry_after), (None, None));
    }
    assert_eq!(outcome(Act::Reset).await.class, Class::Failed(Failure::AnswerBroken));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_failure_to_connect() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let outcome = send(&sender(Patience::Long).0, &url, &Walls::sandbox()).await;
    assert_eq!((outcome.class, outcome.status), (Class::Failed(Failure::Connect), None));
}

#[tokio::test]
async fn a_message_that_cannot_be_signed_is_not_sent() {
    let receiver = Receiver::start(Act::Say(answer("200 OK", &[], b""))).await;
    let (post, walls, url) = (sender(Patience::Long).0, Walls::sandbox(), receiver.url());
    let whole = [secret()];
    let cases: [(&str, i64, &[Secret]); 8] = [
        ("evt_1", NOW, &[]),
        ("", NOW, &whole),
        ("evt.1", NOW, &whole),
        ("evt 1", NOW, &whole),
        ("evt_1\r\nx: y", NOW, &whole),
        ("evt_é", NOW, &whole),
        ("evt_\u{7f}", NOW, &whole),
        ("evt_1", -1, &whole),
    ];
    for (id, timestamp, secrets) in cases {
        let body = Bytes::new();
        let delivery = Delivery { url: &url, id, timestamp, body, secrets, walls: &walls };
        let outcome = post.post(&delivery).await;
        assert_eq!(outcome.class, Class::Failed(Failure::Unsendable), "{id:?}");
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn one_connection_serves_many_messages_and_its_end_costs_none() {
    let (post, walls) = (sender(Patience::Long).0, Walls::sandbox());
    let keeps = Receiver::start(Act::Say(answer("200 OK", &[], b"{}"))).await;
    let ends =
        Receiver::start(Act::SayAndEnd(answer("200 OK", &[("connection", "close")], b""))).await;
    for _ in 0..20 {
        assert_eq!(send(&post, &keeps.url(), &walls).await.class, Class::Delivered);
        assert_eq!(send(&post, &ends.url(), &walls).await.class, Class::Delivered);
    }
    assert_eq!((keeps.connections(), keeps.requests().len()), (1, 20));
    assert_eq!((ends.connections(), ends.requests().len()), (20, 20));
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    // Set for this test's own program only: it runs itself again with the variables.
    let receiver = Receiver::start(Act::Say(answer("200 OK", &[], b""))).await;
    let proxy = Receiver::start(Act::Say(answer("200 OK", &[], b""))).await;
    if let Ok(url) = std::env::var("WEBHOOK_TEST_URL") {
        let outcome = send(&sender(Patience::Long).0, &url, &Walls::sandbox()).await;
        assert_eq!(outcome.class, Class::Delivered);
        return;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["posting::a_proxy_of_the_environment_is_not_asked", "--exact"]);
    again.env("WEBHOOK_TEST_URL", receiver.url());
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        again.env(name, format!("http://{}", proxy.address));
    }
    again.env_remove("no_proxy").env_remove("NO_PROXY");
    let ended = tokio::task::spawn_blocking(move || again.output()).await.unwrap().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    assert_eq!((receiver.requests().len(), proxy.connections()), (1, 0));
}

#[tokio::test]
async fn a_connection_goes_to_the_address_of_its_one_look_up() {
    let hook = Act::Say(answer("200 OK", &[("connection", "close")], b""));
    let first = Receiver::on("127.0.0.1:0", hook.clone()).await.unwrap();
    let port = first.address.port();
    let (post, resolver) = sender(Patience::Long);
    let said = ["127.0.0.1", "10.0.0.1", "::ffff:127.0.0.1"];
    resolver.say(said.map(|a| Said::Addresses(vec![a.parse().unwrap()])));
    let url = format!("http://localhost:{port}/hook");
    assert_eq!(send(&post, &url, &Walls::sandbox()).await.class, Class::Delivered);
    assert_eq!((resolver.asked(), first.connections()), (1, 1));
    for asked in [2, 3] {
        let outcome = send(&post, &url, &Walls::sandbox()).await;
        assert_eq!(outcome.class, Class::Failed(Failure::ForbiddenAddress));
        assert_eq!((resolver.asked(), first.connections()), (asked, 1));
    }
}
