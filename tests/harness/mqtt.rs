//! A small MQTT 5 client over mutual TLS that may say anything: good records, and what no good node says.
//!
//! Enters: a node's identity, a port, bytes. Leaves: the packets that come back, as kind and bytes, or how the connection
//! ended. Blocking, one connection each. It checks the server as a node does; what it sends nobody checks.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use holdfast_agent::clock::Clock;
use holdfast_agent::link::codec;
use holdfast_agent::link::tls::{self, Pem};
use holdfast_protocol::event::Event;
use holdfast_protocol::identity::{AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE};
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::status::Status;
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use holdfast_protocol::topic::Up;
use holdfast_provisioning::authority::{self, Authority};
use holdfast_provisioning::csr;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::node::Node;

/// How long an answer may take on a loaded machine.
const LIMIT: Duration = Duration::from_secs(20);
/// Kinds of packets that a door sends.
const CONNACK: u8 = 2;
/// See [`CONNACK`].
const PUBACK: u8 = 4;
/// See [`CONNACK`].
const DISCONNECT: u8 = 14;

/// Whose certificate, and whom it trusts.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The node id in the certificate.
    pub node: NodeId,
    server_name: String,
    pem: Pem,
}

impl Identity {
    /// That of an enrolled node.
    ///
    /// # Errors
    /// When it is not enrolled.
    pub fn of(node: &Node) -> anyhow::Result<Self> {
        let identity = node.identity()?;
        let read = |name: &str| {
            std::fs::read(node.identity_folder().join(name)).with_context(|| format!("reading {name}"))
        };
        let server_name = identity.mqtt.first().context("no endpoint")?.server_name.clone();
        let (key, certificate, authority) = (read(KEY_FILE)?, read(CERTIFICATE_FILE)?, read(AUTHORITY_FILE)?);
        let pem = Pem { key, certificate, authority, enrolled_s: identity.enrolled_s };
        Ok(Self { node: identity.node, server_name, pem })
    }

    /// A certificate for `node` that `authority` issued at `at`; it trusts whom `like` trusts. No registry knows it.
    ///
    /// # Errors
    /// When none can be issued.
    pub fn issued(authority: &Authority, node: NodeId, at: WallMs, like: &Self) -> anyhow::Result<Self> {
        let key = rcgen::KeyPair::generate()?;
        let request = rcgen::CertificateParams::default().serialize_request(&key)?.pem()?;
        let issued = authority.issue_node(&csr::read(&request)?, node, at)?;
        let pem = Pem { key: key.serialize_pem().into(), certificate: issued.pem.into(), ..like.pem.clone() };
        Ok(Self { node, server_name: like.server_name.clone(), pem })
    }

    /// A certificate for `node` from a fleet that has nothing to do with this one, made in `folder`.
    ///
    /// # Errors
    /// When none can be made.
    pub fn foreign(folder: &Path, node: NodeId, now: WallMs, like: &Self) -> anyhow::Result<Self> {
        let other = authority::create(folder, now)?.authority;
        Self::issued(&other, node, now, like)
    }

    /// Its files for programs that want files: certificate and key.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, certificate: &Path, key: &Path) -> anyhow::Result<()> {
        crate::controller::write_private(certificate, &self.pem.certificate)?;
        crate::controller::write_private(key, &self.pem.key)
    }
}

/// A packet as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Type, the upper half of the first byte.
    pub kind: u8,
    /// What follows the fixed header.
    pub body: Vec<u8>,
}

/// What comes next from the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A packet.
    Packet(Packet),
    /// The connection is over, and what TLS or the system says of it.
    Closed(String),
}

/// A connection.
#[derive(Debug)]
pub struct Client {
    node: NodeId,
    stream: StreamOwned<ClientConnection, TcpStream>,
    held: Vec<u8>,
    next_packet: u16,
}

impl Client {
    /// Connects and shakes hands; says nothing of MQTT.
    ///
    /// # Errors
    /// When TCP or the handshake fails on this side.
    pub fn connect(port: u16, identity: &Identity) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut tcp = TcpStream::connect_timeout(&address, LIMIT)?;
        tcp.set_read_timeout(Some(LIMIT))?;
        tcp.set_write_timeout(Some(LIMIT))?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from(identity.server_name.clone())?;
        let mut tls = ClientConnection::new(tls::client_config(&identity.pem, Clock)?, name)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut tcp).context("shaking hands")?;
        }
        Ok(Self {
            node: identity.node,
            stream: StreamOwned::new(tls, tcp),
            held: Vec::new(),
            next_packet: codec::RECORD_ID_FIRST,
        })
    }

    /// Connects and opens a session as an agent does; the answers to all three packets have come when it returns.
    ///
    /// # Errors
    /// When the door refuses.
    pub fn open(port: u16, identity: &Identity) -> anyhow::Result<Self> {
        let mut client = Self::connect(port, identity)?;
        client.send(&opening(identity.node))?;
        for kind in [CONNACK, 9, PUBACK] {
            let heard = client.hear()?;
            let Heard::Packet(packet) = &heard else {
                anyhow::bail!("the session was not opened: {heard:?}")
            };
            anyhow::ensure!(
                packet.kind == kind && packet.reason() < 0x80,
                "the session was not opened: {heard:?}"
            );
        }
        Ok(client)
    }

    /// Sends bytes as they are. That the other side has closed is not an error here: what it said is still to be heard.
    ///
    /// # Errors
    /// When nothing moves for long.
    pub fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self.stream.write_all(bytes).and_then(|()| self.stream.flush()) {
            Ok(()) => Ok(()),
            Err(error) if is_end(&error) => Ok(()),
            Err(error) => Err(error).context("sending"),
        }
    }

    /// Publishes at QoS 1 without waiting; answers the packet's identifier.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn publish(&mut self, topic: &str, payload: Vec<u8>) -> anyhow::Result<u16> {
        let id = self.next_packet;
        self.next_packet = id.checked_add(1).unwrap_or(codec::RECORD_ID_FIRST);
        self.send(&codec::record(topic, payload, id, false))?;
        Ok(id)
    }

    /// The reason of the PUBACK for `id`; acks of the controller are passed over.
    ///
    /// # Errors
    /// When something else comes, or nothing.
    pub fn answer(&mut self, id: u16) -> anyhow::Result<u8> {
        loop {
            match self.hear()? {
                Heard::Packet(packet) if packet.kind == PUBACK && packet.id() == id => {
                    return Ok(packet.reason());
                }
                Heard::Packet(packet) if packet.kind == 3 || packet.kind == PUBACK => {}
                other @ (Heard::Packet(_) | Heard::Closed(_)) => {
                    anyhow::bail!("instead of PUBACK {id}: {other:?}")
                }
            }
        }
    }

    /// Publishes a payload on the node's record topic and waits for the PUBACK's reason.
    ///
    /// # Errors
    /// As [`Client::answer`].
    pub fn report(&mut self, payload: Vec<u8>) -> anyhow::Result<u8> {
        let id = self.publish(&Up::Record.of(self.node), payload)?;
        self.answer(id)
    }

    /// The next packet, or the end.
    ///
    /// # Errors
    /// When nothing comes in time.
    pub fn hear(&mut self) -> anyhow::Result<Heard> {
        loop {
            if let Some(packet) = self.take() {
                return Ok(Heard::Packet(packet));
            }
            let mut buffer = [0_u8; 4096];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(Heard::Closed("closed".to_owned())),
                Ok(length) => self.held.extend_from_slice(buffer.get(..length).unwrap_or_default()),
                Err(error) if is_end(&error) => return Ok(Heard::Closed(error.to_string())),
                Err(error) => return Err(error).context("waiting for an answer"),
            }
        }
    }

    /// What ends the connection: the reason of CONNACK or DISCONNECT if there is one, and the end itself.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn end(&mut self) -> anyhow::Result<Ended> {
        let mut reason = None;
        loop {
            match self.hear()? {
                Heard::Packet(packet) if packet.kind == DISCONNECT || packet.kind == CONNACK => {
                    reason = Some(packet.reason());
                }
                Heard::Packet(_) => {}
                Heard::Closed(how) => return Ok(Ended { reason, how }),
            }
        }
    }

    fn take(&mut self) -> Option<Packet> {
        let (first, rest) = self.held.split_first()?;
        let (mut length, mut header) = (0_usize, 1);
        for (index, byte) in rest.iter().take(4).enumerate() {
            length |= usize::from(byte & 0x7f) << (7 * index);
            header += 1;
            if byte & 0x80 == 0 {
                let body = self.held.get(header..header + length)?.to_vec();
                let kind = first >> 4;
                self.held.drain(..header + length);
                return Some(Packet { kind, body });
            }
        }
        None
    }
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Reason of the last CONNACK or DISCONNECT.
    pub reason: Option<u8>,
    /// What TLS or the system says.
    pub how: String,
}

impl Packet {
    /// The reason code of a CONNACK, PUBACK, SUBACK or DISCONNECT; 0 where the packet leaves it out.
    #[must_use]
    pub fn reason(&self) -> u8 {
        let at = match self.kind {
            CONNACK => 1,
            PUBACK => 2,
            DISCONNECT => 0,
            _ => self.body.len().saturating_sub(1),
        };
        self.body.get(at).copied().unwrap_or(0)
    }

    /// The packet identifier of a PUBACK.
    #[must_use]
    pub fn id(&self) -> u16 {
        self.body.first_chunk().copied().map_or(0, u16::from_be_bytes)
    }
}

/// The other side closed, or sent an alert; a time-out is neither.
fn is_end(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::UnexpectedEof
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::InvalidData
            | Kind::NotConnected
    )
}

/// CONNECT, SUBSCRIBE and birth of a node.
#[must_use]
pub fn opening(node: NodeId) -> Vec<u8> {
    let birth = Status::Birth { boot: BootCounter(1), epoch: Epoch(1), version: "0.1.0".into() };
    codec::opening(node, &birth, &Status::Gone { boot: BootCounter(1) })
}

/// The header of a small record that any controller takes.
#[must_use]
pub const fn header(node: NodeId, epoch: u32, sequence: u32) -> Header {
    Header {
        kind: Kind::Event,
        node,
        epoch: Epoch(epoch),
        first: Sequence(sequence),
        last: Sequence(sequence),
        boot: BootCounter(1),
        at: BootMs(60_000),
        clock: ClockTrust::Unsynchronised,
        dictionary: 1,
        configuration: 0,
        report_within_s: 60,
    }
}

/// A record that any controller takes.
#[must_use]
pub fn good_record(node: NodeId, epoch: u32, sequence: u32) -> Vec<u8> {
    let body = Event::Started { before: None, machine: true }.encode();
    record::encode(&header(node, epoch, sequence), &body)
}
