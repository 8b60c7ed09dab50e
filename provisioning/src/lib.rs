//! Issues identities for a Holdfast fleet, and obtains one for a node: the library of the `holdfast` command, whose
//! issuing half the controller uses too.
//!
//! Enters: a fleet's keys, tickets, certificate requests, the time. Leaves: certificates, signed tickets, identity
//! folders. Never logs a key, a ticket or a token.

pub mod api;
pub mod audit;
pub mod authority;
pub mod client;
pub mod clock;
pub mod credentials;
pub mod csr;
pub mod enrol;
pub mod evidence;
pub mod files;
pub mod identity_folder;
pub mod inventory;
pub mod qr;
pub mod root_key;
pub mod ticket;
pub mod trust;
pub mod words;

#[cfg(test)]
mod scratch;
