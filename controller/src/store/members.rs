//! People as an administrator manages them: party, roles, locked or not, what they sign in with.
//!
//! Enters: checked values and the version they were made on. Leaves: people, page by page. There is always an
//! administrator who may sign in: the last one can neither be locked nor lose the role, decided inside the transaction.

use holdfast_protocol::ids::PartyId;
use holdfast_protocol::time::WallMs;

use super::people::{fold, set_roles};
use super::proposals::note_two_signers;
use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::{PersonId, Role};

/// A person as they are managed. `Debug` leaves the name out.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Number.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Their party.
    pub party: PartyId,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Since when they may not sign in.
    pub locked: Option<WallMs>,
    /// Whether they have chosen a password.
    pub has_password: bool,
    /// Whether a second factor is confirmed.
    pub has_second_factor: bool,
    /// Until when an invitation is open.
    pub invited_until: Option<WallMs>,
    /// When they first signed in.
    pub first_sign_in: Option<WallMs>,
    /// When they last signed in.
    pub last_sign_in: Option<WallMs>,
    /// Sessions that may still hold.
    pub sessions: u32,
    /// Tokens that may still hold.
    pub tokens: u32,
    /// Counts changes.
    pub version: i64,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("id", &self.id).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// The people in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemberCounts {
    /// Have a password and are not locked.
    pub active: u64,
    /// Of these, without a second factor.
    pub without_factor: u64,
    /// Locked.
    pub locked: u64,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Done.
    Done,
    /// Nobody of this number.
    Nobody,
    /// Changed by somebody else meanwhile.
    Stale,
    /// Would leave the fleet without an administrator who may sign in.
    LastAdministrator,
}

/// The columns of a member, with the end of the statement behind them: SQL is put together by the compiler alone.
macro_rules! select_member {
    ($end:literal) => {
        concat!(
            "SELECT p.id, p.name, COALESCE(p.party_id, 1), p.locked_ms, p.password <> '', ",
            "(SELECT COUNT(*) FROM second_factors f WHERE f.person_id = p.id AND f.confirmed_ms IS NOT NULL), ",
            "(SELECT i.ends_ms FROM invitations i WHERE i.person_id = p.id AND i.ends_ms > $1), ",
            "p.first_sign_in_ms, p.last_sign_in_ms, ",
            "(SELECT COUNT(*) FROM sessions s WHERE s.person_id = p.id AND s.ends_ms > $1 ",
            "AND (s.idle_ms IS NULL OR s.seen_ms + s.idle_ms > $1)), ",
            "(SELECT COUNT(*) FROM api_tokens t WHERE t.person_id = p.id AND t.revoked_ms IS NULL AND t.ends_ms > $1), ",
            "p.version, COALESCE((SELECT GROUP_CONCAT(r.role, ' ') FROM person_roles r WHERE r.person_id = p.id), '') ",
            "FROM people p ",
            $end
        )
    };
}

type Row =
    (i64, String, i64, Option<i64>, i64, i64, Option<i64>, Option<i64>, Option<i64>, i64, i64, i64, String);

impl Store {
    /// One person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn member(&self, id: PersonId, now: WallMs) -> Result<Option<Member>, StoreError> {
        let row: Option<Row> = sqlx::query_as(select_member!("WHERE p.id = $2"))
            .bind(now.0)
            .bind(id.0)
            .fetch_optional(self.read())
            .await?;
        Ok(row.map(from_row))
    }

    /// People by name, behind `after` (a name and its number).
    ///
    /// # Errors
    /// What the database says.
    pub async fn members(
        &self,
        after: Option<(&str, PersonId)>,
        most: i64,
        now: WallMs,
    ) -> Result<Vec<Member>, StoreError> {
        let (name, id) = after.map_or((String::new(), 0), |(name, id)| (fold(name), id.0));
        let rows: Vec<Row> = sqlx::query_as(select_member!(
            "WHERE (p.name_fold, p.id) > ($2, $3) ORDER BY p.name_fold, p.id LIMIT $4"
        ))
        .bind(now.0)
        .bind(name)
        .bind(id)
        .bind(most)
        .fetch_all(self.read())
        .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// How many people may sign in, how many of these without a second factor, and how many are locked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn member_counts(&self) -> Result<MemberCounts, StoreError> {
        let (active, bare, locked): (i64, i64, i64) = sqlx::query_as(
            "SELECT COALESCE(SUM(locked_ms IS NULL AND password <> ''), 0), \
             COALESCE(SUM(locked_ms IS NULL AND password <> '' AND NOT EXISTS (SELECT 1 FROM second_factors f \
             WHERE f.person_id = people.id AND f.confirmed_ms IS NOT NULL)), 0), \
             COALESCE(SUM(locked_ms IS NOT NULL), 0) FROM people",
        )
        .fetch_one(self.read())
        .await?;
        let count = |count| u64::try_from(count).unwrap_or(0);
        Ok(MemberCounts { active: count(active), without_factor: count(bare), locked: count(locked) })
    }

    /// Changes party and roles of a person who is still at this version.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for a party that is not there.
    pub async fn change_member(
        &self,
        id: PersonId,
        version: i64,
        party: PartyId,
        roles: &[Role],
        now: WallMs,
    ) -> Result<Change, StoreError> {
        let mut tx = self.write().await?;
        let done = change_in(&mut tx, (id, Some(version)), party, roles, now).await?;
        if done == Change::Done {
            tx.commit().await?;
            self.tell(Standing::Of(id));
        }
        Ok(done)
    }

    /// Locks a person out: sessions end with it, tokens hold no longer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn lock_person(&self, id: PersonId, now: WallMs) -> Result<Change, StoreError> {
        let mut tx = self.write().await?;
        note_two_signers(&mut tx, now).await?;
        let before = has_administrator(&mut tx).await?;
        let done = sqlx::query(
            "UPDATE people SET locked_ms = COALESCE(locked_ms, $2), changed_ms = $2, version = version + 1 WHERE id = $1",
        )
        .bind(id.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(Change::Nobody);
        }
        if before && !has_administrator(&mut tx).await? {
            return Ok(Change::LastAdministrator);
        }
        sqlx::query("DELETE FROM sessions WHERE person_id = $1").bind(id.0).execute(&mut *tx).await?;
        tx.commit().await?;
        self.tell(Standing::Of(id));
        Ok(Change::Done)
    }

    /// Lets a locked person sign in again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unlock_person(&self, id: PersonId, now: WallMs) -> Result<Change, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE people SET locked_ms = NULL, changed_ms = $2, version = version + 1 WHERE id = $1",
        )
        .bind(id.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(if done.rows_affected() == 0 { Change::Nobody } else { Change::Done })
    }

    /// Keeps the hash of a new password; all sessions of the person but this one end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn change_password(
        &self,
        id: PersonId,
        password: &str,
        but: Option<crate::access::SessionId>,
        now: WallMs,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE people SET password = $2, changed_ms = $3, version = version + 1 WHERE id = $1")
            .bind(id.0)
            .bind(password)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE person_id = $1 AND id <> $2")
            .bind(id.0)
            .bind(but.map_or(0, |session| session.0))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.tell(Standing::Of(id));
        Ok(())
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_sessions_of(&self, id: PersonId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE person_id = $1").bind(id.0).execute(&mut *tx).await?;
        tx.commit().await?;
        self.tell(Standing::Of(id));
        Ok(())
    }

    /// Writes that a person signed in.
    ///
    /// # Errors
    /// What the database says.
    pub async fn person_signed_in(&self, id: PersonId, now: WallMs) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE people SET last_sign_in_ms = $2, first_sign_in_ms = COALESCE(first_sign_in_ms, $2) WHERE id = $1",
        )
        .bind(id.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        note_two_signers(&mut tx, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Changes party and roles inside a transaction; without a version, whatever it is. Anything but [`Change::Done`] is to be
/// rolled back.
pub(super) async fn change_in(
    tx: &mut sqlx::SqliteConnection,
    (id, version): (PersonId, Option<i64>),
    party: PartyId,
    roles: &[Role],
    now: WallMs,
) -> Result<Change, StoreError> {
    note_two_signers(tx, now).await?;
    let done = sqlx::query(
        "UPDATE people SET party_id = $3, changed_ms = $4, version = version + 1 \
         WHERE id = $1 AND ($2 IS NULL OR version = $2)",
    )
    .bind(id.0)
    .bind(version)
    .bind(party.0)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return stale_or_nobody(tx, id).await;
    }
    let before = has_administrator(tx).await?;
    set_roles(tx, id, roles).await?;
    if before && !has_administrator(tx).await? {
        return Ok(Change::LastAdministrator);
    }
    Ok(Change::Done)
}

async fn stale_or_nobody(tx: &mut sqlx::SqliteConnection, id: PersonId) -> Result<Change, StoreError> {
    let there: Option<(i64,)> =
        sqlx::query_as("SELECT id FROM people WHERE id = $1").bind(id.0).fetch_optional(tx).await?;
    Ok(if there.is_some() { Change::Stale } else { Change::Nobody })
}

async fn has_administrator(tx: &mut sqlx::SqliteConnection) -> Result<bool, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM people p JOIN person_roles r ON r.person_id = p.id \
         WHERE r.role = 'administrator' AND p.locked_ms IS NULL AND p.password <> ''",
    )
    .fetch_one(tx)
    .await?;
    Ok(count > 0)
}

fn from_row(row: Row) -> Member {
    let (
        id,
        name,
        party,
        locked,
        has_password,
        factors,
        invited,
        first,
        last,
        sessions,
        tokens,
        version,
        roles,
    ) = row;
    let mut roles: Vec<Role> = roles.split(' ').filter_map(Role::from_key).collect();
    roles.sort_unstable();
    Member {
        id: PersonId(id),
        name,
        party: PartyId(party),
        roles,
        locked: locked.map(WallMs),
        has_password: has_password != 0,
        has_second_factor: factors > 0,
        invited_until: invited.map(WallMs),
        first_sign_in: first.map(WallMs),
        last_sign_in: last.map(WallMs),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
        version,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parties::OWN_PARTY;
    use super::super::scratch::Scratch;
    use super::*;

    #[tokio::test]
    async fn roles_change_on_the_version_that_was_read() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        store.insert_person("Administrator", "hash", &[Role::Administrator], WallMs(1)).await.unwrap();
        let id = store.insert_person("Olena", "hash", &[Role::Operator], WallMs(1)).await.unwrap();
        let roles = [Role::Operator, Role::Auditor];
        assert_eq!(store.change_member(id, 1, OWN_PARTY, &roles, WallMs(5)).await.unwrap(), Change::Done);
        assert_eq!(store.change_member(id, 1, OWN_PARTY, &roles, WallMs(5)).await.unwrap(), Change::Stale);
        let nobody = store.change_member(PersonId(99), 1, OWN_PARTY, &roles, WallMs(5)).await.unwrap();
        assert_eq!(nobody, Change::Nobody);
        let member = store.member(id, WallMs(6)).await.unwrap().expect("there");
        assert_eq!((member.roles.as_slice(), member.version), (&roles[..], 2));
        assert!(matches!(
            store.change_member(id, 2, PartyId(99), &roles, WallMs(7)).await,
            Err(StoreError::Missing(_))
        ));
    }

    #[tokio::test]
    async fn the_last_administrator_can_neither_be_locked_nor_lose_the_role() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let first = store.insert_person("First", "hash", &[Role::Administrator], WallMs(1)).await.unwrap();
        let unborn = store.insert_person("Invited", "", &[Role::Administrator], WallMs(1)).await.unwrap();
        assert_eq!(store.lock_person(first, WallMs(5)).await.unwrap(), Change::LastAdministrator);
        let change = store.change_member(first, 1, OWN_PARTY, &[Role::Operator], WallMs(5)).await.unwrap();
        assert_eq!(change, Change::LastAdministrator);
        assert_eq!(store.roles_of(first).await.unwrap(), [Role::Administrator], "nothing was kept");
        store.change_password(unborn, "hash", None, WallMs(6)).await.unwrap();
        assert_eq!(
            store.lock_person(first, WallMs(7)).await.unwrap(),
            Change::Done,
            "the other can sign in now"
        );
        assert_eq!(store.lock_person(unborn, WallMs(8)).await.unwrap(), Change::LastAdministrator);
        assert_eq!(store.unlock_person(first, WallMs(9)).await.unwrap(), Change::Done);
    }

    #[tokio::test]
    async fn pages_of_people_follow_one_another() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        for name in ["Ївга", "andrzej", "Olena", "Zofia"] {
            store.insert_person(name, "hash", &[Role::Operator], WallMs(1)).await.unwrap();
        }
        let first = store.members(None, 2, WallMs(2)).await.unwrap();
        let last = first.last().expect("two");
        let second = store.members(Some((&last.name, last.id)), 10, WallMs(2)).await.unwrap();
        let names: Vec<&str> = first.iter().chain(&second).map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["andrzej", "Olena", "Zofia", "Ївга"]);
    }
}
