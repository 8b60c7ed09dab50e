//! `holdfast ticket new | list | revoke | approve`.
//!
//! Enters: what a ticket shall be for. Leaves: the ticket, once, as QR code and text on a terminal, as text alone through a
//! pipe or into a file. Never writes a ticket anywhere else.

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::api::{TicketIssued, TicketPage, TicketRequest, TicketRow, TicketWord};
use holdfast_provisioning::client::Client;
use holdfast_provisioning::qr::{self, Drawing};
use holdfast_provisioning::words;
use hyper::Method;
use serde_json::json;

use super::args::{Common, Ticket, TicketNew};
use super::failure::{Exit, Failure};
use super::session::{SCHEMA, body_of, get, parse, signed_in};
use super::terminal::{Terminal, Tone, new_secret_file};

/// Most pages of a list that are read: 5,000 tickets. More are cut, and it is said.
const PAGES_MAX: usize = 50;

pub(crate) async fn run(ticket: Ticket, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match ticket {
        Ticket::New(new) => make(&client, &new, terminal).await,
        Ticket::List(as_json) => list(&client, as_json.json, terminal).await,
        Ticket::Revoke { id } => revoke(&client, &id, terminal).await,
        Ticket::Approve { code } => approve(&client, &code, terminal).await,
    }
}

async fn make(client: &Client, new: &TicketNew, terminal: &Terminal) -> Result<(), Failure> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let wish = TicketRequest {
        site: text(&new.site),
        region: text(&new.region),
        serial: text(&new.serial),
        valid_s: new.valid,
        approval: new.approve,
    };
    let answer = client.ask(Method::POST, "/api/v1/tickets", Some(body_of(&wish)?)).await?;
    let issued: TicketIssued = parse(&answer.body)?;
    if let Some(path) = &new.out {
        new_secret_file(path, &format!("{}\n", issued.ticket))?;
    } else if new.json.json {
        let TicketIssued { id, shown, ticket, expires_s } = &issued;
        terminal.print(
            &json!({"schema": SCHEMA, "id": id, "shown": shown, "ticket": ticket, "expires_s": expires_s})
                .to_string(),
        )?;
    } else {
        if terminal.shows_output() {
            let drawing =
                if terminal.has_blocks() && !new.ascii { Drawing::HalfBlocks } else { Drawing::Ascii };
            if let Some(drawn) = qr::draw(&issued.ticket, drawing) {
                let lines: Vec<String> = drawn.lines().map(|line| terminal.on_dark(line)).collect();
                terminal.print(&lines.join("\n"))?;
            }
        }
        terminal.print(&issued.ticket)?;
    }
    let ends = words::utc(WallMs(i64::try_from(issued.expires_s).unwrap_or(i64::MAX).saturating_mul(1000)));
    terminal.say(&format!(
        "Ticket {}, good for one node until {ends}. It is shown this once. On the node: holdfast enrol",
        issued.shown
    ));
    Ok(())
}

async fn list(client: &Client, as_json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let (rows, cut) = all(client).await?;
    if as_json {
        return terminal.print(&json!({"schema": SCHEMA, "tickets": rows, "cut": cut}).to_string());
    }
    if rows.is_empty() {
        terminal.say("No tickets yet. Make one: holdfast ticket new");
        return Ok(());
    }
    let mut lines = vec![format!(
        "{:<10} {:<9} {:<18} {:<16} {:<22} {}",
        "TICKET", "STATE", "SITE", "FOR", "ENDS", "NODE OR CODE"
    )];
    for row in &rows {
        let (word, tone) = word(row.state);
        let who = row.node.map(holdfast_protocol::ids::NodeId::shown).or_else(|| row.code.clone());
        let copied = match row.other_keys {
            0 => String::new(),
            1 => "  shown by 1 other key".to_owned(),
            count => format!("  shown by {count} other keys"),
        };
        lines.push(format!(
            "{:<10} {} {:<18} {:<16} {:<22} {}{copied}",
            row.shown,
            terminal.tinted(&format!("{word:<9}"), tone),
            row.site.as_deref().unwrap_or("-"),
            if row.serial.is_empty() { "-" } else { &row.serial },
            words::utc(WallMs(row.expires_ms)),
            who.as_deref().unwrap_or("-"),
        ));
    }
    terminal.print(&lines.join("\n"))?;
    if cut {
        terminal.say("There are more; the oldest are left out.");
    }
    Ok(())
}

async fn revoke(client: &Client, wanted: &str, terminal: &Terminal) -> Result<(), Failure> {
    let folded: String =
        wanted.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let (rows, _) = all(client).await?;
    let found: Vec<&TicketRow> =
        rows.iter().filter(|row| folded.len() >= 8 && row.id.starts_with(&folded)).collect();
    let [row] = found.as_slice() else {
        let what =
            if found.is_empty() { "no ticket has this id" } else { "more than one ticket begins with this" };
        return Err(Failure::new(Exit::Usage, format!("{what}: {wanted}"))
            .todo("run `holdfast ticket list --json` and give the whole id"));
    };
    terminal.confirm(&format!("Take back ticket {} ({})?", row.shown, word(row.state).0))?;
    client.ask(Method::POST, &format!("/api/v1/tickets/{}/revoke", row.id), None).await?;
    terminal.say(&format!("Ticket {} is taken back.", row.shown));
    Ok(())
}

async fn approve(client: &Client, code: &str, terminal: &Terminal) -> Result<(), Failure> {
    terminal.confirm(&format!("Approve the node that shows {code}?"))?;
    client.ask(Method::POST, "/api/v1/tickets/approve", Some(body_of(&json!({"code": code}))?)).await?;
    terminal.say("Approved. The node gets its certificate within a minute.");
    Ok(())
}

async fn all(client: &Client) -> Result<(Vec<TicketRow>, bool), Failure> {
    let mut rows = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let path = after
            .as_ref()
            .map_or_else(|| "/api/v1/tickets".to_owned(), |after| format!("/api/v1/tickets?after={after}"));
        let page: TicketPage = get(client, &path).await?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((rows, false)),
        }
    }
    Ok((rows, true))
}

const fn word(state: TicketWord) -> (&'static str, Tone) {
    match state {
        TicketWord::Open => ("open", Tone::Good),
        TicketWord::Waiting => ("waiting", Tone::Warn),
        TicketWord::Approved => ("approved", Tone::Good),
        TicketWord::Used => ("used", Tone::Good),
        TicketWord::Revoked => ("revoked", Tone::Bad),
        TicketWord::Expired => ("expired", Tone::Warn),
    }
}
