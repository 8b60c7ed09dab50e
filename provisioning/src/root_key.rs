//! The fleet root's private key as a file of the age format, encrypted to a passphrase.
//!
//! Enters: the key, PEM. Leaves: an age file and the generated passphrase, which is shown once and kept nowhere; and the
//! key again, given both. Any age program opens the file (`age --decrypt`). Never writes the key itself anywhere.

use std::fmt;
use std::iter;

use age::scrypt;
use age::secrecy::SecretString;
use holdfast_protocol::ids::base32;
use ring::rand::{SecureRandom, SystemRandom};

/// Random bytes in a passphrase: 120 bits, 24 characters in six groups of four, which a person can copy onto paper.
const PASSPHRASE_BYTES: usize = 15;
/// log2 of scrypt's work factor: 2^15 needs 32 MiB and about 0.1 s. The passphrase itself carries 120 bits, so the
/// stretching need not; a small controller must still be able to open it.
const WORK_FACTOR_LOG2: u8 = 15;
/// Most work that opening a file may ask for (128 MiB); a file of ours asks for [`WORK_FACTOR_LOG2`].
const WORK_FACTOR_LOG2_MAX: u8 = 17;

/// A passphrase; not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Takes one that a person typed; spaces around it are dropped.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// Makes a new one.
    ///
    /// # Errors
    /// [`RootKeyError::Random`].
    pub fn generate() -> Result<Self, RootKeyError> {
        let mut bytes = [0; PASSPHRASE_BYTES];
        SystemRandom::new().fill(&mut bytes).map_err(|_| RootKeyError::Random)?;
        let text = base32(&bytes);
        let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
        Ok(Self(groups.join("-")))
    }

    /// The words, to be shown once.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.0
    }

    fn secret(&self) -> SecretString {
        SecretString::from(self.0.clone())
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(not shown)")
    }
}

/// Why the root key's file cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
    /// The age library failed to encrypt.
    #[error("could not encrypt the root key")]
    Seal(#[source] age::EncryptError),
    /// The passphrase is not this file's.
    #[error("the passphrase does not open this file; type it as it was shown, hyphens included")]
    Passphrase,
    /// The file is damaged or not an age file.
    #[error("this is not the root key's file, or it is damaged")]
    Damaged(#[source] age::DecryptError),
    /// What was inside is not text.
    #[error("the file opens, but no key in PEM is in it")]
    Inside,
}

/// Encrypts the root key.
///
/// # Errors
/// [`RootKeyError::Seal`].
pub fn seal(key_pem: &str, passphrase: &Passphrase) -> Result<Vec<u8>, RootKeyError> {
    let mut recipient = scrypt::Recipient::new(passphrase.secret());
    recipient.set_work_factor(WORK_FACTOR_LOG2);
    age::encrypt(&recipient, key_pem.as_bytes()).map_err(RootKeyError::Seal)
}

/// Decrypts the root key.
///
/// # Errors
/// [`RootKeyError`], telling a wrong passphrase from a damaged file.
pub fn open(file: &[u8], passphrase: &Passphrase) -> Result<String, RootKeyError> {
    use std::io::Read;

    let mut identity = scrypt::Identity::new(passphrase.secret());
    identity.set_max_work_factor(WORK_FACTOR_LOG2_MAX);
    let decryptor = age::Decryptor::new(file).map_err(RootKeyError::Damaged)?;
    let opened: &dyn age::Identity = &identity;
    let mut reader = decryptor.decrypt(iter::once(opened)).map_err(|error| match error {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed
        | age::DecryptError::NoMatchingKeys => RootKeyError::Passphrase,
        damaged @ (age::DecryptError::ExcessiveWork { .. }
        | age::DecryptError::InvalidHeader
        | age::DecryptError::InvalidMac
        | age::DecryptError::Io(_)
        | age::DecryptError::UnknownFormat) => RootKeyError::Damaged(damaged),
    })?;
    let mut text = String::new();
    reader.read_to_string(&mut text).map_err(|_| RootKeyError::Inside)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_comes_back_with_its_passphrase_and_with_no_other() {
        let (right, wrong) = (Passphrase::generate().expect("made"), Passphrase::generate().expect("made"));
        let file = seal("-----BEGIN PRIVATE KEY-----", &right).expect("sealed");
        assert_eq!(open(&file, &right).expect("opened"), "-----BEGIN PRIVATE KEY-----");
        assert!(matches!(open(&file, &wrong), Err(RootKeyError::Passphrase)));
        assert!(matches!(open(&file[..40], &right), Err(RootKeyError::Damaged(_))));
        assert!(!file.windows(7).any(|part| part == b"PRIVATE"));
    }

    #[test]
    fn a_passphrase_is_six_groups_of_four_and_stays_out_of_debug() {
        let passphrase = Passphrase::generate().expect("made");
        let groups: Vec<&str> = passphrase.shown().split('-').collect();
        assert!(groups.len() == 6 && groups.iter().all(|group| group.len() == 4), "{groups:?}");
        assert!(!format!("{passphrase:?}").contains(groups[0]));
    }
}
