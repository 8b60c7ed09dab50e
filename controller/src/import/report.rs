//! What becomes of a list: every row's fate, why, in which cell, and the sums.
//!
//! Enters: what `judge` found. Leaves: rows and counts to be shown, told in English for API and files, and a digest by which a
//! commit is held to what was shown. A secret identifier is in it masked.

use std::collections::BTreeMap;

use holdfast_protocol::identifier::{IdentifierError, Kind};
use holdfast_protocol::ids::{ItemId, LineId, ModelId};
use ring::digest::{Context, SHA256};
use serde::Serialize;

use super::grid::{Note, Source, Suspect, letters};
use super::header::Column;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// An identifier is not one; a check digit does not fit.
    WrongIdentifier,
    /// An identifier that the model must carry is not there.
    MissingIdentifier,
    /// Another row has the same identifier.
    Repeated,
    /// An item carries it already.
    Registered,
    /// No model has this name or GTIN.
    UnknownModel,
    /// The donation has no line for the model.
    NoLine,
    /// A number of things without a serial each.
    QuantityWithoutSerials,
    /// A cell holds an error or a cut number.
    Unreadable,
    /// Left out, as it was chosen.
    LeftOut,
    /// Nothing in the columns that count: a blank row, a sum, headings again.
    Blank,
    /// A new item, or several.
    New,
}

impl Fate {
    /// All of them, what needs a person first.
    pub const ALL: [Self; 11] = [
        Self::WrongIdentifier,
        Self::MissingIdentifier,
        Self::Repeated,
        Self::Registered,
        Self::UnknownModel,
        Self::NoLine,
        Self::QuantityWithoutSerials,
        Self::Unreadable,
        Self::LeftOut,
        Self::Blank,
        Self::New,
    ];

    /// Its stable word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::WrongIdentifier => "wrong_identifier",
            Self::MissingIdentifier => "missing_identifier",
            Self::Repeated => "repeated",
            Self::Registered => "registered",
            Self::UnknownModel => "unknown_model",
            Self::NoLine => "no_line",
            Self::QuantityWithoutSerials => "quantity_without_serials",
            Self::Unreadable => "unreadable",
            Self::LeftOut => "left_out",
            Self::Blank => "blank",
            Self::New => "new",
        }
    }

    /// The fate of a word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.key() == key)
    }

    /// Whether it stops the whole list.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        match self {
            Self::LeftOut | Self::Blank | Self::New => false,
            Self::WrongIdentifier
            | Self::MissingIdentifier
            | Self::Repeated
            | Self::Registered
            | Self::UnknownModel
            | Self::NoLine
            | Self::QuantityWithoutSerials
            | Self::Unreadable => true,
        }
    }
}

/// What was found in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An identifier, or a GTIN, is not one.
    Wrong(IdentifierError),
    /// The model must carry it.
    Missing(Kind),
    /// That row has it too.
    Repeated(Kind, u32),
    /// An item carries it; its number, and its label as people read it.
    Registered(Kind, ItemId, String),
    /// No model is called so.
    UnknownModel(String),
    /// Several models are called so.
    SeveralModels(String),
    /// The row names no model, and none is set for the list.
    NoModel,
    /// The GTIN is another model's than the name.
    OtherModel,
    /// The donation has no line for the model.
    NoLine,
    /// So many, and no serial each.
    QuantityWithoutSerials(u32),
    /// One identifier, and a number of things.
    QuantityOfOne(u32),
    /// Not a number of things.
    NotACount,
    /// A broken cell.
    Suspect(Suspect),
}

/// What was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which column; none where something is not there.
    pub column: Option<u16>,
    /// What.
    pub what: What,
}

impl What {
    /// What it makes of the row.
    #[must_use]
    pub const fn fate(&self) -> Fate {
        match self {
            Self::Wrong(_) | Self::NotACount => Fate::WrongIdentifier,
            Self::Missing(_) => Fate::MissingIdentifier,
            Self::Repeated(..) => Fate::Repeated,
            Self::Registered(..) => Fate::Registered,
            Self::UnknownModel(_) | Self::SeveralModels(_) | Self::NoModel | Self::OtherModel => {
                Fate::UnknownModel
            }
            Self::NoLine => Fate::NoLine,
            Self::QuantityWithoutSerials(_) | Self::QuantityOfOne(_) => Fate::QuantityWithoutSerials,
            Self::Suspect(_) => Fate::Unreadable,
        }
    }

    /// In English, for the API and for files of programs.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Wrong(error) => error.to_string(),
            Self::Missing(kind) => format!("the model carries a {}, and the row has none", kind.word()),
            Self::Repeated(kind, row) => format!("the same {} stands in row {row}", kind.word()),
            Self::Registered(kind, item, label) => {
                format!("item {} ({label}) carries this {} already", item.0, kind.word())
            }
            Self::UnknownModel(name) => {
                format!("no model is called {name:?}; make it, or say which model is meant")
            }
            Self::SeveralModels(name) => {
                format!("several models are called {name:?}; add the maker, or the GTIN")
            }
            Self::NoModel => "the row names no model; choose one for the list".to_owned(),
            Self::OtherModel => "the GTIN is another model's than the name".to_owned(),
            Self::NoLine => "the donation has no line for this model".to_owned(),
            Self::QuantityWithoutSerials(count) => {
                format!("{count} of them in one row, but each carries identifiers of its own; a row each")
            }
            Self::QuantityOfOne(count) => format!("{count} of them with one identifier; a row each"),
            Self::NotACount => "not a number of things".to_owned(),
            Self::Suspect(Suspect::LostDigits) => {
                "a spreadsheet cut this number to 15 digits; enter it as text".to_owned()
            }
            Self::Suspect(Suspect::ErrorValue) => "the cell holds an error of the spreadsheet".to_owned(),
            Self::Suspect(Suspect::NoValue) => {
                "the cell holds a formula without a stored value, and formulas are not calculated".to_owned()
            }
        }
    }
}

/// A row and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// Its number.
    pub row: u32,
    /// What becomes of it.
    pub fate: Fate,
    /// Which model.
    pub model: Option<ModelId>,
    /// What the row is known by: its first identifier, masked where it is secret, or its name.
    pub shown: String,
    /// How many items come of it.
    pub items: u32,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// A model's share of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelSum {
    /// Which model.
    pub model: ModelId,
    /// Items that would be new.
    pub new: u32,
    /// How many its line of the donation says.
    pub given: Option<u32>,
    /// How many of them are registered already.
    pub registered: u32,
    /// Under which line; none where it would be added.
    pub line: Option<LineId>,
}

/// An item that would be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// From which row.
    pub row: u32,
    /// Which model.
    pub model: ModelId,
    /// What it is called.
    pub name: String,
    /// What it carries.
    pub identifiers: Vec<(Kind, String)>,
    /// Box and remark.
    pub note: String,
}

/// What becomes of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it was read from.
    pub source: Source,
    /// What was odd about the file.
    pub notes: Vec<Note>,
    /// Which row heads it.
    pub heading_row: u32,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Same for lists of the same form.
    pub fingerprint: [u8; 32],
    /// Every row below the headings.
    pub rows: Vec<RowReport>,
    /// How many rows have which fate.
    pub counts: BTreeMap<Fate, u32>,
    /// By model.
    pub models: Vec<ModelSum>,
    /// Names that mean no model, at most so many as a person may assign.
    pub unknown: Vec<String>,
    /// What would be made.
    pub items: Vec<NewRow>,
}

/// Why a list cannot be committed as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Rows with problems.
    Problems(u32),
    /// Not one new item.
    Nothing,
    /// More than one act makes.
    Many(usize),
}

impl Report {
    /// Rows that stop the list.
    #[must_use]
    pub fn problems(&self) -> u32 {
        self.counts.iter().filter(|(fate, _)| fate.is_problem()).map(|(_, count)| *count).sum()
    }

    /// Why it cannot be committed.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        match self.problems() {
            0 if self.items.is_empty() => Some(Stop::Nothing),
            0 if self.items.len() > super::ITEMS_MAX => Some(Stop::Many(self.items.len())),
            0 => None,
            problems => Some(Stop::Problems(problems)),
        }
    }

    /// Of what would be made, in full: a commit makes what was shown or nothing.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut context = Context::new(&SHA256);
        for item in &self.items {
            context.update(
                format!(
                    "{} {} {:?} {:?} {:?}\n",
                    item.row, item.model.0, item.name, item.identifiers, item.note
                )
                .as_bytes(),
            );
        }
        for row in self.rows.iter().filter(|row| row.fate != Fate::New) {
            context.update(format!("{} {}\n", row.row, row.fate.key()).as_bytes());
        }
        let hash = context.finish();
        hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Finding {
    /// "column D", or nothing.
    #[must_use]
    pub fn letters(&self) -> String {
        self.column.map(letters).unwrap_or_default()
    }
}
