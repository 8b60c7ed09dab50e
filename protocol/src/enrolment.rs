//! `POST /enrol/v1`: what a node sends with its ticket, and what it gets back. JSON.
//!
//! Enters and leaves: the shapes, and the bytes behind the code that both sides show. Never makes a key.

use serde::{Deserialize, Serialize};

use crate::identity::MqttEndpoint;
use crate::ids::{NodeId, base32};

/// Where a ticket is turned into a certificate.
pub const ENROL_PATH: &str = "/enrol/v1";
/// Largest request body, in bytes: ticket, certificate request and up to 64 serials.
pub const REQUEST_BYTES_MAX: usize = 32 * 1024;
/// Most serials in a request.
pub const SERIALS_MAX: usize = 64;
/// Longest serial, kind or maker's name, in bytes; longer ones are cut by the sender.
pub const SERIAL_BYTES_MAX: usize = 64;

/// What a node asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The ticket's text.
    pub ticket: String,
    /// PKCS#10 certificate request, PEM. Only its public key counts; names in it are passed over.
    pub csr_pem: String,
    /// Serials that the node sees of itself.
    #[serde(default)]
    pub serials: Vec<ObservedSerial>,
    /// Version of the program that asks.
    pub program: String,
}

/// A serial as software on the node reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedSerial {
    /// What it belongs to: `system`, `board`, `disk`, `interface`.
    pub kind: String,
    /// Which one, such as `nvme0n1`; empty where there is one.
    pub part: String,
    /// The serial.
    pub serial: String,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EnrolResponse {
    /// Enrolled: here is the certificate.
    Issued {
        /// Who the node is now.
        node: NodeId,
        /// The fleet: 16 hexadecimal digits.
        fleet: String,
        /// The node's certificate, PEM.
        certificate_pem: String,
        /// The fleet intermediate, PEM.
        authority_pem: String,
        /// Where the MQTT door is.
        mqtt: Vec<MqttEndpoint>,
        /// The controller's time, seconds since 1970.
        enrolled_s: u64,
        /// The eight-character code.
        code: String,
    },
    /// An operator has to approve first; ask again with the same key.
    Waiting {
        /// The eight-character code to compare.
        code: String,
    },
}

/// The code both sides show, from the first 40 bits of SHA-256 over the public key (SubjectPublicKeyInfo, DER) and the
/// ticket's id: `7K2M-9QXD`.
#[must_use]
pub fn shown_code(digest: &[u8; 32]) -> String {
    let [a, b, c, d, e, ..] = *digest;
    let text = base32(&[a, b, c, d, e]).to_ascii_uppercase();
    let (left, right) = text.split_at(4);
    format!("{left}-{right}")
}
