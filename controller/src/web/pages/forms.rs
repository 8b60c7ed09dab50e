//! Pages with a form: sign-in, the first administrator, and a person's own settings.
//!
//! Enters: what was typed before and what was wrong with it. Leaves: the page with all input kept, passwords never.

use askama::Template;

use super::render;
use crate::web::surround::{FormError, Surround};

/// What the sign-in page shows again.
#[derive(Debug, Clone, Default)]
pub struct SignInForm {
    /// The name typed.
    pub name: String,
    /// Where to go afterwards.
    pub back: String,
    /// What was wrong.
    pub error: Option<FormError>,
    /// Whether nobody can sign in yet.
    pub offer_first: bool,
}

/// What the page of the first administrator shows again.
#[derive(Debug, Clone, Default)]
pub struct FirstForm {
    /// The code typed.
    pub code: String,
    /// The name typed.
    pub name: String,
    /// What was wrong.
    pub error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInTemplate<'a> {
    s: &'a Surround,
    name: String,
    back: String,
    error: Option<FormError>,
    offer_first: bool,
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodeTemplate<'a> {
    s: &'a Surround,
    back: String,
    error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "first.html")]
struct FirstTemplate<'a> {
    s: &'a Surround,
    code: String,
    name: String,
    error: Option<FormError>,
}

/// The page `/sign-in`.
#[must_use]
pub fn sign_in(s: &Surround, form: SignInForm) -> String {
    let SignInForm { name, back, error, offer_first } = form;
    render(&SignInTemplate { s, name, back, error, offer_first })
}

/// The page `/sign-in/code`.
#[must_use]
pub fn sign_in_code(s: &Surround, back: String, error: Option<FormError>) -> String {
    render(&CodeTemplate { s, back, error })
}

/// The page `/first`.
#[must_use]
pub fn first(s: &Surround, form: FirstForm) -> String {
    let FirstForm { code, name, error } = form;
    render(&FirstTemplate { s, code, name, error })
}
