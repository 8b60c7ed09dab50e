//! The two cookies that carry tokens: a session, and a sign-in between password and code.
//!
//! Enters: a token and how the request came in. Leaves: `Set-Cookie` lines. No script sees them, no other site sends them.

use axum::http::HeaderValue;
use holdfast_protocol::time::WallMs;

use super::pending::LIFE;
use crate::app::Transport;

/// Cookie over TLS. The prefix makes browsers refuse it without Secure, with a Domain, or with another path (RFC 6265bis,
/// section 4.1.3.2).
pub const COOKIE_TLS: &str = "__Host-holdfast";
/// Cookie on the plain loopback listener, where browsers would not take the other.
pub const COOKIE_LOOPBACK: &str = "holdfast-loopback";

/// The `Set-Cookie` line that ends the session in the browser.
#[must_use]
pub fn session_gone(transport: Transport) -> HeaderValue {
    session(transport, "", 0)
}

/// The cookie's name on this transport.
#[must_use]
pub const fn session_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => COOKIE_TLS,
        Transport::Loopback => COOKIE_LOOPBACK,
    }
}

/// The name of the cookie of a sign-in between password and code.
#[must_use]
pub const fn pending_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "__Host-holdfast-pending",
        Transport::Loopback => "holdfast-pending-loopback",
    }
}

/// The `Set-Cookie` line of a sign-in between password and code; with no token, the line that takes it away.
#[must_use]
pub fn pending(transport: Transport, token: &str) -> HeaderValue {
    let seconds = if token.is_empty() { 0 } else { i64::try_from(LIFE.as_secs()).unwrap_or_default() };
    line(transport, pending_name(transport), token, seconds)
}

/// The `Set-Cookie` line of a session.
#[must_use]
pub fn session(transport: Transport, token: &str, seconds: i64) -> HeaderValue {
    line(transport, session_name(transport), token, seconds)
}

/// The `Set-Cookie` line of a session that ends at `end`.
#[must_use]
pub fn session_until(transport: Transport, token: &str, end: WallMs, now: WallMs) -> HeaderValue {
    session(transport, token, end.since_ms(now).max(0) / 1_000)
}

fn line(transport: Transport, name: &str, token: &str, seconds: i64) -> HeaderValue {
    let secure = match transport {
        Transport::Tls => "; Secure",
        Transport::Loopback => "",
    };
    let text = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
