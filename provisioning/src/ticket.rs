//! Issues and checks enrolment tickets; their format is `holdfast_protocol::ticket`, their page docs/formats/ticket.md.
//!
//! Enters: what a ticket shall say, or a ticket somebody showed. Leaves: a signed ticket, whether its signature is this
//! fleet's, and the hash under which the registry knows its secret. Never keeps and never logs a secret.

use holdfast_protocol::enrolment::shown_code;
use holdfast_protocol::ticket::{Approval, SERIAL_BYTES_MAX, SignedTicket, Ticket, URL_BYTES_MAX, URLS_MAX};
use holdfast_protocol::time::WallMs;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, KeyPair, UnparsedPublicKey};

use crate::authority::Authority;

/// Separates the hash of a ticket's secret from every other SHA-256 that Holdfast makes.
const SECRET_DOMAIN: &[u8] = b"holdfast ticket secret v1\0";
/// Shortest life of a ticket: a person must be able to walk to the node.
pub const VALID_S_MIN: u64 = 60;
/// Longest life of a ticket: 400 days. Cards travel for weeks and lie in crates for a season.
pub const VALID_S_MAX: u64 = 400 * 86_400;

/// What a new ticket shall say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Serial of the item it is meant for; empty for any.
    pub serial: String,
    /// Where to enrol, best first: `https://host:port`.
    pub urls: Vec<String>,
    /// How long it holds, in seconds.
    pub valid_s: u64,
    /// Whether a person must approve the node.
    pub approval: Approval,
}

/// Why a ticket cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The serial is too long for a card.
    #[error("the serial has {length} bytes; a ticket carries at most {SERIAL_BYTES_MAX}")]
    Serial {
        /// Its length.
        length: usize,
    },
    /// No URL, or too many.
    #[error("a ticket carries 1 to {URLS_MAX} controller addresses, not {count}; see the key tickets.urls")]
    UrlCount {
        /// How many.
        count: usize,
    },
    /// A URL that no node could use.
    #[error("{url:?} cannot stand in a ticket: write https://host:port in at most {URL_BYTES_MAX} bytes")]
    Url {
        /// Which.
        url: String,
    },
    /// Too short or too long a life.
    #[error("a ticket holds from {VALID_S_MIN} seconds to {VALID_S_MAX} seconds, not {valid_s}")]
    Life {
        /// What was asked.
        valid_s: u64,
    },
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
}

/// Makes a ticket with a random id and secret, and signs it.
///
/// # Errors
/// [`IssueError`], saying which value and its range.
pub fn issue(authority: &Authority, wanted: Wanted, now: WallMs) -> Result<SignedTicket, IssueError> {
    if wanted.serial.len() > SERIAL_BYTES_MAX {
        return Err(IssueError::Serial { length: wanted.serial.len() });
    }
    if wanted.urls.is_empty() || wanted.urls.len() > URLS_MAX {
        return Err(IssueError::UrlCount { count: wanted.urls.len() });
    }
    if let Some(url) =
        wanted.urls.iter().find(|url| !url.starts_with("https://") || url.len() > URL_BYTES_MAX)
    {
        return Err(IssueError::Url { url: url.clone() });
    }
    if !(VALID_S_MIN..=VALID_S_MAX).contains(&wanted.valid_s) {
        return Err(IssueError::Life { valid_s: wanted.valid_s });
    }
    let random = SystemRandom::new();
    let (mut id, mut secret) = ([0; 8], [0; 16]);
    random.fill(&mut id).map_err(|_| IssueError::Random)?;
    random.fill(&mut secret).map_err(|_| IssueError::Random)?;
    let issued_s = u64::try_from(now.0.div_euclid(1000)).unwrap_or(0);
    let ticket = Ticket {
        id,
        secret,
        serial: wanted.serial,
        root_sha256: authority.root_sha256(),
        urls: wanted.urls,
        issued_s,
        expires_s: issued_s.saturating_add(wanted.valid_s),
        approval: wanted.approval,
    };
    let mut signature = [0; 64];
    let signed = authority.ticket_key().sign(&ticket.signed_bytes());
    for (to, from) in signature.iter_mut().zip(signed.as_ref()) {
        *to = *from;
    }
    Ok(SignedTicket { ticket, signature })
}

/// Whether this fleet signed the ticket, byte for byte.
#[must_use]
pub fn signature_holds(authority: &Authority, ticket: &SignedTicket) -> bool {
    UnparsedPublicKey::new(&ED25519, authority.ticket_key().public_key())
        .verify(&ticket.ticket.signed_bytes(), &ticket.signature)
        .is_ok()
}

/// What the registry keeps of a ticket's secret: SHA-256 over a domain, the ticket's id and the secret. The secret has 128
/// random bits, so no slow hash is needed.
#[must_use]
pub fn secret_hash(ticket: &Ticket) -> [u8; 32] {
    hash(&[SECRET_DOMAIN, &ticket.id, &ticket.secret])
}

/// Compares two hashes without telling by its duration where they differ.
#[must_use]
pub fn hashes_equal(left: &[u8; 32], right: &[u8; 32]) -> bool {
    left.iter().zip(right).fold(0_u8, |differing, (a, b)| std::hint::black_box(differing | (a ^ b))) == 0
}

/// The eight-character code that node and controller show for a person to compare: 40 bits of SHA-256 over the node's
/// public key (SubjectPublicKeyInfo, DER) and the ticket's id.
#[must_use]
pub fn code(spki_der: &[u8], ticket_id: &[u8; 8]) -> String {
    shown_code(&hash(&[spki_der, ticket_id]))
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority;
    use crate::scratch::Scratch;

    const NOW: WallMs = WallMs(1_795_514_531_000);

    fn authority(scratch: &Scratch, name: &str) -> Authority {
        authority::create(&scratch.path().join(name), NOW).expect("made").authority
    }

    fn wanted() -> Wanted {
        Wanted {
            serial: "SN-0042".into(),
            urls: vec!["https://controller.example:8443".into()],
            valid_s: 86_400,
            approval: Approval::Automatic,
        }
    }

    #[test]
    fn a_ticket_holds_in_its_own_fleet_and_in_no_other() {
        let scratch = Scratch::new();
        let (ours, theirs) = (authority(&scratch, "ours"), authority(&scratch, "theirs"));
        let ticket = issue(&ours, wanted(), NOW).expect("issued");
        let read = SignedTicket::parse(&ticket.text()).expect("read");
        assert!(signature_holds(&ours, &read));
        assert!(!signature_holds(&theirs, &read));
        assert_eq!(read.ticket.expires_s - read.ticket.issued_s, 86_400);
    }

    #[test]
    fn a_ticket_altered_anywhere_does_not_hold() {
        let scratch = Scratch::new();
        let ours = authority(&scratch, "ours");
        let ticket = issue(&ours, wanted(), NOW).expect("issued");
        let mut altered = vec![ticket.clone(); 5];
        altered[0].ticket.expires_s += 1;
        altered[1].ticket.urls = vec!["https://false.example:8443".into()];
        altered[2].ticket.serial = "SN-0043".into();
        altered[3].ticket.approval = Approval::Needed;
        altered[4].signature[0] ^= 1;
        assert!(altered.iter().all(|ticket| !signature_holds(&ours, ticket)));
    }

    #[test]
    fn the_hash_depends_on_id_and_secret_and_compares_equal_only_to_itself() {
        let scratch = Scratch::new();
        let ours = authority(&scratch, "ours");
        let (one, two) =
            (issue(&ours, wanted(), NOW).expect("one"), issue(&ours, wanted(), NOW).expect("two"));
        let (first, second) = (secret_hash(&one.ticket), secret_hash(&two.ticket));
        assert!(hashes_equal(&first, &first));
        assert!(!hashes_equal(&first, &second));
        for at in 0..32 {
            let mut near = first;
            near[at] ^= 0x80;
            assert!(!hashes_equal(&first, &near), "{at}");
        }
    }

    #[test]
    fn what_cannot_stand_in_a_ticket_is_refused_with_its_range() {
        let scratch = Scratch::new();
        let ours = authority(&scratch, "ours");
        let refused = |change: fn(&mut Wanted)| {
            let mut asked = wanted();
            change(&mut asked);
            issue(&ours, asked, NOW).expect_err("refused")
        };
        assert!(matches!(refused(|w| w.serial = "x".repeat(33)), IssueError::Serial { length: 33 }));
        let nowhere = refused(|w| w.urls.clear());
        assert!(matches!(nowhere, IssueError::UrlCount { count: 0 }));
        assert!(nowhere.to_string().ends_with("see the key tickets.urls"), "{nowhere}");
        assert!(matches!(refused(|w| w.urls = vec!["http://a:1".into()]), IssueError::Url { .. }));
        assert!(matches!(refused(|w| w.valid_s = 59), IssueError::Life { valid_s: 59 }));
        assert!(matches!(refused(|w| w.valid_s = VALID_S_MAX + 1), IssueError::Life { .. }));
    }

    #[test]
    fn node_and_controller_reach_the_same_code_and_another_key_reaches_another() {
        let (key, id) = ([7_u8; 91], [1; 8]);
        assert_eq!(code(&key, &id), code(&key, &id));
        assert_ne!(code(&key, &id), code(&[8; 91], &id));
        assert_ne!(code(&key, &id), code(&key, &[2; 8]));
    }
}
