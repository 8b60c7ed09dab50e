//! The second step of a sign-in: whether a typed code is that of a person's authenticator, or one of their recovery codes.
//!
//! Enters: a person and what they typed. Leaves: that it was taken, once, or why not. A code of an app is six digits, a
//! recovery code sixteen characters: which is meant is seen from the length. Never logs a code; asks nothing about the
//! password, which whoever calls has seen to.

use holdfast_protocol::time::WallMs;

use super::problem::{ApiError, chain};
use crate::access::PersonId;
use crate::app::App;
use crate::secrets::recovery;
use crate::secrets::seal::{Purpose, SealError};
use crate::secrets::totp::{Code, Factor};
use crate::store::StoreError;
use crate::store::second_factors::Stored;

/// Characters of a recovery code that count.
const RECOVERY_CHARACTERS: usize = 16;

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A code of the app.
    Code,
    /// A recovery code.
    Recovery {
        /// How many are left.
        left: u64,
    },
}

/// Why a code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// It is no code of this person.
    #[error("the code is wrong")]
    Wrong,
    /// It was used before.
    #[error("the code was used before")]
    Used,
    /// It belongs to another moment.
    #[error("the clock of the authenticator is {by_s} s off")]
    Off {
        /// By how much; positive when it is ahead.
        by_s: i64,
    },
    /// The registry did not answer.
    #[error("the registry did not answer")]
    Store(#[from] StoreError),
    /// The secret does not open.
    #[error("the second factor cannot be read")]
    Sealed(#[from] SealError),
}

impl CodeError {
    /// In the audit.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Wrong => "wrong code",
            Self::Used => "code used before",
            Self::Off { .. } => "code of another moment",
            Self::Store(_) | Self::Sealed(_) => "failed inside",
        }
    }
}

/// A clock's error in words; with the side that is ahead.
#[must_use]
pub fn clock_words(by_s: i64) -> String {
    let (minutes, seconds) = (by_s.unsigned_abs() / 60, by_s.unsigned_abs() % 60);
    let side = if by_s > 0 { "ahead of" } else { "behind" };
    let length = match (minutes, seconds) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    };
    format!("about {length} {side} the controller's")
}

impl From<CodeError> for ApiError {
    fn from(error: CodeError) -> Self {
        let refused = |code, title, detail: String| {
            Self::new(axum::http::StatusCode::UNAUTHORIZED, code, title, detail)
        };
        match error {
            CodeError::Wrong => refused(
                "code_wrong",
                "The code is wrong",
                "The code is not one of your authenticator app, nor one of your recovery codes. Type the six digits that \
                 the app shows now."
                    .to_owned(),
            ),
            CodeError::Used => refused(
                "code_used",
                "The code was used before",
                "Each code is good once. Wait until the app shows the next one, half a minute at most.".to_owned(),
            ),
            CodeError::Off { by_s } => refused(
                "code_off",
                "The clocks differ",
                format!(
                    "The code belongs to another moment: the clock of your authenticator is {}. Set that clock by the \
                     network, then take a new code.",
                    clock_words(by_s)
                ),
            ),
            CodeError::Store(error) => error.into(),
            CodeError::Sealed(error) => Self::internal(&error),
        }
    }
}

/// Takes a code, once.
///
/// # Errors
/// [`CodeError`]; [`CodeError::Wrong`] for a person without a second factor.
pub async fn take(app: &App, person: PersonId, typed: &str, now: WallMs) -> Result<Taken, CodeError> {
    if typed.chars().filter(char::is_ascii_alphanumeric).count() == RECOVERY_CHARACTERS {
        let hash = recovery::code_sha256(typed);
        if !app.store.use_recovery_code(person, &hash, now).await? {
            return Err(CodeError::Wrong);
        }
        return Ok(Taken::Recovery { left: app.store.recovery_codes_left(person).await? });
    }
    let stored = app.store.second_factor(person).await?.filter(|stored| stored.confirmed.is_some());
    let stored = stored.ok_or(CodeError::Wrong)?;
    let step = right(app, person, &stored, typed, now)?;
    if app.store.use_step(person, step).await? { Ok(Taken::Code) } else { Err(CodeError::Used) }
}

/// The step of a right code, without taking it.
///
/// # Errors
/// [`CodeError`].
pub fn right(
    app: &App,
    person: PersonId,
    stored: &Stored,
    typed: &str,
    now: WallMs,
) -> Result<u64, CodeError> {
    match opened(app, person, stored)?.check(typed, now, Some(stored.used_step)) {
        Code::Right { step } => Ok(step),
        Code::Used => Err(CodeError::Used),
        Code::Off { by_s } => Err(CodeError::Off { by_s }),
        Code::Wrong => Err(CodeError::Wrong),
    }
}

/// The secret of a stored factor.
///
/// # Errors
/// [`CodeError::Sealed`].
pub fn opened(app: &App, person: PersonId, stored: &Stored) -> Result<Factor, CodeError> {
    let opened = app.seal.open(Purpose::SecondFactor, person.0, &stored.sealed);
    let bytes = opened.inspect_err(|error| {
        tracing::error!(cause = %chain(error), "a second factor does not open; is keys/seal.key the right one?");
    })?;
    Factor::from_bytes(&bytes).ok_or(CodeError::Sealed(SealError::Closed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_with_its_side() {
        assert_eq!(clock_words(240), "about 4 min ahead of the controller's");
        assert_eq!(clock_words(-90), "about 1 min 30 s behind the controller's");
    }
}
