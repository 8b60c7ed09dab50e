//! `holdfast`: the command of field engineers and administrators.
//!
//! Enters: a command line, secrets by file, standard input or prompt. Leaves: data on standard output, talk on standard
//! error, an exit code: 0 done, 1 done and something failed, 2 wrong use, 3 could not reach agent or controller,
//! 4 refused, 5 not genuine, 6 cannot tell.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::args::Arguments::parse();
    let terminal = cli::terminal::Terminal::new(&arguments.common);
    // One thread: a command does one thing at a time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(Box::pin(cli::run(arguments, &terminal))),
        Err(error) => Err(cli::failure::Failure::failed("start", &error)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.say(&failure.to_string());
            ExitCode::from(failure.exit.code())
        }
    }
}
