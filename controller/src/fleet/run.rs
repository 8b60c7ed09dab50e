//! The task that lets the fleet's time pass and stores its words.
//!
//! Enters: a clock and the sign to stop. Leaves: a tick a second, stored changes of words, a sign of life every 10 s. A
//! database that does not take the words makes the controller doubt itself until it takes them again.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::{DOUBT_DATABASE, Fleet};
use crate::clock::Clock;
use crate::history::History;

/// Words change by seconds; pages hear of it at most this often a node.
const TICK: Duration = Duration::from_secs(1);
/// How exactly the controller's own downtime is known.
const ALIVE_EVERY: Duration = Duration::from_secs(10);

/// Runs until `stop` says so, then stores what waits. Dropping the future loses at most the last second of words.
pub async fn run(fleet: Fleet, history: History, clock: Clock, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut alive_at = clock.monotonic();
    let mut stopping = false;
    while !stopping {
        let gone = tokio::select! {
            _ = ticks.tick() => false,
            changed = stop.changed() => changed.is_err(),
        };
        stopping = gone || *stop.borrow();
        let now = clock.now();
        fleet.tick(now);
        let alive = stopping || now.monotonic.saturating_duration_since(alive_at) >= ALIVE_EVERY;
        if alive {
            alive_at = now.monotonic;
        }
        store(&fleet, &history, clock, alive).await;
    }
}

async fn store(fleet: &Fleet, history: &History, clock: Clock, alive: bool) {
    let pending = fleet.take_pending();
    if pending.is_empty() && !alive {
        fleet.put_back(pending);
        return;
    }
    let written = history.append_words(&pending.presence, &pending.agents, pending.silences.values()).await;
    let written = match written {
        Ok(()) if alive => history.alive(fleet.run_id(), clock.wall()).await,
        other => other.inspect_err(|_| fleet.put_back(pending)),
    };
    match written {
        Ok(()) => fleet.doubt_ends(DOUBT_DATABASE, clock.now()),
        Err(error) if error.is_temporary() => {
            tracing::warn!(%error, cause = ?std::error::Error::source(&error), "words about nodes wait to be stored");
            fleet.doubt_begins(DOUBT_DATABASE, clock.now());
        }
        Err(error) => {
            tracing::error!(%error, cause = ?std::error::Error::source(&error), "words about nodes cannot be stored");
            fleet.doubt_begins(DOUBT_DATABASE, clock.now());
        }
    }
}
