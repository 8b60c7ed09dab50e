//! `evidence::check` and `evidence::read_key`: any bytes get an answer, and no bytes that were not sealed are genuine. Half of
//! the inputs are put between a file's beginning and its end, so that they get further than the first look.

use holdfast_protocol::evidence::{self, Hex};
use holdfast_provisioning::evidence::{Verdict, check, read_key, verification_key};

pub(crate) fn run(bytes: &[u8]) {
    let _key = read_key(bytes);
    let known = verification_key("0123456789abcdef", &[7; 32], &[[7; 32]]);
    let framed = evidence::sealed(bytes, &[0x5a; 64]);
    for file in [bytes, framed.as_slice()] {
        assert_ne!(check(file, Some(&known)).verdict, Verdict::Genuine);
        if let Some((body, signature)) = evidence::split(file) {
            assert_eq!(evidence::sealed(body, &signature), file);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Some(hex) = Hex::of_digits(text)
    {
        assert_eq!(hex.digits(), text);
    }
}
