//! Makes a connection: a name becomes addresses, one address becomes TCP with TLS on it, or the cause why not.
//!
//! Enters: an endpoint, the TLS configuration. Leaves: a [`Stream`], or an [`OutageCause`]. Every wait has a limit. Never
//! tries again: the driver does, behind its backoff.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use holdfast_protocol::event::OutageCause;
use holdfast_protocol::identity::MqttEndpoint;
use nix::sys::socket::{setsockopt, sockopt};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::socket::{Counted, Counters};
use super::voice::{Topic, Voice};

/// How long one address may take to accept a TCP connection: 20 round trips of the slowest link on paper.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// How long TLS may take once TCP is there.
const TLS_LIMIT: Duration = Duration::from_secs(30);
/// How long a write may wait for room in the socket, and unacknowledged data for the peer: wire.md, TCP_USER_TIMEOUT.
pub(super) const USER_TIMEOUT: Duration = Duration::from_secs(90);
/// Addresses tried for one name.
const ADDRESSES_MAX: usize = 8;

/// A connection, its bytes counted below TLS.
pub(super) type Stream = TlsStream<Counted>;

/// The addresses of an endpoint.
pub(super) async fn resolve(endpoint: &MqttEndpoint) -> Result<Vec<SocketAddr>, OutageCause> {
    if let Ok(address) = endpoint.host.parse() {
        return Ok(vec![SocketAddr::new(address, endpoint.port)]);
    }
    let found =
        timeout(CONNECT_LIMIT, tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))).await;
    match found {
        Ok(Ok(addresses)) => Ok(addresses.take(ADDRESSES_MAX).collect()),
        Ok(Err(_)) | Err(_) => Err(OutageCause::NoName),
    }
}

/// TCP and TLS to one address.
pub(super) async fn connect(
    address: SocketAddr,
    endpoint: &MqttEndpoint,
    tls: &Arc<ClientConfig>,
    counters: &Rc<Counters>,
    voice: &mut Voice,
) -> Result<Stream, OutageCause> {
    let tcp = match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(cause_of(&error)),
        Err(_) => return Err(OutageCause::Silent),
    };
    let user_timeout_ms = u32::try_from(USER_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    let options =
        tcp.set_nodelay(true).is_ok() && setsockopt(&tcp, sockopt::TcpUserTimeout, &user_timeout_ms).is_ok();
    if !options {
        tracing::debug!("socket options could not be set");
    }
    let name = ServerName::try_from(endpoint.server_name.clone()).map_err(|_| OutageCause::Tls)?;
    let stream = Counted::new(tcp, Rc::clone(counters));
    match timeout(TLS_LIMIT, TlsConnector::from(Arc::clone(tls)).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            if voice.is_news(Topic::Tls, &error.to_string()) {
                tracing::warn!(%error, "TLS with the controller failed; said once, until a session has held");
            }
            Err(cause_of(&error))
        }
        Err(_) => Err(OutageCause::Silent),
    }
}

/// What an error of the socket says about the path.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum of forty kinds that grows")]
pub(super) fn cause_of(error: &io::Error) -> OutageCause {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => OutageCause::Refused,
        Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::AddrNotAvailable | Kind::NetworkDown => {
            OutageCause::NoRoute
        }
        Kind::TimedOut => OutageCause::Silent,
        Kind::InvalidData => OutageCause::Tls,
        _ => OutageCause::Closed,
    }
}
