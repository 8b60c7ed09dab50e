//! A workbook: one sheet with the rows, one that says what they are.
//!
//! Enters: a table. Leaves: the bytes of an .xlsx file. Text is written as text, so that a spreadsheet never runs it;
//! instants are dates of the spreadsheet, in UTC, as the heading says. Nothing in it names the program's machine or a person.

use holdfast_protocol::time::WallMs;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Cell, ExportError, Table};

/// Longest text of a cell, in UTF-16 units (Excel specifications and limits: 32,767 characters).
const TEXT_UNITS_MAX: usize = 32_767;
/// Longest name of a sheet, in characters (the same list).
const SHEET_NAME_CHARACTERS: usize = 31;
/// Days between the spreadsheet's day 0 and 1970-01-01.
const DAYS_BEFORE_1970: f64 = 25_569.0;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;
/// Width of a column, in characters: an instant fits.
const WIDTH: f64 = 20.0;

/// The table as a workbook.
///
/// # Errors
/// [`ExportError`].
pub fn xlsx(table: &Table) -> Result<Vec<u8>, ExportError> {
    table.check()?;
    written(table).map_err(|source| ExportError::Workbook { source })
}

fn written(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let (head, time) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"));
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(&table.title);
    if let Ok(made) = ExcelDateTime::from_timestamp(table.made_at.0.div_euclid(1000)) {
        properties = properties.set_creation_datetime(&made);
    }
    book.set_properties(&properties);
    rows(book.add_worksheet(), table, &head, &time)?;
    about(book.add_worksheet(), table, &head, &time)?;
    book.save_to_buffer()
}

fn rows(sheet: &mut Worksheet, table: &Table, head: &Format, time: &Format) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(&table.title))?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    for (at, column) in (0_u16..).zip(&table.columns) {
        sheet.set_column_width(at, WIDTH)?;
        sheet.write_string_with_format(0, at, fitting(&column.heading()), head)?;
    }
    for (down, row) in (1_u32..).zip(&table.rows) {
        for ((across, _), cell) in (0_u16..).zip(&table.columns).zip(row) {
            write(sheet, down, across, cell, time)?;
        }
    }
    Ok(())
}

/// Title, when, and the notes: what a figure needs that travels without its page.
fn about(sheet: &mut Worksheet, table: &Table, head: &Format, time: &Format) -> Result<(), XlsxError> {
    sheet.set_name("Holdfast")?;
    sheet.set_column_width(0, WIDTH)?;
    sheet.set_column_width(1, WIDTH * 3.0)?;
    sheet.write_string_with_format(0, 0, fitting(&table.title), head)?;
    sheet.write_string(1, 0, "made_at (UTC)")?;
    write(sheet, 1, 1, &Cell::Time(table.made_at), time)?;
    for (down, (name, value)) in (2_u32..).zip(&table.notes) {
        sheet.write_string(down, 0, fitting(name))?;
        sheet.write_string(down, 1, fitting(value))?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, time: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, fitting(text))?;
        }
        Cell::Count(count) => {
            sheet.write_number(row, column, crate::web::format::float(*count))?;
        }
        Cell::Number(number) if number.is_finite() => {
            sheet.write_number(row, column, *number)?;
        }
        Cell::Number(_) => {}
        Cell::Time(at) => {
            sheet.write_number_with_format(row, column, serial(*at), time)?;
        }
    }
    Ok(())
}

/// An instant as the spreadsheet counts days.
fn serial(at: WallMs) -> f64 {
    #[expect(clippy::as_conversions, reason = "milliseconds since 1970 are far below 2^53")]
    let ms = at.0 as f64;
    ms / DAY_MS + DAYS_BEFORE_1970
}

/// Text that a cell holds, its end cut where it is too long.
fn fitting(text: &str) -> &str {
    let mut units = 0_usize;
    let end = text.char_indices().find(|(_, symbol)| {
        units = units.saturating_add(symbol.len_utf16());
        units > TEXT_UNITS_MAX
    });
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// A title as a sheet may be called: seven symbols are not allowed in it, nor an apostrophe at either end.
fn sheet_name(title: &str) -> String {
    let kept = title.chars().filter(|symbol| !matches!(symbol, '[' | ']' | ':' | '*' | '?' | '/' | '\\'));
    let name: String = kept.filter(|symbol| !symbol.is_control()).take(SHEET_NAME_CHARACTERS).collect();
    let name = name.trim_matches(['\'', ' ']).to_owned();
    // Two sheets may not share a name, and "History" is taken by Excel itself.
    let taken = ["", "holdfast", "history"].contains(&name.to_lowercase().as_str());
    if taken { "Table".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::super::{Column, sample};
    use super::*;

    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip archive");
        let mut text = String::new();
        archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
        text
    }

    #[test]
    fn text_is_never_a_formula_figures_are_figures_and_instants_are_dates() {
        let bytes = xlsx(&sample()).expect("a workbook");
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>"), "a formula: {sheet}");
        assert!(sheet.contains("<v>-41.5</v>"), "{sheet}");
        // 2026-11-24 is day 46,350 of a spreadsheet; 14:01:31 is 0.58438… of a day.
        assert!(sheet.contains("<v>46350.5843"), "{sheet}");
        let strings = part(&bytes, "xl/sharedStrings.xml");
        for text in ["=cmd|' /C calc'!A0", "Delay (ms)", "Heard (UTC)", "region only", "Вузли: ґєії / ąęłż"]
        {
            assert!(strings.contains(text), "{text} is missing: {strings}");
        }
    }

    #[test]
    fn a_title_becomes_a_name_that_a_sheet_may_have() {
        for (title, name) in [
            ("Вузли: ґєії / ąęłż", "Вузли ґєії  ąęłż"),
            ("[*?]", "Table"),
            ("holdfast", "Table"),
            ("'quoted'", "quoted"),
            ("a\u{7}b", "ab"),
        ] {
            assert_eq!(sheet_name(title), name);
        }
        assert_eq!(sheet_name(&"ї".repeat(40)).chars().count(), SHEET_NAME_CHARACTERS);
    }

    #[test]
    fn text_that_is_too_long_for_a_cell_or_holds_control_symbols_still_makes_a_file() {
        let texts = ["😀".repeat(20_000), "\u{0}\u{1f}\u{fffe}\u{ffff}]]>&<".to_owned()];
        let rows = texts.iter().map(|text| vec![Cell::Text(text.clone())]).collect();
        let table = Table { columns: vec![Column::plain("a")], rows, ..sample() };
        let strings = part(&xlsx(&table).expect("a workbook"), "xl/sharedStrings.xml");
        assert!(
            !strings.contains(['\u{0}', '\u{1f}', '\u{fffe}', '\u{ffff}']),
            "a symbol that XML does not have"
        );
        assert_eq!(fitting(&texts[0]).encode_utf16().count(), TEXT_UNITS_MAX - 1);
    }
}
