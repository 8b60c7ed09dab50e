//! Handlers of what people record of one item: an event, taking the newest back, what it is called.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: redirects to the item, or the form again with
//! all that was typed and what was wrong. Decides nothing: that is `api::inventory`. A form sent twice is done once, by the id
//! that it carries; one made on what has moved on shows both values.

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::custody::event::{NOTE_CHARACTERS_MAX, VoidReason};
use holdfast_protocol::custody::{EventId, What};
use holdfast_protocol::ids::{ContainerId, ItemId, NodeId, PartyId};
use holdfast_protocol::time::WallMs;
use serde::Deserialize;

use super::item::{ALL_PARTIES, Answer, Fields, about, field, item_id, voidable};
use super::pages::{self, Field, Form as FormPage, Input, Problem};
use super::refusal::Refusal;
use super::signing::see_other;
use super::span;
use super::surround::Surround;
use super::visit::Visit;
use crate::api::inventory::acts::{self, Possible, Recording};
use crate::api::inventory::condition::Key;
use crate::api::inventory::events;
use crate::api::inventory::items::{self, ChangeBody, Whole};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::inventory::Standpoint;

/// Choices of one field: a fleet has dozens of parties and hundreds of cases.
const CHOICES_MAX: i64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecordQuery {
    what: Option<String>,
}

/// A refusal in the reader's words; codes without words of their own say that it could not be done.
pub(super) fn refused_words(s: &Surround, error: &ApiError) -> String {
    let code = if REFUSED.contains(&error.code()) { error.code() } else { "other" };
    s.t(&format!("refused-{code}"))
}

/// Codes of refusals that forms have words for.
pub(super) const REFUSED: [&str; 19] = [
    "custody_state",
    "custody_earlier",
    "custody_future",
    "custody_nothing_to_void",
    "custody_not_newest",
    "custody_foundation",
    "by_handover",
    "not_your_part",
    "not_in_custody",
    "node_elsewhere",
    "identifier_taken",
    "taken",
    "missing_reference",
    "handover_over",
    "handover_not_yours",
    "handover_in_another",
    "handover_state",
    "stale",
    "other",
];

/// A number of chance for a form, so that it is done once however often it is sent.
pub(super) fn act_of_chance(visit: &Visit) -> Result<String, Refusal> {
    crate::api::inventory::condition::chance().map_err(|error| Refusal::api(visit, &error))
}

/// The key that a form carries.
pub(super) fn key_of(fields: &[(String, String)]) -> Key {
    Key::of_form(field(fields, "act"))
}

/// A time that a form names: none, or an instant of UTC.
pub(super) fn time_of(text: &str) -> Result<Option<WallMs>, ()> {
    if text.is_empty() { Ok(None) } else { span::instant(text).map(Some).ok_or(()) }
}

async fn seen(
    app: &App,
    visit: &Visit,
    standpoint: &Standpoint,
    id: &str,
) -> Result<(ItemId, Whole), Refusal> {
    let id = item_id(visit, id)?;
    let whole = items::whole(app, standpoint, id, visit.now).await;
    Ok((id, whole.map_err(|error| Refusal::api(visit, &error))?))
}

/// `GET /equipment/{id}/record`: which event, or the form of the one that was chosen.
pub(super) async fn record_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    query: Query<RecordQuery>,
) -> Answer {
    let (id, whole) = seen(&app, &visit, &standpoint, &id).await?;
    let s = about(&visit, &whole.item);
    let held = whole.item.custodian.as_ref().is_some_and(|party| party.id == standpoint.party.0);
    let possible = acts::possible(&standpoint, whole.item.state, held);
    let chosen = query.what.as_deref().unwrap_or_default();
    let Some((word, _)) = possible.iter().find(|(word, may)| *word == chosen && *may == Possible::Yes) else {
        let open = possible.iter().filter(|(_, may)| *may == Possible::Yes);
        let links = open.map(|(word, _)| {
            let path = format!("/equipment/{}/record?what={word}", id.0);
            (path, s.t(&format!("event-{word}")))
        });
        let page = FormPage {
            title: s.t("item-record"),
            first: s.t("item-record-which"),
            links: links.collect(),
            links_title: Some(s.t("item-record-can")),
            back: (format!("/equipment/{}", id.0), s.t("item-back")),
            ..FormPage::default()
        };
        return Ok(Html(pages::form(&s, &page)).into_response());
    };
    let typed =
        [("act".to_owned(), act_of_chance(&visit)?), ("version".to_owned(), whole.item.version.to_string())];
    let form = record_form(&app, &s, &standpoint, (id, word), &typed).await;
    let form = form.map_err(|error| Refusal::store(&visit, &error))?;
    Ok(Html(pages::form(&s, &form)).into_response())
}

async fn record_form(
    app: &App,
    s: &Surround,
    standpoint: &Standpoint,
    (id, word): (ItemId, &str),
    typed: &[(String, String)],
) -> Result<FormPage, crate::store::StoreError> {
    let value = |name: &str| field(typed, name).to_owned();
    let mut fields = Vec::new();
    match word {
        "allocated" | "found" => {
            let options = parties(app, s, standpoint).await?;
            let key = if word == "found" { "record-custodian" } else { "record-party" };
            fields.push(Field::new("party", s.t(key), Input::Choice { options }, value("party")));
        }
        "packed" => {
            let all = app.store.containers("", None, None, CHOICES_MAX).await?;
            let mut options = vec![(String::new(), s.t("record-by-itself"))];
            options.extend(all.into_iter().map(|one| (one.id.0.to_string(), s.name(&one.name))));
            fields.push(Field::new(
                "container",
                s.t("col-container"),
                Input::Choice { options },
                value("container"),
            ));
        }
        "deployed" => {
            let site = Field::new("site", s.t("record-site"), Input::Line { most: 64 }, value("site"));
            fields.push(site.hint(s.t("record-site-hint")));
            let node = Field::new("node", s.t("record-node"), Input::Code { most: 16 }, value("node"));
            fields.push(node.optional().hint(s.t("record-node-hint")));
        }
        _other => {}
    }
    let happened = Field::new("happened", s.t("record-happened"), Input::Time, value("happened"));
    fields.push(happened.optional().hint(s.t("record-happened-hint")));
    let note = Field::new("note", s.t("record-note"), Input::Area { rows: 3 }, value("note"));
    fields.push(note.optional().hint(s.t("record-note-hint")));
    Ok(FormPage {
        title: s.t(&format!("event-{word}")),
        first: s.t(&format!("event-says-{word}")),
        hidden: vec![("what", word.to_owned()), ("act", value("act")), ("version", value("version"))],
        fields,
        failed: s.t("record-failed"),
        action: Some(format!("/equipment/{}/record", id.0)),
        button: s.t("record-do"),
        back: (format!("/equipment/{}", id.0), s.t("item-back")),
        ..FormPage::default()
    })
}

/// Parties that this viewer may name: all, or their own.
async fn parties(
    app: &App,
    s: &Surround,
    standpoint: &Standpoint,
) -> Result<Vec<(String, String)>, crate::store::StoreError> {
    let mut options = vec![(String::new(), s.t("form-choose"))];
    if standpoint.is_one_of(&ALL_PARTIES) {
        let all = app.store.parties(None, None, CHOICES_MAX).await?;
        options.extend(all.into_iter().map(|party| (party.id.0.to_string(), s.name(&party.name))));
    } else {
        let own = app.store.party(standpoint.party).await?;
        options.extend(own.map(|party| (party.id.0.to_string(), s.name(&party.name))));
    }
    Ok(options)
}

/// What a form says that happened, or the field in which that cannot be read.
async fn what_of(
    app: &App,
    word: &str,
    fields: &[(String, String)],
) -> Result<What, (&'static str, &'static str)> {
    let number = |name: &str| field(fields, name).parse::<i64>().ok();
    Ok(match word {
        "allocated" => What::Allocated { to: PartyId(number("party").ok_or(("party", "form-choose-one"))?) },
        "found" => What::Found { custodian: PartyId(number("party").ok_or(("party", "form-choose-one"))?) },
        "packed" => What::Packed { container: number("container").map(ContainerId) },
        "deployed" => {
            let site = app.store.site_by_name(field(fields, "site")).await.ok().flatten();
            let site = site.ok_or(("site", "record-site-wrong"))?.id;
            let text = field(fields, "node");
            let node = crate::query::text::folded_id(text).parse::<NodeId>().ok();
            if node.is_none() && !text.is_empty() {
                return Err(("node", "record-node-wrong"));
            }
            What::Deployed { site, node }
        }
        other => {
            let plain = What::samples().into_iter().find(|what| what.word() == other && !takes_more(what));
            plain.ok_or(("happened", "refused-other"))?
        }
    })
}

/// Whether an event says more than its word.
fn takes_more(what: &What) -> bool {
    serde_json::to_value(what).ok().and_then(|value| value.as_object().map(|it| it.len() > 1)).unwrap_or(true)
}

/// `POST /equipment/{id}/record`.
pub(super) async fn record(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    form: Fields,
) -> Answer {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let (id, whole) = seen(&app, &visit, &standpoint, &id).await?;
    let s = about(&visit, &whole.item);
    let words = What::samples();
    let word = words.iter().map(What::word).find(|word| *word == field(&fields, "what"));
    let word = word.ok_or_else(|| Refusal::new(&visit, Problem::BadRequest))?;
    let note = field(&fields, "note").replace("\r\n", "\n");
    let mut wrong = None;
    let what = what_of(&app, word, &fields).await.map_err(|error| wrong = Some(error)).ok();
    let happened = time_of(field(&fields, "happened"));
    if happened.is_err() {
        wrong = Some(("happened", "record-happened-wrong"));
    }
    if note.chars().count() > NOTE_CHARACTERS_MAX {
        wrong = Some(("note", "record-note-wrong"));
    }
    let version = field(&fields, "version").parse().ok();
    let refused = match (what, happened, wrong) {
        (Some(what), Ok(happened), None) => {
            let act = key_of(&fields).act(&standpoint).map_err(|error| Refusal::api(&visit, &error))?;
            let recording = Recording { act, what, happened, note, version };
            match acts::record(&app, &standpoint, &[id], recording, visit.now).await {
                Ok(()) => return Ok(see_other(&format!("/equipment/{}?done=recorded", id.0), Vec::new())),
                Err(error) => Some(error),
            }
        }
        _wrong => None,
    };
    let mut typed = fields.clone();
    if refused.as_ref().is_some_and(|error| error.code() == "stale") {
        // Sent again it is made on what the page shows now.
        typed.retain(|(name, _)| name != "version");
        typed.push(("version".to_owned(), whole.item.version.to_string()));
    }
    let form = record_form(&app, &s, &standpoint, (id, word), &typed).await;
    let mut form = form.map_err(|error| Refusal::store(&visit, &error))?;
    if let Some((name, key)) = wrong {
        let told = s.t(key);
        form.fields.iter_mut().filter(|one| one.id == name).for_each(|one| one.error = Some(told.clone()));
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(error) = refused {
        if error.status().is_server_error() {
            return Err(Refusal::api(&visit, &error));
        }
        status = error.status();
        if error.code() == "stale" {
            let now = super::pages::state_label(&s, whole.item.state);
            form.both = vec![(s.t("col-item-state"), s.t("form-was-other"), now)];
        }
        match (error.code(), form.fields.iter_mut().find(|one| one.id == "site")) {
            ("not_found", Some(site)) => site.error = Some(s.t("record-site-wrong")),
            ("custody_earlier" | "custody_future", _) => {
                let told = refused_words(&s, &error);
                form.fields.iter_mut().filter(|one| one.id == "happened").for_each(|one| {
                    one.error = Some(told.clone());
                });
            }
            _other => form.wrong = Some(refused_words(&s, &error)),
        }
    }
    Ok((status, Html(pages::form(&s, &form))).into_response())
}

/// `GET /equipment/{id}/void`.
pub(super) async fn void_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let (id, whole) = seen(&app, &visit, &standpoint, &id).await?;
    let events = events::events(&app, &standpoint, id).await.map_err(|error| Refusal::api(&visit, &error))?;
    let s = about(&visit, &whole.item);
    let form = void_form(&s, id, &standpoint, &events, act_of_chance(&visit)?);
    Ok(Html(pages::form(&s, &form)).into_response())
}

fn void_form(
    s: &Surround,
    id: ItemId,
    standpoint: &Standpoint,
    events: &[events::EventView],
    act: String,
) -> FormPage {
    let back = (format!("/equipment/{}", id.0), s.t("item-back"));
    let Some(newest) = voidable(standpoint, events) else {
        return FormPage {
            title: s.t("item-void"),
            first: s.t("item-void-nothing"),
            back,
            ..FormPage::default()
        };
    };
    let options = vec![
        ("did_not_occur".to_owned(), s.t("void-did_not_occur")),
        ("incorrect_data".to_owned(), s.t("void-incorrect_data")),
    ];
    FormPage {
        title: s.t("item-void"),
        first: s.t("item-void-first"),
        facts: vec![
            (s.t("void-event"), s.t(&format!("event-{}", newest.word))),
            (s.t("record-happened"), super::format::moment(s.lang, newest.happened)),
            (s.t("void-recorded"), super::format::moment(s.lang, newest.recorded)),
        ],
        says: vec![s.t("item-void-says")],
        hidden: vec![("act", act), ("event", newest.id.to_string())],
        fields: vec![
            Field::new("reason", s.t("void-reason"), Input::Choice { options }, "did_not_occur".to_owned()),
            Field::new("note", s.t("record-note"), Input::Area { rows: 3 }, String::new()).optional(),
        ],
        failed: s.t("record-failed"),
        action: Some(format!("/equipment/{}/void", id.0)),
        button: s.t("item-void"),
        back,
        ..FormPage::default()
    }
}

/// `POST /equipment/{id}/void`.
pub(super) async fn void(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    form: Fields,
) -> Answer {
    let unusable = || Refusal::new(&visit, Problem::BadRequest);
    let Ok(Form(fields)) = form else { return Err(unusable()) };
    let (id, whole) = seen(&app, &visit, &standpoint, &id).await?;
    let event: EventId = field(&fields, "event").parse().map_err(|_| unusable())?;
    let reason = match field(&fields, "reason") {
        "did_not_occur" => VoidReason::DidNotOccur,
        "incorrect_data" => VoidReason::IncorrectData,
        _other => return Err(unusable()),
    };
    let act = key_of(&fields).act(&standpoint).map_err(|error| Refusal::api(&visit, &error))?;
    let what = What::Voided { event, reason };
    let note = field(&fields, "note").replace("\r\n", "\n");
    let recording = Recording { act, what, happened: None, note, version: None };
    match acts::record(&app, &standpoint, &[id], recording, visit.now).await {
        Ok(()) => Ok(see_other(&format!("/equipment/{}?done=voided", id.0), Vec::new())),
        Err(error) if error.status().is_server_error() => Err(Refusal::api(&visit, &error)),
        Err(error) => {
            let s = about(&visit, &whole.item);
            let events = events::events(&app, &standpoint, id).await;
            let events = events.map_err(|error| Refusal::api(&visit, &error))?;
            let form = void_form(&s, id, &standpoint, &events, act_of_chance(&visit)?);
            let form =
                FormPage { wrong: Some(refused_words(&s, &error)), failed: s.t("record-failed"), ..form };
            Ok((error.status(), Html(pages::form(&s, &form))).into_response())
        }
    }
}

/// `GET /equipment/{id}/change`.
pub(super) async fn change_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let (_, whole) = seen(&app, &visit, &standpoint, &id).await?;
    let s = about(&visit, &whole.item);
    let typed = (whole.item.name.clone().unwrap_or_default(), line_text(&whole));
    let form = change_form(&app, &s, &whole, typed, whole.item.version).await;
    let form = form.map_err(|error| Refusal::store(&visit, &error))?;
    Ok(Html(pages::form(&s, &form)).into_response())
}

fn line_text(whole: &Whole) -> String {
    whole.item.line.map(|line| line.0.to_string()).unwrap_or_default()
}

async fn change_form(
    app: &App,
    s: &Surround,
    whole: &Whole,
    (name, line): (String, String),
    version: i64,
) -> Result<FormPage, crate::store::StoreError> {
    let lines = app.store.lines_of_model(holdfast_protocol::ids::ModelId(whole.item.model.id)).await?;
    let mut options = vec![(String::new(), s.t("item-no-line"))];
    options.extend(lines.into_iter().map(|(id, title, note)| {
        let text =
            if note.is_empty() { s.name(&title) } else { format!("{}, {}", s.name(&title), s.name(&note)) };
        (id.to_string(), text)
    }));
    let id = whole.item.id;
    Ok(FormPage {
        title: s.t("item-change"),
        first: s.t("item-change-first"),
        hidden: vec![("version", version.to_string())],
        fields: vec![
            Field::new("name", s.t("item-name"), Input::Line { most: 200 }, name).optional(),
            Field::new("line", s.t("item-line"), Input::Choice { options }, line).optional(),
        ],
        failed: s.t("item-change-failed"),
        action: Some(format!("/equipment/{}/change", id.0)),
        button: s.t("save"),
        back: (format!("/equipment/{}", id.0), s.t("item-back")),
        ..FormPage::default()
    })
}

/// `POST /equipment/{id}/change`.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    form: Fields,
) -> Answer {
    let unusable = || Refusal::new(&visit, Problem::BadRequest);
    let Ok(Form(fields)) = form else { return Err(unusable()) };
    let id = item_id(&visit, &id)?;
    let version: i64 = field(&fields, "version").parse().map_err(|_| unusable())?;
    let (name, line) = (field(&fields, "name").to_owned(), field(&fields, "line").to_owned());
    let body = ChangeBody { name: name.clone(), line: line.parse().ok(), identifiers: None };
    let error = match items::change_one(&app, &standpoint, (id, version), body, visit.now).await {
        Ok(()) => return Ok(see_other(&format!("/equipment/{}?done=changed", id.0), Vec::new())),
        Err(error) if error.status().is_server_error() || error.status() == StatusCode::NOT_FOUND => {
            return Err(Refusal::api(&visit, &error));
        }
        Err(error) => error,
    };
    let (_, whole) = seen(&app, &visit, &standpoint, &id.0.to_string()).await?;
    let s = about(&visit, &whole.item);
    let stale = error.code() == "stale";
    let version = if stale { whole.item.version } else { version };
    let form = change_form(&app, &s, &whole, (name.clone(), line.clone()), version).await;
    let mut form = form.map_err(|error| Refusal::store(&visit, &error))?;
    if stale {
        form.both = vec![both(&s, "item-name", &name, &whole.item.name.clone().unwrap_or_default())];
        if line != line_text(&whole) {
            let words = |value: &str| words_of(&form, value);
            let row = (s.t("item-line"), words(&line), words(&line_text(&whole)));
            form.both.push(row);
        }
    }
    form.wrong = Some(refused_words(&s, &error));
    if error.code() == "unusable_request" {
        form.wrong = None;
        form.fields.iter_mut().take(1).for_each(|one| one.error = Some(s.t("item-name-wrong")));
    }
    Ok((error.status(), Html(pages::form(&s, &form))).into_response())
}

fn both(s: &Surround, key: &str, yours: &str, there: &str) -> (String, String, String) {
    (s.t(key), s.name(yours), s.name(there))
}

/// The words of a choice.
fn words_of(form: &FormPage, value: &str) -> String {
    let options = form.fields.iter().find_map(|field| match &field.input {
        Input::Choice { options } => Some(options),
        Input::Line { .. } | Input::Code { .. } | Input::Number | Input::Time | Input::Area { .. } => None,
    });
    let found = options.and_then(|list| list.iter().find(|(it, _)| it == value));
    found.map(|(_, words)| words.clone()).unwrap_or_default()
}

/// What a page answers to a form that could not be done.
pub(super) fn again(s: &Surround, status: StatusCode, form: &FormPage) -> Response {
    (status, Html(pages::form(s, form))).into_response()
}
