//! What a test waits for, and for how long.

use std::time::{Duration, Instant};

/// Far longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until `holds`: not for ever, so that a test that waits in vain fails and says for what.
///
/// # Panics
/// After two minutes.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::task::yield_now().await;
    }
}
