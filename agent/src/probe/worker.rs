//! A thread for a probe that may block: one request out at a time, and an answer when the source gives one.
//!
//! Enters: an instant. Leaves: the readings of that request, or nothing yet. A source that never answers keeps this one
//! thread and no other: nothing more is asked until it does. Threads are detached; a hung one ends with the process.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::Builder;

use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use tokio::sync::mpsc;

use super::{Probe, ProbeError};

/// Enough for sysinfo's paths and a mount table; only what is touched counts as memory.
const STACK_BYTES: usize = 256 * 1024;

/// What a probe on a thread answered.
pub(super) struct Answer {
    /// The instant of the request.
    pub(super) asked: BootMs,
    /// The readings.
    pub(super) frame: Frame,
    /// How it went.
    pub(super) result: Result<(), ProbeError>,
}

/// The near end of the thread.
pub(super) struct Worker {
    requests: SyncSender<BootMs>,
    answers: mpsc::Receiver<Answer>,
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start(probe: Box<dyn Probe>) -> std::io::Result<Self> {
        let (requests, asked) = sync_channel(1);
        let (answer, answers) = mpsc::channel(1);
        Builder::new()
            .name(probe.name().to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || serve(probe, &asked, &answer))?;
        Ok(Self { requests, answers })
    }

    /// Asks for readings; false when the thread is gone or has a request already.
    pub(super) fn ask(&self, now: BootMs) -> bool {
        match self.requests.try_send(now) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }

    /// The answer, if it is there.
    pub(super) fn answered(&mut self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }

    /// Waits for the answer. Nothing is lost when this future is dropped: the answer is then found later.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }
}

fn serve(mut probe: Box<dyn Probe>, asked: &Receiver<BootMs>, answer: &mpsc::Sender<Answer>) {
    while let Ok(now) = asked.recv() {
        let mut frame = Frame::new(now);
        let result = probe.read(now, &mut frame);
        if answer.blocking_send(Answer { asked: now, frame, result }).is_err() {
            return;
        }
    }
}
