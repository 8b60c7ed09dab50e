//! Who asked the lab to stop, and how urgently.
//!
//! Enters: SIGINT, SIGTERM, SIGHUP, from the program's first moment on. Leaves: a count: one asks to stop in order, two
//! to stop at once. The signals reach the lab alone; its programs are in process groups of their own.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::terminal::say;

/// How often it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<u32>);

impl Stop {
    /// Listens from now on, as long as the runtime lives.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let of = |kind| signal(kind).context("listening for Ctrl-C");
        let (mut interrupt, mut terminate) = (of(SignalKind::interrupt())?, of(SignalKind::terminate())?);
        let mut hang_up = of(SignalKind::hangup())?;
        let (count, asked) = watch::channel(0_u32);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hang_up.recv() => {}
                }
                count.send_modify(|count| *count = count.saturating_add(1));
                match *count.borrow() {
                    1 => say("\nStopping; Ctrl-C again ends everything at once."),
                    2 => say("\nEnding everything at once."),
                    _ => {}
                }
            }
        });
        Ok(Self(asked))
    }

    /// Whether it was asked at all.
    pub(crate) fn asked(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Whether it was asked again.
    pub(crate) fn hurried(&self) -> bool {
        *self.0.borrow() > 1
    }

    /// Waits until it is asked.
    pub(crate) async fn wait(&mut self) {
        // The sender lives as long as the runtime.
        drop(self.0.wait_for(|count| *count > 0).await);
    }
}
