//! Which row heads the list, and which column is what: found, or as somebody said.
//!
//! Enters: a grid, and settings (what a person chose, or chose the last time for this sender and these headings). Leaves: the
//! heading row, a field a column, and a fingerprint by which the same form of list is known again. Title rows above the
//! headings are passed over.

use std::collections::BTreeMap;

use holdfast_protocol::identifier::{Kind, Sensitivity, masked};
use holdfast_protocol::ids::ModelId;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::columns::{Field, Purpose};
use super::encoding::Encoding;
use super::grid::{Grid, Note};
use super::values::{folded, seen};

/// Rows among which the headings are looked for: logo, address and customs texts take 20.
const SEARCH_ROWS: usize = 50;
/// Model names that a person may assign; more are made as models.
pub const ALIASES_MAX: usize = 200;
/// Longest heading that is shown, in characters.
const HEADING_CHARACTERS_MAX: usize = 120;

/// What becomes of rows that cannot be registered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// They stop the whole list.
    #[default]
    Stops,
    /// They are left out, and counted.
    LeftOut,
}

/// What becomes of models that the donation has no line for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lines {
    /// They stop the whole list.
    #[default]
    MustBeThere,
    /// A line of so many is added to the donation.
    AreAdded,
}

/// How a list is to be read. What is not said is found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// In which encoding.
    pub encoding: Option<Encoding>,
    /// What stands between cells.
    pub delimiter: Option<char>,
    /// Which sheet of a workbook.
    pub sheet: Option<String>,
    /// Which row heads the list.
    pub heading_row: Option<u32>,
    /// Which column is what, by letters; empty: as the headings say.
    pub columns: BTreeMap<String, Field>,
    /// The model of rows that name none.
    pub model: Option<ModelId>,
    /// Which model a name of this sender means.
    pub models: BTreeMap<String, ModelId>,
    /// What becomes of rows that are in the list twice.
    pub repeated: Again,
    /// What becomes of rows that are registered already.
    pub registered: Again,
    /// What becomes of models without a line.
    pub lines: Lines,
}

/// A column as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its letters.
    pub letters: String,
    /// What heads it.
    pub heading: String,
    /// What it holds.
    pub field: Option<Field>,
    /// The first text below the heading: what a person knows the column by.
    pub example: String,
}

/// The headings of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Their row.
    pub row: u32,
    /// The columns from the left.
    pub columns: Vec<Column>,
    /// Same for lists of the same form.
    pub fingerprint: [u8; 32],
    /// The headings, folded, to know them again further down.
    folded: Vec<String>,
}

impl Header {
    /// Finds the headings.
    #[must_use]
    pub fn find(grid: &mut Grid, settings: &Settings, purpose: Purpose) -> Self {
        let known = |heading: &str| Field::of_heading(heading, purpose);
        let score = |row: &super::grid::Row<'_>| {
            let mut fields: Vec<Field> = row.cells().filter_map(|(_, text)| known(text)).collect();
            fields.sort_unstable();
            fields.dedup();
            let identifiers = fields.iter().filter(|field| field.identifier().is_some()).count();
            (fields.len(), identifiers)
        };
        let rows = || grid.rows().filter(|row| !row.is_blank());
        let said = settings.heading_row.and_then(|wanted| rows().find(|row| row.number == wanted));
        // Of two rows that say as much, the upper one: `max_by_key` gives the last.
        let best = || rows().take(SEARCH_ROWS).collect::<Vec<_>>().into_iter().rev().max_by_key(score);
        let head = said.or_else(best);
        let number = head.map_or(1, |row| row.number);
        let headings: Vec<String> =
            (0..grid.width()).map(|at| head.map_or("", |row| row.cell(at)).trim().to_owned()).collect();
        let folded: Vec<String> = headings.iter().map(|heading| folded(heading)).collect();
        let fingerprint = fingerprint(&folded);
        let (mut columns, mut notes) = (Vec::with_capacity(headings.len()), Vec::new());
        let mut first_of: BTreeMap<Field, (u16, String)> = BTreeMap::new();
        for (at, heading) in (0_u16..).zip(headings) {
            let letters = super::grid::letters(at);
            let field = if settings.columns.is_empty() {
                known(&heading)
            } else {
                settings.columns.get(&letters).copied().filter(|field| field.is_of(purpose))
            };
            let field = field.filter(|field| match first_of.get(field) {
                None => {
                    first_of.insert(*field, (at, heading.clone()));
                    true
                }
                Some((first, _)) => {
                    notes.push(Note::HeadedAlike { heading: shortened(&heading), first: *first, second: at });
                    false
                }
            });
            let example = grid.rows().filter(|row| row.number > number).map(|row| row.cell(at).trim());
            let example = example.take(SEARCH_ROWS).find(|text| !text.is_empty()).unwrap_or_default();
            let example = unrevealing(&shortened(example), field);
            columns.push(Column { letters, heading: shortened(&heading), field, example });
        }
        grid.notes.extend(notes);
        Self { row: number, columns, fingerprint, folded }
    }

    /// The column that holds a field.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<u16> {
        let at = self.columns.iter().position(|column| column.field == Some(field))?;
        u16::try_from(at).ok()
    }

    /// What heads the column of a field.
    #[must_use]
    pub fn heading(&self, field: Field) -> &str {
        let column = self.columns.iter().find(|column| column.field == Some(field));
        column.map_or("", |column| column.heading.as_str())
    }

    /// The columns that hold identifiers.
    pub fn identifiers(&self) -> impl Iterator<Item = (u16, Field)> {
        let numbered = (0_u16..).zip(&self.columns);
        numbered
            .filter_map(|(at, column)| Some((at, column.field.filter(|field| field.identifier().is_some())?)))
    }

    /// Whether a row is the headings again, as on each printed page.
    #[must_use]
    pub fn is_again(&self, row: &super::grid::Row<'_>) -> bool {
        let filled = self.folded.iter().filter(|heading| !heading.is_empty()).count();
        filled > 1 && (0_u16..).zip(&self.folded).all(|(at, heading)| folded(row.cell(at)) == *heading)
    }

    /// The columns as settings have them.
    #[must_use]
    pub fn mapping(&self) -> BTreeMap<String, Field> {
        self.columns.iter().filter_map(|column| Some((column.letters.clone(), column.field?))).collect()
    }
}

fn fingerprint(folded: &[String]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest(&SHA256, folded.join("\u{1f}").as_bytes()).as_ref());
    out
}

/// An example that tells no secret identifier: neither of a column that holds one, nor of one that somebody headed otherwise.
fn unrevealing(example: &str, field: Option<Field>) -> String {
    let secret = |kind: &Kind| kind.sensitivity() == Sensitivity::Secret;
    let holds = field.and_then(Field::identifier).is_some_and(|kind| secret(&kind));
    let is_one =
        || Kind::ALL.iter().filter(|kind| secret(kind)).any(|kind| kind.parse(&seen(example)).is_ok());
    if !example.is_empty() && (holds || is_one()) { masked(example) } else { example.to_owned() }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|symbol| !symbol.is_control()).take(HEADING_CHARACTERS_MAX).collect()
}
