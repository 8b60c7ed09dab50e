//! Golden bytes: what this program writes today must be what every released program wrote and will read.
//!
//! A file of `protocol/vectors/v1` holds lines `name = hex`. Each is encoded from a value here, compared, and decoded
//! back. Once released a line is never edited; a new form gets a new line or a new folder. To add lines, run
//! `HOLDFAST_WRITE_VECTORS=1 cargo test -p holdfast-protocol --test formats` and read the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use holdfast_protocol::ack::{Ack, SequenceRange};
use holdfast_protocol::block::{self, Block};
use holdfast_protocol::event::{Event, OutageCause};
use holdfast_protocol::field;
use holdfast_protocol::frame::{Column, Frame};
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::lost::{Lost, Reason};
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::statement::{Claim, Head, Opening, Seen, Source, Statement};
use holdfast_protocol::status::Status;
use holdfast_protocol::ticket::{Approval, SignedTicket, Ticket};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use holdfast_protocol::wire;

const NODE: NodeId = NodeId::from_bytes([0x39, 0xc5, 0x44, 0xdf, 0xad]);

#[test]
fn acks() {
    let range = |first, last| SequenceRange { first: Sequence(first), last: Sequence(last) };
    let acks = [
        ("nothing_yet", Ack { epoch: Epoch(1), below: Sequence(1), ranges: vec![] }),
        ("all_below", Ack { epoch: Epoch(0xdead_beef), below: Sequence(4_711), ranges: vec![] }),
        (
            "with_ranges",
            Ack { epoch: Epoch(7), below: Sequence(10), ranges: vec![range(12, 12), range(20, 99)] },
        ),
    ];
    golden("ack", &acks.clone().map(|(name, ack)| (name, ack.encode())));
    for (_, ack) in acks {
        assert_eq!(Ack::decode(&ack.encode()), Ok(ack));
    }
}

#[test]
fn losses() {
    let losses = [
        ("full", Lost { first: Sequence(3), last: Sequence(900), records: 898, reason: Reason::Full }),
        ("torn", Lost { first: Sequence(64), last: Sequence(127), records: 0, reason: Reason::Torn }),
        ("damaged", Lost { first: Sequence(5), last: Sequence(5), records: 1, reason: Reason::Damaged }),
        ("freed", Lost { first: Sequence(1), last: Sequence(2), records: 2, reason: Reason::Freed }),
        ("refused", Lost { first: Sequence(9), last: Sequence(9), records: 1, reason: Reason::Refused }),
    ];
    golden("lost", &losses.map(|(name, lost)| (name, lost.encode())));
    for (_, lost) in losses {
        assert_eq!(Lost::decode(&lost.encode()), Ok(lost));
    }
}

#[test]
fn events() {
    let events = [
        ("outage", Event::Outage { cause: OutageCause::NoRoute, began: BootMs(5_000), attempts: 3 }),
        ("first_start", Event::Started { before: None, machine: true }),
        ("agent_restart", Event::Started { before: Some(BootCounter(40)), machine: false }),
        ("probe_failing", Event::ProbeFailing { probe: "disk".into(), why: "no answer in 2 s".into() }),
        ("probe_recovered", Event::ProbeRecovered { probe: "disk".into() }),
        ("clock_stepped", Event::ClockStepped { by_ms: -86_400_000 }),
        ("stopping", Event::Stopping),
    ];
    golden("event", &events.clone().map(|(name, event)| (name, event.encode())));
    for (_, event) in events {
        assert_eq!(Event::decode(&event.encode()), Ok(event));
    }
}

#[test]
fn statements() {
    let claim = |source, part: &str, seen, detail: &str| Claim {
        source,
        part: part.into(),
        seen,
        detail: detail.into(),
    };
    let claims = [
        claim(Source::System, "", Seen::Serial("SN-0042".into()), "Field server 2"),
        claim(Source::SystemUuid, "", Seen::NotReadable, ""),
        claim(Source::Board, "", Seen::NoSerial, ""),
        claim(Source::Disk, "nvme0n1", Seen::Serial("S4EVNX0R123456".into()), "Model 980"),
        claim(Source::Interface, "eth0", Seen::Serial("52:54:00:12:34:56".into()), "igc"),
    ];
    let head = Head {
        node: NODE,
        boot: BootCounter(41),
        at: BootMs(11_400_000),
        clock: ClockTrust::Synchronised { wall: WallMs(1_795_514_531_000), error_ms: 12 },
        agent: "0.1.0 (0123456)".into(),
        digests: vec![[7; 32]; claims.len()],
    };
    let openings = claims.map(|claim| Opening { salt: [3; 16], claim }).to_vec();
    let full = Statement { head, signature: [0x5a; 64], openings };
    let empty = Statement {
        head: Head { clock: ClockTrust::Unsynchronised, digests: vec![], ..full.head.clone() },
        openings: vec![],
        ..full.clone()
    };
    let statements = [("five_claims", full), ("nothing_seen_without_clock", empty)];
    golden("statement", &statements.clone().map(|(name, statement)| (name, statement.encode())));
    for (_, statement) in statements {
        assert_eq!(Statement::decode(&statement.encode()), Ok(statement));
    }
}

#[test]
fn statuses() {
    let birth = Status::Birth { boot: BootCounter(41), epoch: Epoch(7), version: "0.1.0 (0123456)".into() };
    let statuses = [
        ("birth", birth),
        ("silence", Status::Silence { for_s: 3_600 }),
        ("stopping", Status::Stopping { boot: BootCounter(41) }),
        ("gone", Status::Gone { boot: BootCounter(41) }),
    ];
    golden("status", &statuses.clone().map(|(name, status)| (name, status.encode())));
    for (_, status) in statuses {
        assert_eq!(Status::decode(&status.encode()), Ok(status));
    }
}

#[test]
fn records() {
    let header = Header {
        kind: Kind::Block,
        node: NODE,
        epoch: Epoch(0xdead_beef),
        first: Sequence(7),
        last: Sequence(7),
        boot: BootCounter(41),
        at: BootMs(11_400_000),
        clock: ClockTrust::Synchronised { wall: WallMs(1_795_514_531_000), error_ms: 12 },
        dictionary: 1,
        configuration: 0,
        report_within_s: 90,
    };
    let unsynchronised = Header { clock: ClockTrust::Unsynchronised, kind: Kind::Event, ..header };
    let thinned = Header { first: Sequence(1), last: Sequence(60), ..header };
    let later_kind = Header { kind: Kind::Other(77), ..header };
    let records = [
        ("block", header),
        ("event_without_clock", unsynchronised),
        ("stands_for_sixty", thinned),
        ("a_later_kind", later_kind),
    ];
    golden("record", &records.map(|(name, header)| (name, record::encode(&header, b"body"))));
    for (_, header) in records {
        let decoded = record::decode(&record::encode(&header, b"body")).expect("just encoded");
        assert_eq!((decoded.header, decoded.body.as_slice()), (header, b"body".as_slice()));
    }
}

/// zstd's output may change between its releases, so a compressed block is golden for readers only: it must decode to
/// the same frames for ever. What this program writes is compared in the stored form.
#[test]
fn blocks() {
    let mut frames = Vec::new();
    for (index, busy) in (0_u32..).zip([123, 130, 119, 121, 900, 40]) {
        let mut frame = Frame::new(BootMs(11_400_000 + u64::from(index) * 10_000));
        let step = i64::from(index);
        frame.readings.insert(Column::node(field::HOST_CPU_BUSY), busy);
        frame.readings.insert(Column::node(field::HOST_UPTIME), 11_400 + 10 * step);
        frame.readings.insert(Column::of(field::DISK_USED, "/"), 39_000);
        if index != 2 {
            frame
                .readings
                .insert(Column::of(field::NET_RECEIVE_BYTES, "eth0"), 1_000_000 + 777 * step * step);
        }
        frames.push(frame);
    }
    let block = Block::from_frames(&frames, 10_000).expect("six frames");
    let stored = block::encode(&block).expect("small");
    assert_eq!(stored.get(..2), Some([1, 0].as_slice()), "so small a block is stored");
    let file = golden("block", &[("six_frames_stored", stored)]);
    for (name, bytes) in file {
        assert_eq!(block::decode(&bytes, block.first_at).as_ref(), Ok(&block), "{name}");
    }
}

#[test]
fn tickets() {
    let ticket = Ticket {
        id: [1, 2, 3, 4, 5, 6, 7, 8],
        secret: [9; 16],
        serial: "SN-0042".into(),
        root_sha256: [7; 32],
        urls: vec!["https://controller.example:8443".into(), "https://192.0.2.7:8443".into()],
        issued_s: 1_795_514_531,
        expires_s: 1_795_600_931,
        approval: Approval::Needed,
    };
    let signed = SignedTicket { ticket, signature: [0x5a; 64] };
    golden("ticket", &[("two_urls", signed.text().into_bytes())]);
    assert_eq!(SignedTicket::parse(&signed.text()), Ok(signed));
}

#[test]
fn varints() {
    let numbers =
        [("zero", 0), ("largest_of_one_byte", 127), ("smallest_of_two", 128), ("largest", u64::MAX)];
    golden(
        "varint",
        &numbers.map(|(name, number)| {
            let mut out = Vec::new();
            wire::put_varint(&mut out, number);
            (name, out)
        }),
    );
}

/// Compares with the file, and answers all lines of it.
fn golden(file: &str, now: &[(&str, Vec<u8>)]) -> BTreeMap<String, Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/v1").join(format!("{file}.txt"));
    let mut lines = read(&std::fs::read_to_string(&path).unwrap_or_default());
    if std::env::var_os("HOLDFAST_WRITE_VECTORS").is_some() {
        for (name, bytes) in now {
            lines.entry((*name).to_owned()).or_insert_with(|| bytes.clone());
        }
        let text = lines.iter().fold(String::new(), |mut text, (name, bytes)| {
            writeln!(text, "{name} = {}", hex(bytes)).expect("writing to a string");
            text
        });
        std::fs::write(&path, text).expect("writing vectors");
    }
    for (name, bytes) in now {
        let golden = lines.get(*name).expect("a line for each value; write it with HOLDFAST_WRITE_VECTORS=1");
        assert_eq!(hex(bytes), hex(golden), "{file}.txt, line {name}: released bytes have changed");
    }
    lines
}

fn read(text: &str) -> BTreeMap<String, Vec<u8>> {
    text.lines()
        .map(|line| {
            let (name, digits) = line.split_once(" = ").expect("name = hex");
            let bytes = digits.as_bytes().chunks(2).map(|two| {
                u8::from_str_radix(std::str::from_utf8(two).expect("ASCII"), 16).expect("hexadecimal")
            });
            (name.to_owned(), bytes.collect())
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}
