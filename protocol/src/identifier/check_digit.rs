//! Check digits: Luhn (ISO/IEC 7812-1, annex B) of IMEIs, and modulo 10 of GS1 keys.
//!
//! Enters: ASCII digits, the last of which checks the others. Leaves: nothing, or the digit found and the one wanted.

/// Checks a number by Luhn's rule.
///
/// # Errors
/// The last digit, and the one that would fit.
pub fn luhn(digits: &str) -> Result<(), (u8, u8)> {
    check(digits, |place, digit| {
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        doubled / 10 + doubled % 10
    })
}

/// Checks a GS1 key (GTIN, SSCC): weights 3 and 1 from the right (GS1 General Specifications, section 7.9).
///
/// # Errors
/// The last digit, and the one that would fit.
pub fn gtin(digits: &str) -> Result<(), (u8, u8)> {
    check(digits, |place, digit| if place % 2 == 1 { digit * 3 } else { digit })
}

/// Places count from the right, the check digit's is 0.
fn check(digits: &str, weigh: impl Fn(usize, u32) -> u32) -> Result<(), (u8, u8)> {
    let digits = digits.bytes().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')) % 10);
    let mut found = 0;
    let mut sum = 0_u32;
    for (place, digit) in digits.enumerate() {
        if place == 0 {
            found = digit;
        } else {
            sum = (sum + weigh(place, digit)) % 10;
        }
    }
    let wanted = (10 - sum) % 10;
    let small = |digit| u8::try_from(digit).unwrap_or(0);
    if found == wanted { Ok(()) } else { Err((small(found), small(wanted))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3GPP and GS1 publish these as examples.
    #[test]
    fn published_examples_fit() {
        for imei in ["490154203237518", "356938035643809"] {
            assert_eq!(luhn(imei), Ok(()), "{imei}");
        }
        for key in ["73513537", "036000291452", "4006381333931", "10614141000415"] {
            assert_eq!(gtin(key), Ok(()), "{key}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        type Check = fn(&str) -> Result<(), (u8, u8)>;
        let numbers: [(&str, Check); 2] = [("490154203237518", luhn), ("4006381333931", gtin)];
        for (number, check) in numbers {
            for at in 0..number.len() {
                for digit in b'0'..=b'9' {
                    let mut altered = number.as_bytes().to_vec();
                    let before = std::mem::replace(&mut altered[at], digit);
                    let text = String::from_utf8(altered).expect("digits");
                    assert_eq!(check(&text).is_ok(), digit == before, "{text}");
                }
            }
        }
    }
}
