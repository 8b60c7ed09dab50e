//! Pages for people: HTML made by the server, readable without script, in three languages and two themes.
//!
//! Enters: requests of browsers, model types from `query`. Leaves: complete pages, style, script and icons. The way of a
//! page: handler → `access` → `query` → `pages` → template. Never names a database; never writes an inline style or
//! script; never puts an exact place or a name into an address.

pub mod assets;
pub mod chart;
pub mod format;
pub mod lang;
pub mod pages;
pub mod strip;
pub mod surround;

#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod samples;
