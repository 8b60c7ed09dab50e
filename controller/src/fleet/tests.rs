//! Tests of the fleet over real files: what survives a restart, what late data may change, what a jump of the clock does.

use std::time::Duration;

use holdfast_protocol::event::Event;
use holdfast_protocol::ids::{BootCounter, NodeId, Sequence};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::record::{self, Kind};
use holdfast_protocol::status::Status;
use holdfast_protocol::time::{ClockTrust, WallMs};

use super::node::{Newest, NodeFold};
use super::presence::Standing;
use super::{Admission, DOUBT_DATABASE, Fleet};
use crate::clock::{Clock, Now};
use crate::history::{RecordKey, StreamNumber};
use crate::ingest::tests::{Bench, block_record, enrolled, header};
use crate::model::{Change, Reason, State};
use crate::store::nodes::NodeRecord;
use crate::store::scratch::Scratch;

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);

fn key(stream: u32, sequence: u32) -> RecordKey {
    StreamNumber(stream).key(Sequence(sequence))
}

fn fold(key: RecordKey, received: Now) -> NodeFold {
    NodeFold {
        node: NODE,
        newest: Some(Newest {
            key,
            received,
            report_within_s: 60,
            boot: BootCounter(1),
            clock_error_ms: Some(5),
        }),
        digest: None,
        probes: Vec::new(),
        lost_records: 0,
        missing_records: 0,
    }
}

fn state(fleet: &Fleet) -> State {
    fleet.read(|inner| inner.nodes[&NODE].state())
}

fn seconds(now: Now, seconds: u64) -> Now {
    now.plus(Duration::from_secs(seconds))
}

async fn empty(folder: &Scratch) -> (Bench, Fleet) {
    let bench = Bench::start(folder).await;
    let fleet = bench.fleet.clone();
    (bench, fleet)
}

#[tokio::test]
async fn the_door_is_told_who_holds_a_certificate_and_who_does_not_any_more() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    let known = enrolled(NODE).key_sha256;
    assert_eq!(fleet.admit(&known), Admission::Node(NODE));
    assert_eq!(fleet.admit(&[7; 32]), Admission::Unknown);
    let fresh = enrolled(NodeId::from_bytes([8; 5]));
    fleet.node_enrolled(&fresh, now);
    assert_eq!(fleet.admit(&fresh.key_sha256), Admission::Node(fresh.id));
    fleet.node_revoked(NODE, now);
    assert_eq!(fleet.admit(&known), Admission::Revoked(NODE));
    assert_eq!(state(&fleet).word, StateWord::Revoked);
    bench.stop().await;
}

#[tokio::test]
async fn a_node_goes_from_not_yet_seen_to_ok_to_late_to_no_report_and_back() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    assert_eq!(state(&fleet).word, StateWord::NotYetSeen);
    fleet.fold(vec![fold(key(1, 1), now)], now);
    assert_eq!(state(&fleet).word, StateWord::Ok);
    fleet.tick(seconds(now, 61));
    assert!(state(&fleet).late);
    fleet.tick(seconds(now, 121));
    let silent = state(&fleet);
    assert_eq!((silent.word, silent.was), (StateWord::NoReport, Some(StateWord::Ok)));
    assert_eq!(silent.heard, Some(now.wall), "the age is that of the last report, not of the word");
    let later = seconds(now, 500);
    fleet.fold(vec![fold(key(1, 2), later)], later);
    assert_eq!(state(&fleet).word, StateWord::Ok);
    let words: Vec<_> = fleet.take_pending().presence.iter().map(|row| row.word).collect();
    assert_eq!(words, [StateWord::Ok, StateWord::NoReport, StateWord::Ok]);
    bench.stop().await;
}

#[tokio::test]
async fn data_older_than_the_newest_word_never_changes_presence() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    fleet.fold(vec![fold(key(2, 50), now)], now);
    fleet.tick(seconds(now, 121));
    for old in [key(2, 49), key(2, 50), key(1, 4_000_000)] {
        let later = seconds(now, 200);
        fleet.fold(vec![fold(old, later)], later);
        assert_eq!(state(&fleet).word, StateWord::NoReport, "{old:?} is backlog");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_wall_clock_that_jumps_by_years_changes_no_word() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    fleet.fold(vec![fold(key(1, 1), now)], now);
    for years in [-20_i64, 20] {
        let jumped = Now { wall: now.wall.plus_ms(years * 31_557_600_000), ..seconds(now, 30) };
        fleet.tick(jumped);
        assert_eq!(state(&fleet).word, StateWord::Ok, "{years} years");
    }
    fleet.tick(Now { wall: WallMs(0), ..seconds(now, 121) });
    assert_eq!(state(&fleet).word, StateWord::NoReport, "by the clock that does not jump");
    bench.stop().await;
}

#[tokio::test]
async fn after_a_restart_each_node_is_not_known_with_its_last_word_until_it_is_heard_or_its_promise_ends() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![block_record(header(Kind::Block, 1), 40.0)]).await;
    assert_eq!(state(&bench.fleet).word, StateWord::Ok);
    let pending = bench.fleet.take_pending();
    bench.history.append_words(&pending.presence, &[(NODE, "0.1.0".into())], [].iter()).await.unwrap();
    bench.stop().await;

    let mut bench = Bench::start(&folder).await;
    let now = Clock.now();
    let known = state(&bench.fleet);
    assert_eq!((known.word, known.was), (StateWord::NotKnown, Some(StateWord::Ok)));
    assert_eq!(known.report_within_s, Some(60));
    let doubt = bench.fleet.doubt(now).expect("it has just started");
    assert_eq!(doubt.code, "just_started");
    bench.fleet.read(|inner| assert_eq!(inner.nodes[&NODE].agent.as_deref(), Some("0.1.0")));
    bench.fleet.tick(seconds(now, 100));
    assert_eq!(state(&bench.fleet).word, StateWord::NotKnown, "one fresh promise, with its grace");
    let runs = bench
        .fleet
        .read(|inner| inner.nodes[&NODE].lane.runs(known.since.unwrap().plus_ms(-1), now.wall.plus_ms(1)));
    assert_eq!(
        runs.last().map(|run| run.word),
        Some(Some(StateWord::NotKnown)),
        "the downtime is an interval"
    );

    bench.send(vec![block_record(header(Kind::Block, 2), 41.0)]).await;
    assert_eq!(state(&bench.fleet).word, StateWord::Ok);
    assert_eq!(bench.fleet.doubt(Clock.now()), None);
    bench.stop().await;

    let bench = Bench::start(&folder).await;
    let end = seconds(Clock.now(), 121);
    bench.fleet.tick(end);
    let silent = state(&bench.fleet);
    assert_eq!((silent.word, silent.was), (StateWord::NoReport, Some(StateWord::Ok)));
    bench.stop().await;
}

#[tokio::test]
async fn a_doubt_makes_all_words_as_of_and_gives_each_node_one_fresh_promise() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    fleet.fold(vec![fold(key(1, 1), now)], now);
    fleet.doubt_begins(DOUBT_DATABASE, seconds(now, 10));
    let doubted = state(&fleet);
    assert_eq!((doubted.word, doubted.was), (StateWord::NotKnown, Some(StateWord::Ok)));
    assert_eq!(fleet.doubt(seconds(now, 900)).map(|doubt| doubt.as_of), Some(seconds(now, 10).wall));
    fleet.tick(seconds(now, 900));
    assert_eq!(state(&fleet).word, StateWord::NotKnown, "not the node's fault");
    fleet.doubt_ends(DOUBT_DATABASE, seconds(now, 1_000));
    fleet.tick(seconds(now, 1_119));
    assert_eq!(state(&fleet).word, StateWord::NotKnown);
    fleet.tick(seconds(now, 1_120));
    assert_eq!(state(&fleet).word, StateWord::NoReport);
    bench.stop().await;
}

#[tokio::test]
async fn a_node_that_said_it_will_be_silent_is_silent_as_planned_until_it_reports() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    fleet.fold(vec![fold(key(1, 1), now)], now);
    fleet.status_heard(NODE, Status::Silence { for_s: 3_600 }, now);
    assert_eq!(state(&fleet).word, StateWord::PlannedSilence);
    fleet.tick(seconds(now, 3_500));
    assert_eq!(state(&fleet).word, StateWord::PlannedSilence);
    let early = seconds(now, 3_550);
    fleet.fold(vec![fold(key(1, 2), early)], early);
    assert_eq!(state(&fleet).word, StateWord::Ok);
    bench.stop().await;
}

/// The door tells of a status at once, of a record only behind its commit.
#[tokio::test]
async fn a_record_that_came_before_a_hint_and_is_folded_behind_it_does_not_undo_it() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    let long = |key, received| {
        let mut fold = fold(key, received);
        fold.newest.as_mut().unwrap().report_within_s = 3_600;
        fold
    };
    fleet.fold(vec![fold(key(1, 1), now)], now);
    fleet.status_heard(NODE, Status::Silence { for_s: 3_600 }, seconds(now, 11));
    fleet.fold(vec![fold(key(1, 2), seconds(now, 10))], seconds(now, 12));
    assert_eq!(state(&fleet).word, StateWord::PlannedSilence);
    fleet.fold(vec![long(key(1, 3), seconds(now, 20))], seconds(now, 21));
    assert_eq!(state(&fleet).word, StateWord::Ok);

    fleet.status_heard(NODE, Status::Gone { boot: BootCounter(1) }, seconds(now, 31));
    fleet.fold(vec![long(key(1, 4), seconds(now, 30))], seconds(now, 32));
    fleet.tick(seconds(now, 30 + 3_600 + 61));
    assert_eq!(state(&fleet).word, StateWord::NoReport, "it is gone: the longer grace is not waited for");
    bench.stop().await;
}

#[tokio::test]
async fn a_planned_silence_is_still_one_after_the_controllers_restart_and_ends_with_a_record_or_its_time() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![block_record(header(Kind::Block, 1), 40.0)]).await;
    bench.fleet.status_heard(NODE, Status::Silence { for_s: 3_600 }, Clock.now());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let words = tokio::spawn(super::run::run(bench.fleet.clone(), bench.history.clone(), Clock, stopped));
    stop.send_replace(true);
    words.await.unwrap();
    bench.stop().await;

    let bench = Bench::start(&folder).await;
    let now = Clock.now();
    assert_eq!(state(&bench.fleet).word, StateWord::PlannedSilence);
    bench.fleet.tick(seconds(now, 3_500));
    assert_eq!(state(&bench.fleet).word, StateWord::PlannedSilence);
    bench.fleet.tick(seconds(now, 3_700));
    assert_eq!(state(&bench.fleet).word, StateWord::NoReport);
    bench.stop().await;

    let mut bench = Bench::start(&folder).await;
    bench.send(vec![block_record(header(Kind::Block, 2), 40.0)]).await;
    assert_eq!(state(&bench.fleet).word, StateWord::Ok);
    bench.stop().await;
    let bench = Bench::start(&folder).await;
    assert_eq!(state(&bench.fleet).word, StateWord::NotKnown, "it was heard after it had said so");
    bench.stop().await;
}

#[tokio::test]
async fn a_failing_probe_and_a_clock_nobody_set_degrade_a_node_and_survive_a_restart() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let mut unset = header(Kind::Event, 5);
    unset.clock = ClockTrust::Unsynchronised;
    let failing = Event::ProbeFailing { probe: "disks".into(), why: "denied".into() };
    bench.send(vec![record::encode(&unset, &failing.encode())]).await;
    let expected = [Reason::Probe { probe: "disks".into(), why: "denied".into() }, Reason::Clock];
    let reasons = |fleet: &Fleet| fleet.read(|inner| inner.nodes[&NODE].reasons.clone());
    assert_eq!(reasons(&bench.fleet), expected);
    assert_eq!(state(&bench.fleet).word, StateWord::Degraded);
    bench.stop().await;
    let mut bench = Bench::start(&folder).await;
    assert_eq!(reasons(&bench.fleet), expected);
    assert_eq!(state(&bench.fleet).was, Some(StateWord::Degraded));
    // Older than the failure: it does not end it. Newer: it does.
    let recovered = Event::ProbeRecovered { probe: "disks".into() }.encode();
    bench.send(vec![record::encode(&header(Kind::Event, 4), &recovered)]).await;
    assert_eq!(reasons(&bench.fleet), expected);
    bench.send(vec![record::encode(&header(Kind::Event, 6), &recovered)]).await;
    assert_eq!(reasons(&bench.fleet), []);
    bench.stop().await;
}

#[tokio::test]
async fn the_feed_says_a_change_of_a_node_and_its_site_at_most_once_a_tick() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let site = bench.store.insert_site("Birch 114", "UA-63", WallMs(0)).await.unwrap();
    fleet.site_made(site.clone());
    let now = Clock.now();
    let other = NodeRecord { site: Some(site.id), ..enrolled(NodeId::from_bytes([6; 5])) };
    fleet.node_enrolled(&other, now);
    fleet.tick(now);
    let mut feed = fleet.changes();
    for sequence in 1..20 {
        fleet.fold(vec![NodeFold { node: other.id, ..fold(key(3, sequence), now) }], now);
    }
    fleet.tick(seconds(now, 1));
    fleet.tick(seconds(now, 2));
    let Ok(Change::Node(row)) = feed.try_recv() else { panic!("a node") };
    assert_eq!((row.id, row.state.word), (other.id, StateWord::Ok));
    let Ok(Change::Site(row)) = feed.try_recv() else { panic!("a site") };
    assert_eq!((row.site.id, row.nodes, row.state.word), (site.id, 1, StateWord::Ok));
    assert!(feed.try_recv().is_err(), "nothing changed in the second tick");
    fleet.read(|inner| assert_eq!(inner.nodes[&other.id].standing, Standing::Enrolled));
    bench.stop().await;
}

#[tokio::test]
async fn words_that_the_database_does_not_take_wait_in_their_order() {
    let folder = Scratch::new();
    let (bench, fleet) = empty(&folder).await;
    let now = Clock.now();
    fleet.fold(vec![fold(key(1, 1), now)], now);
    let first = fleet.take_pending();
    fleet.tick(seconds(now, 200));
    fleet.put_back(first);
    let words: Vec<_> = fleet.take_pending().presence.iter().map(|row| row.word).collect();
    assert_eq!(words, [StateWord::Ok, StateWord::NoReport]);
    bench.stop().await;
}
