//! `holdfast audit list | export | verify`.
//!
//! Enters: filters, a file or the controller, heads that were written down. Leaves: entries; or the answer whether the log is
//! whole, by the exit code too. The answer is worked out here: the controller is not asked whether it is honest.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::audit::{self as chain, Ended, Entry, FILE_BYTES_MAX, Fault, Head, Walk};
use holdfast_provisioning::client::Client;
use holdfast_provisioning::csr::hex;
use holdfast_provisioning::{files, words};
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::Common;
use super::audit_args::{Audit, AuditList};
use super::failure::{Exit, Failure};
use super::session::{SCHEMA, get, parse, signed_in};
use super::terminal::Terminal;

const AUDIT: &str = "/api/v1/audit";

/// A piece of the chain.
#[derive(Deserialize)]
struct Piece {
    rows: Vec<Entry>,
    next: Option<u64>,
    head: Head,
}

#[derive(Deserialize)]
struct Page {
    rows: Vec<Value>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(flatten)]
    entry: Entry,
    who: Option<Who>,
}

#[derive(Deserialize)]
struct Who {
    name: String,
}

pub(crate) async fn run(audit: Audit, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    match audit {
        Audit::List(list) => show(&signed_in(common)?.1, &list, *terminal).await,
        Audit::Export { file } => export(&signed_in(common)?.1, &file, terminal).await,
        Audit::Verify { file, heads, json } => {
            let known = heads.iter().map(|path| head_of(path)).collect::<Result<Vec<_>, _>>()?;
            let walked = match file {
                Some(path) => of_file(&path, known)?,
                None => of_controller(&signed_in(common)?.1, known, terminal).await?,
            };
            answer(walked, json.json, *terminal)
        }
    }
}

async fn show(client: &Client, list: &AuditList, terminal: Terminal) -> Result<(), Failure> {
    let mut query = String::new();
    let person = list.person.map(|person| person.to_string());
    for (name, value) in
        [("person", &person), ("action", &list.action), ("thing", &list.thing), ("result", &list.result)]
    {
        if let Some(value) = value {
            let _infallible = write!(query, "&{name}={}", encoded(value));
        }
    }
    let (mut rows, mut after) = (Vec::new(), None::<u64>);
    while rows.len() < list.most {
        let from = after.map_or_else(String::new, |after| format!("after={after}"));
        let page: Page = get(client, &format!("{AUDIT}?{from}{query}")).await?;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let cut = after.is_some() || rows.len() > list.most;
    rows.truncate(list.most);
    if list.json.json {
        return terminal.print(&json!({"schema": SCHEMA, "entries": rows, "cut": cut}).to_string());
    }
    let mut lines = vec![format!(
        "{:<7} {:<22} {:<16} {:<20} {:<8} {:<16} {}",
        "ENTRY", "TIME", "WHO", "ACTION", "RESULT", "THING", "REASON"
    )];
    for row in rows {
        let Row { entry, who } = parse(row.to_string().as_bytes())?;
        let number = entry.person.map_or_else(|| "-".to_owned(), |person| format!("person {person}"));
        lines.push(format!(
            "{:<7} {:<22} {:<16} {:<20} {:<8} {:<16} {}",
            entry.number,
            words::utc(WallMs(entry.at_ms)),
            who.map_or(number, |who| who.name),
            entry.action,
            entry.result,
            entry.thing,
            entry.reason,
        ));
    }
    terminal.print(&lines.join("\n"))
}

/// All but the unreserved characters of RFC 3986 as their bytes.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
        out
    })
}

async fn export(client: &Client, path: &Path, terminal: &Terminal) -> Result<(), Failure> {
    let wrong = |error: std::io::Error| Failure::failed(&format!("write {}", path.display()), &error);
    let file = File::options().write(true).create_new(true).mode(0o600).open(path).map_err(wrong)?;
    let mut out = BufWriter::new(file);
    let mut piece = piece(client, 0).await?;
    let head = piece.head;
    writeln!(out, "{}", json!({"schema": SCHEMA, "head": head})).map_err(wrong)?;
    let mut written = 0_u64;
    loop {
        for entry in piece.rows.iter().filter(|entry| entry.number <= head.number) {
            let line =
                serde_json::to_string(entry).map_err(|error| Failure::failed("write an entry", &error))?;
            writeln!(out, "{line}").map_err(wrong)?;
            written = written.saturating_add(1);
        }
        match piece.next.filter(|next| *next < head.number) {
            Some(next) => piece = self::piece(client, next).await?,
            None => break,
        }
    }
    out.into_inner().map_err(|error| wrong(error.into_error()))?.sync_all().map_err(wrong)?;
    terminal.say(&format!("{written} entries. Check them with: holdfast audit verify {}", path.display()));
    Ok(())
}

async fn piece(client: &Client, after: u64) -> Result<Piece, Failure> {
    get(client, &format!("{AUDIT}/chain?after={after}")).await
}

fn head_of(path: &Path) -> Result<Head, Failure> {
    let text = files::read_text(path)?;
    chain::head_file(&text).map_err(|error| {
        Failure::new(Exit::CannotTell, format!("{} is no head of an audit log", path.display()))
            .why(error.to_string())
            .todo("give a file of the folder audit-heads")
    })
}

fn of_file(path: &Path, known: Vec<Head>) -> Result<Result<Ended, Fault>, Failure> {
    let wrong = |error: std::io::Error| Failure::failed(&format!("read {}", path.display()), &error);
    let (mut text, unreadable) = (String::new(), |why: String| {
        Failure::new(Exit::CannotTell, format!("{} is not read as an audit log", path.display()))
            .why(why)
            .todo("take it away again: holdfast audit export FILE")
    });
    let file = File::open(path).map_err(wrong)?;
    if file.metadata().map_err(wrong)?.len() > FILE_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
    let log = chain::read(&text).map_err(|error| unreadable(error.to_string()))?;
    Ok(chain::verify(&log, known))
}

async fn of_controller(
    client: &Client,
    mut known: Vec<Head>,
    terminal: &Terminal,
) -> Result<Result<Ended, Fault>, Failure> {
    let mut piece = piece(client, 0).await?;
    known.push(piece.head);
    let (mut walk, last) = (Walk::new(known), piece.head.number);
    loop {
        for entry in &piece.rows {
            if let Err(fault) = walk.step(entry) {
                return Ok(Err(fault));
            }
        }
        match piece.next.filter(|next| *next < last) {
            Some(next) => piece = self::piece(client, next).await?,
            None => break,
        }
        if walk.head().number % 50_000 == 0 {
            terminal.say(&format!("{} of {last} entries are whole so far.", walk.head().number));
        }
    }
    Ok(walk.end())
}

fn answer(walked: Result<Ended, Fault>, as_json: bool, terminal: Terminal) -> Result<(), Failure> {
    let (word, entries, sha256, why) = match &walked {
        Ok(Ended { head, known_to: Some(_) }) => ("whole", head.number, Some(hex(&head.sha256.0)), None),
        Ok(Ended { head, known_to: None }) => {
            ("cannot_tell", head.number, Some(hex(&head.sha256.0)), Some(NO_END.to_owned()))
        }
        Err(fault) => ("not_genuine", 0, None, Some(fault.to_string())),
    };
    if as_json {
        let shown = json!({"schema": SCHEMA, "answer": word, "entries": entries, "head": sha256, "why": why});
        terminal.print(&shown.to_string())?;
    }
    match walked {
        Ok(Ended { head, known_to: Some(known_to) }) => {
            if !as_json {
                terminal.print(&format!(
                    "Whole: {} entries, nothing altered, taken out or cut off.\nhead {} {}",
                    head.number,
                    head.number,
                    hex(&head.sha256.0)
                ))?;
            }
            if known_to < head.number {
                terminal.say(&format!("The newest head that was given is of entry {known_to}: what was cut off behind entry {} could not be told.", head.number));
            }
            Ok(())
        }
        Ok(Ended { head, known_to: None }) => Err(Failure::new(
            Exit::CannotTell,
            format!("cannot tell whether the log ends with entry {}", head.number),
        )
        .why(NO_END)
        .todo("give a head that was written down: --head FILE")),
        Err(fault) => Err(Failure::new(Exit::NotGenuine, "the audit log is not as it was written")
            .why(fault.to_string())
            .todo("keep a copy of the controller's data folder as it is, and compare with an earlier one")),
    }
}

const NO_END: &str = "the entries follow from one another, but nothing says where the log ends";
