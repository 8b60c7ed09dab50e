//! Body of an `event` record, format 1: something happened at the header's instant.
//!
//! Enters: an [`Event`], or bytes. Leaves: bytes, or an [`Event`]. Tags of later versions come back as
//! [`Event::Other`], with their bytes. Never holds a place.

use crate::ids::BootCounter;
use crate::time::BootMs;
use crate::wire::{self, Reader, WireError};

/// First byte of the body.
pub const VERSION: u8 = 1;
/// Longest name of a probe, in bytes.
pub const PROBE_BYTES_MAX: usize = 32;
/// Longest reason in words, in bytes.
pub const WHY_BYTES_MAX: usize = 200;

/// Why the connection to the controller was gone, as far as the node can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutageCause {
    /// No route: no interface, no carrier, no address.
    NoRoute,
    /// The name could not be resolved.
    NoName,
    /// The other side refused the connection or was not there.
    Refused,
    /// Nothing came back in time.
    Silent,
    /// TLS failed: certificate, version, or not our controller.
    Tls,
    /// The controller ended the session and said so.
    Told,
    /// The connection was reset or closed without a word.
    Closed,
    /// A cause of a later version.
    Other(u8),
}

impl OutageCause {
    const fn code(self) -> u8 {
        match self {
            Self::NoRoute => 1,
            Self::NoName => 2,
            Self::Refused => 3,
            Self::Silent => 4,
            Self::Tls => 5,
            Self::Told => 6,
            Self::Closed => 7,
            Self::Other(code) => code,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::NoRoute,
            2 => Self::NoName,
            3 => Self::Refused,
            4 => Self::Silent,
            5 => Self::Tls,
            6 => Self::Told,
            7 => Self::Closed,
            other => Self::Other(other),
        }
    }

    /// The stable word of the API and of translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoRoute => "no_route",
            Self::NoName => "no_name",
            Self::Refused => "refused",
            Self::Silent => "silent",
            Self::Tls => "tls",
            Self::Told => "told",
            Self::Closed => "closed",
            Self::Other(_) => "other",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The connection to the controller was gone and is back. The header's instant is its end.
    Outage {
        /// Why, as far as the node can tell.
        cause: OutageCause,
        /// When it began, on the scale of the header's boot.
        began: BootMs,
        /// Attempts it took.
        attempts: u32,
    },
    /// The node has started.
    Started {
        /// The boot before this one, or none for the first.
        before: Option<BootCounter>,
        /// Whether the machine booted, or only the agent started again.
        machine: bool,
    },
    /// A probe fails.
    ProbeFailing {
        /// Which.
        probe: String,
        /// What failed and why, in words.
        why: String,
    },
    /// A probe works again.
    ProbeRecovered {
        /// Which.
        probe: String,
    },
    /// The wall clock was stepped while the node ran.
    ClockStepped {
        /// By how much, signed, in milliseconds.
        by_ms: i64,
    },
    /// The agent stops in good order.
    Stopping,
    /// A tag of a later version.
    Other {
        /// The tag.
        tag: u8,
        /// What follows it.
        rest: Vec<u8>,
    },
}

impl Event {
    /// Writes the body; words are cut to their limits.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        match self {
            Self::Outage { cause, began, attempts } => {
                out.extend_from_slice(&[1, cause.code()]);
                wire::put_varint(&mut out, began.0);
                wire::put_varint(&mut out, u64::from(*attempts));
            }
            Self::Started { before, machine } => {
                out.extend_from_slice(&[2, u8::from(*machine), u8::from(before.is_some())]);
                wire::put_varint(&mut out, before.map_or(0, |boot| u64::from(boot.0)));
            }
            Self::ProbeFailing { probe, why } => {
                out.push(3);
                wire::put_text(&mut out, cut(probe, PROBE_BYTES_MAX));
                wire::put_text(&mut out, cut(why, WHY_BYTES_MAX));
            }
            Self::ProbeRecovered { probe } => {
                out.push(4);
                wire::put_text(&mut out, cut(probe, PROBE_BYTES_MAX));
            }
            Self::ClockStepped { by_ms } => {
                out.push(5);
                wire::put_zigzag(&mut out, *by_ms);
            }
            Self::Stopping => out.push(6),
            Self::Other { tag, rest } => {
                out.push(*tag);
                out.extend_from_slice(rest);
            }
        }
        out
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`WireError`] for what is cut, out of range or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(WireError::Range { at: 1, what: "version of an event body" });
        }
        let event = match reader.u8()? {
            1 => Self::Outage {
                cause: OutageCause::from_code(reader.u8()?),
                began: BootMs(reader.varint()?),
                attempts: reader.varint_u32("attempts")?,
            },
            2 => {
                let machine = flag(&mut reader)?;
                let there = flag(&mut reader)?;
                let before = BootCounter(reader.varint_u32("boot counter")?);
                Self::Started { before: there.then_some(before), machine }
            }
            3 => Self::ProbeFailing {
                probe: reader.text(PROBE_BYTES_MAX, "probe")?.to_owned(),
                why: reader.text(WHY_BYTES_MAX, "reason")?.to_owned(),
            },
            4 => Self::ProbeRecovered { probe: reader.text(PROBE_BYTES_MAX, "probe")?.to_owned() },
            5 => Self::ClockStepped { by_ms: reader.zigzag()? },
            6 => Self::Stopping,
            tag => Self::Other { tag, rest: reader.bytes(reader.left())?.to_vec() },
        };
        reader.end()?;
        Ok(event)
    }
}

fn flag(reader: &mut Reader<'_>) -> Result<bool, WireError> {
    match reader.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(WireError::Range { at: reader.at(), what: "yes or no" }),
    }
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_comes_back() {
        let events = [
            Event::Outage { cause: OutageCause::NoRoute, began: BootMs(5), attempts: 3 },
            Event::Started { before: None, machine: true },
            Event::Started { before: Some(BootCounter(40)), machine: false },
            Event::ProbeFailing { probe: "host".into(), why: "відмовлено".into() },
            Event::ProbeRecovered { probe: "host".into() },
            Event::ClockStepped { by_ms: -86_400_000 },
            Event::Stopping,
            Event::Other { tag: 200, rest: vec![1, 2, 3] },
        ];
        for event in events {
            assert_eq!(Event::decode(&event.encode()), Ok(event));
        }
    }

    #[test]
    fn words_are_cut_at_a_characters_edge() {
        let event = Event::ProbeRecovered { probe: "ї".repeat(17) };
        assert_eq!(Event::decode(&event.encode()), Ok(Event::ProbeRecovered { probe: "ї".repeat(16) }));
    }
}
