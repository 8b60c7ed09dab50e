//! What a registry must forget when it comes back from a backup.
//!
//! Enters: a registry as it was some time ago. Leaves: the same without anything that may have been used up, ended or taken
//! back since: sessions, tokens of programs, invitations, the first administrator's code, tickets that waited to be used.
//! What was changed since and is not in the copy (a node revoked, a person locked out) it cannot know; the caller says so.

use holdfast_protocol::time::WallMs;

use super::{Store, StoreError};

/// How much was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    /// Sessions of people.
    pub sessions: u64,
    /// Tokens of programs.
    pub tokens: u64,
    /// Invitations, and the first administrator's code.
    pub invitations: u64,
    /// Tickets that were open, waiting or approved.
    pub tickets: u64,
}

impl Store {
    /// Ends, in one transaction, what may have been used or taken back since the copy was made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_what_may_be_used(&self, now: WallMs) -> Result<Ended, StoreError> {
        let mut tx = self.write().await?;
        let sessions = sqlx::query("DELETE FROM sessions").execute(&mut *tx).await?.rows_affected();
        let tokens = sqlx::query("UPDATE api_tokens SET revoked_ms = $1 WHERE revoked_ms IS NULL")
            .bind(now.0)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        let invited = sqlx::query("DELETE FROM invitations").execute(&mut *tx).await?.rows_affected();
        let codes = sqlx::query("DELETE FROM first_code").execute(&mut *tx).await?.rows_affected();
        let tickets = sqlx::query(
            "UPDATE tickets SET state = 'revoked', revoked_ms = $1 WHERE state IN ('open', 'waiting', 'approved')",
        )
        .bind(now.0)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        Ok(Ended { sessions, tokens, invitations: invited.saturating_add(codes), tickets })
    }
}
