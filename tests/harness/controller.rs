//! A controller in a folder of its own: made, started, signed in to, killed and started again.
//!
//! Enters: the programs and a folder. Leaves: a running controller on ports of its own choice on 127.0.0.1, an
//! administrator's token. Everything it writes lies in the folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::Client;
use crate::process::Process;
use crate::programs::Programs;
use crate::wait::wait_until;

/// How long a controller may take to be ready.
const READY_LIMIT: Duration = Duration::from_secs(20);
/// Its configuration.
const CONFIG_FILE: &str = "controller.toml";
/// What `init` printed.
const INIT_FILE: &str = "init.txt";
/// The administrator's sign-in name.
pub const ADMINISTRATOR: &str = "admin";

/// The ports a controller has bound.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Ports {
    /// Plain HTTP on loopback.
    pub http: u16,
    /// HTTPS, enrolment, and MQTT by ALPN.
    pub https: u16,
    /// MQTT over TLS.
    pub mqtt: u16,
}

/// A controller's folder and what is known of it.
#[derive(Debug, Clone)]
pub struct Controller {
    programs: Programs,
    folder: PathBuf,
}

impl Controller {
    /// A controller in `folder`, made now if it was not before. `http_port` 0 chooses one; it
    /// is chosen once. What a kill left half made is finished or, where nobody can know its secrets, made anew.
    ///
    /// # Errors
    /// What `init` says.
    pub fn new(programs: &Programs, folder: &Path, http_port: u16) -> anyhow::Result<Self> {
        let controller = Self { programs: programs.clone(), folder: folder.to_owned() };
        if controller.config().exists() {
            return Ok(controller);
        }
        std::fs::create_dir_all(folder)?;
        // Without a configuration it never ran, so no node knows its keys.
        if !folder.join(INIT_FILE).exists() {
            if controller.data().exists() {
                std::fs::remove_dir_all(controller.data())?;
            }
            let mut command = programs.command(&programs.controller);
            command.args(["init", "--data"]).arg(controller.data()).stdin(Stdio::null());
            let output = command.output().context("running holdfast-controller init")?;
            let words = String::from_utf8_lossy(&output.stderr);
            anyhow::ensure!(output.status.success(), "init failed: {words}");
            write_private(&folder.join(INIT_FILE), &output.stdout)?;
        }
        let http = if http_port == 0 { free_port()? } else { http_port };
        controller.listen_on(Ports { http, https: free_port()?, mqtt: free_port()? })?;
        Ok(controller)
    }

    /// The ports of the controller in `folder`, if there is one.
    ///
    /// # Errors
    /// When its configuration is not one that this program wrote.
    pub fn known(folder: &Path) -> anyhow::Result<Option<Ports>> {
        let path = folder.join(CONFIG_FILE);
        if path.exists() { Ok(Some(ports_of(&path)?)) } else { Ok(None) }
    }

    /// The ports of its configuration.
    ///
    /// # Errors
    /// When there is none, or it is not one that this program wrote.
    pub fn configured(&self) -> anyhow::Result<Ports> {
        ports_of(&self.config())
    }

    /// Writes the configuration for these ports. Nodes keep those of an earlier one in their identity.
    ///
    /// # Errors
    /// What the file system says.
    pub fn listen_on(&self, ports: Ports) -> anyhow::Result<()> {
        let Ports { http, https, mqtt } = ports;
        let text = format!(
            "[data]\nfolder = {:?}\n\n[listen]\nhttps = \"127.0.0.1:{https}\"\nmqtt = \"127.0.0.1:{mqtt}\"\n\
             http = \"127.0.0.1:{http}\"\n\n[sign_in]\nsecond_factor = \"offered\"\n",
            self.data()
        );
        write_whole(&self.config(), text.as_bytes(), 0o644)
    }

    /// Where its data lies.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Its configuration file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.join(CONFIG_FILE)
    }

    /// What `init` printed: the first administrator's code among it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn init_output(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.folder.join(INIT_FILE))?)
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or is not ready in time, with its last words.
    pub fn start(&self) -> anyhow::Result<(Process, Ports)> {
        self.start_unless(&|| false)
    }

    /// The same, given up once `stopped` says so.
    ///
    /// # Errors
    /// As [`Controller::start`]; and when stopped.
    pub fn start_unless(&self, stopped: &dyn Fn() -> bool) -> anyhow::Result<(Process, Ports)> {
        let ports = self.data().join("ports.json");
        if ports.exists() {
            std::fs::remove_file(&ports)?;
        }
        let mut command = self.programs.command(&self.programs.controller);
        command.arg("run").arg("--config").arg(self.config());
        let mut process =
            Process::start("holdfast-controller", &mut command, &self.folder.join("controller.log"))?;
        let found = wait_until("the controller to be ready", READY_LIMIT, || {
            if let Ok(Some(status)) = process.ended() {
                return Ok(Err(format!("the controller ended with {status}:\n{}", process.tail())));
            }
            if stopped() {
                return Ok(Err("stopped".to_owned()));
            }
            let text = std::fs::read_to_string(&ports).map_err(|error| error.to_string())?;
            let ports: Ports = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            let answer = Client::new(ports.http)
                .request("GET", "/readyz", None)
                .map_err(|error| format!("{error:#}"))?;
            if answer.status == 200 { Ok(Ok(ports)) } else { Err(format!("/readyz says {}", answer.status)) }
        })?;
        Ok((process, found.map_err(anyhow::Error::msg)?))
    }

    /// Signs the administrator in, making it first if there is none yet. The password is kept beside the data.
    ///
    /// # Errors
    /// When the controller refuses.
    pub fn sign_in(&self, ports: Ports) -> anyhow::Result<Client> {
        let client = Client::new(ports.http);
        let password_file = self.password_file();
        let new = !password_file.exists();
        if new {
            // Before the controller hears it: a password that only a killed program knew would shut everybody out.
            write_private(&password_file, random_password()?.as_bytes())?;
        }
        let password = std::fs::read_to_string(&password_file)?;
        let enter = json!({"name": ADMINISTRATOR, "password": password, "token": true});
        if new {
            self.make_first(&client, &password)?;
        }
        let mut answer = client.request("POST", "/api/v1/session", Some(&enter))?;
        if answer.status == 401 && !new {
            self.make_first(&client, &password)?;
            answer = client.request("POST", "/api/v1/session", Some(&enter))?;
        }
        anyhow::ensure!(answer.status < 300, "sign-in: {}", String::from_utf8_lossy(&answer.body));
        let token = answer.json()?.get("token").and_then(Value::as_str).map(str::to_owned);
        Ok(client.with_token(&token.context("a sign-in without a token")?))
    }

    fn make_first(&self, client: &Client, password: &str) -> anyhow::Result<()> {
        let code = first_code(&self.init_output()?)?;
        let body = json!({"code": code, "name": ADMINISTRATOR, "password": password});
        let answer = client.request("POST", "/api/v1/session/first", Some(&body))?;
        anyhow::ensure!(answer.status < 300, "first sign-in: {}", String::from_utf8_lossy(&answer.body));
        Ok(())
    }

    /// The file that holds the administrator's password.
    #[must_use]
    pub fn password_file(&self) -> PathBuf {
        self.folder.join("password.txt")
    }
}

fn ports_of(path: &Path) -> anyhow::Result<Ports> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let table: toml::Table = toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    let port = |key: &str| {
        let address = table.get("listen").and_then(|listen| listen.get(key)).and_then(toml::Value::as_str);
        let port = address.and_then(|address| address.rsplit_once(':')?.1.parse().ok());
        port.with_context(|| format!("{} names no port of {key}", path.display()))
    };
    Ok(Ports { http: port("http")?, https: port("https")?, mqtt: port("mqtt")? })
}

/// Where chosen ports lie: below the kernel's own range for outgoing connections (32768 on), so that none of the many
/// connections of these tests takes one between its choice and its use.
const CHOSEN: std::ops::Range<u16> = 20_000..32_000;

/// A port that nobody listens on at this moment, and that this process was never given before: one that was closed
/// again at once would be given out twice to whoever asks twice before listening.
///
/// # Errors
/// When loopback has none.
pub fn free_port() -> anyhow::Result<u16> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let width = u32::from(CHOSEN.end - CHOSEN.start);
    // Processes that choose at the same time start far from each other.
    let start = std::process::id().wrapping_mul(739) % width;
    for _ in 0..width {
        let step = GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = CHOSEN.start + u16::try_from(start.wrapping_add(step) % width)?;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port from {} to {} is free on 127.0.0.1", CHOSEN.start, CHOSEN.end)
}

/// The one-time code in what `init` printed.
fn first_code(output: &str) -> anyhow::Result<String> {
    let line = output.lines().find(|line| line.to_ascii_lowercase().contains("one-time code"));
    let code = line.and_then(|line| line.split_whitespace().next_back());
    code.map(str::to_owned).with_context(|| format!("init printed no one-time code:\n{output}"))
}

/// A password that nobody has to remember.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random_password() -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut bytes = [0_u8; 15];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(holdfast_protocol::ids::base32(&bytes))
}

/// Writes a file that only its owner may read; whole, or not at all.
///
/// # Errors
/// What the file system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_whole(path, bytes, 0o600)
}

/// Writes a file whole, or not at all, whenever this program is killed.
///
/// # Errors
/// What the file system says.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let growing = path.with_extension("new");
    let mut file = File::options().create(true).truncate(true).write(true).mode(mode).open(&growing)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(std::fs::rename(&growing, path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() -> anyhow::Result<()> {
        let mut given = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let port = free_port()?;
            assert!(given.insert(port), "{port} was given before");
        }
        Ok(())
    }
}
