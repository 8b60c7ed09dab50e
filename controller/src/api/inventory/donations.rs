//! Donations: what was given, and figures of what became of it; donors see their own, late and never of few.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use holdfast_protocol::custody::State as ItemState;
use holdfast_protocol::ids::{DonationId, LineId, PartyId, ProgrammeId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::condition::{IfMatch, Key, tagged};
use super::{ROWS_AND_ONE, audited, cut, fragment, line, named, opened};
use crate::access::{Shows, Viewer};
use crate::api::problem::ApiError;
use crate::api::proposals;
use crate::api::take::{Json, Path, Query};
use crate::app::App;
use crate::clock::Now;
use crate::inventory::figures::{DAY_MS, Figures};
use crate::inventory::view::Named;
use crate::inventory::{Standpoint, refusal};
use crate::proposal::Change;
use crate::store::audit::Action;
use crate::store::inventory::donations::{Donation, DonationFilter, DonationValues, NewLine};
use crate::store::inventory::items::Whose;
use crate::store::inventory::terms::{Disclosure, DonationState, TitlePasses};

/// Ten years: a policy that is later tells nothing.
const DELAY_DAYS_MAX: u16 = 3_650;
/// Least number of items a figure may point at.
const LEAST_ITEMS: std::ops::RangeInclusive<u16> = 1..=1_000;
/// Things of one line.
const QUANTITY: std::ops::RangeInclusive<u32> = 1..=1_000_000;

/// Which donations a list is narrowed to.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DonationsQuery {
    pub(crate) after: Option<i64>,
    pub(crate) donor: Option<i64>,
    pub(crate) programme: Option<i64>,
    pub(crate) state: Option<DonationState>,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    party: i64,
    basis_points: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DonationBody {
    title: String,
    #[serde(default)]
    programme: Option<i64>,
    state: DonationState,
    title_passes: TitlePasses,
    /// SHA-256 of the terms' text, 64 hexadecimal digits.
    #[serde(default)]
    terms_sha256: Option<String>,
    #[serde(default)]
    disclosure: Option<Disclosure>,
    shares: Vec<Share>,
    /// Only when it is made; later by `POST /api/v1/donations/{id}/lines`.
    #[serde(default)]
    lines: Vec<NewLine>,
}

/// A share as a viewer sees it: donors see their own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShareView {
    pub(crate) party: Named,
    pub(crate) basis_points: u32,
}

/// A line with what became of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LineView {
    pub(crate) id: LineId,
    pub(crate) model: Named,
    pub(crate) note: Option<String>,
    pub(crate) figures: Figures,
}

/// A donation as one viewer sees it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DonationView {
    pub(crate) id: DonationId,
    pub(crate) title: String,
    pub(crate) programme: Option<Named>,
    pub(crate) state: DonationState,
    pub(crate) title_passes: TitlePasses,
    pub(crate) terms_sha256: Option<String>,
    pub(crate) disclosure: Disclosure,
    pub(crate) shares: Vec<ShareView>,
    pub(crate) made: WallMs,
    pub(crate) version: i64,
    pub(crate) lines: Vec<LineView>,
    /// The moment that the figures are of.
    pub(crate) as_of: WallMs,
    /// The least number of items a figure points at, for donors.
    pub(crate) least_items: Option<u16>,
}

/// A page of them, newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DonationPage {
    pub(crate) rows: Vec<DonationView>,
    pub(crate) next: Option<String>,
    pub(crate) made_at: WallMs,
}

/// The routes of this noun.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/donations", get(list).post(create))
        .route("/api/v1/donations/{id}", get(show).put(change))
        .route("/api/v1/donations/{id}/lines", post(add_line))
}

/// The donor that a viewer's sight is narrowed to.
fn only(standpoint: &Standpoint) -> Option<PartyId> {
    (standpoint.whose != Whose::All).then_some(standpoint.party)
}

/// A page of the donations in sight.
pub(crate) async fn page(
    app: &App,
    standpoint: &Standpoint,
    asked: &DonationsQuery,
    now: Now,
) -> Result<DonationPage, ApiError> {
    if asked.donor.is_some() && only(standpoint).is_some_and(|own| Some(own.0) != asked.donor) {
        return Ok(DonationPage { rows: Vec::new(), next: None, made_at: now.wall });
    }
    let filter = DonationFilter {
        donor: only(standpoint).or(asked.donor.map(PartyId)),
        programme: asked.programme.map(ProgrammeId),
        state: asked.state,
        text: fragment(asked.text.as_deref())?,
    };
    let mut found = app.store.donations(asked.after.map(DonationId), filter, ROWS_AND_ONE).await?;
    let next = cut(&mut found, |donation| donation.id.0.to_string());
    let mut rows = Vec::with_capacity(found.len());
    for donation in found {
        rows.push(view(app, standpoint, donation, now).await?);
    }
    Ok(DonationPage { rows, next, made_at: now.wall })
}

/// A donation in sight.
pub(crate) async fn one(
    app: &App,
    standpoint: &Standpoint,
    id: DonationId,
    now: Now,
) -> Result<DonationView, ApiError> {
    let found = app.store.donation(id).await?;
    let own = |donation: &Donation| {
        only(standpoint).is_none_or(|party| donation.values.shares.contains_key(&party))
    };
    let donation = found.filter(own).ok_or_else(|| ApiError::not_found("donation"))?;
    view(app, standpoint, donation, now).await
}

async fn view(
    app: &App,
    standpoint: &Standpoint,
    donation: Donation,
    now: Now,
) -> Result<DonationView, ApiError> {
    let Donation { id, values, made, version } = donation;
    let own = only(standpoint);
    let policy = values.disclosure;
    let as_of = match own {
        None => now.wall,
        Some(_) => now.wall.plus_ms(-i64::from(policy.delay_days) * DAY_MS),
    };
    let mut shares = Vec::new();
    for (party, basis_points) in values.shares {
        // The other donors of a shared gift are not theirs to learn.
        if own.is_none_or(|own| own == party) {
            let name = app.store.party(party).await?.map(|party| party.name).unwrap_or_default();
            shares.push(ShareView { party: Named { id: party.0, name }, basis_points });
        }
    }
    let programme = match values.programme {
        None => None,
        Some(id) => app.store.programmes("", Some(id), None, 1).await?.into_iter().next(),
    };
    Ok(DonationView {
        id,
        title: values.title,
        programme: programme.map(|programme| Named { id: programme.id.0, name: programme.title }),
        state: values.state,
        title_passes: values.title_passes,
        terms_sha256: values.terms_sha256.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()),
        disclosure: policy,
        shares,
        made,
        version,
        lines: lines(app, standpoint, id, own.map(|_| (as_of, policy.least_items))).await?,
        as_of,
        least_items: own.map(|_| policy.least_items),
    })
}

/// The lines with their figures: as they are, or for donors as they were known at a moment and never of few.
async fn lines(
    app: &App,
    standpoint: &Standpoint,
    id: DonationId,
    late: Option<(WallMs, u16)>,
) -> Result<Vec<LineView>, ApiError> {
    let states = match late {
        Some((at, _)) => Some(app.store.states_at(id, at).await?),
        None => None,
    };
    let mut views = Vec::new();
    for line in app.store.lines(id).await? {
        let counts: Vec<(ItemState, u64)> = match &states {
            Some(states) => {
                let own = states.iter().filter(|((of, _), _)| *of == line.id);
                own.map(|((_, state), count)| (*state, *count)).collect()
            }
            None => {
                let known = line.items.iter();
                known
                    .filter_map(|(word, count)| Some((ItemState::from_word(word)?, u64::from(*count))))
                    .collect()
            }
        };
        let figures = Figures::new(u64::from(line.quantity), &counts);
        let model = app.store.model(line.model).await?;
        let name = model.map(|model| format!("{} {}", model.maker, model.name).trim().to_owned());
        views.push(LineView {
            id: line.id,
            model: Named { id: line.model.0, name: name.unwrap_or_default() },
            note: Some(line.note).filter(|note| !note.is_empty() && standpoint.shows(Shows::FreeText)),
            figures: match late {
                Some((_, least)) => figures.not_of_few(u64::from(least)),
                None => figures,
            },
        });
    }
    Ok(views)
}

async fn list(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Query(asked): Query<DonationsQuery>,
) -> Result<Answer<DonationPage>, ApiError> {
    Ok(Answer(page(&app, &standpoint, &asked, app.clock.now()).await?))
}

async fn show(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
) -> Result<Response, ApiError> {
    let view = one(&app, &standpoint, DonationId(id), app.clock.now()).await?;
    let version = view.version;
    Ok(tagged(StatusCode::OK, view, version))
}

impl DonationBody {
    fn values(&self) -> Result<DonationValues, ApiError> {
        named("title", &self.title)?;
        self.lines.iter().try_for_each(line_fits)?;
        let mut shares = BTreeMap::new();
        for share in &self.shares {
            if shares.insert(PartyId(share.party), share.basis_points).is_some() {
                return Err(ApiError::unusable(format!(
                    "Party {} has two shares. Add them up.",
                    share.party
                )));
            }
        }
        let policy = self.disclosure.unwrap_or(Disclosure::USUAL);
        if policy.delay_days > DELAY_DAYS_MAX || !LEAST_ITEMS.contains(&policy.least_items) {
            return Err(ApiError::unusable(
                "Donors learn 0 to 3,650 days late, and of 1 to 1,000 items at the least.",
            ));
        }
        let terms = self.terms_sha256.as_deref().map(sha256).transpose()?;
        Ok(DonationValues {
            title: self.title.clone(),
            programme: self.programme.map(ProgrammeId),
            state: self.state,
            title_passes: self.title_passes,
            terms_sha256: terms,
            disclosure: policy,
            shares,
        })
    }
}

fn line_fits(new: &NewLine) -> Result<(), ApiError> {
    line("note of a line", &new.note)?;
    if QUANTITY.contains(&new.quantity) {
        Ok(())
    } else {
        Err(ApiError::unusable("A line is of 1 to 1,000,000 things."))
    }
}

fn sha256(text: &str) -> Result<[u8; 32], ApiError> {
    let error = || ApiError::unusable("The hash of the terms is SHA-256 in 64 hexadecimal digits.");
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(error());
    }
    let mut hash = [0_u8; 32];
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| error())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| error())?;
    }
    Ok(hash)
}

async fn create(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    key: Key,
    Json(body): Json<DonationBody>,
) -> Result<Response, ApiError> {
    let (now, values) = (app.clock.now(), body.values()?);
    let once = key.once(&standpoint, &body)?;
    let made = app.store.insert_donation(&values, &body.lines, now.wall, once.as_ref()).await;
    let thing = (Action::InventoryNew, "donation".to_owned());
    let id = audited(&app, &standpoint, thing, made.map_err(refusal::donation), now).await?;
    let view = one(&app, &standpoint, id, now).await?;
    let version = view.version;
    Ok(tagged(StatusCode::CREATED, view, version))
}

async fn change(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Json(body): Json<DonationBody>,
) -> Result<Response, ApiError> {
    let (now, id) = (app.clock.now(), DonationId(id));
    if !body.lines.is_empty() {
        return Err(ApiError::unusable(
            "Lines are added by POST to the donation's lines, not by changing it.",
        ));
    }
    let values = body.values()?;
    app.store.donation(id).await?.ok_or_else(|| ApiError::not_found("donation"))?;
    let change = Change::Donation { donation: id, version, values };
    if let Some(proposal) = opened(&app, &standpoint, &change, now).await? {
        return proposals::waits(&app, &viewer, proposal, now).await;
    }
    let view = one(&app, &standpoint, id, now).await?;
    let version = view.version;
    Ok(tagged(StatusCode::OK, view, version))
}

async fn add_line(
    State(app): State<Arc<App>>,
    standpoint: Standpoint,
    Path(id): Path<i64>,
    Json(new): Json<NewLine>,
) -> Result<Response, ApiError> {
    let (now, id) = (app.clock.now(), DonationId(id));
    line_fits(&new)?;
    app.store.donation(id).await?.ok_or_else(|| ApiError::not_found("donation"))?;
    let done = app.store.add_line(id, &new).await;
    let thing = (Action::InventoryChange, format!("donation {} line", id.0));
    audited(&app, &standpoint, thing, done.map_err(refusal::donation), now).await?;
    let view = one(&app, &standpoint, id, now).await?;
    let version = view.version;
    Ok(tagged(StatusCode::CREATED, view, version))
}
