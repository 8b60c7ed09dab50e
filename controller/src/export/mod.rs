//! Tables as files: rows become CSV or a workbook, the same figures that a page shows.
//!
//! Enters: a [`Table`] with its headings, units, rows, and what a reader of the file has to know of it (made at, place
//! limit, filter). Leaves: bytes. Pure: asks no database and no clock, decides no right; the caller has filtered the rows by
//! what the viewer may see, and writes the audit row.

mod csv;
mod xlsx;

use holdfast_protocol::time::WallMs;

pub use csv::csv;
pub use xlsx::xlsx;

use crate::web::format;

/// Cells of one file. A workbook holds about 260 bytes a cell until it is packed (120,000 cells: 31 MB, measured), so that
/// this is 65 MB, once: the caller makes one file at a time. 10,000 nodes of 14 columns are 140,000.
pub const CELLS_MAX: usize = 250_000;

/// A table that becomes a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is, in the reader's words: the sheet's name.
    pub title: String,
    /// When its rows were made.
    pub made_at: WallMs,
    /// What has to be known of the whole, as name and value: place limit, filter, order. The CSV repeats them in columns
    /// at the end, so that the file stays one table; the workbook has a sheet for them.
    pub notes: Vec<(String, String)>,
    /// Headings, from the left.
    pub columns: Vec<Column>,
    /// Rows; one that is shorter than the headings has nothing in the rest, what is behind them is left out.
    pub rows: Vec<Vec<Cell>>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Unit of all its figures, `UTC` for instants; none for text and counts.
    pub unit: Option<String>,
}

/// A value. Nothing read is [`Cell::Empty`], never 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No reading.
    Empty,
    /// Text from anywhere; never taken for a formula.
    Text(String),
    /// A count.
    Count(u64),
    /// A figure in the column's unit; one that is not finite is written as no reading.
    Number(f64),
    /// An instant.
    Time(WallMs),
}

/// Kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, UTF-8, UTC in ISO 8601.
    Csv,
    /// Office Open XML: opens alike in every language, where a plain CSV does not in Polish and Ukrainian.
    Xlsx,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// More cells than [`CELLS_MAX`].
    #[error("the table has {cells} cells, of which a file takes {CELLS_MAX}; narrow it with a filter")]
    TooLarge {
        /// How many.
        cells: usize,
    },
    /// The library that packs workbooks refused.
    #[error("the workbook could not be written")]
    Workbook {
        /// Its reason.
        #[source]
        source: rust_xlsxwriter::XlsxError,
    },
}

impl Column {
    /// A heading without a unit.
    #[must_use]
    pub fn plain(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None }
    }

    /// A heading with its unit.
    #[must_use]
    pub fn of(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: Some(unit.into()) }
    }

    /// As it is written: `Delay (ms)`.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.unit.as_deref().filter(|unit| !unit.is_empty()) {
            Some(unit) => format!("{} ({unit})", self.name),
            None => self.name.clone(),
        }
    }
}

impl Cell {
    /// Text that may be missing.
    #[must_use]
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_owned()))
    }

    /// A count that may be missing.
    #[must_use]
    pub fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Empty, Self::Count)
    }

    /// A figure that may be missing.
    #[must_use]
    pub fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }

    /// An instant that may be missing.
    #[must_use]
    pub fn time(at: Option<WallMs>) -> Self {
        at.map_or(Self::Empty, Self::Time)
    }
}

impl Format {
    /// At the end of the file's name, and in an address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx].into_iter().find(|format| format.key() == key)
    }

    /// For the header `Content-Type`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl Table {
    /// The file's bytes.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn write(&self, format: Format) -> Result<Vec<u8>, ExportError> {
        match format {
            Format::Csv => csv(self),
            Format::Xlsx => xlsx(self),
        }
    }

    /// The file's name: what, and when it was made. `stem` is ours and plain, never a name that a person gave: names of
    /// files end in places that nobody watches.
    #[must_use]
    pub fn file_name(&self, stem: &str, format: Format) -> String {
        let made = format::iso(self.made_at).replace([':', '-'], "");
        format!("holdfast-{stem}-{made}.{}", format.key())
    }

    fn check(&self) -> Result<(), ExportError> {
        let columns = self.columns.len().saturating_add(self.notes.len()).saturating_add(1);
        let cells = self.rows.len().saturating_mul(columns);
        if cells > CELLS_MAX { Err(ExportError::TooLarge { cells }) } else { Ok(()) }
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Table {
    Table {
        title: "Вузли: ґєії / ąęłż".to_owned(),
        made_at: WallMs(1_795_528_931_000),
        notes: vec![("Place".to_owned(), "region only".to_owned())],
        columns: vec![Column::plain("Node"), Column::of("Delay", "ms"), Column::of("Heard", "UTC")],
        rows: vec![
            vec![
                Cell::Text("7K2M-9QXD".to_owned()),
                Cell::Number(-41.5),
                Cell::Time(WallMs(1_795_528_891_000)),
            ],
            vec![Cell::Text("=cmd|' /C calc'!A0".to_owned()), Cell::Empty],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_what_it_is_and_when_it_was_made() {
        assert_eq!(sample().file_name("nodes", Format::Xlsx), "holdfast-nodes-20261124T140211Z.xlsx");
    }

    #[test]
    fn a_table_of_more_cells_than_a_file_takes_is_refused_in_both_formats() {
        let row = vec![Cell::Empty];
        let fits = CELLS_MAX / 3;
        let mut table =
            Table { columns: vec![Column::plain("a")], rows: vec![row.clone(); fits], ..sample() };
        assert!(table.write(Format::Csv).is_ok());
        table.rows.push(row);
        for format in [Format::Csv, Format::Xlsx] {
            assert!(matches!(table.write(format), Err(ExportError::TooLarge { .. })), "{format:?}");
        }
    }
}
