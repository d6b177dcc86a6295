//! The demo's end: handoff, delivery milestone by milestone, and the journey behind it.

use super::show::{Came, Show, is_refusal, same, text};
use crate::client::Answer;
use crate::failure::{Failure, Outcome};
use crate::flow;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often the bar moves.
const LOOK_EVERY: Duration = Duration::from_millis(60);
/// A delivery that takes longer has stopped.
const LONGEST: Duration = Duration::from_secs(30);

impl Show {
    pub(super) async fn handoff(&mut self) -> Came {
        let path = format!("/v1/orders/{}/handoff", self.order);
        let done = self.partner.post(&path, json!({})).await?.expect(200)?;
        same("order", self.order.as_str(), done.str("/acknowledgement/order_id")?)?;
        let subs = done.list("/acknowledgement/sub_orders")?;
        same("sub-orders acknowledged", self.subs.len(), subs.len())?;
        for sub in subs {
            same(text(sub, "name"), "submitted", text(sub, "state"))?;
        }
        let at = done.str("/acknowledgement/received_at")?;
        self.t.did(format!("{} sub-orders received at {at}", subs.len()));
        let path = format!("/v1/sub-orders/{}/enrichments/shipping", self.subs[0].id);
        let late = self.partner.put(&path, Some("*"), flow::shipping()).await?;
        is_refusal(&late, 409, "premature_step")?;
        self.t.refused(format!(
            "an enrichment after it: 409 premature_step, {}",
            late.str("/errors/0/detail")?
        ));
        Ok(format!("{} sub-orders acknowledged, frozen from now on", subs.len()))
    }

    pub(super) async fn fulfilment(&mut self) -> Came {
        let path = format!("/v1/orders/{}/milestones", self.order);
        let begun = Instant::now();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            let now = self.partner.get(&path).await?.expect(200)?;
            let (reached, planned) = self.tell_milestones(&now, &mut seen)?;
            let state = now.str("/state")?;
            self.t.progress(reached, planned, state);
            if state == "completed" {
                return self.delivered(&now, planned);
            }
            if !matches!(state, "submitted" | "acknowledged" | "in_progress" | "partial") {
                return Err(Failure::failed(format!("state: expected in_progress, found {state}")));
            }
            if begun.elapsed() > LONGEST {
                let say = format!("delivery: {reached} of {planned} milestones, then no more");
                return Err(Failure::failed(say));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Tells each milestone once every site has reached it; counts those reached and planned.
    fn tell_milestones(
        &self,
        now: &Answer,
        told: &mut BTreeMap<String, usize>,
    ) -> Outcome<(usize, usize)> {
        let subs = now.list("/sub_orders")?;
        let mut reached: Vec<(&str, usize)> = Vec::new();
        let mut planned = 0;
        for milestone in subs.iter().flat_map(milestones) {
            planned += 1;
            let name = text(milestone, "name");
            let at = reached.iter().position(|(n, _)| *n == name);
            let at = at.unwrap_or_else(|| {
                reached.push((name, 0));
                reached.len() - 1
            });
            reached[at].1 += usize::from(!milestone["reached_at"].is_null());
        }
        for (name, count) in &reached {
            if *count == subs.len() && told.insert((*name).to_owned(), *count).is_none() {
                self.t.did(format!("{name}: all {count} sites"));
            }
        }
        Ok((reached.iter().map(|(_, n)| n).sum(), planned))
    }

    fn delivered(&self, now: &Answer, planned: usize) -> Came {
        for sub in now.list("/sub_orders")? {
            same(text(sub, "name"), "completed", text(sub, "state"))?;
        }
        let foc = now.str("/sub_orders/0/foc")?.to_owned();
        self.t.did(format!("firm order commitment {foc}; the order is completed"));
        Ok(format!("completed, {planned} milestones, firm date {foc}"))
    }

    /// The quote's history; what happened several times in a row is told once.
    fn tell_history(&self, items: &[Value]) {
        let of = |line: &Value| (text(line, "kind").to_owned(), text(line, "actor").to_owned());
        for same in items.chunk_by(|a, b| of(a) == of(b)) {
            let (kind, actor) = of(&same[0]);
            let many = if same.len() > 1 { format!(" ×{}", same.len()) } else { String::new() };
            let at = time_of_day(text(&same[0], "at"));
            self.t.note(format!("{at} {kind}{many} by {actor}"));
        }
    }

    pub(super) async fn journey(&mut self) -> Came {
        let path = format!("/v1/orders/{}/journey", self.order);
        let journey = self.partner.get(&path).await?.expect(200)?;
        let stages = journey.list("/stages")?;
        for stage in stages {
            let (title, status) = (text(stage, "title"), text(stage, "status"));
            same(title, true, matches!(status, "done" | "not_needed"))?;
            let missing = stage["missing"].as_array().map_or(0, Vec::len);
            same(&format!("{title}: missing"), 0, missing)?;
        }
        let titles: Vec<_> = stages.iter().map(|s| text(s, "title")).collect();
        self.t.did(titles.join(" · "));
        let path = format!("/v1/history/{}", self.quote);
        let history = self.partner.get(&path).await?.expect(200)?;
        self.tell_history(history.list("/items")?);
        Ok(format!("all {} stages done", stages.len()))
    }
}

/// The time of day of an RFC 3339 moment.
fn time_of_day(moment: &str) -> &str {
    moment.split('T').nth(1).unwrap_or(moment).trim_end_matches('Z')
}

fn milestones(sub: &Value) -> impl Iterator<Item = &Value> {
    sub["milestones"].as_array().into_iter().flatten()
}
