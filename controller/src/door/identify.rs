//! From a verified certificate to a node: whose key is it, says the registry, and does the name agree.
//!
//! Enters: the client's certificate, of which TLS has checked the signature, the issuer and the dates. Leaves: the node, or
//! why not. The registry is the authority: a certificate that verifies and is not in it is nobody's.

use holdfast_protocol::ids::NodeId;
use ring::digest;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::counters::Refusal;
use crate::fleet::Admission;

/// SHA-256 of a certificate's `SubjectPublicKeyInfo`, by which the registry knows a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

/// What a certificate says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Its key.
    pub key: KeyHash,
    /// The node id in its CN.
    pub node: NodeId,
}

/// Reads a certificate.
///
/// # Errors
/// [`Refusal::Unreadable`] when it is no certificate or its CN is no node id.
pub fn claim(certificate: &[u8]) -> Result<Claim, Refusal> {
    let (_, certificate) = X509Certificate::from_der(certificate).map_err(|_| Refusal::Unreadable)?;
    let mut names = certificate.subject().iter_common_name();
    let (Some(name), None) = (names.next(), names.next()) else { return Err(Refusal::Unreadable) };
    let name = name.as_str().map_err(|_| Refusal::Unreadable)?;
    let node: NodeId = name.parse().map_err(|_| Refusal::Unreadable)?;
    let hash = digest::digest(&digest::SHA256, certificate.public_key().raw);
    let key = hash.as_ref().try_into().map_err(|_| Refusal::Unreadable)?;
    Ok(Claim { key: KeyHash(key), node })
}

/// Compares the claim with the registry's word on its key.
///
/// # Errors
/// [`Refusal::Unknown`], [`Refusal::Revoked`], or [`Refusal::Unreadable`] when the key is another node's.
pub fn judge(claim: Claim, admission: &Admission) -> Result<NodeId, Refusal> {
    match admission {
        Admission::Node(node) if *node == claim.node => Ok(*node),
        Admission::Node(_) => Err(Refusal::Unreadable),
        Admission::Revoked(_) => Err(Refusal::Revoked),
        Admission::Unknown => Err(Refusal::Unknown),
    }
}

/// What the node is told in CONNACK.
#[must_use]
pub const fn told(refusal: Refusal) -> &'static str {
    if matches!(refusal, Refusal::Revoked) {
        "this node was revoked"
    } else if matches!(refusal, Refusal::Unknown) {
        "the registry does not know this certificate; enrol again"
    } else {
        "this certificate is not the one of its node; enrol again"
    }
}
