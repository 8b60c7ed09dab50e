//! A node falls silent in three ways: frozen, killed, its cable cut. Each is late, then "No report, was OK", never
//! "Down"; and each comes back.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use holdfast_tests::node::Pace;
use holdfast_tests::proxy::{Link, Proxy, State};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::stage::{SOON, Stage, word};

/// Promise and grace (60 s) at the fast pace, and room for a loaded machine.
const NO_REPORT: Duration = Duration::from_secs(120);

#[test]
fn a_silent_node_is_late_then_no_report_and_never_down_and_comes_back() -> anyhow::Result<()> {
    let stage = Stage::new("silence")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let [frozen, killed, cut] = [stage.node("frozen")?, stage.node("killed")?, stage.node("cut")?];
    let target = SocketAddr::from((Ipv4Addr::LOCALHOST, stage.ports.mqtt));
    let proxy = runtime.block_on(Proxy::start(0, target, Link::CLEAR, 1))?;
    cut.route_through(proxy.port)?;
    let frozen_agent = frozen.start(Pace::FAST)?;
    let killed_agent = killed.start(Pace::FAST)?;
    let cut_agent = cut.start(Pace::FAST)?;
    let nodes = [&frozen, &killed, &cut];
    for node in nodes {
        stage.wait_for_state(node, "a first report", SOON, |state| {
            word(state) == "ok" || word(state) == "degraded"
        })?;
    }
    let before: Vec<String> =
        nodes.iter().map(|node| Ok(word(&state(&stage, node)?).to_owned())).collect::<anyhow::Result<_>>()?;

    frozen_agent.signal(Signal::SIGSTOP)?;
    killed_agent.kill_9()?;
    proxy.set_state(State::Cut);

    let (mut late, mut silent) = ([false; 3], [false; 3]);
    let begin = Instant::now();
    while !silent.iter().all(|seen| *seen) {
        anyhow::ensure!(
            begin.elapsed() < NO_REPORT,
            "late {late:?}, no report {silent:?} after {NO_REPORT:?}"
        );
        for (index, node) in nodes.iter().enumerate() {
            let state = state(&stage, node)?;
            anyhow::ensure!(word(&state) != "down", "silence was taken for a verdict: {state}");
            let (late, silent, before) = (late.get_mut(index), silent.get_mut(index), before.get(index));
            if let (Some(late), Some(silent), Some(before)) = (late, silent, before) {
                *late |= state.get("late").and_then(Value::as_bool) == Some(true) && word(&state) == before;
                if word(&state) == "no_report" {
                    anyhow::ensure!(*late, "\"No report\" without being late first: {state}");
                    anyhow::ensure!(state.get("was").and_then(Value::as_str) == Some(before), "{state}");
                    *silent = true;
                }
            }
        }
        std::thread::sleep(Duration::from_millis(200));
    }

    frozen_agent.signal(Signal::SIGCONT)?;
    let killed_agent = killed.start(Pace::FAST)?;
    proxy.set_state(State::Up);
    for node in nodes {
        stage.wait_for_state(node, "a report after the silence", SOON, |state| {
            word(state) != "no_report" && state.get("late").and_then(Value::as_bool) == Some(false)
        })?;
    }
    for agent in [frozen_agent, killed_agent, cut_agent] {
        agent.stop()?;
    }
    Ok(())
}

fn state(stage: &Stage, node: &holdfast_tests::node::Node) -> anyhow::Result<Value> {
    Ok(stage.shown(node)?.pointer("/row/state").cloned().unwrap_or_default())
}
