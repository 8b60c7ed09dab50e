//! Bytes that the agent caused on the wire, by cause. TLS bytes at the socket: TCP and IP headers are not in it.
//!
//! Enters: a cause and a number of bytes. Leaves: totals. Satellite bytes are bought; an operator must see for what.

use serde::Serialize;

/// What bytes were for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// TLS handshake, CONNECT and its answer.
    Handshake,
    /// Birth, silence, farewell.
    Status,
    /// Keep-alive.
    Ping,
    /// Records made since the session opened.
    Records,
    /// Records of an urgent kind.
    Urgent,
    /// Records that waited for a session.
    Backlog,
    /// Answers to commands, and their receipts.
    Command,
}

/// Totals since the agent started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Account {
    /// Sent for handshakes.
    pub handshake_bytes: u64,
    /// Sent for status messages.
    pub status_bytes: u64,
    /// Sent for pings.
    pub ping_bytes: u64,
    /// Sent for records.
    pub records_bytes: u64,
    /// Sent for urgent records.
    pub urgent_bytes: u64,
    /// Sent for the backlog.
    pub backlog_bytes: u64,
    /// Sent for commands.
    pub command_bytes: u64,
    /// Received, for whatever cause.
    pub received_bytes: u64,
}

impl Account {
    /// Adds sent bytes to a cause.
    pub const fn sent(&mut self, cause: Cause, bytes: u64) {
        let total = match cause {
            Cause::Handshake => &mut self.handshake_bytes,
            Cause::Status => &mut self.status_bytes,
            Cause::Ping => &mut self.ping_bytes,
            Cause::Records => &mut self.records_bytes,
            Cause::Urgent => &mut self.urgent_bytes,
            Cause::Backlog => &mut self.backlog_bytes,
            Cause::Command => &mut self.command_bytes,
        };
        *total = total.saturating_add(bytes);
    }

    /// All bytes sent.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        [
            self.handshake_bytes,
            self.status_bytes,
            self.ping_bytes,
            self.records_bytes,
            self.urgent_bytes,
            self.backlog_bytes,
            self.command_bytes,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}
