//! Evidence: what shows that a given item works, week by week, and the file that a donor takes away.
//!
//! Enters: statements of nodes, bindings of serials to nodes' keys, what people recorded. Leaves: windows (item, ISO week:
//! level, observations, longest gap) and sealed files. `verdict` says what a statement is worth, `window` what a week
//! adds up to: both are pure. Nothing here decides what a donor may see but `disclosure`.

pub mod disclosure;
pub mod file;
pub mod keep;
pub mod keys;
pub mod verdict;
pub mod window;
