//! What a figure is measured on: a fresh controller of the release build, its ports and its administrator.
//!
//! Enters: the lab's data folder and a figure's name. Leaves: a running controller in `bench/<name>`, which the figure
//! begins anew each time, so that no earlier run is measured with it. It ends with its owner.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use holdfast_tests::controller::{Controller, Ports};
use holdfast_tests::http::Client;
use holdfast_tests::process::Process;
use holdfast_tests::programs::Programs;

use crate::folder::Folder;

/// A controller and who may ask it.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Where everything of this figure lies.
    pub folder: PathBuf,
    /// The programs of this build.
    pub programs: Programs,
    /// The controller's ports.
    pub ports: Ports,
    /// The administrator.
    pub client: Client,
    controller: Controller,
    process: Option<Process>,
    _lab: Folder,
}

impl Stage {
    /// Builds the programs, makes a fleet, starts its controller.
    ///
    /// # Errors
    /// When a program cannot be built or started.
    pub(crate) fn new(data: &Path, name: &str) -> anyhow::Result<Self> {
        let programs = Programs::find()?;
        let lab = Folder::take(data, false)?;
        let folder = lab.path().join("bench").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
        }
        std::fs::create_dir_all(&folder)?;
        let controller = Controller::new(&programs, &folder.join("controller"), 0)?;
        let (process, ports) = controller.start()?;
        let client = controller.sign_in(ports)?;
        Ok(Self { folder, programs, ports, client, controller, process: Some(process), _lab: lab })
    }

    /// The controller's process id.
    ///
    /// # Errors
    /// When it is stopped.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        Ok(self.process.as_ref().context("the controller is stopped")?.id())
    }

    /// Where the controller keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.controller.data()
    }

    /// The administrator's password, for a sign-in by cookie.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn password(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.controller.password_file())?)
    }

    /// Stops the controller in good order.
    ///
    /// # Errors
    /// When it does not stop, or ends with an error.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.process.take().map_or(Ok(()), Process::stop)
    }

    /// Starts it again, on the same ports.
    ///
    /// # Errors
    /// When it is not ready in time.
    pub(crate) fn start(&mut self) -> anyhow::Result<()> {
        let (process, ports) = self.controller.start()?;
        self.process = Some(process);
        self.ports = ports;
        Ok(())
    }
}
