//! Conditions of changes: at which version (`If-Match`), and under which key (`Idempotency-Key`).
//!
//! Enters: headers. Leaves: a version (`api/versions.rs`), and the id of an act, which is the person's own: two people with
//! one key do two things.

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;

use crate::api::problem::ApiError;
use crate::api::versions::{if_match, versioned};
use crate::inventory::Standpoint;
use crate::store::inventory::acts::Once;

/// Names a request, so that the same sent twice is done once.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key: a UUID has 36 characters.
const KEY_CHARACTERS_MAX: usize = 128;

/// The version that a change was made on.
#[derive(Debug, Clone, Copy)]
pub(super) struct IfMatch(pub(super) i64);

/// The same where a change may do without.
#[derive(Debug, Clone, Copy)]
pub(super) struct MayMatch(pub(super) Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for MayMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        if parts.headers.contains_key(IF_MATCH) {
            if_match(&parts.headers).map(Some).map(Self)
        } else {
            Ok(Self(None))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        if_match(&parts.headers).map(Self)
    }
}

/// A value with its version as ETag.
pub(super) fn tagged<T: Serialize>(status: StatusCode, value: T, version: i64) -> Response {
    versioned(status, version, &value)
}

/// The key of a request, if it has one.
#[derive(Debug, Clone)]
pub(crate) struct Key(Option<String>);

/// A key of chance: what a form carries, so that it is done once however often it is sent.
pub(crate) fn chance() -> Result<String, ApiError> {
    let mut id = [0_u8; 16];
    SystemRandom::new().fill(&mut id).map_err(|_| ApiError::internal(&NoRandom))?;
    Ok(id.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Key {
    /// The key that a form carries; one that does not fit counts as none.
    pub(crate) fn of_form(text: &str) -> Self {
        Self(Some(text.to_owned()).filter(|text| fits(text)))
    }

    /// The id of the act: of this person under this key, or one of chance.
    pub(crate) fn act(&self, standpoint: &Standpoint) -> Result<[u8; 16], ApiError> {
        let mut id = [0_u8; 16];
        match &self.0 {
            None => SystemRandom::new().fill(&mut id).map_err(|_| ApiError::internal(&NoRandom))?,
            Some(key) => {
                let text = format!("{} {key}", standpoint.person.0);
                let hash = digest(&SHA256, text.as_bytes());
                id.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
            }
        }
        Ok(id)
    }

    /// What is to be made at most once; without a key each request makes.
    pub(super) fn once(
        &self,
        standpoint: &Standpoint,
        request: &impl Serialize,
    ) -> Result<Option<Once>, ApiError> {
        if self.0.is_none() {
            return Ok(None);
        }
        let text = serde_json::to_vec(request).map_err(|error| ApiError::internal(&error))?;
        let mut request_sha256 = [0_u8; 32];
        request_sha256.copy_from_slice(digest(&SHA256, &text).as_ref());
        Ok(Some(Once { id: self.act(standpoint)?, request_sha256 }))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers")]
struct NoRandom;

fn fits(key: &str) -> bool {
    (1..=KEY_CHARACTERS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        match value.to_str().ok().filter(|key| fits(key)) {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(ApiError::unusable(
                "An Idempotency-Key has 1 to 128 printed characters of ASCII, such as a UUID.",
            )),
        }
    }
}
