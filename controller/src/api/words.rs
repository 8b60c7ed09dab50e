//! Words that people send: names and reasons, of a bounded length and on one line.
//!
//! Enters: text. Leaves: the text without space around it, or a refusal that names the field. Every script, direction and
//! combining mark is taken as it is; how a name is kept from turning a sentence around is the page's care.

use super::problem::ApiError;

/// Longest name of a person or party, in characters; some of four bytes each are 256 bytes.
pub(crate) const NAME_CHARACTERS_MAX: usize = 64;
/// Shortest reason that says something.
pub(crate) const REASON_CHARACTERS_MIN: usize = 10;
/// Longest reason: two lines.
pub(crate) const REASON_CHARACTERS_MAX: usize = 200;

/// One line of `least` to `most` characters.
pub(crate) fn line(field: &str, text: &str, least: usize, most: usize) -> Result<String, ApiError> {
    let text = text.trim();
    let characters = text.chars().count();
    if characters < least || characters > most || text.chars().any(char::is_control) {
        return Err(ApiError::unusable(format!(
            "The field {field} cannot be taken. Write {least} to {most} characters on one line; it has {characters}."
        )));
    }
    Ok(text.to_owned())
}

/// A name.
pub(crate) fn name(text: &str) -> Result<String, ApiError> {
    line("name", text, 1, NAME_CHARACTERS_MAX)
}

/// A reason for the audit.
pub(crate) fn reason(text: &str) -> Result<String, ApiError> {
    line("reason", text, REASON_CHARACTERS_MIN, REASON_CHARACTERS_MAX)
}

/// A country: ISO 3166-1 alpha-2 in capitals, or nothing.
pub(crate) fn country(text: &str) -> Result<String, ApiError> {
    let text = text.trim().to_ascii_uppercase();
    let fits = text.is_empty() || (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()));
    if fits {
        return Ok(text);
    }
    Err(ApiError::unusable(
        "The field country is no code. Write two letters of ISO 3166-1, such as PL, or nothing.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_taken_and_lines_are_not() {
        for text in ["Водоканал \"Світло\"", "مؤسسة", "e\u{301}le\u{300}ve", "😀 works", "O'Neil & <sons>"]
        {
            assert_eq!(name(&format!(" {text} ")).expect("taken"), text);
        }
        for text in ["", "   ", "a\nb", "a\u{0}b", &"x".repeat(65)] {
            assert!(name(text).is_err(), "{text:?}");
        }
        assert!(reason("too short").is_err() && reason("driver asks for the gate").is_ok());
        assert_eq!(country("pl").expect("taken"), "PL");
        assert!(country("POL").is_err() && country("P1").is_err());
    }
}
