//! A person's own pages: what they are here, their password, second factor, sessions; the set-up of a second factor, the
//! sheet of recovery codes, and the page of an invitation.
//!
//! Enters: what registry and handler know of the viewer. Leaves: pages. Secrets and codes pass through once, into the one
//! page that shows them.

use askama::Template;

use super::render;
use super::tokens::{TokenLine, token_lines, tokens_sentence};
use crate::access::{Role, SessionId, SessionKind};
use crate::store::sessions::SessionRow;
use crate::store::tokens::TokenRow;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{FormError, Markup, Surround};

/// What the page `/me` is made from.
#[derive(Debug, Clone, Default)]
pub struct Me {
    /// The party's name.
    pub party: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Whether a second factor is confirmed.
    pub has_factor: bool,
    /// Recovery codes that are left.
    pub codes_left: u64,
    /// Sessions that hold.
    pub sessions: Vec<SessionRow>,
    /// Tokens for programs, those that are over too.
    pub tokens: Vec<TokenRow>,
    /// The session that asks.
    pub this: Option<SessionId>,
    /// Whether a dangerous act asks for password or code again.
    pub again: bool,
    /// Key of what was just done.
    pub done: Option<&'static str>,
    /// What was wrong.
    pub error: Option<FormError>,
}

/// A session's row.
pub(super) struct Shown {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) since: Markup,
    pub(super) seen: Markup,
    pub(super) this: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MeTemplate<'a> {
    s: &'a Surround,
    first: String,
    roles: String,
    me: &'a Me,
    sessions: Vec<Shown>,
    tokens: Vec<TokenLine>,
    token_sentence: String,
    done: Option<String>,
    error: &'a Option<FormError>,
}

#[derive(Template)]
#[template(path = "me_factor.html")]
struct FactorTemplate<'a> {
    s: &'a Surround,
    waiting: Option<(Markup, String)>,
    again: bool,
    error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "me_codes.html")]
struct CodesTemplate<'a> {
    s: &'a Surround,
    codes: &'a [String],
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomeTemplate<'a> {
    s: &'a Surround,
    name: String,
    code: String,
    error: Option<FormError>,
}

/// The page `/me`.
#[must_use]
pub fn me(s: &Surround, me: &Me) -> String {
    let name = s.person.as_deref().unwrap_or_default();
    let first = s.with("me-first", &[("name", Arg::Name(name))]);
    let role = |role: &Role| s.t(&format!("role-{}", role.key()));
    let roles: Vec<String> = me.roles.iter().map(role).collect();
    let done = me.done.map(|key| match key {
        "recovery-used" => s.n("me-done-recovery-used", &me.codes_left),
        other => s.t(&format!("me-done-{other}")),
    });
    let sessions = sessions(s, &me.sessions, me.this);
    render(&MeTemplate {
        s,
        first,
        roles: capitalised(&roles.join(", ")),
        me,
        sessions,
        tokens: token_lines(s, &me.tokens),
        token_sentence: tokens_sentence(s, &me.tokens),
        done,
        error: &me.error,
    })
}

/// The page `/me/second-factor`: the secret that waits as QR code and in groups, or a button that makes one.
#[must_use]
pub fn second_factor(
    s: &Surround,
    waiting: Option<(Markup, String)>,
    again: bool,
    error: Option<FormError>,
) -> String {
    render(&FactorTemplate { s, waiting, again, error })
}

/// The sheet of recovery codes; shown once.
#[must_use]
pub fn recovery_codes(s: &Surround, codes: &[String]) -> String {
    render(&CodesTemplate { s, codes })
}

/// The page `/welcome`.
#[must_use]
pub fn welcome(s: &Surround, name: String, code: String, error: Option<FormError>) -> String {
    render(&WelcomeTemplate { s, name, code, error })
}

/// Rows of sessions.
pub(super) fn sessions(s: &Surround, rows: &[SessionRow], this: Option<SessionId>) -> Vec<Shown> {
    rows.iter().map(|row| shown(s, row, this)).collect()
}

fn shown(s: &Surround, row: &SessionRow, this: Option<SessionId>) -> Shown {
    let kind = match row.kind {
        SessionKind::Browser => s.t("me-session-browser"),
        SessionKind::Tool => s.t("me-session-tool"),
    };
    let (since, seen) = (s.moment(&row.made), s.age(row.seen));
    Shown { id: row.id.0, kind, since, seen, this: this == Some(row.id) }
}
