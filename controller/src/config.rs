//! The controller's configuration: what the file may say, the defaults, and the checked form that programs use.
//!
//! Enters: TOML text. Leaves: [`Config`], or every fault with its key, line and what to do. [`Settings`] is the file word
//! for word (unknown keys refused); `check` turns it into [`Config`] before any port or file is opened. Every key and its
//! default stand in docs/configuration.md, which a test compares with this module. Never reads a secret.

mod check;
mod locate;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the packaged service looks.
pub const SYSTEM_FILE: &str = "/etc/holdfast/controller.toml";
/// The file that `init` writes into the data folder.
pub const DATA_FILE: &str = "controller.toml";
/// Largest configuration file, in bytes: a full one with long comments has some thousand.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;

/// The file, word for word.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where things are kept.
    pub data: DataSettings,
    /// How long history is kept.
    pub history: HistorySettings,
    /// Where the program listens.
    pub listen: ListenSettings,
    /// How the server is called.
    pub server: ServerSettings,
    /// What tickets and nodes are told.
    pub tickets: TicketSettings,
    /// How long a sign-in lasts.
    pub sessions: SessionSettings,
    /// What a sign-in asks for.
    pub sign_in: SignInSettings,
    /// Bounds.
    pub limits: LimitSettings,
    /// The log.
    pub log: LogSettings,
    /// `/metrics`.
    pub metrics: MetricsSettings,
    /// Backups that are made by themselves.
    pub backup: BackupSettings,
}

/// `[data]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataSettings {
    /// Registry, history and keys.
    pub folder: PathBuf,
}

/// `[history]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistorySettings {
    /// Records, whole.
    pub keep_days: u32,
    /// Hours rolled up, states, outages and starts.
    pub keep_rollups_days: u32,
}

/// `[listen]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenSettings {
    /// Pages, API, enrolment, and MQTT by ALPN.
    pub https: String,
    /// MQTT.
    pub mqtt: String,
    /// Plain HTTP, loopback only; empty for none.
    pub http: String,
    /// Whether a reverse proxy with TLS stands in front of the plain listener.
    pub behind_tls_proxy: bool,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Names and addresses in the server certificate, best first.
    pub names: Vec<String>,
}

/// `[tickets]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TicketSettings {
    /// Where a node enrols; empty: made from `server.names` and the HTTPS port.
    pub urls: Vec<String>,
    /// Where an enrolled node reports; empty: made from `server.names` and the MQTT port.
    pub mqtt: Vec<String>,
}

/// `[sessions]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// A browser that asks for nothing for so long is signed out.
    pub idle_minutes: u32,
    /// A browser is signed out after so long in any case.
    pub longest_hours: u32,
    /// A token of the terminal ends after so long.
    pub tool_hours: u32,
}

/// `[sign_in]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInSettings {
    /// required or offered.
    pub second_factor: String,
    /// How long after their first sign-in a person may go without one, where it is required.
    pub second_factor_within_hours: u32,
}

/// `[limits]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Connections of nodes at one time.
    pub node_connections: u32,
    /// Connections of people and tools at one time.
    pub web_connections: u32,
    /// Live feeds at one time.
    pub live_feeds: u32,
    /// Longest time for one answer.
    pub request_seconds: u32,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// error, warn, info, debug or trace.
    pub level: String,
}

/// `[metrics]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    /// File that holds the bearer token of `/metrics`; empty: loopback only.
    pub token_file: PathBuf,
}

/// `[backup]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupSettings {
    /// Where to; empty: none are made by themselves.
    pub folder: PathBuf,
    /// Who can open them: age recipients.
    pub recipients: Vec<String>,
    /// How often.
    pub every_hours: u32,
    /// How many are kept.
    pub keep: u32,
    /// Whether readings go with them.
    pub history: bool,
}

impl Default for DataSettings {
    fn default() -> Self {
        Self { folder: "/var/lib/holdfast-controller".into() }
    }
}

impl Default for HistorySettings {
    /// A node that reports each 60 s sends 1,440 blocks a day of 800 B with their index entries: 35 MB in 30 days, 7 GB for
    /// 200 nodes. An hour rolled up is 66 columns of about 15 B before compression, at most 1 kB: 10 MB in 400 days, 2 GB for 200 nodes; 400 days, so that a
    /// month can be laid beside the same one of the year before, and the longest range that a chart takes.
    fn default() -> Self {
        Self { keep_days: 30, keep_rollups_days: 400 }
    }
}

impl Default for ListenSettings {
    fn default() -> Self {
        Self {
            https: "0.0.0.0:8443".into(),
            mqtt: "0.0.0.0:8883".into(),
            http: "127.0.0.1:8080".into(),
            behind_tls_proxy: false,
        }
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { names: vec!["localhost".into(), "127.0.0.1".into()] }
    }
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { idle_minutes: 120, longest_hours: 12, tool_hours: 168 }
    }
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self { second_factor: "required".into(), second_factor_within_hours: 24 }
    }
}

impl Default for LimitSettings {
    /// 12,000 node connections, 1,024 of people and the files of SQLite fit the unit's 16,384 descriptors; a live feed is
    /// one of the web connections.
    fn default() -> Self {
        Self { node_connections: 12_000, web_connections: 1_024, live_feeds: 256, request_seconds: 30 }
    }
}

impl Default for BackupSettings {
    /// A day of what people entered is what is lost at most; two weeks, so that a fault found late has an older one before it.
    fn default() -> Self {
        Self { folder: PathBuf::new(), recipients: Vec::new(), every_hours: 24, keep: 14, history: true }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { level: "info".into() }
    }
}

/// Checked configuration: what is in here can be used without another look.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where registry, history and keys are.
    pub data: PathBuf,
    /// How long history is kept.
    pub keep: crate::history::retention::Keep,
    /// Where the program listens.
    pub listen: Listen,
    /// Names and addresses in the server certificate, best first; at least one.
    pub names: Vec<String>,
    /// Where a node enrols, as configured; empty when made from names and port.
    pub ticket_urls: Vec<String>,
    /// Where an enrolled node reports, as configured; empty when made from names and port.
    pub mqtt_endpoints: Vec<HostPort>,
    /// How long sessions live.
    pub sessions: SessionLimits,
    /// How long after their first sign-in a person may go without a second factor; none: for ever.
    pub second_factor_within_ms: Option<i64>,
    /// Bounds.
    pub limits: Limits,
    /// Least severe level that is logged.
    pub log: tracing::Level,
    /// File that holds the bearer token of `/metrics`.
    pub metrics_token_file: Option<PathBuf>,
    /// Backups that are made by themselves.
    pub backup: crate::backup::schedule::Plan,
    /// The file that all this is from, if there is one: it goes with a backup.
    pub file: Option<PathBuf>,
}

/// Where the program listens; port 0 lets the machine choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// Pages, API, enrolment, and MQTT by ALPN.
    pub https: SocketAddr,
    /// MQTT.
    pub mqtt: SocketAddr,
    /// Plain HTTP on a loopback address.
    pub http: Option<SocketAddr>,
    /// Whether what comes in on plain HTTP came through TLS at a proxy: cookies are then marked Secure, and loopback alone
    /// opens nothing.
    pub behind_tls_proxy: bool,
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// Name or literal address, IPv6 without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// How long sessions live, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// A browser without a request.
    pub idle_ms: i64,
    /// A browser at the longest.
    pub longest_ms: i64,
    /// A terminal's token.
    pub tool_ms: i64,
}

/// Bounds that an installation may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections of nodes at one time.
    pub node_connections: usize,
    /// Connections of people and tools at one time.
    pub web_connections: usize,
    /// Live feeds at one time.
    pub live_feeds: usize,
    /// Longest time for one answer.
    pub request: std::time::Duration,
}

/// A fault of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {path} cannot be read; give another file with --config, or mend its rights")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no configuration at all.
    #[error(
        "the configuration {path} has {bytes} bytes, more than {FILE_BYTES_MAX}; is it another file? Name the right one"
    )]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Not TOML, an unknown key, or a value of another type.
    #[error("{path} line {line}: {what}. Keys and their values are listed in docs/configuration.md")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What the parser says.
        what: String,
    },
    /// Values that cannot be used; all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Values(Vec<ValueFault>),
}

/// One value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFault {
    /// Which file, or none for a value of the command line or a default.
    pub path: Option<PathBuf>,
    /// Line, from 1, where the key is set in the file.
    pub line: Option<usize>,
    /// Key with its table: `listen.http`.
    pub key: &'static str,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

impl std::fmt::Display for ValueFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.path, self.line) {
            (Some(path), Some(line)) => write!(f, "{} line {line}, ", path.display())?,
            (Some(path), None) => write!(f, "{}, ", path.display())?,
            (None, _) => {}
        }
        write!(f, "key {}: {}. {}", self.key, self.what, self.advice)
    }
}

impl Config {
    /// Reads and checks the file at `path`; without one, the defaults.
    ///
    /// # Errors
    /// [`ConfigError`], naming every fault.
    pub fn load(path: Option<&Path>, data: Option<&Path>) -> Result<(Settings, Self), ConfigError> {
        let text = path.map(read).transpose()?.unwrap_or_default();
        Self::from_text(&text, path, data)
    }

    /// Checks a file's text. `data` of the command line comes before the file's.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_text(
        text: &str,
        path: Option<&Path>,
        data: Option<&Path>,
    ) -> Result<(Settings, Self), ConfigError> {
        let mut settings: Settings = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            path: path.unwrap_or(Path::new("(defaults)")).to_path_buf(),
            line: error.span().map_or(1, |span| locate::line_at(text, span.start)),
            what: error.message().replace('\n', " "),
        })?;
        if let Some(folder) = data {
            settings.data.folder = folder.to_path_buf();
        }
        let mut config = check::check(&settings).map_err(|faults| {
            ConfigError::Values(faults.into_iter().map(|fault| placed(fault, text, path)).collect())
        })?;
        config.file = path.filter(|path| path.exists()).map(Path::to_path_buf);
        Ok((settings, config))
    }

    /// The defaults, with a data folder of its own.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn defaults(data: &Path) -> Result<Self, ConfigError> {
        Self::from_text("", None, Some(data)).map(|(_, config)| config)
    }
}

impl Settings {
    /// The effective settings as the file would say them. No key of it holds a secret: secrets are in files of their own,
    /// and only their names stand here.
    #[must_use]
    pub fn effective(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| format!("# cannot be shown: {error}\n"))
    }
}

fn placed(fault: ValueFault, text: &str, path: Option<&Path>) -> ValueFault {
    let line = locate::line_of(text, fault.key);
    ValueFault { path: line.and(path.map(Path::to_path_buf)), line, ..fault }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let fault = |source| ConfigError::Read { path: path.to_path_buf(), source };
    let bytes = std::fs::metadata(path).map_err(fault)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(ConfigError::TooLarge { path: path.to_path_buf(), bytes });
    }
    std::fs::read_to_string(path).map_err(fault)
}

#[cfg(test)]
mod tests;
