//! The one task that commits: takes what waits, makes one transaction of it, and answers when the disk has it.
//!
//! Enters: judged arrivals. Leaves, in this order and never another: the commit, then the acks, then the PUBACKs, then
//! the fleet's fold. There is no timer: while one commit syncs, the next group gathers. A commit that fails is answered
//! with "not now", is acknowledged to nobody, and makes the controller doubt itself.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};

use super::figures::Counters;
use super::plan::{Judged, Plan, Planner};
use crate::clock::{Clock, Now};
use crate::door::outbox::Verdict;
use crate::fleet::{DOUBT_DATABASE, Fleet};
use crate::history::History;
use crate::store::StoreError;

/// Most arrivals of one transaction: 500 x 800 B; more brings no speed and only makes the first ones wait.
pub const GROUP_MAX: usize = 500;
/// A wall clock that moves by more than this against the monotonic one was set.
const JUMP_MS: i64 = 5_000;

/// An arrival with its share of the queue's bytes.
#[derive(Debug)]
pub struct Queued {
    /// The arrival.
    pub judged: Judged,
    /// Given back when it is answered.
    pub bytes: OwnedSemaphorePermit,
}

/// The task's state.
#[derive(Debug)]
pub struct Committer {
    /// Where to.
    pub history: History,
    /// Told behind each commit.
    pub fleet: Fleet,
    /// Read for durations and jumps.
    pub clock: Clock,
    /// The streams.
    pub planner: Planner,
    /// What is counted.
    pub counters: Arc<Counters>,
    /// The last instant, to see the wall clock jump.
    pub last: Now,
}

impl Committer {
    /// Runs until every sender is gone or `stop` says so; then commits what waits and ends.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Queued>, mut stop: watch::Receiver<bool>) {
        let mut waiting = Vec::with_capacity(GROUP_MAX);
        let mut stopping = false;
        loop {
            let taken = tokio::select! {
                taken = queue.recv_many(&mut waiting, GROUP_MAX) => taken,
                changed = stop.changed(), if !stopping => {
                    stopping = changed.is_err() || *stop.borrow();
                    if stopping {
                        // Senders are refused from now on; what they had sent is still taken.
                        queue.close();
                    }
                    continue;
                }
            };
            if taken == 0 {
                return;
            }
            self.group(std::mem::take(&mut waiting)).await;
        }
    }

    async fn group(&mut self, arrivals: Vec<Queued>) {
        self.watch_clock();
        let received = arrivals.iter().map(|queued| queued.judged.received.monotonic).min();
        let (judged, permits): (Vec<_>, Vec<_>) =
            arrivals.into_iter().map(|queued| (queued.judged, queued.bytes)).unzip();
        let mut plan = self.planner.plan(judged);
        let begun = self.clock.monotonic();
        if plan.is_new()
            && let Err(error) = self.history.append(&plan.group).await
        {
            self.failed(plan, &error);
            return;
        }
        let now = self.clock.now();
        let took = now.monotonic.saturating_duration_since(begun);
        let records = plan.group.records.len();
        tracing::debug!(name: "commit.synced", records, duration_ms = took.as_secs_f64() * 1_000.0, "commit.synced");
        self.planner.settle(&mut plan);
        self.read_again(&plan).await;
        answer(&plan);
        self.counters.quota(plan.refused);
        self.complain(&plan, now);
        let delay = received.map_or(took, |received| now.monotonic.saturating_duration_since(received));
        self.counters.committed(now.monotonic, records, plan.again, delay, took);
        self.fleet.fold(plan.folds, now);
        if records > 0 {
            self.fleet.doubt_ends(DOUBT_DATABASE, now);
        }
        drop(permits);
    }

    fn failed(&self, plan: Plan, error: &StoreError) {
        tracing::error!(
            %error,
            cause = ?std::error::Error::source(error),
            arrivals = plan.pubacks.len(),
            "nothing of a group could be stored; the nodes hold it"
        );
        self.counters.failed(plan.pubacks.len());
        self.fleet.doubt_begins(DOUBT_DATABASE, self.clock.now());
        for (outbox, packet, verdict) in plan.pubacks {
            let verdict = if verdict == Verdict::Stored { Verdict::NotNow } else { verdict };
            outbox.puback(packet, verdict);
        }
    }

    fn complain(&self, plan: &Plan, now: Now) {
        for (node, why) in &plan.unreadable {
            self.counters.unreadable();
            if let Some(kept_back) = self.counters.may_complain(*node, now.monotonic) {
                tracing::warn!(node.id = %node, why, kept_back, "the body of a record cannot be read; it is kept as it came");
            }
        }
        if plan.refused > 0 {
            tracing::warn!(
                records = plan.refused,
                "records of new streams were refused: their nodes have too many"
            );
        }
    }

    /// Failing to read is no harm: the stream stays marked and is tried again after its next commit.
    async fn read_again(&mut self, plan: &Plan) {
        for (node, epoch, number, from) in self.planner.to_read_again(plan) {
            match self.history.stored_ranges(number, from).await {
                Ok(ranges) => self.planner.read_again(node, epoch, &ranges),
                Err(error) => {
                    tracing::warn!(node.id = %node, %error, "a ragged stream could not be read again")
                }
            }
        }
    }

    fn watch_clock(&mut self) {
        let now = self.clock.now();
        let ran = now.monotonic.saturating_duration_since(self.last.monotonic).as_millis();
        let ran = i64::try_from(ran).unwrap_or(i64::MAX);
        let jumped_ms = now.wall.since_ms(self.last.wall).saturating_sub(ran);
        self.last = now;
        if jumped_ms.saturating_abs() > JUMP_MS {
            tracing::warn!(
                jumped_ms,
                "the controller's wall clock was set; times of unsynchronised nodes are learned anew"
            );
            self.planner.clock_jumped(jumped_ms, now.monotonic);
            self.counters.clock_jumped(now.monotonic, jumped_ms);
        }
    }
}

fn answer(plan: &Plan) {
    for (outbox, ack) in &plan.acks {
        tracing::debug!(name: "ack.queued", epoch = ack.epoch.0, below = ack.below.0, "ack.queued");
        outbox.ack(ack.clone());
    }
    for (outbox, packet, verdict) in &plan.pubacks {
        tracing::debug!(name: "puback.queued", packet = packet.0, verdict = ?verdict, "puback.queued");
        outbox.puback(*packet, *verdict);
    }
}
