//! The program as its operator meets it: made, refused with what to do, started, stopped in order.
//!
//! Enters: the built binary and folders of its own. Leaves: assertions on exit codes and words. Nothing here sleeps a fixed
//! time: each wait has a condition and a bound.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const PROGRAM: &str = env!("CARGO_BIN_EXE_holdfast-controller");
const PORTS: &str = "[listen]\nhttps = \"127.0.0.1:0\"\nmqtt = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n";

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("holdfast-program-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// A fleet in it, and a configuration that lets the machine choose ports.
    fn with_fleet() -> Self {
        let folder = Self::new();
        let made = folder.run(&["init"]);
        assert_eq!(made.status.code(), Some(0), "{}", said(&made));
        std::fs::write(folder.config(), PORTS).expect("configuration");
        folder
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn config(&self) -> PathBuf {
        self.0.join("controller.toml")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(args).arg("--data").arg(self.data());
        if self.config().exists() {
            command.arg("--config").arg(self.config());
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// A running controller; killed when a test fails before it stops.
struct Running {
    child: Child,
    ports: serde_json::Value,
}

impl Running {
    fn start(folder: &Folder) -> Self {
        let mut command = folder.command(&["run"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("stdout"));
        // Ends with "ready", or with the program.
        out.read_line(&mut line).expect("a line");
        assert_eq!(line, "ready\n", "it ended: {:?}", child.try_wait());
        let text = std::fs::read_to_string(folder.data().join("ports.json")).expect("ports");
        Self { child, ports: serde_json::from_str(&text).expect("JSON") }
    }

    fn port(&self, name: &str) -> u16 {
        let port = self.ports.get(name).and_then(serde_json::Value::as_u64);
        port.and_then(|port| u16::try_from(port).ok()).expect("a port")
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port("http"))).expect("connected");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("read");
        answer
    }

    fn stop(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        self.child.wait().expect("ended").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn refused(output: &Output, code: i32, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
}

#[test]
fn init_shows_both_secrets_once_and_a_second_one_changes_nothing() {
    let folder = Folder::new();
    let made = said(&folder.run(&["init", "--name", "controller.example"]));
    let code = made.lines().find(|line| line.contains("One-time code")).expect("a code");
    assert!(code.ends_with(|last: char| last.is_ascii_alphanumeric()), "{code}");
    assert!(made.contains("Passphrase of the root key: "), "{made}");
    let config = std::fs::read_to_string(folder.data().join("controller.toml")).expect("its configuration");
    assert!(config.contains("names = [\"controller.example\"]"), "{config}");
    let key = std::fs::read(folder.data().join("keys/intermediate.key")).expect("a key");
    refused(&folder.run(&["init"]), 4, &["already", "first-code", "nothing was changed"]);
    assert_eq!(std::fs::read(folder.data().join("keys/intermediate.key")).expect("a key"), key);
    let another = folder.run(&["first-code"]);
    assert_eq!(said(&another).trim().len(), 19);
    let fleet = said(&folder.run(&["fleet"]));
    assert!(made.contains(fleet.lines().next().expect("the fleet")), "{fleet}");
}

#[test]
fn it_starts_tells_its_ports_answers_and_stops_at_either_signal() {
    let folder = Folder::with_fleet();
    for signal in ["-TERM", "-INT"] {
        let running = Running::start(&folder);
        assert!(running.get("/readyz").starts_with("HTTP/1.1 200 "), "{}", running.get("/readyz"));
        assert!(running.get("/nodes").contains("location: /sign-in?return=%2Fnodes"));
        for name in ["https", "mqtt"] {
            assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, running.port(name))).is_ok(), "{name}");
        }
        refused(&folder.run(&["run"]), 4, &["another controller runs on"]);
        assert_eq!(running.stop(signal), Some(0), "{signal}");
    }
}

#[test]
fn a_port_in_use_is_named_with_its_setting_and_how_to_find_who_has_it() {
    let folder = Folder::with_fleet();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let text = PORTS.replace("mqtt = \"127.0.0.1:0\"", &format!("mqtt = \"127.0.0.1:{port}\""));
    std::fs::write(folder.config(), text).expect("configuration");
    refused(&folder.run(&["run"]), 3, &["in use", &port.to_string(), "listen.mqtt", "ss -ltnp"]);
}

#[test]
fn a_faulty_configuration_is_refused_before_anything_is_opened() {
    let folder = Folder::with_fleet();
    std::fs::write(folder.config(), "[listen]\nhtpps = \"127.0.0.1:0\"\n").expect("configuration");
    for command in ["run", "check-config"] {
        refused(&folder.run(&[command]), 2, &["line 2", "htpps", "docs/configuration.md"]);
    }
    assert!(!folder.data().join("history.sqlite").exists());
    std::fs::write(folder.config(), "[listen]\nhttp = \"0.0.0.0:80\"\n").expect("configuration");
    refused(&folder.run(&["run"]), 2, &["line 2", "listen.http", "loopback"]);
    refused(&Command::new(PROGRAM).arg("start").output().expect("run"), 2, &["unrecognized subcommand"]);
}

#[test]
fn a_folder_without_a_fleet_an_open_one_and_one_of_a_newer_version_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::write(folder.config(), PORTS).expect("configuration");
    refused(&folder.run(&["run"]), 2, &["holds no fleet", "holdfast-controller init"]);

    let folder = Folder::with_fleet();
    std::fs::set_permissions(folder.data(), std::fs::Permissions::from_mode(0o755)).expect("mode");
    refused(&folder.run(&["run"]), 2, &["chmod 700"]);
    std::fs::set_permissions(folder.data(), std::fs::Permissions::from_mode(0o700)).expect("mode");

    newer(&folder.data().join("holdfast.sqlite"));
    refused(&folder.run(&["run"]), 4, &["newer version", "restore the backup"]);
}

/// Writes what a later version would: a migration that this one does not know.
fn newer(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let pool = sqlx::sqlite::SqlitePool::connect_with(options).await.expect("the registry");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             VALUES (99, 'later', '2030-01-01', TRUE, x'00', 1)",
        )
        .execute(&pool)
        .await
        .expect("written");
        pool.close().await;
    });
}

#[test]
fn check_config_prints_what_is_in_effect_and_reads_it_back() {
    let folder = Folder::new();
    std::fs::write(folder.config(), PORTS).expect("configuration");
    let shown = folder.run(&["check-config"]);
    assert_eq!(shown.status.code(), Some(0));
    assert!(said(&shown).contains("https = \"127.0.0.1:0\""));
    std::fs::write(folder.config(), &shown.stdout).expect("configuration");
    assert_eq!(folder.run(&["check-config"]).status.code(), Some(0));
}
