//! A log as a file: JSON lines as `holdfast audit export` writes them, or the CSV of the page.
//!
//! Enters: text. Leaves: entries, and the head that the file itself names. Never takes a file for whole that it could not read
//! to its end.

use serde::Deserialize;

use super::{Entry, Head, Sha256};
use crate::csr::sha256_from_hex;

/// Largest file: a million entries of 250 bytes.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Columns of the CSV that are read, by their place: its headings are in the reader's language.
const COLUMNS: usize = 11;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Entries in the order of their numbers, each in every form that its row may have meant; the first is the likeliest.
    pub entries: Vec<Vec<Entry>>,
    /// The head that the file names.
    pub head: Option<Head>,
}

/// The file is no log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not what an exported audit log has there: {why}")]
pub struct UnreadableLog {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

#[derive(Deserialize)]
struct Opening {
    head: Head,
}

/// Reads a file of either form; whether it is whole is the walk's to say.
///
/// # Errors
/// [`UnreadableLog`].
pub fn read(text: &str) -> Result<LogFile, UnreadableLog> {
    if text.trim_start().starts_with('{') { json(text) } else { csv(text) }
}

/// The head that a file of `audit-heads` holds.
///
/// # Errors
/// [`UnreadableLog`].
pub fn head_file(text: &str) -> Result<Head, UnreadableLog> {
    serde_json::from_str(text).map_err(|error| UnreadableLog { line: error.line(), why: error.to_string() })
}

fn json(text: &str) -> Result<LogFile, UnreadableLog> {
    let wrong = |line: usize| move |error: serde_json::Error| UnreadableLog { line, why: error.to_string() };
    let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let (first, number) = lines.next().ok_or(UnreadableLog { line: 1, why: "the file is empty".into() })?;
    let Opening { head } = serde_json::from_str(first).map_err(wrong(number))?;
    let entry = |(line, number): (&str, usize)| Ok(vec![serde_json::from_str(line).map_err(wrong(number))?]);
    Ok(LogFile { entries: lines.map(entry).collect::<Result<_, _>>()?, head: Some(head) })
}

fn csv(text: &str) -> Result<LogFile, UnreadableLog> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = rows(text)?;
    let columns = rows.first().map_or(0, Vec::len);
    if columns < COLUMNS {
        return Err(UnreadableLog {
            line: 1,
            why: format!("it has {columns} columns, not {COLUMNS} or more"),
        });
    }
    rows.remove(0);
    let mut entries = rows
        .iter()
        .zip(2..)
        .map(|(row, line)| forms(row).map_err(|why| UnreadableLog { line, why }))
        .collect::<Result<Vec<Vec<Entry>>, _>>()?;
    // The page shows the newest first.
    entries.sort_by_key(|forms| forms.first().map(|entry| entry.number));
    Ok(LogFile { entries, head: None })
}

/// The entry of a row. A text that a spreadsheet would take for a formula has an apostrophe in front, and one that was written
/// with an apostrophe looks alike: both are tried.
fn forms(row: &[String]) -> Result<Vec<Entry>, String> {
    let cells: [&str; COLUMNS] = row
        .get(..COLUMNS)
        .and_then(|cells| cells.iter().map(String::as_str).collect::<Vec<_>>().try_into().ok())
        .ok_or_else(|| format!("it has {} columns, not {COLUMNS} or more", row.len()))?;
    let [number, _, at_ms, _, person, _, action, thing, result, reason, previous] = cells;
    let plain = Entry {
        number: number.parse().map_err(|_| "the first column is no number".to_owned())?,
        at_ms: at_ms.parse().map_err(|_| "the third column is no number".to_owned())?,
        person: match person {
            "" => None,
            text => Some(text.parse().map_err(|_| "the fifth column is no number".to_owned())?),
        },
        action: action.to_owned(),
        thing: thing.to_owned(),
        result: result.to_owned(),
        reason: reason.to_owned(),
        previous: match previous {
            "" => None,
            text => Some(Sha256(sha256_from_hex(text).ok_or("the eleventh column is no SHA-256")?)),
        },
    };
    let mut forms = Vec::new();
    for thing in meant(thing) {
        for reason in meant(reason) {
            forms.push(Entry { thing: thing.to_owned(), reason: reason.to_owned(), ..plain.clone() });
        }
    }
    Ok(forms)
}

fn meant(text: &str) -> Vec<&str> {
    let bare = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    bare.into_iter().chain([text]).collect()
}

/// Rows of RFC 4180.
fn rows(text: &str) -> Result<Vec<Vec<String>>, UnreadableLog> {
    let (mut rows, mut row, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    let mut symbols = text.chars().peekable();
    while let Some(symbol) = symbols.next() {
        match (symbol, inside) {
            ('"', true) if symbols.peek() == Some(&'"') => {
                symbols.next();
                cell.push('"');
            }
            ('"', _) => inside = !inside,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) if symbols.peek() == Some(&'\n') => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (other, _) => cell.push(other),
        }
    }
    if inside {
        return Err(UnreadableLog {
            line: rows.len().saturating_add(1),
            why: "a quote is not closed".into(),
        });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    Ok(rows)
}
