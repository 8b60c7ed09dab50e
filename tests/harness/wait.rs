//! Waiting across processes: looks again until it is true or the bound is over, and then says what it last saw.
//!
//! Enters: what is waited for, a bound, a look. Leaves: what the look found. Never waits longer than the bound and one
//! look.

use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until `look` answers `Ok`. Its error says what was seen instead.
///
/// # Errors
/// After `bound`: what was waited for, for how long, and what the last look saw.
pub fn wait_until<T>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut() -> Result<T, String>,
) -> anyhow::Result<T> {
    let begin = Instant::now();
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(seen) if begin.elapsed() >= bound => {
                anyhow::bail!("waited {bound:?} for {what}; last seen: {seen}");
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
