//! `holdfast login` and `logout`.
//!
//! Enters: a controller's address, a name, a password, a code of the second factor where one is set up, or the one-time code
//! of the first administrator. Leaves: credentials
//! on the disk. A root that was not named with `--root-sha256` is trusted only after a person has compared it; until then
//! nothing is sent.

use holdfast_provisioning::authority::fleet_of;
use holdfast_provisioning::client::{self, Address, Client, ClientError};
use holdfast_provisioning::credentials::{self, Credentials};
use holdfast_provisioning::csr::hex;
use hyper::Method;
use serde::{Deserialize, Serialize};

use super::args::{Common, Login};
use super::failure::{Exit, Failure};
use super::patience::{refused, until_it_listens};
use super::session::{body_of, credentials_path, parse, pin, signed_in};
use super::terminal::{Terminal, secret_from};

#[derive(Serialize)]
struct SignIn<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    name: &'a str,
    password: &'a str,
    token: bool,
}

#[derive(Deserialize)]
struct SignedIn {
    name: String,
    token: String,
    #[serde(default)]
    recovery_codes_left: Option<u64>,
}

pub(crate) async fn login(login: &Login, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let path = credentials_path(common)?;
    listening(login, terminal).await?;
    let root_sha256 = root(login, common, terminal).await?;
    let client = Client::new(login.url.clone(), root_sha256.map(pin), None)?;
    let code = match &login.first_code_file {
        Some(file) => Some(secret_from(file)?.trim().to_owned()),
        None => None,
    };
    let name = match &login.name {
        Some(name) => name.clone(),
        None => terminal.ask("Name:", "--name")?,
    };
    let password = password(login, code.is_some(), terminal)?;
    let (route, name) = match code {
        Some(_) => ("/api/v1/session/first", name.trim()),
        None => ("/api/v1/session", name.trim()),
    };
    let wish = SignIn { code: code.as_deref(), name, password: &password, token: true };
    let answer = match client.ask(Method::POST, route, Some(body_of(&wish)?)).await {
        Err(error) if code.is_none() && code_needed(&error) => {
            let code = second_factor(login, terminal)?;
            let wish = SignIn { code: Some(&code), ..wish };
            client.ask(Method::POST, route, Some(body_of(&wish)?)).await?
        }
        answer => answer?,
    };
    let SignedIn { name, token, recovery_codes_left } = parse(&answer.body)?;
    let kept = Credentials { address: login.url.clone(), root_sha256, name, token };
    credentials::save(&path, &kept)?;
    terminal.say(&format!("Signed in to {} as {}.", kept.address, kept.name));
    if let Some(left) = recovery_codes_left {
        terminal
            .say(&format!("That recovery code is spent; {left} are left. Make new ones on the page /me."));
    }
    Ok(())
}

pub(crate) async fn logout(common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let path = credentials_path(common)?;
    let Some(found) = credentials::load(&path)? else {
        terminal.say("Nobody was signed in here.");
        return Ok(());
    };
    let (_, client) = signed_in(common)?;
    let ended = client.ask(Method::DELETE, "/api/v1/session", None).await;
    credentials::forget(&path)?;
    match ended {
        Ok(_) => terminal.say(&format!("Signed out of {}.", found.address)),
        Err(error) => terminal.say(&format!(
            "The sign-in is forgotten here. {} was not told ({error}); it ends there by itself.",
            found.address
        )),
    }
    Ok(())
}

/// Waits for a controller that was just started. What else is wrong with it is found by what follows.
async fn listening(login: &Login, terminal: &Terminal) -> Result<(), Failure> {
    let who = login.url.to_string();
    let nobody = |error: &ClientError| match error {
        ClientError::Connect { source, .. } => refused(source),
        ClientError::NotGenuine { .. }
        | ClientError::Certificate { .. }
        | ClientError::Tls(_)
        | ClientError::Slow { .. }
        | ClientError::Broken { .. }
        | ClientError::Refused { .. }
        | ClientError::Unexpected { .. } => false,
    };
    Ok(until_it_listens(terminal, &who, nobody, async || client::reach(&login.url).await).await?)
}

/// The root to trust: named, known from an earlier sign-in, or compared by a person now.
async fn root(login: &Login, common: &Common, terminal: &Terminal) -> Result<Option<[u8; 32]>, Failure> {
    if !login.url.is_https() {
        return Ok(None);
    }
    if let Some(named) = login.root_sha256 {
        return Ok(Some(named));
    }
    if let Some(known) = known_root(&login.url, common) {
        return Ok(Some(known));
    }
    let shown = client::root_shown(&login.url).await?;
    let text = hex(&shown);
    let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
    let lines: Vec<String> = groups.chunks(8).map(|line| format!("  {}", line.join(" "))).collect();
    terminal.say(&format!(
        "{} is not known here yet. It shows the root of fleet {}:\n{}\nCompare all of it with what \
         `holdfast-controller init` showed, not with something that came over the same link.",
        login.url,
        fleet_of(&shown),
        lines.join("\n")
    ));
    terminal.confirm_in_person("Is it the same?", "--root-sha256")?;
    Ok(Some(shown))
}

fn known_root(address: &Address, common: &Common) -> Option<[u8; 32]> {
    let known = credentials::load(&credentials_path(common).ok()?).ok()??;
    known.root_sha256.filter(|_| known.address == *address)
}

fn code_needed(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { problem, .. } if problem.code == "code_needed")
}

/// The code of an authenticator app, or a recovery code; asked for only where the controller wants one.
fn second_factor(login: &Login, terminal: &Terminal) -> Result<String, Failure> {
    let code = match &login.code_file {
        Some(file) => secret_from(file)?,
        None => terminal.ask_secret("Code of your app:", "--code-file")?,
    };
    Ok(code.trim().to_owned())
}

fn password(login: &Login, first: bool, terminal: &Terminal) -> Result<String, Failure> {
    if let Some(file) = &login.password_file {
        if login.first_code_file.as_ref() == Some(file) {
            return Err(Failure::new(Exit::Usage, "code and password cannot come from the same place"));
        }
        return secret_from(file);
    }
    if !first {
        return terminal.ask_secret("Password:", "--password-file");
    }
    let once = terminal.ask_secret("Choose a password:", "--password-file")?;
    let twice = terminal.ask_secret("The same again:", "--password-file")?;
    if once != twice {
        return Err(Failure::new(Exit::Usage, "the two passwords differ; nothing was sent")
            .todo("run the same command again"));
    }
    Ok(once)
}
