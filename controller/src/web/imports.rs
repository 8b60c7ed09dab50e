//! Handlers of the pages of imports: sending a list in, how it is read, every row's fate, the commit; a provider's export.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: pages and redirects. Decides nothing: that is
//! `api::imports`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::{DonationId, ModelId, PartyId};
use serde::Deserialize;

use super::download::{self, File};
use super::multipart::{OVERHEAD_BYTES_MAX, parts};
use super::pages::Problem;
use super::pages::imports::{self as pages, ImportPage, Lists, Names, SendForm};
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::{Crumb, Entry, FormError, Surround};
use super::visit::Visit;
use crate::access::Viewer;
use crate::api::imports::acts::{self, Sent};
use crate::api::imports::{provider, view};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::export::Format;
use crate::import::header::{Again, Lines};
use crate::import::{Fate, Field, Settings};
use crate::inventory::Standpoint;
use crate::store::inventory::donations::DonationFilter;
use crate::store::inventory::imports::{Import, ImportId};

/// Lists on a page.
const LISTS: i64 = 50;
/// Donations, parties and models that a form offers.
const CHOICES_MAX: i64 = 500;

type Answer = Result<Response, Refusal>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AfterQuery {
    after: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RowsQuery {
    after: usize,
    fate: Option<String>,
    format: Option<String>,
}

/// `GET /import`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    Query(asked): Query<AfterQuery>,
) -> Answer {
    let page = lists(&app, &visit, SendForm::default(), asked.after).await?;
    Ok(Html(page).into_response())
}

async fn lists(app: &App, visit: &Visit, form: SendForm, after: Option<i64>) -> Result<String, Refusal> {
    let refused = |error| Refusal::store(visit, &error);
    let names = names(app).await.map_err(refused)?;
    let rows = app.store.imports(after.map(ImportId), LISTS).await.map_err(refused)?;
    let counts = app.store.import_counts().await.map_err(refused)?;
    let s = visit.surround(Entry::Equipment, crumbs(visit, false));
    Ok(pages::lists(&s, &Lists { rows, counts, names, form, later: after.is_some() }))
}

fn crumbs(visit: &Visit, below: bool) -> Vec<Crumb> {
    let s = visit.surround(Entry::Equipment, Vec::new());
    let crumb = |path: &str, name: String| Crumb { path: path.to_owned(), name };
    let mut all = vec![crumb(Entry::Equipment.path(), s.t(Entry::Equipment.key()))];
    if below {
        all.push(crumb("/import", s.t("import-title")));
    }
    all
}

async fn names(app: &App) -> Result<Names, crate::store::StoreError> {
    let donations = app.store.donations(None, DonationFilter::default(), CHOICES_MAX).await?;
    let parties = app.store.parties(None, None, CHOICES_MAX).await?;
    let models = app.store.models("", None, CHOICES_MAX).await?;
    Ok(Names {
        donations: donations.into_iter().map(|one| (one.id.0, one.values.title)).collect(),
        parties: parties.into_iter().map(|one| (one.id.0, one.name)).collect(),
        models: models
            .into_iter()
            .map(|one| (one.id.0, format!("{} {}", one.maker, one.name).trim().to_owned()))
            .collect(),
    })
}

/// `POST /import`.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    request: Request,
) -> Answer {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let body = acts::receive(&app, &standpoint, request.into_body(), OVERHEAD_BYTES_MAX, visit.now).await;
    let (form, sent) = match body.as_deref().map(|body| parts(&content_type, body)) {
        Err(error) => (SendForm::default(), Err(error.clone())),
        Ok(None) => return Err(Refusal::new(&visit, Problem::BadRequest)),
        Ok(Some(parts)) => {
            let number = |key: &str| {
                parts.fields.get(key).and_then(|text| text.parse::<i64>().ok()).filter(|id| *id > 0)
            };
            let form = SendForm {
                donation: number("donation").unwrap_or(0),
                sender: number("sender").unwrap_or(0),
                custodian: number("custodian").unwrap_or(0),
                error: None,
            };
            let sent = match parts.file {
                None => Err(ApiError::unusable("no file")),
                Some((file_name, bytes)) => {
                    let sent = Sent {
                        donation: DonationId(form.donation),
                        sender: number("sender").map(PartyId),
                        custodian: number("custodian").map(PartyId),
                        file_name,
                        settings: Settings::default(),
                    };
                    Box::pin(acts::send(&app, &standpoint, sent, bytes.to_vec(), visit.now)).await
                }
            };
            (form, sent)
        }
    };
    match sent {
        Ok(id) => Ok(see_other(&format!("/import/{}", id.0), Vec::new())),
        Err(error) => {
            let s = visit.surround(Entry::Equipment, Vec::new());
            let (text, field) = pages::wrong(&s, &error);
            let error_shown = Some(FormError { title: s.t("import-not-taken"), text, field });
            let page = lists(&app, &visit, SendForm { error: error_shown, ..form }, None).await?;
            Ok((error.status(), Html(page)).into_response())
        }
    }
}

async fn found(app: &App, visit: &Visit, id: i64) -> Result<Import, Refusal> {
    acts::found(app, ImportId(id)).await.map_err(|error| Refusal::api(visit, &error))
}

/// `GET /import/{id}`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<i64>,
    Query(asked): Query<RowsQuery>,
) -> Answer {
    let fate = match asked.fate.as_deref() {
        None | Some("") => None,
        Some(key) => Some(Fate::from_key(key).ok_or_else(|| Refusal::new(&visit, Problem::BadRequest))?),
    };
    page(&app, &visit, id, (fate, asked.after), None).await.map(|page| Html(page).into_response())
}

async fn page(
    app: &Arc<App>,
    visit: &Visit,
    id: i64,
    (fate, after): (Option<Fate>, usize),
    error: Option<FormError>,
) -> Result<String, Refusal> {
    let import = found(app, visit, id).await?;
    let job = acts::job(app, &import);
    let names = names(app).await.map_err(|error| Refusal::store(visit, &error))?;
    let s = visit.surround(Entry::Equipment, crumbs(visit, true));
    let stage = job.as_ref().map(|job| (job.stage(), job.progress.figures()));
    Ok(pages::import(&s, &ImportPage { import, stage, names, fate, after, error }))
}

/// `POST /import/{id}/settings`.
pub(super) async fn settings(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answer {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let wanted = typed(&fields);
    match acts::change(&app, &standpoint, ImportId(id), wanted, visit.now).await {
        Ok(()) => Ok(see_other(&format!("/import/{id}"), Vec::new())),
        Err(error) => again(&app, &visit, id, &error).await,
    }
}

/// What a form says: `column-D`, `model-3` with `name-3`, and the rest by its own name.
fn typed(fields: &[(String, String)]) -> Settings {
    let mut settings = Settings::default();
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, value) in fields {
        if let Some(number) = key.strip_prefix("name-") {
            named.insert(number, value);
        }
    }
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        if let Some(letters) = key.strip_prefix("column-") {
            settings.columns.extend(Field::from_key(value).map(|field| (letters.to_owned(), field)));
        } else if let Some(number) = key.strip_prefix("model-") {
            let model = value.parse().ok().map(ModelId);
            settings
                .models
                .extend(named.get(number).zip(model).map(|(name, model)| ((*name).to_owned(), model)));
        } else {
            match key.as_str() {
                "model" => settings.model = value.parse().ok().map(ModelId),
                "sheet" => settings.sheet = Some(value.clone()),
                "heading" => settings.heading_row = value.parse().ok(),
                "encoding" => settings.encoding = crate::import::encoding::Encoding::from_key(value),
                "delimiter" => {
                    settings.delimiter = if value == "tab" { Some('\t') } else { value.chars().next() }
                }
                "repeated" => settings.repeated = Again::LeftOut,
                "registered" => settings.registered = Again::LeftOut,
                "lines" => settings.lines = Lines::AreAdded,
                _other => {}
            }
        }
    }
    settings
}

async fn again(app: &Arc<App>, visit: &Visit, id: i64, error: &ApiError) -> Answer {
    if error.status() == StatusCode::NOT_FOUND || error.status().is_server_error() {
        return Err(Refusal::api(visit, error));
    }
    let s = visit.surround(Entry::Equipment, Vec::new());
    let (text, _) = pages::wrong(&s, error);
    let shown = FormError { title: s.t("import-not-done"), text, field: "rows" };
    let page = page(app, visit, id, (None, 0), Some(shown)).await?;
    Ok((error.status(), Html(page)).into_response())
}

#[derive(Debug, Deserialize)]
pub(super) struct CommitForm {
    digest: String,
}

/// `GET /import/{id}/commit`.
pub(super) async fn commit_page(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<i64>) -> Answer {
    let import = found(&app, &visit, id).await?;
    let job = acts::job(&app, &import);
    let ready = view::checked(job.as_ref()).filter(|checked| checked.report.stop().is_none());
    let Some(checked) = ready else { return Ok(see_other(&format!("/import/{id}"), Vec::new())) };
    let names = names(&app).await.map_err(|error| Refusal::store(&visit, &error))?;
    let s = visit.surround(Entry::Equipment, crumbs(&visit, true));
    Ok(Html(pages::commit(&s, &import, &checked, &names)).into_response())
}

/// `POST /import/{id}/commit`.
pub(super) async fn commit(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    form: Result<Form<CommitForm>, FormRejection>,
) -> Answer {
    let Ok(Form(CommitForm { digest })) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    match Box::pin(acts::commit(&app, &standpoint, ImportId(id), digest, visit.now)).await {
        Ok(_) => Ok(see_other(&format!("/import/{id}"), Vec::new())),
        Err(error) => again(&app, &visit, id, &error).await,
    }
}

/// `POST /import/{id}/withdraw`.
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Answer {
    match acts::withdraw(&app, &standpoint, ImportId(id), visit.now).await {
        Ok(()) => Ok(see_other(&format!("/import/{id}"), Vec::new())),
        Err(error) => again(&app, &visit, id, &error).await,
    }
}

/// `GET /import/{id}/report`.
pub(super) async fn report(
    State(app): State<Arc<App>>,
    visit: Visit,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<i64>,
    Query(asked): Query<RowsQuery>,
) -> Answer {
    let format = Format::from_key(asked.format.as_deref().unwrap_or("csv"));
    let format = format.ok_or_else(|| Refusal::new(&visit, Problem::BadRequest))?;
    let fate = asked.fate.as_deref().and_then(Fate::from_key);
    let import = found(&app, &visit, id).await?;
    let job = acts::job(&app, &import);
    let checked = view::checked(job.as_ref()).ok_or_else(|| Refusal::new(&visit, Problem::NotFound))?;
    let turn = download::turn(&visit).await?;
    let s: Surround = visit.surround(Entry::Equipment, Vec::new());
    let table = pages::table(&s, &checked, fate, id);
    let file = File { stem: "list", thing: format!("list {id}"), format, table };
    download::answer(turn, &app, &visit, &viewer, file).await
}

/// `POST /import/provider`.
pub(super) async fn send_export(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    request: Request,
) -> Answer {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let body = acts::receive(&app, &standpoint, request.into_body(), OVERHEAD_BYTES_MAX, visit.now).await;
    let done = match body.as_deref().map(|body| parts(&content_type, body)) {
        Err(error) => Err(error.clone()),
        Ok(None) => return Err(Refusal::new(&visit, Problem::BadRequest)),
        Ok(Some(parts)) => match parts.file {
            None => Err(ApiError::unusable("no file")),
            Some((_, bytes)) => {
                let as_of = parts.fields.get("as_of").filter(|text| !text.is_empty());
                let as_of = as_of.and_then(|text| crate::import::instant(text));
                provider::take(&app, &standpoint, as_of, bytes.to_vec(), visit.now).await
            }
        },
    };
    match done {
        Ok(export) => Ok(see_other(&format!("/import/provider/{}", export.id), Vec::new())),
        Err(error) => {
            let s = visit.surround(Entry::Equipment, Vec::new());
            let (text, _) = pages::wrong(&s, &error);
            let shown = Some(FormError { title: s.t("import-not-taken"), text, field: "export" });
            let page = lists(&app, &visit, SendForm { error: shown, ..SendForm::default() }, None).await?;
            Ok((error.status(), Html(page)).into_response())
        }
    }
}

/// `GET /import/provider/{id}`.
pub(super) async fn show_export(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<i64>) -> Answer {
    let export = app.store.provider_export(id).await.map_err(|error| Refusal::store(&visit, &error))?;
    let export = export.ok_or_else(|| Refusal::new(&visit, Problem::NotFound))?;
    let s = visit.surround(Entry::Equipment, crumbs(&visit, true));
    Ok(Html(pages::export(&s, &export)).into_response())
}
