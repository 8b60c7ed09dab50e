//! The routes of imports.
//!
//! Enters: requests that passed the guard. Leaves: JSON, a file of every row's fate. A file is sent as the body itself, with
//! its kind as content type.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use holdfast_protocol::ids::{DonationId, ModelId, PartyId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::acts::{self, Sent};
use super::view::{self, ImportView, RowView};
use super::{jobs::Checked, provider};
use crate::api::problem::ApiError;
use crate::api::take::{Json, Path, Query};
use crate::app::App;
use crate::export::Format;
use crate::import::header::{Again, Lines};
use crate::import::{Fate, Settings};
use crate::inventory::Standpoint;
use crate::model::Page;
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::inventory::imports::ImportId;
use crate::store::inventory::provider::ProviderExport;

/// Rows of a page.
const ROWS: usize = 50;
/// Kinds of body that are taken; which it is in truth, its bytes say.
const KINDS: [&str; 7] = [
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/csv",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SendQuery {
    donation: i64,
    sender: Option<i64>,
    custodian: Option<i64>,
    #[serde(default)]
    file: String,
    model: Option<i64>,
    sheet: Option<String>,
    #[serde(default)]
    repeated: Again,
    #[serde(default)]
    registered: Again,
    #[serde(default)]
    lines: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderQuery {
    as_of_ms: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowsQuery {
    #[serde(default)]
    after: usize,
    fate: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    format: Option<String>,
    fate: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommitBody {
    /// The report's digest: what was shown.
    digest: String,
}

#[derive(Debug, Serialize)]
struct Committed {
    id: i64,
    items: u32,
}

/// The routes.
pub(in crate::api) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/imports", get(list).post(send))
        .route("/api/v1/imports/{id}", get(show))
        .route("/api/v1/imports/{id}/settings", axum::routing::put(settings))
        .route("/api/v1/imports/{id}/rows", get(rows))
        .route("/api/v1/imports/{id}/report", get(report))
        .route("/api/v1/imports/{id}/commit", post(commit))
        .route("/api/v1/imports/{id}/withdraw", post(withdraw))
        .route("/api/v1/provider-exports", post(send_export))
        .route("/api/v1/provider-exports/{id}", get(show_export))
}

fn body_of_kind(headers: &HeaderMap) -> Result<(), ApiError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if KINDS.contains(&kind.as_str()) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "import_content_type",
        "Not a list",
        "Send the file itself as the body, with its content type: text/csv, or that of an .xlsx workbook.",
    ))
}

async fn send(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Query(asked): Query<SendQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    body_of_kind(request.headers())?;
    let bytes = acts::receive(&app, &standpoint, request.into_body(), 0, now).await?;
    let sent = Sent {
        donation: DonationId(asked.donation),
        sender: asked.sender.map(PartyId),
        custodian: asked.custodian.map(PartyId),
        file_name: asked.file,
        settings: Settings {
            model: asked.model.map(ModelId),
            sheet: asked.sheet,
            repeated: asked.repeated,
            registered: asked.registered,
            lines: asked.lines,
            ..Settings::default()
        },
    };
    let id = Box::pin(acts::send(&app, &standpoint, sent, bytes, now)).await?;
    Ok((StatusCode::CREATED, Answer(status(&app, id).await?)).into_response())
}

async fn status(app: &Arc<App>, id: ImportId) -> Result<ImportView, ApiError> {
    let import = acts::found(app, id).await?;
    let job = acts::job(app, &import);
    Ok(view::import(&import, job.as_ref()))
}

async fn show(
    State(app): State<Arc<App>>,
    _standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Result<Answer<ImportView>, ApiError> {
    status(&app, ImportId(id)).await.map(Answer)
}

async fn list(
    State(app): State<Arc<App>>,
    _standpoint: Standpoint,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Page<ImportView>>, ApiError> {
    let most = i64::try_from(ROWS.saturating_add(1)).unwrap_or(i64::MAX);
    let mut found = app.store.imports(asked.after.map(ImportId), most).await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|import| import.id.0.to_string());
    let (total, _) = app.store.import_counts().await?;
    let rows = found.iter().map(|import| view::import(import, app.imports.job(import.id).as_ref())).collect();
    Ok(Answer(Page { rows, total, next, made_at: app.clock.wall() }))
}

async fn settings(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Json(wanted): Json<Settings>,
) -> Result<Answer<ImportView>, ApiError> {
    acts::change(&app, &standpoint, ImportId(id), wanted, app.clock.now()).await?;
    status(&app, ImportId(id)).await.map(Answer)
}

fn fate(asked: Option<&str>) -> Result<Option<Fate>, ApiError> {
    let Some(key) = asked else { return Ok(None) };
    let fate = Fate::from_key(key);
    fate.map(Some)
        .ok_or_else(|| ApiError::unusable("The parameter fate is one of those that the report counts."))
}

async fn report_of(app: &Arc<App>, id: i64) -> Result<Arc<Checked>, ApiError> {
    let import = acts::found(app, ImportId(id)).await?;
    let job = acts::job(app, &import);
    view::checked(job.as_ref()).ok_or_else(|| {
        acts::conflict(
            "import_not_checked",
            "Not checked yet",
            "The list is being read, cannot be read, or is over. Ask for its state.",
        )
    })
}

async fn rows(
    State(app): State<Arc<App>>,
    _standpoint: Standpoint,
    Path(id): Path<i64>,
    Query(asked): Query<RowsQuery>,
) -> Result<Answer<Page<RowView>>, ApiError> {
    let fate = fate(asked.fate.as_deref())?;
    let checked = report_of(&app, id).await?;
    let total = checked.report.rows.iter().filter(|row| fate.is_none_or(|fate| fate == row.fate)).count();
    let rows: Vec<RowView> =
        view::rows(&checked, fate, asked.after, ROWS).into_iter().map(view::row).collect();
    let behind = asked.after.saturating_add(rows.len());
    let next = (behind < total).then(|| behind.to_string());
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    Ok(Answer(Page { rows, total, next, made_at: app.clock.wall() }))
}

async fn report(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Query(asked): Query<ReportQuery>,
) -> Result<Response, ApiError> {
    let format = Format::from_key(asked.format.as_deref().unwrap_or("csv"));
    let format = format.ok_or_else(|| ApiError::unusable("The parameter format is csv or xlsx."))?;
    let fate = fate(asked.fate.as_deref())?;
    let checked = report_of(&app, id).await?;
    let now = app.clock.now();
    let turn = app.imports.turn().await?;
    let made = tokio::task::spawn_blocking(move || {
        let headings = ["Row", "Fate", "Why", "Known by", "Items"].map(str::to_owned);
        let table = view::table(&checked, fate, now.wall, headings, format!("List {id}"), |row| {
            let why = row
                .findings
                .iter()
                .map(|finding| format!("{} {}", finding.letters(), finding.what.text()).trim().to_owned());
            (row.fate.key().to_owned(), why.collect::<Vec<_>>().join("; "))
        });
        table.write(format).map(|bytes| (table.rows.len(), table.file_name("list", format), bytes))
    });
    let made = made.await.map_err(|error| ApiError::internal(&error))?;
    drop(turn);
    let (rows, name, bytes) = made.map_err(|error| ApiError::unusable(format!("{error}.")))?;
    let entry = Entry {
        person: Some(standpoint.person),
        action: Action::Export,
        thing: format!("list {id}"),
        outcome: Outcome::Done,
        reason: format!("{rows} rows, {}", format.key()),
    };
    app.audit(entry, now).await;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(format.media_type())), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

async fn commit(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Json(body): Json<CommitBody>,
) -> Result<Answer<Committed>, ApiError> {
    let items = acts::commit(&app, &standpoint, ImportId(id), body.digest, app.clock.now()).await?;
    Ok(Answer(Committed { id, items }))
}

async fn withdraw(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Result<Answer<ImportView>, ApiError> {
    acts::withdraw(&app, &standpoint, ImportId(id), app.clock.now()).await?;
    status(&app, ImportId(id)).await.map(Answer)
}

async fn send_export(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Query(asked): Query<ProviderQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    body_of_kind(request.headers())?;
    let bytes = acts::receive(&app, &standpoint, request.into_body(), 0, now).await?;
    let made = provider::take(&app, &standpoint, asked.as_of_ms.map(WallMs), bytes, now).await?;
    Ok((StatusCode::CREATED, Answer(made)).into_response())
}

async fn show_export(
    State(app): State<Arc<App>>,
    _standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Result<Answer<ProviderExport>, ApiError> {
    let found = app.store.provider_export(id).await?;
    found.map(Answer).ok_or_else(|| ApiError::not_found("export"))
}
