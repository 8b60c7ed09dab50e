//! People, parties, tokens and the audit log from a terminal, against a controller that runs.
//!
//! Enters: the shipped programs. Leaves: what each command said, its exit code, and what it left on the disk. A log that was
//! taken away is altered by one byte, cut and cut short, as somebody would who has something to hide.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use holdfast_tests::controller::{ADMINISTRATOR, write_private};

use crate::refusals::Said;
use crate::stage::Stage;

/// A person at a terminal, signed in.
struct Desk {
    stage: Stage,
}

impl Desk {
    fn new(name: &str) -> anyhow::Result<Self> {
        let desk = Self { stage: Stage::new(name)? };
        let url = format!("http://127.0.0.1:{}", desk.stage.ports.http);
        let password = desk.stage.controller.password_file();
        let password = password.to_str().context("a plain path")?;
        let login = ["login", &url, "--name", ADMINISTRATOR, "--password-file", password];
        desk.does(&login, 0, &["Signed in"])?;
        Ok(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.stage.folder.path().join(name)
    }

    /// Runs `holdfast` with these words; it ends with this code and says all of these.
    fn does(&self, words: &[&str], code: i32, says: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(&self.stage.programs.holdfast);
        command
            .arg("--credentials")
            .arg(self.path("credentials.toml"))
            .args(["--no-input", "--yes"])
            .args(words);
        let said = Said::of(&mut command)?;
        said.expect(&words.join(" "), code, says)?;
        Ok(said.text)
    }

    fn status(&self, token: &str, path: &str) -> anyhow::Result<u16> {
        let client = self.stage.client.without_token().with_token(token);
        Ok(client.request("GET", path, None)?.status)
    }
}

fn secret(path: &Path) -> anyhow::Result<String> {
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    anyhow::ensure!(mode == 0o600, "{} has mode {mode:03o}", path.display());
    Ok(std::fs::read_to_string(path)?.trim().to_owned())
}

#[test]
fn people_parties_and_tokens_are_managed_from_a_terminal() -> anyhow::Result<()> {
    let desk = Desk::new("access-terminal")?;
    desk.does(&["party", "new", "Water utility", "--kind", "recipient", "--country", "UA"], 0, &["party 2"])?;
    desk.does(&["party", "new", "WATER UTILITY", "--kind", "carrier"], 4, &["name_taken"])?;
    desk.does(&["party", "list"], 0, &["Water utility", "recipient"])?;

    let code = desk.path("code.txt");
    let code = code.to_str().context("a plain path")?;
    let said = desk.does(
        &["person", "new", "olena", "--role", "operator", "--out", code],
        0,
        &["is invited until"],
    )?;
    anyhow::ensure!(!said.contains(&secret(Path::new(code))?), "the code is repeated:\n{said}");
    desk.does(&["person", "list"], 0, &["olena", "invited", "operator"])?;
    desk.does(&["person", "roles", "olena", "astronaut"], 2, &["astronaut"])?;
    desk.does(&["person", "roles", "olena", "back_office", "auditor"], 0, &["back_office, auditor"])?;
    desk.does(&["person", "lock", "olena", "--reason", "short"], 2, &["10 to 200"])?;
    desk.does(&["person", "lock", "olena", "--reason", "telephone lost on the way"], 0, &["is locked"])?;
    desk.does(&["person", "show", "olena"], 0, &["locked", "Locked since"])?;
    desk.does(
        &["person", "lock", ADMINISTRATOR, "--reason", "nobody is left then"],
        4,
        &["last_administrator"],
    )?;

    let file = desk.path("token.txt");
    let file = file.to_str().context("a plain path")?;
    let said =
        desk.does(&["token", "new", "watch", "--scope", "nodes:read", "--save", file], 0, &["holds until"])?;
    let token = secret(Path::new(file))?;
    anyhow::ensure!(token.starts_with("hf_") && !said.contains(&token), "the token is repeated:\n{said}");
    anyhow::ensure!(
        desk.status(&token, "/api/v1/nodes")? == 200 && desk.status(&token, "/api/v1/sites")? == 403
    );
    let json =
        desk.does(&["token", "new", "once", "--scope", "sites:read", "--json"], 0, &["\"schema\":1", "hf_"])?;
    anyhow::ensure!(json.contains("\"scopes\":[\"sites:read\"]"), "{json}");
    desk.does(&["token", "new", "all", "--scope", "nodes:*"], 2, &["nodes:*"])?;
    desk.does(&["token", "new", "long", "--scope", "nodes:read", "--days", "366"], 2, &["365"])?;
    desk.does(&["token", "list"], 0, &["watch", "holds", "nodes:read", "Your roles could use:"])?;
    desk.does(&["token", "revoke", "1"], 0, &["taken back"])?;
    anyhow::ensure!(desk.status(&token, "/api/v1/nodes")? == 401, "a token that was taken back still opens");
    desk.does(&["token", "revoke", "1"], 1, &["not_found"])?;
    desk.does(&["token", "list"], 0, &["revoked"])?;

    desk.does(&["audit", "list", "--action", "person_lock"], 0, &["telephone lost on the way", "person 2"])?;
    desk.does(&["audit", "list", "--thing", "token 1", "--json"], 0, &["token_revoke", "token_new"])?;
    Ok(())
}

#[test]
fn an_audit_log_that_was_altered_or_cut_is_not_genuine_and_one_without_an_end_cannot_be_told()
-> anyhow::Result<()> {
    let desk = Desk::new("access-audit")?;
    for number in 0..20 {
        desk.does(&["party", "new", &format!("Party {number}"), "--kind", "donor"], 0, &[])?;
    }
    let whole = desk.does(&["audit", "verify"], 0, &["Whole:"])?;
    anyhow::ensure!(whole.contains("nothing altered"), "{whole}");
    let log = desk.path("audit.jsonl");
    let name = log.to_str().context("a plain path")?;
    desk.does(&["audit", "export", name], 0, &["entries"])?;
    desk.does(&["audit", "verify", name, "--json"], 0, &["\"answer\":\"whole\""])?;

    let text = std::fs::read_to_string(&log)?;
    let lines: Vec<&str> = text.lines().collect();
    let middle = lines.len() / 2;
    let without = |at: usize| {
        let kept: Vec<&str> =
            lines.iter().enumerate().filter(|(line, _)| *line != at).map(|(_, text)| *text).collect();
        kept.join("\n")
    };
    let altered = desk.path("altered.jsonl");
    let name = altered.to_str().context("a plain path")?;
    for (what, forged, says) in [
        ("one byte", text.replacen("\"thing\":\"party 9\"", "\"thing\":\"party 8\"", 1), "was altered"),
        ("an entry in the middle", without(middle), "is not where it belongs"),
        ("the last entry", without(lines.len() - 1), "cut off"),
    ] {
        anyhow::ensure!(forged != text, "{what} was not changed");
        write_private(&altered, forged.as_bytes())?;
        desk.does(&["audit", "verify", name], 5, &["not as it was written", says])?;
    }
    write_private(&altered, b"something else")?;
    desk.does(&["audit", "verify", name], 6, &["is not read as an audit log"])?;

    let csv = desk.stage.client.request("GET", "/audit/export?format=csv", None)?;
    anyhow::ensure!(csv.status == 200, "the page's file: {}", csv.status);
    write_private(&altered, &csv.body)?;
    desk.does(&["audit", "verify", name], 6, &["nothing says where the log ends"])?;
    // The export itself is an entry, written behind what is in the file: a head of before it.
    let first = lines.first().context("a head")?;
    let head: serde_json::Value = serde_json::from_str(first)?;
    let head_file = desk.path("head.json");
    write_private(&head_file, head.get("head").context("a head")?.to_string().as_bytes())?;
    let head_name = head_file.to_str().context("a plain path")?;
    desk.does(&["audit", "verify", name, "--head", head_name], 0, &["Whole:"])?;
    desk.does(&["audit", "verify", "--head", head_name], 0, &["Whole:"])?;
    let shorter = String::from_utf8(csv.body)?;
    let shorter: Vec<&str> = shorter.split_inclusive("\r\n").collect();
    let cut = [shorter.first().copied().unwrap_or_default(), &shorter.get(3..).unwrap_or_default().concat()]
        .concat();
    write_private(&altered, cut.as_bytes())?;
    desk.does(&["audit", "verify", name, "--head", head_name], 5, &["cut off"])?;
    Ok(())
}
