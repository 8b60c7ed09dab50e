//! Every row's fate.
//!
//! Enters: a grid with its headings, the models, the donation's lines; between the two steps, which items carry the
//! identifiers already. Leaves: a report. First [`Draft::of`] reads each row by itself; then [`Draft::judge`] looks at what
//! rows have in common and at what is registered. Registers nothing.

use std::collections::{BTreeMap, HashMap};

use holdfast_protocol::identifier::{self, Kind, Sensitivity, masked};
use holdfast_protocol::ids::{ItemId, LineId, ModelId};

use super::columns::Field;
use super::grid::{Grid, Row};
use super::header::{ALIASES_MAX, Again, Header, Lines, Settings};
use super::read::{Progress, ReadError};
use super::report::{Fate, Finding, ModelSum, NewRow, Report, RowReport, What};
use super::values::{count, folded, is_nothing, is_shortened, name, seen};
use super::{FINDINGS_MAX, ITEMS_MAX};
use crate::store::inventory::items::scope;

/// Longest note that an item's first event takes, in characters.
const NOTE_CHARACTERS_MAX: usize = 300;
/// Longest name of an item, in characters.
const NAME_CHARACTERS_MAX: usize = 200;
/// Longest model name that a finding repeats, in characters.
const SAID_CHARACTERS_MAX: usize = 80;
/// What stands in front of a sum.
const SUMS: [&str; 10] =
    ["total", "totals", "sum", "разом", "усього", "всього", "итого", "razem", "suma", "ogolem"];

/// A model, as far as a list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Number.
    pub id: ModelId,
    /// Maker.
    pub maker: String,
    /// Name.
    pub name: String,
    /// GTIN of 14 digits.
    pub gtin: Option<String>,
    /// What each item of it carries.
    pub must_carry: Vec<Kind>,
}

/// The models by all they are called.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// By folded name; several where makers share one.
    names: HashMap<String, Vec<ModelId>>,
    gtins: HashMap<String, ModelId>,
    all: HashMap<ModelId, Known>,
}

impl Models {
    /// Of these.
    #[must_use]
    pub fn of(models: Vec<Known>) -> Self {
        let mut out = Self::default();
        for model in models {
            for called in [model.name.clone(), format!("{} {}", model.maker, model.name)] {
                let ids = out.names.entry(folded(&called)).or_default();
                if !ids.contains(&model.id) {
                    ids.push(model.id);
                }
            }
            if let Some(gtin) = &model.gtin {
                out.gtins.insert(gtin.clone(), model.id);
            }
            out.all.insert(model.id, model);
        }
        out
    }
}

/// A line of the donation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Number.
    pub id: LineId,
    /// Which model.
    pub model: ModelId,
    /// How many.
    pub quantity: u32,
    /// How many are registered.
    pub registered: u32,
}

/// What an identifier is one of its kind within.
pub type Key = (Kind, String, i64);

/// Which item carries which identifier: number, and label as people read it.
pub type Carriers = HashMap<Key, (ItemId, String)>;

struct RowDraft {
    row: u32,
    model: Option<ModelId>,
    identifiers: Vec<(Kind, String, u16)>,
    name: String,
    note: String,
    count: u32,
    findings: Vec<Finding>,
    blank: bool,
}

/// The rows, read by themselves.
pub struct Draft {
    rows: Vec<RowDraft>,
    unknown: BTreeMap<String, String>,
}

impl Draft {
    /// Reads every row below the headings.
    ///
    /// # Errors
    /// [`ReadError::Stopped`].
    pub fn of(
        grid: &Grid,
        header: &Header,
        settings: &Settings,
        models: &Models,
        progress: &Progress,
    ) -> Result<Self, ReadError> {
        progress.begin(grid.len());
        let aliases: HashMap<String, ModelId> =
            settings.models.iter().map(|(name, model)| (folded(name), *model)).collect();
        let reader = Reader { header, settings, models, aliases };
        let mut out = Self { rows: Vec::with_capacity(grid.len()), unknown: BTreeMap::new() };
        for row in grid.rows() {
            progress.step()?;
            if row.number > header.row {
                let draft = reader.row(&row, &mut out.unknown);
                out.rows.push(draft);
            }
        }
        Ok(out)
    }

    /// The identifiers that somebody has to look up.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let of_row = |row: &RowDraft| -> Vec<Key> {
            let model = row.model;
            row.identifiers.iter().filter_map(|(kind, value, _)| Some(key(*kind, value, model?))).collect()
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// The fates.
    #[must_use]
    pub fn judge(
        self,
        (grid, header): (&Grid, &Header),
        settings: &Settings,
        models: &Models,
        (lines, carriers): (&[Given], &Carriers),
    ) -> Report {
        let mut first: HashMap<Key, u32> = HashMap::new();
        let (mut rows, mut items, mut counts) =
            (Vec::with_capacity(self.rows.len()), Vec::new(), BTreeMap::new());
        for mut row in self.rows {
            row.finish(models, lines, settings);
            row.compare(&mut first, carriers);
            let report = row.report(settings);
            let count = counts.entry(report.fate).or_insert(0_u32);
            *count = count.saturating_add(1);
            if report.fate == Fate::New && items.len() <= ITEMS_MAX {
                row.make(&mut items);
            }
            rows.push(report);
        }
        let models = sums(&rows, lines);
        Report {
            source: grid.source.clone(),
            notes: grid.notes.clone(),
            heading_row: header.row,
            columns: header.columns.clone(),
            fingerprint: header.fingerprint,
            rows,
            counts,
            models,
            unknown: self.unknown.into_values().collect(),
            items,
        }
    }
}

fn key(kind: Kind, value: &str, model: ModelId) -> Key {
    (kind, value.to_owned(), scope(kind, model))
}

struct Reader<'a> {
    header: &'a Header,
    settings: &'a Settings,
    models: &'a Models,
    aliases: HashMap<String, ModelId>,
}

impl Reader<'_> {
    fn row(&self, row: &Row<'_>, unknown: &mut BTreeMap<String, String>) -> RowDraft {
        let mut out = RowDraft {
            row: row.number,
            model: None,
            identifiers: Vec::new(),
            name: String::new(),
            note: String::new(),
            count: 1,
            findings: Vec::new(),
            blank: false,
        };
        if self.is_blank(row) || self.header.is_again(row) {
            out.blank = true;
            return out;
        }
        self.suspects(row, &mut out);
        for (column, field) in self.header.identifiers() {
            self.identifier(row.cell(column), (column, field), &mut out);
        }
        self.quantity(row, &mut out);
        self.model(row, &mut out, unknown);
        let text = |field| self.header.column(field).map_or("", |column| row.cell(column));
        out.name = name(text(Field::Name)).chars().take(NAME_CHARACTERS_MAX).collect();
        let carton = name(text(Field::Carton));
        let carton = if carton.is_empty() { carton } else { format!("carton {carton}") };
        let remark = name(text(Field::Note));
        let parts = [carton, remark].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        out.note = parts.join("; ").chars().take(NOTE_CHARACTERS_MAX).collect();
        out
    }

    /// Nothing in the columns that make an item, or a sum.
    fn is_blank(&self, row: &Row<'_>) -> bool {
        let sum = row.cells().any(|(_, text)| SUMS.contains(&folded(text).as_str()));
        let says = |field| self.header.column(field).is_some_and(|column| !is_nothing(row.cell(column)));
        let identified = self.header.identifiers().any(|(column, _)| !is_nothing(row.cell(column)));
        let named = says(Field::Model) || says(Field::Gtin);
        let counted = says(Field::Quantity) && !sum;
        !(identified || (named && !sum) || counted)
    }

    fn suspects(&self, row: &Row<'_>, out: &mut RowDraft) {
        for (column, known) in (0_u16..).zip(&self.header.columns) {
            let counts = known.field.is_some_and(|field| field != Field::Note);
            if let Some(suspect) = row.suspect(column).filter(|_| counts) {
                out.find(Some(column), What::Suspect(suspect));
            }
        }
    }

    fn identifier(&self, text: &str, (column, field): (u16, Field), out: &mut RowDraft) {
        let Some(kind) = field.identifier() else { return };
        let text = seen(text);
        if is_nothing(&text) || out.findings.iter().any(|finding| finding.column == Some(column)) {
            return;
        }
        if is_shortened(&text) {
            out.find(Some(column), What::Suspect(super::grid::Suspect::LostDigits));
            return;
        }
        match kind.parse(&text) {
            Ok(value) => out.identifiers.push((kind, value, column)),
            Err(error) => out.find(Some(column), What::Wrong(error)),
        }
    }

    fn quantity(&self, row: &Row<'_>, out: &mut RowDraft) {
        let Some(column) = self.header.column(Field::Quantity) else { return };
        let text = row.cell(column);
        if is_nothing(text) {
            return;
        }
        match count(text) {
            Some(count) if count > 0 => out.count = count,
            Some(_) | None => out.find(Some(column), What::NotACount),
        }
        if out.count > 1 && !out.identifiers.is_empty() {
            out.find(Some(column), What::QuantityOfOne(out.count));
        }
    }

    fn model(&self, row: &Row<'_>, out: &mut RowDraft, unknown: &mut BTreeMap<String, String>) {
        let by_gtin = self.gtin(row, out);
        let column = self.header.column(Field::Model);
        let text = column.map_or_else(String::new, |column| seen(row.cell(column)));
        if is_nothing(&text) {
            out.model = by_gtin.or(self.settings.model);
            if out.model.is_none() && !out.has(Fate::WrongIdentifier) {
                out.find(column, What::NoModel);
            }
            return;
        }
        let maker = self.header.column(Field::Maker).map_or("", |column| row.cell(column));
        let wanted = folded(&text);
        let alias = self.aliases.get(&wanted).copied();
        let named = |name: &str| self.models.names.get(name).map(Vec::as_slice).unwrap_or_default();
        let with_maker = named(&folded(&format!("{maker} {text}")));
        let found = if with_maker.is_empty() { named(&wanted) } else { with_maker };
        let said: String = name(&text).chars().take(SAID_CHARACTERS_MAX).collect();
        out.model = match (alias, found, by_gtin) {
            (Some(alias), ..) => Some(alias),
            (None, [one], Some(other)) if *one != other => {
                out.find(column, What::OtherModel);
                None
            }
            (None, [one], _) => Some(*one),
            (None, several, Some(gtin)) if several.is_empty() || several.contains(&gtin) => Some(gtin),
            (None, [], _) => {
                if unknown.len() < ALIASES_MAX {
                    unknown.entry(wanted).or_insert_with(|| said.clone());
                }
                out.find(column, What::UnknownModel(said));
                None
            }
            (None, [..], _) => {
                out.find(column, What::SeveralModels(said));
                None
            }
        };
    }

    fn gtin(&self, row: &Row<'_>, out: &mut RowDraft) -> Option<ModelId> {
        let column = self.header.column(Field::Gtin)?;
        let text = seen(row.cell(column));
        if is_nothing(&text) {
            return None;
        }
        match identifier::parse_gtin(&text) {
            Ok(gtin) => self.models.gtins.get(&gtin).copied(),
            Err(error) => {
                out.find(Some(column), What::Wrong(error));
                None
            }
        }
    }
}

impl RowDraft {
    fn find(&mut self, column: Option<u16>, what: What) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { column, what });
        }
    }

    fn has(&self, fate: Fate) -> bool {
        self.findings.iter().any(|finding| finding.what.fate() == fate)
    }

    /// What follows from the model.
    fn finish(&mut self, models: &Models, lines: &[Given], settings: &Settings) {
        let Some(model) = self.model.and_then(|id| models.all.get(&id)) else { return };
        if self.count > 1 && self.identifiers.is_empty() && !model.must_carry.is_empty() {
            self.find(None, What::QuantityWithoutSerials(self.count));
        } else if !self.has(Fate::WrongIdentifier) && !self.has(Fate::Unreadable) {
            for kind in &model.must_carry {
                if !self.identifiers.iter().any(|(found, ..)| found == kind) {
                    self.find(None, What::Missing(*kind));
                }
            }
        }
        if settings.lines == Lines::MustBeThere && !lines.iter().any(|line| line.model == model.id) {
            self.find(None, What::NoLine);
        }
    }

    /// What rows have in common, and what is registered.
    fn compare(&mut self, first: &mut HashMap<Key, u32>, carriers: &Carriers) {
        let Some(model) = self.model else { return };
        for (kind, value, column) in self.identifiers.clone() {
            let key = key(kind, &value, model);
            if let Some((item, label)) = carriers.get(&key) {
                self.find(Some(column), What::Registered(kind, *item, label.clone()));
            }
            match first.get(&key) {
                Some(row) => self.find(Some(column), What::Repeated(kind, *row)),
                None => {
                    first.insert(key, self.row);
                }
            }
        }
    }

    fn report(&self, settings: &Settings) -> RowReport {
        let worst = self.findings.iter().map(|finding| finding.what.fate()).min();
        let again = |fate: Fate| match fate {
            Fate::Repeated => settings.repeated == Again::LeftOut,
            Fate::Registered => settings.registered == Again::LeftOut,
            Fate::WrongIdentifier
            | Fate::MissingIdentifier
            | Fate::UnknownModel
            | Fate::NoLine
            | Fate::QuantityWithoutSerials
            | Fate::Unreadable
            | Fate::LeftOut
            | Fate::Blank
            | Fate::New => false,
        };
        let fate = match worst {
            _ if self.blank => Fate::Blank,
            None => Fate::New,
            Some(_) if self.findings.iter().all(|finding| again(finding.what.fate())) => Fate::LeftOut,
            Some(worst) => worst,
        };
        let shown = self.identifiers.first().map_or_else(
            || self.name.clone(),
            |(kind, value, _)| match kind.sensitivity() {
                Sensitivity::Plain => value.clone(),
                Sensitivity::Secret => masked(value),
            },
        );
        let items = if fate == Fate::New { self.count } else { 0 };
        RowReport { row: self.row, fate, model: self.model, shown, items, findings: self.findings.clone() }
    }

    fn make(&self, items: &mut Vec<NewRow>) {
        let Some(model) = self.model else { return };
        for _ in 0..self.count {
            // One more than may be, so that it is seen to be too many.
            if items.len() > ITEMS_MAX {
                return;
            }
            items.push(NewRow {
                row: self.row,
                model,
                name: self.name.clone(),
                identifiers: self.identifiers.iter().map(|(kind, value, _)| (*kind, value.clone())).collect(),
                note: self.note.clone(),
            });
        }
    }
}

fn sums(rows: &[RowReport], lines: &[Given]) -> Vec<ModelSum> {
    let mut new: BTreeMap<ModelId, u32> = BTreeMap::new();
    for row in rows {
        if let Some(model) = row.model {
            let sum = new.entry(model).or_default();
            *sum = sum.saturating_add(row.items);
        }
    }
    let sum = |(model, new): (ModelId, u32)| {
        let of_model: Vec<&Given> = lines.iter().filter(|line| line.model == model).collect();
        let given = of_model.iter().map(|line| line.quantity).reduce(u32::saturating_add);
        let registered = of_model.iter().map(|line| line.registered).fold(0, u32::saturating_add);
        // Where a model has several lines, the first with room.
        let room = of_model.iter().find(|line| line.registered < line.quantity).or(of_model.first());
        ModelSum { model, new, given, registered, line: room.map(|line| line.id) }
    };
    new.into_iter().map(sum).collect()
}
