//! The evidence file: what a donor takes away of one item and one ISO week, and checks without the controller. The page is
//! docs/formats/evidence.md.
//!
//! Enters: the parts of a file, or its bytes. Leaves: the shapes, the bytes that are signed, and the arithmetic of a week
//! that writer and checkers share. Never hashes, never checks a signature, never reads a clock.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::identifier::Kind;
use crate::ids::{ItemCode, NodeId};
use crate::time::WallMs;
use crate::week::Week;

/// What `format` says in an evidence file.
pub const FORMAT: &str = "holdfast evidence";
/// What `format` says in a verification key.
pub const KEY_FORMAT: &str = "holdfast verification key";
/// The version of both.
pub const VERSION: u32 = 1;
/// Largest file: 28 statements of at most 6.6 KB in hexadecimal, three certificates, the rest below 4 KB.
pub const FILE_BYTES_MAX: usize = 256 * 1024;
/// What the signed bytes begin with, so that the signature fits nothing else that is signed.
pub const EVIDENCE_DOMAIN: &[u8] = b"holdfast evidence v1\0";
/// An observation counts once in each so long piece of a week, from its start on.
pub const QUARTER_MS: i64 = 6 * 3_600_000;
/// Most observations of a week.
pub const OBSERVATIONS_MAX: usize = 28;
/// Most certificates of a chain: node, intermediate, root.
pub const CERTIFICATES_MAX: usize = 3;

/// What stands before the signature's digits, and behind them.
const TAIL: (&[u8], &[u8]) = (b"\n  \"signature\": \"", b"\"\n}\n");
/// Digits of an Ed25519 signature.
const SIGNATURE_DIGITS: usize = 128;

/// How far it is shown that an item was in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Registered on paper.
    E0,
    /// A person says so.
    E1,
    /// Software on a node that signs with its own key observed the item's serial.
    E2,
}

impl Level {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::E0 => "E0",
            Self::E1 => "E1",
            Self::E2 => "E2",
        }
    }
}

/// Bytes as lower-case hexadecimal digits in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl Hex {
    /// The digits.
    #[must_use]
    pub fn digits(&self) -> String {
        const DIGITS: [char; 16] =
            ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or('0');
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// The bytes of digits; `None` for an odd number, capitals and anything else.
    #[must_use]
    pub fn of_digits(text: &str) -> Option<Self> {
        let half = |digit: &u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes =
            pairs.iter().map(|[high, low]| Some(half(high)? << 4 | half(low)?)).collect::<Option<_>>()?;
        rest.is_empty().then_some(Self(bytes))
    }

    /// As an array of this length, if it has it.
    #[must_use]
    pub fn array<const N: usize>(&self) -> Option<[u8; N]> {
        self.0.as_slice().try_into().ok()
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.digits())
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::of_digits(&text)
            .ok_or_else(|| serde::de::Error::custom("lower-case hexadecimal digits were expected"))
    }
}

/// The file without its signature, in the order in which it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which fleet: 16 hexadecimal digits, from the root's public key.
    pub fleet: String,
    /// When the file was made.
    pub made_ms: i64,
    /// What is on the item's label.
    pub item: ItemCode,
    /// Its model.
    pub model: String,
    /// The week.
    pub week: Week,
    /// The level of that week.
    pub level: Level,
    /// How often it was observed; 0 below E2.
    pub observations: u32,
    /// Longest time in the week without an observation, its ends counted; the whole week below E2. A week that still ran
    /// ends where the file was made.
    pub longest_gap_ms: i64,
    /// Which serial was bound to which key, at E2.
    pub binding: Option<Binding>,
    /// What the node said, at E2; in the order of time.
    pub statements: Vec<Stated>,
    /// The node's certificate, the fleet's intermediate, its root, DER; at E2.
    pub certificates: Vec<Hex>,
    /// Where a transparency log will stand: none in this version.
    pub ledger: Option<Hex>,
    /// The controller's key that signs this file: Ed25519, 32 bytes.
    pub key: Hex,
}

/// "This serial is bound to this node's key", said by the person who accepted the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What the serial is.
    pub kind: Kind,
    /// The serial, in canonical form.
    pub value: String,
    /// The node.
    pub node: NodeId,
    /// SHA-256 of its public key (SubjectPublicKeyInfo, DER).
    pub key_sha256: Hex,
    /// From when on.
    pub bound_ms: i64,
    /// Until when, if it has ended.
    pub ended_ms: Option<i64>,
    /// Salted SHA-256 over who said so: shows that it was written down, and not who.
    pub by_sha256: Hex,
}

/// A statement as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// Its signed head, with digests of all claims: docs/formats/statement.md.
    pub head: Hex,
    /// The node's signature.
    pub signature: Hex,
    /// Whose clock says when: the node's, which signed it, or the controller's.
    pub clock: StatedClock,
    /// When.
    pub at_ms: i64,
    /// How far that may be off.
    pub error_ms: i64,
    /// The claim that names the bound serial.
    pub shown: Shown,
}

/// Whose clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedClock {
    /// The node's own, in the signed head.
    Node,
    /// The controller's, from when the statement came; the node's clock was not set.
    Controller,
}

/// A claim that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Which digest of the head, from 0.
    pub place: usize,
    /// The salt.
    pub salt: Hex,
    /// Word of the source.
    pub source: String,
    /// Which one, where there are several.
    pub part: String,
    /// The serial as the node read it.
    pub serial: String,
    /// Model or driver.
    pub detail: String,
}

/// What somebody who checks files has from elsewhere: published by the controller, best got once and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationKey {
    /// [`KEY_FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which fleet.
    pub fleet: String,
    /// SHA-256 of the root's public key (SubjectPublicKeyInfo, DER).
    pub root_sha256: Hex,
    /// Ed25519 keys that sign evidence files, 32 bytes each; the newest last.
    pub evidence_keys: Vec<Hex>,
}

/// Puts the signature to a file's JSON: what is signed with [`EVIDENCE_DOMAIN`] before it comes first.
#[must_use]
pub fn sealed(body: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    let digits = Hex(signature.to_vec()).digits();
    [body, TAIL.0, digits.as_bytes(), TAIL.1].concat()
}

/// What of the JSON of [`Evidence`], indented by two, is signed: all of it but its end, and a comma.
#[must_use]
pub fn body(json: &str) -> Option<Vec<u8>> {
    Some([json.strip_suffix("\n}")?, ","].concat().into_bytes())
}

/// Takes a file apart: what was signed, and the signature. `None` when it does not end as a file does.
#[must_use]
pub fn split(file: &[u8]) -> Option<(&[u8], [u8; 64])> {
    let digits = file.strip_suffix(TAIL.1)?;
    let at = digits.len().checked_sub(SIGNATURE_DIGITS)?;
    let (front, digits) = digits.split_at_checked(at)?;
    let signature = Hex::of_digits(std::str::from_utf8(digits).ok()?)?;
    Some((front.strip_suffix(TAIL.0)?, signature.array()?))
}

/// The JSON of [`Evidence`] in what was signed.
#[must_use]
pub fn unsealed(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    Some(format!("{}\n}}\n", text.strip_suffix(',')?))
}

/// Which piece of its week an instant lies in; the first observation of each piece counts.
#[must_use]
pub const fn quarter(week_start: WallMs, at: WallMs) -> i64 {
    at.since_ms(week_start).div_euclid(QUARTER_MS)
}

/// How far a week goes in a file that was made at an instant: to its end, or, while it runs, to that instant.
#[must_use]
pub fn week_until(week: Week, made: WallMs) -> WallMs {
    week.end().min(made)
}

/// Longest time of a week, up to `until`, without an observation; the time before the first and behind the last counts.
#[must_use]
pub fn longest_gap_ms(week: Week, until: WallMs, observed: &[WallMs]) -> i64 {
    let mut before = week.start();
    let mut longest = 0;
    for at in observed.iter().copied().chain([until]) {
        longest = longest.max(at.since_ms(before));
        before = at;
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn a_file_is_what_was_signed_and_one_way_to_write_the_signature() {
        let body = body("{\n  \"format\": \"x\"\n}").expect("an object");
        let file = sealed(&body, &[0xa5; 64]);
        assert_eq!(split(&file), Some((body.as_slice(), [0xa5; 64])));
        let text = String::from_utf8(file.clone()).expect("text");
        assert!(text.starts_with("{\n  \"format\": \"x\",\n  \"signature\": \"a5a5"), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "a whole JSON object");
        assert_eq!(unsealed(&body).as_deref(), Some("{\n  \"format\": \"x\"\n}\n"));
        for at in body.len()..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 0x20;
            assert_ne!(split(&changed), split(&file), "byte {at}");
        }
        assert_eq!(split(b""), None);
    }

    #[test]
    fn the_longest_gap_counts_the_ends_of_the_week() {
        let week: Week = "2026-W48".parse().expect("a week");
        let at = |days: i64| week.start().plus_ms(days * DAY_MS);
        assert_eq!(longest_gap_ms(week, week.end(), &[]), 7 * DAY_MS);
        assert_eq!(longest_gap_ms(week, week.end(), &[at(0)]), 7 * DAY_MS);
        assert_eq!(longest_gap_ms(week, week.end(), &[at(2), at(3), at(6)]), 3 * DAY_MS);
        assert_eq!(longest_gap_ms(week, week.end(), &[at(3), at(4)]), 3 * DAY_MS);
        assert_eq!(longest_gap_ms(week, week_until(week, at(5)), &[at(1)]), 4 * DAY_MS, "a week that runs");
        assert_eq!(week_until(week, at(9)), week.end());
    }

    #[test]
    fn hexadecimal_has_one_form() {
        assert_eq!(Hex::of_digits("00ff").map(|hex| hex.digits()), Some("00ff".to_owned()));
        for text in ["0", "0F", "0x", "ї"] {
            assert_eq!(Hex::of_digits(text), None, "{text}");
        }
    }

    #[test]
    fn pieces_of_a_week_are_as_many_as_observations_may_be() {
        let week: Week = "2026-W48".parse().expect("a week");
        assert_eq!(quarter(week.start(), week.start()), 0);
        let last = quarter(week.start(), week.end().plus_ms(-1));
        assert_eq!(usize::try_from(last + 1), Ok(OBSERVATIONS_MAX));
    }
}
