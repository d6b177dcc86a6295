//! Requests of one credential under way: nobody's slow requests take all the places.

use super::Class;
use domain::code::Code;
use domain::id::Id;
use domain::refusal::Refusal;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who holds how many places. A credential without any is not in it.
#[derive(Debug)]
pub(super) struct Shares {
    most: Places,
    held: Mutex<HashMap<Id, Places>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Places {
    work: u32,
    waiting: u32,
}

impl Places {
    const fn of(&mut self, class: Class) -> &mut u32 {
        match class {
            Class::Work => &mut self.work,
            Class::Waiting => &mut self.waiting,
        }
    }
}

/// One place; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    shares: Arc<Shares>,
    credential: Id,
    class: Class,
}

impl Shares {
    /// 0: no limit.
    pub(super) fn new(work: u32, waiting: u32) -> Self {
        Self { most: Places { work, waiting }, held: Mutex::default() }
    }

    /// A place of `class`. None: there is no limit to it.
    pub(super) fn take(
        self: &Arc<Self>,
        credential: Id,
        class: Class,
    ) -> Result<Option<Share>, Refusal> {
        let mut most = self.most;
        let most = *most.of(class);
        if most == 0 {
            return Ok(None);
        }
        let mut held = self.held();
        let count = held.entry(credential).or_default().of(class);
        if *count >= most {
            let what = match class {
                Class::Work => "requests",
                Class::Waiting => "waiting reads and event streams",
            };
            let detail = format!("{most} {what} of this credential are under way");
            return Err(Refusal::new(Code::TooManyConcurrent, detail));
        }
        *count += 1;
        Ok(Some(Share { shares: Arc::clone(self), credential, class }))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Id, Places>> {
        // Each change is one step: a panic leaves counts that are right.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        let Some(places) = held.get_mut(&self.credential) else { return };
        let count = places.of(self.class);
        *count = count.saturating_sub(1);
        if *places == Places::default() {
            held.remove(&self.credential);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::Kind;

    #[test]
    fn places_are_counted_per_credential_and_class_and_come_back() {
        let shares = Arc::new(Shares::new(2, 1));
        let (one, two) = (Id::new(Kind::Credential, 0, 1), Id::new(Kind::Credential, 0, 2));
        let first = shares.take(one, Class::Work).unwrap();
        let second = shares.take(one, Class::Work).unwrap();
        let refused = shares.take(one, Class::Work).unwrap_err();
        assert_eq!(refused.code, Code::TooManyConcurrent);
        let waiting = shares.take(one, Class::Waiting).unwrap();
        assert!(shares.take(one, Class::Waiting).is_err());
        assert!(shares.take(two, Class::Work).unwrap().is_some());
        drop(first);
        let again = shares.take(one, Class::Work).unwrap();
        assert!(shares.take(one, Class::Work).is_err());
        drop((second, waiting, again));
        assert!(shares.held().is_empty(), "who has no place is forgotten");
    }

    #[test]
    fn no_limit_counts_nothing() {
        let shares = Arc::new(Shares::new(0, 0));
        let one = Id::new(Kind::Credential, 0, 1);
        assert!(shares.take(one, Class::Work).unwrap().is_none());
        assert!(shares.held().is_empty());
    }
}
