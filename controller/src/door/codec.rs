//! The one file of the controller that names the MQTT packet codec (rumqttc's, docs/decisions/0001), with the guards it
//! needs: framing and size limits before a byte is decoded, reserved bits, DISCONNECT by hand, and every leniency of the
//! codec either closed here or named as tolerated.
//!
//! Enters: bytes of a node. Leaves: an [`Incoming`] packet or a [`Fault`] with its MQTT reason code; and the bytes of what
//! the door says. Never keeps a byte, never reads past the frame, never decides who may do what: that is the engine's.
//!
//! Tolerated knowingly: a property length that ends inside a property (the packet stays within its frame), a user name
//! and password in CONNECT (the certificate is the authority), unknown user properties.

use bytes::{Bytes, BytesMut};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnAckProperties, ConnectReturnCode, Filter, LastWill, Packet, PubAck, PubAckReason, Publish,
    PublishProperties, SubAck, SubscribeReasonCode, UnsubAck, UnsubAckReason,
};

use super::outbox::{PacketId, Verdict};

/// Largest first packet: a CONNECT with an 8-byte client id and a will is under 150 bytes.
pub const FIRST_PACKET_BYTES_MAX: usize = 2 * 1024;
/// Largest PUBLISH, its fixed header counted; told to the node in CONNACK. A record of 360 frames of 90 fields is under
/// 64 KiB; the rest is room for later kinds.
pub const PACKET_BYTES_MAX: usize = 256 * 1024;
/// Largest packet of any other type. Filters and user properties each cost an allocation in the codec: 2 KiB bounds them
/// to a few hundred.
pub const SMALL_PACKET_BYTES_MAX: usize = 2 * 1024;
/// Largest property section of a PUBLISH: 50,000 empty user properties in 250 KB were measured to cost 2.3 MiB.
pub const PUBLISH_PROPERTIES_BYTES_MAX: usize = 1024;
/// Seconds an ack may wait in a broker before it is worthless; the embedded door only states it.
const ACK_EXPIRY_S: u32 = 120;

/// Whether a packet is the first of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Only CONNECT may come, and it is small.
    First,
    /// Anything but CONNECT.
    Later,
}

/// A packet a client may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Opens the session.
    Connect(Box<Connect>),
    /// A message; QoS 2, retain and aliases never come this far.
    Publish(Message),
    /// The node took a QoS 1 message of ours.
    PubAck(PacketId),
    /// Asks for topics.
    Subscribe {
        /// Answered by SUBACK with it.
        packet: PacketId,
        /// What it asks for, and at which quality (0 to 2).
        filters: Vec<(String, u8)>,
    },
    /// Gives up topics.
    Unsubscribe {
        /// Answered by UNSUBACK with it.
        packet: PacketId,
        /// Which.
        filters: Vec<String>,
    },
    /// Asks for a sign of life.
    PingRequest,
    /// Leaves, with its reason code.
    Disconnect(u8),
}

/// What CONNECT says, as far as the door cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// Must be the certificate's node id.
    pub client_id: String,
    /// Seconds; 0 for none.
    pub keep_alive_s: u16,
    /// Seconds the session outlives the connection; only the will's delay depends on it here.
    pub session_expiry_s: u32,
    /// Largest packet the client takes.
    pub packet_bytes_max: u32,
    /// The client wants extended authentication, which is not offered.
    pub wants_authentication: bool,
    /// The will.
    pub will: Option<Will>,
}

/// The will in CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Will {
    /// Where it would go.
    pub topic: Bytes,
    /// What it says.
    pub payload: Bytes,
    /// Seconds between the end of the connection and its delivery.
    pub delay_s: u32,
    /// Its quality of service, 0 to 2.
    pub qos: u8,
    /// Whether it asks to be retained.
    pub retain: bool,
}

/// A PUBLISH of quality 0 or 1 with a topic that is a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// UTF-8, not empty, without wildcards.
    pub topic: String,
    /// `None` at quality 0.
    pub packet: Option<PacketId>,
    /// The message.
    pub payload: Bytes,
}

/// Why bytes were not taken. Each ends the connection with its reason code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 0x81.
    #[error("malformed packet: {0}")]
    Malformed(&'static str),
    /// 0x82.
    #[error("protocol error: {0}")]
    Protocol(&'static str),
    /// 0x84: MQTT 3.1.1 or another version; it could not be told that it was refused.
    #[error("only MQTT 5 is spoken here")]
    Version,
    /// 0x90.
    #[error("the topic has a wildcard or a NUL")]
    TopicName,
    /// 0x94.
    #[error("topic aliases are not offered")]
    TopicAlias,
    /// 0x95.
    #[error("the packet is larger than is taken here")]
    TooLarge,
    /// 0x9A.
    #[error("nothing is retained here")]
    Retain,
    /// 0x9B.
    #[error("QoS 2 is not offered")]
    Qos,
}

impl Fault {
    /// The MQTT reason code, section 2.4 of the standard.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Malformed(_) => 0x81,
            Self::Protocol(_) => 0x82,
            Self::Version => 0x84,
            Self::TopicName => 0x90,
            Self::TopicAlias => 0x94,
            Self::TooLarge => 0x95,
            Self::Retain => 0x9A,
            Self::Qos => 0x9B,
        }
    }
}

/// Packet types a client may send, with the flags the standard fixes for them (section 2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Connect,
    Publish,
    PubAck,
    Subscribe,
    Unsubscribe,
    PingRequest,
    Disconnect,
}

/// Length of the frame at the head of `bytes`, once it is known and within its limit: `None` while the fixed header is
/// not whole. The limit is checked before the frame has arrived, so that nobody buffers what will be refused.
///
/// # Errors
/// [`Fault`] as soon as the header shows it.
pub fn frame_length(bytes: &[u8], order: Order) -> Result<Option<usize>, Fault> {
    let Some((first, rest)) = bytes.split_first() else { return Ok(None) };
    let kind = kind(*first, order)?;
    let Some((remaining, header_bytes)) = remaining_length(rest)? else { return Ok(None) };
    let length = remaining.saturating_add(header_bytes).saturating_add(1);
    let max = match (order, kind) {
        (Order::First, _) => FIRST_PACKET_BYTES_MAX,
        (Order::Later, Kind::Publish) => PACKET_BYTES_MAX,
        (Order::Later, _) => SMALL_PACKET_BYTES_MAX,
    };
    if length > max { Err(Fault::TooLarge) } else { Ok(Some(length)) }
}

/// Decodes one whole frame, as measured by [`frame_length`].
///
/// # Errors
/// [`Fault`] for what is not such a packet.
pub fn decode(frame: &[u8], order: Order) -> Result<Incoming, Fault> {
    let (first, rest) = frame.split_first().ok_or(Fault::Malformed("empty"))?;
    let kind = kind(*first, order)?;
    let (_, header_bytes) = remaining_length(rest)?.ok_or(Fault::Malformed("fixed header"))?;
    let body = rest.get(header_bytes..).unwrap_or_default();
    match kind {
        Kind::Disconnect => return Ok(Incoming::Disconnect(disconnect_reason(body)?)),
        Kind::PingRequest if body.is_empty() => return Ok(Incoming::PingRequest),
        Kind::PingRequest => return Err(Fault::Malformed("PINGREQ with a body")),
        Kind::Connect => connect_header(body)?,
        Kind::Publish => publish_header(*first, body)?,
        Kind::PubAck | Kind::Subscribe | Kind::Unsubscribe => {}
    }
    // The frame is copied: a payload then keeps its own frame alive and not the connection's whole buffer.
    let mut copy = BytesMut::from(frame);
    let packet = match Packet::read(&mut copy, None) {
        // The codec says "insufficient bytes" of a whole frame when a length inside it points past its end.
        Err(_) => return Err(Fault::Malformed("its fields do not fit its length")),
        Ok(packet) => packet,
    };
    // Property lists given twice and bytes behind the last field show in the length a clean packet would have.
    let clean = packet.size() == frame.len();
    incoming(packet, clean)
}

fn incoming(packet: Packet, clean: bool) -> Result<Incoming, Fault> {
    let id = |number: u16| {
        if number == 0 { Err(Fault::Protocol("packet identifier 0")) } else { Ok(PacketId(number)) }
    };
    match packet {
        Packet::Connect(connect, will, login) => {
            if !clean && login.is_none() {
                return Err(Fault::Malformed("CONNECT with bytes left over or a property twice"));
            }
            connect_fields(connect, will)
        }
        Packet::Publish(publish) => message(publish).map(Incoming::Publish),
        Packet::PubAck(ack) => Ok(Incoming::PubAck(id(ack.pkid)?)),
        Packet::Subscribe(subscribe) => {
            if subscribe.properties.as_ref().is_some_and(|properties| properties.id.is_some()) {
                return Err(Fault::Protocol("subscription identifiers are not offered"));
            }
            let packet = id(subscribe.pkid)?;
            let filters = subscribe.filters.into_iter().map(|Filter { path, qos, .. }| (path, level(qos)));
            Ok(Incoming::Subscribe { packet, filters: filters.collect() })
        }
        Packet::Unsubscribe(unsubscribe) => {
            if unsubscribe.filters.is_empty() {
                return Err(Fault::Protocol("UNSUBSCRIBE without a filter"));
            }
            Ok(Incoming::Unsubscribe { packet: id(unsubscribe.pkid)?, filters: unsubscribe.filters })
        }
        Packet::Auth(_)
        | Packet::ConnAck(_)
        | Packet::PingReq(_)
        | Packet::PingResp(_)
        | Packet::SubAck(_)
        | Packet::PubRec(_)
        | Packet::PubRel(_)
        | Packet::PubComp(_)
        | Packet::UnsubAck(_)
        | Packet::Disconnect(_) => Err(Fault::Protocol("a packet that only a server sends")),
    }
}

fn kind(first: u8, order: Order) -> Result<Kind, Fault> {
    let flags = first & 0x0f;
    let (kind, fixed) = match first >> 4 {
        1 => (Kind::Connect, 0),
        3 => (Kind::Publish, flags),
        4 => (Kind::PubAck, 0),
        8 => (Kind::Subscribe, 2),
        10 => (Kind::Unsubscribe, 2),
        12 => (Kind::PingRequest, 0),
        14 => (Kind::Disconnect, 0),
        5..=7 => return Err(Fault::Qos),
        15 => return Err(Fault::Protocol("AUTH is not offered")),
        _ => return Err(Fault::Protocol("a packet that only a server sends")),
    };
    match (order, kind == Kind::Connect) {
        (Order::First, false) => Err(Fault::Protocol("the first packet is not CONNECT")),
        (Order::Later, true) => Err(Fault::Protocol("a second CONNECT")),
        _ if flags != fixed => Err(Fault::Malformed("reserved bits of the fixed header")),
        _ => Ok(kind),
    }
}

/// A variable byte integer of at most four bytes in shortest form, and how many bytes it took; `None` when cut.
fn remaining_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let padded = index > 0 && *byte == 0;
            let fault = Fault::Malformed("a length that is not in its shortest form");
            return if padded { Err(fault) } else { Ok(Some((value, index + 1))) };
        }
    }
    if bytes.len() >= 4 { Err(Fault::Malformed("a length of more than four bytes")) } else { Ok(None) }
}

/// DISCONNECT in its three legal lengths; the codec refuses two of them. Its properties are skipped.
fn disconnect_reason(body: &[u8]) -> Result<u8, Fault> {
    let Some((reason, properties)) = body.split_first() else { return Ok(0) };
    if properties.is_empty() {
        return Ok(*reason);
    }
    let (length, header_bytes) =
        remaining_length(properties)?.ok_or(Fault::Malformed("properties of DISCONNECT"))?;
    if header_bytes + length == properties.len() {
        Ok(*reason)
    } else {
        Err(Fault::Malformed("properties of DISCONNECT do not fit its length"))
    }
}

/// Protocol name, version and flags of CONNECT, of which the codec takes too much.
fn connect_header(body: &[u8]) -> Result<(), Fault> {
    let Some(((name, level), flags)) = split_name(body) else {
        return Err(Fault::Malformed("CONNECT is cut short"));
    };
    match (name, level) {
        (b"MQTT", 5) => {}
        (b"MQTT" | b"MQIsdp", _) => return Err(Fault::Version),
        _ => return Err(Fault::Malformed("not MQTT")),
    }
    let will = flags & 0x04 != 0;
    if flags & 0x01 != 0 || (!will && flags & 0x38 != 0) || flags & 0x18 == 0x18 {
        return Err(Fault::Malformed("flags of CONNECT"));
    }
    Ok(())
}

fn split_name(body: &[u8]) -> Option<((&[u8], u8), u8)> {
    let (length, rest) = body.split_first_chunk::<2>()?;
    let (name, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let ([level, flags], _) = rest.split_first_chunk::<2>()?;
    Some(((name, *level), *flags))
}

/// Quality, retain and the size of the property section, before the codec allocates for it.
fn publish_header(first: u8, body: &[u8]) -> Result<(), Fault> {
    let qos = (first >> 1) & 3;
    match (qos, first & 1) {
        (3, _) => return Err(Fault::Malformed("QoS 3")),
        (2, _) => return Err(Fault::Qos),
        (_, 1) => return Err(Fault::Retain),
        (0, _) if first & 8 != 0 => return Err(Fault::Malformed("DUP at QoS 0")),
        _ => {}
    }
    let cut = Fault::Malformed("PUBLISH is cut short");
    let (length, rest) = body.split_first_chunk::<2>().ok_or(cut)?;
    let skip = usize::from(u16::from_be_bytes(*length)) + if qos == 0 { 0 } else { 2 };
    let rest = rest.get(skip..).ok_or(cut)?;
    let (properties, header_bytes) = remaining_length(rest)?.ok_or(cut)?;
    if properties > PUBLISH_PROPERTIES_BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    if header_bytes + properties > rest.len() { Err(cut) } else { Ok(()) }
}

fn connect_fields(
    connect: rumqttc::v5::mqttbytes::v5::Connect,
    will: Option<LastWill>,
) -> Result<Incoming, Fault> {
    let properties = connect.properties.unwrap_or_default();
    if properties.receive_maximum == Some(0) || properties.max_packet_size == Some(0) {
        return Err(Fault::Protocol("receive maximum or maximum packet size 0"));
    }
    let flags = [properties.request_problem_info, properties.request_response_info];
    if flags.into_iter().flatten().any(|flag| flag > 1) {
        return Err(Fault::Protocol("a yes-or-no property that is neither"));
    }
    let will = will.map(|will| Will {
        topic: will.topic,
        payload: will.message,
        delay_s: will.properties.and_then(|properties| properties.delay_interval).unwrap_or(0),
        qos: level(will.qos),
        retain: will.retain,
    });
    Ok(Incoming::Connect(Box::new(Connect {
        client_id: connect.client_id,
        keep_alive_s: connect.keep_alive,
        session_expiry_s: properties.session_expiry_interval.unwrap_or(0),
        packet_bytes_max: properties.max_packet_size.unwrap_or(u32::MAX),
        wants_authentication: properties.authentication_method.is_some()
            || properties.authentication_data.is_some(),
        will,
    })))
}

fn message(publish: Publish) -> Result<Message, Fault> {
    if let Some(properties) = &publish.properties {
        if properties.topic_alias.is_some() {
            return Err(Fault::TopicAlias);
        }
        if !properties.subscription_identifiers.is_empty() {
            return Err(Fault::Protocol("a subscription identifier in a client's PUBLISH"));
        }
    }
    let topic =
        std::str::from_utf8(&publish.topic).map_err(|_| Fault::Malformed("the topic is not UTF-8"))?;
    if topic.is_empty() {
        return Err(Fault::Protocol("an empty topic without an alias"));
    }
    if topic.contains(['+', '#', '\0']) {
        return Err(Fault::TopicName);
    }
    let packet = (publish.qos == QoS::AtLeastOnce).then_some(PacketId(publish.pkid));
    Ok(Message { topic: topic.to_owned(), packet, payload: publish.payload })
}

const fn level(qos: QoS) -> u8 {
    match qos {
        QoS::AtMostOnce => 0,
        QoS::AtLeastOnce => 1,
        QoS::ExactlyOnce => 2,
    }
}

/// Why CONNECT is refused; table 3-1 of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectRefusal {
    /// A packet that could not be read.
    Fault(Fault),
    /// 0x85: "a valid string but is not allowed by the Server". 0x87 would say that the node may not connect at all.
    ClientId,
    /// 0x87: the registry does not know this certificate, or the node was revoked.
    NotAuthorised(&'static str),
    /// 0x8C.
    Authentication,
    /// 0x90: the will goes somewhere else than to the node's own status topic.
    WillTopic,
    /// 0x99: the will is not a status.
    WillPayload,
}

impl ConnectRefusal {
    const fn answer(self) -> (ConnectReturnCode, &'static str) {
        use ConnectReturnCode as Code;
        match self {
            Self::Fault(Fault::Malformed(why)) => (Code::MalformedPacket, why),
            Self::Fault(Fault::Protocol(why)) => (Code::ProtocolError, why),
            Self::Fault(Fault::Version) => (Code::UnsupportedProtocolVersion, ""),
            Self::Fault(Fault::TopicName) => (Code::TopicNameInvalid, "a wildcard in a topic"),
            Self::Fault(Fault::TopicAlias) => (Code::ProtocolError, "a topic alias in CONNECT"),
            Self::Fault(Fault::TooLarge) => (Code::PacketTooLarge, "CONNECT is limited to 2048 bytes"),
            Self::Fault(Fault::Retain) => (Code::RetainNotSupported, "the will may not be retained"),
            Self::Fault(Fault::Qos) => (Code::QoSNotSupported, "the will may have QoS 0 or 1"),
            Self::ClientId => {
                (Code::ClientIdentifierNotValid, "the client id must be the node id in the certificate's CN")
            }
            Self::NotAuthorised(why) => (Code::NotAuthorized, why),
            Self::Authentication => {
                (Code::BadAuthenticationMethod, "the certificate is the only authentication")
            }
            Self::WillTopic => (Code::TopicNameInvalid, "the will goes to u/<node>/s only"),
            Self::WillPayload => (Code::PayloadFormatInvalid, "the will is not a status message"),
        }
    }
}

/// What CONNACK offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Unacknowledged PUBLISHes taken at once.
    pub receive_max: u16,
    /// The keepalive to use instead of the client's.
    pub keep_alive_s: Option<u16>,
}

/// Writes what the codec refuses to write only when a length overflows, which nothing here can reach.
fn put(out: &mut BytesMut, packet: &Packet) {
    let before = out.len();
    if packet.write(out, None).is_err() {
        out.truncate(before);
    }
}

/// CONNACK of an accepted session. No session is ever present: the spool on the node is the memory, not the door.
pub fn put_connack(out: &mut BytesMut, offer: Offer) {
    let properties = ConnAckProperties {
        session_expiry_interval: None,
        receive_max: Some(offer.receive_max),
        max_qos: Some(1),
        retain_available: Some(0),
        max_packet_size: u32::try_from(PACKET_BYTES_MAX).ok(),
        assigned_client_identifier: None,
        topic_alias_max: None,
        reason_string: None,
        user_properties: Vec::new(),
        wildcard_subscription_available: Some(0),
        subscription_identifiers_available: Some(0),
        shared_subscription_available: Some(0),
        server_keep_alive: offer.keep_alive_s,
        response_information: None,
        server_reference: None,
        authentication_method: None,
        authentication_data: None,
    };
    let code = ConnectReturnCode::Success;
    put(out, &Packet::ConnAck(ConnAck { session_present: false, code, properties: Some(properties) }));
}

/// CONNACK of a refusal, with its reason in words.
pub fn put_connack_refused(out: &mut BytesMut, why: ConnectRefusal) {
    let (code, reason) = why.answer();
    let properties = (!reason.is_empty()).then(|| ConnAckProperties {
        session_expiry_interval: None,
        receive_max: None,
        max_qos: None,
        retain_available: None,
        max_packet_size: None,
        assigned_client_identifier: None,
        topic_alias_max: None,
        reason_string: Some(reason.to_owned()),
        user_properties: Vec::new(),
        wildcard_subscription_available: None,
        subscription_identifiers_available: None,
        shared_subscription_available: None,
        server_keep_alive: None,
        response_information: None,
        server_reference: None,
        authentication_method: None,
        authentication_data: None,
    });
    put(out, &Packet::ConnAck(ConnAck { session_present: false, code, properties }));
}

/// PUBACK.
pub fn put_puback(out: &mut BytesMut, packet: PacketId, verdict: Verdict) {
    let reason = match verdict {
        Verdict::Stored => PubAckReason::Success,
        Verdict::Nobody => PubAckReason::NoMatchingSubscribers,
        Verdict::NotNow => PubAckReason::ImplementationSpecificError,
        Verdict::NotAuthorised => PubAckReason::NotAuthorized,
        Verdict::Quota => PubAckReason::QuotaExceeded,
        Verdict::Unusable => PubAckReason::PayloadFormatInvalid,
    };
    put(out, &Packet::PubAck(PubAck { pkid: packet.0, reason, properties: None }));
}

/// SUBACK; one answer a filter: the granted quality (0 or 1), or `None` for 0x87.
pub fn put_suback(out: &mut BytesMut, packet: PacketId, granted: &[Option<u8>]) {
    let answer = |granted: &Option<u8>| match granted {
        Some(0) => SubscribeReasonCode::Success(QoS::AtMostOnce),
        Some(_) => SubscribeReasonCode::Success(QoS::AtLeastOnce),
        None => SubscribeReasonCode::NotAuthorized,
    };
    let return_codes = granted.iter().map(answer).collect();
    put(out, &Packet::SubAck(SubAck { pkid: packet.0, return_codes, properties: None }));
}

/// UNSUBACK; one answer a filter: whether it was subscribed.
pub fn put_unsuback(out: &mut BytesMut, packet: PacketId, existed: &[bool]) {
    let answer = |existed: &bool| match existed {
        true => UnsubAckReason::Success,
        false => UnsubAckReason::NoSubscriptionExisted,
    };
    let reasons = existed.iter().map(answer).collect();
    put(out, &Packet::UnsubAck(UnsubAck { pkid: packet.0, reasons, properties: None }));
}

/// PUBLISH of an ack at QoS 0, unless it is larger than the client takes.
pub fn put_ack(out: &mut BytesMut, topic: &str, payload: Vec<u8>, packet_bytes_max: u32) {
    let properties = PublishProperties { message_expiry_interval: Some(ACK_EXPIRY_S), ..Default::default() };
    let packet = Packet::Publish(Publish::new(topic, QoS::AtMostOnce, payload, Some(properties)));
    if u32::try_from(packet.size()).is_ok_and(|size| size <= packet_bytes_max) {
        put(out, &packet);
    }
}

/// PINGRESP.
pub fn put_pong(out: &mut BytesMut) {
    out.extend_from_slice(&[0xD0, 0x00]);
}

/// DISCONNECT, always in its four-byte form: clients on rumqttc's codec lose the reason of the legal three-byte one.
pub fn put_disconnect(out: &mut BytesMut, reason: u8) {
    out.extend_from_slice(&[0xE0, 0x02, reason, 0x00]);
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
