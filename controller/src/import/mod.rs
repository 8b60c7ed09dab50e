//! Lists that others made: packing lists and a provider's account export, read and judged row by row.
//!
//! Enters: the bytes of a CSV or XLSX file, how its columns are to be read, and what the registry knows. Leaves: a grid of
//! texts with what was odd about the file, then what becomes of every row, by row and cell. The way of a file: `read` (which
//! kind, `csv` or `xlsx`) → [`Grid`] → `header` (which row, which column is what) → `judge` (each row's fate) or `provider`.
//! Pure: no clock, no database, no file. Never evaluates a formula, never guesses a digit, never holds more than the limits
//! below, whatever the file claims of itself.

pub mod columns;
pub mod csv;
pub mod encoding;
pub mod grid;
pub mod header;
pub mod judge;
pub mod provider;
pub mod read;
pub mod report;
#[cfg(test)]
mod tests;
mod values;
pub mod xlsx;

pub use columns::Field;
pub use grid::{Grid, Note, Suspect};
pub use header::{Header, Settings};
pub use read::{Progress, ReadError, read};
pub use report::{Fate, Finding, Report};
pub use values::instant;

/// Largest file: 200,000 rows of 80 bytes.
pub const UPLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// All parts of a workbook, unpacked: 200,000 rows of 10 cells at 60 bytes of XML each are 120 MB.
pub const UNPACKED_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Unpacked bytes a packed one: sheets of equal rows reach 60; a bomb has 1,000.
pub const RATIO_MAX: u64 = 250;
/// A ratio is judged above so many unpacked bytes: an almost empty workbook has parts that pack well.
pub const RATIO_FROM_BYTES: u64 = 4 * 1024 * 1024;
/// Parts of a workbook; one of 100 sheets has 250.
pub const PARTS_MAX: usize = 2_000;
/// Rows of a list.
pub const ROWS_MAX: usize = 200_000;
/// Columns that are read; what stands further to the right is refused.
pub const COLUMNS_MAX: u16 = 100;
/// Longest text of a cell, in characters. An open quote would otherwise swallow the rest of the file.
pub const CELL_CHARACTERS_MAX: usize = 2_000;
/// All texts of a list; a UTF-16 file of the largest size becomes 24 MiB.
pub const TEXT_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Cells that hold an error, a formula without a value or a cut number; above it the file is broken as a whole.
pub const SUSPECTS_MAX: usize = 10_000;
/// Items that one list may register: what one act may touch.
pub const ITEMS_MAX: usize = crate::store::inventory::custody::ITEMS_AN_ACT_MAX;
/// Findings that a row keeps.
pub const FINDINGS_MAX: usize = 8;
