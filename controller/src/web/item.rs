//! Handlers of one item: its page, its label, a reasoned look at what is masked.
//!
//! Enters: requests that the guard let pass, with the standpoint of who asks. Leaves: pages. What is not in sight is answered
//! like what does not exist. The answer to a reveal is the page itself, which nothing keeps: no address leads to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::custody::What;
use holdfast_protocol::ids::{ItemId, PersonId};
use holdfast_provisioning::qr;
use serde::Deserialize;

use super::pages::{self, Can, Field, Form as FormPage, Input, ItemPage, Problem, Step};
use super::refusal::Refusal;
use super::surround::{Crumb, Entry, Markup, Surround, escape};
use super::visit::Visit;
use crate::access::{Role, Shows, Viewer};
use crate::api::inventory::events::{self, EventView};
use crate::api::inventory::{acts, items};
use crate::app::App;
use crate::inventory::Standpoint;
use crate::inventory::rights::VOIDS_ALL;

pub(super) type Answer = Result<Response, Refusal>;
pub(super) type Fields = Result<Form<Vec<(String, String)>>, FormRejection>;

/// What the page says has just been done; other words in the address say nothing.
pub(super) const DONE: [&str; 4] = ["registered", "recorded", "voided", "changed"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ItemQuery {
    done: Option<String>,
}

/// The value of a field, without space around it.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value.trim())
}

/// The number in an address.
pub(super) fn item_id(visit: &Visit, text: &str) -> Result<ItemId, Refusal> {
    text.parse().map(ItemId).map_err(|_| Refusal::new(visit, Problem::NotFound))
}

/// The surround of a page about one item.
pub(super) fn about(visit: &Visit, item: &crate::inventory::view::ItemView) -> Surround {
    let mut s = visit.surround(Entry::Equipment, Vec::new());
    s.crumbs = vec![
        Crumb { path: Entry::Equipment.path().to_owned(), name: s.t(Entry::Equipment.key()) },
        Crumb { path: format!("/equipment/{}", item.id.0), name: pages::item_title(&s, item) },
    ];
    s
}

/// `GET /equipment/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    standpoint: Standpoint,
    Path(id): Path<String>,
    query: Query<ItemQuery>,
) -> Answer {
    let id = item_id(&visit, &id)?;
    let refused = |error| Refusal::api(&visit, &error);
    let failed = |error| Refusal::store(&visit, &error);
    let whole = items::whole(&app, &standpoint, id, visit.now).await.map_err(refused)?;
    let events = events::events(&app, &standpoint, id).await.map_err(refused)?;
    let held = whole.item.custodian.as_ref().is_some_and(|party| party.id == standpoint.party.0);
    let opens = |path: &str| app.access.opens(&viewer.roles, path);
    let records = opens("/equipment/{id}/record");
    let can = Can {
        change: opens("/equipment/{id}/change"),
        reveal: opens("/equipment/{id}/reveal"),
        hand_over: opens("/handovers/new") && held,
        void: records && voidable(&standpoint, &events).is_some(),
        open_sites: opens("/sites/{id}"),
        open_nodes: opens("/nodes/{id}"),
        open_donations: opens("/donations/{id}"),
    };
    let deployments = if standpoint.shows(Shows::Region) {
        app.store.deployments(id).await.map_err(failed)?
    } else {
        Vec::new()
    };
    let handovers = if opens("/handovers") && standpoint.shows(Shows::Custodian) {
        Some(handovers(&app, &standpoint, id).await.map_err(failed)?)
    } else {
        None
    };
    let possible = if records { acts::possible(&standpoint, whole.item.state, held) } else { Vec::new() };
    let chain = chain(&app, &viewer, events).await.map_err(failed)?;
    let done = query.done.as_deref().and_then(|word| DONE.into_iter().find(|done| *done == word));
    let mut s = visit.surround(Entry::Equipment, Vec::new());
    s.crumbs = vec![Crumb { path: Entry::Equipment.path().to_owned(), name: s.t(Entry::Equipment.key()) }];
    let page = ItemPage {
        item: whole.item,
        identifiers: whole.identifiers,
        chain,
        deployments,
        handovers,
        possible,
        can,
        done,
    };
    Ok(Html(pages::item(&s, &page)).into_response())
}

type Handovers =
    Vec<(holdfast_protocol::custody::handover::HandoverId, String, String, holdfast_protocol::time::WallMs)>;

/// The hand-overs of an item that this viewer may open.
async fn handovers(
    app: &App,
    standpoint: &Standpoint,
    id: ItemId,
) -> Result<Handovers, crate::store::StoreError> {
    let mut seen = Vec::new();
    for one in app.store.handovers_of(id).await? {
        if acts::seen(app, standpoint, one.0).await.is_ok() {
            seen.push(one);
        }
    }
    Ok(seen)
}

/// The newest event that counts, if this person may take it back.
pub(super) fn voidable<'a>(standpoint: &Standpoint, events: &'a [EventView]) -> Option<&'a EventView> {
    let newest = events.iter().rev().find(|one| !one.voided && one.word != "voided")?;
    let what = newest.event.as_ref()?;
    let own = newest.by == Some(standpoint.person) || standpoint.is_one_of(&VOIDS_ALL);
    let may = !what.is_by_handover() && !matches!(what, What::Registered { .. });
    Some(newest).filter(|_| own && may)
}

/// The chain of custody, newest first, with names in place of numbers.
async fn chain(
    app: &App,
    viewer: &Viewer,
    events: Vec<EventView>,
) -> Result<Vec<Step>, crate::store::StoreError> {
    let people: BTreeSet<PersonId> = events.iter().filter_map(|one| one.by).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let of_party = app.store.parties_of(&people).await?;
    let parties: Vec<i64> = events.iter().filter_map(|one| party_of(one.event.as_ref()?)).collect();
    let parties = app.store.named_parties(&parties).await?;
    let named = |id: Option<i64>| id.and_then(|id| parties.get(&id).cloned());
    let (mut steps, mut custodian) = (Vec::with_capacity(events.len()), None);
    for one in events {
        let what = one.event.as_ref();
        let party = what.and_then(party_of);
        let moved = what.is_some_and(|what| {
            matches!(
                what,
                What::Accepted { .. } | What::Returned { .. } | What::Found { .. } | What::Registered { .. }
            )
        });
        let place = match what {
            Some(What::Deployed { site, .. }) => {
                app.store.site(*site).await?.map(|site| (site.name, site.region))
            }
            _other => None,
        };
        let by = one.by.map(|by| {
            // Other people's names are the administrators'; everybody else reads whose people it was.
            if by == viewer.person {
                viewer.name.clone()
            } else {
                of_party.get(&by).cloned().unwrap_or_default()
            }
        });
        steps.push(Step {
            word: one.word,
            from: if moved { named(custodian) } else { None },
            to: named(party),
            place,
            handover: what.and_then(handover_of),
            by: by.filter(|by| !by.is_empty()),
            happened: one.happened,
            recorded: one.recorded,
            note: one.note,
            voided: one.voided,
        });
        if moved && !one.voided {
            custodian = party;
        }
    }
    steps.reverse();
    Ok(steps)
}

const fn party_of(what: &What) -> Option<i64> {
    match what {
        What::Registered { custodian }
        | What::Accepted { custodian, .. }
        | What::Returned { custodian, .. }
        | What::Found { custodian } => Some(custodian.0),
        What::Allocated { to } => Some(to.0),
        What::Deallocated
        | What::Packed { .. }
        | What::Unpacked
        | What::Departed
        | What::Arrived
        | What::Differed { .. }
        | What::Stored
        | What::Deployed { .. }
        | What::Removed
        | What::SentToRepair
        | What::Repaired
        | What::Retired
        | What::Lost
        | What::Stolen
        | What::Destroyed
        | What::Counted
        | What::Voided { .. } => None,
    }
}

const fn handover_of(what: &What) -> Option<holdfast_protocol::custody::handover::HandoverId> {
    match what {
        What::Accepted { handover, .. }
        | What::Returned { handover, .. }
        | What::Differed { handover, .. } => Some(*handover),
        What::Registered { .. }
        | What::Found { .. }
        | What::Allocated { .. }
        | What::Deallocated
        | What::Packed { .. }
        | What::Unpacked
        | What::Departed
        | What::Arrived
        | What::Stored
        | What::Deployed { .. }
        | What::Removed
        | What::SentToRepair
        | What::Repaired
        | What::Retired
        | What::Lost
        | What::Stolen
        | What::Destroyed
        | What::Counted
        | What::Voided { .. } => None,
    }
}

/// `GET /equipment/{id}/label`.
pub(super) async fn label(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let id = item_id(&visit, &id)?;
    let whole = items::whole(&app, &standpoint, id, visit.now).await;
    let item = whole.map_err(|error| Refusal::api(&visit, &error))?.item;
    let url = format!("{}/f/i/{}", app.enrolment.public_url().unwrap_or_default(), item.shown);
    let s = about(&visit, &item);
    let drawn = qr::svg(&url, &escape(&s.t("item-label-qr"))).unwrap_or_default();
    Ok(Html(pages::item_label(&s, &item, &url, Markup(drawn))).into_response())
}

/// `GET /equipment/{id}/reveal`.
pub(super) async fn reveal_page(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
) -> Answer {
    let id = item_id(&visit, &id)?;
    let whole = items::whole(&app, &standpoint, id, visit.now).await;
    let item = whole.map_err(|error| Refusal::api(&visit, &error))?.item;
    let s = about(&visit, &item);
    Ok(Html(pages::form(&s, &reveal_form(&s, id, "", None))).into_response())
}

fn reveal_form(s: &Surround, id: ItemId, reason: &str, error: Option<String>) -> FormPage {
    let reason = Field::new("reason", s.t("place-reason"), Input::Line { most: 200 }, reason.to_owned());
    FormPage {
        title: s.t("item-reveal"),
        first: s.t("item-reveal-first"),
        fields: vec![reason.hint(s.t("place-reason-hint")).error(error)],
        failed: s.t("item-reveal-failed"),
        action: Some(format!("/equipment/{}/reveal", id.0)),
        button: s.t("item-reveal"),
        back: (format!("/equipment/{}", id.0), s.t("item-back")),
        ..FormPage::default()
    }
}

/// `POST /equipment/{id}/reveal`.
pub(super) async fn reveal(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    Path(id): Path<String>,
    form: Fields,
) -> Answer {
    let Ok(Form(fields)) = form else { return Err(Refusal::new(&visit, Problem::BadRequest)) };
    let id = item_id(&visit, &id)?;
    let whole = items::whole(&app, &standpoint, id, visit.now).await;
    let item = whole.map_err(|error| Refusal::api(&visit, &error))?.item;
    let s = about(&visit, &item);
    let reason = field(&fields, "reason");
    match acts::reveal(&app, &standpoint, id, reason, visit.now).await {
        Ok(found) => {
            let facts = found.into_iter().map(|(kind, value)| (pages::kind_word(&s, kind), value));
            let shown = FormPage {
                title: s.t("item-revealed"),
                first: s.t("item-revealed-first"),
                facts: facts.collect(),
                back: (format!("/equipment/{}", id.0), s.t("item-back")),
                ..FormPage::default()
            };
            Ok(Html(pages::form(&s, &shown)).into_response())
        }
        Err(error) if error.code() == "unusable_request" => {
            let form = reveal_form(&s, id, reason, Some(s.t("place-reason-wrong")));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(pages::form(&s, &form))).into_response())
        }
        Err(error) => Err(Refusal::api(&visit, &error)),
    }
}

/// Roles that see every party, and may hand over or promise to each.
pub(super) const ALL_PARTIES: [Role; 3] = [Role::Administrator, Role::Operator, Role::BackOffice];
