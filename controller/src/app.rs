//! What every handler shares, and how a request came in.
//!
//! Enters: the parts that `supervise` has started. Leaves: one `App` behind an `Arc`, the state of every router. Holds no
//! logic of its own.

use std::net::IpAddr;
use std::sync::Arc;

use crate::config::Config;

/// How a request came in. The listener puts it into the request's extensions; without it a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Over our own TLS.
    Tls,
    /// Over plain HTTP on the loopback interface.
    Loopback,
}

/// The other end's address, put into the request's extensions by the listener; counts sign-in attempts. Never logged
/// above DEBUG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

/// The state of every router.
#[derive(Debug)]
pub struct App {
    /// The checked configuration.
    pub config: Arc<Config>,
}
