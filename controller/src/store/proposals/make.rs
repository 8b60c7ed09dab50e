//! What is there before a change, and the change itself, both inside a transaction.
//!
//! Enters: a change. Leaves: what decides whether it takes two people, and what making it came to. Decides nothing.

use std::collections::BTreeSet;

use holdfast_protocol::ids::{PartyId, ProgrammeId, SiteId};
use holdfast_protocol::time::WallMs;
use sqlx::SqliteConnection;

use super::signers::roles_in;
use super::{Hindrance, StoreError};
use crate::access::{PersonId, Role};
use crate::proposal::{Before, Change, ProgrammeValues, Seen};
use crate::store::assignments;
use crate::store::inventory::donations::{self, DonationError};
use crate::store::inventory::programmes;
use crate::store::inventory::terms::Tlp;
use crate::store::members::{self, Change as MemberChange};
use crate::store::places::assign_in;

/// What is there before a change.
pub(super) async fn before(
    tx: &mut SqliteConnection,
    change: &Change,
    version: Option<i64>,
) -> Result<Result<Before, Hindrance>, StoreError> {
    Ok(match change {
        Change::Donation { donation, version, .. } => match donations::donation_in(tx, *donation).await? {
            None => Err(Hindrance::Nothing),
            Some(found) if found.version != *version => Err(Hindrance::Moved),
            Some(found) => Ok(Before::Donation(found.values)),
        },
        Change::Programme { programme, version, .. } => match programme_in(tx, *programme).await? {
            None => Err(Hindrance::Nothing),
            Some((_, found)) if found != *version => Err(Hindrance::Moved),
            Some((values, _)) => Ok(Before::Programme(values)),
        },
        Change::Member { person, from, to } => {
            let Some((party, found)) = person_in(tx, *person).await? else {
                return Ok(Err(Hindrance::Nothing));
            };
            let roles = roles_in(tx, *person).await?;
            if version.is_some_and(|version| version != found) || party != from.party || roles != from.roles {
                return Ok(Err(Hindrance::Moved));
            }
            let assigned = sites_in(tx, SitesOf::Person(*person)).await?;
            let was = sites_in(tx, SitesOf::Party(from.party)).await?;
            let is = sites_in(tx, SitesOf::Party(to.party)).await?;
            Ok(Before::Seen {
                before: Seen::of(&from.roles, &assigned, &was),
                after: Seen::of(&to.roles, &assigned, &is),
            })
        }
        Change::Assignment { person, site } => {
            let Some((party, _)) = person_in(tx, *person).await? else { return Ok(Err(Hindrance::Nothing)) };
            let roles = roles_in(tx, *person).await?;
            let mut assigned = sites_in(tx, SitesOf::Person(*person)).await?;
            let of_party = sites_in(tx, SitesOf::Party(party)).await?;
            let before = Seen::of(&roles, &assigned, &of_party);
            assigned.insert(*site);
            Ok(Before::Seen { before, after: Seen::of(&roles, &assigned, &of_party) })
        }
        Change::SiteParty { site, from, to } => {
            let row: Option<(Option<i64>,)> = sqlx::query_as("SELECT party_id FROM sites WHERE id = $1")
                .bind(site.0)
                .fetch_optional(&mut *tx)
                .await?;
            let Some((is,)) = row else { return Ok(Err(Hindrance::Nothing)) };
            if is.map(PartyId) != *from {
                return Ok(Err(Hindrance::Moved));
            }
            Ok(Before::Recipients(recipients(tx, *from, *to).await?))
        }
        Change::Showing { .. } => Ok(Before::Hour),
    })
}

/// What making a change came to; anything but done is to be rolled back.
pub(super) enum Made {
    Done,
    Already,
    Not(Hindrance),
}

pub(super) async fn make(
    tx: &mut SqliteConnection,
    change: &Change,
    by: PersonId,
    now: WallMs,
) -> Result<Made, DonationError> {
    let there = |there| if there { Made::Done } else { Made::Not(Hindrance::Nothing) };
    let moved = |error| match error {
        DonationError::Store(StoreError::Conflict(None)) => Ok(Made::Not(Hindrance::Moved)),
        other @ (DonationError::Store(_) | DonationError::Shares { .. } | DonationError::Count) => Err(other),
    };
    match change {
        Change::Donation { donation, version, values } => {
            let done = donations::change_in(tx, *donation, *version, values, now).await;
            done.map_or_else(moved, |()| Ok(Made::Done))
        }
        Change::Programme { programme, version, values } => {
            let values = (values.title.as_str(), values.activity.as_str(), values.tlp);
            let done = programmes::change_in(tx, *programme, *version, values, now).await;
            done.map_or_else(|error| moved(error.into()), |()| Ok(Made::Done))
        }
        Change::Member { person, to, .. } => {
            let done = members::change_in(tx, (*person, None), to.party, &to.roles, now).await?;
            Ok(match done {
                MemberChange::Done => Made::Done,
                MemberChange::Nobody => Made::Not(Hindrance::Nothing),
                MemberChange::Stale => Made::Not(Hindrance::Moved),
                MemberChange::LastAdministrator => Made::Not(Hindrance::LastAdministrator),
            })
        }
        Change::Assignment { person, site } => {
            Ok(if assign_in(tx, (*person, *site), by, now).await? { Made::Done } else { Made::Already })
        }
        Change::SiteParty { site, to, .. } => Ok(there(assignments::set_party_in(tx, *site, *to).await?)),
        // The signature itself is what the next showing uses.
        Change::Showing { .. } => Ok(Made::Done),
    }
}

/// How many recipients of a party come to see a site's place when it becomes theirs.
async fn recipients(
    tx: &mut SqliteConnection,
    from: Option<PartyId>,
    to: Option<PartyId>,
) -> Result<u64, StoreError> {
    let Some(to) = to.filter(|to| Some(*to) != from) else { return Ok(0) };
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM people p JOIN person_roles r ON r.person_id = p.id \
         WHERE r.role = $1 AND COALESCE(p.party_id, 1) = $2",
    )
    .bind(Role::Recipient.key())
    .bind(to.0)
    .fetch_one(tx)
    .await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

#[derive(Debug, Clone, Copy)]
enum SitesOf {
    Person(PersonId),
    Party(PartyId),
}

async fn sites_in(tx: &mut SqliteConnection, of: SitesOf) -> Result<BTreeSet<SiteId>, StoreError> {
    let rows: Vec<(i64,)> = match of {
        SitesOf::Person(person) => {
            let query = sqlx::query_as("SELECT site_id FROM person_sites WHERE person_id = $1");
            query.bind(person.0).fetch_all(tx).await?
        }
        SitesOf::Party(party) => {
            let query = sqlx::query_as("SELECT id FROM sites WHERE party_id = $1");
            query.bind(party.0).fetch_all(tx).await?
        }
    };
    Ok(rows.into_iter().map(|(id,)| SiteId(id)).collect())
}

async fn programme_in(
    tx: &mut SqliteConnection,
    id: ProgrammeId,
) -> Result<Option<(ProgrammeValues, i64)>, StoreError> {
    let row: Option<(String, String, String, i64)> =
        sqlx::query_as("SELECT title, activity, tlp, version FROM programmes WHERE id = $1")
            .bind(id.0)
            .fetch_optional(tx)
            .await?;
    // A marking this program does not know is treated as the narrowest.
    let values = |(title, activity, tlp, version): (String, String, String, i64)| {
        let tlp = Tlp::from_key(&tlp).unwrap_or(Tlp::Red);
        (ProgrammeValues { title, activity, tlp }, version)
    };
    Ok(row.map(values))
}

/// Party and version of a person.
async fn person_in(
    tx: &mut SqliteConnection,
    person: PersonId,
) -> Result<Option<(PartyId, i64)>, StoreError> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT COALESCE(party_id, 1), version FROM people WHERE id = $1")
            .bind(person.0)
            .fetch_optional(tx)
            .await?;
    Ok(row.map(|(party, version)| (PartyId(party), version)))
}
