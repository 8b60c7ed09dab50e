//! An enrolled node's folder with an identity made at run time, and what can be seen of its agent from outside.
//!
//! Enters: a test's name. Leaves: a folder, the agent's status, the records in its spool.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use holdfast_agent::identity::spool_key;
use holdfast_agent::spool::files::FileDisk;
use holdfast_agent::spool::{Limits, Spool};
use holdfast_protocol::event::Event;
use holdfast_protocol::ids::Epoch;
use holdfast_protocol::record::{self, Kind, Record};
use serde_json::Value;

use crate::Agent;

/// Longest wait for anything that takes milliseconds on an idle machine.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// A node.
pub(crate) struct Node {
    pub(crate) folder: PathBuf,
}

impl Node {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("holdfast-agent-{}-{name}", std::process::id()));
        std::fs::create_dir_all(folder.join("identity")).expect("writable");
        let quick = "[sample]\nstep = \"100ms\"\n[report]\ninterval = \"300ms\"\n";
        std::fs::write(folder.join("agent.toml"), quick).expect("writable");
        Self { folder }
    }

    pub(crate) fn enrolled(name: &str) -> Self {
        let node = Self::new(name);
        node.enrol();
        node
    }

    /// Writes an identity as `holdfast enrol` would, `node.json` last. Nobody listens where it points.
    pub(crate) fn enrol(&self) {
        let authority_key = rcgen::KeyPair::generate().expect("random");
        let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("empty names");
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&authority_key).expect("signed");
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let key = rcgen::KeyPair::generate().expect("random");
        let leaf = rcgen::CertificateParams::new(Vec::new()).expect("empty names");
        let leaf = leaf.signed_by(&key, &issuer).expect("signed");
        let identity = self.folder.join("identity");
        let write = |name: &str, text: &str| std::fs::write(identity.join(name), text).expect("writable");
        write("authority.crt", &certificate.pem());
        write("node.crt", &leaf.pem());
        write("node.key", &key.serialize_pem());
        self.set_key_mode(0o600);
        write(
            "node.json",
            r#"{"version":1,"node":"7k2m9qxd","fleet":"0123456789abcdef","mqtt":[{"host":"127.0.0.1","port":1,
                "server_name":"controller"}],"enrolled_s":1795000000,"code":"AB12CD34"}"#,
        );
    }

    pub(crate) fn set_key_mode(&self, mode: u32) {
        let key = self.folder.join("identity/node.key");
        std::fs::set_permissions(key, std::fs::Permissions::from_mode(mode)).expect("own file");
    }

    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-agent"));
        command.arg(subcommand).arg("--data").arg(&self.folder).env_remove("CREDENTIALS_DIRECTORY");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn start(&self) -> Agent {
        Agent(Some(self.command("run").spawn().expect("built")))
    }

    /// One answer of the status socket, if there is one.
    pub(crate) fn status(&self) -> Option<Value> {
        let mut text = String::new();
        UnixStream::connect(self.folder.join("agent.sock")).ok()?.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    pub(crate) fn wait_for(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let seen = self.status();
            match seen {
                Some(status) if holds(&status) => return status,
                Some(_) | None => {}
            }
            assert!(
                began.elapsed() < BOUND,
                "never {what}; last seen: {seen:?}; see {}",
                self.folder.display()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Every record that waits in the spool, in order of sequence. The agent must have ended.
    pub(crate) fn records(&self) -> (Epoch, Vec<Record>) {
        let disk = FileDisk::open(&self.folder.join("spool")).expect("no other process has it");
        let key = spool_key(&self.folder.join("identity"), None).expect("made by the agent");
        let limits = Limits::with_total(256 << 20).expect("large enough");
        let (mut spool, _) = Spool::open(disk, key, limits, Epoch(1)).expect("whole");
        let mut sequences: Vec<_> = spool.pending().map(|entry| entry.expect("readable").last).collect();
        sequences.sort_unstable();
        let records = sequences.into_iter().map(|sequence| {
            let bytes = spool.read(sequence).expect("whole");
            record::decode(&bytes).expect("a record")
        });
        let records = records.collect();
        (spool.epoch(), records)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _gone = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The events among records.
pub(crate) fn events(records: &[Record]) -> Vec<Event> {
    let events = records.iter().filter(|record| record.header.kind == Kind::Event);
    events.map(|record| Event::decode(&record.body).expect("whole")).collect()
}

/// Records that wait in the spool.
pub(crate) fn waiting(status: &Value) -> u64 {
    status.pointer("/spool/waiting_records").and_then(Value::as_u64).unwrap_or(0)
}
