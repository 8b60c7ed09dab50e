//! Counts failed sign-ins and says how long the next one has to wait. Pure.
//!
//! Enters: keys (a folded name's hash, an address), outcomes, `now`. Leaves: leave to try, or a wait. A name that does not
//! exist is counted like one that does, so that the wait tells nothing. Memory is bounded: when it is full, the entry that
//! was touched longest ago goes. Never keeps a name or a password.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Failures of one name that cost nothing: a person mistypes, and tries the two other passwords they have.
const NAME_FREE: u32 = 5;
/// Failures of one address that cost nothing: a depot behind one address has several people.
const ADDRESS_FREE: u32 = 20;
/// First wait; it doubles with every failure.
const WAIT_FIRST: Duration = Duration::from_secs(5);
/// Longest wait of a name: whoever knows a name can make it wait, so it is short. 12 tries an hour find no password of 15
/// characters.
const NAME_WAIT_MAX: Duration = Duration::from_secs(300);
/// Longest wait of an address.
const ADDRESS_WAIT_MAX: Duration = Duration::from_secs(3_600);
/// An entry without a failure for so long is forgotten; longer than any wait.
const FORGET_AFTER: Duration = Duration::from_secs(2 * 3_600);
/// Most entries: 56 bytes each, so 0.5 MiB. To push out a name's entry, 8,192 failures from others have to come first, and
/// each address has 20 free of a wait.
const ENTRIES_MAX: usize = 8_192;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Name(u64),
    Address(IpAddr),
}

impl Key {
    fn wait_after(self, failures: u32) -> Duration {
        let (free, most) = match self {
            Self::Name(_) => (NAME_FREE, NAME_WAIT_MAX),
            Self::Address(_) => (ADDRESS_FREE, ADDRESS_WAIT_MAX),
        };
        wait(failures.saturating_sub(free), most)
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    failures: u32,
    last: Instant,
    wait: Duration,
}

/// The counts.
#[derive(Debug, Default)]
pub struct Attempts {
    entries: HashMap<Key, Entry>,
    hasher: RandomState,
}

impl Attempts {
    /// Whether a sign-in may be tried now; else how long it has to wait.
    ///
    /// # Errors
    /// The wait.
    pub fn may_try(&self, folded_name: &str, address: Option<IpAddr>, now: Instant) -> Result<(), Duration> {
        let wait = self
            .keys(folded_name, address)
            .filter_map(|key| self.entries.get(&key))
            .map(|entry| entry.wait.saturating_sub(now.saturating_duration_since(entry.last)))
            .max()
            .unwrap_or_default();
        if wait.is_zero() { Ok(()) } else { Err(wait) }
    }

    /// Counts a failure. It is counted before the costly look at the password, and taken back by [`Attempts::succeeded`]:
    /// else a hundred tries at once would all be within the free ones.
    pub fn failed(&mut self, folded_name: &str, address: Option<IpAddr>, now: Instant) {
        let keys: Vec<Key> = self.keys(folded_name, address).collect();
        for key in keys {
            self.make_room(now);
            let entry =
                self.entries.entry(key).or_insert(Entry { failures: 0, last: now, wait: Duration::ZERO });
            if now.saturating_duration_since(entry.last) > FORGET_AFTER {
                entry.failures = 0;
            }
            entry.failures = entry.failures.saturating_add(1);
            entry.last = now;
            entry.wait = key.wait_after(entry.failures);
        }
    }

    /// Takes one failure back, and forgets none before it: the password was right, and a code is still to come. Else whoever
    /// knows a password could have their wrong codes forgotten by it.
    pub fn undone(&mut self, folded_name: &str, address: Option<IpAddr>) {
        let keys: Vec<Key> = self.keys(folded_name, address).collect();
        for key in keys {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.failures = entry.failures.saturating_sub(1);
                entry.wait = key.wait_after(entry.failures);
            }
        }
    }

    /// Forgets a name's failures, and one of the address: an address that knows one password may still guess others.
    pub fn succeeded(&mut self, folded_name: &str, address: Option<IpAddr>) {
        let keys: Vec<Key> = self.keys(folded_name, address).collect();
        for key in keys {
            match key {
                Key::Name(_) => {
                    self.entries.remove(&key);
                }
                Key::Address(_) => {
                    if let Some(entry) = self.entries.get_mut(&key) {
                        entry.failures = entry.failures.saturating_sub(1);
                        entry.wait = key.wait_after(entry.failures);
                    }
                }
            }
        }
    }

    fn keys(&self, folded_name: &str, address: Option<IpAddr>) -> impl Iterator<Item = Key> + use<> {
        let name = Key::Name(self.hasher.hash_one(folded_name));
        std::iter::once(name).chain(address.map(|address| Key::Address(network(address))))
    }

    fn make_room(&mut self, now: Instant) {
        if self.entries.len() < ENTRIES_MAX {
            return;
        }
        self.entries.retain(|_, entry| now.saturating_duration_since(entry.last) <= FORGET_AFTER);
        if self.entries.len() >= ENTRIES_MAX {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last).map(|(key, _)| *key);
            oldest.and_then(|key| self.entries.remove(&key));
        }
    }
}

/// An IPv6 end has a /64 to itself (RFC 7381, section 2.5), so it is counted by that.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

fn wait(over: u32, most: Duration) -> Duration {
    let Some(doublings) = over.checked_sub(1) else { return Duration::ZERO };
    let factor = 1_u32.checked_shl(doublings.min(31)).unwrap_or(u32::MAX);
    WAIT_FIRST.saturating_mul(factor).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_name_may_fail_five_times_and_then_waits_longer_each_time() {
        let mut attempts = Attempts::default();
        let mut now = Instant::now();
        for _ in 0..NAME_FREE {
            assert_eq!(attempts.may_try("anna", address(1), now), Ok(()));
            attempts.failed("anna", address(1), now);
        }
        assert_eq!(attempts.may_try("anna", address(1), now), Ok(()));
        let mut waits = Vec::new();
        for _ in 0..9 {
            attempts.failed("anna", None, now);
            let wait = attempts.may_try("anna", address(2), now).expect_err("waits, from elsewhere too");
            waits.push(wait.as_secs());
            now += wait;
            assert_eq!(attempts.may_try("anna", address(2), now), Ok(()));
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(attempts.may_try("bert", address(2), now), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for index in 0..=ADDRESS_FREE {
            attempts.failed(&format!("name {index}"), address(1), now);
        }
        assert!(attempts.may_try("another", address(1), now).is_err());
        assert_eq!(attempts.may_try("another", address(2), now), Ok(()));
    }

    #[test]
    fn success_forgets_a_name_but_not_an_address() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..30 {
            attempts.failed("anna", address(1), now);
        }
        attempts.succeeded("anna", address(1));
        assert_eq!(attempts.may_try("anna", address(2), now), Ok(()));
        assert!(attempts.may_try("anna", address(1), now).is_err());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for index in 0..=ADDRESS_FREE {
            let address = format!("2001:db8::{index:x}").parse().expect("address");
            attempts.failed(&format!("name {index}"), Some(address), now);
        }
        let same: IpAddr = "2001:db8::ffff".parse().expect("address");
        let other: IpAddr = "2001:db8:0:1::1".parse().expect("address");
        assert!(attempts.may_try("another", Some(same), now).is_err());
        assert_eq!(attempts.may_try("another", Some(other), now), Ok(()));
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut attempts = Attempts::default();
        let start = Instant::now();
        for index in 0..20_000_u64 {
            attempts.failed(&index.to_string(), None, start + Duration::from_millis(index));
        }
        assert_eq!(attempts.entries.len(), ENTRIES_MAX);
        let later = start + Duration::from_secs(30_000);
        attempts.failed("late", None, later);
        assert_eq!(attempts.entries.len(), 1);
    }
}
