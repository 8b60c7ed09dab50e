//! The controller's configuration.

/// Checked configuration.
#[derive(Debug, Clone)]
pub struct Config {}
