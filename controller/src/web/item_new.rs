//! Handlers of registering items: which model and how many, then one item after another, with each error at its field.
//!
//! Enters: form posts that the guard found to come from our own pages. Leaves: the list of what was registered, or the form
//! again. All are registered or none; a form sent twice is done once.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use holdfast_protocol::identifier::{IdentifierError, Kind};
use serde::Deserialize;

use super::item::{Answer, Fields, field};
use super::item_acts::{act_of_chance, again, key_of, refused_words};
use super::lang::Arg;
use super::pages::{self, Field, Form as FormPage, Input, Problem};
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::{Crumb, Entry, Surround};
use super::visit::Visit;
use crate::api::inventory::items::{self, NewBody, NewOne, Typed};
use crate::app::App;
use crate::inventory::Standpoint;
use crate::store::StoreError;
use crate::store::inventory::catalogue::Model;
use crate::store::parties::OWN_PARTY;

/// Items of one form: more come by a packing list.
const ITEMS_MAX: usize = 20;
/// Models and parties that a form offers.
const CHOICES_MAX: i64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    model: Option<String>,
    many: Option<String>,
}

fn surround(visit: &Visit) -> Surround {
    let mut s = visit.surround(Entry::Equipment, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::Equipment.path().to_owned(), name: s.t(Entry::Equipment.key()) }];
    s
}

/// `GET /equipment/new`.
pub(super) async fn page(State(app): State<Arc<App>>, visit: Visit, query: Query<NewQuery>) -> Answer {
    let s = surround(&visit);
    let failed = |error: StoreError| Refusal::store(&visit, &error);
    let chosen = query.model.as_deref().and_then(|text| text.parse().ok());
    let many = query.many.as_deref().map(str::parse::<usize>);
    let model = match chosen {
        Some(id) => app.store.model(holdfast_protocol::ids::ModelId(id)).await.map_err(failed)?,
        None => None,
    };
    let fits = many.as_ref().is_none_or(|many| matches!(many, Ok(1..=ITEMS_MAX)));
    let form = match model {
        Some(model) if fits => {
            let many = many.and_then(Result::ok).unwrap_or(1);
            let typed = vec![("act".to_owned(), act_of_chance(&visit)?)];
            items_form(&app, &s, &model, many, &typed).await.map_err(failed)?
        }
        _other => which_form(&app, &s, &query, fits).await.map_err(failed)?,
    };
    Ok(Html(pages::form(&s, &form)).into_response())
}

/// Which model, and how many of it.
async fn which_form(app: &App, s: &Surround, query: &NewQuery, fits: bool) -> Result<FormPage, StoreError> {
    let models = app.store.models("", None, CHOICES_MAX).await?;
    let back = (Entry::Equipment.path().to_owned(), s.t("items-back"));
    if models.is_empty() {
        let says = vec![s.t("items-no-model-do")];
        return Ok(FormPage {
            title: s.t("item-new"),
            first: s.t("items-no-model"),
            says,
            back,
            ..FormPage::default()
        });
    }
    let name = |model: &Model| s.name(format!("{} {}", model.maker, model.name).trim());
    let options = models.iter().map(|model| (model.id.0.to_string(), name(model))).collect();
    let wrong = (!fits).then(|| s.n("items-many-wrong", &u64::try_from(ITEMS_MAX).unwrap_or(0)));
    let many = query.many.clone().unwrap_or_else(|| "1".to_owned());
    Ok(FormPage {
        title: s.t("item-new"),
        first: s.t("items-new-first"),
        fields: vec![
            Field::new(
                "model",
                s.t("col-model"),
                Input::Choice { options },
                query.model.clone().unwrap_or_default(),
            ),
            Field::new("many", s.t("items-many"), Input::Number, many).error(wrong),
        ],
        failed: s.t("items-new-failed"),
        action: Some("/equipment/new".to_owned()),
        asks: true,
        button: s.t("form-next"),
        back,
        ..FormPage::default()
    })
}

/// What is asked of each item: what its model must carry, and the maker's serial.
fn kinds(model: &Model) -> Vec<(Kind, bool)> {
    let mut kinds: Vec<(Kind, bool)> = model.must_carry.iter().map(|kind| (*kind, true)).collect();
    if !model.must_carry.contains(&Kind::Serial) {
        kinds.push((Kind::Serial, false));
    }
    kinds
}

async fn items_form(
    app: &App,
    s: &Surround,
    model: &Model,
    many: usize,
    typed: &[(String, String)],
) -> Result<FormPage, StoreError> {
    let value = |name: &str| field(typed, name).to_owned();
    let parties = app.store.parties(None, None, CHOICES_MAX).await?;
    let parties: Vec<_> = parties.iter().map(|party| (party.id.0.to_string(), s.name(&party.name))).collect();
    let mut lines = vec![(String::new(), s.t("item-no-line"))];
    lines.extend(app.store.lines_of_model(model.id).await?.into_iter().map(|(id, title, note)| {
        let text =
            if note.is_empty() { s.name(&title) } else { format!("{}, {}", s.name(&title), s.name(&note)) };
        (id.to_string(), text)
    }));
    let custodian = if value("custodian").is_empty() { OWN_PARTY.0.to_string() } else { value("custodian") };
    let mut fields = vec![
        Field::new("custodian", s.t("col-custodian"), Input::Choice { options: parties }, custodian),
        Field::new("line", s.t("item-line"), Input::Choice { options: lines }, value("line")).optional(),
    ];
    for number in 1..=many {
        let heading = s.n("items-number", &u64::try_from(number).unwrap_or(0));
        let name = format!("name-{number}");
        let typed_name = value(&name);
        let one = Field::new(name, s.t("item-name"), Input::Line { most: 200 }, typed_name);
        fields.push(one.optional().hint(s.t("item-name-hint")).group(heading));
        for (kind, must) in kinds(model) {
            let id = format!("{}-{number}", kind.word());
            let typed = value(&id);
            let one = Field::new(id, pages::kind_word(s, kind), Input::Code { most: 80 }, typed);
            let one = one.hint(s.t(&format!("identifier-form-{}", kind.word())));
            fields.push(if must { one } else { one.optional() });
        }
    }
    let name = s.name(format!("{} {}", model.maker, model.name).trim());
    let mut hidden = vec![("model", model.id.0.to_string()), ("many", many.to_string())];
    hidden.push(("act", value("act")));
    Ok(FormPage {
        title: s.t("item-new"),
        first: s.with("items-new-of", &[("model", Arg::Text(&name))]),
        hidden,
        fields,
        failed: s.t("items-new-failed"),
        action: Some("/equipment/new".to_owned()),
        button: s.t("item-new"),
        back: ("/equipment/new".to_owned(), s.t("items-other-model")),
        ..FormPage::default()
    })
}

/// What is wrong with an identifier, in the reader's words.
fn told(s: &Surround, kind: Kind, error: &IdentifierError) -> String {
    match error {
        IdentifierError::Form { .. } => s.t(&format!("identifier-form-{}", kind.word())),
        IdentifierError::CheckDigit { found, wanted, .. } => s.with(
            "identifier-check-digit",
            &[("found", Arg::Text(&found.to_string())), ("wanted", Arg::Text(&wanted.to_string()))],
        ),
        IdentifierError::Placeholder { text } => {
            s.with("identifier-placeholder", &[("text", Arg::Name(text))])
        }
    }
}

/// `POST /equipment/new`.
pub(super) async fn register(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    form: Fields,
) -> Answer {
    let unusable = || Refusal::new(&visit, Problem::BadRequest);
    let Ok(Form(fields)) = form else { return Err(unusable()) };
    let failed = |error: StoreError| Refusal::store(&visit, &error);
    let s = surround(&visit);
    let many: usize = field(&fields, "many").parse().map_err(|_| unusable())?;
    let model = field(&fields, "model").parse().map_err(|_| unusable())?;
    let model = app.store.model(holdfast_protocol::ids::ModelId(model)).await.map_err(failed)?;
    let model = model.ok_or_else(unusable)?;
    if !(1..=ITEMS_MAX).contains(&many) {
        return Err(unusable());
    }
    let mut page = items_form(&app, &s, &model, many, &fields).await.map_err(failed)?;
    let body = NewBody {
        items: (1..=many).map(|number| one(&s, &model, number, &fields, &mut page)).collect(),
        happened_ms: None,
        note: String::new(),
    };
    if page.is_wrong() {
        return Ok(again(&s, StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    match items::register_all(&app, &standpoint, &key_of(&fields), &body, visit.now).await {
        Ok(ids) => match &ids[..] {
            [id] => Ok(see_other(&format!("/equipment/{}?done=registered", id.0), Vec::new())),
            _more => Ok(see_other("/equipment?sort=-changed", Vec::new())),
        },
        Err(error) if error.status().is_server_error() => Err(Refusal::api(&visit, &error)),
        Err(error) => {
            page.wrong = Some(refused_words(&s, &error));
            Ok(again(&s, error.status(), &page))
        }
    }
}

/// One item of the form; what is wrong with its identifiers is said at their fields.
fn one(
    s: &Surround,
    model: &Model,
    number: usize,
    fields: &[(String, String)],
    page: &mut FormPage,
) -> NewOne {
    let mut identifiers = Vec::new();
    for (kind, must) in kinds(model) {
        let id = format!("{}-{number}", kind.word());
        let text = field(fields, &id);
        let error = match kind.parse(text) {
            _nothing if text.is_empty() && !must => continue,
            _nothing if text.is_empty() => Some(s.t("identifier-missing")),
            Ok(_) => None,
            Err(error) => Some(told(s, kind, &error)),
        };
        let twice = (1..number).any(|before| {
            let other = kind.parse(field(fields, &format!("{}-{before}", kind.word())));
            other.is_ok_and(|other| kind.parse(text).is_ok_and(|this| this == other))
        });
        let error = error.or_else(|| twice.then(|| s.t("identifier-twice")));
        page.fields.iter_mut().filter(|field| field.id == id).for_each(|field| field.error = error.clone());
        identifiers.push(Typed { kind, value: text.to_owned() });
    }
    NewOne {
        model: model.id.0,
        custodian: field(fields, "custodian").parse().unwrap_or(0),
        name: field(fields, &format!("name-{number}")).to_owned(),
        line: field(fields, "line").parse().ok(),
        identifiers,
    }
}
