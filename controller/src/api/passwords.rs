//! Password hashes: argon2id, off the async threads, few at a time.
//!
//! Enters: passwords. Leaves: PHC strings and verdicts. A name that does not exist costs the same work as one that does.
//! Never logs, never keeps a password.

use std::sync::OnceLock;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Semaphore;

/// Memory of one hash in KiB: OWASP Password Storage Cheat Sheet, argon2id, first choice of equals (m=19456, t=2, p=1).
const MEMORY_KIB: u32 = 19_456;
/// Passes over it; same source.
const PASSES: u32 = 2;
/// Lanes; same source.
const LANES: u32 = 1;
/// Bytes of salt: RFC 9106, section 3.1.
const SALT_BYTES: usize = 16;
/// Shortest password, in characters: NIST SP 800-63B-4, section 3.1.1.2, where it is the only factor.
pub const CHARACTERS_MIN: usize = 15;
/// Longest, in bytes: the same source wants at least 64 characters; four bytes each, and as much again.
pub const BYTES_MAX: usize = 512;
/// Fewest different characters: refuses what is one key held down.
const DIFFERENT_MIN: usize = 5;
/// Bytes of the hash: RFC 9106, section 4.
const HASH_BYTES: usize = 32;
/// Blocks of 1 KiB for which room is asked: just over 32 MiB, of which only [`MEMORY_KIB`] are ever touched. What is freed in
/// pieces up to 32 MiB, glibc keeps for the thread that had it (`M_MMAP_THRESHOLD` of mallopt(3) grows up to that), so that
/// the first two sign-ins would cost 38 MiB for as long as the program runs; a larger piece is mapped for itself, and goes
/// back to the system when it is dropped.
const ROOM_KIB: usize = 33 * 1_024;
/// Hashes at one time: 2 × 19 MiB stay within what the unit allows, and two cores do no more.
const AT_ONCE: usize = 2;
/// How long one waits for its turn: at 50 ms a hash, 100 people can be in front.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// Why a password was neither hashed nor looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many at one time.
    #[error("too many sign-ins at this moment; try again in some seconds")]
    Busy,
    /// Shorter than [`CHARACTERS_MIN`].
    #[error(
        "the password has {0} characters and needs at least {CHARACTERS_MIN}; a sentence of five words is one"
    )]
    Short(usize),
    /// Longer than [`BYTES_MAX`].
    #[error("the password has more than {BYTES_MAX} bytes; take a shorter one")]
    Long,
    /// Too plain.
    #[error(
        "the password repeats few characters or holds the name; take one that others would not guess from the name"
    )]
    Plain,
    /// The hash failed inside.
    #[error("the password could not be hashed")]
    Failed,
}

/// Hashes and looks at passwords.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    decoy: OnceLock<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), decoy: OnceLock::new() }
    }
}

impl Passwords {
    /// Whether a password may be chosen.
    ///
    /// # Errors
    /// [`PasswordError`], saying what to do.
    pub fn fits(password: &str, name: &str) -> Result<(), PasswordError> {
        let characters = password.chars().count();
        if characters < CHARACTERS_MIN {
            return Err(PasswordError::Short(characters));
        }
        if password.len() > BYTES_MAX {
            return Err(PasswordError::Long);
        }
        let different: std::collections::BTreeSet<char> = password.chars().collect();
        let (folded, name) = (password.to_lowercase(), name.trim().to_lowercase());
        let rest = folded.replace(&name, "").chars().count();
        if different.len() < DIFFERENT_MIN || (!name.is_empty() && rest < CHARACTERS_MIN / 2) {
            return Err(PasswordError::Plain);
        }
        Ok(())
    }

    /// Hashes a password that fits.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], [`PasswordError::Failed`].
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.in_turn(move || hash(&password)).await
    }

    /// Whether the password is the one behind `kept`; with `None` the same work is done for nothing.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], [`PasswordError::Failed`].
    pub async fn holds(&self, password: String, kept: Option<String>) -> Result<bool, PasswordError> {
        if password.len() > BYTES_MAX {
            return Ok(false);
        }
        let known = kept.is_some();
        let kept = match kept {
            Some(kept) => kept,
            None => self.decoy().await?,
        };
        Ok(self.in_turn(move || Ok(verify(&password, &kept).unwrap_or(false))).await? && known)
    }

    async fn decoy(&self) -> Result<String, PasswordError> {
        if let Some(decoy) = self.decoy.get() {
            return Ok(decoy.clone());
        }
        let made = self.hash("nobody has this one".to_owned()).await?;
        Ok(self.decoy.get_or_init(|| made).clone())
    }

    /// Makes the decoy before the first stranger could time it.
    ///
    /// # Errors
    /// [`PasswordError::Failed`].
    pub async fn warm_up(&self) -> Result<(), PasswordError> {
        self.decoy().await.map(drop)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = tokio::time::timeout(TURN_WAIT, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Failed)?
    }
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let mut salt = [0_u8; SALT_BYTES];
    SystemRandom::new().fill(&mut salt).map_err(|_| PasswordError::Failed)?;
    let made = || {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).ok()?;
        let written = ParamsString::try_from(&params).ok()?;
        let hash = filled(password, &salt, Algorithm::Argon2id, Version::V0x13, params)?;
        Some(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: written,
            salt: Some(Salt::new(&salt).ok()?),
            hash: Some(hash),
        })
    };
    made().map(|made| made.to_string()).ok_or(PasswordError::Failed)
}

/// Whether the password is the one behind `kept`, by the parameters that stand there; none for what is no such hash.
fn verify(password: &str, kept: &str) -> Option<bool> {
    let kept = PasswordHash::new(kept).ok()?;
    let algorithm = Algorithm::try_from(kept.algorithm.as_str()).ok()?;
    let version = kept.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(&kept).ok()?;
    let hash = filled(password, kept.salt.as_ref()?, algorithm, version, params)?;
    // Compares in constant time.
    Some(hash == kept.hash?)
}

/// The hash, in memory that goes back to the system.
fn filled(
    password: &str,
    salt: &[u8],
    algorithm: Algorithm,
    version: Version,
    params: Params,
) -> Option<Output> {
    let blocks = params.block_count();
    let mut hash = [0_u8; Output::MAX_LENGTH];
    let hash = hash.get_mut(..params.output_len().unwrap_or(HASH_BYTES))?;
    let mut memory = Vec::with_capacity(blocks.max(ROOM_KIB));
    memory.resize(blocks, Block::default());
    let argon2 = Argon2::new(algorithm, version, params);
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, hash, &mut memory).ok()?;
    Output::new(hash).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_names_its_parameters_and_knows_its_password_alone() {
        let passwords = Passwords::default();
        let kept = passwords.hash("a sentence of five words".into()).await.expect("hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(passwords.holds("a sentence of five words".into(), Some(kept.clone())).await, Ok(true));
        assert_eq!(passwords.holds("a sentence of six words".into(), Some(kept)).await, Ok(false));
    }

    #[tokio::test]
    async fn a_hash_made_by_the_plain_use_of_the_library_is_known_and_the_other_way_round() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let passwords = Passwords::default();
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("parameters");
        let plain = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let theirs: PasswordHash =
            plain.hash_password_with_salt(b"a sentence of five words", &[7; SALT_BYTES]).expect("hash");
        let kept = Some(theirs.to_string());
        assert_eq!(passwords.holds("a sentence of five words".into(), kept.clone()).await, Ok(true));
        assert_eq!(passwords.holds("a sentence of six words".into(), kept).await, Ok(false));
        let ours = passwords.hash("a sentence of five words".into()).await.expect("hash");
        assert!(plain.verify_password(b"a sentence of five words", ours.as_str()).is_ok());
        for broken in ["", "$argon2id$", "no hash at all", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ"] {
            assert_eq!(passwords.holds("a".into(), Some(broken.into())).await, Ok(false), "{broken:?}");
        }
    }

    #[tokio::test]
    async fn the_decoy_opens_for_nobody_and_is_hashed_like_the_others() {
        let passwords = Passwords::default();
        assert_eq!(passwords.holds("nobody has this one".into(), None).await, Ok(false));
        let decoy = passwords.decoy().await.expect("decoy");
        assert!(decoy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{decoy}");
    }

    #[test]
    fn what_may_not_be_a_password_is_refused_with_what_to_do() {
        assert_eq!(Passwords::fits("short", "anna"), Err(PasswordError::Short(5)));
        assert_eq!(Passwords::fits("aaaaaaaaaaaaaaaaaaaa", "anna"), Err(PasswordError::Plain));
        assert_eq!(Passwords::fits("Administrator-1234", "administrator"), Err(PasswordError::Plain));
        assert_eq!(Passwords::fits(&"long".repeat(200), "anna"), Err(PasswordError::Long));
        assert_eq!(Passwords::fits("чотири слова досить", "anna"), Ok(()));
    }
}
