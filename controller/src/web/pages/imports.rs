//! The pages of imports: lists and the forms that send one in; one list with every row's fate; its commit; a provider's export.
//!
//! Enters: lists, reports, names of what they refer to. Leaves: the pages, and every row's fate as a table for a file. Secret
//! identifiers came masked; names are set apart from the sentence's own direction.

use askama::Template;
use holdfast_protocol::identifier::IdentifierError;

use super::{ROWS, render};
use crate::api::imports::view;
use crate::api::imports::{Checked, Stage};
use crate::api::problem::ApiError;
use crate::export::Table;
use crate::import::columns::Purpose;
use crate::import::csv::DELIMITERS;
use crate::import::encoding::Encoding;
use crate::import::grid::{Source, letters};
use crate::import::header::{Again, Lines};
use crate::import::report::{Stop, What};
use crate::import::{Fate, Field, Finding, Note, Suspect};
use crate::store::inventory::imports::{Import, ImportState};
use crate::store::inventory::provider::ProviderExport;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{FormError, Markup, Surround};

/// Names of models that one form assigns.
const UNKNOWN_MAX: usize = 20;

/// What forms offer: number and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) donations: Vec<(i64, String)>,
    pub(crate) parties: Vec<(i64, String)>,
    pub(crate) models: Vec<(i64, String)>,
}

/// What the form that sends a list shows again.
#[derive(Debug, Clone, Default)]
pub(crate) struct SendForm {
    pub(crate) donation: i64,
    pub(crate) sender: i64,
    pub(crate) custodian: i64,
    pub(crate) error: Option<FormError>,
}

/// What the page of lists is made from.
#[derive(Debug)]
pub(crate) struct Lists {
    pub(crate) rows: Vec<Import>,
    pub(crate) counts: (u64, u64),
    pub(crate) names: Names,
    pub(crate) form: SendForm,
    pub(crate) later: bool,
}

/// What the page of one list is made from.
#[derive(Debug)]
pub(crate) struct ImportPage {
    pub(crate) import: Import,
    pub(crate) stage: Option<(Stage, (u32, u32))>,
    pub(crate) names: Names,
    pub(crate) fate: Option<Fate>,
    pub(crate) after: usize,
    pub(crate) error: Option<FormError>,
}

struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

struct ListRow {
    id: i64,
    file: String,
    donation: String,
    state: String,
    items: String,
    made: Markup,
}

#[derive(Template)]
#[template(path = "import_lists.html")]
struct ListsTemplate<'a> {
    s: &'a Surround,
    first: String,
    donations: Vec<Choice>,
    senders: Vec<Choice>,
    custodians: Vec<Choice>,
    rows: Vec<ListRow>,
    next: Option<i64>,
    later: bool,
    error: Option<FormError>,
}

struct FateLink {
    path: String,
    text: String,
    current: bool,
}

struct RowLine {
    row: String,
    fate: String,
    why: Vec<String>,
    shown: String,
}

struct ColumnLine {
    letters: String,
    heading: String,
    example: String,
    fields: Vec<Choice>,
}

struct ModelLine {
    name: String,
    new: String,
    given: Option<String>,
    registered: String,
}

struct UnknownLine {
    name: String,
    shown: String,
    models: Vec<Choice>,
}

struct Shown {
    notes: Vec<String>,
    fates: Vec<FateLink>,
    rows: Vec<RowLine>,
    next: Option<String>,
    later: Option<String>,
    files: Vec<(String, &'static str)>,
    columns: Vec<ColumnLine>,
    unknown: Vec<UnknownLine>,
    models: Vec<Choice>,
    sums: Vec<ModelLine>,
    heading: u32,
    sheets: Vec<Choice>,
    encodings: Vec<Choice>,
    delimiters: Vec<Choice>,
    repeated: bool,
    registered: bool,
    lines: bool,
    can_commit: bool,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportTemplate<'a> {
    s: &'a Surround,
    id: i64,
    title: String,
    first: String,
    why: Option<String>,
    file: String,
    donation: String,
    progress: Option<(u32, u32)>,
    open: bool,
    made: bool,
    shown: Option<Shown>,
    error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "import_commit.html")]
struct CommitTemplate<'a> {
    s: &'a Surround,
    id: i64,
    first: String,
    donation: String,
    custodian: String,
    left_out: String,
    added: String,
    digest: &'a str,
    sums: Vec<ModelLine>,
}

#[derive(Template)]
#[template(path = "import_export.html")]
struct ExportTemplate<'a> {
    s: &'a Surround,
    first: String,
    as_of: Markup,
    rows: Vec<(String, String, String)>,
}

fn choices(s: &Surround, all: &[(i64, String)], chosen: i64) -> Vec<Choice> {
    let choice = |(id, name): &(i64, String)| Choice {
        value: id.to_string(),
        name: s.name(name),
        chosen: *id == chosen,
    };
    all.iter().map(choice).collect()
}

fn named(s: &Surround, all: &[(i64, String)], id: i64) -> String {
    all.iter().find(|(known, _)| *known == id).map_or_else(|| id.to_string(), |(_, name)| s.name(name))
}

/// The page `/import`.
pub(crate) fn lists(s: &Surround, lists: &Lists) -> String {
    let Lists { rows, counts: (_, open), names, form, later } = lists;
    let next =
        rows.last().filter(|_| rows.len() >= usize::try_from(ROWS).unwrap_or(50)).map(|import| import.id.0);
    let line = |import: &Import| ListRow {
        id: import.id.0,
        file: s.name(&import.new.file_name),
        donation: named(s, &names.donations, import.new.donation.0),
        state: s.t(&format!("import-state-{}", import.state.key())),
        items: s.count(&u64::from(import.items)),
        made: s.age(import.made),
    };
    let first = if *open == 0 { s.t("import-first-none") } else { s.n("import-first", open) };
    render(&ListsTemplate {
        s,
        first,
        donations: choices(s, &names.donations, form.donation),
        senders: choices(s, &names.parties, form.sender),
        custodians: choices(s, &names.parties, form.custodian),
        rows: rows.iter().map(line).collect(),
        next,
        later: *later,
        error: form.error.clone(),
    })
}

/// Why something was not taken or done, and at which field.
pub(crate) fn wrong(s: &Surround, error: &ApiError) -> (String, &'static str) {
    let key = match error.code() {
        "import_empty" => "import-why-empty",
        "import_large" | "import_rows" | "import_columns" | "import_text" | "import_many" => {
            "import-why-large"
        }
        "import_cell" | "import_quote" => "import-why-quote",
        "import_bomb" => "import-why-bomb",
        "import_damaged" | "import_order" | "import_broken_cells" => "import-why-damaged",
        "import_macros" => "import-why-macros",
        "import_old_workbook" | "import_other_kind" | "import_not_text" => "import-why-kind",
        "import_no_sheet" => "import-why-sheet",
        "import_no_headings" => "import-why-headings",
        "import_known" => "import-why-known",
        "import_changed" => "import-why-changed",
        "import_over" => "import-why-over",
        "import_uploads" | "import_busy" | "import_committing" | "unavailable" => "import-why-busy",
        "import_donation_closed" => return (s.t("import-why-closed"), "donation"),
        "not_found" => return (s.t("import-why-donation"), "donation"),
        "unusable_request" => "import-why-file",
        _other => "import-why-other",
    };
    (s.t(key), "file")
}

/// The page `/import/{id}`.
pub(crate) fn import(s: &Surround, page: &ImportPage) -> String {
    let ImportPage { import, stage, names, fate, after, error } = page;
    let id = import.id.0;
    let (mut why, mut progress, mut shown) = (None, None, None);
    let first = match (import.state, stage) {
        (ImportState::Committed, _) => s.n("import-committed", &u64::from(import.items)),
        (ImportState::Withdrawn, _) => s.t("import-withdrawn"),
        (ImportState::Expired, _) => s.t("import-expired"),
        (ImportState::Open, None) => s.t("import-checking"),
        (ImportState::Open, Some((Stage::Checking, figures))) => {
            progress = Some(*figures);
            s.t("import-checking")
        }
        (ImportState::Open, Some((Stage::Committing(_), figures))) => {
            progress = Some(*figures);
            s.t("import-committing")
        }
        (ImportState::Open, Some((Stage::Refused(error), _))) => {
            why = Some(wrong(s, error).0);
            s.t("import-refused")
        }
        (ImportState::Open, Some((Stage::Checked(checked), _))) => {
            shown = Some(report(s, checked, names, (id, *fate, *after)));
            outcome(s, checked)
        }
    };
    render(&ImportTemplate {
        s,
        id,
        title: s.with("import-list", &[("id", Arg::Text(&id.to_string()))]),
        first,
        why,
        file: s.name(&import.new.file_name),
        donation: named(s, &names.donations, import.new.donation.0),
        progress,
        open: import.state == ImportState::Open,
        made: import.state == ImportState::Committed,
        shown,
        error: error.clone(),
    })
}

fn outcome(s: &Surround, checked: &Checked) -> String {
    let items = u64::try_from(checked.report.items.len()).unwrap_or(u64::MAX);
    match checked.report.stop() {
        None => s.n("import-ready", &items),
        Some(Stop::Problems(rows)) => s.n("import-problems", &u64::from(rows)),
        Some(Stop::Nothing) => s.t("import-nothing"),
        Some(Stop::Many(_)) => s.t("import-why-large"),
    }
}

fn report(
    s: &Surround,
    checked: &Checked,
    names: &Names,
    (id, fate, after): (i64, Option<Fate>, usize),
) -> Shown {
    let report = &checked.report;
    let most = usize::try_from(ROWS).unwrap_or(50);
    let rows = view::rows(checked, fate, after, most);
    let total = report.rows.iter().filter(|row| fate.is_none_or(|fate| fate == row.fate)).count();
    let behind = after.saturating_add(rows.len());
    let narrowed = fate.map(|fate| format!("&fate={}", fate.key())).unwrap_or_default();
    let link = |(fate_of, count): (&Fate, &u32)| FateLink {
        path: format!("/import/{id}?fate={}#rows", fate_of.key()),
        text: format!(
            "{}: {}",
            s.t(&format!("fate-{}", fate_of.key().replace('_', "-"))),
            s.count(&u64::from(*count))
        ),
        current: fate == Some(*fate_of),
    };
    let line = |row: &&crate::import::report::RowReport| RowLine {
        row: s.count(&u64::from(row.row)),
        fate: s.t(&format!("fate-{}", row.fate.key().replace('_', "-"))),
        why: row.findings.iter().map(|found| finding(s, found)).collect(),
        shown: if row.shown.is_empty() { String::new() } else { s.name(&row.shown) },
    };
    let settings = &checked.settings;
    let unknown = report.unknown.iter().take(UNKNOWN_MAX).cloned();
    let assigned = settings.models.iter().map(|(name, model)| (name.clone(), model.0));
    let unknown = assigned.chain(unknown.map(|name| (name, 0)));
    Shown {
        notes: report
            .notes
            .iter()
            .map(|one| note(s, one))
            .chain(checked.remembered.then(|| s.t("import-remembered")))
            .collect(),
        fates: report.counts.iter().map(link).collect(),
        rows: rows.iter().map(line).collect(),
        next: (behind < total).then(|| format!("/import/{id}?after={behind}{narrowed}#rows")),
        later: (after > 0 || fate.is_some()).then(|| format!("/import/{id}#rows")),
        files: ["csv", "xlsx"]
            .map(|format| (format!("/import/{id}/report?format={format}{narrowed}"), format))
            .to_vec(),
        columns: report
            .columns
            .iter()
            .map(|column| ColumnLine {
                letters: column.letters.clone(),
                heading: s.name(&column.heading),
                example: s.name(&column.example),
                fields: fields(s, column.field),
            })
            .collect(),
        unknown: unknown
            .map(|(name, model)| UnknownLine {
                shown: s.name(&name),
                name,
                models: choices(s, &names.models, model),
            })
            .collect(),
        models: choices(s, &names.models, settings.model.map_or(0, |model| model.0)),
        sums: sums(s, checked, names),
        heading: report.heading_row,
        sheets: sheets(s, checked),
        encodings: encodings(s, checked),
        delimiters: delimiters(checked),
        repeated: settings.repeated == Again::LeftOut,
        registered: settings.registered == Again::LeftOut,
        lines: settings.lines == Lines::AreAdded,
        can_commit: report.stop().is_none(),
    }
}

fn fields(s: &Surround, chosen: Option<Field>) -> Vec<Choice> {
    let of_list = Field::ALL.into_iter().filter(|field| field.is_of(Purpose::PackingList));
    let choice = |field: Field| Choice {
        value: field.key().to_owned(),
        name: s.t(&format!("import-field-{}", field.key().replace('_', "-"))),
        chosen: chosen == Some(field),
    };
    of_list.map(choice).collect()
}

fn sheets(s: &Surround, checked: &Checked) -> Vec<Choice> {
    let found = checked.report.notes.iter().find_map(|note| match note {
        Note::Sheets { chosen, of } => Some((chosen, of)),
        Note::EncodingGuessed { .. }
        | Note::Undecodable { .. }
        | Note::Formulas { .. }
        | Note::Merged { .. }
        | Note::HeadedAlike { .. }
        | Note::OtherKind { .. } => None,
    });
    let Some((chosen, of)) = found else { return Vec::new() };
    of.iter().map(|name| Choice { value: name.clone(), name: s.name(name), chosen: name == chosen }).collect()
}

fn encodings(s: &Surround, checked: &Checked) -> Vec<Choice> {
    let Source::Csv { .. } = checked.report.source else { return Vec::new() };
    let wanted = checked.settings.encoding;
    let found = Choice { value: String::new(), name: s.t("import-as-found"), chosen: wanted.is_none() };
    let choice = |known: Encoding| Choice {
        value: known.key().to_owned(),
        name: known.key().to_owned(),
        chosen: wanted == Some(known),
    };
    [found].into_iter().chain(Encoding::ALL.into_iter().map(choice)).collect()
}

fn delimiters(checked: &Checked) -> Vec<Choice> {
    let Source::Csv { delimiter, .. } = checked.report.source else { return Vec::new() };
    let choice = |known: char| {
        let value = if known == '\t' { "tab".to_owned() } else { known.to_string() };
        Choice { name: value.clone(), value, chosen: known == delimiter }
    };
    DELIMITERS.into_iter().map(choice).collect()
}

fn sums(s: &Surround, checked: &Checked, names: &Names) -> Vec<ModelLine> {
    let sum = |sum: &crate::import::report::ModelSum| ModelLine {
        name: named(s, &names.models, sum.model.0),
        new: s.count(&u64::from(sum.new)),
        given: sum.given.map(|given| s.count(&u64::from(given))),
        registered: s.count(&u64::from(sum.registered)),
    };
    checked.report.models.iter().map(sum).collect()
}

/// What was found in a cell, in the reader's language: "D: …".
pub(crate) fn finding(s: &Surround, finding: &Finding) -> String {
    let text = what(s, &finding.what);
    if finding.column.is_none() { text } else { format!("{}: {text}", finding.letters()) }
}

fn what(s: &Surround, what: &What) -> String {
    let kind_name = |kind: &holdfast_protocol::identifier::Kind| {
        s.t(&format!("import-field-{}", kind.word().replace('_', "-")))
    };
    match what {
        What::Wrong(IdentifierError::CheckDigit { what, found, wanted }) => s.with(
            "finding-check-digit",
            &[
                ("what", Arg::Text(what)),
                ("found", Arg::Text(&found.to_string())),
                ("wanted", Arg::Text(&wanted.to_string())),
            ],
        ),
        What::Wrong(IdentifierError::Form { what, .. }) => {
            s.with("finding-form", &[("what", Arg::Text(what))])
        }
        What::Wrong(IdentifierError::Placeholder { text }) => {
            s.with("finding-placeholder", &[("text", Arg::Name(text))])
        }
        What::Missing(kind) => s.with("finding-missing", &[("what", Arg::Text(&kind_name(kind)))]),
        What::Repeated(kind, row) => s.with(
            "finding-repeated",
            &[("what", Arg::Text(&kind_name(kind))), ("row", Arg::Text(&row.to_string()))],
        ),
        What::Registered(kind, item, label) => s.with(
            "finding-registered",
            &[
                ("what", Arg::Text(&kind_name(kind))),
                ("item", Arg::Text(&item.0.to_string())),
                ("label", Arg::Text(label)),
            ],
        ),
        What::UnknownModel(name) => s.with("finding-unknown-model", &[("name", Arg::Name(name))]),
        What::SeveralModels(name) => s.with("finding-several-models", &[("name", Arg::Name(name))]),
        What::NoModel => s.t("finding-no-model"),
        What::OtherModel => s.t("finding-other-model"),
        What::NoLine => s.t("finding-no-line"),
        What::QuantityWithoutSerials(count) | What::QuantityOfOne(count) => {
            s.n("finding-quantity", &u64::from(*count))
        }
        What::NotACount => s.t("finding-no-count"),
        What::Suspect(Suspect::LostDigits) => s.t("finding-lost-digits"),
        What::Suspect(Suspect::ErrorValue) => s.t("finding-error-value"),
        What::Suspect(Suspect::NoValue) => s.t("finding-no-value"),
    }
}

fn note(s: &Surround, note: &Note) -> String {
    let cell = |row: u32, column: u16| format!("{}{row}", letters(column));
    match note {
        Note::EncodingGuessed { encoding } => {
            s.with("note-encoding", &[("encoding", Arg::Text(encoding.key()))])
        }
        Note::Undecodable { places } => s.n("note-undecodable", &u64::try_from(*places).unwrap_or(u64::MAX)),
        Note::Formulas { cells, row, column } => s.with(
            "note-formulas",
            &[
                ("n", Arg::Count(u64::try_from(*cells).unwrap_or(u64::MAX))),
                ("cell", Arg::Text(&cell(*row, *column))),
            ],
        ),
        Note::Merged { areas, row, column } => s.with(
            "note-merged",
            &[
                ("n", Arg::Count(u64::try_from(*areas).unwrap_or(u64::MAX))),
                ("cell", Arg::Text(&cell(*row, *column))),
            ],
        ),
        Note::Sheets { chosen, .. } => s.with("note-sheets", &[("sheet", Arg::Name(chosen))]),
        Note::HeadedAlike { heading, first, second } => s.with(
            "note-headed-alike",
            &[
                ("heading", Arg::Name(heading)),
                ("first", Arg::Text(&letters(*first))),
                ("second", Arg::Text(&letters(*second))),
            ],
        ),
        Note::OtherKind { kind } => s.with("note-other-kind", &[("kind", Arg::Text(kind))]),
    }
}

/// The page `/import/{id}/commit`.
pub(crate) fn commit(s: &Surround, import: &Import, checked: &Checked, names: &Names) -> String {
    let items = u64::try_from(checked.report.items.len()).unwrap_or(u64::MAX);
    let left_out = checked.report.counts.get(&Fate::LeftOut).copied().unwrap_or(0);
    let added = checked.report.models.iter().filter(|sum| sum.line.is_none() && sum.new > 0).count();
    render(&CommitTemplate {
        s,
        id: import.id.0,
        first: s.n("import-commit-first", &items),
        donation: named(s, &names.donations, import.new.donation.0),
        custodian: named(s, &names.parties, import.new.custodian.0),
        left_out: s.count(&u64::from(left_out)),
        added: s.count(&u64::try_from(added).unwrap_or(u64::MAX)),
        digest: &checked.digest,
        sums: sums(s, checked, names),
    })
}

/// Every row's fate as a table for a file.
pub(crate) fn table(s: &Surround, checked: &Checked, fate: Option<Fate>, id: i64) -> Table {
    let headings =
        ["import-row", "import-fate", "import-why", "import-known-by", "import-items"].map(|key| s.t(key));
    let title = s.with("import-list", &[("id", Arg::Text(&id.to_string()))]);
    view::table(checked, fate, s.now, headings, title, |row| {
        let why: Vec<String> = row.findings.iter().map(|found| finding(s, found)).collect();
        (s.t(&format!("fate-{}", row.fate.key().replace('_', "-"))), why.join("; "))
    })
}

/// The page of a provider's export.
pub(crate) fn export(s: &Surround, export: &ProviderExport) -> String {
    let row = |row: &crate::store::inventory::provider::SilentRow| {
        let why = match row.why {
            crate::import::provider::Silent::Unknown => "provider-unknown",
            crate::import::provider::Silent::Several => "provider-several",
            crate::import::provider::Silent::NoIdentifier => "provider-no-identifier",
            crate::import::provider::Silent::Repeated => "provider-repeated",
        };
        let shown = if row.shown.is_empty() { String::new() } else { s.name(&row.shown) };
        (s.count(&u64::from(row.row)), capitalised(&s.t(why)), shown)
    };
    let first = s.with(
        "provider-first",
        &[
            ("n", Arg::Count(u64::from(export.rows))),
            ("text", Arg::Text(&s.count(&u64::from(export.matched)))),
        ],
    );
    render(&ExportTemplate {
        s,
        first,
        as_of: s.moment(&export.as_of),
        rows: export.silent.iter().map(row).collect(),
    })
}
