//! `holdfast evidence | verify`, and `holdfast item bind`.
//!
//! Enters: what the command line asks, files. Leaves: evidence files taken from the controller; and, with no network at all,
//! what a file is worth: a verdict, each step's own answer, what must still be trusted. Exit codes 0, 5 and 6.

use std::path::{Path, PathBuf};

use holdfast_protocol::evidence::{Evidence, FILE_BYTES_MAX, VerificationKey};
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::client::Client;
use holdfast_provisioning::evidence::{Answer, Report, StepName, Trust, Verdict, check, read_key};
use holdfast_provisioning::files::{self, Access};
use holdfast_provisioning::words;
use hyper::Method;
use serde_json::{Value, json};

use super::args::{Common, EvidenceCommand, Verify};
use super::failure::{Exit, Failure};
use super::session::{SCHEMA, body_of, credentials_path, get, parse, signed_in};
use super::terminal::Terminal;

/// The verification key that `holdfast evidence key` keeps, beside the sign-in.
const KEY_FILE: &str = "verification-key.json";
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// `holdfast evidence …`.
pub(crate) async fn run(
    command: EvidenceCommand,
    common: &Common,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match command {
        EvidenceCommand::List { item, json } => {
            let found: Value = get(&client, &format!("/api/v1/items/{item}/evidence")).await?;
            if json.json {
                return terminal.print(&with_schema(found).to_string());
            }
            let rows = found.pointer("/rows").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut lines =
                vec![format!("{:<10} {:<6} {:>12} {:>14}", "WEEK", "LEVEL", "OBSERVATIONS", "LONGEST GAP")];
            lines.extend(rows.iter().map(week_line));
            terminal.print(&lines.join("\n"))
        }
        EvidenceCommand::Get { item, week, out } => {
            let answer =
                client.ask(Method::GET, &format!("/api/v1/items/{item}/evidence/{week}"), None).await?;
            let path = out.unwrap_or_else(|| PathBuf::from(format!("holdfast-evidence-{item}-{week}.json")));
            files::write_durably(&path, &answer.body, Access::Public)
                .map_err(|error| Failure::failed("keep the file", &error))?;
            terminal.say(&format!(
                "Kept as {}. To check it: holdfast verify {}",
                path.display(),
                path.display()
            ));
            Ok(())
        }
        EvidenceCommand::Key { out } => {
            let answer = client.ask(Method::GET, "/api/v1/verification-key", None).await?;
            let key = read_key(&answer.body)
                .map_err(|error| Failure::failed("read the verification key", &error))?;
            let path = match out {
                Some(path) => path,
                None => own_key_path(common)?,
            };
            files::write_durably(&path, &answer.body, Access::Public)
                .map_err(|error| Failure::failed("keep the verification key", &error))?;
            terminal.say(&format!(
                "Kept as {}. Fleet {}; its root's key has SHA-256 {}. Compare that with what the fleet's people told you.",
                path.display(),
                key.fleet,
                key.root_sha256.digits()
            ));
            Ok(())
        }
    }
}

/// `holdfast item bind`.
pub(crate) async fn bind(
    client: &Client,
    (item, node): (i64, NodeId),
    as_json: bool,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let body = body_of(&json!({"node": node}))?;
    let answer = client.ask(Method::POST, &format!("/api/v1/items/{item}/bindings"), Some(body)).await?;
    let found: Value = parse(&answer.body)?;
    if as_json {
        return terminal.print(&with_schema(found).to_string());
    }
    let open = found
        .pointer("/rows")
        .and_then(Value::as_array)
        .map_or(0, |rows| rows.iter().filter(|row| row.get("to").is_none_or(Value::is_null)).count());
    terminal.print(&format!("Item {item}: {open} serials are bound to the key of node {}.", node.shown()))
}

fn own_key_path(common: &Common) -> Result<PathBuf, Failure> {
    Ok(credentials_path(common)?.with_file_name(KEY_FILE))
}

fn with_schema(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("schema".to_owned(), json!(SCHEMA));
    }
    value
}

fn week_line(row: &Value) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let number = |name: &str| row.get(name).and_then(Value::as_i64).unwrap_or(0);
    let so_far = if row.get("runs").and_then(Value::as_bool).unwrap_or(false) { "  so far" } else { "" };
    format!(
        "{:<10} {:<6} {:>12} {:>14}{so_far}",
        text("week"),
        text("level"),
        number("observations"),
        gap(number("longest_gap_ms"))
    )
}

fn gap(ms: i64) -> String {
    let hours = ms / HOUR_MS;
    format!("{} d {} h", hours / 24, hours % 24)
}

/// `holdfast verify FILE`.
pub(crate) fn verify(verify: &Verify, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let bytes = files::read(&verify.file).map_err(|error| {
        Failure::new(Exit::CannotTell, format!("could not read {}", verify.file.display()))
            .why(error.source.to_string())
            .todo(format!("an evidence file has at most {FILE_BYTES_MAX} bytes"))
    })?;
    let key = match &verify.key {
        Some(path) => Some(key_at(path)?),
        None => {
            // No home, no sign-in: then there is no key kept, and that is said as a step.
            let kept = own_key_path(common).ok().filter(|path| path.exists());
            kept.as_deref().map(key_at).transpose()?
        }
    };
    let report = check(&bytes, key.as_ref());
    let text = if verify.json.json { as_json(&report).to_string() } else { as_words(&report) };
    terminal.print(&text)?;
    match report.verdict {
        Verdict::Genuine => Ok(()),
        Verdict::NotGenuine => Err(Failure::new(Exit::NotGenuine, "the file is not genuine")
            .todo("believe nothing it says; tell who gave it to you, and the fleet's people")),
        Verdict::CannotTell => Err(Failure::new(Exit::CannotTell, "it cannot be told whether the file is genuine")
            .todo("get the fleet's verification key from its people, or by `holdfast evidence key`, and name it by --key")),
    }
}

fn key_at(path: &Path) -> Result<VerificationKey, Failure> {
    let bytes = files::read(path).map_err(|error| Failure::failed("read the verification key", &error))?;
    read_key(&bytes).map_err(|error| {
        Failure::new(Exit::CannotTell, format!("{} cannot be used", path.display())).why(error.to_string())
    })
}

fn as_json(report: &Report) -> Value {
    let says = report.evidence.as_ref().map(|evidence| {
        json!({"item": evidence.item, "model": evidence.model, "fleet": evidence.fleet, "week": evidence.week,
            "level": evidence.level, "observations": evidence.observations,
            "longest_gap_ms": evidence.longest_gap_ms, "made_ms": evidence.made_ms,
            "serial": evidence.binding.as_ref().map(|binding| binding.value.as_str())})
    });
    json!({"schema": SCHEMA, "verdict": report.verdict, "steps": report.steps, "trust": report.trust, "says": says})
}

fn as_words(report: &Report) -> String {
    let verdict = match report.verdict {
        Verdict::Genuine => "Genuine",
        Verdict::NotGenuine => "NOT GENUINE",
        Verdict::CannotTell => "Cannot tell",
    };
    let mut lines = vec![verdict.to_owned(), String::new()];
    for step in &report.steps {
        let answer = match step.answer {
            Answer::Genuine => "ok",
            Answer::NotGenuine => "NOT GENUINE",
            Answer::CannotTell => "cannot tell",
            Answer::NotNeeded => "not needed",
        };
        lines.push(format!(" {answer:<12} {}", step_words(step.step)));
        if !step.why.is_empty() {
            lines.push(format!("              why: {}", step.why));
        }
    }
    // What a file says that is not genuine is not worth repeating.
    if let Some(evidence) = report.evidence.as_ref().filter(|_| report.verdict != Verdict::NotGenuine) {
        lines.push(String::new());
        lines.push(says(evidence));
        lines.push("It does not say where the item is, in which condition, or who has it.".to_owned());
        lines.push(String::new());
        lines.push("What must still be trusted:".to_owned());
        lines.extend(report.trust.iter().map(|trust| format!(" - {}", trust_words(*trust))));
    }
    lines.join("\n")
}

fn says(evidence: &Evidence) -> String {
    let serial =
        evidence.binding.as_ref().map(|binding| format!(", serial {}", binding.value)).unwrap_or_default();
    format!(
        "It says: item {} ({}{serial}), week {}: {}, {} observations, longest gap {}. Made {}.",
        evidence.item.shown(),
        evidence.model,
        evidence.week,
        evidence.level.word(),
        evidence.observations,
        gap(evidence.longest_gap_ms),
        words::utc(WallMs(evidence.made_ms))
    )
}

const fn step_words(step: StepName) -> &'static str {
    match step {
        StepName::Form => "an evidence file, whole",
        StepName::ControllerSignature => "signed, and not altered since",
        StepName::ControllerKey => "signed by this fleet's key",
        StepName::Certificates => "the node's certificate leads to the fleet's root",
        StepName::NodeSignature => "the node itself signed what it observed",
        StepName::Binding => "the serial is the one bound to that node's key",
        StepName::Window => "week, number of observations and longest gap",
    }
}

const fn trust_words(trust: Trust) -> &'static str {
    match trust {
        Trust::KeyFromElsewhere => "that the verification key is the fleet's: you have it from elsewhere",
        Trust::LevelByWord => "that a person said so, by the controller's word: no device confirms it",
        Trust::BindingByWord => "that who accepted the item bound serial and node, by the controller's word",
        Trust::Issuer => "that the controller, which issues certificates, made no second node for this",
        Trust::NodeKeyKept => "that the node's key never left the node: it lies in a file there",
        Trust::SerialBySoftware => {
            "that the serial is the thing's own: software reads it, firmware can be rewritten"
        }
        Trust::NodeClock => "that the node's clock was right",
        Trust::ControllerClock => "that the controller's clock was right, for what the node said without one",
        Trust::NoLedger => "that the controller tells everybody the same: there is no transparency log yet",
    }
}
