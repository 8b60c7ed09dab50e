//! Counts refused enrolments by address, so that one sender cannot fill the log or keep the processor busy.
//!
//! Enters: addresses and monotonic instants. Leaves: go on, or how long to wait. Memory is bounded: a full table forgets
//! the address whose window began first. Tickets carry 128 secret bits, so this is no defence against guessing; none is
//! needed. Never reads a clock, never logs an address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Refusals that one address may cause in one window. A site's nodes share one address behind a satellite link: 30 of them
/// with a wrong card, two tries each.
pub const FAILURES_MAX: u32 = 60;
/// Length of a window.
pub const WINDOW: Duration = Duration::from_secs(600);
/// Most addresses kept: about 64 bytes each, 256 KiB in all.
pub const ADDRESSES_MAX: usize = 4096;

/// Failed tries by address.
#[derive(Debug, Default)]
pub struct Attempts {
    by_address: HashMap<IpAddr, Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Instant,
    failures: u32,
}

impl Attempts {
    /// Whether this address may try now.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn check(&self, address: Option<IpAddr>, now: Instant) -> Result<(), u32> {
        let window = address.and_then(|address| self.by_address.get(&network_of(address)));
        let Some(window) = window else { return Ok(()) };
        let left = WINDOW.saturating_sub(now.saturating_duration_since(window.began));
        if window.failures < FAILURES_MAX || left.is_zero() {
            return Ok(());
        }
        Err(u32::try_from(left.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// Counts a refusal; one without an address that means one sender is not counted.
    pub fn failed(&mut self, address: Option<IpAddr>, now: Instant) {
        let Some(network) = address.map(network_of) else { return };
        if !self.by_address.contains_key(&network) && self.by_address.len() >= ADDRESSES_MAX {
            self.make_room(now);
        }
        let window = self.by_address.entry(network).or_insert(Window { began: now, failures: 0 });
        if now.saturating_duration_since(window.began) >= WINDOW {
            *window = Window { began: now, failures: 0 };
        }
        window.failures = window.failures.saturating_add(1);
    }

    fn make_room(&mut self, now: Instant) {
        self.by_address.retain(|_, window| now.saturating_duration_since(window.began) < WINDOW);
        if self.by_address.len() < ADDRESSES_MAX {
            return;
        }
        let oldest =
            self.by_address.iter().min_by_key(|(_, window)| window.began).map(|(network, _)| *network);
        if let Some(oldest) = oldest {
            self.by_address.remove(&oldest);
        }
    }
}

/// One IPv6 customer has a /64 at least and could send from each of its addresses.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn an_address_waits_after_its_failures_and_may_try_again_when_the_window_is_over() {
        let (mut attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..FAILURES_MAX {
            assert_eq!(attempts.check(address(1), start), Ok(()));
            attempts.failed(address(1), start);
        }
        assert_eq!(attempts.check(address(1), start), Err(601));
        assert_eq!(attempts.check(address(2), start), Ok(()), "another address is not meant");
        assert_eq!(attempts.check(address(1), start + WINDOW), Ok(()));
        attempts.failed(address(1), start + WINDOW);
        assert_eq!(attempts.check(address(1), start + WINDOW), Ok(()));
    }

    #[test]
    fn one_ipv6_network_counts_as_one_sender() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for last in 0..FAILURES_MAX {
            let address = format!("2001:db8::{last:x}").parse().expect("an address");
            attempts.failed(Some(address), now);
        }
        assert!(attempts.check("2001:db8::ffff:1".parse().ok(), now).is_err());
        assert!(attempts.check("2001:db8:0:1::1".parse().ok(), now).is_ok());
    }

    #[test]
    fn memory_stays_bounded_however_many_addresses_fail() {
        let (mut attempts, start) = (Attempts::default(), Instant::now());
        for number in 0..3 * u32::try_from(ADDRESSES_MAX).expect("small") {
            attempts.failed(Some(IpAddr::V4(number.into())), start + Duration::from_millis(number.into()));
        }
        assert!(attempts.by_address.len() <= ADDRESSES_MAX);
    }
}
