//! Which kind of file it is, by its bytes and not by its name; how far reading is; and why a file is refused.
//!
//! Enters: bytes, settings. Leaves: a grid, or a refusal that says what to do. Progress is shared with whoever shows it, and
//! carries the wish to stop.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::grid::{Grid, Note};
use super::header::Settings;
use super::{
    CELL_CHARACTERS_MAX, COLUMNS_MAX, ROWS_MAX, SUSPECTS_MAX, TEXT_BYTES_MAX, UNPACKED_BYTES_MAX,
    UPLOAD_BYTES_MAX, csv, encoding, grid, xlsx,
};

/// Rows between two looks at the wish to stop.
const LOOK_EVERY: u32 = 64;

/// How far a list is read and judged.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU32,
    total: AtomicU32,
    stopped: AtomicBool,
}

impl Progress {
    /// A row is done.
    ///
    /// # Errors
    /// [`ReadError::Stopped`].
    pub fn step(&self) -> Result<(), ReadError> {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        if done.is_multiple_of(LOOK_EVERY) && self.is_stopped() { Err(ReadError::Stopped) } else { Ok(()) }
    }

    /// Begins a stretch of so many rows.
    pub fn begin(&self, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(u32::try_from(total).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Says how far it is.
    pub fn reached(&self, done: usize) {
        self.done.store(u32::try_from(done).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Rows done, and of how many; 0 while that is not known.
    #[must_use]
    pub fn figures(&self) -> (u32, u32) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Asks to stop.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing in it.
    #[error("the file is empty; send the list itself")]
    Empty,
    /// Too many bytes.
    #[error("the file has more than {} MiB; split it", UPLOAD_BYTES_MAX / 1024 / 1024)]
    Large,
    /// A zip whose parts are far larger than it.
    #[error(
        "the workbook unpacks to more than {} MiB, or far more than a list would; save it anew without pictures and \
         formatting, or as CSV",
        UNPACKED_BYTES_MAX / 1024 / 1024
    )]
    Bomb,
    /// Cut or altered.
    #[error("the workbook is damaged or not whole; open it and save it as .xlsx anew, or send it again")]
    Damaged,
    /// A workbook with macros.
    #[error("the workbook holds macros, which are not taken; save it as .xlsx without them, or as CSV")]
    Macros,
    /// A workbook of the old kind, or under a password.
    #[error(
        "this is a workbook of the old kind (.xls), or under a password; save it as .xlsx without one, or as CSV"
    )]
    OldWorkbook,
    /// Another kind of office file.
    #[error("this is a {kind}, not a list in CSV or XLSX; save the list as one of them")]
    Other {
        /// Which.
        kind: &'static str,
    },
    /// Bytes that are no text.
    #[error("the file is neither text nor a workbook; save the list as CSV or XLSX")]
    NotText,
    /// No such sheet.
    #[error("the workbook has no sheet of this name; take one of those that it has")]
    Sheet {
        /// Those that it has.
        of: Vec<String>,
    },
    /// Too many rows.
    #[error("the list has more than {ROWS_MAX} rows; split it")]
    Rows,
    /// Too many columns.
    #[error("row {row} has more than {COLUMNS_MAX} columns; take those away that are not needed")]
    Columns {
        /// Where.
        row: u32,
    },
    /// A cell that is too long.
    #[error(
        "row {row}, column {} has more than {CELL_CHARACTERS_MAX} characters; a quote before it may be open",
        grid::letters(*.column)
    )]
    Cell {
        /// Where.
        row: u32,
        /// In which column.
        column: u16,
    },
    /// All texts together are too long.
    #[error("the list holds more than {} MiB of text; split it", TEXT_BYTES_MAX / 1024 / 1024)]
    Text,
    /// A quote that is never closed.
    #[error("row {row}, column {}: the quote that opens here is never closed", grid::letters(*.column))]
    Quote {
        /// Where.
        row: u32,
        /// In which column.
        column: u16,
    },
    /// Cells out of order.
    #[error("the sheet lists its cells out of order at row {row}; open it and save it anew")]
    Order {
        /// Where.
        row: u32,
    },
    /// Too many broken cells.
    #[error("more than {SUSPECTS_MAX} cells hold errors or cut numbers; mend the list where it was made")]
    Suspects,
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
}

impl ReadError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "import_empty",
            Self::Large => "import_large",
            Self::Bomb => "import_bomb",
            Self::Damaged => "import_damaged",
            Self::Macros => "import_macros",
            Self::OldWorkbook => "import_old_workbook",
            Self::Other { .. } => "import_other_kind",
            Self::NotText => "import_not_text",
            Self::Sheet { .. } => "import_no_sheet",
            Self::Rows => "import_rows",
            Self::Columns { .. } => "import_columns",
            Self::Cell { .. } => "import_cell",
            Self::Text => "import_text",
            Self::Quote { .. } => "import_quote",
            Self::Order { .. } => "import_order",
            Self::Suspects => "import_broken_cells",
            Self::Stopped => "import_stopped",
        }
    }
}

/// Reads a file. Decoder: fuzzed as `import`.
///
/// # Errors
/// [`ReadError`].
pub fn read(bytes: &[u8], settings: &Settings, progress: &Progress) -> Result<Grid, ReadError> {
    progress.begin(0);
    if bytes.len() > UPLOAD_BYTES_MAX {
        return Err(ReadError::Large);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ReadError::OldWorkbook);
    }
    if bytes.starts_with(b"%PDF-") {
        return Err(ReadError::Other { kind: "PDF" });
    }
    let grid = if bytes.starts_with(b"PK") {
        xlsx::xlsx(bytes, settings.sheet.as_deref(), progress)?
    } else {
        let decoded = encoding::decode(bytes, settings.encoding)?;
        let mut grid = csv::csv(&decoded, settings.delimiter, progress)?;
        if decoded.guessed {
            grid.notes.push(Note::EncodingGuessed { encoding: decoded.encoding });
        }
        if decoded.undecodable > 0 {
            grid.notes.push(Note::Undecodable { places: decoded.undecodable });
        }
        grid
    };
    if grid.is_empty() { Err(ReadError::Empty) } else { Ok(grid) }
}
