//! The seeds: read from `tests/fuzz/seeds`, and, when asked, written there anew from golden vectors and good samples.
//!
//! Enters: the folder. Leaves: bytes. `HOLDFAST_WRITE_SEEDS=1 cargo test -p holdfast-tests --test fuzz` writes what
//! [`samples`] makes; it never removes a file, so inputs that once broke something stay.

use std::path::{Path, PathBuf};

use holdfast_agent::link::codec;
use holdfast_controller::config::Settings;
use holdfast_protocol::ids::{BootCounter, Epoch};
use holdfast_protocol::record;
use holdfast_protocol::status::Status;
use holdfast_protocol::topic::{Up, down_filter};

use crate::targets::{NODE, record_header};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds")
}

/// The targets that have seeds.
pub(crate) fn folders() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("tests/fuzz/seeds");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// The seeds of a target, in order of name.
pub(crate) fn read(target: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder().join(target)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a seed")).collect()
}

#[test]
fn seeds_are_written_when_asked() {
    if std::env::var_os("HOLDFAST_WRITE_SEEDS").is_none() {
        return;
    }
    for (target, name, bytes) in samples() {
        let folder = folder().join(target);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("a seed");
    }
}

type Sample = (&'static str, String, Vec<u8>);

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (target, file) in [
        ("ack", "ack"),
        ("block", "block"),
        ("event", "event"),
        ("lost", "lost"),
        ("record", "record"),
        ("statement", "statement"),
        ("status", "status"),
        ("ticket", "ticket"),
        ("judge", "record"),
    ] {
        samples.extend(golden(file).into_iter().map(|(name, bytes)| (target, name, bytes)));
    }
    for (name, bytes) in golden("varint") {
        samples.push(("wire", name, [vec![0], bytes].concat()));
    }
    for (kind, file) in [(1, "block"), (2, "event"), (3, "statement"), (5, "lost")] {
        for (name, bytes) in golden(file) {
            samples.push(("judge", format!("body_{name}"), [vec![kind], bytes].concat()));
        }
    }
    samples.extend(sessions());
    samples.extend(texts());
    samples.push(("import", "workbook".into(), workbook()));
    samples.push((
        "segment",
        "three_entries".into(),
        b"\x20\0\x01\0\x01\0\0\0\x20\0\x01\x05\x02\x01\0\0\x20\0\x01\0\x05\0\xc8\x01".into(),
    ));
    let script: [[u8; 8]; 4] = [
        [2, 0, 0, 0, 0, 0, 1, 0],
        [1, 0, 2, 2, 0, 0, 1, 1],
        [5, 0, 3, 3, 1, 1, 1, 4],
        [3, 1, 43, 0, 0, 0, 0x82, 2],
    ];
    samples.push(("planner", "four_arrivals".into(), script.concat()));
    samples.push(("state", "one_range".into(), [1_u32.to_le_bytes(), 9_u32.to_le_bytes()].concat()));
    samples
}

/// A list as a workbook.
fn workbook() -> Vec<u8> {
    use holdfast_controller::export::{Cell, Column, Format, Table};
    let text = |text: &str| Cell::Text(text.to_owned());
    let rows = vec![
        vec![text("Cable"), text("SN-1"), Cell::Count(2)],
        vec![text("Terminal"), Cell::Empty, Cell::Empty],
    ];
    let columns = ["Model", "S/N", "Qty"].map(Column::plain).to_vec();
    let made_at = holdfast_protocol::time::WallMs(0);
    let table = Table { title: "list".to_owned(), made_at, notes: Vec::new(), columns, rows };
    table.write(Format::Xlsx).expect("a workbook")
}

/// What an agent and a door really say.
fn sessions() -> Vec<Sample> {
    let birth = Status::Birth { boot: BootCounter(1), epoch: Epoch(2), version: "0.1.0".into() };
    let gone = Status::Gone { boot: BootCounter(1) };
    let opening = codec::opening(NODE, &birth, &gone);
    let payload = record::encode(&record_header(), b"body");
    let publish = codec::record(&Up::Record.of(NODE), payload.clone(), 3, false);
    let foreign = codec::record("u/zzzzzzzz/r", payload, 4, false);
    let filter = down_filter(NODE);
    let mut unsubscribe = vec![0xa2, 0, 0, 9, 0, 0, u8::try_from(filter.len()).expect("short")];
    unsubscribe.extend(filter.bytes());
    if let Some(length) = unsubscribe.get(2..).map(<[u8]>::len)
        && let Some(byte) = unsubscribe.get_mut(1)
    {
        *byte = u8::try_from(length).expect("short");
    }
    let door: [(&str, Vec<u8>); 7] = [
        ("opening", opening.clone()),
        ("opening_and_record", [opening, publish.clone()].concat()),
        ("record", publish),
        ("foreign_topic", foreign),
        ("ping", codec::ping()),
        ("goodbye", codec::goodbye(4)),
        ("unsubscribe", unsubscribe),
    ];
    let connack = vec![0x20, 11, 0, 0, 8, 0x21, 0, 64, 0x27, 0, 4, 0, 0];
    let ack_publish = [
        vec![0x30, 27, 0, 12],
        b"d/04106107/a".to_vec(),
        vec![5, 2, 0, 0, 0, 120],
        vec![1, 2, 0, 0, 0, 2, 0],
    ]
    .concat();
    let link: [(&str, Vec<u8>); 6] = [
        ("connack", connack),
        ("suback", vec![0x90, 4, 0, 1, 0, 1]),
        ("puback", vec![0x40, 3, 0, 3, 0x99]),
        ("goodbye_in_three_bytes", vec![0xe0, 1, 0x8e]),
        ("pong", vec![0xd0, 0]),
        ("ack", ack_publish),
    ];
    let named = |target, (name, bytes): (&str, Vec<u8>)| (target, name.to_owned(), bytes);
    door.into_iter()
        .map(|seed| named("door", seed))
        .chain(link.into_iter().map(|seed| named("link", seed)))
        .collect()
}

fn texts() -> Vec<Sample> {
    let agent = "[sample]\nstep = \"10s\"\n[report]\ninterval = \"1m\"\n[spool]\nlimit = \"256MiB\"\n[probes]\noff = [\"temperature\"]\n";
    let request = "{\"ticket\":\"HF1AB\",\"csr_pem\":\"-----BEGIN CERTIFICATE REQUEST-----\\nMIAB\\n-----END CERTIFICATE REQUEST-----\\n\",\
                   \"serials\":[{\"kind\":\"disk\",\"part\":\"sda\",\"serial\":\"1\"}],\"program\":\"0.1.0\"}";
    let waiting = "{\"state\":\"waiting\",\"code\":\"7K2M-9QXD\"}";
    let identity = "{\"version\":1,\"node\":\"04106107\",\"fleet\":\"0123456789abcdef\",\"mqtt\":[{\"host\":\"127.0.0.1\",\
                    \"port\":8883,\"server_name\":\"controller\"}],\"enrolled_s\":1795514531,\"code\":\"7K2M-9QXD\"}";
    let diskstats = "   8       0 sda 112 3 4016 31 12 5 136 10 0 40 41 0 0 0 0 0 0\n";
    let meminfo = "MemTotal:       24683520 kB\nMemFree:         1000 kB\nMemAvailable:   23424000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n";
    let stat =
        "cpu  10 20 30 40 50 60 70 80 0 0\ncpu0 10 20 30 40 50 60 70 80 0 0\nbtime 1795514531\nprocesses 9\n";
    let netdev = "Inter-|   Receive  |  Transmit\n face |bytes packets\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
    let list = "Gift House;;;;\r\n\r\n№;Модель;Kit No.;S/N;К-сть\r\n1;Terminal;KIT 0000 0001;sn-1;1\r\n2;Cable;;\"a\r\nb\";5 шт.\r\nРазом;;;;6\r\n";
    let account = "Nickname,Kit Number,Last active,Data used (GB)\na,KIT00000001,2026-11-20T10:00:00Z,12.5\n";
    let key = "{\"format\":\"holdfast verification key\",\"version\":1,\"fleet\":\"0123456789abcdef\",\"root_sha256\":\"00\",\"evidence_keys\":[]}";
    let file = "{\n  \"format\": \"holdfast evidence\",\n  \"version\": 1,\n  \"fleet\": \"0123456789abcdef\",\n  \"made_ms\": 1,\n  \"item\": \"04106107\",\n  \
                \"model\": \"m\",\n  \"week\": \"1970-W02\",\n  \"level\": \"E1\",\n  \"observations\": 0,\n  \"longest_gap_ms\": 604800000,\n  \"binding\": null,\n  \
                \"statements\": [],\n  \"certificates\": [],\n  \"ledger\": null,\n  \"key\": \"07\",";
    let all: [(&str, &str, String); 27] = [
        ("evidence", "key", key.into()),
        ("evidence", "on_paper", file.into()),
        ("statement", "week", "2026-W53".into()),
        ("agent_config", "usual", agent.into()),
        ("controller_config", "defaults", Settings::default().effective()),
        ("enrolment", "request", request.into()),
        ("enrolment", "waiting", waiting.into()),
        ("identity", "usual", identity.into()),
        ("ids", "node", "7K2M-9QXD".into()),
        ("identifier", "imei", "490154203237518".into()),
        ("identifier", "mac", "00:1A:2b:3c:4d:5e".into()),
        ("identifier", "kit", "KIT 0000 0001".into()),
        ("identifier", "uuid", "4C4C4544-0042-3510-8052-B4C04F4D3432".into()),
        (
            "identifier",
            "answer",
            r#"{"lines":[{"item":1,"said":{"answer":"not","difference":"short"}}]}"#.into(),
        ),
        ("identifier", "what", r#"{"what":"deployed","site":1,"node":null}"#.into()),
        ("import", "messy", list.into()),
        ("import", "account", account.into()),
        (
            "import",
            "form",
            "--x7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n--x7--\r\n".into(),
        ),
        ("import", "separator_line", "sep=|\nModel|S/N\nCable|\"x\"\"y\"\n".into()),
        ("ids", "address", "https://controller.example:8443".into()),
        ("ids", "address_v6", "https://[2001:db8::1]:8443".into()),
        ("topic", "up", Up::Record.of(NODE)),
        ("topic", "filter", down_filter(NODE)),
        ("proc_text", "diskstats", diskstats.into()),
        ("proc_text", "meminfo", meminfo.into()),
        ("proc_text", "stat", stat.into()),
        ("proc_text", "net_dev", netdev.into()),
    ];
    all.into_iter().map(|(target, name, text)| (target, name.to_owned(), text.into_bytes())).collect()
}

/// The lines of a file of golden vectors.
fn golden(file: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../protocol/vectors/v1/{file}.txt"));
    let text = std::fs::read_to_string(path).expect("golden vectors");
    let lines = text.lines().filter_map(|line| line.split_once(" = "));
    lines.map(|(name, hex)| (name.to_owned(), unhex(hex))).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).expect("hex"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}
