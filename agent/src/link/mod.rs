//! The link: brings what the spool holds to the controller and what the controller acknowledges to the spool.
//!
//! The way: `driver` connects again and again, `dial` makes a connection, `running` owns it; `feed` stands between the spool
//! and `session`, the pure machine of one MQTT session; `backoff` says how long to wait between sessions; `codec` is the one
//! file that knows MQTT packets; `tls` says whom to trust; `socket` counts bytes; `tcp_info` reads what the kernel knows of
//! the connection; `voice` sees to it that a trouble is logged once. Newest records go first. Never frees a record itself.

pub mod account;
pub mod backoff;
pub mod codec;
mod dial;
pub mod driver;
mod feed;
mod outages;
mod running;
pub mod session;
mod socket;
pub mod tcp_info;
pub mod tls;
mod voice;

use std::net::IpAddr;

use holdfast_protocol::event::OutageCause;
use holdfast_protocol::identity::NodeIdentity;
use holdfast_protocol::ids::BootCounter;
use holdfast_protocol::time::BootMs;

use account::Account;

/// What the link needs to know before it starts.
#[derive(Debug, Clone)]
pub struct LinkSettings {
    /// Who the node is and where its controller listens.
    pub identity: NodeIdentity,
    /// Which start of the node.
    pub boot: BootCounter,
    /// The agent's version, for the birth message.
    pub version: String,
    /// Longest wait between attempts, in milliseconds: [`backoff::LAST_MS`] unless configured.
    pub backoff_ms_max: u64,
    /// Seed of the jitter; different on every node.
    pub seed: u64,
}

/// What the link saw, for the connectivity probe and the status socket.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// When the present session opened, or none.
    pub connected_since: Option<BootMs>,
    /// When the last session ended, while there is none.
    pub down_since: Option<BootMs>,
    /// Why there is none, as far as the node can tell.
    pub down_cause: Option<OutageCause>,
    /// The connection's own address, which tells the interface.
    pub local: Option<IpAddr>,
    /// Smoothed round trip in microseconds, of a live connection.
    pub rtt_us: Option<u32>,
    /// Shortest round trip in microseconds, where the kernel says.
    pub rtt_us_min: Option<u32>,
    /// TCP segments sent again, over all connections since the agent started.
    pub retransmits: u64,
    /// Sessions opened since the agent started.
    pub sessions: u64,
    /// Sessions lost since the agent started.
    pub outages: u64,
    /// When the newest `ack` came.
    pub last_ack: Option<BootMs>,
    /// The controller is away while the link is alive.
    pub holding: bool,
    /// Bytes by cause.
    pub account: Account,
}

/// An outage that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// Why, as far as the node can tell: the first cause seen.
    pub cause: OutageCause,
    /// When it began.
    pub began: BootMs,
    /// When the next session opened.
    pub ended: BootMs,
    /// Attempts it took, the successful one included.
    pub attempts: u32,
}
