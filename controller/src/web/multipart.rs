//! Forms that carry a file (RFC 7578), as a browser sends them.
//!
//! Enters: the content type and the whole body, within a limit that the caller set. Leaves: the fields of text and the one file.
//! Nothing is copied but fields of text; parts above the limits are refused. Never looks into the file.

use std::collections::BTreeMap;

/// Parts of a form; ours have eight.
const PARTS_MAX: usize = 32;
/// Longest head of a part: names, a file's name of 255 characters, a content type.
const HEAD_BYTES_MAX: usize = 2_048;
/// Longest field of text.
const TEXT_BYTES_MAX: usize = 1_024;
/// What parts cost beside the file: heads, boundaries, fields.
pub const OVERHEAD_BYTES_MAX: usize = PARTS_MAX * (HEAD_BYTES_MAX + TEXT_BYTES_MAX);

/// A form with a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts<'a> {
    /// Fields of text by name; of several of one name the last.
    pub fields: BTreeMap<String, String>,
    /// The file's name as the browser gives it, and its bytes; a field without a chosen file has neither.
    pub file: Option<(String, &'a [u8])>,
}

/// Takes a form apart; nothing when it is none. Decoder: fuzzed as `import`.
#[must_use]
pub fn parts<'a>(content_type: &str, body: &'a [u8]) -> Option<Parts<'a>> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?.trim_matches('"');
    // RFC 2046, 5.1.1: at most 70 characters.
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let mark = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(mark.as_bytes().get(2..)?)?;
    let mut out = Parts::default();
    for _ in 0..PARTS_MAX {
        if rest.starts_with(b"--") {
            return Some(out);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head = find(rest.get(..HEAD_BYTES_MAX).unwrap_or(rest), b"\r\n\r\n")?;
        let (head, behind) = rest.split_at_checked(head)?;
        let behind = behind.get(4..)?;
        let end = find(behind, mark.as_bytes())?;
        let (value, behind) = behind.split_at_checked(end)?;
        rest = behind.get(mark.len()..)?;
        let head = std::str::from_utf8(head).ok()?;
        let name = parameter(head, "name")?;
        match parameter(head, "filename") {
            Some(file) if !file.is_empty() => out.file = Some((file, value)),
            Some(_) => {}
            None if value.len() <= TEXT_BYTES_MAX => {
                out.fields.insert(name, std::str::from_utf8(value).ok()?.to_owned());
            }
            None => return None,
        }
    }
    None
}

/// Where a pattern begins.
fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    let first = pattern.first()?;
    let mut from = 0_usize;
    loop {
        let at = text.get(from..)?.iter().position(|byte| byte == first)?.checked_add(from)?;
        if text.get(at..)?.starts_with(pattern) {
            return Some(at);
        }
        from = at.checked_add(1)?;
    }
}

/// A parameter of `Content-Disposition`; a quote within is written `%22` (HTML, "multipart form data").
fn parameter(head: &str, name: &str) -> Option<String> {
    let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut lines = lines.filter(|(key, _)| key.trim().eq_ignore_ascii_case("content-disposition"));
    let (_, line) = lines.next()?;
    let wanted = format!("; {name}=\"");
    let (_, rest) = line.split_once(wanted.as_str())?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("%22", "\"").replace("%0D", "").replace("%0A", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----x1";

    #[test]
    fn fields_and_the_file_come_out_as_they_went_in() {
        let body = "------x1\r\nContent-Disposition: form-data; name=\"donation\"\r\n\r\n7\r\n------x1\r\n\
                    Content-Disposition: form-data; name=\"file\"; filename=\"a%22їжак.csv\"\r\nContent-Type: text/csv\r\n\r\n\
                    a,b\r\n\r\n--x1\r\n\r\n------x1--\r\n";
        let parts = parts(KIND, body.as_bytes()).expect("a form");
        assert_eq!(parts.fields, BTreeMap::from([("donation".to_owned(), "7".to_owned())]));
        assert_eq!(parts.file, Some(("a\"їжак.csv".to_owned(), b"a,b\r\n\r\n--x1\r\n".as_slice())));
    }

    #[test]
    fn what_is_cut_or_no_form_is_nothing_and_no_chosen_file_is_none() {
        let none = "------x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n------x1--\r\n";
        assert_eq!(parts(KIND, none.as_bytes()), Some(Parts::default()));
        for end in 0..none.len() - 4 {
            assert_eq!(parts(KIND, none.get(..end).expect("shorter").as_bytes()), None, "{end}");
        }
        assert_eq!(parts("text/csv", none.as_bytes()), None);
        assert_eq!(parts("multipart/form-data; boundary=", none.as_bytes()), None);
    }
}
