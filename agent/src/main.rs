//! `holdfast-agent`: reads the command line, sets up the log and the runtime, and hands over to the library.
//!
//! Enters: arguments and the configuration. Leaves: an exit code (docs/configuration-agent.md): 0 stopped in good order or
//! valid, 1 could not start or go on, 2 wrong use or a refused configuration.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use holdfast_agent::config::{self, Level, Settings};
use holdfast_agent::probe::source::Root;
use holdfast_agent::{probe, supervise};
use holdfast_protocol::PROGRAM_VERSION;
use tracing::level_filters::LevelFilter;

/// Name look-ups run beside the one thread: getaddrinfo(3) blocks. One at a time, and one that hangs.
const LOOKUP_THREADS_MAX: usize = 2;
/// Their stacks; name service modules want more than a probe.
const LOOKUP_STACK_BYTES: usize = 512 * 1024;
/// A thread for look-ups ends soon after: it is needed once a connection.
const LOOKUP_KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Reads this machine's health, keeps it while the link is dark, and reports it to the controller.
#[derive(Debug, Parser)]
#[command(name = "holdfast-agent", version = PROGRAM_VERSION, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The configuration; /etc/holdfast/agent.toml unless given
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Put identity, spool, state and socket below this folder
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Command {
    /// Sample and report until SIGTERM or SIGINT
    Run,
    /// Print the effective configuration, or what is wrong with it
    CheckConfig,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let settings = match config::load(arguments.config.as_deref(), arguments.data.as_deref()) {
        Ok(settings) => settings,
        Err(error) => return fail(&error.into(), 2),
    };
    let done = match arguments.command {
        Command::Run => run(settings),
        Command::CheckConfig => print(&settings.shown()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

fn run(settings: Settings) -> anyhow::Result<()> {
    start_log(settings.log_level);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(LOOKUP_THREADS_MAX)
        .thread_stack_size(LOOKUP_STACK_BYTES)
        .thread_keep_alive(LOOKUP_KEEP_ALIVE)
        .build()
        .context("could not start the runtime")?;
    let done = runtime.block_on(supervise::run(settings, probe::machine(), Root::machine()));
    // A look-up or a probe that hangs must not hold up the end.
    runtime.shutdown_background();
    Ok(done?)
}

fn start_log(level: Level) {
    let filter = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(filter)
        .with_target(false)
        .with_ansi(false)
        .with_writer(std::io::stderr);
    // The journal stamps each line itself.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.without_time().init();
    } else {
        log.init();
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    std::io::stdout().write_all(text.as_bytes()).context("could not write to stdout")
}

fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    // Where stderr is gone there is nobody left to tell.
    let _told = writeln!(std::io::stderr(), "holdfast-agent: {error:#}");
    ExitCode::from(code)
}
