//! Patience with a program that was started a moment ago and does not listen yet.
//!
//! Enters: a question that can be asked again, and which failures mean that nobody listens. Leaves: the answer, or the last
//! failure once the wait is over. Says once that it waits. Never repeats a question that may have arrived.

use std::io;
use std::time::Duration;

use super::terminal::Terminal;

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(250);
/// Pauses at most: 10 s. A controller is ready within 2 s on a slow machine with a cold disk; five times that.
const PAUSES_MAX: u32 = 40;

/// Asks until somebody listens, for ten seconds at most.
pub(crate) async fn until_it_listens<T, E>(
    terminal: &Terminal,
    who: &str,
    nobody_listens: impl Fn(&E) -> bool,
    mut ask: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    for pause in 0..PAUSES_MAX {
        match ask().await {
            Err(error) if nobody_listens(&error) => {
                if pause == 0 {
                    let limit = PAUSE.saturating_mul(PAUSES_MAX).as_secs();
                    terminal.say(&format!(
                        "{who} does not answer yet. If it was just started it will; waiting up to {limit} s."
                    ));
                }
                tokio::time::sleep(PAUSE).await;
            }
            answered => return answered,
        }
    }
    ask().await
}

/// Whether this says that nobody listens there: the question cannot have arrived.
pub(crate) fn refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::Arguments;
    use super::*;

    /// Asks somebody who listens from the given try on; how often was asked, and what came of it.
    async fn asked(listens_from: u32, otherwise: io::ErrorKind) -> (u32, io::Result<u32>) {
        let arguments = Arguments::parse_from(["holdfast", "status"]);
        let mut tries = 0;
        let answer = until_it_listens(&Terminal::new(&arguments.common), "it", refused, async || {
            tries += 1;
            if tries >= listens_from { Ok(tries) } else { Err(io::Error::from(otherwise)) }
        })
        .await;
        (tries, answer)
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_starts_is_waited_for_ten_seconds_and_no_longer() {
        let began = tokio::time::Instant::now();
        assert!(matches!(asked(9, io::ErrorKind::ConnectionRefused).await, (9, Ok(9))));
        assert_eq!(began.elapsed(), Duration::from_secs(2));
        let (tries, answer) = asked(u32::MAX, io::ErrorKind::ConnectionRefused).await;
        assert!(tries == 41 && answer.is_err_and(|error| refused(&error)), "{tries}");
        assert_eq!(began.elapsed(), Duration::from_secs(12));
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_may_have_arrived_is_not_asked_again() {
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::TimedOut, io::ErrorKind::HostUnreachable]
        {
            assert_eq!(asked(9, kind).await.0, 1, "{kind}");
        }
    }
}
