//! Which address a request is counted by. Pure.
//!
//! Enters: the other end's address, whether a proxy stands in front, the head. Leaves: the address, or none when there is
//! none that means one sender. A header is believed only where our own proxy has written it: from this machine, when the
//! configuration says that a proxy stands there, and of it the last entry alone; what stands before that a client can write.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

/// The list to which each proxy adds the address that it heard from; not standardised, and what proxies write by default.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whether `listen.behind_tls_proxy` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Front {
    /// Requests come from who asks.
    Open,
    /// Requests from this machine come from a proxy.
    Proxy,
}

/// The address that a request of `peer` counts for.
pub(super) fn address(peer: IpAddr, front: Front, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if !peer.is_loopback() {
        return Some(peer);
    }
    match front {
        Front::Open => None,
        Front::Proxy => forwarded(headers).filter(|address| !address.is_loopback()),
    }
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let line = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(last);
    // Some proxies add the port.
    let address = bare.parse().or_else(|_| last.parse::<SocketAddr>().map(|address| address.ip())).ok()?;
    Some(address.to_canonical())
}
