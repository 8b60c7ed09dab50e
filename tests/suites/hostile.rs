//! Malformed, truncated, oversized and hostile records, packets and requests against the shipped controller, over real
//! mutual TLS with a node's real certificate: each is answered as documented, none ends the process or lets it grow
//! without bound, and after each a good node's record is still acknowledged.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_protocol::block;
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::record::{self, Header, Kind, RECORD_BYTES_MAX, REPORT_WITHIN_S_MAX, WALL_MS_MAX};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use holdfast_protocol::topic::{Down, Up};
use holdfast_protocol::wire;
use holdfast_tests::mqtt::{Client, Heard, Identity, good_record, header, opening};
use holdfast_tests::wait::wait_until;

use crate::stage::{SOON, Stage};

/// What thousands of hostile packets may leave behind, in KiB. Nothing of them is kept; this is room for the allocator's
/// arenas and SQLite's caches (8 MiB a connection) to fill.
const GROWTH_KIB_MAX: u64 = 32 * 1024;
/// What 1,000 connections that do not finish their handshake may hold while they last: 256 handshakes at most, 64 KiB each,
/// and what the kernel queues.
const HALF_OPEN_KIB_MAX: u64 = 32 * 1024;
/// Stored.
const OK: u8 = 0x00;
/// MQTT 5 section 2.4: not authorized, quota exceeded, payload format invalid.
const NOT_AUTHORISED: u8 = 0x87;
const QUOTA: u8 = 0x97;
const UNUSABLE: u8 = 0x99;

/// A stage with a hostile node and a good one, whose session stays open all along.
struct Scene {
    stage: Stage,
    hostile: Identity,
    other: NodeId,
    good: Client,
    good_node: NodeId,
    sequence: u32,
}

impl Scene {
    fn new(name: &str) -> anyhow::Result<Self> {
        let stage = Stage::new(name)?;
        let [hostile, good] = [stage.node("hostile")?, stage.node("good")?];
        let [hostile, good] = [Identity::of(&hostile)?, Identity::of(&good)?];
        let client = Client::open(stage.ports.mqtt, &good)?;
        Ok(Self { stage, hostile, other: good.node, good: client, good_node: good.node, sequence: 0 })
    }

    fn connect(&self) -> anyhow::Result<Client> {
        Client::connect(self.stage.ports.mqtt, &self.hostile)
    }

    fn open(&self) -> anyhow::Result<Client> {
        Client::open(self.stage.ports.mqtt, &self.hostile)
    }

    /// The process runs, and the good node's next record is stored.
    fn still_holds(&mut self, after: &str) -> anyhow::Result<()> {
        let process = self.stage.process.as_mut().context("a running controller")?;
        if let Some(status) = process.ended()? {
            anyhow::bail!("after {after}: the controller ended with {status}:\n{}", process.tail());
        }
        self.sequence += 1;
        let record = good_record(self.good_node, 7, self.sequence);
        let reason = self.good.report(record).with_context(|| format!("a good record after {after}"))?;
        anyhow::ensure!(reason == OK, "after {after}: a good record was answered with {reason:#04x}");
        Ok(())
    }

    fn rss_kib(&self) -> anyhow::Result<u64> {
        let id = self.stage.process.as_ref().context("a running controller")?.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
    }
}

#[test]
fn hostile_records_get_their_reason_and_the_connection_lives_on() -> anyhow::Result<()> {
    let mut scene = Scene::new("hostile-records")?;
    let (node, other) = (scene.hostile.node, scene.other);
    let good = good_record(node, 1, 1);
    let mut damaged = good.clone();
    if let Some(byte) = damaged.get_mut(9) {
        *byte ^= 1;
    }
    let cut = good.get(..good.len() - 3).unwrap_or_default().to_vec();
    let mut later_version = good.clone();
    if let Some(byte) = later_version.first_mut() {
        *byte = 9;
    }
    let own = Up::Record.of(node);
    let cases: Vec<(&str, String, Vec<u8>, u8)> = vec![
        ("an empty payload", own.clone(), vec![], UNUSABLE),
        ("text", own.clone(), b"hello".to_vec(), UNUSABLE),
        ("a damaged record", own.clone(), damaged, UNUSABLE),
        ("a cut record", own.clone(), cut, UNUSABLE),
        ("a record of a later version", own.clone(), later_version, UNUSABLE),
        ("a record over its limit", own.clone(), vec![1; RECORD_BYTES_MAX + 1], UNUSABLE),
        ("noise on the urgent topic", Up::Urgent.of(node), vec![0xff; 900], UNUSABLE),
        ("a record that names another node", own.clone(), good_record(other, 1, 1), NOT_AUTHORISED),
        ("another node's topic", Up::Record.of(other), good.clone(), NOT_AUTHORISED),
        ("another node's status", Up::Status.of(other), vec![1, 4, 1], NOT_AUTHORISED),
        ("its own way down", Down::Ack.of(node), good.clone(), NOT_AUTHORISED),
        ("a topic of nobody", "fleet/all".to_owned(), good.clone(), NOT_AUTHORISED),
        ("a status that is none", Up::Status.of(node), b"status".to_vec(), UNUSABLE),
        ("a status of a megabyte's claim", Up::Status.of(node), vec![1; 4_000], UNUSABLE),
        ("a body that states a megabyte of nothing", own.clone(), bomb(node, 2), OK),
        ("a body that is no block", own.clone(), block_record(node, 3, b"no block"), OK),
        ("a good record", own, good, OK),
    ];
    let mut client = scene.open()?;
    for (what, topic, payload, expected) in cases {
        let id = client.publish(&topic, payload)?;
        let reason = client.answer(id).with_context(|| what.to_owned())?;
        anyhow::ensure!(reason == expected, "{what}: {reason:#04x} instead of {expected:#04x}");
        scene.still_holds(what)?;
    }
    Ok(())
}

#[test]
fn records_at_the_edges_of_every_number_are_stored_and_shown() -> anyhow::Result<()> {
    let mut scene = Scene::new("hostile-edges")?;
    let node = scene.hostile.node;
    let mut client = scene.open()?;
    let base = header(node, 1, 1);
    let all = Sequence(u32::MAX);
    let wall = |wall, error_ms| ClockTrust::Synchronised { wall: WallMs(wall), error_ms };
    let cases: Vec<(&str, Header)> = vec![
        ("the last sequence", Header { first: all, last: all, ..base }),
        ("one that stands for all", Header { epoch: Epoch(2), first: Sequence(1), last: all, ..base }),
        ("the longest uptime", Header { epoch: Epoch(3), at: BootMs(u64::MAX), ..base }),
        ("the last boot", Header { epoch: Epoch(4), boot: BootCounter(u32::MAX), ..base }),
        ("the year 9999", Header { epoch: Epoch(5), clock: wall(WALL_MS_MAX, 0), ..base }),
        ("1970", Header { epoch: Epoch(6), clock: wall(0, 86_400_000), boot: BootCounter(2), ..base }),
        (
            "1970 after the longest uptime",
            Header { epoch: Epoch(7), clock: wall(0, 0), at: BootMs(u64::MAX), ..base },
        ),
        ("the longest promise", Header { epoch: Epoch(8), report_within_s: REPORT_WITHIN_S_MAX, ..base }),
        ("no promise", Header { epoch: Epoch(9), report_within_s: 0, ..base }),
        (
            "later versions",
            Header { epoch: Epoch(10), dictionary: u32::MAX, configuration: u32::MAX, ..base },
        ),
    ];
    let widest = widest_block()?;
    let outage =
        [1, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let lost = [1, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let step = [1, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let bodies: [(Kind, &[u8]); 7] = [
        (Kind::Block, &widest),
        (Kind::Event, &outage),
        (Kind::Event, &step),
        (Kind::Lost, &lost),
        (Kind::Statement, b"anything"),
        (Kind::Other(200), b""),
        (Kind::Block, b""),
    ];
    for (what, header) in cases {
        for (index, (kind, body)) in (0_u32..).zip(bodies) {
            // Each body in a stream's next place, where there is one.
            let last = Sequence(header.last.0.saturating_sub(index).max(1));
            let first = if header.first == header.last { last } else { header.first.min(last) };
            let header = Header { kind, first, last, ..header };
            let reason =
                client.report(record::encode(&header, body)).with_context(|| format!("{what}, {kind:?}"))?;
            anyhow::ensure!(reason == OK, "{what}, {kind:?}: {reason:#04x}");
        }
        scene.still_holds(what)?;
    }
    for path in [
        format!("/api/v1/nodes/{node}"),
        format!(
            "/api/v1/nodes/{node}/history?field=host_memory_used_bytes&from=0&to=34560000000&points=2000"
        ),
        "/api/v1/nodes".to_owned(),
        "/api/v1/overview".to_owned(),
        "/api/v1/health".to_owned(),
    ] {
        scene.stage.client.get(&path)?;
    }
    for epoch in 11..=64 {
        let reason = client.report(good_record(node, epoch, 1))?;
        anyhow::ensure!(reason == OK, "stream {epoch}: {reason:#04x}");
    }
    let reason = client.report(good_record(node, 65, 1))?;
    anyhow::ensure!(reason == QUOTA, "the 65th stream of one node was answered with {reason:#04x}");
    scene.still_holds("streams over the limit")?;
    // What it was told in numbers, it also finds again after a restart.
    scene.stage.stop()?;
    scene.stage.start()?;
    scene.good = Client::open(scene.stage.ports.mqtt, &Identity::of(&scene.stage_node("good")?)?)?;
    scene.still_holds("a restart on hostile history")
}

impl Scene {
    fn stage_node(&self, name: &str) -> anyhow::Result<holdfast_tests::node::Node> {
        holdfast_tests::node::Node::new(&self.stage.programs, &self.stage.folder.path().join(name))
    }
}

#[test]
fn hostile_packets_end_their_own_connection_with_the_documented_reason() -> anyhow::Result<()> {
    let mut scene = Scene::new("hostile-packets")?;
    let own = Up::Record.of(scene.hostile.node);
    let cases: Vec<(&str, Vec<u8>, u8)> = vec![
        ("reserved bits", vec![0x80, 2, 0, 1], 0x81),
        ("a length of five bytes", vec![0x30, 0xff, 0xff, 0xff, 0xff, 0x01], 0x81),
        ("a length not in its shortest form", vec![0x32, 0x80, 0x00], 0x81),
        ("another protocol", b"GET / HTTP/1.1\r\n\r\n".to_vec(), 0x81),
        ("a ping with a body", vec![0xc0, 1, 0], 0x81),
        ("a publish that is cut", vec![0x32, 4, 0, 200, b'u', b'/'], 0x81),
        ("QoS 3", publish(0x36, own.as_bytes(), &[0]), 0x81),
        ("a second CONNECT", opening(scene.hostile.node), 0x82),
        ("AUTH", vec![0xf0, 0], 0x82),
        ("a packet of servers", vec![0x20, 3, 0, 0, 0], 0x82),
        ("an empty topic", publish(0x32, b"", &[0]), 0x82),
        ("a wildcard topic", publish(0x32, b"u/+/r", &[0]), 0x90),
        ("a topic alias", publish(0x32, own.as_bytes(), &[3, 0x23, 0, 1]), 0x94),
        ("a packet over 256 KiB", vec![0x32, 0x81, 0x80, 0x10, 0, 1], 0x95),
        ("a large packet that is no publish", vec![0x82, 0xff, 0x7f], 0x95),
        ("properties over 1 KiB", publish(0x32, own.as_bytes(), &[0x90, 0x4e]), 0x95),
        ("retain", publish(0x33, own.as_bytes(), &[0]), 0x9a),
        ("QoS 2", publish(0x34, own.as_bytes(), &[0]), 0x9b),
        ("the second half of QoS 2", vec![0x62, 2, 0, 1], 0x9b),
    ];
    for (what, bytes, expected) in cases {
        let mut client = scene.open()?;
        client.send(&bytes)?;
        let ended = client.end().with_context(|| what.to_owned())?;
        anyhow::ensure!(ended.reason == Some(expected), "{what}: {ended:?} instead of {expected:#04x}");
        scene.still_holds(what)?;
    }
    Ok(())
}

#[test]
fn hostile_first_packets_are_refused_in_words_and_silence_is_not_waited_for() -> anyhow::Result<()> {
    let mut scene = Scene::new("hostile-first")?;
    let node = scene.hostile.node;
    let mut large = opening(node);
    large.truncate(1);
    large.extend([0x81, 0x10]);
    large.resize(2_100, 0);
    let mut old = opening(node);
    // Protocol level: after the fixed header of two bytes, the name's length and "MQTT".
    *old.get_mut(8).context("a CONNECT")? = 4;
    let cases: Vec<(&str, Vec<u8>, u8)> = vec![
        ("a publish before CONNECT", publish(0x32, b"u/x/r", &[0]), 0x82),
        ("MQTT 3.1.1", old, 0x84),
        ("another node's client id", opening(scene.other), 0x85),
        ("a CONNECT over 2 KiB", large, 0x95),
        ("another protocol", b"HELO example\r\n".to_vec(), 0x82),
    ];
    for (what, bytes, expected) in cases {
        let mut client = scene.connect()?;
        client.send(&bytes)?;
        let ended = client.end().with_context(|| what.to_owned())?;
        anyhow::ensure!(ended.reason == Some(expected), "{what}: {ended:?} instead of {expected:#04x}");
        scene.still_holds(what)?;
    }
    let began = Instant::now();
    let ended = scene.connect()?.end().context("silence after the handshake")?;
    anyhow::ensure!(began.elapsed() < Duration::from_secs(15), "{ended:?} after {:?}", began.elapsed());
    scene.still_holds("silence after the handshake")
}

#[test]
fn floods_and_half_open_handshakes_do_not_make_the_controller_grow() -> anyhow::Result<()> {
    let mut scene = Scene::new("hostile-flood")?;
    // Caches fill first: what is measured is what a flood adds to a controller that has already seen one.
    flood(&scene, 1, 200)?;
    let before = scene.rss_kib()?;
    let packets = flood(&scene, 2, 1_500)?;
    scene.still_holds("a flood of packets")?;
    let flooded = scene.rss_kib()?;
    println!("{packets} hostile packets: {before} KiB before, {flooded} KiB after");
    anyhow::ensure!(flooded <= before + GROWTH_KIB_MAX, "grew from {before} to {flooded} KiB");

    let mut held = Vec::new();
    for number in 0..1_000_u32 {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, scene.stage.ports.mqtt)) else { break };
        // A third says nothing, a third begins a handshake of 16 KiB, a third does not speak TLS.
        let sent = match number % 3 {
            0 => Ok(()),
            1 => stream.write_all(&[0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc, 3, 3]),
            _ => stream.write_all(b"HELO example\r\n"),
        };
        if sent.is_ok() {
            held.push(stream);
        }
    }
    scene.still_holds("half-open handshakes")?;
    let half_open = scene.rss_kib()?;
    println!("{} half-open handshakes: {half_open} KiB while they last", held.len());
    anyhow::ensure!(held.len() > 500, "only {} could be opened", held.len());
    anyhow::ensure!(half_open <= flooded + HALF_OPEN_KIB_MAX, "grew from {flooded} to {half_open} KiB");
    drop(held);
    wait_until("a node to get in again", SOON, || {
        scene.open().map(drop).map_err(|error| format!("{error:#}"))
    })?;
    scene.still_holds("half-open handshakes that ended")
}

#[test]
fn hostile_requests_are_refused_in_words_and_the_next_is_answered() -> anyhow::Result<()> {
    let mut scene = Scene::new("hostile-http")?;
    let node = scene.hostile.node;
    let token = scene.stage.client.token().context("signed in")?.to_owned();
    let head = |line: &str, more: &str| {
        format!(
            "{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{more}\r\n"
        )
    };
    let history = |query: &str| head(&format!("GET /api/v1/nodes/{node}/history?{query}"), "");
    let with_body = |path: &str, body: &str| {
        head(
            &format!("POST {path}"),
            &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        ) + body
    };
    let deep = "[".repeat(20_000);
    let cases: Vec<(&str, String)> = vec![
        ("no HTTP", "\u{0}\u{1}\u{2}\r\n\r\n".to_owned()),
        ("a head without end", format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20))),
        ("many fields", format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(5_000))),
        ("an unknown field of the dictionary", history("field=nothing&from=0&to=1&points=1")),
        ("points over the limit", history("field=host_memory_used_bytes&from=0&to=1&points=4294967295")),
        (
            "a range of all time",
            history(
                "field=host_memory_used_bytes&from=-9223372036854775808&to=9223372036854775807&points=10",
            ),
        ),
        ("a range that ends before it begins", history("field=host_memory_used_bytes&from=5&to=1&points=10")),
        ("an instant that is none", history("field=host_memory_used_bytes&from=yesterday&to=1&points=10")),
        ("an unknown parameter", history("field=host_memory_used_bytes&from=0&to=1&points=1&x=1")),
        ("a node id that is none", head("GET /api/v1/nodes/%00%ff", "")),
        ("a page behind nothing", head("GET /api/v1/nodes?after=%F0%9F%92%A9", "")),
        ("a body that is no JSON", with_body("/api/v1/tickets", "{")),
        ("a deep body", with_body("/api/v1/tickets", &deep)),
        ("a deep enrolment", with_body("/enrol/v1", &deep)),
        ("an enrolment over its limit", with_body("/enrol/v1", &"x".repeat(40_000))),
        ("an unknown key", with_body("/api/v1/tickets", "{\"valid\":1}")),
        ("a length that is none", head("POST /enrol/v1", "Content-Length: -1\r\n")),
    ];
    for (what, request) in cases {
        let answer = raw(scene.stage.ports.http, request.as_bytes(), Then::Wait)?;
        let status: u16 = answer.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
        anyhow::ensure!((400..500).contains(&status), "{what}: {answer:.300}");
        scene.still_holds(what)?;
        scene.stage.client.get("/api/v1/overview").with_context(|| format!("a good request after {what}"))?;
    }
    let unfinished = head("POST /enrol/v1", "Content-Length: 10\r\n") + "{";
    raw(scene.stage.ports.http, unfinished.as_bytes(), Then::HangUp)?;
    scene.still_holds("a body that never came")?;
    Ok(())
}

/// What a client does behind its request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Wait,
    HangUp,
}

/// Sends a request as it is and reads all that comes until the other side closes, which it must do in time.
fn raw(port: u16, request: &[u8], then: Then) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(SOON))?;
    // The other side may refuse and close before it has read all, which resets the connection.
    let _sent = stream.write_all(request);
    if then == Then::HangUp {
        stream.shutdown(std::net::Shutdown::Write)?;
    }
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            anyhow::bail!("not closed within {SOON:?}; so far: {:.300}", String::from_utf8_lossy(&answer));
        }
        Ok(_) | Err(_) => {}
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// `connections` connections of the hostile node, each with noise of its own; answers how many packets were sent.
fn flood(scene: &Scene, seed: u64, connections: u64) -> anyhow::Result<u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    let node = scene.hostile.node;
    let mut packets = 0;
    for _ in 0..connections {
        let mut client = scene.open()?;
        let own = Up::Record.of(node);
        let mut last = None;
        for _ in 0..4 {
            let mut payload = good_record(node, 1, random.u32(1..));
            for _ in 0..random.usize(1..20) {
                let at = random.usize(..payload.len());
                if let Some(byte) = payload.get_mut(at) {
                    *byte = random.u8(..);
                }
            }
            payload.resize(payload.len() + random.usize(..20_000), 0xa5);
            last = Some(client.publish(&own, payload)?);
            packets += 1;
        }
        if let Some(last) = last {
            client.answer(last)?;
        }
        let noise: Vec<u8> = (0..random.usize(2..600)).map(|_| random.u8(..)).collect();
        client.send(&noise)?;
        client.send(&[0x32, 0xff, 0xff, 0x0f, 0, 1, b'u'])?;
        packets += 2;
    }
    Ok(packets)
}

/// A PUBLISH with packet identifier 9, the property section given, and one byte of payload.
fn publish(first: u8, topic: &[u8], properties: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap_or(0).to_be_bytes().to_vec();
    body.extend_from_slice(topic);
    body.extend_from_slice(&[0, 9]);
    body.extend_from_slice(properties);
    body.push(1);
    let mut packet = vec![first, u8::try_from(body.len()).unwrap_or(0x7f)];
    packet.extend(body);
    packet
}

fn block_record(node: NodeId, sequence: u32, body: &[u8]) -> Vec<u8> {
    record::encode(&Header { kind: Kind::Block, ..header(node, 1, sequence) }, body)
}

/// A block of some hundred bytes whose compressed part holds the megabyte it states, all of it one letter.
fn bomb(node: NodeId, sequence: u32) -> Vec<u8> {
    let mut body = vec![block::VERSION, 1];
    wire::put_length(&mut body, block::PLAIN_BYTES_MAX);
    body.extend(zstd::bulk::compress(&vec![0x7f; block::PLAIN_BYTES_MAX], 19).unwrap_or_default());
    block_record(node, sequence, &body)
}

/// The block with the most cells there may be, a step of a day, and the largest values.
fn widest_block() -> anyhow::Result<Vec<u8>> {
    use holdfast_protocol::field::FieldId;
    use holdfast_protocol::frame::Column;
    let columns = (0..277_u16).map(|number| {
        let values = (0..360_i64).map(|row| Some(if row % 2 == 0 { i64::MAX } else { i64::MIN }));
        (Column::node(FieldId(number)), values.collect())
    });
    let widest = block::Block {
        step_ms: block::STEP_MS_MAX,
        first_at: BootMs(0),
        frames: 360,
        columns: columns.collect(),
    };
    Ok(block::encode(&widest)?)
}

#[test]
fn what_is_heard_at_the_end_is_told_apart() -> anyhow::Result<()> {
    // The client of this suite must be able to say that a connection was NOT ended, else nothing above could fail.
    let scene = Scene::new("hostile-control")?;
    let mut client = scene.open()?;
    client.send(&[0xc0, 0])?;
    let heard = client.hear()?;
    anyhow::ensure!(
        matches!(&heard, Heard::Packet(packet) if packet.kind == 13),
        "instead of PINGRESP: {heard:?}"
    );
    Ok(())
}
