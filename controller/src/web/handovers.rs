//! Handlers of hand-overs: the list, one, offering, answering line by line, taking back.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: pages, redirects, or the form again with all
//! that was typed. Decides nothing: that is `api::inventory::acts`. Nothing is accepted by silence: a line without an answer is
//! an error at that line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::custody::handover::{
    Answer as Said, Difference, HandoverId, Line, OVER_MAX, Purpose, WORDS_CHARACTERS_MAX,
};
use holdfast_protocol::ids::{ItemId, PartyId};
use serde::Deserialize;

use super::equipment::code_of;
use super::item::{ALL_PARTIES, Answer, Fields, field};
use super::item_acts::{act_of_chance, again, key_of, refused_words};
use super::lang::Arg;
use super::pages::{self, Field, Form as FormPage, HandoversView, Input, Problem};
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::{Crumb, Entry, Surround};
use super::visit::Visit;
use crate::access::Role;
use crate::api::inventory::acts::{self, Offer};
use crate::api::inventory::handovers::{self, HandoverView, LineView};
use crate::app::App;
use crate::inventory::Standpoint;
use crate::inventory::waits::waits;
use crate::store::StoreError;
use crate::store::inventory::items::ItemFilter;
use crate::store::parties::{OWN_PARTY, PartyKind};

/// Parties that a form offers.
const CHOICES_MAX: i64 = 500;
/// Hand-overs that are looked through for whom somebody has dealt with.
const PARTNERS_OF: i64 = 50;
/// Days of an offer, if nothing else is said, and at most.
const DAYS: (i64, i64) = (14, 90);
const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    after: Option<i64>,
    open: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfferQuery {
    item: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

/// What the page says has just been done.
pub(super) const DONE: [&str; 3] = ["offered", "answered", "withdrawn"];

fn surround(visit: &Visit) -> Surround {
    let mut s = visit.surround(Entry::Handovers, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::Handovers.path().to_owned(), name: s.t(Entry::Handovers.key()) }];
    s
}

/// `GET /handovers`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Answer {
    let Ok(Query(ListQuery { after, open })) = query else {
        return Err(Refusal::new(&visit, Problem::BadRequest));
    };
    let only_open = open.as_deref() == Some("true");
    let refused = |error| Refusal::api(&visit, &error);
    let page = handovers::page(&app, &standpoint, after, only_open, visit.now).await.map_err(refused)?;
    let waits = waits(&app, &standpoint, visit.now.wall).await;
    let waiting = waits.map_err(|error| Refusal::store(&visit, &error))?.handovers;
    let view = HandoversView { waiting, only_open, later: after.is_some() };
    let s = visit.surround(Entry::Handovers, Vec::new());
    Ok(Html(pages::handovers(&s, &page, view)).into_response())
}

async fn seen(app: &App, visit: &Visit, standpoint: &Standpoint, id: &str) -> Result<HandoverView, Refusal> {
    let id: HandoverId = id.parse().map_err(|_| Refusal::new(visit, Problem::NotFound))?;
    let refused = |error| Refusal::api(visit, &error);
    let stored = acts::seen(app, standpoint, id).await.map_err(refused)?;
    handovers::whole(app, standpoint, stored, visit.now).await.map_err(refused)
}

/// `GET /handovers/{id}`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    query: Query<DoneQuery>,
) -> Answer {
    let view = seen(&app, &visit, &standpoint, &id).await?;
    let done = query.done.as_deref().and_then(|word| DONE.into_iter().find(|done| *done == word));
    let mut linked = BTreeSet::new();
    for line in &view.items {
        let item = app.store.item(line.id, standpoint.whose).await;
        if item.map_err(|error| Refusal::store(&visit, &error))?.is_some() {
            linked.insert(line.id);
        }
    }
    Ok(Html(pages::handover(&surround(&visit), &view, &linked, done)).into_response())
}

/// `GET /handovers/new`.
pub(super) async fn offer_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    query: Query<OfferQuery>,
) -> Answer {
    let failed = |error: StoreError| Refusal::store(&visit, &error);
    let mut typed = vec![("act".to_owned(), act_of_chance(&visit)?)];
    if let Some(id) = query.item.as_deref().and_then(|text| text.parse().ok()).map(ItemId) {
        let item = app.store.item(id, standpoint.whose).await.map_err(failed)?;
        typed.extend(item.map(|item| ("items".to_owned(), item.code.shown())));
    }
    let s = surround(&visit);
    let form = offer_form(&app, &s, &standpoint, &typed).await.map_err(failed)?;
    Ok(Html(pages::form(&s, &form)).into_response())
}

async fn offer_form(
    app: &App,
    s: &Surround,
    standpoint: &Standpoint,
    typed: &[(String, String)],
) -> Result<FormPage, StoreError> {
    let value = |name: &str| field(typed, name).to_owned();
    let or = |text: String, usual: &str| if text.is_empty() { usual.to_owned() } else { text };
    let purposes =
        ["delivery", "return"].map(|key| (key.to_owned(), s.t(&format!("handover-{key}")))).to_vec();
    let mut fields = Vec::new();
    if standpoint.is_one_of(&[Role::Administrator, Role::BackOffice]) {
        let own = standpoint.party.0.to_string();
        let options = givers(app, s, standpoint).await?;
        let giver =
            Field::new("giver", s.t("handover-giver"), Input::Choice { options }, or(value("giver"), &own));
        fields.push(giver.hint(s.t("handover-giver-hint")));
    }
    let mut options = vec![(String::new(), s.t("form-choose"))];
    options.extend(partners(app, s, standpoint).await?);
    fields.push(Field::new("taker", s.t("handover-taker"), Input::Choice { options }, value("taker")));
    let purpose = or(value("purpose"), "delivery");
    fields.push(Field::new("purpose", s.t("handover-purpose"), Input::Choice { options: purposes }, purpose));
    let items = Field::new("items", s.t("handover-items"), Input::Area { rows: 4 }, value("items"));
    fields.push(items.hint(s.t("handover-items-hint")));
    let days =
        Field::new("days", s.t("handover-days"), Input::Number, or(value("days"), &DAYS.0.to_string()));
    fields.push(days.hint(s.t("handover-days-hint")));
    fields.push(Field::new("note", s.t("record-note"), Input::Area { rows: 2 }, value("note")).optional());
    Ok(FormPage {
        title: s.t("handover-offer"),
        first: s.t("handover-offer-first"),
        hidden: vec![("act", value("act"))],
        fields,
        failed: s.t("handover-failed"),
        action: Some("/handovers/new".to_owned()),
        button: s.t("handover-offer-do"),
        back: (Entry::Handovers.path().to_owned(), s.t("handovers-back")),
        ..FormPage::default()
    })
}

/// For whom the back office offers: itself, donors and carriers.
async fn givers(
    app: &App,
    s: &Surround,
    standpoint: &Standpoint,
) -> Result<Vec<(String, String)>, StoreError> {
    let own = standpoint.party;
    let speaks = |kind: PartyKind| matches!(kind, PartyKind::Donor | PartyKind::Carrier);
    let all = app.store.parties(None, None, CHOICES_MAX).await?;
    let may = all.into_iter().filter(|party| party.id == own || speaks(party.kind));
    Ok(may.map(|party| (party.id.0.to_string(), s.name(&party.name))).collect())
}

/// To whom somebody may offer: to anybody, or to those with whom their party has dealt, and the fleet's own.
async fn partners(
    app: &App,
    s: &Surround,
    standpoint: &Standpoint,
) -> Result<Vec<(String, String)>, StoreError> {
    if standpoint.is_one_of(&ALL_PARTIES) {
        let all = app.store.parties(None, None, CHOICES_MAX).await?;
        return Ok(all.into_iter().map(|party| (party.id.0.to_string(), s.name(&party.name))).collect());
    }
    let dealt = app.store.handovers(None, Some(standpoint.party), None, PARTNERS_OF).await?;
    let mut ids: BTreeSet<i64> =
        dealt.iter().flat_map(|one| [one.handover.giver.0, one.handover.taker.0]).collect();
    ids.insert(OWN_PARTY.0);
    ids.remove(&standpoint.party.0);
    let ids: Vec<i64> = ids.into_iter().collect();
    let named = app.store.named_parties(&ids).await?;
    Ok(named.into_iter().map(|(id, name)| (id.to_string(), s.name(&name))).collect())
}

/// The items of a form, by code or by a serial that is one item's alone; or the line that is none.
async fn items_of(
    app: &App,
    standpoint: &Standpoint,
    text: &str,
) -> Result<Result<BTreeSet<ItemId>, String>, StoreError> {
    let mut items = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let by_code = match code_of(line) {
            Some(code) => app.store.item_by_code(code).await?.map(|item| item.id),
            None => None,
        };
        let id = match by_code {
            Some(id) => Some(id),
            None => {
                let filter = ItemFilter { text: Some(line), ..standpoint.items() };
                let long = !crate::inventory::listing::is_short(line);
                let found = if long { app.store.items(&filter, None, 2).await? } else { Vec::new() };
                match &found[..] {
                    [one] => Some(one.item.id),
                    _none_or_many => None,
                }
            }
        };
        let seen = match id {
            Some(id) => app.store.item(id, standpoint.whose).await?.map(|item| item.id),
            None => None,
        };
        let Some(id) = seen else { return Ok(Err(line.to_owned())) };
        items.insert(id);
    }
    Ok(Ok(items))
}

/// `POST /handovers/new`.
pub(super) async fn offer(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    form: Fields,
) -> Answer {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let failed = |error: StoreError| Refusal::store(&visit, &error);
    let s = surround(&visit);
    let mut page = offer_form(&app, &s, &standpoint, &fields).await.map_err(failed)?;
    let taker = field(&fields, "taker").parse().ok().map(PartyId);
    let days = field(&fields, "days").parse::<i64>().ok().filter(|days| (1..=DAYS.1).contains(days));
    let items = items_of(&app, &standpoint, field(&fields, "items")).await.map_err(failed)?;
    let mut told = |name: &str, text: String| {
        page.fields.iter_mut().filter(|one| one.id == name).for_each(|one| one.error = Some(text.clone()));
    };
    if taker.is_none() {
        told("taker", s.t("form-choose-one"));
    }
    if days.is_none() {
        told("days", s.t("handover-days-wrong"));
    }
    match &items {
        Err(line) => told("items", s.with("handover-item-unknown", &[("text", Arg::Name(line))])),
        Ok(items) if items.is_empty() => told("items", s.t("handover-items-none")),
        Ok(_) => {}
    }
    let (Some(taker), Some(days), Ok(items), false) = (taker, days, items, page.is_wrong()) else {
        return Ok(again(&s, StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let key = key_of(&fields).act(&standpoint).map_err(|error| Refusal::api(&visit, &error))?;
    let offer = Offer {
        id: HandoverId(key),
        giver: field(&fields, "giver").parse().ok().map(PartyId),
        taker,
        purpose: if field(&fields, "purpose") == "return" { Purpose::Return } else { Purpose::Delivery },
        items,
        ends: Some(visit.now.wall.plus_ms(days.saturating_mul(DAY_MS))),
        note: field(&fields, "note").replace("\r\n", "\n"),
    };
    match acts::offer(&app, &standpoint, offer, visit.now).await {
        Ok(id) => Ok(see_other(&format!("/handovers/{id}?done=offered"), Vec::new())),
        Err(error) if error.status().is_server_error() => Err(Refusal::api(&visit, &error)),
        Err(error) => {
            let words = match error.code() {
                "not_found" => s.t("handover-not-theirs"),
                _other => refused_words(&s, &error),
            };
            page.wrong = Some(words);
            Ok(again(&s, error.status(), &page))
        }
    }
}

/// What can be said of a line.
pub(super) const ANSWERS: [&str; 6] =
    ["accepted", "accepted_damaged", "short", "wrong_serial", "damaged", "refused"];

/// `GET /handovers/{id}/answer`.
pub(super) async fn answer_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let view = seen(&app, &visit, &standpoint, &id).await?;
    let s = surround(&visit);
    Ok(Html(pages::form(&s, &answer_form(&s, &view, &[]))).into_response())
}

fn answer_form(s: &Surround, view: &HandoverView, typed: &[(String, String)]) -> FormPage {
    let back = (format!("/handovers/{}", view.id), s.t("handover-back"));
    if !view.can.contains(&"answer") {
        let first = s.t("handover-cannot-answer");
        return FormPage { title: s.t("handover-answer"), first, back, ..FormPage::default() };
    }
    let value = |name: &str| field(typed, name).to_owned();
    let mut options = vec![(String::new(), s.t("form-choose"))];
    options.extend(ANSWERS.map(|word| (word.to_owned(), s.t(&format!("line-{word}")))));
    let mut fields = Vec::new();
    for line in &view.items {
        let (said, words) = (format!("line-{}", line.id.0), format!("words-{}", line.id.0));
        let (typed, typed_words) = (value(&said), value(&words));
        let input = Input::Choice { options: options.clone() };
        fields.push(Field::new(said, s.t("line-said"), input, typed).group(heading(s, line)));
        let words =
            Field::new(words, s.t("line-words"), Input::Line { most: WORDS_CHARACTERS_MAX }, typed_words);
        fields.push(words.optional());
    }
    let over = Field::new("over", s.t("handover-over"), Input::Area { rows: 3 }, value("over"));
    fields.push(over.optional().hint(s.t("handover-over-hint")).group(s.t("handover-over-title")));
    FormPage {
        title: s.t("handover-answer"),
        first: s.n("handover-answer-first", &u64::try_from(view.items.len()).unwrap_or(0)),
        says: vec![s.t("handover-answer-says")],
        fields,
        failed: s.t("handover-not-answered"),
        action: Some(format!("/handovers/{}/answer", view.id)),
        button: s.t("handover-answer-do"),
        second: Some(("all", "accepted", s.t("handover-answer-all"))),
        back,
        ..FormPage::default()
    }
}

fn heading(s: &Surround, line: &LineView) -> String {
    let name = if line.name.is_empty() { &line.model } else { &line.name };
    let serials =
        if line.serials.is_empty() { String::new() } else { format!(" · {}", line.serials.join(", ")) };
    format!("{} {}{serials}", line.shown, s.name(name))
}

/// `POST /handovers/{id}/answer`.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    form: Fields,
) -> Answer {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let view = seen(&app, &visit, &standpoint, &id).await?;
    let s = surround(&visit);
    let mut page = answer_form(&s, &view, &fields);
    let all = field(&fields, "all") == "accepted";
    let mut lines = BTreeMap::new();
    for line in &view.items {
        match said(&fields, line.id, all) {
            Ok(said) => drop(lines.insert(line.id, said)),
            Err((name, key)) => {
                let name = format!("{name}-{}", line.id.0);
                let told = s.t(key);
                page.fields
                    .iter_mut()
                    .filter(|one| one.id == name)
                    .for_each(|one| one.error = Some(told.clone()));
            }
        }
    }
    let over: Vec<String> = field(&fields, "over")
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    let long = |text: &String| text.chars().count() > WORDS_CHARACTERS_MAX;
    if over.len() > OVER_MAX || over.iter().any(long) {
        let told = s.t("handover-over-wrong");
        page.fields.iter_mut().filter(|one| one.id == "over").for_each(|one| one.error = Some(told.clone()));
    }
    if page.is_wrong() {
        return Ok(again(&s, StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    match acts::answer(&app, &standpoint, view.id, Said { lines, over }, visit.now).await {
        Ok(()) => Ok(see_other(&format!("/handovers/{}?done=answered", view.id), Vec::new())),
        Err(error) if error.status().is_server_error() => Err(Refusal::api(&visit, &error)),
        Err(error) => {
            page.wrong = Some(refused_words(&s, &error));
            page.failed = s.t("handover-not-answered");
            Ok(again(&s, error.status(), &page))
        }
    }
}

/// What the form says of a line, or at which field it says too little.
fn said(fields: &[(String, String)], item: ItemId, all: bool) -> Result<Line, (&'static str, &'static str)> {
    let words = field(fields, &format!("words-{}", item.0)).to_owned();
    if words.chars().count() > WORDS_CHARACTERS_MAX {
        return Err(("words", "line-words-long"));
    }
    let not = |difference, words| Ok(Line::Not { difference, words });
    match field(fields, &format!("line-{}", item.0)) {
        "accepted" => Ok(Line::Accepted),
        "" if all => Ok(Line::Accepted),
        "accepted_damaged" if words.is_empty() => Err(("words", "line-words-missing")),
        "accepted_damaged" => Ok(Line::AcceptedDamaged { words }),
        "short" => not(Difference::Short, words),
        "wrong_serial" => not(Difference::WrongSerial, words),
        "damaged" => not(Difference::Damaged, words),
        "refused" => not(Difference::Refused, words),
        _nothing => Err(("line", "line-missing")),
    }
}

/// `GET /handovers/{id}/withdraw`.
pub(super) async fn withdraw_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let view = seen(&app, &visit, &standpoint, &id).await?;
    let s = surround(&visit);
    Ok(Html(pages::form(&s, &withdraw_form(&s, &view))).into_response())
}

fn withdraw_form(s: &Surround, view: &HandoverView) -> FormPage {
    let may = view.can.contains(&"withdraw");
    let many = u64::try_from(view.items.len()).unwrap_or(0);
    FormPage {
        title: s.t("handover-withdraw"),
        first: if may { s.n("handover-withdraw-first", &many) } else { s.t("handover-cannot-withdraw") },
        failed: s.t("handover-failed"),
        action: may.then(|| format!("/handovers/{}/withdraw", view.id)),
        button: s.t("handover-withdraw"),
        back: (format!("/handovers/{}", view.id), s.t("handover-back")),
        ..FormPage::default()
    }
}

/// `POST /handovers/{id}/withdraw`.
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let view = seen(&app, &visit, &standpoint, &id).await?;
    match acts::withdraw(&app, &standpoint, view.id, visit.now).await {
        Ok(()) => Ok(see_other(&format!("/handovers/{}?done=withdrawn", view.id), Vec::new())),
        Err(error) if error.status().is_server_error() => Err(Refusal::api(&visit, &error)),
        Err(error) => {
            let s = surround(&visit);
            let page = FormPage { wrong: Some(refused_words(&s, &error)), ..withdraw_form(&s, &view) };
            Ok(again(&s, error.status(), &page))
        }
    }
}
