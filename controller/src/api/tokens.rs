//! Tokens of programs: `hf_` and 256 random bits, made by a person for some scopes, for a time.
//!
//! Enters: the text that a program sends. Leaves: the viewer behind it, with the roles of its person at this moment; what
//! of them counts is the table's word, by the token's scopes. A text that is none counts nowhere and is not logged: it may
//! be a password that somebody pasted in the wrong place. Never keeps a token: only its hash.

use super::guard::factor_due;
use super::session::Token;
use crate::access::{By, Scope, SessionKind, Viewer};
use crate::app::App;
use crate::clock::Now;
use crate::store::StoreError;
use crate::store::sessions::End;

/// What each begins with, so that programs that look for leaked secrets find it.
const PREFIX: &str = "hf_";

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
