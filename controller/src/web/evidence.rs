//! Handler of the page of evidence: what a donor may take away of what they gave.
//!
//! Enters: a request of somebody whose party gave something. Leaves: the page. Decides nothing: what is told of which item and
//! week is `api::inventory::evidence` and `evidence::disclosure`.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use holdfast_protocol::ids::DonationId;
use holdfast_protocol::week::Week;
use serde::Deserialize;

use super::pages::{self, Evidence, Problem};
use super::refusal::Refusal;
use super::surround::Entry;
use super::visit::Visit;
use crate::api::inventory::{evidence, items};
use crate::app::App;
use crate::evidence::disclosure::single_items;
use crate::inventory::Standpoint;
use crate::store::inventory::donations::DonationFilter;

/// Donations that the page offers; a donor has a few.
const DONATIONS_MAX: i64 = 50;
/// Weeks of each item whose files are offered.
const WEEKS: u32 = 4;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    donation: Option<i64>,
    after: Option<String>,
}

/// `GET /evidence`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    standpoint: Standpoint,
    query: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Refusal> {
    let bad = || Refusal::new(&visit, Problem::BadRequest);
    let Ok(Query(ask)) = query else { return Err(bad()) };
    let filter = DonationFilter { donor: Some(standpoint.party), ..DonationFilter::default() };
    let donations = app.store.donations(None, filter, DONATIONS_MAX).await;
    let donations = donations.map_err(|error| Refusal::store(&visit, &error))?;
    let here = match ask.donation {
        Some(id) => {
            let found = donations.iter().find(|donation| donation.id == DonationId(id));
            Some(found.ok_or_else(|| Refusal::new(&visit, Problem::NotFound))?)
        }
        None => {
            let told = donations.iter().find(|donation| single_items(donation.values.disclosure).is_ok());
            told.or_else(|| donations.first())
        }
    };
    let mut model = Evidence {
        donations: donations.iter().map(|one| (one.id.0, one.values.title.clone())).collect(),
        here: here.map(|donation| donation.id.0),
        withheld: here.and_then(|donation| single_items(donation.values.disclosure).err()),
        ..Evidence::default()
    };
    if let Some(donation) = here.filter(|_| model.withheld.is_none()) {
        let after = ask.after.as_deref().map(items::cursor).transpose().map_err(|_| bad())?;
        let failed = |error| Refusal::api(&visit, &error);
        let given =
            evidence::given(&app, &standpoint, donation.id, after, visit.now).await.map_err(failed)?;
        let newest = Week::of(visit.now.wall).ok_or_else(bad)?;
        // So many weeks more as the policy holds back.
        let late = u32::from(donation.values.disclosure.delay_days).div_ceil(7);
        let weeks = (WEEKS + late).min(crate::evidence::keep::WEEKS_MAX);
        for row in given.rows {
            let view = evidence::view(&app, &standpoint, row.item, (newest, weeks), visit.now).await;
            model.items.push(view.map_err(failed)?);
        }
        let id = donation.id.0;
        model.next = given.next.map(|next| format!("/evidence?donation={id}&after={next}"));
    }
    let s = visit.surround(Entry::Evidence, Vec::new());
    Ok(Html(pages::evidence(&s, &model)).into_response())
}
