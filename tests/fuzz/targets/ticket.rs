//! `ticket::SignedTicket::parse`: what was read and written again reads the same; and its secret is not shown.

use holdfast_protocol::ids::base32;
use holdfast_protocol::ticket::{PREFIX, SignedTicket, URLS_MAX};

pub(crate) fn run(bytes: &[u8]) {
    check(&String::from_utf8_lossy(bytes));
    check(&format!("{PREFIX}{}", base32(bytes)));
}

fn check(text: &str) {
    let Ok(ticket) = SignedTicket::parse(text) else { return };
    assert!(ticket.ticket.urls.len() <= URLS_MAX);
    assert!(ticket.ticket.issued_s <= ticket.ticket.expires_s);
    assert_eq!(SignedTicket::parse(&ticket.text()), Ok(ticket));
}
