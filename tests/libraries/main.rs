//! What is sent, read by the official libraries of Standard Webhooks: Rust, JavaScript, Python.

use app::{Clock as _, SystemClock};
use bytes::Bytes;
use connect::webhook::{Class, Delivery, HttpPost, Options, Post as _, Secret, Walls};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};

const JAVASCRIPT: &str = include_str!("verify.js");
const PYTHON: &str = include_str!("verify.py");

/// How many messages are sent.
const MESSAGES: usize = 300;

/// A message as it came, as a line for the libraries: its three headers, its body, and the secret
/// of one reader.
type Line = Value;

/// Reads a request, keeps it, answers 200. JSON bodies are text, so that they fit into a line.
async fn receive(mut stream: TcpStream, sender: Sender<Line>) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        while !bytes.windows(4).any(|w| w == b"\r\n\r\n") {
            stream.read_buf(&mut bytes).await.ok().filter(|n| *n > 0)?;
        }
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let head = String::from_utf8(bytes.drain(..end).collect()).ok()?;
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|l| l.split_once(": "));
            lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
        };
        let length: usize = header("content-length")?.parse().ok()?;
        while bytes.len() < length {
            stream.read_buf(&mut bytes).await.ok().filter(|n| *n > 0)?;
        }
        let body = String::from_utf8(std::mem::take(&mut bytes)).ok()?;
        let headers: serde_json::Map<_, _> =
            ["webhook-id", "webhook-timestamp", "webhook-signature"]
                .iter()
                .filter_map(|n| Some(((*n).to_owned(), header(n)?.into())))
                .collect();
        sender.send(json!({ "headers": headers, "body": body })).await.ok()?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok()?;
    }
}

/// The receiver's URL, and what comes in.
async fn receiver() -> (String, Receiver<Line>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, came) = channel(MESSAGES);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(receive(stream, sender.clone()));
        }
    });
    (url, came)
}

/// Bodies of all kinds of length and text.
fn body(n: usize) -> String {
    let texts =
        ["plain", "Zoë, 東京, 🛰", "\\u0000 \\\" \\\\ \\n", "a.b.c", "", "v1,AAAA= v1,BBBB="];
    let text = texts[n % texts.len()].repeat(1 + n % 7 * 50);
    format!("{{ \"n\" :{n},\"text\":\"{text}\",\n\t\"none\":null}}{}", " ".repeat(n % 3))
}

/// Sends the messages, each with one or two secrets, and gives what came, once for each secret.
async fn sent() -> Vec<Line> {
    let (url, mut came) = receiver().await;
    let post = HttpPost::new(&Options::default()).unwrap();
    let walls = Walls::sandbox();
    let mut lines = Vec::new();
    for n in 0..MESSAGES {
        let number = u8::try_from(n % 250).unwrap();
        let mut secrets = vec![Secret::new([number; 32])];
        if n % 2 == 1 {
            secrets.push(Secret::new([number + 1; 32]));
        }
        let delivery = Delivery {
            url: &url,
            id: &format!("evt_{n:06}"),
            timestamp: SystemClock.now().ms() / 1000,
            body: Bytes::from(body(n)),
            secrets: &secrets,
            walls: &walls,
        };
        assert_eq!(post.post(&delivery).await.class, Class::Delivered);
        let line = came.recv().await.unwrap();
        assert_eq!(line["body"], body(n));
        for secret in &secrets {
            let mut line = line.clone();
            line["secret"] = secret.reveal().into();
            lines.push(line);
        }
    }
    lines
}

/// The same messages, each with one thing changed, so that none may be believed.
fn tampered(line: &Line, n: usize) -> Line {
    let mut line = line.clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let header = |name: &str| text(&line["headers"][name]);
    // A change in the middle of a signature changes whole bytes, however loosely base64 is read.
    let other = |c: char| if c == 'A' { 'B' } else { 'A' };
    let (id, signature) = (header("webhook-id"), header("webhook-signature"));
    let timestamp: i64 = header("webhook-timestamp").parse().unwrap();
    match n % 7 {
        0 => line["headers"]["webhook-id"] = format!("{id}0").into(),
        1 => line["headers"]["webhook-timestamp"] = (timestamp - 1).to_string().into(),
        2 => {
            let turned = signature.split(' ').map(|one| {
                let digest = one.char_indices();
                digest.map(|(at, c)| if at == 20 { other(c) } else { c }).collect::<String>()
            });
            line["headers"]["webhook-signature"] = turned.collect::<Vec<_>>().join(" ").into();
        }
        3 => line["body"] = format!("{} ", text(&line["body"])).into(),
        4 => line["body"] = text(&line["body"]).replacen(':', ": ", 1).into(),
        5 => line["secret"] = Secret::new([255; 32]).reveal().into(),
        _ => line["headers"]["webhook-signature"] = signature.replace("v1,", "v2,").into(),
    }
    line
}

/// Asks a library of another language: one line for each message, one word back for each.
fn asked(mut program: Command, script: &str, flag: &str, lines: &[Line]) -> Vec<bool> {
    let mut process = program
        .args([flag, script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the language's program runs");
    let mut input = process.stdin.take().unwrap();
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    let writing = std::thread::spawn(move || writeln!(input, "{}", lines.join("\n")));
    let output = process.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success());
    let words = String::from_utf8(output.stdout).unwrap();
    words
        .lines()
        .map(|word| match word {
            "verified" => true,
            "rejected" => false,
            _ => panic!("{word}"),
        })
        .collect()
}

fn rust(line: &Line) -> bool {
    let library = standardwebhooks::Webhook::new(line["secret"].as_str().unwrap()).unwrap();
    let mut headers = reqwest::header::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, line["headers"][name].as_str().unwrap().parse().unwrap());
    }
    library.verify(line["body"].as_str().unwrap().as_bytes(), &headers).is_ok()
}

async fn all_verify_and_none_that_was_tampered_with(library: impl Fn(&[Line]) -> Vec<bool>) {
    let good = sent().await;
    let bad: Vec<_> = good.iter().enumerate().map(|(n, line)| tampered(line, n)).collect();
    let wrong = |lines: &[Line], expected: bool| -> Vec<Line> {
        let words = library(lines);
        assert_eq!(words.len(), lines.len(), "a word for each message");
        let wrong = lines.iter().zip(words).filter(|(_, word)| *word != expected);
        wrong.map(|(line, _)| line.clone()).collect()
    };
    assert_eq!(wrong(&good, true), Vec::<Line>::new(), "these were sent so");
    assert_eq!(wrong(&bad, false), Vec::<Line>::new(), "these were tampered with");
    assert_eq!(good.len(), MESSAGES * 3 / 2);
}

#[tokio::test]
async fn the_rust_library_believes_what_is_sent() {
    all_verify_and_none_that_was_tampered_with(|lines| lines.iter().map(rust).collect()).await;
}

#[tokio::test]
async fn the_javascript_library_believes_what_is_sent() {
    let node = || runtimes::node(&["standardwebhooks@1.1.1"]);
    drop(node()); // Made ready before the messages begin to age.
    all_verify_and_none_that_was_tampered_with(|lines| asked(node(), JAVASCRIPT, "-e", lines))
        .await;
}

#[tokio::test]
async fn the_python_library_believes_what_is_sent() {
    let python = || runtimes::python(&["standardwebhooks==1.1.0"]);
    drop(python());
    all_verify_and_none_that_was_tampered_with(|lines| asked(python(), PYTHON, "-c", lines)).await;
}
