//! Donations: what is given under which terms, and by whom in which shares.
//!
//! Enters: checked values; the shares' sum is checked again here, because a store that holds a wrong sum shows wrong figures
//! for ever. Leaves: rows. A change names the version it was made on.

use std::collections::BTreeMap;

use holdfast_protocol::custody::{State, fold as fold_life};
use holdfast_protocol::ids::{DonationId, LineId, ModelId, PartyId, ProgrammeId};
use holdfast_protocol::time::WallMs;
use serde::{Deserialize, Serialize};

use super::acts::{Once, keep, made_one};
use super::custody::event;
use super::items::escaped;
use super::terms::{Disclosure, DonationState, ShowsPlace, TitlePasses};
use crate::store::people::fold;
use crate::store::{Store, StoreError};

/// The whole, in basis points.
pub const WHOLE: u32 = 10_000;
/// Most donors of one donation.
pub const SHARES_MAX: usize = 100;
/// Most lines of one donation.
pub const LINES_MAX: usize = 1_000;

/// A line to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// Which model.
    pub model: ModelId,
    /// How many.
    pub quantity: u32,
    /// A remark.
    #[serde(default)]
    pub note: String,
}

/// What a donation is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DonationValues {
    /// What it is called.
    pub title: String,
    /// Under which programme.
    pub programme: Option<ProgrammeId>,
    /// How far it is.
    pub state: DonationState,
    /// When the title passes.
    pub title_passes: TitlePasses,
    /// SHA-256 of the terms' text.
    pub terms_sha256: Option<[u8; 32]>,
    /// What donors may learn.
    pub disclosure: Disclosure,
    /// Whose share is how large, in basis points.
    pub shares: BTreeMap<PartyId, u32>,
}

/// A line as stored, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Number.
    pub id: LineId,
    /// Which model.
    pub model: ModelId,
    /// How many were given.
    pub quantity: u32,
    /// A remark.
    pub note: String,
    /// How many items of it are registered, by state.
    pub items: BTreeMap<String, u32>,
}

/// A donation as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Donation {
    /// Number.
    pub id: DonationId,
    /// Its values.
    pub values: DonationValues,
    /// When it was made.
    pub made: WallMs,
    /// Counts changes.
    pub version: i64,
}

/// Which donations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DonationFilter<'a> {
    /// That this party gave, alone or with others.
    pub donor: Option<PartyId>,
    /// Under this programme.
    pub programme: Option<ProgrammeId>,
    /// In this state.
    pub state: Option<DonationState>,
    /// With this in the title.
    pub text: Option<&'a str>,
}

/// Why a donation cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum DonationError {
    /// The shares are no whole.
    #[error("the shares add up to {sum} of {WHOLE} basis points; correct them so that they add up")]
    Shares {
        /// Their sum.
        sum: u64,
    },
    /// Too many donors or lines, or none.
    #[error("a donation has 1 to {SHARES_MAX} donors and at most {LINES_MAX} lines")]
    Count,
    /// The registry.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for DonationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

type DonationRow =
    (i64, String, Option<i64>, String, String, Option<Vec<u8>>, String, i64, i64, i64, i64, i64);

/// Line and item, then the columns of an event.
type LineEventRow = (i64, i64, Vec<u8>, i64, i64, i64, String);

impl Store {
    /// Makes a donation with its shares and lines, all or nothing.
    ///
    /// # Errors
    /// [`DonationError`]; [`StoreError::Missing`] for a party, model or programme that is not there.
    pub async fn insert_donation(
        &self,
        values: &DonationValues,
        lines: &[NewLine],
        now: WallMs,
        once: Option<&Once>,
    ) -> Result<DonationId, DonationError> {
        check(values, lines.len())?;
        let mut tx = self.write().await?;
        if let Some(id) = made_one(&mut tx, once).await? {
            return Ok(DonationId(id));
        }
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO donations (title, title_fold, programme_id, state, title_passes, terms_sha256, shows_place, \
             delay_days, least_items, shows_serials, made_ms, changed_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) RETURNING id",
        )
        .bind(values.title.trim())
        .bind(fold(&values.title))
        .bind(values.programme.map(|id| id.0))
        .bind(values.state.key())
        .bind(values.title_passes.key())
        .bind(values.terms_sha256.map(|hash| hash.to_vec()))
        .bind(values.disclosure.place.key())
        .bind(i64::from(values.disclosure.delay_days))
        .bind(i64::from(values.disclosure.least_items))
        .bind(i64::from(values.disclosure.serials))
        .bind(now.0)
        .fetch_one(&mut *tx)
        .await?;
        keep_shares(&mut tx, id, &values.shares).await?;
        for line in lines {
            insert_line(&mut tx, DonationId(id), line).await?;
        }
        keep(&mut tx, once, &[id], now).await?;
        tx.commit().await?;
        Ok(DonationId(id))
    }

    /// Changes a donation that is still at this version. Its lines are changed by [`Store::add_line`].
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has moved on or is not there.
    pub async fn change_donation(
        &self,
        id: DonationId,
        version: i64,
        values: &DonationValues,
        now: WallMs,
    ) -> Result<(), DonationError> {
        let mut tx = self.write().await?;
        change_in(&mut tx, id, version, values, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`DonationError::Count`]; [`StoreError::Missing`] for a donation or model that is not there.
    pub async fn add_line(&self, donation: DonationId, line: &NewLine) -> Result<LineId, DonationError> {
        let mut tx = self.write().await?;
        let (lines,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM donation_lines WHERE donation_id = $1")
            .bind(donation.0)
            .fetch_one(&mut *tx)
            .await?;
        if usize::try_from(lines).unwrap_or(usize::MAX) >= LINES_MAX {
            return Err(DonationError::Count);
        }
        let id = insert_line(&mut tx, donation, line).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// One donation.
    ///
    /// # Errors
    /// What the database says.
    pub async fn donation(&self, id: DonationId) -> Result<Option<Donation>, StoreError> {
        let mut connection = self.read().acquire().await?;
        donation_in(&mut connection, id).await
    }

    /// Donations, newest first, before `before`; of one donor, under one programme, in one state, if so asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn donations(
        &self,
        before: Option<DonationId>,
        filter: DonationFilter<'_>,
        most: i64,
    ) -> Result<Vec<Donation>, StoreError> {
        let ids: Vec<(i64,)> = sqlx::query_as(
            "SELECT d.id FROM donations d WHERE d.id < $1 AND ($2 IS NULL OR EXISTS \
             (SELECT 1 FROM donation_shares s WHERE s.donation_id = d.id AND s.party_id = $2)) \
             AND ($3 IS NULL OR d.programme_id = $3) AND ($4 IS NULL OR d.state = $4) \
             AND ($5 IS NULL OR d.title_fold LIKE '%' || $5 || '%' ESCAPE '!') ORDER BY d.id DESC LIMIT $6",
        )
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(filter.donor.map(|party| party.0))
        .bind(filter.programme.map(|id| id.0))
        .bind(filter.state.map(DonationState::key))
        .bind(filter.text.map(|text| escaped(&fold(text))))
        .bind(most)
        .fetch_all(self.read())
        .await?;
        let mut donations = Vec::with_capacity(ids.len());
        for (id,) in ids {
            donations.extend(self.donation(DonationId(id)).await?);
        }
        Ok(donations)
    }

    /// How many items of each line of a donation were in which state, as it was known at a moment.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Value`] where events do not fit one another.
    pub async fn states_at(
        &self,
        donation: DonationId,
        at: WallMs,
    ) -> Result<BTreeMap<(LineId, State), u64>, StoreError> {
        let rows: Vec<LineEventRow> = sqlx::query_as(
            "SELECT i.line_id, i.id, e.event_id, e.happened_ms, e.recorded_ms, e.by_person, e.what FROM item_events e \
             JOIN items i ON i.id = e.item_id JOIN donation_lines l ON l.id = i.line_id \
             WHERE l.donation_id = $1 AND e.recorded_ms <= $2 ORDER BY i.id, e.id",
        )
        .bind(donation.0)
        .bind(at.0)
        .fetch_all(self.read())
        .await?;
        let mut counts = BTreeMap::new();
        for of_item in rows.chunk_by(|left, right| left.1 == right.1) {
            let mut events = Vec::with_capacity(of_item.len());
            for (_, _, id, happened, recorded, by, what) in of_item {
                events.push(event(id, (*happened, *recorded), *by, what)?);
            }
            let life = fold_life(&events).map_err(|_| StoreError::Value { what: "item_events.what" })?;
            if let Some((line, ..)) = of_item.first() {
                *counts.entry((LineId(*line), life.standing().state)).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// The lines of a donation, each with how many of its items are in which state.
    ///
    /// # Errors
    /// What the database says.
    pub async fn lines(&self, donation: DonationId) -> Result<Vec<Line>, StoreError> {
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(
            "SELECT id, model_id, quantity, note FROM donation_lines WHERE donation_id = $1 ORDER BY id",
        )
        .bind(donation.0)
        .fetch_all(self.read())
        .await?;
        let counts: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT i.line_id, i.state, COUNT(*) FROM items i JOIN donation_lines l ON l.id = i.line_id \
             WHERE l.donation_id = $1 GROUP BY i.line_id, i.state",
        )
        .bind(donation.0)
        .fetch_all(self.read())
        .await?;
        let line = |(id, model, quantity, note): (i64, i64, i64, String)| {
            let of_line = counts.iter().filter(|(line, ..)| *line == id);
            let items = of_line.map(|(_, state, count)| (state.clone(), small(*count))).collect();
            Line { id: LineId(id), model: ModelId(model), quantity: small(quantity), note, items }
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

fn check(values: &DonationValues, lines: usize) -> Result<(), DonationError> {
    if values.shares.is_empty() || values.shares.len() > SHARES_MAX || lines > LINES_MAX {
        return Err(DonationError::Count);
    }
    let sum: u64 = values.shares.values().map(|points| u64::from(*points)).sum();
    if sum == u64::from(WHOLE) && values.shares.values().all(|points| *points > 0) {
        Ok(())
    } else {
        Err(DonationError::Shares { sum })
    }
}

/// One donation, read where a change of it is decided.
///
/// # Errors
/// What the database says.
pub(in crate::store) async fn donation_in(
    tx: &mut sqlx::SqliteConnection,
    id: DonationId,
) -> Result<Option<Donation>, StoreError> {
    let row: Option<DonationRow> = sqlx::query_as(
        "SELECT id, title, programme_id, state, title_passes, terms_sha256, shows_place, delay_days, least_items, \
         shows_serials, made_ms, version FROM donations WHERE id = $1",
    )
    .bind(id.0)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let shares: Vec<(i64, i64)> =
        sqlx::query_as("SELECT party_id, basis_points FROM donation_shares WHERE donation_id = $1")
            .bind(id.0)
            .fetch_all(&mut *tx)
            .await?;
    Ok(Some(donation(row, shares)?))
}

/// Changes a donation inside a transaction.
///
/// # Errors
/// As [`Store::change_donation`].
pub(in crate::store) async fn change_in(
    tx: &mut sqlx::SqliteConnection,
    id: DonationId,
    version: i64,
    values: &DonationValues,
    now: WallMs,
) -> Result<(), DonationError> {
    check(values, 0)?;
    let done = sqlx::query(
        "UPDATE donations SET title = $3, title_fold = $4, programme_id = $5, state = $6, title_passes = $7, \
         terms_sha256 = $8, shows_place = $9, delay_days = $10, least_items = $11, shows_serials = $12, \
         changed_ms = $13, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.0)
    .bind(version)
    .bind(values.title.trim())
    .bind(fold(&values.title))
    .bind(values.programme.map(|id| id.0))
    .bind(values.state.key())
    .bind(values.title_passes.key())
    .bind(values.terms_sha256.map(|hash| hash.to_vec()))
    .bind(values.disclosure.place.key())
    .bind(i64::from(values.disclosure.delay_days))
    .bind(i64::from(values.disclosure.least_items))
    .bind(i64::from(values.disclosure.serials))
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict(None).into());
    }
    keep_shares(tx, id.0, &values.shares).await?;
    Ok(())
}

async fn keep_shares(
    tx: &mut sqlx::SqliteConnection,
    donation: i64,
    shares: &BTreeMap<PartyId, u32>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM donation_shares WHERE donation_id = $1")
        .bind(donation)
        .execute(&mut *tx)
        .await?;
    for (party, points) in shares {
        sqlx::query("INSERT INTO donation_shares (donation_id, party_id, basis_points) VALUES ($1, $2, $3)")
            .bind(donation)
            .bind(party.0)
            .bind(i64::from(*points))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Adds a line inside a transaction.
pub(super) async fn insert_line(
    tx: &mut sqlx::SqliteConnection,
    donation: DonationId,
    line: &NewLine,
) -> Result<LineId, sqlx::Error> {
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO donation_lines (donation_id, model_id, quantity, note) VALUES ($1, $2, $3, $4) RETURNING id",
    )
    .bind(donation.0)
    .bind(line.model.0)
    .bind(i64::from(line.quantity))
    .bind(line.note.trim())
    .fetch_one(tx)
    .await?;
    Ok(LineId(id))
}

fn small(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn donation(row: DonationRow, shares: Vec<(i64, i64)>) -> Result<Donation, StoreError> {
    let (id, title, programme, state, passes, terms, place, delay, least, serials, made, version) = row;
    let bad = |what| StoreError::Value { what };
    let find_state = DonationState::ALL.into_iter().find(|known| known.key() == state);
    let find_passes = TitlePasses::ALL.into_iter().find(|known| known.key() == passes);
    let find_place = ShowsPlace::ALL.into_iter().find(|known| known.key() == place);
    let disclosure = Disclosure {
        place: find_place.ok_or(bad("donations.shows_place"))?,
        delay_days: u16::try_from(delay).map_err(|_| bad("donations.delay_days"))?,
        least_items: u16::try_from(least).map_err(|_| bad("donations.least_items"))?,
        serials: serials != 0,
    };
    let terms_sha256 =
        terms.map(<[u8; 32]>::try_from).transpose().map_err(|_| bad("donations.terms_sha256"))?;
    let values = DonationValues {
        title,
        programme: programme.map(ProgrammeId),
        state: find_state.ok_or(bad("donations.state"))?,
        title_passes: find_passes.ok_or(bad("donations.title_passes"))?,
        terms_sha256,
        disclosure,
        shares: shares.into_iter().map(|(party, points)| (PartyId(party), small(points))).collect(),
    };
    Ok(Donation { id: DonationId(id), values, made: WallMs(made), version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::inventory::catalogue::ModelValues;
    use crate::store::inventory::terms::Tlp;
    use crate::store::parties::{PartyKind, PartyValues};
    use crate::store::scratch::Scratch;

    async fn donor(store: &Store, name: &str) -> PartyId {
        let values = PartyValues { name: name.to_owned(), kind: PartyKind::Donor, country: String::new() };
        store.insert_party(&values, WallMs(1)).await.unwrap().id
    }

    async fn a_model(store: &Store) -> ModelId {
        let values = ModelValues {
            name: "Terminal".to_owned(),
            maker: "Maker".to_owned(),
            category: "terminal".to_owned(),
            gtin: None,
            must_carry: vec![],
        };
        store.insert_model(&values, WallMs(1), None).await.unwrap().id
    }

    fn values(shares: &[(PartyId, u32)]) -> DonationValues {
        DonationValues {
            title: "Fifty terminals".to_owned(),
            programme: None,
            state: DonationState::Agreed,
            title_passes: TitlePasses::OnAcceptance,
            terms_sha256: Some([7; 32]),
            disclosure: Disclosure::USUAL,
            shares: shares.iter().copied().collect(),
        }
    }

    #[tokio::test]
    async fn a_shared_donation_comes_back_and_belongs_to_each_of_its_donors() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let (one, two, other) =
            (donor(&store, "One").await, donor(&store, "Two").await, donor(&store, "Other").await);
        let model = a_model(&store).await;
        let programme = store.insert_programme("Aid", "", Tlp::Green, WallMs(2), None).await.unwrap();
        let wanted = DonationValues { programme: Some(programme), ..values(&[(one, 2_500), (two, 7_500)]) };
        let line = NewLine { model, quantity: 50, note: String::new() };
        let id = store.insert_donation(&wanted, std::slice::from_ref(&line), WallMs(5), None).await.unwrap();
        let found = store.donation(id).await.unwrap().expect("there");
        assert_eq!((&found.values, found.version), (&wanted, 1));
        for (party, count) in [(one, 1), (two, 1), (other, 0)] {
            assert_eq!(
                store
                    .donations(None, DonationFilter { donor: Some(party), ..DonationFilter::default() }, 10)
                    .await
                    .unwrap()
                    .len(),
                count
            );
        }
        let lines = store.lines(id).await.unwrap();
        assert_eq!((lines.len(), lines[0].quantity, lines[0].items.len()), (1, 50, 0));
        let less = DonationValues { shares: [(one, WHOLE)].into(), ..wanted.clone() };
        store.change_donation(id, 1, &less, WallMs(6)).await.unwrap();
        assert_eq!(
            store
                .donations(None, DonationFilter { donor: Some(two), ..DonationFilter::default() }, 10)
                .await
                .unwrap()
                .len(),
            0
        );
        let stale = store.change_donation(id, 1, &less, WallMs(7)).await;
        assert!(matches!(stale, Err(DonationError::Store(StoreError::Conflict(None)))));
    }

    #[tokio::test]
    async fn shares_that_are_no_whole_are_refused_and_nothing_is_kept() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let one = donor(&store, "One").await;
        for (points, wanted) in [(9_999, 9_999), (10_001, 10_001), (0, 0)] {
            let error = store
                .insert_donation(&values(&[(one, points)]), &[], WallMs(5), None)
                .await
                .expect_err("no whole");
            assert!(matches!(error, DonationError::Shares { sum } if sum == wanted), "{error}");
        }
        assert!(matches!(
            store.insert_donation(&values(&[]), &[], WallMs(5), None).await,
            Err(DonationError::Count)
        ));
        let line = NewLine { model: ModelId(99), quantity: 1, note: String::new() };
        let missing = store.insert_donation(&values(&[(one, WHOLE)]), &[line], WallMs(5), None).await;
        assert!(matches!(missing, Err(DonationError::Store(StoreError::Missing(_)))), "no such model");
        assert_eq!(store.donations(None, DonationFilter::default(), 10).await.unwrap(), []);
    }
}
