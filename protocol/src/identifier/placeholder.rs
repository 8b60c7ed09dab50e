//! What makers leave where a serial should be. Two machines with one such "serial" are not one machine.
//!
//! Enters: a text. Leaves: whether it is one of these. The list is what `dmidecode` reports in the field; comparing is
//! without case, dots and spaces.

/// Without case, dots and spaces.
const KNOWN: &[&str] = &[
    "tobefilledbyoem",
    "defaultstring",
    "systemserialnumber",
    "chassisserialnumber",
    "baseboardserialnumber",
    "serialnumber",
    "serial",
    "notspecified",
    "notapplicable",
    "notavailable",
    "none",
    "null",
    "n/a",
    "na",
    "unknown",
    "oem",
    "invalid",
    "empty",
    "xxxxxxxx",
    "0123456789",
    "123456789",
    "1234567890",
];

/// Whether a text stands where a serial should be and is none.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let folded: String =
        text.chars().filter(|c| !matches!(c, '.' | ' ' | '-' | '_')).flat_map(char::to_lowercase).collect();
    let mut characters = folded.chars();
    let first = characters.next();
    // "0", "00000000", "........", "FFFFFFFF": one character over and over.
    let monotone =
        first.is_none_or(|first| matches!(first, '0' | 'f' | 'x' | '*') && characters.all(|c| c == first));
    monotone || KNOWN.contains(&folded.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_and_serials_are_not_taken_for_them() {
        for text in
            ["To Be Filled By O.E.M.", "Not Specified", "00000000", "FFFFFFFF", "....", "Default string"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["S3Z8NB0K", "0012", "F00F", "X1", "OEM-7781", "11111111"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
