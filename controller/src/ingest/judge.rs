//! What an arrival is: a record of its own node, or a refusal. Pure.
//!
//! Enters: the node of the session and the payload. Leaves: a [`Taken`] with everything that ingest and fleet need of the
//! body, or a [`Refusal`]. A body that cannot be read does not make the record unusable: it is stored as it came.

use holdfast_protocol::block;
use holdfast_protocol::event::Event;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::lost::Lost;
use holdfast_protocol::record::{self, Kind, Record, RecordError};
use holdfast_protocol::time::BootMs;

use crate::door::outbox::Verdict;
use crate::fleet::digest::Digest;

/// A record that can be stored.
#[derive(Debug)]
pub struct Taken {
    /// The record.
    pub record: Record,
    /// First and last instant that it speaks of, on its boot's scale.
    pub first_at: BootMs,
    /// See `first_at`.
    pub last_at: BootMs,
    /// What its body says.
    pub content: Content,
}

/// What a body says, as far as the controller reads it.
#[derive(Debug)]
pub enum Content {
    /// A block: what is shown of it, how many frames it has, and how far apart, in ms.
    Block(Digest, usize, u64),
    /// An event.
    Event(Event),
    /// A loss.
    Lost(Lost),
    /// Kept and passed over: a kind of a later version, or one that others read.
    Opaque,
    /// Of a kind that is read here, but not well formed. Kept.
    Unreadable(String),
}

/// Why an arrival is not stored.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No record.
    #[error("the payload is no record: {0}")]
    Unusable(#[from] RecordError),
    /// It names another node.
    #[error(
        "the record names node {named}, but the certificate is of {node}; nothing is stored under another's name"
    )]
    Foreign {
        /// Whose certificate.
        node: NodeId,
        /// Whom the record names.
        named: NodeId,
    },
}

impl Refusal {
    /// What the node is told.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Unusable(_) => Verdict::Unusable,
            Self::Foreign { .. } => Verdict::NotAuthorised,
        }
    }
}

/// Judges a payload.
///
/// # Errors
/// [`Refusal`].
pub fn judge(node: NodeId, payload: &[u8]) -> Result<Taken, Refusal> {
    let record = record::decode(payload)?;
    if record.header.node != node {
        return Err(Refusal::Foreign { node, named: record.header.node });
    }
    let at = record.header.at;
    let mut taken = Taken { first_at: at, last_at: at, content: Content::Opaque, record };
    let body = &taken.record.body;
    taken.content = match taken.record.header.kind {
        Kind::Block => match block::decode(body, at) {
            Ok(block) => {
                taken.last_at = block.at(block.frames.saturating_sub(1));
                Content::Block(Digest::of(&block), block.frames, block.step_ms)
            }
            Err(error) => Content::Unreadable(error.to_string()),
        },
        Kind::Event => match Event::decode(body) {
            Ok(event) => {
                if let Event::Outage { began, .. } = &event {
                    taken.first_at = (*began).min(at);
                }
                Content::Event(event)
            }
            Err(error) => Content::Unreadable(error.to_string()),
        },
        Kind::Lost => match Lost::decode(body) {
            Ok(lost) => Content::Lost(lost),
            Err(error) => Content::Unreadable(error.to_string()),
        },
        Kind::Statement | Kind::Reply | Kind::Other(_) => Content::Opaque,
    };
    Ok(taken)
}
