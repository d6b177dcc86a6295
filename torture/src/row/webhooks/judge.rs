//! Whether everything came that had to, and how soon.

use super::heard::{Log, Told};
use crate::database::Database;
use domain::time::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// Losses that are told one by one.
const SHOWN: usize = 10;

/// What each receiver must have taken: its number and the event.
pub(super) type Expected = BTreeSet<(usize, String)>;

/// What must come, by what the database says that happened.
pub(super) async fn expected(database: &Database, log: &Log) -> Expected {
    let sql = "select tenant, id, kind from event \
        where kind like 'opportunity.%' or kind like 'quote.%'";
    let mut by_partner: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in database.rows(sql).await {
        let text = |column| row.text(column).expect("a text").to_owned();
        by_partner.entry(text(0)).or_default().push((text(1), text(2)));
    }
    let mut expected = Expected::new();
    for (number, owner) in log.owners().iter().enumerate() {
        let tenant = format!("{}.test", &owner.partner[..15]);
        let events = by_partner.get(&tenant).into_iter().flatten();
        let heard = events.filter(|(_, kind)| owner.listens_to(kind));
        expected.extend(heard.map(|(id, _)| (number, id.clone())));
    }
    expected
}

/// What is lost, or came from nowhere.
pub(super) async fn losses(database: &Database, expected: &Expected, told: &Told) -> Vec<String> {
    let mut wrong = told.wrong.clone();
    if told.faults > told.wrong.len() {
        wrong.push(format!("{} messages were wrong", told.faults));
    }
    let lost: Vec<_> = expected.iter().filter(|one| !told.taken.contains_key(one)).collect();
    if !lost.is_empty() {
        wrong.push(format!("{} of {} deliveries are lost", lost.len(), expected.len()));
    }
    let name = |(number, id): &&(usize, String)| format!("receiver {number} never got event {id}");
    wrong.extend(lost.iter().copied().take(SHOWN).map(|one| name(&one)));
    let rows = database.rows("select id from event").await;
    let known: BTreeSet<&str> = rows.iter().map(|row| row.text(0).expect("a text")).collect();
    let unknown = told.taken.keys().filter(|(_, id)| !known.contains(id.as_str()));
    wrong.extend(unknown.take(SHOWN).map(|(_, id)| format!("event {id} never happened")));
    wrong.extend(database.audit().await);
    wrong
}

/// Milliseconds from event to arrival.
#[derive(Debug, Default)]
pub(super) struct Lateness(Vec<i64>);

impl Lateness {
    /// Of these receivers, and of events that did not happen in one of the stretches.
    pub(super) fn of(
        told: &Told,
        receivers: &BTreeSet<usize>,
        without: &[(Moment, Moment)],
    ) -> Self {
        let counts = |number: &usize, happened: &Moment| {
            let within = |(from, until): &(Moment, Moment)| from <= happened && happened <= until;
            receivers.contains(number) && !without.iter().any(within)
        };
        let mut all: Vec<i64> = told
            .taken
            .iter()
            .filter(|((number, _), (_, happened))| counts(number, happened))
            .map(|(_, (came, happened))| came.ms() - happened.ms())
            .collect();
        all.sort_unstable();
        Self(all)
    }

    /// None where there was nothing.
    pub(super) fn percentile(&self, hundredths: usize) -> Option<i64> {
        let at = (self.0.len() * hundredths / 100).min(self.0.len().checked_sub(1)?);
        self.0.get(at).copied()
    }

    pub(super) fn words(&self) -> String {
        match (self.percentile(50), self.percentile(99), self.0.last()) {
            (Some(half), Some(most), Some(last)) => {
                let count = self.0.len();
                format!("p50 {half} ms, p99 {most} ms, longest {last} ms, of {count}")
            }
            _ => "nothing".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_of_the_given_receivers_outside_of_the_given_stretches() {
        let mut told = Told::default();
        let mut take = |number: usize, id: &str, happened: i64, late: i64| {
            let (came, happened) = (Moment::from_ms(happened + late), Moment::from_ms(happened));
            told.taken.insert((number, id.to_owned()), (came, happened));
        };
        take(0, "a", 1000, 5);
        take(0, "b", 2000, 900);
        take(1, "a", 1000, 7000);
        let healthy = BTreeSet::from([0]);
        let calm = [(Moment::from_ms(1900), Moment::from_ms(2100))];
        assert_eq!(Lateness::of(&told, &healthy, &[]).percentile(99), Some(900));
        assert_eq!(Lateness::of(&told, &healthy, &calm).percentile(99), Some(5));
        assert_eq!(Lateness::of(&told, &BTreeSet::new(), &[]).percentile(99), None);
    }
}
