//! Which interface carries an address, from /proc/net/route and /proc/net/if_inet6, without netlink.
//!
//! Enters: the text of the two files and the connection's own address. Leaves: an interface's name. getifaddrs(3) would be
//! shorter, but glibc's asks netlink, which the sandbox forbids; SIOCGIFADDR tells only an interface's first address. IPv6:
//! if_inet6 names each address with its interface. IPv4: the interface of the longest prefix that is on the link and holds
//! the address; on a link without one (point to point), the default route's. Policy routing is not seen.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `RTF_UP`: the route is usable.
const UP: u32 = 0x1;
/// `RTF_GATEWAY`: the route leads to a router, so the destination is not on the link.
const GATEWAY: u32 = 0x2;
/// `RTF_REJECT`: the route forbids.
const REJECT: u32 = 0x200;

/// One line of /proc/net/route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Route<'a> {
    interface: &'a str,
    destination: u32,
    mask: u32,
    flags: u32,
    metric: u32,
}

/// The interface that holds `local`, else the default route's; none when neither is there.
#[must_use]
pub fn interface<'a>(local: Option<IpAddr>, routes: &'a str, inet6: &'a str) -> Option<&'a str> {
    let held = match local {
        Some(IpAddr::V4(address)) => holds_v4(address, routes),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(mapped) => holds_v4(mapped, routes),
            None => holds_v6(address, inet6),
        },
        None => None,
    };
    held.or_else(|| default_route(routes))
}

fn holds_v4(address: Ipv4Addr, routes: &str) -> Option<&str> {
    if address.is_loopback() {
        return Some("lo");
    }
    let address = u32::from(address);
    parse(routes)
        .filter(|route| route.flags & GATEWAY == 0 && route.mask != 0)
        .filter(|route| address & route.mask == route.destination)
        .max_by_key(|route| (route.mask.count_ones(), u32::MAX - route.metric))
        .map(|route| route.interface)
}

fn default_route(routes: &str) -> Option<&str> {
    parse(routes)
        .filter(|route| route.mask == 0)
        .min_by_key(|route| route.metric)
        .map(|route| route.interface)
}

fn parse(routes: &str) -> impl Iterator<Item = Route<'_>> {
    routes.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().take(8).collect();
        // The kernel prints addresses as it holds them in memory: network order, read as a native number.
        let address = |index: usize| {
            Some(u32::from_be_bytes(u32::from_str_radix(words.get(index)?, 16).ok()?.to_ne_bytes()))
        };
        let route = Route {
            interface: words.first()?,
            destination: address(1)?,
            mask: address(7)?,
            flags: u32::from_str_radix(words.get(3)?, 16).ok()?,
            metric: words.get(6)?.parse().ok()?,
        };
        (route.flags & UP != 0 && route.flags & REJECT == 0).then_some(route)
    })
}

fn holds_v6(address: Ipv6Addr, inet6: &str) -> Option<&str> {
    inet6.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let candidate = u128::from_str_radix(words.next()?, 16).ok()?;
        (Ipv6Addr::from(candidate) == address).then(|| words.nth(4))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: &str = include_str!("../../test-data/proc/net/route");
    const INET6: &str = include_str!("../../test-data/proc/net/if_inet6");

    fn of(local: &str) -> Option<&'static str> {
        interface(Some(local.parse().expect("an address")), ROUTES, INET6)
    }

    #[test]
    fn the_interface_that_holds_the_connections_own_address_carries_it() {
        assert_eq!(of("192.0.2.14"), Some("enp3s0"));
        assert_eq!(of("198.51.100.200"), Some("wwan0"));
        assert_eq!(of("::ffff:198.51.100.200"), Some("wwan0"));
        assert_eq!(of("2001:db8::a"), Some("enp3s0"));
        assert_eq!(of("127.0.0.1"), Some("lo"));
        assert_eq!(of("::1"), Some("lo"));
    }

    #[test]
    fn a_longer_prefix_wins_and_an_address_on_no_link_takes_the_cheaper_default_route() {
        assert_eq!(of("192.0.2.200"), Some("wg0"), "192.0.2.192/26 is on wg0");
        assert_eq!(of("203.0.113.5"), Some("enp3s0"), "default by metric 100, not 700");
        assert_eq!(interface(None, ROUTES, INET6), Some("enp3s0"));
    }

    #[test]
    fn no_routes_or_text_of_another_shape_give_no_interface() {
        for routes in
            ["", "Iface\n", "eth0 zz 00 0001 0 0 0 00\n", "eth0 00000000 00000000 0000 0 0 0 00000000"]
        {
            assert_eq!(interface(None, routes, ""), None, "{routes:?}");
        }
        assert_eq!(holds_v6(Ipv6Addr::LOCALHOST, "xyz\n00000000000000000000000000000001 01"), None);
    }

    #[test]
    fn the_running_machines_tables_are_understood() {
        let read = |name| std::fs::read_to_string(name).unwrap_or_default();
        let (routes, inet6) = (read("/proc/net/route"), read("/proc/net/if_inet6"));
        let lines = routes.lines().count().saturating_sub(1);
        let parsed = parse(&routes).count();
        assert!(lines == 0 || parsed > 0, "{routes}");
        assert_eq!(interface(Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), &routes, &inet6), Some("lo"));
    }
}
