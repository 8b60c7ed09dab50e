//! Certificates as the door and the issuing side read them: total, and both see the same key.

use holdfast_controller::door::identify::claim;
use holdfast_provisioning::csr;

pub(crate) fn run(bytes: &[u8]) {
    let key = csr::certificate_key_sha256(bytes);
    if let Ok(claim) = claim(bytes) {
        assert_eq!(Some(claim.key.0), key, "two readings of one certificate");
    }
}
