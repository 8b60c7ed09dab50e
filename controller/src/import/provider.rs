//! A satellite provider's account export: which terminals it calls active, and since when.
//!
//! Enters: a grid with headings for KIT, terminal id or serial, last active, data used. Leaves: one statement a row. It is
//! what somebody else says and never more than level E1: no node signed it. Which item is meant is looked up by the store.

use holdfast_protocol::identifier::Kind;
use holdfast_protocol::time::WallMs;

use super::columns::Field;
use super::grid::Grid;
use super::header::Header;
use super::read::{Progress, ReadError};
use super::values::{data_bytes, instant, is_nothing, is_shortened, seen};

/// What a provider says of one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// From which row.
    pub row: u32,
    /// By what the terminal is known.
    pub carries: Vec<(Kind, String)>,
    /// When it was last active, if the export says so.
    pub last_active: Option<WallMs>,
    /// How much data it used in the export's period.
    pub data_bytes: Option<u64>,
}

/// Why a row says nothing of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silent {
    /// No item carries any of its identifiers.
    Unknown,
    /// Its identifiers belong to several items.
    Several,
    /// It has no identifier that is one.
    NoIdentifier,
    /// Another row speaks of the same terminal.
    Repeated,
}

/// Reads every row that names a terminal, and those that do not.
///
/// # Errors
/// [`ReadError::Stopped`].
pub fn statements(grid: &Grid, header: &Header, progress: &Progress) -> Result<Vec<Statement>, ReadError> {
    progress.begin(grid.len());
    let mut out = Vec::new();
    for row in grid.rows() {
        progress.step()?;
        if row.number <= header.row || row.is_blank() || header.is_again(&row) {
            continue;
        }
        let mut carries = Vec::new();
        for (column, field) in header.identifiers() {
            let text = seen(row.cell(column));
            let usable = !is_nothing(&text) && !is_shortened(&text) && row.suspect(column).is_none();
            let value =
                field.identifier().filter(|_| usable).and_then(|kind| Some((kind, kind.parse(&text).ok()?)));
            carries.extend(value);
        }
        let text = |field| header.column(field).map_or("", |column| row.cell(column));
        out.push(Statement {
            row: row.number,
            carries,
            last_active: instant(text(Field::LastActive)),
            data_bytes: data_bytes(text(Field::DataUsed), header.heading(Field::DataUsed)),
        });
    }
    Ok(out)
}
