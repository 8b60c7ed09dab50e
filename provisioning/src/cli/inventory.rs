//! `holdfast item | handover | donation | model`.
//!
//! Enters: what the command line asks. Leaves: requests to the controller's inventory, tables for people, the same JSON for
//! programs. Decides nothing: what may be recorded, and by whom, is the controller's to say, and its words are shown.

use std::collections::BTreeMap;

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::client::Client;
use holdfast_provisioning::words;
use hyper::Method;
use serde_json::{Map, Value, json};

use super::args::{Common, Donation, Handover, Item, Model};
use super::failure::{Exit, Failure};
use super::session::{SCHEMA, body_of, get, parse, signed_in};
use super::terminal::Terminal;

/// Most pages of a list that are read: 5,000 rows at 50 a page. More are cut, and it is said.
const PAGES_MAX: usize = 100;

/// `holdfast item …`.
pub(crate) async fn item(item: Item, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match item {
        Item::Bind { id, node, json } => {
            super::evidence::bind(&client, (id, node), json.json, terminal).await
        }
        Item::List { state, json } => {
            let query = state.map(|state| format!("state={}", escaped(&state)));
            items(&client, query, json.json, terminal).await
        }
        Item::Find { text, json } => {
            items(&client, Some(format!("text={}", escaped(&text))), json.json, terminal).await
        }
        Item::Show { id, json } => show_item(&client, id, json.json, terminal).await,
        Item::New { model, custodian, line, name, carries, json } => {
            let carried: Vec<Value> =
                carries.iter().map(|(kind, value)| json!({"kind": kind, "value": value})).collect();
            let one = json!({"model": model, "custodian": custodian, "line": line,
                "name": name.unwrap_or_default(), "identifiers": carried});
            let made = post(&client, "/api/v1/items", &json!({"items": [one]})).await?;
            let shown = text(&made, "/items/0/shown");
            told(
                terminal,
                json.json,
                &made,
                &format!("Item {} is registered, label {shown}.", text(&made, "/items/0/id")),
            )
        }
        Item::Record { what, items, with, note, json } => {
            let body =
                json!({"items": items, "event": event(&what, &with), "note": note.unwrap_or_default()});
            let made = post(&client, "/api/v1/items/events", &body).await?;
            told(terminal, json.json, &made, &format!("Recorded \"{what}\" of {} items.", items.len()))
        }
    }
}

/// `holdfast handover …`.
pub(crate) async fn handover(
    handover: Handover,
    common: &Common,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match handover {
        Handover::List { open, json } => {
            let query = open.then(|| "open=true".to_owned());
            let columns = [
                ("ID", "/id", 34),
                ("STATE", "/outcome", 26),
                ("FROM", "/giver/name", 22),
                ("TO", "/taker/name", 22),
                ("ITEMS", "/items", 6),
            ];
            table(&client, ("/api/v1/handovers", query, "handovers"), &columns, json.json, terminal).await
        }
        Handover::Offer { to, from, back, note, items, json } => {
            let purpose = if back { "return" } else { "delivery" };
            let body = json!({"taker": to, "giver": from, "purpose": purpose, "items": items, "note": note.unwrap_or_default()});
            let made = post(&client, "/api/v1/handovers", &body).await?;
            told(
                terminal,
                json.json,
                &made,
                &format!("Offered to {}: hand-over {}.", text(&made, "/taker/name"), text(&made, "/id")),
            )
        }
        Handover::Answer { id, damaged, short, wrong_serial, refused, json } => {
            let path = format!("/api/v1/handovers/{}", escaped(&id));
            let offer: Value = get(&client, &path).await?;
            let said = said(&damaged, &short, &wrong_serial, &refused)?;
            let body = answer(&offer, said)?;
            let made = post(&client, &format!("{path}/answer"), &body).await?;
            told(
                terminal,
                json.json,
                &made,
                &format!("Recorded: {}.", text(&made, "/outcome").replace('_', " ")),
            )
        }
        Handover::Withdraw { id } => {
            client.ask(Method::POST, &format!("/api/v1/handovers/{}/withdraw", escaped(&id)), None).await?;
            terminal.say("The offer is taken back.");
            Ok(())
        }
    }
}

/// `holdfast donation …`.
pub(crate) async fn donation(
    donation: Donation,
    common: &Common,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match donation {
        Donation::List(json) => {
            let columns = [("NUMBER", "/id", 8), ("STATE", "/state", 10), ("TITLE", "/title", 50)];
            table(&client, ("/api/v1/donations", None, "donations"), &columns, json.json, terminal).await
        }
        Donation::Show { id, json } => {
            let found: Value = get(&client, &format!("/api/v1/donations/{id}")).await?;
            told(terminal, json.json, &found, &donation_page(&found))
        }
        Donation::New { title, shares, lines, programme, json } => {
            let mut given = Vec::new();
            for (party, points) in &shares {
                given.push(json!({"party": number(party)?, "basis_points": number(points)?}));
            }
            let mut listed = Vec::new();
            for (model, count) in &lines {
                listed.push(json!({"model": number(model)?, "quantity": number(count)?}));
            }
            let body = json!({"title": title, "programme": programme, "state": "agreed",
                "title_passes": "on_acceptance", "shares": given, "lines": listed});
            let made = post(&client, "/api/v1/donations", &body).await?;
            told(terminal, json.json, &made, &format!("Donation {} is recorded.", text(&made, "/id")))
        }
    }
}

/// `holdfast model …`.
pub(crate) async fn model(model: Model, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match model {
        Model::List(json) => {
            let columns = [
                ("NUMBER", "/id", 8),
                ("MAKER", "/maker", 20),
                ("NAME", "/name", 30),
                ("CATEGORY", "/category", 14),
            ];
            table(&client, ("/api/v1/models", None, "models"), &columns, json.json, terminal).await
        }
        Model::New { name, maker, category, gtin, must_carry, json } => {
            let body = json!({"name": name, "maker": maker.unwrap_or_default(), "category": category,
                "gtin": gtin, "must_carry": must_carry});
            let made = post(&client, "/api/v1/models", &body).await?;
            told(terminal, json.json, &made, &format!("Model {} is made.", text(&made, "/id")))
        }
    }
}

async fn items(
    client: &Client,
    query: Option<String>,
    as_json: bool,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let columns = [
        ("NUMBER", "/id", 8),
        ("LABEL", "/shown", 10),
        ("STATE", "/state", 12),
        ("MODEL", "/model/name", 24),
        ("CUSTODIAN", "/custodian/name", 22),
        ("SITE", "/site/name", 16),
    ];
    table(client, ("/api/v1/items", query, "items"), &columns, as_json, terminal).await
}

async fn show_item(client: &Client, id: i64, as_json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let mut whole: Value = get(client, &format!("/api/v1/items/{id}")).await?;
    let events: Value = get(client, &format!("/api/v1/items/{id}/events")).await?;
    if let Some(object) = whole.as_object_mut() {
        object.insert("events".to_owned(), events.get("rows").cloned().unwrap_or_default());
    }
    let page = item_page(&whole);
    told(terminal, as_json, &whole, &page)
}

fn item_page(whole: &Value) -> String {
    let time = |value: Option<&Value>| {
        value.and_then(Value::as_i64).map_or_else(|| "-".to_owned(), |at| words::utc(WallMs(at)))
    };
    let mut lines = vec![format!(
        "{}   {} since {}",
        text(whole, "/item/shown"),
        text(whole, "/item/state").replace('_', " "),
        time(whole.pointer("/item/since"))
    )];
    for (name, path) in [
        ("Name", "/item/name"),
        ("Model", "/item/model/name"),
        ("Custodian", "/item/custodian/name"),
        ("Promised to", "/item/allocated_to/name"),
        ("Site", "/item/site/name"),
        ("Node", "/item/node"),
        ("Donation", "/item/donation/name"),
    ] {
        lines.push(format!(" {name:<13}{}", text(whole, path)));
    }
    for one in list(whole, "/identifiers") {
        let value = one.get("value").and_then(Value::as_str).unwrap_or("masked");
        lines.push(format!(" {:<13}{value}", text(one, "/kind")));
    }
    for one in list(whole, "/events") {
        let voided = if one.get("voided").and_then(Value::as_bool) == Some(true) { "  voided" } else { "" };
        let note =
            one.get("note").and_then(Value::as_str).map(|note| format!("  {note}")).unwrap_or_default();
        lines.push(format!(
            "  {}  {}{voided}{note}",
            time(one.get("happened")),
            text(one, "/word").replace('_', " ")
        ));
    }
    lines.join("\n")
}

fn donation_page(found: &Value) -> String {
    let mut lines = vec![format!("{}   {}", text(found, "/title"), text(found, "/state"))];
    for share in list(found, "/shares") {
        let points = share.get("basis_points").and_then(Value::as_u64).unwrap_or(0);
        lines.push(format!(" {:<30} {}.{:02} %", text(share, "/party/name"), points / 100, points % 100));
    }
    for line in list(found, "/lines") {
        lines.push(format!(" {}: {} given", text(line, "/model/name"), text(line, "/figures/given")));
        let parts = line.pointer("/figures/parts").and_then(Value::as_object);
        for (part, count) in parts.into_iter().flatten().filter(|(_, count)| count.as_u64() != Some(0)) {
            lines.push(format!("   {:<24} {count}", part.replace('_', " ")));
        }
        let together: Vec<String> = list(line, "/figures/together/parts")
            .iter()
            .map(|part| text(part, "").replace('_', " "))
            .collect();
        if !together.is_empty() {
            lines.push(format!(
                "   {} together: {}",
                together.join(", "),
                text(line, "/figures/together/items")
            ));
        }
    }
    lines.join("\n")
}

/// An event of this word with its fields; numbers as numbers.
fn event(what: &str, with: &[(String, String)]) -> Value {
    let mut fields = Map::from_iter([("what".to_owned(), json!(what))]);
    for (name, value) in with {
        // A node's id may be of digits alone, and is text all the same.
        let number = value.parse::<i64>().ok().filter(|_| name != "node" && name != "event");
        fields.insert(name.clone(), number.map_or_else(|| json!(value), |number| json!(number)));
    }
    if what == "deployed" {
        fields.entry("node").or_insert(Value::Null);
    }
    if what == "packed" {
        fields.entry("container").or_insert(Value::Null);
    }
    Value::Object(fields)
}

/// What is said of lines that are not simply accepted.
fn said(
    damaged: &[(String, String)],
    short: &[i64],
    wrong_serial: &[(String, String)],
    refused: &[i64],
) -> Result<BTreeMap<i64, Value>, Failure> {
    let mut lines = Vec::new();
    let not =
        |difference: &str, words: &str| json!({"answer": "not", "difference": difference, "words": words});
    for (item, words) in damaged {
        lines.push((number(item)?, json!({"answer": "accepted_damaged", "words": words})));
    }
    for (item, words) in wrong_serial {
        lines.push((number(item)?, not("wrong_serial", words)));
    }
    lines.extend(short.iter().map(|item| (*item, not("short", ""))));
    lines.extend(refused.iter().map(|item| (*item, not("refused", ""))));
    let count = lines.len();
    let said: BTreeMap<i64, Value> = lines.into_iter().collect();
    if said.len() == count {
        Ok(said)
    } else {
        Err(Failure::new(Exit::Usage, "two things are said of one item").todo("name each item once"))
    }
}

/// The answer to an offer: each of its items, accepted unless something else is said.
fn answer(offer: &Value, mut said: BTreeMap<i64, Value>) -> Result<Value, Failure> {
    let mut lines = Vec::new();
    for item in list(offer, "/items").iter().filter_map(|item| item.get("id").and_then(Value::as_i64)) {
        let line = said.remove(&item).unwrap_or_else(|| json!({"answer": "accepted"}));
        lines.push(json!({"item": item, "said": line}));
    }
    match said.keys().next() {
        None => Ok(json!({"lines": lines})),
        Some(item) => {
            Err(Failure::new(Exit::Usage, format!("item {item} is not on the list of this hand-over")))
        }
    }
}

async fn post(client: &Client, path: &str, body: &Value) -> Result<Value, Failure> {
    let answer = client.ask(Method::POST, path, Some(body_of(body)?)).await?;
    parse(&answer.body)
}

/// Prints a list, whole, as a table or as JSON under `name`.
async fn table(
    client: &Client,
    (path, query, name): (&str, Option<String>, &str),
    columns: &[(&str, &str, usize)],
    as_json: bool,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (rows, cut) = all(client, path, query.as_deref()).await?;
    if as_json {
        return terminal.print(&json!({"schema": SCHEMA, "cut": cut, name: rows}).to_string());
    }
    if rows.is_empty() {
        terminal.say("Nothing here.");
        return Ok(());
    }
    let line = |cells: Vec<String>| {
        let cells =
            cells.iter().zip(columns).map(|(cell, (_, _, width))| format!("{cell:<width$}", width = *width));
        cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    };
    let mut lines = vec![line(columns.iter().map(|(head, ..)| (*head).to_owned()).collect())];
    lines.extend(rows.iter().map(|row| line(columns.iter().map(|(_, path, _)| text(row, path)).collect())));
    terminal.print(&lines.join("\n"))?;
    if cut {
        terminal.say("There are more; the rest is left out.");
    }
    Ok(())
}

async fn all(client: &Client, path: &str, query: Option<&str>) -> Result<(Vec<Value>, bool), Failure> {
    let (mut rows, mut after) = (Vec::new(), None::<String>);
    for _ in 0..PAGES_MAX {
        let asked: Vec<String> = query
            .map(str::to_owned)
            .into_iter()
            .chain(after.as_deref().map(|after| format!("after={}", escaped(after))))
            .collect();
        let whole = if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) };
        let page: Value = get(client, &whole).await?;
        rows.extend(list(&page, "/rows").iter().cloned());
        match page.get("next").and_then(Value::as_str) {
            Some(next) => after = Some(next.to_owned()),
            None => return Ok((rows, false)),
        }
    }
    Ok((rows, true))
}

/// Prints a thing as JSON with the schema's number, or as words.
fn told(terminal: &Terminal, as_json: bool, value: &Value, words: &str) -> Result<(), Failure> {
    if !as_json {
        return terminal.print(words);
    }
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.insert("schema".to_owned(), json!(SCHEMA));
    }
    terminal.print(&value.to_string())
}

/// A value as it stands in a table; a dash for what is missing or not shown.
fn text(value: &Value, path: &str) -> String {
    match value.pointer(path) {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_)) | None => "-".to_owned(),
    }
}

fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn number(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::new(Exit::Usage, format!("{text:?} is not a number of a thing")))
}

/// A query value (RFC 3986, 3.4): what is not unreserved is written in hexadecimal.
fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &[(&str, &str)]) -> Vec<(String, String)> {
        text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_event_has_its_fields_as_numbers_and_a_node_as_text() {
        let built = event("deployed", &pairs(&[("site", "3"), ("node", "12345678")]));
        assert_eq!(built, json!({"what": "deployed", "site": 3, "node": "12345678"}));
        assert_eq!(event("deployed", &pairs(&[("site", "3")]))["node"], Value::Null);
        assert_eq!(event("stored", &[]), json!({"what": "stored"}));
    }

    #[test]
    fn an_answer_speaks_of_each_listed_item_and_of_no_other() {
        let offer = json!({"items": [{"id": 41}, {"id": 42}, {"id": 43}]});
        let lines = said(&pairs(&[("42", "a dent")]), &[43], &[], &[]).unwrap();
        let built = answer(&offer, lines).unwrap();
        assert_eq!(built["lines"][0], json!({"item": 41, "said": {"answer": "accepted"}}));
        assert_eq!(built["lines"][1]["said"]["words"], "a dent");
        assert_eq!(built["lines"][2]["said"]["difference"], "short");
        assert!(answer(&offer, said(&[], &[99], &[], &[]).unwrap()).is_err(), "not on the list");
        assert!(said(&[], &[43], &[], &[43]).is_err(), "two things of one item");
    }
}
