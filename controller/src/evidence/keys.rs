//! The key that signs evidence files, and what is published of it.
//!
//! Enters: the controller's folder of keys. Leaves: signatures over files, and the verification key that anybody may have.
//! Made at the first start where there is none; it signs nothing but evidence. Never logged.

use std::path::Path;

use holdfast_protocol::evidence::{Evidence, Hex, VerificationKey};
use holdfast_provisioning::authority::Authority;
use holdfast_provisioning::evidence::{seal, verification_key};
use holdfast_provisioning::files::{self, Access, FileError};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};

/// The key's file in the folder of keys, PKCS#8 DER; mode 0600.
pub const EVIDENCE_KEY_FILE: &str = "evidence.key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceKeyError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a key.
    #[error("{EVIDENCE_KEY_FILE} holds no Ed25519 key; restore it from the backup of the keys folder")]
    Damaged,
    /// The system has no randomness.
    #[error("no random numbers can be had from the system")]
    Random,
}

/// The key. `Debug` shows nothing of it.
pub struct EvidenceKey(Ed25519KeyPair);

impl std::fmt::Debug for EvidenceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EvidenceKey")
    }
}

impl EvidenceKey {
    /// The key of this folder of keys; made at the first start.
    ///
    /// # Errors
    /// [`EvidenceKeyError`].
    pub fn load_or_make(keys: &Path) -> Result<Self, EvidenceKeyError> {
        let path = keys.join(EVIDENCE_KEY_FILE);
        match files::read(&path) {
            Ok(bytes) => {
                files::require_private(&path)?;
                Self::from_pkcs8(&bytes)
            }
            Err(error) if error.is_missing() => {
                let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                    .map_err(|_| EvidenceKeyError::Random)?;
                files::write_durably(&path, made.as_ref(), Access::Secret)?;
                Self::from_pkcs8(made.as_ref())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, EvidenceKeyError> {
        Ed25519KeyPair::from_pkcs8(bytes).map(Self).map_err(|_| EvidenceKeyError::Damaged)
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> Hex {
        Hex(self.0.public_key().as_ref().to_vec())
    }

    /// A sealed file; `None` only if it could not be written as JSON.
    #[must_use]
    pub fn seal(&self, evidence: &Evidence) -> Option<Vec<u8>> {
        seal(evidence, &self.0)
    }

    /// What anybody may have, to check files with.
    #[must_use]
    pub fn verification_key(&self, authority: &Authority) -> VerificationKey {
        let keys: Vec<[u8; 32]> = self.public().array().into_iter().collect();
        verification_key(authority.fleet(), &authority.root_sha256(), &keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::folder;

    #[test]
    fn the_key_is_made_once_and_a_damaged_or_readable_one_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let made = EvidenceKey::load_or_make(folder.path()).expect("made").public();
        assert_eq!(EvidenceKey::load_or_make(folder.path()).expect("there").public(), made);
        let path = folder.path().join(EVIDENCE_KEY_FILE);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        assert!(matches!(EvidenceKey::load_or_make(folder.path()), Err(EvidenceKeyError::File(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
        std::fs::write(&path, b"nonsense").expect("written");
        assert!(matches!(EvidenceKey::load_or_make(folder.path()), Err(EvidenceKeyError::Damaged)));
    }
}
