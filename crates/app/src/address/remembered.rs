//! What an outside service has answered lately: bounded, and forgotten by the app's clock. A
//! failure is never kept.

use domain::time::Moment;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Answers by what was asked.
#[derive(Debug)]
pub(crate) struct Remembered<A> {
    most: usize,
    keep_ms: i64,
    kept: Mutex<Kept<A>>,
}

#[derive(Debug)]
struct Kept<A> {
    by_key: HashMap<String, (Moment, A)>,
    /// Oldest first.
    order: VecDeque<String>,
}

impl<A: Clone> Remembered<A> {
    /// At most so many, each for so long. With none of either, nothing is kept.
    pub(crate) fn new(most: usize, keep_ms: i64) -> Self {
        let kept = Kept { by_key: HashMap::new(), order: VecDeque::new() };
        Self { most: if keep_ms > 0 { most } else { 0 }, keep_ms, kept: Mutex::new(kept) }
    }

    /// The answer, unless it is too old, or from a time that is still to come.
    pub(crate) fn get(&self, key: &str, now: Moment) -> Option<A> {
        if self.most == 0 {
            return None;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, answer) = kept.by_key.get(key)?;
        let age = now.ms() - at.ms();
        (0..self.keep_ms).contains(&age).then(|| answer.clone())
    }

    pub(crate) fn put(&self, key: String, now: Moment, answer: A) {
        if self.most == 0 {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by_key.insert(key.clone(), (now, answer)).is_none() {
            kept.order.push_back(key);
        }
        while kept.order.len() > self.most {
            if let Some(oldest) = kept.order.pop_front() {
                kept.by_key.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Moment {
        Moment::from_ms(ms)
    }

    #[test]
    fn an_answer_is_kept_for_its_time_and_not_from_the_future() {
        let answers = Remembered::new(2, 1000);
        answers.put("a".into(), at(5000), 1);
        assert_eq!(answers.get("a", at(5000)), Some(1));
        assert_eq!(answers.get("a", at(5999)), Some(1));
        assert_eq!(answers.get("a", at(6000)), None);
        assert_eq!(answers.get("a", at(4999)), None);
        assert_eq!(answers.get("b", at(5000)), None);
    }

    #[test]
    fn the_oldest_makes_room_and_an_answer_may_be_renewed() {
        let answers = Remembered::new(2, 1000);
        answers.put("a".into(), at(0), 1);
        answers.put("b".into(), at(0), 2);
        answers.put("a".into(), at(900), 3);
        assert_eq!(answers.get("a", at(1500)), Some(3));
        answers.put("c".into(), at(900), 4);
        assert_eq!([answers.get("a", at(900)), answers.get("c", at(900))], [None, Some(4)]);
        assert_eq!(answers.get("b", at(900)), Some(2));
    }

    #[test]
    fn without_room_nothing_is_kept() {
        for answers in [Remembered::new(0, 1000), Remembered::new(5, 0)] {
            answers.put("a".into(), at(0), 1);
            assert_eq!(answers.get("a", at(0)), None);
        }
    }
}
