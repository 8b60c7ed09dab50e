//! One task a connection: it owns the socket and the engine, and waits for whichever comes first: a word in the outbox,
//! bytes, or the engine's deadline.
//!
//! Enters: a TLS connection whose certificate was verified. Leaves: records to ingest, hints to the fleet, bytes to the node.
//! Backpressure: while ingest is full, or the window is full of bytes, nothing is read and the node waits in its TCP window;
//! the outbox is served all the while. What is read goes through a buffer on the stack, so an idle session owns none.
//!
//! Lost when the task is dropped: what it had not handed to ingest, which the node sends again.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use holdfast_protocol::ids::NodeId;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

use super::Door;
use super::counters::Counters;
use super::engine::{Action, End, Engine};
use super::identify::{self, Claim};
use super::outbox::{Goodbye, Outbox, PacketId};
use super::sessions::Number;
use crate::clock::Clock;
use crate::ingest::Arrival;

/// Longest time for one write: a node that takes nothing for so long is gone, and holds memory.
pub const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// Longest time for the last word and the end of TLS.
const LAST_WORD_WITHIN: Duration = Duration::from_secs(5);
/// Read in one go, on the stack: half a TLS record, so that a full one costs two reads.
const READ_BYTES: usize = 8 * 1024;
/// Read and thrown away behind our last word, so that closing does not reset the connection under it (a reset makes the
/// node's kernel drop what it has not read yet).
const DRAIN_BYTES_MAX: usize = 256 * 1024;

/// A connection about to be served. Boxed by its maker: the task's future is then a pointer, and the stream is not copied
/// through the state machines that serve it.
#[derive(Debug)]
pub struct Session<S> {
    door: Arc<Door>,
    stream: S,
    engine: Engine,
    outbox: Arc<Outbox>,
    claim: Claim,
    entered: Option<Number>,
}

/// What a session waits for.
enum Event {
    Outbox,
    Input(io::Result<Vec<Action>>),
    Deadline,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// A connection with a certificate that says `claim`, accepted at `accepted`.
    pub fn new(door: Arc<Door>, stream: S, claim: Claim, accepted: Instant) -> Box<Self> {
        let engine = match identify::judge(claim, &door.fleet.admit(&claim.key.0)) {
            Ok(node) => Engine::new(node, accepted),
            Err(refusal) => {
                door.refused(refusal, Some(claim.node));
                Engine::refusing(claim.node, accepted, identify::told(refusal))
            }
        };
        Box::new(Self { door, stream, engine, outbox: Arc::default(), claim, entered: None })
    }

    /// Serves it to its end.
    pub async fn serve(mut self: Box<Self>) {
        let end = self.run().await;
        self.close(end).await;
    }

    async fn run(&mut self) -> End {
        loop {
            if let Err(end) = self.flush(WRITE_WITHIN).await {
                return end;
            }
            let actions = match self.next().await {
                Event::Outbox => self.empty_outbox(),
                Event::Input(Ok(actions)) => actions,
                Event::Input(Err(error)) => {
                    tracing::debug!(node.id = %self.claim.node, %error, "connection broke");
                    self.engine.cut()
                }
                Event::Deadline => self.engine.expire(self.door.clock.monotonic()),
            };
            if let Some(end) = self.act(actions).await {
                return end;
            }
        }
    }

    /// Waits. Dropping the future loses nothing: bytes reach the engine in the same poll that reads them.
    async fn next(&mut self) -> Event {
        let (wants_input, deadline) = (self.engine.wants_input(), self.engine.next_deadline());
        let (clock, counters) = (self.door.clock, &self.door.sessions.counters);
        let (outbox, stream, engine) = (&self.outbox, &mut self.stream, &mut self.engine);
        tokio::select! {
            biased;
            () = outbox.ready() => Event::Outbox,
            read = read(stream, engine, clock, counters), if wants_input => Event::Input(read),
            () = until(deadline) => Event::Deadline,
        }
    }

    /// Moves what waits into the engine. Acks first: when the node sees the PUBACK, it has seen what is stored.
    fn empty_outbox(&mut self) -> Vec<Action> {
        let now = self.door.clock.monotonic();
        let waiting = self.outbox.take();
        for ack in &waiting.acks {
            self.engine.deliver_ack(ack);
        }
        for (packet, verdict) in waiting.pubacks {
            self.engine.settle(packet, verdict, now);
        }
        waiting.goodbye.map(|why| self.engine.goodbye(why)).unwrap_or_default()
    }

    async fn act(&mut self, actions: Vec<Action>) -> Option<End> {
        for action in actions {
            match action {
                Action::Opened => self.opened(),
                Action::Record { packet, payload } => {
                    if let Some(end) = self.submit(packet, payload).await {
                        return Some(end);
                    }
                }
                Action::Status(status) => {
                    Counters::one(&self.door.sessions.counters.statuses);
                    self.door.fleet.status_heard(self.node(), status, self.door.clock.now());
                }
                Action::Refused(what) => self.door.refused_publish(what, self.node()),
                Action::End(end) => return Some(end),
            }
        }
        None
    }

    fn opened(&mut self) {
        let node = self.node();
        let (sessions, fleet) = (&self.door.sessions, &self.door.fleet);
        Counters::one(&sessions.counters.sessions);
        self.entered = Some(sessions.enter(node, &self.outbox));
        fleet.session_opened(node, self.door.clock.now());
        // A revocation between the handshake and this line closed a session that was not in the list yet.
        if let Err(refusal) = identify::judge(self.claim, &fleet.admit(&self.claim.key.0)) {
            self.door.refused(refusal, Some(node));
            self.outbox.goodbye(Goodbye::Revoked);
        }
    }

    /// Hands a record to ingest, which answers it through the outbox, and serves the outbox while it waits for room.
    async fn submit(&mut self, packet: PacketId, payload: Bytes) -> Option<End> {
        // What was answered before this record (CONNACK, SUBACK) does not wait for room in ingest.
        if let Err(end) = self.flush(WRITE_WITHIN).await {
            return Some(end);
        }
        let (ingest, received) = (self.door.ingest.clone(), self.door.clock.wall());
        let outbox = Arc::clone(&self.outbox);
        let arrival = Arrival { node: self.node(), payload, received, packet, outbox };
        let mut sending = std::pin::pin!(ingest.submit(arrival));
        loop {
            tokio::select! {
                biased;
                () = &mut sending => {
                    Counters::one(&self.door.sessions.counters.records);
                    return None;
                }
                () = self.outbox.ready() => {}
            }
            let goodbye = self.empty_outbox();
            let written = self.flush(WRITE_WITHIN).await;
            if let Some(Action::End(end)) = goodbye.into_iter().next() {
                return Some(end);
            }
            if let Err(end) = written {
                return Some(end);
            }
        }
    }

    /// Writes what the engine has to say, all of it at once.
    async fn flush(&mut self, within: Duration) -> Result<(), End> {
        let output = self.engine.take_output();
        if output.is_empty() {
            return Ok(());
        }
        Counters::add(&self.door.sessions.counters.bytes_out, output.len());
        let stream = &mut self.stream;
        let write = async {
            stream.write_all(&output).await?;
            stream.flush().await
        };
        match timeout(within, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => {
                self.engine.cut();
                Err(End::Cut)
            }
        }
    }

    /// Says the last word, keeps the will, and closes.
    async fn close(&mut self, end: End) {
        let node = self.node();
        self.door.ended(end, node);
        let will = self.engine.take_will();
        if let Some(number) = self.entered {
            let now = self.door.clock.now();
            self.door.sessions.leave(node, number, will, now.monotonic);
            // Also of a session that was taken over: the fleet has counted both.
            self.door.fleet.session_closed(node, now);
        }
        if self.flush(LAST_WORD_WITHIN).await.is_err() || matches!(end, End::Cut) {
            return;
        }
        let stream = &mut self.stream;
        let last = async {
            stream.shutdown().await?;
            let mut sink = [0_u8; 512];
            let mut left = DRAIN_BYTES_MAX;
            while left > 0 {
                match stream.read(&mut sink).await? {
                    0 => break,
                    read => left = left.saturating_sub(read),
                }
            }
            io::Result::Ok(())
        };
        // Whatever comes of it, the connection is closed when this returns.
        if !matches!(timeout(LAST_WORD_WITHIN, last).await, Ok(Ok(()))) {
            tracing::trace!(node.id = %node, "the connection did not end in order");
        }
    }

    const fn node(&self) -> NodeId {
        self.claim.node
    }
}

/// Reads once, through the stack, into the engine.
async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    engine: &mut Engine,
    clock: Clock,
    counters: &Counters,
) -> io::Result<Vec<Action>> {
    poll_fn(|context| {
        let mut space = [MaybeUninit::<u8>::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        let bytes = buffer.filled();
        Counters::add(&counters.bytes_in, bytes.len());
        let actions = if bytes.is_empty() { engine.cut() } else { engine.input(bytes, clock.monotonic()) };
        Poll::Ready(Ok(actions))
    })
    .await
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
