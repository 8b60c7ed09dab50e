//! A controller comes back from a backup, while its nodes have moved on: nothing is stored twice, what is gone is counted and
//! shown, and nothing that may have been used up since can be used again.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use anyhow::Context as _;
use holdfast_protocol::lost::Reason;
use holdfast_tests::history;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::wait::wait_until;
use serde_json::{Value, json};

use crate::stage::{SOON, Stage};

/// Exit code of the controller: refused, because what is there must not be touched.
const REFUSED: i32 = 4;

#[test]
fn a_restored_controller_counts_what_is_gone_and_doubles_nothing() -> anyhow::Result<()> {
    let mut stage = Stage::new("restored")?;
    let node = stage.node("restored")?;
    let name = node.identity()?.node.to_string();
    let agent = node.start(Pace::FAST)?;
    stored_more(&stage, &name, 30)?;

    let (key, folder) = (stage.folder.path().join("backup.key"), stage.folder.path().join("backups"));
    std::fs::create_dir(&folder)?;
    let ticket = new_ticket(&stage)?;
    let file = backup(&stage, &key, &folder)?;

    // The world goes on: records that the node frees, a node that is enrolled.
    let newer = stage.node("newer")?;
    stored_more(&stage, &name, 30)?;
    agent.stop()?;
    forget(&node)?;
    let agent = node.start(Pace::FAST)?;
    stored_more(&stage, &name, 30)?;
    wait_until("an ack that has reached the node", SOON, || {
        let waiting = node.spool().map_err(|error| format!("{error:#}"))?.waiting_records;
        if waiting < 5 { Ok(()) } else { Err(format!("{waiting} waiting")) }
    })?;

    let data = stage.controller.data();
    let taken = restore(&stage, &file, &key, &data)?;
    anyhow::ensure!(taken.status.code() == Some(REFUSED), "a folder in use was written over: {taken:?}");
    stage.stop()?;
    let before = history::stored(&data, &name)?;
    std::fs::rename(&data, stage.folder.path().join("before"))?;
    let said = succeeded(restore(&stage, &file, &key, &data)?)?;
    anyhow::ensure!(said.contains(" 1 tickets") && said.contains("What happened after"), "{said}");
    let old = history::stored(&data, &name)?;
    stage.start()?;

    wait_until("the node to declare what it had freed", Duration::from_secs(60), || {
        let now = history::stored(&data, &name).map_err(|error| format!("{error:#}"))?;
        let freed = now.losses.values().flatten().any(|lost| lost.reason == Reason::Freed);
        if freed { Ok(()) } else { Err(format!("{:?}", now.losses)) }
    })
    .with_context(|| format!("the agent says:\n{}", agent.tail()))?;
    stored_more_in(&data, &name, 10)?;
    agent.stop()?;
    count(&data, &name, [&before, &old])?;
    refused_what_is_past(&mut stage, &ticket, &newer)?;
    Ok(())
}

/// Makes a key and a backup, checks that it can be restored, and proves it to the controller.
fn backup(stage: &Stage, key: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let config = stage.controller.config();
    let made = succeeded(controller(stage, &["backup-key".as_ref(), "--out".as_ref(), key.as_os_str()])?)?;
    let recipient = made.lines().next().context("a recipient")?.to_owned();
    let config = config.as_os_str();
    let wish = [
        "backup".as_ref(),
        "--config".as_ref(),
        config,
        "--to".as_ref(),
        folder.as_os_str(),
        "--json".as_ref(),
    ];
    let nobody = controller(stage, &wish)?;
    anyhow::ensure!(!nobody.status.success(), "a backup that nobody can open");
    let with = [&wish[..], &["--recipient".as_ref(), recipient.as_ref()]].concat();
    let made: Value = serde_json::from_str(&succeeded(controller(stage, &with)?)?)?;
    let file = PathBuf::from(made.get("file").and_then(Value::as_str).context("a file")?);
    let bytes = std::fs::read(&file)?;
    anyhow::ensure!(!bytes.windows(15).any(|part| part == b"SQLite format 3"), "it is not encrypted");

    let check = ["restore".as_ref(), file.as_os_str(), "--key".as_ref(), key.as_os_str(), "--check".as_ref()];
    let checked = succeeded(controller(stage, &check)?)?;
    let words = checked.trim().rsplit(' ').next().context("words")?;
    let said = succeeded(controller(
        stage,
        &["backup-proof".as_ref(), "--config".as_ref(), config, words.as_ref()],
    )?)?;
    anyhow::ensure!(said.contains("was opened with its key"), "{said}");
    let health = stage.client.get("/api/v1/health")?;
    let checks = health.get("checks").and_then(Value::as_array).cloned().unwrap_or_default();
    let backup = checks.iter().find(|check| check.get("code") == Some(&json!("backup")));
    anyhow::ensure!(backup.and_then(|check| check.get("verdict")) == Some(&json!("ok")), "{health}");
    Ok(file)
}

/// Every sequence up to the newest is stored once or declared lost once; lost are only those that only the old database had.
fn count(data: &Path, name: &str, [before, old]: [&history::Stored; 2]) -> anyhow::Result<()> {
    let now = history::stored(data, name)?;
    let (epoch, sequences) = now.sequences.first_key_value().context("records")?;
    let losses = now.losses.get(epoch).map(Vec::as_slice).unwrap_or_default();
    let lost = |sequence: u32| {
        let of = |lost: &&holdfast_protocol::lost::Lost| (lost.first.0..=lost.last.0).contains(&sequence);
        losses.iter().filter(of).count()
    };
    let newest = *sequences.last().context("a newest record")?;
    for sequence in 1..=newest {
        let stored = usize::from(sequences.binary_search(&sequence).is_ok());
        let found = (stored, lost(sequence));
        anyhow::ensure!(found == (1, 0) || found == (0, 1), "{sequence}: stored and lost {found:?}");
        if found.1 == 1 {
            let was = |of: &history::Stored| {
                of.sequences.get(epoch).is_some_and(|list| list.binary_search(&sequence).is_ok())
            };
            anyhow::ensure!(was(before) && !was(old), "{sequence} is declared lost without reason");
        }
    }
    let gone: u32 = losses.iter().map(|lost| lost.last.0 - lost.first.0 + 1).sum();
    anyhow::ensure!(gone > 0, "nothing was lost, so the backup was not old");
    anyhow::ensure!(losses.iter().all(|lost| lost.reason == Reason::Freed), "{losses:?}");
    let doubles = history::rows(
        data,
        "SELECT boot, at_boot_ms FROM records WHERE kind = 1 GROUP BY stream, boot, at_boot_ms HAVING COUNT(*) > 1",
    )?;
    anyhow::ensure!(doubles.is_empty(), "{doubles:?}");
    println!("{newest} records made, {gone} gone with the old database and counted, none twice");
    Ok(())
}

/// Sessions, tickets that were open, and nodes of after the backup get nowhere, and the page says how old the data is.
fn refused_what_is_past(stage: &mut Stage, ticket: &Path, newer: &Node) -> anyhow::Result<()> {
    let old = stage.client.request("GET", "/api/v1/nodes", None)?;
    anyhow::ensure!(old.status == 401, "a session of before the restore: {}", old.status);
    stage.client = stage.controller.sign_in(stage.ports)?;

    let identity = stage.folder.path().join("second").join("identity");
    let mut enrol = stage.programs.command(&stage.programs.holdfast);
    enrol.args(["enrol", "--ticket-file"]).arg(ticket).arg("--identity").arg(&identity).arg("--no-input");
    let refused = enrol.output()?;
    anyhow::ensure!(!refused.status.success(), "a ticket that may have been used was taken: {refused:?}");

    let id = newer.identity()?.node;
    let unknown = stage.client.request("GET", &format!("/api/v1/nodes/{id}"), None)?;
    anyhow::ensure!(unknown.status == 404, "{}", unknown.status);
    let health = stage.client.get("/api/v1/health")?.to_string();
    anyhow::ensure!(health.contains("\"restored\""), "{health}");
    let data = stage.controller.data();
    let looked = ["restore".as_ref(), "--looked-through".as_ref(), "--data".as_ref(), data.as_os_str()];
    succeeded(controller(stage, &looked)?)?;
    let health = stage.client.get("/api/v1/health")?.to_string();
    anyhow::ensure!(!health.contains("\"restored\""), "{health}");
    Ok(())
}

/// Takes the spool's files away as the agent itself does when all in one is acknowledged and another, of a mebibyte, is begun.
fn forget(node: &Node) -> anyhow::Result<()> {
    let spool = node.identity_folder().with_file_name("spool");
    for entry in std::fs::read_dir(&spool)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "seg") {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn new_ticket(stage: &Stage) -> anyhow::Result<PathBuf> {
    let body = json!({"site": "Birch 114", "region": "UA-63"});
    let answer = stage.client.request("POST", "/api/v1/tickets", Some(&body))?;
    let value = answer.json()?;
    let text = value.get("ticket").and_then(Value::as_str).with_context(|| format!("a ticket: {value}"))?;
    let path = stage.folder.path().join("ticket.txt");
    std::fs::write(&path, text)?;
    Ok(path)
}

fn restore(stage: &Stage, file: &Path, key: &Path, data: &Path) -> anyhow::Result<Output> {
    let wish = ["restore".as_ref(), file.as_os_str(), "--key".as_ref(), key.as_os_str(), "--data".as_ref()];
    controller(stage, &[&wish[..], &[data.as_os_str()]].concat())
}

fn controller(stage: &Stage, arguments: &[&std::ffi::OsStr]) -> anyhow::Result<Output> {
    let mut command = stage.programs.command(&stage.programs.controller);
    Ok(command.args(arguments).output()?)
}

fn succeeded(output: Output) -> anyhow::Result<String> {
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn stored_more(stage: &Stage, name: &str, more: usize) -> anyhow::Result<()> {
    stored_more_in(&stage.controller.data(), name, more)
}

fn stored_more_in(data: &Path, name: &str, more: usize) -> anyhow::Result<()> {
    let count = || -> anyhow::Result<usize> {
        Ok(history::stored(data, name)?.sequences.values().map(Vec::len).sum())
    };
    let wanted = count()? + more;
    wait_until("more stored records", SOON, || {
        let now = count().map_err(|error| format!("{error:#}"))?;
        if now >= wanted { Ok(()) } else { Err(format!("{now} of {wanted}")) }
    })
}
