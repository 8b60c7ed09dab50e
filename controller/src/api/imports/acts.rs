//! What people do with lists: send one in, say how it is read, commit it, take it back. API and pages come here.
//!
//! Enters: the standpoint of who acts. Leaves: what came of it, audited either way, by numbers alone. A commit reads the file
//! again and judges it against what is registered now: it makes what was shown, or nothing and shows what changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use holdfast_protocol::ids::{DonationId, ItemCode, LineId, ModelId, PartyId};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::files;
use super::jobs::{Checked, Job, Stage};
use crate::api::problem::{ApiError, chain};
use crate::app::App;
use crate::clock::Now;
use crate::import::columns::Purpose;
use crate::import::header::ALIASES_MAX;
use crate::import::judge::{Draft, Given, Known, Models};
use crate::import::report::Stop;
use crate::import::{Header, ITEMS_MAX, ReadError, Report, Settings, UPLOAD_BYTES_MAX, read};
use crate::inventory::{Standpoint, refusal};
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::inventory::custody::CustodyError;
use crate::store::inventory::imports::{CommitError, Import, ImportId, ImportState, NewImport};
use crate::store::inventory::terms::DonationState;

/// Models that lists are compared with; a fleet has some hundreds.
const MODELS_MAX: usize = 20_000;
/// Models of one read.
const MODELS_A_READ: i64 = 1_000;
/// Longest name of a file that is kept, in characters.
const FILE_NAME_CHARACTERS_MAX: usize = 120;

/// A list as it is sent in.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) donation: DonationId,
    /// Whose form of list it is; the largest donor, if it is not said.
    pub(crate) sender: Option<PartyId>,
    /// Who has the things; the sender, if it is not said.
    pub(crate) custodian: Option<PartyId>,
    pub(crate) file_name: String,
    pub(crate) settings: Settings,
}

/// A refusal with a code of its own.
pub(super) fn conflict(code: &'static str, title: &'static str, detail: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, code, title, detail.into())
}

/// What a file that cannot be read is answered.
pub(super) fn unreadable(error: &ReadError) -> ApiError {
    let status = if *error == ReadError::Large {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let more = if let ReadError::Sheet { of } = error {
        format!(" It has: {}.", of.join(", "))
    } else {
        String::new()
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let text = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    ApiError::new(status, error.code(), "The file cannot be read", format!("{text}.{more}"))
}

pub(super) async fn audited<T>(
    app: &App,
    standpoint: &Standpoint,
    (action, thing): (Action, String),
    result: Result<T, ApiError>,
    now: Now,
) -> Result<T, ApiError> {
    let (outcome, reason) = match &result {
        Ok(_) => (Outcome::Done, String::new()),
        Err(error) => (Outcome::Refused, error.code().to_owned()),
    };
    app.audit(Entry { person: Some(standpoint.person), action, thing, outcome, reason }, now).await;
    result
}

/// Receives a body of at most the largest file.
pub(crate) async fn receive(
    app: &App,
    standpoint: &Standpoint,
    body: axum::body::Body,
    more: usize,
    now: Now,
) -> Result<Vec<u8>, ApiError> {
    app.imports.count(standpoint.person, now.monotonic)?;
    let _permit = app.imports.receiving()?;
    let bytes = axum::body::to_bytes(body, UPLOAD_BYTES_MAX.saturating_add(more)).await;
    bytes.map(Vec::from).map_err(|_| unreadable(&ReadError::Large))
}

/// Takes a list in and begins to check it.
pub(crate) async fn send(
    app: &Arc<App>,
    standpoint: &Standpoint,
    sent: Sent,
    bytes: Vec<u8>,
    now: Now,
) -> Result<ImportId, ApiError> {
    let donation = sent.donation.0;
    let result = kept(app, standpoint, sent, bytes, now).await;
    let thing = match &result {
        Ok(id) => format!("list {} of donation {donation}", id.0),
        Err(_) => format!("a list of donation {donation}"),
    };
    audited(app, standpoint, (Action::ImportNew, thing), result, now).await
}

async fn kept(
    app: &Arc<App>,
    standpoint: &Standpoint,
    sent: Sent,
    bytes: Vec<u8>,
    now: Now,
) -> Result<ImportId, ApiError> {
    let donation = app.store.donation(sent.donation).await?.ok_or_else(|| ApiError::not_found("donation"))?;
    if donation.values.state == DonationState::Closed {
        return Err(conflict(
            "import_donation_closed",
            "The donation is closed",
            "Nothing more comes under it. Take another donation, or open this one.",
        ));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(unreadable(&ReadError::Empty));
    }
    if bytes.len() > UPLOAD_BYTES_MAX {
        return Err(unreadable(&ReadError::Large));
    }
    let largest = donation.values.shares.iter().max_by_key(|(_, points)| **points).map(|(party, _)| *party);
    let sender = sent.sender.or(largest).ok_or_else(|| ApiError::unusable("Say who sent the list."))?;
    let custodian = sent.custodian.unwrap_or(sender);
    for party in [sender, custodian] {
        app.store.party(party).await?.ok_or_else(|| ApiError::not_found("party"))?;
    }
    let mut file_sha256 = [0_u8; 32];
    file_sha256.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    if let Some(before) = app.store.import_of_file(sent.donation, &file_sha256).await? {
        return Err(known(before));
    }
    let file_name = sent.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let new = NewImport {
        donation: sent.donation,
        sender,
        custodian,
        by: standpoint.person,
        file_name: file_name
            .chars()
            .filter(|symbol| !symbol.is_control())
            .take(FILE_NAME_CHARACTERS_MAX)
            .collect(),
        file_sha256,
        file_bytes: bytes.len(),
        settings: fitting(sent.settings)?,
    };
    let id = app.store.insert_import(&new, now.wall).await?;
    if let Err(error) = files::keep(app, id, &bytes).await {
        app.store.end_import(id, ImportState::Withdrawn, now.wall).await?;
        return Err(error);
    }
    check(app, Import { id, new, state: ImportState::Open, items: 0, made: now.wall });
    Ok(id)
}

fn known(before: ImportId) -> ApiError {
    conflict(
        "import_known",
        "This file made its items already",
        format!(
            "The same file was committed for this donation as list {}. Look at it; nothing was made again.",
            before.0
        ),
    )
}

fn fitting(settings: Settings) -> Result<Settings, ApiError> {
    let letters = settings.columns.keys().all(|letters| crate::import::grid::column(letters).is_some());
    if !letters || settings.models.len() > ALIASES_MAX {
        return Err(ApiError::unusable(format!(
            "Columns are named by their letters, A to CV, and at most {ALIASES_MAX} names of models are assigned."
        )));
    }
    if settings.delimiter.is_some_and(|found| !crate::import::csv::DELIMITERS.contains(&found)) {
        return Err(ApiError::unusable("Between cells stands a comma, a semicolon, a tab or a bar."));
    }
    Ok(settings)
}

/// Begins to check a list.
fn check(app: &Arc<App>, import: Import) -> Arc<Job> {
    let (app, job) = (Arc::clone(app), app.imports.begin(import.id));
    let running = Arc::clone(&job);
    tokio::spawn(async move {
        let stage = match Box::pin(judged(&app, &import, &running)).await {
            Ok(checked) => Stage::Checked(Arc::new(checked)),
            Err(error) => Stage::Refused(error),
        };
        running.set(stage);
    });
    job
}

/// The job of an open list; begun anew where none is in memory.
pub(crate) fn job(app: &Arc<App>, import: &Import) -> Option<Arc<Job>> {
    if import.state != ImportState::Open {
        return None;
    }
    Some(app.imports.job(import.id).unwrap_or_else(|| check(app, import.clone())))
}

/// A list by its number.
pub(crate) async fn found(app: &App, id: ImportId) -> Result<Import, ApiError> {
    app.store.import(id).await?.ok_or_else(|| ApiError::not_found("list"))
}

/// Reads and judges a list against what is registered now.
async fn judged(app: &App, import: &Import, job: &Arc<Job>) -> Result<Checked, ApiError> {
    let _turn = app.imports.turn().await?;
    let bytes = files::read(app, import.id).await?;
    let mut settings = import.new.settings.clone();
    let (mut grid, mut header) = beside(job, {
        let settings = settings.clone();
        move |job| {
            let mut grid = read(&bytes, &settings, &job.progress)?;
            let header = Header::find(&mut grid, &settings, Purpose::PackingList);
            Ok((grid, header))
        }
    })
    .await?;
    let mut remembered = false;
    if settings.columns.is_empty()
        && let Some(before) = app.store.remembered(import.new.sender, &header.fingerprint).await?
    {
        remembered = true;
        settings.columns = before.columns;
        settings.models = before.models;
        settings.model = settings.model.or(before.model);
        header = Header::find(&mut grid, &settings, Purpose::PackingList);
    }
    let (models, lines) = catalogue(app, import.new.donation).await?;
    let (grid, header, models) = (Arc::new(grid), Arc::new(header), Arc::new(models));
    let shared = (Arc::clone(&grid), Arc::clone(&header), Arc::clone(&models), settings.clone());
    let draft = beside(job, move |job| {
        let (grid, header, models, settings) = shared;
        Draft::of(&grid, &header, &settings, &models, &job.progress)
    })
    .await?;
    let carriers = app.store.carriers(&draft.keys()).await?;
    let reading = settings.clone();
    let report =
        beside(job, move |_| Ok(draft.judge((&grid, &header), &reading, &models, (&lines, &carriers))))
            .await?;
    let report: Report = report;
    let digest = report.digest();
    Ok(Checked { report, settings, remembered, digest })
}

/// Work beside the threads that answer. A library that panics over a file makes it a damaged one.
pub(super) async fn beside<T: Send + 'static>(
    job: &Arc<Job>,
    work: impl FnOnce(&Job) -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ApiError> {
    let job = Arc::clone(job);
    let done = tokio::task::spawn_blocking(move || work(&job)).await;
    done.unwrap_or(Err(ReadError::Damaged)).map_err(|error| unreadable(&error))
}

async fn catalogue(app: &App, donation: DonationId) -> Result<(Models, Vec<Given>), ApiError> {
    let mut all: Vec<Known> = Vec::new();
    let mut after = String::new();
    while all.len() < MODELS_MAX {
        let some = app.store.models(&after, None, MODELS_A_READ).await?;
        let Some(last) = some.last() else { break };
        after = crate::store::people::fold(format!("{} {}", last.maker.trim(), last.name.trim()).trim());
        let whole = i64::try_from(some.len()).is_ok_and(|count| count < MODELS_A_READ);
        all.extend(some.into_iter().map(|model| Known {
            id: model.id,
            maker: model.maker,
            name: model.name,
            gtin: model.gtin,
            must_carry: model.must_carry,
        }));
        if whole {
            break;
        }
    }
    let lines = app.store.lines(donation).await?.into_iter().map(|line| Given {
        id: line.id,
        model: line.model,
        quantity: line.quantity,
        registered: line.items.values().fold(0, |sum, count| sum.saturating_add(*count)),
    });
    Ok((Models::of(all), lines.collect()))
}

/// Says how a list is read, and checks it anew.
pub(crate) async fn change(
    app: &Arc<App>,
    standpoint: &Standpoint,
    id: ImportId,
    settings: Settings,
    now: Now,
) -> Result<(), ApiError> {
    let done = changed(app, id, settings, now).await;
    audited(app, standpoint, (Action::ImportChange, format!("list {}", id.0)), done, now).await
}

async fn changed(app: &Arc<App>, id: ImportId, settings: Settings, now: Now) -> Result<(), ApiError> {
    let mut import = found(app, id).await?;
    let settings = fitting(settings)?;
    if let Some(job) = app.imports.job(id)
        && matches!(job.stage(), Stage::Committing(_))
    {
        return Err(committing());
    }
    if !app.store.change_import(id, &settings, now.wall).await? {
        return Err(over(&import));
    }
    import.new.settings = settings;
    check(app, import);
    Ok(())
}

fn over(import: &Import) -> ApiError {
    conflict(
        "import_over",
        "The list is over",
        format!("This list is {}; send the file in again for another.", import.state.key()),
    )
}

fn committing() -> ApiError {
    conflict("import_committing", "The items are being made", "Wait until it is done, or stop it.")
}

/// Takes a list back, or stops what is done with it.
pub(crate) async fn withdraw(
    app: &App,
    standpoint: &Standpoint,
    id: ImportId,
    now: Now,
) -> Result<(), ApiError> {
    let done = withdrawn(app, id, now).await;
    audited(app, standpoint, (Action::ImportWithdraw, format!("list {}", id.0)), done, now).await
}

async fn withdrawn(app: &App, id: ImportId, now: Now) -> Result<(), ApiError> {
    let import = found(app, id).await?;
    // Whoever makes its items holds the writer: told to stop, it undoes them and lets go.
    app.imports.forget(id);
    if !app.store.end_import(id, ImportState::Withdrawn, now.wall).await? {
        return Err(over(&found(app, import.id).await?));
    }
    files::remove(app, id).await;
    Ok(())
}

/// Makes the items of a list, if they are those that were shown.
pub(crate) async fn commit(
    app: &Arc<App>,
    standpoint: &Standpoint,
    id: ImportId,
    digest: String,
    now: Now,
) -> Result<u32, ApiError> {
    // A task of its own: a browser that goes away does not undo it.
    let (task_app, task_standpoint) = (Arc::clone(app), standpoint.clone());
    let work =
        tokio::spawn(async move { Box::pin(committed(&task_app, &task_standpoint, id, &digest, now)).await });
    let done = work.await.unwrap_or_else(|error| Err(ApiError::internal(&error)));
    audited(app, standpoint, (Action::ImportCommit, format!("list {}", id.0)), done, now).await
}

async fn committed(
    app: &Arc<App>,
    standpoint: &Standpoint,
    id: ImportId,
    digest: &str,
    now: Now,
) -> Result<u32, ApiError> {
    let import = found(app, id).await?;
    match import.state {
        ImportState::Open => {}
        // Sent again: done already.
        ImportState::Committed => return Ok(import.items),
        ImportState::Withdrawn | ImportState::Expired => return Err(over(&import)),
    }
    let job = app.imports.job(id).ok_or_else(changed_since)?;
    let shown = match job.stage() {
        Stage::Checked(shown) if shown.digest == digest => shown,
        Stage::Committing(_) => return Err(committing()),
        Stage::Checked(_) | Stage::Checking | Stage::Refused(_) => return Err(changed_since()),
    };
    job.set(Stage::Committing(Arc::clone(&shown)));
    let made = Box::pin(made(app, standpoint, (&import, &job), digest, now)).await;
    match &made {
        Ok(_) => {
            app.imports.forget(id);
            files::remove(app, id).await;
        }
        Err(_) => {
            if matches!(job.stage(), Stage::Committing(_)) {
                job.set(Stage::Checked(shown));
            }
        }
    }
    made
}

async fn made(
    app: &Arc<App>,
    standpoint: &Standpoint,
    (import, job): (&Import, &Arc<Job>),
    digest: &str,
    now: Now,
) -> Result<u32, ApiError> {
    let checked = judged(app, import, job).await?;
    if checked.digest != digest {
        job.set(Stage::Checked(Arc::new(checked)));
        return Err(changed_since());
    }
    stopped(&checked.report)?;
    let report = &checked.report;
    let mut lines: BTreeMap<ModelId, LineId> = BTreeMap::new();
    let mut added = Vec::new();
    for sum in report.models.iter().filter(|sum| sum.new > 0) {
        match sum.line {
            Some(line) => drop(lines.insert(sum.model, line)),
            None => added.push((sum.model, sum.new)),
        }
    }
    let codes = codes(report.items.len())?;
    let reading = (&report.fingerprint, &remembering(&checked, report));
    let done = app.store.commit_import(
        import,
        (&report.items, &codes),
        (lines, &added),
        reading,
        (standpoint.person, now.wall),
        &job.progress,
    );
    Box::pin(done).await.map_err(|error| refused(error, import))
}

/// What the next list of this sender with these headings is read by.
fn remembering(checked: &Checked, report: &Report) -> Settings {
    let columns = report.columns.iter().filter_map(|column| Some((column.letters.clone(), column.field?)));
    Settings {
        columns: columns.collect(),
        models: checked.settings.models.clone(),
        model: checked.settings.model,
        ..Settings::default()
    }
}

fn stopped(report: &Report) -> Result<(), ApiError> {
    let title = "The list cannot be committed";
    match report.stop() {
        None => Ok(()),
        Some(Stop::Problems(rows)) => Err(conflict(
            "import_problems",
            title,
            format!(
                "{rows} rows have problems. Mend them in the list, or say how they are read; then all of it is made, or nothing."
            ),
        )),
        Some(Stop::Nothing) => Err(conflict(
            "import_nothing",
            title,
            "Not one row makes a new item. Look at how the columns are read.",
        )),
        Some(Stop::Many(_)) => Err(conflict(
            "import_many",
            title,
            format!("One list makes at most {ITEMS_MAX} items. Split it."),
        )),
    }
}

fn changed_since() -> ApiError {
    conflict(
        "import_changed",
        "Something has changed",
        "What would be made is not what was shown: the list is read differently, or items were registered since. Nothing was \
         made. Look at it again.",
    )
}

fn refused(error: CommitError, import: &Import) -> ApiError {
    match error {
        CommitError::Known => known(import.id),
        CommitError::Over => over(import),
        CommitError::Stopped => {
            conflict("import_stopped", "Stopped", "Somebody stopped it. Nothing was made.")
        }
        CommitError::Custody(CustodyError::Taken { .. }) => changed_since(),
        CommitError::Custody(error) => refusal::custody(error),
        CommitError::Store(error) => {
            tracing::warn!(list = import.id.0, cause = %chain(&error), "the items of a list could not be made");
            refusal::store(error)
        }
    }
}

fn codes(count: usize) -> Result<Vec<ItemCode>, ApiError> {
    let mut bytes = vec![[0_u8; 5]; count];
    SystemRandom::new().fill(bytes.as_flattened_mut()).map_err(|_| ApiError::internal(&std::fmt::Error))?;
    Ok(bytes.into_iter().map(ItemCode::from_bytes).collect())
}
