//! Changes that may take two people: made at once, or kept as a proposal until a second person signs it.
//!
//! Enters: changes, and who asks. Leaves: what came of them. What is there is read, judged by `proposal`, and changed in one
//! transaction; the signature and the change that it makes are one as well, so that nothing can move in between. A change
//! is tried before it is kept: what cannot be made is refused to who asks for it, not to who signs.

mod make;
mod signers;

use std::collections::BTreeSet;

use holdfast_protocol::ids::SiteId;
use holdfast_protocol::time::WallMs;
use sqlx::{Acquire, SqliteConnection};

use super::inventory::donations::DonationError;
use super::places::HOUR_MS;
use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::PersonId;
use crate::proposal::{
    self, Act, Before, Change, Others, Power, Proposal, ProposalId, Ruling, State, Unfit, WAITING_MAX,
    WAITS_MS,
};
use make::{Made, before, make};
pub(super) use signers::note_two_signers;
use signers::{able_roles, signers_in, two_signers};

/// What came of asking for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filed {
    /// It is made.
    Made,
    /// It is made, though it opens more: there has never been anybody to ask, or it makes another administrator.
    MadeAlone,
    /// It is there already.
    Already,
    /// It waits for a second person.
    Waits(ProposalId),
    /// It is not made.
    Not(Hindrance),
}

/// Why a change is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// What it changes is not there.
    Nothing,
    /// What it was made on is no longer there.
    Moved,
    /// It would leave the fleet without an administrator.
    LastAdministrator,
    /// Nobody else can sign now, and it is nothing to wait for.
    NobodyElse,
    /// So many proposals of this person wait.
    TooMany,
}

/// What came of an act on a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Done.
    Done(Proposal),
    /// It is over: what it was made on has changed, or who proposed it may no longer.
    Overtaken(Proposal),
    /// This person may not.
    Unfit(Proposal, Unfit),
    /// There is none of this number in their sight.
    Nothing,
}

type Row = (i64, String, String, i64, i64, i64, String, Option<i64>, Option<i64>, String, Option<i64>);

/// The columns of a proposal, with the end of the statement behind them.
macro_rules! select_proposal {
    ($end:literal) => {
        concat!(
            "SELECT id, change, differences, by_person, made_ms, ends_ms, state, ended_ms, ended_by, reason, used_ms ",
            "FROM proposals ",
            $end
        )
    };
}

impl Store {
    /// Makes a change at once, or keeps it until a second person signs it. `version`, where one is named, is that of what it
    /// changes.
    ///
    /// # Errors
    /// [`DonationError`]; [`StoreError::Missing`] for what it names and is not there; [`StoreError::Conflict`] for a title that
    /// is taken.
    pub async fn make_or_propose(
        &self,
        change: &Change,
        version: Option<i64>,
        by: PersonId,
        now: WallMs,
    ) -> Result<Filed, DonationError> {
        let mut tx = self.write().await?;
        expire(&mut tx, now).await?;
        note_two_signers(&mut tx, now).await?;
        let before = match before(&mut tx, change, version).await? {
            Ok(before) => before,
            Err(hindrance) => return Ok(Filed::Not(hindrance)),
        };
        let power = change.power();
        let others = Others {
            now: u64::try_from(signers_in(&mut tx, power, by, change.gains()).await?.len()).unwrap_or(0),
            ever: two_signers(&mut tx, power).await?,
        };
        let ruling = proposal::ruling(change.opens(&before), others);
        if matches!(change, Change::Showing { .. }) && others.now == 0 {
            return Ok(Filed::Not(Hindrance::NobodyElse));
        }
        let mut trial = tx.begin().await?;
        match make(&mut trial, change, by, now).await? {
            Made::Done => {}
            Made::Already => return Ok(Filed::Already),
            Made::Not(hindrance) => return Ok(Filed::Not(hindrance)),
        }
        if ruling == Ruling::Waits {
            trial.rollback().await?;
            let filed = keep(&mut tx, change, &before, by, now).await?;
            tx.commit().await?;
            return Ok(filed);
        }
        trial.commit().await?;
        tx.commit().await?;
        self.tell_of(change);
        Ok(if ruling == Ruling::Alone { Filed::MadeAlone } else { Filed::Made })
    }

    /// Signs, refuses or takes back a proposal; a signature makes the change with it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_proposal(
        &self,
        id: ProposalId,
        act: Act,
        by: PersonId,
        reason: &str,
        now: WallMs,
    ) -> Result<Ended, StoreError> {
        let mut tx = self.write().await?;
        expire(&mut tx, now).await?;
        let Some(found) = proposal_in(&mut tx, id).await? else { return Ok(Ended::Nothing) };
        // As they are at this moment: a role that was taken back signs nothing any more.
        let roles = able_roles(&mut tx, by).await?;
        if !found.is_seen_by(by, &roles) {
            return Ok(Ended::Nothing);
        }
        if let Err(unfit) = proposal::may(&found, act, by, &roles, now) {
            tx.commit().await?;
            return Ok(Ended::Unfit(found, unfit));
        }
        let state = match act {
            Act::Refuse => State::Refused,
            Act::Withdraw => State::Withdrawn,
            Act::Approve => sign(&mut tx, &found, now).await?,
        };
        sqlx::query(
            "UPDATE proposals SET state = $2, ended_ms = $3, ended_by = $4, reason = $5 WHERE id = $1",
        )
        .bind(id.0)
        .bind(state.key())
        .bind(now.0)
        .bind(by.0)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let ended =
            Proposal { state, ended: Some(now), ended_by: Some(by), reason: reason.to_owned(), ..found };
        match state {
            State::Overtaken => Ok(Ended::Overtaken(ended)),
            State::Approved => {
                self.tell_of(&ended.change);
                Ok(Ended::Done(ended))
            }
            State::Waiting | State::Refused | State::Withdrawn | State::Expired => Ok(Ended::Done(ended)),
        }
    }

    /// A proposal.
    ///
    /// # Errors
    /// What the database says.
    pub async fn proposal(&self, id: ProposalId) -> Result<Option<Proposal>, StoreError> {
        let mut connection = self.read().acquire().await?;
        proposal_in(&mut connection, id).await
    }

    /// Proposals that somebody made or that these powers sign, newest first, before `before`; in one state, if so asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn proposals(
        &self,
        before: Option<ProposalId>,
        (by, powers): (PersonId, &BTreeSet<Power>),
        state: Option<State>,
        most: i64,
        now: WallMs,
    ) -> Result<Vec<Proposal>, StoreError> {
        let has = |power: Power| if powers.contains(&power) { power.key() } else { "" };
        let rows: Vec<Row> = sqlx::query_as(select_proposal!(
            "WHERE id < $1 AND (by_person = $2 OR power IN ($3, $4, $5)) AND ($6 IS NULL OR $6 = \
             CASE WHEN state = 'waiting' AND ends_ms <= $7 THEN 'expired' ELSE state END) ORDER BY id DESC LIMIT $8"
        ))
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(by.0)
        .bind(has(Power::People))
        .bind(has(Power::Gifts))
        .bind(has(Power::Places))
        .bind(state.map(State::key))
        .bind(now.0)
        .bind(most)
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// How many proposals of others wait that these powers sign.
    ///
    /// # Errors
    /// What the database says.
    pub async fn proposals_to_sign(
        &self,
        by: PersonId,
        powers: &BTreeSet<Power>,
        now: WallMs,
    ) -> Result<u64, StoreError> {
        let waiting = self.proposals(None, (by, powers), Some(State::Waiting), COUNTED_MAX, now).await?;
        let signs = |one: &&Proposal| one.by != by && one.change.gains() != Some(by);
        Ok(u64::try_from(waiting.iter().filter(signs).count()).unwrap_or(u64::MAX))
    }

    /// Who else can sign a change of somebody's now: people who may sign in, have the power and gain nothing by it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn signers(&self, change: &Change, by: PersonId) -> Result<Vec<PersonId>, StoreError> {
        let mut connection = self.read().acquire().await?;
        signers_in(&mut connection, change.power(), by, change.gains()).await
    }

    fn tell_of(&self, change: &Change) {
        match change {
            Change::Member { person, .. } | Change::Assignment { person, .. } => {
                self.tell(Standing::Of(*person));
            }
            Change::SiteParty { .. } => self.tell(Standing::Anybodys),
            Change::Donation { .. } | Change::Programme { .. } | Change::Showing { .. } => {}
        }
    }
}

/// Proposals that are counted for a first page; more are many.
const COUNTED_MAX: i64 = 500;

/// Makes a signed change, or finds that it is overtaken: what it was made on has moved, or who proposed it could not make it
/// any more.
async fn sign(tx: &mut SqliteConnection, found: &Proposal, now: WallMs) -> Result<State, StoreError> {
    let roles = able_roles(tx, found.by).await?;
    let able = match found.change {
        Change::Showing { .. } => !roles.is_empty(),
        Change::Donation { .. }
        | Change::Programme { .. }
        | Change::Member { .. }
        | Change::Assignment { .. }
        | Change::SiteParty { .. } => found.change.power().is_of(&roles),
    };
    if !able || before(tx, &found.change, None).await?.is_err() {
        return Ok(State::Overtaken);
    }
    let mut inner = tx.begin().await?;
    match make(&mut inner, &found.change, found.by, now).await {
        Ok(Made::Done) => {
            inner.commit().await?;
            Ok(State::Approved)
        }
        Ok(Made::Already | Made::Not(_))
        | Err(DonationError::Shares { .. } | DonationError::Count)
        | Err(DonationError::Store(StoreError::Missing(_) | StoreError::Conflict(_))) => {
            inner.rollback().await?;
            Ok(State::Overtaken)
        }
        Err(DonationError::Store(error)) => Err(error),
    }
}

/// Keeps a proposal; the same one that waits already is the same one.
async fn keep(
    tx: &mut SqliteConnection,
    change: &Change,
    before: &Before,
    by: PersonId,
    now: WallMs,
) -> Result<Filed, StoreError> {
    let text = serde_json::to_string(change).map_err(|_| StoreError::Value { what: "proposals.change" })?;
    let same: Option<(i64,)> =
        sqlx::query_as("SELECT id FROM proposals WHERE by_person = $1 AND change = $2 AND state = 'waiting'")
            .bind(by.0)
            .bind(&text)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some((id,)) = same {
        return Ok(Filed::Waits(ProposalId(id)));
    }
    let (waiting,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM proposals WHERE by_person = $1 AND state = 'waiting'")
            .bind(by.0)
            .fetch_one(&mut *tx)
            .await?;
    if waiting >= WAITING_MAX {
        return Ok(Filed::Not(Hindrance::TooMany));
    }
    let differences = serde_json::to_string(&change.differences(before))
        .map_err(|_| StoreError::Value { what: "proposals.differences" })?;
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO proposals (power, kind, thing, change, differences, by_person, made_ms, ends_ms, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting') RETURNING id",
    )
    .bind(change.power().key())
    .bind(change.kind())
    .bind(change.thing())
    .bind(text)
    .bind(differences)
    .bind(by.0)
    .bind(now.0)
    .bind(now.plus_ms(WAITS_MS).0)
    .fetch_one(tx)
    .await?;
    Ok(Filed::Waits(ProposalId(id)))
}

/// Writes down what nobody signed in time.
async fn expire(tx: &mut SqliteConnection, now: WallMs) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE proposals SET state = 'expired', ended_ms = ends_ms WHERE state = 'waiting' AND ends_ms <= $1",
    )
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Uses a signature for one more showing of this site to this person, if one was given within the hour.
pub(super) async fn use_signed_showing(
    tx: &mut SqliteConnection,
    site: SiteId,
    person: PersonId,
    now: WallMs,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE proposals SET used_ms = $4 WHERE id = (SELECT MIN(id) FROM proposals WHERE kind = 'showing' \
         AND thing = $1 AND by_person = $2 AND state = 'approved' AND used_ms IS NULL AND ended_ms > $3)",
    )
    .bind(format!("site {}", site.0))
    .bind(person.0)
    .bind(now.0 - HOUR_MS)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn proposal_in(tx: &mut SqliteConnection, id: ProposalId) -> Result<Option<Proposal>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as(select_proposal!("WHERE id = $1")).bind(id.0).fetch_optional(tx).await?;
    row.map(from_row).transpose()
}

fn from_row(row: Row) -> Result<Proposal, StoreError> {
    let (id, change, differences, by, made, ends, state, ended, ended_by, reason, used) = row;
    let value = |what| StoreError::Value { what };
    Ok(Proposal {
        id: ProposalId(id),
        change: serde_json::from_str(&change).map_err(|_| value("proposals.change"))?,
        differences: serde_json::from_str(&differences).map_err(|_| value("proposals.differences"))?,
        by: PersonId(by),
        made: WallMs(made),
        ends: WallMs(ends),
        state: State::from_key(&state).ok_or(value("proposals.state"))?,
        ended: ended.map(WallMs),
        ended_by: ended_by.map(PersonId),
        reason,
        used: used.map(WallMs),
    })
}
