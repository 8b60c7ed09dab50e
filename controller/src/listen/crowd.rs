//! How much one neighbourhood of the network may hold at one time, of handshakes and of page connections.
//!
//! Enters: the address of a connection. Leaves: room, given back when dropped, or none. Without it one machine that opens
//! connections and says nothing would hold all handshakes, and one that is content to be a reader all page connections, and
//! nobody else would get in. Addresses are kept for as long as their connections live, and never written.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An IPv6 end has a /64 to itself, and whoever rents one machine a /48 (RFC 6177, section 2): counted by the /64 alone it
/// would be 65,536 neighbours.
const NARROW_BITS: u32 = 64;
/// See [`NARROW_BITS`].
const WIDE_BITS: u32 = 48;

/// Who is inside, by neighbourhood.
#[derive(Debug)]
pub(super) struct Crowd {
    narrow_max: usize,
    counts: Mutex<HashMap<Neighbourhood, usize>>,
}

/// Addresses that are counted as one: the first `bits` of them are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Neighbourhood {
    first: IpAddr,
    bits: u32,
}

/// Room for one connection.
#[derive(Debug)]
pub(super) struct Room {
    crowd: Arc<Crowd>,
    neighbourhoods: Vec<Neighbourhood>,
}

impl Crowd {
    /// Room for `narrow_max` of one IPv4 address or one IPv6 /64, and for half as many again of one /48.
    pub(super) fn new(narrow_max: usize) -> Self {
        Self { narrow_max, counts: Mutex::default() }
    }

    /// Room for one more of `peer`. This machine's own addresses are not counted: a proxy in front of the controller gives
    /// everybody the same one.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Room> {
        let neighbourhoods = neighbourhoods(peer);
        let mut counts = self.counts();
        let full = |key: &Neighbourhood| counts.get(key).is_some_and(|count| *count >= self.max(*key));
        if neighbourhoods.iter().any(full) {
            return None;
        }
        for key in &neighbourhoods {
            *counts.entry(*key).or_insert(0) += 1;
        }
        drop(counts);
        Some(Room { crowd: Arc::clone(self), neighbourhoods })
    }

    fn max(&self, neighbourhood: Neighbourhood) -> usize {
        let half = if neighbourhood.bits == WIDE_BITS { self.narrow_max / 2 } else { 0 };
        self.narrow_max.saturating_add(half)
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Neighbourhood, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        for key in &self.neighbourhoods {
            match counts.get_mut(key) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) | None => drop(counts.remove(key)),
            }
        }
    }
}

fn neighbourhoods(peer: IpAddr) -> Vec<Neighbourhood> {
    match peer.to_canonical() {
        address if address.is_loopback() => Vec::new(),
        IpAddr::V4(address) => vec![Neighbourhood { first: address.into(), bits: 32 }],
        IpAddr::V6(address) => [NARROW_BITS, WIDE_BITS]
            .map(|bits| {
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                Neighbourhood { first: Ipv6Addr::from_bits(address.to_bits() & mask).into(), bits }
            })
            .to_vec(),
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
        let crowd = Arc::new(Crowd::new(64));
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
    fn a_machine_with_a_48_of_its_own_is_not_65_536_neighbours() {
        let crowd = Arc::new(Crowd::new(64));
        let from = |third: &str, network: u32| crowd.enter(ip(&format!("2001:db8:{third}:{network:x}::1")));
        let rooms: Vec<Room> = (0..1_000).filter_map(|network| from("7", network)).collect();
        assert_eq!(rooms.len(), 96);
        assert!(from("8", 0).is_some(), "another /48 is not meant");
        drop(rooms);
        assert!(from("7", 0).is_some());
        assert!(crowd.counts().is_empty(), "what has left, or was turned away, is still counted");
    }

    #[test]
    fn this_machine_is_not_counted() {
        let crowd = Arc::new(Crowd::new(64));
        for own in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            let rooms: Vec<Room> = (0..1_000).filter_map(|_| crowd.enter(ip(own))).collect();
            assert_eq!(rooms.len(), 1_000, "{own}");
        }
    }
}
