//! What the engine takes, refuses and answers; and that no bytes make it panic or grow.

use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};

use super::super::testing::{
    ConnectOf, WillOf, packet, packets, publish, publish_with, s, split_packet, subscribe, unsubscribe,
};
use super::*;

const NODE: NodeId = NodeId::from_bytes([0x39, 0xc5, 0x44, 0xdf, 0xad]);
const OTHER: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);
const GONE: Status = Status::Gone { boot: BootCounter(41) };

fn open(connect: &ConnectOf<'_>, now: Instant) -> (Engine, Vec<(u8, Vec<u8>)>) {
    let mut engine = Engine::new(NODE, now);
    let actions = engine.input(&connect.bytes(), now);
    assert_eq!(actions, [Action::Opened]);
    let said = said(&mut engine);
    (engine, said)
}

fn opened(now: Instant) -> Engine {
    open(&ConnectOf::new(&NODE.to_string()), now).0
}

fn said(engine: &mut Engine) -> Vec<(u8, Vec<u8>)> {
    packets(&engine.take_output())
}

/// CONNACK's reason code after `connect`, which must end the session.
fn refused(connect: &ConnectOf<'_>) -> u8 {
    let now = Instant::now();
    let mut engine = Engine::new(NODE, now);
    let actions = engine.input(&connect.bytes(), now);
    assert!(matches!(actions[..], [Action::End(End::Refused(_))]), "{actions:?}");
    assert!(engine.ended());
    let said = said(&mut engine);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].0, 0x20);
    said[0].1[1]
}

fn with_will(payload: &[u8], topic: &str, delay_s: u32, flags: u8) -> Vec<u8> {
    let id = NODE.to_string();
    let will = WillOf { topic, payload, delay_s, flags };
    ConnectOf { will: Some(will), ..ConnectOf::new(&id) }.bytes()
}

fn record(action: &Action) -> PacketId {
    let Action::Record { packet, .. } = action else { panic!("{action:?} is no record") };
    *packet
}

fn up(what: Up) -> String {
    what.of(NODE)
}

#[test]
fn connack_offers_exactly_what_the_door_has() {
    let (_, said) = open(&ConnectOf::new(&NODE.to_string()), Instant::now());
    let expected = [0, 0, 18, 0x21, 0, 64, 0x24, 1, 0x25, 0, 0x27, 0, 4, 0, 0, 0x28, 0, 0x29, 0, 0x2a, 0];
    assert_eq!(said, [(0x20, expected.to_vec())]);
}

#[test]
fn a_keepalive_that_is_none_or_too_long_is_replaced() {
    let id = NODE.to_string();
    for (asked, replaced) in [(0, true), (1_800, false), (1_801, true)] {
        let now = Instant::now();
        let (engine, said) = open(&ConnectOf { keep_alive_s: asked, ..ConnectOf::new(&id) }, now);
        let told = said[0].1.ends_with(&[0x13, 0x07, 0x08]);
        assert_eq!(told, replaced, "{asked}");
        assert_eq!(engine.next_deadline(), Some(now + s(2_700)));
    }
}

#[test]
fn a_client_id_that_is_not_the_certificates_node_is_refused() {
    assert_eq!(refused(&ConnectOf::new(&OTHER.to_string())), 0x85);
    assert_eq!(refused(&ConnectOf::new("")), 0x85);
}

#[test]
fn mqtt_3_is_refused_with_a_reason_it_can_print() {
    let id = NODE.to_string();
    assert_eq!(refused(&ConnectOf { level: 4, ..ConnectOf::new(&id) }), 0x84);
}

#[test]
fn a_node_that_the_registry_refuses_is_told_why_in_words() {
    let now = Instant::now();
    let mut engine = Engine::refusing(NODE, now, "this node was revoked");
    let actions = engine.input(&ConnectOf::new(&NODE.to_string()).bytes(), now);
    assert!(matches!(actions[..], [Action::End(End::Refused(ConnectRefusal::NotAuthorised(_)))]));
    let said = said(&mut engine);
    assert_eq!(said[0].1[1], 0x87);
    assert!(said[0].1.ends_with(b"this node was revoked"));
}

#[test]
fn extended_authentication_is_refused() {
    let id = NODE.to_string();
    let mut connect = ConnectOf::new(&id);
    connect.properties.extend([0x15, 0, 1, b'x']);
    assert_eq!(refused(&connect), 0x8C);
}

#[test]
fn a_will_goes_to_the_own_status_topic_or_nowhere() {
    let id = NODE.to_string();
    let gone = GONE.encode();
    let refused_will = |topic: &str, payload: &[u8], flags| {
        let will = WillOf { topic, payload, delay_s: 0, flags };
        refused(&ConnectOf { will: Some(will), ..ConnectOf::new(&id) })
    };
    assert_eq!(refused_will(&Up::Status.of(OTHER), &gone, 0), 0x90);
    assert_eq!(refused_will(&up(Up::Record), &gone, 0), 0x90);
    assert_eq!(refused_will(&up(Up::Status), b"what?", 0), 0x99);
    assert_eq!(refused_will(&up(Up::Status), &gone, 0x20), 0x9A);
    assert_eq!(refused_will(&up(Up::Status), &gone, 0x10), 0x9B);
}

#[test]
fn the_will_survives_a_cut_and_not_a_clean_goodbye() {
    let now = Instant::now();
    let status = up(Up::Status);
    let left = |bytes: &[u8]| {
        let mut engine = Engine::new(NODE, now);
        engine.input(&with_will(&GONE.encode(), &status, 900, 0), now);
        if bytes.is_empty() {
            engine.cut()
        } else {
            engine.input(bytes, now)
        };
        assert!(engine.ended());
        engine.take_will()
    };
    let kept = Some(KeptWill { status: GONE, delay: s(900) });
    assert_eq!(left(&[]), kept);
    assert_eq!(left(&[0xE0, 0x01, 0x04]), kept);
    assert_eq!(left(&[0xE0, 0x00]), None);
    assert_eq!(left(&[0xE0, 0x02, 0x00, 0x00]), None);
}

#[test]
fn the_will_is_due_at_the_end_of_the_session_when_that_comes_first() {
    let (now, id, status) = (Instant::now(), NODE.to_string(), up(Up::Status));
    let payload = GONE.encode();
    let will = WillOf { topic: &status, payload: &payload, delay_s: 900, flags: 0 };
    let connect = ConnectOf { properties: vec![], will: Some(will), ..ConnectOf::new(&id) };
    let (mut engine, _) = open(&connect, now);
    engine.cut();
    assert_eq!(engine.take_will().map(|will| will.delay), Some(s(0)));
}

#[test]
fn a_controller_that_ends_a_session_keeps_no_will() {
    let now = Instant::now();
    for (why, code) in [(Goodbye::ShuttingDown, 0x8B), (Goodbye::TakenOver, 0x8E), (Goodbye::Revoked, 0x87)] {
        let mut engine = Engine::new(NODE, now);
        engine.input(&with_will(&GONE.encode(), &up(Up::Status), 900, 0), now);
        engine.take_output();
        assert_eq!(engine.goodbye(why), [Action::End(End::Goodbye(why))]);
        assert_eq!(&engine.take_output()[..], [0xE0, 0x02, code, 0x00]);
        assert_eq!(engine.take_will(), None);
        assert_eq!(engine.goodbye(why), [], "ended is final");
    }
}

#[test]
fn a_record_is_answered_when_it_is_settled_and_not_before() {
    let now = Instant::now();
    let mut engine = opened(now);
    let bytes =
        [publish(&up(Up::Record), Some(7), b"one"), publish(&up(Up::Urgent), Some(8), b"two")].concat();
    let actions = engine.input(&bytes, now);
    let expected = [(7, "one"), (8, "two")].map(|(id, payload)| Action::Record {
        packet: PacketId(id),
        payload: Bytes::from_static(payload.as_bytes()),
    });
    assert_eq!(actions, expected);
    assert_eq!(said(&mut engine), []);
    engine.settle(PacketId(8), Verdict::Unusable, now);
    engine.settle(PacketId(7), Verdict::Stored, now);
    engine.settle(PacketId(7), Verdict::Stored, now);
    engine.settle(PacketId(99), Verdict::Stored, now);
    assert_eq!(said(&mut engine), [(0x40, vec![0, 8, 0x99, 0]), (0x40, vec![0, 7])]);
}

#[test]
fn every_verdict_has_its_own_reason_code() {
    let now = Instant::now();
    let verdicts = [
        (Verdict::Nobody, 0x10),
        (Verdict::NotNow, 0x83),
        (Verdict::NotAuthorised, 0x87),
        (Verdict::Quota, 0x97),
        (Verdict::Unusable, 0x99),
    ];
    for (verdict, code) in verdicts {
        let mut engine = opened(now);
        engine.input(&publish(&up(Up::Record), Some(1), b"x"), now);
        engine.settle(PacketId(1), verdict, now);
        assert_eq!(said(&mut engine), [(0x40, vec![0, 1, code, 0])], "{verdict:?}");
    }
}

#[test]
fn publishing_as_another_is_refused_and_reported_and_the_connection_goes_on() {
    let now = Instant::now();
    let mut engine = opened(now);
    for topic in [Up::Record.of(OTHER), Down::Command.of(NODE), Down::Ack.of(OTHER), "$SYS/x".to_owned()] {
        let actions = engine.input(&publish(&topic, Some(3), b"x"), now);
        assert_eq!(actions, [Action::Refused(Refused::ForeignTopic)], "{topic}");
        assert_eq!(said(&mut engine), [(0x40, vec![0, 3, 0x87, 0])]);
    }
    let actions = engine.input(&publish(&up(Up::Record), Some(3), b"x"), now);
    assert_eq!(record(&actions[0]), PacketId(3));
}

#[test]
fn a_record_that_nobody_could_answer_is_dropped_and_reported() {
    let now = Instant::now();
    let mut engine = opened(now);
    let actions = engine.input(&publish(&up(Up::Record), None, b"x"), now);
    assert_eq!(actions, [Action::Refused(Refused::Unanswerable)]);
    assert_eq!(said(&mut engine), []);
}

#[test]
fn a_status_is_heard_and_answered_at_once() {
    let now = Instant::now();
    let mut engine = opened(now);
    let birth = Status::Birth { boot: BootCounter(1), epoch: Epoch(2), version: "0.1.0".into() };
    let actions = engine.input(&publish(&up(Up::Status), Some(2), &birth.encode()), now);
    assert_eq!(actions, [Action::Status(birth)]);
    assert_eq!(said(&mut engine), [(0x40, vec![0, 2])]);
    let actions = engine.input(&publish(&up(Up::Status), Some(2), b"?"), now);
    assert_eq!(actions, [Action::Refused(Refused::BadStatus)]);
    assert_eq!(said(&mut engine), [(0x40, vec![0, 2, 0x99, 0])]);
}

#[test]
fn a_node_subscribes_to_its_own_and_to_nothing_else() {
    let now = Instant::now();
    let mut engine = opened(now);
    let (all, acks, commands) = (down_filter(NODE), Down::Ack.of(NODE), Down::Command.of(NODE));
    let foreign = down_filter(OTHER);
    let filters = [
        (&*all, 2),
        (&acks, 0),
        (&commands, 1),
        (&foreign, 1),
        ("#", 0),
        ("d/+/a", 0),
        ("$share/x/d/+/c", 1),
    ];
    let actions = engine.input(&subscribe(5, &filters), now);
    assert_eq!(actions, vec![Action::Refused(Refused::ForeignFilter); 4]);
    assert_eq!(said(&mut engine), [(0x90, vec![0, 5, 0, 1, 0, 1, 0x87, 0x87, 0x87, 0x87])]);
}

#[test]
fn acks_go_to_who_asked_for_them_until_it_asks_no_more() {
    let now = Instant::now();
    let mut engine = opened(now);
    let ack = Ack { epoch: Epoch(5), below: Sequence(10), ranges: Vec::new() };
    engine.deliver_ack(&ack);
    assert_eq!(said(&mut engine), [], "nobody asked");
    engine.input(&subscribe(1, &[(&down_filter(NODE), 1)]), now);
    engine.take_output();
    engine.deliver_ack(&ack);
    let topic = Down::Ack.of(NODE);
    let expected = publish_with(&topic, None, &[2, 0, 0, 0, 120], &ack.encode());
    assert_eq!(&engine.take_output()[..], expected);
    engine.input(&unsubscribe(2, &[&topic, "d/x/a"]), now);
    assert_eq!(said(&mut engine), [(0xB0, vec![0, 2, 0, 0x00, 0x11])]);
    engine.deliver_ack(&ack);
    assert_eq!(said(&mut engine), []);
}

#[test]
fn an_ack_larger_than_the_client_takes_is_not_sent() {
    let (now, id) = (Instant::now(), NODE.to_string());
    let mut connect = ConnectOf::new(&id);
    connect.properties.extend([0x27, 0, 0, 0, 20]);
    let (mut engine, _) = open(&connect, now);
    engine.input(&subscribe(1, &[(&down_filter(NODE), 1)]), now);
    engine.take_output();
    engine.deliver_ack(&Ack { epoch: Epoch(5), below: Sequence(10), ranges: Vec::new() });
    assert_eq!(said(&mut engine), []);
}

#[test]
fn the_receive_maximum_is_enforced() {
    let now = Instant::now();
    let mut engine = opened(now);
    for id in 1..=RECEIVE_MAX {
        assert_eq!(record(&engine.input(&publish(&up(Up::Record), Some(id), b"x"), now)[0]), PacketId(id));
    }
    engine.settle(PacketId(5), Verdict::Stored, now);
    engine.take_output();
    assert_eq!(engine.input(&publish(&up(Up::Record), Some(5), b"x"), now).len(), 1);
    let actions = engine.input(&publish(&up(Up::Record), Some(65), b"x"), now);
    assert_eq!(actions, [Action::End(End::ReceiveMax)]);
    assert_eq!(&engine.take_output()[..], [0xE0, 0x02, 0x93, 0x00]);
}

#[test]
fn a_packet_identifier_in_use_ends_the_session() {
    let now = Instant::now();
    let mut engine = opened(now);
    engine.input(&publish(&up(Up::Record), Some(1), b"x"), now);
    let actions = engine.input(&publish(&up(Up::Record), Some(1), b"x"), now);
    assert!(matches!(actions[..], [Action::End(End::Fault(Fault::Protocol(_)))]));
    assert_eq!(&engine.take_output()[..], [0xE0, 0x02, 0x82, 0x00]);
}

#[test]
fn a_window_full_of_bytes_stops_reading_and_not_the_session() {
    let now = Instant::now();
    let mut engine = opened(now);
    let large = vec![7; 200 * 1024];
    for id in 1..=2 {
        engine.input(&publish(&up(Up::Record), Some(id), &large), now);
        assert!(engine.wants_input());
    }
    engine.input(&publish(&up(Up::Record), Some(3), &large), now);
    assert!(!engine.wants_input());
    assert_eq!(engine.next_deadline(), None, "a node that is not read cannot be late");
    assert_eq!(engine.expire(now + s(1_000_000)), []);
    let later = now + s(5_000);
    engine.settle(PacketId(2), Verdict::Stored, later);
    assert!(engine.wants_input());
    assert_eq!(engine.next_deadline(), Some(later + s(1_800)));
}

#[test]
fn silence_beyond_one_and_a_half_keepalives_ends_the_session() {
    let now = Instant::now();
    let mut engine = opened(now);
    assert_eq!(engine.next_deadline(), Some(now + s(1_800)));
    assert_eq!(engine.input(&[0xC0, 0x00], now + s(1_000)), []);
    assert_eq!(said(&mut engine), [(0xD0, vec![])]);
    assert_eq!(engine.expire(now + s(2_799)), []);
    assert_eq!(engine.expire(now + s(2_800)), [Action::End(End::KeepAlive)]);
    assert_eq!(&engine.take_output()[..], [0xE0, 0x02, 0x8D, 0x00]);
}

#[test]
fn who_says_nothing_is_shown_the_door_after_ten_seconds() {
    let now = Instant::now();
    let mut engine = Engine::new(NODE, now);
    engine.input(&[0x10], now + s(9));
    assert_eq!(engine.next_deadline(), Some(now + s(10)));
    assert_eq!(engine.expire(now + s(10)), [Action::End(End::NoConnect)]);
    assert_eq!(said(&mut engine), []);
}

#[test]
fn a_fault_ends_the_session_with_its_reason_and_nothing_behind_it_is_heard() {
    let now = Instant::now();
    let faults: [(Vec<u8>, u8); 6] = [
        (vec![0x81], 0x81),
        (packet(0x10, &[]), 0x82),
        (vec![0xF0, 0x00], 0x82),
        (vec![0x30, 0xff, 0xff, 0xff, 0x7f], 0x95),
        (vec![0x31, 0x03, 0, 1, b'x'], 0x9A),
        (vec![0x34, 0x03, 0, 1, b'x'], 0x9B),
    ];
    for (bytes, code) in faults {
        let mut engine = opened(now);
        let bytes = [bytes, publish(&up(Up::Record), Some(1), b"x")].concat();
        let actions = engine.input(&bytes, now);
        assert!(matches!(actions[..], [Action::End(End::Fault(_))]), "{actions:?}");
        assert_eq!(&engine.take_output()[..], [0xE0, 0x02, code, 0x00]);
        assert_eq!(engine.input(&publish(&up(Up::Record), Some(1), b"x"), now), []);
        assert_eq!(engine.held_bytes(), 0);
    }
}

#[test]
fn a_conversation_means_the_same_however_it_is_cut() {
    let now = Instant::now();
    let id = NODE.to_string();
    let whole = [
        ConnectOf::new(&id).bytes(),
        subscribe(1, &[(&down_filter(NODE), 1)]),
        publish(&up(Up::Record), Some(2), &[9; 300]),
        publish(&Up::Record.of(OTHER), Some(3), b"x"),
        vec![0xC0, 0],
        vec![0xE0, 0x01, 0x04],
    ]
    .concat();
    let run = |size: usize| {
        let mut engine = Engine::new(NODE, now);
        let (mut actions, mut output) = (Vec::new(), Vec::new());
        for piece in whole.chunks(size) {
            actions.extend(engine.input(piece, now));
            output.extend(engine.take_output());
        }
        (actions, output)
    };
    let at_once = run(whole.len());
    assert_eq!(at_once.0.len(), 4);
    for size in 1..40 {
        assert_eq!(run(size), at_once, "in pieces of {size}");
    }
}

#[test]
fn an_idle_session_owns_no_buffer() {
    let now = Instant::now();
    let mut engine = opened(now);
    let bytes = publish(&up(Up::Record), Some(1), &[1; 5_000]);
    let (head, tail) = bytes.split_at(3_000);
    engine.input(head, now);
    assert_eq!(engine.held_bytes(), 3_000);
    engine.input(tail, now);
    engine.settle(PacketId(1), Verdict::Stored, now);
    engine.take_output();
    assert_eq!((engine.inbox.capacity(), engine.output.capacity(), engine.held_bytes()), (0, 0, 0));
    let Phase::Open(open) = &engine.phase else { panic!("not open") };
    assert_eq!(open.window.capacity(), 0);
}

/// One conversation that has every packet in it; the mutations below start from it.
fn conversation() -> Vec<u8> {
    let id = NODE.to_string();
    let (status, payload) = (up(Up::Status), GONE.encode());
    let will = WillOf { topic: &status, payload: &payload, delay_s: 900, flags: 8 };
    let mut connect = ConnectOf { will: Some(will), ..ConnectOf::new(&id) };
    connect.properties.extend([0x21, 0, 64, 0x27, 0, 1, 0, 0, 0x26, 0, 1, b'k', 0, 1, b'v']);
    [
        connect.bytes(),
        subscribe(1, &[(&down_filter(NODE), 1)]),
        publish(&up(Up::Status), Some(2), &GONE.encode()),
        publish_with(&up(Up::Record), Some(3), &[1, 0, 2, 0, 0, 0, 9, 0x26, 0, 0, 0, 0], &[5; 90]),
        publish(&up(Up::Urgent), Some(4), b"urgent"),
        unsubscribe(6, &[&down_filter(NODE)]),
        vec![0x40, 2, 0, 9],
        vec![0xC0, 0],
        vec![0xE0, 2, 4, 0],
    ]
    .concat()
}

fn mutate(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..6) {
        if bytes.is_empty() {
            return;
        }
        let at = random.usize(0..bytes.len());
        match random.u8(0..6) {
            0 => bytes[at] = random.u8(..),
            1 => bytes[at] ^= 1 << random.u8(0..8),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, *random.choice(&[0_u8, 1, 0x7f, 0x80, 0xff]).expect("not empty")),
            4 => drop(bytes.remove(at)),
            _ => {
                let end = random.usize(at..bytes.len());
                bytes.extend_from_within(at..end);
            }
        }
    }
}

/// Two hundred thousand conversations, most cut into several pieces and ten packets: about two million steps of the engine.
#[test]
fn no_mutation_of_a_conversation_makes_the_engine_panic_or_grow() {
    let now = Instant::now();
    let seed = conversation();
    let mut random = fastrand::Rng::with_seed(0x00dd_ba11);
    let (mut opened, mut records, mut ended) = (0_u32, 0_u32, 0_u32);
    for round in 0..200_000 {
        let mut bytes = seed.clone();
        mutate(&mut bytes, &mut random);
        let mut engine = Engine::new(NODE, now);
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(random.usize(1..=rest.len()));
            rest = tail;
            for action in engine.input(piece, now) {
                match action {
                    Action::Opened => opened += 1,
                    Action::Record { packet, payload } => {
                        assert!(payload.len() <= bytes.len());
                        records += 1;
                        if random.bool() {
                            engine.settle(packet, Verdict::Stored, now);
                        }
                    }
                    Action::End(_) => ended += 1,
                    Action::Status(_) | Action::Refused(_) => {}
                }
            }
            let output = engine.take_output();
            let mut out = &output[..];
            while let Some((_, _, next)) = split_packet(out) {
                out = next;
            }
            assert!(out.is_empty(), "round {round}: half a packet was sent");
            assert!(output.len() <= 64 + 4 * bytes.len(), "round {round}: {} bytes of answer", output.len());
            assert!(engine.held_bytes() <= bytes.len());
        }
        engine.expire(now + s(100_000));
        assert!(engine.ended(), "round {round}");
    }
    assert!(
        opened > 10_000 && records > 10_000 && ended > 10_000,
        "{opened} {records} {ended}: too few came through"
    );
}

#[test]
fn the_fuzz_entry_takes_anything_within_its_bound() {
    let now = Instant::now();
    let mut random = fastrand::Rng::with_seed(3);
    let seed = conversation();
    for _ in 0..5_000 {
        let mut bytes = vec![random.u8(..)];
        bytes.extend(&seed);
        mutate(&mut bytes, &mut random);
        assert!(fuzz_input(&bytes, now) <= codec::PACKET_BYTES_MAX + 256);
    }
}
