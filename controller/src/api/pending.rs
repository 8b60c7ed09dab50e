//! Sign-ins between password and code. Pure.
//!
//! Enters: who gave the right password, hashes of tokens, `now`. Leaves: the same person again, within [`LIFE`], until they
//! are in or have failed [`TRIES`] times. A pending sign-in is no session: nothing is shown by it. It lives in memory alone;
//! a restart asks for the password again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::session::Known;

/// How long somebody may look for their phone.
pub const LIFE: Duration = Duration::from_secs(300);
/// Codes that may be tried by one right password; then it is asked for again.
const TRIES: u32 = 5;
/// Most at one time: 200 bytes each. Each costs its maker one right password; when full, the oldest goes.
const ENTRIES_MAX: usize = 1_024;

#[derive(Debug)]
struct Entry {
    known: Known,
    since: Instant,
    tries: u32,
}

/// The sign-ins that wait for a code.
#[derive(Debug, Default)]
pub struct Pending(HashMap<[u8; 32], Entry>);

impl Pending {
    /// Keeps one under its token's hash.
    pub fn keep(&mut self, token_sha256: [u8; 32], known: Known, now: Instant) {
        self.0.retain(|_, entry| now.saturating_duration_since(entry.since) < LIFE);
        if self.0.len() >= ENTRIES_MAX {
            let oldest = self.0.iter().min_by_key(|(_, entry)| entry.since).map(|(key, _)| *key);
            oldest.and_then(|key| self.0.remove(&key));
        }
        self.0.insert(token_sha256, Entry { known, since: now, tries: 0 });
    }

    /// Who waits behind a token.
    #[must_use]
    pub fn get(&self, token_sha256: &[u8; 32], now: Instant) -> Option<&Known> {
        let entry = self.0.get(token_sha256)?;
        (now.saturating_duration_since(entry.since) < LIFE).then_some(&entry.known)
    }

    /// Takes one try; none when it is over, or was the last one before.
    pub fn attempt(&mut self, token_sha256: &[u8; 32], now: Instant) -> Option<Known> {
        let entry = self.0.get_mut(token_sha256)?;
        entry.tries += 1;
        let good = entry.tries <= TRIES && now.saturating_duration_since(entry.since) < LIFE;
        if good {
            return Some(entry.known.clone());
        }
        self.0.remove(token_sha256);
        None
    }

    /// Forgets one: its person is in.
    pub fn done(&mut self, token_sha256: &[u8; 32]) {
        self.0.remove(token_sha256);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::PersonId;

    fn known(number: i64) -> Known {
        Known::for_test(PersonId(number))
    }

    #[test]
    fn it_is_good_for_five_minutes_for_five_tries_and_for_one_sign_in() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        pending.keep([1; 32], known(7), now);
        assert_eq!(pending.get(&[1; 32], now).map(|known| known.person), Some(PersonId(7)));
        assert!(pending.get(&[2; 32], now).is_none());
        assert!(pending.get(&[1; 32], now + LIFE).is_none());
        for _ in 0..TRIES {
            assert!(pending.attempt(&[1; 32], now).is_some());
        }
        assert!(pending.attempt(&[1; 32], now).is_none(), "one try too many");
        assert!(pending.get(&[1; 32], now).is_none());
        pending.keep([3; 32], known(7), now);
        pending.done(&[3; 32]);
        assert!(pending.attempt(&[3; 32], now).is_none());
        pending.keep([4; 32], known(7), now);
        assert!(pending.attempt(&[4; 32], now + LIFE).is_none());
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        for number in 0..=ENTRIES_MAX {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_be_bytes());
            let later = now + Duration::from_millis(u64::try_from(number).expect("small"));
            pending.keep(key, known(1), later);
        }
        assert_eq!(pending.0.len(), ENTRIES_MAX);
        assert!(pending.get(&[0; 32], now).is_none());
    }
}
