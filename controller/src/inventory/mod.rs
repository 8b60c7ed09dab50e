//! Between access and the inventory's store: whose items a viewer may see, what of them is left out, what they may record.
//!
//! Enters: the signed-in person, the matched row, items and events. Leaves: filters, views with what is not granted left
//! out, and refusals. Pages, API and exports ask here and nowhere else. Never decides whether an event may be: that is
//! `protocol::custody`; never shows a donor a single item, only figures (`figures`), late and never of few.

pub mod figures;
pub(crate) mod listing;
pub mod refusal;
pub mod rights;
pub mod standpoint;
pub mod view;
pub mod waits;

pub use standpoint::Standpoint;
