//! A client's side of MQTT 5 for tests, written out by hand from the standard, so that a mistake of the codec does not
//! hide in both directions.

use std::time::Duration;

/// A will in CONNECT.
#[derive(Debug, Clone)]
pub(crate) struct WillOf<'a> {
    pub(crate) topic: &'a str,
    pub(crate) payload: &'a [u8],
    pub(crate) delay_s: u32,
    pub(crate) flags: u8,
}

/// CONNECT, every field of which a test may change.
#[derive(Debug, Clone)]
pub(crate) struct ConnectOf<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) level: u8,
    pub(crate) flags: u8,
    pub(crate) keep_alive_s: u16,
    pub(crate) properties: Vec<u8>,
    pub(crate) will: Option<WillOf<'a>>,
    pub(crate) tail: Vec<u8>,
}

impl<'a> ConnectOf<'a> {
    /// A plain one: clean start off, keepalive as the agent's, session expiry of a day.
    pub(crate) fn new(client_id: &'a str) -> Self {
        Self {
            client_id,
            level: 5,
            flags: 0,
            keep_alive_s: 1_200,
            properties: vec![0x11, 0, 1, 0x51, 0x80],
            will: None,
            tail: Vec::new(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let will_flags = self.will.as_ref().map_or(0, |will| 0x04 | will.flags);
        let mut body = text("MQTT");
        body.extend([self.level, self.flags | will_flags]);
        body.extend(self.keep_alive_s.to_be_bytes());
        if self.level == 5 {
            body.extend(variable(self.properties.len()));
            body.extend(&self.properties);
        }
        body.extend(text(self.client_id));
        if let Some(will) = &self.will {
            body.extend([5, 0x18]);
            body.extend(will.delay_s.to_be_bytes());
            body.extend(text(will.topic));
            body.extend(binary(will.payload));
        }
        body.extend(&self.tail);
        packet(0x10, &body)
    }
}

/// PUBLISH at QoS 1, or at QoS 0 with `None`.
pub(crate) fn publish(topic: &str, id: Option<u16>, payload: &[u8]) -> Vec<u8> {
    publish_with(topic, id, &[], payload)
}

/// PUBLISH with properties.
pub(crate) fn publish_with(topic: &str, id: Option<u16>, properties: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut body = text(topic);
    body.extend(id.map(u16::to_be_bytes).into_iter().flatten());
    body.extend(variable(properties.len()));
    body.extend(properties);
    body.extend(payload);
    packet(if id.is_some() { 0x32 } else { 0x30 }, &body)
}

/// SUBSCRIBE.
pub(crate) fn subscribe(id: u16, filters: &[(&str, u8)]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    body.push(0);
    for (filter, qos) in filters {
        body.extend(text(filter));
        body.push(*qos);
    }
    packet(0x82, &body)
}

/// UNSUBSCRIBE.
pub(crate) fn unsubscribe(id: u16, filters: &[&str]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    body.push(0);
    body.extend(filters.iter().flat_map(|filter| text(filter)));
    packet(0xA2, &body)
}

/// A packet of any first byte.
pub(crate) fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    out.extend(variable(body.len()));
    out.extend(body);
    out
}

/// What a server sent: first byte and body of each packet.
pub(crate) fn packets(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut out = Vec::new();
    while let Some((first, body, rest)) = split_packet(bytes) {
        out.push((first, body.to_vec()));
        bytes = rest;
    }
    assert!(bytes.is_empty(), "half a packet was sent: {bytes:02x?}");
    out
}

/// The first whole packet: its first byte, its body, and what follows.
pub(crate) fn split_packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let (body, rest) = rest.split_at_checked(length)?;
    Some((*first, body, rest))
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    binary(text.as_bytes())
}

fn binary(bytes: &[u8]) -> Vec<u8> {
    let mut out = u16::try_from(bytes.len()).expect("short").to_be_bytes().to_vec();
    out.extend(bytes);
    out
}

fn variable(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(value % 128).expect("seven bits");
        value /= 128;
        if value == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// Seconds as a duration.
pub(crate) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
