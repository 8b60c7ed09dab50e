//! Tests of queries over real files: charts without false lines, lists in pages, a node's page, the controller's health.

use std::collections::BTreeSet;
use std::path::Path;

use holdfast_protocol::block::{self, Block};
use holdfast_protocol::event::{Event, OutageCause};
use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::ids::{BootCounter, NodeId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::record::{self, Kind};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};

use super::health::{CertificateEnd, HealthSources, RootKey, health};
use super::lists::{
    NodeFilter, SiteFilter, all_nodes, exact_node, exact_site, node_groups, nodes, site, sites,
};
use super::order::{Direction, Order, SortKey};
use super::{PAGE_ROWS, QueryError, SeriesAsk, SeriesRange, node, overview, series, series_of};
use crate::access::Sight;
use crate::backup::manifest::proof_sha256;
use crate::backup::state::{MadeRow, Restored, State as Backups};
use crate::clock::{Clock, Now};
use crate::fleet::Fleet;
use crate::ingest::tests::{Bench, WALL, block_record, enrolled, header};
use crate::model::{CheckVerdict, NeedKind, Series};
use crate::store::nodes::NodeRecord;
use crate::store::scratch::Scratch;

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);

/// A record of one counter, a sample each 10 s from `minute` on.
fn counter_record(sequence: u32, boot: u32, minute: u32, counts: &[f64]) -> Vec<u8> {
    let mut header = header(Kind::Block, sequence);
    header.boot = BootCounter(boot);
    header.at = BootMs(u64::from(minute) * 60_000);
    header.clock = ClockTrust::Synchronised { wall: WALL.plus_ms(i64::from(minute) * 60_000), error_ms: 5 };
    let frames: Vec<Frame> = (0..)
        .zip(counts)
        .map(|(index, count)| {
            let mut frame = Frame::new(header.at.plus_ms(index * 10_000));
            frame.put(field::by_id(field::AGENT_SENT).unwrap(), "", *count);
            frame
        })
        .collect();
    record::encode(&header, &block::encode(&Block::from_frames(&frames, 10_000).unwrap()).unwrap())
}

fn ask(name: &str, minutes: i64, points: u32) -> SeriesAsk {
    SeriesAsk {
        field: name.into(),
        instance: String::new(),
        from: WALL,
        to: WALL.plus_ms(minutes * 60_000),
        points,
    }
}

fn means(series: &Series) -> Vec<(i64, f64)> {
    series.points.iter().map(|point| (point.at.since_ms(WALL) / 1_000, point.mean)).collect()
}

#[tokio::test]
async fn a_chart_has_a_hole_where_there_was_no_sample_and_none_where_there_was() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    // Minutes 1 to 3 and 6 to 9; each came in one record of six samples; newest first, one of them twice.
    let minutes = [9, 8, 7, 6, 3, 2, 1, 2];
    bench.send(minutes.iter().map(|m| block_record(header(Kind::Block, *m), f64::from(*m))).collect()).await;
    let found =
        series(&bench.fleet, &bench.history, NODE, &ask("host_cpu_busy_percent", 10, 10)).await.unwrap();
    assert_eq!((found.bucket_ms, found.unit.as_str()), (60_000, "%"));
    let expected: Vec<(i64, f64)> =
        [1, 2, 3, 6, 7, 8, 9].map(|minute| (i64::from(minute) * 60 - 5, f64::from(minute))).to_vec();
    assert_eq!(means(&found), expected);
    assert!(found.points.iter().all(|point| (point.present - 1.0).abs() < 1e-9), "{found:?}");
    // Finer than the samples are: a point for each sample, and none is missing for want of a sample in its bucket.
    let fine =
        series(&bench.fleet, &bench.history, NODE, &ask("host_cpu_busy_percent", 10, 2_000)).await.unwrap();
    assert_eq!((fine.bucket_ms, fine.points.len()), (10_000, 42));
    bench.stop().await;
}

#[tokio::test]
async fn a_counter_is_shown_per_second_and_neither_a_gap_nor_a_boot_is_joined_over() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let records = vec![
        // 100 B/s, then started anew at 300 B: 30 B/s since then.
        counter_record(1, 1, 1, &[0.0, 1_000.0, 2_000.0, 300.0]),
        // A gap of a minute, and a boot behind it.
        counter_record(2, 1, 3, &[9_000.0, 9_500.0]),
        counter_record(3, 2, 4, &[50_000.0, 50_100.0]),
    ];
    bench.send(records).await;
    let found =
        series(&bench.fleet, &bench.history, NODE, &ask("agent_sent_bytes_total", 10, 2_000)).await.unwrap();
    assert_eq!(found.unit, "B/s");
    let expected = [(65, 100.0), (75, 100.0), (85, 30.0), (185, 50.0), (245, 10.0)];
    assert_eq!(means(&found), expected);
    bench.stop().await;
}

/// A node that lost its boot counter counts from 1 again, in the same spool or in a new one.
#[tokio::test]
async fn two_boots_with_one_number_do_not_swallow_each_others_samples_nor_mix_their_rates() {
    for new_spool in [false, true] {
        let folder = Scratch::new();
        let mut bench = Bench::start(&folder).await;
        // The same instants on the scales of two boots, an hour apart in truth.
        let again = |sequence, counts: &[f64]| {
            let mut record = record::decode(&counter_record(sequence, 1, 1, counts)).unwrap();
            record.header.clock = ClockTrust::Synchronised { wall: WALL.plus_ms(3_660_000), error_ms: 5 };
            record.header.epoch.0 += u32::from(new_spool);
            record::encode(&record.header, &record.body)
        };
        bench
            .send(vec![counter_record(1, 1, 1, &[0.0, 1_000.0, 2_000.0]), again(2, &[0.0, 500.0, 1_000.0])])
            .await;
        let found = series(&bench.fleet, &bench.history, NODE, &ask("agent_sent_bytes_total", 120, 2_000))
            .await
            .unwrap();
        let expected = [(65, 100.0), (75, 100.0), (3_665, 50.0), (3_675, 50.0)];
        assert_eq!(means(&found), expected, "new spool: {new_spool}");
        bench.stop().await;
    }
}

#[tokio::test]
async fn several_columns_of_one_question_come_in_its_order_each_as_if_asked_alone() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench
        .send((1..=5).map(|minute| block_record(header(Kind::Block, minute), f64::from(minute))).collect())
        .await;
    let names = ["agent_sent_bytes_total", "field_40000", "host_cpu_busy_percent"];
    let range = SeriesRange { from: WALL, to: WALL.plus_ms(600_000), points: 50 };
    let asked: Vec<(String, String)> = names.iter().map(|name| ((*name).into(), String::new())).collect();
    let together = series_of(&bench.fleet, &bench.history, NODE, &asked, range).await.unwrap();
    for (name, found) in names.into_iter().zip(together) {
        let alone = series(&bench.fleet, &bench.history, NODE, &ask(name, 10, 50)).await.unwrap();
        assert_eq!(found, alone);
    }
    bench.stop().await;
}

/// Three days, of which a wide chart is made of whole hours: rolled up, or not yet, with or without their records.
#[tokio::test]
async fn a_wide_chart_has_the_values_and_the_holes_of_a_narrow_one_and_nothing_right_of_its_end() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    // From the begin of the first whole hour on; two hours are missing, and half of one.
    let begin = WallMs((WALL.0 / 3_600_000 + 1) * 3_600_000);
    let first = u32::try_from(begin.since_ms(WALL) / 60_000 + 1).unwrap();
    let minutes =
        (0..10 * 60_u32).filter(|minute| !(179..300).contains(minute) && !(420..450).contains(minute));
    let minutes: Vec<u32> = minutes.map(|minute| first + minute).collect();
    for group in minutes.chunks(200) {
        bench
            .send(group.iter().map(|m| block_record(header(Kind::Block, *m), f64::from(m % 90))).collect())
            .await;
    }
    let to = begin.plus_ms(9 * 3_600_000 + 1_800_000);
    let asked =
        [("host_cpu_busy_percent".into(), String::new()), ("agent_sent_bytes_total".into(), String::new())];
    let asks = async |points| {
        let range = SeriesRange { from: begin, to, points };
        series_of(&bench.fleet, &bench.history, NODE, &asked, range).await.unwrap()
    };
    let fresh = asks(10).await;
    assert_eq!(fresh[0].bucket_ms, 3_600_000);
    let hours: Vec<i64> = fresh[0].points.iter().map(|point| point.at.since_ms(begin) / 3_600_000).collect();
    assert_eq!(hours, [0, 1, 2, 5, 6, 7, 8, 9], "gaps stay gaps");
    for (index, coarse) in fresh.iter().enumerate() {
        for point in &coarse.points {
            let range =
                SeriesRange { from: point.at, to: point.at.plus_ms(3_600_000).min(to), points: 2_000 };
            let fine =
                series_of(&bench.fleet, &bench.history, NODE, &asked, range).await.unwrap().remove(index);
            assert_eq!(fine.bucket_ms, 10_000);
            let least = fine.points.iter().map(|fine| fine.min).fold(f64::INFINITY, f64::min);
            let most = fine.points.iter().map(|fine| fine.max).fold(f64::NEG_INFINITY, f64::max);
            assert!(
                (point.min - least).abs() < 0.01 && (point.max - most).abs() < 0.01,
                "{point:?} {least} {most}"
            );
            let share = if point.at == begin.plus_ms(7 * 3_600_000) { 0.5 } else { 1.0 };
            assert!((point.present - share).abs() < 0.02, "{point:?}");
        }
        assert!(coarse.points.last().unwrap().at < to, "nothing right of the end");
    }
    let now = begin.plus_ms(100 * 86_400_000);
    while let hours @ [_, ..] = bench.history.ripe_hours(now, 50).await.unwrap().as_slice() {
        bench.history.roll_up(hours, now).await.unwrap();
    }
    let whole = |series: &[Series]| {
        series.iter().map(|s| s.points[..s.points.len() - 1].to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(whole(&asks(10).await), whole(&fresh), "but for the hour that the range cuts");
    let keep = crate::history::retention::Keep { raw_ms: 0, rollups_ms: 400 * 86_400_000 };
    let kept = bench.history.move_limits(keep, now).await.unwrap();
    let lane = bench.history.retention_lanes().await.unwrap()[0];
    while bench.history.delete_records(lane, kept).await.unwrap() > 0 {}
    assert_eq!(whole(&asks(2_000).await), whole(&fresh), "a narrow range without records has its hours");
    bench.stop().await;
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_says_which_parameter_and_what_to_do() {
    let folder = Scratch::new();
    let bench = Bench::start(&folder).await;
    let name = "host_cpu_busy_percent";
    let backwards = SeriesAsk { to: WALL.plus_ms(-1), ..ask(name, 1, 10) };
    let questions = [
        ("from", backwards),
        ("points", ask(name, 1, 0)),
        ("points", ask(name, 1, 2_001)),
        ("to", ask(name, 401 * 1_440, 10)),
        ("field", ask("no_such_field", 1, 10)),
    ];
    for (expected, question) in questions {
        let error = series(&bench.fleet, &bench.history, NODE, &question).await.expect_err(expected);
        assert!(matches!(error, QueryError::Ask { parameter, .. } if parameter == expected), "{error}");
    }
    let nobody = NodeId::from_bytes([77; 5]);
    let error = series(&bench.fleet, &bench.history, nobody, &ask(name, 1, 10)).await.expect_err("nobody");
    assert!(matches!(error, QueryError::NotFound { what: "node" }));
    let unknown = series(&bench.fleet, &bench.history, NODE, &ask("field_40000", 1, 10)).await.unwrap();
    assert_eq!(unknown.points, []);
    bench.stop().await;
}

#[tokio::test]
async fn a_nodes_page_has_its_newest_readings_its_outage_and_what_came_late() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let outage = Event::Outage { cause: OutageCause::Silent, began: BootMs(130_000), attempts: 2 };
    bench
        .send(vec![
            block_record(header(Kind::Block, 2), 40.0),
            block_record(header(Kind::Block, 1), 10.0),
            record::encode(&header(Kind::Event, 3), &outage.encode()),
        ])
        .await;
    let now = Now { wall: WALL.plus_ms(86_400_000), ..Clock.now() };
    let range = (WALL, WALL.plus_ms(3_600_000));
    let page = node(&bench.fleet, &bench.history, NODE, range, now).await.unwrap();
    let busy = page.readings.iter().find(|reading| reading.field == "host_cpu_busy_percent").unwrap();
    assert_eq!((busy.value, busy.rate, busy.unit), (Some(40.0), None, "%"));
    assert_eq!(busy.at, WALL.plus_ms(120_000 + 50_000));
    let sent = page.readings.iter().find(|reading| reading.field == "agent_sent_bytes_total").unwrap();
    assert_eq!(sent.rate, Some(50.0));
    let outage = &page.timeline.outages[0];
    assert_eq!((outage.from, outage.to), (WALL.plus_ms(130_000), WALL.plus_ms(180_000)));
    assert_eq!(page.spool.records, Some(1));
    assert_eq!(page.identity.code, "7K2M-9QXD");
    let arrived_late = Clock.wall().since_ms(WALL.plus_ms(170_000)) > 300_000;
    assert_eq!(!page.timeline.late.is_empty(), arrived_late);
    bench.stop().await;
}

/// Twelve hundred nodes at two hundred sites, a quarter of them not heard for long.
async fn crowd(bench: &Bench, now: Now) -> Fleet {
    let fleet = bench.fleet.clone();
    for number in 0..200_u32 {
        let name = format!("Site {number:03}");
        fleet.site_made(crate::store::sites::SiteRecord {
            id: SiteId(i64::from(number) + 1),
            name,
            region: if number % 2 == 0 { "UA-63".into() } else { "UA-32".into() },
            made: WALL,
        });
    }
    for number in 0..1_200_u32 {
        let [a, b, ..] = number.to_le_bytes();
        let record = NodeRecord {
            site: Some(SiteId(i64::from(number % 200) + 1)),
            ..enrolled(NodeId::from_bytes([200, a, b, 0, 0]))
        };
        fleet.node_enrolled(&record, now);
        let heard = if number % 4 == 0 { now } else { now.plus(std::time::Duration::from_secs(500)) };
        let newest = crate::fleet::Newest {
            key: crate::history::RecordKey((i64::from(number) + 10) << 32 | 1),
            received: heard,
            report_within_s: 60,
            boot: BootCounter(1),
            clock_error_ms: Some(1),
        };
        let fold = crate::fleet::NodeFold {
            node: record.id,
            newest: Some(newest),
            digest: None,
            probes: Vec::new(),
            lost_records: 0,
            missing_records: 0,
        };
        fleet.fold(vec![fold], heard);
    }
    fleet
}

#[tokio::test]
async fn pages_follow_each_other_without_a_hole_or_a_double_and_the_urgent_come_first() {
    let folder = Scratch::new();
    let bench = Bench::start(&folder).await;
    let start = Clock.now();
    let fleet = crowd(&bench, start).await;
    let now = start.plus(std::time::Duration::from_secs(500));
    fleet.tick(now);
    let (mut after, mut seen, mut words) = (None::<String>, BTreeSet::new(), Vec::new());
    loop {
        let page = nodes(&fleet, &NodeFilter::default(), Order::default(), after.as_deref(), now)
            .await
            .unwrap()
            .page;
        assert_eq!(page.total, 1_201);
        assert!(page.rows.len() <= PAGE_ROWS && !page.rows.is_empty());
        for row in page.rows {
            assert!(seen.insert(row.id), "{} is there twice", row.id);
            words.push(row.state.word);
        }
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    assert_eq!(seen.len(), 1_201);
    assert_eq!(words.iter().filter(|word| **word == StateWord::NoReport).count(), 300);
    assert!(words[..300].iter().all(|word| *word == StateWord::NoReport), "what needs a person comes first");

    let filter =
        NodeFilter { word: Some(StateWord::NoReport), site: Some(SiteId(1)), ..NodeFilter::default() };
    assert_eq!(nodes(&fleet, &filter, Order::default(), None, now).await.unwrap().page.total, 6);
    let text = fleet.read(|inner| inner.nodes.keys().last().unwrap().shown().to_lowercase());
    let filter = NodeFilter { text: Some(text), ..NodeFilter::default() };
    assert_eq!(
        nodes(&fleet, &filter, Order::default(), None, now).await.unwrap().page.total,
        1,
        "ids are found as people type them"
    );
    let refused = nodes(&fleet, &NodeFilter::default(), Order::default(), Some("rubbish"), now).await;
    assert!(matches!(refused, Err(QueryError::Ask { parameter: "after", .. })));

    let page = sites(&fleet, &SiteFilter::default(), Order::default(), None, now).await.unwrap().page;
    assert_eq!((page.total, page.rows.len(), page.rows[0].nodes), (200, 50, 6));
    assert_eq!(page.rows[0].state.word, StateWord::NoReport);
    let filter =
        SiteFilter { region: Some("UA-32".into()), text: Some("sITE 01".into()), ..SiteFilter::default() };
    assert_eq!(sites(&fleet, &filter, Order::default(), None, now).await.unwrap().page.total, 5);
    assert_eq!(site(&fleet, &Sight::Fleet, SiteId(7), now).await.unwrap().site.name, "Site 006");
    assert!(matches!(
        site(&fleet, &Sight::Fleet, SiteId(999), now).await,
        Err(QueryError::NotFound { what: "site" })
    ));

    let page = overview(&fleet, None, now).await.unwrap();
    assert_eq!((page.nodes.total, page.sites.total), (1_201, 200));
    assert_eq!(page.nodes.by_word.iter().map(|(_, count)| count).sum::<u64>(), 1_201);
    assert_eq!((page.needs.len(), page.needs_total), (50, 300));
    assert!(matches!(page.needs[0].kind, NeedKind::NoReport { was: Some(StateWord::Ok) }));
    bench.stop().await;
}

/// No bound is asserted: a machine under load would break it. `--nocapture` shows the figures.
#[tokio::test]
async fn overview_and_sites_are_made_from_memory_and_say_how_long_it_took() {
    let folder = Scratch::new();
    let bench = Bench::start(&folder).await;
    let start = Clock.now();
    let fleet = crowd(&bench, start).await;
    let mut took = Vec::new();
    for _ in 0..50 {
        let begun = Clock.monotonic();
        overview(&fleet, None, start).await.unwrap();
        sites(&fleet, &SiteFilter::default(), Order::default(), None, start).await.unwrap();
        took.push(Clock.monotonic().duration_since(begun));
    }
    took.sort_unstable();
    println!("Overview and Sites of 1,201 nodes: p50 {:?}, largest of 50 {:?}", took[25], took[49]);
    bench.stop().await;
}

#[tokio::test]
async fn health_says_yes_only_when_every_check_does_and_cannot_tell_is_not_yes() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![block_record(header(Kind::Block, 1), 1.0)]).await;
    let now = Clock.now();
    let ends =
        |days: i64| CertificateEnd { code: "server".into(), ends: now.wall.plus_ms(days * 86_400_000) };
    let plan = crate::config::Config::defaults(folder.path()).unwrap().backup;
    let look = async |certificates: &[CertificateEnd], root_key, dir: &Path| {
        let sources = HealthSources {
            store: &bench.store,
            history: &bench.history,
            fleet: &bench.fleet,
            ingest: bench.ingest(),
            data_dir: dir,
            backup: &plan,
            certificates,
            root_key,
        };
        health(sources, now).await.unwrap()
    };
    let verdict = |health: &crate::model::Health, code: &str| {
        health.checks.iter().find(|check| check.code == code).map(|check| check.verdict)
    };
    let good = look(&[ends(90)], RootKey::Away, folder.path()).await;
    for code in ["ingest", "database", "clock", "certificate_server", "root_key"] {
        assert_eq!(verdict(&good, code), Some(CheckVerdict::Ok), "{code}");
    }
    let bad = look(&[ends(3)], RootKey::Here, Path::new("/no/such/folder")).await;
    assert!(!bad.trusted);
    assert_eq!(verdict(&bad, "certificate_server"), Some(CheckVerdict::Fail));
    assert_eq!(verdict(&bad, "root_key"), Some(CheckVerdict::Warn));
    assert_eq!(verdict(&bad, "disk"), Some(CheckVerdict::Unknown));
    let needs = overview(&bench.fleet, Some(&bad), now).await.unwrap().needs;
    let first = NeedKind::Controller { check: "certificate_server".into() };
    assert_eq!((needs[0].priority, &needs[0].kind), (1, &first));
    assert_eq!(
        verdict(&look(&[], RootKey::NotChecked, folder.path()).await, "root_key"),
        Some(CheckVerdict::Unknown)
    );
    assert_eq!(verdict(&good, "backup_none"), Some(CheckVerdict::Warn), "nobody made a backup");
    let mut state = Backups::default();
    let made = |days: i64| MadeRow {
        made_ms: now.wall.0 - days * 86_400_000,
        bytes: 1,
        took_ms: 1,
        proof_sha256: proof_sha256("words"),
    };
    for (days, words, code) in
        [(1, None, "backup_untested"), (1, Some("words"), "backup"), (9, Some("words"), "backup_late")]
    {
        state.made.clear();
        state.add(made(days));
        if let Some(words) = words {
            state.prove(words, now.wall).unwrap();
        }
        state.save(folder.path()).unwrap();
        let found = look(&[], RootKey::Away, folder.path()).await;
        let wanted = if code == "backup" { CheckVerdict::Ok } else { CheckVerdict::Warn };
        assert_eq!(verdict(&found, code), Some(wanted), "{code}");
        assert!(found.trusted, "a backup that is late makes no page wrong");
        assert!(verdict(&found, "restored").is_none());
    }
    Restored { made_ms: 5, at_ms: now.wall.0 }.save(folder.path()).unwrap();
    let found = look(&[], RootKey::Away, folder.path()).await;
    assert_eq!(verdict(&found, "restored"), Some(CheckVerdict::Warn));
    bench.history.close().await;
    let gone = look(&[], RootKey::Away, folder.path()).await;
    assert_eq!((gone.trusted, verdict(&gone, "database")), (false, Some(CheckVerdict::Fail)));
}

#[tokio::test]
async fn times_outside_every_range_do_not_break_a_question() {
    let folder = Scratch::new();
    let bench = Bench::start(&folder).await;
    let range = (WallMs(i64::MIN), WallMs(i64::MAX));
    let page = node(&bench.fleet, &bench.history, NODE, range, Clock.now()).await.unwrap();
    assert_eq!(page.readings, []);
    bench.stop().await;
}

#[tokio::test]
async fn every_order_of_a_list_visits_every_row_once_and_facets_say_what_a_click_gives() {
    let folder = Scratch::new();
    let bench = Bench::start(&folder).await;
    let start = Clock.now();
    let fleet = crowd(&bench, start).await;
    let now = start.plus(std::time::Duration::from_secs(500));
    fleet.tick(now);
    for by in SortKey::OF_NODES {
        for direction in [Direction::Up, Direction::Down] {
            let order = Order { by: *by, direction };
            let (mut after, mut seen) = (None::<String>, BTreeSet::new());
            loop {
                let page =
                    nodes(&fleet, &NodeFilter::default(), order, after.as_deref(), now).await.unwrap().page;
                for row in page.rows {
                    assert!(seen.insert(row.id), "{order:?}: {} is there twice", row.id);
                }
                let Some(next) = page.next else { break };
                after = Some(next);
            }
            assert_eq!(seen.len(), 1_201, "{order:?}");
        }
    }
    let by_name = Order { by: SortKey::Name, direction: Direction::Down };
    let listing = sites(&fleet, &SiteFilter::default(), by_name, None, now).await.unwrap();
    assert_eq!(listing.page.rows[0].site.name, "Site 199");
    let other =
        sites(&fleet, &SiteFilter::default(), Order::default(), listing.page.next.as_deref(), now).await;
    assert!(matches!(other, Err(QueryError::Ask { parameter: "after", .. })), "a place of another order");

    let filter = NodeFilter { word: Some(StateWord::NoReport), ..NodeFilter::default() };
    let facets = nodes(&fleet, &filter, Order::default(), None, now).await.unwrap().facets;
    assert_eq!((facets.everything, facets.any_word), (1_201, 1_201));
    for (region, count) in facets.regions {
        let filter = NodeFilter { region: Some(region.clone()), ..filter.clone() };
        let page = nodes(&fleet, &filter, Order::default(), None, now).await.unwrap().page;
        assert_eq!(page.total, count, "{region}");
    }
    let groups = node_groups(&fleet, &Sight::Fleet);
    assert_eq!(groups.iter().map(|group| group.rows).sum::<u64>(), 1_201);
    assert_eq!(
        (groups[0].region.as_str(), groups[0].worst, groups[0].with_worst),
        ("UA-63", StateWord::NoReport, 300)
    );
    let (rows, total) = all_nodes(&fleet, &filter, Order::default(), 7);
    assert_eq!((rows.len(), total), (7, 300));

    let id = fleet.read(|inner| *inner.nodes.keys().next().unwrap());
    for typed in [id.shown(), id.to_string().to_uppercase(), format!("HF-{}", id.shown())] {
        assert_eq!(exact_node(&fleet, &Sight::Fleet, &typed), Some(id), "{typed}");
    }
    assert_eq!(exact_node(&fleet, &Sight::Fleet, &id.to_string()[..7]), None);
    assert_eq!(
        (exact_site(&fleet, &Sight::Fleet, " sITE 006"), exact_site(&fleet, &Sight::Fleet, "Site 00")),
        (Some(SiteId(7)), None)
    );
    let own = Sight::Sites(BTreeSet::from([SiteId(7)]));
    assert_eq!(
        (exact_site(&fleet, &own, "Site 006"), exact_site(&fleet, &own, "Site 005")),
        (Some(SiteId(7)), None)
    );
    assert_eq!(exact_node(&fleet, &own, &id.to_string()), None, "what is out of sight is not there");
    assert_eq!(node_groups(&fleet, &own).iter().map(|group| group.rows).sum::<u64>(), 6);
    let hidden = NodeFilter { sight: own.clone(), site: Some(SiteId(6)), ..NodeFilter::default() };
    let listing = nodes(&fleet, &hidden, Order::default(), None, now).await.unwrap();
    assert!(listing.page.total == 0 && listing.facets.sites.iter().all(|(site, _)| site.id == SiteId(7)));
    let by_site = Order { by: SortKey::Site, direction: Direction::Up };
    let seen = NodeFilter { sight: own, ..NodeFilter::default() };
    let probing = nodes(&fleet, &seen, by_site, Some("site.s6.00000000"), now).await;
    assert!(matches!(probing, Err(QueryError::Ask { .. })), "a cursor does not compare with a hidden name");
    let named = NodeFilter { text: Some("site 006".into()), ..NodeFilter::default() };
    assert_eq!(
        nodes(&fleet, &named, Order::default(), None, now).await.unwrap().page.total,
        6,
        "by the site's name"
    );
    bench.stop().await;
}
