//! Changes that name what they were made on: ETag and If-Match (RFC 9110, sections 8.8.3 and 13.1.1), by a row's version.
//!
//! Enters: a request's headers. Leaves: the version, or a refusal that says what to send. `*` and weak tags are refused: a
//! change has to be made on something that was read.

use axum::Json as Answer;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::ApiError;

/// The version that a change was made on.
///
/// # Errors
/// 428 without the header, 400 for one that is no version of ours.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<i64, ApiError> {
    let Some(given) = headers.get(IF_MATCH) else {
        return Err(ApiError::new(
            StatusCode::PRECONDITION_REQUIRED,
            "if_match_missing",
            "Say what the change was made on",
            "A change names the version that was read, so that it undoes nobody else's. Send the ETag of the last answer \
             as If-Match.",
        ));
    };
    let text = given.to_str().unwrap_or_default().trim();
    let version =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.ok_or_else(|| {
        ApiError::unusable(
            "The header If-Match is no version. Send the ETag of the last answer, with its quotes.",
        )
    })
}

/// 412: somebody else was first.
pub(crate) fn stale() -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "stale",
        "Changed by somebody else meanwhile",
        "What you read is no longer what is there, so nothing was changed. Read it again, look at what is different, and \
         make your change on that.",
    )
}

/// An answer with its version.
pub(crate) fn versioned(status: StatusCode, version: i64, value: &impl Serialize) -> Response {
    let mut response = (status, Answer(value)).into_response();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_of_ours_is_a_version() {
        let read = |text: &'static str| {
            if_match(&HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static(text))])).ok()
        };
        assert_eq!(read("\"7\""), Some(7));
        for text in ["7", "*", "W/\"7\"", "\"7\", \"8\"", "\"\"", "\"x\""] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(
            if_match(&HeaderMap::new()).expect_err("missing").status(),
            StatusCode::PRECONDITION_REQUIRED
        );
    }
}
