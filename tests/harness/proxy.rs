//! A TCP proxy that stands for a link: it delays, throttles and cuts.
//!
//! Enters: connections on a loopback port, a [`Link`] that may change at any time. Leaves: the same bytes, later. TCP
//! keeps order and loses nothing, so packet loss shows as delay; a cut closes what is open and refuses what is new, a
//! dark link takes connections and answers nothing. Jitter comes from a seed.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Bytes read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// Chunks under way in one direction: at 16 KiB each, 1 MiB, the bandwidth-delay product of 20 Mbit/s and 400 ms.
const CHUNKS_MAX: usize = 64;

/// What a link does to bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Each way, half the round trip.
    pub delay: Duration,
    /// Up to so much more, at random.
    pub jitter: Duration,
    /// Bytes a second towards the node.
    pub down_bytes_per_s: u64,
    /// Bytes a second from the node.
    pub up_bytes_per_s: u64,
    /// Whether it carries anything at all.
    pub state: State,
}

/// Whether a link carries anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Up,
    /// It takes connections and answers nothing, as a sky without satellites.
    Dark,
    /// It refuses, as a cut cable.
    Cut,
}

impl Link {
    /// A link that changes nothing.
    pub const CLEAR: Self = Self {
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        down_bytes_per_s: u64::MAX,
        up_bytes_per_s: u64::MAX,
        state: State::Up,
    };
}

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    link: watch::Sender<Link>,
}

impl Proxy {
    /// Starts one towards `target`. It ends with the runtime.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(port: u16, target: SocketAddr, link: Link, seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let (link, seen) = watch::channel(link);
        tokio::spawn(accept(listener, target, seen, seed));
        Ok(Self { port, link })
    }

    /// Changes the link, for open connections too.
    pub fn set(&self, link: Link) {
        self.link.send_replace(link);
    }

    /// What the link does now.
    #[must_use]
    pub fn link(&self) -> Link {
        *self.link.borrow()
    }

    /// Changes only whether the link carries anything.
    pub fn set_state(&self, state: State) {
        self.link.send_modify(|link| link.state = state);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, link: watch::Receiver<Link>, mut seed: u64) {
    loop {
        let Ok((node, _)) = listener.accept().await else { return };
        if link.borrow().state == State::Cut {
            continue;
        }
        seed = seed.wrapping_add(1);
        tokio::spawn(carry(node, target, link.clone(), seed));
    }
}

async fn carry(node: TcpStream, target: SocketAddr, mut link: watch::Receiver<Link>, seed: u64) {
    // A dark link lets the node wait for TLS until it is light again.
    if link.wait_for(|link| link.state != State::Dark).await.is_err() {
        return;
    }
    let Ok(controller) = TcpStream::connect(target).await else { return };
    let set = node.set_nodelay(true).and(controller.set_nodelay(true));
    if set.is_err() {
        return;
    }
    let (node_read, node_write) = node.into_split();
    let (controller_read, controller_write) = controller.into_split();
    let up = one_way(node_read, controller_write, link.clone(), Way::Up, seed);
    let down = one_way(controller_read, node_write, link.clone(), Way::Down, !seed);
    tokio::select! {
        () = async { tokio::join!(up, down); } => {}
        _ = link.wait_for(|link| link.state == State::Cut) => {}
    }
}

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

async fn one_way(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    link: watch::Receiver<Link>,
    way: Way,
    seed: u64,
) {
    let (queue, mut queued) = mpsc::channel::<(Instant, Vec<u8>)>(CHUNKS_MAX);
    let settings = link.clone();
    let read = async move {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut buffer = vec![0_u8; CHUNK_BYTES];
        let mut free = Instant::now();
        loop {
            let Ok(length) = from.read(&mut buffer).await else { return };
            if length == 0 {
                return;
            }
            let Link { delay, jitter, down_bytes_per_s, up_bytes_per_s, .. } = *settings.borrow();
            let rate = match way {
                Way::Up => up_bytes_per_s,
                Way::Down => down_bytes_per_s,
            };
            let nanos = u128::try_from(length).unwrap_or(0) * 1_000_000_000 / u128::from(rate.max(1));
            free = free.max(Instant::now()) + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
            let at = free + delay + jitter.mul_f64(random.f64());
            let chunk = buffer.get(..length).unwrap_or_default().to_vec();
            if queue.send((at, chunk)).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        let mut link = link;
        while let Some((at, chunk)) = queued.recv().await {
            tokio::time::sleep_until(at).await;
            if link.wait_for(|link| link.state != State::Dark).await.is_err()
                || to.write_all(&chunk).await.is_err()
            {
                return;
            }
        }
        // The other side may still send; only this way is over.
        drop(to.shutdown().await);
    };
    tokio::join!(read, write);
}
