//! Whether a node's own key signed a statement, and whether claims are those whose digests it signed.
//!
//! Enters: a statement, whole from a record or as far as an evidence file shows it, and the node's public key. Leaves: what
//! does not fit.

use holdfast_protocol::evidence::{Evidence, Stated};
use holdfast_protocol::statement::{Claim, Head, Opening, SIGNATURE_BYTES, Seen, Source, Statement};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::chain;
use super::report::{Step, StepName};
use crate::csr::sha256;

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another key, or altered.
    #[error("the signature is not of the node's key")]
    Signature,
    /// A claim that was not signed.
    #[error("a claim is not the one whose digest was signed")]
    Digest,
}

/// Checks a whole statement against a public key (SubjectPublicKeyInfo, DER).
///
/// # Errors
/// [`Fault`].
pub fn check_statement(statement: &Statement, spki_der: &[u8]) -> Result<(), Fault> {
    signed(&statement.head, &statement.signature, spki_der)?;
    digests_fit(statement)
}

/// Whether each claim is the one whose digest was signed.
///
/// # Errors
/// [`Fault::Digest`].
pub fn digests_fit(statement: &Statement) -> Result<(), Fault> {
    let fits = statement.openings.len() == statement.head.digests.len()
        && statement
            .openings
            .iter()
            .zip(&statement.head.digests)
            .all(|(opening, digest)| digest_of(opening) == *digest);
    if fits { Ok(()) } else { Err(Fault::Digest) }
}

fn digest_of(opening: &Opening) -> [u8; 32] {
    sha256(&opening.claim.digest_input(&opening.salt))
}

fn signed(head: &Head, signature: &[u8; SIGNATURE_BYTES], spki_der: &[u8]) -> Result<(), Fault> {
    let (_, spki) = SubjectPublicKeyInfo::from_der(spki_der).map_err(|_| Fault::Signature)?;
    let point = &spki.subject_public_key.data;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_ref())
        .verify(&head.signed(), signature)
        .map_err(|_| Fault::Signature)
}

pub(super) fn step(evidence: &Evidence) -> Step {
    Step::of(StepName::NodeSignature, checked(evidence))
}

fn checked(evidence: &Evidence) -> Result<(), &'static str> {
    let binding = evidence.binding.as_ref().ok_or("the binding is missing")?;
    let spki = evidence
        .certificates
        .first()
        .and_then(|der| chain::spki(&der.0))
        .ok_or("the node's certificate is missing")?;
    let mut seen = Vec::new();
    for stated in &evidence.statements {
        let head = Head::decode(&stated.head.0).map_err(|_| "a statement cannot be read")?;
        if head.node != binding.node {
            return Err("a statement is of another node");
        }
        let signature = stated.signature.array().ok_or("a signature has another length")?;
        signed(&head, &signature, &spki).map_err(|_| "a statement is not signed by the node's key")?;
        let digest = shown_digest(stated).ok_or("a shown claim cannot be read")?;
        if head.digests.get(stated.shown.place) != Some(&digest) {
            return Err("a shown claim is not in the statement");
        }
        if seen.contains(&(head.boot, head.at)) {
            return Err("a statement is there twice");
        }
        seen.push((head.boot, head.at));
    }
    Ok(())
}

fn shown_digest(stated: &Stated) -> Option<[u8; 32]> {
    let shown = &stated.shown;
    let claim = Claim {
        source: Source::from_word(&shown.source)?,
        part: shown.part.clone(),
        seen: Seen::Serial(shown.serial.clone()),
        detail: shown.detail.clone(),
    };
    Some(digest_of(&Opening { salt: shown.salt.array()?, claim }))
}
