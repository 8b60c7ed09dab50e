//! Identifiers, each a type of its own, so that no id of one kind can stand where another is meant.
//!
//! Enters: bytes, text, numbers. Leaves: typed ids and their one written form. Never makes an id: random ones are made
//! where randomness is at hand (agent, provisioning, controller).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Crockford's base32 alphabet, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: write {form}")]
pub struct IdError {
    /// What was expected.
    pub what: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What was given, cut to 40 characters.
    pub text: String,
}

/// Defines an id of five bytes: 8 characters of Crockford base32, lower case on the wire, upper case in groups of four for
/// people.
macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 5]);

        impl $name {
            /// The id made of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 5]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn bytes(self) -> [u8; 5] {
                self.0
            }

            /// As people read it: upper case, in groups of four (`7K2M-9QXD`).
            #[must_use]
            pub fn shown(self) -> String {
                let text = base32(&self.0).to_ascii_uppercase();
                let (left, right) = text.split_at(4);
                format!("{left}-{right}")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base32(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Takes the wire form, and what people type: any case, with or without hyphens, `o` for 0, `i` and `l` for 1.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = || IdError {
                    what: $what,
                    form: "8 characters of 0-9 and a-z without i, l, o, u, such as 7k2m9qxd",
                    text: text.chars().take(40).collect(),
                };
                let bytes = from_base32(text, 8).ok_or_else(error)?;
                bytes.try_into().map(Self).map_err(|_| error())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

short_id!(
    /// Who a node is: five random bytes, given at enrolment, the CN of its certificate. Written as 8 characters of Crockford
    /// base32, lower case on the wire, shown upper case in groups of four ([`NodeId::shown`]).
    NodeId,
    "node id"
);

short_id!(
    /// What is on an item's label: five random bytes, so that a label says nothing and cannot be counted through. Written as
    /// a [`NodeId`] is.
    ItemCode,
    "item code"
);

/// Names one life of a node's spool: a random number kept in it. (node, epoch) is a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u32);

/// Numbers the records of a stream from 1 upwards; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u32);

impl Sequence {
    /// The first record of a stream.
    pub const FIRST: Self = Self(1);

    /// The sequence behind this one, or none when the stream is used up (4.29 thousand million records).
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// How often a node has started; counted by the node, orders its frames together with milliseconds since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootCounter(pub u32);

/// A place where equipment works, by its number in the registry. Names of sites never enter URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteId(pub i64);

/// An organisation (donor, back office, recipient, carrier, operator), by its number in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartyId(pub i64);

/// A person who signs in, by their number in the registry. Names stand in the registry alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

/// One piece of equipment, by its number in the registry. What is on its label is its code, not this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub i64);

/// Items that travel and work as one, by its number in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContainerId(pub i64);

/// What equipment is given under, by its number in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProgrammeId(pub i64);

/// What one or several donors give, by its number in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DonationId(pub i64);

/// One line of a donation: a model and how many, by its number in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineId(pub i64);

/// A kind of equipment, by its number in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub i64);

/// Writes bytes as Crockford base32, lower case, most significant bit first; a last partial group is padded with zero bits.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let mut held = 0_u32;
    let mut bits = 0_u32;
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(symbol(held >> bits));
        }
    }
    if bits > 0 {
        out.push(symbol(held << (5 - bits)));
    }
    out
}

/// Reads Crockford base32 of exactly `symbols` characters; hyphens and spaces are passed over. `None` for anything else,
/// bits left over included.
#[must_use]
pub fn from_base32(text: &str, symbols: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(symbols * 5 / 8);
    let mut held = 0_u32;
    let mut bits = 0_u32;
    let mut seen = 0_usize;
    for character in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
        seen += 1;
        if seen > symbols {
            return None;
        }
        held = (held << 5 | value(character)?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            let [low, ..] = (held >> bits).to_le_bytes();
            out.push(low);
        }
    }
    let spare = held & ((1 << bits) - 1);
    (seen == symbols && spare == 0).then_some(out)
}

fn symbol(value: u32) -> char {
    let index = usize::try_from(value & 31).unwrap_or(0);
    ALPHABET.get(index).map_or('0', |byte| char::from(*byte))
}

fn value(character: char) -> Option<u32> {
    let folded = match character.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let index = ALPHABET.iter().position(|byte| char::from(*byte) == folded)?;
    u32::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_is_read_as_people_type_it() {
        let id = NodeId::from_bytes([0x39, 0xc5, 0x44, 0xdf, 0xad]);
        assert_eq!(id.to_string().len(), 8);
        assert_eq!(id.shown().parse::<NodeId>(), Ok(id));
        assert_eq!(id.to_string().to_ascii_uppercase().parse::<NodeId>(), Ok(id));
        assert_eq!("OOOO-iiLL".parse::<NodeId>(), "0000-1111".parse::<NodeId>());
    }

    #[test]
    fn what_is_not_a_node_id_is_refused_with_its_form() {
        for text in ["", "7k2m9qx", "7k2m9qxdd", "7k2m9qxu", "ґєії7k2m"] {
            let error = text.parse::<NodeId>().expect_err("not an id");
            assert!(error.to_string().contains("8 characters"), "{error}");
        }
    }

    #[test]
    fn base32_comes_back_at_every_length() {
        for length in 0..20_u8 {
            let bytes: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37).wrapping_add(11)).collect();
            let text = base32(&bytes);
            assert_eq!(from_base32(&text, text.len()), Some(bytes));
        }
    }
}
