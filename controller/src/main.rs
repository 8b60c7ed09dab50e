//! `holdfast-controller`: makes a fleet, runs its controller, checks its configuration.
//!
//! Enters: the command line. Leaves: what was asked for on stdout, talk and errors on stderr, and an exit code: 0 done ·
//! 1 failed · 2 wrong use or configuration · 3 a port cannot be opened · 4 refused, because what is there must not be
//! touched. Holds no logic: that is in the library.

mod backups;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use holdfast_controller::clock::Clock;
use holdfast_controller::config::{Config, ConfigError, DATA_FILE, SYSTEM_FILE, Settings};
use holdfast_controller::setup::{self, Made, SetupError};
use holdfast_controller::store::StoreError;
use holdfast_controller::supervise::{self, FolderError, RunError};

const FAILED: u8 = 1;
const WRONG_USE: u8 = 2;
const NO_PORT: u8 = 3;
const REFUSED: u8 = 4;

const AFTER_HELP: &str = "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 a port cannot be opened, 4 refused \
    because what is there must not be touched.";

/// The controller of a Holdfast fleet.
#[derive(Debug, Parser)]
#[command(name = "holdfast-controller", version = holdfast_protocol::PROGRAM_VERSION, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a fleet: its folder, its keys, and a one-time code for the first administrator.
    Init {
        #[command(flatten)]
        place: Place,
        /// A DNS name or address by which nodes and people reach this controller; give it once for each, best first.
        #[arg(long = "name", value_name = "NAME")]
        names: Vec<String>,
    },
    /// Run the controller until SIGTERM or Ctrl-C.
    Run {
        #[command(flatten)]
        place: Place,
    },
    /// Print the configuration in effect, or every fault of it.
    CheckConfig {
        #[command(flatten)]
        place: Place,
    },
    /// Print the fleet and the hash of its root, which `holdfast login` asks a person to compare.
    Fleet {
        #[command(flatten)]
        place: Place,
    },
    /// Print a new one-time code for the first administrator; an earlier one ends.
    FirstCode {
        #[command(flatten)]
        place: Place,
    },
    /// Make a backup now, while the controller runs or not, and prove it by restoring it.
    Backup(backups::Make),
    /// Make a key that opens backups; on the machine that keeps it, not on the controller.
    BackupKey(backups::Key),
    /// Type the words that `restore --check` printed: a backup of this controller was opened with its key.
    BackupProof(backups::Proof),
    /// Make a data folder from a backup, or check whether one can be made.
    Restore(backups::Restore),
}

#[derive(Debug, Args)]
struct Place {
    /// Configuration file [default: controller.toml in the data folder, else /etc/holdfast/controller.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder; comes before data.folder of the configuration.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Place {
    /// The file to read: the one named, else that of the data folder, else that of the system, else none.
    fn file(&self) -> Option<PathBuf> {
        if let Some(file) = &self.config {
            return Some(file.clone());
        }
        let own = self.data.as_ref().map(|data| data.join(DATA_FILE)).filter(|file| file.exists());
        own.or_else(|| Some(PathBuf::from(SYSTEM_FILE)).filter(|file| file.exists()))
    }

    fn load(&self) -> Result<(Settings, Config), ConfigError> {
        Config::load(self.file().as_deref(), self.data.as_deref())
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed stdout or stderr leaves nobody to tell.
            let _told = error.print();
            return if error.use_stderr() { ExitCode::from(WRONG_USE) } else { ExitCode::SUCCESS };
        }
    };
    match act(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _told = writeln!(std::io::stderr(), "holdfast-controller: {:#}", failure.error);
            ExitCode::from(failure.code)
        }
    }
}

/// An error and the exit code it means.
struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    fn of(code: u8, error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { code, error: anyhow::Error::new(error) }
    }
}

fn act(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Init { place, names } => init(place, names),
        Command::Run { place } => run(place),
        Command::CheckConfig { place } => check_config(place),
        Command::Fleet { place } => fleet(place),
        Command::FirstCode { place } => first_code(place),
        Command::Backup(wish) => backups::make(wish),
        Command::BackupKey(wish) => backups::key(wish),
        Command::BackupProof(wish) => backups::proof(wish),
        Command::Restore(wish) => backups::restore(wish),
    }
}

fn check_config(place: &Place) -> Result<(), Failure> {
    let (settings, _) = place.load()?;
    let from = place.file().map_or_else(|| "the defaults".to_owned(), |file| file.display().to_string());
    say(&format!(
        "# In effect, from {from}. Secrets are in files of their own and not shown.\n{}",
        settings.effective()
    ))
}

fn init(place: &Place, names: &[String]) -> Result<(), Failure> {
    let (_, config) = place.load()?;
    let made = runtime()?.block_on(Box::pin(setup::init(&config.data, names, Clock.wall())))?;
    say(&shown(&made, &config)).map_err(|failure| Failure {
        error: failure.error.context(format!(
            "nobody has seen the passphrase of the root key; remove {} and run init again",
            config.data.display()
        )),
        ..failure
    })
}

fn fleet(place: &Place) -> Result<(), Failure> {
    let (_, config) = place.load()?;
    let (fleet, root_sha256) = setup::fleet(&config.data)?;
    say(&format!("{fleet}\n{}", compared(&root_sha256)))
}

fn first_code(place: &Place) -> Result<(), Failure> {
    let (_, config) = place.load()?;
    let code = runtime()?.block_on(Box::pin(setup::first_code(&config.data, Clock.wall())))?;
    say(&format!("{code}\n"))
}

fn run(place: &Place) -> Result<(), Failure> {
    let (_, config) = place.load()?;
    tracing_subscriber::fmt()
        .with_max_level(config.log)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    runtime()?.block_on(Box::pin(supervise::run(config)))?;
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::of(FAILED, error))
}

/// What `init` says. Both secrets are in it, and nowhere else.
fn shown(made: &Made, config: &Config) -> String {
    let Made { fleet, root_sha256, passphrase, root_key_file, config_file, code } = made;
    let (data, root, file) = (config.data.display(), root_key_file.display(), config_file.display());
    let passphrase = passphrase.shown();
    let page = match config.listen.http {
        Some(address) if address.port() != 0 => format!("http://{address}/first on this machine"),
        Some(_) | None => "its page /first".to_owned(),
    };
    format!(
        "Fleet {fleet} is made in {data}.\n\n\
         The root key is in {root}, encrypted; it is not needed to run.\n\
         Write its passphrase down, copy the file to two places off this machine, then remove it here.\n\
         These two lines are shown this once:\n\n\
         \x20 Passphrase of the root key: {passphrase}\n\
         \x20 One-time code for the first administrator, good for 72 hours: {code}\n\n\
         What `holdfast login` asks to compare, SHA-256 of the root's public key:\n\n{compared}\n\
         Settings are in {file}.\n\
         Next: holdfast-controller run --data {data}\n\
         then open {page}, or run `holdfast login`.\n",
        compared = compared(root_sha256),
    )
}

/// A hash as people compare it: groups of four digits, eight a line.
fn compared(sha256: &[u8; 32]) -> String {
    let groups: Vec<String> =
        sha256.chunks(2).map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    groups.chunks(8).map(|line| format!("  {}\n", line.join(" "))).collect()
}

fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::of(FAILED, error))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::of(WRONG_USE, error)
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        let code = match &error {
            SetupError::Exists { .. } | SetupError::HasAdministrator => REFUSED,
            SetupError::Config(_) => WRONG_USE,
            SetupError::Folder(error) => folder_code(error),
            SetupError::Store(error) => store_code(error),
            SetupError::Authority(_) | SetupError::File(_) | SetupError::Random => FAILED,
        };
        Self::of(code, error)
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let code = match &error {
            RunError::Folder(error) => folder_code(error),
            RunError::Store(error) => store_code(error),
            RunError::Listen(_) => NO_PORT,
            RunError::MetricsToken { .. } => WRONG_USE,
            RunError::Authority(_)
            | RunError::Tls(_)
            | RunError::File(_)
            | RunError::Seal(_)
            | RunError::EvidenceKey(_)
            | RunError::System(_)
            | RunError::TaskEnded(_) => FAILED,
        };
        Self::of(code, error)
    }
}

fn folder_code(error: &FolderError) -> u8 {
    match error {
        FolderError::Empty { .. } | FolderError::Open { .. } => WRONG_USE,
        FolderError::Taken { .. } => REFUSED,
        FolderError::Unusable { .. } | FolderError::Full { .. } => FAILED,
    }
}

/// A folder of a newer version is refused; everything else that a database says is a failure.
fn store_code(error: &StoreError) -> u8 {
    if matches!(error, StoreError::Newer { .. } | StoreError::Foreign { .. }) { REFUSED } else { FAILED }
}
