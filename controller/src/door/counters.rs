//! What the door counts, for `/metrics` and Health. Totals since the start of the program; they only grow.
//!
//! Enters: events of listeners and sessions. Leaves: numbers. Never says who: no node, no address is in them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why a connection was refused before it was a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The client sent no certificate.
    NoCertificate,
    /// The certificate's time is over, by the controller's clock.
    Expired,
    /// The certificate's time has not come, by the controller's clock.
    NotYetValid,
    /// The certificate is not of this fleet's authority.
    Foreign,
    /// The certificate cannot be read, or its name is not that of the node to which its key belongs.
    Unreadable,
    /// The registry does not know the certificate's key.
    Unknown,
    /// The node was revoked.
    Revoked,
    /// The client speaks no TLS 1.3, or nothing else in common.
    Incompatible,
    /// The handshake or CONNECT took too long.
    TooSlow,
    /// The handshake broke off in another way.
    Broken,
    /// CONNECT was refused.
    Connect,
    /// The listener had no room.
    Full,
}

impl Refusal {
    /// All of them, in the order in which [`Counters::each`] gives them.
    pub const ALL: [Self; 12] = [
        Self::NoCertificate,
        Self::Expired,
        Self::NotYetValid,
        Self::Foreign,
        Self::Unreadable,
        Self::Unknown,
        Self::Revoked,
        Self::Incompatible,
        Self::TooSlow,
        Self::Broken,
        Self::Connect,
        Self::Full,
    ];

    /// Its stable word in metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Foreign => "foreign",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Incompatible => "incompatible",
            Self::TooSlow => "too_slow",
            Self::Broken => "broken",
            Self::Connect => "connect",
            Self::Full => "full",
        }
    }

    /// In words, for the log: what is wrong and what to do.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NoCertificate => "no client certificate was sent; nodes enrol first (holdfast enrol)",
            Self::Expired => {
                "the node's certificate has expired, or this controller's clock is ahead; check the clock, else enrol the node again"
            }
            Self::NotYetValid => "the node's certificate is not valid yet; check this controller's clock",
            Self::Foreign => "the certificate was not issued by this fleet's authority",
            Self::Unreadable => "the certificate's name is not that of the node which owns its key",
            Self::Unknown => "the registry does not know the certificate's key; enrol the node again",
            Self::Revoked => "the node was revoked",
            Self::Incompatible => "the client offers no TLS 1.3 or no protocol that is spoken here",
            Self::TooSlow => {
                "the ClientHello took longer than 3 seconds, or handshake and CONNECT longer than 10"
            }
            Self::Broken => "the handshake broke off",
            Self::Connect => "CONNECT was refused",
            Self::Full => "the listener has no room for another connection",
        }
    }
}

/// The totals.
#[derive(Debug, Default)]
pub struct Counters {
    /// TLS handshakes that ended well on a way to MQTT.
    pub handshakes: AtomicU64,
    /// MQTT sessions opened.
    pub sessions: AtomicU64,
    /// Bytes of MQTT read, TLS not counted.
    pub bytes_in: AtomicU64,
    /// Bytes of MQTT written, TLS not counted.
    pub bytes_out: AtomicU64,
    /// Records handed to ingest.
    pub records: AtomicU64,
    /// Status messages heard.
    pub statuses: AtomicU64,
    /// Publishes on a topic that is not the node's own.
    pub foreign_topics: AtomicU64,
    /// Subscriptions to what is not for the node.
    pub foreign_filters: AtomicU64,
    /// Publishes refused for another reason.
    pub refused_publishes: AtomicU64,
    /// Sessions ended because the node broke the protocol.
    pub faults: AtomicU64,
    refused: [AtomicU64; Refusal::ALL.len()],
}

/// One total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Metric name without the prefix of the program and without `_total`.
    pub name: &'static str,
    /// Value of the label `reason`, or "" for a metric without it.
    pub reason: &'static str,
    /// How many.
    pub count: u64,
}

impl Counters {
    /// Adds one.
    pub fn one(counter: &AtomicU64) {
        Self::add(counter, 1);
    }

    /// Adds a length.
    pub fn add(counter: &AtomicU64, by: usize) {
        counter.fetch_add(u64::try_from(by).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Counts a connection that was refused.
    pub fn refused(&self, why: Refusal) {
        let counters = Refusal::ALL.iter().zip(&self.refused);
        for (_, counter) in counters.filter(|(refusal, _)| **refusal == why) {
            Self::one(counter);
        }
    }

    /// How many connections were refused for that.
    #[must_use]
    pub fn refusals(&self, why: Refusal) -> u64 {
        let mut counters = Refusal::ALL.iter().zip(&self.refused);
        counters.find(|(refusal, _)| **refusal == why).map_or(0, |(_, count)| count.load(Ordering::Relaxed))
    }

    /// All totals, for `/metrics`.
    #[must_use]
    pub fn each(&self) -> Vec<Total> {
        let plain = [
            ("door_handshakes", &self.handshakes),
            ("door_sessions", &self.sessions),
            ("door_bytes_in", &self.bytes_in),
            ("door_bytes_out", &self.bytes_out),
            ("door_records", &self.records),
            ("door_statuses", &self.statuses),
            ("door_foreign_topics", &self.foreign_topics),
            ("door_foreign_filters", &self.foreign_filters),
            ("door_refused_publishes", &self.refused_publishes),
            ("door_faults", &self.faults),
        ];
        let plain = plain.into_iter().map(|(name, counter)| (name, "", counter));
        let refused = Refusal::ALL.iter().zip(&self.refused);
        let refused = refused.map(|(why, counter)| ("door_refused", why.word(), counter));
        let total = |(name, reason, counter): (_, _, &AtomicU64)| Total {
            name,
            reason,
            count: counter.load(Ordering::Relaxed),
        };
        plain.chain(refused).map(total).collect()
    }
}
