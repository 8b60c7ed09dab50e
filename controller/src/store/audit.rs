//! The audit table: who did what to which thing, with which result, when. Append-only, by triggers in the database too.
//!
//! Enters: [`Entry`]. Leaves: rows, newest first. Never holds a secret, a name typed by somebody who is not signed in, or
//! an address. One function writes rows, inside the one write transaction, and hangs each on the one before it
//! (docs/formats/audit.md); `store/audit_chain.rs` reads them back in their order.

use holdfast_protocol::time::WallMs;

use super::audit_chain::{head_in, link};
use super::{Store, StoreError};
use crate::access::PersonId;

/// What is audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody signed in, or tried to.
    SignIn,
    /// Somebody signed out.
    SignOut,
    /// The first administrator was made, or somebody tried to.
    FirstAdministrator,
    /// Somebody chose a password by an invitation, or tried to.
    InvitationAccept,
    /// Somebody changed their password, or tried to.
    PasswordChange,
    /// Somebody set up a second factor.
    SecondFactorOn,
    /// Somebody took their second factor away, or tried to.
    SecondFactorOff,
    /// Somebody made new recovery codes.
    RecoveryRenew,
    /// Somebody was asked again for password or code, and gave neither.
    ShowAgain,
    /// Somebody ended a session of theirs, or all others.
    SessionEnd,
    /// Somebody made a token for a program, or was refused it.
    TokenNew,
    /// Somebody took a token back.
    TokenRevoke,
    /// A signed-in person asked for what their roles do not include.
    Refused,
    /// A party was made.
    PartyNew,
    /// A party was changed.
    PartyChange,
    /// A person was invited.
    PersonInvite,
    /// Party or roles of a person were changed.
    PersonChange,
    /// A person was locked out.
    PersonLock,
    /// A person was let in again.
    PersonUnlock,
    /// All sessions of a person were ended.
    SessionsEnd,
    /// An administrator removed a person's second factor.
    SecondFactorRemove,
    /// A site was assigned to a person.
    SiteAssign,
    /// An assignment was taken back.
    SiteUnassign,
    /// The exact place of a site was entered.
    PlaceEnter,
    /// A change was proposed that takes two people.
    ProposalNew,
    /// A second person signed a change, or was refused it.
    ProposalApprove,
    /// A second person refused a change, or somebody tried to.
    ProposalRefuse,
    /// Who proposed a change took it back, or somebody tried to.
    ProposalWithdraw,
    /// Somebody was shown an exact place, or asked for one too many.
    PlaceShow,
    /// An auditor was shown the region of a site.
    RegionShow,
    /// A site was given to a party, or taken from it.
    SiteParty,
    /// A ticket was made.
    TicketNew,
    /// A node that waited was approved.
    TicketApprove,
    /// A ticket was taken back.
    TicketRevoke,
    /// A node's certificate was taken back.
    NodeRevoke,
    /// A ticket became a node.
    NodeEnrol,
    /// A key other than the first showed a ticket.
    TicketSecondKey,
    /// Rows of a page were taken away as a file.
    Export,
    /// This registry came back from a backup.
    Restored,
    /// A model, programme, container, donation or item was made.
    InventoryNew,
    /// One of them was changed.
    InventoryChange,
    /// Something was recorded of items, or was refused.
    CustodyRecord,
    /// A hand-over was offered, or was refused.
    HandoverOffer,
    /// A hand-over was answered, or was refused.
    HandoverAnswer,
    /// A hand-over was taken back, or was refused.
    HandoverWithdraw,
    /// A list was sent in, or was refused.
    ImportNew,
    /// How a list is read was changed.
    ImportChange,
    /// The items of a list were made, or were refused.
    ImportCommit,
    /// A list was taken back.
    ImportWithdraw,
    /// A provider's account export was sent in, or was refused.
    ProviderExport,
    /// Secret identifiers of an item were shown.
    ItemReveal,
    /// Serials of an item were bound to a node's key, or somebody tried to.
    ItemBind,
    /// The evidence of an item was taken away as a file, or was refused.
    EvidenceTake,
}

impl Action {
    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::FirstAdministrator => "first_administrator",
            Self::InvitationAccept => "invitation_accept",
            Self::PasswordChange => "password_change",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::RecoveryRenew => "recovery_renew",
            Self::ShowAgain => "show_again",
            Self::SessionEnd => "session_end",
            Self::TokenNew => "token_new",
            Self::TokenRevoke => "token_revoke",
            Self::Refused => "refused",
            Self::PartyNew => "party_new",
            Self::PartyChange => "party_change",
            Self::PersonInvite => "person_invite",
            Self::PersonChange => "person_change",
            Self::PersonLock => "person_lock",
            Self::PersonUnlock => "person_unlock",
            Self::SessionsEnd => "sessions_end",
            Self::SecondFactorRemove => "second_factor_remove",
            Self::SiteAssign => "site_assign",
            Self::SiteUnassign => "site_unassign",
            Self::PlaceEnter => "place_enter",
            Self::ProposalNew => "proposal_new",
            Self::ProposalApprove => "proposal_approve",
            Self::ProposalRefuse => "proposal_refuse",
            Self::ProposalWithdraw => "proposal_withdraw",
            Self::PlaceShow => "place_show",
            Self::RegionShow => "region_show",
            Self::SiteParty => "site_party",
            Self::TicketNew => "ticket_new",
            Self::TicketApprove => "ticket_approve",
            Self::TicketRevoke => "ticket_revoke",
            Self::NodeRevoke => "node_revoke",
            Self::NodeEnrol => "node_enrol",
            Self::TicketSecondKey => "ticket_second_key",
            Self::Export => "export",
            Self::Restored => "restored",
            Self::InventoryNew => "inventory_new",
            Self::InventoryChange => "inventory_change",
            Self::CustodyRecord => "custody_record",
            Self::HandoverOffer => "handover_offer",
            Self::HandoverAnswer => "handover_answer",
            Self::HandoverWithdraw => "handover_withdraw",
            Self::ImportNew => "import_new",
            Self::ImportChange => "import_change",
            Self::ImportCommit => "import_commit",
            Self::ImportWithdraw => "import_withdraw",
            Self::ProviderExport => "provider_export",
            Self::ItemReveal => "item_reveal",
            Self::ItemBind => "item_bind",
            Self::EvidenceTake => "evidence_take",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Done.
    Done,
    /// Refused.
    Refused,
}

impl Outcome {
    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// A row to be written.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who, if somebody is signed in.
    pub person: Option<PersonId>,
    /// What.
    pub action: Action,
    /// To which thing: a kind and an id, such as `node 7k2m9qxd`, or a route.
    pub thing: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in the person's words or by a stable code.
    pub reason: String,
}

/// A row as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Number, ascending.
    pub id: i64,
    /// When.
    pub at: WallMs,
    /// Who.
    pub person: Option<PersonId>,
    /// Key of the action.
    pub action: String,
    /// Which thing.
    pub thing: String,
    /// Key of the outcome.
    pub outcome: String,
    /// Why.
    pub reason: String,
}

type Columns = (i64, i64, Option<i64>, String, String, String, String);

impl Store {
    /// Writes a row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit(&self, entry: &Entry, now: WallMs) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let before = head_in(&mut tx).await?;
        let number = before.number.saturating_add(1);
        let after = before.then(&link(number, entry, now));
        let number = i64::try_from(number).map_err(|_| StoreError::Value { what: "audit.id" })?;
        sqlx::query(
            "INSERT INTO audit (id, at_ms, person_id, action, thing, result, reason, previous) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(number)
        .bind(now.0)
        .bind(entry.person.map(|person| person.0))
        .bind(entry.action.key())
        .bind(&entry.thing)
        .bind(entry.outcome.key())
        .bind(&entry.reason)
        .bind(before.sha256.0.as_slice())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO audit_head (id, number, sha256) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO UPDATE SET number = excluded.number, sha256 = excluded.sha256",
        )
        .bind(number)
        .bind(after.sha256.0.as_slice())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest rows, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn newest_audit(&self, most: u32) -> Result<Vec<Row>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT id, at_ms, person_id, action, thing, result, reason FROM audit ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(self.read())
        .await?;
        let row = |(id, at, person, action, thing, outcome, reason): Columns| Row {
            id,
            at: WallMs(at),
            person: person.map(PersonId),
            action,
            thing,
            outcome,
            reason,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_row_is_kept_and_can_neither_be_changed_nor_deleted() {
        let folder = crate::api::testing::folder();
        let store = Store::open(folder.path()).await.expect("store");
        let entry = Entry {
            person: Some(PersonId(7)),
            action: Action::NodeRevoke,
            thing: "node 7k2m9qxd".into(),
            outcome: Outcome::Done,
            reason: "captured".into(),
        };
        store.audit(&entry, WallMs(5)).await.expect("written");
        for statement in ["UPDATE audit SET thing = 'other'", "DELETE FROM audit"] {
            let mut tx = store.write().await.expect("write");
            let error = sqlx::query(statement).execute(&mut *tx).await.expect_err("append-only");
            assert!(error.to_string().contains("append-only"), "{error}");
        }
        let rows = store.newest_audit(10).await.expect("rows");
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].at, rows[0].action.as_str()), (WallMs(5), "node_revoke"));
    }
}
