//! CSV as RFC 4180 has it: comma, CRLF, quotes doubled, one heading line, every line of the same length.
//!
//! Enters: a table. Leaves: UTF-8 text without a byte order mark. What a spreadsheet would take for a formula is defused:
//! text that begins with `= + - @`, tab or carriage return gets an apostrophe in front (OWASP, "CSV Injection"). Figures are
//! our own and are left alone, minus sign included.

use super::{Cell, ExportError, Table};
use crate::web::format;

/// Bytes of a cell, to ask for memory once: a name or an instant.
const CELL_BYTES: usize = 16;

/// The table as CSV.
///
/// # Errors
/// [`ExportError::TooLarge`].
pub fn csv(table: &Table) -> Result<Vec<u8>, ExportError> {
    table.check()?;
    let columns = table.columns.len().saturating_add(table.notes.len()).saturating_add(1);
    let mut out = String::with_capacity(table.rows.len().saturating_mul(columns).saturating_mul(CELL_BYTES));
    let headings = table.columns.iter().map(super::Column::heading);
    let notes = table.notes.iter().map(|(name, _)| name.clone());
    line(
        &mut out,
        headings.chain(["made_at (UTC)".to_owned()]).chain(notes).map(|text| quoted(&defused(&text))),
    );
    let made = format::iso(table.made_at);
    let values: Vec<String> = table.notes.iter().map(|(_, value)| quoted(&defused(value))).collect();
    for row in &table.rows {
        let cells = (0..table.columns.len()).map(|at| row.get(at).map(cell).unwrap_or_default());
        line(&mut out, cells.chain([made.clone()]).chain(values.iter().cloned()));
    }
    Ok(out.into_bytes())
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, text) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&text);
    }
    out.push_str("\r\n");
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => quoted(&defused(text)),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number) if number.is_finite() => number.to_string(),
        Cell::Number(_) => String::new(),
        Cell::Time(at) => format::iso(*at),
    }
}

/// Text that no spreadsheet runs.
fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    let plain = !text.contains(['"', ',', '\r', '\n']) && text.trim() == text;
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::time::WallMs;

    use super::super::{Column, sample};
    use super::*;

    fn text(table: &Table) -> String {
        String::from_utf8(csv(table).expect("fits")).expect("UTF-8")
    }

    /// A reader of RFC 4180, written apart from the writer.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
        let mut rest = text.chars().peekable();
        while let Some(symbol) = rest.next() {
            match (symbol, inside) {
                ('"', true) if rest.peek() == Some(&'"') => {
                    rest.next();
                    cell.push('"');
                }
                ('"', _) => inside = !inside,
                (',', false) => row.push(std::mem::take(&mut cell)),
                ('\r', false) if rest.peek() == Some(&'\n') => {
                    rest.next();
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                (other, _) => cell.push(other),
            }
        }
        assert!(!inside && cell.is_empty() && row.is_empty(), "the file ends inside a row");
        rows
    }

    #[test]
    fn units_are_in_the_heading_instants_are_utc_and_every_line_says_when_and_how_far() {
        assert_eq!(
            text(&sample()),
            "Node,Delay (ms),Heard (UTC),made_at (UTC),Place\r\n\
             7K2M-9QXD,-41.5,2026-11-24T14:01:31Z,2026-11-24T14:02:11Z,region only\r\n\
             '=cmd|' /C calc'!A0,,,2026-11-24T14:02:11Z,region only\r\n"
        );
    }

    #[test]
    fn no_cell_of_text_begins_as_a_formula_and_every_other_text_survives_a_reader() {
        let hostile = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "=\"a\",\"b\"",
            "a,b",
            "a\"b",
            "a\r\nb",
            " =1",
            "plain",
            "",
            "\"",
            "ґєії",
            "'=1",
        ];
        let rows = hostile.iter().map(|text| vec![Cell::Text((*text).to_owned())]).collect();
        let table = Table { columns: vec![Column::plain("=name")], rows, ..sample() };
        let lines = read(&text(&table));
        assert_eq!(lines[0][0], "'=name");
        for (line, wanted) in lines.iter().skip(1).zip(hostile) {
            let formula = wanted.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(
                !line[0].starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{wanted:?} became {:?}",
                line[0]
            );
            assert_eq!(line[0].strip_prefix('\'').filter(|_| formula).unwrap_or(&line[0]), wanted);
        }
        assert_eq!(lines.len(), hostile.len() + 1);
        assert!(lines.iter().all(|line| line.len() == 3), "lines of different length");
    }

    #[test]
    fn no_reading_is_nothing_and_never_zero() {
        let rows = vec![
            vec![Cell::Empty],
            vec![Cell::Number(f64::NAN)],
            vec![Cell::Count(0)],
            vec![Cell::time(None)],
        ];
        let table = Table {
            columns: vec![Column::plain("a")],
            rows,
            notes: Vec::new(),
            made_at: WallMs(0),
            ..sample()
        };
        let cells: Vec<String> =
            read(&text(&table)).into_iter().skip(1).map(|line| line[0].clone()).collect();
        assert_eq!(cells, ["", "", "0", ""]);
    }
}
