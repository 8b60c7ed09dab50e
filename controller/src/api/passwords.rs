//! Password hashes: argon2id, off the async threads, few at a time.
//!
//! Enters: passwords. Leaves: PHC strings and verdicts. A name that does not exist costs the same work as one that does.
//! Never logs, never keeps a password.

use std::sync::OnceLock;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
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
        let fits =
            move || argon2().map(|argon2| argon2.verify_password(password.as_bytes(), kept.as_str()).is_ok());
        Ok(self.in_turn(fits).await? && known)
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

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let mut salt = [0_u8; SALT_BYTES];
    SystemRandom::new().fill(&mut salt).map_err(|_| PasswordError::Failed)?;
    let made: PasswordHash =
        argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| PasswordError::Failed)?;
    Ok(made.to_string())
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
