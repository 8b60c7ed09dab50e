//! Tests of roll-ups and retention over real files: whatever comes when, and whatever is cut short, an hour has each frame
//! once, and nothing goes that is not rolled up.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_protocol::event::{Event, OutageCause};
use holdfast_protocol::field;
use holdfast_protocol::frame::Column;
use holdfast_protocol::ids::{Epoch, NodeId, Sequence};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::record::{self, Kind};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};

use super::hour::{HOUR_MS, Hour, Share, hour_of};
use super::keep;
use super::keeper::{Keeper, Work};
use super::lanes::PresenceRow;
use super::retention::{Keep, Kept, Lane};
use super::{History, HourKey, StreamNumber};
use crate::clock::Clock;
use crate::ingest::tests::{Bench, WALL, block_record, header};
use crate::store::scratch::Scratch;

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);
const FIRST: StreamNumber = StreamNumber(1);
const DAY_MS: i64 = 24 * HOUR_MS;
/// Everything is old.
const NOTHING: Keep = Keep { raw_ms: 0, rollups_ms: 400 * DAY_MS };

/// Minute `sequence` after [`WALL`]: six frames whose reading is the minute modulo 100.
fn minute(sequence: u32) -> Vec<u8> {
    block_record(header(Kind::Block, sequence), f64::from(sequence % 100))
}

fn hour_at(minute: u32) -> u32 {
    hour_of(WALL.plus_ms(i64::from(minute) * 60_000)).unwrap()
}

/// All that is ripe, to the end.
async fn roll_up(history: &History, now: WallMs) {
    loop {
        let hours = history.ripe_hours(now, 7).await.unwrap();
        history.roll_up(&hours, now).await.unwrap();
        let late = history.add_late(3).await.unwrap();
        if hours.len() < 7 && late < 3 {
            return;
        }
    }
}

/// What the roll-ups have of the processor: hour, samples, smallest, sum, largest; in tenths of a percent.
async fn busy(history: &History) -> BTreeMap<u32, Share> {
    let rows = history.rollups(FIRST, (0, HourKey::HOUR_MAX), 10_000).await.unwrap();
    let column = Column::node(field::HOST_CPU_BUSY);
    rows.into_iter().map(|(hour, body)| (hour, Hour::decode(&body).unwrap().columns[&column])).collect()
}

/// The same, from the minutes that were sent.
fn expected(minutes: impl IntoIterator<Item = u32>) -> BTreeMap<u32, Share> {
    let mut hours: BTreeMap<u32, Share> = BTreeMap::new();
    for minute in minutes {
        let steps = i64::from(minute % 100) * 10;
        for frame in 0..6 {
            let at = WALL.plus_ms(i64::from(minute) * 60_000 + frame * 10_000);
            let share = hours.entry(hour_of(at).unwrap()).or_insert(Share {
                samples: 0,
                min: i64::MAX,
                sum: 0,
                max: i64::MIN,
            });
            share.samples += 1;
            share.min = share.min.min(steps);
            share.sum += steps;
            share.max = share.max.max(steps);
        }
    }
    hours
}

async fn lane(history: &History) -> Lane {
    history.retention_lanes().await.unwrap()[0]
}

async fn delete_all(history: &History, kept: Kept) -> u64 {
    let mut gone = 0;
    for lane in history.retention_lanes().await.unwrap() {
        loop {
            let rows = history.delete_records(lane, kept).await.unwrap();
            gone += rows;
            if rows == 0 {
                break;
            }
        }
    }
    gone
}

fn minutes_later(minutes: i64) -> WallMs {
    WALL.plus_ms(minutes * 60_000)
}

#[tokio::test]
async fn an_hour_is_rolled_up_when_it_is_over_and_late_data_corrects_it() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send((1..=100).rev().filter(|n| n % 7 != 0).map(minute).collect()).await;
    roll_up(&bench.history, minutes_later(63)).await;
    assert_eq!(busy(&bench.history).await.len(), 1, "the second hour is not over");
    roll_up(&bench.history, minutes_later(180)).await;
    assert_eq!(busy(&bench.history).await, expected((1..=100).filter(|n| n % 7 != 0)));
    assert_eq!(bench.history.dirty_count().await.unwrap(), 0);
    bench.send((1..=100).filter(|n| n % 7 == 0).map(minute).collect()).await;
    roll_up(&bench.history, minutes_later(180)).await;
    assert_eq!(busy(&bench.history).await, expected(1..=100));
    bench.stop().await;
}

#[tokio::test]
async fn a_record_that_is_committed_while_its_hour_is_rolled_up_is_not_forgotten() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send((1..=10).map(minute).collect()).await;
    let now = minutes_later(180);
    let before = bench.history.ripe_hours(now, 10).await.unwrap();
    bench.send((11..=20).map(minute).collect()).await;
    bench.history.roll_up(&before, now).await.unwrap();
    assert_eq!(bench.history.dirty_count().await.unwrap(), 1, "its marks are more than were read");
    roll_up(&bench.history, now).await;
    assert_eq!(busy(&bench.history).await, expected(1..=20));
    bench.stop().await;
}

#[tokio::test]
async fn a_node_whose_clock_stands_ahead_is_rolled_up_after_an_hour_and_not_with_each_record() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![minute(1)]).await;
    let marked = Clock.wall();
    let long_ago = WallMs(0);
    assert_eq!(bench.history.ripe_hours(long_ago, 10).await.unwrap(), [], "it is not over by this clock");
    sqlx::query("UPDATE dirty_hours SET key = key + 5000")
        .execute(&bench.history.pools().write)
        .await
        .unwrap();
    assert_eq!(bench.history.ripe_hours(marked, 10).await.unwrap(), []);
    let later = marked.plus_ms(2 * HOUR_MS);
    let ripe = bench.history.ripe_hours(later, 10).await.unwrap();
    assert_eq!(ripe.len(), 1);
    sqlx::query("UPDATE dirty_hours SET marks = 9").execute(&bench.history.pools().write).await.unwrap();
    bench.history.roll_up(&ripe, later).await.unwrap();
    assert_eq!(bench.history.ripe_hours(later.plus_ms(60_000), 10).await.unwrap(), []);
    bench.stop().await;
}

#[tokio::test]
async fn nothing_goes_that_is_not_rolled_up_whatever_the_limits_say() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send((1..=150).map(minute).collect()).await;
    let now = minutes_later(10 * 1_440);
    let kept = bench.history.move_limits(NOTHING, now).await.unwrap();
    assert!(kept.raw_from <= WALL, "{kept:?}");
    let forged = Kept { raw_from: WallMs(i64::MAX / 2), ..kept };
    assert_eq!(delete_all(&bench.history, forged).await, 0);
    // One of the three hours done: the first dirty one is the limit.
    let ripe = bench.history.ripe_hours(now, 1).await.unwrap();
    bench.history.roll_up(&ripe, now).await.unwrap();
    let kept = bench.history.move_limits(NOTHING, now).await.unwrap();
    assert_eq!(hour_of(kept.raw_from), Some(hour_at(1) + 1));
    let gone = delete_all(&bench.history, kept).await;
    let whole =
        (1..=150).filter(|n| hour_of(minutes_later(i64::from(*n)).plus_ms(50_000)) == Some(hour_at(1)));
    assert_eq!(usize::try_from(gone), Ok(whole.count()));
    roll_up(&bench.history, now).await;
    assert_eq!(busy(&bench.history).await, expected(1..=150));
    bench.stop().await;
}

#[tokio::test]
async fn what_was_deleted_is_acknowledged_still_and_the_newest_block_and_word_stay() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send((1..=100).map(minute).collect()).await;
    let states = |history: &History| {
        let history = history.clone();
        async move { format!("{:?}{:?}", history.node_states().await.unwrap(), history.streams().await.unwrap()) }
    };
    let before = states(&bench.history).await;
    let now = minutes_later(10 * 1_440);
    roll_up(&bench.history, now).await;
    let kept = bench.history.move_limits(NOTHING, now).await.unwrap();
    assert_eq!(delete_all(&bench.history, kept).await, 99);
    assert_eq!(states(&bench.history).await, before);
    assert_eq!(
        bench.history.newest_block(NODE).await.unwrap().map(|block| block.key.sequence()),
        Some(Sequence(100))
    );
    for restarted in [false, true] {
        if restarted {
            bench.stop().await;
            bench = Bench::start(&folder).await;
        }
        let said = bench.send((1..=100).map(minute).collect()).await;
        assert_eq!(said.acks.last().map(|ack| ack.below), Some(Sequence(101)));
        assert_eq!(bench.history.count().await.unwrap(), 1, "nothing is accepted anew");
        roll_up(&bench.history, now).await;
        assert_eq!(busy(&bench.history).await, expected(1..=100));
    }
    bench.stop().await;
}

#[tokio::test]
async fn frames_of_an_hour_whose_records_are_gone_are_added_once() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send([1, 2, 3, 50, 120].map(minute).to_vec()).await;
    let now = minutes_later(10 * 1_440);
    roll_up(&bench.history, now).await;
    let kept = bench.history.move_limits(NOTHING, now).await.unwrap();
    assert_eq!(delete_all(&bench.history, kept).await, 4);
    // They came before the limit moved on past them; before they were added they may not go.
    bench.send([10, 11, 60].map(minute).to_vec()).await;
    assert_eq!(
        bench.history.dirty_count().await.unwrap(),
        0,
        "those hours are not made from records any more"
    );
    assert_eq!(delete_all(&bench.history, kept).await, 0);
    for _ in 0..3 {
        roll_up(&bench.history, now).await;
        assert_eq!(busy(&bench.history).await, expected([1, 2, 3, 10, 11, 50, 60, 120]));
    }
    bench.send([10, 11].map(minute).to_vec()).await;
    assert_eq!(delete_all(&bench.history, kept).await, 3);
    roll_up(&bench.history, now).await;
    assert_eq!(busy(&bench.history).await, expected([1, 2, 3, 10, 11, 50, 60, 120]));
    bench.stop().await;
}

/// Any order of arrivals, any moment of rolling up, moving limits, deleting and ending: each frame counts once.
#[tokio::test]
async fn whatever_comes_when_and_whatever_is_cut_short_each_hour_has_each_frame_once() {
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let folder = Scratch::new();
        let mut bench = Bench::start(&folder).await;
        let mut waiting: Vec<u32> = (1..=360).collect();
        random.shuffle(&mut waiting);
        let mut sent: Vec<u32> = Vec::new();
        // The controller's clock; some of what comes lies ahead of it.
        let mut now = minutes_later(0);
        for _ in 0..60 {
            now = now.plus_ms(random.i64(0..900_000));
            match random.u32(0..10) {
                0..=3 => {
                    let group: Vec<u32> =
                        waiting.split_off(waiting.len().saturating_sub(random.usize(1..25)));
                    let again = sent.iter().copied().take(3);
                    bench.send(group.iter().copied().chain(again).map(minute).collect()).await;
                    sent.extend(group);
                }
                4 => {
                    // Read, and then cut short.
                    bench.history.ripe_hours(now, 3).await.unwrap();
                }
                5 | 6 => {
                    let ripe = bench.history.ripe_hours(now, 3).await.unwrap();
                    bench.history.roll_up(&ripe, now).await.unwrap();
                }
                7 => {
                    bench.history.add_late(2).await.unwrap();
                }
                8 => {
                    let keep = Keep { raw_ms: random.i64(0..2 * HOUR_MS), ..NOTHING };
                    let kept = bench.history.move_limits(keep, now).await.unwrap();
                    if !sent.is_empty() {
                        bench.history.delete_records(lane(&bench.history).await, kept).await.unwrap();
                    }
                }
                _ => {
                    bench.stop().await;
                    bench = Bench::start(&folder).await;
                }
            }
        }
        bench.send(waiting.iter().copied().map(minute).collect()).await;
        sent.extend(waiting);
        roll_up(&bench.history, now.plus_ms(DAY_MS)).await;
        assert_eq!(busy(&bench.history).await, expected(sent.iter().copied()), "seed {seed}");
        bench.stop().await;
    }
}

#[tokio::test]
async fn of_a_stream_with_more_gaps_than_are_kept_no_record_goes_that_only_its_row_tells_of() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send((1..=20).map(minute).collect()).await;
    let now = minutes_later(10 * 1_440);
    roll_up(&bench.history, now).await;
    let kept = bench.history.move_limits(NOTHING, now).await.unwrap();
    sqlx::query("UPDATE streams SET untracked = 1, below = 5")
        .execute(&bench.history.pools().write)
        .await
        .unwrap();
    assert_eq!(delete_all(&bench.history, kept).await, 4);
    assert_eq!(bench.history.stored_ranges(FIRST, Sequence(1)).await.unwrap(), [(5, 20)]);
    bench.stop().await;
}

#[tokio::test]
async fn records_without_a_time_go_by_their_receipt_and_statements_stay() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let unset = |kind, sequence| {
        let mut header = header(kind, sequence);
        // Of an earlier life of the spool, so that no live receipt places its boot.
        header.epoch = Epoch(7);
        header.boot.0 = 1;
        header.clock = ClockTrust::Unsynchronised;
        header
    };
    bench.send(vec![record::encode(&unset(Kind::Other(99), 1), b"x"), minute(1), minute(2)]).await;
    bench.send(vec![block_record(unset(Kind::Block, 0), 1.0)]).await;
    bench.send(vec![record::encode(&header(Kind::Statement, 3), b"evidence")]).await;
    let late = Clock.wall().plus_ms(10 * DAY_MS);
    roll_up(&bench.history, late).await;
    let kept = bench.history.move_limits(NOTHING, late).await.unwrap();
    delete_all(&bench.history, kept).await;
    let kinds: Vec<i64> = sqlx::query_scalar("SELECT kind FROM records ORDER BY key")
        .fetch_all(&bench.history.pools().read)
        .await
        .unwrap();
    assert_eq!(
        kinds,
        [i64::from(Kind::Block.code()), i64::from(Kind::Statement.code())],
        "the newest block, the evidence"
    );
    bench.stop().await;
}

#[tokio::test]
async fn a_clock_set_years_ahead_takes_a_day_of_records_a_look_and_a_limit_never_goes_back() {
    let folder = Scratch::new();
    let bench = Bench::start(&folder).await;
    let history = &bench.history;
    let keep = Keep { raw_ms: 30 * DAY_MS, rollups_ms: 400 * DAY_MS };
    let limit = |now: WallMs| async move {
        history.move_limits(keep, now).await.unwrap().raw_from.since_ms(WALL) / HOUR_MS
    };
    assert_eq!(limit(WALL).await, -30 * 24);
    assert_eq!(limit(WALL.plus_ms(14 * 365 * DAY_MS)).await, -29 * 24);
    assert_eq!(limit(WALL).await, -29 * 24, "what may be gone is not said to be there");
    assert_eq!(
        limit(WALL.plus_ms(14 * 365 * DAY_MS)).await,
        -29 * 24,
        "and the clock is believed from there on"
    );
    assert_eq!(limit(WALL.plus_ms(2 * DAY_MS)).await, -28 * 24);
    bench.stop().await;
}

#[tokio::test]
async fn words_outages_starts_and_rollups_go_with_their_own_limit_and_the_last_word_stays() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let outage = Event::Outage { cause: OutageCause::NoRoute, began: BootMs(60_000), attempts: 3 };
    let started = Event::Started { before: None, machine: true };
    let event = |n, event: &Event| record::encode(&header(Kind::Event, n), &event.encode());
    bench
        .send(vec![event(2, &outage), event(3, &started), event(5_000, &outage), minute(10), minute(5_001)])
        .await;
    let words =
        [(0, StateWord::Ok), (60, StateWord::NoReport), (200, StateWord::Ok), (5_000, StateWord::NoReport)]
            .map(|(minute, word)| PresenceRow { node: NODE, from: minutes_later(minute), word });
    bench.history.append_words(&words, &[], [].iter()).await.unwrap();
    let now = minutes_later(6_000);
    roll_up(&bench.history, now).await;
    let keep = Keep { raw_ms: 0, rollups_ms: 2 * DAY_MS };
    let kept = bench.history.move_limits(keep, now).await.unwrap();
    let lane = lane(&bench.history).await;
    for _ in 0..2 {
        bench.history.delete_drawn(lane, kept).await.unwrap();
    }
    bench.history.delete_runs(kept).await.unwrap();
    let all = (WallMs(0), minutes_later(10_000));
    let from =
        |rows: Vec<PresenceRow>| rows.iter().map(|row| row.from.since_ms(WALL) / 60_000).collect::<Vec<_>>();
    assert_eq!(from(bench.history.presence_of(NODE, all.0, all.1).await.unwrap()), [200, 5_000]);
    assert_eq!(bench.history.outages(NODE, all.0, all.1).await.unwrap().len(), 1);
    assert_eq!(bench.history.starts(NODE, all.0, all.1).await.unwrap(), []);
    assert_eq!(busy(&bench.history).await, expected([5_001]));
    bench.stop().await;
}

#[tokio::test]
async fn the_keeper_s_pieces_together_leave_what_is_kept_and_say_so() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send((1..=100).map(minute).collect()).await;
    // The clock of the machine is what the pieces go by: all that is sent is made old against it.
    let old = Clock.wall().since_ms(WALL) - 90 * DAY_MS;
    sqlx::query("UPDATE records SET first_ms = first_ms + $1, last_ms = last_ms + $1")
        .bind(old.div_euclid(HOUR_MS) * HOUR_MS)
        .execute(&bench.history.pools().write)
        .await
        .unwrap();
    sqlx::query("UPDATE dirty_hours SET key = key + $1")
        .bind(old.div_euclid(HOUR_MS))
        .execute(&bench.history.pools().write)
        .await
        .unwrap();
    let keep = Keep { raw_ms: 30 * DAY_MS, rollups_ms: 400 * DAY_MS };
    let mut now = Clock.monotonic();
    let mut keeper = Keeper::new(now);
    let mut works = Vec::new();
    while works.len() < 5 {
        now = now.max(keeper.next_deadline());
        // Rolling up takes turns with the pass, at its own next moment.
        let Some(work) = keeper.due(now) else {
            now += Duration::from_secs(1);
            continue;
        };
        keep::piece(&bench.history, &mut keeper, work, keep, Clock).await.unwrap();
        works.push(work);
        now += Duration::from_secs(11);
    }
    assert!(matches!(works[..2], [Work::RollUp, Work::MoveLimits]), "{works:?}");
    let figures = bench.history.keeping();
    assert_eq!((figures.rolled, figures.deleted, figures.waiting, figures.failed), (2, 99, 0, 0));
    assert_eq!(bench.history.count().await.unwrap(), 1);
    bench.stop().await;
}

#[test]
fn an_hour_has_the_bytes_that_are_written_here_and_reads_them_again() {
    let mut hour = Hour { step_ms: 10_000, ..Hour::default() };
    hour.columns
        .insert(Column::node(field::HOST_CPU_BUSY), Share { samples: 360, min: 0, sum: 90_000, max: 1_000 });
    hour.columns.insert(
        Column::of(field::DISK_USED, "/srv"),
        Share { samples: 2, min: -5, sum: i64::MAX, max: i64::MAX },
    );
    let bytes = hour.encode().unwrap();
    assert_eq!(Hour::decode(&bytes).unwrap(), hour);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text, "0100904e0401042f73727602010000280101d00500a0fe0ad00f040df7ffffffffffffffff0100");
    assert!(Hour::decode(b"").is_err());
}
