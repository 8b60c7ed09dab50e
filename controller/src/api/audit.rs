//! The audit log: pages of it, narrowed, newest first; the chain in its order for who walks along it; its head.
//!
//! Enters: filters, numbers. Leaves: entries. Names of people stand beside them for those alone who may see people; the chain
//! itself holds numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json as Answer, Router};
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::audit::{self as chain, Head};
use serde::{Deserialize, Serialize};

use super::moment;
use super::parties::one_more;
use super::problem::ApiError;
use super::take::Query;
use crate::access::{Grant, PersonId, Role, Shows, Viewer};
use crate::app::App;
use crate::audit_watch::Walked;
use crate::store::StoreError;
use crate::store::audit_chain::AuditFilter;

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/audit", get(list))
        .route("/api/v1/audit/chain", get(walk))
        .route("/api/v1/audit/head", get(head))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<u64>,
    person: Option<i64>,
    action: Option<String>,
    thing: Option<String>,
    result: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainQuery {
    #[serde(default)]
    after: u64,
}

/// Who stands behind a number, for those who may see people.
#[derive(Debug, Clone, Serialize)]
pub struct Who {
    /// Their name.
    pub name: String,
    /// As they are today.
    pub roles: Vec<Role>,
}

#[derive(Debug, Serialize)]
struct View {
    #[serde(flatten)]
    entry: chain::Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<Who>,
}

#[derive(Debug, Serialize)]
struct Page {
    rows: Vec<View>,
    next: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Chain {
    rows: Vec<chain::Entry>,
    next: Option<u64>,
    head: Head,
}

#[derive(Debug, Serialize)]
struct HeadView {
    #[serde(flatten)]
    head: Head,
    at_ms: WallMs,
    walked: Option<Walked>,
}

async fn list(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Query(asked): Query<ListQuery>,
) -> Result<Answer<Page>, ApiError> {
    let filter = AuditFilter {
        person: asked.person.map(PersonId),
        action: asked.action,
        thing: asked.thing,
        result: asked.result,
        from: instant("from", asked.from.as_deref())?,
        to: instant("to", asked.to.as_deref())?,
    };
    let most = usize::try_from(one_more()).unwrap_or(usize::MAX);
    let mut entries = app.store.audit_page(&filter, asked.after, most).await?;
    let more = entries.len() == most;
    entries.truncate(most.saturating_sub(1));
    let next = entries.last().filter(|_| more).map(|entry| entry.number);
    let people = people(&app, &viewer, &entries).await?;
    let view = |entry: chain::Entry| {
        let who = entry.person.and_then(|person| people.get(&person).cloned());
        View { entry, who }
    };
    Ok(Answer(Page { rows: entries.into_iter().map(view).collect(), next }))
}

fn instant(name: &str, text: Option<&str>) -> Result<Option<WallMs>, ApiError> {
    let wrong = || {
        ApiError::unusable(format!(
            "The parameter {name} is no instant. Write milliseconds since 1970, or such as 2026-11-24T14:02:11Z."
        ))
    };
    text.map(|text| moment::parse(text).ok_or_else(wrong)).transpose()
}

/// The people of these entries, if the viewer may see people at all.
///
/// # Errors
/// What the database says.
pub(crate) async fn people(
    app: &App,
    viewer: &Viewer,
    entries: &[chain::Entry],
) -> Result<BTreeMap<u64, Who>, StoreError> {
    let mut people = BTreeMap::new();
    if app.access.widest(&viewer.roles, Shows::People) < Grant::All {
        return Ok(people);
    }
    for number in entries.iter().filter_map(|entry| entry.person) {
        if people.contains_key(&number) {
            continue;
        }
        let Ok(id) = i64::try_from(number).map(PersonId) else { continue };
        if let Some(member) = app.store.member(id, app.clock.wall()).await? {
            people.insert(number, Who { name: member.name, roles: member.roles });
        }
    }
    Ok(people)
}

async fn walk(
    State(app): State<Arc<App>>,
    Query(asked): Query<ChainQuery>,
) -> Result<Answer<Chain>, ApiError> {
    // Before the rows: what is written meanwhile stands behind it and is no fault.
    let head = app.store.audit_head().await?;
    let rows = app.store.audit_entries(asked.after).await?;
    let next = rows.last().map(|entry| entry.number);
    Ok(Answer(Chain { rows, next, head }))
}

async fn head(State(app): State<Arc<App>>) -> Result<Answer<HeadView>, ApiError> {
    let (head, at_ms) = (app.store.audit_head().await?, app.clock.wall());
    Ok(Answer(HeadView { head, at_ms, walked: app.audit_watch.last() }))
}
