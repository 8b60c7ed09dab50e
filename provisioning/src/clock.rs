//! The one place in this crate that reads clocks.
//!
//! Enters: nothing. Leaves: wall time, which may be wrong by years on a node, and the second at which this program was
//! built, before which it cannot be.

use std::time::{SystemTime, UNIX_EPOCH};

use holdfast_protocol::time::WallMs;

/// What the wall clock says.
#[must_use]
pub fn wall() -> WallMs {
    let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    };
    WallMs(ms)
}

/// When this program's source was committed, seconds since 1970; 0 when nobody told the build.
#[must_use]
pub fn built_s() -> i64 {
    env!("HOLDFAST_BUILT_S").parse().unwrap_or(0)
}
