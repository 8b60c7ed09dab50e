//! What a lab's fleet was given: five sign-ins, three donors with policies of their own, items in every state, a hand-over that
//! waits, and a packing list as people send them.
//!
//! Enters: the administrator's client, the lab's folder. Leaves: an inventory made through the API alone, once; the sign-ins in
//! a file that only its owner reads. What is there already is left as it is.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use holdfast_tests::controller::{random_password, write_private, write_whole};
use holdfast_tests::http::Client;
use serde_json::{Value, json};

/// The sign-ins with their passwords.
const SIGN_INS: &str = "sign-ins.txt";
/// A packing list to try the import with.
const PACKING_LIST: &str = "packing-list.csv";
/// Who signs in beside the administrator: name, role, of which party.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("operator", "operator", OWN),
    ("engineer", "field_engineer", OWN),
    ("office", "back_office", OWN),
    ("recipient", "recipient", "Water works"),
    ("donor", "donor", "First donor"),
];
/// Stands for the fleet's own party.
const OWN: &str = "";
const OWN_PARTY: i64 = 1;
/// Parties beside the fleet's own.
const PARTIES: [(&str, &str, &str); 6] = [
    ("First donor", "donor", "PL"),
    ("Second donor", "donor", "EE"),
    ("Third donor", "donor", "CA"),
    ("Water works", "recipient", "UA"),
    ("Hospital", "recipient", "UA"),
    ("Carrier", "carrier", "PL"),
];
/// Regions of sites without a computer behind them.
const SITES: [(&str, &str); 4] =
    [("Alder 7", "UA-63"), ("Birch 12", "UA-32"), ("Cedar 3", "UA-51"), ("Maple 21", "UA-46")];

/// What of it a person needs.
#[derive(Debug, Clone)]
pub(crate) struct Inventory {
    pub(crate) sign_ins: PathBuf,
    pub(crate) packing_list: PathBuf,
}

/// Makes it, unless it is there.
///
/// # Errors
/// When the controller refuses a step, or a file cannot be written.
pub(crate) fn seed(client: &Client, folder: &Path) -> anyhow::Result<Inventory> {
    let made = Inventory { sign_ins: folder.join(SIGN_INS), packing_list: folder.join(PACKING_LIST) };
    if !made.packing_list.exists() {
        write_whole(&made.packing_list, PACKING.as_bytes(), 0o644)?;
    }
    let parties = parties(client)?;
    let party = |name: &str| parties.iter().find(|(known, _)| known == name).map_or(OWN_PARTY, |(_, id)| *id);
    people(client, &made.sign_ins, &party)?;
    if client.get("/api/v1/donations")?.pointer("/rows/0").is_none() {
        given(client, &made.sign_ins, &party)?;
    }
    Ok(made)
}

fn done(client: &Client, path: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = client.request("POST", path, Some(body))?;
    anyhow::ensure!(answer.status < 300, "POST {path}: {}", String::from_utf8_lossy(&answer.body));
    if answer.body.is_empty() { Ok(Value::Null) } else { answer.json() }
}

fn number(value: &Value, pointer: &str) -> anyhow::Result<i64> {
    value.pointer(pointer).and_then(Value::as_i64).with_context(|| format!("an answer without {pointer}"))
}

fn parties(client: &Client) -> anyhow::Result<Vec<(String, i64)>> {
    let known = |client: &Client| -> anyhow::Result<Vec<(String, i64)>> {
        let page = client.get("/api/v1/parties")?;
        let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        let one = |row: &Value| Some((row.get("name")?.as_str()?.to_owned(), row.get("id")?.as_i64()?));
        Ok(rows.iter().filter_map(one).collect())
    };
    let before = known(client)?;
    for (name, kind, country) in PARTIES {
        if !before.iter().any(|(it, _)| it == name) {
            done(client, "/api/v1/parties", &json!({"name": name, "kind": kind, "country": country}))?;
        }
    }
    known(client)
}

/// Invites whoever is missing and chooses their password; it is in the file before the controller hears of it.
fn people(client: &Client, file: &Path, party: &impl Fn(&str) -> i64) -> anyhow::Result<()> {
    if !file.exists() {
        let lines = PEOPLE.iter().map(|(name, ..)| anyhow::Ok(format!("{name} {}\n", random_password()?)));
        write_private(file, lines.collect::<anyhow::Result<String>>()?.as_bytes())?;
    }
    let page = client.get("/api/v1/people")?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    for (name, role, of) in PEOPLE {
        if rows.iter().any(|row| row.get("name").and_then(Value::as_str) == Some(name)) {
            continue;
        }
        let body = json!({"name": name, "party": party(of), "roles": [role]});
        let invited = done(client, "/api/v1/people", &body)?;
        let code = invited.get("code").and_then(Value::as_str).context("an invitation without a code")?;
        let body = json!({"name": name, "code": code, "password": password(file, name)?});
        done(&client.without_token(), "/api/v1/session/invited", &body)?;
    }
    Ok(())
}

fn password(file: &Path, name: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(line.with_context(|| format!("{} names no password of {name}", file.display()))?.to_owned())
}

/// A client of one of the five.
fn signed_in(client: &Client, file: &Path, name: &str) -> anyhow::Result<Client> {
    let body = json!({"name": name, "password": password(file, name)?, "token": true});
    let answer = done(&client.without_token(), "/api/v1/session", &body)?;
    let token = answer.get("token").and_then(Value::as_str).context("a sign-in without a token")?;
    Ok(client.with_token(token))
}

/// Donations of three donors, items in every state, and a hand-over that waits.
fn given(client: &Client, file: &Path, party: &impl Fn(&str) -> i64) -> anyhow::Result<()> {
    for (name, region) in SITES {
        // A site appears with the first ticket that names it.
        done(client, "/api/v1/tickets", &json!({"site": name, "region": region}))?;
    }
    let terminal =
        json!({"name": "Terminal G3", "maker": "Maker", "category": "terminal", "must_carry": ["kit"]});
    let generator =
        json!({"name": "Generator 5 kW", "maker": "Maker", "category": "power", "must_carry": ["serial"]});
    let terminal = number(&done(client, "/api/v1/models", &terminal)?, "/id")?;
    let generator = number(&done(client, "/api/v1/models", &generator)?, "/id")?;
    let programme = json!({"title": "Winter links", "tlp": "amber"});
    let programme = number(&done(client, "/api/v1/programmes", &programme)?, "/id")?;
    let case =
        number(&done(client, "/api/v1/containers", &json!({"name": "Case 7", "seal": "S-0107"}))?, "/id")?;
    let share = |name: &str, basis_points: u32| json!({"party": party(name), "basis_points": basis_points});
    let policy = |place: &str, days: u16, least: u16, serials: bool| json!({"place": place, "delay_days": days, "least_items": least, "serials": serials});
    let donations = [
        // Told at once, so that a lab shows something on its first day.
        (
            "Forty terminals",
            policy("region", 0, 5, false),
            json!([share("First donor", 10_000)]),
            json!([{"model": terminal, "quantity": 40, "note": "for water and hospitals"}]),
        ),
        (
            "Shared winter gift",
            policy("country", 3, 5, false),
            json!([share("First donor", 6_000), share("Second donor", 4_000)]),
            json!([{"model": terminal, "quantity": 20}, {"model": generator, "quantity": 12}]),
        ),
        (
            "Generators on loan",
            policy("none", 30, 10, false),
            json!([share("Third donor", 3_333), share("Second donor", 6_667)]),
            json!([{"model": generator, "quantity": 8}]),
        ),
    ];
    let mut lines = Vec::new();
    for (title, disclosure, shares, of) in donations {
        let body = json!({"title": title, "programme": programme, "state": "agreed", "title_passes": "on_acceptance",
            "disclosure": disclosure, "shares": shares, "lines": of});
        let answer = done(client, "/api/v1/donations", &body)?;
        lines.push(number(&answer, "/lines/0/id")?);
    }
    let [first, shared, loan] = lines[..] else { anyhow::bail!("three donations") };
    let terminals = items(client, (terminal, first), 36, 0)?;
    let more = items(client, (terminal, shared), 14, 36)?;
    items(client, (generator, loan), 8, 0)?;
    let recipient = signed_in(client, file, "recipient")?;
    let parties = (party("Water works"), party("Carrier"), case);
    live(client, &recipient, &terminals, &more, parties)
}

/// Registers so many items of a model under a line.
fn items(client: &Client, (model, line): (i64, i64), count: usize, from: usize) -> anyhow::Result<Vec<i64>> {
    let one = |at: usize| {
        let at = at + from;
        let mut identifiers = vec![json!({"kind": "serial", "value": format!("SN-{line:02}-{at:04}")})];
        identifiers.push(json!({"kind": "kit", "value": format!("KIT{line:02}{at:06}")}));
        json!({"model": model, "custodian": OWN_PARTY, "line": line, "name": format!("Thing {at}"),
            "identifiers": identifiers})
    };
    let body = json!({"items": (1..=count).map(one).collect::<Vec<_>>(), "note": "from the packing list"});
    let made = done(client, "/api/v1/items", &body)?;
    let rows = made.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    rows.iter().map(|row| number(row, "/id")).collect()
}

/// Gives items a life: some in every state, one hand-over accepted in part, one that waits.
fn live(
    client: &Client,
    recipient: &Client,
    terminals: &[i64],
    more: &[i64],
    (water, _carrier, case): (i64, i64, i64),
) -> anyhow::Result<()> {
    let record = |items: &[i64], event: Value| {
        done(client, "/api/v1/items/events", &json!({"items": items, "event": event})).map(drop)
    };
    let part =
        |from: usize, to: usize| terminals.get(from..to).context("fewer terminals than were registered");
    record(part(0, 30)?, json!({"what": "allocated", "to": water}))?;
    record(part(0, 26)?, json!({"what": "packed", "container": case}))?;
    record(part(0, 24)?, json!({"what": "departed"}))?;
    record(part(0, 22)?, json!({"what": "arrived"}))?;
    let listed: Vec<i64> = part(0, 20)?.to_vec();
    let offer = json!({"taker": water, "items": listed, "note": "first lorry"});
    let offered = done(client, "/api/v1/handovers", &offer)?;
    let id = offered.get("id").and_then(Value::as_str).context("an offer without an id")?;
    let said = |item: &i64| match listed.iter().position(|it| it == item) {
        Some(18) => {
            json!({"item": item, "said": {"answer": "not", "difference": "short", "words": "not in the case"}})
        }
        Some(19) => {
            json!({"item": item, "said": {"answer": "accepted_damaged", "words": "a dent in the cover"}})
        }
        _other => json!({"item": item, "said": {"answer": "accepted"}}),
    };
    let answer = json!({"lines": listed.iter().map(said).collect::<Vec<_>>(), "over": ["one power cable"]});
    done(recipient, &format!("/api/v1/handovers/{id}/answer"), &answer)?;
    let sites = client.get("/api/v1/sites")?;
    let sites = sites.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let sites: Vec<i64> =
        sites.iter().filter_map(|row| row.pointer("/site/id").and_then(Value::as_i64)).collect();
    for (item, site) in part(0, 12)?.iter().zip(sites.iter().cycle()) {
        record(&[*item], json!({"what": "deployed", "site": site, "node": null}))?;
    }
    record(part(10, 12)?, json!({"what": "removed"}))?;
    record(part(12, 14)?, json!({"what": "stored"}))?;
    record(part(14, 15)?, json!({"what": "sent_to_repair"}))?;
    record(part(15, 16)?, json!({"what": "lost"}))?;
    record(part(16, 17)?, json!({"what": "stolen"}))?;
    let back = json!({"taker": OWN_PARTY, "items": part(17, 18)?, "purpose": "return"});
    let back = done(recipient, "/api/v1/handovers", &back)?;
    let id = back.get("id").and_then(Value::as_str).context("an offer without an id")?;
    let taken = json!({"lines": [{"item": part(17, 18)?.first(), "said": {"answer": "accepted"}}]});
    done(client, &format!("/api/v1/handovers/{id}/answer"), &taken)?;
    record(part(34, 35)?, json!({"what": "retired"}))?;
    record(part(35, 36)?, json!({"what": "destroyed"}))?;
    let waiting = more.get(..6).context("fewer than six")?;
    record(waiting, json!({"what": "allocated", "to": water}))?;
    done(client, "/api/v1/handovers", &json!({"taker": water, "items": waiting, "note": "second lorry"}))
        .map(drop)
}

/// Messy on purpose: a title above the headings, headings in two languages, blanks, a wrong check digit, a line twice, a formula.
const PACKING: &str = "\
Packing list / Пакувальний лист;;;;;
;;;;;
 Nr. ;Model ; S/N (serial no.) ;KIT-номер;IMEI;Remarks
1;Maker Terminal G3;SN-90-0001;KIT90000001;490154203237518;
2;Maker Terminal G3; sn-90-0002 ;kit 9000 0002;490154203237519;check digit is wrong
3;Maker Terminal G3;SN-90-0001;KIT90000001;;the first one again
4;Unknown thing X9;SN-90-0004;;;no such model
5;Maker Generator 5 kW;=SUM(A1:A9);;;a formula
6;Maker Generator 5 kW;SN-90-0006;;;\"two
lines; and a semicolon\"
;;;;;
Total;;5;;;
";
