//! The controller is away for an hour of frames: at ten frames a second the 360 of an hour take 36 s. On its return the
//! gap is filled, and the chart has no hole and no double.

use std::time::Duration;

use holdfast_tests::history;
use holdfast_tests::node::Pace;
use holdfast_tests::wait::wait_until;
use serde_json::Value;

use crate::stage::{SOON, Stage, word};

/// 360 frames at 100 ms.
const AWAY: Duration = Duration::from_secs(36);

#[test]
fn an_hour_without_the_controller_leaves_no_hole_and_no_double() -> anyhow::Result<()> {
    let mut stage = Stage::alone("gap")?;
    let node = stage.node("gap")?;
    let agent = node.start(Pace::FAST)?;
    stage.wait_for_state(&node, "a first report", SOON, |state| {
        word(state) == "ok" || word(state) == "degraded"
    })?;
    std::thread::sleep(Duration::from_secs(3));
    let id = node.identity()?.node;
    let from = now_ms(&stage)?;

    stage.stop()?;
    std::thread::sleep(AWAY);
    stage.start()?;
    wait_until("an empty spool", Duration::from_secs(60), || {
        let waiting = node.spool().map_err(|error| format!("{error:#}"))?.waiting_records;
        if waiting < 3 { Ok(()) } else { Err(format!("{waiting} waiting")) }
    })?;
    std::thread::sleep(Duration::from_secs(3));
    let to = now_ms(&stage)? - 2_000;

    let path =
        format!("/api/v1/nodes/{id}/history?field=host_memory_used_bytes&from={from}&to={to}&points=40");
    let series = stage.client.get(&path)?;
    let points = series.get("points").and_then(Value::as_array).cloned().unwrap_or_default();
    let bucket = series.get("bucket_ms").and_then(Value::as_i64).unwrap_or_default();
    let at = |point: &Value| point.get("at").and_then(Value::as_i64).unwrap_or_default();
    anyhow::ensure!(
        points.len() >= 20,
        "a chart of {} points over {} s: {series}",
        points.len(),
        (to - from) / 1_000
    );
    for pair in points.windows(2) {
        if let [before, after] = pair {
            anyhow::ensure!(
                at(after) - at(before) == bucket,
                "a hole or a double at {}: {before} {after}",
                at(before)
            );
        }
    }
    // The first and last bucket are cut by the range; a frame at a bucket's edge may fall to its neighbour.
    for point in points.iter().skip(1).take(points.len().saturating_sub(2)) {
        let present = point.get("present").and_then(Value::as_f64).unwrap_or_default();
        anyhow::ensure!((0.85..=1.0).contains(&present), "a bucket with {present} of its samples: {point}");
    }

    agent.stop()?;
    let data = stage.controller.data();
    let doubles = history::rows(
        &data,
        "SELECT boot, at_boot_ms FROM records WHERE kind = 1 GROUP BY 1, 2 HAVING COUNT(*) > 1",
    )?;
    anyhow::ensure!(doubles.is_empty(), "{doubles:?}");
    let spans = history::rows(&data, "SELECT MIN(key), MAX(key), COUNT(*) FROM records GROUP BY stream")?;
    for span in spans {
        let number =
            |index: usize| span.get(index).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        anyhow::ensure!(number(1) - number(0) + 1 == number(2), "sequences missing between {span:?}");
    }
    Ok(())
}

/// The controller's clock.
fn now_ms(stage: &Stage) -> anyhow::Result<i64> {
    let overview = stage.client.get("/api/v1/overview")?;
    overview.get("made_at").and_then(Value::as_i64).ok_or_else(|| anyhow::anyhow!("no made_at in {overview}"))
}
