//! Many nodes in one process: enrolled by real tickets over the real way, then speaking MQTT over mutual TLS.
//!
//! Enters: a controller, how many nodes and sites. Leaves: their identities, kept in memory alone, and connections that use
//! the agent's own codec and TLS configuration. Binds nothing, connects to 127.0.0.1 only.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use holdfast_agent::clock::Clock;
use holdfast_agent::link::codec::{self, Decoder, Incoming};
use holdfast_agent::link::tls::{self, Pem};
use holdfast_protocol::ack::Ack;
use holdfast_protocol::enrolment::{EnrolRequest, EnrolResponse};
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::status::Status;
use holdfast_protocol::ticket::SignedTicket;
use holdfast_protocol::topic::{Down, Up};
use holdfast_provisioning::enrol;
use holdfast_tests::http::Client;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::payload::{Bodies, Source};

/// Enrolments and connections under way at once: few, so that what is measured is a settled fleet and not a storm.
const AT_ONCE: usize = 16;
/// Longest time for one step of one node.
const STEP_LIMIT: Duration = Duration::from_secs(30);
/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

/// An enrolled node.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Who.
    pub node: NodeId,
    tls: Arc<rustls::ClientConfig>,
    server_name: String,
}

/// Enrols `count` nodes at `sites` sites, each by a ticket of its own.
///
/// # Errors
/// When the controller refuses one.
pub(crate) async fn enrol(client: &Client, count: usize, sites: usize) -> anyhow::Result<Vec<Member>> {
    let mut tasks = JoinSet::new();
    let mut members = Vec::with_capacity(count);
    for number in 0..count {
        if tasks.len() >= AT_ONCE {
            members.push(joined(tasks.join_next().await)?);
        }
        let client = client.clone();
        let site = format!("Site {:03}", number % sites.max(1));
        tasks.spawn(async move { enrol_one(client, site).await });
    }
    while let Some(done) = tasks.join_next().await {
        members.push(joined(Some(done))?);
    }
    Ok(members)
}

fn joined<T>(done: Option<Result<anyhow::Result<T>, tokio::task::JoinError>>) -> anyhow::Result<T> {
    done.context("no task is left")??
}

async fn enrol_one(client: Client, site: String) -> anyhow::Result<Member> {
    let wish = json!({"site": site, "region": "UA-32"});
    let asked = tokio::task::spawn_blocking(move || client.request("POST", "/api/v1/tickets", Some(&wish)));
    let answer = asked.await??;
    anyhow::ensure!(answer.status == 201, "ticket: {}", String::from_utf8_lossy(&answer.body));
    let answer = answer.json()?;
    let text = answer.get("ticket").and_then(Value::as_str).context("an answer without a ticket")?;
    let ticket = SignedTicket::parse(text)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let request = EnrolRequest {
        ticket: text.to_owned(),
        csr_pem: CertificateParams::default().serialize_request(&key)?.pem()?,
        serials: Vec::new(),
        program: holdfast_protocol::PROGRAM_VERSION.to_owned(),
    };
    let answer = timeout(STEP_LIMIT, enrol::ask(&ticket.ticket, &request)).await??;
    let EnrolResponse::Issued { node, certificate_pem, authority_pem, mqtt, enrolled_s, .. } = answer else {
        anyhow::bail!("the controller wants a person's approval");
    };
    let pem = Pem {
        key: key.serialize_pem().into_bytes(),
        certificate: certificate_pem.into_bytes(),
        authority: authority_pem.into_bytes(),
        enrolled_s,
    };
    let server_name = mqtt.first().context("an answer without an MQTT address")?.server_name.clone();
    Ok(Member { node, tls: tls::client_config(&pem, Clock)?, server_name })
}

/// A node's open MQTT session.
#[derive(Debug)]
pub(crate) struct Connection {
    node: NodeId,
    stream: TlsStream<TcpStream>,
    decoder: Decoder,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects `member` to `port` and waits for CONNACK.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn open(member: &Member, port: u16) -> anyhow::Result<Self> {
        let birth = Status::Birth { boot: BootCounter(1), epoch: Epoch(1), version: "bench".to_owned() };
        let will = Status::Gone { boot: BootCounter(1) };
        Self::with(member, port, &codec::opening(member.node, &birth, &will)).await
    }

    /// Connects with another first flight, whose answer has to begin with a granted CONNACK.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn with(member: &Member, port: u16, opening: &[u8]) -> anyhow::Result<Self> {
        let open = async {
            let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            socket.set_nodelay(true)?;
            let name = ServerName::try_from(member.server_name.clone())?;
            let mut stream = TlsConnector::from(Arc::clone(&member.tls)).connect(name, socket).await?;
            stream.write_all(opening).await?;
            stream.flush().await?;
            let mut connection =
                Self { node: member.node, stream, decoder: Decoder::default(), buffer: vec![0; READ_BYTES] };
            loop {
                match connection.packet().await? {
                    Incoming::Connected { reason: 0, .. } => return anyhow::Ok(connection),
                    Incoming::Connected { reason, .. } | Incoming::Goodbye { reason } => {
                        anyhow::bail!("refused with reason {reason:#x}")
                    }
                    Incoming::Subscribed { .. }
                    | Incoming::Settled { .. }
                    | Incoming::Message { .. }
                    | Incoming::Pong
                    | Incoming::Ignored => {}
                }
            }
        };
        timeout(STEP_LIMIT, open).await.context("no CONNACK in time")?
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// When the connection broke.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    /// The next packet.
    ///
    /// # Errors
    /// When the connection broke, or brought no MQTT.
    pub(crate) async fn packet(&mut self) -> anyhow::Result<Incoming> {
        loop {
            if let Some(packet) = self.decoder.packet()? {
                return Ok(packet);
            }
            self.fill().await?;
        }
    }

    /// Reads once, then gives every whole packet that is there.
    ///
    /// # Errors
    /// As [`Connection::packet`].
    pub(crate) async fn packets(&mut self) -> anyhow::Result<Vec<Incoming>> {
        let mut all = vec![self.packet().await?];
        while let Some(packet) = self.decoder.packet()? {
            all.push(packet);
        }
        Ok(all)
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        let length = self.stream.read(&mut self.buffer).await?;
        anyhow::ensure!(length > 0, "the server closed the connection of {}", self.node);
        self.decoder.push(self.buffer.get(..length).unwrap_or_default());
        Ok(())
    }

    /// Sends one record and waits until the server has settled it.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) async fn report(&mut self, source: &mut Source, bodies: &Bodies) -> anyhow::Result<()> {
        let mut pour = Pour::new(source.upcoming());
        let (_, payload) = source.next(bodies)?;
        let topic = Up::Record.of(self.node);
        let packet = codec::record(&topic, payload, pour.packet_id(), false);
        self.write(&packet).await?;
        while pour.in_flight > 0 {
            let packets = timeout(STEP_LIMIT, self.packets()).await.context("no PUBACK in time")??;
            pour.heard(self.node, packets)?;
        }
        Ok(())
    }

    /// Says goodbye, so that no will is sent.
    ///
    /// # Errors
    /// When the connection broke before.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        self.write(&codec::goodbye(0)).await?;
        Ok(self.stream.shutdown().await?)
    }
}

/// Connects all members, a few at a time; each sends one record when `bodies` are given.
///
/// # Errors
/// When one is refused.
pub(crate) async fn connect(
    members: &[Member],
    port: u16,
    bodies: &Arc<Bodies>,
) -> anyhow::Result<Vec<Connection>> {
    let mut tasks = JoinSet::new();
    let mut open = Vec::with_capacity(members.len());
    for member in members {
        if tasks.len() >= AT_ONCE {
            open.push(joined(tasks.join_next().await)?);
        }
        let (member, bodies) = (member.clone(), Arc::clone(bodies));
        tasks.spawn(async move {
            let mut connection = Connection::open(&member, port).await?;
            connection.report(&mut Source::new(member.node), &bodies).await?;
            anyhow::Ok(connection)
        });
    }
    while let Some(done) = tasks.join_next().await {
        open.push(joined(Some(done))?);
    }
    Ok(open)
}

/// What makes a record count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// The fleet's own `ack`, which follows the commit.
    Ack,
    /// PUBACK: the broker has taken it.
    Puback,
}

/// Until when records are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// Until this instant.
    Time(Instant),
    /// Until this record was sent.
    Sequence(Sequence),
}

impl Until {
    fn is_past(self, upcoming: Sequence) -> bool {
        match self {
            Self::Time(until) => Instant::now() >= until,
            Self::Sequence(last) => upcoming > last,
        }
    }
}

/// Records under way of one node.
#[derive(Debug)]
struct Pour {
    in_flight: usize,
    packet: u16,
    acked_below: Sequence,
    settled: u64,
}

impl Pour {
    const fn new(next: Sequence) -> Self {
        Self { in_flight: 0, packet: codec::RECORD_ID_FIRST, acked_below: next, settled: 0 }
    }

    const fn packet_id(&mut self) -> u16 {
        let id = self.packet;
        self.packet = if id == u16::MAX { codec::RECORD_ID_FIRST } else { id + 1 };
        self.in_flight += 1;
        id
    }

    fn heard(&mut self, node: NodeId, packets: Vec<Incoming>) -> anyhow::Result<()> {
        for packet in packets {
            match packet {
                Incoming::Settled { packet, .. } if packet < codec::RECORD_ID_FIRST => {}
                Incoming::Settled { reason, .. } => {
                    anyhow::ensure!(reason < 0x80, "a record was refused with {reason:#x}");
                    self.in_flight = self.in_flight.saturating_sub(1);
                    self.settled += 1;
                }
                Incoming::Message { topic, payload, .. } if Down::parse(&topic, node) == Some(Down::Ack) => {
                    self.acked_below = self.acked_below.max(Ack::decode(&payload)?.below);
                }
                Incoming::Goodbye { reason } => anyhow::bail!("the server said goodbye: {reason:#x}"),
                Incoming::Message { .. }
                | Incoming::Connected { .. }
                | Incoming::Subscribed { .. }
                | Incoming::Pong
                | Incoming::Ignored => {}
            }
        }
        Ok(())
    }
}

/// Sends records, never more than `window` unsettled, until `until`; then waits for the rest. What counts is added to `total`
/// as it comes.
///
/// # Errors
/// When a record is refused, or the acks do not cover what was settled.
pub(crate) async fn pour(
    connection: &mut Connection,
    source: &mut Source,
    bodies: &Bodies,
    window: usize,
    counts: Counts,
    total: &AtomicU64,
    until: Until,
) -> anyhow::Result<()> {
    let topic = Up::Record.of(connection.node);
    let first = source.upcoming();
    let mut pour = Pour::new(first);
    let mut counted = 0;
    loop {
        let mut out = Vec::new();
        while pour.in_flight < window && !until.is_past(source.upcoming()) {
            let (_, payload) = source.next(bodies)?;
            out.extend(codec::record(&topic, payload, pour.packet_id(), false));
        }
        if !out.is_empty() {
            timeout(STEP_LIMIT, connection.write(&out)).await.context("the server takes nothing")??;
        }
        if pour.in_flight == 0 {
            break;
        }
        let packets = timeout(STEP_LIMIT, connection.packets()).await.context("no PUBACK in time")??;
        pour.heard(connection.node, packets)?;
        let done = match counts {
            Counts::Ack => u64::from(pour.acked_below.0 - first.0),
            Counts::Puback => pour.settled,
        };
        total.fetch_add(done.saturating_sub(counted), Ordering::Relaxed);
        counted = counted.max(done);
    }
    anyhow::ensure!(
        counts == Counts::Puback || pour.acked_below == source.upcoming(),
        "{} settled all and acknowledged only below {}",
        connection.node,
        pour.acked_below.0
    );
    Ok(())
}
