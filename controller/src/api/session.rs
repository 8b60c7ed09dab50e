//! Sign-in and sign-out: the steps that API and pages share.
//!
//! A sign-in is steps: [`know`] (who, and what they know) gives a [`Known`], [`enter`] asks for the second factor and opens
//! the session. Another first step (a passkey, an organisation's sign-in) would end in a [`Known`] too; there is none yet.
//!
//! Enters: names, passwords, codes. Leaves: sessions as cookie or token, or refusals that read the same whichever of name and
//! password was wrong, and that say nothing of a code before both were right. Every sign-in makes a new token (none is ever taken over from the request); only its
//! hash is kept. Never logs a name that failed, a token, a password, or a code.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderValue, StatusCode};
use holdfast_protocol::ids::base32;
use holdfast_protocol::time::WallMs;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::attempts::Attempts;
use super::cookies;
use super::grace::Grace;
use super::passwords::{PasswordError, Passwords};
use super::pending::Pending;
use super::problem::ApiError;
use super::second_factor::{self, CodeError, Taken};
use crate::access::{By, PersonId, Role, SessionKind, Viewer};
use crate::app::{App, Transport};
use crate::clock::Now;
use crate::secrets::recovery;
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::members::Member;
use crate::store::people::{FirstOutcome, Person, fold};
use crate::store::sessions::{End, NewSession};

/// Bytes of a token: 256 bits, so that guessing is out of the question and its hash needs no salt.
const TOKEN_BYTES: usize = 32;
/// Longest name, in characters.
pub const NAME_CHARACTERS_MAX: usize = 64;
/// How long the first administrator's code lives: three days from the console to the desk.
pub const CODE_LIFE_MS: i64 = 72 * 3_600_000;

/// What sign-in keeps in memory.
#[derive(Debug, Default)]
pub struct SignIns {
    attempts: Mutex<Attempts>,
    pending: Mutex<Pending>,
    grace: Mutex<Grace>,
    /// Hashes and looks at passwords.
    pub(super) passwords: Passwords,
}

impl SignIns {
    /// Makes the decoy hash, so that the first unknown name takes no longer than the next.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn warm_up(&self) -> Result<(), PasswordError> {
        self.passwords.warm_up().await
    }

    /// Sessions that have shown a password or a code lately.
    pub fn grace<T>(&self, with: impl FnOnce(&mut Grace) -> T) -> T {
        with(&mut self.grace.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn attempts<T>(&self, with: impl FnOnce(&mut Attempts) -> T) -> T {
        with(&mut self.attempts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sign-ins between password and code.
    pub fn pending<T>(&self, with: impl FnOnce(&mut Pending) -> T) -> T {
        with(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where an attempt comes from and what it wants.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The other end, for counting.
    pub address: Option<IpAddr>,
    /// Cookie or token.
    pub kind: SessionKind,
    /// Who is signed in there already: that session ends when the new one begins, so that none lives on unseen.
    pub before: Option<Viewer>,
}

/// A token; shown once, to its holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// [`SignInError::Failed`] without randomness.
    pub fn new() -> Result<Self, SignInError> {
        let mut bytes = [0_u8; TOKEN_BYTES];
        SystemRandom::new().fill(&mut bytes).map_err(|_| SignInError::Failed)?;
        Ok(Self(base32(&bytes)))
    }

    /// The hash under which it is kept.
    #[must_use]
    pub fn sha256(text: &str) -> [u8; 32] {
        let hash = digest(&SHA256, text.as_bytes());
        hash.as_ref().try_into().unwrap_or([0; 32])
    }

    /// Its text, for the one answer that carries it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Somebody has signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session's token.
    pub token: Token,
    /// Who.
    pub viewer: Viewer,
    /// How many recovery codes are left, when one was used for this.
    pub recovery_codes_left: Option<u64>,
}

/// Somebody whose name and password were right, before they are let in. A change of the person in between (password, roles,
/// a lock) makes it worth nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub person: PersonId,
    folded: String,
    version: i64,
}

#[cfg(test)]
impl Known {
    pub(crate) fn for_test(person: PersonId) -> Self {
        Self { person, folded: String::new(), version: 1 }
    }
}

impl SignedIn {
    /// The `Set-Cookie` line that carries the session.
    #[must_use]
    pub fn cookie(&self, transport: Transport, now: WallMs) -> HeaderValue {
        cookies::session_until(transport, self.token.text(), self.viewer.end.ends, now)
    }
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name or password; which of them is not said.
    #[error("name or password is wrong")]
    Wrong,
    /// The password was right, and a second factor has to follow.
    #[error("a code is needed")]
    CodeNeeded,
    /// The code was not taken.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// Too many failures.
    #[error("too many attempts; wait {retry_after_s} s")]
    Wait {
        /// How long.
        retry_after_s: u32,
    },
    /// The one-time code is wrong, spent or over.
    #[error("the one-time code is wrong, spent or over")]
    WrongCode,
    /// The invitation's name or code is wrong, spent or over.
    #[error("no invitation of this name and code holds")]
    WrongInvitation,
    /// There is an administrator already.
    #[error("this fleet has an administrator already")]
    NotFirst,
    /// The name cannot be taken.
    #[error("a name has 1 to {NAME_CHARACTERS_MAX} characters and no control characters")]
    Name,
    /// The password cannot be taken.
    #[error(transparent)]
    Password(PasswordError),
    /// Too many sign-ins at one time.
    #[error("too many sign-ins at this moment")]
    Busy,
    /// The database said no.
    #[error("the registry did not answer")]
    Store(#[from] StoreError),
    /// Something that must not happen.
    #[error("the sign-in failed inside")]
    Failed,
}

impl From<PasswordError> for SignInError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            PasswordError::Failed => Self::Failed,
            PasswordError::Short(_) | PasswordError::Long | PasswordError::Plain => Self::Password(error),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let refused = |code, title, detail: String| Self::new(StatusCode::FORBIDDEN, code, title, detail);
        match error {
            SignInError::Wrong => Self::new(
                StatusCode::UNAUTHORIZED,
                "sign_in_wrong",
                "Not signed in",
                "Name or password is wrong. Check both; capital letters count in the password.",
            ),
            SignInError::CodeNeeded => Self::new(
                StatusCode::UNAUTHORIZED,
                "code_needed",
                "A code is needed",
                "Name and password are right. Send them again with the six digits of your authenticator app, or with one \
                 of your recovery codes, as `code`.",
            ),
            SignInError::Code(error) => error.into(),
            SignInError::Wait { retry_after_s } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "sign_in_wait",
                "Too many attempts",
                format!("Too many sign-ins failed. Wait {retry_after_s} s, then try again."),
            )
            .retry_after(retry_after_s),
            SignInError::WrongCode => refused(
                "first_code_wrong",
                "The code is not valid",
                "The one-time code is wrong, spent or older than 72 hours. Print a new one on the controller's machine: \
                 `holdfast-controller first-code`."
                    .into(),
            ),
            SignInError::WrongInvitation => refused(
                "invitation_wrong",
                "The invitation does not hold",
                "No invitation of this name and code holds: one of them is wrong, or it is spent or over. Ask whoever \
                 invited you to invite you again."
                    .into(),
            ),
            SignInError::NotFirst => refused(
                "not_first",
                "There is an administrator already",
                "The first administrator of this fleet was made before. Sign in with that name and its password.".into(),
            ),
            SignInError::Name => Self::unusable(format!(
                "The name cannot be taken. Write 1 to {NAME_CHARACTERS_MAX} characters without control characters."
            )),
            SignInError::Password(why) => {
                Self::new(StatusCode::BAD_REQUEST, "password_unfit", "Take another password", format!("{why}."))
            }
            SignInError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "sign_in_busy",
                "Not possible right now",
                "Too many people sign in at this moment. Try again in some seconds.",
            )
            .retry_after(5),
            SignInError::Store(error) => error.into(),
            SignInError::Failed => Self::internal(&error),
        }
    }
}

/// The first step: name and password.
///
/// # Errors
/// [`SignInError`]; [`SignInError::Wrong`] alike for a wrong name, a wrong password, who is locked and who has chosen no
/// password yet, after the same work.
pub async fn know(
    app: &App,
    name: &str,
    password: String,
    from: &Caller,
    now: Now,
) -> Result<Known, SignInError> {
    let folded = fold(name);
    begin_attempt(app, &folded, from.address, now)?;
    let person = if fits_name(name) { app.store.person_by_name(name).await? } else { None };
    let may = |person: &Person| !person.locked && !person.password.is_empty();
    let kept = person.as_ref().filter(|person| may(person)).map(|person| person.password.clone());
    let holds = app.sign_ins.passwords.holds(password, kept).await?;
    let Some(person) = person.filter(|_| holds) else {
        audit(app, None, Action::SignIn, Outcome::Refused, "wrong name or password", now).await;
        return Err(SignInError::Wrong);
    };
    app.sign_ins.attempts(|attempts| attempts.undone(&folded, from.address));
    Ok(Known { person: person.id, folded, version: person.version })
}

/// The second step: the code of who has a second factor; nothing of who has none.
///
/// # Errors
/// [`SignInError::CodeNeeded`], [`SignInError::Code`]; [`SignInError::Wrong`] when the person has changed since the first.
pub async fn enter(
    app: &App,
    known: &Known,
    code: &str,
    from: &Caller,
    now: Now,
) -> Result<SignedIn, SignInError> {
    let person = known.person;
    let member = app.store.member(person, now.wall).await?;
    let same = |member: &Member| member.locked.is_none() && member.version == known.version;
    let member = member.filter(same).ok_or(SignInError::Wrong)?;
    let mut recovery_codes_left = None;
    if member.has_second_factor {
        if code.trim().is_empty() {
            refuse(app, person, "right password, no code", now).await;
            return Err(SignInError::CodeNeeded);
        }
        begin_attempt(app, &known.folded, from.address, now)?;
        match second_factor::take(app, person, code, now.wall).await {
            Ok(Taken::Code) => {}
            Ok(Taken::Recovery { left }) => recovery_codes_left = Some(left),
            Err(error) => {
                refuse(app, person, error.reason(), now).await;
                return Err(error.into());
            }
        }
    }
    app.sign_ins.attempts(|attempts| attempts.succeeded(&known.folded, from.address));
    let signed = open(app, (person, member.name, member.roles), from, now).await?;
    audit(app, Some(&signed.viewer), Action::SignIn, Outcome::Done, "", now).await;
    Ok(SignedIn { recovery_codes_left, ..signed })
}

async fn refuse(app: &App, person: PersonId, reason: &str, now: Now) {
    let thing = format!("person {}", person.0);
    let (action, outcome) = (Action::SignIn, Outcome::Refused);
    app.audit(Entry { person: Some(person), action, thing, outcome, reason: reason.to_owned() }, now).await;
}

/// Makes the first administrator of a fleet, and signs them in.
///
/// # Errors
/// [`SignInError`]; the code stays unspent with each.
pub async fn first_administrator(
    app: &App,
    code: &str,
    name: &str,
    password: String,
    from: Caller,
    now: Now,
) -> Result<SignedIn, SignInError> {
    if app.store.anybody().await? {
        return Err(SignInError::NotFirst);
    }
    // Counted by address alone: nobody guesses 80 bits, and a stranger must not hold the first administrator back.
    let counted = from.address.map(|address| format!("first code from {address}"));
    counted.as_deref().map_or(Ok(()), |counted| begin_attempt(app, counted, from.address, now))?;
    let code = recovery::code_sha256(code);
    if !app.store.first_code_holds(&code, now.wall).await? {
        audit(app, None, Action::FirstAdministrator, Outcome::Refused, "wrong code", now).await;
        return Err(SignInError::WrongCode);
    }
    if let Some(counted) = &counted {
        app.sign_ins.attempts(|attempts| attempts.succeeded(counted, from.address));
    }
    if !fits_name(name) {
        return Err(SignInError::Name);
    }
    Passwords::fits(&password, name)?;
    let hash = app.sign_ins.passwords.hash(password).await?;
    let person = match app.store.make_first_administrator(&code, name, &hash, now.wall).await? {
        FirstOutcome::Made(person) => person,
        FirstOutcome::WrongCode => return Err(SignInError::WrongCode),
        FirstOutcome::NotFirst => return Err(SignInError::NotFirst),
    };
    let roles = vec![Role::Administrator];
    let signed = open(app, (person, name.trim().to_owned(), roles), &from, now).await?;
    audit(app, Some(&signed.viewer), Action::FirstAdministrator, Outcome::Done, "", now).await;
    Ok(signed)
}

/// The first step of who was invited: chooses a password by the code of the invitation, which is spent with it. Sessions of
/// before end. Who has a second factor still needs it: an invitation is no way past it.
///
/// # Errors
/// [`SignInError::WrongInvitation`] alike for a name that nobody has, one without an invitation, and a wrong code; the code
/// stays unspent with each error.
pub async fn accept(
    app: &App,
    name: &str,
    code: &str,
    password: String,
    from: &Caller,
    now: Now,
) -> Result<Known, SignInError> {
    // Counted by address alone, as for the first administrator.
    let counted = from.address.map(|address| format!("invitation from {address}"));
    counted.as_deref().map_or(Ok(()), |counted| begin_attempt(app, counted, from.address, now))?;
    let code = recovery::code_sha256(code);
    let found = if fits_name(name) { app.store.invited(name, &code, now.wall).await? } else { None };
    let Some(person) = found else {
        audit(app, None, Action::InvitationAccept, Outcome::Refused, "wrong name or code", now).await;
        return Err(SignInError::WrongInvitation);
    };
    if let Some(counted) = &counted {
        app.sign_ins.attempts(|attempts| attempts.undone(counted, from.address));
    }
    Passwords::fits(&password, name)?;
    let hash = app.sign_ins.passwords.hash(password).await?;
    if !app.store.accept_invitation(person, &code, &hash, now.wall).await? {
        return Err(SignInError::WrongInvitation);
    }
    let (action, outcome) = (Action::InvitationAccept, Outcome::Done);
    let thing = format!("person {}", person.0);
    app.audit(Entry { person: Some(person), action, thing, outcome, reason: String::new() }, now).await;
    let member = app.store.member(person, now.wall).await?.ok_or(SignInError::WrongInvitation)?;
    Ok(Known { person, folded: fold(name), version: member.version })
}

/// Ends the viewer's session.
///
/// # Errors
/// What the database says.
pub async fn sign_out(app: &App, viewer: &Viewer, now: Now) -> Result<(), StoreError> {
    if let Some(session) = viewer.session() {
        app.store.delete_session(session).await?;
    }
    audit(app, Some(viewer), Action::SignOut, Outcome::Done, "", now).await;
    Ok(())
}

/// A new one-time code for the first administrator: what is shown, and the hash that is kept.
///
/// # Errors
/// [`SignInError::Failed`] without randomness.
pub fn new_first_code() -> Result<(String, [u8; 32]), SignInError> {
    let shown = recovery::new_code().ok_or(SignInError::Failed)?;
    let hash = recovery::code_sha256(&shown);
    Ok((shown, hash))
}

pub(super) fn fits_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.chars().count() <= NAME_CHARACTERS_MAX && !name.chars().any(char::is_control)
}

/// Refuses an attempt that has to wait; else counts it as failed until it has succeeded.
pub(super) fn begin_attempt(
    app: &App,
    folded: &str,
    address: Option<IpAddr>,
    now: Now,
) -> Result<(), SignInError> {
    app.sign_ins.attempts(|attempts| {
        attempts.may_try(folded, address, now.monotonic).map_err(|wait| {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            SignInError::Wait { retry_after_s: seconds.saturating_add(1) }
        })?;
        attempts.failed(folded, address, now.monotonic);
        Ok(())
    })
}

pub(super) async fn open(
    app: &App,
    (person, name, roles): (PersonId, String, Vec<Role>),
    from: &Caller,
    now: Now,
) -> Result<SignedIn, SignInError> {
    let token = Token::new()?;
    let (kind, limits) = (from.kind, app.config.sessions);
    let (ends, idle_ms) = match kind {
        SessionKind::Browser => (now.wall.plus_ms(limits.longest_ms), Some(limits.idle_ms)),
        SessionKind::Tool => (now.wall.plus_ms(limits.tool_ms), None),
    };
    let token_sha256 = Token::sha256(token.text());
    let replaces = from.before.as_ref().and_then(Viewer::session);
    let session = NewSession { person, token_sha256, kind, ends, idle_ms, replaces };
    let session = app.store.insert_session(session, now.wall).await?;
    app.store.person_signed_in(person, now.wall).await?;
    app.sign_ins.grace(|grace| grace.shown(session, now.monotonic));
    if let Some(before) = &from.before {
        audit(app, Some(before), Action::SignOut, Outcome::Done, "signed in again", now).await;
    }
    let end = End::of(ends, idle_ms, now.wall);
    let viewer = Viewer { person, name, roles, by: By::Session(session), kind, end, second_factor_due: None };
    Ok(SignedIn { token, viewer, recovery_codes_left: None })
}

pub(super) async fn audit(
    app: &App,
    viewer: Option<&Viewer>,
    action: Action,
    outcome: Outcome,
    reason: &str,
    now: Now,
) {
    let person = viewer.map(|viewer| viewer.person);
    let session = viewer.and_then(Viewer::session);
    let thing = session.map_or_else(String::new, |session| format!("session {}", session.0));
    app.audit(Entry { person, action, thing, outcome, reason: reason.to_owned() }, now).await;
}
