//! Each guard of the codec, fed by hand.

use super::super::testing::{ConnectOf, packet, publish, publish_with, subscribe, text, unsubscribe};
use super::*;

fn first(bytes: &[u8]) -> Result<Incoming, Fault> {
    whole(bytes, Order::First)
}

fn later(bytes: &[u8]) -> Result<Incoming, Fault> {
    whole(bytes, Order::Later)
}

fn whole(bytes: &[u8], order: Order) -> Result<Incoming, Fault> {
    assert_eq!(frame_length(bytes, order)?, Some(bytes.len()));
    decode(bytes, order)
}

#[test]
fn connect_gives_what_the_door_needs() {
    let mut connect = ConnectOf::new("7k2m9qxd");
    connect.properties.extend([0x27, 0, 0, 4, 0]);
    let Ok(Incoming::Connect(connect)) = first(&connect.bytes()) else { panic!("refused") };
    assert_eq!(
        (
            connect.client_id.as_str(),
            connect.keep_alive_s,
            connect.session_expiry_s,
            connect.packet_bytes_max
        ),
        ("7k2m9qxd", 1_200, 86_400, 1_024)
    );
}

#[test]
fn other_versions_of_mqtt_are_told_from_rubbish() {
    for level in [3, 4, 6] {
        let connect = ConnectOf { level, ..ConnectOf::new("7k2m9qxd") };
        assert_eq!(first(&connect.bytes()), Err(Fault::Version), "level {level}");
    }
    let mut old = text("MQIsdp");
    old.extend([3, 2, 0, 60]);
    assert_eq!(first(&packet(0x10, &old)), Err(Fault::Version));
    let mut other = text("MOTT");
    other.extend([5, 2, 0, 60, 0, 0, 0]);
    assert_eq!(first(&packet(0x10, &other)), Err(Fault::Malformed("not MQTT")));
}

#[test]
fn what_the_codec_lets_pass_in_connect_is_refused() {
    let plain = ConnectOf::new("7k2m9qxd");
    let with = |change: fn(&mut ConnectOf<'_>)| {
        let mut connect = plain.clone();
        change(&mut connect);
        first(&connect.bytes())
    };
    assert!(matches!(with(|c| c.flags = 1), Err(Fault::Malformed(_))), "reserved flag");
    assert!(matches!(with(|c| c.flags = 0x20), Err(Fault::Malformed(_))), "retain without a will");
    assert!(matches!(with(|c| c.tail = vec![0]), Err(Fault::Malformed(_))), "bytes left over");
    assert!(
        matches!(with(|c| c.properties.extend([0x21, 0, 0])), Err(Fault::Protocol(_))),
        "receive maximum 0"
    );
    assert!(
        matches!(with(|c| c.properties.extend([0x27, 0, 0, 0, 0])), Err(Fault::Protocol(_))),
        "packet size 0"
    );
    let twice = |c: &mut ConnectOf<'_>| c.properties.extend([0x11, 0, 0, 0, 1]);
    assert!(matches!(with(twice), Err(Fault::Malformed(_))), "a property twice");
    assert!(matches!(with(|c| c.properties.extend([0x17, 2])), Err(Fault::Protocol(_))), "neither 0 nor 1");
}

#[test]
fn reserved_bits_of_the_fixed_header_are_refused_before_the_body_has_come() {
    for header in [0x11, 0x1f] {
        assert!(matches!(frame_length(&[header], Order::First), Err(Fault::Malformed(_))), "{header:#x}");
    }
    for header in [0x80, 0x8a, 0xa0, 0x41, 0xc1, 0xe1] {
        assert!(matches!(frame_length(&[header], Order::Later), Err(Fault::Malformed(_))), "{header:#x}");
    }
}

#[test]
fn packets_out_of_their_place_are_refused() {
    assert!(matches!(frame_length(&[0xC0], Order::First), Err(Fault::Protocol(_))), "PINGREQ first");
    assert!(matches!(frame_length(&[0x10], Order::Later), Err(Fault::Protocol(_))), "CONNECT twice");
    assert!(matches!(frame_length(&[0xF0], Order::Later), Err(Fault::Protocol(_))), "AUTH");
    for server in [0x00, 0x20, 0x90, 0xB0, 0xD0] {
        assert!(matches!(frame_length(&[server], Order::Later), Err(Fault::Protocol(_))), "{server:#x}");
    }
    for qos_2 in [0x50, 0x62, 0x70] {
        assert_eq!(frame_length(&[qos_2], Order::Later), Err(Fault::Qos), "{qos_2:#x}");
    }
}

#[test]
fn a_packet_too_large_is_refused_by_its_header_alone() {
    assert_eq!(frame_length(&[0x10, 0xff, 0x0f], Order::First), Err(Fault::TooLarge));
    assert_eq!(frame_length(&[0x10, 0xfd, 0x0f], Order::First), Ok(Some(2_048)));
    // 262,144 bytes with a header of four.
    assert_eq!(frame_length(&[0x30, 0xfc, 0xff, 0x0f], Order::Later), Ok(Some(PACKET_BYTES_MAX)));
    assert_eq!(frame_length(&[0x30, 0xfd, 0xff, 0x0f], Order::Later), Err(Fault::TooLarge));
    assert_eq!(frame_length(&[0x82, 0xff, 0x0f], Order::Later), Err(Fault::TooLarge));
}

#[test]
fn lengths_have_one_form_and_at_most_four_bytes() {
    assert_eq!(frame_length(&[0x30, 0x80], Order::Later), Ok(None));
    assert!(matches!(frame_length(&[0x30, 0x80, 0x00], Order::Later), Err(Fault::Malformed(_))));
    assert!(matches!(frame_length(&[0x30, 0x80, 0x80, 0x80, 0x80], Order::Later), Err(Fault::Malformed(_))));
}

#[test]
fn disconnect_is_read_in_all_its_lengths() {
    assert_eq!(later(&[0xE0, 0x00]), Ok(Incoming::Disconnect(0)));
    assert_eq!(later(&[0xE0, 0x01, 0x04]), Ok(Incoming::Disconnect(4)));
    assert_eq!(later(&[0xE0, 0x02, 0x04, 0x00]), Ok(Incoming::Disconnect(4)));
    assert_eq!(later(&[0xE0, 0x07, 0x00, 0x05, 0x11, 0, 0, 0, 9]), Ok(Incoming::Disconnect(0)));
    assert!(matches!(later(&[0xE0, 0x03, 0x00, 0x05, 0x11]), Err(Fault::Malformed(_))));
}

#[test]
fn a_length_that_points_past_its_frame_is_malformed_and_not_waited_for() {
    let frame = packet(0x30, &[0x00, 0x40, b'u']);
    assert!(matches!(later(&frame), Err(Fault::Malformed(_))));
    assert!(matches!(later(&packet(0x82, &[0, 1, 0, 0, 9, b'd'])), Err(Fault::Malformed(_))));
    assert!(matches!(later(&packet(0x40, &[0])), Err(Fault::Malformed(_))));
}

#[test]
fn publishes_that_are_not_offered_are_refused_each_with_its_own_reason() {
    let mut bytes = publish("u/n/r", Some(1), b"x");
    for (first, fault) in [(0x33, Fault::Retain), (0x34, Fault::Qos)] {
        bytes[0] = first;
        assert_eq!(later(&bytes), Err(fault));
    }
    bytes[0] = 0x36;
    assert!(matches!(later(&bytes), Err(Fault::Malformed(_))), "QoS 3");
    assert!(matches!(later(&publish("u/n/r", Some(0), b"x")), Err(Fault::Malformed(_))), "packet id 0");
    assert_eq!(later(&publish("u/+/r", Some(1), b"x")), Err(Fault::TopicName));
    assert_eq!(later(&publish("u/n/#", Some(1), b"x")), Err(Fault::TopicName));
    assert!(matches!(later(&publish("", Some(1), b"x")), Err(Fault::Protocol(_))), "no topic");
    assert_eq!(later(&publish_with("u/n/r", Some(1), &[0x23, 0, 1], b"x")), Err(Fault::TopicAlias));
    assert!(matches!(later(&publish_with("u/n/r", Some(1), &[0x0b, 1], b"x")), Err(Fault::Protocol(_))));
    assert_eq!(later(&publish_with("u/n/r", Some(1), &[0x26; 1_025], b"x")), Err(Fault::TooLarge));
    let mut not_utf8 = publish("u/n/r", Some(1), b"x");
    not_utf8[4] = 0xff;
    assert!(matches!(later(&not_utf8), Err(Fault::Malformed(_))));
}

#[test]
fn packet_identifier_0_is_refused_wherever_there_is_one() {
    assert!(matches!(later(&subscribe(0, &[("d/n/+", 1)])), Err(Fault::Protocol(_))));
    assert!(matches!(later(&unsubscribe(0, &["d/n/+"])), Err(Fault::Protocol(_))));
    assert!(matches!(later(&packet(0x40, &[0, 0])), Err(Fault::Protocol(_))));
}

#[test]
fn subscriptions_with_nothing_in_them_or_with_an_identifier_are_refused() {
    assert!(later(&subscribe(1, &[])).is_err());
    assert!(matches!(later(&unsubscribe(1, &[])), Err(Fault::Protocol(_))));
    let mut body = vec![0, 1, 2, 0x0b, 7];
    body.extend(text("d/n/+"));
    body.push(1);
    assert!(matches!(later(&packet(0x82, &body)), Err(Fault::Protocol(_))));
}

#[test]
fn a_reason_given_by_the_door_is_always_in_the_four_byte_form() {
    let mut out = BytesMut::new();
    put_disconnect(&mut out, 0x8E);
    assert_eq!(&out[..], [0xE0, 0x02, 0x8E, 0x00]);
}
