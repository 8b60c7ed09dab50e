//! The rows of a list as texts, wherever they came from, and what was odd about the file.
//!
//! Enters: cells in order, from `csv` and `xlsx`. Leaves: rows with their numbers as a spreadsheet counts them. All texts lie
//! in one buffer and a cell is 4 bytes beside it: 200,000 rows of 10 cells are 8 MB and their text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::encoding::Encoding;
use super::read::ReadError;
use super::{CELL_CHARACTERS_MAX, COLUMNS_MAX, ROWS_MAX, SUSPECTS_MAX, TEXT_BYTES_MAX};

/// A cell: row from 1 as a spreadsheet counts, column from 0.
pub type At = (u32, u16);

/// What is wrong with a cell before anybody asks what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspect {
    /// A number too long for a spreadsheet: it keeps 15 digits, the rest became zeros.
    LostDigits,
    /// `#REF!` and its like.
    ErrorValue,
    /// A formula whose value was not stored.
    NoValue,
}

/// What has to be said of a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// No mark says in which encoding the text is; this one fits.
    EncodingGuessed {
        /// Which.
        encoding: Encoding,
    },
    /// Bytes that mean nothing in the encoding became a replacement character.
    Undecodable {
        /// How many places.
        places: usize,
    },
    /// Cells hold formulas: the value that was stored with them is taken.
    Formulas {
        /// How many.
        cells: usize,
        /// The first.
        row: u32,
        /// Its column.
        column: u16,
    },
    /// Areas of merged cells: the text stands in the first cell of each alone.
    Merged {
        /// How many.
        areas: usize,
        /// The first.
        row: u32,
        /// Its column.
        column: u16,
    },
    /// There are more sheets.
    Sheets {
        /// The one that is read.
        chosen: String,
        /// All of them.
        of: Vec<String>,
    },
    /// Two columns are headed alike; the first counts until somebody says otherwise.
    HeadedAlike {
        /// The heading.
        heading: String,
        /// The first.
        first: u16,
        /// The other.
        second: u16,
    },
    /// The name of the file ends as another kind's would.
    OtherKind {
        /// What it is.
        kind: &'static str,
    },
}

/// What a grid was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Text with delimiters.
    Csv {
        /// In which encoding.
        encoding: Encoding,
        /// What stands between cells.
        delimiter: char,
    },
    /// One sheet of a workbook.
    Workbook {
        /// Which.
        sheet: String,
    },
}

/// A list as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    text: String,
    /// Where each cell's text ends.
    ends: Vec<u32>,
    /// Number of each row, and its first cell.
    rows: Vec<(u32, u32)>,
    /// What it was read from.
    pub source: Source,
    /// What was odd.
    pub notes: Vec<Note>,
    suspects: BTreeMap<At, Suspect>,
    width: u16,
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its number, as a spreadsheet counts.
    pub number: u32,
    grid: &'a Grid,
    first: usize,
    behind: usize,
}

impl Grid {
    /// An empty one.
    #[must_use]
    pub fn new(source: Source) -> Self {
        let (text, ends, rows) = (String::new(), Vec::new(), Vec::new());
        Self { text, ends, rows, source, notes: Vec::new(), suspects: BTreeMap::new(), width: 0 }
    }

    /// Begins a row; its cells follow.
    ///
    /// # Errors
    /// [`ReadError::Rows`].
    pub fn row(&mut self, number: u32) -> Result<(), ReadError> {
        if self.rows.len() >= ROWS_MAX {
            return Err(ReadError::Rows);
        }
        self.rows.push((number, self.cells()));
        Ok(())
    }

    /// The next cell of the row.
    ///
    /// # Errors
    /// [`ReadError::Columns`], [`ReadError::Cell`], [`ReadError::Text`].
    pub fn cell(&mut self, text: &str) -> Result<(), ReadError> {
        let (row, first) = self.rows.last().copied().unwrap_or((1, 0));
        let column = u16::try_from(self.cells().saturating_sub(first)).unwrap_or(u16::MAX);
        if column >= COLUMNS_MAX {
            return Err(ReadError::Columns { row });
        }
        if text.len() > CELL_CHARACTERS_MAX && text.chars().count() > CELL_CHARACTERS_MAX {
            return Err(ReadError::Cell { row, column });
        }
        if self.text.len().saturating_add(text.len()) > TEXT_BYTES_MAX {
            return Err(ReadError::Text);
        }
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).map_err(|_| ReadError::Text)?);
        self.width = self.width.max(column.saturating_add(1));
        Ok(())
    }

    /// Marks a cell.
    ///
    /// # Errors
    /// [`ReadError::Suspects`].
    pub fn suspect(&mut self, at: At, what: Suspect) -> Result<(), ReadError> {
        if self.suspects.len() >= SUSPECTS_MAX {
            return Err(ReadError::Suspects);
        }
        self.suspects.insert(at, what);
        Ok(())
    }

    /// What is wrong with a cell.
    #[must_use]
    pub fn suspect_at(&self, at: At) -> Option<Suspect> {
        self.suspects.get(&at).copied()
    }

    /// How many columns the widest row has.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is not one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let behind = self.rows.iter().skip(1).map(|(_, first)| *first).chain([self.cells()]);
        self.rows.iter().zip(behind).map(|((number, first), behind)| Row {
            number: *number,
            grid: self,
            first: index(*first),
            behind: index(behind),
        })
    }

    /// Drops rows without text at the end.
    pub fn trim(&mut self) {
        while self.rows().last().is_some_and(|row| row.is_blank()) {
            if let Some((_, first)) = self.rows.pop() {
                self.ends.truncate(index(first));
            }
        }
    }

    fn cells(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }
}

impl<'a> Row<'a> {
    /// The text of a column; empty where there is none.
    #[must_use]
    pub fn cell(&self, column: u16) -> &'a str {
        let at = self.first.saturating_add(usize::from(column));
        if at >= self.behind {
            return "";
        }
        let begin = at.checked_sub(1).and_then(|before| self.grid.ends.get(before)).copied().unwrap_or(0);
        let end = self.grid.ends.get(at).copied().unwrap_or(begin);
        self.grid.text.get(index(begin)..index(end)).unwrap_or_default()
    }

    /// All of them, from the left.
    pub fn cells(&self) -> impl Iterator<Item = (u16, &'a str)> {
        let row = *self;
        let count = u16::try_from(self.behind.saturating_sub(self.first)).unwrap_or(u16::MAX);
        (0..count).map(move |column| (column, row.cell(column)))
    }

    /// What is wrong with one of its cells.
    #[must_use]
    pub fn suspect(&self, column: u16) -> Option<Suspect> {
        self.grid.suspect_at((self.number, column))
    }

    /// Whether no cell holds anything.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells().all(|(_, text)| text.trim().is_empty())
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A column as a spreadsheet names it: `A`, `Z`, `AA`.
#[must_use]
pub fn letters(column: u16) -> String {
    let mut left = u32::from(column).saturating_add(1);
    let mut out = Vec::new();
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A'.saturating_add(digit)));
        left = (left - 1) / 26;
    }
    out.into_iter().rev().collect()
}

/// The column of such a name.
#[must_use]
pub fn column(letters: &str) -> Option<u16> {
    let mut number = 0_u32;
    for letter in letters.trim().bytes() {
        let digit = letter.to_ascii_uppercase().checked_sub(b'A').filter(|digit| *digit < 26)?;
        number = number.checked_mul(26)?.checked_add(u32::from(digit).saturating_add(1))?;
    }
    u16::try_from(number.checked_sub(1)?).ok().filter(|column| *column < COLUMNS_MAX)
}
