//! One key: its request is sent many times at once, to several nodes, in every state of health; and
//! what came back is compared.

use super::wire::{Answer, Fate, request, send};
use fastrand::Rng;
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long a key may go without an answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// What every answer has of its own, replayed or not.
const OWN_HEADERS: [&str; 3] = ["date", "request-id", "idempotency-replayed"];

/// One request under one key.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) secret: String,
    /// Whose key it is, as the database names it.
    pub(super) tenant: String,
    pub(super) key: String,
    pub(super) path: String,
    pub(super) body: Value,
    /// Another body that is sent under the same key meanwhile: either may win, never both.
    pub(super) rival: Option<Value>,
}

impl Asked {
    fn bytes(&self, path: &str, body: &Value) -> Vec<u8> {
        let key = format!("idempotency-key: {}\r\n", self.key);
        request("POST", path, &self.secret, &key, &body.to_string())
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Answers of success, with whether the rival's body asked.
    pub(super) answers: Vec<(bool, Answer)>,
    /// The requests that were refused, and so must not have had an effect.
    pub(super) refused: Vec<String>,
    pub(super) sends: usize,
    pub(super) cut: usize,
    /// Answers "later, with the same key".
    pub(super) later: usize,
    pub(super) reused: usize,
    /// What should not be.
    pub(super) wrong: Vec<String>,
}

/// One send as it was rolled.
struct Copy {
    node: usize,
    after: Duration,
    fate: Fate,
    rival: bool,
}

fn roll(dice: &mut Rng, nodes: usize, length: usize, first: bool, rival: bool) -> Copy {
    let millis = |dice: &mut Rng, most| Duration::from_millis(dice.u64(0..most));
    // The first waits for its answer, so that the flow can go on.
    let fate = match dice.u8(0..20) {
        _ if first => Fate::Whole,
        0 | 1 => Fate::Cut { at: dice.usize(0..length) },
        2..=4 => Fate::Deaf { after: millis(dice, 40) },
        5 => Fate::Halved { at: dice.usize(0..length), pause: millis(dice, 30) },
        _ => Fate::Whole,
    };
    let after = if dice.u8(0..3) == 0 { millis(dice, 60) } else { Duration::ZERO };
    let rival = rival && dice.bool();
    Copy { node: dice.usize(0..nodes), after, fate, rival }
}

/// Sends a request 2 to 10 times at once.
pub(super) async fn storm(nodes: &[String], dice: &mut Rng, asked: &Asked) -> Told {
    let bytes = asked.bytes(&asked.path, &asked.body);
    let other = asked.rival.as_ref().map(|body| asked.bytes(&asked.path, body));
    // Few copies more often than many.
    let copies = dice.usize(2..=10).min(dice.usize(2..=10));
    let rolled: Vec<Copy> = (0..copies)
        .map(|n| roll(dice, nodes.len(), bytes.len(), n == 0, other.is_some()))
        .collect();
    let begun = Instant::now();
    let sends = rolled.into_iter().map(|copy| {
        let bytes = if copy.rival { other.as_ref().unwrap_or(&bytes) } else { &bytes };
        one(nodes, copy, bytes, begun + PATIENCE)
    });
    let mut told = Told::default();
    for sent in join_all(sends).await {
        told.add(sent);
    }
    // Whose send was dropped may have won: both ask once more.
    for (rival, bytes) in [(false, Some(&bytes)), (true, other.as_ref())] {
        let Some(bytes) = bytes.filter(|_| told.answers.is_empty() && told.reused > 0) else {
            continue;
        };
        let copy = Copy { node: copies, after: Duration::ZERO, fate: Fate::Whole, rival };
        told.add(one(nodes, copy, bytes, Instant::now() + PATIENCE).await);
    }
    told.compare(asked.rival.is_some());
    if dice.u8(0..3) == 0 {
        intrude(nodes, dice, asked, &mut told).await;
    }
    told
}

/// What one send met, with its repetitions.
#[derive(Default)]
struct Sent {
    rival: bool,
    sends: usize,
    cut: usize,
    later: usize,
    refused: Vec<String>,
    end: Option<Result<Answer, String>>,
}

async fn one(nodes: &[String], copy: Copy, bytes: &[u8], until: Instant) -> Sent {
    sleep(copy.after).await;
    let mut sent = Sent { rival: copy.rival, ..Sent::default() };
    let (mut node, mut fate) = (copy.node, copy.fate);
    while Instant::now() < until {
        sent.sends += 1;
        match send(&nodes[node % nodes.len()], bytes, fate).await {
            Ok(None) => {
                sent.cut += 1;
                return sent;
            }
            Ok(Some(answer)) => {
                let Some(pause) = asks_again(&answer) else {
                    sent.end = Some(Ok(answer));
                    return sent;
                };
                sent.later += 1;
                // Of one that could not be stored it is not known.
                if answer.status != 503 {
                    sent.refused.push(answer.header("request-id").to_owned());
                }
                sleep(pause).await;
            }
            // A send that was to be dropped anyway, or one that nobody answered.
            Err(_) if matches!(fate, Fate::Cut { .. } | Fate::Deaf { .. }) => {
                sent.cut += 1;
                return sent;
            }
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
        (node, fate) = (node + 1, Fate::Whole);
    }
    sent.end = Some(Err("it has no answer after a minute".to_owned()));
    sent
}

/// The pause that an answer asks for, if it says: later, with the same key.
fn asks_again(answer: &Answer) -> Option<Duration> {
    let told = answer.json();
    let code = told["code"].as_str().unwrap_or_default();
    let later = matches!(
        (answer.status, code),
        (409, "idempotency_key_in_use" | "busy") | (503, "overloaded" | "unavailable")
    );
    let wait: u64 = answer.header("retry-after").parse().ok()?;
    (later && told["retryable"] == "same_key").then(|| Duration::from_secs(wait.min(5)))
}

impl Told {
    fn add(&mut self, sent: Sent) {
        self.sends += sent.sends;
        self.cut += sent.cut;
        self.later += sent.later;
        self.refused.extend(sent.refused);
        match sent.end {
            Some(Ok(answer)) if (200..300).contains(&answer.status) => {
                self.answers.push((sent.rival, answer));
            }
            Some(Ok(answer)) => {
                self.refused.push(answer.header("request-id").to_owned());
                if is_reused(&answer) {
                    self.reused += 1;
                } else {
                    self.wrong.push(format!("{}: {}", answer.status, answer.body));
                }
            }
            Some(Err(why)) => self.wrong.push(why),
            None => {}
        }
    }

    /// The answer that all must be like: the first one's, where it was seen.
    pub(super) fn answer(&self) -> Option<&Answer> {
        let first = self.answers.iter().find(|(_, answer)| !answer.replayed());
        first.or_else(|| self.answers.first()).map(|(_, answer)| answer)
    }

    fn compare(&mut self, rivals: bool) {
        let Some(first) = self.answer().cloned() else {
            return self.wrong.push("nobody was answered".to_owned());
        };
        let mut wrong = Vec::new();
        let firsts = self.answers.iter().filter(|(_, answer)| !answer.replayed()).count();
        if firsts > 1 {
            wrong.push(format!("{firsts} answers are not marked as replayed"));
        }
        if firsts == 0 && self.cut == 0 {
            wrong.push("every answer is marked as replayed".to_owned());
        }
        if !rivals && self.reused > 0 {
            wrong.push("the same request was told that its key is another's".to_owned());
        }
        if self.answers.windows(2).any(|two| two[0].0 != two[1].0) {
            wrong.push("two bodies under one key were both acknowledged".to_owned());
        }
        for (_, answer) in &self.answers {
            let (one, two) = (like(&first), like(answer));
            if (&one.0, &one.1) != (&two.0, &two.1) {
                let (one, two) = ((one.0, one.1), (two.0, two.1));
                wrong.push(format!("two answers differ: {one:?} and {two:?}"));
                break;
            }
            if one.2 != two.2 {
                wrong.push(format!("two answers differ: {} and {}", one.2, two.2));
                break;
            }
        }
        self.wrong.extend(wrong);
    }
}

type Like = (u16, Vec<(String, String)>, String);

/// Blanks what is shown once and stored nowhere: the secret of a new credential, and a tax id.
/// Whether there was any.
pub(super) fn blank(told: &mut Value) -> bool {
    let mut any = false;
    for member in ["secret", "tax_id"] {
        // One that is masked is shown whenever it is asked for.
        let shown = told.get_mut(member);
        if let Some(shown) = shown.filter(|s| !s.as_str().unwrap_or_default().contains('*')) {
            *shown = Value::Null;
            any = true;
        }
    }
    any
}

/// What all answers of a key have in common.
fn like(answer: &Answer) -> Like {
    let mut body = answer.body.clone();
    let mut headers = answer.headers.clone();
    headers.retain(|name, _| !OWN_HEADERS.contains(&name.as_str()));
    let mut told = answer.json();
    if blank(&mut told) {
        body = told.to_string();
        headers.remove("content-length");
    }
    (answer.status, headers.into_iter().collect(), body)
}

fn is_reused(answer: &Answer) -> bool {
    answer.status == 422 && answer.json()["code"] == "idempotency_key_reused"
}

/// The key with another body, and with another path, when it has its answer.
async fn intrude(nodes: &[String], dice: &mut Rng, asked: &Asked, told: &mut Told) {
    let elsewhere = if asked.path.starts_with("/v1/operations/") {
        "/v1/operations/credentials/a0C000000000000AAA/revoke"
    } else {
        "/v1/quotes/0Q0000000000000AAA/revise"
    };
    let other = other_body(&asked.body).filter(|_| asked.rival.is_none());
    let bytes = match &other {
        Some(body) => asked.bytes(&asked.path, body),
        None => asked.bytes(elsewhere, &json!({})),
    };
    let node = &nodes[dice.usize(0..nodes.len())];
    told.sends += 1;
    match send(node, &bytes, Fate::Whole).await {
        Ok(Some(answer)) if is_reused(&answer) => {
            told.reused += 1;
            told.refused.push(answer.header("request-id").to_owned());
        }
        Ok(Some(answer)) if asks_again(&answer).is_some() => told.later += 1,
        Ok(Some(answer)) => {
            let (status, body) = (answer.status, &answer.body);
            told.wrong.push(format!("the key took another request: {status} {body}"));
        }
        Ok(None) | Err(_) => told.wrong.push("a reuse of the key has no answer".to_owned()),
    }
}

/// The same body with one text in it changed; none for one without such a text.
fn other_body(body: &Value) -> Option<Value> {
    let mut body = body.clone();
    if let Some(first) = body.get_mut(0) {
        *first = other_body(first)?;
        return Some(body);
    }
    for (name, value) in body.as_object_mut()? {
        let changed = match (name.as_str(), &*value) {
            (
                "name" | "Name" | "reason" | "note" | "business_name" | "company_name",
                Value::String(text),
            ) => Some(json!(format!("{text} again"))),
            (_, Value::Object(_)) => other_body(value),
            (_, Value::Array(items)) => items.first().and_then(other_body).map(|one| json!([one])),
            _ => None,
        };
        if let Some(changed) = changed {
            *value = changed;
            return Some(body);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(replayed: bool, etag: &str, body: &str) -> (bool, Answer) {
        let marked = replayed.then(|| ("idempotency-replayed".to_owned(), "true".to_owned()));
        let headers = [("etag".to_owned(), etag.to_owned())].into_iter().chain(marked).collect();
        (false, Answer { status: 200, headers, body: body.to_owned() })
    }

    fn wrong(answers: Vec<(bool, Answer)>) -> usize {
        let mut told = Told { answers, ..Told::default() };
        told.compare(false);
        told.wrong.len()
    }

    #[test]
    fn one_first_answer_and_its_replays_are_right_and_nothing_else_is() {
        assert_eq!(wrong(vec![answer(false, "1", "{}"), answer(true, "1", "{}")]), 0);
        assert_eq!(wrong(vec![]), 1, "nobody was answered");
        assert_eq!(wrong(vec![answer(true, "1", "{}")]), 1, "who was first?");
        assert_eq!(wrong(vec![answer(false, "1", "{}"), answer(false, "1", "{}")]), 1);
        assert_eq!(wrong(vec![answer(false, "1", "{}"), answer(true, "2", "{}")]), 1);
        assert_eq!(wrong(vec![answer(false, "1", "{}"), answer(true, "1", "{ }")]), 1);
    }

    #[test]
    fn a_new_credentials_secret_alone_may_be_missing_in_a_replay() {
        let one = answer(false, "1", r#"{"credential":{"id":"a"},"secret":"s"}"#);
        let two = answer(true, "1", r#"{"credential":{"id":"a"},"secret":null}"#);
        let other = answer(true, "1", r#"{"credential":{"id":"b"},"secret":null}"#);
        assert_eq!(wrong(vec![one.clone(), two]), 0);
        assert_eq!(wrong(vec![one, other]), 1);
    }
}
