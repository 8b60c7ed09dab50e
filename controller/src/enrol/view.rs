//! Tickets as lists show them.
//!
//! Enters: stored tickets and sites. Leaves: pages of `holdfast_provisioning::api`. A secret is in none of them.

use std::collections::HashMap;

use holdfast_protocol::ids::SiteId;
use holdfast_protocol::ticket::Approval;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::api::{TicketPage, TicketRow, TicketWord};

use super::Enrolment;
use crate::store::StoreError;
use crate::store::tickets::{TicketId, TicketRecord, TicketState};

/// Rows of a page: a screen's worth, under 32 KB of JSON.
const PAGE_ROWS: u32 = 100;

impl Enrolment {
    /// A page of tickets, newest first.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn ticket_page(&self, after: Option<TicketId>, now: WallMs) -> Result<TicketPage, StoreError> {
        let stored = self.store.tickets(after, PAGE_ROWS).await?;
        let full = u32::try_from(stored.len()).is_ok_and(|rows| rows == PAGE_ROWS);
        let next = stored.last().filter(|_| full).map(|ticket| ticket.id.to_string());
        self.page(stored, next, now).await
    }

    /// The nodes that wait to be approved, longest wait first.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn waiting_page(&self, now: WallMs) -> Result<TicketPage, StoreError> {
        let stored = self.store.waiting_tickets(PAGE_ROWS).await?;
        self.page(stored, None, now).await
    }

    async fn page(
        &self,
        stored: Vec<TicketRecord>,
        next: Option<String>,
        now: WallMs,
    ) -> Result<TicketPage, StoreError> {
        let sites: HashMap<SiteId, String> =
            self.store.sites().await?.into_iter().map(|site| (site.id, site.name)).collect();
        let name_of = |site: Option<SiteId>| site.and_then(|id| sites.get(&id).cloned());
        let rows = stored.into_iter().map(|ticket| row(&ticket, name_of(ticket.site), now)).collect();
        Ok(TicketPage { rows, next })
    }
}

fn row(ticket: &TicketRecord, site: Option<String>, now: WallMs) -> TicketRow {
    let (state, code, node) = match &ticket.state {
        TicketState::Open if now >= ticket.expires => (TicketWord::Expired, None, None),
        TicketState::Open => (TicketWord::Open, None, None),
        TicketState::Waiting(claim) => (TicketWord::Waiting, Some(claim.code.clone()), None),
        TicketState::Approved(claim) => (TicketWord::Approved, Some(claim.code.clone()), None),
        TicketState::Used { claim, node, .. } => (TicketWord::Used, Some(claim.code.clone()), Some(*node)),
        TicketState::Revoked { .. } => (TicketWord::Revoked, None, None),
    };
    TicketRow {
        id: ticket.id.to_string(),
        shown: ticket.id.shown(),
        state,
        serial: ticket.serial.clone(),
        site,
        approval: ticket.approval == Approval::Needed,
        issued_ms: ticket.issued.0,
        expires_ms: ticket.expires.0,
        code,
        node,
        other_keys: ticket.other_keys,
    }
}
