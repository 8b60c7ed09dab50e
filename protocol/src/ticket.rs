//! The enrolment ticket, format 1: what a printed card or QR code carries to a node that knows nothing yet.
//!
//! Enters: a [`Ticket`] and its signature, or text. Leaves: text of upper-case Crockford base32 behind `HF1`, all of it in
//! the QR code's alphanumeric set, or a [`Ticket`]. The page is docs/formats/ticket.md. Never signs and never checks a
//! signature: it says which bytes are signed. The secret is not shown by `Debug`.

use std::fmt;

use crate::ids::{base32, from_base32};
use crate::wire::{self, Reader, WireError};

/// First byte of a ticket.
pub const VERSION: u8 = 1;
/// What the text of a ticket begins with; the digit is the format version.
pub const PREFIX: &str = "HF1";
/// Most controller URLs in a ticket: a name and a literal address of two ways in.
pub const URLS_MAX: usize = 4;
/// Longest controller URL, in bytes.
pub const URL_BYTES_MAX: usize = 80;
/// Longest item serial, in bytes.
pub const SERIAL_BYTES_MAX: usize = 32;
/// Longest ticket text: 432 characters of base32 and the prefix fit a version 12 QR code at level L (468 characters).
pub const TEXT_BYTES_MAX: usize = 468;
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

/// What a ticket says.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Names it in lists and logs; not secret.
    pub id: [u8; 8],
    /// Proves that the bearer was given it. The controller keeps only a hash.
    pub secret: [u8; 16],
    /// Serial of the item it is meant for; empty for any.
    pub serial: String,
    /// SHA-256 of the fleet root's public key (SubjectPublicKeyInfo, DER): whom the bearer may trust.
    pub root_sha256: [u8; 32],
    /// Where to enrol, `https://host:port`, best first.
    pub urls: Vec<String>,
    /// When it was made, seconds since 1970.
    pub issued_s: u64,
    /// When it ends, seconds since 1970.
    pub expires_s: u64,
    /// Whether a person must approve the node.
    pub approval: Approval,
}

/// Whether a person must approve a node before it gets its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// The ticket is enough.
    Automatic,
    /// An operator compares codes first.
    Needed,
}

/// A ticket with the controller's Ed25519 signature over [`Ticket::signed_bytes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTicket {
    /// What it says.
    pub ticket: Ticket,
    /// The signature.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// Why text is not a ticket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It does not begin with the prefix.
    #[error("this is not a Holdfast ticket: a ticket begins with {PREFIX}")]
    Foreign,
    /// Longer than any ticket.
    #[error(
        "{characters} characters are more than a ticket has ({TEXT_BYTES_MAX}); was something pasted behind it"
    )]
    TooLong {
        /// How many.
        characters: usize,
    },
    /// A character that no ticket has, or one missing.
    #[error("the ticket is cut or holds a character it cannot; scan or copy it again, whole")]
    Symbols,
    /// A version this program does not know.
    #[error("ticket version {0} is not known here (known: {VERSION}); update this program")]
    Version(u8),
    /// A value was cut or out of range.
    #[error("the ticket is damaged: {0}; scan or copy it again, whole")]
    Wire(#[from] WireError),
}

impl Ticket {
    /// The bytes that the controller signs.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&self.secret);
        wire::put_text(&mut out, &self.serial);
        out.extend_from_slice(&self.root_sha256);
        wire::put_length(&mut out, self.urls.len());
        self.urls.iter().for_each(|url| wire::put_text(&mut out, url));
        wire::put_varint(&mut out, self.issued_s);
        wire::put_varint(&mut out, self.expires_s.saturating_sub(self.issued_s));
        out.push(u8::from(matches!(self.approval, Approval::Needed)));
        out
    }

    /// The short code of lists and cards: the id's first 8 characters, in groups of four.
    #[must_use]
    pub fn shown_id(&self) -> String {
        shown_id(&self.id)
    }
}

/// The short code of a ticket id.
#[must_use]
pub fn shown_id(id: &[u8; 8]) -> String {
    let text = base32(id).to_ascii_uppercase();
    let (left, right) = text.split_at(4);
    format!("{left}-{}", right.get(..4).unwrap_or(right))
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("id", &self.shown_id())
            .field("expires_s", &self.expires_s)
            .finish_non_exhaustive()
    }
}

impl SignedTicket {
    /// The text of the QR code.
    #[must_use]
    pub fn text(&self) -> String {
        let mut bytes = self.ticket.signed_bytes();
        bytes.extend_from_slice(&self.signature);
        format!("{PREFIX}{}", base32(&bytes).to_ascii_uppercase())
    }

    /// Reads a ticket as scanned, typed or pasted: any case; spaces, line ends and hyphens are passed over.
    ///
    /// # Errors
    /// [`TicketError`], saying what to do.
    pub fn parse(text: &str) -> Result<Self, TicketError> {
        let characters = text.len();
        if characters > TEXT_BYTES_MAX * 2 {
            return Err(TicketError::TooLong { characters });
        }
        let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if !text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX)) {
            return Err(TicketError::Foreign);
        }
        let symbols = text.get(PREFIX.len()..).unwrap_or_default();
        let bytes = from_base32(symbols, symbols.len()).ok_or(TicketError::Symbols)?;
        Self::decode(&bytes)
    }

    fn decode(bytes: &[u8]) -> Result<Self, TicketError> {
        let Some((inside, signature)) = bytes.split_last_chunk::<SIGNATURE_BYTES>() else {
            return Err(TicketError::Symbols);
        };
        let mut reader = Reader::new(inside);
        let version = reader.u8()?;
        if version != VERSION {
            return Err(TicketError::Version(version));
        }
        let id = array(&mut reader)?;
        let secret = array(&mut reader)?;
        let serial = reader.text(SERIAL_BYTES_MAX, "item serial")?.to_owned();
        let root_sha256 = array(&mut reader)?;
        let mut urls = Vec::new();
        for _ in 0..reader.count(URLS_MAX, "number of controller URLs")? {
            urls.push(reader.text(URL_BYTES_MAX, "controller URL")?.to_owned());
        }
        let issued_s = reader.varint_max(1 << 40, "issued")?;
        let expires_s = issued_s + reader.varint_max(1 << 40, "expires")?;
        let approval = match reader.u8()? {
            0 => Approval::Automatic,
            1 => Approval::Needed,
            _ => return Err(WireError::Range { at: reader.at(), what: "approval" }.into()),
        };
        reader.end()?;
        let ticket = Ticket { id, secret, serial, root_sha256, urls, issued_s, expires_s, approval };
        Ok(Self { ticket, signature: *signature })
    }
}

fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], WireError> {
    let at = reader.at();
    reader.bytes(N)?.try_into().map_err(|_| WireError::Truncated { at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SignedTicket {
        let ticket = Ticket {
            id: [1, 2, 3, 4, 5, 6, 7, 8],
            secret: [9; 16],
            serial: "SN-0042".into(),
            root_sha256: [7; 32],
            urls: vec!["https://controller.example:8443".into(), "https://192.0.2.7:8443".into()],
            issued_s: 1_795_514_531,
            expires_s: 1_795_600_931,
            approval: Approval::Needed,
        };
        SignedTicket { ticket, signature: [0x5a; 64] }
    }

    #[test]
    fn a_ticket_comes_back_from_what_people_do_to_it() {
        let ticket = sample();
        let text = ticket.text();
        let pasted = format!(" {}\n{} ", &text[..40].to_lowercase(), &text[40..]);
        assert_eq!(SignedTicket::parse(&text), Ok(ticket.clone()));
        assert_eq!(SignedTicket::parse(&pasted), Ok(ticket));
    }

    #[test]
    fn the_text_fits_the_qr_code_it_is_made_for() {
        let text = sample().text();
        assert!(text.len() <= TEXT_BYTES_MAX, "{}", text.len());
        assert!(text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    }

    #[test]
    fn a_cut_or_foreign_text_is_refused_with_what_to_do() {
        let text = sample().text();
        assert_eq!(SignedTicket::parse("WIFI:S:x;;"), Err(TicketError::Foreign));
        for length in PREFIX.len()..text.len() {
            assert!(SignedTicket::parse(&text[..length]).is_err(), "{length}");
        }
        assert!(matches!(SignedTicket::parse(&"HF1".repeat(400)), Err(TicketError::TooLong { .. })));
    }

    #[test]
    fn the_secret_is_not_shown_by_debug() {
        let shown = format!("{:?}", sample().ticket);
        assert!(!shown.contains("secret") && !shown.contains("9, 9"), "{shown}");
    }
}
