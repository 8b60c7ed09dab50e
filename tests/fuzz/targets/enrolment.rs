//! `POST /enrol/v1` as far as it is read before the registry is asked: JSON, ticket, certificate request; and the answer
//! as the node reads it.

use holdfast_protocol::enrolment::{EnrolRequest, EnrolResponse};
use holdfast_protocol::ticket::SignedTicket;
use holdfast_provisioning::csr;

pub(crate) fn run(bytes: &[u8]) {
    if let Ok(request) = serde_json::from_slice::<EnrolRequest>(bytes) {
        drop(SignedTicket::parse(&request.ticket));
        drop(csr::read(&request.csr_pem));
        let again = serde_json::to_vec(&request).expect("written");
        assert_eq!(serde_json::from_slice::<EnrolRequest>(&again).expect("read again"), request);
    }
    if let Ok(response) = serde_json::from_slice::<EnrolResponse>(bytes) {
        let again = serde_json::to_vec(&response).expect("written");
        assert_eq!(serde_json::from_slice::<EnrolResponse>(&again).expect("read again"), response);
    }
    drop(csr::read(&String::from_utf8_lossy(bytes)));
}
