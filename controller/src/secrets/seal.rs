//! Seals values that stand in the registry: exact places, secrets of second factors.
//!
//! Enters: the key file of the data folder, a plain value, and where it stands. Leaves: sealed bytes, or the value again.
//! AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: one key seals far fewer than the 2^32 values at which that
//! section's limit lies. What a value is for and its row are bound in, so that a sealed value moved to another row does not
//! open. Layout: version 1, nonce 12, ciphertext, tag 16. Never a key in a database, a log or an error.

use std::path::Path;

use holdfast_provisioning::files::{self, Access, FileError};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// The key's file in the folder of keys; mode 0600.
pub const SEAL_KEY_FILE: &str = "seal.key";
const KEY_BYTES: usize = 32;
const VERSION: u8 = 1;
/// Version, nonce and tag.
pub const OVERHEAD_BYTES: usize = 1 + NONCE_LEN + 16;

/// What a sealed value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The exact place of a site.
    Place,
    /// The secret of a person's second factor.
    SecondFactor,
    /// A list that waits to be committed.
    Import,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::SecondFactor => "second_factor",
            Self::Import => "import",
        }
    }
}

/// Why a value cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key's file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a key.
    #[error(
        "{SEAL_KEY_FILE} holds {bytes} bytes where a key has {KEY_BYTES}; restore it from the backup of the keys folder"
    )]
    Key {
        /// How long it is.
        bytes: usize,
    },
    /// The system has no randomness.
    #[error("no random numbers can be had from the system")]
    Random,
    /// Altered, moved to another row, or sealed under another key.
    #[error("a sealed value does not open: it was altered, or sealed under another {SEAL_KEY_FILE}")]
    Closed,
}

/// The key. `Debug` shows nothing of it.
pub struct SealKey(LessSafeKey);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey")
    }
}

impl SealKey {
    /// The key of this folder of keys; made at the first start.
    ///
    /// # Errors
    /// [`SealError::File`], [`SealError::Key`], [`SealError::Random`].
    pub fn load_or_make(keys: &Path) -> Result<Self, SealError> {
        let path = keys.join(SEAL_KEY_FILE);
        match files::read(&path) {
            Ok(bytes) => Self::from_bytes(&bytes),
            Err(error) if error.is_missing() => {
                let mut bytes = [0_u8; KEY_BYTES];
                SystemRandom::new().fill(&mut bytes).map_err(|_| SealError::Random)?;
                files::write_durably(&path, &bytes, Access::Secret)?;
                Self::from_bytes(&bytes)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A key of these bytes.
    ///
    /// # Errors
    /// [`SealError::Key`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SealError::Key { bytes: bytes.len() })?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a value for one row.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn seal(&self, purpose: Purpose, row: i64, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0_u8; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SealError::Random)?;
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound(purpose, row)),
                &mut sealed,
            )
            .map_err(|_| SealError::Closed)?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for this purpose and row.
    ///
    /// # Errors
    /// [`SealError::Closed`].
    pub fn open(&self, purpose: Purpose, row: i64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::Closed)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Closed)?;
        if *version != VERSION {
            return Err(SealError::Closed);
        }
        let mut bytes = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(bound(purpose, row)), &mut bytes)
            .map_err(|_| SealError::Closed)?;
        Ok(plain.to_vec())
    }
}

fn bound(purpose: Purpose, row: i64) -> Vec<u8> {
    format!("holdfast {} {row}", purpose.word()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealKey {
        SealKey::from_bytes(&[byte; KEY_BYTES]).expect("a key")
    }

    #[test]
    fn a_value_opens_for_its_purpose_and_row_and_for_no_other() {
        let sealed = key(1).seal(Purpose::Place, 7, b"plain").expect("sealed");
        assert_eq!(sealed.len(), 5 + OVERHEAD_BYTES);
        assert!(!sealed.windows(5).any(|window| window == b"plain"));
        assert_eq!(key(1).open(Purpose::Place, 7, &sealed).expect("opens"), b"plain");
        assert!(key(1).open(Purpose::Place, 8, &sealed).is_err(), "moved to another row");
        assert!(key(1).open(Purpose::SecondFactor, 7, &sealed).is_err(), "used for another purpose");
        assert!(key(2).open(Purpose::Place, 7, &sealed).is_err(), "another key");
    }

    #[test]
    fn no_altered_byte_opens_and_nothing_panics() {
        let sealed = key(1).seal(Purpose::Place, 7, b"plain").expect("sealed");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key(1).open(Purpose::Place, 7, &altered).is_err(), "byte {at}");
            assert!(key(1).open(Purpose::Place, 7, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_value_sealed_twice_does_not_look_alike() {
        let key = key(1);
        let (one, two) = (key.seal(Purpose::Place, 1, b"x"), key.seal(Purpose::Place, 1, b"x"));
        assert_ne!(one.expect("sealed"), two.expect("sealed"));
    }
}
