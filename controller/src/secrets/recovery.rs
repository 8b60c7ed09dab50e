//! Recovery codes: ten codes, each good once, for whoever lost their authenticator.
//!
//! Enters: randomness, or what a person typed. Leaves: codes to be shown once, and hashes to be kept. 80 bits each: a plain
//! SHA-256 of it can be kept, because nobody tries 2^80. Never keeps a code.

use holdfast_protocol::ids::base32;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// How many a person gets: one a year with some to spare, and still one sheet.
pub const CODES: usize = 10;
const CODE_BYTES: usize = 10;

/// New codes as they are shown: 16 characters in groups of four. `None` without randomness.
#[must_use]
pub fn new_codes() -> Option<Vec<String>> {
    (0..CODES).map(|_| new_code()).collect()
}

/// One new code: also what an invitation and the first administrator's code are made of.
#[must_use]
pub fn new_code() -> Option<String> {
    let mut bytes = [0_u8; CODE_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let text = base32(&bytes).to_ascii_uppercase();
    let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 4..group * 4 + 4)).collect();
    Some(groups.join("-"))
}

/// The hash of a code as people type it: any case, with or without hyphens, `o` for 0, `i` and `l` for 1.
#[must_use]
pub fn code_sha256(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest(&SHA256, plain.as_bytes()).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ten_codes_differ_and_are_short_enough_to_type() {
        let codes = new_codes().expect("randomness");
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), CODES);
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let hash = code_sha256("0123-4567-89AB-CDE1");
        for typed in ["o123 4567 89ab cdel", "0123456789abcde1", " O123-4567-89AB-CDEI\n"] {
            assert_eq!(code_sha256(typed), hash, "{typed:?}");
        }
        assert_ne!(code_sha256("0123-4567-89AB-CDE2"), hash);
    }
}
