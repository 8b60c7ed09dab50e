//! `holdfast token new | list | revoke`: what lets a program ask as the person who is signed in.
//!
//! Enters: a name, scopes, days; password or code again where the controller wants one. Leaves: the token once, on standard
//! output or in a file of its own. Nothing else ever holds it.

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::client::{Client, ClientError};
use holdfast_provisioning::{clock, words};
use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::Common;
use super::failure::Failure;
use super::people_args::{Token, TokenNew};
use super::session::{SCHEMA, body_of, get, parse, signed_in};
use super::terminal::{Terminal, Tone, new_secret_file, secret_from};

const TOKENS: &str = "/api/v1/me/tokens";

/// What is shown of a token.
#[derive(Deserialize)]
struct Row {
    id: i64,
    name: String,
    scopes: Vec<String>,
    ends: WallMs,
    used: Option<WallMs>,
    revoked: Option<WallMs>,
}

#[derive(Deserialize)]
struct Listed {
    rows: Vec<Value>,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Made {
    id: i64,
    token: String,
    scopes: Vec<String>,
    ends: WallMs,
}

pub(crate) async fn run(token: Token, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_, client) = signed_in(common)?;
    match token {
        Token::New(new) => make(&client, &new, terminal).await,
        Token::List(as_json) => list(&client, as_json.json, terminal).await,
        Token::Revoke { id } => revoke(&client, id, terminal).await,
    }
}

async fn make(client: &Client, new: &TokenNew, terminal: &Terminal) -> Result<(), Failure> {
    let wish = |again: &str| {
        body_of(&json!({"name": new.name, "scopes": new.scopes, "days": new.days, "again": again}))
    };
    let answer = match client.ask(Method::POST, TOKENS, Some(wish("")?)).await {
        Err(error) if again_needed(&error) => {
            let again = match &new.password_file {
                Some(file) => secret_from(file)?,
                None => terminal.ask_secret("Your password, or a code of your app:", "--password-file")?,
            };
            client.ask(Method::POST, TOKENS, Some(wish(&again)?)).await?
        }
        answer => answer?,
    };
    let made: Made = parse(&answer.body)?;
    show(&made, new, *terminal)
}

fn again_needed(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { problem, .. } if problem.code == "again_needed")
}

fn show(made: &Made, new: &TokenNew, terminal: Terminal) -> Result<(), Failure> {
    let Made { id, token, scopes, ends } = made;
    if let Some(path) = &new.save {
        new_secret_file(path, &format!("{token}\n"))?;
    }
    // In a file of its own it is in nothing else that may be kept.
    let token_shown = Some(token).filter(|_| new.save.is_none());
    if new.json.json {
        let shown =
            json!({"schema": SCHEMA, "id": id, "token": token_shown, "scopes": scopes, "ends_ms": ends.0});
        terminal.print(&shown.to_string())?;
    } else if new.save.is_none() {
        terminal.print(token)?;
    }
    let ends = words::utc(*ends);
    terminal.say(&format!(
        "Token {id} holds until {ends}, for {}. It is shown this once; whoever has it can do what it is for.",
        scopes.join(", ")
    ));
    Ok(())
}

async fn list(client: &Client, as_json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let Listed { rows, scopes } = get(client, TOKENS).await?;
    if as_json {
        return terminal.print(&json!({"schema": SCHEMA, "tokens": rows, "scopes": scopes}).to_string());
    }
    let mut lines = vec![format!(
        "{:<7} {:<20} {:<9} {:<22} {:<22} {}",
        "TOKEN", "NAME", "STATE", "ENDS", "LAST USED", "SCOPES"
    )];
    for row in rows {
        let row: Row = parse(row.to_string().as_bytes())?;
        let (word, tone) = state(&row, clock::wall());
        lines.push(format!(
            "{:<7} {:<20} {} {:<22} {:<22} {}",
            row.id,
            row.name,
            terminal.tinted(&format!("{word:<9}"), tone),
            words::utc(row.ends),
            row.used.map_or_else(|| "never".to_owned(), words::utc),
            row.scopes.join(", "),
        ));
    }
    terminal.print(&lines.join("\n"))?;
    terminal.say(&format!("Your roles could use: {}.", scopes.join(", ")));
    Ok(())
}

/// Whether a token still opens anything, by this machine's clock.
fn state(row: &Row, now: WallMs) -> (&'static str, Tone) {
    if row.revoked.is_some() {
        ("revoked", Tone::Warn)
    } else if row.ends <= now {
        ("over", Tone::Warn)
    } else {
        ("holds", Tone::Good)
    }
}

async fn revoke(client: &Client, id: i64, terminal: &Terminal) -> Result<(), Failure> {
    client.ask(Method::DELETE, &format!("{TOKENS}/{id}"), None).await?;
    terminal.say(&format!("Token {id} is taken back."));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_says_whether_a_token_still_opens_anything() {
        let row = |ends, revoked| Row {
            id: 1,
            name: "n".into(),
            scopes: Vec::new(),
            ends: WallMs(ends),
            used: None,
            revoked,
        };
        assert_eq!(state(&row(10, None), WallMs(9)).0, "holds");
        assert_eq!(state(&row(10, None), WallMs(10)).0, "over");
        assert_eq!(state(&row(10, Some(WallMs(5))), WallMs(9)).0, "revoked");
    }
}
