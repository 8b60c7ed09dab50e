//! A node in a folder of its own: enrolled by a real ticket, started as the shipped agent or as a simulated one.
//!
//! Enters: the programs, a folder, a signed-in client. Leaves: an identity folder, a running agent. Everything it writes
//! lies in the folder.

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use holdfast_protocol::identity::{NODE_FILE, NodeIdentity};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::controller::{write_private, write_whole};
use crate::http::Client;
use crate::process::Process;
use crate::programs::Programs;

/// A node's folder.
#[derive(Debug, Clone)]
pub struct Node {
    programs: Programs,
    folder: PathBuf,
}

/// How often a node samples and reports.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Milliseconds from one frame to the next.
    pub sample_ms: u64,
    /// Milliseconds from one report to the next.
    pub report_ms: u64,
}

impl Pace {
    /// The lab's: frames each 2 s, reports each 10 s.
    pub const LAB: Self = Self { sample_ms: 2_000, report_ms: 10_000 };
    /// The suites': everything each 100 ms.
    pub const FAST: Self = Self { sample_ms: 100, report_ms: 100 };
}

/// What the suites read of a spool's status.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SpoolStatus {
    /// The stream's epoch.
    pub epoch: u32,
    /// The number the next record gets.
    pub next_sequence: u32,
    /// Records that wait for an ack.
    pub waiting_records: u64,
}

impl Node {
    /// The node of `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new(programs: &Programs, folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { programs: programs.clone(), folder: folder.to_owned() })
    }

    /// Whether it has an identity.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        self.identity_folder().join(NODE_FILE).exists()
    }

    /// Makes a ticket for `site` and enrols by it, as a field engineer does.
    ///
    /// # Errors
    /// When the controller or `holdfast enrol` refuses.
    pub fn enrol(&self, client: &Client, site: &str, region: &str) -> anyhow::Result<()> {
        let answer =
            client.request("POST", "/api/v1/tickets", Some(&json!({"site": site, "region": region})))?;
        anyhow::ensure!(answer.status < 300, "ticket: {}", String::from_utf8_lossy(&answer.body));
        let ticket =
            answer.json()?.get("ticket").and_then(Value::as_str).map(str::to_owned).context("no ticket")?;
        let file = self.folder.join("ticket.txt");
        write_private(&file, ticket.as_bytes())?;
        let output = self
            .programs
            .command(&self.programs.holdfast)
            .args(["enrol", "--ticket-file"])
            .arg(&file)
            .arg("--identity")
            .arg(self.identity_folder())
            .arg("--no-input")
            .output()?;
        anyhow::ensure!(output.status.success(), "enrol: {}", String::from_utf8_lossy(&output.stderr));
        std::fs::remove_file(&file)?;
        Ok(())
    }

    /// Who it is.
    ///
    /// # Errors
    /// When it is not enrolled.
    pub fn identity(&self) -> anyhow::Result<NodeIdentity> {
        let text = std::fs::read_to_string(self.identity_folder().join(NODE_FILE)).context("not enrolled")?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Lets its link go through another port of this machine, such as a proxy's.
    ///
    /// # Errors
    /// When it is not enrolled.
    pub fn route_through(&self, port: u16) -> anyhow::Result<()> {
        let mut identity = self.identity()?;
        identity.mqtt.truncate(1);
        for endpoint in &mut identity.mqtt {
            "127.0.0.1".clone_into(&mut endpoint.host);
            endpoint.port = port;
        }
        write_whole(&self.identity_folder().join(NODE_FILE), &serde_json::to_vec_pretty(&identity)?, 0o644)
    }

    /// Starts the shipped agent.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, pace: Pace) -> anyhow::Result<Process> {
        let mut command = self.programs.command(&self.programs.agent);
        command.arg("run").args(self.arguments(pace)?);
        Process::start("holdfast-agent", &mut command, &self.folder.join("agent.log"))
    }

    /// Starts a simulated node.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_simulated(&self, pace: Pace, seed: u64, mood: &str) -> anyhow::Result<Process> {
        let mut command = self.programs.command(&self.programs.sim_node);
        command.args(self.arguments(pace)?);
        command.args(["--seed", &seed.to_string(), "--mood", mood]);
        Process::start("sim-node", &mut command, &self.folder.join("agent.log"))
    }

    /// Its identity folder.
    #[must_use]
    pub fn identity_folder(&self) -> PathBuf {
        self.folder.join("identity")
    }

    /// Its status socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join("agent.sock")
    }

    /// The agent's own word about itself, from its status socket.
    ///
    /// # Errors
    /// When the agent does not answer.
    pub fn status(&self) -> anyhow::Result<Value> {
        let mut stream = UnixStream::connect(self.socket()).context("connecting to the status socket")?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(serde_json::from_str(&text)?)
    }

    /// What the agent says of its spool.
    ///
    /// # Errors
    /// As [`Node::status`].
    pub fn spool(&self) -> anyhow::Result<SpoolStatus> {
        let spool = self.status()?.get("spool").cloned().context("a status without a spool")?;
        Ok(serde_json::from_value(spool)?)
    }

    /// `--config FILE --data DIR`, with the configuration written.
    fn arguments(&self, pace: Pace) -> anyhow::Result<Vec<std::ffi::OsString>> {
        let path = self.folder.join("agent.toml");
        let text = format!(
            "[sample]\nstep = \"{}ms\"\n\n[report]\ninterval = \"{}ms\"\n\n[link]\nretry_max = \"5s\"\n",
            pace.sample_ms, pace.report_ms
        );
        std::fs::write(&path, text)?;
        Ok(vec!["--config".into(), path.into(), "--data".into(), self.folder.clone().into()])
    }
}
