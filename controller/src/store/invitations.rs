//! Invitations: how a person comes to a password that nobody else has seen.
//!
//! Enters: hashes of codes, hashes of passwords. Leaves: people without a password, then with one. A code is spent in the
//! transaction that keeps the password. The same code is what an administrator gives to whoever forgot theirs.

use holdfast_protocol::ids::PartyId;
use holdfast_protocol::time::WallMs;

use super::people::{fold, insert, set_roles};
use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::{PersonId, Role};

/// A person to be invited.
#[derive(Debug, Clone)]
pub struct Invited<'a> {
    /// Name they will sign in with.
    pub name: &'a str,
    /// Their party.
    pub party: PartyId,
    /// Their roles.
    pub roles: &'a [Role],
}

/// An invitation to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Invitation {
    /// SHA-256 of its code.
    pub code_sha256: [u8; 32],
    /// When it ends.
    pub ends: WallMs,
    /// Who invites.
    pub by: PersonId,
}

impl Store {
    /// Makes a person who has no password yet, with an invitation.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn invite(
        &self,
        person: &Invited<'_>,
        invitation: Invitation,
        now: WallMs,
    ) -> Result<PersonId, StoreError> {
        let mut tx = self.write().await?;
        let id = insert(&mut tx, person.name, "", &[], now).await?;
        sqlx::query("UPDATE people SET party_id = $2 WHERE id = $1")
            .bind(id.0)
            .bind(person.party.0)
            .execute(&mut *tx)
            .await?;
        set_roles(&mut tx, id, person.roles).await?;
        keep(&mut tx, id, invitation, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Invites a person again: with this code they choose a new password, and until then the old one holds. `false` when
    /// there is no such person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invite_again(
        &self,
        person: PersonId,
        invitation: Invitation,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let there: Option<(i64,)> = sqlx::query_as("SELECT id FROM people WHERE id = $1")
            .bind(person.0)
            .fetch_optional(&mut *tx)
            .await?;
        if there.is_none() {
            return Ok(false);
        }
        keep(&mut tx, person, invitation, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether this is the code of an invitation for this name that holds: asked before the costly hash is made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invited(
        &self,
        name: &str,
        code_sha256: &[u8; 32],
        now: WallMs,
    ) -> Result<Option<PersonId>, StoreError> {
        let row: Option<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT i.person_id, i.code_sha256 FROM invitations i JOIN people p ON p.id = i.person_id \
             WHERE p.name_fold = $1 AND i.ends_ms > $2 AND p.locked_ms IS NULL",
        )
        .bind(fold(name))
        .bind(now.0)
        .fetch_optional(self.read())
        .await?;
        let holds = |kept: &[u8]| bool::from(subtle::ConstantTimeEq::ct_eq(kept, code_sha256.as_slice()));
        Ok(row.filter(|(_, kept)| holds(kept)).map(|(id, _)| PersonId(id)))
    }

    /// Spends an invitation for a password; all sessions of the person end. `false`, and nothing kept, when it is spent or
    /// over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn accept_invitation(
        &self,
        person: PersonId,
        code_sha256: &[u8; 32],
        password: &str,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let spent =
            sqlx::query("DELETE FROM invitations WHERE person_id = $1 AND code_sha256 = $2 AND ends_ms > $3")
                .bind(person.0)
                .bind(code_sha256.as_slice())
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        if spent.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE people SET password = $2, changed_ms = $3, version = version + 1 WHERE id = $1")
            .bind(person.0)
            .bind(password)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE person_id = $1").bind(person.0).execute(&mut *tx).await?;
        tx.commit().await?;
        self.tell(Standing::Of(person));
        Ok(true)
    }
}

async fn keep(
    tx: &mut sqlx::SqliteConnection,
    person: PersonId,
    invitation: Invitation,
    now: WallMs,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO invitations (person_id, code_sha256, made_ms, ends_ms, by_person) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (person_id) DO UPDATE SET code_sha256 = excluded.code_sha256, made_ms = excluded.made_ms, \
         ends_ms = excluded.ends_ms, by_person = excluded.by_person",
    )
    .bind(person.0)
    .bind(invitation.code_sha256.as_slice())
    .bind(now.0)
    .bind(invitation.ends.0)
    .bind(invitation.by.0)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::parties::OWN_PARTY;
    use super::super::scratch::Scratch;
    use super::*;

    const CODE: [u8; 32] = [9; 32];

    fn invitation(ends: i64) -> Invitation {
        Invitation { code_sha256: CODE, ends: WallMs(ends), by: PersonId(1) }
    }

    #[tokio::test]
    async fn an_invited_person_chooses_a_password_once() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let invited = Invited { name: "Olena", party: OWN_PARTY, roles: &[Role::Operator, Role::Donor] };
        let id = store.invite(&invited, invitation(100), WallMs(5)).await.unwrap();
        let person = store.person_by_name("olena").await.unwrap().expect("made");
        assert_eq!(
            (person.password.as_str(), person.roles.as_slice()),
            ("", &[Role::Operator, Role::Donor][..])
        );
        assert_eq!(store.invited("OLENA", &CODE, WallMs(6)).await.unwrap(), Some(id));
        assert_eq!(store.invited("OLENA", &[8; 32], WallMs(6)).await.unwrap(), None);
        assert_eq!(store.invited("OLENA", &CODE, WallMs(100)).await.unwrap(), None, "over");
        let (one, two) = tokio::join!(
            store.accept_invitation(id, &CODE, "hash a", WallMs(7)),
            store.accept_invitation(id, &CODE, "hash b", WallMs(7))
        );
        assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1);
        assert_eq!(store.invited("Olena", &CODE, WallMs(8)).await.unwrap(), None, "spent");
        assert!(matches!(
            store.invite(&invited, invitation(100), WallMs(9)).await,
            Err(StoreError::Conflict(_))
        ));
    }

    #[tokio::test]
    async fn whoever_is_locked_cannot_come_back_by_an_invitation() {
        let folder = Scratch::new();
        let store = Store::open(folder.path()).await.unwrap();
        let invited = Invited { name: "Olena", party: OWN_PARTY, roles: &[Role::Operator] };
        let id = store.invite(&invited, invitation(100), WallMs(5)).await.unwrap();
        store.lock_person(id, WallMs(6)).await.unwrap();
        assert_eq!(store.invited("Olena", &CODE, WallMs(7)).await.unwrap(), None);
        assert!(!store.invite_again(PersonId(99), invitation(100), WallMs(7)).await.unwrap(), "nobody");
    }
}
