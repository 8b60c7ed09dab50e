//! How many handshakes one neighbourhood of the network may have under way.
//!
//! Enters: the address of a connection that was just accepted. Leaves: room, given back when dropped, or none. Without it one
//! machine that opens connections and says nothing would hold all handshakes, and no node would get in. Addresses are kept
//! for as long as a handshake takes, and never written.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Handshakes under way from one IPv4 address or one IPv6 /64. A site's nodes share one address: after a power cut 64 of them
/// come at once, at 0.4 ms each; who is turned away comes back after its backoff.
const PER_NEIGHBOURHOOD_MAX: u16 = 64;

/// Who is shaking hands.
#[derive(Debug, Default)]
pub(super) struct Crowd(Mutex<HashMap<IpAddr, u16>>);

/// Room for one handshake.
#[derive(Debug)]
pub(super) struct Room {
    crowd: Arc<Crowd>,
    neighbourhood: Option<IpAddr>,
}

impl Crowd {
    /// Room for one more handshake with `peer`. This machine's own addresses are not counted: a TCP proxy in front of the
    /// controller gives every node the same one.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Room> {
        let neighbourhood = neighbourhood(peer);
        if let Some(key) = neighbourhood {
            let mut counts = self.counts();
            let count = counts.entry(key).or_insert(0);
            if *count >= PER_NEIGHBOURHOOD_MAX {
                return None;
            }
            *count += 1;
        }
        Some(Room { crowd: Arc::clone(self), neighbourhood })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, u16>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let Some(key) = self.neighbourhood else { return };
        let mut counts = self.crowd.counts();
        match counts.get_mut(&key) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(counts.remove(&key)),
        }
    }
}

fn neighbourhood(peer: IpAddr) -> Option<IpAddr> {
    match peer.to_canonical() {
        address if address.is_loopback() => None,
        IpAddr::V4(address) => Some(address.into()),
        IpAddr::V6(address) => Some(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn one_neighbourhood_cannot_take_the_room_of_the_others() {
        let crowd = Arc::new(Crowd::default());
        for (mine, near, far) in [
            ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
            ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"),
        ] {
            let mut rooms: Vec<Room> = (0..64).filter_map(|_| crowd.enter(ip(mine))).collect();
            assert_eq!(rooms.len(), 64);
            assert!(crowd.enter(ip(near)).is_none());
            assert!(crowd.enter(ip(far)).is_some());
            rooms.pop();
            assert!(crowd.enter(ip(near)).is_some());
        }
        assert!(crowd.counts().is_empty(), "what has left is still counted");
    }

    #[test]
    fn this_machine_is_not_counted() {
        let crowd = Arc::new(Crowd::default());
        let rooms: Vec<Room> = (0..1_000).filter_map(|_| crowd.enter(ip("127.0.0.1"))).collect();
        assert_eq!(rooms.len(), 1_000);
    }
}
