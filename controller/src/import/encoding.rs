//! In which encoding a text file is: said by its mark, proved by UTF-8's own form, or guessed and said so.
//!
//! Enters: bytes. Leaves: text, the encoding, and whether it was guessed. Of single-byte encodings those two are told apart
//! that Ukrainian and Polish spreadsheets write: in Windows-1251 whole words are above 127, in Windows-1250 single letters
//! stand between plain ones.

use encoding_rs::{Encoding as Table, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251};
use serde::{Deserialize, Serialize};

use super::read::ReadError;

/// How many bytes a guess looks at.
const GUESS_BYTES: usize = 64 * 1024;

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Central European of Windows.
    #[serde(rename = "windows-1250")]
    Windows1250,
    /// Cyrillic of Windows.
    #[serde(rename = "windows-1251")]
    Windows1251,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1250, Self::Windows1251];

    /// Its registered name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1250 => "windows-1250",
            Self::Windows1251 => "windows-1251",
        }
    }

    /// The encoding of a name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.key() == key)
    }

    fn table(self) -> &'static Table {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1250 => WINDOWS_1250,
            Self::Windows1251 => WINDOWS_1251,
        }
    }
}

/// A decoded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Its text, without a mark.
    pub text: String,
    /// In which encoding it was.
    pub encoding: Encoding,
    /// Whether nothing in the file says so.
    pub guessed: bool,
    /// How many places meant nothing in it.
    pub undecodable: usize,
}

/// Decodes a file, in the encoding that somebody named or in the one that fits.
///
/// # Errors
/// [`ReadError::NotText`].
pub fn decode(bytes: &[u8], wanted: Option<Encoding>) -> Result<Decoded, ReadError> {
    let marked = Table::for_bom(bytes)
        .and_then(|(table, _)| Encoding::ALL.into_iter().find(|known| std::ptr::eq(known.table(), table)));
    let (encoding, guessed) = match (marked, wanted) {
        (_, Some(wanted)) => (wanted, false),
        (Some(marked), None) => (marked, false),
        (None, None) => guess(bytes),
    };
    let (text, _) = encoding.table().decode_with_bom_removal(bytes);
    if text.contains('\0') {
        return Err(ReadError::NotText);
    }
    let undecodable = text.matches('\u{fffd}').count();
    Ok(Decoded { text: text.into_owned(), encoding, guessed, undecodable })
}

fn guess(bytes: &[u8]) -> (Encoding, bool) {
    let head = bytes.get(..GUESS_BYTES).unwrap_or(bytes);
    let zeros =
        |odd: usize| head.iter().enumerate().filter(|(at, byte)| at % 2 == odd && **byte == 0).count();
    let (high_first, low_first) = (zeros(0), zeros(1));
    // Delimiters and digits of a list have a zero byte in UTF-16; a text in another encoding has none.
    if high_first.max(low_first) >= head.len() / 20 && high_first != low_first {
        return (if low_first > high_first { Encoding::Utf16Le } else { Encoding::Utf16Be }, true);
    }
    if std::str::from_utf8(bytes).is_ok() {
        // What is not UTF-8 hardly ever looks like it; plain ASCII is the same in all.
        return (Encoding::Utf8, false);
    }
    let is_letter = |byte: &u8| *byte >= 0x80 || byte.is_ascii_alphabetic();
    let (mut whole, mut mixed) = (0_usize, 0_usize);
    for word in head.split(|byte| !is_letter(byte)).filter(|word| word.len() > 1) {
        match word.iter().filter(|byte| **byte >= 0x80).count() {
            0 => {}
            high if high == word.len() => whole = whole.saturating_add(1),
            _some => mixed = mixed.saturating_add(1),
        }
    }
    (if whole >= mixed { Encoding::Windows1251 } else { Encoding::Windows1250 }, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UKRAINIAN: &str = "Модель;Серійний номер\r\nТермінал «Їжак» ґ;SN-1\r\n";
    const POLISH: &str = "Model;Numer seryjny\r\nZasilacz żółty łącze;SN-1\r\nGęś;SN-2\r\n";

    #[test]
    fn each_encoding_is_found_by_itself_and_what_was_guessed_is_said() {
        for (text, encoding, guessed) in [
            (UKRAINIAN, Encoding::Utf8, false),
            (POLISH, Encoding::Utf8, false),
            (UKRAINIAN, Encoding::Windows1251, true),
            (POLISH, Encoding::Windows1250, true),
        ] {
            let (bytes, _, _) = encoding.table().encode(text);
            let found = decode(&bytes, None).expect("text");
            assert_eq!((found.text.as_str(), found.encoding, found.guessed), (text, encoding, guessed));
        }
        for (encoding, mark) in [(Encoding::Utf16Le, [0xff, 0xfe]), (Encoding::Utf16Be, [0xfe, 0xff])] {
            let units = |text: &str| -> Vec<u8> {
                let bytes = |unit: u16| {
                    if encoding == Encoding::Utf16Le { unit.to_le_bytes() } else { unit.to_be_bytes() }
                };
                text.encode_utf16().flat_map(bytes).collect()
            };
            let marked = [mark.as_slice(), &units(UKRAINIAN)].concat();
            let found = decode(&marked, None).expect("text");
            assert_eq!((found.text.as_str(), found.encoding, found.guessed), (UKRAINIAN, encoding, false));
            let found = decode(&units(UKRAINIAN), None).expect("text");
            assert_eq!((found.text.as_str(), found.encoding, found.guessed), (UKRAINIAN, encoding, true));
        }
        let marked = [b"\xef\xbb\xbf".as_slice(), UKRAINIAN.as_bytes()].concat();
        assert_eq!(decode(&marked, None).expect("text").text, UKRAINIAN, "the mark is no text");
    }

    #[test]
    fn a_named_encoding_is_taken_and_what_means_nothing_in_it_is_counted() {
        let found = decode(b"a;\xff\xfeb", Some(Encoding::Utf8)).expect("text");
        assert_eq!((found.encoding, found.undecodable), (Encoding::Utf8, 2));
        assert_eq!(decode(b"a\0b,c", Some(Encoding::Utf8)), Err(ReadError::NotText));
    }
}
