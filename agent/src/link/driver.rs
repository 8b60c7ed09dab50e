//! The link's loop: connects, runs a session, waits, connects again.
//!
//! Enters: the spool, a wake-up for each new record, the order to stop. Leaves: records on the wire, acks in the spool,
//! [`Observed`], [`Outage`]s. Runs on the agent's one thread; the spool's lock is held for one call at a time and never
//! across an await. If this future is dropped, nothing is lost: what was not acknowledged stays in the spool.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_protocol::event::OutageCause;
use holdfast_protocol::time::BootMs;
use rustls::ClientConfig;
use tokio::sync::{Notify, mpsc, watch};

use super::backoff::Backoff;
use super::dial::{connect, resolve};
use super::running::Running;
use super::socket::Counters;
use super::{LinkSettings, Observed, Outage};
use crate::clock::Clock;
use crate::spool::{Disk, Spool};

/// A spool shared between the sampler's side and the link, on one thread.
pub type SharedSpool<D> = Arc<Mutex<Spool<D>>>;

/// What the link works with.
#[derive(Debug)]
pub struct Link<D> {
    /// Who, where, how.
    pub settings: LinkSettings,
    /// From [`super::tls::client_config`].
    pub tls: Arc<ClientConfig>,
    /// What is to be sent.
    pub spool: SharedSpool<D>,
    /// Rung when a record became durable.
    pub wake: Arc<Notify>,
    /// Where to tell what was seen.
    pub observed: watch::Sender<Observed>,
    /// Where to tell outages that are over; a full channel drops the oldest news first, never waits.
    pub outages: mpsc::Sender<Outage>,
    /// Set to true when the agent stops.
    pub stop: watch::Receiver<bool>,
    /// The clock.
    pub clock: Clock,
}

/// Why a connection attempt or a session ended.
#[derive(Debug)]
pub(super) enum Ended {
    Stopped,
    Lost(OutageCause),
}

impl<D: Disk> Link<D> {
    /// Runs until the agent stops.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new(self.settings.backoff_ms_max, self.settings.seed);
        let began = self.clock.boot();
        let mut outage: Option<Outage> = None;
        let mut attempts = 0_u32;
        loop {
            attempts = attempts.saturating_add(1);
            let started = self.clock.boot();
            let cause = match self.attempt(&mut outage, &mut attempts).await {
                Ended::Stopped => return,
                Ended::Lost(cause) => cause,
            };
            let now = self.clock.boot();
            let lasted = self.note_down(cause, now);
            outage.get_or_insert(Outage {
                cause,
                began: if lasted.is_some() { now } else { began },
                ended: now,
                attempts: 0,
            });
            let wait_ms = match lasted {
                Some(lasted_ms) => backoff.ended(lasted_ms),
                None => backoff.failed(),
            };
            tracing::debug!(cause = cause.word(), wait_ms, attempt_ms = now.since_ms(started), "no session");
            if self.wait(Duration::from_millis(wait_ms)).await {
                return;
            }
        }
    }

    /// Waits between attempts; true when the agent stops.
    async fn wait(&mut self, length: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(length) => false,
            _ = self.stop.wait_for(|stop| *stop) => true,
        }
    }

    /// Notes that there is no session; how long one lasted, if there was one.
    fn note_down(&self, cause: OutageCause, now: BootMs) -> Option<u64> {
        let mut lasted = None;
        self.observed.send_modify(|observed| {
            lasted = observed.connected_since.take().map(|since| now.since_ms(since));
            if lasted.is_some() {
                observed.outages = observed.outages.saturating_add(1);
            }
            observed.down_since.get_or_insert(now);
            observed.down_cause.get_or_insert(cause);
            observed.local = None;
            observed.rtt_us = None;
            observed.rtt_us_min = None;
            observed.holding = false;
        });
        if lasted.is_some() {
            tracing::info!(cause = cause.word(), "connection to the controller lost");
        }
        lasted
    }

    /// One round over all endpoints and their addresses, and the session on the first that answers.
    async fn attempt(&mut self, outage: &mut Option<Outage>, attempts: &mut u32) -> Ended {
        let mut cause = OutageCause::NoRoute;
        for endpoint in self.settings.identity.mqtt.clone() {
            let addresses = match resolve(&endpoint).await {
                Ok(addresses) => addresses,
                Err(seen) => {
                    cause = seen;
                    continue;
                }
            };
            for address in addresses {
                let counters = Rc::new(Counters::default());
                let connected = tokio::select! {
                    connected = connect(address, &endpoint, &self.tls, &counters) => connected,
                    _ = self.stop.wait_for(|stop| *stop) => return Ended::Stopped,
                };
                match connected {
                    Ok(stream) => return Running::new(self, stream, counters).run(outage, attempts).await,
                    Err(seen) => cause = seen,
                }
            }
        }
        Ended::Lost(cause)
    }
}
