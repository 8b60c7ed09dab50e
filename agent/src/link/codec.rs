//! The one file of the agent that names the MQTT 5 packet codec of rumqttc, and the guards around it.
//!
//! Enters: what the session wants to say, bytes from the socket. Leaves: bytes for the socket, [`Incoming`] packets. The
//! guards: DISCONNECT is read here, since the codec loses its reason in the legal three-byte form; a packet that the
//! codec consumed without understanding is malformed; a frame longer than [`PACKET_BYTES_MAX`] is refused before it is
//! buffered. Never opens a socket, never keeps a session.

use bytes::{Bytes, BytesMut};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::status::Status;
use holdfast_protocol::topic::{self, Up};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    Connect, ConnectProperties, Filter, LastWill, LastWillProperties, Packet, PingReq, Publish, Subscribe,
};

/// Largest packet either way: a record of 255 KiB with topic and properties.
pub const PACKET_BYTES_MAX: usize = 256 * 1024;
/// Seconds without a packet before the agent pings; pings are sent only when idle. A ping pair is 204 bytes on the wire.
pub const KEEP_ALIVE_S: u16 = 1_200;
/// How long a broker keeps the session of a node that is gone, in seconds.
const SESSION_EXPIRY_S: u32 = 86_400;
/// How long a broker waits before it sends the last will, in seconds.
const WILL_DELAY_S: u32 = 900;
/// Most packets the controller may have under way to the node: acks are QoS 0, commands few.
const RECEIVE_MAX: u16 = 16;
/// Packet identifier of the one SUBSCRIBE of a session.
pub const SUBSCRIBE_ID: u16 = 1;
/// Packet identifier of the birth message.
pub const BIRTH_ID: u16 = 2;
/// First packet identifier of records.
pub const RECORD_ID_FIRST: u16 = 3;

/// A packet from the controller, as far as a node cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// The answer to CONNECT.
    Connected {
        /// Reason code; 0 is success.
        reason: u8,
        /// Most unacknowledged PUBLISH packets.
        receive_max: u16,
        /// Largest packet it takes.
        packet_bytes_max: u32,
        /// Keep-alive it orders, in seconds.
        keep_alive_s: Option<u16>,
    },
    /// The answer to SUBSCRIBE: whether each filter was granted.
    Subscribed {
        /// Granted.
        granted: bool,
    },
    /// A PUBLISH was settled.
    Settled {
        /// Its packet identifier.
        packet: u16,
        /// Reason code; below 0x80 is not an error.
        reason: u8,
    },
    /// Something for this node.
    Message {
        /// Topic.
        topic: String,
        /// Payload.
        payload: Bytes,
        /// To be settled with a PUBACK, for QoS 1.
        packet: Option<u16>,
    },
    /// The answer to a ping.
    Pong,
    /// The controller ends the session.
    Goodbye {
        /// Reason code.
        reason: u8,
    },
    /// A packet that a node has no use for.
    Ignored,
}

/// Why bytes from the controller were not taken; the connection has to end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A frame larger than [`PACKET_BYTES_MAX`].
    #[error("the controller sent a packet over {PACKET_BYTES_MAX} bytes")]
    TooLarge,
    /// Bytes that are no MQTT 5 packet.
    #[error("the controller sent bytes that are no MQTT 5 packet: {0}")]
    Malformed(String),
}

/// What a node says on connecting: CONNECT, SUBSCRIBE and the birth message, all in one flight.
#[must_use]
pub fn opening(node: NodeId, birth: &Status, will: &Status) -> Vec<u8> {
    let mut out = BytesMut::with_capacity(256);
    let connect = Packet::Connect(connect(node), Some(last_will(node, will)), None);
    let mut filter = Filter::new(topic::down_filter(node), QoS::AtLeastOnce);
    filter.nolocal = true;
    let mut subscribe = Subscribe::new(filter, None);
    subscribe.pkid = SUBSCRIBE_ID;
    write(&connect, &mut out);
    write(&Packet::Subscribe(subscribe), &mut out);
    write(&publish(&Up::Status.of(node), birth.encode(), Some(BIRTH_ID)), &mut out);
    out.to_vec()
}

/// A record as a PUBLISH of QoS 1.
#[must_use]
pub fn record(topic: &str, payload: Vec<u8>, packet: u16, again: bool) -> Vec<u8> {
    let mut out = BytesMut::with_capacity(payload.len().saturating_add(32));
    let mut packet = publish(topic, payload, Some(packet));
    if let Packet::Publish(publish) = &mut packet {
        publish.dup = again;
    }
    write(&packet, &mut out);
    out.to_vec()
}

/// A status message that nobody waits for: QoS 0.
#[must_use]
pub fn status(node: NodeId, status: &Status) -> Vec<u8> {
    let mut out = BytesMut::with_capacity(64);
    write(&publish(&Up::Status.of(node), status.encode(), None), &mut out);
    out.to_vec()
}

/// Settles a message of QoS 1.
#[must_use]
pub fn settle(packet: u16) -> Vec<u8> {
    let [high, low] = packet.to_be_bytes();
    vec![0x40, 2, high, low]
}

/// A ping.
#[must_use]
pub fn ping() -> Vec<u8> {
    let mut out = BytesMut::with_capacity(2);
    write(&Packet::PingReq(PingReq), &mut out);
    out.to_vec()
}

/// DISCONNECT with a reason: 0x00 drops the last will, 0x04 has it sent.
#[must_use]
pub fn goodbye(reason: u8) -> Vec<u8> {
    vec![0xe0, 2, reason, 0]
}

/// Collects bytes from the socket and cuts them into packets.
#[derive(Debug, Default)]
pub struct Decoder {
    held: BytesMut,
}

impl Decoder {
    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole packet, or none until more bytes come.
    ///
    /// # Errors
    /// [`CodecError`]; afterwards nothing more can be read from this connection.
    pub fn packet(&mut self) -> Result<Option<Incoming>, CodecError> {
        let Some(length) = frame_length(&self.held)? else {
            self.shrink();
            return Ok(None);
        };
        if length > PACKET_BYTES_MAX {
            return Err(CodecError::TooLarge);
        }
        if self.held.len() < length {
            return Ok(None);
        }
        let mut frame = self.held.split_to(length);
        if frame.first().is_some_and(|first| first >> 4 == 14) {
            let reason = frame.get(2).copied().unwrap_or(0);
            return Ok(Some(Incoming::Goodbye { reason }));
        }
        let packet = Packet::read(&mut frame, Some(u32::try_from(PACKET_BYTES_MAX).unwrap_or(u32::MAX)))
            .map_err(|error| CodecError::Malformed(format!("{error:?}")))?;
        incoming(packet).map(Some)
    }

    /// Gives a large buffer back once it is empty: most packets down are acks of 20 bytes.
    fn shrink(&mut self) {
        if self.held.is_empty() && self.held.capacity() > 4_096 {
            self.held = BytesMut::new();
        }
    }
}

fn connect(node: NodeId) -> Connect {
    let mut properties = ConnectProperties::new();
    properties.session_expiry_interval = Some(SESSION_EXPIRY_S);
    properties.receive_maximum = Some(RECEIVE_MAX);
    properties.max_packet_size = u32::try_from(PACKET_BYTES_MAX).ok();
    Connect {
        keep_alive: KEEP_ALIVE_S,
        client_id: node.to_string(),
        clean_start: false,
        properties: Some(properties),
    }
}

fn last_will(node: NodeId, will: &Status) -> LastWill {
    let properties = LastWillProperties {
        delay_interval: Some(WILL_DELAY_S),
        payload_format_indicator: None,
        message_expiry_interval: None,
        content_type: None,
        response_topic: None,
        correlation_data: None,
        user_properties: Vec::new(),
    };
    LastWill::new(Up::Status.of(node), will.encode(), QoS::AtLeastOnce, false, Some(properties))
}

fn publish(topic: &str, payload: Vec<u8>, packet: Option<u16>) -> Packet {
    let qos = if packet.is_some() { QoS::AtLeastOnce } else { QoS::AtMostOnce };
    let mut publish = Publish::new(topic, qos, payload, None);
    publish.pkid = packet.unwrap_or(0);
    Packet::Publish(publish)
}

fn write(packet: &Packet, out: &mut BytesMut) {
    packet.write(out, None).expect("no size limit was given, and all texts are shorter than 64 KiB");
}

/// The whole length of the frame that begins here, or `None` until its fixed header is there.
fn frame_length(held: &[u8]) -> Result<Option<usize>, CodecError> {
    let mut length = 0_usize;
    for index in 0..4_usize {
        let Some(byte) = held.get(index + 1) else { return Ok(None) };
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some(length + index + 2));
        }
    }
    Err(CodecError::Malformed("a remaining length of more than four bytes".to_owned()))
}

fn incoming(packet: Packet) -> Result<Incoming, CodecError> {
    Ok(match packet {
        Packet::ConnAck(ack) => {
            let properties = ack.properties.as_ref();
            Incoming::Connected {
                reason: connect_reason(&ack.code),
                receive_max: properties.and_then(|p| p.receive_max).unwrap_or(u16::MAX),
                packet_bytes_max: properties.and_then(|p| p.max_packet_size).unwrap_or(u32::MAX),
                keep_alive_s: properties.and_then(|p| p.server_keep_alive),
            }
        }
        Packet::SubAck(ack) => {
            use rumqttc::v5::mqttbytes::v5::SubscribeReasonCode;
            let granted = ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)));
            Incoming::Subscribed { granted }
        }
        Packet::PubAck(ack) => Incoming::Settled { packet: ack.pkid, reason: puback_reason(&ack.reason) },
        Packet::Publish(publish) => {
            let topic = std::str::from_utf8(&publish.topic)
                .map_err(|_| CodecError::Malformed("a topic that is not UTF-8".to_owned()))?
                .to_owned();
            let packet = match publish.qos {
                QoS::AtMostOnce => None,
                QoS::AtLeastOnce => Some(publish.pkid),
                QoS::ExactlyOnce => {
                    return Err(CodecError::Malformed("QoS 2, which was never granted".to_owned()));
                }
            };
            Incoming::Message { topic, payload: publish.payload, packet }
        }
        Packet::PingResp(_) => Incoming::Pong,
        Packet::Auth(_)
        | Packet::Connect(..)
        | Packet::PingReq(_)
        | Packet::Subscribe(_)
        | Packet::PubRec(_)
        | Packet::PubRel(_)
        | Packet::PubComp(_)
        | Packet::Unsubscribe(_)
        | Packet::Disconnect(_) => {
            return Err(CodecError::Malformed(
                "a packet that only clients send, or that was not asked for".to_owned(),
            ));
        }
        Packet::UnsubAck(_) => Incoming::Ignored,
    })
}

/// Reason codes of CONNACK, MQTT 5 section 3.2.2.2. The codec has names for them and no numbers.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum with codes of MQTT 3.1.1 among them")]
fn connect_reason(code: &rumqttc::v5::mqttbytes::v5::ConnectReturnCode) -> u8 {
    use rumqttc::v5::mqttbytes::v5::ConnectReturnCode as Code;
    match code {
        Code::Success => 0x00,
        Code::ClientIdentifierNotValid => 0x85,
        Code::BadUserNamePassword => 0x86,
        Code::NotAuthorized => 0x87,
        Code::ServerUnavailable => 0x88,
        Code::ServerBusy => 0x89,
        Code::Banned => 0x8a,
        Code::UnsupportedProtocolVersion => 0x84,
        Code::QuotaExceeded => 0x97,
        Code::ConnectionRateExceeded => 0x9f,
        _ => 0x80,
    }
}

/// Reason codes of PUBACK, MQTT 5 section 3.4.2.1.
const fn puback_reason(reason: &rumqttc::v5::mqttbytes::v5::PubAckReason) -> u8 {
    use rumqttc::v5::mqttbytes::v5::PubAckReason as Reason;
    match reason {
        Reason::Success => 0x00,
        Reason::NoMatchingSubscribers => 0x10,
        Reason::UnspecifiedError => 0x80,
        Reason::ImplementationSpecificError => 0x83,
        Reason::NotAuthorized => 0x87,
        Reason::TopicNameInvalid => 0x90,
        Reason::PacketIdentifierInUse => 0x91,
        Reason::QuotaExceeded => 0x97,
        Reason::PayloadFormatInvalid => 0x99,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);

    fn all(bytes: &[u8]) -> Result<Vec<Incoming>, CodecError> {
        let mut decoder = Decoder::default();
        decoder.push(bytes);
        let mut out = Vec::new();
        while let Some(packet) = decoder.packet()? {
            out.push(packet);
        }
        Ok(out)
    }

    #[test]
    fn the_opening_is_one_flight_whose_first_packet_is_small() {
        use holdfast_protocol::ids::{BootCounter, Epoch};
        let birth = Status::Birth { boot: BootCounter(1), epoch: Epoch(2), version: "0.1.0".into() };
        let bytes = opening(NODE, &birth, &Status::Gone { boot: BootCounter(1) });
        assert_eq!(bytes[0] >> 4, 1, "CONNECT first");
        assert!(bytes.len() < 200, "{} bytes", bytes.len());
    }

    #[test]
    fn a_goodbye_in_any_legal_form_keeps_its_reason() {
        assert_eq!(all(&[0xe0, 0]), Ok(vec![Incoming::Goodbye { reason: 0 }]));
        assert_eq!(all(&[0xe0, 1, 0x8e]), Ok(vec![Incoming::Goodbye { reason: 0x8e }]));
        assert_eq!(all(&[0xe0, 2, 0x8b, 0]), Ok(vec![Incoming::Goodbye { reason: 0x8b }]));
    }

    #[test]
    fn packets_come_out_whole_however_they_are_cut() {
        let mut decoder = Decoder::default();
        let bytes = [0x40, 2, 0, 9, 0xd0, 0];
        let mut out = Vec::new();
        for byte in bytes {
            decoder.push(&[byte]);
            while let Some(packet) = decoder.packet().expect("well formed") {
                out.push(packet);
            }
        }
        assert_eq!(out, [Incoming::Settled { packet: 9, reason: 0 }, Incoming::Pong]);
    }

    #[test]
    fn a_frame_that_states_too_much_is_refused_before_it_comes() {
        assert_eq!(all(&[0x30, 0xff, 0xff, 0xff, 0x7f]), Err(CodecError::TooLarge));
        assert!(matches!(all(&[0x30, 0xff, 0xff, 0xff, 0xff, 1]), Err(CodecError::Malformed(_))));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic() {
        for seed in 0..50_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut bytes: Vec<u8> = (0..random.usize(..60)).map(|_| random.u8(..)).collect();
            if let Some(first) = bytes.first_mut() {
                *first = random.u8(1..16) << 4 | random.u8(..4);
            }
            if bytes.len() > 2 {
                bytes[1] = u8::try_from(bytes.len() - 2).expect("short");
            }
            let _ = all(&bytes);
        }
    }
}
