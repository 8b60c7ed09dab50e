//! `holdfast node list | show | revoke`.
//!
//! Enters: the controller's answers about nodes. Leaves: tables for people, the same JSON for programs. Fields that this
//! version does not know are passed over, values that are missing are said to be.

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::client::Client;
use holdfast_provisioning::words;
use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{Common, Node};
use super::failure::Failure;
use super::session::{SCHEMA, body_of, get, signed_in};
use super::terminal::{Terminal, Tone};

/// Most pages of a list that are read: 5,000 nodes at 50 a page. More are cut, and it is said.
const PAGES_MAX: usize = 100;

#[derive(Deserialize)]
struct Listed {
    rows: Vec<Value>,
    next: Option<String>,
    made_at: WallMs,
}

/// What is shown of a node's row.
#[derive(Deserialize)]
struct Row {
    shown: String,
    site: Option<Site>,
    state: State,
    backlog_records: Option<u64>,
    lost_records: Option<u64>,
    agent: Option<String>,
    rtt_ms: Option<f64>,
    route: Option<String>,
}

#[derive(Deserialize)]
struct Site {
    name: String,
    region: String,
}

#[derive(Deserialize)]
struct State {
    word: StateWord,
    was: Option<StateWord>,
    late: bool,
    since: Option<WallMs>,
    heard: Option<WallMs>,
}

#[derive(Deserialize)]
struct Whole {
    row: Row,
    reasons: Vec<Value>,
    readings: Vec<Reading>,
    identity: Identity,
    made_at: WallMs,
}

#[derive(Deserialize)]
struct Reading {
    field: String,
    instance: String,
    unit: String,
    value: Option<f64>,
    rate: Option<f64>,
}

#[derive(Deserialize)]
struct Identity {
    enrolled: WallMs,
    certificate_ends: WallMs,
    code: String,
}

pub(crate) async fn run(node: Node, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match node {
        Node::List { sort, json } => list(&client, sort.as_deref(), json.json, terminal).await,
        Node::Show { id, json } => show(&client, id, json.json, terminal).await,
        Node::Revoke { id, reason } => revoke(&client, id, reason, terminal).await,
    }
}

async fn list(
    client: &Client,
    sort: Option<&str>,
    as_json: bool,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (mut rows, made_at, cut) = all(client, sort).await?;
    if as_json {
        rows.iter_mut().for_each(|row| add_age(row, made_at));
        let out = json!({"schema": SCHEMA, "made_at_ms": made_at.0, "cut": cut, "nodes": rows});
        return terminal.print(&out.to_string());
    }
    if rows.is_empty() {
        terminal.say("No nodes yet. Make a ticket: holdfast ticket new");
        return Ok(());
    }
    let mut lines = vec![format!(
        "{:<10} {:<22} {:<20} {:<12} {:>8} {:>9} {}",
        "NODE", "STATE", "SITE", "LAST HEARD", "BACKLOG", "DELAY", "AGENT"
    )];
    for row in rows {
        let row: Row = value(&row)?;
        let (word, tone) = shown(&row.state);
        let heard = row.state.heard.map_or_else(|| "-".to_owned(), |at| age_of(made_at, at));
        lines.push(format!(
            "{:<10} {} {:<20} {heard:<12} {:>8} {:>9} {}",
            row.shown,
            terminal.tinted(&format!("{word:<22}"), tone),
            row.site.as_ref().map_or("-", |site| site.name.as_str()),
            row.backlog_records.map_or_else(|| "-".to_owned(), |count| count.to_string()),
            row.rtt_ms.map_or_else(|| "-".to_owned(), |rtt| format!("{rtt:.0} ms")),
            row.agent.as_deref().unwrap_or("-"),
        ));
    }
    terminal.print(&lines.join("\n"))?;
    if cut {
        terminal.say("There are more; the rest is left out.");
    }
    Ok(())
}

async fn show(client: &Client, id: NodeId, as_json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let mut whole: Value = get(client, &format!("/api/v1/nodes/{id}")).await?;
    if as_json {
        let made_at = WallMs(whole.get("made_at").and_then(Value::as_i64).unwrap_or(0));
        if let Some(row) = whole.get_mut("row") {
            add_age(row, made_at);
        }
        if let Some(object) = whole.as_object_mut() {
            object.insert("schema".to_owned(), json!(SCHEMA));
        }
        return terminal.print(&whole.to_string());
    }
    let node: Whole = value(&whole)?;
    terminal.print(&page(&node, *terminal).join("\n"))
}

fn page(node: &Whole, terminal: Terminal) -> Vec<String> {
    let row = &node.row;
    let (word, tone) = shown(&row.state);
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "no reading".to_owned());
    let heard = row.state.heard.map_or_else(
        || "never heard".to_owned(),
        |at| format!("last heard {} ago", age_of(node.made_at, at)),
    );
    let since = row.state.since.map_or_else(String::new, |at| format!(" since {}", words::utc(at)));
    let mut lines = vec![
        format!("{}   {}{since}, {heard}", row.shown, terminal.tinted(&word, tone)),
        String::new(),
        line("Site", &row.site.as_ref().map_or_else(|| "none".to_owned(), site_text)),
        line("Agent", &text(&row.agent)),
        line(
            "Connection",
            &row.rtt_ms.map_or_else(
                || "no reading".to_owned(),
                |rtt| format!("{rtt:.0} ms by {}", text(&row.route)),
            ),
        ),
        line(
            "Backlog",
            &row.backlog_records.map_or_else(|| "no reading".to_owned(), |count| format!("{count} waiting")),
        ),
        line("Lost", &format!("{} records", row.lost_records.unwrap_or(0))),
        line("Enrolled", &format!("{}, code {}", words::utc(node.identity.enrolled), node.identity.code)),
        line("Certificate", &format!("ends {}", words::utc(node.identity.certificate_ends))),
    ];
    for reason in &node.reasons {
        lines.push(line("Why", &reason_text(reason)));
    }
    if !node.readings.is_empty() {
        lines.push(String::new());
        lines.push(" Readings".to_owned());
    }
    for reading in &node.readings {
        let name = if reading.instance.is_empty() {
            reading.field.clone()
        } else {
            format!("{} {}", reading.field, reading.instance)
        };
        let shown = match (reading.rate, reading.value) {
            (Some(rate), _) => format!("{} {}/s", number(rate), reading.unit),
            (None, Some(value)) => format!("{} {}", number(value), reading.unit),
            (None, None) => "no reading".to_owned(),
        };
        lines.push(format!("  {name:<44} {shown}"));
    }
    lines
}

async fn revoke(
    client: &Client,
    id: NodeId,
    reason: Option<String>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    terminal.confirm(&format!("Shut node {} out, at once and for good?", id.shown()))?;
    let body = body_of(&json!({"reason": reason.unwrap_or_default()}))?;
    client.ask(Method::POST, &format!("/api/v1/nodes/{id}/revoke"), Some(body)).await?;
    terminal.say(&format!("Node {} is revoked.", id.shown()));
    Ok(())
}

async fn all(client: &Client, sort: Option<&str>) -> Result<(Vec<Value>, WallMs, bool), Failure> {
    let (mut rows, mut made_at, mut after) = (Vec::new(), WallMs(0), None::<String>);
    for _ in 0..PAGES_MAX {
        let page: Listed = get(client, &page_path(sort, after.as_deref())).await?;
        rows.extend(page.rows);
        made_at = page.made_at;
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((rows, made_at, false)),
        }
    }
    Ok((rows, made_at, true))
}

/// Address of a page of the list.
fn page_path(sort: Option<&str>, after: Option<&str>) -> String {
    let asked = [("sort", sort), ("after", after)];
    let pairs: Vec<String> = asked
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}={}", escaped(value))))
        .collect();
    if pairs.is_empty() { "/api/v1/nodes".to_owned() } else { format!("/api/v1/nodes?{}", pairs.join("&")) }
}

/// The word as it is shown, and how it is tinted. "No report" is not a verdict: it carries what was known before.
fn shown(state: &State) -> (String, Tone) {
    let name = |word: StateWord| match word {
        StateWord::Revoked => "Revoked",
        StateWord::NotYetSeen => "Not yet seen",
        StateWord::PlannedSilence => "Planned silence",
        StateWord::Maintenance => "Maintenance",
        StateWord::Down => "Down",
        StateWord::NotKnown => "Not known",
        StateWord::NoReport => "No report",
        StateWord::Degraded => "Degraded",
        StateWord::Ok => "OK",
    };
    let tone = match state.word {
        StateWord::Ok => Tone::Good,
        StateWord::Revoked | StateWord::Down => Tone::Bad,
        StateWord::NotYetSeen
        | StateWord::PlannedSilence
        | StateWord::Maintenance
        | StateWord::NotKnown
        | StateWord::NoReport
        | StateWord::Degraded => Tone::Warn,
    };
    let mut text = name(state.word).to_owned();
    if let Some(was) = state.was {
        text = format!("{text}, was {}", name(was));
    }
    if state.late {
        text.push_str(", late");
    }
    (text, tone)
}

fn value<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    super::session::parse(value.to_string().as_bytes())
}

/// Ages stand beside times in JSON, so that a reader needs no clock.
fn add_age(row: &mut Value, made_at: WallMs) {
    let heard = row.pointer("/state/heard").and_then(Value::as_i64);
    if let (Some(heard), Some(object)) = (heard, row.as_object_mut()) {
        object.insert("heard_age_s".to_owned(), json!(made_at.since_ms(WallMs(heard)).max(0) / 1000));
    }
}

fn age_of(now: WallMs, at: WallMs) -> String {
    words::age(u64::try_from(now.since_ms(at) / 1000).unwrap_or(0))
}

fn line(name: &str, value: &str) -> String {
    format!(" {name:<13}{value}")
}

fn site_text(site: &Site) -> String {
    if site.region.is_empty() { site.name.clone() } else { format!("{} ({})", site.name, site.region) }
}

/// A reason in one line: its code, then its details as they came.
fn reason_text(reason: &Value) -> String {
    let code = reason.get("reason").and_then(Value::as_str).unwrap_or("unknown").replace('_', " ");
    let details: Vec<String> = reason
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.as_str() != "reason")
        .map(|(key, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{} {value}", key.replace('_', " "))
        })
        .collect();
    if details.is_empty() { code } else { format!("{code}: {}", details.join(", ")) }
}

/// Three significant digits; whole numbers stay whole.
fn number(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 || size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// A query value (RFC 3986, 3.4): what is not unreserved is written in hexadecimal.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_report_carries_what_was_known_before_and_late_is_said() {
        let state = |word, was, late| State { word, was, late, since: None, heard: None };
        assert_eq!(shown(&state(StateWord::NoReport, Some(StateWord::Ok), false)).0, "No report, was OK");
        assert_eq!(shown(&state(StateWord::Ok, None, true)).0, "OK, late");
    }

    #[test]
    fn a_reason_is_one_line_with_its_details() {
        let full = json!({"reason": "disk_full", "mount": "/data", "used_percent": 97.5});
        assert_eq!(reason_text(&full), "disk full: mount /data, used percent 97.5");
        assert_eq!(reason_text(&json!({"reason": "clock"})), "clock");
        assert_eq!(reason_text(&json!("rubbish")), "unknown");
    }

    #[test]
    fn every_page_of_a_list_is_asked_for_in_the_same_order() {
        assert_eq!(page_path(None, None), "/api/v1/nodes");
        assert_eq!(page_path(Some("-heard"), None), "/api/v1/nodes?sort=-heard");
        assert_eq!(
            page_path(Some("-heard"), Some("-heard.5.7k2m9qxd")),
            "/api/v1/nodes?sort=-heard&after=-heard.5.7k2m9qxd"
        );
    }

    #[test]
    fn what_may_not_stand_in_a_query_is_escaped() {
        assert_eq!(escaped("a b&c/ї"), "a%20b%26c%2F%D1%97");
    }
}
