//! The controller's own MQTT 5 door: one certificate, one node, its own topics, nothing else.
//!
//! Enters: TLS connections from `listen`, words for a session through its [`outbox`]. Leaves: records to `ingest`, hints to
//! `fleet`, PUBACKs and acks to nodes. Never a broker: nothing a node says reaches another node, nothing is kept here.
//!
//! `codec` knows packets, `engine` what they mean, `session` the socket, `sessions` who is connected, `identify` and `tls` who
//! may be.

pub mod codec;
pub mod counters;
pub mod engine;
pub mod identify;
pub mod outbox;
mod report;
pub mod session;
pub mod sessions;
#[cfg(test)]
pub(crate) mod testing;
pub mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_protocol::ids::NodeId;

pub use self::counters::{Counters, Refusal, Total};
pub use self::outbox::{Goodbye, Outbox, PacketId, Verdict};
pub use self::sessions::Sessions;
pub use self::tls::{Tls, TlsError};

use self::codec::ConnectRefusal;
use self::engine::{End, Refused};
use self::report::Throttle;
use crate::clock::Clock;
use crate::fleet::Fleet;
use crate::ingest::Ingest;

/// How often due wills are looked for; a will is a hint and may be a second late.
const WILL_CHECK: Duration = Duration::from_secs(1);

/// What every session shares.
#[derive(Debug)]
pub struct Door {
    ingest: Ingest,
    fleet: Fleet,
    clock: Clock,
    /// Who is connected.
    pub sessions: Arc<Sessions>,
    refusals: Throttle,
    foreign: Throttle,
    faults: Throttle,
}

impl Door {
    /// A door that hands records to `ingest` and asks `fleet` who may come in.
    #[must_use]
    pub fn new(ingest: Ingest, fleet: Fleet, clock: Clock, sessions: Arc<Sessions>) -> Arc<Self> {
        Arc::new(Self {
            ingest,
            fleet,
            clock,
            sessions,
            refusals: Throttle::default(),
            foreign: Throttle::default(),
            faults: Throttle::default(),
        })
    }

    /// The present, as the door's deadlines count it.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.monotonic()
    }

    /// Delivers wills as they become due, until dropped; nothing is lost by dropping it.
    pub async fn deliver_wills(self: Arc<Self>) {
        let mut tick = tokio::time::interval(WILL_CHECK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let now = self.clock.now();
            for (node, status) in self.sessions.due_wills(now.monotonic) {
                self.fleet.status_heard(node, status, now);
            }
        }
    }

    /// Counts a connection that was refused, and says so, not too often. Never says from where.
    pub fn refused(&self, why: Refusal, node: Option<NodeId>) {
        self.sessions.counters.refused(why);
        let Some(kept_back) = self.refusals.admit(self.clock.monotonic()) else { return };
        let reason = why.word();
        match node {
            Some(node) => {
                tracing::warn!(node.id = %node, reason, kept_back, "connection refused: {}", why.advice());
            }
            // Anyone can knock at an open port: that is no reason to wake a person.
            None => tracing::info!(reason, kept_back, "connection refused: {}", why.advice()),
        }
    }

    fn refused_publish(&self, what: Refused, node: NodeId) {
        let counters = &self.sessions.counters;
        let (counter, text) = match what {
            Refused::ForeignTopic => {
                (&counters.foreign_topics, "a node published on a topic that is not its own")
            }
            Refused::ForeignFilter => {
                (&counters.foreign_filters, "a node asked for what is not meant for it")
            }
            Refused::Unanswerable => {
                (&counters.refused_publishes, "a node sent a record at QoS 0; it was dropped")
            }
            Refused::BadStatus => (&counters.refused_publishes, "a node sent a status that cannot be read"),
        };
        Counters::one(counter);
        if let Some(kept_back) = self.foreign.admit(self.clock.monotonic()) {
            tracing::warn!(node.id = %node, kept_back, "{text}; refused, the connection goes on");
        }
    }

    fn ended(&self, end: End, node: NodeId) {
        match end {
            End::Refused(ConnectRefusal::NotAuthorised(_)) => {}
            End::Refused(why) => {
                tracing::debug!(node.id = %node, ?why, "CONNECT refused");
                self.refused(Refusal::Connect, Some(node));
            }
            End::NoConnect => self.refused(Refusal::TooSlow, Some(node)),
            End::Fault(_) | End::ReceiveMax => {
                Counters::one(&self.sessions.counters.faults);
                if let Some(kept_back) = self.faults.admit(self.clock.monotonic()) {
                    tracing::warn!(node.id = %node, ?end, kept_back, "session ended: the node broke the protocol");
                }
            }
            End::KeepAlive | End::Left(_) | End::Cut | End::Goodbye(_) => {
                tracing::debug!(node.id = %node, ?end, "session ended");
            }
        }
    }
}
