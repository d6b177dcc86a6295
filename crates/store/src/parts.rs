//! The same done to each of very many: on all processors, in order.

use crate::StoreError;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// Fewer than these are not worth a thread.
const FEW: usize = 256;
/// Threads, at most.
const MOST_THREADS: usize = 8;

/// What `part` makes of all of them, in their order. Of very many each thread is given a part.
///
/// # Errors
/// The first one's, in their order.
pub(crate) fn in_parts<T: Sync, R: Send>(
    items: &[T],
    part: impl Fn(&[T]) -> Result<Vec<R>, StoreError> + Sync,
) -> Result<Vec<R>, StoreError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    if items.len() < FEW || threads == 1 {
        return part(items);
    }
    let mut parts = items.chunks(items.len().div_ceil(threads));
    let mine = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let part = &part;
        let others: Vec<_> = parts.map(|items| scope.spawn(move || part(items))).collect();
        let mut all = part(mine)?;
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubled(items: &[usize]) -> Result<Vec<usize>, StoreError> {
        if let Some(wrong) = items.iter().find(|item| **item % 3000 == 2999) {
            return Err(StoreError::ours(format!("{wrong}")));
        }
        Ok(items.iter().map(|item| item * 2).collect())
    }

    #[test]
    fn many_are_as_few() {
        for count in [0, 1, FEW - 1, FEW, 2500] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(in_parts(&items, doubled), doubled(&items), "{count}");
        }
        let wrong: Vec<usize> = (2990..9000).collect();
        assert_eq!(in_parts(&wrong, doubled), Err(StoreError::ours("2999".to_owned())));
    }
}
