//! Tokens of programs: `hf_` and 256 random bits, made by a person for some scopes, for a time.
//!
//! Enters: the text that a program sends, or what a person wants a token for. Leaves: the viewer behind a text, with the
//! roles of its person at this moment; what of them counts is the table's word, by the token's scopes. Or a new token, in
//! the one answer that has it. A text that is none counts nowhere and is not logged: it may be a password that somebody
//! pasted in the wrong place. Never keeps a token: only its hash.

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;

use super::guard::factor_due;
use super::problem::ApiError;
use super::session::Token;
use super::words;
use crate::access::{By, Scope, SessionKind, Viewer};
use crate::app::App;
use crate::clock::Now;
use crate::store::StoreError;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::sessions::End;
use crate::store::tokens::{NewToken, TOKENS_A_PERSON_MAX, TokenId};

/// What each begins with, so that programs that look for leaked secrets find it.
const PREFIX: &str = "hf_";
/// Longest name of a token, in characters: which script, on which machine.
pub const NAME_CHARACTERS_MAX: usize = 64;
/// How long a token holds when nothing else is said: a season, after which somebody looks whether it is still needed.
pub const DAYS_DEFAULT: i64 = 90;
/// How long one holds at most.
pub const DAYS_MAX: i64 = 365;
const DAY_MS: i64 = 86_400_000;

/// What a token shall be for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What its person calls it.
    pub name: String,
    /// Keys of scopes.
    pub scopes: Vec<String>,
    /// How long it holds, in days.
    pub days: i64,
}

/// A new token, for the one answer that has it.
#[derive(Clone)]
pub struct Made {
    /// Its number.
    pub id: TokenId,
    /// Its text.
    pub token: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub ends: WallMs,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whether a credential is written like a program's token.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Who stands behind a token that holds.
///
/// # Errors
/// What the registry says.
pub(super) async fn viewer(app: &App, token: &str, now: Now) -> Result<Option<Viewer>, StoreError> {
    let Some(held) = app.store.token(&Token::sha256(token), now.wall).await? else { return Ok(None) };
    let scopes = held.scopes.iter().filter_map(|key| Scope::from_key(key)).collect();
    Ok(Some(Viewer {
        person: held.person,
        roles: app.store.roles_of(held.person).await?,
        name: held.name,
        by: By::Token(held.id, scopes),
        kind: SessionKind::Tool,
        end: End { until: held.ends, ends: held.ends },
        second_factor_due: factor_due(app, held.second_factor, held.first_sign_in),
    }))
}

/// Makes a token. The caller has asked for password or code again.
///
/// # Errors
/// A refusal in the words of the API: `unusable_request`, `scope_not_yours`, `tokens_full`; what the registry says.
pub async fn make(app: &App, viewer: &Viewer, wish: &Wish, now: Now) -> Result<Made, ApiError> {
    let name = words::line("name", &wish.name, 1, NAME_CHARACTERS_MAX)?;
    if !(1..=DAYS_MAX).contains(&wish.days) {
        return Err(ApiError::unusable(format!("The field days has to be a number from 1 to {DAYS_MAX}.")));
    }
    let scopes = scopes(&wish.scopes)?;
    let keys: Vec<&str> = scopes.iter().map(|scope| scope.key()).collect();
    let own = app.access.scopes(&viewer.roles);
    if let Some(other) = scopes.iter().find(|scope| !own.contains(scope)) {
        audit(app, viewer, Action::TokenNew, "token", Outcome::Refused, &keys.join(" "), now).await;
        return Err(not_yours(*other));
    }
    let token = format!("{PREFIX}{}", Token::new()?.text());
    let ends = now.wall.plus_ms(wish.days.saturating_mul(DAY_MS));
    let sha256 = Token::sha256(&token);
    let new = NewToken { person: viewer.person, name: &name, token_sha256: sha256, scopes: &keys, ends };
    let id = app.store.insert_token(&new, now.wall).await?.ok_or_else(full)?;
    audit(app, viewer, Action::TokenNew, &format!("token {}", id.0), Outcome::Done, &keys.join(" "), now)
        .await;
    Ok(Made { id, token, scopes, ends })
}

/// Takes a token of the viewer's back, at once.
///
/// # Errors
/// `not_found` for one that is not theirs or was taken back; what the registry says.
pub async fn revoke(app: &App, viewer: &Viewer, id: TokenId, now: Now) -> Result<(), ApiError> {
    if !app.store.revoke_token(viewer.person, id, now.wall).await? {
        return Err(ApiError::not_found("token of yours"));
    }
    audit(app, viewer, Action::TokenRevoke, &format!("token {}", id.0), Outcome::Done, "", now).await;
    Ok(())
}

/// Scopes by their keys: at least one, each once.
fn scopes(keys: &[String]) -> Result<Vec<Scope>, ApiError> {
    let known = || Scope::ALL.map(Scope::key).join(", ");
    let mut scopes = Vec::new();
    for key in keys {
        let scope = Scope::from_key(key).ok_or_else(|| {
            ApiError::unusable(format!("The scope {key:?} is none. Write some of: {}.", known()))
        })?;
        scopes.push(scope);
    }
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(ApiError::unusable(format!(
            "A token needs at least one scope. Write some of: {}.",
            known()
        )));
    }
    Ok(scopes)
}

fn not_yours(scope: Scope) -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "scope_not_yours",
        "Not for your role",
        format!("None of your roles opens {}, so no token of yours could. Leave it out.", scope.key()),
    )
}

fn full() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "tokens_full",
        "Too many tokens",
        format!("You have {TOKENS_A_PERSON_MAX} tokens that hold. Take back one that nothing uses any more."),
    )
}

async fn audit(
    app: &App,
    viewer: &Viewer,
    action: Action,
    thing: &str,
    outcome: Outcome,
    reason: &str,
    now: Now,
) {
    let (person, thing, reason) = (Some(viewer.person), thing.to_owned(), reason.to_owned());
    app.audit(Entry { person, action, thing, outcome, reason }, now).await;
}
