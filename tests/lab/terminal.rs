//! What the lab says while it prepares and once it is up.
//!
//! Enters: steps and facts. Leaves: a bar on a terminal, lines elsewhere. A terminal that is gone or full stops nothing.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line of talk, on standard error.
pub(crate) fn say(text: &str) {
    let _unseen = writeln!(std::io::stderr(), "{text}");
}

/// What the person waits for, on standard output.
pub(crate) fn show(text: &str) {
    let mut out = std::io::stdout();
    let _unseen = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// How often a bar is drawn anew, so that a long step is seen to go on.
const DRAWN_EACH: Duration = Duration::from_millis(200);

/// A bar on a terminal, a line a step elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
    plain: bool,
}

impl Progress {
    pub(crate) fn new(steps: u64) -> Self {
        let bar = ProgressBar::new(steps);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let plain = bar.is_hidden();
        if !plain {
            bar.enable_steady_tick(DRAWN_EACH);
        }
        Self { plain, bar }
    }

    pub(crate) fn step(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.inc(1);
        if self.plain {
            say(&format!("lab: {what}"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
