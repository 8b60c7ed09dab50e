//! A person's tokens for programs: the rows on their own page, the form that makes one, and the page that shows it once.
//!
//! Enters: tokens without their texts, what was typed, a new token. Leaves: rows and pages. The text of a token is in the one
//! page and in no address.

use askama::Template;
use holdfast_protocol::time::WallMs;

use super::render;
use crate::access::Scope;
use crate::api::tokens::{DAYS_MAX, Made, NAME_CHARACTERS_MAX};
use crate::store::tokens::TokenRow;
use crate::web::lang::Arg;
use crate::web::surround::{FormError, Markup, Surround};

/// What the form of a token shows again.
#[derive(Debug, Clone, Default)]
pub struct TokenForm {
    /// The name typed.
    pub name: String,
    /// Keys of the scopes chosen.
    pub scopes: Vec<String>,
    /// The days typed.
    pub days: String,
    /// What was wrong.
    pub error: Option<FormError>,
}

/// A token's row.
pub(super) struct TokenLine {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) scopes: String,
    pub(super) used: Markup,
    pub(super) ends: Markup,
    /// Why it holds no longer; empty while it holds.
    pub(super) over: String,
}

#[derive(Template)]
#[template(path = "me_tokens.html")]
struct FormTemplate<'a> {
    s: &'a Surround,
    name: String,
    length: usize,
    days: String,
    hint: String,
    scopes: Vec<(&'static str, String, bool)>,
    again: bool,
    error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "me_token_made.html")]
struct MadeTemplate<'a> {
    s: &'a Surround,
    name: String,
    scopes: String,
    token: &'a str,
    ends: Markup,
}

/// The rows of tokens that hold first, then those that are over.
pub(super) fn token_lines(s: &Surround, rows: &[TokenRow]) -> Vec<TokenLine> {
    let holds = |row: &&TokenRow| over(row, s.now).is_empty();
    let (held, gone): (Vec<_>, Vec<_>) = rows.iter().partition(holds);
    held.into_iter().chain(gone).map(|row| line(s, row)).collect()
}

fn line(s: &Surround, row: &TokenRow) -> TokenLine {
    let over = over(row, s.now);
    TokenLine {
        id: row.id.0,
        name: s.name(&row.name),
        scopes: row.scopes.join(", "),
        used: s.age_or_never(&row.used),
        ends: s.moment(&row.ends),
        over: if over.is_empty() { String::new() } else { s.t(over) },
    }
}

/// Key of the word for a token that holds no longer.
fn over(row: &TokenRow, now: WallMs) -> &'static str {
    if row.revoked.is_some() {
        "tokens-revoked"
    } else if row.ends <= now {
        "tokens-over"
    } else {
        ""
    }
}

/// The page `/me/tokens`; it offers the scopes that the reader's roles could use.
#[must_use]
pub fn token_form(s: &Surround, offered: &[Scope], again: bool, form: TokenForm) -> String {
    let TokenForm { name, scopes: chosen, days, error } = form;
    let scope = |scope: &Scope| {
        let key = scope.key();
        let words = s.t(&format!("scope-{}", key.replace(':', "-")));
        (key, words, chosen.iter().any(|chosen| chosen == key))
    };
    let scopes = offered.iter().map(scope).collect();
    let (length, most) = (NAME_CHARACTERS_MAX, Arg::Count(u64::try_from(DAYS_MAX).unwrap_or(0)));
    let hint = s.with("tokens-days-hint", &[("n", most)]);
    render(&FormTemplate { s, name, length, days, hint, scopes, again, error })
}

/// The answer to it: the token, once.
#[must_use]
pub fn token_made(s: &Surround, name: &str, made: &Made) -> String {
    let scopes = made.scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>().join(", ");
    render(&MadeTemplate { s, name: s.name(name), scopes, token: &made.token, ends: s.moment(&made.ends) })
}

/// How many tokens hold, as a sentence.
pub(super) fn tokens_sentence(s: &Surround, rows: &[TokenRow]) -> String {
    let held = rows.iter().filter(|row| over(row, s.now).is_empty()).count();
    let held = u64::try_from(held).unwrap_or(u64::MAX);
    if held == 0 { s.t("tokens-none") } else { s.with("tokens-many", &[("n", Arg::Count(held))]) }
}
