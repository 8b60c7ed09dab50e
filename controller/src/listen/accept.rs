//! From a listening socket to a connection that somebody serves: room, handshake, ALPN.
//!
//! Enters: TCP connections. Leaves: tasks of the door or of the router, one a connection. Survives what a listener meets
//! (no descriptors left, a peer that is gone before it was accepted); never holds more handshakes than its bound, nor more
//! of one neighbourhood than its share.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::crowd::{Crowd, Room};
use super::{Slots, http};
use crate::app::{Peer, Transport};
use crate::door::engine::CONNECT_WITHIN;
use crate::door::session::Session;
use crate::door::{Counters, Door, Refusal, Tls, identify, tls};

/// First pause after the kernel refused a connection (no descriptors, no memory), doubled up to [`PAUSE_MAX`]: what
/// frees descriptors needs the processor more than the listener does.
const PAUSE: Duration = Duration::from_millis(50);
/// See [`PAUSE`].
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// A peer that acknowledges nothing for so long is gone (TCP_USER_TIMEOUT, RFC 5482): the node uses the same.
const UNACKNOWLEDGED_MS_MAX: u32 = 90_000;
/// Longest wait for the ClientHello. A client sends it behind its acknowledgement of the connection, so this is time for it
/// to be lost and sent again once (RFC 6298: after 1 s, then after 2 more); who says nothing is not kept for the handshake's
/// ten seconds.
pub(super) const HELLO_WITHIN: Duration = Duration::from_secs(3);

/// What a TLS listener speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    /// MQTT, with or without ALPN.
    Mqtt,
    /// MQTT when the client asks for it by ALPN, else HTTP.
    HttpOrMqtt,
}

/// What every connection needs.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) router: Router,
    pub(super) tls: Tls,
    pub(super) door: Arc<Door>,
    pub(super) slots: Slots,
    pub(super) handshakes: Arc<Semaphore>,
    /// Handshakes by neighbourhood.
    pub(super) shaking: Arc<Crowd>,
    /// Page connections by neighbourhood.
    pub(super) reading: Arc<Crowd>,
    pub(super) stopped: watch::Receiver<bool>,
}

/// Serves a TLS listener until the stop.
pub(super) async fn tls(gate: Arc<Gate>, listener: TcpListener, speaks: Speaks) {
    let mut stopped = gate.stopped.clone();
    loop {
        let next = async {
            let permit = Arc::clone(&gate.handshakes).acquire_owned().await.ok()?;
            Some((accept(&listener).await, permit))
        };
        let Some(Some(((stream, peer), permit))) = unless_stopped(&mut stopped, next).await else { return };
        let Some(room) = gate.shaking.enter(peer.ip()) else {
            gate.door.refused(Refusal::Full, None);
            continue;
        };
        let gate = Arc::clone(&gate);
        // The handshake's state is dropped with this task; the session gets a small one of its own.
        tokio::spawn(Box::pin(async move { welcome(gate, stream, peer, speaks, (permit, room)).await }));
    }
}

/// Serves a plain listener until the stop.
pub(super) async fn plain(gate: Arc<Gate>, listener: TcpListener, transport: Transport) {
    let mut stopped = gate.stopped.clone();
    while let Some((stream, peer)) = unless_stopped(&mut stopped, accept(&listener)).await {
        // Not counted by neighbourhood: all that comes here is this machine, or everybody behind its proxy.
        let Ok(slot) = Arc::clone(&gate.slots.web).try_acquire_owned() else { continue };
        let (router, stopped) = (gate.router.clone(), gate.stopped.clone());
        let origin = (transport, Peer(peer.ip()));
        tokio::spawn(http::serve(stream, router, origin, slot, stopped));
    }
}

async fn unless_stopped<T>(stopped: &mut watch::Receiver<bool>, next: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        _ = stopped.wait_for(|stopped| *stopped) => None,
        next = next => Some(next),
    }
}

/// The next connection, however long the kernel has none to give.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut pause = PAUSE;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Failure means that the peer is gone already, which the next read says.
                let tuned = stream.set_nodelay(true).is_ok() && user_timeout(&stream).is_ok();
                tracing::trace!(tuned, "accepted");
                return (stream, peer);
            }
            Err(error) if gone_before_accepted(&error) => {}
            Err(error) => {
                tracing::error!(
                    %error,
                    pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                    "no connection can be accepted; raise LimitNOFILE of the service if descriptors have run out"
                );
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(PAUSE_MAX);
            }
        }
    }
}

fn gone_before_accepted(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

fn user_timeout(stream: &TcpStream) -> nix::Result<()> {
    use nix::sys::socket::{setsockopt, sockopt};
    setsockopt(stream, sockopt::TcpUserTimeout, &UNACKNOWLEDGED_MS_MAX)
}

/// One connection from its first byte to whoever serves it; `room` is that of its handshake.
pub(super) async fn welcome(
    gate: Arc<Gate>,
    stream: TcpStream,
    peer: SocketAddr,
    speaks: Speaks,
    room: (OwnedSemaphorePermit, Room),
) {
    let accepted = gate.door.now();
    let greeted = greet(&gate.tls, stream, speaks, || gate.reading.enter(peer.ip())).await;
    drop(room);
    let served = match greeted {
        Ok(Greeted::Node(stream)) => return node(&gate, stream, accepted),
        Ok(Greeted::Web(stream, place)) => web(&gate, stream, peer, place),
        Err(refusal) => Err(refusal),
    };
    if let Err(refusal) = served {
        tracing::debug!(%peer, reason = refusal.word(), "connection refused");
        gate.door.refused(refusal, None);
    }
}

/// What a handshake ended in.
#[derive(Debug)]
pub(super) enum Greeted<S> {
    /// For the door.
    Node(TlsStream<S>),
    /// For the router, with its room.
    Web(TlsStream<S>, Room),
}

/// Reads the ClientHello, then goes on with the configuration that fits its ALPN. For a reader it takes `room` first: one
/// from a full neighbourhood costs no signature.
pub(super) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    tls: &Tls,
    stream: S,
    speaks: Speaks,
    room: impl FnOnce() -> Option<Room>,
) -> Result<Greeted<S>, Refusal> {
    let shaken = async {
        let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
        let start = in_time(HELLO_WITHIN, hello).await?;
        let for_nodes = match speaks {
            Speaks::Mqtt => true,
            Speaks::HttpOrMqtt => start
                .client_hello()
                .alpn()
                .is_some_and(|mut protocols| protocols.any(|protocol| protocol == tls::ALPN_MQTT)),
        };
        if for_nodes {
            let stream = start.into_stream(Arc::clone(&tls.mqtt)).await;
            return stream.map(Greeted::Node).map_err(|error| tls::refusal(&error));
        }
        let room = room().ok_or(Refusal::Full)?;
        let stream = start.into_stream(Arc::clone(&tls.web)).await.map_err(|error| tls::refusal(&error))?;
        Ok(Greeted::Web(stream, room))
    };
    timeout(CONNECT_WITHIN, shaken).await.unwrap_or(Err(Refusal::TooSlow))
}

async fn in_time<T>(within: Duration, step: impl Future<Output = io::Result<T>>) -> Result<T, Refusal> {
    match timeout(within, step).await {
        Ok(done) => done.map_err(|error| tls::refusal(&error)),
        Err(_) => Err(Refusal::TooSlow),
    }
}

/// Gives a connection to the router.
fn web(gate: &Gate, stream: TlsStream<TcpStream>, peer: SocketAddr, room: Room) -> Result<(), Refusal> {
    let slot = Arc::clone(&gate.slots.web).try_acquire_owned().map_err(|_| Refusal::Full)?;
    let origin = (Transport::Tls, Peer(peer.ip()));
    let serve = http::serve(stream, gate.router.clone(), origin, slot, gate.stopped.clone());
    tokio::spawn(async move {
        serve.await;
        drop(room);
    });
    Ok(())
}

/// Gives a verified connection to the door.
fn node(gate: &Gate, stream: TlsStream<TcpStream>, accepted: Instant) {
    Counters::one(&gate.door.sessions.counters.handshakes);
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let claim = certificate.ok_or(Refusal::NoCertificate).and_then(|leaf| identify::claim(leaf));
    let claim = match claim {
        Ok(claim) => claim,
        Err(refusal) => return gate.door.refused(refusal, None),
    };
    let Ok(slot) = Arc::clone(&gate.slots.nodes).try_acquire_owned() else {
        return gate.door.refused(Refusal::Full, Some(claim.node));
    };
    let session = Session::new(Arc::clone(&gate.door), stream, claim, accepted);
    tokio::spawn(async move {
        session.serve().await;
        drop(slot);
    });
}
