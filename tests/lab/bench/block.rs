//! Bytes a frame of the block beside what else could be sent.
//!
//! Enters: the recorded trace of `tests/data`, frames of this machine. Leaves: two tables. Every encoding gets the same
//! frames, rounded to the same resolutions. JSON and CBOR are taken twice: with names in each frame, as most agents send
//! them, and as bare arrays, which need a dictionary as the block does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use holdfast_agent::clock::Clock;
use holdfast_agent::probe;
use holdfast_protocol::block::{self, Block};
use holdfast_protocol::field::{self, FieldId};
use holdfast_protocol::frame::{Column, Frame};
use holdfast_protocol::time::BootMs;
use serde_json::{Number, Value};

/// Numbers of frames in a block that are compared.
const SIZES: [usize; 3] = [6, 30, 90];
/// First number of the trace's fields, which are not all in the dictionary.
const TRACE_FIRST: u16 = 20_000;
/// zstd level of the peer; the block's own is 9.
const PEER_LEVEL: i32 = 9;

/// Frames with the names and resolutions that turn them back into numbers.
struct Recording {
    frames: Vec<Frame>,
    step_ms: u64,
    names: BTreeMap<Column, (String, f64)>,
}

/// Prints both tables.
///
/// # Errors
/// When the trace cannot be read.
pub(crate) fn run(live: u16) -> anyhow::Result<()> {
    let trace = trace()?;
    println!("Trace: {} frames of {} columns.\n", trace.frames.len(), trace.names.len());
    table(&trace)?;
    if live > 0 {
        let here = record(live)?;
        println!("\nThis machine: {} frames of {} columns.\n", here.frames.len(), here.names.len());
        table(&here)?;
    }
    Ok(())
}

fn table(recording: &Recording) -> anyhow::Result<()> {
    println!("| bytes a frame | {} |", SIZES.map(|size| format!("{size} frames")).join(" | "));
    println!("|---|{}", "---:|".repeat(SIZES.len()));
    type Encode = fn(&Recording, &[Frame]) -> anyhow::Result<Vec<u8>>;
    let encodings: [(&str, Encode); 7] = [
        ("**block**", as_block),
        ("JSON, names", |r, f| Ok(serde_json::to_vec(&named(r, f))?)),
        ("JSON, names, zstd", |r, f| {
            Ok(zstd::bulk::compress(&serde_json::to_vec(&named(r, f))?, PEER_LEVEL)?)
        }),
        ("JSON, arrays", |r, f| Ok(serde_json::to_vec(&bare(r, f))?)),
        ("JSON, arrays, zstd", |r, f| {
            Ok(zstd::bulk::compress(&serde_json::to_vec(&bare(r, f))?, PEER_LEVEL)?)
        }),
        ("CBOR, names", |r, f| cbor(&named(r, f))),
        ("CBOR, arrays", |r, f| cbor(&bare(r, f))),
    ];
    for (name, encode) in encodings {
        let mut row = format!("| {name} |");
        for size in SIZES {
            let mut bytes = 0;
            let mut frames = 0;
            for group in recording.frames.chunks_exact(size) {
                bytes += encode(recording, group)?.len();
                frames += group.len();
            }
            row.push_str(&if frames == 0 {
                " – |".to_owned()
            } else {
                format!(" {} |", tenths(bytes, frames))
            });
        }
        println!("{row}");
    }
    Ok(())
}

fn tenths(bytes: usize, frames: usize) -> String {
    let tenths = (bytes * 10 + frames / 2) / frames;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn as_block(recording: &Recording, frames: &[Frame]) -> anyhow::Result<Vec<u8>> {
    let bytes = block::encode(&Block::from_frames(frames, recording.step_ms)?)?;
    let first = frames.first().context("a group is never empty")?;
    anyhow::ensure!(
        block::decode(&bytes, first.at)?.frames == frames.len(),
        "a block that does not come back"
    );
    Ok(bytes)
}

fn number(recording: &Recording, column: &Column, steps: i64) -> Value {
    let resolution = recording.names.get(column).map_or(1.0, |(_, resolution)| *resolution);
    let whole = resolution.fract() == 0.0;
    let exact = format!("{resolution}").parse::<i64>().ok().filter(|_| whole);
    match exact {
        Some(resolution) => Value::Number((steps * resolution).into()),
        None => {
            // Digits as a person would write them: 12.3, not 12.300000000000001.
            let places = usize::from(resolution < 0.1) + 1;
            let text = format!("{:.places$}", field_value(steps, resolution));
            text.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
    }
}

fn field_value(steps: i64, resolution: f64) -> f64 {
    let template = field::FIELDS.first().copied();
    template.map_or(0.0, |row| field::Field { resolution, ..row }.value(steps))
}

fn named(recording: &Recording, frames: &[Frame]) -> Value {
    let frame = |frame: &Frame| {
        let pairs = frame.readings.iter().map(|(column, steps)| {
            let name = recording.names.get(column).map_or_else(String::new, |(name, _)| name.clone());
            (name, number(recording, column, *steps))
        });
        Value::Object(pairs.collect())
    };
    Value::Array(frames.iter().map(frame).collect())
}

fn bare(recording: &Recording, frames: &[Frame]) -> Value {
    let frame = |frame: &Frame| {
        let values = recording.names.keys().map(|column| {
            frame.readings.get(column).map_or(Value::Null, |steps| number(recording, column, *steps))
        });
        Value::Array(values.collect())
    };
    Value::Array(frames.iter().map(frame).collect())
}

fn cbor(value: &Value) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out)?;
    Ok(out)
}

/// The recorded trace: its first line is the dictionary, every other line a frame each 10 s.
fn trace() -> anyhow::Result<Recording> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/trace-a.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(&path).output().context("running gzip")?;
    anyhow::ensure!(output.status.success(), "gzip could not read {}", path.display());
    let text = String::from_utf8(output.stdout)?;
    let mut lines = text.lines();
    let dictionary: Vec<(String, String, f64, String, String)> =
        serde_json::from_str(lines.next().context("a trace without a dictionary")?)?;
    let columns: Vec<(Column, f64)> = (TRACE_FIRST..)
        .zip(&dictionary)
        .map(|(id, (_, _, resolution, ..))| (Column::node(FieldId(id)), *resolution))
        .collect();
    let names = columns
        .iter()
        .zip(&dictionary)
        .map(|((column, resolution), row)| (column.clone(), (row.0.clone(), *resolution)));
    let mut frames = Vec::new();
    for (line, index) in lines.zip(0_u64..) {
        let values: Vec<Option<f64>> = serde_json::from_str(line)?;
        let mut frame = Frame::new(BootMs(index * 10_000));
        for ((column, resolution), value) in columns.iter().zip(values) {
            let template = field::FIELDS.first().copied().context("an empty dictionary")?;
            let row = field::Field { resolution: *resolution, max: f64::MAX, ..template };
            let steps = value.and_then(|value| {
                if value < 0.0 { row.quantise(-value).map(|v| -v) } else { row.quantise(value) }
            });
            if let Some(steps) = steps {
                frame.readings.insert(column.clone(), steps);
            }
        }
        frames.push(frame);
    }
    Ok(Recording { frames, step_ms: 10_000, names: names.collect() })
}

/// Frames of this machine by the agent's own probes, one a second.
fn record(frames: u16) -> anyhow::Result<Recording> {
    let clock = Clock;
    let mut probes = probe::machine();
    let mut recorded = Vec::new();
    for _ in 0..frames {
        let now = clock.boot();
        let mut frame = Frame::new(now);
        for probe in &mut probes {
            probe.read(now, &mut frame).with_context(|| format!("probe {}", probe.name()))?;
        }
        recorded.push(frame);
        std::thread::sleep(Duration::from_secs(1));
    }
    let mut names = BTreeMap::new();
    for column in recorded.iter().flat_map(|frame| frame.readings.keys()) {
        if let Some(row) = field::by_id(column.field) {
            let name = if column.instance.is_empty() {
                row.name.to_owned()
            } else {
                format!("{}:{}", row.name, column.instance)
            };
            names.insert(column.clone(), (name, row.resolution));
        }
    }
    Ok(Recording { frames: recorded, step_ms: 1_000, names })
}
