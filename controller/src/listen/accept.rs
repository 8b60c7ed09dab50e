//! From a listening socket to a connection that somebody serves: room, handshake, ALPN.
//!
//! Enters: TCP connections. Leaves: tasks of the door or of the router, one a connection. Survives what a listener meets
//! (no descriptors left, a peer that is gone before it was accepted); never holds more handshakes than its bound.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout_at;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

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
    pub(super) crowd: Arc<Crowd>,
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
        let Some(room) = gate.crowd.enter(peer.ip()) else {
            gate.door.refused(Refusal::Full, None);
            continue;
        };
        let gate = Arc::clone(&gate);
        // The handshake's state is dropped with this task; the session gets a small one of its own.
        tokio::spawn(Box::pin(async move { handshake(gate, stream, peer, speaks, (permit, room)).await }));
    }
}

/// Serves a plain listener until the stop.
pub(super) async fn plain(gate: Arc<Gate>, listener: TcpListener, transport: Transport) {
    let mut stopped = gate.stopped.clone();
    while let Some((stream, peer)) = unless_stopped(&mut stopped, accept(&listener)).await {
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

async fn handshake(
    gate: Arc<Gate>,
    stream: TcpStream,
    peer: SocketAddr,
    speaks: Speaks,
    room: (OwnedSemaphorePermit, Room),
) {
    let accepted = gate.door.now();
    let deadline = (accepted + CONNECT_WITHIN).into();
    let greeted = match speaks {
        Speaks::Mqtt => {
            let acceptor = TlsAcceptor::from(Arc::clone(&gate.tls.mqtt));
            timeout_at(deadline, acceptor.accept(stream)).await.map(|stream| stream.map(Greeted::Node))
        }
        Speaks::HttpOrMqtt => timeout_at(deadline, by_alpn(&gate.tls, stream)).await,
    };
    drop(room);
    let refusal = match greeted {
        Ok(Ok(Greeted::Node(stream))) => return node(&gate, stream, accepted),
        Ok(Ok(Greeted::Web(stream))) => match Arc::clone(&gate.slots.web).try_acquire_owned() {
            Ok(slot) => {
                let origin = (Transport::Tls, Peer(peer.ip()));
                let serve = http::serve(stream, gate.router.clone(), origin, slot, gate.stopped.clone());
                tokio::spawn(serve);
                return;
            }
            Err(_) => Refusal::Full,
        },
        Ok(Err(error)) => tls::refusal(&error),
        Err(_) => Refusal::TooSlow,
    };
    tracing::debug!(%peer, reason = refusal.word(), "connection refused");
    gate.door.refused(refusal, None);
}

enum Greeted {
    Node(TlsStream<TcpStream>),
    Web(TlsStream<TcpStream>),
}

/// Reads the ClientHello, then goes on with the configuration that fits its ALPN.
async fn by_alpn(tls: &Tls, stream: TcpStream) -> io::Result<Greeted> {
    let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await?;
    let mqtt = start
        .client_hello()
        .alpn()
        .is_some_and(|mut protocols| protocols.any(|protocol| protocol == tls::ALPN_MQTT));
    if mqtt {
        start.into_stream(Arc::clone(&tls.mqtt)).await.map(Greeted::Node)
    } else {
        start.into_stream(Arc::clone(&tls.web)).await.map(Greeted::Web)
    }
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
