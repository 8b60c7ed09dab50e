//! One controller, signed in, and nodes on demand: what most suites begin with.
//!
//! Enters: a name. Leaves: a running controller in a folder of its own.

use std::time::Duration;

use anyhow::Context as _;
use holdfast_tests::controller::{Controller, Ports};
use holdfast_tests::folder::Folder;
use holdfast_tests::http::Client;
use holdfast_tests::node::Node;
use holdfast_tests::process::Process;
use holdfast_tests::programs::Programs;
use holdfast_tests::wait::wait_until;
use serde_json::Value;

/// How long anything that should happen at once may take on a loaded machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// The stage. Fields drop in this order: programs end before their folder goes.
pub(crate) struct Stage {
    pub(crate) process: Option<Process>,
    pub(crate) controller: Controller,
    pub(crate) ports: Ports,
    pub(crate) client: Client,
    pub(crate) programs: Programs,
    pub(crate) folder: Folder,
}

impl Stage {
    /// Makes and starts it, beside other suites.
    pub(crate) fn new(name: &str) -> anyhow::Result<Self> {
        Self::in_folder(Folder::new(name)?)
    }

    /// Makes and starts it when no other suite runs: for what looks at the machine or at every single frame.
    pub(crate) fn alone(name: &str) -> anyhow::Result<Self> {
        Self::in_folder(Folder::alone(name)?)
    }

    fn in_folder(folder: Folder) -> anyhow::Result<Self> {
        let programs = Programs::find()?;
        let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
        let (process, ports) = controller.start()?;
        let client = controller.sign_in(ports)?;
        Ok(Self { process: Some(process), controller, ports, client, programs, folder })
    }

    /// An enrolled node.
    pub(crate) fn node(&self, name: &str) -> anyhow::Result<Node> {
        let node = Node::new(&self.programs, &self.folder.path().join(name))?;
        node.enrol(&self.client, name, "UA-32")?;
        Ok(node)
    }

    /// A node as the API shows it.
    pub(crate) fn shown(&self, node: &Node) -> anyhow::Result<Value> {
        self.client.get(&format!("/api/v1/nodes/{}", node.identity()?.node))
    }

    /// Waits until the API shows a node in a state.
    pub(crate) fn wait_for_state(
        &self,
        node: &Node,
        what: &str,
        bound: Duration,
        is: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        wait_until(what, bound, || {
            let page = self.shown(node).map_err(|error| format!("{error:#}"))?;
            let state = page.pointer("/row/state").cloned().unwrap_or_default();
            if is(&state) { Ok(state) } else { Err(state.to_string()) }
        })
    }

    /// Stops the controller in good order.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.process.take().context("a running controller")?.stop()
    }

    /// Starts the controller again, on the same ports.
    pub(crate) fn start(&mut self) -> anyhow::Result<()> {
        self.process = Some(self.controller.start()?.0);
        Ok(())
    }
}

/// The word of a state.
pub(crate) fn word(state: &Value) -> &str {
    state.get("word").and_then(Value::as_str).unwrap_or_default()
}
