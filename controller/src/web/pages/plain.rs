//! Pages that stand in for one that cannot be shown: what failed, why, what to do, and the request's id.
//!
//! Enters: the kind of problem. Leaves: the page. Inside causes are in the log only.

use askama::Template;

use super::render;
use crate::web::surround::Surround;

/// Why a page cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// There is no such thing.
    NotFound,
    /// Not for this person's roles.
    Forbidden,
    /// The time to go without a second factor is over.
    SecondFactor,
    /// Sent from another site's page.
    Foreign,
    /// The request was not understood.
    BadRequest,
    /// The range holds too much.
    TooMuch,
    /// Too many requests.
    TooMany,
    /// The controller failed.
    Failed,
    /// The controller is starting, stopping or overloaded.
    Busy,
}

impl Problem {
    /// Its key in the catalogue, and its stable code.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::SecondFactor => "second-factor",
            Self::Foreign => "foreign",
            Self::BadRequest => "bad-request",
            Self::TooMuch => "too-much",
            Self::TooMany => "too-many",
            Self::Failed => "failed",
            Self::Busy => "busy",
        }
    }

    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NotFound,
        Self::Forbidden,
        Self::SecondFactor,
        Self::Foreign,
        Self::BadRequest,
        Self::TooMuch,
        Self::TooMany,
        Self::Failed,
        Self::Busy,
    ];
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorTemplate<'a> {
    s: &'a Surround,
    title: String,
    why: String,
    todo: String,
    action: Option<(String, String)>,
    code: &'static str,
}

/// The page of a problem.
#[must_use]
pub fn problem(s: &Surround, problem: Problem) -> String {
    let key = problem.key();
    let action = match problem {
        Problem::Failed | Problem::Busy | Problem::TooMany => Some((s.path.clone(), s.t("refresh"))),
        Problem::SecondFactor => Some(("/me/second-factor".to_owned(), s.t("me-factor-set-up"))),
        Problem::NotFound
        | Problem::Forbidden
        | Problem::Foreign
        | Problem::BadRequest
        | Problem::TooMuch => Some(("/".to_owned(), s.t("nav-overview"))),
    };
    render(&ErrorTemplate {
        s,
        title: s.t(&format!("problem-{key}")),
        why: s.t(&format!("problem-{key}-why")),
        todo: s.t(&format!("problem-{key}-do")),
        action,
        code: key,
    })
}
