//! Workbooks, by calamine (docs/decisions/0006): weighed before they are opened, then read cell by cell.
//!
//! Enters: the bytes of a zip. Leaves: a grid of one sheet. Every part is unpacked once into nothing and counted, so that a
//! bomb is found before anything is built from it; what the archive says of its sizes is not believed. A formula's stored
//! value is taken and it is said; it is never evaluated. The library's own grid is not used: it makes room for every cell
//! between the first and the last, and two cells can ask for 17 billion.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use zip::ZipArchive;

use super::grid::{Grid, Note, Source, Suspect};
use super::read::{Progress, ReadError};
use super::{PARTS_MAX, RATIO_FROM_BYTES, RATIO_MAX, UNPACKED_BYTES_MAX};

/// From here on a spreadsheet's number has lost digits: it keeps 15.
const DIGITS_END: f64 = 1e15;
/// Names of sheets that are told; a workbook may have hundreds.
const SHEETS_TOLD_MAX: usize = 50;

/// Reads one sheet: the one of this name, or the first.
///
/// # Errors
/// [`ReadError`].
pub fn xlsx(bytes: &[u8], wanted: Option<&str>, progress: &Progress) -> Result<Grid, ReadError> {
    weigh(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| ReadError::Damaged)?;
    let mut names: Vec<String> = book.sheet_names();
    names.truncate(SHEETS_TOLD_MAX);
    let sheet = match wanted {
        Some(wanted) => names.iter().find(|name| *name == wanted),
        None => names.first(),
    };
    let Some(sheet) = sheet.cloned() else { return Err(ReadError::Sheet { of: names }) };
    let mut grid = Grid::new(Source::Workbook { sheet: sheet.clone() });
    if names.len() > 1 {
        grid.notes.push(Note::Sheets { chosen: sheet.clone(), of: names });
    }
    cells(&mut book, &sheet, &mut grid, progress)?;
    let merged = book.merge_cells_by_sheet_name(&sheet).map_err(|_| ReadError::Damaged)?;
    if let Some(first) = merged.iter().map(|area| area.start).min() {
        let (row, column) = (first.0.saturating_add(1), u16::try_from(first.1).unwrap_or(u16::MAX));
        grid.notes.push(Note::Merged { areas: merged.len(), row, column });
    }
    grid.trim();
    Ok(grid)
}

/// Unpacks every part into nothing, counting.
fn weigh(bytes: &[u8]) -> Result<(), ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::Damaged)?;
    if archive.len() > PARTS_MAX {
        return Err(ReadError::Bomb);
    }
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let most = UNPACKED_BYTES_MAX.min(packed.saturating_mul(RATIO_MAX).max(RATIO_FROM_BYTES));
    let (mut left, mut workbook, mut kind) = (most, false, None);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|_| ReadError::Damaged)?;
        let name = part.name().map_err(|_| ReadError::Damaged)?.to_ascii_lowercase();
        workbook |= name.ends_with("workbook.xml");
        if name.ends_with("vbaproject.bin") || name.contains("macrosheets/") {
            return Err(ReadError::Macros);
        }
        kind = kind.or(match name.as_str() {
            "mimetype" => Some("file of another office program (OpenDocument)"),
            "word/document.xml" => Some("text document"),
            "xl/workbook.bin" => Some("binary workbook (.xlsb)"),
            _other => None,
        });
        let counted = std::io::copy(&mut part.by_ref().take(left.saturating_add(1)), &mut std::io::sink());
        let counted = counted.map_err(|_| ReadError::Damaged)?;
        left = left.checked_sub(counted).ok_or(ReadError::Bomb)?;
    }
    if workbook { Ok(()) } else { Err(ReadError::Other { kind: kind.unwrap_or("zip archive") }) }
}

fn cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    grid: &mut Grid,
    progress: &Progress,
) -> Result<(), ReadError> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|_| ReadError::Damaged)?;
    let (mut row, mut column) = (0_u32, 0_u32);
    let mut formulas: Option<(usize, u32, u16)> = None;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|_| ReadError::Damaged)? {
        let number = cell.pos.0.saturating_add(1);
        if cell.formula.is_some() {
            let at = (0, number, u16::try_from(cell.pos.1).unwrap_or(u16::MAX));
            let counted = formulas.get_or_insert(at);
            counted.0 = counted.0.saturating_add(1);
        }
        let (text, suspect) = written(&cell.value);
        let suspect = suspect.or((cell.formula.is_some() && text.is_empty()).then_some(Suspect::NoValue));
        if text.is_empty() && suspect.is_none() {
            // Formatting alone, out to the last column of a sheet, is no cell.
            continue;
        }
        if number != row {
            if number < row {
                return Err(ReadError::Order { row: number });
            }
            grid.row(number)?;
            progress.step()?;
            (row, column) = (number, 0);
        }
        if cell.pos.1 < column {
            return Err(ReadError::Order { row: number });
        }
        while column < cell.pos.1 {
            grid.cell("")?;
            column = column.saturating_add(1);
        }
        grid.cell(&text)?;
        if let Some(suspect) = suspect {
            grid.suspect((number, u16::try_from(column).unwrap_or(u16::MAX)), suspect)?;
        }
        column = column.saturating_add(1);
    }
    if let Some((cells, row, column)) = formulas {
        grid.notes.push(Note::Formulas { cells, row, column });
    }
    Ok(())
}

/// A value as somebody would type it.
fn written(value: &DataRef<'_>) -> (String, Option<Suspect>) {
    match value {
        DataRef::Empty => (String::new(), None),
        DataRef::String(text) => (text.clone(), None),
        DataRef::SharedString(text) => ((*text).to_owned(), None),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), None),
        DataRef::Bool(value) => (if *value { "TRUE" } else { "FALSE" }.to_owned(), None),
        DataRef::Int(number) => {
            let lost = number.unsigned_abs() >= 1_000_000_000_000_000;
            (number.to_string(), lost.then_some(Suspect::LostDigits))
        }
        // Rust writes a whole number without a point and never with an exponent.
        DataRef::Float(number) => {
            (number.to_string(), (number.abs() >= DIGITS_END).then_some(Suspect::LostDigits))
        }
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            (format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"), None)
        }
        DataRef::Error(error) => (error.to_string(), Some(Suspect::ErrorValue)),
    }
}
