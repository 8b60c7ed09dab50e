//! Body of a `statement` record, format 1: which serials a node observes of the machine it runs on, signed with the node's
//! own key. The page is docs/formats/statement.md.
//!
//! Enters: what was observed, or bytes. Leaves: bytes, or a [`Statement`]; and the bytes that are hashed and signed. What is
//! signed is a [`Head`] with a salted digest for each claim, so that some claims can be shown, the others hidden, and the
//! signature still be checked. Never hashes and never signs: who holds a key does.

use crate::identifier::Kind;
use crate::ids::{BootCounter, NodeId};
use crate::record::{CLOCK_ERROR_MS_MAX, WALL_MS_MAX};
use crate::time::{BootMs, ClockTrust, WallMs};
use crate::wire::{self, Reader, WireError};

/// First byte of the body.
pub const VERSION: u8 = 1;
/// Most claims: a chassis with 48 disks, 8 interfaces and its board.
pub const CLAIMS_MAX: usize = 64;
/// Longest name of a part, in bytes: names of interfaces have 15, of block devices 31.
pub const PART_BYTES_MAX: usize = 32;
/// Longest serial, in bytes; SMBIOS strings in the field reach 40.
pub const VALUE_BYTES_MAX: usize = 64;
/// Longest model or driver, in bytes.
pub const DETAIL_BYTES_MAX: usize = 64;
/// Longest version of the agent, in bytes.
pub const AGENT_BYTES_MAX: usize = 64;
/// Bytes of a salt: what is hidden under one cannot be found by trying serials.
pub const SALT_BYTES: usize = 16;
/// Bytes of a digest (SHA-256).
pub const DIGEST_BYTES: usize = 32;
/// Bytes of a signature: ECDSA P-256 with SHA-256, r and s as 32 bytes each.
pub const SIGNATURE_BYTES: usize = 64;
/// Largest body: 64 claims of 32 + 16 + 166 bytes, head and signature below 200.
pub const STATEMENT_BYTES_MAX: usize = 16 * 1024;
/// What a digest begins with, so that it fits nothing else that is hashed.
pub const CLAIM_DOMAIN: &[u8] = b"holdfast claim v1\0";
/// What the signed bytes begin with, so that the signature fits nothing else that the key signs.
pub const STATEMENT_DOMAIN: &[u8] = b"holdfast statement v1\0";

/// Where a serial was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// SMBIOS type 1: serial of the system; detail: its product name.
    System,
    /// SMBIOS type 1: UUID of the system.
    SystemUuid,
    /// SMBIOS type 2: serial of the board; detail: its name.
    Board,
    /// SMBIOS type 3: serial of the chassis.
    Chassis,
    /// A disk, under its device's name; detail: its model.
    Disk,
    /// The permanent hardware address of an interface, under its name; detail: its driver.
    Interface,
    /// A satellite terminal; not observed by this version.
    Dish,
    /// A power supply with battery; not observed by this version.
    Ups,
    /// Of a later version.
    Other(u8),
}

impl Source {
    /// Those that this version knows.
    pub const KNOWN: [Self; 8] = [
        Self::System,
        Self::SystemUuid,
        Self::Board,
        Self::Chassis,
        Self::Disk,
        Self::Interface,
        Self::Dish,
        Self::Ups,
    ];

    /// Its number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::System => 1,
            Self::SystemUuid => 2,
            Self::Board => 3,
            Self::Chassis => 4,
            Self::Disk => 5,
            Self::Interface => 6,
            Self::Dish => 7,
            Self::Ups => 8,
            Self::Other(code) => code,
        }
    }

    /// The source with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        Self::KNOWN.into_iter().find(|known| known.code() == code).unwrap_or(Self::Other(code))
    }

    /// The stable word of files and of translation keys; none for what is not known here.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::System => "system",
            Self::SystemUuid => "system_uuid",
            Self::Board => "board",
            Self::Chassis => "chassis",
            Self::Disk => "disk",
            Self::Interface => "interface",
            Self::Dish => "dish",
            Self::Ups => "ups",
            Self::Other(_) => return None,
        })
    }

    /// The source of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|known| known.word() == Some(word))
    }

    /// The kind of identifier that it observes: what an item of the inventory is matched by, and, through
    /// [`Kind::sensitivity`], who may see the claim.
    #[must_use]
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::System | Self::Board | Self::Chassis => Some(Kind::Serial),
            Self::SystemUuid => Some(Kind::SmbiosUuid),
            Self::Disk => Some(Kind::DiskSerial),
            Self::Interface => Some(Kind::Mac),
            Self::Dish => Some(Kind::Utid),
            Self::Ups => Some(Kind::UpsSerial),
            Self::Other(_) => None,
        }
    }
}

/// What stood where a serial should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    /// It is there, and the agent may not read it.
    NotReadable,
    /// This one, as it was read, without spaces around it.
    Serial(String),
    /// A maker's placeholder, or nothing.
    NoSerial,
}

/// One thing observed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// Where.
    pub source: Source,
    /// Which one, where there are several; else empty.
    pub part: String,
    /// What.
    pub seen: Seen,
    /// Model or driver, as far as known.
    pub detail: String,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Who says it.
    pub node: NodeId,
    /// Which start of the node.
    pub boot: BootCounter,
    /// When, on that start's scale. (node, boot, at) never comes twice.
    pub at: BootMs,
    /// When, as far as the node's clock is trusted.
    pub clock: ClockTrust,
    /// Version of the agent.
    pub agent: String,
    /// A salted digest for each claim, in the order of the claims.
    pub digests: Vec<[u8; DIGEST_BYTES]>,
}

/// A claim with the salt of its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The salt.
    pub salt: [u8; SALT_BYTES],
    /// The claim.
    pub claim: Claim,
}

/// The whole body, as the node sends it: every claim open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is signed.
    pub head: Head,
    /// The signature over [`Head::signed`].
    pub signature: [u8; SIGNATURE_BYTES],
    /// As many as digests, in their order.
    pub openings: Vec<Opening>,
}

impl Claim {
    /// The bytes that are sent and hashed; texts too long are cut at a character's edge.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![self.source.code()];
        wire::put_text(&mut out, cut(&self.part, PART_BYTES_MAX));
        match &self.seen {
            Seen::NotReadable => out.push(0),
            Seen::Serial(serial) => {
                out.push(1);
                wire::put_text(&mut out, cut(serial, VALUE_BYTES_MAX));
            }
            Seen::NoSerial => out.push(2),
        }
        wire::put_text(&mut out, cut(&self.detail, DETAIL_BYTES_MAX));
        out
    }

    /// What its digest is the SHA-256 of.
    #[must_use]
    pub fn digest_input(&self, salt: &[u8; SALT_BYTES]) -> Vec<u8> {
        [CLAIM_DOMAIN, salt, &self.encode()].concat()
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let source = Source::from_code(reader.u8()?);
        let part = reader.text(PART_BYTES_MAX, "part")?.to_owned();
        let seen = match reader.u8()? {
            0 => Seen::NotReadable,
            1 => Seen::Serial(reader.text(VALUE_BYTES_MAX, "serial")?.to_owned()),
            2 => Seen::NoSerial,
            _ => return Err(WireError::Range { at: reader.at(), what: "what was seen" }),
        };
        let detail = reader.text(DETAIL_BYTES_MAX, "detail")?.to_owned();
        Ok(Self { source, part, seen, detail })
    }
}

impl Head {
    /// Writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.prefix();
        for digest in self.digests.iter().take(CLAIMS_MAX) {
            out.extend_from_slice(digest);
        }
        out
    }

    /// All of it but the digests; with a secret of the node, what its salts are derived from.
    #[must_use]
    pub fn prefix(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.node.bytes());
        wire::put_varint(&mut out, u64::from(self.boot.0));
        wire::put_varint(&mut out, self.at.0);
        match self.clock {
            ClockTrust::Unsynchronised => out.push(0),
            ClockTrust::Synchronised { wall, error_ms } => {
                out.push(1);
                wire::put_zigzag(&mut out, wall.0);
                wire::put_varint(&mut out, u64::from(error_ms));
            }
        }
        wire::put_text(&mut out, cut(&self.agent, AGENT_BYTES_MAX));
        wire::put_length(&mut out, self.digests.len().min(CLAIMS_MAX));
        out
    }

    /// What is signed.
    #[must_use]
    pub fn signed(&self) -> Vec<u8> {
        [STATEMENT_DOMAIN, &self.encode()].concat()
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`WireError`] for what is cut, out of range or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let head = Self::read(&mut reader)?;
        reader.end()?;
        Ok(head)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        if reader.u8()? != VERSION {
            return Err(WireError::Range { at: reader.at(), what: "version of a statement" });
        }
        let node = NodeId::from_bytes(array(reader)?);
        let boot = BootCounter(reader.varint_u32("boot counter")?);
        let at = BootMs(reader.varint()?);
        let clock = match reader.u8()? {
            0 => ClockTrust::Unsynchronised,
            1 => {
                let wall = reader.zigzag()?;
                if !(0..=WALL_MS_MAX).contains(&wall) {
                    return Err(WireError::Range { at: reader.at(), what: "wall time" });
                }
                let error = reader.varint_max(u64::from(CLOCK_ERROR_MS_MAX), "clock error")?;
                let error_ms = u32::try_from(error).unwrap_or(u32::MAX);
                ClockTrust::Synchronised { wall: WallMs(wall), error_ms }
            }
            _ => return Err(WireError::Range { at: reader.at(), what: "clock trust" }),
        };
        let agent = reader.text(AGENT_BYTES_MAX, "version of the agent")?.to_owned();
        let count = reader.count(CLAIMS_MAX, "number of claims")?;
        let digests = (0..count).map(|_| array(reader)).collect::<Result<_, _>>()?;
        Ok(Self { node, boot, at, clock, agent, digests })
    }
}

impl Statement {
    /// Writes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.head.encode();
        out.extend_from_slice(&self.signature);
        for opening in self.openings.iter().take(self.head.digests.len().min(CLAIMS_MAX)) {
            out.extend_from_slice(&opening.salt);
            out.extend_from_slice(&opening.claim.encode());
        }
        out
    }

    /// Reads the body. Whether digests and signature fit is for who can hash.
    ///
    /// # Errors
    /// [`WireError`] for what is cut, out of range or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > STATEMENT_BYTES_MAX {
            return Err(WireError::Range { at: 0, what: "size of a statement" });
        }
        let mut reader = Reader::new(bytes);
        let head = Head::read(&mut reader)?;
        let signature = array(&mut reader)?;
        let mut openings = Vec::with_capacity(head.digests.len());
        for _ in &head.digests {
            openings.push(Opening { salt: array(&mut reader)?, claim: Claim::read(&mut reader)? });
        }
        reader.end()?;
        Ok(Self { head, signature, openings })
    }
}

fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], WireError> {
    let at = reader.at();
    reader.bytes(N)?.try_into().map_err(|_| WireError::Truncated { at })
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

    fn claim(source: Source, part: &str, seen: Seen) -> Claim {
        Claim { source, part: part.into(), seen, detail: "модель".into() }
    }

    fn sample() -> Statement {
        let claims = [
            claim(Source::System, "", Seen::Serial("SN-0042".into())),
            claim(Source::SystemUuid, "", Seen::NotReadable),
            claim(Source::Interface, "eth0", Seen::NoSerial),
            claim(Source::Other(200), "", Seen::Serial("of a later version".into())),
        ];
        Statement {
            head: Head {
                node: NodeId::from_bytes([1, 2, 3, 4, 5]),
                boot: BootCounter(41),
                at: BootMs(11_400_000),
                clock: ClockTrust::Synchronised { wall: WallMs(1_795_514_531_000), error_ms: 12 },
                agent: "0.1.0".into(),
                digests: vec![[7; 32], [8; 32], [9; 32], [10; 32]],
            },
            signature: [0x5a; 64],
            openings: claims.map(|claim| Opening { salt: [3; 16], claim }).to_vec(),
        }
    }

    #[test]
    fn a_statement_comes_back_as_it_was_and_cut_anywhere_it_is_refused() {
        let statement = sample();
        let bytes = statement.encode();
        assert_eq!(Statement::decode(&bytes).as_ref(), Ok(&statement));
        assert_eq!(Head::decode(&statement.head.encode()).as_ref(), Ok(&statement.head));
        for length in 0..bytes.len() {
            assert!(Statement::decode(&bytes[..length]).is_err(), "length {length}");
        }
        assert!(Statement::decode(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn the_largest_statement_fits_its_limit_and_longer_texts_are_cut() {
        let long = "ї".repeat(40);
        let claim = Claim {
            source: Source::Disk,
            part: long.clone(),
            seen: Seen::Serial(long.clone()),
            detail: long.clone(),
        };
        let mut statement = sample();
        statement.head.agent = long;
        statement.head.digests = vec![[1; 32]; CLAIMS_MAX];
        statement.openings = vec![Opening { salt: [2; 16], claim }; CLAIMS_MAX];
        let bytes = statement.encode();
        assert!(bytes.len() <= STATEMENT_BYTES_MAX, "{}", bytes.len());
        let read = Statement::decode(&bytes).expect("within limits");
        assert_eq!(read.openings.first().map(|one| one.claim.part.len()), Some(PART_BYTES_MAX));
        assert_eq!(read.encode(), bytes);
    }

    #[test]
    fn every_part_of_the_head_and_of_a_claim_is_in_what_is_signed_or_hashed() {
        let head = sample().head;
        let mut others = vec![head.clone(); 6];
        others[0].node = NodeId::from_bytes([1, 2, 3, 4, 6]);
        others[1].boot = BootCounter(42);
        others[2].at = BootMs(1);
        others[3].clock = ClockTrust::Unsynchronised;
        others[4].agent = "0.1.1".into();
        others[5].digests.swap(0, 1);
        assert!(others.iter().all(|other| other.signed() != head.signed()));
        let one = claim(Source::Disk, "sda", Seen::Serial("A".into()));
        let others = [
            (Claim { source: Source::Board, ..one.clone() }, [1; 16]),
            (Claim { part: "sdb".into(), ..one.clone() }, [1; 16]),
            (Claim { seen: Seen::NoSerial, ..one.clone() }, [1; 16]),
            (Claim { detail: String::new(), ..one.clone() }, [1; 16]),
            (one.clone(), [2; 16]),
        ];
        assert!(others.iter().all(|(other, salt)| other.digest_input(salt) != one.digest_input(&[1; 16])));
    }

    #[test]
    fn words_and_numbers_of_sources_come_back() {
        for source in Source::KNOWN {
            assert_eq!(Source::from_code(source.code()), source);
            assert_eq!(source.word().and_then(Source::from_word), Some(source));
        }
        assert_eq!(Source::from_code(99), Source::Other(99));
        assert_eq!(Source::Other(99).word(), None);
    }
}
