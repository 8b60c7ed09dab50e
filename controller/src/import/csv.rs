//! Text with delimiters, as spreadsheets and shops write it.
//!
//! Enters: text. Leaves: a grid. RFC 4180 with what is found in the field: a comma, semicolon, tab or bar between cells;
//! lines that end in CRLF, LF or CR; quotes in the middle of a cell that mean themselves; `sep=;` in the first line. A quoted
//! cell may hold line breaks. Rows are counted as a spreadsheet would show them. A quote that is never closed is an error.

use super::CELL_CHARACTERS_MAX;
use super::encoding::Decoded;
use super::grid::{Grid, Source};
use super::read::{Progress, ReadError};

/// What may stand between cells.
pub const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows by which the delimiter is found.
const SAMPLE_ROWS: usize = 60;
/// Text by which it is found, in bytes.
const SAMPLE_BYTES: usize = 64 * 1024;

/// Reads a text file, with this delimiter or the one that fits.
///
/// # Errors
/// [`ReadError`].
pub fn csv(decoded: &Decoded, wanted: Option<char>, progress: &Progress) -> Result<Grid, ReadError> {
    let (text, said) = separator_line(&decoded.text);
    let delimiter = wanted.or(said).unwrap_or_else(|| sniffed(text));
    let mut grid = Grid::new(Source::Csv { encoding: decoded.encoding, delimiter });
    let mut records = Records { rest: text, delimiter, cell: String::new() };
    // The line that names the delimiter is a row to a spreadsheet as well.
    let mut number = u32::from(said.is_some());
    while !records.rest.is_empty() {
        number = number.saturating_add(1);
        grid.row(number)?;
        records.record(number, |cell| grid.cell(cell))?;
        progress.step()?;
    }
    grid.trim();
    Ok(grid)
}

/// What Excel writes in front to tell itself which delimiter follows.
fn separator_line(text: &str) -> (&str, Option<char>) {
    let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("\"sep=")) else {
        return (text, None);
    };
    let Some(delimiter) = rest.chars().next().filter(|found| DELIMITERS.contains(found)) else {
        return (text, None);
    };
    let rest = rest.strip_prefix(delimiter).unwrap_or(rest);
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let behind =
        rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).or_else(|| rest.strip_prefix('\r'));
    behind.map_or((text, None), |behind| (behind, Some(delimiter)))
}

/// The delimiter that cuts most rows into the same number of cells.
fn sniffed(text: &str) -> char {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let sample = text.get(..end).unwrap_or_default();
    let score = |delimiter: char| {
        let mut records = Records { rest: sample, delimiter, cell: String::new() };
        let mut widths = Vec::new();
        while !records.rest.is_empty() && widths.len() < SAMPLE_ROWS {
            let mut width = 0_usize;
            // The sample ends somewhere: what is open there says nothing.
            let whole = records.record(1, |_| {
                width = width.saturating_add(1);
                Ok(())
            });
            if whole.is_err() {
                break;
            }
            widths.push(width);
        }
        let same = |width: usize| widths.iter().filter(|found| **found == width).count();
        widths.iter().filter(|width| **width > 1).map(|width| (same(*width), *width)).max().unwrap_or((0, 0))
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter));
    best.filter(|delimiter| score(*delimiter).1 > 1).unwrap_or(',')
}

struct Records<'a> {
    rest: &'a str,
    delimiter: char,
    cell: String,
}

impl Records<'_> {
    /// One record, cell by cell.
    fn record(
        &mut self,
        number: u32,
        mut take: impl FnMut(&str) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut column = 0_u16;
        loop {
            let ended = self.one(number, column)?;
            take(self.cell.as_str())?;
            column = column.saturating_add(1);
            if ended {
                return Ok(());
            }
        }
    }

    /// One cell into `self.cell`; whether the record ends with it.
    fn one(&mut self, row: u32, column: u16) -> Result<bool, ReadError> {
        self.cell.clear();
        let mut left = CELL_CHARACTERS_MAX.saturating_mul(4);
        if let Some(rest) = self.rest.strip_prefix('"') {
            self.rest = rest;
            loop {
                let Some(end) = self.rest.find('"') else { return Err(ReadError::Quote { row, column }) };
                let (inside, behind) = self.rest.split_at_checked(end).unwrap_or_default();
                left = left.checked_sub(inside.len()).ok_or(ReadError::Cell { row, column })?;
                self.cell.push_str(inside);
                self.rest = behind.strip_prefix('"').unwrap_or_default();
                match self.rest.strip_prefix('"') {
                    Some(rest) => {
                        self.cell.push('"');
                        self.rest = rest;
                    }
                    None => break,
                }
            }
        }
        let delimiter = self.delimiter;
        let stops = |symbol: char| symbol == delimiter || symbol == '\n' || symbol == '\r';
        let end = self.rest.find(stops).unwrap_or(self.rest.len());
        let (plain, behind) = self.rest.split_at_checked(end).unwrap_or_default();
        if left < plain.len() {
            return Err(ReadError::Cell { row, column });
        }
        self.cell.push_str(plain);
        if let Some(rest) = behind.strip_prefix(delimiter) {
            self.rest = rest;
            return Ok(false);
        }
        let ended = behind.strip_prefix("\r\n").or_else(|| behind.strip_prefix(['\n', '\r']));
        self.rest = ended.unwrap_or_default();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::decode;
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let decoded = decode(text.as_bytes(), None).expect("text");
        let grid = csv(&decoded, None, &Progress::default()).expect("a list");
        grid.rows().map(|row| row.cells().map(|(_, text)| text.to_owned()).collect()).collect()
    }

    #[test]
    fn delimiters_line_ends_and_quotes_of_the_field_are_read() {
        let wanted = [["a", "b\r\nc", "d\"e"], ["1", "2;x", "ґ😀e\u{301}"]];
        for delimiter in [",", ";", "\t", "|"] {
            for end in ["\r\n", "\n", "\r"] {
                let line = |cells: [&str; 3]| cells.join(delimiter);
                let text = [
                    line(["a", "\"b\r\nc\"", "\"d\"\"e\""]),
                    line(["1", "\"2;x\"", "ґ😀e\u{301}"]),
                    String::new(),
                ]
                .join(end);
                assert_eq!(rows(&text), wanted, "{delimiter:?} {end:?}");
            }
        }
        assert_eq!(rows("19\" rack,1\n"), [["19\" rack", "1"]], "a quote within a cell means itself");
        assert_eq!(rows("sep=;\r\na;b\r\n"), [["a", "b"]]);
        assert_eq!(rows("one\ntwo\n"), [["one"], ["two"]], "one column");
        assert_eq!(rows(",,\r\n,,\r\n").len(), 0, "nothing but delimiters is nothing");
    }

    #[test]
    fn rows_keep_the_number_that_a_spreadsheet_shows() {
        let decoded = decode(b"sep=,\n\na,\"x\ny\"\nb,c\n", None).expect("text");
        let grid = csv(&decoded, None, &Progress::default()).expect("a list");
        let numbers: Vec<u32> = grid.rows().filter(|row| !row.is_blank()).map(|row| row.number).collect();
        assert_eq!(numbers, [3, 4]);
    }

    #[test]
    fn an_open_quote_and_a_cell_without_end_are_refused_where_they_begin() {
        let refused = |text: &str| {
            let decoded = decode(text.as_bytes(), None).expect("text");
            csv(&decoded, Some(','), &Progress::default()).expect_err("refused")
        };
        assert_eq!(refused("a,b\nc,\"d\n"), ReadError::Quote { row: 2, column: 1 });
        let long = format!("a,b\nc,\"{}\"\n", "x".repeat(CELL_CHARACTERS_MAX * 5));
        assert_eq!(refused(&long), ReadError::Cell { row: 2, column: 1 });
        assert_eq!(refused(&format!("{}\n", "a,".repeat(101))), ReadError::Columns { row: 1 });
        assert_eq!(refused(&"a,b\n".repeat(super::super::ROWS_MAX + 1)), ReadError::Rows);
    }
}
