//! Extractors whose refusals are problem documents: query, path and JSON body.
//!
//! Enters: requests. Leaves: typed values, or a refusal that names the parameter or field. The types they fill refuse
//! unknown names themselves (`deny_unknown_fields`).

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::ApiError;

/// Largest request body, in bytes: an enrolment has 32 KiB at most, a ticket's wish some hundred.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// The query of an address.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The parts of a path.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let taken = axum::extract::Query::from_request_parts(parts, state).await;
        let axum::extract::Query(value) = taken.map_err(|error: QueryRejection| {
            ApiError::unusable(format!("The query of the address cannot be taken: {}.", error.body_text()))
        })?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let taken = axum::extract::Path::from_request_parts(parts, state).await;
        let axum::extract::Path(value) = taken.map_err(|error: PathRejection| {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "Not found",
                format!("The address names nothing here: {}.", error.body_text()),
            )
        })?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let taken = axum::Json::from_request(request, state).await;
        let axum::Json(value) = taken.map_err(|error| refusal(&error))?;
        Ok(Self(value))
    }
}

fn refusal(error: &JsonRejection) -> ApiError {
    let status = error.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            status,
            "too_large",
            "The body is too large",
            format!("The body has more than {BODY_BYTES_MAX} bytes. Send less."),
        );
    }
    let status = if status == StatusCode::UNSUPPORTED_MEDIA_TYPE { status } else { StatusCode::BAD_REQUEST };
    ApiError::new(
        status,
        "unusable_request",
        "The request cannot be taken",
        format!("The JSON body cannot be taken: {}.", error.body_text()),
    )
}
