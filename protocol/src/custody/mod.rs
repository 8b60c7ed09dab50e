//! Custody: who answers for an item, what state it is in, and how that may change.
//!
//! Enters: an item's events in the order in which they were recorded. Leaves: its [`Standing`], or which event may not be
//! and why. Nothing else decides: the pages, the CLI and a later offline hand-over between two phones all ask the one
//! table in [`table`]. Pure: no clock, no store; ids of events are given by who records them.

pub mod event;
pub mod handover;
pub mod standing;
pub mod state;
pub mod table;

pub use event::{Event, EventId, What};
pub use standing::{EVENTS_AN_ITEM_MAX, Refusal, Standing, fold};
pub use state::State;
