//! Online enrolment: asks the controllers that a ticket names, one after the other, until one answers.
//!
//! Enters: a ticket, a request, the local clock. Leaves: the answer, or why there is none. A server that is not the
//! ticket's fleet ends it at once: the ticket was not sent and is unspent. Never stores anything.

use holdfast_protocol::enrolment::{ENROL_PATH, EnrolRequest, EnrolResponse};
use holdfast_protocol::ticket::Ticket;
use hyper::Method;

use crate::client::{Address, AddressError, Client, ClientError};
use crate::clock;
use crate::trust::RootPin;

/// Why no controller answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The ticket names no address that can be used.
    #[error("the ticket names no address that this program can use")]
    Address(#[source] Option<AddressError>),
    /// The last address tried, or the one that answered.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The question could not be written.
    #[error("the request could not be written")]
    Request(#[source] serde_json::Error),
}

/// Asks for a certificate. Addresses that cannot be reached are passed over; an answer, a refusal, or a server that is not
/// genuine is final.
///
/// # Errors
/// [`AskError`]; when no address could be reached, what the last one said.
pub async fn ask(ticket: &Ticket, request: &EnrolRequest) -> Result<EnrolResponse, AskError> {
    let body = serde_json::to_vec(request).map_err(AskError::Request)?;
    let issued_s = i64::try_from(ticket.issued_s).unwrap_or(i64::MAX);
    let pin = RootPin { sha256: ticket.root_sha256, earliest_s: issued_s.max(clock::built_s()) };
    let mut last = AskError::Address(None);
    for url in &ticket.urls {
        let address: Address = match url.parse() {
            Ok(address) => address,
            Err(error) => {
                last = AskError::Address(Some(error));
                continue;
            }
        };
        if !address.is_https() {
            last = AskError::Address(Some(AddressError::Form(url.clone())));
            continue;
        }
        let client = Client::new(address.clone(), Some(pin), None)?;
        match client.ask(Method::POST, ENROL_PATH, Some(body.clone())).await {
            Ok(answer) => {
                return serde_json::from_slice(&answer.body)
                    .map_err(|_| ClientError::Unexpected { address, status: answer.status }.into());
            }
            Err(
                error @ (ClientError::Connect { .. } | ClientError::Slow { .. } | ClientError::Broken { .. }),
            ) => {
                last = error.into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(last)
}
