//! Behaviour of one session, by hand-set instants.

use holdfast_protocol::ack::SequenceRange;
use holdfast_protocol::topic::Up;

use super::*;

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);
const EPOCH: Epoch = Epoch(7);

fn open(now: u64) -> Session {
    let mut session = Session::new(NODE, EPOCH, BootMs(now));
    let connected =
        Incoming::Connected { reason: 0, receive_max: 65, packet_bytes_max: 262_144, keep_alive_s: None };
    assert_eq!(session.on_incoming(connected, BootMs(now)), [Action::Opened]);
    session
}

fn send(session: &mut Session, sequence: u32, size: usize, now: u64) -> u16 {
    let bytes = session
        .send(Sequence(sequence), &Up::Record.of(NODE), vec![0; size], BootMs(now))
        .expect("small enough");
    let id = bytes
        .windows(2)
        .position(|_| true)
        .map(|_| session.sent.last().expect("sent").packet)
        .expect("bytes");
    id.expect("under way")
}

fn ack(below: u32, ranges: &[(u32, u32)]) -> Incoming {
    let ranges =
        ranges.iter().map(|(first, last)| SequenceRange { first: Sequence(*first), last: Sequence(*last) });
    let ack = Ack { epoch: EPOCH, below: Sequence(below), ranges: ranges.collect() };
    Incoming::Message { topic: Down::Ack.of(NODE), payload: ack.encode().into(), packet: None }
}

/// An ack that the spool took.
fn acked(session: &mut Session, below: u32, ranges: &[(u32, u32)], now: u64) {
    let actions = session.on_incoming(ack(below, ranges), BootMs(now));
    let [Action::Ack(ack)] = actions.as_slice() else { panic!("{actions:?}") };
    session.acknowledged(ack);
}

fn settled(packet: u16, reason: u8) -> Incoming {
    Incoming::Settled { packet, reason }
}

#[test]
fn one_record_goes_with_the_opening_flight_and_the_rest_waits_for_connack() {
    let mut session = Session::new(NODE, EPOCH, BootMs(0));
    assert_eq!(session.room(BootMs(0)), Some(usize::MAX));
    send(&mut session, 9, 100, 0);
    assert_eq!(session.room(BootMs(0)), None);
    let connected =
        Incoming::Connected { reason: 0, receive_max: 64, packet_bytes_max: 262_144, keep_alive_s: None };
    session.on_incoming(connected, BootMs(600));
    assert!(session.room(BootMs(600)).is_some());
}

#[test]
fn the_window_closes_at_64_records_and_a_puback_opens_it() {
    let mut session = open(0);
    let packets: Vec<u16> = (1..=64).map(|sequence| send(&mut session, sequence, 100, 0)).collect();
    assert_eq!(session.room(BootMs(0)), None);
    session.on_incoming(settled(packets[3], 0), BootMs(1));
    assert!(session.room(BootMs(1)).is_some());
    assert!(session.skips(Sequence(4)), "a PUBACK does not end a record");
}

#[test]
fn the_window_closes_at_48_kib_and_an_empty_one_takes_any_size() {
    let mut session = open(0);
    assert_eq!(session.room(BootMs(0)), Some(usize::MAX));
    send(&mut session, 1, 200_000, 0);
    assert_eq!(session.room(BootMs(0)), None);
}

#[test]
fn only_an_ack_ends_a_record() {
    let mut session = open(0);
    let packet = send(&mut session, 5, 10, 0);
    assert_eq!(session.on_incoming(settled(packet, 0), BootMs(1)), []);
    assert!(session.skips(Sequence(5)));
    acked(&mut session, 1, &[(5, 5)], 2);
    assert!(!session.skips(Sequence(5)));
}

#[test]
fn an_ack_that_the_spool_refuses_ends_nothing_and_holds() {
    let mut session = open(0);
    let packet = send(&mut session, 5, 10, 0);
    session.on_incoming(settled(packet, 0), BootMs(1));
    let actions = session.on_incoming(ack(900, &[]), BootMs(2));
    assert!(matches!(actions.as_slice(), [Action::Ack(_)]));
    assert!(session.skips(Sequence(5)), "the spool judges first");
    session.hold(BootMs(2));
    assert!(session.is_holding() && session.room(BootMs(2)).is_none());
    let mut tries = 0;
    for _ in 0..200 {
        let now = session.next_deadline().expect("a hold has a deadline").min(BootMs(86_400_000));
        for action in session.on_deadline(now) {
            if action == Action::Again(Sequence(5)) {
                tries += 1;
                let packet = send(&mut session, 5, 10, now.0);
                session.on_incoming(settled(packet, 0), now);
                session.hold(now);
            }
        }
        session.on_incoming(Incoming::Pong, now);
        if now == BootMs(86_400_000) {
            break;
        }
    }
    assert!((40..60).contains(&tries), "one record at growing intervals, {tries} in a day");
}

#[test]
fn no_record_has_two_packets_under_way() {
    let mut session = open(0);
    send(&mut session, 5, 10, 0);
    let settled_one = send(&mut session, 6, 10, 0);
    session.on_incoming(settled(settled_one, 0), BootMs(1));
    let actions = session.on_deadline(BootMs(30_000));
    assert_eq!(
        actions.iter().filter(|action| matches!(action, Action::Again(_))).collect::<Vec<_>>(),
        [&Action::Again(Sequence(6))],
        "of the other no PUBACK has come: MQTT-4.4.0-1 forbids to send it again on a live connection"
    );
    assert!(actions.contains(&Action::Send(codec::ping())), "whether it is alive is asked");
    session.on_incoming(Incoming::Pong, BootMs(30_001));
    send(&mut session, 6, 10, 30_001);
    assert!(session.next_deadline().is_some_and(|at| at > BootMs(30_001)));
}

#[test]
fn a_link_that_answers_pings_and_no_puback_ends_after_half_an_hour() {
    let mut session = open(0);
    send(&mut session, 5, 10, 0);
    let mut now = BootMs(0);
    for _ in 0..1_000 {
        now = session.next_deadline().expect("waits for something");
        let actions = session.on_deadline(now);
        assert!(!actions.contains(&Action::Again(Sequence(5))), "not on this connection");
        if actions == [Action::End(End::Silent)] {
            break;
        }
        session.on_incoming(Incoming::Pong, now);
    }
    assert_eq!(now, BootMs(HOLD_MS_MAX));
}

#[test]
fn an_ack_of_another_epoch_ends_nothing() {
    let mut session = open(0);
    send(&mut session, 5, 10, 0);
    let foreign = Ack { epoch: Epoch(8), below: Sequence(99), ranges: Vec::new() };
    let message =
        Incoming::Message { topic: Down::Ack.of(NODE), payload: foreign.encode().into(), packet: None };
    assert_eq!(session.on_incoming(message, BootMs(1)), []);
    assert!(session.skips(Sequence(5)));
}

#[test]
fn a_record_without_ack_is_sent_once_more_and_then_the_session_holds() {
    let mut session = open(0);
    let packet = send(&mut session, 5, 10, 0);
    session.on_incoming(settled(packet, 0), BootMs(1));
    assert_eq!(session.next_deadline(), Some(BootMs(30_000)));
    let actions = session.on_deadline(BootMs(30_000));
    assert!(actions.contains(&Action::Again(Sequence(5))), "{actions:?}");
    session.on_incoming(Incoming::Pong, BootMs(30_001));
    let packet = send(&mut session, 5, 10, 30_002);
    session.on_incoming(settled(packet, 0), BootMs(30_003));
    assert_eq!(session.on_deadline(BootMs(60_002)), []);
    assert!(session.is_holding() && session.room(BootMs(60_002)).is_none());
}

#[test]
fn a_held_session_tries_one_record_at_growing_intervals_and_an_ack_ends_the_hold() {
    let mut session = open(0);
    let packet = send(&mut session, 5, 10, 0);
    session.on_incoming(settled(packet, 0x10), BootMs(1));
    assert!(session.is_holding());
    let (mut now, mut gaps) = (BootMs(1), Vec::new());
    let mut tried = now;
    while gaps.len() < 9 {
        now = session.next_deadline().expect("a hold has a deadline");
        let actions = session.on_deadline(now);
        session.on_incoming(Incoming::Pong, now);
        match actions.iter().filter(|action| matches!(action, Action::Again(_))).count() {
            0 => continue, // a ping between two tries
            1 => gaps.push(now.since_ms(std::mem::replace(&mut tried, now))),
            more => panic!("{more} records tried at once"),
        }
    }
    assert_eq!(gaps[..3], [30_000, 60_000, 120_000]);
    assert_eq!(gaps[8], HOLD_MS_MAX);
    acked(&mut session, 6, &[], now.0);
    assert!(!session.is_holding() && session.room(now).is_some());
}

#[test]
fn a_hold_ends_when_the_record_it_tries_is_taken_away() {
    let away: [fn(&mut Session, u16); 4] = [
        |session, _| session.forget(Sequence(5)),
        |session, packet| drop(session.on_incoming(settled(packet, 0x97), BootMs(30_002))),
        |session, packet| drop(session.on_incoming(settled(packet, 0x99), BootMs(30_002))),
        |session, packet| drop(session.on_incoming(settled(packet, 0x87), BootMs(30_002))),
    ];
    for take_away in away {
        let mut session = open(0);
        let packet = send(&mut session, 5, 10, 0);
        session.on_incoming(settled(packet, 0x83), BootMs(1));
        assert!(session.on_deadline(BootMs(30_001)).contains(&Action::Again(Sequence(5))));
        let packet = send(&mut session, 5, 10, 30_001);
        take_away(&mut session, packet);
        assert!(!session.is_holding(), "nothing is left whose ack could end the hold");
        assert!(session.room(BootMs(40_000)).is_some());
    }
}

#[test]
fn a_record_too_large_for_the_controller_leaves_no_deadline_behind() {
    let mut session = Session::new(NODE, EPOCH, BootMs(0));
    let packet = send(&mut session, 5, 5_000, 0);
    session.on_incoming(settled(packet, 0), BootMs(0));
    let small =
        Incoming::Connected { reason: 0, receive_max: 64, packet_bytes_max: 1_000, keep_alive_s: None };
    session.on_incoming(small, BootMs(1));
    assert!(session.on_deadline(BootMs(30_000)).contains(&Action::Again(Sequence(5))));
    assert_eq!(session.send(Sequence(5), &Up::Record.of(NODE), vec![0; 5_000], BootMs(30_000)), None);
    session.on_incoming(Incoming::Pong, BootMs(30_001));
    assert!(session.next_deadline().is_some_and(|at| at > BootMs(30_001)));
}

#[test]
fn a_link_that_answers_nothing_ends_and_one_that_answers_pings_does_not() {
    let mut session = open(0);
    send(&mut session, 5, 10, 0);
    let actions = session.on_deadline(BootMs(30_000));
    assert!(actions.contains(&Action::Send(codec::ping())));
    assert_eq!(session.on_deadline(BootMs(60_000)), [Action::End(End::Silent)]);
}

#[test]
fn pings_are_sent_only_when_idle() {
    let mut session = open(0);
    for minute in 1..60_u64 {
        let now = BootMs(minute * 60_000);
        let sequence = u32::try_from(minute).expect("small");
        send(&mut session, sequence, 10, now.0);
        acked(&mut session, sequence + 1, &[], now.0);
        assert_eq!(session.on_deadline(now), [], "minute {minute}");
    }
    let idle = BootMs(59 * 60_000 + 1_200_000);
    assert_eq!(session.on_deadline(idle), [Action::Send(codec::ping())]);
}

#[test]
fn a_refused_record_is_put_aside_and_the_next_goes_on() {
    let mut session = open(0);
    let packet = send(&mut session, 5, 10, 0);
    assert_eq!(session.on_incoming(settled(packet, 0x99), BootMs(1)), [Action::Refused(Sequence(5))]);
    let packet = send(&mut session, 6, 10, 1);
    assert_eq!(session.on_incoming(settled(packet, 0x87), BootMs(2)), [Action::NotAuthorised(Sequence(6))]);
    assert!(session.skips(Sequence(5)) && session.skips(Sequence(6)));
    assert!(session.room(BootMs(2)).is_none(), "what is not authorised once will hardly be a moment later");
}

#[test]
fn not_authorised_pauses_and_one_record_at_a_time_tries_whether_it_is_over() {
    let mut session = open(0);
    let packets: Vec<u16> = (1..=40).map(|sequence| send(&mut session, sequence, 10, 0)).collect();
    packets.iter().for_each(|packet| drop(session.on_incoming(settled(*packet, 0x87), BootMs(1))));
    let (mut now, mut sequence, mut tries) = (1, 100, 0);
    while now < 3_600_000 {
        if session.room(BootMs(now)).is_some() {
            (sequence, tries) = (sequence + 1, tries + 1);
            let packet = send(&mut session, sequence, 10, now);
            assert!(session.room(BootMs(now)).is_none(), "one at a time");
            session.on_incoming(settled(packet, 0x87), BootMs(now + 1));
        }
        now += 1_000;
    }
    assert!((10..25).contains(&tries), "{tries} in an hour");
    let packet = loop {
        now += 1_000;
        if session.room(BootMs(now)).is_some() {
            break send(&mut session, 900, 10, now);
        }
    };
    session.on_incoming(settled(packet, 0), BootMs(now));
    send(&mut session, 901, 10, now);
    assert!(session.room(BootMs(now)).is_some(), "one that was taken opens the window");
}

#[test]
fn what_is_put_aside_is_bounded() {
    let mut session = open(0);
    let mut now = 0;
    for sequence in 1..10_000 {
        if session.room(BootMs(now)).is_none() {
            now += 300_001;
            session.on_deadline(BootMs(now));
        }
        if session.room(BootMs(now)).is_some() {
            let packet = send(&mut session, sequence, 10, now);
            session.on_incoming(settled(packet, 0x87), BootMs(now));
        }
    }
    assert!(session.aside.len() <= ASIDE_RECORDS, "{}", session.aside.len());
}

#[test]
fn refusals_of_one_window_are_one_reason_to_pause() {
    let mut session = open(0);
    let packets: Vec<u16> = (1..=10).map(|sequence| send(&mut session, sequence, 10, 0)).collect();
    packets.iter().for_each(|packet| drop(session.on_incoming(settled(*packet, 0x97), BootMs(1))));
    assert!(session.room(BootMs(5_000)).is_none() && session.room(BootMs(5_001)).is_some());
}

#[test]
fn quota_pauses_and_the_pause_grows() {
    let mut session = open(0);
    let packet = send(&mut session, 5, 10, 0);
    session.on_incoming(settled(packet, 0x97), BootMs(0));
    assert!(session.room(BootMs(4_999)).is_none() && session.room(BootMs(5_000)).is_some());
    assert_eq!(session.next_deadline(), Some(BootMs(5_000)), "the driver is woken when the pause is over");
    assert!(!session.skips(Sequence(5)), "it is sent again");
    let packet = send(&mut session, 5, 10, 5_000);
    session.on_incoming(settled(packet, 0x97), BootMs(5_000));
    assert!(session.room(BootMs(14_999)).is_none() && session.room(BootMs(15_000)).is_some());
}

#[test]
fn a_refused_connect_and_a_denied_subscription_end_the_session() {
    let mut session = Session::new(NODE, EPOCH, BootMs(0));
    let refused =
        Incoming::Connected { reason: 0x87, receive_max: 1, packet_bytes_max: 1, keep_alive_s: None };
    assert_eq!(session.on_incoming(refused, BootMs(1)), [Action::End(End::Refused(0x87))]);
    assert_eq!(
        open(0).on_incoming(Incoming::Subscribed { granted: false }, BootMs(1)),
        [Action::End(End::Protocol)]
    );
    let mut silent = Session::new(NODE, EPOCH, BootMs(0));
    assert_eq!(silent.on_deadline(BootMs(OPENING_MS_MAX)), [Action::End(End::Silent)]);
}

#[test]
fn whatever_comes_the_machine_stays_within_its_bounds() {
    for seed in 0..2_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut session = open(0);
        let (mut now, mut sequence) = (0_u64, 0_u32);
        for _ in 0..200 {
            now += random.u64(..20_000);
            match random.u8(..5) {
                0 | 1 if session.room(BootMs(now)).is_some() => {
                    sequence += 1;
                    send(&mut session, sequence, random.usize(..3_000), now);
                }
                2 => {
                    let reasons = [0, 0, 0, 0x10, 0x83, 0x87, 0x97, 0x99];
                    session.on_incoming(settled(random.u16(..90), reasons[random.usize(..8)]), BootMs(now));
                }
                3 => {
                    if session.phase == Phase::Open {
                        acked(&mut session, random.u32(1..sequence + 2), &[], now);
                    }
                }
                _ => {
                    for action in session.on_deadline(BootMs(now)) {
                        if let Action::Again(sequence) = action {
                            send(&mut session, sequence.0, 10, now);
                        }
                    }
                }
            }
            assert!(session.sent.len() <= UNACKED_RECORDS, "seed {seed}");
            assert!(session.phase == Phase::Ended || session.next_deadline().is_some(), "seed {seed}");
        }
    }
}
