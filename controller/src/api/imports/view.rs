//! A list as API and pages show it: where it stands, and its rows, what needs a person first.
//!
//! Enters: a list with its job. Leaves: values that become JSON, pages or a file. A secret identifier is in none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdfast_protocol::time::WallMs;
use serde::Serialize;

use super::files::KEPT_MS;
use super::jobs::{Checked, Job, Stage};
use crate::export::{Cell, Column, Table};
use crate::import::grid::Source;
use crate::import::header::Column as Heading;
use crate::import::report::{ModelSum, RowReport};
use crate::import::{Fate, Note, Settings};
use crate::store::inventory::imports::{Import, ImportState};

/// Where a list stands.
#[derive(Debug, Serialize)]
pub(crate) struct ImportView {
    id: i64,
    state: &'static str,
    /// What is done with it: `checking`, `checked`, `refused`, `committing`; none when it is over.
    stage: Option<&'static str>,
    donation: i64,
    sender: i64,
    custodian: i64,
    file_name: String,
    file_bytes: usize,
    made: WallMs,
    ends: Option<WallMs>,
    items: u32,
    rows_done: u32,
    rows_total: u32,
    refusal: Option<Refused>,
    settings: Settings,
    report: Option<ReportView>,
}

#[derive(Debug, Serialize)]
struct Refused {
    code: &'static str,
    detail: String,
}

#[derive(Debug, Serialize)]
struct ReportView {
    digest: String,
    source: Source,
    notes: Vec<Note>,
    heading_row: u32,
    columns: Vec<Heading>,
    remembered: bool,
    counts: BTreeMap<&'static str, u32>,
    problems: u32,
    new_items: usize,
    can_commit: bool,
    models: Vec<ModelSum>,
    unknown_models: Vec<String>,
}

/// A row of a list.
#[derive(Debug, Serialize)]
pub(crate) struct RowView {
    row: u32,
    fate: Fate,
    shown: String,
    model: Option<i64>,
    items: u32,
    findings: Vec<FindingView>,
}

#[derive(Debug, Serialize)]
struct FindingView {
    /// Its letters; empty where something is not there.
    column: String,
    fate: Fate,
    text: String,
}

/// What was judged, if it was.
pub(crate) fn checked(job: Option<&Arc<Job>>) -> Option<Arc<Checked>> {
    match job?.stage() {
        Stage::Checked(checked) | Stage::Committing(checked) => Some(checked),
        Stage::Checking | Stage::Refused(_) => None,
    }
}

/// A list with its job.
pub(crate) fn import(import: &Import, job: Option<&Arc<Job>>) -> ImportView {
    let stage = job.map(|job| job.stage());
    let (done, total) = job.map_or((0, 0), |job| job.progress.figures());
    let refusal = match &stage {
        Some(Stage::Refused(error)) => {
            Some(Refused { code: error.code(), detail: error.detail().to_owned() })
        }
        Some(Stage::Checking | Stage::Checked(_) | Stage::Committing(_)) | None => None,
    };
    let checked = checked(job);
    ImportView {
        id: import.id.0,
        state: import.state.key(),
        stage: stage.map(|stage| match stage {
            Stage::Checking => "checking",
            Stage::Checked(_) => "checked",
            Stage::Refused(_) => "refused",
            Stage::Committing(_) => "committing",
        }),
        donation: import.new.donation.0,
        sender: import.new.sender.0,
        custodian: import.new.custodian.0,
        file_name: import.new.file_name.clone(),
        file_bytes: import.new.file_bytes,
        made: import.made,
        ends: (import.state == ImportState::Open).then(|| import.made.plus_ms(KEPT_MS)),
        items: import.items,
        rows_done: done,
        rows_total: total,
        refusal,
        settings: checked
            .as_ref()
            .map_or_else(|| import.new.settings.clone(), |checked| checked.settings.clone()),
        report: checked.map(|checked| report(&checked)),
    }
}

fn report(checked: &Checked) -> ReportView {
    let report = &checked.report;
    ReportView {
        digest: checked.digest.clone(),
        source: report.source.clone(),
        notes: report.notes.clone(),
        heading_row: report.heading_row,
        columns: report.columns.clone(),
        remembered: checked.remembered,
        counts: report.counts.iter().map(|(fate, count)| (fate.key(), *count)).collect(),
        problems: report.problems(),
        new_items: report.items.len(),
        can_commit: report.stop().is_none(),
        models: report.models.clone(),
        unknown_models: report.unknown.clone(),
    }
}

/// Rows of one fate or of all, what needs a person first, behind so many.
pub(crate) fn rows(checked: &Checked, fate: Option<Fate>, skip: usize, most: usize) -> Vec<&RowReport> {
    let mut rows: Vec<&RowReport> =
        checked.report.rows.iter().filter(|row| fate.is_none_or(|fate| fate == row.fate)).collect();
    rows.sort_by_key(|row| (row.fate, row.row));
    rows.into_iter().skip(skip).take(most).collect()
}

/// A row as JSON.
pub(crate) fn row(row: &RowReport) -> RowView {
    let finding = |finding: &crate::import::Finding| FindingView {
        column: finding.letters(),
        fate: finding.what.fate(),
        text: finding.what.text(),
    };
    RowView {
        row: row.row,
        fate: row.fate,
        shown: row.shown.clone(),
        model: row.model.map(|model| model.0),
        items: row.items,
        findings: row.findings.iter().map(finding).collect(),
    }
}

/// Every row's fate as a file, in the words of `say`.
pub(crate) fn table(
    checked: &Checked,
    fate: Option<Fate>,
    made_at: WallMs,
    headings: [String; 5],
    title: String,
    say: impl Fn(&RowReport) -> (String, String),
) -> Table {
    let rows = rows(checked, fate, 0, usize::MAX).into_iter().map(|row| {
        let (fate, why) = say(row);
        vec![
            Cell::Count(u64::from(row.row)),
            Cell::Text(fate),
            Cell::Text(why),
            Cell::Text(row.shown.clone()),
            Cell::Count(u64::from(row.items)),
        ]
    });
    let rows = rows.collect();
    Table { title, made_at, notes: Vec::new(), columns: headings.map(Column::plain).to_vec(), rows }
}
