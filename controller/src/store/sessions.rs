//! Sessions: which hashed token stands for whom, and until when.
//!
//! Enters: SHA-256 of tokens. Leaves: the person behind one that is valid. Never sees a token. A session ends by its last
//! instant, by idleness, or by being deleted; what has ended is swept away by [`Store::sweep_sessions`].

use holdfast_protocol::time::WallMs;

use super::standing::Standing;
use super::{Store, StoreError};
use crate::access::{By, PersonId, SessionId, SessionKind, Viewer};

/// `seen_ms` is written at most so often: reading pages must not queue behind the one writer.
pub const SEEN_EVERY_MS: i64 = 60_000;
/// Most sessions a person has at one time; the oldest ends for a new one. Five devices and some forgotten browsers.
pub const SESSIONS_A_PERSON_MAX: i64 = 20;

/// A session to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// For whom.
    pub person: PersonId,
    /// SHA-256 of its token.
    pub token_sha256: [u8; 32],
    /// What it is for.
    pub kind: SessionKind,
    /// When it ends at the latest.
    pub ends: WallMs,
    /// Idleness that ends it.
    pub idle_ms: Option<i64>,
    /// The session in whose place it comes, which ends with it.
    pub replaces: Option<SessionId>,
}

/// What is behind a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The signed-in person.
    pub viewer: Viewer,
    /// When it was last written that something was asked.
    pub seen: WallMs,
    /// Idleness that ends it.
    pub idle_ms: Option<i64>,
    /// Whether the person has a second factor.
    pub second_factor: bool,
    /// When they first signed in.
    pub first_sign_in: Option<WallMs>,
}

/// A session that shall last longer.
#[derive(Debug, Clone, Copy)]
pub struct Extension {
    /// Which one.
    pub session: SessionId,
    /// Until when.
    pub ends: WallMs,
    /// But never for longer than this from its beginning.
    pub whole_ms_max: i64,
}

/// When a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// If nothing is asked by it before.
    pub until: WallMs,
    /// Whatever is asked.
    pub ends: WallMs,
}

impl End {
    /// The end of a session that was last used at `seen`.
    #[must_use]
    pub fn of(ends: WallMs, idle_ms: Option<i64>, seen: WallMs) -> Self {
        Self { until: idle_ms.map_or(ends, |idle_ms| ends.min(seen.plus_ms(idle_ms))), ends }
    }
}

/// Session, person, name, kind, last use, end, idleness, second factor, first sign-in.
type Row = (i64, i64, String, String, i64, i64, Option<i64>, bool, Option<i64>);

/// A session as its person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct SessionRow {
    /// Number.
    pub id: SessionId,
    /// What it is for.
    pub kind: SessionKind,
    /// When it began.
    pub made: WallMs,
    /// When something was last asked, to the minute.
    pub seen: WallMs,
    /// When it ends at the latest.
    pub ends: WallMs,
}

const fn kind_key(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Browser => "browser",
        SessionKind::Tool => "tool",
    }
}

fn kind_of(key: &str) -> SessionKind {
    if key == "tool" { SessionKind::Tool } else { SessionKind::Browser }
}

impl Store {
    /// Makes a session; the one it replaces ends, and the person's oldest ones beyond [`SESSIONS_A_PERSON_MAX`].
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert_session(&self, session: NewSession, now: WallMs) -> Result<SessionId, StoreError> {
        let mut tx = self.write().await?;
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO sessions (token_sha256, person_id, kind, made_ms, seen_ms, ends_ms, idle_ms) \
             VALUES ($1, $2, $3, $4, $4, $5, $6) RETURNING id",
        )
        .bind(session.token_sha256.as_slice())
        .bind(session.person.0)
        .bind(kind_key(session.kind))
        .bind(now.0)
        .bind(session.ends.0)
        .bind(session.idle_ms)
        .fetch_one(&mut *tx)
        .await?;
        if let Some(replaced) = session.replaces {
            sqlx::query("DELETE FROM sessions WHERE id = $1").bind(replaced.0).execute(&mut *tx).await?;
        }
        sqlx::query(
            "DELETE FROM sessions WHERE person_id = $1 AND id NOT IN \
             (SELECT id FROM sessions WHERE person_id = $1 ORDER BY id DESC LIMIT $2)",
        )
        .bind(session.person.0)
        .bind(SESSIONS_A_PERSON_MAX)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.tell(Standing::Of(session.person));
        Ok(SessionId(id))
    }

    /// The valid session of a token's hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session(&self, token_sha256: &[u8; 32], now: WallMs) -> Result<Option<Found>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT s.id, s.person_id, p.name, s.kind, s.seen_ms, s.ends_ms, s.idle_ms, \
             EXISTS (SELECT 1 FROM second_factors f WHERE f.person_id = p.id AND f.confirmed_ms IS NOT NULL), \
             p.first_sign_in_ms FROM sessions s JOIN people p ON p.id = s.person_id WHERE s.token_sha256 = $1 AND s.ends_ms > $2 \
             AND p.locked_ms IS NULL \
             AND (s.idle_ms IS NULL OR s.seen_ms + s.idle_ms > $2)",
        )
        .bind(token_sha256.as_slice())
        .bind(now.0)
        .fetch_optional(self.read())
        .await?;
        let Some((id, person, name, kind, seen, ends, idle_ms, second_factor, first)) = row else {
            return Ok(None);
        };
        let kind = kind_of(&kind);
        let roles = self.roles_of(PersonId(person)).await?;
        let viewer = Viewer {
            person: PersonId(person),
            name,
            roles,
            by: By::Session(SessionId(id)),
            kind,
            end: End::of(WallMs(ends), idle_ms, WallMs(seen)),
            second_factor_due: None,
        };
        let first_sign_in = first.map(WallMs);
        Ok(Some(Found { viewer, seen: WallMs(seen), idle_ms, second_factor, first_sign_in }))
    }

    /// When a session ends that is still valid; what a live feed asks from time to time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session_end(&self, session: SessionId, now: WallMs) -> Result<Option<End>, StoreError> {
        let row: Option<(i64, Option<i64>, i64)> = sqlx::query_as(
            "SELECT ends_ms, idle_ms, seen_ms FROM sessions WHERE id = $1 AND ends_ms > $2 \
             AND (idle_ms IS NULL OR seen_ms + idle_ms > $2)",
        )
        .bind(session.0)
        .bind(now.0)
        .fetch_optional(self.read())
        .await?;
        Ok(row.map(|(ends, idle_ms, seen)| End::of(WallMs(ends), idle_ms, WallMs(seen))))
    }

    /// Lets a browser's session that is still valid last longer; its new end, or none when there is no such session.
    /// An end is never moved to an earlier one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn extend_session(&self, wish: Extension, now: WallMs) -> Result<Option<End>, StoreError> {
        let mut tx = self.write().await?;
        let row: Option<(i64, Option<i64>, i64)> = sqlx::query_as(
            "UPDATE sessions SET seen_ms = MAX(seen_ms, $2), ends_ms = MAX(ends_ms, MIN($3, made_ms + $4)) \
             WHERE id = $1 AND kind = 'browser' AND ends_ms > $2 \
             AND (idle_ms IS NULL OR seen_ms + idle_ms > $2) RETURNING ends_ms, idle_ms, seen_ms",
        )
        .bind(wish.session.0)
        .bind(now.0)
        .bind(wish.ends.0)
        .bind(wish.whole_ms_max)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(row.map(|(ends, idle_ms, seen)| End::of(WallMs(ends), idle_ms, WallMs(seen))))
    }

    /// Writes that something was asked by it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session_seen(&self, session: SessionId, now: WallMs) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE sessions SET seen_ms = $2 WHERE id = $1 AND seen_ms < $2")
            .bind(session.0)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes that a live feed of it is open, at most once a minute.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session_used(&self, session: SessionId, now: WallMs) -> Result<(), StoreError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT seen_ms FROM sessions WHERE id = $1")
            .bind(session.0)
            .fetch_optional(self.read())
            .await?;
        match row {
            Some((seen,)) if now.since_ms(WallMs(seen)) >= SEEN_EVERY_MS => {
                self.session_seen(session, now).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// What the database says.
    pub async fn delete_session(&self, session: SessionId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row: Option<(i64,)> = sqlx::query_as("DELETE FROM sessions WHERE id = $1 RETURNING person_id")
            .bind(session.0)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        if let Some((person,)) = row {
            self.tell(Standing::Of(PersonId(person)));
        }
        Ok(())
    }

    /// A person's sessions that hold, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sessions_of(&self, person: PersonId, now: WallMs) -> Result<Vec<SessionRow>, StoreError> {
        let rows: Vec<(i64, String, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, kind, made_ms, seen_ms, ends_ms FROM sessions WHERE person_id = $1 AND ends_ms > $2 \
             AND (idle_ms IS NULL OR seen_ms + idle_ms > $2) ORDER BY id DESC",
        )
        .bind(person.0)
        .bind(now.0)
        .fetch_all(self.read())
        .await?;
        let row = |(id, kind, made, seen, ends): (i64, String, i64, i64, i64)| SessionRow {
            id: SessionId(id),
            kind: kind_of(&kind),
            made: WallMs(made),
            seen: WallMs(seen),
            ends: WallMs(ends),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Ends a session of a person; `false` when it is not theirs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_session_of(&self, person: PersonId, session: SessionId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM sessions WHERE person_id = $1 AND id = $2")
            .bind(person.0)
            .bind(session.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.tell(Standing::Of(person));
        Ok(done.rows_affected() > 0)
    }

    /// Ends all sessions of a person but one; returns how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_other_sessions(&self, person: PersonId, but: SessionId) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM sessions WHERE person_id = $1 AND id <> $2")
            .bind(person.0)
            .bind(but.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.tell(Standing::Of(person));
        Ok(done.rows_affected())
    }

    /// Deletes what has ended; returns how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep_sessions(&self, now: WallMs) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "DELETE FROM sessions WHERE ends_ms <= $1 OR (idle_ms IS NOT NULL AND seen_ms + idle_ms <= $1)",
        )
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}
