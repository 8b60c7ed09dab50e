//! What the link has said already, so that a node that is refused every few minutes for a year says so once.
//!
//! Enters: a topic and the words that would be logged. Leaves: whether they are news. Words are news again when they differ
//! from all that was said on their topic, or when the topic was taken back because the trouble had passed; the comings and
//! goings of a session are news again after an hour, or the log of a flapping link would end on the wrong word. Never logs.

use holdfast_protocol::time::BootMs;

/// Words remembered: each topic with one cause for each of eight addresses, and room to spare.
const SAID_MAX: usize = 64;
/// How long the comings and goings of a session are no news: at most four kinds of words an hour, in milliseconds.
const HOUR_MS: u64 = 3_600_000;

/// What is talked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// TLS with the controller fails.
    Tls,
    /// A session opens, is ended or refused. Taken back when a session has proved the path.
    Session,
    /// The spool cannot be read.
    Unread,
    /// The controller refuses what this node says.
    NotAuthorised,
    /// An ack claims what was never sent.
    Ack,
}

/// What was said.
#[derive(Debug, Default)]
pub(super) struct Voice {
    said: Vec<(Topic, String)>,
    hourly: Vec<(String, BootMs)>,
}

impl Voice {
    /// Whether this has not been said yet; it is from now on.
    pub(super) fn is_news(&mut self, topic: Topic, words: &str) -> bool {
        if self.said.iter().any(|(about, said)| *about == topic && said == words)
            || self.said.len() >= SAID_MAX
        {
            return false;
        }
        self.said.push((topic, words.to_owned()));
        true
    }

    /// Whether this was not said of a session within the last hour; it is now. `words` are one of a few.
    pub(super) fn is_news_of_the_hour(&mut self, words: &str, now: BootMs) -> bool {
        self.hourly.retain(|(_, at)| now.since_ms(*at) < HOUR_MS);
        if self.hourly.iter().any(|(said, _)| said == words) || self.hourly.len() >= SAID_MAX {
            return false;
        }
        self.hourly.push((words.to_owned(), now));
        true
    }

    /// A session has proved the path: all that was said of paths and sessions may be said again.
    pub(super) fn take_back_path(&mut self) {
        self.take_back(Topic::Tls);
        self.take_back(Topic::Session);
        self.hourly.clear();
    }

    /// The trouble has passed; answers whether anything was said of it.
    pub(super) fn take_back(&mut self, topic: Topic) -> bool {
        let before = self.said.len();
        self.said.retain(|(about, _)| *about != topic);
        self.said.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_said_once_until_they_are_taken_back() {
        let mut voice = Voice::default();
        assert!(voice.is_news(Topic::Tls, "expired"));
        assert!(!voice.is_news(Topic::Tls, "expired"));
        assert!(voice.is_news(Topic::Tls, "unknown issuer"), "another cause is news");
        assert!(!voice.is_news(Topic::Tls, "expired"), "two addresses that fail in turn are not");
        assert!(voice.is_news(Topic::Session, "expired"), "another topic");
        assert!(voice.take_back(Topic::Tls) && !voice.take_back(Topic::Tls));
        assert!(voice.is_news(Topic::Tls, "expired") && !voice.is_news(Topic::Session, "expired"));
    }

    #[test]
    fn a_flapping_session_is_told_once_an_hour_and_a_proven_one_at_once() {
        let mut voice = Voice::default();
        let lines =
            (0..36).filter(|round| voice.is_news_of_the_hour("lost", BootMs(round * 300_000))).count();
        assert_eq!(lines, 3, "three hours of a node that is sent away every five minutes");
        voice.take_back_path();
        assert!(voice.is_news_of_the_hour("lost", BootMs(35 * 300_000)));
    }

    #[test]
    fn words_that_never_repeat_are_bounded() {
        let mut voice = Voice::default();
        let news = (0..1000).filter(|number: &u32| voice.is_news(Topic::Tls, &number.to_string())).count();
        assert_eq!(news, SAID_MAX);
    }
}
