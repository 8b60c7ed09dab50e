//! Handlers of the audit page: what was done, narrowed, as files too; and a walk along its chain now.
//!
//! Enters: filters in the address. Leaves: the page, files, a redirect. Names of people for those alone who may see people.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::download::{self, File};
use super::pages::{self, AUDIT_COLUMNS, AuditAsk, AuditPage, Problem};
use super::refusal::Refusal;
use super::signing::see_other;
use super::surround::Entry;
use super::visit::Visit;
use crate::access::{Access, PersonId, Role, Viewer};
use crate::api::audit::people;
use crate::api::moment;
use crate::app::App;
use crate::export::{CELLS_MAX, Format};
use crate::store::audit_chain::AuditFilter;

/// Rows of a page.
const ROWS: usize = 50;
/// Longest text of a filter, in bytes.
const TEXT_BYTES_MAX: usize = 256;

/// What the page's address may say. Other names are passed over, so that an old link still opens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AuditQuery {
    person: Option<String>,
    action: Option<String>,
    thing: Option<String>,
    result: Option<String>,
    from: Option<String>,
    to: Option<String>,
    after: Option<u64>,
    format: Option<String>,
}

/// What is asked. A value that is none is refused: passing over it would show something else than was asked for.
fn asked(visit: &Visit, query: AuditQuery) -> Result<AuditAsk, Refusal> {
    let said = |text: Option<String>| {
        let text = text.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES_MAX)
    };
    let wrong = || Refusal::new(visit, Problem::BadRequest);
    let day = |text: &Option<String>, clock: &str| match text {
        None => Ok(None),
        Some(day) => moment::parse(&format!("{day}T{clock}Z")).map(Some).ok_or_else(wrong),
    };
    let (from, to, person) = (said(query.from), said(query.to), said(query.person));
    let filter = AuditFilter {
        person: match &person {
            None => None,
            Some(number) => Some(PersonId(number.parse().map_err(|_| wrong())?)),
        },
        action: said(query.action),
        thing: said(query.thing),
        result: said(query.result),
        from: day(&from, "00:00:00")?,
        // The day that is named is within.
        to: day(&to, "00:00:00")?.map(|at| at.plus_ms(86_400_000)),
    };
    Ok(AuditAsk { filter, from, to, after: query.after })
}

/// `GET /audit`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Refusal> {
    let ask = asked(&visit, query)?;
    let store = |error| Refusal::store(&visit, &error);
    let mut entries = app.store.audit_page(&ask.filter, ask.after, ROWS + 1).await.map_err(store)?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let people = people(&app, &viewer, &entries).await.map_err(store)?;
    let page = AuditPage {
        next: entries.last().filter(|_| more).map(|entry| entry.number),
        actions: app.store.audit_actions().await.map_err(store)?,
        walked: app.audit_watch.last(),
        regions: app.access.opens(&viewer.roles, "/sites/{id}/region"),
        people,
        entries,
        ask,
    };
    Ok(Html(pages::audit(&visit.surround(Entry::Audit, Vec::new()), &page)).into_response())
}

/// `GET /audit/export`: all entries of the view.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    visit: Visit,
    viewer: Viewer,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Refusal> {
    let format = query.format.as_deref().and_then(Format::from_key);
    let format = format.ok_or_else(|| Refusal::new(&visit, Problem::BadRequest))?;
    let ask = asked(&visit, query)?;
    let turn = download::turn(&visit).await?;
    let store = |error| Refusal::store(&visit, &error);
    let most = CELLS_MAX / AUDIT_COLUMNS + 1;
    let entries = app.store.audit_page(&ask.filter, None, most).await.map_err(store)?;
    if entries.len() == most {
        return Err(Refusal::new(&visit, Problem::TooMuch));
    }
    let people = people(&app, &viewer, &entries).await.map_err(store)?;
    let s = visit.surround(Entry::Audit, Vec::new());
    let table = pages::audit_table(&s, &entries, &people, &ask);
    let file = File { stem: "audit", thing: "audit".to_owned(), format, table };
    download::answer(turn, &app, &visit, &viewer, file).await
}

/// `POST /audit/check`: walks along the whole log now.
pub(super) async fn check(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Refusal> {
    let walked = app.audit_watch.walk(&app.store, &app.config.data, visit.now.wall).await;
    walked.map_err(|error| Refusal::store(&visit, &error))?;
    Ok(see_other("/audit?done=checked", Vec::new()))
}

/// Where somebody with these roles begins who has no overview: an auditor at what they inspect.
pub fn home_of(access: &Access, roles: &[Role]) -> &'static str {
    let inspects = !roles.is_empty() && roles.iter().all(|role| *role == Role::Auditor);
    if inspects && access.opens(roles, Entry::Audit.path()) {
        Entry::Audit.path()
    } else {
        Entry::Home.path()
    }
}
