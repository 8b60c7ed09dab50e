//! What a person does to their own sign-in: password, second factor, recovery codes, sessions.
//!
//! Enters: a signed-in person and what they typed. Leaves: changes, codes that are shown once, or refusals. A dangerous act
//! asks for the password or a code again, unless the session has shown one within five minutes (`grace`). What was typed
//! wrong counts like a failed sign-in. Never logs a password or a code.

use axum::http::StatusCode;

use super::passwords::Passwords;
use super::problem::ApiError;
use super::second_factor::{self, CodeError};
use super::session::{Caller, SignInError, begin_attempt};
use crate::access::{SessionId, Viewer};
use crate::app::App;
use crate::clock::Now;
use crate::secrets::recovery;
use crate::secrets::seal::Purpose;
use crate::secrets::totp::{DIGITS, Factor};
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::people::fold;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum MeError {
    /// Password or code have to be shown again.
    #[error("password or code are needed again")]
    Again,
    /// The password typed is not theirs.
    #[error("the password is wrong")]
    WrongPassword,
    /// A code, a new password, too many attempts, the registry.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// There is a second factor already.
    #[error("there is a second factor already")]
    HasFactor,
    /// There is none, or none that waits to be confirmed.
    #[error("there is no second factor")]
    NoFactor,
    /// The session is not theirs, or has ended.
    #[error("no such session")]
    NoSession,
}

impl From<CodeError> for MeError {
    fn from(error: CodeError) -> Self {
        Self::SignIn(error.into())
    }
}

impl From<StoreError> for MeError {
    fn from(error: StoreError) -> Self {
        Self::SignIn(error.into())
    }
}

impl From<MeError> for ApiError {
    fn from(error: MeError) -> Self {
        let refused = |code, title, detail| Self::new(StatusCode::FORBIDDEN, code, title, detail);
        match error {
            MeError::Again => refused(
                "again_needed",
                "Password or code again",
                "This act needs your password or a code of your app again. Send one as `again`; it then holds for 5 minutes.",
            ),
            MeError::WrongPassword => refused(
                "password_wrong",
                "The password is wrong",
                "The password is not yours. Nothing was changed. Check it and try again.",
            ),
            MeError::SignIn(error) => error.into(),
            MeError::HasFactor => Self::new(
                StatusCode::CONFLICT,
                "second_factor_there",
                "There is a second factor already",
                "You have a second factor. Take it away first, with your password and a code, to set up another one.",
            ),
            MeError::NoFactor => Self::new(
                StatusCode::CONFLICT,
                "second_factor_none",
                "There is no second factor",
                "There is no second factor to do this with. Begin to set one up first.",
            ),
            MeError::NoSession => Self::not_found("session of yours"),
        }
    }
}

/// Whether the viewer's session has shown a password or a code within the last minutes.
#[must_use]
pub fn shown_lately(app: &App, viewer: &Viewer, now: Now) -> bool {
    viewer.session().is_some_and(|session| app.sign_ins.grace(|grace| grace.holds(session, now.monotonic)))
}

/// Asks for password or code again, unless this session has shown one lately.
///
/// # Errors
/// [`MeError::Again`] for nothing typed; what was wrong with what was typed.
pub async fn again(app: &App, viewer: &Viewer, typed: &str, from: &Caller, now: Now) -> Result<(), MeError> {
    // Nothing that a program shows is its person's.
    let session = viewer.session().ok_or(MeError::NoSession)?;
    if shown_lately(app, viewer, now) {
        return Ok(());
    }
    if typed.trim().is_empty() {
        return Err(MeError::Again);
    }
    let folded = fold(&viewer.name);
    begin_attempt(app, &folded, from.address, now)?;
    let shown = if is_code(typed) {
        second_factor::take(app, viewer.person, typed, now.wall).await.map(drop).map_err(MeError::from)
    } else {
        password_holds(app, viewer, typed).await
    };
    if let Err(error) = shown {
        audit(app, viewer, Action::ShowAgain, Outcome::Refused, now).await;
        return Err(error);
    }
    app.sign_ins.attempts(|attempts| attempts.succeeded(&folded, from.address));
    app.sign_ins.grace(|grace| grace.shown(session, now.monotonic));
    Ok(())
}

/// A password has fifteen characters at least, so six digits are a code.
fn is_code(typed: &str) -> bool {
    let plain: Vec<char> = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    plain.len() == DIGITS && plain.iter().all(char::is_ascii_digit)
}

async fn password_holds(app: &App, viewer: &Viewer, typed: &str) -> Result<(), MeError> {
    let person = app.store.person_by_name(&viewer.name).await?;
    let kept = person.filter(|person| !person.password.is_empty()).map(|person| person.password);
    let holds = app.sign_ins.passwords.holds(typed.to_owned(), kept).await.map_err(SignInError::from)?;
    if holds { Ok(()) } else { Err(MeError::WrongPassword) }
}

/// Changes the password; all other sessions end.
///
/// # Errors
/// [`MeError`].
pub async fn change_password(
    app: &App,
    viewer: &Viewer,
    (old, new): (&str, String),
    from: &Caller,
    now: Now,
) -> Result<(), MeError> {
    let folded = fold(&viewer.name);
    begin_attempt(app, &folded, from.address, now)?;
    if let Err(error) = password_holds(app, viewer, old).await {
        audit(app, viewer, Action::PasswordChange, Outcome::Refused, now).await;
        return Err(error);
    }
    app.sign_ins.attempts(|attempts| attempts.succeeded(&folded, from.address));
    Passwords::fits(&new, &viewer.name).map_err(SignInError::from)?;
    let hash = app.sign_ins.passwords.hash(new).await.map_err(SignInError::from)?;
    app.store.change_password(viewer.person, &hash, viewer.session(), now.wall).await?;
    audit(app, viewer, Action::PasswordChange, Outcome::Done, now).await;
    Ok(())
}

/// Makes a secret that counts once [`confirm_factor`] has seen a code of it.
///
/// # Errors
/// [`MeError::HasFactor`].
pub async fn begin_factor(app: &App, viewer: &Viewer, now: Now) -> Result<Factor, MeError> {
    let factor = Factor::new().ok_or(SignInError::Failed)?;
    let sealed = app.seal.seal(Purpose::SecondFactor, viewer.person.0, factor.bytes());
    let sealed = sealed.map_err(CodeError::from)?;
    if !app.store.begin_second_factor(viewer.person, &sealed, now.wall).await? {
        return Err(MeError::HasFactor);
    }
    Ok(factor)
}

/// The secret that waits to be confirmed.
///
/// # Errors
/// What registry and seal say.
pub async fn waiting_factor(app: &App, viewer: &Viewer) -> Result<Option<Factor>, MeError> {
    let stored = app.store.second_factor(viewer.person).await?;
    let Some(stored) = stored.filter(|stored| stored.confirmed.is_none()) else { return Ok(None) };
    Ok(Some(second_factor::opened(app, viewer.person, &stored)?))
}

/// What an app reads from the QR code. The account is a number: the app's list lies on a phone that may be lost.
#[must_use]
pub fn factor_uri(app: &App, viewer: &Viewer, factor: &Factor) -> String {
    let server = app.config.names.first().map_or("", String::as_str);
    factor.uri("Holdfast", &format!("{server} {}", viewer.person.0))
}

/// Confirms the secret by a first code; from then on it is asked for. Leaves the recovery codes, the one time they are shown.
///
/// # Errors
/// [`MeError::NoFactor`], or what is wrong with the code.
pub async fn confirm_factor(
    app: &App,
    viewer: &Viewer,
    code: &str,
    now: Now,
) -> Result<Vec<String>, MeError> {
    let stored = app.store.second_factor(viewer.person).await?.ok_or(MeError::NoFactor)?;
    if stored.confirmed.is_some() {
        return Err(MeError::HasFactor);
    }
    let step = second_factor::right(app, viewer.person, &stored, code, now.wall)?;
    let (codes, hashes) = new_codes()?;
    if !app.store.confirm_second_factor(viewer.person, step, &hashes, now.wall).await? {
        return Err(MeError::HasFactor);
    }
    audit(app, viewer, Action::SecondFactorOn, Outcome::Done, now).await;
    Ok(codes)
}

/// New recovery codes in place of all earlier ones, shown this once.
///
/// # Errors
/// [`MeError::NoFactor`].
pub async fn renew_recovery(app: &App, viewer: &Viewer, now: Now) -> Result<Vec<String>, MeError> {
    let stored = app.store.second_factor(viewer.person).await?;
    stored.filter(|stored| stored.confirmed.is_some()).ok_or(MeError::NoFactor)?;
    let (codes, hashes) = new_codes()?;
    app.store.renew_recovery_codes(viewer.person, &hashes).await?;
    audit(app, viewer, Action::RecoveryRenew, Outcome::Done, now).await;
    Ok(codes)
}

/// Takes the second factor away; asks for password and code whatever was shown lately.
///
/// # Errors
/// [`MeError`].
pub async fn remove_factor(
    app: &App,
    viewer: &Viewer,
    (password, code): (&str, &str),
    from: &Caller,
    now: Now,
) -> Result<(), MeError> {
    let folded = fold(&viewer.name);
    begin_attempt(app, &folded, from.address, now)?;
    let shown = match password_holds(app, viewer, password).await {
        Ok(()) => second_factor::take(app, viewer.person, code, now.wall).await.map_err(MeError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = shown {
        audit(app, viewer, Action::SecondFactorOff, Outcome::Refused, now).await;
        return Err(error);
    }
    app.sign_ins.attempts(|attempts| attempts.succeeded(&folded, from.address));
    app.store.delete_second_factor(viewer.person).await?;
    audit(app, viewer, Action::SecondFactorOff, Outcome::Done, now).await;
    Ok(())
}

/// Ends one session of theirs.
///
/// # Errors
/// [`MeError::NoSession`].
pub async fn end_session(app: &App, viewer: &Viewer, session: SessionId, now: Now) -> Result<(), MeError> {
    if !app.store.end_session_of(viewer.person, session).await? {
        return Err(MeError::NoSession);
    }
    audit(app, viewer, Action::SessionEnd, Outcome::Done, now).await;
    Ok(())
}

/// Ends all their sessions but this one; returns how many.
///
/// # Errors
/// What the registry says.
pub async fn end_others(app: &App, viewer: &Viewer, now: Now) -> Result<u64, MeError> {
    let session = viewer.session().ok_or(MeError::NoSession)?;
    let ended = app.store.end_other_sessions(viewer.person, session).await?;
    audit(app, viewer, Action::SessionEnd, Outcome::Done, now).await;
    Ok(ended)
}

fn new_codes() -> Result<(Vec<String>, Vec<[u8; 32]>), MeError> {
    let codes = recovery::new_codes().ok_or(SignInError::Failed)?;
    let hashes = codes.iter().map(|code| recovery::code_sha256(code)).collect();
    Ok((codes, hashes))
}

async fn audit(app: &App, viewer: &Viewer, action: Action, outcome: Outcome, now: Now) {
    let thing = format!("person {}", viewer.person.0);
    app.audit(Entry { person: Some(viewer.person), action, thing, outcome, reason: String::new() }, now)
        .await;
}
