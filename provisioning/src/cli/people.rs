//! `holdfast person list | show | new | roles | lock | unlock | invite` and `holdfast party list | new`.
//!
//! Enters: what shall become of whom. Leaves: tables for people, the controller's JSON for programs, the code of an invitation
//! once. Names people by numbers in addresses. Never sees a password.

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::client::Client;
use holdfast_provisioning::words;
use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::Common;
use super::failure::{Exit, Failure};
use super::pager;
use super::people_args::{CodeShown, Party, Person, PersonNew};
use super::session::{SCHEMA, body_of, get, parse, signed_in};
use super::terminal::{Terminal, Tone, new_secret_file};

const PEOPLE: &str = "/api/v1/people";
const PARTIES: &str = "/api/v1/parties";
/// HTTP status of a change that waits for a second person.
const ACCEPTED: u16 = 202;

/// What is shown of a person.
#[derive(Deserialize)]
struct Row {
    id: i64,
    name: String,
    party: i64,
    roles: Vec<String>,
    locked: Option<WallMs>,
    has_password: bool,
    has_second_factor: bool,
    invited_until: Option<WallMs>,
    last_sign_in: Option<WallMs>,
    sessions: u32,
    version: i64,
}

#[derive(Deserialize)]
struct PartyRow {
    id: i64,
    name: String,
    kind: String,
    country: String,
}

#[derive(Deserialize)]
struct Invited {
    id: i64,
    code: String,
    ends: WallMs,
    proposal: Option<i64>,
}

/// A change that waits for a second person.
#[derive(Deserialize)]
struct Waiting {
    id: i64,
}

pub(crate) async fn person(person: Person, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match person {
        Person::List(as_json) => list(&client, as_json.json, terminal).await,
        Person::Show { who, json } => show(&client, &who, json.json, terminal).await,
        Person::New(new) => make(&client, &new, terminal).await,
        Person::Roles { who, roles } => set_roles(&client, &who, &roles, terminal).await,
        Person::Lock { who, reason } => lock(&client, &who, reason, terminal).await,
        Person::Unlock { who } => unlock(&client, &who, terminal).await,
        Person::Invite { who, shown } => invite(&client, &who, &shown, terminal).await,
    }
}

async fn list(client: &Client, as_json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let (rows, cut) = pager::all(client, PEOPLE).await?;
    if as_json {
        return terminal.print(&json!({"schema": SCHEMA, "people": rows, "cut": cut}).to_string());
    }
    let mut lines = vec![format!(
        "{:<7} {:<18} {:<7} {:<9} {:<7} {:<8} {:<22} {}",
        "PERSON", "NAME", "PARTY", "STATE", "FACTOR", "SESSIONS", "LAST SIGN-IN", "ROLES"
    )];
    for row in rows {
        let row: Row = row_of(&row)?;
        let (word, tone) = state(&row);
        lines.push(format!(
            "{:<7} {:<18} {:<7} {} {:<7} {:<8} {:<22} {}",
            row.id,
            row.name,
            row.party,
            terminal.tinted(&format!("{word:<9}"), tone),
            yes_no(row.has_second_factor),
            row.sessions,
            row.last_sign_in.map_or_else(|| "never".to_owned(), words::utc),
            row.roles.join(", "),
        ));
    }
    finish(&lines, cut, *terminal)
}

async fn show(client: &Client, who: &str, as_json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let id = number(client, who).await?;
    let mut whole: Value = get(client, &format!("{PEOPLE}/{id}")).await?;
    if as_json {
        if let Some(object) = whole.as_object_mut() {
            object.insert("schema".to_owned(), json!(SCHEMA));
        }
        return terminal.print(&whole.to_string());
    }
    let row: Row = row_of(&whole)?;
    let (word, tone) = state(&row);
    let at = |at: Option<WallMs>, none: &str| at.map_or_else(|| none.to_owned(), words::utc);
    let mut lines = vec![
        format!("{}   {}", row.name, terminal.tinted(word, tone)),
        String::new(),
        line("Person", &row.id.to_string()),
        line("Party", &row.party.to_string()),
        line("Roles", &row.roles.join(", ")),
        line("Second factor", yes_no(row.has_second_factor)),
        line("Last sign-in", &at(row.last_sign_in, "never")),
        line("Sessions", &row.sessions.to_string()),
    ];
    if row.locked.is_some() {
        lines.push(line("Locked since", &at(row.locked, "")));
    }
    if row.invited_until.is_some() {
        lines.push(line("Invited until", &at(row.invited_until, "")));
    }
    terminal.print(&lines.join("\n"))
}

async fn make(client: &Client, new: &PersonNew, terminal: &Terminal) -> Result<(), Failure> {
    let body = body_of(&json!({"name": new.name, "party": new.party, "roles": new.roles}))?;
    let answer = client.ask(Method::POST, PEOPLE, Some(body)).await?;
    show_code(&parse(&answer.body)?, &new.shown, *terminal)
}

async fn invite(client: &Client, who: &str, shown: &CodeShown, terminal: &Terminal) -> Result<(), Failure> {
    let id = number(client, who).await?;
    let answer = client.ask(Method::POST, &format!("{PEOPLE}/{id}/invite"), None).await?;
    show_code(&parse(&answer.body)?, shown, *terminal)
}

fn show_code(invited: &Invited, shown: &CodeShown, terminal: Terminal) -> Result<(), Failure> {
    let Invited { id, code, ends, proposal } = invited;
    if let Some(path) = &shown.out {
        new_secret_file(path, &format!("{code}\n"))?;
    } else if shown.json.json {
        terminal.print(&json!({"schema": SCHEMA, "id": id, "code": code, "ends_ms": ends.0}).to_string())?;
    } else {
        terminal.print(code)?;
    }
    if let Some(proposal) = proposal {
        terminal.say(&format!(
            "Their roles wait for a second person, who signs /proposals/{proposal} on the controller."
        ));
    }
    let ends = words::utc(*ends);
    terminal.say(&format!(
        "Person {id} is invited until {ends}. The code is shown this once; it is typed at /welcome on the controller, with \
         their name and a new password."
    ));
    Ok(())
}

async fn set_roles(client: &Client, who: &str, roles: &[String], terminal: &Terminal) -> Result<(), Failure> {
    let id = number(client, who).await?;
    let path = format!("{PEOPLE}/{id}");
    let row: Row = get(client, &path).await?;
    terminal.confirm(&format!(
        "{} has: {}. Give {} these roles alone: {}?",
        row.name,
        row.roles.join(", "),
        row.name,
        roles.join(", ")
    ))?;
    let answer = client.change(Method::PATCH, &path, body_of(&json!({"roles": roles}))?, row.version).await?;
    if answer.status == ACCEPTED {
        let proposal: Waiting = parse(&answer.body)?;
        return Err(Failure::new(Exit::Refused, "the roles are not changed yet")
            .why(format!("they give exact places: a second person signs proposal {}", proposal.id))
            .todo(format!("have another administrator open /proposals/{} on the controller", proposal.id)));
    }
    terminal.say(&format!("Person {id} has: {}.", roles.join(", ")));
    Ok(())
}

async fn lock(
    client: &Client,
    who: &str,
    reason: Option<String>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let id = number(client, who).await?;
    let reason = reason.map_or_else(|| terminal.ask("Why?", "--reason"), Ok)?;
    terminal.confirm(&format!("Let {who} in no more, and end their sessions?"))?;
    let body = body_of(&json!({"reason": reason}))?;
    client.ask(Method::POST, &format!("{PEOPLE}/{id}/lock"), Some(body)).await?;
    terminal.say(&format!("Person {id} is locked."));
    Ok(())
}

async fn unlock(client: &Client, who: &str, terminal: &Terminal) -> Result<(), Failure> {
    let id = number(client, who).await?;
    client.ask(Method::POST, &format!("{PEOPLE}/{id}/unlock"), None).await?;
    terminal.say(&format!("Person {id} may sign in again."));
    Ok(())
}

pub(crate) async fn party(party: Party, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match party {
        Party::List(as_json) => list_parties(&client, as_json.json, *terminal).await,
        Party::New { name, kind, country, json: as_json } => {
            let body = body_of(&json!({"name": name, "kind": kind, "country": country}))?;
            let answer = client.ask(Method::POST, PARTIES, Some(body)).await?;
            let made: Value = parse(&answer.body)?;
            if as_json.json {
                return terminal.print(&json!({"schema": SCHEMA, "party": made}).to_string());
            }
            let made: PartyRow = row_of(&made)?;
            terminal.print(&made.id.to_string())?;
            terminal.say(&format!("{} is party {}.", made.name, made.id));
            Ok(())
        }
    }
}

async fn list_parties(client: &Client, as_json: bool, terminal: Terminal) -> Result<(), Failure> {
    let (rows, cut) = pager::all(client, PARTIES).await?;
    if as_json {
        return terminal.print(&json!({"schema": SCHEMA, "parties": rows, "cut": cut}).to_string());
    }
    let mut lines = vec![format!("{:<7} {:<12} {:<8} {}", "PARTY", "KIND", "COUNTRY", "NAME")];
    for row in rows {
        let row: PartyRow = row_of(&row)?;
        let country = if row.country.is_empty() { "-" } else { &row.country };
        lines.push(format!("{:<7} {:<12} {country:<8} {}", row.id, row.kind, row.name));
    }
    finish(&lines, cut, terminal)
}

fn finish(lines: &[String], cut: bool, terminal: Terminal) -> Result<(), Failure> {
    terminal.print(&lines.join("\n"))?;
    if cut {
        terminal.say("There are more; the rest is left out.");
    }
    Ok(())
}

async fn number(client: &Client, who: &str) -> Result<i64, Failure> {
    pager::number_of(client, PEOPLE, "", who).await
}

fn row_of<T: serde::de::DeserializeOwned>(row: &Value) -> Result<T, Failure> {
    parse(row.to_string().as_bytes())
}

fn line(name: &str, value: &str) -> String {
    format!(" {name:<15}{value}")
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Whether somebody can come in: locked outweighs invited, and an open invitation is said only of who has no password yet.
const fn state(row: &Row) -> (&'static str, Tone) {
    if row.locked.is_some() {
        ("locked", Tone::Bad)
    } else if row.has_password {
        ("active", Tone::Good)
    } else if row.invited_until.is_some() {
        ("invited", Tone::Warn)
    } else {
        ("no way in", Tone::Warn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(extra: &Value) -> Row {
        let mut whole = json!({"id": 2, "name": "o", "party": 1, "roles": ["operator"], "locked": null,
            "has_password": false, "has_second_factor": false, "invited_until": null, "last_sign_in": null,
            "sessions": 0, "version": 1, "added_later": true});
        for (key, value) in extra.as_object().expect("an object") {
            whole[key] = value.clone();
        }
        row_of(&whole).expect("a row, with a field of a later version")
    }

    #[test]
    fn the_state_says_whether_somebody_can_come_in() {
        assert_eq!(state(&row(&json!({}))).0, "no way in");
        assert_eq!(state(&row(&json!({"invited_until": 5}))).0, "invited");
        assert_eq!(state(&row(&json!({"has_password": true, "invited_until": 5}))).0, "active");
        assert_eq!(state(&row(&json!({"has_password": true, "locked": 5}))).0, "locked");
    }
}
