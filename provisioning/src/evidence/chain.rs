//! From a node's certificate to the fleet's root, by the hash of the root's key that the verification key names.
//!
//! Enters: three certificates in an evidence file, and the verification key. Leaves: a step. Times of certificates are
//! compared with when the statements were made, never with now.

use holdfast_protocol::evidence::{CERTIFICATES_MAX, Evidence, VerificationKey};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::report::{Step, StepName};
use crate::authority::fleet_of;
use crate::csr::sha256;

/// The public key of a certificate (SubjectPublicKeyInfo, DER).
pub(super) fn spki(der: &[u8]) -> Option<Vec<u8>> {
    Some(certificate(der)?.public_key().raw.to_vec())
}

fn certificate(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der)
        .ok()
        .filter(|(rest, _)| rest.is_empty())
        .map(|(_, certificate)| certificate)
}

pub(super) fn step(evidence: &Evidence, key: Option<&VerificationKey>) -> Step {
    let name = StepName::Certificates;
    let root_sha256 = match checked(evidence) {
        Ok(root_sha256) => root_sha256,
        Err(why) => return Step::not_genuine(name, why),
    };
    match key {
        None => Step::cannot_tell(name, "no verification key was given, so the root is not known"),
        Some(key) if key.fleet != evidence.fleet => {
            Step::cannot_tell(name, "the verification key is of another fleet")
        }
        Some(key) => {
            let known = key.root_sha256.0 == root_sha256;
            Step::yes_or_no(name, known, "the certificates lead to another root than the fleet's")
        }
    }
}

/// The hash of the root's key, if the three belong together, to the node, and to when it spoke.
fn checked(evidence: &Evidence) -> Result<[u8; 32], &'static str> {
    let binding = evidence.binding.as_ref().ok_or("the binding is missing")?;
    let read: Option<Vec<_>> =
        evidence.certificates.iter().take(CERTIFICATES_MAX + 1).map(|der| certificate(&der.0)).collect();
    let read = read.ok_or("a certificate cannot be read")?;
    let [node, intermediate, root] = read.as_slice() else { return Err("there are not three certificates") };
    let signs = |above: &X509Certificate<'_>, below: &X509Certificate<'_>| {
        let named = above.subject() == below.issuer();
        named && above.is_ca() && below.verify_signature(Some(above.public_key())).is_ok()
    };
    if !signs(root, root) || !signs(root, intermediate) || !signs(intermediate, node) || node.is_ca() {
        return Err("the certificates do not lead from the node to the root");
    }
    let names: Vec<_> = node.subject().iter_common_name().filter_map(|name| name.as_str().ok()).collect();
    if names != [binding.node.to_string()] {
        return Err("the certificate is of another node");
    }
    if binding.key_sha256.0 != sha256(node.public_key().raw) {
        return Err("the certificate has another key than the one bound");
    }
    let valid = |at_ms: i64| {
        read.iter().all(|one| {
            let validity = one.validity();
            let at_s = at_ms.div_euclid(1_000);
            validity.not_before.timestamp() <= at_s && at_s <= validity.not_after.timestamp()
        })
    };
    if !evidence.statements.iter().all(|stated| valid(stated.at_ms)) {
        return Err("a statement was made while the certificates were not valid");
    }
    let root_sha256 = sha256(root.public_key().raw);
    if fleet_of(&root_sha256) != evidence.fleet {
        return Err("the root is of another fleet");
    }
    Ok(root_sha256)
}
