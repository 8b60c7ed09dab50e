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

use super::backoff::{Backoff, PROVEN_MS};
use super::dial::{connect, resolve};
use super::outages::Untold;
use super::running::Running;
use super::socket::Counters;
use super::voice::{Topic, Voice};
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
    /// Where to tell outages that are over. While it is full they wait in the link, and of too many the shortest goes.
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

/// What lasts from one session to the next.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// The outage that is going on.
    pub(super) outage: Option<Outage>,
    /// Attempts to end it.
    pub(super) attempts: u32,
    /// Outages that are over and were not yet told.
    pub(super) untold: Untold,
    /// What was logged.
    pub(super) voice: Voice,
}

impl<D: Disk> Link<D> {
    /// Runs until the agent stops.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new(self.settings.backoff_ms_max, self.settings.seed);
        let began = self.clock.boot();
        let mut course = Course::default();
        loop {
            course.attempts = course.attempts.saturating_add(1);
            let started = self.clock.boot();
            let cause = match self.attempt(&mut course).await {
                Ended::Stopped => return,
                Ended::Lost(cause) => cause,
            };
            let now = self.clock.boot();
            let lasted = self.note_down(cause, now, &mut course.voice);
            course.outage.get_or_insert(Outage {
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
    fn note_down(&self, cause: OutageCause, now: BootMs, voice: &mut Voice) -> Option<u64> {
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
        if lasted.is_some_and(|lasted_ms| lasted_ms >= PROVEN_MS) {
            voice.take_back_path();
        }
        match lasted {
            Some(_) if voice.is_news_of_the_hour("lost", now) => {
                tracing::info!(cause = cause.word(), "connection to the controller lost");
            }
            None if voice.is_news(Topic::Session, cause.word()) => {
                tracing::info!(
                    cause = cause.word(),
                    "no session with the controller; it is tried again and again"
                );
            }
            Some(_) | None => {}
        }
        lasted
    }

    /// One round over all endpoints and their addresses, and the session on the first that answers.
    async fn attempt(&mut self, course: &mut Course) -> Ended {
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
                    connected = connect(address, &endpoint, &self.tls, &counters, &mut course.voice) => connected,
                    _ = self.stop.wait_for(|stop| *stop) => return Ended::Stopped,
                };
                match connected {
                    Ok(stream) => return Running::new(self, stream, counters).run(course).await,
                    Err(seen) => cause = seen,
                }
            }
        }
        Ended::Lost(cause)
    }
}
