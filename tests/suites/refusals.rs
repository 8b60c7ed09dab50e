//! Refusals: each says what was wrong, where, and what to do, with its documented exit code or reason; and what was
//! refused for a cause that goes away is taken when the cause is gone.
//!
//! Certificates at the door, tickets at `holdfast enrol`, configuration keys, ports, and data folders that may not be
//! touched.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::Authority;
use holdfast_tests::controller::{Controller, write_private};
use holdfast_tests::folder::Folder;
use holdfast_tests::mqtt::{Client, Ended, Identity, good_record, opening};
use holdfast_tests::node::Pace;
use holdfast_tests::programs::Programs;
use holdfast_tests::wait::wait_until;
use nix::unistd::Uid;
use serde_json::{Value, json};

use crate::stage::{SOON, Stage};

/// A revoked node's live session ends within this (design: 2 s, the answer to the operator counted).
const REVOKED_WITHIN: Duration = Duration::from_secs(2);
/// The user that owns nothing.
const NOBODY: &str = "65534";
const DAY_MS: i64 = 86_400_000;

/// What a program said and how it ended.
pub(crate) struct Said {
    code: Option<i32>,
    pub(crate) text: String,
}

impl Said {
    /// Runs a program that is expected to end by itself soon.
    pub(crate) fn of(command: &mut Command) -> anyhow::Result<Self> {
        let program = PathBuf::from(command.get_program());
        let mut bounded = Command::new("timeout");
        bounded.arg(SOON.as_secs().to_string()).arg(&program).args(command.get_args()).stdin(Stdio::null());
        let output = bounded.output().with_context(|| format!("running {}", program.display()))?;
        let text = [output.stdout, output.stderr].concat();
        Ok(Self { code: output.status.code(), text: String::from_utf8_lossy(&text).into_owned() })
    }

    /// It ended with this code and said all of these.
    pub(crate) fn expect(&self, what: &str, code: i32, words: &[&str]) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.code == Some(code),
            "{what}: exit {:?} instead of {code}:\n{}",
            self.code,
            self.text
        );
        for word in words {
            anyhow::ensure!(self.text.contains(word), "{what}: does not say {word:?}:\n{}", self.text);
        }
        Ok(())
    }
}

#[test]
fn a_certificate_that_is_unknown_expired_foreign_or_revoked_does_not_get_in() -> anyhow::Result<()> {
    let stage = Stage::new("refusals-door")?;
    let node = stage.node("node")?;
    let good = Identity::of(&node)?;
    let port = stage.ports.mqtt;
    let authority = Authority::load(&stage.controller.data().join("keys"))?;
    let now = WallMs(i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?);
    let stranger = NodeId::from_bytes([9; 5]);

    let unknown = refused(port, &Identity::issued(&authority, stranger, now, &good)?)?;
    anyhow::ensure!(unknown.reason == Some(0x87), "unknown: {unknown:?}");
    // A certificate in the node's own name, by the right authority, for a key that the registry does not have.
    let copied = refused(port, &Identity::issued(&authority, good.node, now, &good)?)?;
    anyhow::ensure!(copied.reason == Some(0x87), "a second key of a node: {copied:?}");
    let old = Identity::issued(&authority, good.node, now.plus_ms(-200 * DAY_MS), &good)?;
    let expired = refused(port, &old)?;
    anyhow::ensure!(expired.reason.is_none() && expired.how.contains("Expired"), "expired: {expired:?}");
    let other = Identity::foreign(&stage.folder.path().join("other"), good.node, now, &good)?;
    let foreign = refused(port, &other)?;
    anyhow::ensure!(foreign.reason.is_none() && foreign.how.contains("alert"), "foreign: {foreign:?}");

    let mut live = Client::open(port, &good)?;
    anyhow::ensure!(live.report(good_record(good.node, 1, 1))? == 0, "the good node's record");
    let began = Instant::now();
    let answer = stage.client.request("POST", &format!("/api/v1/nodes/{}/revoke", good.node), None)?;
    anyhow::ensure!(answer.status == 204, "revoke: {}", String::from_utf8_lossy(&answer.body));
    let ended = live.end()?;
    let took = began.elapsed();
    println!("a revoked node's session ended after {} ms", took.as_millis());
    anyhow::ensure!(ended.reason == Some(0x87) && took < REVOKED_WITHIN, "{ended:?} after {took:?}");
    for port in [stage.ports.mqtt, stage.ports.https] {
        let back = refused(port, &good)?;
        anyhow::ensure!(back.reason == Some(0x87), "a revoked node came back on {port}: {back:?}");
    }
    // Its own agent says so and goes on asking, less and less often; it does not end.
    let mut agent = node.start(Pace::FAST)?;
    wait_until("the agent to be refused", SOON, || {
        let text = agent.output();
        if text.contains("revoked") || text.contains("0x87") || text.contains("not authorised") {
            Ok(())
        } else {
            Err(text)
        }
    })?;
    anyhow::ensure!(agent.ended()?.is_none(), "the agent ended:\n{}", agent.tail());
    agent.stop()
}

/// How a door turns this certificate away.
fn refused(port: u16, identity: &Identity) -> anyhow::Result<Ended> {
    let mut client = Client::connect(port, identity)?;
    client.send(&opening(identity.node))?;
    client.end()
}

/// A new ticket: its id and text.
fn ticket(stage: &Stage, request: &Value) -> anyhow::Result<(String, String)> {
    let answer = stage.client.request("POST", "/api/v1/tickets", Some(request))?;
    let value = answer.json()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned).context("no ticket");
    Ok((text("id")?, text("ticket")?))
}

/// `holdfast enrol` with this ticket, into an identity folder of this name.
fn enrol(stage: &Stage, name: &str, ticket: &str) -> anyhow::Result<Said> {
    let file = stage.folder.path().join(format!("{name}.ticket"));
    write_private(&file, ticket.as_bytes())?;
    let mut command = Command::new(&stage.programs.holdfast);
    command.args(["enrol", "--no-input", "--ticket-file"]).arg(file);
    let said = Said::of(command.arg("--identity").arg(stage.folder.path().join(name)))?;
    if let Some(secret) = ticket.get(3..40) {
        anyhow::ensure!(!said.text.contains(secret), "the ticket is repeated:\n{}", said.text);
    }
    Ok(said)
}

#[test]
fn a_ticket_that_is_used_expired_altered_or_revoked_enrols_nobody_and_says_why() -> anyhow::Result<()> {
    let stage = Stage::new("refusals-ticket")?;
    let wish = json!({"site": "kharkiv-1", "region": "UA-63"});
    // The shortest that there is; it runs out while the others are tried.
    let (expiring_id, expiring) = ticket(&stage, &json!({"valid_s": 60}))?;

    let (_, used) = ticket(&stage, &wish)?;
    enrol(&stage, "first", &used)?.expect("a good ticket", 0, &["Enrolled", "Code"])?;
    enrol(&stage, "first", &used)?.expect("the same node again", 0, &["nothing was changed"])?;
    let what = "a used ticket";
    enrol(&stage, "second", &used)?.expect(
        what,
        4,
        &["ticket_used", "Another key", "holdfast ticket new"],
    )?;

    let (id, revoked) = ticket(&stage, &wish)?;
    let answer = stage.client.request("POST", &format!("/api/v1/tickets/{id}/revoke"), None)?;
    anyhow::ensure!(answer.status < 300, "revoke: {}", String::from_utf8_lossy(&answer.body));
    let what = "a revoked ticket";
    enrol(&stage, "third", &revoked)?.expect(
        what,
        4,
        &["ticket_revoked", "revoked it", "holdfast ticket new"],
    )?;

    let (_, good) = ticket(&stage, &wish)?;
    let altered = altered(&good);
    let what = "an altered ticket";
    enrol(&stage, "fourth", &altered)?.expect(
        what,
        5,
        &["ticket_altered", "changed", "holdfast ticket new"],
    )?;
    let cut = good.get(..good.len() - 9).context("a ticket")?;
    enrol(&stage, "fifth", cut)?.expect("a cut ticket", 2, &["scan or copy it again"])?;
    enrol(&stage, "sixth", "WIFI:S:x;;")?.expect("another QR code", 2, &["not a Holdfast ticket", "HF1"])?;
    // None of that has spent the ticket that was tried.
    enrol(&stage, "fourth", &good)?.expect("the same ticket, whole", 0, &["Enrolled"])?;

    wait_until("a ticket to expire", Duration::from_secs(90), || {
        let page = stage.client.get("/api/v1/tickets").map_err(|error| format!("{error:#}"))?;
        let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        let row = rows.into_iter().find(|row| row.get("id").and_then(Value::as_str) == Some(&expiring_id));
        let state = row.and_then(|row| row.get("state").cloned()).unwrap_or_default();
        if state == "expired" { Ok(()) } else { Err(state.to_string()) }
    })?;
    let what = "an expired ticket";
    enrol(&stage, "seventh", &expiring)?.expect(
        what,
        4,
        &["ticket_expired", "It ended", "holdfast ticket new"],
    )?;
    for name in ["second", "third", "fifth", "sixth", "seventh"] {
        let identity = stage.folder.path().join(name).join("node.json");
        anyhow::ensure!(!identity.exists(), "{} was written", identity.display());
    }
    Ok(())
}

/// The ticket with a letter of its signature changed.
fn altered(ticket: &str) -> String {
    let at = ticket.len() - 20;
    let letter = if ticket.get(at..=at) == Some("A") { "B" } else { "A" };
    [ticket.get(..at).unwrap_or_default(), letter, ticket.get(at + 1..).unwrap_or_default()].concat()
}

#[test]
fn an_unknown_configuration_key_is_named_with_its_line() -> anyhow::Result<()> {
    let (folder, programs) = (Folder::new("refusals-config")?, Programs::find()?);
    let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
    let good = std::fs::read_to_string(controller.config())?;
    let lines = good.lines().count();
    std::fs::write(controller.config(), format!("{good}\n[limits]\nnode_conections = 5\n"))?;
    let file = controller.config().display().to_string();
    let line = format!("line {}", lines + 3);
    for command in ["run", "check-config"] {
        let said = Said::of(
            Command::new(&programs.controller).arg(command).arg("--config").arg(controller.config()),
        )?;
        said.expect("an unknown key", 2, &["node_conections", &line, &file, "docs/configuration.md"])?;
    }
    std::fs::write(controller.config(), good.replace("127.0.0.1:", "localhost:"))?;
    let said =
        Said::of(Command::new(&programs.controller).arg("run").arg("--config").arg(controller.config()))?;
    said.expect("a value that cannot be", 2, &["listen.https", "line 5", "Write an IP address and a port"])?;

    let config = folder.path().join("agent.toml");
    std::fs::write(&config, "[sample]\nstep = \"1s\"\nspeed = 3\n")?;
    for command in ["run", "check-config"] {
        let mut run = Command::new(&programs.agent);
        let said = Said::of(run.arg(command).arg("--config").arg(&config).arg("--data").arg(folder.path()))?;
        said.expect("an unknown key", 2, &["speed", "line 3", "agent.toml"])?;
    }
    Ok(())
}

#[test]
fn a_port_in_use_is_named_and_taken_when_it_is_free() -> anyhow::Result<()> {
    let (folder, programs) = (Folder::new("refusals-port")?, Programs::find()?);
    let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
    let text = std::fs::read_to_string(controller.config())?;
    for key in ["https", "mqtt", "http"] {
        let line = text.lines().find(|line| line.starts_with(&format!("{key} ="))).context("a port")?;
        let address = line.split('"').nth(1).context("an address")?;
        let port: u16 = address.rsplit(':').next().context("a port")?.parse()?;
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let said = run(&programs, &controller)?;
        said.expect(key, 3, &[address, &format!("listen.{key}")])?;
        drop(taken);
    }
    let (process, _) = controller.start()?;
    // The folder has one owner too.
    run(&programs, &controller)?.expect(
        "a second controller",
        4,
        &["another controller runs on", "stop that one"],
    )?;
    process.stop()
}

fn run(programs: &Programs, controller: &Controller) -> anyhow::Result<Said> {
    Said::of(Command::new(&programs.controller).arg("run").arg("--config").arg(controller.config()))
}

#[test]
fn a_data_folder_of_a_newer_version_is_refused_untouched_by_controller_and_agent() -> anyhow::Result<()> {
    let mut stage = Stage::new("refusals-newer")?;
    let node = stage.node("node")?;
    let agent = node.start(Pace::FAST)?;
    wait_until("a record", SOON, || {
        let spool = node.spool().map_err(|error| format!("{error:#}"))?;
        if spool.next_sequence > 3 { Ok(()) } else { Err(format!("{spool:?}")) }
    })?;
    agent.stop()?;
    stage.stop()?;

    for name in ["history.sqlite", "holdfast.sqlite"] {
        let file = stage.controller.data().join(name);
        migrate(
            &file,
            "INSERT INTO _sqlx_migrations VALUES (99990101, 'later', CURRENT_TIMESTAMP, 1, x'00', 0)",
        )?;
        let before = std::fs::read(&file)?;
        let said = run(&stage.programs, &stage.controller)?;
        said.expect(name, 4, &[name, "newer version", "99990101", "start that version"])?;
        anyhow::ensure!(std::fs::read(&file)? == before, "{name} was touched");
        migrate(&file, "DELETE FROM _sqlx_migrations WHERE version = 99990101")?;
    }
    stage.start()?;

    let spool = node.identity_folder().with_file_name("spool");
    let copies: Vec<(PathBuf, Vec<u8>)> = ["state-0", "state-1"]
        .iter()
        .map(|name| spool.join(name))
        .filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes)))
        .collect();
    for (path, bytes) in &copies {
        std::fs::write(path, later_version(bytes))?;
    }
    let mut command = Command::new(&stage.programs.agent);
    let data = spool.parent().context("a folder")?;
    let config = data.join("agent.toml");
    let said = Said::of(command.arg("run").arg("--config").arg(config).arg("--data").arg(data))?;
    anyhow::ensure!(said.code.is_some_and(|code| code != 0 && code != 124), "{:?}: {}", said.code, said.text);
    anyhow::ensure!(said.text.contains("newer") && said.text.contains("state-"), "{}", said.text);
    for (path, bytes) in &copies {
        anyhow::ensure!(std::fs::read(path)? == later_version(bytes), "{} was touched", path.display());
        std::fs::write(path, bytes)?;
    }
    let agent = node.start(Pace::FAST)?;
    wait_until("the agent on its own spool again", SOON, || {
        node.spool().map(drop).map_err(|error| format!("{error:#}"))
    })?;
    agent.stop()
}

/// A spool's state with the next version in it, and the checksum that fits.
fn later_version(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.get(..bytes.len().saturating_sub(4)).unwrap_or_default().to_vec();
    if let Some(version) = bytes.get_mut(8) {
        *version = version.saturating_add(1);
    }
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Writes into a database whose controller has stopped, with one connection.
fn migrate(file: &Path, sql: &str) -> anyhow::Result<()> {
    let output = Command::new("sqlite3").arg(file).arg(sql).output().context("running sqlite3")?;
    anyhow::ensure!(output.status.success(), "sqlite3: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[test]
fn a_data_folder_without_write_permission_is_refused_until_it_has_it() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, found) = (Folder::new("refusals-permission")?, Programs::find()?);
    // Root may write anywhere; so the program is given to a user that may not, and both to a place that user can enter.
    let program = folder.path().join("holdfast-controller");
    std::fs::copy(&found.controller, &program)?;
    let controller = Controller::new(&found, &folder.path().join("controller"), 0)?;
    let data = controller.data();
    let mode = |mode| std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode));
    let mut command = Command::new(&program);
    if Uid::effective().is_root() {
        let owner = format!("{NOBODY}:{NOBODY}");
        let given = Command::new("chown").args(["-R", &owner]).arg(&data).status()?;
        anyhow::ensure!(given.success(), "chown failed");
        command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(&program);
    }
    command.arg("run").arg("--config").arg(controller.config());
    let name = data.display().to_string();

    mode(0o500)?;
    Said::of(&mut command)?.expect("a folder that may not be written", 1, &[&name, "user", "give"])?;
    mode(0o755)?;
    Said::of(&mut command)?.expect("a folder that others may enter", 2, &[&name, "755", "chmod 700"])?;
    if Uid::effective().is_root() {
        let given = Command::new("chown").args(["0:0"]).arg(&data).status()?;
        anyhow::ensure!(given.success(), "chown failed");
        mode(0o700)?;
        Said::of(&mut command)?.expect("another user's folder", 1, &[&name, "user", "give"])?;
        let given = Command::new("chown").args([NOBODY]).arg(&data).status()?;
        anyhow::ensure!(given.success(), "chown failed");
    }
    mode(0o700)?;
    let log = folder.path().join("controller.log");
    let mut process = holdfast_tests::process::Process::start("holdfast-controller", &mut command, &log)?;
    wait_until("the controller to be ready", SOON, || {
        if let Ok(Some(status)) = process.ended() {
            return Err(format!("{status}: {}", process.tail()));
        }
        if process.output().lines().any(|line| line == "ready") { Ok(()) } else { Err(process.tail()) }
    })?;
    process.stop()
}
