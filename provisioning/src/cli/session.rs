//! A signed-in connection to the controller, for commands that need one.
//!
//! Enters: the credentials file. Leaves: a client with the person's token, and JSON. Never shows the token.

use std::path::PathBuf;

use holdfast_provisioning::client::Client;
use holdfast_provisioning::credentials::{self, Credentials};
use holdfast_provisioning::{clock, trust::RootPin};
use hyper::Method;
use serde::de::DeserializeOwned;

use super::args::Common;
use super::failure::{Exit, Failure};

/// Number of the shapes that `--json` prints.
pub(crate) const SCHEMA: u32 = 1;

/// Where the credentials are.
pub(crate) fn credentials_path(common: &Common) -> Result<PathBuf, Failure> {
    match &common.credentials {
        Some(path) => Ok(path.clone()),
        None => Ok(credentials::default_path()?),
    }
}

/// The sign-in of this person.
pub(crate) fn signed_in(common: &Common) -> Result<(Credentials, Client), Failure> {
    let path = credentials_path(common)?;
    let Some(found) = credentials::load(&path)? else {
        return Err(Failure::new(Exit::Refused, "nobody is signed in here")
            .why(format!("{} is not there", path.display()))
            .todo("run: holdfast login https://CONTROLLER:8443"));
    };
    let pin = found.root_sha256.map(pin);
    let client = Client::new(found.address.clone(), pin, Some(found.token.clone()))?;
    Ok((found, client))
}

/// A root for a connection that starts now.
pub(crate) fn pin(sha256: [u8; 32]) -> RootPin {
    RootPin { sha256, earliest_s: clock::built_s() }
}

/// Reads one JSON answer.
pub(crate) async fn get<T: DeserializeOwned>(client: &Client, path: &str) -> Result<T, Failure> {
    let answer = client.ask(Method::GET, path, None).await?;
    parse(&answer.body)
}

/// An answer's JSON.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        Failure::new(Exit::CannotTell, "the controller's answer is not what this version expects")
            .why(error.to_string())
            .todo("use a `holdfast` of the controller's version")
    })
}

/// A value as JSON for a request.
pub(crate) fn body_of(value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::failed("write the request", &error))
}
