//! Two decisions as one change: the second was made on what the first would have written.

use super::{Change, Mode, Record};
use crate::id::Id;
use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

type Place = (Discriminant<Record>, Id);

fn place(record: &Record) -> Place {
    (discriminant(record), record.concerns().0)
}

impl Change {
    /// What was decided next, on what this change made: each object is written once, as it is at
    /// last, and all of its events stay.
    #[must_use]
    pub fn followed_by(mut self, next: Self) -> Self {
        let first = self.puts.iter().enumerate();
        let places: HashMap<Place, usize> = first.map(|(at, p)| (place(&p.record), at)).collect();
        for put in next.puts {
            match places.get(&place(&put.record)) {
                Some(at) if matches!(put.mode, Mode::Update { .. }) => {
                    self.puts[*at].record = put.record;
                }
                _ => self.puts.push(put),
            }
        }
        self.events.extend(next.events);
        self.jobs.extend(next.jobs);
        self
    }
}
