//! Refusals as pages: what a handler cannot show, and what the guard or a limit refused in front of it.
//!
//! Enters: an error of a query, or a finished answer that is a problem document. Leaves: a page with the same status. Causes
//! go to the log, once, here; the page carries the request's id.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::pages::{self, Problem};
use super::surround::Entry;
use super::visit::Visit;
use crate::access::Viewer;
use crate::api::guard::SECOND_FACTOR_DUE;
use crate::api::problem::{ApiError, ProblemCode, chain};
use crate::app::App;
use crate::query::QueryError;
use crate::store::StoreError;

/// A page cannot be shown.
#[derive(Debug)]
pub(super) struct Refusal {
    visit: Box<Visit>,
    problem: Problem,
}

impl Refusal {
    pub(super) fn new(visit: &Visit, problem: Problem) -> Self {
        Self { visit: Box::new(visit.clone()), problem }
    }

    /// The refusal of a query's error.
    pub(super) fn query(visit: &Visit, error: &QueryError) -> Self {
        Self::log(error);
        let problem = match error {
            QueryError::NotFound { .. } => Problem::NotFound,
            QueryError::Ask { .. } => Problem::BadRequest,
            QueryError::TooMuch { .. } => Problem::TooMuch,
            QueryError::Store(cause) if cause.is_temporary() => Problem::Busy,
            QueryError::Store(_) => Problem::Failed,
        };
        Self::new(visit, problem)
    }

    /// The refusal of a registry that did not answer.
    pub(super) fn store(visit: &Visit, error: &StoreError) -> Self {
        tracing::error!(cause = %chain(error), "a page could not read its data");
        Self::new(visit, if error.is_temporary() { Problem::Busy } else { Problem::Failed })
    }

    /// The refusal of an act or a read of the inventory.
    pub(super) fn api(visit: &Visit, error: &ApiError) -> Self {
        Self::new(visit, problem_of(error.status()))
    }

    /// Logs what the reader is not told.
    pub(super) fn log(error: &QueryError) {
        if let QueryError::Store(cause) = error {
            tracing::error!(cause = %chain(cause), "a page could not read its data");
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let s = self.visit.surround(Entry::Elsewhere, Vec::new());
        (status(self.problem), Html(pages::problem(&s, self.problem))).into_response()
    }
}

fn problem_of(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::NotFound,
        StatusCode::FORBIDDEN => Problem::Forbidden,
        StatusCode::SERVICE_UNAVAILABLE => Problem::Busy,
        status if status.is_client_error() => Problem::BadRequest,
        _other => Problem::Failed,
    }
}

const fn status(problem: Problem) -> StatusCode {
    match problem {
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::Forbidden | Problem::Foreign | Problem::SecondFactor => StatusCode::FORBIDDEN,
        Problem::BadRequest | Problem::TooMuch => StatusCode::BAD_REQUEST,
        Problem::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Problem::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        Problem::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A layer around the guard: a problem document that answers a browser's request for a page becomes a page, with the same
/// status and headers.
pub async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let wants_page = !request.uri().path().starts_with("/api/")
        && request
            .headers()
            .get(ACCEPT)
            .and_then(|line| line.to_str().ok())
            .is_some_and(|line| line.contains("text/html"));
    if !wants_page {
        return next.run(request).await;
    }
    let visit = Visit::new(request.headers(), request.uri(), request.extensions().get::<Viewer>(), &app);
    let foreign = !request.method().is_safe();
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some("application/problem+json") {
        return response;
    }
    let code = response.extensions().get::<ProblemCode>().map(|ProblemCode(code)| *code);
    let problem = match response.status() {
        _any if code == Some(SECOND_FACTOR_DUE) => Problem::SecondFactor,
        StatusCode::NOT_FOUND => Problem::NotFound,
        // Roles are the same for reading and changing a page; a refused change comes from another site.
        StatusCode::FORBIDDEN if foreign => Problem::Foreign,
        StatusCode::FORBIDDEN => Problem::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => Problem::TooMany,
        StatusCode::SERVICE_UNAVAILABLE => Problem::Busy,
        status if status.is_client_error() => Problem::BadRequest,
        _other => Problem::Failed,
    };
    let (mut parts, _document) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let html = pages::problem(&visit.surround(Entry::Elsewhere, Vec::new()), problem);
    (parts, html).into_response()
}
