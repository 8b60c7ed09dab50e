//! The three listeners: HTTPS with MQTT by ALPN, MQTT, and plain HTTP on loopback.
//!
//! Enters: where to listen, the router, TLS, the door. Leaves: the addresses that were bound (port 0 lets the machine
//! choose), then connections handed on: to the router with `app::Transport` and `app::Peer` in every request's extensions,
//! or to the door. Never decides who may do what; never serves plain HTTP beyond loopback.
//!
//! Stopping, in this order: accept no more; end every node's session with 0x8B and every HTTP connection behind its current
//! answer; wait for them, at most [`STOP_WITHIN`]; what is left is dropped.

mod accept;
mod crowd;
mod http;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::app::Transport;
use crate::config::{Limits, Listen};
use crate::door::{Door, Goodbye, Tls};

use self::accept::Gate;
use self::crowd::Crowd;

/// Handshakes under way at one time, over both TLS listeners: each is 0.4 ms of a core and some 20 KiB, so this is 20 MiB
/// and less than half a second of work in the queue; more wait in the kernel's backlog.
const HANDSHAKES_MAX: usize = 1_024;
/// Of them from one neighbourhood, a sixteenth: a site's nodes share one address, and after a power cut 64 of them come at
/// once; who is turned away comes back after its backoff.
const HANDSHAKES_EACH: usize = 64;
/// One neighbourhood may hold one in so many of the page connections: of 1,024 these are 128, an office of twenty people with
/// six connections a browser.
const WEB_SHARE: usize = 8;
/// But always so many: what one browser opens.
const WEB_EACH_MIN: usize = 8;
/// Longest wait for sessions and answers at a stop; systemd allows more.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address could not be bound.
    #[error("cannot listen on {address} for {what}: {}", advice(source, *address, key))]
    Bind {
        /// What would be served there.
        what: &'static str,
        /// The setting that names it.
        key: &'static str,
        /// Where.
        address: SocketAddr,
        /// The kernel's word.
        #[source]
        source: io::Error,
    },
    /// Plain HTTP was asked for beyond this machine.
    #[error(
        "plain HTTP on {0} would leave this machine: give a loopback address in listen.http, such as 127.0.0.1:8080"
    )]
    NotLoopback(SocketAddr),
}

fn advice(error: &io::Error, address: SocketAddr, key: &str) -> String {
    let port = address.port();
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the standard library's enum is open; the rest is one case here"
    )]
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {port} is in use; see who holds it with `ss -ltnp 'sport = :{port}'` and stop it, or set {key} to another port"
        ),
        io::ErrorKind::PermissionDenied => {
            format!("port {port} needs a privilege; set {key} to a port from 1024 on")
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("this machine has no such address; set {key} to one of its own, or to [::]:{port}")
        }
        _ => format!("set {key} to another address"),
    }
}

/// Listeners that are bound and not served yet: connections wait in the kernel's backlog.
#[derive(Debug)]
pub struct Bound {
    https: TcpListener,
    mqtt: TcpListener,
    http: Option<TcpListener>,
    addresses: Addresses,
}

/// Where the program listens in fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// Pages, API, enrolment, and MQTT by ALPN.
    pub https: SocketAddr,
    /// MQTT.
    pub mqtt: SocketAddr,
    /// Plain HTTP on loopback.
    pub http: Option<SocketAddr>,
}

/// Binds all of them, or none.
///
/// # Errors
/// [`ListenError`], which names the port, the setting and what to do.
pub async fn bind(listen: &Listen) -> Result<Bound, ListenError> {
    if let Some(address) = listen.http
        && !address.ip().is_loopback()
    {
        return Err(ListenError::NotLoopback(address));
    }
    let (https, https_at) = bind_one(listen.https, "HTTPS", "listen.https").await?;
    let (mqtt, mqtt_at) = bind_one(listen.mqtt, "MQTT", "listen.mqtt").await?;
    let http = match listen.http {
        Some(address) => Some(bind_one(address, "plain HTTP", "listen.http").await?),
        None => None,
    };
    let (http, http_at) = http.unzip();
    Ok(Bound { https, mqtt, http, addresses: Addresses { https: https_at, mqtt: mqtt_at, http: http_at } })
}

async fn bind_one(
    address: SocketAddr,
    what: &'static str,
    key: &'static str,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    let bind = async {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bind.await.map_err(|source| ListenError::Bind { what, key, address, source })
}

impl Bound {
    /// Where.
    #[must_use]
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Starts to serve. Call within the runtime.
    #[must_use]
    pub fn serve(self, router: Router, tls: Tls, door: Arc<Door>, limits: &Limits) -> Serving {
        let (stop, stopped) = watch::channel(false);
        let slots = Slots {
            nodes: Arc::new(Semaphore::new(limits.node_connections)),
            web: Arc::new(Semaphore::new(limits.web_connections)),
            nodes_max: limits.node_connections,
            web_max: limits.web_connections,
        };
        let wills = tokio::spawn(Arc::clone(&door).deliver_wills());
        let gate = Arc::new(Gate {
            router,
            tls,
            door,
            slots,
            handshakes: Arc::new(Semaphore::new(HANDSHAKES_MAX)),
            shaking: Arc::new(Crowd::new(HANDSHAKES_EACH)),
            reading: Arc::new(Crowd::new((limits.web_connections / WEB_SHARE).max(WEB_EACH_MIN))),
            stopped,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept::tls(Arc::clone(&gate), self.https, accept::Speaks::HttpOrMqtt));
        tasks.spawn(accept::tls(Arc::clone(&gate), self.mqtt, accept::Speaks::Mqtt));
        if let Some(http) = self.http {
            tasks.spawn(accept::plain(Arc::clone(&gate), http, Transport::Loopback));
        }
        Serving { stop, tasks, wills, gate }
    }
}

/// Room for connections; each holds a permit for as long as it lives, so that all permits back means all are closed.
#[derive(Debug, Clone)]
struct Slots {
    nodes: Arc<Semaphore>,
    web: Arc<Semaphore>,
    nodes_max: usize,
    web_max: usize,
}

impl Slots {
    async fn all_back(&self) {
        for (slots, max) in [(&self.nodes, self.nodes_max), (&self.web, self.web_max)] {
            // A closed semaphore gives no permits; nobody closes these.
            let all = slots.acquire_many(u32::try_from(max).unwrap_or(u32::MAX)).await;
            drop(all);
        }
    }
}

/// Listeners at work.
#[derive(Debug)]
pub struct Serving {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    wills: tokio::task::JoinHandle<()>,
    gate: Arc<Gate>,
}

impl Serving {
    /// Stops in the order written above. Ingest must still be running: what it has taken, it may still acknowledge.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        self.wills.abort();
        self.gate.door.sessions.close_all(Goodbye::ShuttingDown);
        if tokio::time::timeout(STOP_WITHIN, self.gate.slots.all_back()).await.is_err() {
            tracing::info!("connections were still open {} s after the stop; dropped", STOP_WITHIN.as_secs());
        }
    }
}

#[cfg(test)]
mod tests;
