//! Says, signed with the node's own key, which serials the machine shows: when the agent starts, each day, and when they
//! change.
//!
//! Enters: the identity's key, a secret for salts, claims, and an instant. Leaves: the body of a `statement` record. The
//! last one is remembered in `statement.json` of the state folder, so that an agent that is started over and over says
//! nothing new. Never leaves out what could not be read, and never logs a serial.

use std::path::{Path, PathBuf};

use holdfast_protocol::ids::{BootCounter, NodeId};
use holdfast_protocol::statement::{Claim, Head, Opening, SALT_BYTES, SIGNATURE_BYTES, Statement};
use holdfast_protocol::time::{BootMs, ClockTrust};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use ring::{digest, hmac};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};

use crate::durable;

/// Name of the file that remembers the last statement.
pub const STATEMENT_FILE: &str = "statement.json";
/// What the secret for salts is derived under.
pub const SALT_CONTEXT: &[u8] = b"holdfast claim salts v1";
/// Longest time between two statements of a boot.
pub const EVERY_MS: u64 = 24 * 3_600_000;
/// How often the machine is looked at: a change is told within it, and at most 24 statements are made in a day.
pub const LOOK_EVERY_MS: u64 = 3_600_000;

/// Why nothing can be stated.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The key is not what `holdfast enrol` makes.
    #[error("node.key is no ECDSA P-256 key in PKCS#8; enrol the node again")]
    Key,
    /// The library refused to sign.
    #[error("the statement could not be signed")]
    Sign,
}

/// What is remembered of the last statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    boot: BootCounter,
    at: BootMs,
    /// SHA-256 over node and claims, hexadecimal.
    claims: String,
}

/// Who states.
pub struct Witness {
    node: NodeId,
    boot: BootCounter,
    key: EcdsaKeyPair,
    random: SystemRandom,
    salts: hmac::Key,
    file: PathBuf,
    last: Option<Last>,
    looked: Option<BootMs>,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Witness").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Witness {
    /// A witness with the key of the identity, in PEM. `salts` is the secret under [`SALT_CONTEXT`].
    ///
    /// # Errors
    /// [`StatementError::Key`].
    pub fn new(
        (node, boot): (NodeId, BootCounter),
        key_pem: &[u8],
        salts: &[u8; 32],
        state: &Path,
    ) -> Result<Self, StatementError> {
        let random = SystemRandom::new();
        let PrivateKeyDer::Pkcs8(der) =
            PrivateKeyDer::from_pem_slice(key_pem).map_err(|_| StatementError::Key)?
        else {
            return Err(StatementError::Key);
        };
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_pkcs8_der(), &random)
            .map_err(|_| StatementError::Key)?;
        let file = state.join(STATEMENT_FILE);
        // A damaged or missing file costs one statement more.
        let last = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let salts = hmac::Key::new(hmac::HMAC_SHA256, salts);
        Ok(Self { node, boot, key, random, salts, file, last, looked: None })
    }

    /// The body of a statement, if one is due; `observe` is asked at most once in [`LOOK_EVERY_MS`].
    ///
    /// # Errors
    /// [`StatementError::Sign`].
    pub fn due(
        &mut self,
        at: BootMs,
        clock: ClockTrust,
        observe: impl FnOnce() -> Vec<Claim>,
    ) -> Result<Option<Vec<u8>>, StatementError> {
        if self.looked.is_some_and(|looked| at.since_ms(looked) < LOOK_EVERY_MS) {
            return Ok(None);
        }
        self.looked = Some(at);
        let claims = observe();
        let now = Last { boot: self.boot, at, claims: self.digest(&claims) };
        let same = self.last.as_ref().is_some_and(|last| {
            last.boot == now.boot
                && last.claims == now.claims
                && last.at <= at
                && at.since_ms(last.at) < EVERY_MS
        });
        if same {
            return Ok(None);
        }
        let body = self.state(at, clock, claims)?;
        let bytes = serde_json::to_vec(&now).unwrap_or_default();
        if let Err(error) = durable::write(&self.file, &bytes, 0o600) {
            tracing::warn!(%error, "what was stated last could not be written down; the next start states it again");
        }
        self.last = Some(now);
        Ok(Some(body))
    }

    fn state(&self, at: BootMs, clock: ClockTrust, claims: Vec<Claim>) -> Result<Vec<u8>, StatementError> {
        let agent = holdfast_protocol::PROGRAM_VERSION.to_owned();
        let digests = vec![[0; 32]; claims.len()];
        let mut head = Head { node: self.node, boot: self.boot, at, clock, agent, digests };
        let prefix = head.prefix();
        let openings: Vec<Opening> = claims
            .into_iter()
            .zip(0_u8..)
            .map(|(claim, place)| Opening { salt: self.salt(&prefix, place), claim })
            .collect();
        head.digests = openings.iter().map(|one| sha256(&one.claim.digest_input(&one.salt))).collect();
        let signed = self.key.sign(&self.random, &head.signed()).map_err(|_| StatementError::Sign)?;
        let signature: [u8; SIGNATURE_BYTES] =
            signed.as_ref().try_into().map_err(|_| StatementError::Sign)?;
        Ok(Statement { head, signature, openings }.encode())
    }

    /// The place is below 128, so that it is its own varint.
    fn salt(&self, prefix: &[u8], place: u8) -> [u8; SALT_BYTES] {
        let tag = hmac::sign(&self.salts, &[prefix, &[place]].concat());
        let mut salt = [0; SALT_BYTES];
        salt.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        salt
    }

    fn digest(&self, claims: &[Claim]) -> String {
        let mut all = self.node.bytes().to_vec();
        claims.iter().for_each(|claim| all.extend_from_slice(&claim.encode()));
        sha256(&all).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::statement::{Seen, Source};
    use holdfast_protocol::time::WallMs;
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData};
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;
    use crate::testing::Folder;

    const CLOCK: ClockTrust = ClockTrust::Synchronised { wall: WallMs(1_795_514_531_000), error_ms: 12 };
    const HOUR_MS: u64 = 3_600_000;

    fn witness(folder: &Folder, key: &KeyPair, boot: u32) -> Witness {
        let who = (NodeId::from_bytes([7; 5]), BootCounter(boot));
        Witness::new(who, key.serialize_pem().as_bytes(), &[3; 32], folder.path()).expect("a P-256 key")
    }

    fn claims(serial: &str) -> Vec<Claim> {
        let claim = |source, serial: &str| Claim {
            source,
            part: String::new(),
            seen: Seen::Serial(serial.into()),
            detail: String::new(),
        };
        vec![claim(Source::System, serial), claim(Source::Board, serial)]
    }

    fn at(witness: &mut Witness, hours: u64, serial: &str) -> Option<Statement> {
        let body = witness.due(BootMs(hours * HOUR_MS), CLOCK, || claims(serial)).expect("signed");
        body.map(|body| Statement::decode(&body).expect("of its own making"))
    }

    #[test]
    fn a_statement_is_signed_by_the_nodes_key_and_each_digest_fits_its_claim() {
        let (folder, key) =
            (Folder::new("statement"), KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
        let statement = at(&mut witness(&folder, &key, 41), 1, "SN-1").expect("the first is due");
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.der_bytes());
        public.verify(&statement.head.signed(), &statement.signature).expect("fits");
        assert_eq!((statement.head.boot, statement.head.clock), (BootCounter(41), CLOCK));
        for (opening, digest) in statement.openings.iter().zip(&statement.head.digests) {
            assert_eq!(&sha256(&opening.claim.digest_input(&opening.salt)), digest);
        }
        let [one, two] = statement.openings.as_slice() else { panic!("two claims") };
        assert_ne!(one.salt, two.salt, "the same serial twice does not show as the same digest");
    }

    #[test]
    fn it_is_said_at_the_start_each_day_and_on_change_and_not_in_between() {
        let (folder, key) =
            (Folder::new("when"), KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
        let mut running = witness(&folder, &key, 41);
        let said: Vec<u64> = (1..60)
            .filter(|hours| at(&mut running, *hours, if *hours < 30 { "SN-1" } else { "SN-2" }).is_some())
            .collect();
        assert_eq!(said, [1, 25, 30, 54]);
        let body = running
            .due(BootMs(60 * HOUR_MS - 1), CLOCK, || panic!("looked at 59 h"))
            .expect("nothing to sign");
        assert_eq!(body, None);
    }

    #[test]
    fn an_agent_that_starts_over_and_over_says_nothing_new_and_a_new_boot_does() {
        let (folder, key) =
            (Folder::new("again"), KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
        assert!(at(&mut witness(&folder, &key, 41), 1, "SN-1").is_some());
        assert!(at(&mut witness(&folder, &key, 41), 2, "SN-1").is_none());
        assert!(at(&mut witness(&folder, &key, 41), 3, "SN-2").is_some(), "changed while the agent was away");
        assert!(at(&mut witness(&folder, &key, 42), 3, "SN-2").is_some());
        std::fs::write(folder.path().join(STATEMENT_FILE), "{").expect("written");
        assert!(at(&mut witness(&folder, &key, 42), 4, "SN-2").is_some(), "damaged: said again");
    }

    #[test]
    fn the_node_can_make_its_salts_again_and_another_secret_makes_others() {
        let (folder, key) =
            (Folder::new("salts"), KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
        let one = witness(&folder, &key, 41);
        let who = (NodeId::from_bytes([7; 5]), BootCounter(41));
        let other =
            Witness::new(who, key.serialize_pem().as_bytes(), &[4; 32], folder.path()).expect("a key");
        assert_eq!(one.salt(b"head", 0), witness(&folder, &key, 41).salt(b"head", 0));
        assert_ne!(one.salt(b"head", 0), other.salt(b"head", 0));
        assert_ne!(one.salt(b"head", 0), one.salt(b"head", 1));
        assert_ne!(one.salt(b"head", 0), one.salt(b"heaD", 0));
    }

    #[test]
    fn another_kind_of_key_is_refused() {
        let folder = Folder::new("kind");
        let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key").serialize_pem();
        for pem in [key.as_str(), "nonsense"] {
            let who = (NodeId::from_bytes([7; 5]), BootCounter(1));
            let refused = Witness::new(who, pem.as_bytes(), &[3; 32], folder.path());
            assert!(matches!(refused, Err(StatementError::Key)), "{pem}");
        }
    }
}
