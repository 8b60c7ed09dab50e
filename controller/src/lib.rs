//! The controller of a Holdfast fleet: takes what nodes say, keeps it, acknowledges it, and shows it.
//!
//! Enters: MQTT packets of nodes, HTTP requests of people. Leaves: acknowledgements after the commit, pages, JSON, a live
//! feed. The way of a record: `door` → `ingest` → `history` (commit) → ack → `fleet` → `query` → `api` and `web`.

pub mod access;
pub mod api;
pub mod app;
pub mod audit_watch;
pub mod backup;
pub mod clock;
pub mod config;
pub mod door;
pub mod enrol;
pub mod evidence;
pub mod export;
pub mod fleet;
pub mod history;
pub mod import;
pub mod ingest;
pub mod inventory;
pub mod listen;
pub mod model;
pub mod proposal;
pub mod query;
pub mod secrets;
pub mod setup;
pub mod store;
pub mod supervise;
pub mod web;
