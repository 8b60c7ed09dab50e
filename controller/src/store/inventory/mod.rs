//! The inventory in the registry: models, programmes, donations, containers, items, custody, hand-overs.
//!
//! Enters: checked values, and what the cores of `protocol::custody` decided. Leaves: rows. An item's state is written only
//! together with the event that made it, in one transaction ([`custody`]); nothing here decides whether an event may be.

pub mod acts;
pub mod bindings;
pub mod catalogue;
pub mod custody;
pub mod donations;
pub mod handovers;
pub mod history;
pub mod imports;
pub mod items;
pub mod programmes;
pub mod provider;
pub mod terms;

#[cfg(test)]
mod tests;

/// Most rows of a page of the inventory that one query reads; one more is read to know whether there is a next page.
pub const ROWS_MAX: i64 = 51;
