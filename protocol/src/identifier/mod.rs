//! Identifiers of equipment: what is printed on it or what it says of itself, in one written form each.
//!
//! Enters: text as people type it, as a packing list has it, or as a machine reports it. Leaves: a [`Kind`] with its value
//! in canonical form, or what is wrong with it and how it is written. Two texts that mean one thing become one value, so
//! that a search and a comparison see it. Never guesses: a check digit that does not fit is an error, not a warning.

mod check_digit;
mod placeholder;

use serde::{Deserialize, Serialize};

pub use check_digit::{gtin, luhn};
pub use placeholder::is_placeholder;

/// Longest serial, in characters: SMBIOS strings in the field reach 40.
pub const SERIAL_CHARACTERS_MAX: usize = 64;

/// What an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The manufacturer's serial.
    Serial,
    /// The KIT number on a satellite terminal's box and account.
    Kit,
    /// The terminal's own identifier: UTID or dish id.
    Utid,
    /// International Mobile Equipment Identity.
    Imei,
    /// Hardware address of an interface.
    Mac,
    /// The UUID that firmware reports (SMBIOS type 1).
    SmbiosUuid,
    /// SHA-256 of a TPM's endorsement key.
    TpmKey,
    /// Serial of a disk.
    DiskSerial,
    /// Serial of a power supply with battery.
    UpsSerial,
}

/// Who may read an identifier without a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// Whoever may see the item.
    Plain,
    /// Masked until a reasoned, audited look: with it a device can be followed in a network, or its account be asked.
    Secret,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// It is not written like one.
    #[error("this is not a {what}; enter {form}")]
    Form {
        /// What was expected.
        what: &'static str,
        /// How it is written.
        form: &'static str,
    },
    /// The last digit does not fit the others.
    #[error(
        "the check digit of this {what} does not fit: the last digit is {found}, but should be {wanted}; read it again"
    )]
    CheckDigit {
        /// What was expected.
        what: &'static str,
        /// The last digit.
        found: u8,
        /// The one that would fit.
        wanted: u8,
    },
    /// What a maker left in place of a serial.
    #[error("{text:?} is what a maker left in place of a serial; look on the type plate, or leave it out")]
    Placeholder {
        /// The text.
        text: String,
    },
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Serial,
        Self::Kit,
        Self::Utid,
        Self::Imei,
        Self::Mac,
        Self::SmbiosUuid,
        Self::TpmKey,
        Self::DiskSerial,
        Self::UpsSerial,
    ];

    /// The stable word of the store, the API and of translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Kit => "kit",
            Self::Utid => "utid",
            Self::Imei => "imei",
            Self::Mac => "mac",
            Self::SmbiosUuid => "smbios_uuid",
            Self::TpmKey => "tpm_key",
            Self::DiskSerial => "disk_serial",
            Self::UpsSerial => "ups_serial",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Who may read it.
    #[must_use]
    pub const fn sensitivity(self) -> Sensitivity {
        match self {
            Self::Serial | Self::DiskSerial | Self::UpsSerial => Sensitivity::Plain,
            Self::Kit | Self::Utid | Self::Imei | Self::Mac | Self::SmbiosUuid | Self::TpmKey => {
                Sensitivity::Secret
            }
        }
    }

    /// The one written form of a text.
    ///
    /// # Errors
    /// [`IdentifierError`].
    pub fn parse(self, text: &str) -> Result<String, IdentifierError> {
        match self {
            Self::Serial | Self::DiskSerial | Self::UpsSerial => serial(text),
            Self::Kit => kit(text),
            Self::Utid => utid(text),
            Self::Imei => imei(text),
            Self::Mac => mac(text),
            Self::SmbiosUuid => uuid(text),
            Self::TpmKey => hexadecimal(text, 64, "TPM key hash", "64 hexadecimal digits (SHA-256)"),
        }
    }
}

/// Serial numbers keep their letters and hyphens, but not their case: labels and firmware differ in it.
fn serial(text: &str) -> Result<String, IdentifierError> {
    let text = text.trim();
    let fits = |c: char| c.is_ascii_graphic() || c == ' ';
    if text.is_empty() || text.chars().count() > SERIAL_CHARACTERS_MAX || !text.chars().all(fits) {
        return Err(IdentifierError::Form {
            what: "serial",
            form: "1 to 64 letters, digits and signs, as printed",
        });
    }
    if is_placeholder(text) {
        return Err(IdentifierError::Placeholder { text: text.to_owned() });
    }
    Ok(text.to_ascii_uppercase())
}

fn kit(text: &str) -> Result<String, IdentifierError> {
    let error =
        IdentifierError::Form { what: "KIT number", form: "KIT and 8 or more digits, such as KIT00000000" };
    let text = compact(text).to_ascii_uppercase();
    let Some(digits) = text.strip_prefix("KIT") else { return Err(error) };
    let long = (8..=20).contains(&digits.len());
    if long
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && digits.bytes().any(|b| b.is_ascii_digit())
    {
        Ok(text)
    } else {
        Err(error)
    }
}

/// A dish says `ut01000000-00000000-00000000`; accounts show it without `ut`.
fn utid(text: &str) -> Result<String, IdentifierError> {
    let error = IdentifierError::Form {
        what: "terminal id (UTID)",
        form: "ut and hexadecimal groups, as the app shows it",
    };
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("ut").unwrap_or(&text);
    let digits = text.chars().filter(|c| *c != '-').count();
    let fits = text.chars().all(|c| c.is_ascii_hexdigit() || c == '-') && (8..=40).contains(&digits);
    if fits && !text.starts_with('-') && !text.ends_with('-') { Ok(format!("ut{text}")) } else { Err(error) }
}

/// 15 digits with a Luhn check digit (3GPP TS 23.003, annex B).
fn imei(text: &str) -> Result<String, IdentifierError> {
    let what = "IMEI";
    let text = compact(text);
    if text.len() != 15 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(IdentifierError::Form { what, form: "15 digits" });
    }
    luhn(&text).map_err(|(found, wanted)| IdentifierError::CheckDigit { what, found, wanted })?;
    Ok(text)
}

fn mac(text: &str) -> Result<String, IdentifierError> {
    let error = IdentifierError::Form {
        what: "MAC address",
        form: "12 hexadecimal digits, such as 00:11:22:33:44:55",
    };
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    let is_hexadecimal = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // All zeros and all ones are no card's address.
    if !is_hexadecimal
        || digits.bytes().all(|b| b == b'0')
        || digits.bytes().all(|b| matches!(b, b'f' | b'F'))
    {
        return Err(error);
    }
    let digits = digits.to_ascii_lowercase();
    let pairs: Vec<&str> = (0..6).filter_map(|pair| digits.get(pair * 2..pair * 2 + 2)).collect();
    Ok(pairs.join(":"))
}

/// SMBIOS 3, section 7.2.1: all zeros means "not there", all ones "not set".
fn uuid(text: &str) -> Result<String, IdentifierError> {
    let form = "8-4-4-4-12 hexadecimal digits";
    let digits = hexadecimal(&text.replace('-', ""), 32, "UUID", form)?;
    if digits.bytes().all(|b| b == b'0') || digits.bytes().all(|b| b == b'f') {
        return Err(IdentifierError::Placeholder { text: text.trim().to_owned() });
    }
    let groups: Vec<&str> = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        .into_iter()
        .filter_map(|(a, b)| digits.get(a..b))
        .collect();
    Ok(groups.join("-"))
}

fn hexadecimal(
    text: &str,
    digits: usize,
    what: &'static str,
    form: &'static str,
) -> Result<String, IdentifierError> {
    let text = compact(text).to_ascii_lowercase();
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text)
    } else {
        Err(IdentifierError::Form { what, form })
    }
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '/')).collect()
}

/// A Global Trade Item Number in its one form of 14 digits (GS1 General Specifications, section 3.3.2).
///
/// # Errors
/// [`IdentifierError`].
pub fn parse_gtin(text: &str) -> Result<String, IdentifierError> {
    let what = "GTIN";
    let text = compact(text);
    if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(IdentifierError::Form { what, form: "8, 12, 13 or 14 digits, as under the bar code" });
    }
    gtin(&text).map_err(|(found, wanted)| IdentifierError::CheckDigit { what, found, wanted })?;
    Ok(format!("{text:0>14}"))
}

/// What a person may see of a secret identifier: its last four characters, the rest as dots.
#[must_use]
pub fn masked(value: &str) -> String {
    let characters: Vec<char> = value.chars().collect();
    let shown = characters.len().saturating_sub(4).max(characters.len() / 2);
    let tail: String = characters.iter().skip(shown).collect();
    format!("…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_mean_one_thing_become_one_value() {
        for (kind, texts, wanted) in [
            (
                Kind::Imei,
                &["490154203237518", "49-015420-323751-8", " 490154203237518 "][..],
                "490154203237518",
            ),
            (
                Kind::Mac,
                &["00:1A:2b:3c:4d:5e", "001a.2b3c.4d5e", "00-1a-2b-3c-4d-5e"][..],
                "00:1a:2b:3c:4d:5e",
            ),
            (Kind::Kit, &["kit 1234 5678", "KIT-12345678"][..], "KIT12345678"),
            (
                Kind::Utid,
                &["ut01000000-00000000-0012AB34", "01000000-00000000-0012ab34"][..],
                "ut01000000-00000000-0012ab34",
            ),
            (Kind::Serial, &["sn-00 12a", " SN-00 12A "][..], "SN-00 12A"),
            (
                Kind::SmbiosUuid,
                &["4C4C4544-0042-3510-8052-B4C04F4D3432", "4c4c454400423510 8052b4c04f4d3432"][..],
                "4c4c4544-0042-3510-8052-b4c04f4d3432",
            ),
        ] {
            for text in texts {
                assert_eq!(kind.parse(text).as_deref(), Ok(wanted), "{text}");
                let again = kind.parse(wanted);
                assert_eq!(again.as_deref(), Ok(wanted), "its own form");
            }
        }
    }

    #[test]
    fn a_wrong_check_digit_is_named_with_the_one_that_would_fit() {
        assert_eq!(
            Kind::Imei.parse("490154203237519"),
            Err(IdentifierError::CheckDigit { what: "IMEI", found: 9, wanted: 8 })
        );
        assert_eq!(
            parse_gtin("4006381333932"),
            Err(IdentifierError::CheckDigit { what: "GTIN", found: 2, wanted: 1 })
        );
        assert_eq!(parse_gtin("4006381333931").as_deref(), Ok("04006381333931"));
        assert_eq!(parse_gtin("73513537").as_deref(), Ok("00000073513537"), "GTIN-8");
    }

    #[test]
    fn what_is_no_identifier_says_how_one_is_written() {
        for (kind, text) in [
            (Kind::Imei, "12345"),
            (Kind::Imei, "٤٩٠١٥٤٢٠٣٢٣٧٥١٨"),
            (Kind::Kit, "KIT123"),
            (Kind::Kit, "12345678"),
            (Kind::Kit, "KITABCDEFGH"),
            (Kind::Mac, "00:00:00:00:00:00"),
            (Kind::Mac, "ff:ff:ff:ff:ff:ff"),
            (Kind::Mac, "00:1a:2b:3c:4d"),
            (Kind::Utid, "ut-"),
            (Kind::Utid, "utzzzzzzzz"),
            (Kind::Serial, ""),
            (Kind::Serial, "  "),
            (Kind::Serial, "line\nbreak"),
            (Kind::Serial, "=HYPERLINK(1)\u{200f}"),
            (Kind::SmbiosUuid, "4c4c4544"),
            (Kind::TpmKey, "abc"),
        ] {
            let error = kind.parse(text).expect_err(text);
            assert!(error.to_string().contains("enter"), "{error}");
        }
        assert!(Kind::Serial.parse(&"x".repeat(65)).is_err());
    }

    #[test]
    fn what_a_maker_left_in_place_of_a_serial_is_not_one() {
        for text in [
            "To be filled by O.E.M.",
            "to be filled by o.e.m",
            "Default string",
            "System Serial Number",
            "0",
            "N/A",
        ] {
            assert!(matches!(Kind::Serial.parse(text), Err(IdentifierError::Placeholder { .. })), "{text}");
        }
        let zero = Kind::SmbiosUuid.parse("00000000-0000-0000-0000-000000000000");
        assert!(matches!(zero, Err(IdentifierError::Placeholder { .. })));
    }

    #[test]
    fn any_text_gives_a_value_or_an_error_and_a_value_gives_itself() {
        let mut random = fastrand::Rng::with_seed(11);
        let alphabet: Vec<char> = "KITut0123456789abcdefABCDEF:-./ \u{301}\u{202e}💡ї=+@".chars().collect();
        for _ in 0..20_000 {
            let text: String = (0..random.usize(..40)).filter_map(|_| random.choice(&alphabet)).collect();
            for kind in Kind::ALL {
                if let Ok(value) = kind.parse(&text) {
                    assert_eq!(kind.parse(&value).as_ref(), Ok(&value), "{kind:?} of {text:?}");
                    assert!(value.len() <= SERIAL_CHARACTERS_MAX + 2 && value.is_ascii(), "{value}");
                }
            }
            if let Ok(value) = parse_gtin(&text) {
                assert_eq!(parse_gtin(&value).as_ref(), Ok(&value));
            }
        }
    }

    #[test]
    fn a_mask_shows_at_most_four_characters_and_never_more_than_half() {
        assert_eq!(masked("490154203237518"), "…7518");
        assert_eq!(masked("abcd"), "…cd");
        assert_eq!(masked(""), "…");
    }
}
