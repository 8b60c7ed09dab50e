//! Models, programmes and containers: lists, one, making, changing.

use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use holdfast_protocol::identifier::{Kind, gtin};
use holdfast_protocol::ids::{ContainerId, ModelId, ProgrammeId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::condition::{IfMatch, Key, tagged};
use super::{ROWS_AND_ONE, audited, cut, fragment, line, named, opened};
use crate::access::Viewer;
use crate::api::problem::ApiError;
use crate::api::proposals;
use crate::api::take::{Json, Path, Query};
use crate::app::App;
use crate::inventory::{Standpoint, refusal};
use crate::proposal::{Change, ProgrammeValues};
use crate::store::audit::Action;
use crate::store::inventory::catalogue::{Container, Model, ModelValues};
use crate::store::inventory::programmes::Programme;
use crate::store::inventory::terms::Tlp;
use crate::store::people::fold;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<String>,
    text: Option<String>,
}

/// A page of what is ordered by name; the cursor is the last name as it is compared.
#[derive(Debug, Serialize)]
struct Listed<T> {
    rows: Vec<T>,
    next: Option<String>,
    made_at: WallMs,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelBody {
    name: String,
    #[serde(default)]
    maker: String,
    category: String,
    #[serde(default)]
    gtin: Option<String>,
    #[serde(default)]
    must_carry: Vec<Kind>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeBody {
    title: String,
    #[serde(default)]
    activity: String,
    tlp: Tlp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContainerBody {
    name: String,
    #[serde(default)]
    seal: String,
}

/// The routes of these nouns.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/models", get(models).post(new_model))
        .route("/api/v1/models/{id}", get(model).put(change_model))
        .route("/api/v1/programmes", get(programmes).post(new_programme))
        .route("/api/v1/programmes/{id}", get(programme).put(change_programme))
        .route("/api/v1/containers", get(containers).post(new_container))
        .route("/api/v1/containers/{id}", get(container).put(change_container))
}

impl ModelBody {
    fn values(&self) -> Result<ModelValues, ApiError> {
        named("name of the model", &self.name)?;
        line("maker", &self.maker)?;
        named("category", &self.category)?;
        let digits = self.gtin.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Ok(ModelValues {
            name: self.name.clone(),
            maker: self.maker.clone(),
            category: self.category.trim().to_owned(),
            gtin: digits.map(gtin_14).transpose()?,
            must_carry: self.must_carry.clone(),
        })
    }
}

/// A GTIN of 8, 12, 13 or 14 digits, with zeros before it (GS1 General Specifications, section 3.3).
fn gtin_14(text: &str) -> Result<String, ApiError> {
    let digits = matches!(text.len(), 8 | 12 | 13 | 14) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(ApiError::unusable("A GTIN has 8, 12, 13 or 14 digits, as under the bar code."));
    }
    gtin(text).map_err(|(found, wanted)| {
        ApiError::unusable(format!(
            "The check digit of the GTIN does not fit: the last digit is {found}, but should be {wanted}; read it again."
        ))
    })?;
    Ok(format!("{text:0>14}"))
}

async fn models(
    State(app): State<Arc<App>>,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<impl Serialize>, ApiError> {
    let text = fragment(asked.text.as_deref())?;
    let mut rows = app.store.models(asked.after.as_deref().unwrap_or(""), text, ROWS_AND_ONE).await?;
    let next = cut(&mut rows, |model| fold(&format!("{} {}", model.maker, model.name)));
    Ok(Answer(Listed { rows, next, made_at: app.clock.wall() }))
}

async fn one_model(app: &App, id: i64) -> Result<Model, ApiError> {
    app.store.model(ModelId(id)).await?.ok_or_else(|| ApiError::not_found("model"))
}

async fn model(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Response, ApiError> {
    let model = one_model(&app, id).await?;
    let version = model.version;
    Ok(tagged(StatusCode::OK, model, version))
}

async fn new_model(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<ModelBody>,
) -> Result<Response, ApiError> {
    let (now, values) = (app.clock.now(), body.values()?);
    let once = key.once(&standpoint, &body)?;
    let made = app.store.insert_model(&values, now.wall, once.as_ref()).await.map_err(refusal::store);
    let model = audited(&app, &standpoint, (Action::InventoryNew, "model".to_owned()), made, now).await?;
    let version = model.version;
    Ok(tagged(StatusCode::CREATED, model, version))
}

async fn change_model(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Json(body): Json<ModelBody>,
) -> Result<Response, ApiError> {
    let (now, values) = (app.clock.now(), body.values()?);
    one_model(&app, id).await?;
    let done = app.store.change_model(ModelId(id), version, &values, now.wall).await.map_err(refusal::store);
    let model =
        audited(&app, &standpoint, (Action::InventoryChange, format!("model {id}")), done, now).await?;
    let version = model.version;
    Ok(tagged(StatusCode::OK, model, version))
}

async fn programmes(
    State(app): State<Arc<App>>,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<impl Serialize>, ApiError> {
    let text = fragment(asked.text.as_deref())?;
    let after = asked.after.as_deref().unwrap_or("");
    let mut rows = app.store.programmes(after, None, text, ROWS_AND_ONE).await?;
    let next = cut(&mut rows, |programme| fold(&programme.title));
    Ok(Answer(Listed { rows, next, made_at: app.clock.wall() }))
}

async fn one_programme(app: &App, id: i64) -> Result<Programme, ApiError> {
    let found = app.store.programmes("", Some(ProgrammeId(id)), None, 1).await?;
    found.into_iter().next().ok_or_else(|| ApiError::not_found("programme"))
}

async fn programme(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Response, ApiError> {
    let programme = one_programme(&app, id).await?;
    let version = programme.version;
    Ok(tagged(StatusCode::OK, programme, version))
}

fn check_programme(body: &ProgrammeBody) -> Result<(), ApiError> {
    named("title", &body.title)?;
    line("activity id", &body.activity)
}

async fn new_programme(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<ProgrammeBody>,
) -> Result<Response, ApiError> {
    check_programme(&body)?;
    let now = app.clock.now();
    let once = key.once(&standpoint, &body)?;
    let made = app.store.insert_programme(&body.title, &body.activity, body.tlp, now.wall, once.as_ref());
    let made = made.await.map_err(refusal::store);
    let id = audited(&app, &standpoint, (Action::InventoryNew, "programme".to_owned()), made, now).await?;
    let programme = one_programme(&app, id.0).await?;
    let version = programme.version;
    Ok(tagged(StatusCode::CREATED, programme, version))
}

async fn change_programme(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Json(body): Json<ProgrammeBody>,
) -> Result<Response, ApiError> {
    check_programme(&body)?;
    one_programme(&app, id).await?;
    let now = app.clock.now();
    let values = ProgrammeValues { title: body.title, activity: body.activity, tlp: body.tlp };
    let change = Change::Programme { programme: ProgrammeId(id), version, values };
    if let Some(proposal) = opened(&app, &standpoint, &change, now).await? {
        return proposals::waits(&app, &viewer, proposal, now).await;
    }
    programme(State(app), Path(id)).await
}

async fn containers(
    State(app): State<Arc<App>>,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<impl Serialize>, ApiError> {
    let text = fragment(asked.text.as_deref())?;
    let after = asked.after.as_deref().unwrap_or("");
    let mut rows = app.store.containers(after, None, text, ROWS_AND_ONE).await?;
    let next = cut(&mut rows, |container| fold(&container.name));
    Ok(Answer(Listed { rows, next, made_at: app.clock.wall() }))
}

async fn one_container(app: &App, id: i64) -> Result<Container, ApiError> {
    let found = app.store.containers("", Some(ContainerId(id)), None, 1).await?;
    found.into_iter().next().ok_or_else(|| ApiError::not_found("container"))
}

async fn container(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Response, ApiError> {
    let container = one_container(&app, id).await?;
    let version = container.version;
    Ok(tagged(StatusCode::OK, container, version))
}

fn check_container(body: &ContainerBody) -> Result<(), ApiError> {
    named("name of the container", &body.name)?;
    line("seal number", &body.seal)
}

async fn new_container(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<ContainerBody>,
) -> Result<Response, ApiError> {
    check_container(&body)?;
    let now = app.clock.now();
    let once = key.once(&standpoint, &body)?;
    let made = app.store.insert_container(&body.name, &body.seal, now.wall, once.as_ref()).await;
    let thing = (Action::InventoryNew, "container".to_owned());
    let id = audited(&app, &standpoint, thing, made.map_err(refusal::store), now).await?;
    let container = one_container(&app, id.0).await?;
    let version = container.version;
    Ok(tagged(StatusCode::CREATED, container, version))
}

async fn change_container(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Json(body): Json<ContainerBody>,
) -> Result<Response, ApiError> {
    check_container(&body)?;
    one_container(&app, id).await?;
    let now = app.clock.now();
    let values = (body.name.as_str(), body.seal.as_str());
    let done = app.store.change_container(ContainerId(id), version, values, now.wall).await;
    let thing = (Action::InventoryChange, format!("container {id}"));
    audited(&app, &standpoint, thing, done.map_err(refusal::store), now).await?;
    container(State(app), Path(id)).await
}
