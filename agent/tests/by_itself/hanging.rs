//! A source that never answers, in an agent that runs within the test.
//!
//! Enters: probes, as `supervise::run` takes them. Leaves: proof that the rest of the agent goes on.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use holdfast_agent::probe::source::Root;
use holdfast_agent::probe::{self, Place, Plan, Probe, ProbeError};
use holdfast_agent::{config, supervise};
use holdfast_protocol::event::Event;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use serde_json::Value;

use crate::node::{BOUND, Node, events};

/// Like statvfs of a file system whose server is gone.
struct Hanging {
    never: Receiver<()>,
}

impl Probe for Hanging {
    fn name(&self) -> &'static str {
        "hanging"
    }

    fn plan(&self) -> Plan {
        Plan { every: Duration::ZERO, time_out: Duration::from_millis(200), place: Place::Thread }
    }

    fn read(&mut self, _now: BootMs, _frame: &mut Frame) -> Result<(), ProbeError> {
        let _never = self.never.recv();
        Ok(())
    }
}

fn failing(status: &Value) -> bool {
    let probes = status.pointer("/probes").and_then(Value::as_array);
    let is_told = |probe: &Value| {
        probe.get("name").is_some_and(|name| name == "hanging")
            && probe.get("failing").is_some_and(|failing| failing == true)
    };
    probes.is_some_and(|probes| probes.iter().any(is_told))
}

#[test]
fn a_probe_that_never_answers_is_told_and_everything_else_goes_on() {
    let node = Node::enrolled("hanging");
    let settings = config::load(None, Some(&node.folder)).expect("valid");
    let (_keeps_it_hanging, never) = channel();
    let mut probes = probe::machine();
    probes.push(Box::new(Hanging { never }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let seen = runtime.block_on(async {
        // The future is dropped then: frames since the last report are lost, and nothing else.
        let looking = tokio::task::spawn_blocking({
            let folder = node.folder.clone();
            move || {
                let node = std::mem::ManuallyDrop::new(Node { folder });
                let told = node.wait_for("tells the probe", failing);
                let reported = crate::node::waiting(&told);
                node.wait_for("reports all the same", |later| crate::node::waiting(later) >= reported + 3)
            }
        });
        tokio::select! {
            ended = supervise::run(settings, probes, Root::machine()) => panic!("it ended: {ended:?}"),
            seen = tokio::time::timeout(BOUND * 3, looking) => seen.expect("in time").expect("looked"),
        }
    });
    let (_, records) = node.records();
    let told = events(&records)
        .into_iter()
        .filter(|event| matches!(event, Event::ProbeFailing { probe, .. } if probe == "hanging"));
    assert_eq!(told.count(), 1, "{seen}");
}
