//! The second factor: codes of an authenticator app by time (RFC 6238: SHA-1, 6 digits, 30 s, what every app takes).
//!
//! Enters: a secret, what a person typed, `now`, and the step that was used last. Leaves: whether the code is right, used,
//! or from a clock that is off by so much. A step is right once. Neighbouring steps of 30 s are taken, for a phone that is
//! a little off and a person who types slowly (RFC 6238, section 5.2). Never stores, never logs.

use std::fmt::Write as _;

use holdfast_protocol::time::WallMs;
use ring::rand::{SecureRandom, SystemRandom};
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret: 160 bits (RFC 4226, section 4, R6).
pub const SECRET_BYTES: usize = 20;
/// Seconds a code lasts.
pub const STEP_S: u64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// How far to either side a code is looked for to say that a clock is off: ten minutes. Nothing is let in by it.
const LOOK_STEPS: u64 = 20;

/// What a typed code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Right; this step may not be used again.
    Right {
        /// The step.
        step: u64,
    },
    /// Right, and used before.
    Used,
    /// The code of another moment: whoever made it has a clock that is off.
    Off {
        /// By how much, in seconds; positive when that clock is ahead of ours.
        by_s: i64,
    },
    /// None of these.
    Wrong,
}

/// The secret of a person's authenticator. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Factor([u8; SECRET_BYTES]);

impl std::fmt::Debug for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Factor")
    }
}

impl Factor {
    /// A new one, or `None` without randomness.
    #[must_use]
    pub fn new() -> Option<Self> {
        let mut bytes = [0_u8; SECRET_BYTES];
        SystemRandom::new().fill(&mut bytes).ok().map(|()| Self(bytes))
    }

    /// The one of these bytes, as they were kept.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// To be sealed and kept.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// As it is typed into an app that has no camera: base32 (RFC 4648) in groups of four.
    #[must_use]
    pub fn typed(&self) -> String {
        let text = rfc4648_base32(&self.0);
        let groups: Vec<&str> = (0..text.len().div_ceil(4))
            .filter_map(|at| text.get(at * 4..(at * 4 + 4).min(text.len())))
            .collect();
        groups.join(" ")
    }

    /// What the QR code holds (the key URI format that authenticator apps share). The account is not the person's name:
    /// the app's list lies on a phone that may be lost.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let secret = rfc4648_base32(&self.0);
        let (issuer, account) = (percent(issuer), percent(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The code of this moment; for tests and for the lab, which prints it.
    #[must_use]
    pub fn code(&self, now: WallMs) -> String {
        self.at_step(step(now))
    }

    /// What a typed code is. Spaces and a hyphen within are passed over.
    #[must_use]
    pub fn check(&self, typed: &str, now: WallMs, used: Option<u64>) -> Code {
        let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if typed.len() != DIGITS || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Code::Wrong;
        }
        let now = step(now);
        let near = [now, now.saturating_sub(1), now.saturating_add(1)];
        if let Some(step) = near.into_iter().find(|step| self.is_at(&typed, *step)) {
            return if used.is_some_and(|used| step <= used) { Code::Used } else { Code::Right { step } };
        }
        let far = (2..=LOOK_STEPS).flat_map(|off| [(off, true), (off, false)]);
        for (off, ahead) in far {
            let there = if ahead { now.saturating_add(off) } else { now.saturating_sub(off) };
            if self.is_at(&typed, there) {
                let by_s = i64::try_from(off * STEP_S).unwrap_or(i64::MAX);
                return Code::Off { by_s: if ahead { by_s } else { -by_s } };
            }
        }
        Code::Wrong
    }

    fn is_at(&self, typed: &str, step: u64) -> bool {
        bool::from(subtle::ConstantTimeEq::ct_eq(self.at_step(step).as_bytes(), typed.as_bytes()))
    }

    fn at_step(&self, step: u64) -> String {
        let mut out = String::with_capacity(DIGITS);
        // Writing to a string cannot fail.
        let _written = write!(out, "{}", self.totp().generate(step.saturating_mul(STEP_S)));
        out
    }

    fn totp(&self) -> Totp {
        Builder::new()
            .with_secret(Secret::from(self.0.as_slice()))
            .build()
            .expect("20 bytes and the library's defaults are what RFC 6238 asks for")
    }
}

fn step(now: WallMs) -> u64 {
    u64::try_from(now.0 / 1000).unwrap_or_default() / STEP_S
}

fn rfc4648_base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    let symbol = |held: u32| {
        let at = usize::try_from(held & 31).unwrap_or_default();
        char::from(*ALPHABET.get(at).unwrap_or(&b'A'))
    };
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(symbol(held >> bits));
        }
    }
    if bits > 0 {
        out.push(symbol(held << (5 - bits)));
    }
    out
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor() -> Factor {
        Factor::from_bytes(b"12345678901234567890").expect("20 bytes")
    }

    fn at(seconds: i64) -> WallMs {
        WallMs(seconds * 1000)
    }

    /// RFC 6238, appendix B, the rows of SHA-1, cut to six digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(factor().code(at(seconds)), code, "at {seconds}");
        }
    }

    #[test]
    fn a_code_is_right_once_and_so_is_none_of_an_earlier_step() {
        let now = at(1_234_567_890);
        let Code::Right { step } = factor().check("005924", now, None) else { panic!("right") };
        assert_eq!(factor().check("005924", now, Some(step)), Code::Used);
        let before = factor().code(at(1_234_567_890 - 30));
        assert_eq!(
            factor().check(&before, now, Some(step)),
            Code::Used,
            "an older one that was looked over a shoulder"
        );
        assert!(
            matches!(factor().check("005 924", now, Some(step - 1)), Code::Right { .. }),
            "typed with a space"
        );
    }

    #[test]
    fn a_clock_that_is_off_is_told_by_how_much_and_not_let_in() {
        let now = at(1_234_567_890);
        for (off_s, wanted) in
            [(240, Code::Off { by_s: 240 }), (-600, Code::Off { by_s: -600 }), (-900, Code::Wrong)]
        {
            let code = factor().code(at(1_234_567_890 + off_s));
            assert_eq!(factor().check(&code, now, None), wanted, "{off_s} s");
        }
        for off_s in [-30, 0, 30] {
            let code = factor().code(at(1_234_567_890 + off_s));
            assert!(matches!(factor().check(&code, now, None), Code::Right { .. }), "{off_s} s");
        }
    }

    #[test]
    fn what_is_no_code_is_wrong() {
        for typed in ["", "00592", "0059244", "00592a", "٠٠٥٩٢٤", "-05924"] {
            assert_eq!(factor().check(typed, at(1_234_567_890), None), Code::Wrong, "{typed}");
        }
    }

    #[test]
    fn an_app_can_read_the_uri_and_a_person_the_groups() {
        let uri = factor().uri("Holdfast 3f", "person 7");
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(
            uri,
            format!(
                "otpauth://totp/Holdfast%203f:person%207?secret={secret}&issuer=Holdfast%203f&algorithm=SHA1&digits=6&period=30"
            )
        );
        assert_eq!(factor().typed().replace(' ', ""), secret);
        assert_eq!(factor().typed().split(' ').count(), 8);
    }
}
