//! Text as lists search and sort it.
//!
//! Enters: names, ids and what a person typed. Leaves: folded text. Case, Polish marks and kinds of apostrophe make no
//! difference; numbers inside names sort by their size. Pure.

/// Longest text of a search that is looked at, in characters.
const TEXT_CHARS_MAX: usize = 64;
/// Digits to which a number inside a name is filled up: no code name counts further.
const DIGITS: usize = 10;

/// Text as it is compared: small letters, Polish marks gone, one kind of apostrophe.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).flat_map(char::to_lowercase).map(plain).collect()
}

/// An id as it is compared: as people type it, with or without hyphens, spaces and the letters in front.
#[must_use]
pub fn folded_id(text: &str) -> String {
    let text: String = folded(text).chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    // Ids are written "HF-7K2M-9QXD" on labels; an id itself has eight symbols.
    text.strip_prefix("hf").filter(|rest| rest.len() == ID_SYMBOLS).map_or(text.clone(), str::to_owned)
}

/// Symbols of a node's id.
const ID_SYMBOLS: usize = 8;

/// A key under which "Birch 9" comes before "Birch 114", and 0.9.0 before 0.10.0.
#[must_use]
pub fn natural(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + DIGITS);
    let mut digits = String::new();
    for symbol in text.chars().flat_map(char::to_lowercase).map(plain).chain(['\0']) {
        if symbol.is_ascii_digit() {
            digits.push(symbol);
            continue;
        }
        if !digits.is_empty() {
            out.push_str(&format!("{digits:0>DIGITS$}"));
            digits.clear();
        }
        if symbol != '\0' {
            out.push(symbol);
        }
    }
    out
}

const fn plain(symbol: char) -> char {
    match symbol {
        '\u{2019}' | '\u{02bc}' => '\'',
        'ą' => 'a',
        'ć' => 'c',
        'ę' => 'e',
        'ł' => 'l',
        'ń' => 'n',
        'ó' => 'o',
        'ś' => 's',
        'ź' | 'ż' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_marks_and_apostrophes_make_no_difference() {
        assert_eq!(folded("ŻÓŁĆ"), folded("zolc"));
        assert_eq!(folded("Обʼєкт"), folded("об'єкт"));
        assert_eq!(folded("об’єкт"), folded("об'єкт"));
        assert_ne!(folded("ґ"), folded("г"));
    }

    #[test]
    fn an_id_is_the_same_however_it_is_typed() {
        for typed in ["7k2m9qxd", "7K2M-9QXD", " 7k2m 9qxd", "HF-7K2M-9QXD"] {
            assert_eq!(folded_id(typed), "7k2m9qxd", "{typed}");
        }
        assert_eq!(folded_id("hf7k"), "hf7k", "the begin of an id that begins with hf");
    }

    #[test]
    fn numbers_in_names_sort_by_their_size() {
        let mut names = ["Birch 114", "birch 9", "Birch", "Alder 2", "Birch 9a"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["Alder 2", "Birch", "birch 9", "Birch 9a", "Birch 114"]);
        assert!(natural("0.9.0") < natural("0.10.0"));
    }
}
