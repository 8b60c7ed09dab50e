//! From an arrival to a commit and its acknowledgement.
//!
//! Enters: payloads of nodes that the door has let in. Leaves: rows in history, answers in the session's mailbox, folds of
//! the fleet. A payload is judged in its session's own task, so that rubbish costs only its sender; what can be stored
//! waits in one queue, bounded in number and bytes, for the one task that commits. Nothing is answered before its commit.

pub mod committer;
pub mod figures;
pub mod judge;
pub mod plan;
pub mod ranges;
pub mod streams;
#[cfg(test)]
pub(crate) mod tests;
pub mod times;

use std::sync::Arc;

use bytes::Bytes;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::record::RECORD_BYTES_MAX;
use holdfast_protocol::time::WallMs;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use crate::clock::{Clock, Now};
use crate::door::outbox::{Outbox, PacketId, Verdict};
use crate::fleet::Fleet;
use crate::history::History;
use crate::store::StoreError;
use committer::{Committer, Queued};
use figures::Counters;
pub use figures::Figures;
use judge::Refusal;
use plan::{Judged, Planner};

/// Arrivals that wait at most: 2 s of the slowest measured order (4,200 rows/s).
const QUEUE_MAX: usize = 8_192;
/// Bytes that wait at most: 64 MiB, so that 8,192 records of 255 KiB do not become 2 GiB. 8,192 usual ones are 7 MiB.
const QUEUE_BYTES_MAX: usize = 64 << 20;
const _: () = assert!(QUEUE_BYTES_MAX >= RECORD_BYTES_MAX, "the largest record has to fit into the queue");

/// A PUBLISH of a node on one of its record topics.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The node of the session's certificate.
    pub node: NodeId,
    /// The payload.
    pub payload: Bytes,
    /// When it was received.
    pub received: WallMs,
    /// Its packet.
    pub packet: PacketId,
    /// Who waits for the answer.
    pub outbox: Arc<Outbox>,
}

/// The way in. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Queued>,
    bytes: Arc<Semaphore>,
    counters: Arc<Counters>,
    clock: Clock,
    stop: Arc<watch::Sender<bool>>,
}

impl Ingest {
    /// Reads the streams and starts the task that commits. The handle ends after [`Ingest::close`], when all that waited
    /// is committed and answered.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(
        history: History,
        fleet: Fleet,
        clock: Clock,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let newest: Vec<_> = history.node_states().await?.into_iter().map(|loaded| loaded.state).collect();
        let planner = Planner::restore(history.streams().await?, &newest, &history.boots().await?);
        let counters = Arc::new(Counters::default());
        let (queue, receiver) = mpsc::channel(QUEUE_MAX);
        let (stop, stopped) = watch::channel(false);
        let committer =
            Committer { history, fleet, clock, planner, counters: Arc::clone(&counters), last: clock.now() };
        let task = tokio::spawn(committer.run(receiver, stopped));
        let bytes = Arc::new(Semaphore::new(QUEUE_BYTES_MAX));
        Ok((Self { queue, bytes, counters, clock, stop: Arc::new(stop) }, task))
    }

    /// Takes an arrival. Waits while the queue is full; the answer comes by the outbox. Dropping the future before it
    /// returns drops the arrival unanswered, and the node sends it again. After [`Ingest::close`] the answer is "not now".
    pub async fn submit(&self, arrival: Arrival) {
        let received = Now { wall: arrival.received, monotonic: self.clock.monotonic() };
        let taken = match judge::judge(arrival.node, &arrival.payload) {
            Ok(taken) => taken,
            Err(refusal) => {
                self.complain(arrival.node, &refusal, received);
                arrival.outbox.puback(arrival.packet, refusal.verdict());
                return;
            }
        };
        let size = u32::try_from(arrival.payload.len()).unwrap_or(u32::MAX);
        let Arrival { node, packet, outbox, payload, .. } = arrival;
        drop(payload);
        let Ok(bytes) = Arc::clone(&self.bytes).acquire_many_owned(size).await else { return };
        let judged = Judged { node, taken, received, packet, outbox: Arc::clone(&outbox) };
        if self.queue.send(Queued { judged, bytes }).await.is_err() {
            outbox.puback(packet, Verdict::NotNow);
        }
    }

    /// Takes nothing more; what was taken is still committed and answered.
    pub fn close(&self) {
        self.stop.send_replace(true);
    }

    /// What was counted.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let queued = self.queue.max_capacity().saturating_sub(self.queue.capacity());
        self.counters.figures(self.clock.monotonic(), queued)
    }

    fn complain(&self, node: NodeId, refusal: &Refusal, now: Now) {
        match refusal {
            Refusal::Unusable(_) => self.counters.unusable(),
            Refusal::Foreign { .. } => self.counters.foreign(),
        }
        if let Some(kept_back) = self.counters.may_complain(node, now.monotonic) {
            tracing::warn!(node.id = %node, %refusal, kept_back, "a record was refused");
        }
    }
}
