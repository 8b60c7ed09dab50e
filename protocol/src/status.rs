//! Message on `u/<node>/s`, format 1: birth, planned silence, stop, and the last will. Neither spooled nor acknowledged.
//!
//! Enters: a [`Status`], or bytes. Leaves: bytes, or a [`Status`]. All of it is a hint: presence is decided from the
//! promise in records (`crate::presence`).

use crate::ids::{BootCounter, Epoch};
use crate::wire::{self, Reader, WireError};

/// First byte of the message.
pub const VERSION: u8 = 1;
/// Longest version text of an agent, in bytes.
pub const VERSION_BYTES_MAX: usize = 64;
/// Longest message, in bytes.
pub const STATUS_BYTES_MAX: usize = 128;

/// What a node says of itself on connecting and leaving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// First message of a session.
    Birth {
        /// Which start of the node.
        boot: BootCounter,
        /// Which life of its spool.
        epoch: Epoch,
        /// The agent's version.
        version: String,
    },
    /// Nothing will be heard for so many seconds, by order.
    Silence {
        /// How long, from receipt.
        for_s: u32,
    },
    /// The agent stops in good order.
    Stopping {
        /// Which start of the node.
        boot: BootCounter,
    },
    /// The last will: the connection ended without a word.
    Gone {
        /// Which start of the node.
        boot: BootCounter,
    },
}

impl Status {
    /// Writes the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        match self {
            Self::Birth { boot, epoch, version } => {
                out.push(1);
                wire::put_varint(&mut out, u64::from(boot.0));
                out.extend_from_slice(&epoch.0.to_le_bytes());
                wire::put_text(&mut out, version);
            }
            Self::Silence { for_s } => {
                out.push(2);
                wire::put_varint(&mut out, u64::from(*for_s));
            }
            Self::Stopping { boot } => {
                out.push(3);
                wire::put_varint(&mut out, u64::from(boot.0));
            }
            Self::Gone { boot } => {
                out.push(4);
                wire::put_varint(&mut out, u64::from(boot.0));
            }
        }
        out
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`WireError`] for what is cut, out of range or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(WireError::Range { at: 1, what: "version of a status" });
        }
        let status = match reader.u8()? {
            1 => Self::Birth {
                boot: BootCounter(reader.varint_u32("boot counter")?),
                epoch: Epoch(reader.u32()?),
                version: reader.text(VERSION_BYTES_MAX, "agent version")?.to_owned(),
            },
            2 => Self::Silence { for_s: reader.varint_u32("seconds of silence")? },
            3 => Self::Stopping { boot: BootCounter(reader.varint_u32("boot counter")?) },
            4 => Self::Gone { boot: BootCounter(reader.varint_u32("boot counter")?) },
            _ => return Err(WireError::Range { at: reader.at(), what: "tag of a status" }),
        };
        reader.end()?;
        Ok(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_comes_back() {
        let all = [
            Status::Birth { boot: BootCounter(41), epoch: Epoch(9), version: "0.1.0 (abc)".into() },
            Status::Silence { for_s: 3_600 },
            Status::Stopping { boot: BootCounter(41) },
            Status::Gone { boot: BootCounter(41) },
        ];
        for status in all {
            assert_eq!(Status::decode(&status.encode()), Ok(status));
        }
    }
}
