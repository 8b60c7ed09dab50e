//! The chain of the audit log: what the controller writes, and what `holdfast audit verify` walks. docs/formats/audit.md says
//! the same for other programs.
//!
//! Enters: entries in their order. Leaves: the hash of each, and of the whole; or the first fault. Pure. Never says who was
//! behind a number: names are not in the log.

mod file;

use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::csr::{hex, sha256_from_hex};
pub use file::{FILE_BYTES_MAX, LogFile, UnreadableLog, head_file, read};

/// What the hash before the first entry is made of.
const GENESIS: &[u8] = b"holdfast audit chain v1";

/// Readings of a file that are followed at one time: four of a row, some rows in a row.
const WALKS_MAX: usize = 64;

/// SHA-256; 64 hexadecimal digits in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        sha256_from_hex(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("64 hexadecimal digits are wanted"))
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without a gap.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Number of who did it; none for nobody signed in, or the program itself.
    pub person: Option<u64>,
    /// What, as a stable key.
    pub action: String,
    /// To which thing.
    pub thing: String,
    /// How it ended, as a stable key.
    pub result: String,
    /// Why.
    pub reason: String,
    /// The hash of the entry before it; none in entries that were written before there was a chain.
    pub previous: Option<Sha256>,
}

/// The end of a log: what has to be known to tell that nothing behind it was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Of the newest entry; 0 in an empty log.
    pub number: u64,
    /// Its hash.
    pub sha256: Sha256,
}

impl Head {
    /// The head of an empty log.
    #[must_use]
    pub fn genesis() -> Self {
        Self { number: 0, sha256: Sha256(sha256(GENESIS)) }
    }

    /// The head once an entry stands behind it; the entry's own `previous` is not looked at.
    #[must_use]
    pub fn then(self, entry: &Entry) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&self.sha256.0);
        context.update(&entry.number.to_le_bytes());
        context.update(&entry.at_ms.to_le_bytes());
        context.update(&entry.person.unwrap_or(0).to_le_bytes());
        for text in [&entry.action, &entry.thing, &entry.result, &entry.reason] {
            let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
            context.update(&length.to_le_bytes());
            context.update(text.as_bytes());
        }
        let hash = context.finish();
        Self { number: entry.number, sha256: Sha256(hash.as_ref().try_into().unwrap_or([0; 32])) }
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap_or([0; 32])
}

/// What is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Numbers do not follow one another: something was taken out, put in, or stands elsewhere.
    #[error("entry {wanted} is not where it belongs; entry {found} stands there")]
    Gap {
        /// Which should come.
        wanted: u64,
        /// Which came.
        found: u64,
    },
    /// An entry does not follow from those before it.
    #[error("entry {number} does not follow from those before it: one of them was altered, most likely entry {}", number - 1)]
    Altered {
        /// Which.
        number: u64,
    },
    /// An entry behind the beginning of the chain names none before it.
    #[error("entry {number} names no entry before it, though the chain had begun")]
    Unchained {
        /// Which.
        number: u64,
    },
    /// A known head is not what the log says there.
    #[error("entry {number} or one before it is not what it was when its head was written down")]
    OtherHead {
        /// Of the head.
        number: u64,
    },
    /// The log ends before a known head.
    #[error("the log ends with entry {number}, though there were {wanted}: its end was cut off")]
    Short {
        /// The last entry.
        number: u64,
        /// What a head knows.
        wanted: u64,
    },
}

/// A walk along a log from its first entry.
#[derive(Debug, Clone)]
pub struct Walk {
    head: Head,
    chained: bool,
    known: Vec<Head>,
}

impl Walk {
    /// A walk that looks out for these heads, which were known before.
    #[must_use]
    pub fn new(known: Vec<Head>) -> Self {
        Self { head: Head::genesis(), chained: false, known }
    }

    /// One entry further.
    ///
    /// # Errors
    /// [`Fault`]; the walk is over then.
    pub fn step(&mut self, entry: &Entry) -> Result<(), Fault> {
        let (wanted, number) = (self.head.number.saturating_add(1), entry.number);
        if number != wanted {
            return Err(Fault::Gap { wanted, found: number });
        }
        match entry.previous {
            Some(previous) if previous != self.head.sha256 => return Err(Fault::Altered { number }),
            Some(_) => self.chained = true,
            None if self.chained => return Err(Fault::Unchained { number }),
            None => {}
        }
        self.head = self.head.then(entry);
        let other = |known: &Head| known.number == number && *known != self.head;
        if self.known.iter().any(other) { Err(Fault::OtherHead { number }) } else { Ok(()) }
    }

    /// What the next entry will have to name.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The end of the walk: where the log ends, and whether a known head reaches that far.
    ///
    /// # Errors
    /// [`Fault::Short`].
    pub fn end(self) -> Result<Ended, Fault> {
        let wanted = self.known.iter().map(|head| head.number).max();
        match wanted {
            Some(wanted) if wanted > self.head.number => {
                Err(Fault::Short { number: self.head.number, wanted })
            }
            _ => Ok(Ended { head: self.head, known_to: wanted }),
        }
    }
}

/// A log that is whole as far as the walk can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its head.
    pub head: Head,
    /// The last entry that a known head vouches for; without one nothing says where the log ends.
    pub known_to: Option<u64>,
}

/// Walks along a file, with the head that it names and those known from elsewhere.
///
/// # Errors
/// The first [`Fault`] of the likeliest reading.
pub fn verify(file: &LogFile, mut known: Vec<Head>) -> Result<Ended, Fault> {
    known.extend(file.head);
    let mut walks = vec![Walk::new(known)];
    for forms in &file.entries {
        let (mut on, mut fault) = (Vec::new(), None);
        for walk in &walks {
            for entry in forms {
                let mut walk = walk.clone();
                match walk.step(entry) {
                    Ok(()) => on.push(walk),
                    Err(found) => fault = fault.or(Some(found)),
                }
            }
        }
        // The next entry names one of them at most; only entries of before the chain could let them multiply.
        on.truncate(WALKS_MAX);
        match fault {
            Some(fault) if on.is_empty() => return Err(fault),
            _ => walks = on,
        }
    }
    let mut ends = walks.into_iter().map(Walk::end);
    let first = ends.next().unwrap_or_else(|| Walk::new(Vec::new()).end());
    first.or_else(|fault| ends.find_map(Result::ok).ok_or(fault))
}

#[cfg(test)]
mod tests;
