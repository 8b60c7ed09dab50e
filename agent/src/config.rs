//! The agent's configuration: `/etc/holdfast/agent.toml`, read into typed structs, then checked as a whole.
//!
//! Enters: TOML text and what the command line adds. Leaves: [`Settings`], or every reason why not, each naming its key
//! and what to write instead. Unknown keys are refused. Nothing is opened or created here. The defaults are the `Default`
//! of each struct and nowhere else; docs/configuration-agent.md documents them and a test compares.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdfast_protocol::block::FRAMES_MAX;
use serde::Deserialize;

use crate::link::backoff;
use crate::spool::Limits;

mod quantity;

pub use quantity::{Bytes, Span};

/// Where the file is unless `--config` or `--data` says otherwise.
pub const FILE: &str = "/etc/holdfast/agent.toml";
/// Largest file that is read; a whole one has 40 lines.
pub const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Shortest step: the block format's own (tests use it).
const STEP_MIN: Duration = Duration::from_millis(100);
/// Longest step: beyond it a node's processor time and temperatures say nothing of what went on.
const STEP_MAX: Duration = Duration::from_secs(3_600);
/// Longest report interval: the promise in a record goes up to 30 days, a week leaves room for the margin.
const INTERVAL_MAX: Duration = Duration::from_secs(7 * 86_400);
/// Smallest spool: 16 segments of 64 KiB hold half a day of blocks.
const SPOOL_MIN: u64 = 1024 * 1024;
/// Names of the probes that `probes.off` may hold.
pub const PROBES: [&str; 9] =
    ["host", "network", "disk", "filesystems", "temperature", "connectivity", "clock", "agent", "serials"];

/// The file, key by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// `[paths]`
    pub paths: Paths,
    /// `[sample]`
    pub sample: Sample,
    /// `[report]`
    pub report: Report,
    /// `[spool]`
    pub spool: SpoolSection,
    /// `[link]`
    pub link: LinkSection,
    /// `[probes]`
    pub probes: Probes,
    /// `[log]`
    pub log: Log,
}

/// Where things lie.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Paths {
    /// The identity folder, written by `holdfast enrol`.
    pub identity: PathBuf,
    /// The spool's folder.
    pub spool: PathBuf,
    /// What the agent remembers between starts.
    pub state: PathBuf,
    /// The status socket.
    pub socket: PathBuf,
}

/// How often readings are taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sample {
    /// Time from one frame to the next.
    pub step: Span,
}

/// How often they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// Time from one record to the next.
    pub interval: Span,
}

/// How much is kept for a dark link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpoolSection {
    /// Most bytes on disk.
    pub limit: Bytes,
}

/// How the controller is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSection {
    /// Longest wait between two attempts.
    pub retry_max: Span,
}

/// Which sources are read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Probes {
    /// Names of probes that do not run.
    pub off: Vec<String>,
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// The least severe level.
    pub level: Level,
}

/// Levels of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Someone must act.
    Error,
    /// And what works less well.
    Warn,
    /// And changes of state; under 10 lines an hour when nothing happens.
    Info,
    /// And decisions; addresses are written from here on.
    Debug,
    /// And each message.
    Trace,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            identity: PathBuf::from("/var/lib/holdfast/identity"),
            spool: PathBuf::from("/var/lib/holdfast/spool"),
            state: PathBuf::from("/var/lib/holdfast/state"),
            socket: PathBuf::from("/run/holdfast/agent.sock"),
        }
    }
}

impl Paths {
    /// Everything below one folder: for the lab, and for use by hand.
    #[must_use]
    pub fn below(folder: &Path) -> Self {
        Self {
            identity: folder.join("identity"),
            spool: folder.join("spool"),
            state: folder.join("state"),
            socket: folder.join("agent.sock"),
        }
    }
}

impl Default for Sample {
    fn default() -> Self {
        Self { step: Span(Duration::from_secs(10)) }
    }
}

impl Default for Report {
    fn default() -> Self {
        Self { interval: Span(Duration::from_secs(60)) }
    }
}

impl Default for SpoolSection {
    fn default() -> Self {
        Self { limit: Bytes(256 * 1024 * 1024) }
    }
}

impl Default for LinkSection {
    fn default() -> Self {
        Self { retry_max: Span(Duration::from_millis(backoff::LAST_MS)) }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: Level::Info }
    }
}

/// The configuration after it was checked as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where things lie.
    pub paths: Paths,
    /// Time from one frame to the next.
    pub step: Duration,
    /// Time from one record to the next.
    pub report_interval: Duration,
    /// How large the spool may grow.
    pub spool_limits: Limits,
    /// Longest wait between two attempts to connect.
    pub retry_max: Duration,
    /// Names of probes that do not run.
    pub probes_off: Vec<String>,
    /// What is logged.
    pub log_level: Level,
}

impl Settings {
    /// Whether a probe runs.
    #[must_use]
    pub fn is_on(&self, probe: &str) -> bool {
        !self.probes_off.iter().any(|off| off == probe)
    }
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is longer than any configuration.
    #[error("{} has more than {FILE_BYTES_MAX} bytes: it is no configuration of the agent", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Not TOML, an unknown key, or a value of another shape. The text names line and key.
    #[error("{} is refused: {what}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What and where.
        what: String,
    },
    /// Values that do not fit; one line each.
    #[error("{}", .0.join("\n"))]
    Values(Vec<String>),
}

/// Reads the file, puts everything below `data` if given, and checks the whole. Without `--config` a missing file means the
/// defaults; with `data`, the file is `agent.toml` in it.
///
/// # Errors
/// [`ConfigError`].
pub fn load(config: Option<&Path>, data: Option<&Path>) -> Result<Settings, ConfigError> {
    let usual = data.map_or_else(|| PathBuf::from(FILE), |data| data.join("agent.toml"));
    let path = config.unwrap_or(&usual);
    let mut file = match read(path) {
        Err(ConfigError::Read { source, .. })
            if config.is_none() && source.kind() == std::io::ErrorKind::NotFound =>
        {
            File::default()
        }
        other => parse(&other?, path)?,
    };
    if let Some(data) = data {
        file.paths = Paths::below(data);
    }
    check(&file)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let refuse = |source| ConfigError::Read { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(refuse)?.len() > FILE_BYTES_MAX {
        return Err(ConfigError::TooLarge { path: path.to_owned() });
    }
    std::fs::read_to_string(path).map_err(refuse)
}

/// Reads the text of a file; `path` is for the message.
///
/// # Errors
/// [`ConfigError::Shape`].
pub fn parse(text: &str, path: &Path) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::Shape {
        path: path.to_owned(),
        what: error.to_string().trim().to_owned(),
    })
}

/// Checks values against each other.
///
/// # Errors
/// [`ConfigError::Values`] with a line for each.
pub fn check(file: &File) -> Result<Settings, ConfigError> {
    let mut wrong = Vec::new();
    let (step, interval) = (file.sample.step.0, file.report.interval.0);
    for (key, path) in [
        ("identity", &file.paths.identity),
        ("spool", &file.paths.spool),
        ("state", &file.paths.state),
        ("socket", &file.paths.socket),
    ] {
        if path.as_os_str().is_empty() {
            wrong.push(format!("paths.{key} is empty: write a path"));
        }
    }
    if !(STEP_MIN..=STEP_MAX).contains(&step) {
        let (low, high) = (Span(STEP_MIN), Span(STEP_MAX));
        wrong.push(format!("sample.step is {}: write {low} to {high}", file.sample.step));
    }
    if interval < step {
        let step = file.sample.step;
        wrong.push(format!(
            "report.interval is {}, below sample.step: write {step} or more",
            file.report.interval
        ));
    }
    if interval > INTERVAL_MAX {
        wrong.push(format!(
            "report.interval is {}: write {} at most",
            file.report.interval,
            Span(INTERVAL_MAX)
        ));
    }
    let frames_max = u32::try_from(FRAMES_MAX).unwrap_or(u32::MAX);
    if interval > step.saturating_mul(frames_max) {
        wrong.push(format!(
            "report.interval is {}, and a report holds at most {FRAMES_MAX} samples: raise sample.step to {} or more",
            file.report.interval,
            Span(interval.div_f64(f64::from(frames_max)).max(Duration::from_secs(1)))
        ));
    }
    if file.link.retry_max.0 < Duration::from_secs(1) || file.link.retry_max.0 > Duration::from_secs(86_400) {
        wrong.push(format!("link.retry_max is {}: write 1s to 1d", file.link.retry_max));
    }
    for name in file.probes.off.iter().filter(|name| !PROBES.contains(&name.as_str())) {
        wrong.push(format!("probes.off names {name:?}: the probes are {}", PROBES.join(", ")));
    }
    let limits = Limits::with_total(file.spool.limit.0).ok().filter(|_| file.spool.limit.0 >= SPOOL_MIN);
    let Some(spool_limits) = limits.filter(|_| wrong.is_empty()) else {
        if limits.is_none() {
            wrong.push(format!("spool.limit is {}: write {} or more", file.spool.limit, Bytes(SPOOL_MIN)));
        }
        return Err(ConfigError::Values(wrong));
    };
    Ok(Settings {
        paths: file.paths.clone(),
        step,
        report_interval: interval,
        spool_limits,
        retry_max: file.link.retry_max.0,
        probes_off: file.probes.off.clone(),
        log_level: file.log.level,
    })
}

impl Settings {
    /// The effective configuration as TOML, which `check-config` prints. There are no secrets in it.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut out = String::new();
        let off: Vec<String> = self.probes_off.iter().map(|name| format!("{name:?}")).collect();
        let paths = &self.paths;
        let sections = [
            (
                "paths",
                vec![
                    ("identity", format!("{:?}", paths.identity)),
                    ("spool", format!("{:?}", paths.spool)),
                    ("state", format!("{:?}", paths.state)),
                    ("socket", format!("{:?}", paths.socket)),
                ],
            ),
            ("sample", vec![("step", format!("\"{}\"", Span(self.step)))]),
            ("report", vec![("interval", format!("\"{}\"", Span(self.report_interval)))]),
            ("spool", vec![("limit", format!("\"{}\"", Bytes(self.spool_limits.total_bytes())))]),
            ("link", vec![("retry_max", format!("\"{}\"", Span(self.retry_max)))]),
            ("probes", vec![("off", format!("[{}]", off.join(", ")))]),
            ("log", vec![("level", format!("\"{}\"", self.log_level.word()))]),
        ];
        for (section, keys) in sections {
            let gap = if out.is_empty() { "" } else { "\n" };
            // Writing to a String cannot fail.
            let _written = writeln!(out, "{gap}[{section}]");
            for (key, value) in keys {
                let _written = writeln!(out, "{key} = {value}");
            }
        }
        out
    }
}

impl Level {
    /// As it is written in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn parsed(text: &str) -> Result<Settings, ConfigError> {
        check(&parse(text, Path::new("agent.toml"))?)
    }

    fn refusal(text: &str) -> String {
        parsed(text).expect_err("refused").to_string()
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let page = include_str!("../../docs/configuration-agent.md");
        let block =
            page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
        let documented = parse(block, Path::new("the page")).expect("valid");
        assert_eq!(documented, File::default());
        for line in check(&documented).expect("valid").shown().lines().filter(|line| !line.is_empty()) {
            assert!(block.contains(line), "the page does not show {line:?}");
        }
    }

    #[test]
    fn what_check_config_prints_reads_back_as_the_same() {
        let text = "[sample]\nstep = \"100ms\"\n[report]\ninterval = \"2s\"\n[probes]\noff = [\"temperature\"]\n[log]\nlevel = \"debug\"\n";
        let settings = parsed(text).expect("valid");
        assert_eq!(settings.step, Duration::from_millis(100));
        assert_eq!(parsed(&settings.shown()).expect("valid"), settings);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_and_line() {
        let error = refusal("[sample]\nstepp = \"10s\"\n");
        assert!(error.contains("stepp") && error.contains("line 2"), "{error}");
        assert!(refusal("[nonsense]\n").contains("nonsense"));
        assert!(refusal("step = ").contains("agent.toml"));
    }

    #[test]
    fn every_wrong_value_is_named_with_what_to_write() {
        let error = refusal(
            "[sample]\nstep = \"10ms\"\n[report]\ninterval = \"1ms\"\n[spool]\nlimit = \"1KiB\"\n[probes]\noff = [\"hosts\"]\n",
        );
        for part in ["sample.step is 10ms: write 100ms to 1h", "report.interval", "spool.limit", "\"hosts\""]
        {
            assert!(error.contains(part), "{part}: {error}");
        }
        let error = refusal("[report]\ninterval = \"6h\"\n");
        assert!(error.contains("raise sample.step to 1min or more"), "{error}");
        assert!(parsed("[report]\ninterval = \"6h\"\n[sample]\nstep = \"1min\"\n").is_ok());
        assert!(refusal("[sample]\nstep = 10\n").contains("step"));
    }

    #[test]
    fn data_puts_everything_below_one_folder_and_a_named_file_must_exist() {
        let folder = Folder::new("config");
        let settings = load(None, Some(folder.path())).expect("defaults");
        assert_eq!(settings.paths, Paths::below(folder.path()));
        std::fs::write(folder.path().join("agent.toml"), "[report]\ninterval = \"10s\"\n").expect("written");
        let settings = load(None, Some(folder.path())).expect("valid");
        assert_eq!(settings.report_interval, Duration::from_secs(10));
        let error = load(Some(&folder.path().join("none.toml")), None).expect_err("refused");
        assert!(error.to_string().contains("none.toml"), "{error}");
    }
}
