//! Enrolment: a ticket and a certificate request in, a certificate out; and the issuing of tickets.
//!
//! Enters: `POST /enrol/v1` from a node that nobody knows yet, over TLS that the node has checked. Leaves: a certificate,
//! "waiting", or a refusal with a stable code (`refusal`). One ticket makes one node: the ticket is spent and the node
//! added in one transaction on the one writer, so of two keys racing exactly one wins; the same key asking again (its
//! answer was lost) gets the same certificate, byte for byte. Never logs a ticket or an address above DEBUG.

pub mod attempts;
pub mod refusal;
mod view;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Extension, Json, Router};
use holdfast_protocol::enrolment::{
    ENROL_PATH, EnrolRequest, EnrolResponse, REQUEST_BYTES_MAX, SERIAL_BYTES_MAX, SERIALS_MAX,
};
use holdfast_protocol::identity::MqttEndpoint;
use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::ticket::{Approval, SignedTicket};
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::{Authority, NodeCertificate};
use holdfast_provisioning::csr::{self, NodeKey};
use holdfast_provisioning::ticket as issuing;
use ring::rand::{SecureRandom, SystemRandom};

use crate::app::{App, Peer};
use crate::clock::{Clock, Now};
use crate::fleet::{Admission, Fleet};
use crate::store::audit::{self, Action};
use crate::store::nodes::{self, NodeRecord};
use crate::store::tickets::{self, Claim, TicketId, TicketRecord, TicketState};
use crate::store::{Store, StoreError};
use attempts::Attempts;
use refusal::Refusal;

/// Tries to find a free node id. Ids have 40 random bits; with 100,000 nodes one try in ten million meets a taken one.
const ID_TRIES: u32 = 4;
/// Second keys of one ticket that are audited and logged each; further ones are only counted, so that whoever holds a copy
/// cannot fill the audit table.
const SECOND_KEYS_TOLD: u32 = 5;

/// All that enrolment needs; one for the whole controller.
pub struct Enrolment {
    store: Store,
    authority: Arc<Authority>,
    clock: Clock,
    urls: Vec<String>,
    mqtt: Vec<MqttEndpoint>,
    attempts: Mutex<Attempts>,
    fleet: Fleet,
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment").field("authority", &self.authority).finish_non_exhaustive()
    }
}

/// What a new ticket shall say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// Site of the node that comes with it.
    pub site: Option<SiteId>,
    /// Serial of the item it is meant for; empty for any.
    pub serial: String,
    /// How long it holds, in seconds.
    pub valid_for_s: u64,
    /// Whether a person must approve.
    pub approval: Approval,
}

/// Why no ticket was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueTicketError {
    /// A value that no ticket may have.
    #[error(transparent)]
    Unusable(#[from] issuing::IssueError),
    /// There is no such site.
    #[error("there is no site of this number")]
    Site,
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an enrolment led to.
#[derive(Debug)]
struct Outcome {
    response: EnrolResponse,
    /// The node the fleet has to know; also told again when an answer is repeated, since a caller that hung up may have
    /// ended the first try between the commit and the telling.
    node: Option<NodeRecord>,
}

/// The route of nodes. Listener and guard have put [`Peer`] into the request, unless many senders share its address.
pub fn router() -> Router<Arc<App>> {
    limited(post(|State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, body| async move {
        reply(&app.enrolment, peer, body).await
    }))
}

fn limited<S: Clone + Send + Sync + 'static>(route: MethodRouter<S>) -> Router<S> {
    Router::new().route(ENROL_PATH, route).layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
}

async fn reply(
    enrolment: &Enrolment,
    peer: Option<Extension<Peer>>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let address = peer.map(|Extension(Peer(address))| address);
    match enrolment.answer(address, body, enrolment.clock.now()).await {
        Ok(response) => Json(response).into_response(),
        Err(refusal) => refusal.into_error().into_response(),
    }
}

impl Enrolment {
    /// Puts the parts together. `urls` go into tickets, `mqtt` into identities, both best first.
    pub fn new(
        store: Store,
        authority: Arc<Authority>,
        clock: Clock,
        urls: Vec<String>,
        mqtt: Vec<MqttEndpoint>,
        fleet: Fleet,
    ) -> Self {
        let attempts = Mutex::new(Attempts::default());
        Self { store, authority, clock, urls, mqtt, attempts, fleet }
    }

    /// Where people and nodes reach this controller: the best of its addresses.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.urls.first().map(String::as_str)
    }

    /// Issues a ticket and keeps its hash. The ticket is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`IssueTicketError`].
    pub async fn issue_ticket(&self, new: NewTicket, now: WallMs) -> Result<SignedTicket, IssueTicketError> {
        if let Some(site) = new.site
            && self.store.site(site).await?.is_none()
        {
            return Err(IssueTicketError::Site);
        }
        let wanted = issuing::Wanted {
            serial: new.serial,
            urls: self.urls.clone(),
            valid_s: new.valid_for_s,
            approval: new.approval,
        };
        let signed = issuing::issue(&self.authority, wanted, now)?;
        let ticket = &signed.ticket;
        let record = TicketRecord {
            id: TicketId(ticket.id),
            secret_hash: issuing::secret_hash(ticket),
            serial: ticket.serial.clone(),
            site: new.site,
            approval: ticket.approval,
            issued: from_seconds(ticket.issued_s),
            expires: from_seconds(ticket.expires_s),
            state: TicketState::Open,
            other_keys: 0,
        };
        self.store.insert_ticket(&record).await?;
        Ok(signed)
    }

    /// Takes a ticket back. `None` when it is not known; else the state it had: a used ticket stays used, and its node is
    /// revoked as a node.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn revoke_ticket(&self, id: TicketId, now: WallMs) -> Result<Option<TicketState>, StoreError> {
        self.store.revoke_ticket(id, now).await
    }

    /// Approves the node that waits under `code`, typed in any case. `false` when none, or more than one, waits under it.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn approve(&self, code: &str) -> Result<bool, StoreError> {
        // A code is written like a node id: the same 40 bits in the same letters.
        let Ok(code) = code.parse::<NodeId>().map(NodeId::shown) else { return Ok(false) };
        Ok(self.store.approve_waiting(&code).await?.is_some())
    }

    async fn answer(
        &self,
        address: Option<IpAddr>,
        body: Result<Bytes, BytesRejection>,
        now: Now,
    ) -> Result<EnrolResponse, Refusal> {
        self.attempts().check(address, now.monotonic).map_err(|wait_s| Refusal::TooMany { wait_s })?;
        let redeemed = match body {
            Ok(body) => self.redeem_bytes(&body, now.wall).await,
            Err(rejection) => Err(Refusal::of_body(&rejection)),
        };
        match redeemed {
            Ok(Outcome { response, node }) => {
                if let Some(node) = node
                    && self.fleet.admit(&node.key_sha256) == Admission::Unknown
                {
                    self.fleet.node_enrolled(&node, now);
                }
                Ok(response)
            }
            Err(refusal) => {
                if refusal.counts_against_the_sender() {
                    self.attempts().failed(address, now.monotonic);
                }
                Err(refusal)
            }
        }
    }

    async fn redeem_bytes(&self, body: &[u8], now: WallMs) -> Result<Outcome, Refusal> {
        let request: EnrolRequest = serde_json::from_slice(body).map_err(|error| Refusal::of_json(&error))?;
        let too_long = |serial: &holdfast_protocol::enrolment::ObservedSerial| {
            [&serial.kind, &serial.part, &serial.serial].iter().any(|text| text.len() > SERIAL_BYTES_MAX)
        };
        if request.serials.len() > SERIALS_MAX || request.serials.iter().any(too_long) {
            return Err(Refusal::Serials);
        }
        self.redeem(&request, now).await
    }

    async fn redeem(&self, request: &EnrolRequest, now: WallMs) -> Result<Outcome, Refusal> {
        let signed = SignedTicket::parse(&request.ticket).map_err(Refusal::Unreadable)?;
        if !issuing::signature_holds(&self.authority, &signed) {
            return Err(Refusal::Altered);
        }
        let key = csr::read(&request.csr_pem)?;
        let code = issuing::code(key.spki_der(), &signed.ticket.id);
        let id = TicketId(signed.ticket.id);

        let mut tx = self.store.write().await?;
        let Some(stored) = tickets::ticket(&mut tx, id).await? else { return Err(Refusal::Unknown) };
        if !issuing::hashes_equal(&stored.secret_hash, &issuing::secret_hash(&signed.ticket)) {
            return Err(Refusal::Unknown);
        }
        let claim = match &stored.state {
            TicketState::Revoked { .. } => return Err(Refusal::Revoked),
            TicketState::Open if now >= stored.expires => {
                return Err(Refusal::Expired { expired: stored.expires, now });
            }
            TicketState::Open => Claim { key_sha256: key.sha256(), code, since: now },
            TicketState::Waiting(claim) | TicketState::Approved(claim) | TicketState::Used { claim, .. }
                if claim.key_sha256 == key.sha256() =>
            {
                claim.clone()
            }
            TicketState::Waiting(_) | TicketState::Approved(_) | TicketState::Used { .. } => {
                tickets::count_other_key(&mut tx, id).await?;
                tx.commit().await.map_err(StoreError::from)?;
                return Err(self.second_key(&stored, now).await);
            }
        };
        match stored.state {
            TicketState::Used { node, certificate_pem, .. } => {
                drop(tx);
                self.again(node, certificate_pem, &claim).await
            }
            TicketState::Waiting(_) => Ok(waiting(claim)),
            TicketState::Open if stored.approval == Approval::Needed => {
                tickets::wait_for_approval(&mut tx, id, &claim).await?;
                tx.commit().await.map_err(StoreError::from)?;
                tracing::info!(ticket.id = %id.shown(), code = %claim.code, "a node waits to be approved");
                Ok(waiting(claim))
            }
            TicketState::Open | TicketState::Approved(_) | TicketState::Revoked { .. } => {
                let (node, certificate) = self.new_node(&key, &claim, &stored, now).await?;
                nodes::insert_node(&mut tx, &node).await?;
                tickets::spend(&mut tx, id, &claim, node.id, &certificate.pem, now).await?;
                tx.commit().await.map_err(StoreError::from)?;
                let serial = serial_seen(&stored.serial, request);
                tracing::info!(node.id = %node.id, ticket.id = %id.shown(), serial, "node enrolled");
                let thing = format!("node {} by ticket {id}", node.id);
                self.audit(Action::NodeEnrol, thing, audit::Outcome::Done, serial, now).await;
                Ok(self.issued(node, certificate.pem))
            }
        }
    }

    async fn second_key(&self, ticket: &TicketRecord, now: WallMs) -> Refusal {
        let node = used_by(&ticket.state);
        if ticket.other_keys < SECOND_KEYS_TOLD {
            let id = ticket.id;
            tracing::warn!(ticket.id = %id.shown(), "a second key showed a ticket; somebody has a copy of it");
            let reason = "somebody has a copy";
            self.audit(Action::TicketSecondKey, format!("ticket {id}"), audit::Outcome::Refused, reason, now)
                .await;
        }
        Refusal::Used { node }
    }

    /// That a row could not be written is logged and stops nobody: the enrolment itself is committed by then.
    async fn audit(&self, action: Action, thing: String, outcome: audit::Outcome, reason: &str, now: WallMs) {
        let entry = audit::Entry { person: None, action, thing, outcome, reason: reason.to_owned() };
        if let Err(error) = self.store.audit(&entry, now).await {
            let cause = crate::api::problem::chain(&error);
            tracing::error!(action = action.key(), cause, "an audit row could not be written");
        }
    }

    /// Reads through the reading pool while the caller holds the one writer: nothing can change in between.
    async fn new_node(
        &self,
        key: &NodeKey,
        claim: &Claim,
        ticket: &TicketRecord,
        now: WallMs,
    ) -> Result<(NodeRecord, NodeCertificate), Refusal> {
        if let Some(known) = self.store.node_by_key(&claim.key_sha256).await? {
            return Err(Refusal::KeyKnown { node: known.id });
        }
        let id = self.free_id().await?;
        let certificate = self.authority.issue_node(key, id, now)?;
        let record = NodeRecord {
            id,
            key_sha256: claim.key_sha256,
            certificate_der: certificate.der.clone(),
            certificate_ends: WallMs(certificate.ends_s.saturating_mul(1000)),
            enrolled: now,
            code: claim.code.clone(),
            site: ticket.site,
            revoked: None,
            ticket: Some(ticket.id.0),
        };
        Ok((record, certificate))
    }

    async fn free_id(&self) -> Result<NodeId, Refusal> {
        for _ in 0..ID_TRIES {
            let mut bytes = [0; 5];
            SystemRandom::new().fill(&mut bytes).map_err(|_| Refusal::Random)?;
            let id = NodeId::from_bytes(bytes);
            if self.store.node(id).await?.is_none() {
                return Ok(id);
            }
        }
        Err(Refusal::Random)
    }

    async fn again(&self, id: NodeId, certificate_pem: String, claim: &Claim) -> Result<Outcome, Refusal> {
        let Some(node) = self.store.node(id).await? else { return Err(Refusal::NodeRevoked { node: id }) };
        if node.revoked.is_some() {
            return Err(Refusal::NodeRevoked { node: id });
        }
        tracing::debug!(node.id = %id, code = %claim.code, "the same certificate given again");
        Ok(self.issued(node, certificate_pem))
    }

    fn issued(&self, node: NodeRecord, certificate_pem: String) -> Outcome {
        let response = EnrolResponse::Issued {
            node: node.id,
            fleet: self.authority.fleet().to_owned(),
            certificate_pem,
            authority_pem: self.authority.intermediate_pem().to_owned(),
            mqtt: self.mqtt.clone(),
            enrolled_s: u64::try_from(node.enrolled.0.div_euclid(1000)).unwrap_or(0),
            code: node.code.clone(),
        };
        Outcome { response, node: Some(node) }
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        // Attempts are counters; a panic elsewhere leaves them usable.
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn waiting(claim: Claim) -> Outcome {
    Outcome { response: EnrolResponse::Waiting { code: claim.code }, node: None }
}

fn used_by(state: &TicketState) -> Option<NodeId> {
    match state {
        TicketState::Used { node, .. } => Some(*node),
        TicketState::Open
        | TicketState::Waiting(_)
        | TicketState::Approved(_)
        | TicketState::Revoked { .. } => None,
    }
}

/// Whether the item the ticket was made for shows the serial itself. Only told: a sticker's serial is often not one that
/// software can read.
fn serial_seen(wanted: &str, request: &EnrolRequest) -> &'static str {
    if wanted.is_empty() {
        "any"
    } else if request.serials.iter().any(|seen| seen.serial == wanted) {
        "seen"
    } else {
        "not seen"
    }
}

fn from_seconds(at_s: u64) -> WallMs {
    WallMs(i64::try_from(at_s).unwrap_or(i64::MAX).saturating_mul(1000))
}
