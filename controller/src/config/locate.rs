//! Finds the line of a key in TOML text, for error messages.
//!
//! Enters: text, a byte offset or a key with its table. Leaves: a line from 1. It reads only table heads and keys at the
//! start of lines, as people write them; what it does not find it does not guess.

/// The line of a byte offset.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The line on which `table.key` is set.
pub(super) fn line_of(text: &str, dotted: &str) -> Option<usize> {
    let (table, key) = dotted.rsplit_once('.').unwrap_or(("", dotted));
    let mut current = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(head) = line.strip_prefix('[') {
            current = head.split(']').next().unwrap_or_default().trim().to_owned();
            continue;
        }
        let Some((name, _)) = line.split_once('=') else { continue };
        let name = name.trim();
        if (current == table && name == key) || (current.is_empty() && name == dotted) {
            return Some(index + 1);
        }
    }
    None
}
