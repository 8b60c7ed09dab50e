//! A program that was started and has to end: by SIGTERM, by SIGKILL, or with its owner.
//!
//! Enters: a command and a file for its output. Leaves: a running process. Ends only what it started, by its id.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wait::wait_until;

/// How long a program may take to stop in good order.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// The running program.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts `command`, with both outputs appended to `output` and no input.
    ///
    /// # Errors
    /// When the program or the file cannot be opened, naming it.
    pub fn start(name: &str, command: &mut Command, output: &Path) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(output);
        let file = file.with_context(|| format!("opening {} for the output of {name}", output.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting {name}: {}", command.get_program().display()))?;
        Ok(Self { name: name.to_owned(), child, output: output.to_owned() })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where its output goes.
    #[must_use]
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Its exit status, once it has ended.
    ///
    /// # Errors
    /// What the system says.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id = i32::try_from(self.child.id())?;
        kill(Pid::from_raw(id), signal).with_context(|| format!("sending {signal} to {}", self.name))
    }

    /// Ends it at once, as `kill -9` does.
    ///
    /// # Errors
    /// What the system says.
    pub fn kill_9(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it in good order.
    ///
    /// # Errors
    /// When it does not end in time (it is killed then), or ends with an error.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let status = self.terminated(&|| false)?.context("a wait without hurry")?;
        anyhow::ensure!(status.success(), "{} ended with {status}; its output:\n{}", self.name, self.tail());
        Ok(())
    }

    /// The same for one who may be told to stop at any moment: a program that had not yet begun to listen for SIGTERM ends
    /// by it, and has nothing to put in order. Kills it once somebody is in a hurry.
    ///
    /// # Errors
    /// As [`Process::stop`], and when it was killed.
    pub fn stop_unless(mut self, hurry: &dyn Fn() -> bool) -> anyhow::Result<()> {
        let Some(status) = self.terminated(hurry)? else { anyhow::bail!("{} was killed", self.name) };
        let by_it = status.signal().is_some_and(|number| Signal::try_from(number) == Ok(Signal::SIGTERM));
        anyhow::ensure!(
            status.success() || by_it,
            "{} ended with {status}; its output:\n{}",
            self.name,
            self.tail()
        );
        Ok(())
    }

    /// How it ended after SIGTERM; nothing, when somebody is in too much of a hurry to wait.
    fn terminated(&mut self, hurry: &dyn Fn() -> bool) -> anyhow::Result<Option<ExitStatus>> {
        if self.ended()?.is_none() {
            self.signal(Signal::SIGTERM)?;
        }
        wait_until(&format!("{} to stop", self.name), STOP_LIMIT, || {
            let status = self.ended().map_err(|error| error.to_string())?;
            if status.is_none() && hurry() {
                Ok(None)
            } else {
                status.map(Some).ok_or("still running".into())
            }
        })
    }

    /// The file its output goes to.
    #[must_use]
    pub fn output_file(&self) -> &Path {
        &self.output
    }

    /// The last lines of its output.
    #[must_use]
    pub fn tail(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(20)).copied().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let killed = self.child.kill().and_then(|()| self.child.wait().map(drop));
            if let Err(error) = killed {
                eprintln!("could not end {}: {error}", self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn a_program_that_does_not_listen_for_sigterm_yet_is_stopped_in_order_where_that_is_expected() {
        let folder = Folder::new("process").expect("a folder");
        let start = || {
            Process::start("sleep", Command::new("sleep").arg("60"), &folder.path().join("log"))
                .expect("started")
        };
        assert!(start().stop().is_err_and(|error| error.to_string().contains("SIGTERM")));
        assert!(start().stop_unless(&|| false).is_ok());
    }

    #[test]
    fn who_is_in_a_hurry_does_not_wait_for_a_program_that_cannot_hear() {
        let folder = Folder::new("process").expect("a folder");
        let process = Process::start("sleep", Command::new("sleep").arg("60"), &folder.path().join("log"));
        let process = process.expect("started");
        process.signal(Signal::SIGSTOP).expect("stopped");
        assert!(process.stop_unless(&|| true).is_err_and(|error| error.to_string().contains("killed")));
    }
}
