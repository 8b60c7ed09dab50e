//! Evidence files: sealing one, and checking one with no network and no trust in who handed it over.
//!
//! Enters: the parts of a file and the controller's key, or the bytes of a file and a verification key got from elsewhere.
//! Leaves: the file, or a [`Report`] of steps, each with an answer of its own. Three answers, never two: what could not be
//! checked is "cannot tell". Needs no clock: a week is checked against what is in the file.

mod chain;
mod report;
mod statement;
#[cfg(test)]
mod tests;
mod window;

use holdfast_protocol::evidence::{
    self, EVIDENCE_DOMAIN, Evidence, FILE_BYTES_MAX, FORMAT, Hex, KEY_FORMAT, Level, VERSION, VerificationKey,
};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};

pub use report::{Answer, Report, Step, StepName, Trust, Verdict};
pub use statement::{Fault, check_statement, digests_fit};

/// What a file of this version begins with: one that does not, and has no signature at its end, is something else.
const BEGINNING: &[u8] = b"{\n  \"format\": \"holdfast evidence\"";

/// Why a verification key is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not JSON of this form.
    #[error("this is no verification key of Holdfast: {0}")]
    Form(String),
    /// A later version.
    #[error("this verification key has version {0}, and this program reads version {VERSION}; update it")]
    Version(u32),
}

/// Seals evidence into a file; `None` only if it could not be written as JSON.
#[must_use]
pub fn seal(evidence: &Evidence, key: &Ed25519KeyPair) -> Option<Vec<u8>> {
    let json = serde_json::to_string_pretty(evidence).ok()?;
    let body = evidence::body(&json)?;
    let signature = key.sign(&[EVIDENCE_DOMAIN, &body].concat());
    Some(evidence::sealed(&body, signature.as_ref().try_into().ok()?))
}

/// Reads a verification key. Decoder: fuzzed as `evidence`.
///
/// # Errors
/// [`KeyError`].
pub fn read_key(bytes: &[u8]) -> Result<VerificationKey, KeyError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u32,
    }
    let form = |error: serde_json::Error| KeyError::Form(error.to_string());
    let versioned: Versioned = serde_json::from_slice(bytes).map_err(form)?;
    if versioned.version != VERSION {
        return Err(KeyError::Version(versioned.version));
    }
    let key: VerificationKey = serde_json::from_slice(bytes).map_err(form)?;
    if key.format != KEY_FORMAT || key.root_sha256.0.len() != 32 {
        return Err(KeyError::Form("its format or its root's hash is not as it should be".to_owned()));
    }
    Ok(key)
}

/// Checks a file. Decoder: fuzzed as `evidence`.
#[must_use]
pub fn check(file: &[u8], key: Option<&VerificationKey>) -> Report {
    let (evidence, body, signature) = match open(file) {
        Ok(opened) => opened,
        Err(step) => return Report::of(None, vec![step]),
    };
    let mut steps = vec![Step::genuine(StepName::Form)];
    let public = UnparsedPublicKey::new(&ED25519, &evidence.key.0);
    let fits = public.verify(&[EVIDENCE_DOMAIN, body].concat(), &signature).is_ok();
    steps.push(Step::yes_or_no(StepName::ControllerSignature, fits, "the file was altered, or never signed"));
    steps.push(known(&evidence, key));
    if evidence.level == Level::E2 {
        steps.push(chain::step(&evidence, key));
        steps.push(statement::step(&evidence));
        steps.push(window::binding_step(&evidence));
    } else {
        let names = [StepName::Certificates, StepName::NodeSignature, StepName::Binding];
        steps.extend(names.map(Step::not_needed));
    }
    steps.push(window::step(&evidence));
    Report::of(Some(evidence), steps)
}

type Opened<'a> = (Evidence, &'a [u8], [u8; 64]);

fn open(file: &[u8]) -> Result<Opened<'_>, Step> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u32,
    }
    let not_genuine = |why: String| Step::not_genuine(StepName::Form, why);
    let cannot_tell = |why: String| Step::cannot_tell(StepName::Form, why);
    if file.len() > FILE_BYTES_MAX {
        return Err(cannot_tell(format!(
            "this has more than {FILE_BYTES_MAX} bytes: it is no evidence file"
        )));
    }
    let Some((body, signature)) = evidence::split(file) else {
        return Err(if file.starts_with(BEGINNING) {
            not_genuine("the end of the file is cut off or altered".to_owned())
        } else {
            cannot_tell("this is no evidence file".to_owned())
        });
    };
    let text = evidence::unsealed(body)
        .ok_or_else(|| not_genuine("the file is not text as it was made".to_owned()))?;
    if let Ok(Versioned { version }) = serde_json::from_str(&text)
        && version != VERSION
    {
        return Err(cannot_tell(format!(
            "the file has version {version}, and this program reads version {VERSION}"
        )));
    }
    let evidence: Evidence = serde_json::from_str(&text).map_err(|error| not_genuine(error.to_string()))?;
    if evidence.format != FORMAT {
        return Err(not_genuine("it says that it is something else".to_owned()));
    }
    Ok((evidence, body, signature))
}

fn known(evidence: &Evidence, key: Option<&VerificationKey>) -> Step {
    let name = StepName::ControllerKey;
    match key {
        None => Step::cannot_tell(name, "no verification key was given"),
        Some(key) if key.fleet != evidence.fleet => {
            Step::cannot_tell(name, "the verification key is of another fleet")
        }
        Some(key) if !key.evidence_keys.contains(&evidence.key) => {
            Step::cannot_tell(name, "the verification key does not hold the key that signed this file")
        }
        Some(_) => Step::genuine(name),
    }
}

/// A verification key of one fleet.
#[must_use]
pub fn verification_key(fleet: &str, root_sha256: &[u8; 32], keys: &[[u8; 32]]) -> VerificationKey {
    VerificationKey {
        format: KEY_FORMAT.to_owned(),
        version: VERSION,
        fleet: fleet.to_owned(),
        root_sha256: Hex(root_sha256.to_vec()),
        evidence_keys: keys.iter().map(|key| Hex(key.to_vec())).collect(),
    }
}
