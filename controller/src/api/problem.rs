//! The one error of the HTTP side: RFC 9457 problem documents with a stable code, human words and the request's id.
//!
//! Enters: what failed, why and what to do. Leaves: `application/problem+json`. Inside causes go to the log, once, here,
//! and never into an answer.

use std::borrow::Cow;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::query::QueryError;
use crate::store::StoreError;

tokio::task_local! {
    /// The id of the request that this task answers; set by the outermost layer (`api/envelope.rs`).
    pub(crate) static REQUEST_ID: RequestId;
}

/// Names one request in its answer and in the log: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub(crate) String);

impl RequestId {
    /// The id of the request being answered; empty outside of one.
    #[must_use]
    pub fn current() -> String {
        REQUEST_ID.try_with(|id| id.0.clone()).unwrap_or_default()
    }
}

/// The code of a problem document, beside its answer: for whoever words it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemCode(pub &'static str);

/// What an answer says when it is a refusal or a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    retry_after_s: Option<u32>,
}

/// The document's shape.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    request_id: String,
}

impl ApiError {
    /// A refusal in its own words: what failed, why, what to do.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, title, detail: detail.into(), retry_after_s: None }
    }

    /// 401: no valid session.
    #[must_use]
    pub fn sign_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign_in",
            "Not signed in",
            "This needs a signed-in person, and the request carries no session, or one that has ended. Sign in again \
             (in the terminal: `holdfast login`).",
        )
    }

    /// 403: signed in, and not for this role.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Not for your role",
            "Your roles do not include this. Ask an administrator, or sign in as somebody whose roles do.",
        )
    }

    /// 404: nothing has this address or id.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not found",
            format!("There is no {what} here. Check the address and the id; lists name what there is."),
        )
    }

    /// 400: a parameter or field that cannot be taken.
    #[must_use]
    pub fn unusable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unusable_request", "The request cannot be taken", detail)
    }

    /// 503 for what passes by itself; the cause goes to the log.
    #[must_use]
    pub fn unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(cause = %chain(cause), "a request could not be answered for now");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not possible right now",
            "The controller's database did not answer in time or has no room. Nothing was changed. Try again in some \
             seconds; if it stays, look at the Health page and the controller's log.",
        )
        .retry_after(5)
    }

    /// 500 for what must not happen; the cause goes to the log.
    #[must_use]
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(cause = %chain(cause), "a request failed inside the controller");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The controller failed",
            "The controller could not finish this. Nothing is known to be lost. Look into its log for this request id.",
        )
    }

    /// With a wait before the next try.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What failed, in a few words.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// What failed, why, and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_temporary() { Self::unavailable(&error) } else { Self::internal(&error) }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NotFound { what } => Self::not_found(what),
            QueryError::Ask { parameter, why } => Self::unusable(format!("The parameter {parameter} {why}.")),
            QueryError::TooMuch { .. } => Self::unusable(format!("{error}.")),
            QueryError::Store(error) => error.into(),
        }
    }
}

/// An error with its causes, on one line, for the log.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            r#type: format!("urn:holdfast:problem:{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id: RequestId::current(),
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"holdfast\""));
        }
        response.extensions_mut().insert(ProblemCode(self.code));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_has_its_code_words_and_request_id() {
        let response = REQUEST_ID
            .scope(RequestId("00ff".into()), async { ApiError::not_found("node").into_response() })
            .await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 4096).await.expect("body");
        let value: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(value["code"], "not_found");
        assert_eq!(value["type"], "urn:holdfast:problem:not_found");
        assert_eq!(value["status"], 404);
        assert_eq!(value["request_id"], "00ff");
        assert!(value["detail"].as_str().is_some_and(|text| text.contains("Check the address")));
    }

    #[test]
    fn an_inner_cause_never_reaches_the_answer() {
        let cause = std::io::Error::other("secret path /x");
        assert!(!ApiError::internal(&cause).detail().contains("secret"));
        assert!(!ApiError::unavailable(&cause).detail().contains("secret"));
    }
}
